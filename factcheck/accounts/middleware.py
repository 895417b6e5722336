"""The one door to every staff page: session limits, then the second factor.

factcheck/audiences.py says what is for the staff.
"""

import functools
from collections.abc import Callable
from typing import Any
from urllib.parse import urlencode

from django.contrib import messages
from django.contrib.auth import logout
from django.contrib.auth.models import AnonymousUser
from django.contrib.auth.views import redirect_to_login
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect
from django.urls import reverse
from django.utils import timezone
from django.utils.functional import SimpleLazyObject
from django_otp.middleware import is_verified

from factcheck.accounts import factor, held, sessions, views
from factcheck.accounts.limits import Ending
from factcheck.audiences import Address, Audience, audience_of


class StaffDoorMiddleware:
    """Off the staff's pages, a session that is over or has no code yet is nobody's; the session is not even read
    there unless a page asks who is signed in."""

    def __init__(self, get_response: Callable[[HttpRequest], HttpResponse]) -> None:
        self.get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponse:
        response = self.get_response(request)
        match = request.resolver_match
        if (
            match
            and match.view_name == "admin:login"
            and request.method == "POST"
            and response.status_code == 302
        ):
            sessions.begin(request.session, at=timezone.now())
        return response

    def process_view(
        self, request: HttpRequest, view: Callable[..., Any], args: Any, kwargs: Any
    ) -> HttpResponse | None:
        match = request.resolver_match
        if match is None:
            return None
        audience = audience_of(Address(route=match.route, name=match.view_name))
        if audience in (Audience.PUBLIC, Audience.PARTNER) or match.view_name == "account-again":
            request.user = SimpleLazyObject(functools.partial(wholly_signed_in, request, request.user))  # type: ignore[assignment]
            return None
        # An address that nobody declared is guarded like the staff's.
        if not request.user.is_authenticated or match.view_name == "admin:logout":
            return None
        at = timezone.now()
        why = sessions.why_ended(request.session, at=at)
        if why:
            return _ended(request, why)
        sessions.mark(request.session, at=at)
        if match.view_name != "account-code" and factor.awaits_code(request.user):
            back = request.get_full_path() if request.method == "GET" else reverse("admin:index")
            return redirect(f"{reverse('account-code')}?{urlencode({'next': back})}")
        return None


def wholly_signed_in(request: HttpRequest, user: Any) -> Any:
    """The user, or nobody where the session is over or has no code yet."""
    if user.is_authenticated:
        over = sessions.why_ended(request.session, at=timezone.now()) is not None
        if not over and not factor.awaits_code(user):
            return user
    nobody: Any = AnonymousUser()
    nobody.otp_device = None
    nobody.is_verified = functools.partial(is_verified, nobody)
    return nobody


def _ended(request: HttpRequest, why: Ending) -> HttpResponse:
    match = request.resolver_match
    own = match is not None and match.view_name.startswith("account")
    kept, files = None if own else held.hold(request), bool(request.FILES)
    logout(request)
    if kept:
        return views.held_page(request, kept=kept, why=sessions.sentence(why), files=files)
    messages.warning(request, sessions.sentence(why))
    return redirect_to_login(request.get_full_path(), reverse("admin:login"))
