"""A fact-check on other sites' pages: the card for a frame, and oEmbed, which says how to show it."""

from typing import Any

from csp.decorators import csp_replace
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, render
from django.urls import Resolver404, resolve, reverse
from django.views.decorators.clickjacking import xframe_options_exempt
from django.views.decorators.http import require_safe

from claims import claimreview, documents, history, oembed, presentation, printed, reference
from claims.addresses import base_url
from claims.models import Publication

# Addresses of a fact-check that somebody may paste.
_SHOWN = ("claim", "card")


@require_safe
@xframe_options_exempt
# This one address may be framed by anybody.
@csp_replace({"frame-ancestors": ["*"]})  # type: ignore[arg-type]  # its types know no part of an address
def card(request: HttpRequest, slug: str) -> HttpResponse:
    """What a fact-check says now, in little room: both findings, or that it was withdrawn."""
    publication = get_object_or_404(Publication.objects.with_pages().for_documents(), slug=slug)
    if publication.withdrawn:
        document = documents.tombstone(publication, base_url=base_url(request))
        row = newest = None
    else:
        document = documents.served(publication, base_url=base_url(request))
        row = presentation.claim_row(document)
        newest = next((one for one in document["live"]["notices"] if one["kind"] in history.TOLD), None)
    return render(
        request,
        "claims/card.html",
        {
            "document": document,
            "row": row,
            "taken": presentation.taken(document),
            "at": printed.moment(document["revision"]["at"]),
            "notice": newest
            and {
                "kind": presentation.REVISIONS[newest["kind"]],
                "at": printed.moment(newest["at"]),
                "note": newest["note"],
            },
            "original": claimreview.original(document)
            if document["origin"] == Publication.Origin.PARTNER
            else None,
        },
    )


@require_safe
def embed(request: HttpRequest) -> HttpResponse:
    """The card of the fact-check that `url` names; parameters that the standard does not know are ignored."""
    asked = request.GET
    form = asked.get("format", "json")
    if form not in oembed.FORMATS:
        return _plain("Not a format that is spoken here. Known: json, xml.", status=501)
    size = oembed.room(asked.get("maxwidth", ""), asked.get("maxheight", ""))
    if size is None:
        return _plain("maxwidth and maxheight are whole numbers of pixels, from 1.", status=400)
    if not asked.get("url"):
        return _plain("Give the address of a fact-check as url.", status=400)
    publication = _named_by(asked["url"], request)
    base = base_url(request)
    # Of a body that stands as of one that was taken back: what was checked, and who checked it.
    document = documents.tombstone(publication, base_url=base)
    publisher = document["publisher"]
    site = (reference.public_site() or {}).get("name") or "Fact-check database"
    kind, written = oembed.FORMATS[form]
    made = oembed.answer(
        title=_title(publication, document),
        card=base + reverse("card", args=[publication.slug]),
        size=size,
        provider=(site, f"{base}/"),
        author=(publisher["name"], f"https://{publisher['site']}/" if publisher["site"] else None)
        if publisher
        else None,
    )
    return HttpResponse(written(made), content_type=kind)


def _title(publication: Publication, document: dict[str, Any]) -> str:
    title: str = document["title"]
    if not publication.withdrawn:
        return title
    # The publisher is named as its author, and may publish it still.
    theirs = publication.origin == Publication.Origin.PARTNER
    return f"Not shown here any more: {title}" if theirs else f"Withdrawn: {title}"


def _named_by(url: str, request: HttpRequest) -> Publication:
    """The fact-check that an address of ours is of; the page of a withdrawn one is one, too."""
    hosts = (request.get_host(), base_url(request).partition("://")[2])
    path = next((found for host in hosts if (found := oembed.path_of(url, host=host)) is not None), None)
    if path is None:
        raise Http404
    try:
        match = resolve(path if path.endswith("/") else f"{path}/")
    except Resolver404 as nothing:
        raise Http404 from nothing
    if match.url_name not in _SHOWN:
        raise Http404
    return get_object_or_404(Publication.objects.with_pages().for_documents(), slug=match.kwargs["slug"])


def _plain(sentence: str, *, status: int) -> HttpResponse:
    return HttpResponse(f"{sentence}\n", status=status, content_type="text/plain; charset=utf-8")
