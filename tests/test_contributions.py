"""Who has worked on a text cannot read it as its second reader, by whatever way their words came into it."""

import datetime as dt

import pytest
from django.test import Client
from django.urls import reverse
from makers import NOON, approve, digest_of, make_claim, make_published, make_speaker, make_topic, make_user

from claims import merging, reference, roles, versions, workflow
from claims.contributions import contribute, contributors
from claims.models import (
    Claim,
    Contribution,
    Event,
    Methodology,
    Publication,
    SpeakerAlias,
    Topic,
    Verdict,
)
from sources.models import Source

pytestmark = pytest.mark.django_db

BEFORE, AFTER = NOON - dt.timedelta(days=1), NOON + dt.timedelta(days=1)


def worked_on(claim: Claim) -> set[int]:
    return contributors(Claim.objects.for_documents().get(pk=claim.pk))


def revised(claim: Claim) -> Claim:
    """A published claim in its next round, taken up a day later by somebody who writes nothing."""
    workflow.apply("revise", verdict=claim.verdict, by=make_user(), at=AFTER)
    return claim


def test_a_row_that_readers_never_saw_counts_from_its_first_word() -> None:
    claim, writer = make_published("one"), make_user()
    unread = make_speaker("unread", name="Unread")
    contribute("speakers/unread", by=writer, at=BEFORE)
    assert writer.pk not in worked_on(revised(claim))
    Claim.objects.update(speaker=unread)
    assert writer.pk in worked_on(claim)


def test_a_recorded_row_counts_from_its_last_entry() -> None:
    claim, early, late = make_published("one"), make_user(), make_user()
    contribute("speakers/ada-quill", by=early, at=BEFORE)
    contribute("speakers/ada-quill", by=late, at=AFTER)
    found = worked_on(revised(claim))
    assert late.pk in found
    assert early.pk not in found


def test_words_that_came_by_a_merge_have_their_writer() -> None:
    claim, writer = make_published("one"), make_user()
    gone = make_speaker("a-quill", name="A. Quill")
    SpeakerAlias.objects.create(speaker=gone, name="Never read", language="en")
    contribute("speakers/a-quill", by=writer, at=BEFORE)
    kept = claim.speaker
    assert kept
    seen = merging.plan(kept, gone).seen
    merging.merge(
        kept, gone, by=make_user(), at=AFTER, note="One person.", choices={"name": "kept"}, seen=seen
    )
    assert writer.pk in worked_on(revised(claim))


def test_a_copied_methodology_has_its_writers() -> None:
    make_claim("one")
    writer, copier = make_user(), make_user()
    contribute("methodologies/1", by=writer, at=BEFORE)
    copied = versions.copy(Methodology.objects.get(), by=copier, at=NOON)
    subject = reference.subject_of(copied)
    assert set(Contribution.objects.filter(subject=subject).values_list("user", flat=True)) == {
        writer.pk,
        copier.pk,
    }


def test_a_topic_with_claims_is_not_deleted() -> None:
    claim = make_claim("one")
    claim.topics.add(make_topic("other", name="Other"))
    before = digest_of(claim)
    client = Client()
    client.force_login(make_user(role=roles.EDITOR))
    topic = Topic.objects.get(slug="other")
    said = client.post(
        reverse("admin:claims_topic_delete", args=[topic.pk]), {"post": "yes"}, follow=True
    ).content.decode()
    assert "claims are filed under" in said
    listed = {"action": "delete_selected", "_selected_action": [topic.pk], "post": "yes"}
    assert (
        "claims are filed under"
        in client.post(reverse("admin:claims_topic_changelist"), listed, follow=True).content.decode()
    )
    assert digest_of(claim) == before
    claim.topics.remove(topic)
    client.post(reverse("admin:claims_topic_delete", args=[topic.pk]), {"post": "yes"})
    assert not Topic.objects.filter(slug="other").exists()


def test_reference_data_that_readers_never_saw_is_read_with_the_claim() -> None:
    verdict = make_claim("one").verdict
    workflow.apply("submit", verdict=verdict, by=verdict.author, at=NOON)
    client = Client()
    client.force_login(make_user())
    address = reverse("admin:claims_claim_second_read", args=[verdict.claim_id])
    Topic.objects.update(description="What a reader of the page would see first here.")
    assert "What a reader of the page would see first here." in client.get(address).content.decode()
    read = digest_of(verdict.claim)
    Source.objects.update(note="Written while it was being read.")
    with pytest.raises(workflow.Refused, match="changed while you were reading"):
        workflow.apply("approve", verdict=verdict, by=make_user(), at=NOON, digest_read=read)
    approve(verdict, by=make_user())
    Topic.objects.update(description="Written after it was read.")
    with pytest.raises(workflow.Refused, match="changed after it was read"):
        workflow.apply("publish", verdict=verdict, by=make_user(), at=NOON)
    assert not Publication.objects.exists()
    assert set(Event.objects.values_list("transition", flat=True)) == {"submit", "approve"}
    assert Verdict.objects.get().status == "approved"
