"""The page of a source: how much of it is quoted, the claims made in it, the passages; by its answers."""

import json
import re
from typing import Any

import pytest
from django.core.cache import cache
from django.db import connection
from django.test.utils import CaptureQueriesContext
from makers import (
    NOON,
    TEXT,
    make_claim,
    make_published,
    make_quotation,
    make_snapshot,
    make_source,
    make_user,
    publish,
)
from visiting import listed, page, sentences

from claims import merging, reading, workflow
from claims.models import Appearance, Claim, Evidence, Publication, Speaker
from sources import quotations
from sources.models import Quotation, Source

pytestmark = pytest.mark.django_db


@pytest.fixture(autouse=True)
def nothing_kept() -> None:
    cache.clear()


def section(text: str, name: str) -> str:
    (found,) = re.findall(rf'<section[^>]*aria-labelledby="{name}">(.*?)</section>', text, re.DOTALL)
    return str(found)


def cited(text: str) -> list[str]:
    """The words of the passages that the page shows."""
    return [sentences(words) for words in re.findall(r"<mark>(.*?)</mark>", text)]


def numbers(text: str) -> dict[str, str]:
    return dict(re.findall(r'<th scope="row">([^<]*)</th><td>([^<]*)</td>', text))


def only_evidence(slug: str, *, source: Source, elsewhere: Source, words: str) -> Claim:
    """A claim made elsewhere, for which the source is evidence."""
    claim = make_claim(slug, source=elsewhere)
    Evidence.objects.filter(verdict__claim=claim).update(
        source=source, quotation=make_quotation(source, words)
    )
    return publish(claim)


def without_words(slug: str, *, source: Source, elsewhere: Source) -> Claim:
    """A claim that is logged from the source as a paraphrase, without a quotation."""
    claim = make_claim(slug, source=elsewhere)
    Appearance.objects.filter(claim=claim).update(source=source, quotation=None, mode="paraphrase")
    return publish(claim)


def test_what_is_quoted_is_counted_said_and_drawn() -> None:
    source, elsewhere = make_source("report"), make_source("elsewhere")
    make_published("bridge", source=source)
    only_evidence("tender", source=source, elsewhere=elsewhere, words="A tender closed in May.")
    without_words("votes", source=source, elsewhere=elsewhere)
    text = page("/sources/report/")
    quoted = (
        len("the bridge will open in spring.") + len("three open defects") + len("A tender closed in May.")
    )
    share = f"{100 * quoted / len(TEXT):.1f} %"
    assert (
        f"3 passages, {share} of {len(TEXT)} characters, are quoted in 2 fact-checks. What is not quoted was not "
        "necessarily left unread: 1 claim is logged from it without its wording."
    ) in sentences(text)
    assert "The share is no grade" in sentences(text)
    assert numbers(text) == {
        "Characters": str(len(TEXT)),
        "Characters quoted": str(quoted),
        "of them as wordings of claims": str(len("the bridge will open in spring.")),
        "of them as evidence only": str(len("three open defects") + len("A tender closed in May.")),
        "Passages quoted": "3",
        "Fact-checks that quote it": "2",
        "Claims made in it, with its wording": "1",
        "Claims made in it, without its wording": "1",
        "Claims that it is only evidence for": "1",
    }
    marks = re.findall(r'<a href="#(passage-\d)"><title>([^<]*)</title><path class="([\w-]+)"', text)
    assert marks == [
        ("passage-1", "Passage 1, quoted as a wording", "as-wording"),
        ("passage-2", "Passage 2, quoted as evidence", "as-evidence"),
        ("passage-3", "Passage 3, quoted as evidence", "as-evidence"),
    ]
    assert re.findall(r'<li id="(passage-\d)">', text) == ["passage-1", "passage-2", "passage-3"]
    assert listed(section(text, "made")) == ["bridge", "votes"]
    assert listed(section(text, "evidence")) == ["tender"]


def test_claims_stand_in_the_order_of_the_text_and_not_of_their_publication() -> None:
    source, elsewhere = make_source("report"), make_source("elsewhere")
    without_words("unworded", source=source, elsewhere=elsewhere)
    for slug, words in (("late", "voted twice on the bridge."), ("early", "Mayor Ada Quill said on Monday")):
        claim = make_claim(slug, source=source)
        Appearance.objects.filter(claim=claim).update(
            quotation=make_quotation(source, words), mode="indirect"
        )
        publish(claim)
    assert listed(section(page("/sources/report/"), "made")) == ["early", "late", "unworded"]


def test_a_source_without_words_has_a_sentence_and_no_picture() -> None:
    elsewhere = make_source("elsewhere")
    without_words("votes", source=make_source("report", text=None), elsewhere=elsewhere)
    text = page("/sources/report/")
    assert (
        "No words are quoted from this source. No text of it is archived on the public record. "
        "1 claim is logged from it without its wording."
    ) in sentences(text)
    assert "text-map" not in text.replace("css/source", "")
    assert 'id="passages"' not in text
    assert 'id="evidence"' not in text
    assert "Passages quoted" not in text


def test_a_source_that_is_only_evidence_says_that_nothing_was_made_in_it() -> None:
    source = make_source("report")
    only_evidence(
        "tender", source=source, elsewhere=make_source("elsewhere"), words="A tender closed in May."
    )
    assert "No published claim was made in it." in sentences(section(page("/sources/report/"), "made"))


def test_each_quoted_text_has_a_picture_of_its_own() -> None:
    source = make_source("report")
    second = make_snapshot(source, text="Another text. The bridge is closed. Nothing more is known.")
    unquoted = make_snapshot(source, text="A third text, which nobody quotes.")
    first = source.snapshots.exclude(pk__in=[second.pk, unquoted.pk]).get()
    claim = make_claim("bridge", source=make_source("elsewhere"))
    for snapshot, words in ((first, "A tender closed in May."), (second, "The bridge is closed.")):
        found = quotations.locate(words, snapshot.text or "")
        assert isinstance(found, quotations.Found)
        quotation = Quotation.of(snapshot=snapshot, quotation=found.quotation)
        quotation.save()
        Evidence.objects.create(
            verdict=claim.verdict, stance="context", kind="passage", source=source, quotation=quotation
        )
    publish(claim)
    text = page("/sources/report/")
    assert text.count('<figure class="text-map">') == 2
    assert "1 other archived text of it is not quoted." in sentences(text)
    assert f"Text 2 (SHA-256 {second.sha256[:8]}…)." in sentences(text)
    assert f"of the text with SHA-256 {second.sha256[:8]}…" in sentences(text)
    assert {"Characters in text 1", "Characters quoted in text 2"} <= numbers(text).keys()


@pytest.mark.parametrize("status", ["draft", "submitted", "edited", "withdrawn", "restored"])
def test_only_what_is_published_counts_and_shows(status: str) -> None:
    """A draft's quotation, an edit's and a withdrawn one's are not public; a restored one's is again."""
    source = make_source("report")
    make_published("bridge", source=source)
    before = page("/sources/report/")
    if status == "edited":
        claim = Claim.objects.get(slug="bridge")
        Evidence.objects.filter(verdict__claim=claim).update(
            quotation=make_quotation(source, "A tender closed in May.")
        )
        assert page("/sources/report/") == before
        return
    draft = make_claim("draft", source=source)
    Evidence.objects.filter(verdict__claim=draft).update(
        quotation=make_quotation(source, "A tender closed in May.")
    )
    if status == "submitted":
        workflow.apply("submit", verdict=draft.verdict, by=draft.verdict.author, at=NOON)
    if status in ("withdrawn", "restored"):
        published = publish(draft)
        assert cited(page("/sources/report/"))[2] == "A tender closed in May."
        workflow.apply("withdraw", verdict=published.verdict, by=make_user(), at=NOON, note="It was wrong.")
    assert page("/sources/report/") == before
    if status == "restored":
        withdrawn = Claim.objects.get(slug="draft")
        workflow.apply("restore", verdict=withdrawn.verdict, by=make_user(), at=NOON)
        assert page("/sources/report/") == before
        publish(withdrawn, kind="restoration", note="It held.")
        assert cited(page("/sources/report/"))[2] == "A tender closed in May."


def test_a_correction_replaces_what_was_quoted() -> None:
    source = make_source("report")
    claim = make_published("bridge", source=source)
    assert cited(page("/sources/report/")) == ["the bridge will open in spring.", "three open defects"]
    workflow.apply("revise", verdict=claim.verdict, by=claim.verdict.author, at=NOON)
    Evidence.objects.filter(verdict__claim=claim).update(
        quotation=make_quotation(source, "A tender closed in May.")
    )
    publish(Claim.objects.get(pk=claim.pk), kind="clarification", note="Other evidence.")
    assert cited(page("/sources/report/")) == ["the bridge will open in spring.", "A tender closed in May."]


def test_words_of_a_merged_source_count_for_the_one_that_is_left() -> None:
    kept, gone = make_source("kept"), make_source("gone", text=None)
    make_snapshot(gone, text=f"{TEXT} And more.")
    make_published("one", source=kept)
    make_published("two", source=gone)
    assert numbers(page("/sources/kept/"))["Fact-checks that quote it"] == "1"
    plan = merging.plan(kept, gone)
    merging.merge(
        kept,
        gone,
        by=make_user(),
        at=NOON,
        seen=plan.seen,
        choices={line.name: "kept" for line in plan.choices},
        note="They are one.",
    )
    text = page("/sources/kept/")
    assert numbers(text)["Fact-checks that quote it"] == "2"
    assert sorted(listed(section(text, "made"))) == ["one", "two"]
    assert text.count('<figure class="text-map">') == 2


def many(count: int, *, source: Source) -> None:
    """Published fact-checks of one source, written as the record's rows: its words in turn, and one headline."""
    first = make_published("first", source=source)
    publication = Publication.objects.select_related("revision").get(claim=first)
    body: dict[str, Any] = json.loads(publication.revision.body or "")
    words = body["evidence"][0]
    body["evidence"] = []
    starts = [match.start() for match in re.finditer(r"\b\w", TEXT)]
    for number in range(count):
        start = starts[number % len(starts)]
        claim = Claim.objects.create(
            slug=f"many-{number:03}",
            text=f"Claim {number}.",
            title=f"Is it {number}?",
            language="en",
            speaker=Speaker.objects.get(),
        )
        piece = {**words["quotation"], "segments": [{"start": start, "end": start + 1, "exact": TEXT[start]}]}
        entry = {**body, "id": claim.slug, "title": claim.title, "evidence": [{**words, "quotation": piece}]}
        put_on_record(claim, entry)


def put_on_record(claim: Claim, body: dict[str, Any]) -> None:
    from claims import projection, record

    revision = record.append(
        subject=claim.subject, kind="publication", note="Made for a test.", at=NOON, body=body
    )
    projection.project(revision)


def queries(address: str) -> int:
    """What it takes as it is now, whether or not anything is kept yet."""
    with CaptureQueriesContext(connection) as counted:
        page(address)
    return len(counted)


def test_no_list_is_longer_than_a_sheet_and_everything_is_counted() -> None:
    source = make_source("report")
    make_published("alone", source=source)
    page("/sources/report/")
    few = queries("/sources/report/")
    many(70, source=source)
    # Once more for the bodies, which are read a first time.
    assert queries("/sources/report/") == few + 1
    assert queries("/sources/report/") == few
    text = page("/sources/report/")
    words = len(re.findall(r"\b\w", TEXT))
    assert numbers(text)["Claims made in it, with its wording"] == "72"
    assert len(listed(section(text, "made"))) == 20
    assert text.count('<li id="passage-') == min(words + 2, 50)
    # The remark is quoted by all of them: ten are listed, the others counted.
    (remark,) = re.findall(r'<li id="passage-\d+">(?:(?!</ul>).)*other uses?.*?</ul>', text, re.DOTALL)
    assert "the bridge will open in spring." in remark
    assert remark.count("<a href=") == 10
    assert "and 62 other uses" in sentences(remark)
    (following,) = re.findall(r'<a href="([^"]*)" rel="next">', section(text, "made"))
    assert following == "/sources/report/?made=2#made"
    seen = listed(section(text, "made"))
    for sheet in (2, 3, 4, 99):
        seen += listed(section(page(f"/sources/report/?made={sheet}&evidence=7"), "made"))
    assert len(seen) == 20 + 20 + 20 + 12 + 12
    assert len(set(seen)) == 72


def test_a_mark_leads_to_the_sheet_of_its_passage(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("claims.source_page.SIZES", {"made": 20, "evidence": 20, "passages": 1})
    make_published("bridge", source=make_source("report"))
    text = page("/sources/report/")
    assert 'href="#passage-1"><title>' in text
    assert 'href="/sources/report/?passages=2#passage-2"><title>' in text
    assert re.findall(r'<li id="(passage-\d)">', text) == ["passage-1"]
    text = page("/sources/report/?passages=2")
    assert 'href="/sources/report/#passage-1"><title>' in text
    assert 'href="#passage-2"><title>' in text
    assert re.findall(r'<li id="(passage-\d)">', text) == ["passage-2"]


@pytest.mark.parametrize(
    "query", ["made=abc", "made=-1", "passages=", "evidence=%00", "made=1&made=2", "utm_source=x"]
)
def test_a_bad_sheet_is_the_first_or_the_last(query: str) -> None:
    make_published("bridge", source=make_source("report"))
    assert listed(page(f"/sources/report/?{query}")) == ["bridge"]


def test_after_a_publication_only_its_body_is_read() -> None:
    source = make_source("report")
    make_published("one", source=source)
    names = reading.names_of("report")
    lengths = {snapshot.sha256: snapshot.length for snapshot in source.snapshots.all()}
    assert reading.counted("report", names, lengths).quoting == 1
    make_published("two", source=source)
    with CaptureQueriesContext(connection) as counted:
        assert reading.counted("report", names, lengths).quoting == 2
    asked = [query["sql"] for query in counted if '"claims_revision"."body"' in query["sql"]]
    assert len(asked) == 1
    newest = Publication.objects.get(slug="two").sequence
    oldest = Publication.objects.get(slug="one").sequence
    assert re.search(rf"IN \({newest}\)", asked[0])
    assert str(oldest) not in re.findall(r"IN \(([^)]*)\)", asked[0])[0].split(", ")
    with CaptureQueriesContext(connection) as counted:
        assert reading.counted("report", names, lengths).quoting == 2
    assert len(counted) == 1
