"""The public pages. Everything that they show comes from publications and published reference documents."""

from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, render
from django.urls import reverse
from django.views.decorators.http import require_safe

from claims import (
    claimreview,
    documents,
    facets,
    findings,
    looking_up,
    paging,
    presentation,
    printed,
    rationale,
    reading,
    reference,
    shown,
)
from claims.addresses import base_url
from claims.asked import query, turned
from claims.gathered import moved, public
from claims.listing import ROWS, Listing
from claims.models import Publication
from claims.source_page import source_page


@require_safe
def lookup(request: HttpRequest) -> HttpResponse:
    """What answers the words under the filters, the likeliest first; without words, the newest on the record first."""
    listing = Listing(request, Publication.objects.published().for_documents())
    words = listing.parameters.get("q", "")
    if looking_up.asks(words):
        return _answered(request, listing, words)
    found = facets.facets(listing.parameters)
    listing.count(found.counts)
    return render(
        request,
        "claims/lookup.html",
        {
            **listing.context,
            "words": words,
            "total": printed.counted(found.total, "fact-check"),
            "has_partners": bool(found.counts["origin"].get(Publication.Origin.PARTNER)),
            "rated": listing.parameters.get("rating"),
        },
    )


def _answered(request: HttpRequest, listing: Listing, words: str) -> HttpResponse:
    order = request.GET.get("sort", "")
    order = order if order in looking_up.ORDERS else looking_up.RELEVANCE
    page = min(paging.sequence_of(request.GET.get("page", "")) or 1, looking_up.MOST_PAGES)
    found = looking_up.answer(words, listing.parameters, order=order, page=page, size=ROWS)
    listing.count(found.counts)
    served = documents.outlined_many(found.rows, base_url=base_url(request))
    rows = [presentation.claim_row(document, found=found.forms) for document in served]
    asked = {**listing.parameters, **({"sort": order} if order != looking_up.RELEVANCE else {})}
    response = render(
        request,
        "claims/lookup.html",
        {
            **listing.question,
            "words": words,
            "rows": [] if found.is_nearest else rows,
            "partial": [row for row in rows if row.id not in found.related] if found.is_nearest else [],
            "near": [row for row in rows if row.id in found.related],
            "total": printed.counted(found.total, "fact-check"),
            "has_partners": bool(found.counts.get("origin", {}).get(Publication.Origin.PARTNER)),
            "rated": listing.parameters.get("rating"),
            "is_plain": found.is_plain,
            "meant": found.meant,
            "meant_address": query({**listing.parameters, "q": found.meant}) if found.meant else "",
            "order": order,
            "orders": {name: query({**listing.parameters, "sort": name}) for name in looking_up.ORDERS},
            # Beyond the end nothing stands: the page says where the list ends.
            "last": found.pages if found.total and not rows else None,
            "last_page": turned(asked, page=found.pages),
            "next_page": turned(asked, page=page + 1 if page < found.pages else None),
            "page_before": turned(asked, page=page - 1 if page > 1 else None),
        },
    )
    if found.is_plain or found.is_behind:
        # Known again it would be by the record, which does not change when the index catches up.
        response["Cache-Control"] = "no-store"
    return response


@require_safe
def claim(request: HttpRequest, slug: str) -> HttpResponse:
    """One published fact-check."""
    publication = get_object_or_404(Publication.objects.with_pages().for_documents(), slug=slug)
    if publication.withdrawn:
        tombstone = documents.tombstone(publication, base_url=base_url(request))
        return render(
            request,
            "claims/withdrawn.html",
            {
                "document": tombstone,
                "taken": presentation.taken(tombstone),
                "at": printed.moment(tombstone["revision"]["at"]),
                "entry_digest": printed.groups(tombstone["revision"]["entry_digest"]),
                "embed": base_url(request) + reverse("oembed"),
            },
        )
    document = documents.served(publication, base_url=base_url(request))
    besides = shown.besides(document)
    shown.say(request, shown.page(document, besides))
    return render(
        request,
        "claims/claim.html",
        {
            "document": document,
            "page": presentation.claim_page(
                document, besides.methodology, findings_changed=besides.findings_changed
            ),
            "topics": besides.topics,
            "site": besides.site,
            "original": claimreview.original(document),
            "embed": base_url(request) + reverse("oembed"),
            # Search engines take a ClaimReview only from the site that its address lies on.
            "claimreview": claimreview.script_safe(claimreview.claimreview(document))
            if document["origin"] == Publication.Origin.OWN
            else None,
        },
    )


@require_safe
def source(request: HttpRequest, slug: str) -> HttpResponse:
    """What one source shows, how much of it is quoted, and the claims and passages that are taken from it."""
    found = public("sources", slug)
    if found["id"] != slug:
        return moved(request, "source", found["id"])
    page = source_page(found, asked=request.GET, path=request.path, base_url=base_url(request))
    return render(request, "claims/source.html", page)


@require_safe
def methodology(request: HttpRequest) -> HttpResponse:
    """The scale, the attribution findings and the rules, each version of them."""
    versions = [
        {
            "version": document["version"],
            "title": document["title"],
            "ratings": findings.scale(document),
            "attributions": findings.attributions(document),
            "rules": rationale.to_html(document["rules"], highest=4),
        }
        for document in reversed(reference.public_all("methodologies"))
    ]
    return render(
        request,
        "claims/methodology.html",
        {"versions": versions, "levels": printed.LEVELS, "has_partners": reading.has_partners()},
    )


@require_safe
def about(request: HttpRequest) -> HttpResponse:
    """Who runs this database, who pays, how errors are corrected: as the record has it, and nothing before that."""
    published = reference.public_site() or {}
    publisher = published.get("publisher") or {}
    # Entries of format 1 say nothing of contact, funding and corrections, those before format 4 nothing of the
    # organisation.
    texts = {
        name: rationale.to_html(text)
        for name in ("organisation", "funding", "corrections_policy")
        if (text := published.get(name))
    }
    return render(
        request,
        "claims/about.html",
        {
            "published": bool(published),
            "has_partners": reading.has_partners(),
            "host": publisher.get("site"),
            "contact": published.get("contact"),
            **texts,
        },
    )


@require_safe
def seeds(request: HttpRequest) -> HttpResponse:
    """How the fact-checks from seed files were chosen, and what they are not; no page where there are none."""
    text = (reference.public_site() or {}).get("seeds")
    if not text:
        raise Http404
    return render(request, "claims/seeds.html", {"text": rationale.to_html(text)})
