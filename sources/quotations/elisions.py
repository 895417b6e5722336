"""What an elision leaves out, and the rule that it must not turn a sentence round."""

from __future__ import annotations

from dataclasses import dataclass

from sources.quotations.negations import is_listed, negation
from sources.quotations.sentences import sentence_ends


@dataclass(frozen=True, slots=True)
class LeftOut:
    """`dropped`: the negating word that a quoted sentence loses, or None; `negates`: whether any word negates."""

    dropped: str | None
    negates: bool


def left_out(text: str, *, gap: tuple[int, int], elided: tuple[int, int], language: str) -> LeftOut:
    """What the words at `elided` do to the sentences around the gap between two quoted segments.

    Up to the first sentence end in the gap they belong to the quoted sentence before, from the last one on to the
    quoted sentence after; without a sentence end they belong to both.
    """
    ends = sentence_ends(text, *gap)
    first, last = (ends[0], ends[-1]) if ends else (gap[1], gap[1])
    start, end = elided
    head, tail = text[start : min(end, first)], text[max(start, last) : end]
    dropped = negation(head, language) or negation(tail, language)
    if not is_listed(language):
        # Any word may negate in a language that has no list: nothing within a sentence is left out of it.
        dropped = dropped or next(iter([*head.split(), *tail.split()]), None)
        return LeftOut(dropped, negates=True)
    return LeftOut(dropped, negation(text[start:end], language) is not None)


def refusal(dropped: str) -> str:
    """Why an elision is refused, for the editor."""
    return f"The elision leaves out “{dropped}” within a quoted sentence and can turn it round: quote it too."
