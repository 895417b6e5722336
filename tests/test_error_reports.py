"""Reports at the desk: an outcome names the entry of the record that followed, and nothing else."""

import datetime as dt
import re
from collections.abc import Callable
from typing import Any

import pytest
from django.contrib.auth.models import User
from django.core.exceptions import ValidationError
from django.db import IntegrityError, transaction
from django.test import Client
from django.urls import reverse
from django.utils import timezone
from filling import filled
from makers import NOON, make_claim, make_published, make_user, publish
from test_admin_concurrent import address

from claims import intake, reference, roles, workflow
from claims.models import Claim, ErrorReport, Publication, Revision, Suggestion

pytestmark = pytest.mark.django_db

LATER = NOON + dt.timedelta(days=2)


def make_report(claim: Claim | None, **values: Any) -> ErrorReport:
    given = {"text": "The date is wrong.", "reported_at": NOON, "due_on": NOON.date(), **values}
    return ErrorReport.objects.create(claim=claim, **given)


def revise(claim: Claim, kind: str, *, at: dt.datetime = LATER) -> Revision:
    """Publish a changed text; the entry."""
    workflow.apply("revise", verdict=claim.verdict, by=make_user(), at=at)
    summary = claim.verdict.summary
    claim.verdict.summary = summary.removesuffix(".") if kind == "typo" else f"{summary} As of now."
    claim.verdict.save()
    publish(claim, at=at, kind=kind, note="The date was wrong.")
    return Revision.objects.of(claim.subject).reverse()[0]


def withdraw(claim: Claim) -> Revision:
    workflow.apply("withdraw", verdict=claim.verdict, by=make_user(), at=LATER, note="Wrong throughout.")
    return Revision.objects.of(claim.subject).reverse()[0]


def editor(role: str = roles.REPORTER) -> Client:
    client = Client()
    client.force_login(make_user(role=role))
    return client


# The outcome, what it needs of an entry, the kinds of entry that can be it.
OUTCOMES: list[tuple[str, bool, set[str]]] = [
    ("", False, set()),
    ("corrected", True, {"correction", "update"}),
    ("clarified", True, {"clarification", "update"}),
    ("typo", True, {"typo"}),
    ("withdrawn", True, {"withdrawal"}),
    ("upheld", False, set()),
]


@pytest.mark.parametrize(("outcome", "needs_entry", "_"), OUTCOMES)
def test_the_database_demands_an_entry_or_none(outcome: str, needs_entry: bool, _: set[str]) -> None:
    claim = make_published("bridge")
    entry = revise(claim, "correction")
    report = make_report(claim)
    for revision, is_good in ((entry, needs_entry), (None, not needs_entry)):
        change = {"outcome": outcome, "outcome_note": "Looked at.", "revision": revision}
        row = ErrorReport.objects.filter(pk=report.pk)
        if is_good:
            assert row.update(**change) == 1
        else:
            with (
                pytest.raises(IntegrityError, match="error_report_outcome_names_its_entry"),
                transaction.atomic(),
            ):
                row.update(**change)


@pytest.mark.parametrize("kind", ["correction", "clarification", "update", "typo", "withdrawal"])
def test_an_outcome_is_said_by_an_entry_of_its_kind(kind: str) -> None:
    claim = make_published("bridge")
    report = make_report(claim)
    entry = withdraw(claim) if kind == "withdrawal" else revise(claim, kind)
    for outcome, needs_entry, kinds in OUTCOMES:
        if not needs_entry:
            continue
        report.outcome, report.outcome_note, report.revision = outcome, "Looked at.", entry
        if kind in kinds:
            report.full_clean()
        else:
            with pytest.raises(ValidationError, match="does not say of this claim"):
                report.full_clean()


def test_an_entry_of_another_claim_or_from_before_is_none() -> None:
    claim, other = make_published("bridge"), make_published("tunnel")
    earlier, elsewhere = (
        revise(claim, "correction"),
        revise(other, "correction", at=LATER + dt.timedelta(days=2)),
    )
    report = make_report(claim, reported_at=LATER + dt.timedelta(days=1))
    report.outcome, report.outcome_note = "corrected", "Looked at."
    for entry in (earlier, elsewhere):
        report.revision = entry
        with pytest.raises(ValidationError, match="does not say of this claim, after the report"):
            report.full_clean()
    later = revise(claim, "correction", at=LATER + dt.timedelta(days=3))
    report.revision = later
    report.full_clean()
    assert list(report.entries()) == [later]


def test_a_name_that_was_corrected_is_an_entry_of_the_name() -> None:
    claim = make_published("bridge")
    report = make_report(claim)
    assert claim.speaker
    claim.speaker.name = "Ada Quill-Marsh"
    claim.speaker.save()
    entry = reference.put_on_record(claim.speaker, note="Her name was misspelt.", at=LATER)
    report.outcome, report.outcome_note, report.revision = "corrected", "Her name.", entry
    report.full_clean()


def test_a_report_is_of_one_fact_check() -> None:
    claim = make_published("bridge")
    publication = Publication.objects.get()
    for values in ({"claim": None}, {"claim": claim, "publication": publication}):
        with pytest.raises(IntegrityError, match="error_report_is_of_one_fact_check"), transaction.atomic():
            make_report(**values)
    report = make_report(None, publication=publication, outcome="passed_on", outcome_note="Sent to them.")
    report.full_clean()
    with pytest.raises(IntegrityError, match="error_report_passed_on_is_a_partners"), transaction.atomic():
        make_report(claim, outcome="passed_on", outcome_note="Sent to them.")


def test_the_form_offers_the_entries_since_and_links_the_one_that_is_chosen() -> None:
    claim = make_published("bridge")
    report, client = make_report(claim, channel="form"), editor()
    entry = revise(claim, "correction")
    data = filled(client, address(report)) | {"outcome": "corrected", "outcome_note": "Corrected."}
    refused = client.post(address(report), data)
    assert "names the entry that says so on the record" in refused.content.decode()
    assert f"No. {entry.pk}, 3 March 2026: Correction. The date was wrong." in refused.content.decode()
    foreign = Revision.objects.exclude(pk=entry.pk).order_by("-pk")[0]
    for key in (foreign.pk, "zzz", "9" * 30):
        assert client.post(address(report), data | {"entry": key}).status_code == 200
    assert client.post(address(report), data | {"entry": entry.pk}).status_code == 302
    report.refresh_from_db()
    assert (report.outcome, report.revision, report.channel) == ("corrected", entry, "form")
    listed = client.get(reverse("admin:claims_errorreport_changelist"), {"outcome": "corrected"})
    way = reverse("admin:claims_revision_change", args=[entry.pk])
    assert f'Corrected, <a href="{way}">entry No. {entry.pk}</a>' in listed.content.decode()
    # Opened again, it names none.
    data = filled(client, address(report))
    assert data["entry"] == str(entry.pk)
    client.post(address(report), data | {"outcome": "", "outcome_note": "", "entry": ""})
    report.refresh_from_db()
    assert (report.outcome, report.revision) == ("", None)


def test_two_editors_on_one_report_are_told_of_each_other() -> None:
    claim = make_published("bridge")
    report, first, second = make_report(claim), editor(), editor()
    entry = revise(claim, "correction")
    one, other = filled(first, address(report)), filled(second, address(report))
    closed = {"outcome": "corrected", "outcome_note": "Corrected.", "entry": entry.pk}
    assert first.post(address(report), one | closed).status_code == 302
    answer = second.post(address(report), other | {"outcome": "upheld", "outcome_note": "It holds."})
    assert answer.status_code == 409
    assert "Entry on the record" in answer.content.decode()
    report.refresh_from_db()
    assert (report.outcome, report.revision) == ("corrected", entry)


def test_a_report_that_is_entered_at_the_desk_is_due_by_the_same_rule() -> None:
    claim, client = make_published("bridge"), editor()
    data = filled(client, reverse("admin:claims_errorreport_add"))
    assert data["due_on"] == intake.report_due(timezone.now()).isoformat()
    data |= {"claim": claim.pk, "text": "She called: the date is wrong.", "channel": "form"}
    assert client.post(reverse("admin:claims_errorreport_add"), data).status_code == 302
    report = ErrorReport.objects.get()
    assert (report.claim, report.channel, report.owner) == (claim, "desk", User.objects.order_by("-pk")[0])


def test_a_partners_report_shows_whose_it_is() -> None:
    make_published("bridge")
    Publication.objects.update(origin="partner", claim=None)
    publication = Publication.objects.get()
    report, client = make_report(None, publication=publication), editor()
    page = client.get(address(report)).content.decode()
    assert f'<a href="/claims/bridge/">{publication.title}</a>' in page
    assert 'name="claim"' not in page
    data = filled(client, address(report)) | {"outcome": "passed_on", "outcome_note": "Sent to them."}
    assert client.post(address(report), data).status_code == 302
    listed = client.get(reverse("admin:claims_errorreport_changelist"), {"q": publication.title})
    assert publication.title in listed.content.decode()
    for path in ("/admin/", reverse("admin:claims_errorreport_export")):
        answer = client.get(path)
        assert answer.status_code == 200
        if answer.streaming:
            b"".join(answer.streaming_content)


def test_the_desk_says_by_when_and_that_nobody_has_it() -> None:
    report = make_report(make_published("bridge"), due_on=dt.date(2020, 1, 2))
    page = re.sub(r"\s+", " ", editor().get("/admin/").content.decode())
    assert "Nobody looks into it: give it to somebody." in page
    assert "due 2 January 2020 · late" in page
    assert address(report) in page
    assert "Nobody has it: choose an owner." in editor().get(address(report)).content.decode()
    report.owner = make_user(is_active=False)
    report.save()
    page = editor().get("/admin/").content.decode()
    assert f"Nobody looks into it: {report.owner} has left the desk: give it to somebody." in page


def test_an_entry_that_is_no_correction_says_which_outcome_it_is() -> None:
    claim = make_published("bridge")
    report = make_report(claim)
    report.outcome, report.outcome_note, report.revision = "corrected", "A letter.", revise(claim, "typo")
    with pytest.raises(ValidationError, match="It is the entry of “Typing error mended”"):
        report.full_clean()


def test_the_page_of_a_report_shows_what_readers_had() -> None:
    claim = make_published("bridge")
    report, client = make_report(claim, channel="form"), editor()
    page = client.get(address(report)).content.decode()
    assert 'readers had <a href="/claims/bridge/history/1/">revision 1</a>' in page
    assert "which is still what they have" in page
    revise(claim, "correction")
    page = client.get(address(report)).content.decode()
    assert 'readers had <a href="/claims/bridge/history/1/">revision 1</a>' in page
    assert "now they have revision 2" in page
    for way in (reverse("admin:claims_claim_change", args=[claim.pk]), "/claims/bridge/"):
        assert f'<a href="{way}">' in page
    assert (report.read and report.read.number) == 1


def test_what_a_reader_wrote_is_not_written_at_the_desk() -> None:
    claim, client = make_published("bridge"), editor()
    report, own = make_report(claim, channel="form"), make_report(claim, text="By telephone.")
    assert {"text", "reported_at"}.isdisjoint(filled(client, address(report)))
    assert filled(client, address(own))["text"] == "By telephone."
    data = filled(client, address(report)) | {"text": "Nothing is wrong.", "reported_by": ""}
    assert client.post(address(report), data).status_code == 302
    report.refresh_from_db()
    assert report.text == "The date is wrong."


# Whose is it? Each row: who there is, and who of them gets a report on a claim.
def _gone(user: User) -> User:
    User.objects.filter(pk=user.pk).update(is_active=False)
    return user


OWNERS: dict[str, Callable[[Claim, list[User]], User | None]] = {
    "whoever was given the claim": lambda claim, _: _given(claim, make_user(role=roles.REPORTER)),
    "else who wrote its verdict": lambda claim, _: claim.verdict.author,
    "who has left is passed over": lambda claim, editors: (
        _given(claim, _gone(make_user())) and _gone(claim.verdict.author) and editors[0]
    ),
    "so is who may not deal with reports": lambda claim, editors: (
        claim.verdict.author.groups.clear() or (_given(claim, make_user(role=None)) and editors[0])
    ),
    "of the editors, the one with the fewest open": lambda claim, editors: (
        _gone(claim.verdict.author) and make_report(claim, owner=editors[0]) and editors[1]
    ),
    "what is closed does not count": lambda claim, editors: (
        _gone(claim.verdict.author)
        and make_report(claim, owner=editors[0], outcome="upheld", outcome_note="It holds.")
        and editors[0]
    ),
    "suggestions count too": lambda claim, editors: (
        _gone(claim.verdict.author)
        and Suggestion.objects.create(text="x", received_at=NOON, due_on=NOON.date(), owner=editors[0])
        and editors[1]
    ),
    "without editors a publisher": lambda claim, editors: (
        [_gone(user) for user in (claim.verdict.author, *editors)] and User.objects.get(username="chief")
    ),
    "where there is nobody, nobody": lambda *_: User.objects.update(is_active=False) and None,
}


def _given(claim: Claim, user: User) -> User:
    Claim.objects.filter(pk=claim.pk).update(owner=user)
    return user


@pytest.mark.parametrize("rule", OWNERS)
def test_a_report_has_an_owner_when_it_comes(rule: str) -> None:
    claim = make_published("bridge")
    User.objects.exclude(pk=claim.verdict.author_id).update(is_active=False)
    editors = [make_user(role=roles.EDITOR) for _ in range(2)]
    make_user("chief")
    expected = OWNERS[rule](claim, editors)
    publication = Publication.objects.select_related("claim").get()
    report = intake.receive_report(publication, text="The place is wrong.", at=LATER)
    assert report.owner == expected


def test_suggestions_and_reports_on_partners_go_to_the_editors_in_turn() -> None:
    make_published("bridge")
    Publication.objects.update(origin="partner", claim=None)
    User.objects.update(is_active=False)
    assert intake.receive_suggestion(text="Nobody is here.", at=NOON).owner is None
    editors = [make_user(role=roles.EDITOR) for _ in range(3)]
    found = [
        intake.receive_suggestion(text="One.", at=NOON).owner,
        intake.receive_report(Publication.objects.get(), text="Wrong.", at=NOON).owner,
        intake.receive_suggestion(text="Two.", at=NOON).owner,
        intake.receive_suggestion(text="Three.", at=NOON).owner,
    ]
    assert found == [*editors, editors[0]]


def test_a_claim_that_was_reported_is_not_deleted() -> None:
    claim = make_claim("draft")
    make_report(claim)
    client = editor(roles.EDITOR)
    answer = client.post(reverse("admin:claims_claim_delete", args=[claim.pk]), {"post": "yes"}, follow=True)
    assert answer.status_code == 200
    assert Claim.objects.filter(pk=claim.pk).exists()
