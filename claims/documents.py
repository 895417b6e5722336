"""The served document: the body as it stands on the record, its revision, and the overlay of this server and day."""

import json
from collections import defaultdict
from collections.abc import Iterable
from typing import Any

from django.core.cache import cache
from django.urls import reverse

from claims import rationale, record
from claims.models import Publication, PublicationRelation, Revision
from sources.models import Snapshot


def served(publication: Publication, *, base_url: str) -> dict[str, Any]:
    """One publication as the page, the API and the exports show it (contract: body members, revision, live)."""
    return served_many([publication], base_url=base_url)[0]


def served_many(publications: Iterable[Publication], *, base_url: str) -> list[dict[str, Any]]:
    """Served documents in the given order, in a fixed number of queries however many there are.

    The publications come from Publication.objects.for_documents(); `base_url` has no slash at its end.
    """
    rows = list(publications)
    bodies = {row.pk: json.loads(row.revision.body or "null") for row in rows}
    notices = _notices(rows)
    held = _held(bodies.values())
    related = _related(rows, base_url=base_url)
    return [
        {
            **bodies[row.pk],
            "revision": record.published_revision(row.revision),
            "live": {
                "url": base_url + row.get_absolute_url(),
                "rationale_html": rationale_html(
                    bodies[row.pk]["rationale"], digest=row.revision.body_digest
                ),
                "held": {sha256: sha256 in held for sha256 in sorted(_snapshots(bodies[row.pk]))},
                "notices": notices[row.revision.subject],
                "first_published_at": record.time_text(row.first_published_at),
                "related": related[row.pk],
            },
        }
        for row in rows
    ]


def rationale_html(markdown: str, *, digest: str) -> str:
    """The rationale as safe HTML, kept by the digest of its body: rendering costs more than a query."""
    key = f"rationale-{rationale.VERSION}-{digest}"
    kept: str | None = cache.get(key)
    if kept is None:
        kept = rationale.to_html(markdown)
        cache.set(key, kept, timeout=None)
    return kept


def _snapshots(body: dict[str, Any]) -> set[str]:
    parts = [*body["appearances"], *body["evidence"]]
    return {part["quotation"]["snapshot_sha256"] for part in parts if part["quotation"]}


def _held(bodies: Iterable[dict[str, Any]]) -> set[str]:
    wanted = set().union(*(_snapshots(body) for body in bodies))
    return set(Snapshot.objects.held().filter(sha256__in=wanted).values_list("sha256", flat=True))


def _notices(rows: list[Publication]) -> dict[str, list[dict[str, Any]]]:
    found: dict[str, list[dict[str, Any]]] = defaultdict(list)
    entries = (
        Revision.objects.filter(subject__in=[row.revision.subject for row in rows], kind__in=Revision.NOTICES)
        .order_by("-sequence")
        .values_list("subject", "kind", "note", "at", "number")
    )
    for subject, kind, note, at, number in entries:
        found[subject].append(
            {"kind": kind, "note": note or None, "at": record.time_text(at), "number": number}
        )
    return found


def _related(rows: list[Publication], *, base_url: str) -> dict[int, list[dict[str, Any]]]:
    """Relations stated by these publications and about them, as far as the other end is public now."""
    found: dict[int, list[dict[str, Any]]] = defaultdict(list)
    by_slug = {row.slug: row for row in rows}

    def add(row: Publication, other: Publication, relation: PublicationRelation, direction: str) -> None:
        found[row.pk].append(
            {
                "id": other.slug,
                "title": other.title,
                "url": base_url + reverse("claim", args=[other.slug]),
                "kind": relation.kind,
                "note": relation.note,
                "direction": direction,
            }
        )

    stated = list(
        PublicationRelation.objects.filter(publication__in=rows).order_by("publication", "position")
    )
    others = {
        other.slug: other
        for other in Publication.objects.filter(slug__in={relation.to_slug for relation in stated}).only(
            "slug", "title"
        )
    }
    by_key = {row.pk: row for row in rows}
    for relation in stated:
        if relation.to_slug in others:
            add(by_key[relation.publication_id], others[relation.to_slug], relation, "to")
    about = PublicationRelation.objects.filter(to_slug__in=by_slug).select_related("publication")
    for relation in about.order_by("publication__slug", "position"):
        add(by_slug[relation.to_slug], relation.publication, relation, "from")
    return found
