"""The signed record: from the first key on every entry is signed, by the one key that is current, or not appended."""

import base64
import contextlib
import json
import stat
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import pytest
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PublicKey
from django.core.management import CommandError, call_command
from django.db import IntegrityError, InternalError, connection, transaction
from django.test import Client
from golden import golden
from keys import identifier, private_key
from makers import NOON, make_claim, make_published, make_speaker, make_user, publish
from seeding import dump, load

from claims import keyring, merging, record, record_keys, reference, server_key, signatures, workflow
from claims.guards import GUARDS
from claims.models import Head, Revision, Signature
from claims.verification import known_head_problem, verify_record
from sources.guards import install, remove

pytestmark = pytest.mark.django_db

REFUSED = (IntegrityError, InternalError)


@pytest.fixture(autouse=True)
def folder(tmp_path: Path, settings: Any) -> Iterator[Path]:
    """A data folder of the test's own: it holds no key yet."""
    settings.DATA_DIR = tmp_path
    return tmp_path


def append(**values: Any) -> Revision:
    return record.append(
        **{
            "subject": "claims/a",
            "kind": "update",
            "note": "Newer.",
            "at": NOON,
            "body": {"format": 1},
            **values,
        }
    )


def key() -> str:
    return Head.objects.get().key


def execute(statement: str) -> None:
    with connection.cursor() as cursor:
        cursor.execute(statement)


# The first key ------------------------------------------------------------------------------------


def test_a_record_without_a_key_is_unsigned_and_holds() -> None:
    make_published()
    assert Signature.objects.count() == 0
    assert list(verify_record()) == []
    assert all(record.signature_of(entry) is None for entry in Revision.objects.with_signatures())


def test_from_its_key_on_every_entry_is_signed(folder: Path) -> None:
    append()
    entry = record_keys.ensure(at=NOON)
    assert entry
    assert (entry.sequence, entry.kind, entry.subject) == (2, "key", f"keys/{key()}")
    make_published()
    last = Revision.objects.count()
    assert list(Signature.objects.order_by("pk").values_list("pk", flat=True)) == list(range(2, last + 1))
    assert list(verify_record()) == []
    assert [path.name for path in folder.iterdir()] == ["record.key"]
    assert stat.S_IMODE((folder / "record.key").stat().st_mode) == 0o600
    assert record_keys.ensure(at=NOON) is None
    assert Revision.objects.count() == last


def test_a_reader_can_check_an_entry_with_the_library_alone() -> None:
    record_keys.ensure(at=NOON)
    entry, stated = append(), json.loads(Revision.objects.get(kind="key").body or "")
    signature = record.signature_of(entry)
    assert signature
    text = json.dumps(
        {
            "at": "2026-03-01T12:00:00Z",
            "entry_digest": entry.entry_digest,
            "format": 1,
            "sequence": 2,
        },
        separators=(",", ":"),
    )
    public_key = Ed25519PublicKey.from_public_bytes(base64.b64decode(stated["public_key"]))
    public_key.verify(base64.b64decode(signature["signature"]), text.encode())
    assert signature["key"] == key()


def test_many_signatures_are_one_query(django_assert_num_queries: Any) -> None:
    record_keys.ensure(at=NOON)
    for _ in range(5):
        append()
    with django_assert_num_queries(1):
        made = [
            record.served_entry(entry) for entry in Revision.objects.with_signatures().order_by("sequence")
        ]
    assert all(entry["signature"]["key"] == key() for entry in made)


def test_a_key_that_lies_there_already_is_taken(folder: Path) -> None:
    (folder / "record.key").write_text(signatures.encoded(private_key("A")) + "\n")
    record_keys.ensure(at=NOON)
    assert key() == identifier("A")


# One after another --------------------------------------------------------------------------------


def test_keys_are_rotated(folder: Path) -> None:
    record_keys.ensure(at=NOON)
    old, before = key(), append()
    entry = record_keys.rotate(note="Every year.", at=NOON)
    after, new = append(), key()
    assert old != new
    assert [record.signature_of(one)["key"] for one in (before, entry, after)] == [old, new, new]  # type: ignore[index]
    stated = keyring.read(json.loads(entry.body or ""))
    assert (stated.what, stated.previous, entry.note) == ("rotated", old, "Every year.")
    assert len((folder / "record.key").read_text().split()) == 1
    assert list(verify_record()) == []
    record_keys.rotate(note="", at=NOON)
    assert Revision.objects.last().note == "The key was changed as a precaution."  # type: ignore[union-attr]
    assert list(verify_record()) == []


def test_a_lost_key_is_declared_and_told(folder: Path, capsys: pytest.CaptureFixture[str]) -> None:
    record_keys.ensure(at=NOON)
    old = key()
    with pytest.raises(record_keys.Refused, match="is on this server, so it is not lost"):
        record_keys.declare_lost(note="The disk broke.", at=NOON)
    (folder / "record.key").unlink()
    with pytest.raises(record_keys.Refused, match="Say in a public note"):
        record_keys.declare_lost(note=" \u200b", at=NOON)
    entry = record_keys.declare_lost(note="The disk broke.", at=NOON)
    append()
    assert keyring.read(json.loads(entry.body or "")).previous == old
    assert list(verify_record()) == []
    call_command("verify_record")
    said = capsys.readouterr().out
    assert f"Signed since entry 1; the key is {key()}." in said
    assert f"Remark: Entry 2 declares the key {old} lost (The disk broke.)" in said


def test_there_is_nothing_to_rotate_or_lose_in_an_unsigned_record() -> None:
    for call in (record_keys.rotate, record_keys.declare_lost):
        with pytest.raises(record_keys.Refused, match="no key yet"):
            call(note="Why.", at=NOON)


def test_several_machines_are_given_their_keys(settings: Any, folder: Path) -> None:
    """The new key is given to all first; each signs with the one that is the record's at the time."""
    settings.RECORD_KEYS = [private_key("A")]
    record_keys.ensure(at=NOON)
    with pytest.raises(record_keys.Refused, match="gives no key that is new to the record"):
        record_keys.rotate(note="", at=NOON)
    settings.RECORD_KEYS = [private_key("B"), private_key("A")]
    append()
    assert key() == identifier("A")
    record_keys.rotate(note="", at=NOON)
    append()
    assert key() == identifier("B")
    settings.RECORD_KEYS = [private_key("B")]
    append()
    assert list(verify_record()) == []
    assert list(folder.iterdir()) == []
    with pytest.raises(server_key.CannotSign, match="no other is made"):
        server_key.make()


def test_a_rotation_that_is_stopped_leaves_a_server_that_signs(
    folder: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Before the entry is committed both keys lie there; what is left over is taken next time."""
    record_keys.ensure(at=NOON)
    old = key()
    with monkeypatch.context() as patch:
        patch.setattr(record_keys, "_append", lambda *_, **__: 1 / 0)
        with pytest.raises(ZeroDivisionError):
            record_keys.rotate(note="", at=NOON)
    waiting, kept = (signatures.identifier_of(public) for public in server_key.public_keys())
    assert (kept, key()) == (old, old)
    append()
    with monkeypatch.context() as patch:
        patch.setattr(record_keys, "_forget_old", lambda _: None)
        record_keys.rotate(note="", at=NOON)
    assert (key(), server_key.has(old)) == (waiting, True)
    assert record_keys.ensure(at=NOON) is None
    assert len(server_key.public_keys()) == 1
    assert list(verify_record()) == []


# A server without the key -------------------------------------------------------------------------


def without_key(folder: Path) -> None:
    (folder / "record.key").unlink()


def with_another(folder: Path) -> None:
    (folder / "record.key").write_text(signatures.encoded(private_key("B")) + "\n")


def with_a_spoilt_one(folder: Path) -> None:
    (folder / "record.key").write_text("mine")


def with_an_empty_one(folder: Path) -> None:
    (folder / "record.key").write_text("")


NO_KEY: dict[Callable[[Path], None], str] = {
    without_key: "this server has no record.key and no FACTCHECK_RECORD_KEY",
    with_another: f"this server has the key {identifier('B')} instead",
    with_a_spoilt_one: "cannot be read .it does not hold a key.",
    with_an_empty_one: "cannot be read .it does not hold a key.",
}


@pytest.mark.parametrize("spoil", NO_KEY, ids=lambda spoil: spoil.__name__)
def test_a_server_without_the_key_appends_nothing_and_says_what_to_do(
    spoil: Callable[[Path], None], folder: Path
) -> None:
    record_keys.ensure(at=NOON)
    spoil(folder)
    with pytest.raises(server_key.CannotSign, match=NO_KEY[spoil]) as refusal, transaction.atomic():
        append()
    assert "into the data folder, or set FACTCHECK_RECORD_KEY" in str(refusal.value)
    assert signatures.encoded(private_key("B")) not in str(refusal.value)
    with pytest.raises(server_key.CannotSign, match=NO_KEY[spoil]):
        record_keys.ensure(at=NOON)
    assert Revision.objects.count() == 1
    # Also where somebody goes on in the same transaction.
    with transaction.atomic(), contextlib.suppress(server_key.CannotSign):
        append()
    assert Revision.objects.count() == 1
    assert list(verify_record()) == []


def test_every_door_of_the_desk_says_so_in_a_sentence(folder: Path) -> None:
    record_keys.ensure(at=NOON)
    entry = append()
    public, draft, old = make_published(), make_claim(), make_speaker("a-quill")
    speaker, by = make_speaker(), make_user(is_superuser=True)
    without_key(folder)
    entries = Revision.objects.count()
    with pytest.raises(workflow.Refused, match=r"Put record\.key"):
        publish(draft)
    with pytest.raises(workflow.Refused, match=r"Put record\.key"):
        workflow.apply("withdraw", verdict=public.verdict, by=by, at=NOON, note="Wrong.")
    with pytest.raises(record.RedactionRefused, match=r"Put record\.key"):
        record.redact(sequence=entry.sequence, reason="A private address.", at=NOON)
    speaker.name = "Ada Quill-Marsh"
    speaker.save()
    with pytest.raises(server_key.CannotSign, match=r"Put record\.key"):
        reference.change(speaker, by=by, at=NOON, seen=reference.seen_digest(speaker))
    seen = merging.plan(speaker, old)
    with pytest.raises(merging.Refused, match=r"Put record\.key"):
        merging.merge(
            kept=speaker,
            gone=old,
            by=by,
            at=NOON,
            note="One person.",
            choices={line.name: "kept" for line in seen.choices},
            seen=seen.seen,
        )
    client = Client()
    client.force_login(by)
    data = {
        "action": "put_on_record",
        "_selected_action": [speaker.pk],
        "confirmed": "1",
        "note": "She married.",
        f"seen-{speaker.pk}": reference.seen_digest(speaker),
    }
    page = client.post("/admin/claims/speaker/", data, follow=True).content.decode()
    assert "Put record.key of a server that has it" in page
    assert Revision.objects.count() == entries
    assert Client().get(f"/claims/{public.slug}/").status_code == 200
    assert list(verify_record()) == []


def test_seeds_that_would_change_the_record_are_not_loaded(folder: Path) -> None:
    make_published()
    record_keys.ensure(at=NOON)
    dump(folder / "seeds")
    topics = folder / "seeds" / "topics.yaml"
    topics.write_text(topics.read_text().replace("The bridge", "The old bridge"))
    without_key(folder)
    with pytest.raises(CommandError, match=r"^Nothing was loaded\. .* Put record\.key"):
        load(folder / "seeds", update=True)
    assert reference.public("topics", "bridge")["name"] == "The bridge"  # type: ignore[index]


def test_the_command(folder: Path, capsys: pytest.CaptureFixture[str]) -> None:
    call_command("record_key", "show")
    assert capsys.readouterr().out == "The record is not signed: manage.py record_key ensure.\n"
    call_command("record_key", "ensure")
    said = capsys.readouterr().out
    assert "Entry 1 is the first that the key signs." in said
    assert "This server has its private half (record.key in the data folder)." in said
    assert (folder / "record.key").read_text().strip() not in said
    old = key()
    call_command("record_key", "rotate", "--note", "Every year.")
    assert f"The record is signed by the key {key()}." in capsys.readouterr().out
    assert key() != old
    without_key(folder)
    call_command("record_key", "show")
    assert "it can serve readers, not publish" in capsys.readouterr().out
    for action in ("ensure", "rotate"):
        with pytest.raises(CommandError, match=r"Put record\.key"):
            call_command("record_key", action)
    with pytest.raises(CommandError, match="public note"):
        call_command("record_key", "lost")
    call_command("record_key", "lost", "--note", "The disk broke.")
    assert "Entry 3 is the first that the key signs." in capsys.readouterr().out


# What may not be done to keys and signatures ------------------------------------------------------


@pytest.mark.parametrize(
    "body", [{"format": 1}, keyring.Key("lost", signatures.public_key_of(private_key("A"))).body()]
)
def test_what_is_no_key_is_not_appended_as_one(body: dict[str, Any]) -> None:
    with pytest.raises(ValueError, match=r"."):
        append(kind="key", subject=f"keys/{identifier('A')}", note="x", body=body)
    assert Head.objects.get().sequence == 0


def test_a_key_does_not_come_back(folder: Path) -> None:
    record_keys.ensure(at=NOON)
    before = (folder / "record.key").read_text()
    first = key()
    record_keys.rotate(note="", at=NOON)
    (folder / "record.key").write_text((folder / "record.key").read_text() + before)
    text = signatures.endorsement(
        public_key=next(
            public for public in server_key.public_keys() if signatures.identifier_of(public) == first
        ),
        endorsed_by=key(),
    )
    back = keyring.Key("rotated", server_key.public_keys()[1], key(), server_key.sign(text, by=key()))
    with pytest.raises(ValueError, match="brings back a key"):
        append(kind="key", subject=back.subject, note="x", body=back.body())


def test_redaction_keeps_signatures_valid_and_takes_no_key() -> None:
    record_keys.ensure(at=NOON)
    append()
    redaction = record.redact(sequence=2, reason="A private address.", at=NOON)
    assert record.signature_of(redaction)
    assert list(verify_record()) == []
    with pytest.raises(record.RedactionRefused, match="brought a key"):
        record.redact(sequence=1, reason="To hide it.", at=NOON)


DOORS: dict[str, Callable[[], Any]] = {
    "a queryset's update": lambda: Signature.objects.update(signature="x"),
    "a model's save": lambda: Signature(revision_id=1, key="0" * 64, signature="x").save(),
    "a queryset's delete": lambda: Signature.objects.all().delete(),
    "an UPDATE of the key": lambda: execute("UPDATE claims_signature SET key = 'x'"),
    "an UPDATE of the entry": lambda: execute("UPDATE claims_signature SET revision_id = 2"),
    "a DELETE": lambda: execute("DELETE FROM claims_signature"),
    "a second signature": lambda: execute("INSERT INTO claims_signature SELECT * FROM claims_signature"),
    "a signature afterwards": lambda: Signature.objects.create(revision_id=1, key="0" * 64, signature="x"),
    "a signature of what is not there": lambda: Signature.objects.create(
        revision_id=99, key="0" * 64, signature="x"
    ),
    "a bulk create over a known one": lambda: Signature.objects.bulk_create(
        [Signature(revision_id=3, key="0" * 64, signature="x")],
        update_conflicts=True,
        unique_fields=["revision"],
        update_fields=["signature"],
    ),
}
if connection.vendor == "sqlite":
    DOORS["INSERT OR REPLACE"] = lambda: execute(
        "INSERT OR REPLACE INTO claims_signature (revision_id, key, signature) "
        "SELECT revision_id, key, 'x' FROM claims_signature"
    )
    DOORS["UPDATE OR REPLACE"] = lambda: execute("UPDATE OR REPLACE claims_signature SET revision_id = 2")
else:
    DOORS["TRUNCATE"] = lambda: execute("SET CONSTRAINTS ALL IMMEDIATE; TRUNCATE claims_signature")


@pytest.mark.parametrize("door", DOORS)
def test_signatures_are_guarded(door: str) -> None:
    append()
    record_keys.ensure(at=NOON)
    append()
    before = list(Signature.objects.order_by("pk").values())
    assert len(before) == 2
    with pytest.raises(REFUSED, match="ublic record"), transaction.atomic():
        DOORS[door]()
    assert list(Signature.objects.order_by("pk").values()) == before


TAMPERING = {
    "a signature taken away": (
        "DELETE FROM claims_signature WHERE revision_id = 3",
        "Entry 3 .* is not signed",
    ),
    "all signatures taken away": ("DELETE FROM claims_signature", "Entry 2 .* is not signed"),
    "a signature of another entry": (
        (
            "UPDATE claims_signature SET signature = "
            "(SELECT signature FROM claims_signature WHERE revision_id = 2) WHERE revision_id = 3"
        ),
        "Entry 3 .* does not have the signature",
    ),
    "another key": (
        "UPDATE claims_signature SET key = 'x' WHERE revision_id = 3",
        "Entry 3 .* signed by the key x",
    ),
    "a signature before the first key": (
        (
            "INSERT INTO claims_signature (revision_id, key, signature) "
            "SELECT 1, key, signature FROM claims_signature WHERE revision_id = 2"
        ),
        "Entry 1 .* is signed, but no key",
    ),
    "a head without its key": ("UPDATE claims_head SET key = ''", "The head's key"),
}


@pytest.mark.parametrize("kind", TAMPERING)
def test_tampering_by_somebody_who_took_the_guards_off_is_named(kind: str) -> None:
    append()
    record_keys.ensure(at=NOON)
    append()
    statement, words = TAMPERING[kind]
    with transaction.atomic():
        remove(connection, GUARDS)
        execute(statement)
        with pytest.raises(CommandError, match="not guarded"):
            call_command("verify_record")
        install(connection, GUARDS)
        with pytest.raises(CommandError, match=words):
            call_command("verify_record")
        transaction.set_rollback(True)


def test_a_record_that_forgets_its_key_is_noticed() -> None:
    """Who may write rows but has no key could let the program go on without signatures: the record shows it."""
    record_keys.ensure(at=NOON)
    Head.objects.update(key="")
    append()
    assert "is not signed, though" in next(verify_record())


# Heads that somebody kept -------------------------------------------------------------------------


def test_a_head_that_was_kept(capsys: pytest.CaptureFixture[str]) -> None:
    first, second = append(), append()
    for known in (f"1:{first.entry_digest}", first.entry_digest, f"2:{second.entry_digest}"):
        call_command("verify_record", f"--known-head={known}")
        assert "It continues the head that you kept." in capsys.readouterr().out
    assert known_head_problem(sequence=None, entry_digest=first.entry_digest) is None
    for known, words in [
        (f"2:{first.entry_digest}", "is that of entry 1, not of entry 2"),
        (f"1:{'0' * 64}", "Entry 1 has another digest than the one that was kept"),
        (f"9:{'0' * 64}", "ends with entry 2, before entry 9"),
        ("0" * 64, "no entry has the digest"),
        ("1:2", "SEQUENCE:DIGEST"),
        (first.entry_digest.upper(), "SEQUENCE:DIGEST"),
        (f"01:{first.entry_digest}", "SEQUENCE:DIGEST"),
        (f":{first.entry_digest}", "SEQUENCE:DIGEST"),
    ]:
        with pytest.raises(CommandError, match=words):
            call_command("verify_record", f"--known-head={known}")


# The address of the head --------------------------------------------------------------------------

ADDRESS = "/.well-known/factcheck-record"


def test_the_golden_head(settings: Any) -> None:
    settings.RECORD_KEYS = [private_key("A")]
    record_keys.ensure(at=NOON)
    append()
    text = json.dumps(Client().get(ADDRESS).json(), indent=2) + "\n"
    assert text == golden("record-head.json", text)


def test_the_head_is_signed_by_the_key_that_it_names() -> None:
    record_keys.ensure(at=NOON)
    append()
    said = Client().get(ADDRESS).json()
    public_key = base64.b64decode(said["key"]["public_key"])
    text = signatures.statement(sequence=said["sequence"], entry_digest=said["entry_digest"], at=said["at"])
    assert signatures.identifier_of(public_key) == said["key"]["id"]
    assert signatures.holds(said["signature"], text, public_key=public_key)


def test_an_empty_and_an_unsigned_record_have_a_head_with_nulls() -> None:
    empty = {"format": 1, "sequence": None, "entry_digest": None, "at": None, "signature": None, "key": None}
    assert Client().get(ADDRESS).json() == empty
    entry = append()
    unsigned = {"sequence": 1, "entry_digest": entry.entry_digest, "at": "2026-03-01T12:00:00Z"}
    assert Client().get(ADDRESS).json() == {**empty, **unsigned}


def test_the_heads_manners(django_assert_num_queries: Any) -> None:
    record_keys.ensure(at=NOON)
    append()
    browser = Client()
    with django_assert_num_queries(3):
        answer = browser.get(ADDRESS)
    assert answer.headers["Content-Type"] == "application/json"
    assert answer.headers["Access-Control-Allow-Origin"] == "*"
    assert answer.headers["Cache-Control"] == "public, max-age=10, s-maxage=10"
    assert "Vary" not in answer.headers or "Cookie" not in answer.headers["Vary"]
    same = browser.get(ADDRESS, headers={"if-none-match": answer.headers["ETag"]})
    assert (same.status_code, same.content) == (304, b"")
    assert same.headers["Access-Control-Allow-Origin"] == "*"
    assert same.headers["Cache-Control"] == "public, max-age=10, s-maxage=10"
    head = browser.head(ADDRESS)
    assert (head.status_code, head.content, head.headers["ETag"]) == (200, b"", answer.headers["ETag"])
    assert browser.post(ADDRESS).status_code == 405
    append()
    other = browser.get(ADDRESS, headers={"if-none-match": answer.headers["ETag"]})
    assert (other.status_code, other.json()["sequence"]) == (200, 3)


def test_readers_need_no_private_key(folder: Path) -> None:
    record_keys.ensure(at=NOON)
    without_key(folder)
    assert Client().get(ADDRESS).json()["key"]["id"] == key()
    assert list(verify_record()) == []
