"""Absolute addresses of what is served."""

from urllib.parse import urlencode

from django.conf import settings
from django.http import HttpRequest
from rest_framework.request import Request


def base_url(request: HttpRequest | Request) -> str:
    """Scheme and host without a slash at the end: as the operator gave them (FACTCHECK_URL), or as asked for."""
    given: str | None = settings.GIVEN_URL
    return given or request.build_absolute_uri("/").rstrip("/")


def canonical_url(request: HttpRequest | Request) -> str:
    """The address that a page has in search engines: what was asked of a list is left out, its place is not."""
    place = {name: value for name in ("before", "after") if (value := request.GET.get(name, "")).isdecimal()}
    return base_url(request) + request.path + (f"?{urlencode(place)}" if place else "")


def full_url(request: HttpRequest | Request) -> str:
    """The absolute address of the request itself, with its query."""
    return base_url(request) + str(request.get_full_path())
