"""Page tokens: where the next page begins, bound to the question that it belongs to. Pure.

A token is a place, a day and what stands for the question, in 32 characters that mean nothing to a client. It is not
secret and needs no key, so that every machine reads those of every other: whoever made one up would get a page that
anybody may ask for.
"""

import base64
import binascii
import datetime as dt
import struct
from collections.abc import Mapping
from dataclasses import dataclass
from hashlib import sha256

# Version, place, day, the beginning of the question's digest.
_FORM = struct.Struct(">BQI11s")
_VERSION = 1
LARGEST_PLACE = 2**63 - 1


class Bad(Exception):
    """The token is none of ours, or belongs to another question; the message says which."""


@dataclass(frozen=True, slots=True)
class Place:
    """Where a page begins; `day` is the one from which ages are counted, so that all pages of a list agree."""

    place: int
    day: dt.date


def token(at: Place, *, question: Mapping[str, object]) -> str:
    """The token of a page of the answers to `question`: its parameters by name, but for the token itself."""
    made = _FORM.pack(_VERSION, at.place, at.day.toordinal(), _mark(question))
    return base64.urlsafe_b64encode(made).decode("ascii")


def place(text: str, *, question: Mapping[str, object]) -> Place:
    """Where the page of a token begins. Raises Bad."""
    try:
        made = base64.b64decode(text.encode("ascii"), altchars=b"-_", validate=True)
        version, at, day, mark = _FORM.unpack(made)
        on = dt.date.fromordinal(day)
    except (binascii.Error, UnicodeEncodeError, ValueError, OverflowError, struct.error):
        raise Bad("This is no page token of ours: send the nextPageToken of an answer as it is.") from None
    if version != _VERSION or at > LARGEST_PLACE:
        raise Bad("This is no page token of ours: send the nextPageToken of an answer as it is.")
    if mark != _mark(question):
        raise Bad(
            "This page token belongs to another question: on every page all other parameters are those of the first."
        )
    return Place(at, on)


def _mark(question: Mapping[str, object]) -> bytes:
    return sha256(repr(sorted(question.items())).encode("utf-8", "surrogatepass")).digest()[:11]
