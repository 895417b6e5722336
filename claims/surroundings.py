"""A quotation in the passage of its text: what stands around it, and what it leaves out, in place. Pure."""

import re
from collections.abc import Iterator
from dataclasses import dataclass
from typing import Literal

from sources.quotations.shape import Quotation

# Characters that are shown before and after the quoted words where a paragraph is longer than that.
AROUND = 600

_BLANK_LINE = re.compile(r"\n[^\S\n]*\n\s*")


@dataclass(frozen=True, slots=True)
class Stretch:
    """Text of the source ("context", "words", "gap", "left-out", "publisher"), or a mark of ours ("insertion", "sic").

    `negation` says of words that are left out that one of them negates.
    """

    kind: Literal["context", "words", "gap", "left-out", "publisher", "insertion", "sic"]
    text: str
    negation: bool = False


@dataclass(frozen=True, slots=True)
class Surroundings:
    """The paragraphs in which the quoted words stand; whether more text of theirs comes before or after."""

    paragraphs: list[list[Stretch]]
    cut_before: bool
    cut_after: bool


def surroundings(text: str, quotation: Quotation) -> Surroundings | None:
    """The passage around the quoted words, or None where their places are not in the text."""
    end = 0
    for part in (*quotation.segments,):
        if not end <= part.start < part.end <= len(text):
            return None
        end = part.end
    first = _paragraph_start(text, quotation.start)
    last = _paragraph_end(text, quotation.end)
    start, stop = _room_before(text, first, quotation.start), _room_after(text, quotation.end, last)
    stretches = [
        Stretch("context", text[start : quotation.start]),
        *_quoted(text, quotation),
        Stretch("context", text[quotation.end : stop]),
    ]
    return Surroundings(
        paragraphs=list(_paragraphs(stretches)),
        cut_before=start > first,
        cut_after=stop < last,
    )


def _quoted(text: str, quotation: Quotation) -> Iterator[Stretch]:
    for place in range(-1, len(quotation.segments)):
        if place >= 0:
            segment = quotation.segments[place]
            yield Stretch("words", text[segment.start : segment.end])
        marks = [mark for mark in quotation.marks if mark.after == place]
        for mark in marks:
            if mark.kind == "insertion":
                yield Stretch("insertion", mark.text)
            elif mark.kind == "sic":
                yield Stretch("sic", "sic")
        if 0 <= place < len(quotation.segments) - 1:
            yield from _gap(text, quotation, place, any(mark.kind == "publisher" for mark in marks))


def _gap(text: str, quotation: Quotation, place: int, is_publisher: bool) -> Iterator[Stretch]:
    """What stands between two segments: words left out, words of the publisher, space."""
    start, end = quotation.segments[place].end, quotation.segments[place + 1].start
    for elision in quotation.elided:
        if elision.after == place and start <= elision.start < elision.end <= end:
            yield Stretch("gap", text[start : elision.start])
            yield Stretch("left-out", text[elision.start : elision.end], elision.negation)
            start = elision.end
    yield Stretch("publisher" if is_publisher else "gap", text[start:end])


def _paragraphs(stretches: list[Stretch]) -> Iterator[list[Stretch]]:
    """The stretches by paragraphs, without empty ones and without space at the ends."""
    paragraph: list[Stretch] = []
    for stretch in stretches:
        parts = _BLANK_LINE.split(stretch.text)
        for number, part in enumerate(parts):
            if number and paragraph:
                yield paragraph
                paragraph = []
            if part.strip() or (part and paragraph):
                paragraph.append(Stretch(stretch.kind, part, stretch.negation))
    if paragraph:
        yield paragraph


def _paragraph_start(text: str, at: int) -> int:
    ends = [match.end() for match in _BLANK_LINE.finditer(text, max(0, at - 20 * AROUND), at)]
    return ends[-1] if ends else max(0, at - 20 * AROUND)


def _paragraph_end(text: str, at: int) -> int:
    match = _BLANK_LINE.search(text, at)
    return match.start() if match else len(text.rstrip()) if text[at:].strip() else at


def _room_before(text: str, first: int, at: int) -> int:
    """Where the passage begins: with its paragraph, or with a word where that is long."""
    if at - first <= AROUND:
        return first
    space = re.search(r"\s", text[at - AROUND : at])
    return at - AROUND + (space.end() if space else 0)


def _room_after(text: str, at: int, last: int) -> int:
    if last - at <= AROUND:
        return max(last, at)
    space = text.rfind(" ", at, at + AROUND)
    return space if space > at else at + AROUND
