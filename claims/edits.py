"""What an edit changes of a text, word by word. Pure.

Everything counts here, also a letter's case, a comma and a space: what is approved is the text to the character.
"""

import difflib
import re
from collections.abc import Iterable, Iterator
from typing import Literal, NamedTuple

from sources.quotations.differences import Token, stretches

# Words with what belongs to them, white space, and everything else one by one.
_TOKEN = re.compile(r"\w+(?:['’‑·-]\w+)*|\s+|[^\w\s]")
_LINES = re.compile(r"[^\n]*\n+|[^\n]+")
# Characters of unchanged text that stay on each side of a change.
_KEPT = 90


class Piece(NamedTuple):
    """A stretch of text: in both texts, in the first alone ("removed") or in the second alone ("added")."""

    kind: Literal["same", "removed", "added"]
    text: str


class Shown(NamedTuple):
    """A piece as a page shows it; "skipped" stands for unchanged words, and `words` says how many."""

    kind: Literal["same", "removed", "added", "skipped"]
    text: str
    words: int = 0


def words(first: str, second: str) -> tuple[Piece, ...]:
    """The steps from `first` to `second`.

    What is same or removed put together is the first text, what is same or added is the second.
    """
    one, other = _LINES.findall(first), _LINES.findall(second)
    pieces: list[Piece] = []
    for tag, a, b, c, d in difflib.SequenceMatcher(None, one, other, autojunk=False).get_opcodes():
        before, after = "".join(one[a:b]), "".join(other[c:d])
        pieces += [Piece("same", before)] if tag == "equal" else _within(before, after)
    return tuple(_joined(pieces))


def _within(first: str, second: str) -> Iterator[Piece]:
    one, other = _tokens(first), _tokens(second)
    for step in stretches(one, other):
        before = "".join(token.form for token in one[step.first_start : step.first_end])
        after = "".join(token.form for token in other[step.second_start : step.second_end])
        if step.operation == "same":
            yield Piece("same", before)
        else:
            yield from (piece for piece in (Piece("removed", before), Piece("added", after)) if piece.text)


def _tokens(text: str) -> list[Token]:
    return [Token(match.group(), match.start(), match.end()) for match in _TOKEN.finditer(text)]


def _joined(pieces: Iterable[Piece]) -> Iterator[Piece]:
    """Neighbours as one: a space alone between two changed words does not make two changes of them."""
    listed = list(pieces)
    same = removed = added = ""
    for index, (kind, text) in enumerate(listed):
        if kind == "same":
            is_bridge = removed and added and text.isspace() and "\n" not in text
            if is_bridge and index + 1 < len(listed) and listed[index + 1].kind != "same":
                removed, added = removed + text, added + text
                continue
            yield from _changed(removed, added)
            same, removed, added = same + text, "", ""
            continue
        if same:
            yield Piece("same", same)
            same = ""
        removed += text if kind == "removed" else ""
        added += text if kind == "added" else ""
    yield from _changed(removed, added)
    if same:
        yield Piece("same", same)


def _changed(removed: str, added: str) -> Iterator[Piece]:
    if removed:
        yield Piece("removed", removed)
    if added:
        yield Piece("added", added)


def shortened(pieces: Iterable[Piece]) -> list[Shown]:
    """The pieces with long unchanged stretches cut to what stands beside a change."""
    listed = list(pieces)
    found: list[Shown] = []
    for index, (kind, text) in enumerate(listed):
        if kind != "same":
            found.append(Shown(kind, text))
            continue
        head = _head(text) if index else ""
        tail = _tail(text) if index < len(listed) - 1 else ""
        middle = text[len(head) : len(text) - len(tail)]
        if len(head) + len(tail) >= len(text) or len(middle) < _KEPT:
            found.append(Shown("same", text))
            continue
        cut = [Shown("same", head), Shown("skipped", "", len(middle.split())), Shown("same", tail)]
        found += [piece for piece in cut if piece.kind == "skipped" or piece.text]
    return found


def _head(text: str) -> str:
    """The beginning of a text, up to the end of a word."""
    end = text.find(" ", _KEPT)
    return text if end < 0 else text[:end]


def _tail(text: str) -> str:
    start = text.rfind(" ", 0, max(0, len(text) - _KEPT))
    return text if start < 0 else text[start + 1 :]
