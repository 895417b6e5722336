"""Which fact-checks a language code asks for: the language and, where both name one, the script. Pure."""

from collections.abc import Iterable


def chosen(asked: str, tags: Iterable[str]) -> list[str]:
    """The tags of BCP 47 among `tags` that `asked` means; regions, variants and extensions say nothing here.

    A tag that names no script may be in any. "und", the language that nobody gave, is found by that code alone.
    """
    language, script = _parts(asked)
    found = []
    for tag in tags:
        other, other_script = _parts(tag)
        if other == language and (not script or not other_script or script == other_script):
            found.append(tag)
    return sorted(found)


def _parts(tag: str) -> tuple[str, str]:
    """The language and the script of a tag, in small letters; empty for no script."""
    first, *rest = tag.replace("_", "-").lower().split("-")
    for part in rest:
        if len(part) == 4 and part.isalpha():
            return first, part
        # Up to three extended languages stand before a script (RFC 5646, 2.2.2).
        if len(part) != 3 or not part.isalpha():
            break
    return first, ""
