"""Wrong passwords are counted in the database, so that all workers count together; django-axes does the counting."""

import datetime as dt
import ipaddress
import math
import unicodedata
from functools import lru_cache
from typing import Any

from axes.handlers.database import AxesDatabaseHandler
from axes.handlers.proxy import AxesProxyHandler
from django.conf import settings
from django.contrib.auth.models import User
from django.db.models import QuerySet, Sum
from django.http import HttpRequest, HttpResponse
from django.template.response import TemplateResponse
from django.utils import timezone

from factcheck.accounts.limits import spoken
from factcheck.accounts.outside import outside

LONGEST_USER_NAME = 255


class SignInHandler(AxesDatabaseHandler):
    """One address may fail for several names, since a newsroom shares one; so it has a limit of its own."""

    def get_failures(self, request: HttpRequest, credentials: dict[str, Any] | None = None) -> int:
        """On the scale of one user name from one address; the address as a whole is scaled to it."""
        pair, address = (
            attempts.aggregate(count=Sum("failures_since_start"))["count"] or 0
            for attempts in self.get_user_attempts(request, credentials)
        )
        return int(max(pair, address * settings.AXES_FAILURE_LIMIT // settings.SIGN_IN_FAILURES_PER_ADDRESS))

    def reset_user_attempts(self, request: HttpRequest, credentials: dict[str, Any] | None = None) -> int:
        """Who signs in clears the failures of that name from that address: an account of one's own is no way round
        the limit of the address."""
        pair, _ = self.filter_user_attempts(request, credentials)
        count, _ = pair.delete()
        return int(count)

    def user_logged_in(self, sender: Any, request: HttpRequest, user: User, **kwargs: Any) -> None:
        # A sign-in without a password (force_login in tests) has not been through the backend that sets this up.
        AxesProxyHandler.update_request(request)
        super().user_logged_in(sender, request, user, **kwargs)

    def user_logged_out(self, sender: Any, request: HttpRequest, user: User | None, **kwargs: Any) -> None:
        AxesProxyHandler.update_request(request)
        super().user_logged_out(sender, request, user, **kwargs)

    def locked_until(self, request: HttpRequest, credentials: dict[str, Any] | None = None) -> dt.datetime:
        """When enough failures are old enough for another try."""
        pair, address = self.get_user_attempts(request, credentials)
        return max(
            _falls_below(settings.AXES_FAILURE_LIMIT, pair),
            _falls_below(settings.SIGN_IN_FAILURES_PER_ADDRESS, address),
        )


def _falls_below(limit: int, attempts: QuerySet) -> dt.datetime:
    """The moment at which the attempts that still count are fewer than the limit."""
    count, moment = 0, timezone.now()
    for failures, at in attempts.order_by("-attempt_time").values_list(
        "failures_since_start", "attempt_time"
    ):
        count += failures
        if count >= limit:
            ends: dt.datetime = at + settings.AXES_COOLOFF_TIME
            return max(moment, ends)
    return moment


def user_name(request: HttpRequest, credentials: dict[str, Any] | None = None) -> str | None:
    """The name that failures are counted under. Spellings that look alike share one count."""
    given = credentials.get("username") if credentials else request.POST.get("username")
    if given is None:
        return None
    # No name is so long, and putting many marks upon a letter in order takes time as their square.
    beginning = str(given).strip()[: 4 * LONGEST_USER_NAME]
    return unicodedata.normalize("NFKC", beginning).strip().casefold()[:LONGEST_USER_NAME]


def client_address(request: HttpRequest) -> str | None:
    """The client's address; of IPv6 the /64 that one household or office has to itself.

    Behind a proxy the last hop of X-Forwarded-For is what the proxy saw; all before it is what the client wrote.
    """
    hops = request.META.get("HTTP_X_FORWARDED_FOR", "") if settings.BEHIND_PROXY else ""
    found = _address(hops.rpartition(",")[2]) or _address(request.META.get("REMOTE_ADDR", ""))
    if isinstance(found, ipaddress.IPv6Address):
        return str(ipaddress.IPv6Network((int(found), 64), strict=False).network_address)
    return str(found) if found else None


# Read for every request to an API, of which the same clients send many.
@lru_cache(maxsize=1024)
def _address(text: str) -> ipaddress.IPv4Address | ipaddress.IPv6Address | None:
    """An address, also with a port as some proxies write it; None for anything else."""
    text = text.strip()
    if text.startswith("["):
        text = text[1:].partition("]")[0]
    elif text.count(":") == 1:
        text = text.partition(":")[0]
    try:
        found = ipaddress.ip_address(text)
    except ValueError:
        return None
    return (found.ipv4_mapped if isinstance(found, ipaddress.IPv6Address) else None) or found


def locked_out(
    request: HttpRequest, response: HttpResponse | None, credentials: dict[str, Any] | None
) -> HttpResponse:
    """The page that says how long to wait (429)."""
    until = AxesProxyHandler.get_implementation().locked_until(request, credentials)
    seconds = max(1, math.ceil((until - timezone.now()).total_seconds()))
    context = {
        **outside(request),
        "title": "Too many wrong passwords",
        "wait": spoken(math.ceil(seconds / 60)),
    }
    page = TemplateResponse(request, "accounts/locked_out.html", context, status=429)
    page.headers["Retry-After"] = str(seconds)
    page.headers["Cache-Control"] = "no-store"
    return page.render()
