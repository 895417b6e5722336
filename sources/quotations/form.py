"""Checking a stored quotation where the text is not at hand: everything that can be known without it."""

from __future__ import annotations

import unicodedata
from collections.abc import Iterator
from itertools import pairwise

from sources.quotations import elisions
from sources.quotations.boundaries import has_words, strip
from sources.quotations.checking import inserted_negation, shortened, unfit
from sources.quotations.negations import negation
from sources.quotations.shape import Elision, Problem, Quotation, Segment

# White space between two segments, or beside what a mark accounts for: a blank line with its indents.
_MOST_SPACE = 16


def check_form(quotation: Quotation, *, language: str = "") -> list[Problem]:
    """Why `quotation` could not hold in any text; empty when it could. `verify` says whether it does hold in one.

    Order, lengths against positions, marks against gaps, what elisions record and what they leave out.
    """
    problems = list(unfit(quotation))
    if problems:
        return problems
    return [*_segments(quotation), *_marks(quotation, language)]


def _segments(quotation: Quotation) -> Iterator[Problem]:
    end = 0
    for place, one in enumerate(quotation.segments):
        words, span = shortened(one.exact), one.end - one.start
        if not 0 <= one.start < one.end:
            yield Problem(
                "bounds", place, f"“{words}” is placed at {one.start} to {one.end}, which is no place."
            )
        if one.start < end:
            yield Problem("order", place, f"“{words}” does not stand after the words quoted before it.")
        if not unicodedata.is_normalized("NFC", one.exact):
            yield Problem("form", place, f"“{words}” is not in Unicode form NFC.")
        if not has_words(one.exact) or strip(one.exact) != one.exact:
            yield Problem("edges", place, f"“{words}” holds no words, or begins or ends with white space.")
        # Typography only ever makes words shorter: a run of white space is shown as one space.
        if len(one.exact) > span or (quotation.level == "exact" and len(one.exact) != span):
            sentence = f"“{words}” has {len(one.exact)} characters, but its place has {span}."
            yield Problem("words", place, sentence)
        end = one.end


def _marks(quotation: Quotation, language: str) -> Iterator[Problem]:
    elided = {elision.after: elision for elision in quotation.elided}
    for mark in quotation.marks:
        word = (
            (negation(mark.text, language) or negation(mark.text, "en")) if mark.kind == "insertion" else None
        )
        if word:
            yield Problem("negation", mark.after, inserted_negation(word))
    for place, (before, after) in enumerate(pairwise(quotation.segments)):
        marks = [mark for mark in quotation.marks if mark.after == place]
        if not marks:
            yield Problem("gap", place, "Two segments stand together without a mark between them.")
        told = sum(len(mark.text) for mark in marks if mark.kind == "publisher")
        elision = elided.get(place)
        if elision:
            told += elision.end - elision.start
            yield from _elision(elision, before, after, place, language)
        if not told <= after.start - before.end <= told + _MOST_SPACE * (len(marks) + 1):
            yield Problem("gap", place, "The gap between two segments is not what their marks account for.")


def _elision(
    elision: Elision, before: Segment, after: Segment, place: int, language: str
) -> Iterator[Problem]:
    words = shortened(elision.exact)
    inside = before.end <= elision.start < elision.end <= after.start
    if not inside or len(elision.exact) != elision.end - elision.start:
        yield Problem("elision", place, f"The words left out, “{words}”, do not fit their place.")
        return
    text = f"{before.exact} {elision.exact} {after.exact}"
    start = len(before.exact) + 1
    end = start + len(elision.exact)
    found = elisions.left_out(text, gap=(start - 1, end + 1), elided=(start, end), language=language)
    if found.dropped:
        yield Problem("negation", place, elisions.refusal(found.dropped))
    elif found.negates != elision.negation:
        yield Problem(
            "negation", place, f"Whether the words left out negate is recorded otherwise: “{words}”."
        )
