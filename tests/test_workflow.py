"""One door: who may do what from where, that an approval binds a text, and that the database agrees."""

import json
from typing import Any

import pytest
from django.contrib.auth.models import User
from django.db import IntegrityError, transaction
from django.db.models import ProtectedError
from django.test import Client
from makers import (
    NOON,
    TEXT,
    approve,
    digest_of,
    make_claim,
    make_methodology,
    make_published,
    make_quotation,
    make_source,
    make_user,
    publish,
)

from claims import publishing, reference, workflow
from claims.contributions import contribute
from claims.models import (
    Appearance,
    AttributionFinding,
    Claim,
    ClaimRelation,
    Event,
    Evidence,
    Methodology,
    Publication,
    Rating,
    Revision,
    Site,
    Speaker,
    Verdict,
)
from claims.verification import verify_record
from sources.models import Snapshot, Source

pytestmark = pytest.mark.django_db

STATUSES = [str(status) for status in Verdict.Status]


def bring_to(status: str, *, public: bool = False) -> Verdict:
    """A verdict in that status; `public` brings an earlier text of it to readers first."""
    verdict = (make_published() if public else make_claim()).verdict
    if public:
        workflow.apply("revise", verdict=verdict, by=make_user(), at=NOON)
        verdict.summary += " As of now."
        verdict.save()
    for name in ("submit", "approve", "publish", "withdraw")[: STATUSES.index(status)]:
        by = verdict.author if name == "submit" else make_user()
        kind = "update" if public else "publication"
        workflow.apply(
            name,
            verdict=verdict,
            by=by,
            at=NOON,
            kind=kind,
            note="Because.",
            digest_read=digest_of(verdict.claim),
        )
    assert verdict.status == status
    return verdict


@pytest.mark.parametrize("status", STATUSES)
@pytest.mark.parametrize("name", [name for name in workflow.TRANSITIONS if name != "load"])
def test_every_transition_from_every_status(name: str, status: str) -> None:
    """The table is walked whole: what is not a row of it is refused and changes nothing."""
    verdict = bring_to(status, public=name == "withdraw")
    events = Event.objects.filter(verdict=verdict).count()
    transition = workflow.TRANSITIONS[name]
    if status in transition.sources:
        kind = "publication" if name != "publish" else publishing.kinds(verdict.claim)[0]
        read = digest_of(verdict.claim)
        event = workflow.apply(
            name, verdict=verdict, by=make_user(), at=NOON, note="Because.", kind=kind, digest_read=read
        )
        assert (event.from_status, event.to_status, event.transition) == (status, transition.target, name)
        assert verdict.status == transition.target
        assert Event.objects.filter(verdict=verdict).count() == events + 1
    else:
        with pytest.raises(workflow.Refused, match=f"cannot {name} from there"):
            workflow.apply(name, verdict=verdict, by=make_user(), at=NOON, note="Because.")
        verdict.refresh_from_db()
        assert verdict.status == status
        assert Event.objects.filter(verdict=verdict).count() == events


@pytest.mark.parametrize("kind", ["correction", "clarification", "update", "typo", "verdict_change"])
def test_what_readers_have_already_is_not_published_again(kind: str) -> None:
    claim = make_published("bridge")
    workflow.apply("revise", verdict=claim.verdict, by=make_user(), at=NOON)
    head = Revision.objects.count()
    with pytest.raises(workflow.Refused, match="Nothing was changed: readers have this text already"):
        publish(claim, kind=kind, note="Corrected.")
    assert Revision.objects.count() == head


def test_a_withdrawn_text_is_restored_as_it_was() -> None:
    claim = make_published("bridge")
    for name in ("withdraw", "restore"):
        workflow.apply(name, verdict=claim.verdict, by=make_user(), at=NOON, note="The paper was genuine.")
    assert not publishing.unchanged(Claim.objects.for_documents().get(pk=claim.pk))
    publish(claim, kind="restoration", note="It was right.")


def test_nobody_knows_another_door() -> None:
    with pytest.raises(workflow.Refused, match="no transition called force"):
        workflow.apply("force", verdict=make_claim().verdict, by=make_user(), at=NOON)


@pytest.mark.parametrize(
    ("name", "status", "who"),
    [
        ("submit", "draft", {"is_active": False}),
        ("approve", "submitted", {"is_staff": False}),
        ("publish", "approved", {"is_active": False}),
        ("revise", "published", {"is_staff": False}),
    ],
)
def test_only_active_staff(name: str, status: str, who: dict[str, bool]) -> None:
    with pytest.raises(workflow.Refused, match="active member of the staff"):
        workflow.apply(name, verdict=bring_to(status), by=make_user(**who), at=NOON)


# Who may do what, by group: the smallest group that may, and the one before it that may not.
FIRST_TO_MAY = {
    "submit": ("Reporter", None),
    "approve": ("Editor", "Reporter"),
    "return": ("Editor", "Reporter"),
    "revise": ("Editor", "Reporter"),
    "publish": ("Publisher", "Editor"),
    "withdraw": ("Publisher", "Editor"),
    "restore": ("Publisher", "Editor"),
}


def test_the_table_of_roles_names_every_transition() -> None:
    assert set(FIRST_TO_MAY) == set(workflow.TRANSITIONS) - {"load"}


@pytest.mark.parametrize("name", FIRST_TO_MAY)
def test_the_door_asks_for_the_permission_whoever_calls(name: str) -> None:
    """From the shell too: the function itself asks."""
    status = str(min(workflow.TRANSITIONS[name].sources, key=STATUSES.index))
    verdict = bring_to(status, public=name == "withdraw")
    may, may_not = FIRST_TO_MAY[name]
    with pytest.raises(workflow.Refused, match=f"permission to take this step; .*{may}"):
        workflow.apply(name, verdict=verdict, by=make_user(role=may_not), at=NOON, note="Because.")
    workflow.apply(
        name,
        verdict=verdict,
        by=make_user(role=may),
        at=NOON,
        note="Because.",
        digest_read=digest_of(verdict.claim),
    )


class Verified:
    """A sign-in with a second factor, as django-otp marks the account of a request."""

    def __call__(self) -> bool:
        return True


@pytest.mark.parametrize(("name", "status"), [("publish", "approved"), ("withdraw", "published")])
def test_publishing_needs_a_second_factor_where_the_operator_says_so(
    name: str, status: str, settings: Any
) -> None:
    verdict = bring_to(status)
    settings.SECOND_FACTOR_FOR_PUBLISHING = True
    by = make_user()
    with pytest.raises(workflow.Refused, match="second factor"):
        workflow.apply(name, verdict=verdict, by=by, at=NOON, note="Because.")
    by.is_verified = Verified()  # type: ignore[attr-defined]
    workflow.apply(name, verdict=verdict, by=by, at=NOON, note="Because.")


def test_a_change_of_public_reference_data_needs_one_too(settings: Any) -> None:
    make_published()
    Speaker.objects.update(name="Ada Quill-Marsh")
    speaker, by = Speaker.objects.get(), make_user()
    seen = reference.seen_digest(speaker)
    settings.SECOND_FACTOR_FOR_PUBLISHING = True
    with pytest.raises(reference.NotAllowed, match="second factor"):
        reference.change(speaker, by=by, at=NOON, seen=seen)
    by.is_verified = Verified()  # type: ignore[attr-defined]
    assert reference.change(speaker, by=by, at=NOON, seen=seen)


def test_a_change_of_public_reference_data_needs_an_active_account() -> None:
    make_published()
    with pytest.raises(reference.NotAllowed, match="active member of the staff"):
        reference.change(Speaker.objects.get(), by=make_user(is_active=False), at=NOON, seen="")


def test_what_goes_on_the_record_is_what_was_seen() -> None:
    make_published()
    Speaker.objects.update(name="Ada Quill-Marsh")
    speaker = Speaker.objects.get()
    seen = reference.seen_digest(speaker)
    Speaker.objects.update(name="Written since")
    with pytest.raises(reference.Moved, match="while you were looking"):
        reference.change(speaker, by=make_user(), at=NOON, seen=seen)
    with pytest.raises(reference.Moved):
        reference.change(speaker, by=make_user(), at=NOON, seen="")
    assert Revision.objects.of("speakers/ada-quill").count() == 1


def test_what_is_approved_is_what_was_read() -> None:
    verdict = bring_to("submitted")
    read = digest_of(verdict.claim)
    Verdict.objects.update(summary="Changed while it was being read.")
    with pytest.raises(workflow.Refused, match="while you were reading"):
        workflow.apply("approve", verdict=verdict, by=make_user(), at=NOON, digest_read=read)
    now = digest_of(verdict.claim)
    workflow.apply("approve", verdict=verdict, by=make_user(), at=NOON, digest_read=now)


KINDS = {
    "another rating": (
        lambda: Verdict.objects.update(rating=Rating.objects.get(slug="mixed")),
        {"verdict_change", "correction"},
    ),
    "another attribution": (
        lambda: Verdict.objects.update(attribution=AttributionFinding.objects.get(slug="confirmed")),
        {"verdict_change", "correction"},
    ),
    "no rating any more": (
        lambda: Verdict.objects.update(rating=None),
        {"verdict_change", "correction"},
    ),
    "other evidence": (
        lambda: Evidence.objects.update(stance="context"),
        {"correction", "clarification", "update"},
    ),
    "typing": (
        lambda: Verdict.objects.update(summary="The works  report does not support a date"),
        {"correction", "clarification", "update", "typo"},
    ),
    "prose": (
        lambda: Verdict.objects.update(summary="The works report does not support any date."),
        {"correction", "clarification", "update"},
    ),
    "a negation in prose": (
        lambda: Verdict.objects.update(summary="The works report names a date."),
        {"correction", "clarification", "update"},
    ),
    "a number in prose": (
        lambda: Verdict.objects.update(summary="The works report does not support a date in 2031."),
        {"correction", "clarification", "update"},
    ),
}


@pytest.mark.parametrize("what", KINDS)
def test_what_changed_says_which_notices_there_can_be(what: str) -> None:
    change, expected = KINDS[what]
    claim = make_published("one")
    workflow.apply("revise", verdict=claim.verdict, by=make_user(), at=NOON)
    change()
    fresh = Claim.objects.for_documents().get()
    assert set(publishing.kinds(fresh)) == expected
    for kind in set(Revision.Kind.values) - expected:
        with pytest.raises(publishing.NotReady, match=r"say whether|no change of verdict|no typing error"):
            publishing.publish(
                claim=fresh,
                kind=kind,
                note="Because.",
                at=NOON,
                digest_read=publishing.body_digest(fresh),
                references_read={},
            )
    assert Revision.objects.of(claim.subject).count() == 1


def test_a_rationale_has_nothing_that_readers_would_see_as_it_is_typed() -> None:
    verdict = make_claim().verdict
    Verdict.objects.update(rationale="Look <b>here</b>.")
    with pytest.raises(workflow.Refused, match="Readers would see “<b>” in the rationale"):
        workflow.apply("submit", verdict=verdict, by=verdict.author, at=NOON)


@pytest.mark.parametrize(
    ("rating", "stance", "refused"),
    [
        ("true", "refutes", "no evidence supports the claim"),
        ("false", "supports", "no evidence speaks against the claim"),
        ("true", "context", "no evidence supports the claim"),
        ("true", "supports", ""),
        ("false", "refutes", ""),
        ("mixed", "refutes", ""),
        ("not-checkable", "refutes", ""),
    ],
)
def test_a_rating_has_evidence_on_its_side(rating: str, stance: str, refused: str) -> None:
    verdict = make_claim(rating=rating).verdict
    Evidence.objects.update(stance=stance)
    if refused:
        with pytest.raises(workflow.Refused, match=refused):
            workflow.apply("submit", verdict=verdict, by=verdict.author, at=NOON)
    else:
        workflow.apply("submit", verdict=verdict, by=verdict.author, at=NOON)


def test_a_withdrawn_verdict_leaves_its_page_and_nothing_else() -> None:
    claim = make_published("one")
    workflow.apply(
        "withdraw", verdict=claim.verdict, by=make_user(), at=NOON, note="The report was a forgery."
    )
    assert not Publication.objects.published().exists()
    tombstone = json.loads(Publication.objects.with_pages().get().revision.body or "")
    assert tombstone["withdrawn"] == {"reason": "The report was a forgery."}
    assert not {"veracity", "attribution", "summary", "rationale", "evidence"} & set(tombstone)
    assert list(verify_record()) == []
    page = Client().get("/claims/one/")
    assert page.status_code == 200
    assert "The report was a forgery." in page.content.decode()
    assert "works report does not support" not in page.content.decode()
    answer = Client().get("/api/v1/claims/one/")
    assert (answer.status_code, answer.json()["withdrawn"]) == (410, tombstone["withdrawn"])
    assert Client().get("/api/v1/claims/").json()["results"] == []
    assert "/claims/one/" not in Client().get("/?q=bridge").content.decode()
    assert Client().get("/speakers/ada-quill/").status_code == 404


def test_a_withdrawn_verdict_comes_back_by_two_people_and_an_entry() -> None:
    claim = make_published("one")
    workflow.apply("withdraw", verdict=claim.verdict, by=make_user(), at=NOON, note="In doubt.")
    workflow.apply("restore", verdict=claim.verdict, by=make_user(), at=NOON)
    assert not Publication.objects.published().exists()
    with pytest.raises(workflow.Refused, match="its restoration"):
        publish(claim, kind="update", note="Back.")
    claim.verdict.refresh_from_db()
    by = make_user()
    with pytest.raises(workflow.Refused, match="public note"):
        workflow.apply("publish", verdict=claim.verdict, by=by, at=NOON, kind="restoration")
    workflow.apply("publish", verdict=claim.verdict, by=by, at=NOON, kind="restoration", note="It held.")
    assert Publication.objects.published().get().revision.kind == "restoration"
    assert list(verify_record()) == []


def test_nothing_is_withdrawn_that_is_not_public() -> None:
    with pytest.raises(workflow.Refused, match="nothing to withdraw"):
        workflow.apply("withdraw", verdict=bring_to("draft"), by=make_user(), at=NOON, note="Because.")


def test_a_withdrawal_needs_a_reason_and_is_whole_or_not_at_all() -> None:
    claim = make_published()
    with pytest.raises(workflow.Refused, match="public note why"):
        workflow.apply("withdraw", verdict=claim.verdict, by=make_user(), at=NOON, note=" ")
    assert Publication.objects.published().exists()
    assert Verdict.objects.get().status == "published"


def test_the_author_cannot_be_the_second_reader() -> None:
    verdict = bring_to("submitted")
    with pytest.raises(workflow.Refused, match="somebody else"):
        approve(verdict, by=verdict.author, at=NOON)


def test_a_contributor_cannot_be_the_second_reader() -> None:
    verdict, contributor = bring_to("submitted"), make_user()
    contribute(verdict.claim.subject, by=contributor, at=NOON)
    with pytest.raises(workflow.Refused, match="somebody else"):
        approve(verdict, by=contributor, at=NOON)


SHOWN = {
    "the source": lambda claim: claim.appearances.get().source,
    "its publisher": lambda claim: claim.appearances.get().source.publisher,
    "the speaker": lambda claim: claim.speaker,
    "the topic": lambda claim: claim.topics.get(),
    "the methodology": lambda claim: claim.verdict.methodology,
    "the site": lambda claim: Site.objects.current(),
}


@pytest.mark.parametrize("row", SHOWN)
def test_who_changed_reference_data_that_the_claim_shows_cannot_be_its_second_reader(row: str) -> None:
    verdict, editor = bring_to("submitted"), make_user()
    contribute(reference.subject_of(SHOWN[row](verdict.claim)), by=editor, at=NOON)
    with pytest.raises(workflow.Refused, match="somebody else"):
        approve(verdict, by=editor, at=NOON)


UNSEEN_CHANGES = {
    "speakers/ada-quill": lambda claim: type(claim.speaker).objects.update(description="Nobody read this."),
    "topics/bridge": lambda claim: claim.topics.update(name="Nobody read this"),
    "sources/report": lambda claim: Source.objects.update(note="Nobody read this."),
    "methodologies/1": lambda claim: Methodology.objects.update(rules="Nobody read these."),
    "site": lambda claim: Site.objects.update(name="Nobody read this"),
}


@pytest.mark.parametrize("subject", UNSEEN_CHANGES)
def test_reference_data_that_goes_on_record_is_what_was_read(subject: str) -> None:
    """It stands outside the body, so the body's digest does not see the change."""
    claim = make_claim(source=make_source("report"))
    verdict, reader = claim.verdict, make_user()
    workflow.apply("submit", verdict=verdict, by=verdict.author, at=NOON)
    approve(verdict, by=reader, at=NOON)
    UNSEEN_CHANGES[subject](claim)
    with pytest.raises(workflow.Refused, match=r"“.+” was changed after it was read"):
        workflow.apply("publish", verdict=verdict, by=reader, at=NOON)
    assert not Revision.objects.exists()


def test_a_relation_does_not_name_what_is_not_public() -> None:
    secret, claim = make_claim("secret"), make_claim("one")
    ClaimRelation.objects.create(claim=claim, kind="repeats", to_claim=secret, note="Same words.")
    with pytest.raises(workflow.Refused, match="“secret”, which is not public"):
        workflow.apply("submit", verdict=claim.verdict, by=claim.verdict.author, at=NOON)
    publish(secret)
    publish(claim)


def test_a_verdict_with_a_history_cannot_be_deleted() -> None:
    """Written again it would have forgotten who worked on it."""
    verdict = bring_to("submitted")
    with pytest.raises(ProtectedError):
        verdict.delete()
    with pytest.raises(ProtectedError):
        verdict.claim.delete()


def test_a_negation_that_is_left_out_has_to_be_acknowledged() -> None:
    source = make_source(text=f"{TEXT} The works go on. They never stop. The crane stays.")
    claim = make_claim(source=source)
    evidence = claim.verdict.evidence.get()
    evidence.quotation = make_quotation(source, "The works go on. [...] The crane stays.")
    evidence.save()
    verdict, reader = claim.verdict, make_user()
    workflow.apply("submit", verdict=verdict, by=verdict.author, at=NOON)
    with pytest.raises(workflow.Refused, match="They never stop"):
        approve(verdict, by=reader, at=NOON)
    approve(verdict, by=reader, at=NOON, acknowledged=True)


def test_a_contributor_of_an_earlier_round_may_read_the_next() -> None:
    verdict, contributor = bring_to("submitted"), make_user()
    contribute(verdict.claim.subject, by=contributor, at=NOON)
    reader = make_user()
    for name, by in (("approve", reader), ("publish", reader), ("revise", reader), ("submit", reader)):
        read = digest_of(verdict.claim)
        workflow.apply(name, verdict=verdict, by=by, at=NOON, digest_read=read)
    approve(verdict, by=contributor, at=NOON)
    assert verdict.approver == contributor


EDITS = {
    "the claim's text": lambda claim: Claim.objects.filter(pk=claim.pk).update(text="Other."),
    "a role": lambda claim: Appearance.objects.filter(claim=claim).update(role="Former mayor"),
    "the evidence's stance": lambda claim: Evidence.objects.update(stance="supports"),
    "the rating": lambda claim: Verdict.objects.update(rating=Rating.objects.get(slug="mixed")),
    "a rating's label": lambda claim: Rating.objects.filter(slug="false").update(label="Wrong"),
    "the source's byline": lambda claim: claim.appearances.get().source.__class__.objects.update(byline="X"),
    "the speaker's name": lambda claim: type(claim.speaker).objects.update(name="A. Quill"),
    "the licence": lambda claim: Site.objects.update(licence="https://example.org/licence"),
}


@pytest.mark.parametrize("edit", EDITS)
def test_any_change_voids_an_approval(edit: str) -> None:
    """Also one made behind the workflow's back: the digest of the text is what was approved."""
    verdict = bring_to("approved")
    EDITS[edit](verdict.claim)
    with pytest.raises(workflow.Refused, match="changed after its second read"):
        workflow.apply("publish", verdict=verdict, by=make_user(), at=NOON)
    assert not Publication.objects.exists()
    assert not Revision.objects.exists()


@pytest.mark.parametrize(
    "values",
    [
        {"status": "published"},
        {"status": "approved"},
        {"status": "secret"},
        {"approved_digest": "f" * 64},
        {"status": "approved", "approved_digest": "f" * 64},
    ],
)
def test_the_database_refuses_inconsistent_rows(values: dict[str, str]) -> None:
    verdict = make_claim().verdict
    with pytest.raises(IntegrityError), transaction.atomic():
        Verdict.objects.filter(pk=verdict.pk).update(**values)


def test_the_database_refuses_the_author_as_approver() -> None:
    verdict = bring_to("approved")
    with pytest.raises(IntegrityError), transaction.atomic():
        Verdict.objects.filter(pk=verdict.pk).update(approver=verdict.author)


LACKS = {
    "no rating scale": lambda claim: Verdict.objects.update(
        methodology=Methodology.objects.create(version="3", title="Other", rules="None.")
    ),
    "summary is missing": lambda claim: Verdict.objects.update(summary=" "),
    "rationale is missing": lambda claim: Verdict.objects.update(rationale=""),
    "needs evidence": lambda claim: Evidence.objects.all().delete(),
    "no appearance": lambda claim: Appearance.objects.all().delete(),
    "first known appearance": lambda claim: Appearance.objects.update(first=False),
    "who publishes": lambda claim: Site.objects.update(publisher=None),
    "another methodology": lambda claim: Verdict.objects.update(methodology=make_methodology("2")),
    "own appearance": lambda claim: Evidence.objects.update(quotation=_moved(claim)),
    "another source": lambda claim: Appearance.objects.update(source=make_source()),
    "“three open defects”": lambda claim: _shift(claim),
}


def _moved(claim: Claim) -> object:
    """The appearance's own words, quoted a second time as evidence."""
    quotation = claim.appearances.get().quotation
    assert quotation
    quotation.pk = None
    quotation.save()
    return quotation


def _shift(claim: Claim) -> None:
    quotation = claim.verdict.evidence.get().quotation
    assert quotation
    quotation.selector["segments"][0]["start"] += 1
    quotation.save()


@pytest.mark.parametrize("sentence", LACKS)
def test_what_is_missing_is_said_and_nothing_is_submitted(sentence: str) -> None:
    claim = make_claim()
    LACKS[sentence](claim)
    with pytest.raises(workflow.Refused, match=sentence):
        workflow.apply("submit", verdict=claim.verdict, by=claim.verdict.author, at=NOON)


@pytest.mark.parametrize("held", [True, False])
def test_made_up_words_are_not_published_where_the_text_is_not_held(held: bool) -> None:
    """The form of a quotation is checked even then; a forged text is not trusted where one is there."""
    claim = make_claim()
    quotation = claim.verdict.evidence.get().quotation
    assert quotation
    if held:
        Snapshot.objects.update(text=None)
        Snapshot.objects.update(text=TEXT.replace("three", "seven"))
    else:
        Snapshot.objects.update(text=None)
        quotation.selector["segments"][0]["exact"] = "words that nobody ever printed anywhere"
        quotation.save()
    with pytest.raises(workflow.Refused, match="fingerprint" if held else "its place has"):
        workflow.apply("submit", verdict=claim.verdict, by=claim.verdict.author, at=NOON)


def test_returning_needs_a_note() -> None:
    with pytest.raises(workflow.Refused, match="note"):
        workflow.apply("return", verdict=bring_to("submitted"), by=make_user(), at=NOON, note=" ")


def test_a_second_revision_needs_its_kind_and_a_note() -> None:
    claim = make_published()
    workflow.apply("revise", verdict=claim.verdict, by=make_user(), at=NOON)
    Claim.objects.filter(pk=claim.pk).update(title="Will it open?")
    with pytest.raises(workflow.Refused, match="on the record already"):
        publish(claim)
    verdict = Claim.objects.get(pk=claim.pk).verdict
    with pytest.raises(workflow.Refused, match="public note"):
        workflow.apply("publish", verdict=verdict, by=make_user(), at=NOON, kind="correction")
    workflow.apply(
        "publish", verdict=verdict, by=make_user(), at=NOON, kind="correction", note="The title was wrong."
    )
    assert Publication.objects.get().revision.number == 2
    assert Publication.objects.get().title == "Will it open?"


def test_an_edit_changes_nothing_public() -> None:
    claim = make_published()
    before = Publication.objects.values().get()
    Claim.objects.filter(pk=claim.pk).update(text="Other.", title="Other")
    assert Publication.objects.values().get() == before
    assert digest_of(claim) != Publication.objects.get().revision.body_digest


@pytest.mark.parametrize("username", ["an-editor", workflow.SEED_AUTHOR])
def test_only_the_inactive_seed_desk_loads(username: str) -> None:
    """An active account of that name is somebody who took the name."""
    by = User.objects.create_user(username, is_staff=True)
    with pytest.raises(workflow.Refused, match="seed desk"):
        workflow.apply("load", verdict=make_claim().verdict, by=by, reader=make_user(), at=NOON)
