"""A text that somebody can read: what goes on the record is there for good, and in every copy of it. Pure.

Control characters, halves of characters and code points that are none stand in no XML and in few terminals; characters
without a shape show nothing. Neither can be taken out of an entry again.
"""

import re
import unicodedata
from collections.abc import Iterator
from typing import Any

# Tabs and line breaks are the only control characters that say something to a reader.
_STRAY = re.compile(
    "[\x00-\x08\x0b\x0c\x0e-\x1f\x7f-\x9f\ud800-\udfff\ufdd0-\ufdef"
    + "".join(f"{chr(plane + 0xFFFE)}{chr(plane + 0xFFFF)}" for plane in range(0, 0x110000, 0x10000))
    + "]"
)
# Letters and symbols by their category that fonts show as nothing: fillers, the empty Braille cell, a placeholder, a
# null note head.
_SHAPELESS = frozenset("\u115f\u1160\u2800\u3164\uffa0\ufffc\U0001d159")
_SHOWN = frozenset("LNPS")
_SHORT = 20
_UNWRITABLE = re.compile("[\0\ud800-\udfff]")


def is_writable(text: str) -> bool:
    """Whether a text can be written down at all: JSON's escapes also say NUL and halves of characters."""
    return not _UNWRITABLE.search(text)


def is_blank(text: str) -> bool:
    """Whether a reader would see nothing at all: spaces, line breaks, marks without a letter, invisible characters."""
    first = text[:1]
    if first.isascii() and first.isalnum():
        return False
    return not any(
        unicodedata.category(character)[0] in _SHOWN and character not in _SHAPELESS for character in text
    )


def objection(text: str, *, named: str) -> str:
    """Why `text` cannot go on the record, in a sentence about `named`; empty where it can, and for an empty text."""
    stray = _STRAY.search(text)
    if stray:
        before = " ".join(text[: stray.start()].split())[-_SHORT:]
        where = f"after “{before}”" if before else "at its beginning"
        return (
            f"{named} holds a character that nobody can read (U+{ord(stray[0]):04X}), {where}: take it out."
        )
    if text and is_blank(text):
        return f"{named} holds nothing that anybody can see: write it, or leave it empty."
    return ""


def printable(text: str) -> str:
    """A text as it can be printed on a terminal: whatever could move or hide what stands around it is escaped."""
    return "".join(
        character if character.isprintable() else character.encode("unicode_escape").decode("ascii")
        for character in text
    )


def texts(value: Any) -> Iterator[str]:
    """Every text in a JSON value, without the names of members."""
    if isinstance(value, str):
        yield value
    elif isinstance(value, dict):
        for part in value.values():
            yield from texts(part)
    elif isinstance(value, list):
        for part in value:
            yield from texts(part)
