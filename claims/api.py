"""The read API of published fact-checks and their entries. Errors, paging, strictness: factcheck.api."""

from typing import Any

from django.db.models import QuerySet
from django.http import Http404
from django.shortcuts import get_object_or_404
from rest_framework.generics import GenericAPIView
from rest_framework.request import Request
from rest_framework.response import Response

from claims import documents, entries, shown
from claims.addresses import base_url
from claims.filters import PublicationFilterSet
from claims.models import Publication, Revision


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
        shown.say(request, shown.document(document))
        return Response(document)


class ClaimRevisions(GenericAPIView[Revision]):
    """The entries of the record about one claim, newest first; a withdrawn one has them still."""

    # What would make this address that of one entry; a list takes the parameters of its pages.
    lookup_field = "number"

    def get_queryset(self) -> QuerySet[Revision]:
        return entries.of_claim(self.kwargs["slug"])

    def get(self, request: Request, slug: str) -> Response:
        page = self.paginate_queryset(self.filter_queryset(self.get_queryset()))
        if not page and not self.get_queryset().exists():
            raise Http404
        return self.get_paginated_response(entries.served_many(page or []))


class ClaimRevision(ClaimRevisions):
    """One entry about a claim, at its permanent address; 410 where its body was redacted."""

    pagination_class = None

    def get(self, request: Request, slug: str, number: int) -> Response:  # type: ignore[override]
        revision = get_object_or_404(self.filter_queryset(self.get_queryset()), number=number)
        entry = entries.served(revision)
        return Response(entry, status=410 if entry["redacted"] else 200)
