"""Keys on the record: the first one, one after another, and one in the place of another that was lost.

The file of private keys is written before the entry is committed, and old keys are taken out of it afterwards: whenever
the program is stopped, the server has the key that the record asks for.
"""

import datetime as dt

from django.db import transaction

from claims import keyring, legible, record, server_key, signatures
from claims.models import Head, Revision


class Refused(Exception):
    """Nothing was done; the message is a sentence for the operator."""


def ensure(*, at: dt.datetime) -> Revision | None:
    """Make sure that entries are signed from here on; None where the record has a key and this server has it too.

    Raises server_key.CannotSign where the record's key is not on this server.
    """
    current = Head.objects.get(pk=1).key
    if current and server_key.has(current) and len(server_key.public_keys()) == 1:
        return None
    with transaction.atomic(durable=True):
        head = record.lock_head()
        if head.key:
            server_key.demand(head.key)
            _forget_old(head.key)
            return None
        return _append(keyring.Key(keyring.INTRODUCED, _unused()), note=_INTRODUCED, at=at)


def rotate(*, note: str, at: dt.datetime) -> Revision:
    """Let a new key take over, endorsed by the one before.

    Raises Refused where the record has no key, or the environment gives no new one, and server_key.CannotSign where
    the record's key is not on this server.
    """
    _demand_legible(note)
    with transaction.atomic(durable=True):
        old = _current(record.lock_head())
        server_key.demand(old)
        new = _unused()
        text = signatures.endorsement(public_key=new, endorsed_by=old)
        key = keyring.Key(keyring.ROTATED, new, previous=old, endorsement=server_key.sign(text, by=old))
        entry = _append(key, note=note or _ROTATED, at=at)
    with transaction.atomic(durable=True):
        _forget_old(record.lock_head().key)
    return entry


def declare_lost(*, note: str, at: dt.datetime) -> Revision:
    """Put a new key in the place of one whose private half nobody has; readers are told so by `note`.

    Raises Refused without a note, where the record has no key, or where this server has the key after all.
    """
    if legible.is_blank(note):
        raise Refused(
            "Say in a public note (--note) what became of the key: readers see it beside the new one."
        )
    _demand_legible(note)
    with transaction.atomic(durable=True):
        old = _current(record.lock_head())
        if server_key.has(old):
            raise Refused(
                "The record's key is on this server, so it is not lost: manage.py record_key rotate."
            )
        entry = _append(keyring.Key(keyring.LOST, _unused(), previous=old), note=note, at=at)
    with transaction.atomic(durable=True):
        _forget_old(record.lock_head().key)
    return entry


def warning() -> str | None:
    """What the operator of this server should know of the record's key, in a sentence; None where all is well."""
    head = Head.objects.get(pk=1)
    if not head.key:
        return "The public record is not signed: manage.py record_key ensure." if head.sequence else None
    try:
        server_key.demand(head.key)
    except server_key.CannotSign as error:
        return str(error)
    return None


_INTRODUCED = "From here on every entry is signed."
_ROTATED = "The key was changed as a precaution."


def _append(key: keyring.Key, *, note: str, at: dt.datetime) -> Revision:
    return record.append(subject=key.subject, kind=Revision.Kind.KEY, note=note, at=at, body=key.body())


def _demand_legible(note: str) -> None:
    if illegible := legible.objection(note, named="The note"):
        raise Refused(illegible)


def _current(head: Head) -> str:
    if not head.key:
        raise Refused("The record has no key yet: manage.py record_key ensure.")
    return head.key


def _unused() -> bytes:
    """The public half of a key of this server that was never on the record: one that is waiting, or a new one."""
    for public_key in server_key.public_keys():
        if not _on_record(public_key):
            return public_key
    if server_key.is_given():
        raise Refused(
            "FACTCHECK_RECORD_KEY gives no key that is new to the record: write one (openssl rand -base64 32) before "
            "the one that is there, with a comma between, start every server again, and then call this again."
        )
    return server_key.make()


def _on_record(public_key: bytes) -> bool:
    return Revision.objects.of(f"keys/{signatures.identifier_of(public_key)}").exists()


def _forget_old(current: str) -> None:
    server_key.forget(
        [
            signatures.identifier_of(key)
            for key in server_key.public_keys()
            if signatures.identifier_of(key) != current and _on_record(key)
        ]
    )
