"""The rows that stand for partners as publishers: one for each site, on the record from its first review on."""

import datetime as dt
from collections.abc import Collection, Iterable

from django.db import transaction

from claims import redirects, reference
from claims.models import Publication, Site
from claims.partners.lookalikes import are_alike
from sources.models import Publisher


class Moved(Exception):
    """Rows of publishers were changed meanwhile: what was prepared does not fit any more; the message says so."""


def known() -> dict[str, tuple[str, str]]:
    """Identifier and name of the row of every site; of two rows with one site that which came first."""
    rows = Publisher.objects.exclude(site="").order_by("-pk").values_list("site", "slug", "name")
    return {site.lower().removeprefix("www."): (slug, name) for site, slug, name in rows}


def taken_identifiers() -> set[str]:
    """The identifiers that no new row can have."""
    former = (subject for subject in redirects.every() if subject.startswith("publishers/"))
    return {*Publisher.objects.values_list("slug", flat=True), *(s.partition("/")[2] for s in former)}


@transaction.atomic
def ensure(*, identifier: str, name: str, site: str, at: dt.datetime) -> Publisher:
    """The publisher's row, made where it is not there, and on the record.

    Raises Moved where the identifier or the site belongs to another row by now.
    """
    row = Publisher.objects.filter(slug=identifier).first()
    if row is None:
        if site in known() or identifier in taken_identifiers():
            raise Moved(f"Somebody gave {site} a row of its own meanwhile: run the import again.")
        row = Publisher.objects.create(slug=identifier, name=name, site=site)
    elif row.site.lower().removeprefix("www.") != site:
        raise Moved(f"{identifier} became the publisher of another site meanwhile: run the import again.")
    reference.first_use([row], at=at)
    return row


def own_sites() -> set[str]:
    """The sites of this house: what comes from there is not taken."""
    publisher = Site.objects.current().publisher
    return {publisher.site.lower().removeprefix("www.")} if publisher and publisher.site else set()


def has_another(name: str, *, sites: Iterable[str], reserved: Collection[str]) -> bool:
    """Whether a name, or one that looks like it, is that of this house, of a publisher of another site, or `reserved`.

    `sites` are those that the name is wanted for, without `www.`; one of them that bears it already may go on.
    """
    wanted = frozenset(sites)
    named = [site for site, (_, other) in known().items() if are_alike(other, name)]
    if wanted.intersection(named):
        return False
    house = Site.objects.current()
    ours = (house.name, house.publisher.name if house.publisher else "")
    return bool(named) or any(are_alike(one, name) for one in (*ours, *reserved) if one)


def of_site(site: str) -> list[str]:
    """Identifiers of the publishers of partners' fact-checks that belong to a site, or to a part of it."""
    rows = Publisher.objects.filter(pk__in=Publication.objects.filter(origin="partner").values("publisher"))
    return [
        slug
        for slug, own in rows.values_list("slug", "site")
        if own.lower() == site or own.lower().endswith(f".{site}")
    ]
