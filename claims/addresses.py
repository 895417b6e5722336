"""Absolute addresses of what is served."""

from django.conf import settings
from django.http import HttpRequest
from rest_framework.request import Request


def base_url(request: HttpRequest | Request) -> str:
    """Scheme and host without a slash at the end: as the operator gave them (FACTCHECK_URL), or as asked for."""
    given: str | None = settings.GIVEN_URL
    return given or request.build_absolute_uri("/").rstrip("/")


def full_url(request: HttpRequest | Request) -> str:
    """The absolute address of the request itself, with its query."""
    return base_url(request) + str(request.get_full_path())
