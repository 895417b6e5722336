"""Merging two rows: a strategy for every field, no loose end in public, old addresses alive, the record whole."""

import json
from pathlib import Path
from typing import Any

import pytest
from django.conf import settings
from django.core.exceptions import ObjectDoesNotExist
from django.db import IntegrityError, InternalError, transaction
from django.test import Client
from makers import (
    NOON,
    TEXT,
    approve,
    make_claim,
    make_published,
    make_publisher,
    make_quotation,
    make_snapshot,
    make_source,
    make_speaker,
    make_topic,
    make_user,
    publish,
)
from seeding import SEEDS, contents, dump, load

from claims import merging, projection, readiness, reference, workflow
from claims.contributions import contribute, contributors
from claims.merged_rows import STRATEGIES, key_of
from claims.models import (
    Appearance,
    Claim,
    Contribution,
    Publication,
    Redirect,
    Revision,
    Site,
    Speaker,
    SpeakerAlias,
    SpeakerLink,
    Topic,
    Verdict,
)
from claims.roles import EDITOR, PUBLISHER, REPORTER
from claims.verification import verify_record
from sources.models import Publisher, Quotation, Snapshot, Source

pytestmark = pytest.mark.django_db

NOTE = "Two spellings of one name."


def merge(kept: Any, gone: Any, **values: Any) -> list[Revision]:
    by = values.pop("by", None) or make_user()
    try:
        now = [type(row)._default_manager.get(pk=row.pk) for row in (kept, gone)]
        seen = merging.plan(*now).seen
    except (merging.Refused, ObjectDoesNotExist):
        seen = ""
    return merging.merge(
        kept, gone, **{"seen": seen, "by": by, "at": NOON, "note": NOTE, "choices": {}, **values}
    )


def two_speakers() -> tuple[Speaker, Speaker]:
    kept = make_speaker("ada-quill", name="Ada Quill")
    gone = make_speaker("a-quill", name="A. Quill", description="Mayor since 2019.")
    return kept, gone


@pytest.mark.parametrize("model", STRATEGIES, ids=lambda model: model.__name__)
def test_every_field_and_relation_has_a_strategy(model: Any) -> None:
    fields = {key_of(field) for field in model._meta.get_fields(include_hidden=True)}
    assert set(STRATEGIES[model]) == fields


def test_the_site_and_join_tables_are_relations_of_the_walk() -> None:
    """Hidden relations (related_name "+", tables of many-to-many fields) must not slip through the walk above."""
    assert "claims.site.publisher" in STRATEGIES[Publisher]
    assert "claims.claim_topics.topic" in STRATEGIES[Topic]


def test_private_speakers_become_one() -> None:
    kept, gone = two_speakers()
    SpeakerAlias.objects.create(speaker=kept, name="Quill", language="en")
    SpeakerAlias.objects.create(speaker=gone, name="Quill")
    SpeakerAlias.objects.create(speaker=gone, name="Mayor Quill", position=1)
    SpeakerLink.objects.create(speaker=gone, url="https://example.org/quill")
    claim = make_claim("one", speaker=gone)
    assert merge(kept, gone, choices={"name": "kept"}) == []
    kept.refresh_from_db()
    assert [(row.name, row.language) for row in kept.aliases.all()] == [
        ("Quill", "en"),
        ("Mayor Quill", ""),
        ("A. Quill", ""),
    ]
    assert [link.url for link in kept.links.all()] == ["https://example.org/quill"]
    assert (kept.name, kept.description) == ("Ada Quill", "Mayor since 2019.")
    claim.refresh_from_db()
    assert claim.speaker == kept
    assert not Speaker.objects.filter(slug="a-quill").exists()
    assert Revision.objects.count() == 0
    assert dict(Redirect.objects.values_list("subject", "into")) == {"speakers/a-quill": "speakers/ada-quill"}


def test_the_other_name_may_be_chosen_and_the_first_becomes_an_alias() -> None:
    kept, gone = two_speakers()
    SpeakerAlias.objects.create(speaker=kept, name="A. Quill")
    merge(kept, gone, choices={"name": "gone"})
    kept.refresh_from_db()
    assert kept.name == "A. Quill"
    assert kept.sort_key == "a quill"
    assert [row.name for row in kept.aliases.all()] == ["Ada Quill"]


def test_published_speakers_become_one_on_the_record() -> None:
    kept, gone = two_speakers()
    make_published("one", speaker=gone)
    make_published("two", speaker=kept)
    bodies = dict(Publication.objects.values_list("slug", "revision__body"))
    entries = merge(kept, gone, choices={"name": "kept"})
    assert [(entry.subject, entry.kind, entry.note) for entry in entries] == [
        ("speakers/ada-quill", "reference", NOTE),
        ("speakers/a-quill", "reference", NOTE),
    ]
    assert json.loads(entries[1].body or "") == {
        "format": 2,
        "reference": "merged",
        "kind": "speaker",
        "id": "a-quill",
        "into": "ada-quill",
    }
    assert [*verify_record()] == []
    assert dict(Publication.objects.values_list("slug", "revision__body")) == bodies
    assert {row.speaker.slug for row in Publication.objects.select_related("speaker")} == {"ada-quill"}
    page = Client().get("/speakers/ada-quill/").content.decode()
    assert "A. Quill" in page
    assert "Mayor since 2019." in page
    assert page.count('href="/claims/one/"') == page.count('href="/claims/two/"') > 0


def test_a_later_projection_of_an_old_body_finds_the_row_that_is_left() -> None:
    kept, gone = two_speakers()
    other_topic = make_topic("bridges", name="Bridges")
    publication_of = make_published("one", speaker=gone, source=make_source("first"))
    make_published("two", speaker=kept, source=make_source("second")).topics.add(other_topic)
    merge(kept, gone, choices={"name": "kept"})
    merge(Source.objects.get(slug="second"), Source.objects.get(slug="first"))
    topic = Topic.objects.get(slug="bridge")
    merge(other_topic, topic, choices={"name": "kept"})
    assert [*verify_record()] == []
    for publication in Publication.objects.select_related("revision"):
        projection.project(publication.revision)
    assert [*verify_record()] == []
    workflow.apply("withdraw", verdict=publication_of.verdict, by=make_user(), at=NOON, note="Wrong.")
    assert [*verify_record()] == []


def test_a_chain_of_merges_is_one_step() -> None:
    third = make_speaker("quill", name="Quill")
    kept, gone = two_speakers()
    make_published("one", speaker=gone)
    merge(kept, gone, choices={"name": "kept"})
    merge(third, kept, choices={"name": "kept"})
    assert dict(Redirect.objects.values_list("subject", "into")) == {
        "speakers/a-quill": "speakers/quill",
        "speakers/ada-quill": "speakers/quill",
    }
    assert [*verify_record()] == []
    for old in ("a-quill", "ada-quill"):
        answer = Client().get(f"/speakers/{old}/?before=9&utm=x")
        assert (answer.status_code, answer["Location"]) == (301, "/speakers/quill/?before=9&utm=x")


def test_sources_keep_their_texts_and_quotations() -> None:
    kept, gone = make_source("kept", text=None, title="Bridge to open"), make_source("gone")
    Snapshot.objects.create(
        source=kept, sha256=gone.snapshots.get().sha256, length=len(TEXT), how="Listed without its text."
    )
    claim = make_published("one", source=gone)
    make_snapshot(gone, text="Another text. " + TEXT)
    merge(kept, gone)
    assert [(row.text is not None, row.quotations.count()) for row in kept.snapshots.order_by("pk")] == [
        (True, 2),
        (True, 0),
    ]
    assert {row.source.slug for row in Appearance.objects.select_related("source")} == {"kept"}
    fresh = Claim.objects.for_documents().get(pk=claim.pk)
    assert [*readiness.missing(fresh, site=Site.objects.current())] == []
    assert all(quotation.problems() == [] for quotation in Quotation.objects.all())
    assert [*verify_record()] == []
    answer = Client().get("/sources/gone/", follow=True)
    assert answer.redirect_chain == [("/sources/kept/", 301)]
    # The passage that the old body cites stands on the page of the source that is left.
    assert "the bridge will open in spring." in answer.content.decode()


def test_sources_differ_in_many_fields_and_each_is_chosen() -> None:
    kept = make_source("kept", title="Bridge opens", byline="", link="https://example.org/1")
    gone = make_source(
        "gone",
        title="Bridge to open",
        byline="B. Line",
        link="https://example.org/2",
        publisher=make_publisher("gazette", name="Gazette"),
        published_on="2026-02-02",
        published_on_precision="month",
        published_on_reason="Printed in February.",
    )
    with pytest.raises(merging.Refused, match="title, publisher, link"):
        merge(kept, gone)
    merge(kept, gone, choices={"title": "kept", "publisher": "gone", "link": "gone"})
    kept.refresh_from_db()
    assert (kept.title, kept.byline, kept.link) == ("Bridge opens", "B. Line", "https://example.org/2")
    assert kept.publisher
    assert kept.publisher.slug == "gazette"
    assert (str(kept.published_on), kept.published_on_precision) == ("2026-02-02", "month")
    assert kept.published_on_reason == "Printed in February."


def test_a_quotation_that_another_language_breaks_stops_the_merge() -> None:
    """Leaving out a negation within a sentence is refused, and what negates depends on the source's language."""
    kept = make_source("kept", text=None, language="de")
    gone = make_source("gone", text="She said the bridge will nicht open in spring.")
    quotation = make_quotation(gone, "the bridge will [...] open in spring.")
    assert quotation.problems() == []
    with pytest.raises(merging.Refused, match="does not hold any more"):
        merge(kept, gone, choices={"language": "kept"})
    assert Source.objects.count() == 2
    merge(kept, gone, choices={"language": "gone"})
    assert Quotation.objects.get().problems() == []


def test_topics_and_publishers_become_one() -> None:
    claim = make_published("one")
    topic, other = Topic.objects.get(), make_topic("works", name="Works")
    claim.topics.add(other)
    make_published("two").topics.set([other])
    merge(topic, other, choices={"name": "kept"})
    assert [row.slug for row in claim.topics.all()] == ["bridge"]
    publisher, house = Publisher.objects.get(slug="valley-courier"), Publisher.objects.get(slug="test-desk")
    merge(publisher, house, choices={"name": "kept"})
    assert Site.objects.current().publisher == publisher
    assert [*verify_record()] == []
    found = Client().get("/api/v1/claims/", {"publisher": "test-desk"}).json()
    assert {row["id"] for row in found["results"]} == {"one", "two"}


def test_filters_know_the_old_identifiers() -> None:
    kept, gone = two_speakers()
    claim = make_published("one", speaker=gone)
    topic = make_topic("works", name="Works")
    make_published("two", speaker=kept).topics.add(topic)
    publish_again(Claim.objects.get(slug="two"))
    merge(kept, gone, choices={"name": "kept"})
    merge(topic, Topic.objects.get(slug="bridge"), choices={"name": "kept"})
    for query in ({"speaker": "a-quill"}, {"topic": "bridge"}, {"speaker": "a-quill", "topic": "works"}):
        answer = Client().get("/api/v1/claims/", query)
        assert {row["id"] for row in answer.json()["results"]} == {"one", "two"}, query
        page = Client().get("/", query)
        assert {row.id for row in page.context["rows"]} == {"one", "two"}, query
        assert not page.context["problems"]
    assert page.context["asked"][0].value == "Ada Quill"
    named = Client().get(f"/claims/{claim.slug}/").context["topics"]
    assert [document["name"] for document in named] == ["Works"]


def publish_again(claim: Claim) -> None:
    workflow.apply("revise", verdict=claim.verdict, by=make_user(), at=NOON)
    publish(claim, kind="update", note="Filed under works.")


def test_what_was_never_public_is_not_told() -> None:
    kept, gone = two_speakers()
    make_published("one", speaker=kept)
    entries = merge(kept, gone, choices={"name": "kept"})
    assert [entry.subject for entry in entries] == ["speakers/ada-quill"]
    assert Client().get("/speakers/a-quill/").status_code == 404
    assert Client().get("/api/v1/claims/", {"speaker": "a-quill"}).status_code == 400
    assert Client().get("/", {"speaker": "a-quill"}).context["problems"]
    assert reference.public("speakers", "a-quill") is None
    assert [*verify_record()] == []


def test_a_public_row_may_go_into_a_private_one() -> None:
    kept, gone = two_speakers()
    make_published("one", speaker=gone)
    entries = merge(kept, gone, choices={"name": "kept"})
    assert [(entry.subject, entry.number) for entry in entries] == [
        ("speakers/ada-quill", 1),
        ("speakers/a-quill", 2),
    ]
    assert Client().get("/speakers/a-quill/", follow=True).status_code == 200
    assert [*verify_record()] == []


def test_an_old_identifier_is_not_given_again() -> None:
    kept, gone = two_speakers()
    merge(kept, gone, choices={"name": "kept"})
    other = make_speaker("other", name="Other")
    for attempt in (
        lambda: Speaker.objects.create(slug="a-quill", name="New", kind="person"),
        lambda: Speaker.objects.filter(pk=other.pk).update(slug="a-quill"),
    ):
        with (
            pytest.raises((IntegrityError, InternalError), match="merged into another"),
            transaction.atomic(),
        ):
            attempt()
    # Another kind of row has addresses of its own.
    make_topic("a-quill")


def test_who_worked_on_either_row_is_a_contributor() -> None:
    kept, gone = two_speakers()
    claim = make_claim("one", speaker=gone)
    worked, merged = make_user(), make_user()
    contribute("speakers/a-quill", by=worked, at=NOON)
    merge(kept, gone, by=merged, choices={"name": "kept"})
    fresh = Claim.objects.get(pk=claim.pk).verdict
    assert contributors(Claim.objects.for_documents().get(pk=fresh.claim_id)) == {
        fresh.author_id,
        worked.pk,
        merged.pk,
    }
    assert not Contribution.objects.filter(subject="speakers/a-quill").exists()


def test_an_approval_does_not_survive_the_merge() -> None:
    kept, gone = two_speakers()
    claim = make_claim("one", speaker=gone)
    reader = make_user()
    workflow.apply("submit", verdict=claim.verdict, by=claim.verdict.author, at=NOON)
    approve(claim.verdict, by=reader, at=NOON)
    assert merging.plan(kept, gone).void == 1
    merge(kept, gone, choices={"name": "kept"})
    with pytest.raises(workflow.Refused, match="read again"):
        workflow.apply("publish", verdict=Verdict.objects.get(), by=reader, at=NOON)


ATTACKS = [
    ("a reporter", {"role": REPORTER}, False, "permission to merge rows"),
    ("nobody's account", {"role": None}, False, "permission to merge rows"),
    ("an editor, in public", {"role": EDITOR}, True, "permission to change what the public reads"),
    ("an inactive account", {"role": PUBLISHER, "is_active": False}, False, "active member"),
    ("no member of the staff", {"role": PUBLISHER, "is_staff": False}, False, "active member"),
]


@pytest.mark.parametrize(("who", "values", "public", "sentence"), ATTACKS, ids=[row[0] for row in ATTACKS])
def test_who_may_not_merge(who: str, values: dict[str, Any], public: bool, sentence: str) -> None:
    kept, gone = two_speakers()
    if public:
        make_published("one", speaker=gone)
    with pytest.raises(merging.Refused, match=sentence):
        merge(kept, gone, by=make_user(**values), choices={"name": "kept"})
    assert Speaker.objects.count() == 2
    assert not Redirect.objects.exists()


def test_an_editor_merges_what_is_private() -> None:
    kept, gone = two_speakers()
    assert merge(kept, gone, by=make_user(role=EDITOR), note="", choices={"name": "kept"}) == []


def test_the_public_asks_for_a_second_factor(monkeypatch: pytest.MonkeyPatch) -> None:
    kept, gone = two_speakers()
    make_published("one", speaker=gone)
    monkeypatch.setattr(settings, "SECOND_FACTOR_FOR_PUBLISHING", True)
    with pytest.raises(merging.Refused, match="second factor"):
        merge(kept, gone, choices={"name": "kept"})
    by = make_user()
    by.is_verified = lambda: True  # type: ignore[attr-defined]
    assert len(merge(kept, gone, by=by, choices={"name": "kept"})) == 2


def test_what_cannot_be_merged() -> None:
    kept, gone = two_speakers()
    company = make_speaker("quill-ltd", name="Quill Ltd", kind="organisation")
    refused: list[tuple[Any, Any, dict[str, Any], str]] = [
        (kept, kept, {}, "into itself"),
        (kept, make_topic(), {}, "different things"),
        (kept, company, {"choices": {"name": "kept"}}, "“Person” and “Quill Ltd” is “Organisation”"),
        (kept, gone, {}, "say which one is right: name"),
        (kept, gone, {"choices": {"name": "both"}}, "nothing to choose"),
        (kept, gone, {"choices": {"name": "kept", "slug2": "kept"}}, "nothing to choose"),
        (kept, gone, {"choices": {"name": "kept"}, "seen": "0" * 64}, "changed while you were looking"),
    ]
    for left, right, values, sentence in refused:
        with pytest.raises(merging.Refused, match=sentence):
            merge(left, right, **values)
    make_published("one", speaker=gone)
    with pytest.raises(merging.Refused, match="public note"):
        merge(kept, gone, note=" ", choices={"name": "kept"})
    seen = merging.plan(kept, gone).seen
    merge(kept, gone, seen=seen, choices={"name": "kept"})
    with pytest.raises(merging.Refused, match="One of the two rows is gone"):
        merge(kept, gone, choices={"name": "kept"})


def test_the_plan_says_what_is_not_public_yet() -> None:
    kept, gone = two_speakers()
    make_published("one", speaker=kept)
    Speaker.objects.filter(pk=kept.pk).update(description="Not yet public.")
    kept.refresh_from_db()
    assert merging.plan(kept, gone).pending == (("description", "", "Not yet public."),)


def test_a_redirect_that_the_record_does_not_know_is_found() -> None:
    kept, gone = two_speakers()
    make_published("one", speaker=kept)
    make_published("two", speaker=gone)
    merge(kept, gone, choices={"name": "kept"})
    Redirect.objects.all().delete()
    assert any(
        "speakers/a-quill was merged into speakers/ada-quill" in problem for problem in verify_record()
    )


def test_a_load_of_seeds_does_not_bring_back_what_was_merged(tmp_path: Path) -> None:
    load()
    sources = [*Source.objects.filter(appearances__isnull=False).distinct().order_by("slug")[:2]]
    speakers = [*Speaker.objects.filter(kind="person").order_by("slug")[:2]]
    topics = [*Topic.objects.order_by("slug")[:2]]
    for kept, gone in (sources, speakers, topics):
        choices = dict.fromkeys((line.name for line in merging.plan(kept, gone).choices), "kept")
        merge(kept, gone, choices=choices)
    assert [*verify_record()] == []
    before, entries = Claim.objects.count(), Revision.objects.count()
    said = load()
    for kept, gone in (sources, speakers, topics):
        assert f"{reference.subject_of(gone)} into {reference.subject_of(kept)}" in said
        assert not type(gone)._default_manager.filter(slug=gone.slug).exists()
    # The rows that are left say more than their files; no claim differs from its file.
    assert "claims        " + f"{before} unchanged" in said
    assert (Claim.objects.count(), Revision.objects.count()) == (before, entries)
    load(update=True)
    assert [*verify_record()] == []
    dump(tmp_path)
    made = set(contents(tmp_path))
    assert f"sources/{sources[1].slug}.yaml" not in made
    assert made < set(contents(SEEDS))
