"""The committed seeds: what a newcomer's database says, and that it says only what five documents carry."""

import html
import os
import re
from collections.abc import Iterator
from pathlib import Path

import pytest
from django.contrib.auth.models import User
from django.db import transaction
from django.test import Client
from seeding import SEEDS, contents, dump, load, state

from claims.models import Claim, Publication, Verdict
from claims.readiness import quotation_problems
from claims.verification import verify_record
from sources.models import Quotation, Snapshot, Source

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


# The threads that run through the five documents, the words that a reader would type, and what is looked for.
THREADS = [
    # One remark in three wordings.
    (1, "thousand troops", "more-than-a-thousand-russian-troops"),
    (1, "thousand men", "more-than-a-thousand-russian-troops"),
    (1, "1,000 people", "more-than-a-thousand-russian-troops"),
    (1, "how many Russian soldiers Lukashenko", "no-large-number-of-russian-soldiers"),
    # How big is the force?
    (2, "70,000 Belarusian", "force-of-9000-russian-and-70000-belarusian-troops"),
    (2, "how big is the joint force", "force-of-9000-russian-and-70000-belarusian-troops"),
    (2, "45,000 soldiers", "belarus-has-about-45000-soldiers"),
    # Why, and where?
    (3, "why was the joint force formed", "situation-on-the-western-borders-has-worsened"),
    (3, "where will the joint force be deployed", "joint-force-may-go-west-or-south"),
    (3, "deployed on Ukraine border", "joint-force-to-be-deployed-on-ukraines-border"),
    (3, "near our borders", "force-answers-actions-near-our-borders"),
    (3, "NATO activity on borders", "increased-nato-activity-on-the-borders"),
    # When may it be formed?
    (4, "when can the joint force be formed", "joint-force-can-be-formed-at-any-time"),
    (4, "military doctrine combined command", "belarusian-doctrine-provides-a-combined-command"),
    (4, "treaty territory threat", "treaty-allows-a-joint-unit-under-threat"),
    (4, "current threat level", "union-state-group-is-involved-at-the-current-threat-level"),
    # Is Ukraine planning to attack?
    (5, "Ukraine planning attack Belarus", "ukraine-is-planning-an-attack-on-belarus"),
    (5, "crimean bridge 2", "warning-of-a-crimean-bridge-2"),
    (5, "no evidence attack", "lukashenko-provided-no-evidence"),
    (5, "Kiev denies", "ukraine-has-no-plans-to-attack-belarus"),
    (5, "false accusations", "accusations-against-ukraine-are-false"),
    # Aggression considered in the West.
    (6, "nuclear strike Belarus", "west-is-considering-aggression-up-to-a-nuclear-strike"),
    # Does Belarus take part?
    (7, "fake news", "reports-of-belarusian-involvement-are-fake-news"),
    (7, "don't kill anyone", "belarus-kills-no-one-and-sends-no-soldiers"),
    (7, "staging ground invasion", "belarus-was-a-staging-ground-for-the-invasion"),
    (7, "Russia use territory of Belarus", "belarus-allows-moscow-to-use-its-territory"),
    # Is it only defensive?
    (8, "is the joint force only defensive", "joint-force-is-defensive-says-galuzin"),
    (8, "purely defensive Khrenin", "joint-force-is-purely-defensive-says-khrenin"),
    # The doctrine of the Union State, in one document and in the other.
    (9, "attack on one Union State", "attack-on-one-is-an-attack-on-the-union-state"),
    (9, "occupying force", "joint-force-is-to-counter-an-occupying-force"),
    (9, "intervention measures", "leaderships-decide-on-intervention-measures"),
    (10, "if you want peace prepare for war", "if-you-want-peace-prepare-for-war"),
    (11, "when was the joint force announced", "joint-force-announced-in-early-october"),
    # A headline against its body.
    (12, "headline attack Ukraine", "joint-force-will-attack-ukraine"),
    (13, "swallow Belarus", "no-plans-to-swallow-belarus"),
    (13, "economic integration", "only-economic-integration-with-minsk"),
    # Figures and statements of one document.
    (14, "treaty of 1999", "union-state-treaty-was-signed-in-1999"),
    (14, "1,200 km border", "border-of-1200-kilometres"),
    (14, "sanctions joint force", "minsk-should-call-off-the-joint-force-or-face-sanctions"),
    (14, "shoulder-to-shoulder", "russian-brothers-shoulder-to-shoulder"),
    (14, "Lukashenko weakened", "moscow-refrained-because-lukashenko-is-weakened"),
    (14, "three days ago", "forces-were-readied-in-the-days-before"),
    # What Zelensky told the G7.
    (15, "observers at the border G7", "observers-should-be-placed-on-the-border"),
    (15, "draw Belarus into the war", "russia-is-trying-to-draw-belarus-into-the-war"),
    (16, "Crimean bridge walk in the park", "crimean-bridge-will-seem-like-a-walk-in-the-park"),
]


@pytest.mark.parametrize(("thread", "words", "slug"), THREADS, ids=[words for _, words, _ in THREADS])
def test_each_thread_is_found_by_the_words_a_reader_would_type(
    loaded: None, thread: int, words: str, slug: str
) -> None:
    results = Client().get("/api/v1/claims/", {"q": words}).json()["results"]
    assert slug in [document["id"] for document in results], thread


def test_no_thread_is_left_out() -> None:
    assert {thread for thread, _, _ in THREADS} == set(range(1, 17))


def test_the_findings_that_five_documents_can_give_are_given(loaded: None) -> None:
    ratings = {verdict.rating.slug for verdict in Verdict.objects.all() if verdict.rating}
    assert {"not-enough-evidence", "not-checkable", "true", "mostly-true"} <= ratings
    findings = {verdict.attribution.slug for verdict in Verdict.objects.all() if verdict.attribution}
    assert {"confirmed-in-substance", "reported", "paraphrased", "altered", "own-voice"} <= findings


def test_where_quotations_meet_they_have_the_same_characters(loaded: None) -> None:
    """All that is cited of one text, with its context, is one text with gaps: no quotation contradicts another."""
    for snapshot in Snapshot.objects.prefetch_related("quotations"):
        known: dict[int, str] = {}
        for quotation in snapshot.quotations.all():
            selector = quotation.selector
            segments = selector["segments"]
            stretches = [
                (segments[0]["start"] - len(selector["prefix"]), selector["prefix"]),
                *((segment["start"], segment["exact"]) for segment in segments),
                (segments[-1]["end"], selector["suffix"]),
            ]
            for start, text in stretches if selector["level"] == "exact" else ():
                for at, character in enumerate(text, start=start):
                    assert known.setdefault(at, character) == character, f"{snapshot} at {at}: {selector}"
        assert known, snapshot
        assert 0 <= min(known) <= max(known) < snapshot.length


ARCHIVE = os.environ.get("ARCHIVE")


@pytest.mark.skipif(
    not ARCHIVE, reason="no archive: make test ARCHIVE=/path/to/texts checks the seeds against them"
)
def test_every_quotation_holds_in_the_archive() -> None:
    report = load(archive=Path(ARCHIVE or ""))
    quotations = list(Quotation.objects.with_owners())
    assert f"{len(quotations)} hold in the archive; {Snapshot.objects.count()} texts taken in" in report
    assert {str(quotation): list(quotation_problems(quotation)) for quotation in quotations} == {
        str(quotation): [] for quotation in quotations
    }


def test_the_page_on_the_seeds_leads_to_what_is_there(loaded: None) -> None:
    """Linked from each claim that was loaded; every link of it is a page, and every document has one."""
    client = Client()
    text = client.get("/about/seeds/").content.decode()
    links = set(re.findall(r'href="(/[^"#?]*/)"', text[text.index("<article") : text.index("</article>")]))
    assert {link: client.get(link).status_code for link in links} == dict.fromkeys(links, 200)
    assert {f"/sources/{source.slug}/" for source in Source.objects.all()} <= links
    slug = Claim.objects.first().slug  # type: ignore[union-attr]
    assert '<a href="/about/seeds/">' in client.get(f"/claims/{slug}/").content.decode()


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


@pytest.mark.parametrize(
    ("path", "heads"),
    [
        ("/claims/more-than-a-thousand-russian-troops/", ""),
        ("/topics/one-remark-several-wordings/", "/claims/more-than-a-thousand-russian-troops/"),
    ],
)
def test_the_three_wordings_stand_over_against_one_another(loaded: None, path: str, heads: str) -> None:
    """On the pages of claim and thread: what one of them has alone is marked, what two share is not."""
    page = Client().get(path).content.decode()
    tables = [part for part in page.split("<table") if f'<a href="{heads}#wording-003-text">003' in part]
    (table,) = (part[: part.index("</table>")] for part in tables if "1,000" in part)
    cells = [
        [
            html.unescape(re.sub(r"\s+", " ", cell)).strip()
            for cell in re.findall(r"<td[^>]*>(.*?)</td>", row, re.DOTALL)
        ]
        for row in re.findall(r"<tr>(.*?)</tr>", table, re.DOTALL)
    ]
    assert ["a thousand", "a thousand", "<mark>1,000</mark>"] in cells
    assert ["<mark>troops</mark>", '<mark>men"</mark>', "<mark>people</mark>"] in cells


def test_without_an_archive_the_server_says_that_it_does_not_hold_the_texts(loaded: None) -> None:
    document = Client().get("/api/v1/claims/").json()["results"][0]
    assert document["live"]["held"]
    assert not any(document["live"]["held"].values())
