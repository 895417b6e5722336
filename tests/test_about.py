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
        funding="Paid by **readers**.",
        corrections_policy="See [the rules](/methodology/). <script>alert(1)</script>",
    )
    make_published("one")
    text = page()
    assert "Paid by <strong>readers</strong>." in text
    assert '<a href="mailto:desk@example.org">desk@example.org</a><br>Market Square 1' in text
    assert '<a href="/methodology/"' in text
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
    projection.project_reference(record.append(subject="site", kind="reference", note="", at=NOON, body=body))
    text = page()
    assert "Old desk" in text
    assert text.count("Not stated.") == 3
