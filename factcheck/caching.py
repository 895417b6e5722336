"""What caches may keep: validators of public answers, and for how long an answer may be served without asking.

A public answer is a projection of the record. It is known to be the same before it is computed: the same question
while the head, the texts held here and the program are the same. An answer about one fact-check is the same for
longer, while what it shows is the same (claims.shown): entries about others change nothing for whoever has it. What a
reader has is not sent again, and what was made already (factcheck.answers) is not made again.

Last-Modified is the time of the head for all of them: whoever asks by time alone is told too often of a change, and
never too late.
"""

import datetime as dt
from collections.abc import Callable
from functools import lru_cache
from hashlib import sha256
from typing import Any

from django.conf import settings
from django.core.exceptions import DisallowedHost
from django.http import HttpRequest, HttpResponse, HttpResponseNotModified
from django.urls import Resolver404, ResolverMatch, resolve
from django.utils import timezone
from django.utils.cache import get_conditional_response
from django.utils.http import http_date, parse_etags

from claims import freshness, shown
from claims.addresses import base_url, full_url
from factcheck import edition, programs
from factcheck.answers import Answers, Key, Marks
from factcheck.api import problems
from factcheck.audiences import Address, Audience, audience_of
from factcheck.factchecktools import answers

# Seconds in a shared cache: so long may a withdrawn verdict be served by one.
SHARED = 60
CACHE_CONTROL = f"max-age=0, s-maxage={SHARED}"
# Public addresses that are no projection of the record, or have validators of their own.
OTHERS = {
    "livez",
    "readyz",
    "admin:login",
    "admin:jsi18n",
    "admin_password_reset",
    "password_reset_done",
    "password_reset_confirm",
    "password_reset_complete",
    problems.UNKNOWN_ADDRESS,
    answers.UNKNOWN_ADDRESS,
    # It answers nothing but that it is not there.
    "tools-image-search",
    # Of the program and its address; its validator is made of what it says.
    "tools-description",
    "api-changes",
    "record-head",
    # What is asked there is in the request, not in the address.
    "check",
    "api-match",
    "report",
    "report-sent",
    "suggest",
    "suggest-sent",
}
# Headers that a view may have had another word about; a browser takes those of a 304 for its copy (RFC 9111, 3.2).
OF_THE_VIEW = ("Content-Security-Policy", "X-Frame-Options")
# An entry that waited for others to be appended carries the time at which it began to wait; no request waits longer.
LONGEST_WAIT = dt.timedelta(seconds=60)

# An answer may differ by these headers of the request, and is not kept where it says that it does by others.
_VARYING = {"accept", "origin"}

_STATE = "factcheck.state"
_LOOKED = "factcheck.looked"
kept = Answers()
marks = Marks()


class CachingMiddleware:
    """ETag, Last-Modified and Cache-Control of public answers; 304 before a view is asked where the reader has it.

    Only an answer with 200 has validators: where it would be another, as with what was withdrawn, conditions are
    ignored (RFC 9110, 13.2.1), so that nobody is told that an old copy is still good.

    It stands outside of the sessions: an answer that depends on a cookie is nobody else's, and is left alone.
    """

    def __init__(self, get_response: Callable[[HttpRequest], HttpResponse]) -> None:
        self.get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponse:
        if kept.most and (made := self._made(request)):
            return made
        response = self.get_response(request)
        if response.status_code == 304:
            # It was made before the view that knows better was asked: the copy keeps what it came with.
            for name in OF_THE_VIEW:
                del response[name]
        state: freshness.State | None = request.META.get(_STATE)
        if state is None or response.has_header("Cache-Control"):
            return response
        if response.cookies or "cookie" in response.get("Vary", "").lower():
            response["Cache-Control"] = "private, no-cache"
            return response
        if response.status_code in (200, 301, 304, 404, 410):
            response["Cache-Control"] = CACHE_CONTROL
        if response.status_code != 200 or not state.sequence:
            return response
        mark = _shown(request, state)
        if mark is None:
            return response
        varies = {name.strip() for name in response.get("Vary", "").lower().split(",")} - {""}
        if kept.most and request.method == "GET" and not response.streaming and varies <= _VARYING:
            kept.put(_key(request, mark), response)
        return _validated(request, response, state, mark)

    def _made(self, request: HttpRequest) -> HttpResponse | None:
        """What needs no view and nothing on the way to it: that the reader has the answer, or an answer made before."""
        try:
            request.resolver_match = _resolved(request.path_info)
            if not _of_the_record(request):
                return None
            # Whoever asks another host than ours is refused, further on.
            request.get_host()
        except (Resolver404, DisallowedHost):
            return None
        state = request.META[_STATE] = freshness.state()
        mark = _known(request, state)
        if mark is None:
            return None
        if _is_had(request, etag := _etag(request, mark)):
            return HttpResponseNotModified(headers={"ETag": etag, "Cache-Control": CACHE_CONTROL})
        made = kept.get(_key(request, mark))
        return _validated(request, made, state, mark) if made else None

    def process_view(
        self, request: HttpRequest, view: Callable[..., Any], args: Any, kwargs: Any
    ) -> HttpResponse | None:
        if not _of_the_record(request):
            return None
        # Read before the answer is: if the record grows meanwhile, the answer is newer than its validator says.
        state = request.META.get(_STATE) or freshness.state()
        request.META[_STATE] = state
        mark = _known(request, state)
        if mark is not None and _is_had(request, etag := _etag(request, mark)):
            response = HttpResponseNotModified()
            response["ETag"] = etag
            return response
        return None


def validated(
    request: HttpRequest, response: HttpResponse, *, etag: str, at: dt.datetime | None
) -> HttpResponse:
    """The response with its validators, or 304 where the reader has it."""
    response["ETag"] = etag
    modified = None
    if at:
        modified = int(at.timestamp())
        response["Last-Modified"] = http_date(modified)
    made = get_conditional_response(request, etag=etag, last_modified=modified, response=response) or response
    # What is said to a condition that does not hold has the form of the API that was asked.
    return (made.status_code == 412 and programs.refused(request, 412)) or made


def last_modified(at: dt.datetime | None, *, now: dt.datetime) -> dt.datetime | None:
    """The time of the head, once no other entry can carry the same second; a second less until then.

    Who asks by time alone would otherwise never learn of a second entry of that second.
    """
    if at is None or now - at > LONGEST_WAIT:
        return at
    return at - dt.timedelta(seconds=1)


@lru_cache(maxsize=1024)
def _resolved(path: str) -> ResolverMatch:
    """Whose address it is. The same are asked for again and again; finding out takes a fifth of what a 304 takes."""
    return resolve(path)


def _of_the_record(request: HttpRequest) -> bool:
    match = request.resolver_match
    if match is None or settings.DEBUG or request.method not in ("GET", "HEAD"):
        return False
    address = Address(route=match.route, name=match.view_name)
    return audience_of(address) is Audience.PUBLIC and address.name not in OTHERS


def _is_had(request: HttpRequest, etag: str) -> bool:
    """Whether the reader has the answer. Only one with 200 was ever given this ETag, so the address needs no look."""
    return etag in parse_etags(request.headers.get("If-None-Match", "").replace("W/", ""))


def _known(request: HttpRequest, state: freshness.State) -> str | None:
    """What the answer will show, before a view is asked; None where there is nothing, or nobody asks for it.

    One about one fact-check is looked at only for whoever has a copy of it, and once for each state of the record.
    """
    if not state.sequence:
        return None
    of_one = _of_one(request)
    if of_one is None:
        return _of_all(state)
    name, slug, base = of_one
    mark = marks.get(of_one, at=state)
    if mark is None and "If-None-Match" in request.headers and _LOOKED not in request.META:
        request.META[_LOOKED] = True
        mark = shown.of(name, slug, base_url=base)
        if mark is not None:
            marks.put(of_one, mark, at=state)
    return mark


def _shown(request: HttpRequest, state: freshness.State) -> str | None:
    """What the answer shows that was made; None where its view did not say it."""
    of_one = _of_one(request)
    if of_one is None:
        return _of_all(state)
    mark = shown.said(request)
    if mark is not None:
        marks.put(of_one, mark, at=state)
    return mark


def _of_one(request: HttpRequest) -> tuple[str, str, str] | None:
    """The address, the fact-check and the server of an answer about one fact-check; None for all others."""
    match = request.resolver_match
    if match is None or match.view_name not in shown.MARKS:
        return None
    return match.view_name, match.kwargs["slug"], base_url(request)


def _of_all(state: freshness.State) -> str:
    return f"{state.sequence} {state.entry_digest} {state.held}"


def _validated(
    request: HttpRequest, response: HttpResponse, state: freshness.State, mark: str
) -> HttpResponse:
    at = last_modified(state.at, now=timezone.now())
    return validated(request, response, etag=_etag(request, mark), at=at)


def _key(request: HttpRequest, mark: str) -> Key:
    """What an answer depends on: besides its ETag the way by which it was asked, which may lead to a redirect."""
    varying = (request.headers.get(name, "") for name in sorted(_VARYING))
    return (_etag(request, mark), request.scheme or "", request.get_host(), *varying)


def _etag(request: HttpRequest, mark: str) -> str:
    """Strong: equal for equal answers to one address, byte for byte."""
    said = (edition.fingerprint(), mark, full_url(request))
    return f'"{sha256(repr(said).encode()).hexdigest()[:32]}"'
