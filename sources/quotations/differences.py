"""Comparing two texts word by word."""

import difflib
import re
from typing import Literal, NamedTuple

from sources.quotations.boundaries import UNSPACED
from sources.quotations.typography import levelled

Operation = Literal["same", "changed", "only first", "only second"]

# Words with their inner hyphens and apostrophes, numbers with their separators, single characters of scripts that
# are written without spaces, single punctuation marks.
_WORDS = rf"[^\W{UNSPACED}]+(?:(?:['’‐‑·-]|(?<=\d)[.,:/](?=\d))[^\W{UNSPACED}]+)*|[{UNSPACED}]"
_WORD = re.compile(_WORDS)
_TOKEN = re.compile(rf"{_WORDS}|[^\w\s]")
# Beyond this product of lengths two passages are told to differ, but not how.
_MAX_COMPARED = 250_000


class Token(NamedTuple):
    """A word, number or punctuation mark at [start, end) of its text, and the form it is compared by."""

    form: str
    start: int
    end: int


class Stretch(NamedTuple):
    """Tokens [first_start, first_end) of one text over against [second_start, second_end) of the other."""

    operation: Operation
    first_start: int
    first_end: int
    second_start: int
    second_end: int


class Difference(NamedTuple):
    """One step from the first text to the second: the words of each, empty where it has none here."""

    operation: Operation
    first: str
    second: str


def tokens(text: str) -> list[Token]:
    """The words and punctuation marks of `text` in order, compared without typography."""
    return [Token(_form(match.group()), match.start(), match.end()) for match in _TOKEN.finditer(text)]


def word_tokens(text: str) -> list[Token]:
    """The words of `text` in order, without punctuation, compared without typography and case."""
    return [
        Token(_form(match.group()).casefold(), match.start(), match.end()) for match in _WORD.finditer(text)
    ]


def _form(token: str) -> str:
    return token if token.isalnum() else levelled(token)


def stretches(first: list[Token], second: list[Token]) -> list[Stretch]:
    """How the tokens of two texts lie over against each other, in order and without a gap."""
    one, other = [token.form for token in first], [token.form for token in second]
    head = _common(one, other)
    tail = _common(one[head:][::-1], other[head:][::-1])
    middle_one, middle_other = one[head : len(one) - tail], other[head : len(other) - tail]
    found = [_stretch("equal", 0, head, 0, head)] if head else []
    if len(middle_one) * len(middle_other) > _MAX_COMPARED:
        codes = [("replace", 0, len(middle_one), 0, len(middle_other))]
    else:
        codes = list(difflib.SequenceMatcher(None, middle_one, middle_other, autojunk=False).get_opcodes())
    found += [_stretch(tag, a + head, b + head, c + head, d + head) for tag, a, b, c, d in codes]
    if tail:
        found.append(_stretch("equal", len(one) - tail, len(one), len(other) - tail, len(other)))
    return found


def difference(first: str, second: str) -> list[Difference]:
    """The steps from `first` to `second`, with the words as they stand in each."""
    one, other = tokens(first), tokens(second)
    return [
        Difference(
            step.operation,
            _words(first, one[step.first_start : step.first_end]),
            _words(second, other[step.second_start : step.second_end]),
        )
        for step in stretches(one, other)
    ]


def _words(text: str, part: list[Token]) -> str:
    return text[part[0].start : part[-1].end] if part else ""


def _common(one: list[str], other: list[str]) -> int:
    """How many tokens two lists have in common at their beginning."""
    for count, (a, b) in enumerate(zip(one, other, strict=False)):
        if a != b:
            return count
    return min(len(one), len(other))


def _stretch(tag: str, a: int, b: int, c: int, d: int) -> Stretch:
    operation: Operation = "changed"
    if tag == "equal":
        operation = "same"
    elif a == b:
        operation = "only second"
    elif c == d:
        operation = "only first"
    return Stretch(operation, a, b, c, d)
