"""The page about the site: what the record says of it, in every format, and nothing before."""

import pytest
from django.test import Client
from makers import NOON, make_published, make_user

from claims import projection, record, reference
from claims.models import Site

pytestmark = pytest.mark.django_db


def page() -> str:
    answer = Client().get("/about/")
    assert answer.status_code == 200
    return str(answer.content.decode())


def test_before_the_first_entry_nothing_private_is_shown() -> None:
    Site.objects.update(funding="Not for readers yet.", contact="desk@example.org")
    text = page()
    assert "Nothing has been published here yet." in text
    assert "Not for readers yet." not in text
    assert "desk@example.org" not in text


def test_it_shows_what_is_on_record_and_not_what_is_being_written() -> None:
    Site.objects.update(
        contact="desk@example.org\nMarket Square 1",
        organisation="A society at law. [Its board](/about/) decides *nothing*.",
        funding="Paid by **readers**.",
        corrections_policy="See [the rules](/methodology/). <script>alert(1)</script>",
    )
    make_published("one")
    text = page()
    assert "Paid by <strong>readers</strong>." in text
    assert '<a href="mailto:desk@example.org">desk@example.org</a><br>Market Square 1' in text
    assert '<a href="/methodology/"' in text
    assert "decides <em>nothing</em>." in text
    assert "<script>alert" not in text
    assert 'href="https://desk.example/"' in text
    assert '<a href="/about/" aria-current="page">' in text
    Site.objects.update(funding="Paid by somebody else.")
    assert "somebody else" not in page()
    site = Site.objects.current()
    seen = reference.seen_digest(site)
    reference.change(site, by=make_user(), at=NOON, seen=seen, note="New funding.")
    assert "somebody else" in page()


def test_an_entry_of_format_1_has_its_page() -> None:
    make_published("one")
    body = {
        "format": 1,
        "reference": "site",
        "name": "Old desk",
        "publisher": None,
        "licence": "https://example.org/l",
    }
    projection.project_reference(
        record.append(subject="site", kind="reference", note="Renamed.", at=NOON, body=body)
    )
    text = page()
    assert "Old desk" in text
    assert text.count("Not stated.") == 3


SEEDS = "## What they are\n\nFive [documents](/sources/one/). <script>alert(1)</script>"


def test_the_page_on_the_seeds_is_there_when_the_record_has_it_and_says_what_the_record_says() -> None:
    client = Client()
    Site.objects.update(seeds=SEEDS)
    assert client.get("/about/seeds/").status_code == 404
    make_published("one")
    answer = client.get("/about/seeds/")
    text = answer.content.decode()
    assert answer.status_code == 200
    assert "<h3>What they are</h3>" in text
    assert '<a href="/sources/one/"' in text
    assert "<script>alert" not in text
    Site.objects.update(seeds="Not for readers yet.")
    assert "Not for readers yet." not in client.get("/about/seeds/").content.decode()
    for path in ("/", "/about/"):
        assert '<a href="/about/seeds/">About these seeds</a>' in client.get(path).content.decode()


def test_without_seeds_there_is_no_such_page_and_nothing_leads_to_it() -> None:
    make_published("one")
    client = Client()
    assert client.get("/about/seeds/").status_code == 404
    for path in ("/", "/about/", "/claims/one/"):
        assert "/about/seeds/" not in client.get(path).content.decode()


def test_only_a_fact_check_without_a_second_read_leads_to_the_page_on_the_seeds() -> None:
    Site.objects.update(seeds=SEEDS)
    make_published("one")
    assert "/about/seeds/" not in Client().get("/claims/one/").content.decode()


@pytest.mark.parametrize("number", [1, 2, 3])
def test_entries_of_older_formats_are_read_as_they_were(number: int) -> None:
    make_published("one")
    body = {
        "format": number,
        "reference": "site",
        "name": "Old desk",
        "publisher": None,
        "licence": "https://example.org/l",
    }
    projection.project_reference(
        record.append(subject="site", kind="reference", note="Renamed.", at=NOON, body=body)
    )
    assert Client().get("/about/seeds/").status_code == 404
    assert "Old desk" in page()
