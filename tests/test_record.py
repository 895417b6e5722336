"""The public record: what an entry is, that the sequence has no gaps, and that tampering is named."""

import copy
import datetime as dt
import hashlib
import json
from collections.abc import Callable

import pytest
from django.core.management import CommandError, call_command
from django.db import connection, transaction
from makers import NOON, TEXT, make_claim, make_published, make_source

from claims import projection, record, reference
from claims.guards import GUARDS
from claims.models import Head, Publication, Reference, Revision, Topic
from claims.verification import Quoted, verify_quotations, verify_record
from sources.guards import install, remove

pytestmark = pytest.mark.django_db


def append(subject: str = "claims/a", **values: object) -> Revision:
    return record.append(
        **{
            "subject": subject,
            "kind": "reference",
            "note": "Renamed.",
            "at": NOON,
            "body": {"format": 1},
            **values,
        }  # type: ignore[arg-type]
    )


def test_an_entry_can_be_checked_with_nothing_but_sha256_and_json() -> None:
    """The test recomputes the digests by itself, as any reader could."""
    append(body={"format": 1, "name": "Тест"})
    entry = append(note="Why it changed.", body={"format": 1, "b": [1, None], "a": "ö"})
    assert entry.body == '{"a":"ö","b":[1,null],"format":1}'
    assert entry.body_digest == hashlib.sha256(entry.body.encode()).hexdigest()
    envelope = {
        "sequence": 2,
        "subject": "claims/a",
        "number": 2,
        "kind": "reference",
        "note": "Why it changed.",
        "at": "2026-03-01T12:00:00Z",
        "body_digest": entry.body_digest,
        "previous": Revision.objects.get(pk=1).entry_digest,
    }
    text = json.dumps(envelope, sort_keys=True, separators=(",", ":"), ensure_ascii=False)
    assert entry.entry_digest == hashlib.sha256(text.encode()).hexdigest()
    assert record.published_revision(entry) == {**envelope, "entry_digest": entry.entry_digest}
    assert Head.objects.get().entry_digest == entry.entry_digest


def test_numbers_count_per_subject_and_sequence_over_all() -> None:
    made = [append(subject) for subject in ("claims/a", "claims/b", "claims/a")]
    assert [(entry.sequence, entry.number) for entry in made] == [(1, 1), (2, 1), (3, 2)]


def test_time_never_runs_backwards() -> None:
    append(at=NOON)
    earlier = append(at=NOON - dt.timedelta(days=1))
    assert earlier.at == NOON
    later = append(at=NOON + dt.timedelta(seconds=3, microseconds=900_000))
    assert later.at == NOON + dt.timedelta(seconds=3)


def test_other_time_zones_are_the_same_moment() -> None:
    minsk = dt.timezone(dt.timedelta(hours=3))
    assert record.published_revision(append(at=NOON.astimezone(minsk)))["at"] == "2026-03-01T12:00:00Z"


def test_a_failed_transaction_leaves_no_gap() -> None:
    with transaction.atomic():
        append()
        transaction.set_rollback(True)
    assert append().sequence == 1


@pytest.mark.parametrize("value", [1.5, {1: "a"}, "\ud800", {"a": object()}])
def test_what_has_no_canonical_form_is_not_recorded(value: object) -> None:
    with pytest.raises(ValueError, match=r"."):
        append(body={"value": value})
    assert Head.objects.get().sequence == 0


@pytest.mark.parametrize("sequence", [0, 99])
def test_redacting_what_is_not_there(sequence: int) -> None:
    with pytest.raises(record.RedactionRefused, match=f"no entry {sequence}"):
        record.redact(sequence=sequence, reason="x", at=NOON)


def test_redaction_needs_a_reason_and_happens_once() -> None:
    append()
    with pytest.raises(record.RedactionRefused, match="reason"):
        record.redact(sequence=1, reason=" ", at=NOON)
    record.redact(sequence=1, reason="A private address.", at=NOON)
    with pytest.raises(record.RedactionRefused, match="already"):
        record.redact(sequence=1, reason="Again.", at=NOON)
    with pytest.raises(record.RedactionRefused, match="is a redaction"):
        record.redact(sequence=2, reason="To hide it.", at=NOON)


def test_the_record_holds_after_publishing_changing_and_redacting() -> None:
    make_published()
    claim = make_published()
    topic = Topic.objects.get()
    topic.name = "The old bridge"
    topic.save()
    assert reference.put_on_record(topic, note="Renamed.", at=NOON)
    assert reference.put_on_record(topic, note="Renamed.", at=NOON) is None
    old = Revision.objects.get(subject="topics/bridge", number=1)
    record.redact(sequence=old.sequence, reason="A slip.", at=NOON)
    assert list(verify_record()) == []
    call_command("verify_record")
    assert Publication.objects.get(slug=claim.slug).revision.subject == claim.subject


def sql(statement: str) -> Callable[[], None]:
    def run() -> None:
        with connection.cursor() as cursor:
            cursor.execute(statement)

    return run


LAST = "(SELECT MAX(sequence) FROM claims_revision)"
TAMPERING = {
    "a changed body": (sql("UPDATE claims_revision SET body = replace(body, 'Bridge', 'Bruecke')"), "body"),
    "a changed note": (sql(f"UPDATE claims_revision SET note = 'x' WHERE sequence = {LAST}"), "digest"),
    "a changed time": (
        sql("UPDATE claims_revision SET at = '2031-01-01 00:00:00+00:00' WHERE sequence = 1"),
        "1",
    ),
    "an entry taken out": (sql("DELETE FROM claims_revision WHERE sequence = 1"), "1"),
    "the last entry taken out": (
        lambda: (
            Publication.objects.all().delete(),
            sql(f"DELETE FROM claims_revision WHERE sequence = {LAST}")(),
        ),
        "head",
    ),
    "a body taken out without a redaction": (
        sql("UPDATE claims_revision SET body = NULL WHERE sequence = 1"),
        "1",
    ),
    "the head taken away": (
        sql("DELETE FROM claims_head"),
        "The row that holds the head (claims_head) is gone",
    ),
    "another head": (sql("UPDATE claims_head SET sequence = 3"), "head"),
    "a publication's column": (sql("UPDATE claims_publication SET rating = 'mixed'"), "column rating"),
    "a publication's words": (
        sql("UPDATE claims_publication SET search_text = 'other'"),
        "column search_text",
    ),
    "a publication's speaker": (sql("UPDATE claims_publication SET speaker_id = NULL"), "speaker"),
    "a publication's date": (
        sql("UPDATE claims_publication SET first_published_at = '2001-01-01 00:00:00+00:00'"),
        "first publication",
    ),
    "a publication's claim": (sql("UPDATE claims_publication SET claim_id = NULL"), "claim of its name"),
    "all references taken away": (sql("DELETE FROM claims_reference"), "nothing public stands on it"),
    "a publication's topics": (sql("DELETE FROM claims_publicationtopic"), "topics"),
    "a publication taken away": (lambda: Publication.objects.all().delete(), "nothing public"),
    "a reference on an old entry": (
        sql("UPDATE claims_reference SET revision_id = 1 WHERE subject = 'topics/bridge'"),
        "topics/bridge",
    ),
}


@pytest.mark.parametrize("kind", TAMPERING)
def test_tampering_by_somebody_who_took_the_guards_off_is_named(kind: str) -> None:
    make_published()
    change, named = TAMPERING[kind]
    # Rolled back, since tampering also breaks what the database checks when a test ends.
    with transaction.atomic():
        if kind == "a reference on an old entry":
            Reference.objects.filter(revision=1).delete()
        remove(connection, GUARDS)
        change()
        problems = list(verify_record())
        with pytest.raises(CommandError, match="not guarded"):
            call_command("verify_record")
        install(connection, GUARDS)
        with pytest.raises(CommandError, match="First thing wrong"):
            call_command("verify_record")
        transaction.set_rollback(True)
    assert problems, kind
    assert named in problems[0]


def test_the_quotations_on_the_record_are_checked_in_the_texts_that_are_here(
    capsys: pytest.CaptureFixture[str],
) -> None:
    claim = make_published()
    make_published(source=make_source(text=f"{TEXT} More.", held=False))
    assert verify_quotations() == Quoted(held=2, elsewhere=2)
    call_command("verify_record")
    assert "2 quotations on it hold; 2 stand in texts that are not on this server." in capsys.readouterr().out
    published = json.loads(Revision.objects.of(claim.subject).get().body or "")
    for change, words in [
        ({"exact": "the bridge will open in summer."}, "the bridge will open in"),
        ({"start": 0}, "the bridge will open in"),
        ({"more": 1}, "unknown key"),
    ]:
        body = copy.deepcopy(published)
        body["appearances"][0]["quotation"]["segments"][0] |= change
        with transaction.atomic():
            entry = append(claim.subject, kind="correction", note="x", body=body)
            problem = verify_quotations().problem or ""
            projection.project(entry)
            with pytest.raises(CommandError, match="A quotation does not hold"):
                call_command("verify_record")
            transaction.set_rollback(True)
        assert problem.startswith(f"Entry {entry.sequence} ({claim.subject}) quotes article-")
        assert words in problem


# How far the last entry is ahead of the clock, and whether that is said.
AHEAD = [
    (dt.timedelta(days=-400), False),
    (dt.timedelta(0), False),
    (dt.timedelta(minutes=5), False),
    (dt.timedelta(minutes=5, seconds=1), True),
    (dt.timedelta(days=73 * 365), True),
]


@pytest.mark.parametrize(("ahead", "said"), AHEAD)
def test_a_head_in_the_future_is_said(ahead: dt.timedelta, said: bool) -> None:
    assert record.ahead(now=NOON) is None
    append(at=NOON + ahead)
    sentence = record.ahead(now=NOON) or ""
    assert bool(sentence) == said
    assert ("this server's clock says 2026-03-01T12:00:00Z" in sentence) == said


def test_verification_remarks_on_a_head_in_the_future(capsys: pytest.CaptureFixture[str]) -> None:
    append(at=dt.datetime(2999, 1, 1, tzinfo=dt.UTC), kind="typo")
    call_command("verify_record")
    assert "Remark: The record's last entry is of 2999-01-01T00:00:00Z" in capsys.readouterr().out


def test_a_text_that_is_another_is_noticed() -> None:
    make_published()
    with transaction.atomic():
        remove(connection, GUARDS)
        sql("UPDATE sources_snapshot SET text = text || '.'")()
        assert "does not have this snapshot's fingerprint" in (verify_quotations().problem or "")
        transaction.set_rollback(True)


def test_a_draft_is_not_on_the_record() -> None:
    make_claim()
    assert Head.objects.get().sequence == 0
