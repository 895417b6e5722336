"""/livez: this process answers. /readyz: it can serve, that is database, migrations and guards are as they must be.

A load balancer calls by IP address and over plain HTTP, so both are answered before any other middleware looks at the
request: no HTTPS redirect, no check of the host name, no session.
"""

from collections.abc import Callable

from django.conf import settings
from django.db import Error, connection
from django.http import HttpRequest, HttpResponse, HttpResponseNotAllowed

from claims.guards import GUARDS
from factcheck.operations.versions import unapplied
from sources.guards import missing

LIVE, READY = "livez", "readyz"


def livez(request: HttpRequest) -> HttpResponse:
    """200 while the process answers; the database is not asked."""
    return _answer(request, [])


def readyz(request: HttpRequest) -> HttpResponse:
    """200 when requests can be served; 503 with a sentence for each thing that is wrong."""
    return _answer(request, problems() if request.method in ("GET", "HEAD") else [])


ADDRESSES: dict[str, Callable[[HttpRequest], HttpResponse]] = {f"/{LIVE}": livez, f"/{READY}": readyz}


class HealthMiddleware:
    """Answers the two health addresses before anything else sees the request. It stands first."""

    def __init__(self, get_response: Callable[[HttpRequest], HttpResponse]) -> None:
        self.get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponse:
        return ADDRESSES.get(request.path_info, self.get_response)(request)


def problems() -> list[str]:
    """What keeps this process from serving, in sentences that may be public. Three small queries."""
    try:
        with connection.cursor() as cursor:
            cursor.execute("SELECT 1")
    except Error:
        return ["The database does not answer."]
    found = []
    try:
        if waiting := unapplied():
            found.append(f"{len(waiting)} migrations are not applied: run manage.py migrate.")
        if missing(connection, GUARDS):
            found.append("The database does not guard the public record: manage.py check --database default.")
    except Error:
        found.append("The database has no tables that this program knows: run manage.py migrate.")
    return found


def _answer(request: HttpRequest, found: list[str]) -> HttpResponse:
    if request.method not in ("GET", "HEAD"):
        answer: HttpResponse = HttpResponseNotAllowed(
            ["GET", "HEAD"], content_type="text/plain; charset=utf-8"
        )
    else:
        answer = HttpResponse(
            "\n".join(found or ["ok"]) + "\n",
            status=503 if found else 200,
            content_type="text/plain; charset=utf-8",
        )
    answer["Cache-Control"] = "no-store"
    answer["X-Content-Type-Options"] = "nosniff"
    answer["Content-Length"] = str(len(answer.content))
    answer["Permissions-Policy"] = settings.PERMISSIONS_POLICY
    return answer
