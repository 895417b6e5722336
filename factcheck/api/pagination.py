"""Paging of the API's lists: by the record's sequence, newest first."""

from typing import Any

from django.db.models import QuerySet
from django.http import QueryDict
from rest_framework.pagination import BasePagination
from rest_framework.request import Request
from rest_framework.response import Response
from rest_framework.utils.urls import remove_query_param, replace_query_param
from rest_framework.views import APIView

from claims.addresses import full_url
from claims.paging import Page, page_of, sequence_of
from factcheck.api.problems import BadParameters


class SequencePagination(BasePagination):
    """`before` or `after` name a sequence, `limit` the number of rows; answers {next, previous, results}."""

    parameters = ("before", "after", "limit")
    default_limit = 20
    largest_limit = 100

    request: Request
    page: Page

    def bad_values(self, params: QueryDict) -> dict[str, str]:
        """Each paging parameter whose value cannot be used, with what is allowed."""
        errors = {}
        for name in ("before", "after"):
            if name in params and sequence_of(_given(params, name)) is None:
                errors[name] = (
                    "Not a sequence of the record. Allowed: whole numbers from 0, as in the links next and previous."
                )
        if "limit" in params and not 1 <= (sequence_of(_given(params, "limit")) or 0) <= self.largest_limit:
            errors["limit"] = f"Not a number of rows. Allowed: 1 to {self.largest_limit}."
        if "before" in params and "after" in params:
            errors |= {
                name: "Give before or after, not both." for name in ("before", "after") if name not in errors
            }
        return errors

    def paginate_queryset(
        self, queryset: QuerySet[Any], request: Request, view: APIView | None = None
    ) -> list[Any]:
        params = request.query_params
        if errors := self.bad_values(params):
            raise BadParameters(errors)
        self.request = request
        self.page = page_of(
            queryset,
            before=sequence_of(_given(params, "before")),
            after=sequence_of(_given(params, "after")),
            size=sequence_of(_given(params, "limit")) or self.default_limit,
        )
        return list(self.page.rows)

    def get_paginated_response(self, data: Any) -> Response:
        return Response(
            {
                "next": self._link("before", self.page.next_before),
                "previous": self._link("after", self.page.previous_after),
                "results": data,
            }
        )

    def _link(self, name: str, sequence: int | None) -> str | None:
        if sequence is None:
            return None
        address = full_url(self.request)
        for parameter in ("before", "after"):
            address = remove_query_param(address, parameter)
        return str(replace_query_param(address, name, sequence))


def _given(params: QueryDict, name: str) -> str:
    """The parameter's last value as it was written, or nothing."""
    return str(params.get(name, ""))
