"""A text cut into blocks for a page, with the passages that were quoted from it. Pure; positions count code points."""

import re
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from itertools import pairwise

# A page of a million characters stays light with some thousands of blocks, however short its lines are.
MOST_BLOCKS = 4_000

_LINE_END = re.compile(r"[\n\r\u2028\u2029]+")

Span = tuple[int, int]


@dataclass(frozen=True, slots=True)
class Run:
    """Text within a block; the numbers of the passages that it belongs to, and of those that end with it."""

    text: str
    passages: tuple[int, ...] = ()
    ending: tuple[int, ...] = ()


@dataclass(frozen=True, slots=True)
class Block:
    """Some lines of the text, from its character `start` on; all blocks together are the text."""

    start: int
    runs: tuple[Run, ...]


def blocks(text: str, passages: Mapping[int, Sequence[Span]]) -> Iterator[Block]:
    """The text in blocks that end with a line; `passages` are the spans of each passage by its number."""
    spans = [
        (max(0, start), min(len(text), end), number)
        for number, parts in passages.items()
        for start, end in parts
    ]
    spans = [span for span in spans if span[0] < span[1]]
    last: dict[int, int] = {}
    for _, end, number in spans:
        last[number] = max(end, last.get(number, 0))
    for start, end in _block_spans(text):
        inside = [span for span in spans if span[0] < end and span[1] > start]
        cuts = {start, end, *(at for one in inside for at in one[:2] if start < at < end)}
        edges = sorted(cuts)
        yield Block(
            start,
            tuple(
                Run(
                    text[left:right],
                    tuple(sorted({number for a, b, number in inside if a <= left and right <= b})),
                    tuple(sorted({number for _, b, number in inside if b == right == last[number]})),
                )
                for left, right in pairwise(edges)
            ),
        )


def _block_spans(text: str) -> Iterator[Span]:
    least, start = len(text) // MOST_BLOCKS, 0
    for line_end in _LINE_END.finditer(text):
        if line_end.end() - start > least:
            yield start, line_end.end()
            start = line_end.end()
    if start < len(text):
        yield start, len(text)
