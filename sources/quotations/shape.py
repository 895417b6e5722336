"""What a quotation is made of: plain values, and the dictionary form that is stored, published and dumped."""

from __future__ import annotations

import hashlib
import unicodedata
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any, Literal, NamedTuple, get_args

Level = Literal["exact", "typographic"]
MarkKind = Literal["elision", "insertion", "sic", "publisher"]

MARK_KINDS: tuple[str, ...] = get_args(MarkKind)
# Characters: of the words of one quotation with its marks, and of the words that one elision leaves out.
MAX_QUOTED = 5_000
MAX_ELIDED = 2_000
MAX_MARKS = 100
# Characters of the text that are kept on each side of a quotation: enough to see where it stands.
CONTEXT = 20


class Malformed(ValueError):
    """The dictionary is not the form of a quotation; the message says where."""


@dataclass(frozen=True, slots=True)
class Segment:
    """Words at [start, end) of the text, in code points. `exact` is what is shown."""

    exact: str
    start: int
    end: int


@dataclass(frozen=True, slots=True)
class Mark:
    """A sign of ours after segment `after` (0-based; -1 is before the first).

    An elision and a sic have no text; an insertion has our words; `publisher` has words that stand in the text
    between two segments, in brackets, and are not the speaker's.
    """

    kind: str
    after: int
    text: str = ""


@dataclass(frozen=True, slots=True)
class Elision:
    """The words that an elision after segment `after` leaves out, as they stand at [start, end) of the text.

    `negation` says that a sentence left out whole negates something: the second reader must acknowledge it.
    """

    after: int
    exact: str
    start: int
    end: int
    negation: bool = False


@dataclass(frozen=True, slots=True)
class Quotation:
    """One or more segments of one text, in order, with our marks between them and what stands before and after.

    `snapshot_sha256` is the digest of the text; empty where the record around the quotation names the snapshot.
    """

    segments: tuple[Segment, ...]
    marks: tuple[Mark, ...] = ()
    elided: tuple[Elision, ...] = ()
    prefix: str = ""
    suffix: str = ""
    level: str = "exact"
    snapshot_sha256: str = ""

    @property
    def start(self) -> int:
        return self.segments[0].start

    @property
    def end(self) -> int:
        return self.segments[-1].end

    def as_dict(self) -> dict[str, Any]:
        """The dictionary form without the snapshot, which the record around it names."""
        return {
            "segments": [{"exact": one.exact, "start": one.start, "end": one.end} for one in self.segments],
            "marks": [{"kind": mark.kind, "after": mark.after, "text": mark.text} for mark in self.marks],
            "elided": [
                {
                    "after": one.after,
                    "exact": one.exact,
                    "start": one.start,
                    "end": one.end,
                    "negation": one.negation,
                }
                for one in self.elided
            ],
            "prefix": self.prefix,
            "suffix": self.suffix,
            "level": self.level,
        }

    @classmethod
    def from_dict(cls, form: Mapping[str, Any]) -> Quotation:
        """Read the dictionary form. Everything but the segments may be left out; an unknown key is an error.

        The snapshot's digest is read from `snapshot_sha256` (published documents) or `snapshot` (seeds).
        Raises Malformed with a sentence that names the place. Whether it holds in a text is for `verify`.
        """
        whole = _Reader(form, "quotation", ("segments",), _OPTIONAL)
        return cls(
            segments=tuple(
                Segment(exact=one.string("exact"), start=one.integer("start"), end=one.integer("end"))
                for one in whole.parts("segments", ("exact", "start", "end"))
            ),
            marks=tuple(
                Mark(kind=one.string("kind"), after=one.integer("after"), text=one.string("text"))
                for one in whole.parts("marks", ("kind", "after"), ("text",))
            ),
            elided=tuple(
                Elision(
                    after=one.integer("after"),
                    exact=one.string("exact"),
                    start=one.integer("start"),
                    end=one.integer("end"),
                    negation=one.boolean("negation"),
                )
                for one in whole.parts("elided", ("after", "exact", "start", "end"), ("negation",))
            ),
            prefix=whole.string("prefix"),
            suffix=whole.string("suffix"),
            level=whole.string("level", "exact"),
            snapshot_sha256=whole.string("snapshot_sha256", whole.string("snapshot")),
        )


_OPTIONAL = ("marks", "elided", "prefix", "suffix", "level", "snapshot_sha256", "snapshot")


class Problem(NamedTuple):
    """One reason why a quotation does not hold: a code, the segment (None: the whole) and a sentence for editors."""

    code: str
    segment: int | None
    sentence: str


class Piece(NamedTuple):
    """One piece of a quotation as shown. A space stands before it unless it is `glued` to the piece before.

    `text` is the words of words, insertion and publisher; for an elision the words that it leaves out.
    """

    kind: str
    text: str
    glued: bool


def text_digest(text: str) -> str:
    """SHA-256 of the text's UTF-8 bytes in lower-case hexadecimal. Raises ValueError for lone surrogates."""
    return hashlib.sha256(text.encode()).hexdigest()


def stray_character(text: str) -> str | None:
    """What makes `text` no text that can be stored and sent, in words: a NUL or half a character; None if nothing."""
    if "\0" in text:
        return "a NUL character"
    try:
        text.encode()
    except UnicodeEncodeError:
        return "half a character (a lone surrogate)"
    return None


def text_problem(text: str) -> str | None:
    """Why `text` cannot be a snapshot's text, in a sentence; None where it can."""
    stray = stray_character(text)
    if stray:
        return f"The text holds {stray}: take it again as plain UTF-8 text."
    if not unicodedata.is_normalized("NFC", text):
        return "The text is not in Unicode form NFC: convert it before its fingerprint is taken."
    return None


class _Reader:
    """Reads one dictionary strictly, so that a hand-written seed is told what is wrong and where."""

    def __init__(self, form: Any, name: str, needed: tuple[str, ...], optional: tuple[str, ...] = ()) -> None:
        if not isinstance(form, Mapping):
            raise Malformed(f"The {name} is not a mapping.")
        for key in needed:
            if key not in form:
                raise Malformed(f"The {name} lacks “{key}”.")
        for key in form:
            if key not in needed and key not in optional:
                raise Malformed(f"The {name} has an unknown key “{key}”.")
        self._form, self._name = form, name

    def string(self, key: str, default: str = "") -> str:
        value = self._form.get(key, default)
        if not isinstance(value, str):
            raise Malformed(f"“{key}” of the {self._name} is not a text.")
        return value

    def integer(self, key: str) -> int:
        value = self._form[key]
        if not isinstance(value, int) or isinstance(value, bool):
            raise Malformed(f"“{key}” of the {self._name} is not a whole number.")
        return value

    def boolean(self, key: str) -> bool:
        value = self._form.get(key, False)
        if not isinstance(value, bool):
            raise Malformed(f"“{key}” of the {self._name} is neither true nor false.")
        return value

    def parts(self, key: str, needed: tuple[str, ...], optional: tuple[str, ...] = ()) -> list[_Reader]:
        value = self._form.get(key, [])
        if not isinstance(value, list | tuple):
            raise Malformed(f"“{key}” of the {self._name} is not a list.")
        if key == "segments" and not value:
            raise Malformed("The quotation has no segments.")
        return [
            _Reader(one, f"{key} entry {place}", needed, optional) for place, one in enumerate(value, start=1)
        ]
