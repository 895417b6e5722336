"""The served document: the body as it stands on the record, its revision, and the overlay of this server and day."""

import json
from collections import defaultdict
from collections.abc import Iterable
from typing import Any

from django.core.cache import cache
from django.urls import reverse

from claims import rationale, record
from claims.body import claim_body
from claims.canonical import canonical, digest
from claims.models import Claim, Publication, PublicationRelation, Revision, Site
from sources.models import Snapshot


def served(publication: Publication, *, base_url: str) -> dict[str, Any]:
    """One publication as the page, the API and the exports show it (contract: body members, revision, live)."""
    return served_many([publication], base_url=base_url)[0]


def served_many(publications: Iterable[Publication], *, base_url: str) -> list[dict[str, Any]]:
    """Served documents in the given order; there is a bound to the queries, however many there are.

    The publications come from Publication.objects.for_documents(); `base_url` has no slash at its end.
    """
    return [rendered(document) for document in outlined_many(publications, base_url=base_url)]


def rendered(outlined: dict[str, Any]) -> dict[str, Any]:
    """The whole of a served document of which there is the outline."""
    live = outlined["live"]
    html = rationale_html(outlined["rationale"], digest=outlined["revision"]["body_digest"])
    return {**outlined, "live": {"url": live["url"], "rationale_html": html, **live}}


def outlined(publication: Publication, *, base_url: str) -> dict[str, Any]:
    """The served document of a publication without `rationale_html`: nothing is rendered."""
    return outlined_many([publication], base_url=base_url)[0]


def outlined_many(publications: Iterable[Publication], *, base_url: str) -> list[dict[str, Any]]:
    """Served documents for whoever shows no rationale, such as a list: as `served_many`, and nothing is rendered."""
    rows = list(publications)
    bodies = {row.pk: json.loads(row.revision.body or "null") for row in rows}
    # The first entry about a fact-check is no notice.
    notices = _notices(row.revision.subject for row in rows if row.revision.number > 1)
    held = _held(bodies.values())
    related = _related(bodies.values(), base_url=base_url)
    return [
        {
            **bodies[row.pk],
            "revision": record.published_revision(row.revision),
            "live": {
                "url": base_url + row.get_absolute_url(),
                "held": _held_of(bodies[row.pk], held),
                "notices": notices[row.revision.subject],
                "first_published_at": record.time_text(row.first_published_at),
                "related": related[row.slug],
            },
        }
        for row in rows
    ]


def summed_up(document: dict[str, Any]) -> dict[str, Any]:
    """The members of a served document that say what was found, under which licence, and where the rest is.

    `revision` is its entry on the record, which says whether a copy is as new.
    """
    members = (
        *("id", "origin", "claim", "title", "language", "claimed_on", "speaker", "attribution", "veracity"),
        *("summary", "publisher", "review_url", "rating_as_published", "licence", "revision"),
    )
    return {**{name: document[name] for name in members}, "url": document["live"]["url"]}


def preview(claim: Claim, *, site: Site, base_url: str) -> dict[str, Any]:
    """The claim as it would be served if it were published now, for the desk alone.

    Its revision has the number that it would get and the digest of its body, and is on no record: the rest of it is
    None. `claim` must come from Claim.objects.for_documents() and have a verdict.
    """
    body = claim_body(claim, site=site)
    numbers = Revision.objects.of(claim.subject).values_list("number", flat=True)
    first_published_at = (
        Publication.objects.with_pages()
        .filter(slug=claim.slug)
        .values_list("first_published_at", flat=True)
        .first()
    )
    return {
        **body,
        "revision": {
            "sequence": None,
            "subject": claim.subject,
            "number": (numbers.last() or 0) + 1,
            "kind": None,
            "note": None,
            "at": None,
            "body_digest": digest(canonical(body)),
            "previous": None,
            "entry_digest": None,
        },
        "live": {
            "url": base_url + claim.get_absolute_url(),
            # Not kept as a published text's is: a draft is another one with every edit.
            "rationale_html": rationale.to_html(body["rationale"]),
            "held": _held_of(body, _held([body])),
            "notices": _notices([claim.subject])[claim.subject],
            "first_published_at": record.time_text(first_published_at) if first_published_at else None,
            "related": _related([body], base_url=base_url)[claim.slug],
        },
    }


def as_it_stood(publication: Publication, revision: Revision, *, base_url: str) -> dict[str, Any]:
    """An earlier revision of a fact-check as it was published, with the overlay of today; its body is not redacted.

    It carries no later notices: those are of the current text, whose page leads here.
    """
    body = json.loads(revision.body or "null")
    return {
        **body,
        "revision": record.published_revision(revision),
        "live": {
            "url": base_url + reverse("revision", args=[publication.slug, revision.number]),
            "rationale_html": rationale_html(body["rationale"], digest=revision.body_digest),
            "held": _held_of(body, _held([body])),
            "notices": [],
            "first_published_at": record.time_text(publication.first_published_at),
            "related": _related([body], base_url=base_url)[publication.slug],
        },
    }


def tombstone(publication: Publication, *, base_url: str) -> dict[str, Any]:
    """What is served of a withdrawn fact-check: what was checked, the reason, and its entry on the record."""
    return {
        **json.loads(publication.revision.body or "null"),
        "revision": record.published_revision(publication.revision),
        "live": {"url": base_url + publication.get_absolute_url()},
    }


def rationale_html(markdown: str, *, digest: str) -> str:
    """The rationale as safe HTML, kept by the digest of its body: rendering costs more than a query."""
    key = rationale_key(digest)
    kept: str | None = cache.get(key)
    if kept is None:
        kept = rationale.to_html(markdown)
        cache.set(key, kept, timeout=None)
    return kept


def rationale_key(digest: str) -> str:
    """Under what the rationale of a body is kept."""
    return f"rationale-{rationale.VERSION}-{digest}"


def _snapshots(body: dict[str, Any]) -> set[str]:
    parts = [*body["appearances"], *body["evidence"]]
    return {part["quotation"]["snapshot_sha256"] for part in parts if part["quotation"]}


def _held(bodies: Iterable[dict[str, Any]]) -> set[str]:
    wanted = set().union(*(_snapshots(body) for body in bodies))
    if not wanted:
        return set()
    return set(Snapshot.objects.held().filter(sha256__in=wanted).values_list("sha256", flat=True))


def _held_of(body: dict[str, Any], held: set[str]) -> dict[str, bool]:
    return {sha256: sha256 in held for sha256 in sorted(_snapshots(body))}


def _notices(subjects: Iterable[str]) -> dict[str, list[dict[str, Any]]]:
    found: dict[str, list[dict[str, Any]]] = defaultdict(list)
    wanted = list(subjects)
    if not wanted:
        return found
    entries = (
        Revision.objects.filter(subject__in=wanted, kind__in=Revision.NOTICES)
        .order_by("-sequence")
        .values_list("subject", "kind", "note", "at", "number")
    )
    for subject, kind, note, at, number in entries:
        found[subject].append(
            {"kind": kind, "note": note or None, "at": record.time_text(at), "number": number}
        )
    return found


def _related(bodies: Iterable[dict[str, Any]], *, base_url: str) -> dict[str, list[dict[str, Any]]]:
    """By claim: the relations that these bodies state, and that others state about them, where both ends are public."""
    # Partners' fact-checks state none, and nobody states any about them: only claims of ours are related.
    ours = (body for body in bodies if body["origin"] == Publication.Origin.OWN)
    stated = {body["id"]: body["relations"] for body in ours}
    found: dict[str, list[dict[str, Any]]] = defaultdict(list)
    if not stated:
        return found

    def add(slug: str, other: Publication, kind: str, note: str, direction: str) -> None:
        found[slug].append(
            {
                "id": other.slug,
                "title": other.title,
                "url": base_url + reverse("claim", args=[other.slug]),
                "kind": kind,
                "note": note,
                "direction": direction,
            }
        )

    others = {
        other.slug: other
        for other in Publication.objects.published()
        .filter(slug__in={relation["claim"] for relations in stated.values() for relation in relations})
        .only("slug", "title")
    }
    for slug, relations in stated.items():
        for relation in relations:
            if relation["claim"] in others:
                add(slug, others[relation["claim"]], relation["kind"], relation["note"], "to")
    about = (
        PublicationRelation.objects.filter(to_slug__in=stated)
        .select_related("publication")
        # The row of a publication is long, and little of it is shown here.
        .only("to_slug", "kind", "note", "position", "publication__slug", "publication__title")
    )
    for row in about.order_by("publication__slug", "position"):
        add(row.to_slug, row.publication, row.kind, row.note, "from")
    return found
