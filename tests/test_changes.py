"""The change feed: every entry once and in order, what is skipped, how long a page is, and what caches may keep."""

import datetime as dt
import json
import re
from collections.abc import Iterator
from typing import Any

import pytest
from django.http import QueryDict
from django.test import Client
from hypothesis import given
from hypothesis import strategies as st
from makers import NOON, make_claim, make_source, make_speaker, make_topic, make_user, publish
from months import Month

from claims import chain, changes, merging, record, reference, workflow
from claims.canonical import canonical
from claims.models import Claim, Head, Revision, Site, Topic, Verdict
from claims.paging import LARGEST_SEQUENCE
from factcheck.api.changes import PARAMETERS, asked
from factcheck.api.problems import CONTENT_TYPE

LICENCE = "https://creativecommons.org/licenses/by/4.0/"
FEED = "/api/v1/changes/"


def get(**parameters: Any) -> Any:
    response = Client().get(FEED, parameters)
    assert response.status_code == 200, response.content
    return response.json()


def walked(**parameters: Any) -> Iterator[dict[str, Any]]:
    """All entries, page by page, and that the cursor leads through them."""
    since: int | None = 0
    while since is not None:
        answer = get(since=since, **parameters)
        assert list(answer) == ["entries", "next", "head", "licence"]
        yield from answer["entries"]
        if answer["next"] is not None:
            assert answer["next"] == answer["entries"][-1]["envelope"]["sequence"] > since
        since = answer["next"]


def of_record() -> list[dict[str, Any]]:
    return [
        {
            "envelope": entry["envelope"],
            "entry_digest": entry["entry_digest"],
            "body": json.loads(entry["body"]) if entry["body"] is not None else None,
            "redacted": entry["body"] is None,
            "skipped": False,
            "signature": None,
        }
        for entry in record.entries()
    ]


def revised(claim: Claim, *, topics: list[Topic] | None = None, title: str = "Another title") -> Claim:
    workflow.apply("revise", verdict=claim.verdict, by=claim.verdict.author, at=NOON)
    Claim.objects.filter(pk=claim.pk).update(title=title)
    if topics is not None:
        claim.topics.set(topics)
    return publish(Claim.objects.get(pk=claim.pk), kind="correction", note="It was wrong.")


def withdraw(claim: Claim, *, at: dt.datetime = NOON) -> None:
    workflow.apply("withdraw", verdict=claim.verdict, by=make_user(), at=at, note="It was wrong.")


@pytest.mark.django_db
def test_an_empty_record_has_a_head_without_an_entry() -> None:
    assert get() == {
        "entries": [],
        "next": None,
        "head": {"sequence": 0, "entry_digest": None, "at": None},
        "licence": None,
    }
    assert get(since=7)["head"]["sequence"] == 0


@pytest.mark.django_db
@pytest.mark.parametrize("limit", [1, 3, 7, 1000])
def test_every_entry_is_there_once_in_order_whatever_the_pages(limit: int) -> None:
    Month(1).go(25)
    entries = list(walked(limit=limit))
    assert entries == of_record()
    kept = [
        {**entry, "body": canonical(entry["body"]) if entry["body"] is not None else None}
        for entry in entries
    ]
    assert chain.first_problem(kept) is None
    assert any(entry["redacted"] for entry in entries)


@pytest.mark.django_db
def test_stored_bodies_stand_in_the_answer_as_they_are() -> None:
    publish(make_claim("one", title="“Ä” \u2028 \U0001f600 </script>"))
    text = Client().get(FEED).content.decode()
    for revision in Revision.objects.all():
        assert f'"redacted":false,"skipped":false,"body":{revision.body}}}' in text


@pytest.mark.django_db
def test_the_last_page_ends_at_the_head() -> None:
    publish(make_claim("one"))
    end = Revision.objects.count()
    head = get(since=end)["head"]
    assert head == {
        "sequence": end,
        "entry_digest": Revision.objects.last().entry_digest,  # type: ignore[union-attr]
        "at": "2026-03-01T12:00:00Z",
    }
    assert get(limit=end)["next"] is None
    assert get(limit=end - 1)["next"] == end - 1
    for beyond in (end, end + 1, LARGEST_SEQUENCE):
        assert get(since=beyond) == {"entries": [], "next": None, "head": head, "licence": LICENCE}


@pytest.mark.django_db
def test_every_page_says_the_licence_that_the_record_has_now() -> None:
    """Bodies of fact-checks say their own besides; those of reference data, and what has no body, are the house's."""
    publish(make_claim("one"))
    Site.objects.update(licence="https://creativecommons.org/licenses/by-sa/4.0/")
    assert get(limit=2)["licence"] == get(since=1000)["licence"] == LICENCE
    before = headers()["ETag"]
    reference.put_on_record(Site.objects.get(), note="Another licence.", at=NOON)
    assert get(limit=2)["licence"] == "https://creativecommons.org/licenses/by-sa/4.0/"
    assert headers()["ETag"] != before


@pytest.mark.django_db
def test_a_page_is_one_statement_and_so_one_snapshot(django_assert_num_queries: Any) -> None:
    Month(2).go(5)
    with django_assert_num_queries(1):
        whole = changes.page(since=0, limit=1000)
    wanted = {"topic": frozenset({"bridge"}), "origin": frozenset({"own"})}
    with django_assert_num_queries(1):
        narrowed = changes.page(since=0, limit=1000, wanted=wanted)
    last = Revision.objects.order_by("sequence").last()
    assert last
    for page in (whole, narrowed):
        assert len(page.entries) == last.sequence == page.head["sequence"]
        assert page.head["entry_digest"] == last.entry_digest


@pytest.mark.django_db
def test_long_bodies_make_short_pages() -> None:
    for number in range(4):
        claim = make_claim(f"long-{number}")
        Verdict.objects.filter(claim=claim).update(rationale="ö" * 5000)
        publish(Claim.objects.get(pk=claim.pk))
    sizes = [len((revision.body or "").encode()) for revision in Revision.objects.all()]
    since: int | None = 0
    seen = 0
    while since is not None:
        page = changes.page(since=since, limit=1000, most_bytes=12_000)
        part = sizes[seen : seen + len(page.entries)]
        assert len(part) == 1 or sum(part) <= 12_000
        seen += len(page.entries)
        # The next one had no room.
        assert page.next is None or sum(part) + sizes[seen] > 12_000
        since = page.next
    assert seen == len(sizes)
    # Longer than a page, and there all the same.
    assert len(changes.page(since=len(sizes) - 1, limit=10, most_bytes=1).entries) == 1


@pytest.mark.django_db
def test_a_withdrawal_is_a_tombstone() -> None:
    withdraw(publish(make_claim("one")))
    entry = get()["entries"][-1]
    assert entry["envelope"]["kind"] == "withdrawal"
    assert entry["body"]["withdrawn"] == {"reason": "It was wrong."}
    assert entry["envelope"]["at"] == "2026-03-01T12:00:00Z"
    assert "summary" not in entry["body"]


# Filters


@pytest.fixture
def desk(db: None) -> dict[str, Claim]:
    """Two claims; the first leaves its topic, is changed again and comes back; the other is withdrawn."""
    bridge = publish(make_claim("bridge-claim"))
    ferry = make_topic("ferry", name="The ferry")
    bridge = revised(bridge, topics=[ferry])
    bridge = revised(bridge, title="Once more")
    bridge = revised(bridge, topics=[make_topic()], title="Back")
    other = make_claim("other", speaker=make_speaker("lee-marsh", name="Lee Marsh"), source=make_source("b"))
    other.topics.set([ferry])
    other = publish(other)
    withdraw(other)
    return {"bridge": bridge, "other": other}


# By filter: which entries of the two claims come with their bodies, by claim and number.
WANTED = [
    ({"topic": "bridge"}, {"bridge-claim": [1, 2, 4], "other": []}),
    ({"topic": "ferry"}, {"bridge-claim": [2, 3, 4], "other": [1, 2]}),
    ({"speaker": "ada-quill"}, {"bridge-claim": [1, 2, 3, 4], "other": []}),
    ({"speaker": "lee-marsh"}, {"bridge-claim": [], "other": [1, 2]}),
    ({"publisher": "test-desk"}, {"bridge-claim": [1, 2, 3, 4], "other": [1, 2]}),
    ({"publisher": "valley-courier"}, {"bridge-claim": [1, 2, 3, 4], "other": [1, 2]}),
    ({"origin": "own"}, {"bridge-claim": [1, 2, 3, 4], "other": [1, 2]}),
    ({"origin": "partner"}, {"bridge-claim": [], "other": []}),
    ({"topic": "ferry", "speaker": "ada-quill"}, {"bridge-claim": [2, 3, 4], "other": []}),
]


@pytest.mark.parametrize(("parameters", "expected"), WANTED)
def test_filters(parameters: dict[str, str], expected: dict[str, list[int]], desk: dict[str, Claim]) -> None:
    entries = list(walked(limit=5, **parameters))
    found: dict[str, list[int]] = {"bridge-claim": [], "other": []}
    for entry, whole in zip(entries, of_record(), strict=True):
        subject = entry["envelope"]["subject"]
        if entry["skipped"]:
            assert entry == {**whole, "skipped": True, "body": None}
            assert subject.startswith("claims/")
        else:
            assert entry == whole
            if subject.startswith("claims/"):
                found[subject.removeprefix("claims/")].append(entry["envelope"]["number"])
    assert found == expected


def test_every_filter_is_in_the_table() -> None:
    assert {name for parameters, _ in WANTED for name in parameters} == {*PARAMETERS} - {"since", "limit"}


def test_what_a_redacted_text_said_is_not_known(desk: dict[str, Claim]) -> None:
    """The entry, and the one that followed it, might be wanted by anybody; the redaction tells everybody."""
    first = Revision.objects.get(subject="claims/bridge-claim", number=1)
    record.redact(sequence=first.sequence, reason="A private address.", at=NOON)
    entries = [
        entry
        for entry in walked(origin="partner")
        if not entry["skipped"] and entry["envelope"]["subject"] == "claims/bridge-claim"
    ]
    assert [(entry["envelope"]["number"], entry["redacted"]) for entry in entries] == [
        (1, True),
        (2, False),
        (5, False),
    ]


@pytest.mark.parametrize("body", ["x", "[]", '"x"', "{}", "null", "[" * 100_000])
def test_what_is_no_body_counts_as_wanted(body: str, desk: dict[str, Claim]) -> None:
    """The database's own role can write such an entry: verification names it, and the feed answers meanwhile."""
    last = Revision.objects.order_by("sequence").last()
    assert last
    made = Revision.objects.create(
        sequence=last.sequence + 1,
        subject="claims/x",
        number=1,
        kind="publication",
        at=last.at,
        body=body,
        body_digest="x",
        previous=last.entry_digest,
        entry_digest="a" * 64,
    )
    Head.objects.update(sequence=made.sequence)
    answer = Client().get(f"{FEED}?since={last.sequence}&topic=bridge")
    assert answer.status_code == 200
    assert b'"skipped":false' in answer.content


def test_a_merged_row_is_found_by_both_names(desk: dict[str, Claim]) -> None:
    kept, gone = Topic.objects.get(slug="ferry"), Topic.objects.get(slug="bridge")
    planned = merging.plan(kept, gone)
    choices = {line.name: "kept" for line in planned.choices}
    merging.merge(kept, gone, by=make_user(), at=NOON, note="The same.", choices=choices, seen=planned.seen)
    both = [list(walked(topic=name)) for name in ("ferry", "bridge")]
    assert both[0] == both[1]
    assert not any(entry["skipped"] for entry in both[0])


def test_a_row_that_is_no_longer_used_is_still_known(desk: dict[str, Claim]) -> None:
    withdraw(desk["bridge"])
    assert Client().get("/api/v1/claims/", {"topic": "bridge"}).status_code == 400
    assert list(walked(topic="bridge"))


# Questions

REFUSED = [
    ("topik=bridge", "topik", "did you mean topic?"),
    ("before=3", "before", "Unknown parameter"),
    ("q=x", "q", "Unknown parameter"),
    ("since=-1", "since", "whole numbers from 0"),
    ("since=x", "since", "whole numbers from 0"),
    ("since=%D9%A3", "since", "whole numbers from 0"),
    (f"since={LARGEST_SEQUENCE + 1}", "since", "whole numbers from 0"),
    ("since=", "since", "Empty"),
    ("since=1&since=2", "since", "more than once"),
    ("limit=0", "limit", "1 to 1000"),
    ("limit=1001", "limit", "1 to 1000"),
    ("limit=1.0", "limit", "1 to 1000"),
    ("limit=" + "9" * 5000, "limit", "1 to 1000"),
    ("origin=elsewhere", "origin", "own, partner"),
    ("topic=nothing", "topic", "knows no topic"),
    ("speaker=%00", "speaker", "knows no speaker"),
    ("publisher=bridge", "publisher", "knows no publisher"),
    ("topic=" + "x" * 3000, "topic", "knows no topic"),
]


@pytest.mark.django_db
@pytest.mark.parametrize(("query", "name", "words"), REFUSED)
def test_a_question_that_is_not_understood_is_refused(query: str, name: str, words: str) -> None:
    publish(make_claim("one"))
    response = Client().get(f"{FEED}?{query}")
    assert (response.status_code, response["Content-Type"]) == (400, CONTENT_TYPE)
    (error,) = response.json()["errors"]
    assert error["name"] == name
    assert words in error["reason"]


def test_the_table_of_refusals_names_every_parameter() -> None:
    assert {*PARAMETERS} <= {name for _, name, _ in REFUSED}


digits = st.from_regex(re.compile(r"[0-9]{1,21}", re.ASCII), fullmatch=True)


@given(st.one_of(st.text(max_size=25), digits), st.one_of(st.text(max_size=6), digits))
def test_a_cursor_and_a_limit_are_read_from_digits_only(since: str, limit: str) -> None:
    params = QueryDict(mutable=True)
    params.setlist("since", [since])
    params.setlist("limit", [limit])
    question, errors = asked(params)
    if re.fullmatch(r"[0-9]{1,19}", since, re.ASCII) and int(since) <= LARGEST_SEQUENCE:
        assert ("since" not in errors, question.since) == (True, int(since))
    else:
        assert "since" in errors
    if re.fullmatch(r"[0-9]{1,19}", limit, re.ASCII) and 1 <= int(limit) <= 1000:
        assert ("limit" not in errors, question.limit) == (True, int(limit))
    else:
        assert "limit" in errors


@given(st.integers(0, LARGEST_SEQUENCE), st.integers(1, changes.LARGEST_LIMIT))
def test_every_cursor_and_limit_that_can_be_is_read(since: int, limit: int) -> None:
    question, errors = asked(QueryDict(f"since={since}&limit={limit}"))
    assert (errors, question.since, question.limit) == ({}, since, limit)


# Caches


def headers(query: str = "", **sent: str) -> Any:
    return Client().get(f"{FEED}?{query}", headers=sent)


@pytest.mark.django_db
def test_a_page_below_the_head_stays_as_it_is() -> None:
    claim = publish(make_claim("one"))
    below = headers("limit=3")
    assert below["Cache-Control"] == "max-age=0, s-maxage=3600"
    revised(claim)
    again = headers("limit=3", if_none_match=below["ETag"])
    assert (again.status_code, again.content) == (304, b"")
    assert (again["ETag"], again["Cache-Control"]) == (below["ETag"], below["Cache-Control"])


@pytest.mark.django_db
@pytest.mark.parametrize("filters", ["", "&origin=own"])
def test_a_page_below_the_head_changes_when_an_entry_on_it_is_redacted(filters: str) -> None:
    claim = revised(publish(make_claim("one")))
    old = Revision.objects.get(subject=claim.subject, number=1)
    query = f"since={old.sequence - 1}&limit=1{filters}"
    before, elsewhere = headers(query), headers("limit=1")
    record.redact(sequence=old.sequence, reason="A private address.", at=NOON)
    after = headers(query, if_none_match=before["ETag"])
    assert after.status_code == 200
    assert after["ETag"] != before["ETag"]
    assert after.json()["entries"][0]["redacted"] is True
    assert headers("limit=1", if_none_match=elsewhere["ETag"]).status_code == 304


@pytest.mark.django_db
def test_the_last_page_changes_with_the_head() -> None:
    claim = publish(make_claim("one"))
    end = Revision.objects.count()
    last = headers(f"since={end}")
    assert last["Cache-Control"] == "max-age=0, s-maxage=10"
    assert headers(f"since={end}", if_none_match=last["ETag"]).status_code == 304
    withdraw(claim)
    assert headers(f"since={end}", if_none_match=last["ETag"]).status_code == 200
    # What was the last page and full is now one that others follow.
    full = headers(f"limit={end + 1}")
    publish(make_claim("two"))
    assert headers(f"limit={end + 1}", if_none_match=full["ETag"]).json()["next"] == end + 1


@pytest.mark.django_db
def test_a_filtered_page_changes_when_rows_are_merged() -> None:
    publish(make_claim("one"))
    other = make_claim("two")
    other.topics.set([make_topic("ferry", name="The ferry")])
    publish(other)
    # Below the head, which a page of entries of old says nothing of.
    query = f"topic=ferry&limit={Revision.objects.count() - 1}"
    before = headers(query)
    assert before.json()["next"] is not None
    skipped = {entry["envelope"]["subject"] for entry in before.json()["entries"] if entry["skipped"]}
    assert skipped == {"claims/one"}
    publish(make_claim("three"))
    assert headers(query, if_none_match=before["ETag"]).status_code == 304
    kept, gone = Topic.objects.get(slug="ferry"), Topic.objects.get(slug="bridge")
    planned = merging.plan(kept, gone)
    choices = {line.name: "kept" for line in planned.choices}
    merging.merge(kept, gone, by=make_user(), at=NOON, note="One.", choices=choices, seen=planned.seen)
    after = headers(query, if_none_match=before["ETag"])
    assert after.status_code == 200
    assert after["ETag"] != before["ETag"]
    assert not any(entry["skipped"] for entry in after.json()["entries"])


@pytest.mark.django_db
def test_head_is_get_without_its_body_and_scripts_of_other_sites_may_read_it() -> None:
    publish(make_claim("one"))
    got, head = Client().get(FEED), Client().head(FEED)
    assert (head.status_code, head.content) == (200, b"")
    for name in ("ETag", "Last-Modified", "Cache-Control", "Content-Type", "Access-Control-Allow-Origin"):
        assert head[name] == got[name]
    assert got["Access-Control-Allow-Origin"] == "*"
    assert got["Content-Type"] == "application/json"


@pytest.mark.django_db
@pytest.mark.parametrize("method", ["post", "put", "patch", "delete"])
def test_only_reading(method: str) -> None:
    response = getattr(Client(), method)(FEED)
    assert (response.status_code, response["Content-Type"]) == (405, CONTENT_TYPE)
