"""From an entry of the record to what lists filter on: Publication and Reference rows hold nothing of their own."""

import json
from typing import Any

from claims.models import (
    Claim,
    Publication,
    PublicationPublisher,
    PublicationRelation,
    PublicationSource,
    PublicationTopic,
    Reference,
    Revision,
    Speaker,
    Topic,
)
from sources.folding import fold
from sources.models import Publisher, Source


def columns(body: dict[str, Any]) -> dict[str, Any]:
    """The plain columns of a publication, from its body alone."""
    veracity, claimed_on = body["veracity"], body["claimed_on"]
    return {
        "slug": body["id"],
        "origin": body["origin"],
        "title": body["title"],
        "text": body["claim"],
        "language": body["language"],
        "claimed_on": claimed_on["date"] if claimed_on else None,
        "rating": veracity["rating"] if veracity else "",
        "attribution": body["attribution"]["finding"] if body["attribution"] else "",
        "search_text": search_text(body),
    }


def search_text(body: dict[str, Any]) -> str:
    """Folded words under which a reader may look the claim up."""
    speaker = body["speaker"]
    parts = [body["claim"], body["title"], body["summary"], *body["topics"]]
    if speaker:
        parts += [speaker["name"], *speaker["aliases"]]
    for appearance in body["appearances"]:
        parts.append(appearance["source"]["title"] or "")
        if appearance["quotation"]:
            parts += [segment["exact"] for segment in appearance["quotation"]["segments"]]
    return fold(" ".join(part for part in parts if part))


def joins(body: dict[str, Any]) -> dict[str, set[Any]]:
    """The rows of each join table, by natural key, from the body alone."""
    cited = [*body["appearances"], *body["evidence"]]
    appearance_publishers = {
        appearance["source"]["publisher"]["id"]
        for appearance in body["appearances"]
        if appearance["source"]["publisher"]
    }
    review = {(body["publisher"]["id"], PublicationPublisher.Of.REVIEW.value)} if body["publisher"] else set()
    return {
        "topics": set(body["topics"]),
        "sources": {part["source"]["id"] for part in cited},
        "publishers": review
        | {(slug, PublicationPublisher.Of.APPEARANCE.value) for slug in appearance_publishers},
        "relations": {
            (position, relation["claim"], relation["kind"], relation["note"])
            for position, relation in enumerate(body["relations"])
        },
    }


def project(revision: Revision) -> Publication:
    """Make `revision` what the public reads of its fact-check, in the running transaction."""
    if revision.body is None:
        raise ValueError(f"Entry {revision.sequence} is redacted and cannot be public.")
    body = json.loads(revision.body)
    first = Revision.objects.of(revision.subject).only("at").first() or revision
    speaker = body["speaker"]
    publication, _ = Publication.objects.update_or_create(
        slug=body["id"],
        defaults={
            **columns(body),
            "claim": Claim.objects.filter(slug=body["id"]).first() if body["origin"] == "own" else None,
            "revision": revision,
            "sequence": revision.sequence,
            "first_published_at": first.at,
            "speaker": Speaker.objects.get(slug=speaker["id"]) if speaker else None,
        },
    )
    rows = joins(body)
    publication.topics.set(Topic.objects.filter(slug__in=rows["topics"]))
    publication.sources.set(Source.objects.filter(slug__in=rows["sources"]))
    PublicationPublisher.objects.filter(publication=publication).delete()
    publishers = Publisher.objects.in_bulk([slug for slug, _ in rows["publishers"]], field_name="slug")
    PublicationPublisher.objects.bulk_create(
        PublicationPublisher(publication=publication, publisher=publishers[slug], of=of)
        for slug, of in sorted(rows["publishers"])
    )
    publication.relations.all().delete()
    PublicationRelation.objects.bulk_create(
        PublicationRelation(publication=publication, position=position, to_slug=slug, kind=kind, note=note)
        for position, slug, kind, note in sorted(rows["relations"])
    )
    return publication


def project_reference(revision: Revision) -> Reference:
    """Make `revision` what the public reads of its reference row, in the running transaction."""
    reference, _ = Reference.objects.update_or_create(
        subject=revision.subject, defaults={"revision": revision}
    )
    return reference


def stored_joins(publication: Publication) -> dict[str, set[Any]]:
    """The join rows of a publication as they stand, in the form of `joins`."""
    return {
        "topics": set(
            PublicationTopic.objects.filter(publication=publication).values_list("topic__slug", flat=True)
        ),
        "sources": set(
            PublicationSource.objects.filter(publication=publication).values_list("source__slug", flat=True)
        ),
        "publishers": set(
            PublicationPublisher.objects.filter(publication=publication).values_list("publisher__slug", "of")
        ),
        "relations": set(publication.relations.values_list("position", "to_slug", "kind", "note")),
    }
