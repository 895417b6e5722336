"""What leaves: everything public as JSON Lines, CSV and a DataFeed, and each ClaimReview alone."""

import csv
import io
import json
import re
from pathlib import Path
from typing import Any

import extruct
import pytest
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext
from golden import golden
from makers import NOON, make_claim, make_published, make_publisher, make_speaker, publish
from test_golden import make_golden, make_golden_record
from test_history import revise, withdraw

from claims import datafeed, flat, outgoing, projection, record, spreadsheet
from claims.models import Claim, Publication, Revision, Verdict

pytestmark = pytest.mark.django_db

JSONL, CSV, FEED = "/data/fact-checks.jsonl", "/data/fact-checks.csv", "/data/claimreview.json"
VOCABULARY = json.loads((Path(__file__).parent / "schemaorg.json").read_text())
DATE = re.compile(r"\d{4}(-\d\d(-\d\d(T\d\d:\d\d:\d\dZ)?)?)?")


def said(address: str, status: int = 200) -> str:
    answer = Client().get(address)
    assert answer.status_code == status, address
    return str(answer.getvalue().decode())


def documents(query: str = "") -> list[dict[str, Any]]:
    return [json.loads(line) for line in said(JSONL + query).splitlines()]


def rows(query: str = "") -> list[dict[str, str]]:
    text = said(CSV + query)
    assert text.startswith("\ufeff")
    return [*csv.DictReader(io.StringIO(text.removeprefix("\ufeff"), newline=""))]


def elements() -> list[dict[str, Any]]:
    found: list[dict[str, Any]] = json.loads(said(FEED))["dataFeedElement"]
    return found


def make_partners(slug: str = "partner-example-0123456789abcdef", **members: Any) -> Publication:
    """A fact-check that was taken from a partner: an entry and a publication only."""
    body = {
        "format": 1,
        "id": slug,
        "origin": "partner",
        "claim": "The ferry was sold.",
        "title": "Was the ferry sold?",
        "language": "en",
        "claimed_on": None,
        "topics": [],
        "speaker": None,
        "appearances": [],
        "attribution": None,
        "veracity": None,
        "summary": "",
        "rationale": "",
        "not_known": None,
        "evidence": [],
        "reply": None,
        "relations": [],
        "methodology": None,
        "second_read": False,
        "second_read_note": "Taken from the Harbour Post’s ClaimReview; nobody here has read it over.",
        "publisher": None,
        "review_url": "https://harbour.example/ferry",
        "rating_as_published": "Three anchors",
        "licence": None,
        **members,
    }
    entry = record.append(
        subject=f"claims/{slug}", kind=Revision.Kind.PUBLICATION, note="", at=NOON, body=body
    )
    return projection.project(entry)


def test_every_form_holds_what_the_lookup_lists() -> None:
    make_published("one")
    make_published("two", rating="mixed")
    make_partners()
    withdraw("one", "The report was forged.")
    api = [document["id"] for document in Client().get("/api/v1/claims/").json()["results"]]
    assert len(api) == 2
    assert [document["id"] for document in documents()] == api
    assert [row["id"] for row in rows()] == api
    assert {row["id"]: row["origin"] for row in rows()} == {"two": "own", api[0]: "partner"}
    # The feed is of our own work, and says what was taken back.
    first, second = elements()
    assert (first["url"], first["item"]) == ("http://testserver/claims/one/", [])
    assert first["dateDeleted"] == first["dateModified"] == "2026-03-10T12:00:00Z"
    assert first["description"] == "The report was forged."
    assert second["item"][0]["@id"] == second["url"] == "http://testserver/claims/two/"
    assert "dateDeleted" not in second


def test_a_line_is_the_document_of_the_api_without_what_this_server_adds() -> None:
    make_golden()
    revise("bridge", kind="correction", note="A word was wrong.", summary="Put right.")
    (line,) = [one for one in documents() if one["id"] == "bridge"]
    document = Client().get("/api/v1/claims/bridge/").json()
    for added in ("held", "related", "rationale_html"):
        del document["live"][added]
    assert line == document
    assert line["live"]["notices"][0]["note"] == "A word was wrong."


def test_an_answer_is_of_the_moment_at_which_it_begins(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(outgoing, "ROWS", 1)
    for slug in ("one", "two", "three"):
        make_published(slug)
    found = outgoing.each(Publication.objects.published(), base_url="https://f.example")
    assert next(found).document()["id"] == "three"
    withdraw("one", "Forged.")
    revise("two", kind="correction", note="A word.", summary="Another.")
    two, one = [each.document() for each in found]
    assert (two["id"], two["summary"], two["live"]["notices"]) == (
        "two",
        "The works report does not support a date.",
        [],
    )
    assert one["id"] == "one"


def test_what_was_taken_out_of_the_record_meanwhile_is_left_out(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(outgoing, "ROWS", 1)
    for slug in ("one", "two"):
        make_published(slug)
    found = outgoing.each(Publication.objects.published(), base_url="https://f.example")
    assert next(found).document()["id"] == "two"
    sequence = Publication.objects.get(slug="one").sequence
    revise("one", kind="correction", note="A word.", summary="Another.")
    record.redact(sequence=sequence, reason="A private address.", at=NOON)
    assert [*found] == []


@pytest.mark.parametrize("address", [JSONL, CSV, FEED])
def test_the_number_of_queries_grows_by_the_hundred(address: str, monkeypatch: pytest.MonkeyPatch) -> None:
    for number in range(4):
        make_published(f"claim-{number}")

    def asked(size: int) -> int:
        monkeypatch.setattr(outgoing, "ROWS", size)
        with CaptureQueriesContext(connection) as counted:
            said(address)
        return len(counted)

    assert asked(2) - asked(4) == outgoing.QUERIES
    assert asked(1) - asked(4) == 3 * outgoing.QUERIES
    # Nobody who asks for the head only, or has the answer, pays for it.
    with CaptureQueriesContext(connection) as counted:
        assert Client().head(address).getvalue() == b""
    assert len(counted) <= 3
    etag = Client().get(address)["ETag"]
    with CaptureQueriesContext(connection) as counted:
        assert Client().get(address, headers={"if_none_match": etag}).status_code == 304
    assert len(counted) == 1


def test_exports_take_the_filters_of_the_lookup() -> None:
    make_published("one")
    make_published("two", rating="mixed", speaker=make_speaker("bo", name="Bo"))
    for query, found in (
        ("?rating=mixed", ["two"]),
        ("?speaker=ada-quill", ["one"]),
        ("?q=bridge", ["two", "one"]),
        ("?published_from=2030-01-01", []),
    ):
        assert [document["id"] for document in documents(query)] == found
        assert [row["id"] for row in rows(query)] == found


@pytest.mark.parametrize(
    "address",
    [f"{JSONL}?ratnig=true", f"{CSV}?limit=5", f"{FEED}?rating=mixed", "/claims/one/claimreview.json?x=1"],
)
def test_a_parameter_that_is_not_known_is_refused(address: str) -> None:
    make_published("one")
    answer = Client().get(address, headers={"accept": "text/csv"})
    assert answer.status_code == 400
    assert answer["Content-Type"] == "application/problem+json"


def test_one_claimreview_alone_is_that_of_the_page() -> None:
    make_published("one")
    page = said("/claims/one/")
    (embedded,) = extruct.extract(page, syntaxes=["json-ld"])["json-ld"]
    assert embedded == json.loads(said("/claims/one/claimreview.json"))
    assert 'type="application/ld+json" href="/claims/one/claimreview.json"' in page
    (item,) = elements()[0]["item"]
    assert {"@context": "https://schema.org", **item} == embedded
    withdraw("one", "The report was forged.")
    gone = json.loads(said("/claims/one/claimreview.json", 410))
    assert (gone["@type"], gone["description"], gone["item"]) == (
        "DataFeedItem",
        "The report was forged.",
        [],
    )
    assert extruct.extract(said("/claims/one/"), syntaxes=["json-ld"])["json-ld"] == []
    said("/claims/none/claimreview.json", 404)


def test_a_partners_review_is_the_publishers_and_not_on_our_page() -> None:
    """Search engines take a ClaimReview from the site that its address lies on, and from no other."""
    make_publisher("harbour-example", name="Harbour Post", site="harbour.example")
    slug = make_partners(
        publisher={"id": "harbour-example", "name": "Harbour Post", "site": "harbour.example"},
        licence="https://creativecommons.org/licenses/by/4.0/",
    ).slug
    alone = json.loads(said(f"/claims/{slug}/claimreview.json"))
    assert alone["author"] == {
        "@type": "Organization",
        "name": "Harbour Post",
        "url": "https://harbour.example/",
    }
    assert alone["url"] == "https://harbour.example/ferry"
    assert alone["reviewRating"] == [{"@type": "Rating", "alternateName": "Three anchors"}]
    # When it was taken is not when it was published.
    assert not {"@id", "datePublished", "dateModified", "version", "correction"} & alone.keys()
    assert alone["name"] == "Was the ferry sold?"
    assert extruct.extract(said(f"/claims/{slug}/"), syntaxes=["json-ld"])["json-ld"] == []


# The vocabulary


def kinds(type_: str) -> set[str]:
    """The type and all that it is by inheritance."""
    return {type_}.union(*(kinds(parent) for parent in VOCABULARY["types"][type_]))


def check(node: dict[str, Any]) -> set[str]:
    """Assert that each property belongs to the type and has such a value; the terms used."""
    is_a, used = kinds(node["@type"]), {node["@type"]}
    for name, value in node.items():
        if name.startswith("@"):
            continue
        term = VOCABULARY["properties"][name]
        assert is_a & {*term["of"]}, f"{node['@type']} has no {name}"
        used.add(name)
        for one in value if isinstance(value, list) else [value]:
            if isinstance(one, dict):
                assert kinds(one["@type"]) & {*term["is"]}, (name, one["@type"])
                used |= check(one)
            else:
                assert fits(one, term["is"]), (name, one)
    return used


def fits(value: Any, ranges: list[str]) -> bool:
    if isinstance(value, int):
        return "Number" in ranges
    return (
        "Text" in ranges
        or ("URL" in ranges and bool(re.match(r"https?://", value)))
        or (bool({"Date", "DateTime"} & {*ranges}) and bool(DATE.fullmatch(value)))
    )


def test_every_term_is_schema_orgs() -> None:
    """With every member that a document can have; a table that had more than is used would prove less."""
    from test_claimreview import document, source

    make_golden_record()
    feed = json.loads(said(FEED))
    used = check(feed) | {"Date", "URL"}
    whole = document(
        attribution={"finding": "misattributed", "label": "Misattributed", "note": "Another said so."},
    )
    whole["evidence"][0]["source"] = source("report", archived_at="https://archive.example/report")
    whole["live"]["notices"] = [{"kind": "correction", "note": "A word.", "at": "2026-03-04T12:00:00Z"}]
    used |= check({"@type": "DataFeed", "dataFeedElement": [datafeed.element(whole)]})
    abstract = {"Thing", "CreativeWork", "Intangible", "Review", "Comment", "Dataset"}
    assert {*VOCABULARY["properties"], *VOCABULARY["types"]} - used <= abstract


# Hostile texts. No door lets most of them on the record; the forms do not rely on it.

HOSTILE = [
    "=1+1",
    "+49 30",
    "@SUM(A1)",
    "-2",
    "\t=1",
    "</script><script>alert(1)</script>",
    "<!-- ]]> -->",
    "two\nlines\r\nand more",
    "line\u2028end\u2029and\x85next",
    "\u202egnirts\u202c \u200f",
    'a "quoted", word; and',
    "\x01\x0b",
    "\U0001f600 Ω",
]


@pytest.mark.parametrize("text", HOSTILE)
def test_a_hostile_text_comes_out_as_it_went_in(text: str) -> None:
    make_published("one")
    (one,) = outgoing.each(Publication.objects.published(), base_url="https://f.example")
    body = {**json.loads(one.body), "title": text, "claim": text, "summary": text}
    hostile = outgoing.Outgoing(json.dumps(body, ensure_ascii=False), one.revision, one.live)
    line = hostile.line()
    assert line.splitlines() == [line.removesuffix("\n")]
    assert json.loads(line)["title"] == text
    (cells,) = [*spreadsheet.lines([flat.row(hostile.document())])]
    (read,) = csv.reader(io.StringIO(cells, newline=""))
    title = dict(zip(flat.COLUMNS, read, strict=True))["title"]
    assert title == spreadsheet.defused(text)
    assert not spreadsheet.begins_formula(title)
    element = datafeed.script_safe(datafeed.element(hostile.document()))
    assert not re.search("[<>\u2028\u2029]", element)
    assert json.loads(element)["item"][0]["claimReviewed"] == text


# Golden files


def test_the_golden_forms() -> None:
    make_golden_record()
    for name, address in (
        ("outgoing.jsonl", JSONL),
        ("outgoing.csv", CSV),
        ("datafeed.json", FEED),
        ("claimreview.json", "/claims/tender/claimreview.json"),
        ("claimreview-gone.json", "/claims/bridge/claimreview.json"),
    ):
        # Line ends of CSV are not those of a text file.
        text = Client().get(address).getvalue().decode().replace("\r\n", "\n").removeprefix("\ufeff")
        assert text == golden(name, text)


def test_the_page_of_data_says_what_there_is() -> None:
    assert "Nothing has been published here yet." in said("/data/")
    publish(make_claim("one"))
    page = said("/data/")
    assert "1\u00a0fact-check" in page
    assert "partner" not in page
    make_partners()
    page = said("/data/")
    assert "2\u00a0fact-checks" in page
    assert "taken from partners (1\u00a0fact-check)" in page
    for address in re.findall(r'href="(/[^"]*)"', page.partition("<main")[2]):
        assert Client().get(address).status_code == 200, address
    assert 'href="/data/"' in said("/")
    assert Claim.objects.count() == Verdict.objects.count() == 1
