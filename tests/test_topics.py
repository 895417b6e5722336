"""Topics: what stands on their pages, and what never does."""

import datetime as dt
import re
from typing import Any

import pytest
from django.db import connection
from django.test import Client
from makers import (
    NOON,
    make_claim,
    make_published,
    make_quotation,
    make_source,
    make_speaker,
    make_topic,
    make_user,
    publish,
)
from visiting import listed, page, queries, sentences

from claims import merging, reading, workflow
from claims.models import Appearance, Claim, ClaimRelation, Topic, Verdict

pytestmark = pytest.mark.django_db

# The topic and whether it is used, its size, the claims with their entries, held texts, relations both ways, speakers,
# which of the others are of this topic, the site. Nothing here was changed, so that nobody asks for notices.
# One of them says what the answer depends on, for its validators (claims.freshness); two ask for the head, at which the
# chart and the lists to choose from were made.
QUERIES = 10 + 1 + 2


def table(text: str) -> list[str]:
    """The rows of the table of who said what when, in words."""
    return [sentences(row) for row in re.findall(r'<tr role="row" id=.*?</tr>', text, re.DOTALL)]


def drawn(text: str, name: str = "wide") -> list[tuple[str, str]]:
    """The marks of a drawing: what it leads to and its kind."""
    svg = text.partition(f'<div class="timeline {name}"')[2].partition("</svg>")[0]
    return re.findall(r'<a href="#([\w-]+)" class="(\w+)">', svg)


def withdraw(claim: Claim) -> None:
    workflow.apply(
        "withdraw", verdict=Verdict.objects.get(claim=claim), by=make_user(), at=NOON, note="Wrong."
    )


def relate(claim: Claim, to: Claim, kind: str = "contradicts", note: str = "One says no.") -> None:
    ClaimRelation.objects.create(claim=claim, kind=kind, to_claim=to, note=note)


def test_topics_are_listed_with_what_they_hold() -> None:
    source = make_source()
    make_topic("harbour", name="A harbour", description="Whether it silts up.")
    make_topic("unused", name="Unused")
    for slug in ("one", "two"):
        make_published(slug, source=source)
    harbour = make_claim("three", source=source)
    harbour.topics.set([Topic.objects.get(slug="harbour")])
    publish(harbour)
    words = sentences(page("/topics/").partition("<main")[2])
    assert "A harbour Whether it silts up. 1 fact-check The bridge 2 fact-checks" in words
    assert "Unused" not in words


def test_an_empty_database_has_no_topics() -> None:
    assert "Nothing has been published here yet." in page("/topics/")


def test_a_thread_says_who_said_what_when() -> None:
    source = make_source("report", title="Bridge to open")
    make_topic(description="When the bridge opens.")
    later = make_claim(
        "later",
        source=source,
        text="It opens in May.",
        claimed_on=dt.date(2026, 4, 1),
        claimed_on_precision="month",
        claimed_on_reason="The report is of April.",
    )
    publish(later)
    undated = {"speaker": None, "claimed_on": None, "claimed_on_precision": ""}
    make_published("nobody", source=source, text="It is open.", **undated)
    make_published("first", source=source, text="It opens in spring.")
    text = page("/topics/bridge/")
    assert "When the bridge opens." in text
    rows = table(text)
    assert len(rows) == 3
    assert rows[0].startswith("1 2 February 2026 Ada Quill Mayor It opens in spring.")
    assert rows[0].endswith("Bridge to open report")
    assert rows[1].startswith("2 April 2026 inferred Ada Quill Mayor It opens in May.")
    assert rows[2].startswith("3 Date not known No named speaker It is open.")
    marks = [("said-1", "given"), ("said-2", "inferred"), ("said-3", "undated")]
    assert drawn(text) == drawn(text, "narrow") == marks
    assert "2: Ada Quill, April 2026, inferred. It opens in May." in sentences(text)
    # Newest on the record first, as in every list of claims.
    assert listed(text) == ["first", "nobody", "later"]
    assert "The graphic and the table show" not in text


def test_a_claim_has_a_row_for_each_date_on_which_it_was_made() -> None:
    claim = make_claim("bridge", text="It opens in spring.")
    again = make_source("second", title="Once more")
    Appearance.objects.create(
        claim=claim,
        slug="again",
        source=again,
        mode="direct",
        role="Candidate",
        language="en",
        claimed_on=dt.date(2025, 1, 1),
        claimed_on_precision="year",
        quotation=make_quotation(again, "the bridge will open in spring."),
    )
    publish(claim)
    earlier, later = table(page("/topics/bridge/"))
    assert earlier.startswith("1 2025 Ada Quill Candidate It opens in spring.")
    assert earlier.endswith("Once more second")
    assert later.startswith("2 2 February 2026 Ada Quill Mayor It opens in spring.")


def test_what_claims_have_to_do_with_each_other_in_this_thread() -> None:
    source = make_source()
    yes, no = make_claim("yes", source=source, title="Yes"), make_claim("no", source=source, title="No")
    elsewhere = make_claim("elsewhere", source=source, title="Elsewhere")
    elsewhere.topics.set([make_topic("harbour", name="Harbour")])
    gone = make_published("gone", source=source, title="Withdrawn")
    publish(yes)
    publish(elsewhere)
    relate(no, yes)
    relate(no, elsewhere)
    relate(no, gone)
    publish(no)
    withdraw(gone)
    text = page("/topics/bridge/")
    words = sentences(text)
    assert "Contradicts: Yes One says no." in words
    assert "Contradicted by: No One says no." in words
    assert "Elsewhere" not in words
    assert "Withdrawn" not in words
    # A list that is no thread says nothing of relations.
    assert "Contradicts:" not in sentences(page("/"))


def test_of_many_relations_a_list_shows_a_few() -> None:
    source = make_source()
    one = make_published("one", source=source)
    for _ in range(8):
        other = make_claim(source=source)
        relate(other, one, kind="repeats", note="The same.")
        publish(other)
    words = sentences(page("/topics/bridge/"))
    assert words.count("Repeated in:") == 6
    assert "And 2 more on its page." in words


def test_drafts_and_what_was_withdrawn_do_not_show() -> None:
    source = make_source()
    make_published("public", source=source)
    make_claim(
        "draft",
        source=source,
        text="Zyxwdraft.",
        title="Zyxwdraft",
        speaker=make_speaker("zyxw", name="Zyxw"),
    )
    gone = make_published("gone", source=source, text="Zyxwgone.", title="Zyxwgone")
    assert "Zyxwgone" in page("/topics/bridge/")
    withdraw(gone)
    for address in ("/topics/", "/topics/bridge/"):
        assert "Zyxw" not in page(address)
    assert "1 fact-check" in sentences(page("/topics/"))


def test_a_topic_of_no_current_publication_is_not_public() -> None:
    claim = make_published("only")
    assert "The bridge" in page("/topics/")
    withdraw(claim)
    assert "The bridge" not in page("/topics/")
    assert "There is no such page" in page("/topics/bridge/", 404)
    assert "There is no such page" in page("/topics/nothing/", 404)


def test_a_name_that_editors_change_is_not_public_yet() -> None:
    make_published("one")
    Topic.objects.update(name="Zyxw", description="Zyxw")
    for address in ("/topics/", "/topics/bridge/", "/claims/one/"):
        assert "Zyxw" not in page(address)


def test_the_page_of_a_merged_topic_leads_on() -> None:
    source = make_source()
    make_published("one", source=source)
    other = make_claim("two", source=source)
    other.topics.set([make_topic("works", name="Works")])
    publish(other)
    kept, gone = Topic.objects.get(slug="bridge"), Topic.objects.get(slug="works")
    merge(kept, gone, choices={"name": "kept"})
    answer = Client().get("/topics/works/?before=7")
    assert (answer.status_code, answer["Location"]) == (301, "/topics/bridge/?before=7")
    assert listed(page("/topics/bridge/")) == ["two", "one"]
    assert "Works" not in page("/topics/")


def test_merged_speakers_have_one_lane_and_the_name_of_today() -> None:
    source = make_source()
    kept, gone = make_speaker(), make_speaker("a-quill", name="A. Quill")
    make_published("one", source=source)
    make_published("two", source=source, speaker=gone)
    merge(kept, gone, choices={"name": "kept"})
    text = page("/topics/bridge/")
    assert all(" 2 February 2026 Ada Quill Mayor " in row for row in table(text))
    assert text.count('<text class="name"') == 2
    assert "A. Quill" not in text.partition("<table")[2].partition("</table>")[0]


def merge(kept: Any, gone: Any, **values: Any) -> None:
    seen = merging.plan(kept, gone).seen
    merging.merge(
        kept, gone, **{"seen": seen, "by": make_user(), "at": NOON, "note": "One and the same.", **values}
    )


def test_a_thread_is_paged_and_says_so() -> None:
    source = make_source()
    slugs = [make_published(f"claim-{number:02}", source=source).slug for number in range(23)][::-1]
    first = page("/topics/bridge/?utm_source=letter")
    assert listed(first) == slugs[:20]
    assert len(table(first)) == len(drawn(first)) == 20
    assert "show the 20 claims of this page. The topic has 23 fact-checks in all." in sentences(first)
    (older,) = re.findall(r'<a href="([^"]*)" rel="next">Older entries', first)
    second = page("/topics/bridge/" + older.replace("&amp;", "&"))
    assert listed(second) == slugs[20:]
    (newer,) = re.findall(r'<a href="([^"]*)" rel="prev">Newer entries', second)
    assert listed(page("/topics/bridge/" + newer.replace("&amp;", "&"))) == slugs[:20]
    assert "No entry of this topic lies here." in page("/topics/bridge/?before=1")


def test_a_thread_costs_the_same_however_long_it_is() -> None:
    source = make_source()
    make_published(source=source)
    assert queries("/topics/bridge/") <= QUERIES
    before = None
    for number in range(19):
        claim = make_claim(source=source, speaker=make_speaker(f"speaker-{number}", name=f"Speaker {number}"))
        if before:
            relate(claim, before)
        before = publish(claim)
    assert len(listed(page("/topics/bridge/"))) == 20
    assert queries("/topics/bridge/") == QUERIES


def test_the_list_costs_the_same_however_many_topics_there_are() -> None:
    source = make_source()
    make_published(source=source)
    one = queries("/topics/")
    for number in range(5):
        claim = make_claim(source=source)
        claim.topics.set([make_topic(f"topic-{number}", name=f"Topic {number}")])
        publish(claim)
    assert queries("/topics/") == one


def test_a_large_topic_is_read_as_a_small_one_is(monkeypatch: pytest.MonkeyPatch) -> None:
    """The two ways of finding a page differ in speed alone."""
    source = make_source()
    for number in range(3):
        claim = make_claim(f"claim-{number}", source=source)
        claim.topics.add(make_topic("harbour", name="Harbour"))
        publish(claim)
    other = make_claim("other", source=source)
    other.topics.set([Topic.objects.get(slug="harbour")])
    publish(other)
    few = [*reading.for_topic("bridge", size=3)]
    monkeypatch.setattr(reading, "FEW", 0)
    assert [*reading.for_topic("bridge", size=3)] == few
    assert [row.slug for row in few] == ["claim-2", "claim-1", "claim-0"]


@pytest.mark.skipif(connection.vendor != "sqlite", reason="The plan is SQLite's.")
def test_a_large_topic_or_speaker_is_read_along_the_record() -> None:
    """Nothing is sorted: the record's own order is an index, and each entry's topic is looked up in another."""
    for rows in (reading.for_topic("bridge", size=100_000), reading.for_speaker("ada-quill")):
        assert "TEMP B-TREE" not in rows.order_by("-sequence")[:21].explain()


@pytest.mark.parametrize("address", ["/topics/", "/topics/bridge/"])
def test_topics_are_for_reading(address: str) -> None:
    make_published("one")
    assert Client().head(address).status_code == 200
    assert Client().post(address).status_code == 405


def test_a_claim_says_what_it_is_part_of() -> None:
    make_published("one")
    text = page("/claims/one/")
    assert "Part of: The bridge" in sentences(text)
    assert text.count('<a href="/topics/bridge/">The bridge</a>') == 2
