"""Wordings of one remark part by part, as a parallel edition sets them: what they share, and where they differ. Pure.

The wordings are laid over one another word by word, the two that have most in common first. Words are compared
without case and typography; nothing else counts as the same, so "1,000" over against "a thousand" is a difference.
"""

from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass
from itertools import groupby, pairwise
from typing import Literal, NamedTuple

from claims.printed import Printed
from sources.quotations.differences import word_tokens

# More wordings than this do not stand beside one another on a page, and longer ones are not compared word by word.
MAX_WORDINGS = 6
MAX_WORDS = 150
# Nor is a page kept waiting: the work grows with the product of their lengths.
MAX_COMPARED = 20_000

# Words of so few letters (a, of, the) are everywhere: one of them alone is no part that two wordings share.
_SMALL = 3
_SAME, _SAME_SMALL, _OTHER, _NOTHING = 15, 5, -5, -3

Kind = Literal["words", "elision", "insertion", "sic", "publisher"]


class Piece(NamedTuple):
    """Words of a wording, or a mark between them; `alone` where no other wording has any of them in this part."""

    kind: Kind
    text: str
    space_before: bool
    alone: bool = False


@dataclass(frozen=True, slots=True)
class Part:
    """One part of the remark: what each wording has there, in their order; nothing is an empty cell.

    `same` says that all have the same words, in the same form.
    """

    cells: tuple[tuple[Piece, ...], ...]
    same: bool


class _Word(NamedTuple):
    """A word with the punctuation that touches it, and the marks that follow it."""

    form: str
    pieces: tuple[Piece, ...]


# What stands at one place of the remark, by wording: its word, or None.
_Column = tuple[_Word | None, ...]


def aligned(wordings: Sequence[Printed]) -> list[Part]:
    """The parts of different wordings in reading order; empty where there is nothing to be learned from them.

    Each wording put together again from its cells is the wording. There is nothing to be learned from a single
    wording, from too many or too long ones, or from wordings that share no word of substance.
    """
    read = [_words(wording) for wording in wordings]
    if not 2 <= len(read) <= MAX_WORDINGS or _is_too_much([len(words) for words in read]):
        return []
    columns = _laid_over(read)
    parts = [_part(list(group)) for _, group in groupby(_settled(columns), key=lambda found: found[0])]
    return parts if any(_shares_substance(column) for column in columns) else []


def _is_too_much(lengths: list[int]) -> bool:
    """Whether comparing wordings of so many words would take too long, where hardly a word is shared."""
    longest, *others = sorted(lengths, reverse=True)
    compared, height = 0, longest
    for length in others:
        compared += height * length
        height += length
    return longest > MAX_WORDS or compared > MAX_COMPARED


def _words(wording: Printed) -> list[_Word]:
    """The words of a quotation; what is no word goes with the word before it, at the beginning with the first."""
    found: list[_Word] = []
    before: list[Piece] = []
    for run in wording.runs:
        if run.kind != "words":
            mark = Piece(run.kind, run.text, run.space_before)
            if found:
                found[-1] = _Word(found[-1].form, (*found[-1].pieces, mark))
            else:
                before.append(mark)
            continue
        for number, (form, text, spaced) in enumerate(_split(run.text)):
            piece = Piece("words", text, spaced if number else run.space_before)
            found.append(_Word(form, (*before, piece)))
            before = []
    return found


def _split(text: str) -> list[tuple[str, str, bool]]:
    """The words of a text, each with the punctuation that touches it, and whether white space stands before it."""
    tokens = word_tokens(text)
    starts = [0]
    for one, other in pairwise(tokens):
        gap = text[one.end : other.start]
        # What opens (a quotation mark, a bracket) stands after the last space; what closes stands before it.
        spaces = [at for at, character in enumerate(gap) if character.isspace()]
        starts.append(one.end + spaces[-1] + 1 if spaces else other.start)
    ends = [*starts[1:], len(text)]
    return [
        (token.form, text[start:end].strip(), start > 0 and text[start - 1].isspace())
        for token, start, end in zip(tokens, starts, ends, strict=False)
    ]


def _laid_over(read: list[list[_Word]]) -> list[_Column]:
    """All wordings over one another: the two that are most alike first, then whichever is most like those."""
    rest = list(range(len(read)))
    pairs = [(one, other) for one in rest for other in rest if one < other]
    first, second = max(pairs, key=lambda pair: (_likeness(read[pair[0]], read[pair[1]]), -pair[0], -pair[1]))
    columns: list[dict[int, _Word]] = [{first: word} for word in read[first]]
    done = [first]
    following = second
    while True:
        columns = _joined(columns, following, read[following])
        done.append(following)
        left = [number for number in rest if number not in done]
        if not left:
            break
        following = max(left, key=lambda n: (max(_likeness(read[n], read[other]) for other in done), -n))
    return [tuple(column.get(number) for number in rest) for column in columns]


def _likeness(one: list[_Word], other: list[_Word]) -> int:
    """What two wordings have in common, whatever its order."""
    shared = {word.form for word in one} & {word.form for word in other}
    return sum(_weight(form) for form in shared)


def _weight(form: str) -> int:
    return _SAME_SMALL if _is_small(form) else _SAME


def _is_small(form: str) -> bool:
    return len(form) <= _SMALL and form.isascii() and form.isalpha()


def _joined(columns: list[dict[int, _Word]], number: int, words: list[_Word]) -> list[dict[int, _Word]]:
    """The columns with one more wording laid over them, by the best score (Needleman and Wunsch, 1970)."""
    height, width = len(columns), len(words)
    forms = [{word.form for word in column.values()} for column in columns]
    best = [[(row + column) * _NOTHING for column in range(width + 1)] for row in range(height + 1)]
    for row in range(1, height + 1):
        above, here = best[row - 1], best[row]
        for column in range(1, width + 1):
            form = words[column - 1].form
            met = above[column - 1] + (_weight(form) if form in forms[row - 1] else _OTHER)
            here[column] = max(met, above[column] + _NOTHING, here[column - 1] + _NOTHING)
    made: list[dict[int, _Word]] = []
    row, column = height, width
    while row or column:
        score = best[row][column]
        if row and column:
            form = words[column - 1].form
            met = best[row - 1][column - 1] + (_weight(form) if form in forms[row - 1] else _OTHER)
            if score == met:
                row, column = row - 1, column - 1
                made.append({**columns[row], number: words[column]})
                continue
        if row and score == best[row - 1][column] + _NOTHING:
            row -= 1
            made.append(columns[row])
        else:
            column -= 1
            made.append({number: words[column]})
    return made[::-1]


# The wordings that share the word of a column; empty where none do.
_Sharing = frozenset[int]


def _settled(columns: list[_Column]) -> list[tuple[_Sharing, _Column]]:
    """Each column with the wordings that share its word; a small word alone among differences is one of them."""
    found: list[tuple[_Sharing, _Column]] = []
    for sharing, group in groupby(((_sharing(column), column) for column in columns), key=lambda one: one[0]):
        listed = list(group)
        if len(listed) == 1 and sharing and not _shares_substance(listed[0][1]):
            listed = [(frozenset(), listed[0][1])]
        found += listed
    return found


def _sharing(column: _Column) -> _Sharing:
    """The most wordings that have one word here, where at least two do."""
    by_form: dict[str, list[int]] = {}
    for number, word in enumerate(column):
        if word:
            by_form.setdefault(word.form, []).append(number)
    most = max(by_form.values(), key=len)
    return frozenset(most) if len(most) > 1 else frozenset()


def _shares_substance(column: _Column) -> bool:
    sharing = _sharing(column)
    return any(
        word is not None and not _is_small(word.form)
        for number, word in enumerate(column)
        if number in sharing
    )


def _part(settled: list[tuple[_Sharing, _Column]]) -> Part:
    sharing = settled[0][0]
    columns = [column for _, column in settled]
    words = [[word for column in columns if (word := column[number])] for number in range(len(columns[0]))]
    # Elsewhere in the part another wording may have the word, too: then it does not stand in one alone.
    held_by = Counter(form for cell in words for form in {word.form for word in cell})
    cells = tuple(
        _cell(cell, alone={word.form for word in cell if number not in sharing and held_by[word.form] == 1})
        for number, cell in enumerate(words)
    )
    forms = {tuple((piece.kind, piece.text) for piece in cell) for cell in cells}
    return Part(cells, same=len(sharing) == len(cells) and len(forms) == 1)


def _cell(words: list[_Word], *, alone: set[str]) -> tuple[Piece, ...]:
    """The words of one wording in one part: neighbours that all stand in it alone, or all do not, in one piece."""
    made: list[Piece] = []
    for word in words:
        for piece in word.pieces:
            piece = piece._replace(alone=word.form in alone and piece.kind == "words")
            if made and made[-1].kind == piece.kind == "words" and made[-1].alone == piece.alone:
                space = " " if piece.space_before else ""
                made[-1] = made[-1]._replace(text=f"{made[-1].text}{space}{piece.text}")
            else:
                made.append(piece)
    return tuple(made)
