"""The committed seeds: what a newcomer's database says, and that it says only what five documents carry."""

from collections.abc import Iterator
from pathlib import Path

import pytest
from django.contrib.auth.models import User
from django.db import transaction
from django.test import Client
from seeding import SEEDS, contents, dump, load, state

from claims.canonical import canonical
from claims.models import Claim, Publication, Verdict
from claims.verification import verify_record
from sources.models import Snapshot

pytestmark = pytest.mark.django_db


@pytest.fixture(scope="module")
def loaded(django_db_setup: None, django_db_blocker: pytest.FixtureRequest) -> Iterator[None]:
    """The seeds, loaded once for this module and taken back at its end."""
    with django_db_blocker.unblock(), transaction.atomic():  # type: ignore[attr-defined]
        load()
        yield
        transaction.set_rollback(True)


def test_the_seeds_load_twice_and_the_second_time_changes_nothing(loaded: None) -> None:
    assert Publication.objects.count() == len(list((SEEDS / "claims").iterdir()))
    before = state()
    assert "Nothing to change: the database already says what the seed files say." in load()
    assert state() == before
    assert "Nothing to change" in load(update=True)
    assert state() == before
    assert list(verify_record()) == []


def test_a_dump_after_a_load_is_byte_identical(loaded: None, tmp_path: Path) -> None:
    dump(tmp_path)
    assert contents(tmp_path) == contents(SEEDS)


def test_seeds_are_published_as_the_two_inactive_desk_accounts(loaded: None) -> None:
    for verdict in Verdict.objects.select_related("author", "approver"):
        assert (verdict.author.username, verdict.approver and verdict.approver.username) == (
            "seed-desk-author",
            "seed-desk-reader",
        )
    assert not User.objects.filter(is_active=True).exists()
    assert not any(user.has_usable_password() for user in User.objects.all())
    body = Client().get(f"/api/v1/claims/{Claim.objects.first().slug}/").json()  # type: ignore[union-attr]
    assert body["second_read"] is False
    assert body["second_read_note"] == "Loaded from reviewed seed files."


def test_the_seeds_cite_less_than_a_third_of_each_text(loaded: None) -> None:
    """Cited characters with their context, each counted once, stay under 30 % of every text."""
    for snapshot in Snapshot.objects.prefetch_related("quotations"):
        cited: set[int] = set()
        for quotation in snapshot.quotations.all():
            selector = quotation.selector
            cited |= set(
                range(quotation.start - len(selector["prefix"]), quotation.end + len(selector["suffix"]))
            )
        assert len(cited) < 0.30 * snapshot.length, f"{snapshot}: {len(cited) / snapshot.length:.1%}"


def test_no_evidence_is_an_appearance_of_its_own_claim(loaded: None) -> None:
    for claim in Claim.objects.for_seeds():
        own = {
            (a.quotation.snapshot_id, a.quotation.start, a.quotation.end)
            for a in claim.appearances.all()
            if a.quotation
        }
        proof = {
            (e.quotation.snapshot_id, e.quotation.start, e.quotation.end)
            for e in claim.verdict.evidence.all()
            if e.quotation
        }
        assert not own & proof, claim.slug


THREADS = {
    "thousand troops": "lukashenko",
    "thousand men": "lukashenko",
    "1,000 people": "lukashenko",
    "70,000 Belarusian": "joint",
    "Ukraine planning attack Belarus": "ukrain",
    "crimean bridge 2": "ukrain",
    "fake news": "involve",
    "don't kill anyone": "kill",
    "attack on one Union State": "union",
    "Will Attack Ukraine": "attack",
    "nuclear strike Belarus": "nuclear",
    "if you want peace prepare for war": "peace",
    "swallow Belarus": "swallow",
    "Crimean bridge walk in the park": "walk in the park",
    "observers at the border G7": "observers",
    "1,200 km border": "1,200",
    "treaty of 1999": "1999",
    "when can the joint force be formed": "formed",
    "where will the joint force be deployed": "deployed",
    "how big is the joint force": "9,000",
    "when was the joint force announced": "early october",
    "why was the joint force formed": "western borders",
    "is the joint force only defensive": "defensive",
    "occupying force": "occupying",
    "intervention measures": "intervention",
    "on Ukraine Border": "headline",
    "shoulder-to-shoulder": "muraveyko",
    "sanctions joint force": "commission",
    "three days ago": "readied",
    "reduce support for Russia": "support",
    "economic integration": "putin",
    "one force, one army": "lukashenko",
}


@pytest.mark.parametrize("words", THREADS)
def test_each_thread_is_found_by_the_words_a_reader_would_type(loaded: None, words: str) -> None:
    results = Client().get("/api/v1/claims/", {"q": words}).json()["results"]
    assert results, words
    assert any(THREADS[words] in canonical(document).casefold() for document in results)


def test_a_rating_on_the_scale_has_evidence_on_its_side(loaded: None) -> None:
    for claim in Claim.objects.for_seeds():
        rating = claim.verdict.rating
        assert rating, claim.slug
        if rating.value is not None and rating.value != 3:
            side = "supports" if rating.value > 3 else "refutes"
            assert side in {piece.stance for piece in claim.verdict.evidence.all()}, claim.slug


def test_an_altered_wording_stands_beside_the_better_source(loaded: None) -> None:
    """Related to the claim that it alters, with a note, and with evidence that is not its own words."""
    altered = {claim for claim in Claim.objects.for_seeds() if claim.verdict.attribution.slug == "altered"}
    assert {
        source.slug[:3] for claim in altered for source in (a.source for a in claim.appearances.all())
    } == {
        "000",
        "001",
        "002",
    }
    for claim in altered:
        assert any(relation.note for relation in claim.relations.all()), claim.slug
        assert claim.verdict.evidence.exists(), claim.slug


def test_the_remark_on_the_size_of_the_force_is_shown_in_its_three_wordings(loaded: None) -> None:
    """Found by its words, with the words that stand in each document, at page and API alike."""
    (document,) = (
        document
        for document in Client().get("/api/v1/claims/", {"q": "thousand troops"}).json()["results"]
        if document["speaker"] and document["speaker"]["id"] == "alexander-lukashenko"
    )
    words = {
        appearance["source"]["id"]: appearance["quotation"]["segments"][0]["exact"]
        for appearance in document["appearances"]
        if appearance["quotation"]
    }
    assert "just a thousand troops" in words["002-ukraine-border"]
    assert "more than a thousand men" in words["003-moscow-correspondent"]
    assert "more than 1,000 people" in words["004-explainer"]
    page = Client().get(f"/claims/{document['id']}/").content.decode()
    for wording in ("just a thousand troops", "more than a thousand men", "more than 1,000 people"):
        assert wording in page.replace("\u00a0", " ")


def test_without_an_archive_the_server_says_that_it_does_not_hold_the_texts(loaded: None) -> None:
    document = Client().get("/api/v1/claims/").json()["results"][0]
    assert document["live"]["held"]
    assert not any(document["live"]["held"].values())
