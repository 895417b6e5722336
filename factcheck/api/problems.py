"""Errors of the API as problem documents (RFC 9457), whichever layer of the house they come from."""

from collections.abc import Iterable, Mapping
from http import HTTPStatus
from typing import Any

from django.conf import settings
from django.core.exceptions import PermissionDenied, RequestDataTooBig
from django.http import Http404, HttpRequest, HttpResponse, HttpResponsePermanentRedirect, JsonResponse
from django.urls import Resolver404, resolve
from django.utils.http import MAX_URL_REDIRECT_LENGTH
from django.views.decorators.csrf import csrf_exempt
from rest_framework import exceptions
from rest_framework.response import Response
from rest_framework.views import set_rollback

CONTENT_TYPE = "application/problem+json"
API_PREFIX = "/api/"
UNKNOWN_ADDRESS = "api-unknown"
DETAILS = {
    400: "The request cannot be understood.",
    403: "This address is not open to you.",
    404: "Nothing is found at this address.",
    412: "This is another one by now than If-Match or If-Unmodified-Since asks for.",
    413: f"What was sent has more than {settings.DATA_UPLOAD_MAX_MEMORY_SIZE:,} bytes, the most that is taken.",
    500: "Something went wrong on this server. The operator's log says what.",
    503: "The database of this server cannot be asked at the moment. Try again when Retry-After says.",
}


class BadParameters(exceptions.APIException):
    """400: parameters that are unknown, repeated or hold a bad value; `errors` maps each name to its reason."""

    status_code = 400
    default_code = "bad_parameters"

    def __init__(self, errors: Mapping[str, str]) -> None:
        self.errors = dict(errors)
        names = ", ".join(self.errors)
        super().__init__(f"The request has a parameter that cannot be used: {names}.")


class TooLong(exceptions.APIException):
    status_code = 413
    default_code = "too_long"


def problem(
    status: int, *, detail: str | None = None, errors: Iterable[Mapping[str, str]] | None = None
) -> dict[str, Any]:
    """The members of a problem document; `errors` is a list of {name, reason}, left out when there is none."""
    document: dict[str, Any] = {
        "type": "about:blank",
        "title": HTTPStatus(status).phrase,
        "status": status,
        "detail": detail or DETAILS.get(status, HTTPStatus(status).description),
    }
    if errors:
        document["errors"] = list(errors)
    return document


def problem_handler(exception: Exception, context: dict[str, Any]) -> Response | None:
    """The API's exception handler: a problem document, or None for a fault of ours (see server_error)."""
    if isinstance(exception, Http404):
        exception = exceptions.NotFound(DETAILS[404])
    elif isinstance(exception, PermissionDenied):
        exception = exceptions.PermissionDenied(DETAILS[403])
    elif isinstance(exception, RequestDataTooBig):
        exception = TooLong(DETAILS[413])
    if not isinstance(exception, exceptions.APIException):
        return None
    set_rollback()
    status = exception.status_code
    if isinstance(exception, BadParameters):
        document = problem(status, detail=str(exception.detail), errors=_named(exception.errors))
    elif isinstance(exception, exceptions.ValidationError):
        document = problem(status, detail="The request holds a bad value.", errors=_flat(exception.detail))
    else:
        document = problem(status, detail=str(exception.detail))
    return Response(document, status=status, headers=_headers(exception), content_type=CONTENT_TYPE)


@csrf_exempt
def unknown_address(request: HttpRequest, **kwargs: Any) -> HttpResponse:
    """Every path below /api/ that no resource has; a missing last slash is mended as on the pages."""
    if not request.path.endswith("/") and request.method in ("GET", "HEAD"):
        try:
            mended = resolve(request.path_info + "/")
        except Resolver404:
            mended = None
        address = request.get_full_path(force_append_slash=True)
        # Django leads to nothing that is longer.
        if mended and mended.url_name != UNKNOWN_ADDRESS and len(address) <= MAX_URL_REDIRECT_LENGTH:
            return HttpResponsePermanentRedirect(address)
    return answer(404)


def is_api(request: HttpRequest) -> bool:
    return request.path_info.startswith(API_PREFIX)


def answer(status: int) -> HttpResponse:
    """A problem document that says no more than its status."""
    return JsonResponse(problem(status), status=status, content_type=CONTENT_TYPE)


def _headers(exception: exceptions.APIException) -> dict[str, str]:
    headers = {}
    if challenge := getattr(exception, "auth_header", None):
        headers["WWW-Authenticate"] = challenge
    if wait := getattr(exception, "wait", None):
        headers["Retry-After"] = str(int(wait))
    return headers


def _named(errors: Mapping[str, str]) -> list[dict[str, str]]:
    return [{"name": name, "reason": reason} for name, reason in errors.items()]


def _flat(detail: Any, name: str = "") -> list[dict[str, str]]:
    """A serializer's nested errors as one list; the name of a nested field is its path, parts joined by dots."""
    if isinstance(detail, Mapping):
        return [row for key, value in detail.items() for row in _flat(value, f"{name}.{key}".lstrip("."))]
    if isinstance(detail, list):
        return [row for value in detail for row in _flat(value, name)]
    return [{"name": name, "reason": str(detail)}]
