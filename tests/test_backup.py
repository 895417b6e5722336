"""The drill: back up a server that is being written to, restore into an empty place, and compare. Then every damage."""

import datetime as dt
import io
import json
import os
import signal
import stat
import subprocess
import sys
import tarfile
from collections.abc import Callable, Iterator
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest
from django.conf import settings
from places import PASSWORD, POSTGRESQL, ROOT, SIGN_IN, Place, copy_of, empty_place, migrated_place

from claims.canonical import canonical, digest
from factcheck.operations import Refused, archive, manifest, programs, restore
from factcheck.operations.backup import backup
from factcheck.operations.staging import staging

LONG_KEY = "0123456789-abcdefghijklmnopqrstuvwxyz-ABCDEFGHIJKLMNOPQRSTUVWXYZ"
GUARD = "DROP TRIGGER guard_record_update" + (" ON claims_revision" if POSTGRESQL else "")
FUTURE = (
    "INSERT INTO django_migrations (app, name, applied) "
    "VALUES ('claims', '9999_future', '2030-01-01 00:00:00+00:00')"
)


@pytest.fixture(scope="module")
def newsroom(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Place]:
    """A server with the seeds published and one person signed in."""
    place = migrated_place(tmp_path_factory.mktemp("newsroom"))
    place.well("load_seeds")
    done = place.python("-c", SIGN_IN, PASSWORD)
    assert done.returncode == 0, done.stderr
    place.session = done.stdout.strip()
    yield place
    place.drop()


@pytest.fixture(scope="module")
def kept(newsroom: Place, tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A sound backup of the newsroom."""
    path = tmp_path_factory.mktemp("kept") / "newsroom.tar"
    newsroom.well("backup", path)
    return path


@pytest.fixture
def empty(tmp_path: Path) -> Iterator[Place]:
    place = empty_place(tmp_path)
    yield place
    place.drop()


def refused(place: Place, *arguments: Any, **variables: str) -> str:
    """The command says no in one sentence, and the place is as empty as it was."""
    before = place.holds()
    done = place.manage(*arguments, **variables)
    assert done.returncode != 0, done.stdout
    assert done.stdout == ""
    assert done.stderr.count("\n") == 1, done.stderr
    assert done.stderr.endswith(".\n")
    assert place.holds() == before
    return done.stderr


def changed(path: Path, target: Path, change: Callable[[dict[str, Any]], None]) -> Path:
    """The same backup with a manifest that says something else, its digest made anew."""
    with tarfile.open(path) as tar, tarfile.open(target, "w", format=tarfile.GNU_FORMAT) as other:
        for member in tar:
            content = tar.extractfile(member)
            assert content
            data = content.read()
            if member.name == manifest.NAME:
                stated = json.loads(data)
                del stated["digest"]
                change(stated)
                data = canonical({**stated, "digest": digest(canonical(stated))}).encode()
                member.size = len(data)
            other.addfile(member, io.BytesIO(data))
    return target


# The drill ----------------------------------------------------------------------------------------

WRITER = """
import sys, threading, datetime as dt, django; django.setup()
from django.db import transaction
from claims import record
stopped = threading.Event()
threading.Thread(target=lambda: (sys.stdin.read(), stopped.set()), daemon=True).start()
while not stopped.is_set():
    with transaction.atomic():
        at = dt.datetime.now(dt.UTC)
        entry = record.append(subject="claims/w", kind="update", note="Newer.", at=at, body={"format": 1})
    print(entry.sequence, flush=True)
"""


def test_the_drill(newsroom: Place, empty: Place, tmp_path: Path) -> None:
    """Backed up while another process appends, restored into an empty place: what the manifest says, and all of it."""
    place = copy_of(newsroom, tmp_path)
    before = place.look()
    writer = subprocess.Popen(
        [sys.executable, "-c", WRITER],
        cwd=ROOT,
        env=place.environment,
        stdin=subprocess.PIPE,
        stdout=subprocess.PIPE,
        text=True,
    )
    assert writer.stdout
    assert writer.stdin
    first = int(writer.stdout.readline())
    said = place.well("backup", tmp_path / "backup.tar")
    writer.stdin.close()
    written = [int(line) for line in writer.stdout]
    writer.stdout.close()
    assert writer.wait() == 0

    with archive.opened(tmp_path / "backup.tar") as opened:
        head = opened.manifest.state
    assert before["head"][0] < first <= head.sequence < written[-1]
    assert f"Head     entry {head.sequence}, {head.entry_digest}\n" in said

    said = empty.well("restore", tmp_path / "backup.tar")
    assert f"the record holds: {head.sequence} entries, head {head.entry_digest}." in said
    empty.session = place.session
    after = empty.look()
    assert after["head"] == [head.sequence, head.entry_digest]
    assert after["problems"] == []
    assert (after["session"], after["password"]) == ("ada", True)
    assert len(after["documents"]) > 20
    assert after["documents"] == before["documents"]
    assert f"{head.sequence} entries, head {head.entry_digest}" in empty.well("verify_record")
    empty.well("check", "--database", "default")
    key = empty.data / "secret-key"
    assert key.read_bytes() == (place.data / "secret-key").read_bytes()
    assert {stat.S_IMODE(path.stat().st_mode) for path in empty.data.iterdir()} == {0o600}
    # What was restored is written to as before.
    empty.well("load_seeds")
    place.drop()


def test_codes_of_readers_addresses_are_in_no_backup(newsroom: Place, empty: Place, tmp_path: Path) -> None:
    """They are meant for an hour or two, and a backup holds the key that they were made with."""
    code = "5c0de" * 12
    newsroom.statement(f"INSERT INTO readers_tally (whose, hour, sent) VALUES ('{code}', 1, 2)")
    newsroom.well("backup", tmp_path / "backup.tar")
    assert code.encode() not in (tmp_path / "backup.tar").read_bytes()
    empty.well("restore", tmp_path / "backup.tar")
    count = "from factcheck.readers.models import Tally; print(Tally.objects.count())"
    assert empty.well("shell", "-v", "0", "-c", count) == "0\n"
    assert newsroom.well("shell", "-v", "0", "-c", count) == "1\n"
    newsroom.statement("DELETE FROM readers_tally")


def test_the_file(newsroom: Place, kept: Path, tmp_path: Path) -> None:
    assert stat.S_IMODE(kept.stat().st_mode) == 0o600
    assert [path.name for path in kept.parent.iterdir()] == [kept.name]
    with archive.opened(kept) as opened:
        made = opened.manifest
        files = opened.unpack(tmp_path)
    assert made.engine == ("postgresql" if POSTGRESQL else "sqlite")
    assert list(made.members) == [manifest.DATABASES[made.engine], "keys/secret-key"]
    assert made.state.counts["claims_claim"] > 20
    assert made.state.counts["auth_user"] >= 1
    assert ("claims", "0001_initial") in made.state.migrations
    assert files["keys/secret-key"].read_bytes() == (newsroom.data / "secret-key").read_bytes()


def test_a_folder_keeps_the_newest_of_our_naming(newsroom: Place, tmp_path: Path) -> None:
    ours = [f"factcheck-2020010{day}T000000Z.tar" for day in range(1, 4)]
    others = ["factcheck-notes.tar", "factcheck-20200101T000000Z.tar.gpg", "accounts.tar"]
    for name in (*ours, *others):
        (tmp_path / name).write_text("older")
    (tmp_path / "factcheck-20190101T000000Z.tar").mkdir()
    said = newsroom.well("backup", tmp_path, "--keep", 2)
    names = {path.name for path in tmp_path.iterdir()}
    assert names & set(ours) == {ours[2]}
    assert names >= {*others, "factcheck-20190101T000000Z.tar"}
    assert len(names) == 6
    assert said.count("Removed  ") == 2


def test_a_backup_overwrites_nothing_and_goes_nowhere_public(kept: Path, tmp_path: Path) -> None:
    at = dt.datetime(2026, 3, 1, tzinfo=dt.UTC)
    (tmp_path / "link").symlink_to(settings.STATIC_ROOT)
    (tmp_path / "dangling.tar").symlink_to(tmp_path / "nowhere")
    for words, target, keep in [
        ("is there already", kept, None),
        ("is there already", tmp_path / "dangling.tar", None),
        ("is no folder: make it first", tmp_path / "nowhere" / "a.tar", None),
        ("make it, or name a file that ends in .tar", tmp_path / "nowhere", None),
        ("is served to the public", settings.STATIC_ROOT, None),
        ("is served to the public", tmp_path / "link" / "a.tar", None),
        ("is served to the public", ROOT / "static" / "css" / "a.tar", None),
        ("--keep goes with a folder, and .*a.tar is none: name the folder", tmp_path / "a.tar", 3),
        ("--keep goes with a folder, and .*newsroom.tar is none: name the folder", kept, 3),
        ("^There is no folder .*nowhere: make it first, as in mkdir", tmp_path / "nowhere", 3),
        ("^--keep takes a number from 1, not 0: say how many", tmp_path, 0),
        ("^--keep takes a number from 1, not -2: say how many", tmp_path / "nowhere", -2),
    ]:
        with pytest.raises(Refused, match=words):
            backup(target, at=at, keep=keep)
    assert sorted(path.name for path in tmp_path.iterdir()) == ["dangling.tar", "link"]


def test_there_must_be_something_to_back_up(empty: Place, tmp_path: Path) -> None:
    done = empty.manage("backup", tmp_path / "a.tar")
    assert done.returncode != 0
    if POSTGRESQL:
        assert "The database holds no record: run manage.py migrate first." in done.stderr
    else:
        assert f"There is no database {empty.data / 'factcheck.sqlite3'}: nothing to back up." in done.stderr
    assert not (tmp_path / "a.tar").exists()


def test_a_key_of_the_environment_is_said_not_to_be_in_it(
    newsroom: Place, empty: Place, tmp_path: Path
) -> None:
    place = copy_of(newsroom, tmp_path)
    (place.data / "secret-key").unlink()
    said = place.well("backup", tmp_path / "a.tar", FACTCHECK_SECRET_KEY=LONG_KEY)
    assert "Keys     none in the data folder\n" in said
    assert "FACTCHECK_SECRET_KEY is given by the environment and is not in it" in said
    assert "set FACTCHECK_SECRET_KEY as it was" in empty.well("restore", tmp_path / "a.tar")
    place.drop()


def test_staging_goes_when_the_work_is_ended(tmp_path: Path) -> None:
    def work() -> None:
        with staging(tmp_path, prefix=".x-") as stage:
            assert stat.S_IMODE(stage.stat().st_mode) == 0o700
            (stage / "half").write_text("written")
            os.kill(os.getpid(), signal.SIGTERM)

    before = signal.getsignal(signal.SIGTERM)
    with pytest.raises(SystemExit):
        work()
    assert list(tmp_path.iterdir()) == []
    assert signal.getsignal(signal.SIGTERM) is before


def test_a_signal_between_two_steps_leaves_no_key(
    tmp_path: Path, settings: Any, monkeypatch: pytest.MonkeyPatch
) -> None:
    """The key that this process made is replaced by the backup's; the signal comes before anybody can note it."""
    settings.SECRET_KEY_WAS_KEPT = False
    (tmp_path / "secret-key").write_text("made now")
    (tmp_path / "draft").write_text("of the backup")
    members = {
        "database.sqlite3": manifest.Member(1, "0" * 64),
        "keys/secret-key": manifest.Member(13, "1" * 64),
    }
    said = manifest.Manifest("t", "sqlite", "3", manifest.State(0, "", frozenset(), {}), members)

    def terminated(folder: Path) -> None:
        assert (folder / "secret-key").read_text() == "of the backup"
        raise SystemExit(143)

    monkeypatch.setattr(restore, "keep_names", terminated)
    with (
        pytest.raises(SystemExit),
        restore._keys_in_place(said, {"keys/secret-key": tmp_path / "draft"}, folder=tmp_path),
    ):
        pass
    assert list(tmp_path.iterdir()) == []


# Restoring where something is, or from something else ---------------------------------------------


def test_a_second_restore_touches_nothing(kept: Path, empty: Place) -> None:
    empty.well("restore", kept)
    files = {path.name: path.read_bytes() for path in empty.data.iterdir()}
    assert "is not empty" in refused(empty, "restore", kept)
    assert {path.name: path.read_bytes() for path in empty.data.iterdir()} == files


def test_a_folder_with_anything_in_it_is_not_empty(kept: Path, empty: Place) -> None:
    empty.data.mkdir()
    (empty.data / "notes.txt").write_text("mine")
    assert "is not empty (notes.txt)" in refused(empty, "restore", kept)
    # The key that reading the settings makes does not stay either.
    assert [path.name for path in empty.data.iterdir()] == ["notes.txt"]


@pytest.mark.parametrize(
    "typed",
    [["restore"], ["restore", "--fast", "a.tar"], ["restore", "--help"], ["restore", "absent.tar"]],
    ids=" ".join,
)
def test_a_mistyped_restore_leaves_nothing_in_the_way(kept: Path, empty: Place, typed: list[str]) -> None:
    before = empty.holds()
    empty.manage(*typed)
    assert empty.holds() == before
    empty.well("restore", kept)


def test_a_database_without_a_table_is_as_good_as_none(kept: Path, empty: Place) -> None:
    """verify_record in a folder that nobody prepared leaves one."""
    done = empty.manage("verify_record", FACTCHECK_SECRET_KEY=LONG_KEY)
    assert done.returncode != 0
    assert POSTGRESQL or "factcheck.sqlite3" in empty.holds()
    empty.well("restore", kept)
    empty.well("verify_record")
    assert not list(empty.data.glob("*-wal"))


@pytest.mark.skipif(POSTGRESQL, reason="about the file of SQLite")
@pytest.mark.parametrize("content", ["a table", "no SQLite"])
def test_a_database_that_holds_anything_stays(kept: Path, empty: Place, content: str) -> None:
    empty.data.mkdir()
    file = empty.data / "factcheck.sqlite3"
    if content == "a table":
        empty.statement("CREATE TABLE mine (words)")
    else:
        file.write_text("my words")
    before = file.read_bytes()
    assert "is not empty (factcheck.sqlite3)" in refused(empty, "restore", kept)
    assert file.read_bytes() == before


def test_another_key_is_not_overwritten_and_the_same_is_welcome(
    kept: Path, newsroom: Place, empty: Place
) -> None:
    empty.data.mkdir()
    key = empty.data / "secret-key"
    key.write_text(LONG_KEY)
    assert "is another key than the backup's" in refused(empty, "restore", kept)
    assert key.read_text() == LONG_KEY
    key.write_bytes((newsroom.data / "secret-key").read_bytes())
    empty.well("restore", kept)


def test_the_backups_key_is_put_by_where_the_environment_gives_one(kept: Path, empty: Place) -> None:
    said = empty.well("restore", kept, FACTCHECK_SECRET_KEY=LONG_KEY)
    assert "FACTCHECK_SECRET_KEY is set: it is used" in said
    assert (empty.data / "secret-key").is_file()


def test_a_failed_restore_can_be_tried_again(kept: Path, empty: Place, tmp_path: Path) -> None:
    assert "is no file" in refused(empty, "restore", tmp_path / "absent.tar")
    assert "is no file" in refused(empty, "restore", tmp_path)
    empty.well("restore", kept)


def test_the_other_engine_is_refused_with_what_to_do(kept: Path, empty: Place, tmp_path: Path) -> None:
    def other(stated: dict[str, Any]) -> None:
        engine = "sqlite" if POSTGRESQL else "postgresql"
        stated["members"][0]["name"] = manifest.DATABASES[engine]
        stated["engine"] = engine

    words = "unset DATABASE_URL" if POSTGRESQL else "name an empty PostgreSQL database in DATABASE_URL"
    assert words in refused(empty, "restore", changed(kept, tmp_path / "other.tar", other))


def test_an_older_backup_is_brought_up_to_date(newsroom: Place, empty: Place, tmp_path: Path) -> None:
    place = copy_of(newsroom, tmp_path)
    place.well("migrate", "sessions", "zero", "--verbosity", "0")
    place.well("backup", tmp_path / "older.tar")
    assert "Applied 1 migrations" in empty.well("restore", tmp_path / "older.tar")
    empty.well("migrate", "--check")
    place.drop()


@pytest.mark.parametrize(
    ("statement", "words"),
    [
        (GUARD, "does not guard the record (guard_record_update missing)"),
        (FUTURE, "made by a newer version of this program (it knows the migration claims.9999_future)"),
        ("UPDATE claims_publication SET title = 'Other'", "its column title does not say"),
        ("UPDATE claims_head SET entry_digest = 'elsewhere'", "The head says entry"),
    ],
)
def test_a_database_that_nobody_should_serve(
    statement: str, words: str, newsroom: Place, empty: Place, tmp_path: Path
) -> None:
    """Its backup is sound, so what is wrong shows only when the database stands: then it is taken out again."""
    place = copy_of(newsroom, tmp_path)
    place.statement(statement)
    place.well("backup", tmp_path / "a.tar")
    assert words in refused(empty, "restore", tmp_path / "a.tar")
    place.drop()


# Damage -------------------------------------------------------------------------------------------


def lie(path: list[str], value: Any) -> Callable[[dict[str, Any]], None]:
    def change(stated: dict[str, Any]) -> None:
        inside: Any = stated
        for name in path[:-1]:
            inside = inside[int(name)] if isinstance(inside, list) else inside[name]
        inside[path[-1]] = value

    return change


@pytest.mark.parametrize(
    ("path", "value", "words"),
    [
        (["head", "sequence"], 3, "its manifest says entry 3"),
        (["head", "entry_digest"], "0" * 64, "or another digest"),
        (["counts", "claims_claim"], 3, "does not hold what its manifest says"),
        (["migrations"], [], "does not hold what its manifest says"),
    ],
)
def test_a_manifest_that_lies_about_the_database(
    path: list[str], value: Any, words: str, kept: Path, empty: Place, tmp_path: Path
) -> None:
    assert words in refused(empty, "restore", changed(kept, tmp_path / "lie.tar", lie(path, value)))


@pytest.mark.parametrize(
    ("path", "value", "words"),
    [
        (["format"], 2, "has another format than 1"),
        (["program"], "other", "was not made by this program"),
        (["members", "0", "sha256"], "0" * 64, "is not what was backed up"),
        (["members", "0", "sha256"], None, "makes no sense"),
        (["members", "0", "size"], 1, "is not what was backed up"),
        (["members", "0", "size"], -1, "makes no sense"),
        (["members", "0", "size"], 2**53 - 1, "is not what was backed up"),
        (["members", "0", "name"], "../database.sqlite3", "makes no sense"),
        (["members", "1", "name"], "keys/../../secret-key", "makes no sense"),
        (["members", "1", "name"], "keys/.secret-key", "makes no sense"),
        (["members", "1", "name"], "/etc/secret-key", "makes no sense"),
        (["members"], [], "makes no sense"),
        (["members"], {}, "makes no sense"),
        (["members", "1", "size"], 10**6, "makes no sense"),
        (["engine"], "mysql", "makes no sense"),
        (["engine"], ["sqlite"], "makes no sense"),
        (["made_at"], "2026\x1b[2J", "makes no sense"),
        (["counts"], [1], "makes no sense"),
        (["head"], None, "makes no sense"),
        (["more"], 1, "damaged manifest"),
    ],
)
def test_a_manifest_that_cannot_be(
    path: list[str], value: Any, words: str, kept: Path, tmp_path: Path
) -> None:
    spoilt = changed(kept, tmp_path / "lie.tar", lie(path, value))
    stage = tmp_path / "stage"
    stage.mkdir()
    with pytest.raises(Refused, match=words), archive.opened(spoilt) as opened:
        opened.unpack(stage)
    assert sorted(path.name for path in tmp_path.iterdir()) == ["lie.tar", "stage"]


def members(path: Path) -> list[tuple[tarfile.TarInfo, bytes]]:
    with tarfile.open(path) as tar:
        return [(member, tar.extractfile(member).read()) for member in tar]  # type: ignore[union-attr]


def entry(name: str, data: bytes = b"x", **values: Any) -> tuple[tarfile.TarInfo, bytes]:
    header = tarfile.TarInfo(name)
    header.size = len(data)
    for attribute, value in values.items():
        setattr(header, attribute, value)
    return header, data


Entries = list[tuple[tarfile.TarInfo, bytes]]


@pytest.mark.parametrize(
    "spoil",
    [
        pytest.param(lambda good: [*good, entry("../evil-key")], id="traversal"),
        pytest.param(lambda good: [*good, entry("/tmp/evil-key")], id="absolute"),
        pytest.param(lambda good: [*good, entry("keys/other-key")], id="not named in the manifest"),
        pytest.param(lambda good: [*good, good[1]], id="a member twice"),
        pytest.param(lambda good: [*good, good[0]], id="a second manifest"),
        pytest.param(lambda good: good[:2], id="a member absent"),
        pytest.param(lambda good: good[:1], id="all members absent"),
        pytest.param(lambda good: good[1:], id="no manifest"),
        pytest.param(lambda good: [], id="nothing"),
        pytest.param(lambda good: [good[1], good[0], good[2]], id="manifest not first"),
        pytest.param(lambda good: [good[0], good[2], entry(good[1][0].name)], id="another content"),
        *(
            pytest.param(
                lambda good, kind=kind: [
                    *good[:2],
                    entry("keys/secret-key", b"", type=kind, linkname="/etc/passwd"),
                ],
                id=f"instead of a file, type {kind!r}",
            )
            for kind in (
                *(tarfile.SYMTYPE, tarfile.LNKTYPE, tarfile.DIRTYPE),
                *(tarfile.FIFOTYPE, tarfile.CHRTYPE, tarfile.BLKTYPE),
            )
        ),
        pytest.param(
            lambda good: [entry(manifest.NAME, b"", type=tarfile.SYMTYPE, linkname="/etc/passwd"), *good[1:]],
            id="a manifest that is a link",
        ),
        pytest.param(
            lambda good: [entry(manifest.NAME, b" " * (manifest.LARGEST + 1))], id="a manifest too large"
        ),
        pytest.param(lambda good: [entry(manifest.NAME, b"[" * 200_000)], id="a manifest too deep"),
        pytest.param(lambda good: [entry(manifest.NAME, b"\xff\x00")], id="a manifest that is no text"),
        pytest.param(lambda good: [entry(manifest.NAME, b"[]")], id="a manifest that is a list"),
        pytest.param(
            lambda good: [*good[:2], entry("keys/secret-key", good[2][1], pax_headers={"size": "99999999"})],
            id="a size that grows",
        ),
    ],
)
def test_an_archive_of_other_things(spoil: Callable[[Entries], Entries], kept: Path, tmp_path: Path) -> None:
    spoilt, stage = tmp_path / "spoilt.tar", tmp_path / "stage"
    stage.mkdir()
    with tarfile.open(spoilt, "w", format=tarfile.PAX_FORMAT) as tar:
        for header, data in spoil(members(kept)):
            tar.addfile(header, io.BytesIO(data))
    with pytest.raises(Refused), archive.opened(spoilt) as opened:
        opened.unpack(stage)
    assert sorted(path.name for path in tmp_path.iterdir()) == ["spoilt.tar", "stage"]
    assert all(path.name.startswith("member-") and not path.is_symlink() for path in stage.iterdir())


def unpacked(path: Path, stage: Path) -> tuple[manifest.Manifest, dict[str, bytes]]:
    stage.mkdir()
    with archive.opened(path) as opened:
        return opened.manifest, {name: file.read_bytes() for name, file in opened.unpack(stage).items()}


def test_a_changed_byte_is_seen_or_changes_nothing(kept: Path, tmp_path: Path) -> None:
    """Between and after the members a tar has bytes that say nothing; every other one is missed."""
    whole = kept.read_bytes()
    sound = unpacked(kept, tmp_path / "sound")
    places = [*range(0, 2048, 7), *range(2048, len(whole), 20_011), *range(len(whole) - 4096, len(whole), 61)]
    seen = 0
    for place in places:
        spoilt = bytearray(whole)
        spoilt[place] ^= 0x15
        (tmp_path / "spoilt.tar").write_bytes(spoilt)
        try:
            found = unpacked(tmp_path / "spoilt.tar", tmp_path / f"stage-{place}")
        except Refused:
            seen += 1
        else:
            assert found == sound, place
    assert len(places) / 3 < seen < len(places)


def test_a_truncated_file_is_seen(kept: Path, tmp_path: Path) -> None:
    whole = kept.read_bytes()
    with archive.opened(kept) as opened:
        end = sum(1024 + member.size for member in opened.manifest.members.values())
    for length in (0, 1, 511, 512, 513, 2000, 10_000, len(whole) // 2, end - 600):
        (tmp_path / "short.tar").write_bytes(whole[:length])
        with pytest.raises(Refused):
            unpacked(tmp_path / "short.tar", tmp_path / f"stage-{length}")


def test_a_truncated_file_is_not_restored(kept: Path, empty: Place, tmp_path: Path) -> None:
    (tmp_path / "short.tar").write_bytes(kept.read_bytes()[:100_000])
    assert "is damaged" in refused(empty, "restore", tmp_path / "short.tar")


def test_manifests_come_back_as_they_were() -> None:
    made = manifest.Manifest(
        made_at="2026-03-01T12:00:00Z",
        engine="sqlite",
        engine_version="3.40.1",
        state=manifest.State(2, "0" * 64, frozenset({("claims", "0001_initial")}), {"claims_claim": 1}),
        members={
            "database.sqlite3": manifest.Member(1, "0" * 64),
            "keys/secret-key": manifest.Member(2, "1" * 64),
        },
    )
    assert manifest.read(manifest.written(made)) == made
    assert manifest.written(made) != manifest.written(replace(made, made_at="2026-03-01T12:00:01Z"))
    assert manifest.key_member("secret-key") == "keys/secret-key"
    assert manifest.key_member("Secret key") is None


def test_an_archive_is_written_once(tmp_path: Path) -> None:
    made = manifest.Manifest("t", "sqlite", "3", manifest.State(0, "", frozenset(), {}), {})
    at = dt.datetime(2026, 3, 1, tzinfo=dt.UTC).timestamp()
    archive.write(tmp_path / "a", made=made, files={}, at=at)
    with pytest.raises(FileExistsError):
        archive.write(tmp_path / "a", made=made, files={}, at=at)


# PostgreSQL's programs ----------------------------------------------------------------------------


def test_a_program_that_is_too_old_is_named() -> None:
    with pytest.raises(Refused, match="apt-get install postgresql-client-999"):
        programs.find("pg_dump", server=999)


@pytest.mark.skipif(not POSTGRESQL, reason="PostgreSQL's programs run on its half of the suite.")
def test_the_password_is_on_no_command_line(newsroom: Place, tmp_path: Path) -> None:
    real = programs.find("pg_dump", server=1)
    fake = tmp_path / "pg_dump"
    fake.write_text(f'#!/bin/sh\necho "$@" >> {tmp_path}/said\nenv >> {tmp_path}/env\nexec {real} "$@"\n')
    fake.chmod(0o755)
    url = newsroom.environment["DATABASE_URL"].replace("@", ":p%40ss'word@", 1)
    place = replace(newsroom, variables={"DATABASE_URL": url, "PATH": f"{tmp_path}:{os.environ['PATH']}"})
    place.well("backup", tmp_path / "a.tar")
    assert "--snapshot=" in (tmp_path / "said").read_text()
    assert "p@ss" not in (tmp_path / "said").read_text()
    assert "PGPASSWORD=p@ss'word\n" in (tmp_path / "env").read_text()
    assert "DATABASE_URL" not in (tmp_path / "env").read_text()


@pytest.mark.skipif(not POSTGRESQL, reason="PostgreSQL's programs run on its half of the suite.")
def test_a_program_that_fails_is_quoted(newsroom: Place, kept: Path, empty: Place, tmp_path: Path) -> None:
    for name in ("pg_dump", "pg_restore"):
        (tmp_path / name).write_text(
            f'#!/bin/sh\ncase "$1" in --version) echo "{name} 15.0";; *) echo "no room" >&2; exit 1;; esac\n'
        )
        (tmp_path / name).chmod(0o755)
    path = f"{tmp_path}:{os.environ['PATH']}"
    assert "pg_dump failed: no room." in refused(newsroom, "backup", tmp_path / "a.tar", PATH=path)
    assert "pg_restore failed: no room." in refused(empty, "restore", kept, PATH=path)
    assert not (tmp_path / "a.tar").exists()
