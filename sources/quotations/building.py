"""Making a quotation from the place where its words were found, with no more context than it needs."""

from __future__ import annotations

from collections.abc import Sequence

from sources.quotations import elisions
from sources.quotations.boundaries import has_words, is_boundary, trimmed
from sources.quotations.checking import inserted_negation, shortened
from sources.quotations.finding import Searched, Window, left_context, right_context
from sources.quotations.negations import negation
from sources.quotations.shape import CONTEXT, MAX_ELIDED, MAX_QUOTED, Elision, Level, Mark, Quotation, Segment
from sources.quotations.typed import Group

# How far the context of a repeated quotation may reach to single it out; beyond that its position has to do.
_MAX_CONTEXT = 120


class Unquotable(ValueError):
    """The words stand there, but may not be quoted so; `code` names the rule, the message is for the editor."""

    def __init__(self, code: str, sentence: str) -> None:
        super().__init__(sentence)
        self.code = code


def span(text: str, start: int, end: int, *, context: int = CONTEXT) -> Quotation:
    """The quotation of a selection: text[start:end] without white space at its ends, exact.

    Raises Unquotable where the selection is not within the text, holds no words, is too long or cuts a word in two.
    Its context does not single out repeated words: its place does.
    """
    if not 0 <= start <= end <= len(text):
        raise Unquotable("bounds", f"The selection from {start} to {end} is not within the text.")
    start, end = trimmed(text, start, end)
    words = text[start:end]
    if not has_words(words):
        raise Unquotable("words", "There are no words in the selection.")
    if len(words) > MAX_QUOTED:
        raise Unquotable("length", f"A quotation has at most {MAX_QUOTED:,} characters.")
    if not (is_boundary(text, start) and is_boundary(text, end)):
        raise Unquotable(
            "boundary", f"The selection “{shortened(words)}” begins or ends within a word or a number."
        )
    return Quotation(
        segments=(Segment(exact=words, start=start, end=end),),
        prefix=text[left_context(text, start, context) : start],
        suffix=text[end : right_context(text, end, context)],
    )


def built(
    searched: Searched,
    groups: Sequence[Group],
    window: Window,
    *,
    repeats: Sequence[Window],
    language: str,
    context: int,
) -> Quotation:
    """The quotation of typed groups at the window where they stand; `repeats` are its other windows.

    Raises Unquotable where an elision is too long or drops a negation, or an insertion brings one in.
    """
    text = searched.text
    segments: list[Segment] = []
    marks: list[Mark] = []
    elided: list[Elision] = []
    level: Level = "exact"
    for number, (group, place) in enumerate(zip(groups, window, strict=True)):
        if number:
            marks.append(Mark("elision", len(segments) - 1))
        spans = iter(place.spans)
        for item in group:
            if item.kind == "words":
                start, end = next(spans)
                printed = text[start:end]
                exact = item.text if item.text == printed else " ".join(item.text.split())
                level = level if exact == printed else "typographic"
                segments.append(Segment(exact, start, end))
                continue
            if item.kind == "publisher":
                start, end = next(spans)
                marks.append(Mark("publisher", len(segments) - 1, text[start:end]))
                continue
            word = (negation(item.text, language) or negation(item.text, "en")) if item.text else None
            if word:
                raise Unquotable("negation", inserted_negation(word))
            marks.append(Mark(item.kind, len(segments) - 1, item.text))
    # The gap of an elision is as wide as the segments beside it: a publisher's words stand inside it.
    after = [mark.after for mark in marks if mark.kind == "elision"]
    for where, before, behind in zip(after, window, window[1:], strict=False):
        gap = (segments[where].end, segments[where + 1].start)
        elided.append(_elision(text, where, gap, trimmed(text, before.end, behind.start), language))
    prefix, suffix = _context(text, window, repeats, context)
    return Quotation(tuple(segments), tuple(marks), tuple(elided), prefix, suffix, level)


def _elision(text: str, after: int, gap: tuple[int, int], elided: tuple[int, int], language: str) -> Elision:
    start, end = elided
    if end - start > MAX_ELIDED:
        sentence = (
            f"An elision leaves out at most {MAX_ELIDED:,} characters, and here it is {end - start:,}: "
        )
        raise Unquotable("length", sentence + "make it two quotations.")
    found = elisions.left_out(text, gap=gap, elided=elided, language=language)
    if found.dropped:
        raise Unquotable("negation", elisions.refusal(found.dropped))
    return Elision(after, text[start:end], start, end, found.negates)


def _context(text: str, window: Window, repeats: Sequence[Window], context: int) -> tuple[str, str]:
    """What stands directly before and after: at most `context` characters each, more only to tell it from repeats."""
    start, end = window[0].start, window[-1].end
    left, right = left_context(text, start, context), right_context(text, end, context)
    before = [_alike_before(text, start, other[0].start) for other in repeats]
    after = [_alike_after(text, end, other[-1].end) for other in repeats]
    open_ = [
        place
        for place in range(len(repeats))
        if before[place] >= start - left and after[place] >= right - end
    ]
    if open_:
        wider_left = _outwards(text, start, max(before[place] for place in open_) + 1)
        wider_right = _onwards(text, end, max(after[place] for place in open_) + 1)
        if wider_left is not None and (wider_right is None or start - wider_left <= wider_right - end):
            left = wider_left
        elif wider_right is not None:
            right = wider_right
    return text[left:start], text[end:right]


def _alike_before(text: str, one: int, other: int) -> int:
    """How many characters before two places are the same, counted up to _MAX_CONTEXT."""
    if one == other:
        return _MAX_CONTEXT
    count = 0
    while (
        count < _MAX_CONTEXT and count < min(one, other) and text[one - count - 1] == text[other - count - 1]
    ):
        count += 1
    return count


def _alike_after(text: str, one: int, other: int) -> int:
    """How many characters after two places are the same, counted up to _MAX_CONTEXT."""
    if one == other:
        return _MAX_CONTEXT
    count, most = 0, min(_MAX_CONTEXT, len(text) - max(one, other))
    while count < most and text[one + count] == text[other + count]:
        count += 1
    return count


def _outwards(text: str, start: int, length: int) -> int | None:
    """Where a context before `start` of at least `length` characters begins, at a word; None where it gets too long."""
    at = start - length
    while at >= 0 and start - at <= _MAX_CONTEXT:
        if is_boundary(text, at) and not text[at].isspace():
            return at
        at -= 1
    return None


def _onwards(text: str, end: int, length: int) -> int | None:
    """Where a context after `end` of at least `length` characters ends, after a word; None where it gets too long."""
    at = end + length
    while at <= len(text) and at - end <= _MAX_CONTEXT:
        if is_boundary(text, at) and not text[at - 1].isspace():
            return at
        at += 1
    return None
