"""Named reads for the pages that gather published fact-checks: of a source, of a speaker, of a topic."""

import json
from collections.abc import Iterable
from typing import Any

from django.db.models import Count, Exists, OuterRef, QuerySet

from claims import redirects
from claims.models import Publication, PublicationSource, PublicationTopic

# So many publications are sorted at once; for more it is quicker to walk along the record.
FEW = 1000


def for_speaker(slug: str) -> QuerySet[Publication]:
    """What the speaker is published as having claimed, newest on the record first."""
    return Publication.objects.published().for_documents().filter(speaker__slug=slug)


def for_source(slug: str) -> QuerySet[Publication]:
    """The published fact-checks that cite the source, as an appearance or as evidence."""
    cites = PublicationSource.objects.filter(publication=OuterRef("pk"), source__slug=slug)
    return Publication.objects.published().for_documents().filter(Exists(cites))


def topic_sizes() -> dict[str, int]:
    """How many published fact-checks each public topic has."""
    rows = PublicationTopic.objects.values_list("topic__slug").annotate(size=Count("pk"))
    return dict(rows.order_by())


def topic_size(slug: str) -> int:
    return PublicationTopic.objects.filter(topic__slug=slug).count()


def for_topic(slug: str, *, size: int) -> QuerySet[Publication]:
    """The published fact-checks of a topic that has `size` of them, newest on the record first.

    Either way lists each of them once. A page of a large topic is found near its place on the record; the few of a
    small one would lie far apart there, so they are looked up and sorted.
    """
    published = Publication.objects.published().for_documents()
    if size <= FEW:
        return published.filter(topics__slug=slug)
    return published.filter(
        Exists(PublicationTopic.objects.filter(publication=OuterRef("pk"), topic__slug=slug))
    )


def of_topic(slug: str, identifiers: Iterable[str]) -> set[str]:
    """Those of the fact-checks that are published under the topic."""
    rows = PublicationTopic.objects.filter(topic__slug=slug, publication__slug__in=identifiers)
    return set(rows.values_list("publication__slug", flat=True))


def passages(slug: str, publications: list[Publication]) -> list[dict[str, Any]]:
    """The passages of one source that `publications` cite, in text order, each with the claims that use it.

    Each is {"quotation", "claims": [{"id", "title", "as": "appearance" or the evidence's stance}]}; the same words
    of the same snapshot are one passage. Bodies may know the source by the name of a row that was merged into it.
    """
    found: dict[tuple[Any, ...], dict[str, Any]] = {}
    names = {slug, *redirects.former("sources", slug)}
    for publication in publications:
        body = json.loads(publication.revision.body or "null")
        uses = [(part, "appearance") for part in body["appearances"]]
        uses += [(part, part["stance"]) for part in body["evidence"]]
        for part, use in uses:
            quotation = part["quotation"]
            if part["source"]["id"] not in names or quotation is None:
                continue
            spans = tuple((segment["start"], segment["end"]) for segment in quotation["segments"])
            passage = found.setdefault(
                (quotation["snapshot_sha256"], spans), {"quotation": quotation, "claims": []}
            )
            claim = {"id": body["id"], "title": body["title"], "as": use}
            if claim not in passage["claims"]:
                passage["claims"].append(claim)
    return [found[key] for key in sorted(found, key=lambda key: (key[0], key[1]))]
