"""The public record: appending an entry under the head row, redacting one, and walking it as plain entries."""

import datetime as dt
import json
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from typing import Any

from django.db import connection, transaction

from claims import chain, keyring, legible, server_key, signatures
from claims.canonical import canonical, canonical_quick, digest
from claims.models import Head, Publication, Reference, Revision, Signature
from sources import inserting

# Clocks that are right differ by less.
AHEAD = dt.timedelta(minutes=5)


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


def signature_of(revision: Revision) -> dict[str, str] | None:
    """The signature of an entry, None where it has none; of entries from `with_signatures` without a query."""
    try:
        made = revision.signature
    except Signature.DoesNotExist:
        return None
    return {"key": made.key, "signature": made.signature}


def beside_body(revision: Revision) -> dict[str, Any]:
    """What is served of an entry beside its body, wherever; from `with_signatures` without a query."""
    return {
        "envelope": envelope(revision),
        "entry_digest": revision.entry_digest,
        "signature": signature_of(revision),
        "redacted": revision.body is None,
    }


def served_entry(revision: Revision) -> dict[str, Any]:
    """An entry as it leaves the house; from `with_signatures` without a query.

    `body` is the JSON whose canonical form is the stored text; null, and `redacted` true, where it was taken out.
    """
    body = json.loads(revision.body) if revision.body is not None else None
    return {**beside_body(revision), "body": body}


def served_head() -> dict[str, Any]:
    """What anybody may keep of the record: its head, signed, and the key; null where there is none."""
    head = Head.objects.get(pk=1)
    last = Revision.objects.with_signatures().filter(pk=head.sequence).first()
    signature, key = signature_of(last) if last else None, current_key(head)
    return {
        "format": 1,
        "sequence": last.sequence if last else None,
        "entry_digest": last.entry_digest if last else None,
        "at": time_text(last.at) if last else None,
        "signature": signature["signature"] if signature else None,
        "key": {
            "id": key.identifier,
            "algorithm": signatures.ALGORITHM,
            "public_key": signatures.encoded(key.public_key),
        }
        if key
        else None,
    }


def ahead(*, now: dt.datetime) -> str | None:
    """That the record's last entry lies in the future of this server's clock, in a sentence; None where it does not.

    Time never runs backwards on it, so all entries carry that time until it has come.
    """
    at = Head.objects.filter(pk=1).values_list("at", flat=True).first()
    if at is None or at - now <= AHEAD:
        return None
    return (
        f"The record's last entry is of {time_text(at)}, and this server's clock says {time_text(now)}: the clock is "
        "wrong, or was when the entry was made. Entries until then carry that time."
    )


def lock_head() -> Head:
    """The head row, locked until the transaction ends: nobody else appends meanwhile."""
    if not connection.in_atomic_block:
        raise RuntimeError("The record is appended to inside a transaction only.")
    return Head.objects.select_for_update().get(pk=1)


def append(*, subject: str, kind: str, note: str, at: dt.datetime, body: dict[str, Any]) -> Revision:
    """Append one entry in the running transaction and return it.

    Time never runs backwards: an entry carries `at` or the previous entry's time, whichever is later.
    It is signed by the record's key, or by the one that an entry of kind key brings; a record without keys is unsigned.
    Raises RecordMoved where the head changed under us (SQLite has no row locks to wait on), server_key.CannotSign where
    the private key is not on this server, and ValueError for a key that cannot follow the current one and for a note
    that nobody can read: notes are never redacted, so every door has asked claims.legible before.
    """
    illegible = legible.objection(note, named="The note")
    if illegible:
        raise ValueError(illegible)
    head = lock_head()
    text = canonical(body)
    key = _brought(body, subject=subject, note=note, head=head) if kind == Revision.Kind.KEY else head.key
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
    # Before anything is written: a caller that goes on after CannotSign has no half of an entry.
    signature = _signed(revision, key=key) if key else None
    revision.save(force_insert=True)
    if signature:
        signature.save(force_insert=True)
    moved = Head.objects.filter(pk=1, sequence=head.sequence).update(
        sequence=revision.sequence, entry_digest=revision.entry_digest, at=at, key=key
    )
    if not moved:
        raise RecordMoved("Another entry was appended at the same moment; try again.")
    return revision


@dataclass(frozen=True, slots=True)
class Draft:
    """An entry to be: the canonical JSON of its body, and its number among the entries of its subject."""

    subject: str
    kind: str
    body: str
    number: int = 1
    note: str = ""


# What append asks of the record before it appends one.
_ONE_BY_ONE = (Revision.Kind.KEY, Revision.Kind.REDACTION)


def append_many(drafts: Sequence[Draft], *, at: dt.datetime) -> tuple[range, dt.datetime]:
    """Append entries in their order in the running transaction; return their sequences, and the time that they carry.

    All that `append` promises holds for each of them, and what it raises, this does; keys and redactions are appended
    one by one. A number that the record has already, the database refuses.
    """
    for draft in drafts:
        illegible = legible.objection(draft.note, named="The note")
        if illegible or draft.kind in _ONE_BY_ONE:
            raise ValueError(illegible or f"An entry of kind {draft.kind} is appended by itself.")
    head = lock_head()
    at = at.astimezone(dt.UTC).replace(microsecond=0)
    if head.at is not None and head.at > at:
        at = head.at
    sign = server_key.signer(head.key) if head.key else None
    time, moment = time_text(at), inserting.prepared(Revision, "at", at)
    entries, signed, previous = [], [], head.entry_digest
    for sequence, draft in enumerate(drafts, start=head.sequence + 1):
        body_digest = digest(draft.body)
        made = chain.envelope(
            sequence=sequence,
            subject=draft.subject,
            number=draft.number,
            kind=draft.kind,
            note=draft.note or None,
            at=time,
            body_digest=body_digest,
            previous=previous or None,
        )
        entry_digest = digest(canonical_quick(made))
        stored = (draft.subject, draft.number, draft.kind, draft.note, moment, draft.body, body_digest)
        entries.append((sequence, *stored, previous, entry_digest))
        if sign:
            text = signatures.statement(sequence=sequence, entry_digest=entry_digest, at=time)
            signed.append((sequence, head.key, sign(text)))
        previous = entry_digest
    inserting.insert(Revision, _ENTRY, entries)
    inserting.insert(Signature, ("revision", "key", "signature"), signed)
    last = head.sequence + len(entries)
    moved = Head.objects.filter(pk=1, sequence=head.sequence).update(
        sequence=last, entry_digest=previous, at=at
    )
    if not moved:
        raise RecordMoved("Another entry was appended at the same moment; try again.")
    return range(head.sequence + 1, last + 1), at


_ENTRY = (
    *("sequence", "subject", "number", "kind", "note", "at", "body", "body_digest", "previous"),
    "entry_digest",
)


def _signed(revision: Revision, *, key: str) -> Signature:
    text = signatures.statement(
        sequence=revision.sequence, entry_digest=revision.entry_digest, at=time_text(revision.at)
    )
    return Signature(revision=revision, key=key, signature=server_key.sign(text, by=key))


def _brought(body: dict[str, Any], *, subject: str, note: str, head: Head) -> str:
    """The identifier of the key that an entry of kind key brings; raises ValueError where it cannot follow."""
    key = keyring.read(body)
    problem = key.objection(after=current_key(head), subject=subject, note=note)
    if problem or Revision.objects.of(subject).exists():
        raise ValueError(f"The entry {problem or 'brings back a key that was on the record before'}.")
    return key.identifier


def current_key(head: Head) -> keyring.Key | None:
    """The key that signs the entry at this head; None for an unsigned record."""
    if not head.key:
        return None
    entry = Revision.objects.of(f"keys/{head.key}").get()
    return keyring.read(json.loads(entry.body or "null"))


@transaction.atomic
def redact(*, sequence: int, reason: str, at: dt.datetime) -> Revision:
    """Take the body out of one entry, by an entry that says so; its digests stay, so the chain still verifies.

    Raises RedactionRefused where the entry is what the public reads now, or `demand_redactable` does. The door for
    operators is claims.redacting, which knows what to do about a withdrawn fact-check.
    """
    demand_redactable(sequence=sequence, reason=reason)
    entry = Revision.objects.get(pk=sequence)
    if (
        Publication.objects.filter(revision=entry).exists()
        or Reference.objects.filter(revision=entry).exists()
    ):
        raise RedactionRefused(
            f"Entry {sequence} is what the public reads now: publish a new revision first, then redact the old one."
        )
    try:
        redaction = append(
            subject=entry.subject,
            kind=Revision.Kind.REDACTION,
            note=reason,
            at=at,
            body={"format": 1, "redacts": sequence, "reason": reason},
        )
    except server_key.CannotSign as error:
        raise RedactionRefused(str(error)) from error
    # After the signature: the guards ask for it.
    Revision.objects.filter(pk=sequence).update(body=None)
    return redaction


def demand_redactable(*, sequence: int, reason: str) -> None:
    """Raise RedactionRefused for an entry that is unknown, gone or never redacted, and for a reason that is none."""
    entry = Revision.objects.filter(pk=sequence).first()
    if entry is None:
        raise RedactionRefused(f"The record has no entry {sequence}.")
    if entry.body is None:
        raise RedactionRefused(f"Entry {sequence} is redacted already.")
    if entry.kind == Revision.Kind.KEY:
        raise RedactionRefused(f"Entry {sequence} brought a key: signatures are checked with what it says.")
    if entry.kind == Revision.Kind.REDACTION:
        raise RedactionRefused(
            f"Entry {sequence} is a redaction: only its body says what it took out, and why."
        )
    if legible.is_blank(reason):
        raise RedactionRefused("A redaction needs a public reason.")
    illegible = legible.objection(reason, named="The reason")
    if illegible:
        raise RedactionRefused(illegible)


def entries() -> Iterator[dict[str, Any]]:
    """Every entry in order, as claims.chain reads it."""
    for revision in _in_order():
        yield {
            "envelope": envelope(revision),
            "entry_digest": revision.entry_digest,
            "body": revision.body,
            "redacts": revision.redacts,
            "signature": signature_of(revision),
        }


def exported() -> Iterator[str]:
    """Every entry in order as one line of JSON each, in the form of the change feed."""
    for revision in _in_order():
        entry = {**served_entry(revision), "skipped": False}
        yield json.dumps(entry, ensure_ascii=False, separators=(",", ":"), sort_keys=True)


def _in_order() -> Iterator[Revision]:
    return Revision.objects.with_signatures().order_by("sequence").iterator(chunk_size=500)
