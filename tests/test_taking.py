"""Partners' fact-checks on the record and on pages: taken, changed, gone and back."""

import json

import pytest
from django.test import Client
from makers import NOON, make_published
from taken import make_review, make_taken
from visiting import sentences

from claims.models import Label, Publication, Revision
from claims.partners import taking
from claims.partners.items import item
from claims.verification import verify_record

pytestmark = pytest.mark.django_db


def holds() -> None:
    assert list(verify_record()) == []


def test_a_taken_review_is_on_record_and_public() -> None:
    row = make_taken()
    assert (row.origin, row.claim, row.rating, row.publisher.site) == (
        "partner",
        None,
        "",
        "checkers.example",
    )
    assert (row.claimant, row.claimant_folded) == ("Rufus Gale", "rufus gale")
    assert str(row.reviewed_on) == "2025-11-10"
    assert Label.objects.get().text == "Mostly wrong"
    holds()


@pytest.mark.parametrize(
    "values",
    [
        {},
        {
            "speaker": None,
            "places": (),
            "scale": None,
            "label": "",
            "title": "",
            "summary": "",
            "licence": None,
        },
        {"claimed_on": None, "reviewed_on": None, "language": "und"},
    ],
)
def test_every_surface_shows_it(client: Client, values: dict) -> None:
    make_published()
    slug = make_taken(**values).slug
    for address in (
        "/",
        f"/claims/{slug}/",
        f"/claims/{slug}/history/",
        f"/claims/{slug}/history/1/",
        f"/api/v1/claims/{slug}/",
        "/api/v1/claims/",
        f"/api/v1/claims/{slug}/revisions/",
        "/api/v1/changes/",
        "/feed.atom",
    ):
        assert client.get(address).status_code == 200, address
    page = client.get(f"/claims/{slug}/").content.decode()
    assert "Taken from Harbour Checkers" in page
    assert 'href="https://www.checkers.example/reviews/' in page


def again(**values: object) -> taking.Tally:
    publisher = {"id": "checkers-example", "name": "Harbour Checkers", "site": "checkers.example"}
    return taking.take([item(make_review(**values), publisher=publisher)], at=NOON)


SAME = {"url": "https://checkers.example/a", "claim": "A", "title": "Is it A?", "summary": ""}


def test_taken_again_nothing_happens() -> None:
    make_taken(**SAME)
    before = Revision.objects.count()
    assert again(**SAME).unchanged == 1
    assert Revision.objects.count() == before


def test_changed_gone_and_back() -> None:
    slug = make_taken(**SAME).slug
    assert again(**SAME | {"label": "True"}).changed == 1
    assert taking.withdraw([slug], at=NOON) == 1
    assert taking.withdraw([slug], at=NOON) == 0
    assert Publication.objects.get(slug=slug).withdrawn
    page = Client().get(f"/claims/{slug}/").content.decode()
    assert "This fact-check was taken from Harbour Checkers" in sentences(page)
    assert "our verdict" not in page
    assert Client().get(f"/api/v1/claims/{slug}/").status_code == 410
    assert again(**SAME).back == 1
    entries = Revision.objects.of(f"claims/{slug}")
    assert [(row.kind, row.note) for row in entries] == [
        ("publication", ""),
        ("update", "Harbour Checkers changed its fact-check."),
        ("withdrawal", "Harbour Checkers does not publish this fact-check any more."),
        ("restoration", "Harbour Checkers publishes this fact-check again."),
    ]
    assert json.loads(entries[2].body or "")["review_url"] == "https://checkers.example/a"
    holds()
