"""What requests and responses carry that no middleware of Django or of a library looks after."""

from collections.abc import Callable

from django.conf import settings
from django.http import HttpRequest, HttpResponse, StreamingHttpResponse
from django.middleware.common import CommonMiddleware
from django.utils.http import MAX_URL_REDIRECT_LENGTH

from factcheck.api import problems
from factcheck.factchecktools import answers


class HeadMiddleware:
    """HEAD is answered as GET is, without the body: views make one, and the server would drop it with a warning."""

    def __init__(self, get_response: Callable[[HttpRequest], HttpResponse]) -> None:
        self.get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponse:
        response = self.get_response(request)
        if request.method == "HEAD":
            if isinstance(response, StreamingHttpResponse):
                response.streaming_content = iter(())
            else:
                response.content = b""
        return response


class PermissionsPolicyMiddleware:
    """Every response refuses the browser features that no page of ours uses."""

    def __init__(self, get_response: Callable[[HttpRequest], HttpResponse]) -> None:
        self.get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponse:
        response = self.get_response(request)
        response.setdefault("Permissions-Policy", settings.PERMISSIONS_POLICY)
        return response


# Addresses for programs that do not lie below /api/.
FOR_PROGRAMS = {
    *("feed", "corrections-feed", "record-head"),
    *("feed-rss", "topic-feed", "topic-feed-rss", "speaker-feed", "speaker-feed-rss"),
    *("rating-feed", "rating-feed-rss"),
    *("claimreview", "oembed", "data-jsonl", "data-csv", "datafeed"),
    *("tools-search", "tools-image-search", "tools-description"),
}
READING = "GET, HEAD, OPTIONS"
# An answer that takes the place of one that was counted says so too.
LIMITS = ("RateLimit", "RateLimit-Policy")
# What a script of another site may read of an answer, and send with a question. No browser sends a key by itself.
EXPOSED = "ETag, Last-Modified, Location, Link, RateLimit, RateLimit-Policy, Retry-After, Deprecation, Sunset"
ASKED_WITH = "If-None-Match, If-Modified-Since, Content-Type, Authorization, Idempotency-Key"


class CrossOriginMiddleware:
    """What is for programs may be read by the script of any page: it takes no cookies, so there is nothing to borrow.

    A script that asks whether its copy is still good is asked for first, by OPTIONS (Fetch, 4.8): the API's views
    answer that, and for the others it is answered here.
    """

    def __init__(self, get_response: Callable[[HttpRequest], HttpResponse]) -> None:
        self.get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponse:
        response = self.get_response(request)
        match = request.resolver_match
        is_page = match is None or match.view_name not in FOR_PROGRAMS
        if not is_page or request.path_info.startswith("/api/"):
            if request.method == "OPTIONS" and not is_page:
                counted = {name: response[name] for name in LIMITS if name in response}
                response = HttpResponse(status=204, headers={"Allow": READING, **counted})
            response["Access-Control-Allow-Origin"] = "*"
            response["Access-Control-Expose-Headers"] = EXPOSED
            # Without these a browser never asks for anything but a plain GET.
            if request.method == "OPTIONS":
                response["Access-Control-Allow-Methods"] = response.get("Allow", READING)
                response["Access-Control-Allow-Headers"] = ASKED_WITH
                response["Access-Control-Max-Age"] = "86400"
        return response


class CookieMiddleware:
    """Cookies are for people: the APIs look at none.

    One with a NUL was never ours: PostgreSQL refuses the character, so such a cookie is not looked at either.
    """

    def __init__(self, get_response: Callable[[HttpRequest], HttpResponse]) -> None:
        self.get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponse:
        if problems.is_api(request) or answers.is_asked(request):
            request.COOKIES.clear()
        for name in [name for name, value in request.COOKIES.items() if "\0" in value]:
            del request.COOKIES[name]
        return self.get_response(request)


class SlashMiddleware(CommonMiddleware):
    """Django's own, but for addresses that are too long to lead on to the one with a slash: nothing is there."""

    def should_redirect_with_slash(self, request: HttpRequest) -> bool:
        return len(request.get_full_path()) < MAX_URL_REDIRECT_LENGTH and super().should_redirect_with_slash(
            request
        )
