"""An entry of the record as it is served: its envelope, its digest and its body, or that the body was redacted."""

from collections.abc import Iterable
from typing import Any

from django.db.models import QuerySet

from claims import record
from claims.models import Revision
from claims.reference_documents import licence


def of_claim(slug: str) -> QuerySet[Revision]:
    """The entries about one claim, oldest first; those of a withdrawn one are among them, since they are the record."""
    return Revision.objects.of(f"claims/{slug}").with_signatures()


def every() -> QuerySet[Revision]:
    """Every entry of the record."""
    return Revision.objects.with_signatures()


def served(revision: Revision) -> dict[str, Any]:
    """One entry as the revisions of a claim show it."""
    return served_many([revision])[0]


def served_many(revisions: Iterable[Revision]) -> list[dict[str, Any]]:
    """Entries in the given order; a redacted one says by which later entry, when and why it has no body.

    `licence` is that of the body: of a partner's fact-check the partner's, which may be none, of everything else ours.
    """
    rows = list(revisions)
    redactions = _redactions(row.sequence for row in rows if row.body is None)
    under = licence() if rows else None
    return [_served(row, redaction=redactions.get(row.sequence), licence=under) for row in rows]


def _served(row: Revision, *, redaction: dict[str, Any] | None, licence: str | None) -> dict[str, Any]:
    entry = record.served_entry(row)
    body = entry["body"]
    return {
        **entry,
        "redaction": redaction,
        "licence": body.get("licence", licence) if body is not None else None,
    }


def _redactions(sequences: Iterable[int]) -> dict[int | None, dict[str, Any]]:
    wanted = list(sequences)
    if not wanted:
        return {}
    found = Revision.objects.filter(redacts__in=wanted).only("sequence", "redacts", "note", "at")
    return {
        row.redacts: {"sequence": row.sequence, "reason": row.note, "at": record.time_text(row.at)}
        for row in found
    }
