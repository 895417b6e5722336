"""Wordings of one remark side by side: which words each has to itself. Pure.

Words are compared without case and typography, in order: a word that stands elsewhere in another wording is not the
same word there. Nothing is said of meaning; two translations may share hardly a word.
"""

from collections.abc import Sequence
from typing import Literal, NamedTuple

from sources.quotations.differences import Difference, Token, stretches, tokens
from sources.quotations.differences import difference as word_difference


class Piece(NamedTuple):
    """A stretch of one wording: words that another wording has, too ("same"), or that it alone has ("only-here")."""

    kind: Literal["same", "only-here"]
    text: str


def difference(one: str, other: str) -> list[Difference]:
    """The steps from one wording to the other: same, changed, only first, only second, with the words of each."""
    return word_difference(one, other, fold_case=True)


def aligned(one: str, other: str) -> tuple[list[Piece], list[Piece]]:
    """The pieces of two wordings; the texts of the pieces put together are the wordings again."""
    first, second = side_by_side([one, other])
    return first, second


def side_by_side(wordings: Sequence[str]) -> list[list[Piece]]:
    """The pieces of each wording, in the order given. A word that at least one other has in its place is the same."""
    read = [tokens(wording, fold_case=True) for wording in wordings]
    shared: list[set[int]] = [set() for _ in wordings]
    for a, first in enumerate(read):
        for b in range(a + 1, len(read)):
            for step in stretches(first, read[b]):
                if step.operation == "same":
                    shared[a].update(range(step.first_start, step.first_end))
                    shared[b].update(range(step.second_start, step.second_end))
    return [_pieces(*one) for one in zip(wordings, read, shared, strict=True)]


def _pieces(wording: str, read: list[Token], shared: set[int]) -> list[Piece]:
    """Cut a wording where its own words begin and end; white space around them stays with what is the same."""
    pieces: list[Piece] = []
    done = 0
    place = 0
    while place < len(read):
        if place in shared:
            place += 1
            continue
        last = place
        while last + 1 < len(read) and last + 1 not in shared:
            last += 1
        if read[place].start > done:
            pieces.append(Piece("same", wording[done : read[place].start]))
        done = read[last].end
        pieces.append(Piece("only-here", wording[read[place].start : done]))
        place = last + 1
    if done < len(wording):
        pieces.append(Piece("same", wording[done:]))
    return pieces
