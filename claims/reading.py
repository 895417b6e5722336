"""Named reads for the pages that gather published fact-checks: of a source, of a speaker."""

import json
from typing import Any

from django.db.models import Exists, OuterRef, QuerySet

from claims import redirects
from claims.models import Publication, PublicationSource


def for_speaker(slug: str) -> QuerySet[Publication]:
    """What the speaker is published as having claimed, newest on the record first."""
    return Publication.objects.published().for_documents().filter(speaker__slug=slug)


def for_source(slug: str) -> QuerySet[Publication]:
    """The published fact-checks that cite the source, as an appearance or as evidence."""
    cites = PublicationSource.objects.filter(publication=OuterRef("pk"), source__slug=slug)
    return Publication.objects.published().for_documents().filter(Exists(cites))


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
