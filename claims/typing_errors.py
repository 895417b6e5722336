"""What a typing error may be: nothing that could change what a sentence says. Pure.

Between two bodies of one claim. Readers are not told of a typing error, so what may pass is listed, and everything
else is refused; whoever is refused writes one line and calls it a clarification. In our own prose these may pass:

- white space: more or less of it between two words, before a comma and after it;
- straight or curly quotation marks, and a full stop at the very end;
- in English "the the" for "the", "a" for "an", and a few slips of the hand (claims.spelling).

A text is brought to a form in which these make no difference; then two texts have to be the same, slips aside. So no
word comes, goes or moves, and no digit, sign, name, negation, address or mark of Markdown is another.
"""

import itertools
import re
from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any

from claims import spelling, wording

# The texts of a body that are our own prose. Quoted words, titles, roles and places in a source are the source's.
PROSE = frozenset({
    *("claim", "title", "summary", "rationale", "not_known"),
    *("attribution.note", "evidence[].note", "appearances[].note"),
})  # fmt: skip
MARKDOWN = frozenset({"rationale"})
# Of the round and not of the text.
ROUND = frozenset({"second_read", "second_read_note"})
# More slips than these are a text that nobody has read.
MOST_SLIPS = 5
# Of paragraphs that differ, before and after together: the record waits while they are compared.
MOST_CHARACTERS = 20_000

Slip = tuple[str, str]


class _More(Exception):
    """A text was changed in more than its typing; the message says what was changed."""


def objection(before: dict[str, Any], after: dict[str, Any]) -> str | None:
    """Why `after` is more than `before` with a typing error mended, in a sentence; None where it is not."""
    old, new = _Parted.of(before), _Parted.of(after)
    if old.rest != new.rest:
        return "More than prose was changed: this is no typing error."
    is_english = re.split("[-_]", before["language"], maxsplit=1)[0].casefold() == "en"
    slips: list[Slip] = []
    try:
        for (place, one), (_, other) in zip(old.prose, new.prose, strict=True):
            if one != other:
                style = wording.Style(is_english=is_english, is_markdown=place in MARKDOWN)
                slips += _slips(one, other, style)
    except _More as more:
        field = place.replace("[]", "").replace("_", " ").replace(".", ": ")
        return f"{more} ({field}): this is no typing error."
    if len(slips) > MOST_SLIPS:
        return f"{len(slips)} words are spelt another way: this is no typing error."
    return _unlikely(slips, before, after)


def _slips(one: str | None, other: str | None, style: wording.Style) -> Iterator[Slip]:
    """The words that are spelt another way; raises _More where anything else differs."""
    if one is None or other is None:
        raise _More("A text came or went")
    changed = wording.changed(one, other)
    if changed is None:
        raise _More("Paragraphs came or went")
    if sum(map(len, itertools.chain.from_iterable(changed))) > MOST_CHARACTERS:
        raise _More("The paragraphs that were changed are too long to be compared")
    for paragraphs in changed:
        first, second = (wording.levelled(part, style) for part in paragraphs)
        if len(first) != len(second):
            raise _More("Words or signs came or went")
        for was, became in zip(first, second, strict=True):
            if was.text == became.text:
                continue
            if not (was.is_word() and became.is_word()):
                raise _More("Signs, numbers or the layout were changed")
            if not style.is_english or was.is_quoted or not spelling.is_slip(was.text, became.text):
                raise _More(f"“{_cut(was.text)}” became “{_cut(became.text)}”")
            yield was.text, became.text


def _cut(word: str) -> str:
    return word if len(word) <= 40 else f"{word[:39]}…"


def _unlikely(slips: list[Slip], before: dict[str, Any], after: dict[str, Any]) -> str | None:
    """Why these slips are none in this text, where a usual misspelling is not all.

    The new word stood elsewhere in our prose before, the old one stands nowhere now, and neither is of a name.
    """
    open_ = [(was, became) for was, became in slips if not spelling.is_known(was, became)]
    if not open_:
        return None
    prose = {word for _, text in _Parted.of(before).prose for word in wording.WORD.findall(text or "")}
    left = {word.casefold() for text in _strings(after) for word in wording.WORD.findall(text)}
    names = {word.casefold() for name in _names(before) for word in wording.WORD.findall(name)}
    for was, became in open_:
        if became not in prose or was in left or names & {was, became}:
            return (
                f"Whether “{was}” is only a slip for “{became}” cannot be seen from the text: call it a "
                "clarification; this is no typing error."
            )
    return None


@dataclass(frozen=True, slots=True)
class _Parted:
    """A body in two parts: its prose by place, in one order for every body, and the rest."""

    prose: list[tuple[str, str | None]]
    rest: Any

    @classmethod
    def of(cls, body: Any) -> "_Parted":
        prose: list[tuple[str, str | None]] = []

        def rest(part: Any, place: str) -> Any:
            if place in PROSE and (part is None or isinstance(part, str)):
                prose.append((place, part))
                return place
            if isinstance(part, dict):
                inner = f"{place}." if place else ""
                names = sorted(part.keys() - (ROUND if not place else frozenset()))
                return {name: rest(part[name], f"{inner}{name}") for name in names}
            return [rest(one, f"{place}[]") for one in part] if isinstance(part, list) else part

        # Reading the rest is what fills the list.
        remaining = rest(body, "")
        return cls(prose, remaining)


def _strings(part: Any) -> Iterator[str]:
    if isinstance(part, str):
        yield part
    elif isinstance(part, dict | list):
        for one in part.values() if isinstance(part, dict) else part:
            yield from _strings(one)


def _names(body: dict[str, Any]) -> Iterator[str]:
    """The names that the body itself gives: of its speaker, and of those who put its sources out."""
    speaker = body["speaker"]
    if speaker:
        yield from (speaker["name"], *speaker["aliases"])
    for part in (*body["appearances"], *body["evidence"]):
        source = part["source"]
        yield from (name for name in (source["byline"], (source["publisher"] or {}).get("name")) if name)
