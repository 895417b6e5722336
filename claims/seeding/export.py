"""From database rows to seed records: what dump_seeds writes, and what load_seeds compares files with."""

import json
from typing import Any

from django.db import models

from claims.body import claim_body
from claims.canonical import canonical, digest
from claims.models import Claim, Methodology, Reply, Revision, Site, Speaker, Topic, Verdict
from claims.seeding import shape
from sources.dates import published_date
from sources.models import Publisher, Quotation, Source

Record = dict[str, Any]


def site_record(site: Site) -> Record:
    return shape.tidy(
        {
            "name": site.name,
            "publisher": site.publisher.slug if site.publisher else None,
            "licence": site.licence,
            "contact": site.contact,
            "organisation": site.organisation,
            "funding": site.funding,
            "corrections_policy": site.corrections_policy,
            "seeds": site.seeds,
        },
        shape.SITE,
    )


def publisher_record(publisher: Publisher) -> Record:
    return shape.tidy(
        {"id": publisher.slug, "name": publisher.name, "site": publisher.site, "note": publisher.note},
        shape.PUBLISHER,
    )


def topic_record(topic: Topic) -> Record:
    return shape.tidy({"id": topic.slug, "name": topic.name, "description": topic.description}, shape.TOPIC)


def speaker_record(speaker: Speaker) -> Record:
    return shape.tidy(
        {
            "id": speaker.slug,
            "name": speaker.name,
            "kind": speaker.kind,
            "description": speaker.description,
            "aliases": [{"name": alias.name, "language": alias.language} for alias in speaker.aliases.all()],
            "same_as": [link.url for link in speaker.links.all()],
        },
        shape.SPEAKER,
    )


def methodology_record(methodology: Methodology) -> Record:
    scale = methodology.scale
    return shape.tidy(
        {
            "version": methodology.version,
            "title": methodology.title,
            "rules": methodology.rules,
            "checklist": methodology.checklist,
            "scale": {
                "worst": scale.worst,
                "best": scale.best,
                "ratings": [
                    {
                        "id": rating.slug,
                        "label": rating.label,
                        "value": rating.value,
                        "definition": rating.definition,
                    }
                    for rating in scale.ratings.all()
                ],
            },
            "attribution_findings": [
                {"id": finding.slug, "label": finding.label, "definition": finding.definition}
                for finding in methodology.attribution_findings.all()
            ],
        },
        shape.METHODOLOGY,
    )


def source_record(source: Source) -> Record:
    return shape.tidy(
        {
            "id": source.slug,
            "kind": source.kind,
            "title": source.title,
            "publisher": source.publisher.slug if source.publisher else None,
            "byline": source.byline,
            "published_on": date_record(source, "published_on"),
            "language": source.language,
            "link": source.link,
            "archived_at": source.archived_at,
            "note": source.note,
            "snapshots": [
                {
                    "sha256": snapshot.sha256,
                    "length": snapshot.length,
                    "file": snapshot.file,
                    "how": snapshot.how,
                }
                for snapshot in source.snapshots.all()
            ],
        },
        shape.SOURCE,
    )


def claim_record(claim: Claim) -> Record:
    """One claim of Claim.objects.for_seeds() with a verdict, as its seed file says it."""
    verdict = claim.verdict
    return shape.tidy(
        {
            "id": claim.slug,
            "claim": claim.text,
            "title": claim.title,
            "language": claim.language,
            "claimed_on": date_record(claim, "claimed_on"),
            "topics": sorted(topic.slug for topic in claim.topics.all()),
            "speaker": claim.speaker.slug if claim.speaker else None,
            "appearances": [
                {
                    "id": appearance.slug,
                    "source": appearance.source.slug,
                    "first": appearance.first,
                    "mode": appearance.mode,
                    "role": appearance.role,
                    "claimed_on": date_record(appearance, "claimed_on"),
                    "language": appearance.language,
                    "translated": appearance.translated,
                    "note": appearance.note,
                    "quotation": quotation_record(appearance.quotation, source=appearance.source),
                }
                for appearance in claim.appearances.all()
            ],
            "relations": [
                {
                    "kind": relation.kind,
                    "claim": relation.to_claim.slug,
                    "note": relation.note,
                    "appearance": relation.appearance.slug if relation.appearance else None,
                    "to_appearance": relation.to_appearance.slug if relation.to_appearance else None,
                }
                for relation in claim.relations.all()
            ],
            "verdict": {
                "methodology": verdict.methodology.version,
                "attribution": verdict.attribution.slug,
                "attribution_note": verdict.attribution_note,
                "rating": verdict.rating.slug if verdict.rating else None,
                "summary": verdict.summary,
                "rationale": verdict.rationale,
                "not_known": verdict.not_known,
                "reply": reply_record(verdict),
                "evidence": [
                    {
                        "stance": evidence.stance,
                        "kind": evidence.kind,
                        "source": evidence.source.slug,
                        "locator": evidence.locator,
                        "note": evidence.note,
                        "quotation": quotation_record(evidence.quotation, source=evidence.source),
                    }
                    for evidence in verdict.evidence.all()
                ],
            },
        },
        shape.CLAIM,
    )


def reply_record(verdict: Verdict) -> Record | None:
    reply: Reply | None = getattr(verdict, "reply", None)
    if reply is None:
        return None
    return {
        "asked_of": reply.asked_of,
        "asked_on": reply.asked_on.isoformat(),
        "by": reply.by,
        "deadline": reply.deadline.isoformat() if reply.deadline else None,
        "answer": reply.answer,
        "answered_on": reply.answered_on.isoformat() if reply.answered_on else None,
    }


def date_record(row: models.Model, name: str) -> Record | None:
    date = published_date(row, name)
    return dict(date) if date else None


def quotation_record(quotation: Quotation | None, *, source: Source) -> Record | None:
    """Segments, marks and context; which snapshot only where the source has several."""
    if quotation is None:
        return None
    alone = len(source.snapshots.all()) == 1
    return {**({} if alone else {"snapshot": quotation.snapshot.sha256}), **quotation.selector}


def is_as_published(claim: Claim, *, site: Site) -> bool:
    """Whether the editors' tables say exactly what is public of the claim: a dump carries nothing else."""
    publication = getattr(claim, "publication", None)
    if publication is None or getattr(claim, "verdict", None) is None:
        return False
    published: Revision = publication.revision
    body = json.loads(published.body or "null")
    if "withdrawn" in body:
        return False
    note = body["second_read_note"]
    return digest(canonical(claim_body(claim, site=site, second_read_note=note))) == published.body_digest
