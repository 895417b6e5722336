"""From published fact-checks to what the index holds of them."""

import datetime as dt
import json
from collections import defaultdict
from collections.abc import Iterable, Iterator
from itertools import islice
from typing import Any

from django.db.models import QuerySet

from claims.links import link_key, site_of
from claims.models import Publication, PublicationPublisher, PublicationSource, PublicationTopic
from claims.search.index import Entry

# Fact-checks that are in memory at one time.
PORTION = 500

_COLUMNS = (
    *(
        "pk",
        "slug",
        "sequence",
        "text",
        "title",
        "language",
        "search_text",
        "claimed_on",
        "first_published_at",
    ),
    *("rating", "attribution", "origin", "speaker__slug", "publisher__slug", "rating_as_published"),
    *("review_url", "reviewed_on", "revision__kind", "revision__body"),
)
_LINKS: tuple[tuple[str, Any, str], ...] = (
    ("topic", PublicationTopic, "topic__slug"),
    ("publisher", PublicationPublisher, "publisher__slug"),
    ("source", PublicationSource, "source__slug"),
)


def entries(publications: QuerySet[Publication]) -> Iterator[Entry]:
    """The published ones among them as the index holds them, in a fixed number of queries for each portion."""
    rows = publications.filter(withdrawn=False).order_by("pk").values(*_COLUMNS)
    last = 0
    while portion := list(rows.filter(pk__gt=last)[:PORTION]):
        last = portion[-1]["pk"]
        links = _links([row["pk"] for row in portion])
        for row in portion:
            yield _entry(row, links[row["pk"]])


def portions(keys: Iterable[str]) -> Iterator[list[str]]:
    """The keys in as many at a time as a query takes."""
    rest = iter(keys)
    while portion := list(islice(rest, PORTION)):
        yield portion


def label_value(publisher: str, text: str) -> str:
    """A publisher's label as the index knows it: the same words of two publishers are two labels."""
    return f"{publisher}\n{text}"


def quotations(body: dict[str, Any]) -> Iterator[str]:
    """The words that a body quotes where the claim was made, a text for each stretch without an elision."""
    for part in body.get("appearances", ()):
        if part["quotation"]:
            yield from (segment["exact"] for segment in part["quotation"]["segments"])


def _addresses(review_url: str, body: dict[str, Any]) -> dict[str, set[str]]:
    """Where the review lives, and what the fact-check cites, by what stands for an address (claims.search.links)."""
    cited = [part["source"] for name in ("appearances", "evidence") for part in body.get(name, ())]
    links = {link_key(link) for source in cited for link in (source["link"], source["archived_at"]) if link}
    return {"review": {link_key(review_url)} - {""}, "link": links - {""}}


def _links(keys: list[int]) -> defaultdict[int, dict[str, list[str]]]:
    found: defaultdict[int, dict[str, list[str]]] = defaultdict(dict)
    for name, link, column in _LINKS:
        rows = link.objects.filter(publication__in=keys).order_by().values_list("publication_id", column)
        for key, slug in rows.distinct():
            found[key].setdefault(name, []).append(slug)
    return found


def _days(row: dict[str, Any]) -> dict[str, dt.date]:
    # Filters by day are of UTC.
    days = {"published": row["first_published_at"].astimezone(dt.UTC).date()}
    is_own = row["origin"] == Publication.Origin.OWN
    dated = [day for day in (row["claimed_on"], days["published"] if is_own else row["reviewed_on"]) if day]
    if row["claimed_on"]:
        days["claimed"] = row["claimed_on"]
    if dated:
        days["dated"] = max(dated)
    return days


def _entry(row: dict[str, Any], links: dict[str, list[str]]) -> Entry:
    body = json.loads(row["revision__body"] or "{}")
    filters = {
        **links,
        **{
            name: [value]
            for name, value in (
                ("rating", row["rating"]),
                ("attribution", row["attribution"]),
                ("origin", row["origin"]),
                ("language", row["language"]),
                ("kind", row["revision__kind"]),
                ("speaker", row["speaker__slug"]),
            )
            if value
        },
    }
    if row["origin"] == Publication.Origin.PARTNER and row["rating_as_published"] and row["publisher__slug"]:
        filters["label"] = [label_value(row["publisher__slug"], row["rating_as_published"])]
    filters |= {name: sorted(keys) for name, keys in _addresses(row["review_url"], body).items() if keys}
    if site := site_of(row["review_url"]):
        filters["site"] = [site]
    speaker = body.get("speaker") or {}
    return Entry(
        key=row["slug"],
        claim=row["text"],
        title=row["title"],
        summary=body.get("summary") or "",
        language=row["language"],
        more=(row["search_text"],),
        speaker=" ".join([speaker.get("name") or "", *speaker.get("aliases", ())]),
        filters=filters,
        days=_days(row),
        quotations=tuple(quotations(body)),
        sequence=row["sequence"],
    )
