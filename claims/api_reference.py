"""The read API of reference data: speakers, sources, publishers, topics, ratings and methodologies.

A row is public while a published fact-check uses it. One that was merged leads to the row that is left.
"""

from typing import Any

from django.db.models import QuerySet
from django.http import Http404, HttpResponseBase, HttpResponsePermanentRedirect
from django.urls import reverse
from rest_framework.generics import GenericAPIView
from rest_framework.request import Request
from rest_framework.response import Response

from claims import reference, reference_documents
from claims.addresses import base_url
from claims.models import Reference


class ReferenceList(GenericAPIView[Reference]):
    """The public rows of one kind, the one that was changed last on the record first."""

    # Given where its address is (claims.api_urls).
    kind = ""

    def get_queryset(self) -> QuerySet[Reference]:
        return reference.listed(self.kind)

    def get(self, request: Request) -> Response:
        page = self.paginate_queryset(self.filter_queryset(self.get_queryset()))
        rows = reference_documents.served_many(self.kind, page or [], base_url=base_url(request))
        return self.get_paginated_response(rows)


class ReferenceDetail(GenericAPIView[Reference]):
    """One row of a kind; 301 to the row that is left where it was merged."""

    kind = ""
    lookup_field = "slug"
    pagination_class = None

    def get_queryset(self) -> QuerySet[Reference]:
        return reference.listed(self.kind)

    def get(self, request: Request, slug: str) -> HttpResponseBase:
        row = self.filter_queryset(self.get_queryset()).filter(subject=f"{self.kind}/{slug}").first()
        if row is None:
            into = (reference.public(self.kind, slug) or {}).get("id")
            if into is None or into == slug:
                raise Http404
            address, _, _ = reference_documents.KINDS[self.kind]
            return HttpResponsePermanentRedirect(base_url(request) + reverse(address, args=[into]))
        (served,) = reference_documents.served_many(self.kind, [row], base_url=base_url(request))
        return Response(served)


class Ratings(GenericAPIView[Reference]):
    """Every rating of the published methodologies, best first and those off the scale last; all of them on one page."""

    queryset = Reference.objects.none()
    pagination_class = None

    def get(self, request: Request) -> Response:
        self.filter_queryset(self.get_queryset())
        results = reference_documents.ratings(base_url=base_url(request))
        return Response({"next": None, "previous": None, "results": results})


class Rating(GenericAPIView[Reference]):
    """One rating as the newest methodology that has it defines it."""

    queryset = Reference.objects.none()
    lookup_field = "slug"
    pagination_class = None

    def get(self, request: Request, slug: str) -> Response:
        self.filter_queryset(self.get_queryset())
        found: dict[str, dict[str, Any]] = {
            rating["id"]: rating for rating in reference_documents.ratings(base_url=base_url(request))
        }
        if slug not in found:
            raise Http404
        return Response(found[slug])
