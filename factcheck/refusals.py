"""A no for whoever asked: a problem document for programs, a desk page for the staff, a page for readers.

What was sent is not read again here: it may be what could not be read. Django's own answers look for a form's token in
it, and fail where it is in no charset that they know.
"""

import logging
import sys
from typing import Any

from django.conf import settings
from django.contrib import admin
from django.core.exceptions import RequestDataTooBig, TooManyFieldsSent
from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.template import loader
from django.urls import reverse

from claims.roles import groups_with
from factcheck import programs
from factcheck.accounts.middleware import wholly_signed_in
from factcheck.audiences import Address
from factcheck.operations import silence
from factcheck.permissions import SUPERUSERS, permissions_of

log = logging.getLogger(__name__)

TOO_MANY_FIELDS = (
    f"Nothing was saved: this form has more than {settings.DATA_UPLOAD_MAX_NUMBER_FIELDS:,} fields, "
    "which is more than one save can take. Go back with your browser's back button: what you typed is still there. "
    "Take out rows that you added and save, then add them a few hundred at a time."
)
NOT_UNDERSTOOD = (
    "Something in the address, or in what was sent to it, is not as it should be. Nothing was saved."
)
NOT_THERE = (
    "Perhaps the address was mistyped, or what was here has been deleted, merged or given another address."
)


def bad_request(request: HttpRequest, exception: Exception) -> HttpResponse:
    if answer := programs.refused(request, 413 if isinstance(exception, RequestDataTooBig) else 400):
        return answer
    if not _at_the_desk(request):
        return _page("400.html", 400)
    is_long = isinstance(exception, TooManyFieldsSent)
    title = "This form is too long" if is_long else "This cannot be understood"
    return _desk_page(request, 400, title, TOO_MANY_FIELDS if is_long else NOT_UNDERSTOOD)


def permission_denied(request: HttpRequest, exception: Exception) -> HttpResponse:
    if answer := programs.refused(request, 403):
        return answer
    if not _at_the_desk(request):
        return render(request, "403.html", status=403)
    return _desk_page(request, 403, "Your account may not do this", _who_may(request))


def not_found(request: HttpRequest, exception: Exception) -> HttpResponse:
    if answer := programs.refused(request, 404):
        return answer
    if not _at_the_desk(request):
        return render(request, "404.html", status=404)
    return _desk_page(request, 404, "There is no such page at the desk", NOT_THERE)


def server_error(request: HttpRequest) -> HttpResponse:
    """What no view took care of: 503 where the database cannot be asked for a while, else a fault of ours, 500."""
    problem = sys.exc_info()[1]
    if not silence.is_silence(problem):
        return programs.refused(request, 500) or _page("500.html", 500)
    response = programs.refused(request, 503) or _page("503.html", 503)
    response["Retry-After"] = str(silence.RETRY_AFTER)
    response["Cache-Control"] = "no-store"
    log.warning("The database could not be asked for %s %s: %s", request.method, request.path, problem)
    # Django would say it once more, as an error of the program's.
    response._has_been_logged = True  # type: ignore[attr-defined]
    return response


def forged(request: HttpRequest, reason: str = "") -> HttpResponse:
    """A form came without the token that shows whose it is, or with one of another sign-in. The log has the reason."""
    at_the_desk = _at_the_desk(request)
    context = admin.site.each_context(request) if at_the_desk else {}
    return render(request, "admin/stale.html" if at_the_desk else "stale.html", context, status=403)


def _page(template: str, status: int) -> HttpResponse:
    """A page that knows nothing of the request, which may be what is wrong."""
    return HttpResponse(loader.get_template(template).render(), status=status)


def _at_the_desk(request: HttpRequest) -> bool:
    """Whether an account that may read the desk asked for a page of it. Nobody else learns anything about one."""
    user = getattr(request, "user", None)
    if user is None or not request.path.startswith(reverse("admin:index")):
        return False
    # A refusal may come before the door of the staff's pages has looked at the session.
    request.user = wholly_signed_in(request, user)
    return admin.site.has_permission(request)


def _desk_page(request: HttpRequest, status: int, title: str, said: str) -> HttpResponse:
    context: dict[str, Any] = {**admin.site.each_context(request), "title": title, "said": said}
    return render(request, "admin/refused.html", context, status=status)


def _who_may(request: HttpRequest) -> str:
    """Which groups have what the address needs, as far as the table of addresses knows."""
    match = request.resolver_match
    asked = permissions_of(Address(route=match.route, name=match.view_name)) if match else None
    if SUPERUSERS in (asked or ()):
        return "Only superusers may open it: ask one of those who manage the accounts here."
    lacking = sorted(one for one in asked or () if not request.user.has_perm(one))
    if not lacking and request.method == "POST":
        changes = (one.replace(".view_", ".change_") for one in asked or ())
        lacking = sorted(one for one in changes if not request.user.has_perm(one))
    if not lacking:
        return "Whoever manages the accounts here can say which group it needs."
    what, groups = lacking[0].partition(".")[2].replace("_", " "), groups_with(lacking[0])
    if not groups:
        return f"It needs the permission to {what}, which only superusers have: ask one of those who manage accounts."
    among = f"the group {groups[0]} has" if len(groups) == 1 else f"the groups {_listed(groups)} have"
    return f"It needs the permission to {what}, which {among}: ask whoever manages the accounts here."


def _listed(names: list[str]) -> str:
    return f"{', '.join(names[:-1])} and {names[-1]}"
