"""Finding words in a text, exactly or typographically, always at word boundaries."""

from __future__ import annotations

import bisect
import re
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from functools import cached_property
from itertools import pairwise

from sources.quotations.boundaries import PERHAPS, is_boundary, is_hidden, strip
from sources.quotations.differences import Token, word_tokens
from sources.quotations.shape import MAX_ELIDED, MAX_QUOTED, Level
from sources.quotations.typed import Group, Item, literally
from sources.quotations.typography import Levelled, levelled

# Characters of the text on each side of an occurrence, for an editor who chooses between several.
AROUND = 40
# Comparing stops here, so that no text and no words, however made, can take more than a few seconds.
MAX_OCCURRENCES = 10_000
_MAX_COMPARED = 100_000_000

_PUNCTUATION = re.compile(r"\A[\W_]+")
_BLANK_LINE = re.compile(r"(?:\r\n|[\n\r\u2028])[^\S\n\r\u2028\u2029]*[\n\r\u2028]\s*|\u2029\s*")


class TooMany(ValueError):
    """The words repeat so often in this text that their places cannot be told apart."""


@dataclass(frozen=True, slots=True)
class Occurrence:
    """A place where words stand: [start, end) in code points, with what stands before and after, as in the text."""

    start: int
    end: int
    level: Level
    before: str
    after: str


@dataclass(frozen=True, slots=True)
class Place:
    """A place of one group: the spans of its items that stand in the text, in order."""

    spans: tuple[tuple[int, int], ...]

    @property
    def start(self) -> int:
        return self.spans[0][0]

    @property
    def end(self) -> int:
        return self.spans[-1][1]


Window = tuple[Place, ...]


class Searched:
    """A text made ready for searching, once for all the words that are looked for in it."""

    def __init__(self, text: str) -> None:
        self.text = text
        self._found: dict[Group, list[Place]] = {}

    @cached_property
    def levelled(self) -> Levelled:
        return Levelled.of(self.text)

    @cached_property
    def words(self) -> list[Token]:
        return word_tokens(self.text)

    def places(self, group: Group) -> list[Place]:
        """Every place of a group, overlapping ones too, in order. Raises TooMany."""
        items = tuple(item for item in group if item.stands_in_text)
        if items not in self._found:
            self._found[items] = list(self._places(items))
        return self._found[items]

    def _places(self, items: Sequence[Item]) -> Iterator[Place]:
        plain = [levelled(item.text) for item in items]
        cost = sum(map(len, plain))
        text, found, candidates = self.levelled, 0, 0
        at = text.text.find(plain[0])
        while at >= 0:
            candidates += 1
            spans = self._spans(plain, at)
            if spans and self._is_whole(spans, items):
                found += 1
                yield Place(spans)
            if found >= MAX_OCCURRENCES or candidates * cost > _MAX_COMPARED:
                raise TooMany("These words repeat too often in this text: quote more words.")
            # The next place begins at a boundary, so nowhere inside a run of letters and digits.
            following = PERHAPS.search(text.text, at + 1)
            at = text.text.find(plain[0], following.start()) if following else -1

    def _spans(self, plain: Sequence[str], at: int) -> tuple[tuple[int, int], ...] | None:
        """Where the pieces stand one after the other from `at` on, with white space between them or none."""
        text = self.levelled
        found: list[tuple[int, int]] = []
        for words in plain:
            if found and text.text.startswith(" ", at):
                at += 1
            if not text.text.startswith(words, at):
                return None
            found.append((at, at + len(words)))
            at += len(words)
        return tuple((text.position(start), text.position(end - 1) + 1) for start, end in found)

    def _is_whole(self, spans: Sequence[tuple[int, int]], items: Sequence[Item]) -> bool:
        return all(
            is_boundary(self.text, start) and is_boundary(self.text, end)
            for (start, end), item in zip(spans, items, strict=True)
            if item.kind == "words"
        )

    def windows(
        self,
        groups: Sequence[Group],
        *,
        start: int | None = None,
        prefix: str = "",
        suffix: str = "",
        loose: bool = False,
    ) -> list[Window]:
        """The places of the whole quotation: groups in order, with words between them, as near together as they stand.

        Of two places with the same beginning or the same end only the shorter counts; places with an elision that is
        too long to quote count only where there are no others. `start` is the place of the first word; `prefix` and
        `suffix` must stand directly before and after, but for white space and typography (and, where they stand so
        nowhere, punctuation). `loose` lets groups
        follow each other with nothing between them. Raises TooMany.
        """
        places = [self.places(group) for group in groups]
        firsts = [one for one in places[0] if start in (None, one.start)]
        places[0] = self._hinted(firsts, prefix, self._follows)
        places[-1] = self._hinted(places[-1], suffix, self._precedes)
        if not all(places):
            return []
        ends = [[one.end for one in found] for found in places[:-1]]
        windows: list[Window] = []
        for last in places[-1]:
            window = self._window(places, ends, last, loose)
            if window and not (windows and windows[-1][0].start == window[0].start):
                windows.append(window)
        return [window for window in windows if _is_close(window)] or windows

    def _window(
        self, places: Sequence[list[Place]], ends: Sequence[list[int]], last: Place, loose: bool
    ) -> Window | None:
        """From the last group backwards, the nearest place of each that leaves something out before the next."""
        window = [last]
        for group in range(len(ends) - 1, -1, -1):
            at = bisect.bisect_right(ends[group], window[-1].start) - 1
            while at >= 0 and not loose and touch(self.text, ends[group][at], window[-1].start):
                at -= 1
            if at < 0:
                return None
            window.append(places[group][at])
        return tuple(reversed(window))

    def _hinted(
        self, places: list[Place], hint: str, stands: Callable[[Place, str, re.Pattern[str] | None], bool]
    ) -> list[Place]:
        """The places where a hint stands directly, or where none has it so, but for punctuation between."""
        wanted = levelled(hint).strip()
        if not wanted:
            return places
        return [one for one in places if stands(one, wanted, None)] or [
            one for one in places if stands(one, wanted, _PUNCTUATION)
        ]

    def _follows(self, place: Place, wanted: str, ignored: re.Pattern[str] | None) -> bool:
        before = levelled(self.text[max(0, place.start - 3 * len(wanted) - AROUND) : place.start]).rstrip()
        if ignored:
            # Turned round, so that what stands beside the words comes first.
            before, wanted = ignored.sub("", before[::-1])[::-1], ignored.sub("", wanted[::-1])[::-1]
        return bool(wanted) and before.endswith(wanted)

    def _precedes(self, place: Place, wanted: str, ignored: re.Pattern[str] | None) -> bool:
        after = levelled(self.text[place.end : place.end + 3 * len(wanted) + AROUND]).lstrip()
        if ignored:
            after, wanted = ignored.sub("", after), ignored.sub("", wanted)
        return bool(wanted) and after.startswith(wanted)

    def occurrence(self, window: Window, *, level: Level) -> Occurrence:
        start, end = window[0].start, window[-1].end
        before = self.text[left_context(self.text, start, AROUND, over_blank_lines=True) : start]
        after = self.text[end : right_context(self.text, end, AROUND, over_blank_lines=True)]
        return Occurrence(start=start, end=end, level=level, before=before, after=after)


def find(text: str, words: str) -> list[Occurrence]:
    """Every place of `words` in `text` at word boundaries, exact or typographic, overlapping ones too, in order.

    White space at the ends of `words` does not count; brackets are characters, not marks. Raises TooMany for words
    that repeat more than MAX_OCCURRENCES times and ValueError for more than MAX_QUOTED characters.
    """
    plain = strip(words)
    if not plain:
        return []
    if len(plain) > MAX_QUOTED:
        raise ValueError(f"A quotation has at most {MAX_QUOTED:,} characters.")
    searched = Searched(text)
    return [
        searched.occurrence(
            (place,), level="exact" if text[place.start : place.end] == plain else "typographic"
        )
        for place in searched.places(literally(plain)[0])
    ]


def _is_close(window: Window) -> bool:
    return all(after.start - before.end <= MAX_ELIDED for before, after in pairwise(window))


def touch(text: str, start: int, end: int) -> bool:
    """Whether nothing but white space and invisible characters stands in [start, end)."""
    return all(text[at].isspace() or is_hidden(text[at]) for at in range(start, end))


def left_context(text: str, start: int, length: int, *, over_blank_lines: bool = False) -> int:
    """Where a context before `start` begins: at a word, at most `length` characters away, after the last blank line."""
    at = max(0, start - length)
    if not over_blank_lines:
        for line in _BLANK_LINE.finditer(text, at, start):
            at = line.end()
    while at < start and (text[at].isspace() or is_hidden(text[at]) or not is_boundary(text, at)):
        at += 1
    return at


def right_context(text: str, end: int, length: int, *, over_blank_lines: bool = False) -> int:
    """Where a context after `end` ends: after a word, at most `length` characters away, before the next blank line."""
    at = min(len(text), end + length)
    if not over_blank_lines:
        line = _BLANK_LINE.search(text, end, at)
        at = line.start() if line else at
    while at > end and (text[at - 1].isspace() or is_hidden(text[at - 1]) or not is_boundary(text, at)):
        at -= 1
    return at
