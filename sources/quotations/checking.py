"""Verifying a stored quotation against the text it was taken from."""

from __future__ import annotations

import unicodedata
from collections.abc import Iterator
from itertools import pairwise

from sources.quotations import elisions
from sources.quotations.boundaries import has_words, is_boundary, trimmed
from sources.quotations.finding import touch
from sources.quotations.negations import negation
from sources.quotations.shape import (
    MARK_KINDS,
    MAX_ELIDED,
    MAX_MARKS,
    MAX_QUOTED,
    Elision,
    Problem,
    Quotation,
    Segment,
    stray_character,
    text_digest,
)
from sources.quotations.typed import is_bracketed, not_bracketed
from sources.quotations.typography import alike


def verify(text: str, quotation: Quotation, *, language: str = "") -> list[Problem]:
    """Why `quotation` does not hold in `text`; empty when it holds.

    It holds when every segment stands in the text at its place, in order and at word boundaries, exactly or, where
    the level says so, but for typography; when the gaps between segments are those that the marks say; when the
    words left out are recorded and drop no negation; and when prefix and suffix stand directly before and after.
    `language` (BCP 47) says which words negate; without it the words of all languages count.
    """
    problems = list(unfit(quotation))
    if problems:
        return problems
    return [
        *_snapshot(text, quotation),
        *_segments(text, quotation),
        *_level(text, quotation),
        *_gaps(text, quotation, language),
        *_context(text, quotation),
    ]


def shortened(words: str) -> str:
    """`words` on one line and short enough for a sentence."""
    line = " ".join(words.split())
    return line if len(line) <= 60 else f"{line[:40]} … {line[-17:]}"


def unfit(quotation: Quotation) -> Iterator[Problem]:
    """What is wrong without looking at the text; the rest of the checks rest on it."""
    if not quotation.segments:
        yield Problem("segments", None, "The quotation has no words.")
    strings = [
        *(segment.exact for segment in quotation.segments),
        *(elision.exact for elision in quotation.elided),
        *(mark.text for mark in quotation.marks),
        quotation.prefix,
        quotation.suffix,
    ]
    for stray in filter(None, map(stray_character, strings)):
        yield Problem("characters", None, f"The quotation holds {stray}.")
        break
    if sum(len(one.exact) for one in quotation.segments) > MAX_QUOTED or len(quotation.marks) > MAX_MARKS:
        sentence = f"A quotation has at most {MAX_QUOTED:,} characters and {MAX_MARKS} marks: make it two quotations."
        yield Problem("length", None, sentence)
    if quotation.level not in ("exact", "typographic"):
        yield Problem(
            "level", None, f"“{shortened(quotation.level)}” is no level: it is exact or typographic."
        )
    last, after = len(quotation.segments) - 1, -1
    for mark in quotation.marks:
        name = shortened(mark.kind)
        if mark.kind not in MARK_KINDS:
            yield Problem("mark", None, f"“{name}” is no kind of mark: it is one of {', '.join(MARK_KINDS)}.")
        elif not -1 <= mark.after <= last or (
            mark.kind in ("elision", "publisher") and not 0 <= mark.after < last
        ):
            yield Problem(
                "mark", mark.after, f"A mark ({name}) does not stand beside or between the quoted words."
            )
        elif bool(mark.text.strip()) != (mark.kind in ("insertion", "publisher")):
            yield Problem(
                "mark", mark.after, f"A mark ({name}) lacks its words, or has words where it has none."
            )
        elif mark.kind == "publisher" and not is_bracketed(mark.text):
            yield Problem("mark", mark.after, not_bracketed(mark.text))
        if mark.after < after:
            yield Problem("mark", mark.after, "The marks are not in the order of the words.")
        after = mark.after
    between = [mark.after for mark in quotation.marks if mark.kind == "elision"]
    if len(set(between)) < len(between) or between != [elision.after for elision in quotation.elided]:
        sentence = "The words left out are not recorded one by one for each elision, at most one between two segments."
        yield Problem("elision", None, sentence)


def _snapshot(text: str, quotation: Quotation) -> Iterator[Problem]:
    if quotation.snapshot_sha256 and (
        stray_character(text) or text_digest(text) != quotation.snapshot_sha256
    ):
        yield Problem("snapshot", None, "The text is not the snapshot that the quotation was taken from.")


def _segments(text: str, quotation: Quotation) -> Iterator[Problem]:
    end = 0
    for place, segment in enumerate(quotation.segments):
        for code, sentence in _segment(text, segment, end=end):
            yield Problem(code, place, sentence)
        end = segment.end


def _segment(text: str, segment: Segment, *, end: int) -> Iterator[tuple[str, str]]:
    words = shortened(segment.exact)
    if not 0 <= segment.start < segment.end <= len(text):
        yield (
            "bounds",
            f"“{words}” is placed at {segment.start} to {segment.end}, which is not within the text.",
        )
        return
    if segment.start < end:
        yield "order", f"“{words}” does not stand after the words quoted before it."
    if not unicodedata.is_normalized("NFC", segment.exact):
        yield "form", f"“{words}” is not in Unicode form NFC."
    printed = text[segment.start : segment.end]
    if not alike(printed, segment.exact):
        yield "words", f"The text reads “{shortened(printed)}” where the quotation reads “{words}”."
        return
    if trimmed(text, segment.start, segment.end) != (segment.start, segment.end):
        yield "edges", f"“{words}” begins or ends with white space."
    elif not has_words(segment.exact):
        yield "edges", f"“{words}” holds no words."
    for at, edge in ((segment.start, "begins"), (segment.end, "ends")):
        if not is_boundary(text, at):
            around = shortened(text[max(0, at - 12) : at + 12])
            yield "boundary", f"“{words}” {edge} within a word or a number: the text reads “{around}”."


def _level(text: str, quotation: Quotation) -> Iterator[Problem]:
    exact = all(text[max(0, one.start) : max(0, one.end)] == one.exact for one in quotation.segments)
    if exact and quotation.level == "typographic":
        yield Problem("level", None, "The words stand in the text exactly, but are stored as typographic.")
    if not exact and quotation.level == "exact":
        for place, one in enumerate(quotation.segments):
            printed = text[max(0, one.start) : max(0, one.end)]
            if printed != one.exact and alike(printed, one.exact):
                sentence = (
                    f"“{shortened(one.exact)}” is stored as exact, but its typography is not the text's."
                )
                yield Problem("level", place, sentence)


def _gaps(text: str, quotation: Quotation, language: str) -> Iterator[Problem]:
    elided = {elision.after: elision for elision in quotation.elided}
    for mark in quotation.marks:
        word = (
            negation(mark.text, language) or negation(mark.text, "en") if mark.kind == "insertion" else None
        )
        if word:
            yield Problem("negation", mark.after, inserted_negation(word))
    for place, (before, after) in enumerate(pairwise(quotation.segments)):
        gap = (before.end, after.start)
        if not 0 <= gap[0] <= gap[1] <= len(text):
            continue
        kinds = [(mark.kind, mark.text) for mark in quotation.marks if mark.after == place]
        for code, sentence in _gap(text, gap, kinds, elided.get(place), language):
            yield Problem(code, place, sentence)


def _gap(
    text: str, gap: tuple[int, int], kinds: list[tuple[str, str]], elision: Elision | None, language: str
) -> Iterator[tuple[str, str]]:
    words = shortened(text[gap[0] : gap[1]])
    if not kinds and touch(text, *gap):
        yield "gap", "Two segments stand together in the text without a mark between them: make them one."
    at = gap[0]
    for kind, marked in kinds:
        if kind == "publisher":
            at = _seen(text, at, gap[1])
            if not text.startswith(marked, at, gap[1]):
                yield (
                    "publisher",
                    f"“{shortened(marked)}” does not stand in its place: the text reads “{words}”.",
                )
                return
            at += len(marked)
        elif kind == "elision" and elision:
            inside = at <= elision.start < elision.end <= gap[1]
            if not inside or not touch(text, at, elision.start):
                yield (
                    "elision",
                    f"The elision does not record the words that it leaves out: the text reads “{words}”.",
                )
                return
            at = elision.end
            yield from _elision(text, gap, elision, language)
    if not touch(text, at, gap[1]):
        yield "gap", f"Between two segments stand words that no mark accounts for: “{words}”."


def _elision(text: str, gap: tuple[int, int], elision: Elision, language: str) -> Iterator[tuple[str, str]]:
    words = shortened(elision.exact)
    span = (elision.start, elision.end)
    if text[elision.start : elision.end] != elision.exact or trimmed(text, *span) != span:
        printed = shortened(text[elision.start : elision.end])
        yield "elision", f"The words left out are recorded as “{words}”, but the text reads “{printed}”."
        return
    if len(elision.exact) > MAX_ELIDED:
        yield "elision", f"An elision leaves out at most {MAX_ELIDED:,} characters: make it two quotations."
    found = elisions.left_out(text, gap=gap, elided=span, language=language)
    if found.dropped:
        yield "negation", elisions.refusal(found.dropped)
    elif found.negates != elision.negation:
        told = "a sentence that negates" if found.negates else "no sentence that negates"
        yield "negation", f"The elision leaves out {told}, but is recorded otherwise: “{words}”."


def inserted_negation(word: str) -> str:
    return f"The inserted words hold “{word}”, which can turn the quoted sentence round: put it in your own text."


def _seen(text: str, start: int, end: int) -> int:
    while start < end and touch(text, start, start + 1):
        start += 1
    return start


def _context(text: str, quotation: Quotation) -> Iterator[Problem]:
    start, end = max(0, quotation.start), max(0, quotation.end)
    if text[max(0, start - len(quotation.prefix)) : start] != quotation.prefix:
        sentence = f"The prefix “{shortened(quotation.prefix)}” does not stand directly before the words."
        yield Problem("prefix", None, sentence)
    if not text.startswith(quotation.suffix, end):
        sentence = f"The suffix “{shortened(quotation.suffix)}” does not stand directly after the words."
        yield Problem("suffix", None, sentence)
