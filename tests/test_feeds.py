"""The Atom feeds: well formed whatever was pasted, the same under any address, and plain text."""

import re
from typing import Any
from xml.etree import ElementTree

import feedparser
import pytest
from django.test import Client
from makers import NOON, make_published
from test_history import revise, withdraw

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
    notice |= {"at": "2026-03-01T12:00:00Z", "withdrawn_at": None}
    for made in (feeds.fact_checks([document], feed=feed), feeds.corrections([notice], feed=feed)):
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
