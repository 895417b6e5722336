"""From an entry of the record to what lists filter on: Publication and Reference rows hold nothing of their own."""

import json
import re
from collections.abc import Iterator, Mapping
from typing import Any

from claims import redirects
from claims.models import (
    Claim,
    NamedText,
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

_ALWAYS = {"slug": "id", "origin": "origin", "title": "title", "text": "claim", "language": "language"}
_NOTHING_MOVED: Mapping[str, str] = {}
# Of a quotation, and of a source's listed texts; within a string of canonical JSON the marks would be escaped.
_NAMED_TEXT = re.compile('"(?:snapshot_)?sha256":"([0-9a-f]{64})"')


def columns(body: dict[str, Any]) -> dict[str, Any]:
    """The plain columns of a publication, from its body alone."""
    if "withdrawn" in body:
        return {
            **{column: body[name] for column, name in _ALWAYS.items()},
            "withdrawn": True,
            "claimed_on": None,
            "rating": "",
            "attribution": "",
            "search_text": "",
        }
    veracity, claimed_on = body["veracity"], body["claimed_on"]
    return {
        **{column: body[name] for column, name in _ALWAYS.items()},
        "withdrawn": False,
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


def named_in(body: dict[str, Any]) -> Iterator[str]:
    """The subjects of the reference rows that a body names, as it names them."""
    if body.get("speaker"):
        yield f"speakers/{body['speaker']['id']}"
    for kind, rows in joins(body).items():
        if kind in ("topics", "sources"):
            yield from (f"{kind}/{slug}" for slug in rows)
        elif kind == "publishers":
            yield from (f"publishers/{slug}" for slug, _ in rows)


def speaker_of(body: dict[str, Any], moved: Mapping[str, str] = _NOTHING_MOVED) -> str | None:
    """The identifier of the row that is the body's speaker today."""
    return redirects.now("speakers", body["speaker"]["id"], moved) if body.get("speaker") else None


def joins(body: dict[str, Any], moved: Mapping[str, str] = _NOTHING_MOVED) -> dict[str, set[Any]]:
    """The rows of each join table, by natural key, from the body and from what was merged since (claims.redirects)."""
    if "withdrawn" in body:
        return {"topics": set(), "sources": set(), "publishers": set(), "relations": set()}
    cited = [*body["appearances"], *body["evidence"]]
    appearance_publishers = {
        redirects.now("publishers", appearance["source"]["publisher"]["id"], moved)
        for appearance in body["appearances"]
        if appearance["source"]["publisher"]
    }
    review = (
        {(redirects.now("publishers", body["publisher"]["id"], moved), PublicationPublisher.Of.REVIEW.value)}
        if body["publisher"]
        else set()
    )
    return {
        "topics": {redirects.now("topics", slug, moved) for slug in body["topics"]},
        "sources": {redirects.now("sources", part["source"]["id"], moved) for part in cited},
        "publishers": review
        | {(slug, PublicationPublisher.Of.APPEARANCE.value) for slug in appearance_publishers},
        "relations": {
            (position, relation["claim"], relation["kind"], relation["note"])
            for position, relation in enumerate(body["relations"])
        },
    }


def texts_named(body: str) -> set[str]:
    """The archived texts, by SHA-256, that the canonical JSON of a body names."""
    return set(_NAMED_TEXT.findall(body))


def _name_texts(body: str | None) -> None:
    named = sorted(texts_named(body or ""))
    NamedText.objects.bulk_create([NamedText(sha256=sha256) for sha256 in named], ignore_conflicts=True)


def project(revision: Revision) -> Publication:
    """Make `revision` what the public reads of its fact-check, in the running transaction."""
    if revision.body is None:
        raise ValueError(f"Entry {revision.sequence} is redacted and cannot be public.")
    body = json.loads(revision.body)
    _name_texts(revision.body)
    first = Revision.objects.of(revision.subject).only("at").first() or revision
    moved = redirects.among(named_in(body))
    speaker = speaker_of(body, moved)
    publication, _ = Publication.objects.update_or_create(
        slug=body["id"],
        defaults={
            **columns(body),
            "claim": Claim.objects.filter(slug=body["id"]).first() if body["origin"] == "own" else None,
            "revision": revision,
            "sequence": revision.sequence,
            "first_published_at": first.at,
            "speaker": Speaker.objects.get(slug=speaker) if speaker else None,
        },
    )
    rows = joins(body, moved)
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
    _name_texts(revision.body)
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
