"""The pages about the API for people: what there is, and the reference made from the committed description."""

from collections.abc import Callable
from functools import cache, wraps
from typing import Any

from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.views.decorators.csrf import csrf_exempt

from claims.addresses import base_url
from factcheck.api import problems, reference
from factcheck.api.schema import described

View = Callable[[HttpRequest], HttpResponse]


def _read_only(view: View) -> View:
    """What lies below /api/ refuses in the API's own form, also where it shows a page."""

    @csrf_exempt
    @wraps(view)
    def answered(request: HttpRequest) -> HttpResponse:
        if request.method in ("GET", "HEAD"):
            return view(request)
        response = problems.answer(405)
        response["Allow"] = "GET, HEAD"
        return response

    return answered


@_read_only
def home(request: HttpRequest) -> HttpResponse:
    """What the API has, under which licence, with which limits, and how changes of it are announced."""
    return render(request, "api/home.html", {"base": base_url(request), "groups": _reference()["groups"]})


@_read_only
def docs(request: HttpRequest) -> HttpResponse:
    """Every address, parameter, answer and member."""
    return render(request, "api/docs.html", _reference())


@cache
def _reference() -> dict[str, Any]:
    description = described()
    return {
        "groups": reference.groups(description),
        "usual": reference.usual(description),
        "shapes": reference.shapes(description),
    }
