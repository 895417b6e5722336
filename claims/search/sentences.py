"""A text as the sentences that stand in it, each with its place. Pure; for matching, where a wrong cut costs little.

Where a sentence ends is the rule of quotations (sources.quotations.sentences), with the marks of scripts that it does
not know beside it; an empty line ends one as well.
"""

import re
from collections.abc import Iterator
from dataclasses import dataclass

from sources.quotations.sentences import sentence_ends

_BREAK = re.compile(r"\n[ \t\r\f\v]*\n\s*")
# Chinese and Japanese, Devanagari and its neighbours, Arabic and Urdu.
_OTHER_ENDS = re.compile(r"[。！？।॥؟۔]+[\"'”’»）」』]*")
# A sentence without an end is cut after so many characters, at a space where there is one.
LONGEST = 1_000


@dataclass(frozen=True, slots=True)
class Sentence:
    """text[start:end] without white space around it; `paragraph` counts from 0."""

    start: int
    end: int
    paragraph: int


def sentences(text: str) -> Iterator[Sentence]:
    """The sentences in their order; they lie apart, and between them is white space only."""
    at, paragraph = 0, 0
    for found in _BREAK.finditer(text):
        yield from _of_paragraph(text, at, found.start(), paragraph)
        at = found.end()
        paragraph += 1
    yield from _of_paragraph(text, at, len(text), paragraph)


def _of_paragraph(text: str, start: int, end: int, paragraph: int) -> Iterator[Sentence]:
    at = start
    others = (found.end() for found in _OTHER_ENDS.finditer(text, start, end))
    for stop in sorted({*sentence_ends(text, start, end), *others}):
        yield from _cut(text, at, stop, paragraph)
        at = stop
    yield from _cut(text, at, end, paragraph)


def _cut(text: str, start: int, end: int, paragraph: int) -> Iterator[Sentence]:
    while start < end:
        stop = end
        if end - start > LONGEST:
            space = text.rfind(" ", start + LONGEST // 2, start + LONGEST)
            stop = space if space > 0 else start + LONGEST
        first, last = start, stop
        while first < last and text[first].isspace():
            first += 1
        while last > first and text[last - 1].isspace():
            last -= 1
        if first < last:
            yield Sentence(first, last, paragraph)
        start = stop
