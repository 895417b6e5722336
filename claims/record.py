"""The public record: appending an entry under the head row, redacting one, and walking it as plain entries."""

import datetime as dt
from collections.abc import Iterator
from typing import Any

from django.db import connection, transaction

from claims import chain
from claims.canonical import canonical, digest
from claims.models import Head, Publication, Reference, Revision


class RecordMoved(Exception):
    """Another process appended in between; the transaction is to be tried again."""


class RedactionRefused(Exception):
    """The entry cannot be redacted; the message says why."""


def time_text(at: dt.datetime) -> str:
    """The record's form of a moment: UTC, whole seconds."""
    return at.astimezone(dt.UTC).strftime("%Y-%m-%dT%H:%M:%SZ")


def envelope(revision: Revision) -> dict[str, Any]:
    """The envelope of an entry, exactly as it was digested."""
    return chain.envelope(
        sequence=revision.sequence,
        subject=revision.subject,
        number=revision.number,
        kind=revision.kind,
        note=revision.note or None,
        at=time_text(revision.at),
        body_digest=revision.body_digest,
        previous=revision.previous or None,
    )


def published_revision(revision: Revision) -> dict[str, Any]:
    """The `revision` part of a served document: the envelope and its digest."""
    return {**envelope(revision), "entry_digest": revision.entry_digest}


def lock_head() -> Head:
    """The head row, locked until the transaction ends: nobody else appends meanwhile."""
    if not connection.in_atomic_block:
        raise RuntimeError("The record is appended to inside a transaction only.")
    return Head.objects.select_for_update().get(pk=1)


def append(*, subject: str, kind: str, note: str, at: dt.datetime, body: dict[str, Any]) -> Revision:
    """Append one entry in the running transaction and return it.

    Time never runs backwards: an entry carries `at` or the previous entry's time, whichever is later.
    Raises RecordMoved where the head changed under us (SQLite has no row locks to wait on).
    """
    head = lock_head()
    text = canonical(body)
    at = at.astimezone(dt.UTC).replace(microsecond=0)
    if head.at is not None and head.at > at:
        at = head.at
    last_number = Revision.objects.of(subject).values_list("number", flat=True).last() or 0
    revision = Revision(
        sequence=head.sequence + 1,
        subject=subject,
        number=last_number + 1,
        kind=kind,
        note=note,
        at=at,
        body=text,
        body_digest=digest(text),
        previous=head.entry_digest,
        redacts=body["redacts"] if kind == Revision.Kind.REDACTION else None,
    )
    revision.entry_digest = chain.entry_digest(envelope(revision))
    revision.save(force_insert=True)
    moved = Head.objects.filter(pk=1, sequence=head.sequence).update(
        sequence=revision.sequence, entry_digest=revision.entry_digest, at=at
    )
    if not moved:
        raise RecordMoved("Another entry was appended at the same moment; try again.")
    return revision


@transaction.atomic
def redact(*, sequence: int, reason: str, at: dt.datetime) -> Revision:
    """Take the body out of one entry, by an entry that says so; its digests stay, so the chain still verifies.

    Raises RedactionRefused where the entry is what the public reads now, is unknown or is redacted already.
    """
    entry = Revision.objects.filter(pk=sequence).first()
    if entry is None:
        raise RedactionRefused(f"The record has no entry {sequence}.")
    if entry.body is None:
        raise RedactionRefused(f"Entry {sequence} is redacted already.")
    if entry.kind == Revision.Kind.REDACTION:
        raise RedactionRefused(
            f"Entry {sequence} is a redaction: only its body says what it took out, and why."
        )
    if not reason.strip():
        raise RedactionRefused("A redaction needs a public reason.")
    if (
        Publication.objects.filter(revision=entry).exists()
        or Reference.objects.filter(revision=entry).exists()
    ):
        raise RedactionRefused(
            f"Entry {sequence} is what the public reads now: publish a new revision first, then redact the old one."
        )
    redaction = append(
        subject=entry.subject,
        kind=Revision.Kind.REDACTION,
        note=reason,
        at=at,
        body={"format": 1, "redacts": sequence, "reason": reason},
    )
    Revision.objects.filter(pk=sequence).update(body=None)
    return redaction


def entries() -> Iterator[dict[str, Any]]:
    """Every entry in order, as claims.chain reads it."""
    for revision in Revision.objects.order_by("sequence").iterator(chunk_size=500):
        yield {
            "envelope": envelope(revision),
            "entry_digest": revision.entry_digest,
            "body": revision.body,
            "redacts": revision.redacts,
        }
