"""The description of the API (OpenAPI 3.1) as it was committed; factcheck.api.openapi makes it."""

import json
from functools import cache
from pathlib import Path
from typing import Any

from django.http import HttpResponse
from rest_framework.request import Request
from rest_framework.views import APIView

from factcheck.api.filtering import refuse, unknown

DESCRIPTION = Path(__file__).with_name("openapi.json")


@cache
def described() -> dict[str, Any]:
    """The description, read once in each process."""
    found: dict[str, Any] = json.loads(_text())
    return found


@cache
def _text() -> bytes:
    return DESCRIPTION.read_bytes()


class Schema(APIView):
    """The description itself, which takes no parameters."""

    def get(self, request: Request) -> HttpResponse:
        refuse(request.query_params, errors=unknown(request.query_params, known=()))
        return HttpResponse(_text(), content_type="application/json")
