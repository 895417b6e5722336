"""claims:search, claims:imageSearch, and the description of it all. Reading is open: a key is welcome, not needed."""

import json
from typing import Any

from django.http import HttpRequest, HttpResponse
from django.urls import reverse
from django.utils import timezone

from claims import documents, record
from claims.addresses import base_url
from claims.canonical import digest
from claims.links import site_of
from claims.models import Publication
from factcheck import caching
from factcheck.factchecktools import discovery, parameters, search, shapes, tokens
from factcheck.factchecktools.answers import made
from factcheck.factchecktools.envelope import Refused
from factcheck.factchecktools.parameters import Given


def claims_search(request: HttpRequest, given: Given) -> HttpResponse:
    asked, common = parameters.search(given)
    base = base_url(request)
    found = search.page(
        asked,
        at=parameters.place(asked.token, question=asked.question),
        today=timezone.now().date(),
        house=site_of(base),
    )
    if asked.extended:
        claims = [shapes.extended(one) for one in documents.outlined_many(found.rows, base_url=base)]
    else:
        claims = [shapes.claim(_document(row, base)) for row in found.rows]
    document: dict[str, Any] = {"claims": claims} if claims else {}
    if found.next:
        document["nextPageToken"] = tokens.token(found.next, question=asked.question)
    response = made(document, common)
    if not found.is_settled or request.method == "POST":
        # Known again it would be by the record, which does not change when the index catches up.
        response["Cache-Control"] = "no-store"
    elif asked.days:
        # Tomorrow the same question has another answer, though nothing is published: it has no validator.
        response["Cache-Control"] = caching.CACHE_CONTROL
    return response


def image_search(request: HttpRequest, given: Given) -> HttpResponse:
    """No address is ever fetched here, and no picture kept that one could be compared with."""
    raise Refused(501, "This server does not look fact-checks up by pictures: it fetches no address.")


def description(request: HttpRequest, given: Given) -> HttpResponse:
    """The discovery document, whose addresses are those of this server as it was asked.

    Its ETag is made of what it says. It has no Last-Modified: it changes with the program and the address, and neither
    has a time that two servers of one house would agree on.
    """
    common = parameters.common(given, known=("version",))
    if [*given.get("version", ())] not in ([], [discovery.VERSION]):
        raise Refused(404, f"There is one version here: {discovery.VERSION}.")
    base = base_url(request)
    response = made(discovery.document(root=base, documentation=f"{base}/api/"), common)
    response["Cache-Control"] = caching.CACHE_CONTROL
    return caching.validated(request, response, etag=f'"{digest(response.content.decode())}"', at=None)


def _document(row: Publication, base: str) -> dict[str, Any]:
    """What the plain answer needs of a served document."""
    live = {
        "url": base + reverse("claim", args=[row.slug]),
        "first_published_at": record.time_text(row.first_published_at),
    }
    return {**json.loads(row.revision.body or "null"), "live": live}
