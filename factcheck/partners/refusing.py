"""A no to whoever asked /api/v1/ too often or with a bad key, as a problem document."""

from collections.abc import Mapping

from django.http import HttpResponse, JsonResponse

from factcheck.api import problems
from factcheck.partners.keys import Reason, Refused

# Without a good key the answer is 401, with a good one that opens other doors 403.
CHALLENGE = 'Bearer realm="factcheck"'


def too_often(said: str, *, wait: int) -> HttpResponse:
    """429: `wait` is in seconds."""
    return _problem(429, said, headers={"Retry-After": str(wait)})


def bad_key(refused: Refused) -> HttpResponse:
    if refused.reason == Reason.SCOPE:
        return _problem(403, str(refused))
    error = "" if refused.reason == Reason.MISSING else ', error="invalid_token"'
    return _problem(401, str(refused), headers={"WWW-Authenticate": CHALLENGE + error})


def _problem(status: int, said: str, *, headers: Mapping[str, str] | None = None) -> HttpResponse:
    return JsonResponse(
        problems.problem(status, detail=said),
        status=status,
        content_type=problems.CONTENT_TYPE,
        headers={"Cache-Control": "no-store", **(headers or {})},
    )
