"""The other resources of the API: reference data, entries of the record, corrections, and what lives at an address."""

import datetime as dt
import itertools
import json
from dataclasses import replace
from typing import Any

import pytest
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext
from golden import golden
from makers import (
    NOON,
    make_claim,
    make_published,
    make_source,
    make_speaker,
    make_topic,
    make_user,
    publish,
)
from taken import make_taken
from test_changes import revised, withdraw
from test_golden import make_golden, make_golden_record

from claims import merging, record
from claims.canonical import canonical, digest
from claims.models import Claim, Publication, Revision, Speaker
from claims.search import keeping

pytestmark = pytest.mark.django_db

V1 = "/api/v1"
PROBLEM = "application/problem+json"
LICENCE = "https://creativecommons.org/licenses/by/4.0/"
# Each list, with the identifiers that it has once make_golden has run.
LISTS = {
    "speakers": ["ada-quill"],
    "sources": ["courier-2026-02-03"],
    "publishers": ["test-desk", "valley-courier"],
    "topics": ["bridge"],
    "methodologies": ["1"],
    "ratings": ["true", "mixed", "false", "not-checkable"],
}


def get(path: str, *, status: int = 200, **parameters: Any) -> Any:
    response = Client().get(f"{V1}{path}", parameters)
    assert response.status_code == status, response.content
    return response.json()


def identifier(row: dict[str, Any]) -> str:
    return str(row["id"] if "id" in row else row["version"])


@pytest.mark.parametrize("kind", LISTS)
def test_lists_and_details_say_the_same(kind: str) -> None:
    make_golden()
    answer = get(f"/{kind}/")
    assert list(answer) == ["next", "previous", "results"]
    found = [identifier(row) for row in answer["results"]]
    assert found == LISTS[kind] if kind == "ratings" else sorted(found) == LISTS[kind]
    for row in answer["results"]:
        assert get(f"/{kind}/{identifier(row)}/") == row
        assert row["licence"] == LICENCE
        for name, address in row["live"].items():
            assert address.startswith("http://testserver/"), name
            assert Client().get(address.partition("#")[0]).status_code == 200, address
        assert get(f"/{kind}/none/", status=404)["title"] == "Not Found"
        assert Client().get(f"{V1}/{kind}/{identifier(row)}/", {"q": "x"}).status_code == 400


@pytest.mark.parametrize("kind", [kind for kind in LISTS if kind != "ratings"])
def test_the_recorded_body_can_be_digested(kind: str) -> None:
    make_golden()
    for row in get(f"/{kind}/")["results"]:
        revision, _, _ = row.pop("revision"), row.pop("licence"), row.pop("live")
        assert digest(canonical(row)) == revision["body_digest"]
        envelope = {key: value for key, value in revision.items() if key != "entry_digest"}
        assert digest(canonical(envelope)) == revision["entry_digest"]


def test_the_claims_of_a_row_are_those_that_use_it() -> None:
    make_published("one")
    make_published("two", speaker=make_speaker("lee-marsh", name="Lee Marsh"))
    claims = get("/speakers/lee-marsh/")["live"]["claims"]
    assert claims == "http://testserver/api/v1/claims/?speaker=lee-marsh"
    assert [document["id"] for document in Client().get(claims).json()["results"]] == ["two"]


def test_what_no_fact_check_uses_is_not_public() -> None:
    make_speaker("unused", name="Unused")
    make_topic("unused", name="Unused")
    claim = make_published("one")
    for kind in ("speakers", "topics"):
        get(f"/{kind}/unused/", status=404)
        assert "unused" not in json.dumps(get(f"/{kind}/"))
    withdraw(claim)
    for kind, slug in (("speakers", "ada-quill"), ("topics", "bridge")):
        get(f"/{kind}/{slug}/", status=404)
        assert get(f"/{kind}/")["results"] == []
    # What a rating means explains old texts, too.
    assert len(get("/ratings/")["results"]) == 4


def test_lists_turn_pages_by_the_record_newest_first() -> None:
    for number in range(5):
        make_published(f"claim-{number}", speaker=make_speaker(f"speaker-{number}", name=f"Speaker {number}"))
    seen: list[str] = []
    address: str | None = f"{V1}/speakers/?limit=2"
    back = None
    while address:
        answer = Client().get(address).json()
        seen += [row["id"] for row in answer["results"]]
        back, address = answer["previous"], answer["next"]
    assert seen == [f"speaker-{number}" for number in (4, 3, 2, 1, 0)]
    assert back
    assert [row["id"] for row in Client().get(back).json()["results"]] == ["speaker-2", "speaker-1"]


def test_a_merged_row_leads_to_the_one_that_is_left() -> None:
    make_published("one", speaker=make_speaker("ada-q", name="Ada Q."))
    make_published("two")
    kept, gone = Speaker.objects.get(slug="ada-quill"), Speaker.objects.get(slug="ada-q")
    plan = merging.plan(kept, gone)
    choices = {field.name: "kept" for field in getattr(plan, "choices", ())}
    merging.merge(kept, gone, by=make_user(), at=NOON, note="The same.", seen=plan.seen, choices=choices)
    moved = Client().get(f"{V1}/speakers/ada-q/")
    assert (moved.status_code, moved["Location"]) == (301, "http://testserver/api/v1/speakers/ada-quill/")
    assert [row["id"] for row in get("/speakers/")["results"]] == ["ada-quill"]


def test_a_rating_says_on_which_scale_it_stands() -> None:
    make_published("one")
    false, off = get("/ratings/false/"), get("/ratings/not-checkable/")
    assert (false["value"], false["worst"], false["best"], false["methodology"]) == (1, 1, 5, "1")
    assert (off["value"], off["methodologies"]) == (None, ["1"])
    assert false["live"]["claims"] == "http://testserver/api/v1/claims/?rating=false"


# The record


def test_the_entries_are_all_of_the_record() -> None:
    claim = revised(make_published("one"))
    withdraw(claim)
    entries, address = [], f"{V1}/revisions/?limit=3"
    while address:
        answer = Client().get(address).json()
        entries += answer["results"]
        address = answer["next"]
    sequences = [entry["envelope"]["sequence"] for entry in entries]
    assert sequences == list(range(Revision.objects.count(), 0, -1))
    for entry in entries:
        assert get(f"/revisions/{entry['envelope']['sequence']}/") == entry
        assert digest(canonical(entry["body"])) == entry["envelope"]["body_digest"]
        assert entry["licence"] == LICENCE
    # The chain, read from its head.
    for newer, older in itertools.pairwise(entries):
        assert newer["envelope"]["previous"] == older["entry_digest"]
    for sequence in (0, len(entries) + 1, 10**19, 10**400):
        get(f"/revisions/{sequence}/", status=404)


def test_a_redacted_entry_is_gone_and_says_why() -> None:
    revised(make_published("one"))
    first = Revision.objects.get(subject="claims/one", number=1)
    record.redact(sequence=first.sequence, reason="A private address.", at=NOON)
    entry = get(f"/revisions/{first.sequence}/", status=410)
    assert (entry["body"], entry["redaction"]["reason"], entry["licence"]) == (
        None,
        "A private address.",
        None,
    )


def test_a_partner_s_entries_have_the_partner_s_licence() -> None:
    theirs, unsaid = "https://licence.example/", None
    for licence in (theirs, unsaid):
        publication = make_taken(licence=licence)
        assert get(f"/revisions/{publication.sequence}/")["licence"] == licence
        assert get(f"/claims/{publication.slug}/")["licence"] == licence


def test_corrections_are_what_the_page_tells() -> None:
    claim = revised(make_published("one"))
    partners = make_taken()
    assert partners
    (told,) = get("/corrections/")["results"]
    assert (told["claim"], told["revision"]["kind"], told["withdrawn_at"]) == ("one", "correction", None)
    assert (told["taken_from"], told["licence"]) == (None, LICENCE)
    assert get(f"/corrections/{told['revision']['sequence']}/") == told
    for address in told["live"].values():
        assert Client().get(address).status_code == 200
    withdraw(claim, at=NOON + dt.timedelta(days=1))
    withdrawal, correction = get("/corrections/")["results"]
    assert withdrawal["revision"]["kind"] == "withdrawal"
    assert withdrawal["withdrawn_at"] is None
    assert correction["withdrawn_at"] == "2026-03-02T12:00:00Z"
    first = Revision.objects.get(subject="claims/one", number=1)
    get(f"/corrections/{first.sequence}/", status=404)


# Which fact-check lives at an address

SPELLINGS = [
    "https://www.checkers.example/reviews/harbour/",
    "http://checkers.example/reviews/harbour",
    "checkers.example/reviews/harbour",
    "https://CHECKERS.example/reviews/harbour?utm_source=post#top",
]


@pytest.mark.parametrize("spelling", SPELLINGS)
def test_a_review_is_found_at_its_address_however_it_is_spelt(spelling: str) -> None:
    publication = make_taken(url="https://www.checkers.example/reviews/harbour/")
    (found,) = get("/reviews/", url=spelling)["results"]
    assert found == get(f"/claims/{publication.slug}/")
    assert found == get(f"/claims/{publication.slug}/")


def test_our_own_live_at_their_pages_and_what_is_withdrawn_nowhere() -> None:
    claim = make_published("one")
    for address in ("http://testserver/claims/one/", "http://testserver/claims/one/history/"):
        assert [row["id"] for row in get("/reviews/", url=address)["results"]] == ["one"]
    # Where a claim was made no fact-check of it lives.
    link = "https://courier.example/bridge"
    make_published("two", source=make_source("linked", link=link))
    assert get("/reviews/", url=link)["results"] == []
    withdraw(claim)
    assert get("/reviews/", url="http://testserver/claims/one/")["results"] == []


@pytest.mark.parametrize(
    "parameters",
    [
        {},
        {"url": ""},
        {"url": "no address"},
        {"url": "ftp://a.example/"},
        {"url": "https://" + "a" * 2000 + ".example/"},
        {"uri": "https://a.example/"},
        {"url": "https://a.example/", "limit": "5"},
    ],
)
def test_what_is_no_address_is_refused(parameters: dict[str, str]) -> None:
    response = Client().get(f"{V1}/reviews/", parameters)
    assert (response.status_code, response["Content-Type"]) == (400, PROBLEM)
    assert response.json()["errors"]


def test_an_answer_from_an_index_that_lags_is_kept_by_nobody(monkeypatch: pytest.MonkeyPatch) -> None:
    publication = make_taken(url="https://checkers.example/late/")
    behind = replace(keeping.current(), is_behind=True)
    monkeypatch.setattr(keeping, "current", lambda: behind)
    answer = Client().get(f"{V1}/reviews/", {"url": publication.review_url})
    assert (answer["Cache-Control"], answer.has_header("ETag")) == ("no-store", False)


# All of them


@pytest.mark.parametrize("path", ["speakers", "sources", "publishers", "topics", "revisions", "corrections"])
def test_equal_query_counts_for_one_and_for_many(path: str) -> None:
    def counted() -> int:
        with CaptureQueriesContext(connection) as asked:
            get(f"/{path}/", limit=100)
        return len(asked)

    revised(make_published("one"))
    first = counted()
    for number in range(4):
        name = f"more-{number}"
        claim = make_claim(name, source=make_source(name), speaker=make_speaker(name, name=name))
        claim.topics.add(make_topic(name, name=name))
        revised(publish(claim))
    assert counted() == first


UNKNOWN = [
    "speakers",
    "sources",
    "publishers",
    "topics",
    "ratings",
    "methodologies",
    "revisions",
    "corrections",
]


@pytest.mark.parametrize("path", UNKNOWN)
@pytest.mark.parametrize("query", ["?nmae=x", "?limit=0", "?before=x", "?format=json"])
def test_what_is_not_known_is_refused(path: str, query: str) -> None:
    response = Client().get(f"{V1}/{path}/{query}")
    assert (response.status_code, response["Content-Type"]) == (400, PROBLEM)


def test_nothing_can_be_written() -> None:
    for path in (*UNKNOWN, "reviews"):
        response = Client().post(f"{V1}/{path}/", {"a": 1}, content_type="application/json")
        assert (response.status_code, response["Content-Type"]) == (405, PROBLEM)


def test_before_the_first_entry_lists_are_empty() -> None:
    for path in UNKNOWN:
        assert get(f"/{path}/")["results"] == []


def test_the_golden_resources() -> None:
    make_golden_record()
    Publication.objects.get(slug="tender")
    assert Claim.objects.count() == 2
    answers = {path: get(f"/{path}/") for path in (*LISTS, "corrections")}
    text = json.dumps(answers, indent=2, ensure_ascii=False) + "\n"
    assert text == golden("resources.json", text)


def test_the_golden_entries() -> None:
    make_golden_record()
    text = json.dumps(get("/revisions/", limit=4), indent=2, ensure_ascii=False) + "\n"
    assert text == golden("entries.json", text)
