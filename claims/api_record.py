"""The read API of the record: its entries as a list, what was corrected, and which fact-check lives at an address."""

from django.db.models import QuerySet
from django.http import QueryDict
from django.shortcuts import get_object_or_404
from rest_framework.exceptions import ValidationError
from rest_framework.generics import GenericAPIView
from rest_framework.pagination import BasePagination
from rest_framework.request import Request
from rest_framework.response import Response

from claims import checking, corrections, documents, entries, history
from claims.addresses import base_url
from claims.check_views import NotNow
from claims.links import LONGEST, link_key
from claims.models import Publication, Revision
from claims.search import keeping
from claims.search.store import Unusable


class Entries(GenericAPIView[Revision]):
    """The entries of the record, newest first. Whoever follows them asks the change feed, which never has a gap."""

    def get_queryset(self) -> QuerySet[Revision]:
        return entries.every()

    def get(self, request: Request) -> Response:
        page = self.paginate_queryset(self.filter_queryset(self.get_queryset()))
        return self.get_paginated_response(entries.served_many(page or []))


class Entry(Entries):
    """One entry by its sequence; 410 where its body was redacted."""

    lookup_field = "sequence"
    pagination_class = None

    def get(self, request: Request, sequence: int) -> Response:  # type: ignore[override]
        revision = get_object_or_404(self.filter_queryset(self.get_queryset()), sequence=sequence)
        entry = entries.served(revision)
        return Response(entry, status=410 if entry["redacted"] else 200)


class Corrections(GenericAPIView[Revision]):
    """What readers are told of: corrections, changes of verdict, withdrawals and the like, newest first."""

    def get_queryset(self) -> QuerySet[Revision]:
        return history.told()

    def get(self, request: Request) -> Response:
        page = self.paginate_queryset(self.filter_queryset(self.get_queryset()))
        return self.get_paginated_response(corrections.served_many(page or [], base_url=base_url(request)))


class Correction(Corrections):
    """One correction by its sequence on the record."""

    lookup_field = "sequence"
    pagination_class = None

    def get(self, request: Request, sequence: int) -> Response:  # type: ignore[override]
        told = get_object_or_404(self.filter_queryset(self.get_queryset()), sequence=sequence)
        (served,) = corrections.served_many([told], base_url=base_url(request))
        return Response(served)


class OneAddress(BasePagination):
    """Whose only parameter is `url`, an address of the web."""

    parameters = ("url",)

    def bad_values(self, params: QueryDict) -> dict[str, str]:
        """The parameter where it is no address of the web, with what is allowed."""
        address = str(params.get("url", ""))
        if not address or link_key(address):
            return {}
        return {"url": f"Not an address of a web page. Allowed: http or https, at most {LONGEST} characters."}


class Reviews(GenericAPIView[Publication]):
    """The fact-checks that live at an address, however it is spelt: partners' at their own, ours at ours.

    No page is fetched. What is withdrawn lives nowhere.
    """

    pagination_class = OneAddress
    queryset = Publication.objects.none()

    def get(self, request: Request) -> Response:
        # Refuses what is unknown, repeated or bad.
        self.filter_queryset(self.get_queryset())
        address = str(request.query_params.get("url", ""))
        if not address:
            raise ValidationError({"url": "Ask with url: the address of a review."})
        try:
            is_behind = keeping.current().is_behind
            found = checking.at_address(address, base_url=base_url(request))
        except Unusable as problem:
            keeping.complain("An address could not be looked up", problem)
            raise NotNow from problem
        response = Response({"results": [*map(documents.rendered, found.reviews)] if found else []})
        if is_behind:
            # Known again it would be by the record, which does not change when the index catches up.
            response["Cache-Control"] = "no-store"
        return response
