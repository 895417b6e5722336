"""Pages whose fact-checks their publisher keeps here itself: writing, reading and taking back. The one door.

Each markup of a page is taken as a feed's review is (claims.partners.taking): an entry of the record and a publication.
A changed one is an update, one that is not sent any more is withdrawn, one that comes back is restored. A feed may
bring the same review, and whoever comes later changes it; but what is kept here so, no feed withdraws.
"""

import datetime as dt
import hashlib
import json
from collections.abc import Collection, Iterable, Sequence
from dataclasses import dataclass
from typing import Any

from django.conf import settings
from django.db import transaction

from claims import record
from claims.links import key_of, site_of
from claims.models import Markup, MarkupPage, Publication
from claims.partners import publishers, taking, withdrawing
from claims.partners.body import Review, completed
from claims.partners.body import identifier as review_identifier
from claims.partners.items import item
from claims.partners.naming import after_site, free_identifier


class Exists(Exception):
    """The page is here already."""


class Missing(Exception):
    """There is no such page."""


class Changed(Exception):
    """The page is not any more what whoever writes it believes; the message says so."""


class Refused(Exception):
    """The page cannot be kept here; the message says why."""


class NameTaken(Refused):
    """Readers would take the publisher for somebody else; the message says so."""


@dataclass(frozen=True, slots=True)
class Left:
    """A review that stays withdrawn here: its place among those that were sent, its identifier, the public reason."""

    place: int
    slug: str
    reason: str


class Withdrawn(Refused):
    """Reviews of the page stay withdrawn here, and nothing of it is taken; `left` says which."""

    def __init__(self, left: Sequence[Left]) -> None:
        named = ", ".join(one.slug for one in left)
        super().__init__(
            f"The desk here has withdrawn {named}, and it stays so: leave that claim out, or write to the desk."
        )
        self.left = tuple(left)


@dataclass(frozen=True, slots=True)
class Sent:
    """A review of a page, and the JSON object in which its publisher sent it."""

    review: Review
    markup: dict[str, Any]


@dataclass(frozen=True, slots=True)
class Kept:
    """A page as it stands: what its publisher sent for the whole, and its markups in order.

    A markup is what its publisher sent, or, where the publication has changed since by another way, its body. One that
    is withdrawn is not among them. `version` is another one after each change of any of it.
    """

    page: MarkupPage
    sent: dict[str, Any]
    markups: tuple[dict[str, Any], ...]
    bodies: tuple[dict[str, Any] | None, ...]
    version: str


def identifier(url: str) -> str:
    """What a page is called: the same for every spelling of its address, also when it was gone meanwhile."""
    return f"{after_site(site_of(url))}-{hashlib.sha256(key_of(url).encode()).hexdigest()[:16]}"


@transaction.atomic
def create(
    url: str,
    sent: dict[str, Any],
    reviews: Sequence[Sent],
    *,
    sites: Collection[str],
    reserved: Collection[str],
    at: dt.datetime,
) -> MarkupPage:
    """Keep a page that is not here, for whoever has these sites; names that are `reserved` are for others.

    Raises Exists and Refused, and what taking.take and publishers.ensure raise.
    """
    record.lock_head()
    if MarkupPage.objects.filter(identifier=identifier(url)).exists():
        raise Exists(url)
    page = MarkupPage(identifier=identifier(url), url=url, site=site_of(url))
    _write(page, sent, reviews, sites=sites, reserved=reserved, at=at)
    return page


@transaction.atomic
def update(
    name: str,
    url: str,
    sent: dict[str, Any],
    reviews: Sequence[Sent],
    *,
    sites: Collection[str],
    reserved: Collection[str],
    version: str = "",
    at: dt.datetime,
) -> MarkupPage:
    """Put what is sent in the place of all that a page says, for whoever has these sites, as `create` does.

    Raises Missing, Changed where `version` is not that of the page, and what `create` raises but for Exists.
    """
    record.lock_head()
    page = MarkupPage.objects.with_markups().filter(identifier=name).first()
    if page is None:
        raise Missing(name)
    if identifier(url) != page.identifier:
        raise Refused("A page keeps its address: send this one as a new page, and delete the other.")
    if version and version != kept([page])[0].version:
        raise Changed("The page has changed since: get it again, and change what you get.")
    page.url = url
    _write(page, sent, reviews, sites=sites, reserved=reserved, at=at)
    return page


@transaction.atomic
def delete(name: str, *, at: dt.datetime) -> None:
    """Take a page back, with all that stands on the record of it. Raises Missing."""
    record.lock_head()
    page = MarkupPage.objects.filter(identifier=name).first()
    if page is None:
        raise Missing(name)
    slugs = list(page.markups.values_list("slug", flat=True))
    page.delete()
    taking.withdraw(slugs, at=at)


def found(name: str) -> Kept:
    """The page of that name as it stands. Raises Missing."""
    page = MarkupPage.objects.with_markups().filter(identifier=name).first()
    if page is None:
        raise Missing(name)
    return kept([page])[0]


def of_site(
    site: str, *, after: int | None = None, offset: int = 0, limit: int
) -> tuple[list[Kept], int | None]:
    """At most `limit` pages of a site in the order in which they came, and the place after which the next ones begin.

    They begin after a place, or without one after the first `offset`; None says that these are the last.
    """
    rows = MarkupPage.objects.of_site(site).with_markups()
    rows = rows[offset : offset + limit + 1] if after is None else rows.filter(pk__gt=after)[: limit + 1]
    pages = list(rows)
    return kept(pages[:limit]), pages[limit - 1].pk if len(pages) > limit else None


def kept(pages: Sequence[MarkupPage]) -> list[Kept]:
    """Pages (with_markups) as they stand, in one query however many there are."""
    slugs = [markup.slug for page in pages for markup in page.markups.all()]
    rows = {
        row.slug: row
        for row in Publication.objects.with_pages().for_documents().filter(slug__in=slugs).order_by()
    }
    return [_kept(page, rows) for page in pages]


def slugs_kept() -> frozenset[str]:
    """The publications that their publishers keep here themselves."""
    return frozenset(Markup.objects.order_by().values_list("slug", flat=True))


def _kept(page: MarkupPage, rows: dict[str, Publication]) -> Kept:
    markups, bodies = [], []
    marks = hashlib.sha256(f"{page.url}\n{page.sent}".encode())
    highest = 0
    for markup in page.markups.all():
        row = rows[markup.slug]
        highest = max(highest, row.sequence)
        marks.update(f"\n{row.sequence} {markup.sent}".encode())
        if row.withdrawn:
            continue
        is_as_sent = row.revision.body_digest == markup.body_digest
        markups.append(json.loads(markup.sent))
        bodies.append(None if is_as_sent else json.loads(row.revision.body or "null"))
    version = f"{highest}-{marks.hexdigest()[:12]}"
    return Kept(page, json.loads(page.sent), tuple(markups), tuple(bodies), version)


def _write(
    page: MarkupPage,
    sent: dict[str, Any],
    reviews: Sequence[Sent],
    *,
    sites: Collection[str],
    reserved: Collection[str],
    at: dt.datetime,
) -> None:
    if page.site in {*publishers.own_sites(), site_of(settings.FACTCHECK_URL)}:
        raise Refused(f"{page.site} is this house itself, whose fact-checks are written at its desk.")
    name = reviews[0].review.publisher
    # Under the head lock, so that of two who want one name in one moment the second is refused.
    if name != page.site and publishers.has_another(name, sites=sites, reserved=reserved):
        raise NameTaken(
            f"{name} is the name of another publisher here: send the one that your own site bears."
        )
    publisher = _publisher(page.site, name, at=at)
    before = _bodies(review_identifier(url=one.review.url, claim=one.review.claim) for one in reviews)
    items = [item(_completed(one.review, before), publisher=publisher) for one in reviews]
    tally = taking.take(items, at=at)
    slugs = [one.slug for one in items]
    # Whoever sent it reads it as it is: the transaction ends here, and nothing of the page is taken.
    if tally.left:
        rows = Publication.objects.with_pages().for_documents().filter(slug__in=tally.left)
        left = [Left(slugs.index(row.slug), row.slug, withdrawing.reason_of(row)) for row in rows]
        raise Withdrawn(sorted(left, key=lambda one: one.place))
    if tally.own:
        raise Refused(_ours(tally.own))
    former = [] if page.pk is None else list(page.markups.values_list("slug", flat=True))
    taking.withdraw([slug for slug in former if slug not in slugs], at=at)
    digests = dict(
        Publication.objects.filter(slug__in=slugs).order_by().values_list("slug", "revision__body_digest")
    )
    page.sent = json.dumps(sent)
    page.save()
    page.markups.all().delete()
    Markup.objects.bulk_create(
        Markup(
            page=page, position=position, slug=slug, body_digest=digests[slug], sent=json.dumps(one.markup)
        )
        for position, (slug, one) in enumerate(zip(slugs, reviews, strict=True))
    )


def _publisher(site: str, name: str, *, at: dt.datetime) -> dict[str, Any]:
    """The row that stands for the site, by the name that it has here, or by `name` where it is new."""
    slug, known = publishers.known().get(site, ("", name))
    slug = slug or free_identifier(site, publishers.taken_identifiers())
    row = publishers.ensure(identifier=slug, name=known, site=site, at=at)
    return {"id": row.slug, "name": row.name, "site": site}


def _bodies(slugs: Iterable[str]) -> dict[str, dict[str, Any]]:
    """The bodies of partners' fact-checks among them, also of those that are withdrawn."""
    rows = Publication.objects.with_pages().for_documents().filter(slug__in=list(slugs), origin="partner")
    return {row.slug: json.loads(row.revision.body) for row in rows if row.revision.body}


def _completed(review: Review, before: dict[str, dict[str, Any]]) -> Review:
    body = before.get(review_identifier(url=review.url, claim=review.claim))
    return completed(review, body) if body else review


def _ours(slugs: Sequence[str]) -> str:
    return f"A claim of this house has the identifier {', '.join(slugs)}: write to the desk."
