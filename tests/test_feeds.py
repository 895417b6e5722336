"""The feeds, Atom and RSS: well formed whatever was pasted, the same under any address, and plain text."""

import re
from html import unescape
from typing import Any
from xml.etree import ElementTree

import feedparser
import pytest
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext
from golden import golden
from makers import NOON, make_claim, make_published, make_speaker, make_topic, publish
from test_golden import make_golden
from test_history import revise, withdraw
from test_outgoing import make_partners
from test_withdrawal_walk import merge

from claims import documents, feeds, reference
from claims.models import Publication

pytestmark = pytest.mark.django_db


def parsed(address: str) -> ElementTree.Element:
    answer = Client().get(address)
    assert answer.status_code == 200
    return ElementTree.fromstring(answer.content)  # noqa: S314 - our own answer


def test_an_empty_feed_is_a_feed_and_the_same_until_something_is_published() -> None:
    for address in ("/feed.atom", "/corrections/feed.atom"):
        answer = Client().get(address)
        found = feedparser.parse(answer.content)
        assert not found.bozo
        assert found.entries == []
        assert found.feed.updated == "1970-01-01T00:00:00+00:00"
    make_published("one")
    withdraw("one", "The report was forged.")
    found = feedparser.parse(Client().get("/feed.atom").content)
    assert found.entries == []
    assert found.feed.updated == "2026-03-10T12:00:00+00:00", "the time of the head, not of the question"


# What XML 1.0 cannot hold, and neighbours that it can. No door lets such a text on the record; feeds do not rely on it.
@pytest.mark.parametrize("character", [*"\x01\x08\x0b\x0c\x1b\x1f\ufffe\uffff"])
def test_what_xml_cannot_hold_is_shown_as_missing(character: str) -> None:
    make_published("one")
    text = f"a{character}b\ufffdc\td\U0001f600"
    (document,) = documents.served_many(Publication.objects.for_documents(), base_url="http://testserver")
    document |= {"title": text, "claim": text, "summary": text, "publisher": {"name": text}}
    site = {**(reference.public_site() or {}), "name": text}
    feed = feeds.Feed(
        url="http://testserver/f", home="http://testserver/", site=site, record=None, updated=NOON
    )
    notice: dict[str, Any] = {
        "title": text,
        "kind": "Correction",
        "note": text,
        "url": "http://testserver/",
        "name": "one",
    }
    notice |= {"at": "2026-03-01T12:00:00Z", "withdrawn_at": None, "taken_from": text}
    for made in (
        feeds.fact_checks([document], feed=feed),
        feeds.fact_checks([document], feed=feed, form=feeds.RSS),
        feeds.corrections([notice], feed=feed),
    ):
        shown = "".join(ElementTree.fromstring(made).itertext())  # noqa: S314 - our own answer
        assert character not in shown
        assert shown.count("a\ufffdb\ufffdc\td\U0001f600") >= 4


def test_names_of_feeds_and_entries_do_not_depend_on_the_address() -> None:
    for slug in ("one", "two"):
        make_published(slug)
        revise(slug, kind="correction", note="A word was wrong.", summary="Put right.")

    def names(host: str) -> list[str]:
        found = []
        for address in ("/feed.atom", "/corrections/feed.atom"):
            read = feedparser.parse(Client(headers={"host": host}).get(address).content)
            found += [read.feed.id, *(entry.id for entry in read.entries)]
        return found

    here = names("testserver")
    assert here == names("localhost")
    assert len(here) == len(set(here)) == 6
    assert all(re.fullmatch(r"urn:uuid:[0-9a-f-]{36}", name) for name in here)
    revise("two", kind="update", note="Newer.", days=3, summary="Newer.")
    assert set(names("testserver")) > set(here)


def test_texts_in_feeds_are_no_markup() -> None:
    make_published("one")
    revise("one", kind="correction", note="A <b>word</b> & more.", summary="<script>x</script> & more.")
    for address, text in (
        ("/feed.atom", "<script>x</script> & more."),
        ("/corrections/feed.atom", "<b>word"),
    ):
        summary = parsed(address).find(".//{*}entry/{*}summary")
        assert summary is not None
        assert summary.get("type") == "text"
        assert text in (summary.text or "")


FEEDS = ["/feed", "/topics/bridge/feed", "/speakers/ada-quill/feed", "/ratings/false/feed"]


@pytest.mark.parametrize("address", FEEDS)
@pytest.mark.parametrize("form", ["atom", "rss"])
def test_a_correction_moves_the_time_and_the_version_of_an_entry(address: str, form: str) -> None:
    make_published("one")
    make_published("two")
    before = feedparser.parse(Client().get(f"{address}.{form}").content)
    revise("one", kind="correction", note="A word was wrong.", days=3, summary="Put right.")
    answer = Client().get(f"{address}.{form}")
    assert answer["Content-Type"] == f"application/{form}+xml; charset=utf-8"
    after = feedparser.parse(answer.content)
    assert not after.bozo
    assert [entry.link for entry in before.entries] == [
        "http://testserver/claims/two/",
        "http://testserver/claims/one/",
    ]
    first, second = after.entries
    was = before.entries[1]
    assert (first.id, first.published) == (was.id, was.published)
    assert first.updated_parsed > was.updated_parsed
    assert (was.schema_version, first.schema_version, second.schema_version) == ("1", "2", "1")
    assert "Put right." in first.summary
    withdraw("one", "The report was forged.")
    gone = feedparser.parse(Client().get(f"{address}.{form}").content)
    assert [entry.id for entry in gone.entries] == [second.id]


def test_each_feed_has_what_belongs_to_it_and_a_name_of_its_own() -> None:
    make_published("one")
    other = make_claim("two", rating="mixed", speaker=make_speaker("bo", name="Bo"))
    other.topics.set([make_topic("weir", name="The weir")])
    publish(other)
    make_partners()
    names = set()
    for address, slugs in (
        ("/feed", ["two", "one"]),
        ("/topics/bridge/feed", ["one"]),
        ("/topics/weir/feed", ["two"]),
        ("/speakers/ada-quill/feed", ["one"]),
        ("/speakers/bo/feed", ["two"]),
        ("/ratings/false/feed", ["one"]),
        ("/ratings/mixed/feed", ["two"]),
        ("/ratings/true/feed", []),
    ):
        for form in ("atom", "rss"):
            found = feedparser.parse(Client().get(f"{address}.{form}").content)
            assert [entry.link.split("/")[-2] for entry in found.entries] == slugs, address
            names.add(found.feed.title)
            home = Client().get(found.feed.link)
            assert home.status_code == 200
            assert f'href="{address}.{form}"' in home.content.decode()
    assert len(names) == 8


@pytest.mark.parametrize("form", ["atom", "rss"])
def test_a_feed_of_nothing_known_is_not_found_and_that_of_a_merged_row_leads_on(form: str) -> None:
    make_published("one")
    make_speaker("hidden")
    for address in ("/topics/none", "/speakers/hidden", "/ratings/none", "/ratings/confirmed"):
        assert Client().get(f"{address}/feed.{form}").status_code == 404, address
    merged = make_claim("two", speaker=make_speaker("ada-q", name="Ada Q."))
    merged.topics.set([make_topic("weir", name="The weir")])
    publish(merged)
    merge()
    for gone, left in (("/speakers/ada-q", "/speakers/ada-quill"), ("/topics/weir", "/topics/bridge")):
        answer = Client().get(f"{gone}/feed.{form}")
        assert (answer.status_code, answer["Location"]) == (301, f"{left}/feed.{form}")


def test_a_description_in_rss_is_html_that_says_the_text() -> None:
    make_published("one")
    revise("one", kind="correction", note="A word.", summary="<script>x</script> ]]> & more.")
    description = parsed("/feed.rss").find(".//item/description")
    assert description is not None
    assert "<" not in (description.text or "")
    assert "<script>x</script> ]]> & more." in unescape(description.text or "")


@pytest.mark.parametrize("form", ["atom", "rss"])
def test_the_golden_feeds(form: str) -> None:
    make_golden()
    text = Client().get(f"/topics/bridge/feed.{form}").content.decode().replace("><", ">\n<") + "\n"
    assert text == golden(f"feed.{form}", text)


def test_a_feed_costs_the_same_however_many_it_lists() -> None:
    def costs(address: str) -> int:
        with CaptureQueriesContext(connection) as counted:
            assert Client().get(address).status_code == 200
        return len(counted)

    make_published("one")
    first = {address: costs(f"{address}.rss") for address in FEEDS}
    for number in range(4):
        make_published(f"more-{number}")
    # The choices of ratings are read once for each state of the record.
    assert {address: costs(f"{address}.rss") for address in FEEDS} == first
