"""What a backup says about itself: its form, written and read. Pure: bytes and plain values.

A manifest is canonical JSON with a digest over all else in it, so that damage is told from truth; it is no signature.
Who can write a backup can write what it says: keep backups as you keep the keys that they hold.
"""

import json
import re
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from claims.canonical import canonical, digest

FORMAT = 1
PROGRAM = "factcheck"
NAME = "manifest.json"
LARGEST = 4 * 1024 * 1024
LARGEST_KEY = 64 * 1024

# The one member that holds the database, by engine.
DATABASES = {"sqlite": "database.sqlite3", "postgresql": "database.pgdump"}
_KEY = re.compile(r"keys/([a-z0-9][a-z0-9-]*[-.]key)", re.ASCII)
_DIGEST = re.compile(r"[0-9a-f]{64}", re.ASCII)
_MEMBERS = {
    "format",
    "program",
    "made_at",
    "engine",
    "engine_version",
    "migrations",
    "head",
    "counts",
    "members",
}


class Unusable(Exception):
    """The manifest cannot be used; the message says why, to stand after "it"."""


@dataclass(frozen=True, slots=True)
class State:
    """What is in a database, read the same way on both engines, whatever the program's version."""

    sequence: int
    entry_digest: str
    migrations: frozenset[tuple[str, str]]
    counts: Mapping[str, int]


@dataclass(frozen=True, slots=True)
class Member:
    """Size in bytes and SHA-256 of one member."""

    size: int
    sha256: str


@dataclass(frozen=True, slots=True)
class Manifest:
    """`made_at` is UTC in whole seconds; `members` are in the order of the archive."""

    made_at: str
    engine: str
    engine_version: str
    state: State
    members: Mapping[str, Member]

    @property
    def database(self) -> str:
        """The member that holds the database."""
        return DATABASES[self.engine]

    @property
    def keys(self) -> dict[str, str]:
        """The members that hold keys, each with its file's name in the data folder."""
        return {name: name.removeprefix("keys/") for name in self.members if name != self.database}


def key_member(name: str) -> str | None:
    """The member for a key file of the data folder; None for a name that no key of ours has."""
    member = f"keys/{name}"
    return member if _KEY.fullmatch(member) else None


def written(manifest: Manifest) -> bytes:
    """The manifest as it stands in the archive."""
    state = manifest.state
    stated: dict[str, Any] = {
        "format": FORMAT,
        "program": PROGRAM,
        "made_at": manifest.made_at,
        "engine": manifest.engine,
        "engine_version": manifest.engine_version,
        "migrations": [list(migration) for migration in sorted(state.migrations)],
        "head": {"sequence": state.sequence, "entry_digest": state.entry_digest},
        "counts": dict(state.counts),
        "members": [
            {"name": name, "size": member.size, "sha256": member.sha256}
            for name, member in manifest.members.items()
        ],
    }
    return canonical({**stated, "digest": digest(canonical(stated))}).encode()


def read(data: bytes) -> Manifest:
    """The manifest of an archive. Raises Unusable, whatever the bytes are."""
    stated = _json(data)
    if stated.get("program") != PROGRAM:
        raise Unusable("was not made by this program")
    if stated.get("format") != FORMAT:
        raise Unusable(f"has another format than {FORMAT}: restore it with the version that made it")
    claimed = stated.pop("digest", None)
    try:
        whole = digest(canonical(stated)) == claimed
    except (ValueError, RecursionError):
        whole = False
    if not whole or stated.keys() != _MEMBERS:
        raise Unusable("has a damaged manifest")
    try:
        return _manifest(stated)
    except (KeyError, TypeError, ValueError, AttributeError):
        raise Unusable("has a manifest that makes no sense") from None


def _json(data: bytes) -> dict[str, Any]:
    try:
        stated = json.loads(data)
    except (ValueError, RecursionError):
        raise Unusable("has a damaged manifest") from None
    if not isinstance(stated, dict):
        raise Unusable("has a damaged manifest")
    return stated


def _manifest(stated: dict[str, Any]) -> Manifest:
    head = stated["head"]
    made = Manifest(
        made_at=_text(stated["made_at"]),
        engine=_text(stated["engine"]),
        engine_version=_text(stated["engine_version"]),
        state=State(
            sequence=_count(head["sequence"]),
            entry_digest=_text(head["entry_digest"]),
            migrations=frozenset((_text(app), _text(name)) for app, name in stated["migrations"]),
            counts={_text(table): _count(rows) for table, rows in stated["counts"].items()},
        ),
        members={
            _text(member["name"]): Member(_count(member["size"]), _text(member["sha256"]))
            for member in stated["members"]
        },
    )
    names = [member["name"] for member in stated["members"]]
    others = [name for name in names if name != DATABASES[made.engine]]
    if len(set(names)) != len(names) or len(others) != len(names) - 1:
        raise ValueError(names)
    if not all(_KEY.fullmatch(name) and made.members[name].size <= LARGEST_KEY for name in others):
        raise ValueError(others)
    if not all(_DIGEST.fullmatch(member.sha256) for member in made.members.values()):
        raise ValueError(names)
    return made


def _text(value: object) -> str:
    if not isinstance(value, str) or not value.isprintable():
        raise TypeError(value)
    return value


def _count(value: object) -> int:
    if not isinstance(value, int) or isinstance(value, bool) or value < 0:
        raise TypeError(value)
    return value
