"""The body: the whole published document of one claim, built from the editors' tables. Format 1.

What depends on the server or the day is never in it (see claims.documents). Once published, a format is kept for
ever: a change of shape is a new format number beside this one.
"""

import datetime as dt
from typing import Any

from claims.models import (
    Appearance,
    Claim,
    ClaimRelation,
    Evidence,
    Methodology,
    Rating,
    Reply,
    Site,
    Speaker,
    Topic,
    Verdict,
)
from sources.dates import Precision, published_date
from sources.models import Publisher, Quotation, Source

FORMAT = 1
# Format 2 of reference documents says more of the site and of the methodology than format 1 did.
REFERENCE_FORMAT = 2
# Format 3 of the site's document has the page on the seeds, format 4 says more of the organisation.
SITE_FORMAT = 4
MERGED = "merged"


def claim_body(claim: Claim, *, site: Site, second_read_note: str | None = None) -> dict[str, Any]:
    """The body of `claim`, which must come from Claim.objects.for_documents().

    `second_read_note` is the reason where nobody but the author has read it; None says that somebody has.
    """
    verdict = claim.verdict
    return {
        "format": FORMAT,
        "id": claim.slug,
        "origin": "own",
        "claim": claim.text,
        "title": claim.title,
        "language": claim.language,
        "claimed_on": published_date(claim, "claimed_on"),
        "topics": sorted(topic.slug for topic in claim.topics.all()),
        "speaker": speaker_form(claim.speaker) if claim.speaker else None,
        "appearances": [appearance_form(appearance) for appearance in claim.appearances.all()],
        "attribution": {
            "finding": verdict.attribution.slug,
            "label": verdict.attribution.label,
            "note": verdict.attribution_note or None,
        },
        "veracity": rating_form(verdict),
        "summary": verdict.summary,
        "rationale": verdict.rationale,
        "not_known": verdict.not_known or None,
        "evidence": [evidence_form(evidence) for evidence in verdict.evidence.all()],
        "reply": reply_form(verdict),
        "relations": [relation_form(relation) for relation in claim.relations.all()],
        "methodology": verdict.methodology.version,
        "second_read": second_read_note is None,
        "second_read_note": second_read_note,
        "publisher": publisher_form(site.publisher) if site.publisher else None,
        "review_url": None,
        "rating_as_published": None,
        "licence": site.licence,
    }


def speaker_form(speaker: Speaker) -> dict[str, Any]:
    return {
        "id": speaker.slug,
        "name": speaker.name,
        "kind": speaker.kind,
        "aliases": [alias.name for alias in speaker.aliases.all()],
        "same_as": [link.url for link in speaker.links.all()],
    }


def publisher_form(publisher: Publisher) -> dict[str, Any]:
    return {"id": publisher.slug, "name": publisher.name, "site": publisher.site or None}


def source_form(source: Source) -> dict[str, Any]:
    return {
        "id": source.slug,
        "kind": source.kind,
        "title": source.title or None,
        "publisher": publisher_form(source.publisher) if source.publisher else None,
        "byline": source.byline or None,
        "published_on": published_date(source, "published_on"),
        "language": source.language,
        "link": source.link or None,
        "archived_at": source.archived_at or None,
    }


def quotation_form(quotation: Quotation | None) -> dict[str, Any] | None:
    return quotation.published() if quotation else None


def appearance_form(appearance: Appearance) -> dict[str, Any]:
    return {
        "id": appearance.slug,
        "first": appearance.first,
        "mode": appearance.mode,
        "role": appearance.role or None,
        "claimed_on": published_date(appearance, "claimed_on"),
        "language": appearance.language,
        "translated": appearance.translated,
        "note": appearance.note or None,
        "source": source_form(appearance.source),
        "quotation": quotation_form(appearance.quotation),
    }


def rating_form(verdict: Verdict) -> dict[str, Any] | None:
    rating: Rating | None = verdict.rating
    if rating is None:
        return None
    on_scale = rating.value is not None
    scale = rating.scale
    return {
        "rating": rating.slug,
        "label": rating.label,
        "value": rating.value,
        "best": scale.best if on_scale else None,
        "worst": scale.worst if on_scale else None,
    }


def evidence_form(evidence: Evidence) -> dict[str, Any]:
    return {
        "stance": evidence.stance,
        "kind": evidence.kind,
        "note": evidence.note or None,
        "locator": evidence.locator or None,
        "source": source_form(evidence.source),
        "quotation": quotation_form(evidence.quotation),
    }


def reply_form(verdict: Verdict) -> dict[str, Any] | None:
    """Who was asked for a comment and what they answered, word for word; None where nobody was asked."""
    reply: Reply | None = getattr(verdict, "reply", None)
    if reply is None:
        return None
    return {
        "asked_of": reply.asked_of,
        "asked_on": _day(reply.asked_on),
        "by": reply.by,
        "deadline": _day(reply.deadline),
        "answer": reply.answer or None,
        "answered_on": _day(reply.answered_on),
    }


def _day(date: dt.date | None) -> dict[str, Any] | None:
    if date is None:
        return None
    return {"date": date.isoformat(), "precision": Precision.DAY.value, "inferred_because": None}


def withdrawal_body(published: dict[str, Any], *, reason: str) -> dict[str, Any]:
    """What stays public of a withdrawn fact-check: what was checked and why the verdict was taken back."""
    kept = ("format", "id", "origin", "claim", "title", "language", "publisher", "licence")
    theirs = ("review_url",) if published["origin"] == "partner" else ()
    return {**{name: published[name] for name in (*kept, *theirs)}, "withdrawn": {"reason": reason}}


_WORDLESS = {
    "claim": "What was checked was taken out of the record.",
    "title": "A withdrawn fact-check",
    # Of these words; in which language the claim was made says something of it.
    "language": "en",
}


def wordless(withdrawn: dict[str, Any]) -> dict[str, Any]:
    """The body of a withdrawal that does not say any more what was checked, from one that does.

    A partner's leads no reader any more to the page where its words stand.
    """
    nowhere = {"review_url": None} if "review_url" in withdrawn else {}
    return {**withdrawn, **_WORDLESS, **nowhere}


def is_wordless(withdrawn: dict[str, Any]) -> bool:
    return wordless(withdrawn) == withdrawn


def relation_form(relation: ClaimRelation) -> dict[str, Any]:
    return {
        "kind": relation.kind,
        "claim": relation.to_claim.slug,
        "note": relation.note,
        "appearance": relation.appearance.slug if relation.appearance else None,
        "to_appearance": relation.to_appearance.slug if relation.to_appearance else None,
    }


def site_reference(site: Site) -> dict[str, Any]:
    return {
        "format": SITE_FORMAT,
        "reference": "site",
        "name": site.name,
        "publisher": publisher_form(site.publisher) if site.publisher else None,
        "licence": site.licence,
        "contact": site.contact or None,
        "organisation": site.organisation or None,
        "funding": site.funding or None,
        "corrections_policy": site.corrections_policy or None,
        "seeds": site.seeds or None,
    }


def speaker_reference(speaker: Speaker) -> dict[str, Any]:
    return {
        "format": FORMAT,
        "reference": "speaker",
        "description": speaker.description or None,
        **speaker_form(speaker),
    }


def publisher_reference(publisher: Publisher) -> dict[str, Any]:
    return {
        "format": FORMAT,
        "reference": "publisher",
        "note": publisher.note or None,
        **publisher_form(publisher),
    }


def source_reference(source: Source) -> dict[str, Any]:
    return {
        "format": FORMAT,
        "reference": "source",
        "note": source.note or None,
        "snapshots": [
            {"sha256": snapshot.sha256, "length": snapshot.length, "how": snapshot.how}
            for snapshot in source.snapshots.all()
        ],
        **source_form(source),
    }


def merged_reference(kind: str, *, identifier: str, into: str) -> dict[str, Any]:
    """What stays public of a reference row that was merged into another: where it went."""
    return {
        "format": REFERENCE_FORMAT,
        "reference": MERGED,
        "kind": kind,
        "id": identifier,
        "into": into,
    }


def topic_reference(topic: Topic) -> dict[str, Any]:
    return {
        "format": FORMAT,
        "reference": "topic",
        "id": topic.slug,
        "name": topic.name,
        "description": topic.description or None,
    }


def methodology_reference(methodology: Methodology) -> dict[str, Any]:
    scale = methodology.scale
    return {
        "format": REFERENCE_FORMAT,
        "reference": "methodology",
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
    }
