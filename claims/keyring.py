"""The keys that a record has had, read from its entries, and whether each entry is signed by the current one. Pure.

A key comes onto the record by an entry of kind key about `keys/ID`, which it signs itself. The first is introduced;
another is rotated in, its public key signed by the one before, or takes the place of one that was lost, which a public
note says. Before the first such entry a record is unsigned, after it every entry is signed.
"""

import json
from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any

from claims import signatures
from claims.canonical import is_format
from claims.legible import is_blank

INTRODUCED, ROTATED, LOST = "introduced", "rotated", "lost"
_MEMBERS = {"format", "key", "algorithm", "public_key", "previous", "endorsement"}


@dataclass(frozen=True, slots=True)
class Key:
    """A key as its entry states it: `what` happened, the identifier of the key before, and that one's signature."""

    what: str
    public_key: bytes
    previous: str | None = None
    endorsement: str | None = None

    @property
    def identifier(self) -> str:
        return signatures.identifier_of(self.public_key)

    @property
    def subject(self) -> str:
        return f"keys/{self.identifier}"

    def body(self) -> dict[str, Any]:
        """The body of its entry."""
        return {
            "format": 1,
            "key": self.what,
            "algorithm": signatures.ALGORITHM,
            "public_key": signatures.encoded(self.public_key),
            "previous": self.previous,
            "endorsement": self.endorsement,
        }

    def objection(self, *, after: "Key | None", subject: str, note: str | None) -> str | None:
        """Why the key cannot follow the one that is current (None: the record has none yet); None where it can."""
        if subject != self.subject:
            return f"is about {subject} and holds the key {self.identifier}"
        if signatures.is_weak(self.public_key):
            return "brings a key under which anybody can sign"
        if self.what == INTRODUCED:
            if after is not None:
                return "introduces a first key, but the record has one already"
            return "introduces a first key and names another" if self.previous or self.endorsement else None
        if after is None or self.previous != after.identifier:
            return "takes the place of a key that is not the current one"
        if self.what == LOST:
            if self.endorsement is not None:
                return "says that a key was lost and carries its endorsement"
            return "says that a key was lost and has no public note" if is_blank(note or "") else None
        text = signatures.endorsement(public_key=self.public_key, endorsed_by=after.identifier)
        if not signatures.holds(self.endorsement or "", text, public_key=after.public_key):
            return "rotates keys without the endorsement of the old one"
        return None


def read(body: Any) -> Key:
    """The key that a body states. Raises ValueError where it is not the body of an entry of kind key."""
    known = isinstance(body, Mapping) and set(body) == _MEMBERS and is_format(body["format"])
    if (
        not known
        or body["algorithm"] != signatures.ALGORITHM
        or body["key"] not in (INTRODUCED, ROTATED, LOST)
        or not isinstance(body["previous"], str | None)
        or not isinstance(body["endorsement"], str | None)
    ):
        raise ValueError("An entry of kind key states a key, and this is none.")
    return Key(
        what=body["key"],
        public_key=signatures.decoded(body["public_key"], length=signatures.KEY_BYTES),
        previous=body["previous"],
        endorsement=body["endorsement"],
    )


@dataclass(slots=True)
class Keyring:
    """A walk over a record's entries, each of which claims.chain has found in order: who signs from where on.

    `since` is the sequence of the entry that brought the first key. `losses` are sentences about keys that were lost.
    """

    current: Key | None = None
    since: int | None = None
    signed: int = 0
    losses: list[str] = field(default_factory=list)
    _known: set[str] = field(default_factory=set)

    def step(self, entry: Mapping[str, Any]) -> str | None:
        """The first thing wrong with an entry's key or signature, in a sentence; None where nothing is."""
        made, signature = entry["envelope"], entry.get("signature")
        name = f"Entry {made['sequence']} ({made['subject']})"
        if made["kind"] == "key":
            problem = self._key(made, entry["body"])
            if problem:
                return f"{name} {problem}."
        if self.current is None:
            return f"{name} is signed, but no key is on the record yet." if signature is not None else None
        if signature is None:
            return f"{name} is not signed, though the record has been signed since entry {self.since}."
        if signature["key"] != self.current.identifier:
            return f"{name} is signed by the key {signature['key']}, and the record's was {self.current.identifier}."
        text = signatures.statement(
            sequence=made["sequence"], entry_digest=entry["entry_digest"], at=made["at"]
        )
        if not signatures.holds(signature["signature"], text, public_key=self.current.public_key):
            return f"{name} does not have the signature of the key {self.current.identifier}."
        self.signed += 1
        return None

    def _key(self, made: Mapping[str, Any], body: str | None) -> str | None:
        try:
            key = read(json.loads(body or "null"))
        except (ValueError, RecursionError):
            return "is of the kind key and its body states no key"
        problem = key.objection(after=self.current, subject=made["subject"], note=made["note"])
        if problem:
            return problem
        if key.identifier in self._known:
            return f"brings back the key {key.identifier}, which was on the record before"
        if key.what == LOST:
            self.losses.append(
                f"Entry {made['sequence']} declares the key {key.previous} lost ({made['note']}): "
                "no earlier key vouches for those after it."
            )
        self._known.add(key.identifier)
        self.current, self.since = key, self.since or made["sequence"]
        return None
