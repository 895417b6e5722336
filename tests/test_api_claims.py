"""The published document over the API: its golden shape, its filters, its manners and its fixed query counts."""

import datetime as dt
import json
from typing import Any

import pytest
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext
from makers import NOON, make_claim, make_published, make_source, make_speaker, make_topic, publish

from claims import reference
from claims.canonical import canonical, digest
from claims.models import Claim, ClaimRelation, Publication, Verdict

pytestmark = pytest.mark.django_db

LIST = "/api/v1/claims/"


def get(path: str, **parameters: Any) -> Any:
    response = Client().get(path, parameters)
    assert response.status_code == 200, response.content
    assert response["Content-Type"] == "application/json"
    return response.json()


def test_the_body_can_be_digested_by_a_partner() -> None:
    """What is served at the top level, without `revision` and `live`, is the body that the envelope names."""
    make_published("one")
    document = get(f"{LIST}one/")
    revision = document.pop("revision")
    document.pop("live")
    assert digest(canonical(document)) == revision["body_digest"]
    envelope = {key: value for key, value in revision.items() if key != "entry_digest"}
    assert digest(canonical(envelope)) == revision["entry_digest"]


def test_a_list_has_three_members_and_whole_documents() -> None:
    make_published("one")
    make_published("two")
    answer = get(LIST)
    assert list(answer) == ["next", "previous", "results"]
    assert [document["id"] for document in answer["results"]] == ["two", "one"]
    assert answer["results"][0] == get(f"{LIST}two/")


def test_paging_by_sequence_walks_everything_once() -> None:
    slugs = [f"claim-number-{number}" for number in range(7)]
    for slug in slugs:
        make_published(slug)
    seen: list[str] = []
    address: str | None = f"{LIST}?limit=3"
    back = None
    while address:
        answer = get(address)
        seen += [document["id"] for document in answer["results"]]
        back, address = answer["previous"], answer["next"]
    assert seen == slugs[::-1]
    assert back
    assert [document["id"] for document in get(back)["results"]] == seen[3:6]


FILTERS = [
    ({}, {"a", "b"}),
    ({"rating": "false"}, {"a"}),
    ({"attribution": "confirmed"}, {"b"}),
    ({"origin": "own"}, {"a", "b"}),
    ({"origin": "partner"}, set()),
    ({"language": "en"}, {"a"}),
    ({"language": "pt-BR"}, {"b"}),
    ({"language": "sw"}, set()),
    ({"kind": "publication"}, {"a", "b"}),
    ({"kind": "correction"}, set()),
    ({"speaker": "lee-marsh"}, {"b"}),
    ({"topic": "harbour"}, {"b"}),
    ({"publisher": "valley-courier"}, {"a", "b"}),
    ({"publisher": "test-desk"}, {"a", "b"}),
    ({"source": "b-article"}, {"b"}),
    ({"claimed_from": "2026-02-03"}, {"b"}),
    ({"claimed_until": "2026-02-02"}, {"a"}),
    ({"published_from": "2026-03-02"}, {"b"}),
    ({"published_until": "2026-03-01"}, {"a"}),
    ({"q": "harbour wall"}, {"b"}),
    ({"q": "HARBOUR, wall!"}, {"b"}),
    ({"q": "Quillx"}, set()),
    ({"q": "QÚILL"}, {"a"}),
    ({"q": "quill"}, {"a"}),
    ({"q": "open in spring"}, {"a", "b"}),
    ({"q": "100% _"}, set()),
    ({"rating": "false", "speaker": "lee-marsh"}, set()),
]


@pytest.mark.parametrize(("parameters", "expected"), FILTERS)
def test_filters(parameters: dict[str, str], expected: set[str]) -> None:
    make_published("a")
    harbour = make_claim(
        "b",
        rating="mixed",
        attribution="confirmed",
        source=make_source("b-article"),
        speaker=make_speaker("lee-marsh", name="Lee Marsh"),
        text="The harbour wall will open in spring.",
        claimed_on=dt.date(2026, 2, 10),
        language="pt-BR",
    )
    harbour.topics.add(make_topic("harbour", name="Harbour"))
    publish(harbour, at=NOON + dt.timedelta(days=1))
    assert {document["id"] for document in get(LIST, **parameters)["results"]} == expected


def test_every_filter_is_in_the_table() -> None:
    from claims.filters import PublicationFilterSet

    assert set(PublicationFilterSet.base_filters) == {
        name for parameters, _ in FILTERS for name in parameters
    }


REFUSED = [
    ({"verdit": "false"}, "verdit"),
    ({"rating": "wrong"}, "rating"),
    ({"speaker": "nobody"}, "speaker"),
    ({"origin": "elsewhere"}, "origin"),
    ({"language": "Portuguese"}, "language"),
    ({"kind": "withdrawal"}, "kind"),
    ({"published_from": "last week"}, "published_from"),
    ({"claimed_from": "last week"}, "claimed_from"),
    ({"limit": "many"}, "limit"),
    ({"limit": "0"}, "limit"),
    ({"before": "x"}, "before"),
    ({"before": "3", "after": "1"}, "after"),
    ({"q": "x" * 5001}, "q"),
    ({"q": "a\x00b"}, "q"),
    ({"q": ""}, "q"),
]


@pytest.mark.parametrize(("parameters", "named"), REFUSED)
def test_bad_parameters_are_refused_by_name(parameters: dict[str, str], named: str) -> None:
    make_published()
    response = Client().get(LIST, parameters)
    assert response.status_code == 400
    assert response["Content-Type"] == "application/problem+json"
    problem = response.json()
    assert problem["status"] == 400
    assert named in json.dumps(problem)


def test_an_unknown_claim_is_a_problem_document() -> None:
    response = Client().get(f"{LIST}none/")
    assert response.status_code == 404
    assert response["Content-Type"] == "application/problem+json"


def test_a_detail_takes_no_parameters() -> None:
    make_published("one")
    assert Client().get(f"{LIST}one/", {"q": "x"}).status_code == 400


@pytest.mark.parametrize("path", [LIST, "/", "/speakers/ada-quill/", "/methodology/"])
def test_equal_query_counts_for_one_and_for_twenty(path: str, django_assert_num_queries: Any) -> None:
    make_published()
    with CaptureQueriesContext(connection) as few:
        assert Client().get(path).status_code == 200
    for _ in range(19):
        make_published()
    with django_assert_num_queries(len(few)):
        assert Client().get(path).status_code == 200


def test_reference_names_come_from_the_record() -> None:
    claim = make_published()
    speaker = claim.speaker
    assert speaker
    speaker.name = "Renamed but not on record"
    speaker.save()
    shown = reference.public("speakers", "ada-quill")
    assert shown
    assert shown["name"] == "Ada Quill"


def test_reference_rows_are_public_only_while_used() -> None:
    make_speaker("unused", name="Unused")
    assert reference.public("speakers", "unused") is None
    make_published()
    assert [document["id"] for document in reference.public_all("speakers")] == ["ada-quill"]
    Publication.objects.all().delete()
    assert reference.public("speakers", "ada-quill") is None
    assert reference.public_all("speakers") == []


def test_relations_show_only_what_is_current_from_both_ends() -> None:
    other = make_claim("other")
    claim = make_claim("one")
    ClaimRelation.objects.create(claim=claim, kind="repeats", to_claim=other, note="Same words.")
    publish(other)
    publish(claim)
    (to,) = get(f"{LIST}one/")["live"]["related"]
    (from_,) = get(f"{LIST}other/")["live"]["related"]
    assert (to["id"], to["direction"], from_["id"], from_["direction"]) == ("other", "to", "one", "from")
    Publication.objects.get(slug="other").delete()
    assert get(f"{LIST}one/")["live"]["related"] == []


def test_notices_are_listed_newest_first() -> None:
    claim = make_published("one")
    for kind, note, title in (("correction", "A date was wrong.", "Now  so"), ("typo", "", "Now so")):
        from claims import workflow

        workflow.apply("revise", verdict=claim.verdict, by=claim.verdict.author, at=NOON)
        Claim.objects.filter(pk=claim.pk).update(title=title)
        claim = publish(claim, kind=kind, note=note)
    notices = get(f"{LIST}one/")["live"]["notices"]
    assert [(notice["kind"], notice["note"], notice["number"]) for notice in notices] == [
        ("typo", None, 3),
        ("correction", "A date was wrong.", 2),
    ]


def test_only_reading() -> None:
    for method in ("post", "put", "patch", "delete"):
        response = getattr(Client(), method)(LIST)
        assert response.status_code == 405
        assert response["Content-Type"] == "application/problem+json"


def test_verdicts_without_a_rating_have_no_veracity() -> None:
    claim = make_claim("one")
    Verdict.objects.filter(claim=claim).update(rating=None)
    publish(Claim.objects.get(pk=claim.pk))
    assert get(f"{LIST}one/")["veracity"] is None


def test_ratings_off_the_scale_have_no_numbers() -> None:
    publish(make_claim("one", rating="not-checkable"))
    assert get(f"{LIST}one/")["veracity"] == {
        "rating": "not-checkable",
        "label": "Not checkable",
        "value": None,
        "best": None,
        "worst": None,
    }
