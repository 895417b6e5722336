"""How often the APIs may be asked: by address, or with a key that reads by partner."""

import datetime as dt
from collections.abc import Callable

from django.conf import settings
from django.core.exceptions import BadRequest, RequestDataTooBig, SuspiciousOperation
from django.http import HttpRequest, HttpResponse
from django.urls import Resolver404, resolve
from django.utils import timezone

from factcheck.accounts.throttling import client_address
from factcheck.api import problems
from factcheck.factchecktools import answers
from factcheck.factchecktools import refusing as googles
from factcheck.partners import access, counting, credentials, keys, limits, refusing, usage
from factcheck.partners.limits import DAY, MINUTE, Count, Limit
from factcheck.partners.models import Key
from factcheck.partners.scopes import Scope

# Pages are not counted: a cache in front keeps them, and readers share addresses.
COUNTED = ("/api/v1/", credentials.GOOGLES)


class ThrottleMiddleware:
    """Counts each request to an API before anything is done for it, and says in each answer what is left.

    Outside of the caches' middleware, since an answer that was kept, or a 304, is an answer too. A bad key is a no:
    whoever sends one believes that it is good. At the addresses of Google's API a text that is no key of ours is taken
    for none, since the client libraries there send one always; where a key is needed it is refused all the same.
    """

    def __init__(self, get_response: Callable[[HttpRequest], HttpResponse]) -> None:
        self.get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponse:
        if not request.path_info.startswith(COUNTED) or _is_preflight(request):
            return self.get_response(request)
        at = timezone.now()
        key, refused, unread = _key(request, at=at)
        count = admit(key, client_address(request), at=at)
        if key is not None:
            access.remember(request, key)
            usage.note(key, at=at)
        response = _refusal(request, count, refused, unread) or self.get_response(request)
        for name, value in limits.headers(count).items():
            response[name] = value
        return response


def _is_preflight(request: HttpRequest) -> bool:
    """Whether a browser asks what a script may ask (Fetch, 4.8): a no to that hides what the script would be told."""
    return request.method == "OPTIONS" and "Access-Control-Request-Method" in request.headers


def _refusal(
    request: HttpRequest, count: Count, refused: keys.Refused | None, unread: HttpResponse | None
) -> HttpResponse | None:
    """A no before any view is asked."""
    if count.admitted and refused is None and unread is None:
        return None
    try:
        # Whether a script of another site may read the answer depends on whose it is.
        request.resolver_match = resolve(request.path_info)
    except Resolver404:
        request.resolver_match = None
    if not credentials.is_googles(request):
        if not count.admitted:
            return refusing.too_often(limits.refusal(count), wait=count.wait)
        return refusing.bad_key(refused) if refused else unread
    if not count.admitted:
        return answers.refusal(429, googles.too_often(limits.refusal(count), wait=count.wait))
    return answers.refusal(400, googles.bad_key(refused)) if refused else unread


def admit(key: Key | None, address: str | None, *, at: dt.datetime) -> Count:
    """Count one request: of the key's partner where the key has a quota of its own, else of the address.

    Requests from no known address share one limit.
    """
    moment = int(at.timestamp())
    if key is None or not key.opens(Scope.READ):
        whose = f"address {address or 'unknown'}"
        return counting.counter().admit(
            [Limit("address", whose, settings.READS_PER_MINUTE, MINUTE)], moment=moment
        )
    partner, day = key.partner, at.astimezone(dt.UTC).date()
    whose = f"partner {partner.pk}"
    asked = (Limit("minute", whose, partner.per_minute, MINUTE), Limit("day", whose, partner.per_day, DAY))
    before = usage.known(partner.pk, day)
    if before >= partner.per_day:
        # What Redis or this process does not know of any more, the database does.
        return limits.counted(asked, [0, before], moment=moment, exhausted=True)
    count = counting.counter().admit(asked, moment=moment)
    if count.admitted:
        usage.add(partner.pk, day)
    return count


def _key(
    request: HttpRequest, *, at: dt.datetime
) -> tuple[Key | None, keys.Refused | None, HttpResponse | None]:
    """The key, why it is none, and the answer to a form that could not be read: such a request counts as well."""
    try:
        secret = credentials.of(request)
    except RequestDataTooBig:
        return None, None, _unread(request, 413)
    except (BadRequest, SuspiciousOperation):
        return None, None, _unread(request, 400)
    if secret is None:
        return None, None, None
    try:
        return keys.check(secret, at=at), None, None
    except keys.Refused as refused:
        is_any = refused.reason == keys.Reason.MALFORMED and credentials.is_googles(request)
        return None, None if is_any else refused, None


def _unread(request: HttpRequest, status: int) -> HttpResponse:
    """413 or 400: a form in which a key was looked for, and that could not be read."""
    return answers.refusal(status) if credentials.is_googles(request) else problems.answer(status)
