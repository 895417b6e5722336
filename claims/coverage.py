"""How much of a source published fact-checks quote: characters, passages, claims. Plain values in, plain values out.

A passage is a set of places in one archived text, [start, end) in code points. Words are a *wording* where a claim
appears in them, and *evidence* where they only bear on a verdict; words that serve as both count as a wording.
"""

from bisect import bisect_right
from collections import defaultdict
from collections.abc import Collection, Iterable, Mapping, Sequence
from dataclasses import dataclass
from heapq import heappop, heappush
from itertools import pairwise
from typing import Any, NamedTuple

# Of the form of what is counted here: what is kept of another form is not read.
VERSION = 1
APPEARANCE = "appearance"
Spans = tuple[tuple[int, int], ...]


class Quoted(NamedTuple):
    """Words of the source in one fact-check; `use` is "appearance" or the stance of the evidence."""

    sha256: str
    spans: Spans
    use: str


class Citing(NamedTuple):
    """What one published fact-check takes from the source; `made` says that its claim appears there."""

    sequence: int
    made: bool
    quoted: tuple[Quoted, ...]


class Passage(NamedTuple):
    """The same words of the same text, with the entries of the record that use them, newest first, and as what."""

    number: int
    sha256: str
    spans: Spans
    uses: tuple[tuple[int, str], ...]

    @property
    def wording(self) -> bool:
        return any(use == APPEARANCE for _, use in self.uses)


class Stretch(NamedTuple):
    """Characters that one mark of the picture stands for, and the numbers of the passages that it leads to."""

    start: int
    end: int
    wording: bool
    passages: tuple[int, ...]


@dataclass(frozen=True, slots=True)
class Text:
    """One archived text that is quoted. `length` is None where the public record does not give it."""

    sha256: str
    length: int | None
    stretches: tuple[Stretch, ...]

    @property
    def quoted(self) -> int:
        return sum(stretch.end - stretch.start for stretch in self.stretches)

    @property
    def as_wording(self) -> int:
        return sum(stretch.end - stretch.start for stretch in self.stretches if stretch.wording)


@dataclass(frozen=True, slots=True)
class Coverage:
    """What is quoted, and the fact-checks by their entries on the record, in the order of the text.

    `with_wording` and `without_wording` are claims made in the source, `evidence_only` those that it only bears on.
    """

    texts: tuple[Text, ...]
    passages: tuple[Passage, ...]
    with_wording: tuple[int, ...]
    without_wording: tuple[int, ...]
    evidence_only: tuple[int, ...]
    quoting: int

    @property
    def made(self) -> tuple[int, ...]:
        """Claims made in the source: as they stand in the text, those logged without its wording at the end."""
        return self.with_wording + self.without_wording


def parts_of(body: Mapping[str, Any], names: Collection[str]) -> Iterable[tuple[dict[str, Any], str]]:
    """The appearances and the evidence of a body that are in a source, each with its use.

    `names` are the identifiers that bodies may know the source by.
    """
    for part in body["appearances"]:
        if part["source"]["id"] in names:
            yield part, APPEARANCE
    for part in body["evidence"]:
        if part["source"]["id"] in names:
            yield part, part["stance"]


def place_of(quotation: Mapping[str, Any]) -> tuple[str, Spans]:
    """Where a published quotation stands: the SHA-256 of the text, and the places in it."""
    spans = tuple((segment["start"], segment["end"]) for segment in quotation["segments"])
    return quotation["snapshot_sha256"], spans


def taken(body: Mapping[str, Any], names: Collection[str]) -> tuple[bool, tuple[Quoted, ...]]:
    """Whether the claim of a body appears in the source, and the words of the source that the body quotes."""
    parts = list(parts_of(body, names))
    quoted = (Quoted(*place_of(part["quotation"]), use) for part, use in parts if part["quotation"])
    return any(use == APPEARANCE for _, use in parts), tuple(dict.fromkeys(quoted))


def coverage(citing: Iterable[Citing], lengths: Mapping[str, int]) -> Coverage:
    """Count what is quoted; `lengths` has the archived texts of the source in their order, by SHA-256."""
    citing = list(citing)
    uses: dict[tuple[str, Spans], dict[tuple[int, str], None]] = defaultdict(dict)
    for part in citing:
        for quoted in part.quoted:
            uses[quoted.sha256, quoted.spans][part.sequence, quoted.use] = None
    order = {sha256: position for position, sha256 in enumerate(lengths)}

    def place(of: tuple[str, Spans]) -> tuple[int, str, Spans]:
        # A text that is not on the record with the source stands behind those that are.
        return order.get(of[0], len(order)), of[0], of[1]

    passages = tuple(
        Passage(number, sha256, spans, _newest_first(uses[sha256, spans]))
        for number, (sha256, spans) in enumerate(sorted(uses, key=place), start=1)
    )
    numbers = {(passage.sha256, passage.spans): passage.number for passage in passages}
    by_text: dict[str, list[Passage]] = defaultdict(list)
    for passage in passages:
        by_text[passage.sha256].append(passage)

    def in_text_order(claims: Iterable[Citing], *, wordings: bool) -> tuple[int, ...]:
        keys = []
        for claim in claims:
            places = [
                numbers[quoted.sha256, quoted.spans]
                for quoted in claim.quoted
                if not wordings or quoted.use == APPEARANCE
            ]
            keys.append((min(places, default=len(passages) + 1), claim.sequence))
        return tuple(sequence for _, sequence in sorted(keys))

    made = [part for part in citing if part.made]
    worded = {part.sequence for part in made if any(quoted.use == APPEARANCE for quoted in part.quoted)}
    return Coverage(
        texts=tuple(
            Text(sha256, lengths.get(sha256), stretches(cited, lengths.get(sha256)))
            for sha256, cited in by_text.items()
        ),
        passages=passages,
        with_wording=in_text_order((part for part in made if part.sequence in worded), wordings=True),
        without_wording=tuple(sorted(part.sequence for part in made if part.sequence not in worded)),
        evidence_only=in_text_order((part for part in citing if not part.made), wordings=False),
        quoting=sum(1 for part in citing if part.quoted),
    )


def _newest_first(uses: Iterable[tuple[int, str]]) -> tuple[tuple[int, str], ...]:
    return tuple(sorted(uses, key=lambda use: (-use[0], use[1])))


def stretches(passages: Sequence[Passage], length: int | None = None) -> tuple[Stretch, ...]:
    """The quoted characters of one text, each once, in order.

    Where passages overlap, characters lead to the passage that begins last, the shorter one first: so a passage
    within another has a mark of its own. One that has none left is named by the mark in which it begins.
    """
    pieces = sorted(
        (start, end if length is None else min(end, length), passage.number, passage.wording)
        for passage in passages
        for start, end in passage.spans
    )
    pieces = [piece for piece in pieces if piece[0] < piece[1]]
    edges = sorted({edge for start, end, *_ in pieces for edge in (start, end)})
    found: list[tuple[int, int, bool, int]] = []
    covering: list[tuple[int, int, int]] = []
    last_wording, upcoming = 0, 0
    for edge, following in pairwise(edges):
        while upcoming < len(pieces) and pieces[upcoming][0] == edge:
            start, end, number, wording = pieces[upcoming]
            heappush(covering, (-start, end, number))
            last_wording = max(last_wording, end if wording else 0)
            upcoming += 1
        while covering and covering[0][1] <= edge:
            heappop(covering)
        if not covering:
            continue
        mark = (edge < last_wording, covering[0][2])
        if found and found[-1][1:] == (edge, *mark):
            found[-1] = (found[-1][0], following, *mark)
        else:
            found.append((edge, following, *mark))
    starts = [start for start, *_ in found]
    named: dict[int, list[int]] = defaultdict(list)
    seen = {number for *_, number in found}
    for start, _, number, _ in pieces:
        if number not in seen:
            seen.add(number)
            named[bisect_right(starts, start) - 1].append(number)
    return tuple(
        Stretch(start, end, wording, (number, *named[index]))
        for index, (start, end, wording, number) in enumerate(found)
    )
