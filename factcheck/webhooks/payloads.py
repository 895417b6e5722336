"""What a message says: the change feed's entry, under a name for what happened.

A text that is not to be read any more is never news: of an entry whose text was redacted, or whose fact-check was
withdrawn since, the envelope alone is sent, and so it is where a text is too long for a message.
"""

import datetime as dt
import json
from dataclasses import dataclass

from claims import changes, record
from claims.models import Publication, Revision
from claims.subjects import identifier_of, kind_of

# Of a body. Receivers bound what they take; the change feed has it in any case.
MOST_BYTES = 200_000

_CLAIM = {
    Revision.Kind.PUBLICATION: "claim.published",
    Revision.Kind.CORRECTION: "claim.corrected",
    Revision.Kind.VERDICT_CHANGE: "claim.verdict_changed",
    Revision.Kind.CLARIFICATION: "claim.clarified",
    Revision.Kind.UPDATE: "claim.updated",
    Revision.Kind.TYPO: "claim.typo_corrected",
    Revision.Kind.WITHDRAWAL: "claim.withdrawn",
    Revision.Kind.RESTORATION: "claim.restored",
    Revision.Kind.REDACTION: "claim.redacted",
}
_OTHER = {
    Revision.Kind.REFERENCE: "reference.changed",
    Revision.Kind.REDACTION: "reference.redacted",
    Revision.Kind.KEY: "key.introduced",
}
PING = "ping"


def event_type(revision: Revision) -> str:
    """What happened, in one word behind what it happened to."""
    names = {**_OTHER, **_CLAIM} if kind_of(revision.subject) == "claims" else _OTHER
    return names.get(Revision.Kind(revision.kind), _OTHER[Revision.Kind.REFERENCE])


@dataclass(frozen=True, slots=True)
class Message:
    """What is sent about an entry. `name` is by its digest too: after a restore its sequence may be of another."""

    name: str
    body: bytes


def message(sequence: int) -> Message:
    """The message about one entry, as the record stands at this moment."""
    revision = Revision.objects.with_signatures().get(pk=sequence)
    entry = changes.entry(revision, skipped=_is_kept_back(revision))
    head = _head(event_type(revision), record.time_text(revision.at))
    return Message(f"{sequence}-{revision.entry_digest[:12]}", b'%b,"data":%b}' % (head[:-1], entry))


def ping(*, at: dt.datetime, subscription: str) -> bytes:
    """The message that only asks whether it arrives."""
    head = _head(PING, record.time_text(at))
    return b'%b,"data":%b}' % (head[:-1], json.dumps({"subscription": subscription}).encode())


def _is_kept_back(revision: Revision) -> bool:
    if len((revision.body or "").encode()) > MOST_BYTES:
        return True
    if kind_of(revision.subject) != "claims" or revision.kind == Revision.Kind.WITHDRAWAL:
        return False
    slug = identifier_of(revision.subject)
    return Publication.objects.filter(slug=slug, withdrawn=True).exists()


def _head(event: str, at: str) -> bytes:
    return json.dumps({"type": event, "timestamp": at}, separators=(",", ":")).encode()
