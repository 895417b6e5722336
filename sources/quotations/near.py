"""The passage of a text that comes nearest to words that do not stand in it."""

from __future__ import annotations

import difflib
from collections import Counter, defaultdict
from dataclasses import dataclass

from sources.quotations.boundaries import is_boundary, trimmed
from sources.quotations.differences import Difference, Token, difference, word_tokens
from sources.quotations.finding import Searched
from sources.quotations.typography import levelled

# Of the words compared at least this share must be the same for a passage to be worth showing.
_ENOUGH = 0.5
_CANDIDATES = 4
# A word that stands more often than this in a text says little about where.
_FREQUENT = 500
# Words of the quotation that are compared; the rest of a long one adds nothing to finding its place.
_MOST_WORDS = 400


@dataclass(frozen=True, slots=True)
class Passage:
    """The text at [start, end), and how it differs from the typed words (first: typed, second: text)."""

    start: int
    end: int
    words: str
    difference: tuple[Difference, ...]


def nearest(typed: str, searched: Searched) -> Passage | None:
    """The passage nearest to `typed`, or None where nothing comes near enough."""
    span = _cut_inside(typed, searched) or _most_alike(typed, searched)
    if span is None:
        return None
    start, end = trimmed(searched.text, *span)
    printed = searched.text[start:end]
    return Passage(start, end, printed, tuple(difference(typed, printed)))


def _cut_inside(typed: str, searched: Searched) -> tuple[int, int] | None:
    """The words around a place where `typed` stands, but cuts a word in two: “legal” in “illegal”."""
    plain = levelled(typed)
    at = searched.levelled.text.find(plain)
    if at < 0 or not plain:
        return None
    start, end = searched.levelled.position(at), searched.levelled.position(at + len(plain) - 1) + 1
    first, last = max(0, start - 200), min(len(searched.text), end + 200)
    while start > first and not is_boundary(searched.text, start):
        start -= 1
    while end < last and not is_boundary(searched.text, end):
        end += 1
    return start, end


def _most_alike(typed: str, searched: Searched) -> tuple[int, int] | None:
    wanted, printed = word_tokens(typed)[:_MOST_WORDS], searched.words
    best: tuple[float, int, int] | None = None
    for first in _beginnings(wanted, printed):
        share, start, end = _compared(wanted, printed, first)
        if share >= _ENOUGH and (best is None or share > best[0]):
            best = (share, start, end)
    return (printed[best[1]].start, printed[best[2] - 1].end) if best else None


def _beginnings(wanted: list[Token], printed: list[Token]) -> list[int]:
    """The places where most of the wanted words stand at about their distance from the first one."""
    places: dict[str, list[int]] = {token.form: [] for token in wanted}
    for place, token in enumerate(printed):
        if token.form in places:
            places[token.form].append(place)
    telling = {form: found for form, found in places.items() if len(found) <= _FREQUENT} or {
        form: found[:_FREQUENT] for form, found in places.items()
    }
    width = max(4, len(wanted) // 4)
    votes: Counter[int] = Counter()
    firsts: dict[int, Counter[int]] = defaultdict(Counter)
    for distance, token in enumerate(wanted):
        for place in telling.get(token.form, ()):
            bucket = (place - distance) // width
            votes[bucket] += 2
            votes[bucket - 1] += 1
            votes[bucket + 1] += 1
            firsts[bucket][place - distance] += 1
    best = [bucket for bucket, _ in votes.most_common(_CANDIDATES)]
    return [firsts[bucket].most_common(1)[0][0] for bucket in best if bucket in firsts]


def _compared(wanted: list[Token], printed: list[Token], first: int) -> tuple[float, int, int]:
    """The share of words that are the same in the passage that begins at about `first`, and where it stands.

    A wide look finds the longest run of the same words; a second one, of the length of the wanted words, keeps
    stray matches of everyday words out. The better of the two counts.
    """
    slack = max(4, len(wanted) // 4)
    wide = _aligned(wanted, printed, first - slack, first + len(wanted) + slack)
    if not wide:
        return 0, first, first
    longest = max(wide, key=lambda block: block.size)
    fixed = longest.b - longest.a
    narrow = _aligned(wanted, printed, fixed, fixed + len(wanted))
    return max(_share(wanted, printed, wide), _share(wanted, printed, narrow))


def _aligned(wanted: list[Token], printed: list[Token], start: int, end: int) -> list[difflib.Match]:
    """The runs of the same words, with `b` as the place in the whole text."""
    start, end = max(0, start), min(len(printed), end)
    forms = [token.form for token in printed[start:end]]
    matcher = difflib.SequenceMatcher(None, [token.form for token in wanted], forms, autojunk=False)
    return [difflib.Match(a, start + b, size) for a, b, size in matcher.get_matching_blocks() if size]


def _share(wanted: list[Token], printed: list[Token], blocks: list[difflib.Match]) -> tuple[float, int, int]:
    head, tail = blocks[0], blocks[-1]
    start = max(0, head.b - head.a)
    end = min(len(printed), tail.b + len(wanted) - tail.a)
    return sum(block.size for block in blocks) / max(len(wanted), end - start), start, end
