"""Fact-checks of made-up partners, taken through the door that the import uses."""

import datetime as dt
import itertools
from typing import Any

from makers import NOON

from claims.links import site_of
from claims.models import Publication
from claims.partners import publishers
from claims.partners.body import Date, Named, Place, Review, Scale
from claims.partners.items import item
from claims.partners.naming import free_identifier
from claims.partners.taking import take

_numbers = itertools.count(1)


def make_review(**values: Any) -> Review:
    """A review with everything that one can say, unless `values` say otherwise."""
    number = next(_numbers)
    return Review(
        **{
            "url": f"https://www.checkers.example/reviews/{number}/",
            "claim": f"The harbour number {number} was sold in secret.",
            "publisher": "Harbour Checkers",
            "title": f"No, harbour number {number} was not sold in secret",
            "language": "en",
            "label": "Mostly wrong",
            "scale": Scale(value=2, best=5, worst=1),
            "speaker": Named("Rufus Gale", "person", ("https://people.example/gale",), "Councillor"),
            "claimed_on": Date("2025-11-03"),
            "reviewed_on": Date("2025-11-10"),
            "places": (
                Place("https://posts.example/1", "A post", "Posts", Date("2025-11-03"), first=True),
                Place("https://posts.example/2"),
            ),
            "summary": "The harbour was leased in public.",
            "licence": "https://creativecommons.org/licenses/by/4.0/",
            **values,
        }
    )


def make_taken(*, at: dt.datetime = NOON, **values: Any) -> Publication:
    """Take one partner's review (claims.partners.body.Review), by default one that says everything."""
    review = make_review(**values)
    site = site_of(review.url)
    slug, name = publishers.known().get(site, ("", review.publisher))
    slug = slug or free_identifier(site, publishers.taken_identifiers())
    publishers.ensure(identifier=slug, name=name, site=site, at=at)
    taken = item(review, publisher={"id": slug, "name": name, "site": site})
    take([taken], at=at)
    return Publication.objects.get(slug=taken.slug)
