"""The change feed over the API: what a request asks for, and for how long an answer may be kept."""

from dataclasses import dataclass, field

from django.http import HttpResponse, QueryDict
from django.utils import timezone
from rest_framework.request import Request
from rest_framework.views import APIView

from claims import changes
from claims.models import Publication
from claims.paging import sequence_of
from factcheck import caching
from factcheck.api.filtering import refuse, repeated_or_empty, unknown

# Seconds in a shared cache. What lies below the head changes only when an entry is redacted.
LONG, SHORT = 3600, 10
FILTERS = (*changes.BY_ROW, "origin")
PARAMETERS = ("since", "limit", *FILTERS)


@dataclass(frozen=True, slots=True)
class Asked:
    """A question to the feed that can be answered, but for whether the record knows the rows it names."""

    since: int = 0
    limit: int = changes.DEFAULT_LIMIT
    filters: dict[str, str] = field(default_factory=dict)


class Changes(APIView):
    """The entries of the record after `since`, in the order of the record."""

    parameters = PARAMETERS

    def get(self, request: Request) -> HttpResponse:
        question, errors = asked(request.query_params)
        wanted: dict[str, frozenset[str]] = {}
        for name, value in question.filters.items():
            if name == "origin":
                wanted[name] = frozenset({value})
            elif found := changes.identifiers(changes.BY_ROW[name], value):
                wanted[name] = found
            else:
                errors[name] = f"The record knows no {name} with this identifier."
        refuse(request.query_params, errors=errors)
        page = changes.page(since=question.since, limit=question.limit, wanted=wanted)
        below_the_head = page.next is not None
        # The head in it moves on: a kept page below the head is as good as a new one, though not the same.
        etag = f'W/"{page.validator[:32]}"' if below_the_head else f'"{page.validator[:32]}"'
        response = HttpResponse(content_type="application/json")
        response["Cache-Control"] = f"max-age=0, s-maxage={LONG if below_the_head else SHORT}"
        at = caching.last_modified(page.at, now=timezone.now())
        answer = caching.validated(request._request, response, etag=etag, at=at)
        if answer.status_code == 200:
            answer.content = page.text()
        return answer


def asked(params: QueryDict) -> tuple[Asked, dict[str, str]]:
    """What the parameters ask for, and each one that cannot be used with what is allowed."""
    errors = unknown(params, known=PARAMETERS) | repeated_or_empty(params, {}, PARAMETERS)
    given = {name: str(params.get(name, "")) for name in PARAMETERS if name in params and name not in errors}
    since = sequence_of(given.get("since", "0"))
    limit = sequence_of(given.get("limit", str(changes.DEFAULT_LIMIT)))
    if since is None:
        errors["since"] = (
            "Not a sequence of the record. Allowed: whole numbers from 0, as the member next has."
        )
    if limit is None or not 1 <= limit <= changes.LARGEST_LIMIT:
        errors["limit"] = f"Not a number of entries. Allowed: 1 to {changes.LARGEST_LIMIT}."
    if given.get("origin", Publication.Origin.OWN) not in Publication.Origin.values:
        errors["origin"] = f"Not an origin. Allowed: {', '.join(Publication.Origin.values)}."
    filters = {name: given[name] for name in FILTERS if name in given and name not in errors}
    return Asked(since or 0, limit or changes.DEFAULT_LIMIT, filters), errors
