"""The read API of published fact-checks. Errors, paging and strictness are the house's (factcheck.api)."""

from typing import Any

from django.db.models import QuerySet
from django.shortcuts import get_object_or_404
from rest_framework.generics import GenericAPIView
from rest_framework.request import Request
from rest_framework.response import Response

from claims import documents
from claims.addresses import base_url
from claims.filters import PublicationFilterSet
from claims.models import Publication


class ClaimList(GenericAPIView[Publication]):
    """Published fact-checks, newest on the record first."""

    filterset_class = PublicationFilterSet

    def get_queryset(self) -> QuerySet[Publication]:
        return Publication.objects.published().for_documents()

    def get(self, request: Request) -> Response:
        page = self.paginate_queryset(self.filter_queryset(self.get_queryset()))
        return self.get_paginated_response(documents.served_many(page or [], base_url=base_url(request)))


class ClaimDetail(GenericAPIView[Publication]):
    """One published fact-check: the body as recorded, its revision, and what depends on this server and day."""

    lookup_field = "slug"
    pagination_class = None

    def get_queryset(self) -> QuerySet[Publication]:
        return Publication.objects.with_pages().for_documents()

    def get(self, request: Request, slug: str) -> Response:
        publication = get_object_or_404(self.filter_queryset(self.get_queryset()), slug=slug)
        if publication.withdrawn:
            return Response(documents.tombstone(publication, base_url=base_url(request)), status=410)
        document: dict[str, Any] = documents.served(publication, base_url=base_url(request))
        return Response(document)
