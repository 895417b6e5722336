"""The chain of the public record, over plain entries: envelopes, entry digests, and the first thing wrong. Pure.

An entry is {"envelope", "entry_digest", "body", "redacts"}: the body is text, or None where it was redacted; `redacts`
is the sequence that a redaction names, otherwise None or absent. tests/golden/chain-vectors.json has a record to
check another implementation against.
"""

import datetime as dt
import json
import re
from collections.abc import Iterable, Mapping
from typing import Any, TypeGuard

from claims.canonical import LARGEST_INTEGER, canonical, digest, is_format
from claims.legible import is_blank

KINDS = frozenset(
    {
        "publication",
        "correction",
        "verdict_change",
        "clarification",
        "update",
        "typo",
        "withdrawal",
        "restoration",
        "redaction",
        "reference",
        "key",
    }
)
_MEMBERS = {
    "sequence": int,
    "subject": str,
    "number": int,
    "kind": str,
    "note": str | None,
    "at": str,
    "body_digest": str,
    "previous": str | None,
}
_TIME = re.compile(r"\d{4}-\d{2}-\d{2}T\d{2}:\d{2}:\d{2}Z", re.ASCII)
_DIGEST = re.compile(r"[0-9a-f]{64}")
_SEQUENCE = re.compile(r"[1-9][0-9]{0,15}", re.ASCII)


def envelope(
    *,
    sequence: int,
    subject: str,
    number: int,
    kind: str,
    note: str | None,
    at: str,
    body_digest: str,
    previous: str | None,
) -> dict[str, Any]:
    """What an entry digest is made over.

    `at` is UTC in whole seconds ("2026-11-22T03:09:54Z"), `previous` the entry digest of the entry before and None for
    the first, `note` None where there is none. Whether it continues a record is for `first_problem` to say.
    """
    return {
        "sequence": sequence,
        "subject": subject,
        "number": number,
        "kind": kind,
        "note": note,
        "at": at,
        "body_digest": body_digest,
        "previous": previous,
    }


def entry_digest(envelope: Mapping[str, Any]) -> str:
    """SHA-256 over the canonical JSON of the envelope. Raises ValueError where it has no canonical form."""
    return digest(canonical(dict(envelope)))


def first_problem(entries: Iterable[Mapping[str, Any]]) -> str | None:
    """The first thing wrong with a record read from its beginning, in a sentence; None where it holds.

    Sequences count from 1 without a gap, every entry links to the one before, digests are those of envelope and body,
    numbers count per subject, time never runs backwards, kinds are known, and a body is gone only where a later
    redaction about the same subject names its entry, which is neither a key nor a redaction. A record cut off at its
    end holds: compare its last digest with the head that you kept.
    Entries are read once; memory grows with the number of subjects and of redactions, not with entries or bodies.
    Whatever the entries hold is answered with a sentence, not raised.
    """
    walk = Walk()
    for entry in entries:
        problem = walk.step(entry)
        if problem:
            return problem
    return walk.end()


def known_head(text: str) -> tuple[int | None, str]:
    """A head that somebody kept, as it is written: SEQUENCE:DIGEST, or the digest alone. Raises ValueError."""
    sequence, colon, entry_digest = text.strip().rpartition(":")
    if not _DIGEST.fullmatch(entry_digest) or (colon and not _SEQUENCE.fullmatch(sequence)):
        raise ValueError(
            "A head is written SEQUENCE:DIGEST, or as the digest alone: 64 lower-case hexadecimal digits."
        )
    return (int(sequence) if colon else None), entry_digest


def lost_head(*, sequence: int | None, entry_digest: str, last: int) -> str:
    """What it means that no entry has the digest of a head that was kept; `last` is the record's last sequence."""
    if sequence is None:
        return f"The record does not continue the head that was kept: no entry has the digest {entry_digest}."
    if sequence > last:
        return f"The record ends with entry {last}, before entry {sequence}, whose digest was kept."
    return f"Entry {sequence} has another digest than the one that was kept: the record was rewritten there, or before."


class Walk:
    """The same, entry by entry: `step` says what is wrong with the next one, `end` what is wrong with the whole."""

    def __init__(self) -> None:
        self.sequence = 0
        self.previous: str | None = None
        self.at = ""
        self.numbers: dict[str, int] = {}
        # Entries met without a body, by name and subject: a later redaction has to name each of them.
        self.without_body: dict[int, tuple[str, str]] = {}
        self.redacted: dict[int, str] = {}

    def step(self, entry: Mapping[str, Any]) -> str | None:
        made, expected = entry.get("envelope"), self.sequence + 1
        if not _is_envelope(made):
            return f"Entry {expected} has no envelope of the form that this record uses."
        sequence = made["sequence"]
        name = f"Entry {sequence} ({made['subject']})"
        if sequence != expected:
            return f"Entry {expected} is missing: entry {sequence} follows entry {self.sequence}."
        problem = self._link(made, entry, name) or self._place(made, name) or self._body(made, entry, name)
        if problem:
            return problem
        self.sequence, self.previous, self.at = sequence, entry["entry_digest"], made["at"]
        self.numbers[made["subject"]] = made["number"]
        return None

    def _link(self, made: dict[str, Any], entry: Mapping[str, Any], name: str) -> str | None:
        if made["previous"] != self.previous:
            before = f"entry {self.sequence}" if self.sequence else "nothing, as the first entry does"
            return f"{name} does not link to {before}: its previous digest is another."
        try:
            actual = entry_digest(made)
        except ValueError as error:
            return f"{name}: its envelope has no digest. {error}"
        if actual != entry.get("entry_digest"):
            return f"{name}: its envelope does not have its entry digest; one of the two was changed."
        return None

    def _place(self, made: dict[str, Any], name: str) -> str | None:
        if made["kind"] not in KINDS:
            return f"{name} is of the kind {made['kind']!r}, which this record does not have."
        if not _is_time(made["at"]):
            return f"{name}: its time {made['at']!r} is not UTC in whole seconds."
        if made["at"] < self.at:
            return f"{name}: its time {made['at']} is before {self.at}, that of the entry before."
        following = self.numbers.get(made["subject"], 0) + 1
        if made["number"] != following:
            return f"{name} is number {made['number']} of its subject, not {following}."
        return None

    def _body(self, made: dict[str, Any], entry: Mapping[str, Any], name: str) -> str | None:
        body = entry.get("body")
        if body is not None and not _has_digest(body, made["body_digest"]):
            return f"{name}: its body does not have its body digest; one of the two was changed."
        if made["kind"] == "redaction":
            return self._redaction(made, entry, name)
        if entry.get("redacts") is not None:
            return f"{name} redacts entry {entry['redacts']} and is no redaction."
        if body is None and made["kind"] == "key":
            return f"{name} has no body: an entry that brings a key keeps its own, with which signatures are checked."
        if body is None:
            self.without_body[made["sequence"]] = name, made["subject"]
        return None

    def _redaction(self, made: Mapping[str, Any], entry: Mapping[str, Any], name: str) -> str | None:
        sequence = made["sequence"]
        if entry.get("body") is None:
            return f"{name} has no body: a redaction keeps its own, which names what it redacts."
        redacts = _redacts(entry["body"])
        if redacts is None:
            return f"{name} does not name the entry that it redacts, or not why, in its body."
        if entry.get("redacts") not in (None, redacts):
            return f"{name} redacts entry {redacts}, but is listed as redacting entry {entry['redacts']}."
        if not 1 <= redacts < sequence:
            return f"{name} redacts entry {redacts}, which is no earlier entry."
        if redacts in self.redacted:
            return f"{name} redacts entry {redacts}, which is redacted already."
        if redacts not in self.without_body:
            return f"Entry {redacts} is redacted by a later entry ({sequence}) and still has its body."
        subject = self.without_body[redacts][1]
        if subject != made["subject"]:
            return f"{name} redacts entry {redacts}, which is about {subject}."
        self.redacted[redacts] = name
        return None

    def end(self) -> str | None:
        for sequence, (name, _) in self.without_body.items():
            if sequence not in self.redacted:
                return f"{name} has no body, and no later entry redacts it."
        return None


def _is_envelope(made: object) -> TypeGuard[dict[str, Any]]:
    if not isinstance(made, dict) or made.keys() != _MEMBERS.keys():
        return False
    typed = all(isinstance(made[name], kind) for name, kind in _MEMBERS.items())
    numbers = (made["sequence"], made["number"])
    return (
        typed
        and not any(isinstance(number, bool) or not 1 <= number <= LARGEST_INTEGER for number in numbers)
        and _DIGEST.fullmatch(made["body_digest"]) is not None
    )


def _is_time(at: str) -> bool:
    if not _TIME.fullmatch(at):
        return False
    try:
        dt.datetime.fromisoformat(at)
    except ValueError:
        return False
    return True


def _has_digest(body: Any, body_digest: str) -> bool:
    try:
        return isinstance(body, str) and digest(body) == body_digest
    except ValueError:
        return False


def _redacts(body: str) -> int | None:
    """The sequence that the body of a redaction names; None where it is not {"format": 1, "redacts", "reason"}."""
    try:
        stated = json.loads(body)
    except (ValueError, RecursionError):
        return None
    if not isinstance(stated, dict) or not is_format(stated.get("format")):
        return None
    if not isinstance(stated.get("reason"), str) or is_blank(stated["reason"]):
        return None
    redacts = stated.get("redacts")
    return redacts if isinstance(redacts, int) and not isinstance(redacts, bool) else None
