"""Absolute addresses of what is served."""

from django.http import HttpRequest
from rest_framework.request import Request


def base_url(request: HttpRequest | Request) -> str:
    """Scheme and host of the request, without a slash at the end."""
    return request.build_absolute_uri("/").rstrip("/")
