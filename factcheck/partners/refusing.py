"""A no to whoever asked an API too often or with a bad key, in the form of the API that was asked."""

from collections.abc import Mapping

from django.http import HttpRequest, HttpResponse, JsonResponse

from factcheck.api import problems
from factcheck.factchecktools import answers, envelope
from factcheck.partners import credentials
from factcheck.partners.keys import Reason, Refused

# How the API at /api/v1/ says it: without a good key 401, with a good one that opens other doors 403.
CHALLENGE = 'Bearer realm="factcheck"'
# As the client libraries of Google's API know it.
NOT_VALID = "API key not valid. Please pass a valid API key."


def too_often(request: HttpRequest, said: str, *, wait: int) -> HttpResponse:
    """429: `wait` is in seconds."""
    headers = {"Retry-After": str(wait)}
    if credentials.is_googles(request):
        return _googles(429, said, reason="RATE_LIMIT_EXCEEDED", headers=headers)
    return _problem(429, said, headers=headers)


def unread(request: HttpRequest, status: int) -> HttpResponse:
    """413 or 400: a form in which a key was looked for, and that could not be read."""
    if credentials.is_googles(request):
        return answers.refusal(status)
    return problems.answer(status)


def bad_key(request: HttpRequest, refused: Refused) -> HttpResponse:
    if credentials.is_googles(request):
        return _googles(400, f"{NOT_VALID} {refused}", reason="API_KEY_INVALID")
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


def _googles(code: int, said: str, *, reason: str, headers: Mapping[str, str] | None = None) -> HttpResponse:
    refused = envelope.Refused(
        code, said, details=envelope.info(reason), headers={"Cache-Control": "no-store", **(headers or {})}
    )
    return answers.refusal(code, refused)
