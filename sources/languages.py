"""Language tags (BCP 47): whether a text has the form of one, by the grammar of RFC 5646, section 2.1. Pure."""

import re

# A primary subtag has two or three letters. The grammar has room for up to eight, in which nothing was ever registered
# and editors write names of languages; the irregular tags of before 2006 (i-klingon) have all been replaced.
_TAG = re.compile(
    r"""
    (?P<language> [a-z]{2,3} (?:-[a-z]{3}){0,3} )
    (?: -(?P<script> [a-z]{4} ) )?
    (?: -(?P<region> [a-z]{2} | [0-9]{3} ) )?
    (?P<variants> (?: - (?: [a-z0-9]{5,8} | [0-9][a-z0-9]{3} ) )* )
    (?P<extensions> (?: - [a-wyz0-9] (?: -[a-z0-9]{2,8} )+ )* )
    (?: -x (?: -[a-z0-9]{1,8} )+ )?
    | x (?: -[a-z0-9]{1,8} )+
    """,
    re.ASCII | re.IGNORECASE | re.VERBOSE,
)
_LONGEST_NAMED = 40


def language_problem(tag: str) -> str | None:
    """Why `tag` is no language tag, in a sentence; None where it has the form of one.

    Whether its subtags are registered is not asked: the registry grows, and this program would not know of it.
    """
    found = _TAG.fullmatch(tag)
    if found is None:
        named = tag if len(tag) <= _LONGEST_NAMED else f"{tag[:_LONGEST_NAMED]}…"
        return f"“{named}” is no language tag: write its code, for example en, pt-BR or sr-Latn (BCP 47)."
    variants = (found["variants"] or "").lower().split("-")[1:]
    singletons = [part for part in (found["extensions"] or "").lower().split("-") if len(part) == 1]
    for parts in (variants, singletons):
        twice = next((part for part in parts if parts.count(part) > 1), None)
        if twice:
            return f"“{tag}” says “{twice}” twice: leave one of them out."
    return None
