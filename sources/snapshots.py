"""Taking a snapshot: the text of a source as it stands now, kept for ever under its fingerprint.

A new text is a new snapshot. What is changed before the fingerprint is taken is said in `how`: line ends, a byte order
mark, and the Unicode form. Nothing else is changed, no space and no letter.
"""

import datetime as dt
import unicodedata
from dataclasses import dataclass

from django.db import transaction

from sources import quotations
from sources.models import Snapshot, Source, fingerprint

# Bytes of UTF-8: the longest debates and laws have about a fifth of it.
LIMIT = 5_000_000
# Characters, so that what was changed can be said behind it in the same column.
LONGEST_HOW = 180

_BOM = "\ufeff"
_CONTROLS = frozenset(map(chr, [*range(0x20), 0x7F])) - frozenset("\t\n\v\f\r")
_LEFT_BY_A_FAILED_DECODING = "\ufffd"
_OTHER_ENCODINGS = {b"\xff\xfe": "UTF-16", b"\xfe\xff": "UTF-16"}


class Refused(ValueError):
    """There is no snapshot of this; the message is a sentence for the editor."""


@dataclass(frozen=True, slots=True)
class Taken:
    """What came of it: the snapshot, what was changed in the text, and whether the text was known before."""

    snapshot: Snapshot
    changes: tuple[str, ...]
    is_new: bool
    is_filled: bool = False

    @property
    def sentence(self) -> str:
        if self.is_filled:
            return "The source had a snapshot of exactly this text, but not the text: it is held here from now on."
        if not self.is_new:
            return "This source already has a snapshot of exactly this text; no second one was made."
        changed = f" Before its fingerprint was taken: {'; '.join(self.changes)}." if self.changes else ""
        return f"The snapshot was taken.{changed}"


def decoded(data: bytes) -> str:
    """The text of an uploaded file. Raises Refused where it is too long, or is not plain text in UTF-8."""
    if len(data) > LIMIT:
        raise Refused(too_long(len(data)))
    other = _OTHER_ENCODINGS.get(data[:2])
    if other:
        raise Refused(f"The file is in {other}: save it as plain text in UTF-8 and upload that.")
    try:
        return data.decode("utf-8")
    except UnicodeDecodeError as error:
        lone = data[error.start + 1 : error.start + 2] >= b"\xa0" and data[error.start] == 0xED
        fault = (
            "holds half a character (a lone surrogate)"
            if lone
            else "is not plain text in UTF-8, or is no text at all"
        )
        raise Refused(
            f"The file {fault}: byte {error.start + 1:,} cannot be read. "
            "Save it as plain text in UTF-8 and upload that."
        ) from error


def too_long(size: int) -> str:
    """What to say of a text of `size` bytes."""
    return (
        f"The text has {size / 1_000_000:.1f} MB, and a snapshot has at most {LIMIT // 1_000_000} MB: "
        "take the part that is quoted, and say so in how it was taken."
    )


def pasted(text: str) -> str:
    """A text that came through a form. Raises Refused where characters were lost on the way."""
    if _LEFT_BY_A_FAILED_DECODING in text:
        at = text.index(_LEFT_BY_A_FAILED_DECODING)
        raise Refused(
            f"Characters of the text were lost when it was copied: “�” stands at {at + 1:,}. Copy it again; "
            "where the source itself shows “�”, save the text as a file in UTF-8 and upload that."
        )
    return text


def prepared(text: str) -> tuple[str, tuple[str, ...]]:
    """The text as it is kept, and what was changed, in words. Raises Refused where it cannot be kept.

    A byte order mark is no part of a text; line ends are line feeds; the Unicode form is NFC, in which quotations
    are compared.
    """
    stray = quotations.stray_character(text)
    if stray:
        raise Refused(f"The text holds {stray}: take it again as plain text.")
    changes = []
    if text.startswith(_BOM):
        text = text.removeprefix(_BOM)
        changes.append("the byte order mark was dropped")
    if "\r" in text:
        text = text.replace("\r\n", "\n").replace("\r", "\n")
        changes.append("Windows line ends became line feeds")
    if not unicodedata.is_normalized("NFC", text):
        text = unicodedata.normalize("NFC", text)
        changes.append("it was brought into Unicode form NFC")
    control = next((character for character in text if character in _CONTROLS), None)
    if control is not None:
        raise Refused(
            f"The text holds a control character (U+{ord(control):04X}), as files that are no text do: "
            "take it again as plain text."
        )
    if not quotations.has_words(text):
        raise Refused("There are no words in the text: paste the text of the source, or choose its file.")
    size = len(text.encode())
    if size > LIMIT:
        raise Refused(too_long(size))
    return text, tuple(changes)


@transaction.atomic
def take(*, source: Source, text: str, how: str, at: dt.datetime) -> Taken:
    """Keep `text` as a snapshot of `source`; the same text is kept once.

    A snapshot that was known by its fingerprint alone gets its text. Raises Refused with a sentence.
    """
    how = " ".join(how.split())
    if not how or quotations.stray_character(how):
        raise Refused("Say how the text was taken, for example: copied from the web page.")
    if len(how) > LONGEST_HOW:
        raise Refused(f"Say in at most {LONGEST_HOW} characters how the text was taken.")
    kept, changes = prepared(text)
    told = "; ".join([how, *changes])
    snapshot, is_new = Snapshot.objects.get_or_create(
        source=source,
        sha256=fingerprint(kept),
        defaults={"text": kept, "length": len(kept), "how": told, "taken_at": at},
    )
    filled = 0
    if not is_new and snapshot.text is None:
        filled = Snapshot.objects.filter(pk=snapshot.pk, text=None).update(text=kept, taken_at=at)
        snapshot.refresh_from_db()
    return Taken(snapshot, changes, is_new, is_filled=bool(filled))
