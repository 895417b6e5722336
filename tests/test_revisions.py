"""The entries about one claim, each at a permanent address, whatever became of the claim."""

from typing import Any

import pytest
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext
from makers import NOON, make_claim, make_published, publish
from test_changes import revised, withdraw

from claims import record
from claims.canonical import canonical, digest
from claims.models import Revision
from factcheck.api.problems import CONTENT_TYPE

pytestmark = pytest.mark.django_db

LIST = "/api/v1/claims/one/revisions/"


def get(path: str, *, status: int = 200, **parameters: Any) -> Any:
    response = Client().get(path, parameters)
    assert response.status_code == status, response.content
    return response.json()


def test_the_list_is_newest_first_with_every_body() -> None:
    revised(make_published("one"))
    make_published("two")
    answer = get(LIST)
    assert list(answer) == ["next", "previous", "results"]
    assert [entry["envelope"]["number"] for entry in answer["results"]] == [2, 1]
    for entry in answer["results"]:
        assert entry["envelope"]["subject"] == "claims/one"
        assert digest(canonical(entry["body"])) == entry["envelope"]["body_digest"]
        assert digest(canonical(entry["envelope"])) == entry["entry_digest"]
        assert (entry["redacted"], entry["redaction"], entry["signature"]) == (False, None, None)
        assert get(f"{LIST}{entry['envelope']['number']}/") == entry


def test_the_newest_entry_is_what_the_claim_shows() -> None:
    revised(make_published("one"))
    document = get("/api/v1/claims/one/")
    entry = get(LIST)["results"][0]
    revision, _ = document.pop("revision"), document.pop("live")
    assert entry["body"] == document
    assert {**entry["envelope"], "entry_digest": entry["entry_digest"]} == revision


def test_the_list_has_pages() -> None:
    claim = make_published("one")
    for number in range(4):
        claim = revised(claim, title=f"Title {number}")
    seen: list[int] = []
    address: str | None = f"{LIST}?limit=2"
    while address:
        answer = get(address)
        seen += [entry["envelope"]["number"] for entry in answer["results"]]
        address = answer["next"]
    assert seen == [5, 4, 3, 2, 1]
    # Nothing before the first entry: an empty page of a claim that is there.
    assert get(LIST, before=1)["results"] == []


def test_a_redacted_entry_says_when_and_why() -> None:
    claim = revised(make_published("one"))
    old = Revision.objects.get(subject=claim.subject, number=1)
    redaction = record.redact(sequence=old.sequence, reason="A private address.", at=NOON)
    entry = get(f"{LIST}1/", status=410)
    assert (entry["body"], entry["redacted"]) == (None, True)
    assert entry["redaction"] == {
        "sequence": redaction.sequence,
        "reason": "A private address.",
        "at": "2026-03-01T12:00:00Z",
    }
    assert digest(canonical(entry["envelope"])) == entry["entry_digest"]
    assert [entry["envelope"]["kind"] for entry in get(LIST)["results"]] == [
        "redaction",
        "correction",
        "publication",
    ]
    assert get(LIST)["results"][-1] == entry
    assert get(f"{LIST}3/")["body"]["redacts"] == old.sequence


def test_a_withdrawn_claim_stays_on_the_record() -> None:
    claim = make_published("one")
    whole = get(f"{LIST}1/")
    withdraw(claim)
    assert get("/api/v1/claims/one/", status=410)["withdrawn"] == {"reason": "It was wrong."}
    kinds = [entry["envelope"]["kind"] for entry in get(LIST)["results"]]
    assert kinds == ["withdrawal", "publication"]
    assert get(f"{LIST}1/") == whole
    assert get(f"{LIST}2/")["body"]["withdrawn"] == {"reason": "It was wrong."}


@pytest.mark.parametrize(
    "path",
    [
        "none/revisions/",
        "none/revisions/1/",
        "draft/revisions/",
        "draft/revisions/1/",
        "one/revisions/0/",
        "one/revisions/2/",
        "one/revisions/99999999999999999999999/",
        f"one/revisions/{'9' * 5000}/",
        "one/revisions/-1/",
        "one/revisions/x/",
        "None/revisions/",
    ],
)
def test_what_never_was_is_not_found(path: str) -> None:
    make_claim("draft")
    make_published("one")
    response = Client().get(f"/api/v1/claims/{path}")
    assert (response.status_code, response["Content-Type"]) == (404, CONTENT_TYPE)


@pytest.mark.parametrize(
    ("query", "name"), [("q=x", "q"), ("limit=0", "limit"), ("before=x", "before"), ("since=1", "since")]
)
def test_bad_parameters_are_refused_by_name(query: str, name: str) -> None:
    make_published("one")
    response = Client().get(f"{LIST}?{query}")
    assert (response.status_code, response["Content-Type"]) == (400, CONTENT_TYPE)
    assert [error["name"] for error in response.json()["errors"]] == [name]
    assert Client().get(f"{LIST}1/?{query}").status_code == 400


def test_as_many_queries_for_many_redactions_as_for_one(django_assert_num_queries: Any) -> None:
    claim = revised(publish(make_claim("one")))

    def redact_all_but_the_last() -> None:
        old = Revision.objects.of(claim.subject).filter(body__isnull=False).exclude(kind="redaction")
        for revision in list(old)[:-1]:
            record.redact(sequence=revision.sequence, reason="A private address.", at=NOON)

    redact_all_but_the_last()
    with CaptureQueriesContext(connection) as one:
        get(LIST)
    for number in range(4):
        claim = revised(claim, title=f"Title {number}")
    redact_all_but_the_last()
    with django_assert_num_queries(len(one)):
        answer = get(LIST)
    assert sum(entry["redaction"] is not None for entry in answer["results"]) == 5
