"""The record is guarded in the database itself, whichever door somebody tries."""

from collections.abc import Callable
from typing import Any

import pytest
from django.core.exceptions import ImproperlyConfigured
from django.db import IntegrityError, InternalError, connection, transaction
from makers import NOON, make_claim, make_methodology, make_published, make_source, make_user, publish

from claims import record, record_keys, workflow
from claims.guards import GUARDS, check_guards, demand_guards
from claims.models import (
    AttributionFinding,
    Claim,
    Head,
    Methodology,
    Rating,
    RatingScale,
    Revision,
    Signature,
    Speaker,
    Topic,
)
from sources.guards import install, missing, remove
from sources.models import Publisher, Snapshot, Source

pytestmark = pytest.mark.django_db

REFUSED = (IntegrityError, InternalError)


def execute(statement: str) -> None:
    with connection.cursor() as cursor:
        cursor.execute(statement)


def columns() -> str:
    return ", ".join(field.column for field in Revision._meta.concrete_fields)


DOORS = {
    "a queryset's update": lambda: Revision.objects.update(note="other"),
    "a model's save": lambda: Revision(pk=1, subject="claims/x", number=1, kind="typo", at=NOON).save(),
    "a bulk update": lambda: Revision.objects.bulk_update([Revision(pk=1, note="other")], fields=["note"]),
    "a queryset's delete": lambda: Revision.objects.filter(kind="reference")._raw_delete("default"),
    "an UPDATE of the body": lambda: execute("UPDATE claims_revision SET body = '{}'"),
    "an UPDATE of the time": lambda: execute("UPDATE claims_revision SET at = '2020-01-01 00:00:00'"),
    "taking a body out without a redaction": lambda: execute("UPDATE claims_revision SET body = NULL"),
    "a DELETE": lambda: execute("DELETE FROM claims_revision"),
    "an INSERT that leaves a gap": lambda: execute(
        f"INSERT INTO claims_revision ({columns()}) "
        "SELECT sequence + 100, subject, number + 100, kind, note, at, body, body_digest, entry_digest, "
        "'0' || substr(entry_digest, 2), NULL FROM claims_revision ORDER BY sequence DESC LIMIT 1"
    ),
    "an INSERT that does not link to the last entry": lambda: execute(
        f"INSERT INTO claims_revision ({columns()}) "
        "SELECT sequence + 1, subject, number + 100, kind, note, at, body, body_digest, 'elsewhere', "
        "'0' || substr(entry_digest, 2), NULL FROM claims_revision ORDER BY sequence DESC LIMIT 1"
    ),
    "a bulk create over a known entry": lambda: Revision.objects.bulk_create(
        [
            Revision(
                pk=1, subject="claims/x", number=1, kind="typo", at=NOON, body="{}", entry_digest="0" * 64
            )
        ],
        update_conflicts=True,
        unique_fields=["sequence"],
        update_fields=["note"],
    ),
}
if connection.vendor == "sqlite":
    DOORS["INSERT OR REPLACE"] = lambda: execute(
        f"INSERT OR REPLACE INTO claims_revision ({columns()}) "
        "SELECT sequence, subject, number, kind, 'other', at, body, body_digest, previous, entry_digest, redacts "
        "FROM claims_revision WHERE sequence = 1"
    )
    DOORS["UPDATE OR REPLACE"] = lambda: execute(
        "UPDATE OR REPLACE claims_revision SET sequence = 1 WHERE sequence = 2"
    )
else:
    # The constraints first, or their pending checks refuse the TRUNCATE before the guard is asked.
    DOORS["TRUNCATE"] = lambda: execute("SET CONSTRAINTS ALL IMMEDIATE; TRUNCATE claims_revision CASCADE")
    DOORS["an upsert"] = lambda: execute(
        f"INSERT INTO claims_revision ({columns()}) SELECT * FROM claims_revision WHERE sequence = 1 "
        "ON CONFLICT (sequence) DO UPDATE SET note = 'other'"
    )


@pytest.mark.parametrize("door", DOORS)
def test_the_record_refuses(door: str) -> None:
    make_published()
    before = list(Revision.objects.order_by("sequence").values())
    with pytest.raises(REFUSED, match="record"), transaction.atomic():
        DOORS[door]()
    assert list(Revision.objects.order_by("sequence").values()) == before


def test_a_redaction_takes_one_body_and_nothing_else() -> None:
    claim = make_published()
    first = Revision.objects.of(claim.subject).get()
    record.append(subject=claim.subject, kind="update", note="Newer.", at=NOON, body={"format": 1})
    with pytest.raises(record.RedactionRefused, match="what the public reads now"):
        record.redact(sequence=first.sequence, reason="A private address.", at=NOON)
    newest = Revision.objects.of(claim.subject).last()
    assert newest
    redaction = record.redact(sequence=newest.sequence, reason="A private address.", at=NOON)
    assert Revision.objects.get(pk=newest.pk).body is None
    assert Revision.objects.get(pk=first.pk).body is not None
    assert redaction.redacts == newest.sequence
    with pytest.raises(REFUSED, match="record"), transaction.atomic():
        execute(f"UPDATE claims_revision SET note = 'x', body = NULL WHERE sequence = {newest.pk}")
    with pytest.raises(REFUSED, match="record"), transaction.atomic():
        execute(f"UPDATE claims_revision SET body = '{{}}' WHERE sequence = {newest.pk}")


def redaction_of(entry: Revision, **values: Any) -> Revision:
    """The entry of a redaction, appended past the program as the database's role could."""
    last = Revision.objects.order_by("sequence").last()
    assert last
    return Revision.objects.create(
        **{
            "sequence": last.sequence + 1,
            "subject": entry.subject,
            "number": 99,
            "kind": "redaction",
            "note": "x",
            "at": last.at,
            "body": "x",
            "body_digest": "x",
            "previous": last.entry_digest,
            "entry_digest": "a" * 64,
            "redacts": entry.sequence,
            **values,
        }
    )


def sign(entry: Revision) -> None:
    Signature.objects.create(revision=entry, key="x", signature="x")


def move_head(entry: Revision) -> None:
    Head.objects.update(sequence=entry.sequence)


# By what is missing: the entry that is meant, what its redaction is, and what is done about it.
UNMADE: dict[str, tuple[str, dict[str, Any], tuple[Callable[[Revision], None], ...]]] = {
    "all but the entry": ("old", {}, ()),
    "a signature": ("old", {}, (move_head,)),
    "the head": ("old", {}, (sign,)),
    "the subject": ("old", {"subject": "claims/x", "number": 1}, (sign, move_head)),
    "another public text": ("public", {}, (sign, move_head)),
    "another public name": ("speaker", {}, (sign, move_head)),
}


@pytest.mark.parametrize("lacking", UNMADE)
def test_the_database_keeps_a_body_while_something_is_missing(lacking: str) -> None:
    record_keys.ensure(at=NOON)
    claim = make_published("one")
    workflow.apply("withdraw", verdict=claim.verdict, by=make_user(), at=NOON, note="Wrong.")
    of_claim = list(Revision.objects.of(claim.subject))
    entries = {
        "old": of_claim[0],
        "public": of_claim[1],
        "speaker": Revision.objects.get(subject="speakers/ada-quill"),
    }
    name, values, steps = UNMADE[lacking]
    entry = entries[name]
    with transaction.atomic():
        made = redaction_of(entry, **values)
        for step in steps:
            step(made)
        with pytest.raises(REFUSED, match="Only a redaction on the public record"), transaction.atomic():
            execute(f"UPDATE claims_revision SET body = NULL WHERE sequence = {entry.sequence}")
        transaction.set_rollback(True)
    assert Revision.objects.get(pk=entry.pk).body


def test_an_unsigned_record_redacts_without_a_signature() -> None:
    claim = make_published("one")
    workflow.apply("withdraw", verdict=claim.verdict, by=make_user(), at=NOON, note="Wrong.")
    record.redact(sequence=Revision.objects.of(claim.subject)[0].sequence, reason="A court.", at=NOON)
    assert Revision.objects.of(claim.subject)[0].body is None


@pytest.mark.parametrize("note", ["", "  "], ids=repr)
@pytest.mark.parametrize("kind", Revision.Kind.values)
def test_an_entry_that_tells_readers_something_has_a_note(kind: str, note: str) -> None:
    claim = make_published("one")
    last = Revision.objects.of(claim.subject).last()
    assert last
    redacts = last.sequence if kind == "redaction" else None
    if kind in ("publication", "typo"):
        assert redaction_of(last, kind=kind, redacts=redacts, note=note).sequence
        return
    with pytest.raises(REFUSED, match="has a public note"), transaction.atomic():
        redaction_of(last, kind=kind, redacts=redacts, note=note)


@pytest.mark.parametrize(
    "change", ["sha256 = 'z' || substr(sha256, 2)", "length = length + 1", "text = text || '.'"]
)
def test_a_snapshot_never_changes(change: str) -> None:
    make_source(text="Made-up words.")
    with pytest.raises(REFUSED, match="snapshot never changes"), transaction.atomic():
        execute(f"UPDATE sources_snapshot SET {change}")


def test_a_snapshots_text_may_arrive_and_go() -> None:
    """A fingerprint gets its text when the archive is loaded; a text that may not be held any longer goes."""
    source = make_source(text="Made-up words.", held=False)
    Snapshot.objects.filter(source=source).update(text="Made-up words.")
    Snapshot.objects.filter(source=source).update(text=None)
    assert source.snapshots.get().text is None


def test_all_guards_stand_after_migration() -> None:
    assert missing(connection, GUARDS) == []
    assert check_guards(databases=["default"]) == []
    demand_guards()


@pytest.mark.parametrize("guard", GUARDS, ids=lambda guard: guard.name)
def test_a_missing_guard_is_noticed_at_start_up(guard) -> None:  # type: ignore[no-untyped-def]
    if not (guard.sqlite if connection.vendor == "sqlite" else guard.postgresql):
        assert missing(connection, [guard]) == []
        return
    remove(connection, [guard])
    assert [error.id for error in check_guards(databases=["default"])] == ["claims.E001"]
    with pytest.raises(ImproperlyConfigured, match=guard.name):
        demand_guards()
    install(connection, [guard])
    demand_guards()


def test_a_guard_that_a_waiting_migration_brings_does_not_stop_it() -> None:
    """migrate runs the check first: a newer program could never be installed over an older database."""
    remove(connection, GUARDS)
    newest = "SELECT MAX(name) FROM django_migrations WHERE app = 'claims'"
    execute(f"DELETE FROM django_migrations WHERE app = 'claims' AND name = ({newest})")
    assert check_guards(databases=["default"]) == []
    with pytest.raises(ImproperlyConfigured, match="guard_record_update"):
        demand_guards()


IDENTIFIED = [Claim, Speaker, Topic, Methodology, Source, Publisher]


@pytest.mark.parametrize("model", IDENTIFIED, ids=lambda model: model._meta.model_name)
def test_what_is_on_record_keeps_its_identifier(model: Any) -> None:
    """Two speakers who swap identifiers would swap their claims in public, without an entry."""
    make_published()
    column = "version" if model is Methodology else "slug"
    with pytest.raises(REFUSED, match="keeps its identifier"), transaction.atomic():
        model.objects.update(**{column: "other"})


def test_a_draft_may_change_its_identifier() -> None:
    make_claim("one")
    Claim.objects.update(slug="two")
    assert Claim.objects.get().slug == "two"


SCALE_CHANGES = {
    "the scale's end": lambda: RatingScale.objects.update(best=7),
    "a rating's number": lambda: Rating.objects.filter(slug="mixed").update(value=4),
    "a rating's number taken away": lambda: Rating.objects.filter(slug="mixed").update(value=None),
    "a number for what is off the scale": lambda: Rating.objects.filter(value=None).update(value=2),
    "a rating's identifier": lambda: Rating.objects.filter(slug="mixed").update(slug="half"),
    "another rating": lambda: Rating.objects.create(
        scale=RatingScale.objects.get(), slug="new", label="New", definition="New."
    ),
    "one rating less": lambda: Rating.objects.filter(slug="mixed").delete(),
    "a finding's identifier": lambda: AttributionFinding.objects.filter(slug="confirmed").update(slug="yes"),
    "another finding": lambda: AttributionFinding.objects.create(
        methodology=Methodology.objects.get(), slug="new", label="New", definition="New."
    ),
    "one finding less": lambda: AttributionFinding.objects.filter(slug="confirmed").delete(),
}


@pytest.mark.parametrize("change", SCALE_CHANGES)
def test_a_published_methodology_keeps_its_numbers(change: str) -> None:
    """Old verdicts were made under it: what their numbers mean does not change behind them."""
    claim = make_claim()
    with transaction.atomic():
        # Before it is on the record the scale is its editors' to change.
        SCALE_CHANGES[change]()
        transaction.set_rollback(True)
    publish(claim)
    with pytest.raises(REFUSED, match="make a new version"), transaction.atomic():
        SCALE_CHANGES[change]()


def test_a_published_methodologys_words_may_be_mended() -> None:
    make_published()
    Rating.objects.filter(slug="mixed").update(label="Half true", definition="Mended.")
    AttributionFinding.objects.filter(slug="confirmed").update(definition="Mended.")
    Methodology.objects.update(rules="Mended.")
    rating, finding = Rating.objects.get(slug="mixed"), AttributionFinding.objects.get(slug="confirmed")
    assert (rating.label, rating.definition, finding.definition) == ("Half true", "Mended.", "Mended.")
    assert Methodology.objects.get().rules == "Mended."
    make_methodology("2")
    assert Methodology.objects.count() == 2
