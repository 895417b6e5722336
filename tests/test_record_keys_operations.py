"""The key on servers: processes at once, another machine, backup and restore, and what the operator is told."""

import stat
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
from keys import given, identifier
from places import POSTGRESQL, ROOT, Place, empty_place, migrated_place

from claims.guards import SIGNATURE_GUARDS
from factcheck.operations import Refused
from factcheck.operations import backup as backups

APPEND = """
import datetime as dt
from django.db import transaction
from claims import record
with transaction.atomic():
    record.append(subject="claims/a", kind="update", note="Newer.", at=dt.datetime.now(dt.UTC), body={"format": 1})
"""

APPEND_OFTEN = f"""
import sys, django; django.setup()
for number in range(int(sys.argv[1])):
    exec({APPEND!r})
"""

SIGNED_BY = """
from claims.models import Signature
print(*Signature.objects.order_by("pk").values_list("key", flat=True), sep="\\n")
"""


@pytest.fixture
def server(tmp_path: Path) -> Iterator[Place]:
    place = migrated_place(tmp_path)
    yield place
    place.drop()


@pytest.fixture
def empty(tmp_path: Path) -> Iterator[Place]:
    place = empty_place(tmp_path)
    yield place
    place.drop()


def append(place: Place, **variables: str) -> str:
    """Append one entry; what the program says where it does not."""
    done = place.manage("shell", "-v", "0", "-c", APPEND, **variables)
    return done.stderr.strip().splitlines()[-1] if done.returncode else ""


def signed_by(place: Place) -> list[str]:
    return place.well("shell", "-v", "0", "-c", SIGNED_BY).split()


def started(place: Place, *arguments: str) -> subprocess.Popen[str]:
    return subprocess.Popen(
        [sys.executable, *arguments],
        cwd=ROOT,
        env=place.environment,
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
        text=True,
    )


def ended(process: subprocess.Popen[str]) -> str:
    said, complaint = process.communicate(timeout=300)
    assert (process.returncode, complaint) == (0, "")
    return said


def test_processes_that_make_sure_at_once_make_one_key(server: Place) -> None:
    racers = [started(server, "manage.py", "record_key", "ensure") for _ in range(4)]
    said = [ended(racer) for racer in racers]
    assert sum("Entry 1 is the first that the key signs." in each for each in said) == 1
    assert len(signed_by(server)) == 1
    assert stat.S_IMODE((server.data / "record.key").stat().st_mode) == 0o600
    assert sorted(path.name for path in server.data.iterdir() if "key" in path.name) == [
        "record.key",
        "secret-key",
    ]
    assert "Signed since entry 1" in server.well("verify_record")


def test_keys_are_rotated_while_others_append(server: Place) -> None:
    """Each entry is signed by the key that is the record's at its moment, whoever reads the file when."""
    server.well("record_key", "ensure")
    writers = [started(server, "-c", APPEND_OFTEN, "40") for _ in range(2)]
    for _ in range(2):
        server.well("record_key", "rotate")
    for writer in writers:
        ended(writer)
    keys = signed_by(server)
    assert (len(keys), len(set(keys))) == (83, 3)
    assert "The record holds: 83 entries" in server.well("verify_record")
    assert len((server.data / "record.key").read_text().split()) == 1


def test_a_second_machine_is_given_the_key(server: Place, tmp_path: Path) -> None:
    """Two machines with folders of their own share one database: the environment gives both the key."""
    one, two, none = given("A"), given("B", "A"), ""
    other = Place(tmp_path / "other", database=server.database)
    other.data.mkdir()
    if not POSTGRESQL:
        (other.data / "factcheck.sqlite3").symlink_to(server.data / "factcheck.sqlite3")
    server.well("record_key", "ensure", FACTCHECK_RECORD_KEY=one)
    assert append(other, FACTCHECK_RECORD_KEY=one) == ""
    assert "and this server has no record.key and no FACTCHECK_RECORD_KEY" in append(
        other, FACTCHECK_RECORD_KEY=none
    )
    assert "FACTCHECK_RECORD_KEY gives no key that is new" in (
        server.manage("record_key", "rotate", FACTCHECK_RECORD_KEY=one).stderr
    )
    server.well("record_key", "rotate", FACTCHECK_RECORD_KEY=two)
    assert append(other, FACTCHECK_RECORD_KEY=two) == ""
    assert f"this server has the key {identifier('A')} instead" in append(other, FACTCHECK_RECORD_KEY=one)
    assert signed_by(server) == [identifier(name) for name in "AABB"]
    assert not (server.data / "record.key").exists()
    assert "The record holds: 4 entries" in other.well("verify_record")


# Backup and restore -------------------------------------------------------------------------------


def test_key_and_signatures_come_back(server: Place, empty: Place, tmp_path: Path) -> None:
    server.well("record_key", "ensure")
    append(server)
    server.well("record_key", "rotate")
    assert "Keys     record.key, secret-key\n" in server.well("backup", tmp_path / "a.tar")
    empty.well("restore", tmp_path / "a.tar")
    key = empty.data / "record.key"
    assert key.read_bytes() == (server.data / "record.key").read_bytes()
    assert stat.S_IMODE(key.stat().st_mode) == 0o600
    assert signed_by(empty) == signed_by(server)
    assert empty.well("verify_record") == server.well("verify_record")
    assert append(empty) == ""
    assert "The record holds: 4 entries" in empty.well("verify_record")


def test_a_key_of_the_environment_is_said_not_to_be_in_it(
    server: Place, empty: Place, tmp_path: Path
) -> None:
    server.well("record_key", "ensure", FACTCHECK_RECORD_KEY=given("A"))
    said = server.well("backup", tmp_path / "a.tar", FACTCHECK_RECORD_KEY=given("A"))
    assert "FACTCHECK_RECORD_KEY is given by the environment and is not in it" in said
    assert "this server has no record.key" in empty.well("restore", tmp_path / "a.tar")
    assert append(empty, FACTCHECK_RECORD_KEY=given("A")) == ""


@pytest.mark.parametrize(
    ("statement", "words"),
    [
        ("DELETE FROM claims_signature WHERE revision_id = 2", "is not signed"),
        ("UPDATE claims_head SET key = ''", "The head's key"),
    ],
)
def test_signatures_that_do_not_hold_are_not_restored(
    statement: str, words: str, server: Place, empty: Place, tmp_path: Path
) -> None:
    server.well("record_key", "ensure")
    append(server)
    guards = [guard for guard in SIGNATURE_GUARDS if guard.name == "guard_signature_delete"]
    on = " ON claims_signature" if POSTGRESQL else ""
    server.statement(f"DROP TRIGGER guard_signature_delete{on}")
    server.statement(statement)
    for guard in guards:
        for again in guard.postgresql if POSTGRESQL else guard.sqlite:
            server.statement(again)
    server.well("backup", tmp_path / "a.tar")
    done = empty.manage("restore", tmp_path / "a.tar")
    assert done.returncode != 0
    assert words in done.stderr
    assert not (empty.data / "record.key").exists()


def test_a_key_that_is_changed_while_a_backup_is_made(
    tmp_path: Path, settings: Any, monkeypatch: pytest.MonkeyPatch, db: None
) -> None:
    """The record in it could ask for a key that is not in it."""
    settings.DATA_DIR = tmp_path / "data"
    settings.DATA_DIR.mkdir()
    (settings.DATA_DIR / "record.key").write_text("before")

    def rotated(into: Path) -> tuple[str, Any]:
        (settings.DATA_DIR / "record.key").write_text("after")
        into.write_text("")
        return "", None

    monkeypatch.setattr(backups, "_sqlite", rotated)
    monkeypatch.setattr(backups, "_postgresql", rotated)
    (tmp_path / "stage").mkdir()
    with pytest.raises(Refused, match="was changed meanwhile"):
        backups._contents(tmp_path / "stage", at=None)  # type: ignore[arg-type]


# What the operator is told ------------------------------------------------------------------------


def test_the_operator_is_told_when_the_server_starts(server: Place) -> None:
    def said() -> str:
        done = server.python("-c", "import factcheck.wsgi")
        assert done.returncode == 0, done.stderr
        return done.stderr

    (server.data / "static").mkdir()
    assert said() == ""
    append(server)
    assert "WARNING claims.record: The public record is not signed: manage.py record_key ensure." in said()
    server.well("record_key", "ensure")
    assert said() == ""
    (server.data / "record.key").unlink()
    assert "WARNING claims.record: Nothing can be put on the record from here" in said()


def test_make_run_makes_sure_of_a_key_before_it_loads_seeds() -> None:
    recipe = (ROOT / "Makefile").read_text().partition("\nrun:")[2].partition("\n\n")[0]
    assert recipe.index("migrate") < recipe.index("record_key ensure") < recipe.index("load_seeds")
