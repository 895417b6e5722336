"""Readers' pages of the record: the history of a fact-check, its earlier texts, what changed and what was corrected."""

import json
from collections.abc import Iterable
from typing import Any

from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, render
from django.urls import reverse
from django.views.decorators.http import require_safe

from claims import (
    differences,
    documents,
    feeds,
    history,
    paging,
    presentation,
    printed,
    reading,
    record,
    reference,
)
from claims.addresses import base_url
from claims.asked import turned
from claims.feed_views import NEWEST, about
from claims.models import Publication, Revision

ROWS = 30


@require_safe
def revisions(request: HttpRequest, slug: str) -> HttpResponse:
    """Every entry about one fact-check, newest first, with its text and with what it changed."""
    publication = _publication(slug)
    page = _page(request, history.entries(slug))
    return render(
        request,
        "claims/history.html",
        {
            **_of(publication),
            "rows": [_row(step) for step in history.steps(slug, page.rows)],
            "numbers": history.texts(slug),
            **_turns(page),
        },
    )


@require_safe
def revision(request: HttpRequest, slug: str, number: int) -> HttpResponse:
    """One text of a fact-check at its permanent address, as it was published then."""
    publication = _publication(slug)
    step = history.step(slug, number)
    if step is None:
        raise Http404
    context = {
        **_of(publication),
        "row": _row(step),
        "is_current": step.revision.pk == publication.sequence,
    }
    if not step.has_text:
        # What was taken out is gone for good; an entry without a text of its own is there to be read.
        return render(request, "claims/no_text.html", context, status=410 if step.redacted else 200)
    document = documents.as_it_stood(publication, step.revision, base_url=base_url(request))
    methodology = (
        reference.public("methodologies", document["methodology"]) if document["methodology"] else None
    )
    named = reference.named("topics", document["topics"])
    topics = list({topic["id"]: topic for topic in named.values()}.values())
    return render(
        request,
        "claims/revision.html",
        {
            **context,
            "document": document,
            "page": presentation.claim_page(document, methodology),
            "topics": topics,
            "unlinked": _unlinked(document, topics),
        },
    )


@require_safe
def compare(request: HttpRequest, slug: str) -> HttpResponse:
    """What one text of a fact-check changed of another, word by word; by default the newest of the one before it."""
    publication = _publication(slug)
    numbers = history.texts(slug)
    asked = {name: paging.sequence_of(request.GET.get(name, "")) for name in ("from", "to")}
    without_text = history.without_text(slug, (number for number in asked.values() if number not in numbers))
    context = {**_of(publication), "numbers": numbers, "without_text": without_text}
    # What is no revision of it is left out, as a page does with parameters.
    to = asked["to"] if asked["to"] in numbers else next(reversed(numbers), 0)
    earlier = [number for number in numbers if number < to]
    since = asked["from"] if asked["from"] in numbers else next(reversed(earlier), 0)
    if since and to and not without_text:
        steps = history.steps(slug, history.entries(slug).filter(number__in=(since, to)))
        rows = {step.number: _row(step) for step in steps}
        bodies = history.bodies(slug, (since, to))
        context |= {
            "since": rows[since],
            "to": rows[to],
            "groups": differences.groups(bodies[since], bodies[to]),
        }
    return render(request, "claims/compare.html", context)


@require_safe
def corrections(request: HttpRequest) -> HttpResponse:
    """What was corrected, withdrawn or changed in public, newest first."""
    page = _page(request, history.told())
    rows = _told(page.rows, base_url=base_url(request))
    return render(
        request,
        "claims/corrections.html",
        {
            "rows": [{**row, "at": printed.moment(row["at"])} for row in rows],
            "has_partners": reading.has_partners(),
            **_turns(page),
        },
    )


@require_safe
def corrections_feed(request: HttpRequest) -> HttpResponse:
    """The newest corrections, changes of verdict, withdrawals and other notices as Atom."""
    told = _told(history.told()[:NEWEST], base_url=base_url(request))
    return HttpResponse(
        feeds.corrections(told, feed=about(request, "corrections-feed", home=reverse("corrections"))),
        content_type=feeds.CONTENT_TYPES[feeds.ATOM],
    )


def _publication(slug: str) -> Publication:
    return get_object_or_404(Publication.objects.with_pages().for_documents(), slug=slug)


def _of(publication: Publication) -> dict[str, Any]:
    """What every page about a fact-check's past begins with: the fact-check, and its withdrawal where there is one."""
    entry = publication.revision
    taken = presentation.taken(json.loads(entry.body or "null"))
    withdrawal = (
        {
            "at": printed.moment(_time(entry)),
            "taken": taken,
            "reason": entry.note,
        }
        if publication.withdrawn
        else None
    )
    return {"publication": publication, "withdrawal": withdrawal, "taken": taken}


def _page(request: HttpRequest, entries: Any) -> paging.Page:
    before = paging.sequence_of(request.GET.get("before", ""))
    after = None if before else paging.sequence_of(request.GET.get("after", ""))
    return paging.page_of(entries, before=before, after=after, size=ROWS)


def _turns(page: paging.Page) -> dict[str, Any]:
    return {
        "older": turned({}, before=page.next_before),
        "newer": turned({}, after=page.previous_after),
    }


def _told(entries: Iterable[Revision], *, base_url: str) -> list[dict[str, Any]]:
    """Notices as the page of corrections and its feed tell them, in the given order."""
    rows = list(entries)
    standings = history.standings(rows)
    told = []
    for entry in rows:
        standing = standings.get(entry.subject)
        if standing is None:
            continue
        slug = entry.subject.removeprefix("claims/")
        since = standing.withdrawn_at if standing.is_withdrawn_since(entry) else None
        told.append(
            {
                "title": standing.title,
                "taken_from": standing.taken_from,
                "slug": slug,
                "number": entry.number,
                "name": f"{entry.subject}/{entry.number}",
                "kind": presentation.REVISIONS[entry.kind],
                "note": entry.note,
                "at": _time(entry),
                "url": base_url + reverse("revision", args=[slug, entry.number]),
                "withdrawn_at": record.time_text(since) if since else None,
            }
        )
    return told


def _unlinked(document: dict[str, Any], topics: Iterable[dict[str, Any]]) -> dict[str, set[str]]:
    """What an earlier text names and no current publication uses: readers have no page of it any more."""
    speaker = document["speaker"]
    publisher = document["publisher"]
    named = {
        "publishers": {publisher["id"]} if publisher else set(),
        "speakers": {speaker["id"]} if speaker and speaker["id"] else set(),
        "topics": {topic["id"] for topic in topics},
        "sources": {
            part["source"]["id"]
            for part in [*document["appearances"], *document["evidence"]]
            if part["source"]["id"]
        },
    }
    return {kind: ids - reference.with_pages(kind, ids) for kind, ids in named.items()}


def _time(entry: Revision) -> str:
    return record.time_text(entry.at)


def _row(step: history.Step) -> dict[str, Any]:
    """An entry of a fact-check's history as pages show it."""
    entry = step.revision
    return {
        "number": entry.number,
        "sequence": entry.sequence,
        "kind": presentation.REVISIONS.get(entry.kind, "Change"),
        "note": entry.note,
        "at": printed.moment(_time(entry)),
        "entry_digest": printed.groups(entry.entry_digest),
        "body_digest": printed.groups(entry.body_digest),
        "redacted": step.redacted,
        "has_text": step.has_text,
        "findings": step.findings.value,
    }
