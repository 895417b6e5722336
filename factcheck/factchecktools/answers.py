"""How this API takes requests and answers them: methods, parameters, JSON, and every error in its envelope."""

import json
from collections.abc import Callable
from typing import Any

from django.http import HttpRequest, HttpResponse
from django.views.decorators.csrf import csrf_exempt

from factcheck.factchecktools import fields
from factcheck.factchecktools.envelope import Refused, envelope
from factcheck.factchecktools.parameters import Common, Given

UNKNOWN_ADDRESS = "tools-unknown"
CONTENT_TYPE = "application/json; charset=UTF-8"
_ROOTS = ("v1alpha1", "$discovery")
_FORM = "application/x-www-form-urlencoded"

Handler = Callable[..., HttpResponse]


def is_asked(request: HttpRequest) -> bool:
    """Whether an address of this API was asked for, be it there or not."""
    return request.path_info.removeprefix("/").partition("/")[0] in _ROOTS


def view(**handlers: Handler) -> Handler:
    """A view of the handlers by method (in small letters); each takes the request, its parameters, and the address's.

    A client that finds an address too long sends its parameters as a form, by POST with X-HTTP-Method-Override: GET.
    That is a read like any other: nobody's cookie is looked at, so there is no forgery to guard against.
    """
    # What is only read is for scripts of other sites, which ask by OPTIONS first: factcheck.headers answers them.
    names = [
        *handlers,
        *(["head"] if "get" in handlers else []),
        *(["options"] if [*handlers] == ["get"] else []),
    ]
    allowed = ", ".join(sorted(name.upper() for name in names))

    @csrf_exempt
    def answer(request: HttpRequest, **address: str) -> HttpResponse:
        try:
            method, given = _asked(request)
            handler = handlers.get("get" if method == "head" else method)
            if handler is None:
                raise Refused(405, f"This address takes {allowed}.", headers={"Allow": allowed})
            return handler(request, given, **address)
        except Refused as refused:
            return refusal(refused.code, refused)

    return answer


def made(document: Any, common: Common) -> HttpResponse:
    """An answer as JSON, with what of it was asked for."""
    return _response(200, fields.only(document, common.wanted or {}), pretty=common.pretty)


def refusal(code: int, refused: Refused | None = None) -> HttpResponse:
    """An error in its envelope; without `refused` it says no more than its status."""
    response = _response(code, refused.document if refused else envelope(code))
    for name, value in (refused.headers if refused else {}).items():
        response[name] = value
    return response


@csrf_exempt
def unknown_address(request: HttpRequest, **address: str) -> HttpResponse:
    """Every path below the roots of this API that is none of its methods."""
    return refusal(404)


def _asked(request: HttpRequest) -> tuple[str, Given]:
    """The method that is meant, in small letters, and the parameters of the address and of a form in its stead."""
    method = (request.method or "").lower()
    given = {name: list(values) for name, values in request.GET.lists()}
    meant = request.headers.get("X-HTTP-Method-Override", "").strip().lower()
    if method != "post" or not meant:
        return method, given
    if meant != "get":
        raise Refused(400, "Of all methods only GET can be meant by X-HTTP-Method-Override.")
    if request.content_type == _FORM:
        for name, values in request.POST.lists():
            given.setdefault(name, []).extend(values)
    return meant, given


def _response(status: int, document: Any, *, pretty: bool = False) -> HttpResponse:
    indent, separators = (2, (",", ": ")) if pretty else (None, (",", ":"))
    text = json.dumps(document, ensure_ascii=False, indent=indent, separators=separators)
    return HttpResponse(text, status=status, content_type=CONTENT_TYPE)
