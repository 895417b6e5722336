"""The lookup for programs: what answers a question, ranked, with the counts of every filter."""

from typing import Any

from django.http import QueryDict
from rest_framework.exceptions import ValidationError
from rest_framework.generics import GenericAPIView
from rest_framework.pagination import BasePagination
from rest_framework.request import Request
from rest_framework.response import Response

from claims import documents, looking_up
from claims.addresses import base_url
from claims.filters import PublicationFilterSet
from claims.models import Publication
from claims.paging import sequence_of
from claims.search.highlights import highlights


class RankedPages(BasePagination):
    """`page` counts from 1, `limit` is the number of rows, `sort` the order: relevance or newest."""

    parameters = ("page", "limit", "sort")
    default_limit = 20
    largest_limit = 100

    def bad_values(self, params: QueryDict) -> dict[str, str]:
        """Each of these parameters whose value cannot be used, with what is allowed."""
        errors = {}
        for name, most in (("page", looking_up.MOST_PAGES), ("limit", self.largest_limit)):
            if name in params and not 1 <= (sequence_of(str(params[name])) or 0) <= most:
                errors[name] = f"Not a number that is known here. Allowed: 1 to {most}."
        if "sort" in params and params["sort"] not in looking_up.ORDERS:
            errors["sort"] = f"Not an order that is known here. Allowed: {', '.join(looking_up.ORDERS)}."
        return errors


class Lookup(GenericAPIView[Publication]):
    """GET ?q=…: the likeliest first, under the filters of the list of claims.

    `total` fact-checks have all the words; with `nearest` none has, and the results are the nearest. `counts` say of
    each filter how many each value would leave under the question and the other filters; `did_you_mean` is null or the
    question in words that are there. Each result has the served document, the places of the words in its claim, and
    whether it is only `related`: near in meaning, by other words, so that it may say the opposite.
    `plain` is true where the index could not be used and the database answered in its plain way.
    """

    filterset_class = PublicationFilterSet
    pagination_class = RankedPages
    queryset = Publication.objects.none()

    def get(self, request: Request) -> Response:
        # Refuses what is unknown, repeated or bad.
        self.filter_queryset(self.get_queryset())
        params = request.query_params
        text = str(params.get("q", ""))
        if not looking_up.asks(text):
            raise ValidationError(
                {"q": 'Ask with q: a few words, a sentence, "a phrase", -without or speaker:name.'}
            )
        found = looking_up.answer(
            text,
            {name: str(params[name]) for name in PublicationFilterSet.base_filters if name in params},
            order=str(params.get("sort", looking_up.RELEVANCE)),
            page=sequence_of(str(params.get("page", "1"))) or 1,
            size=sequence_of(str(params.get("limit", ""))) or RankedPages.default_limit,
        )
        served = documents.served_many(found.rows, base_url=base_url(request))
        response = Response(
            {
                "total": found.total,
                "page": found.page,
                "pages": found.pages,
                "nearest": found.is_nearest,
                "plain": found.is_plain,
                "did_you_mean": found.meant or None,
                "counts": {name: dict(sizes) for name, sizes in found.counts.items()},
                "results": [_result(document, found) for document in served],
            }
        )
        if found.is_plain or found.is_behind:
            # Known again it would be by the record, which does not change when the index catches up.
            response["Cache-Control"] = "no-store"
        return response


def _result(document: dict[str, Any], found: looking_up.Answer) -> dict[str, Any]:
    places = highlights(document["claim"], found.forms, language=document["language"])
    return {
        "claim": document,
        "highlights": [list(place) for place in places],
        "related": document["id"] in found.related,
    }
