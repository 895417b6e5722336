"""The pages of one's own account, inside the admin."""

from typing import Any

import django_otp
from django.conf import settings
from django.contrib import admin, messages
from django.contrib.admin.models import CHANGE, LogEntry
from django.contrib.auth.views import redirect_to_login
from django.http import HttpRequest, HttpResponse, HttpResponseRedirect, QueryDict
from django.shortcuts import redirect
from django.template.response import TemplateResponse
from django.urls import reverse
from django.utils import timezone
from django.utils.cache import add_never_cache_headers
from django.utils.http import url_has_allowed_host_and_scheme
from django.utils.safestring import mark_safe
from django.views.decorators.csrf import csrf_exempt
from django.views.decorators.debug import sensitive_post_parameters
from django_otp.plugins.otp_static.models import StaticDevice

from claims.admin.forms import editor
from factcheck.accounts import factor, held
from factcheck.accounts.forms import CodeForm, PasswordForm
from factcheck.accounts.limits import spoken
from factcheck.accounts.outside import outside

PENDING = "account_pending_device"


def note(request: HttpRequest, user: Any, sentence: str) -> None:
    """One line in the account's history in the admin."""
    LogEntry.objects.log_actions(editor(request).pk, [user], CHANGE, sentence, single_object=True)


def account(request: HttpRequest) -> HttpResponse:
    user = request.user
    context = {
        "groups": list(user.groups.order_by("pk").values_list("name", flat=True)),
        "device": factor.device_of(user),
        "codes_left": factor.codes_left(user),
        "publishing": settings.SECOND_FACTOR_FOR_PUBLISHING,
        "idle": spoken(settings.SESSION_IDLE),
        "length": spoken(settings.SESSION_LENGTH),
    }
    return _page(request, "account", "Your account", context)


@sensitive_post_parameters()
def code(request: HttpRequest) -> HttpResponse:
    """The second step of signing in."""
    after = _next(request)
    if not factor.awaits_code(request.user):
        return HttpResponseRedirect(after)
    form, status = CodeForm(_sent(request)), 200
    if form.is_valid():
        try:
            device = factor.check(request.user, code=form.cleaned_data["code"], at=timezone.now())
        except factor.Refused as refusal:
            form.add_error("code", str(refusal))
            status = 429 if isinstance(refusal, factor.TooSoon) else 200
        else:
            django_otp.login(request, device)
            request.session.cycle_key()
            if isinstance(device, StaticDevice):
                left = factor.codes_left(request.user)
                messages.warning(
                    request,
                    f"You signed in with a recovery code, which is used up now; {left} are left. "
                    "If your app is lost, set up a new one on the page of your account.",
                )
            return HttpResponseRedirect(after)
    context = {**outside(request), "form": form, "next": after}
    return _page(request, "code", "Second step", context, status=status)


@sensitive_post_parameters()
def second_factor(request: HttpRequest) -> HttpResponse:
    """Begin to set up a device, or to replace the one that is there."""
    there = factor.device_of(request.user) is not None
    form = PasswordForm(_sent(request), request=request)
    if form.is_valid():
        request.session[PENDING] = factor.begin(editor(request)).pk
        return redirect("account-second-factor-confirm")
    title = "Replace the authenticator app" if there else "Set up a second factor"
    return _page(request, "second_factor", title, {"form": form, "there": there})


@sensitive_post_parameters()
def confirm(request: HttpRequest) -> HttpResponse:
    """Scan, then type one code: before that the device counts for nothing."""
    device = factor.pending(editor(request), request.session.get(PENDING))
    if device is None:
        return redirect("account-second-factor")
    form = CodeForm(_sent(request))
    if form.is_valid():
        try:
            codes = factor.confirm(device, code=form.cleaned_data["code"], by=request.user, at=timezone.now())
        except factor.Refused as refusal:
            form.add_error("code", str(refusal))
        else:
            del request.session[PENDING]
            device.confirmed = True
            django_otp.login(request, device)
            request.session.cycle_key()
            note(request, request.user, "Set up a second factor.")
            return _codes(request, codes)
    context = {
        "form": form,
        "key": factor.key_of(device),
        # Drawn from our own key and address; the user name in it is only dots of the drawing.
        "drawing": mark_safe(factor.drawing_of(device)),  # noqa: S308
    }
    return _page(request, "confirm", "Scan, then type the code", context)


@sensitive_post_parameters()
def recovery_codes(request: HttpRequest) -> HttpResponse:
    if factor.device_of(request.user) is None:
        return redirect("account")
    form = PasswordForm(_sent(request), request=request)
    if form.is_valid():
        codes = factor.renew_codes(request.user)
        note(request, request.user, "Made new recovery codes.")
        return _codes(request, codes)
    left = factor.codes_left(request.user)
    return _page(request, "recovery_codes", "New recovery codes", {"form": form, "left": left})


@sensitive_post_parameters()
def remove(request: HttpRequest) -> HttpResponse:
    if factor.device_of(request.user) is None:
        return redirect("account")
    form = PasswordForm(_sent(request), request=request)
    if form.is_valid():
        factor.remove(request.user)
        note(request, request.user, "Removed the second factor.")
        messages.success(request, "The second factor is removed: your password alone signs you in.")
        return redirect("account")
    context = {"form": form, "publishing": settings.SECOND_FACTOR_FOR_PUBLISHING}
    return _page(request, "remove", "Remove the second factor", context)


# What is sent here was signed by us for this user, and this page only shows it: the form on it has a token of its own.
@csrf_exempt
def again(request: HttpRequest) -> HttpResponse:
    """After signing in anew: what was sent when the session was over, ready to be sent again."""
    kept = request.POST.get("held", "")
    form = held.release(kept)
    if not admin.site.has_permission(request):
        if form is None:
            return redirect_to_login(reverse("admin:index"), reverse("admin:login"))
        return held_page(request, kept=kept, why="You are not signed in yet.", files=False)
    if form is None or form.user != request.user.pk:
        messages.error(request, "There is nothing here that you sent, or it was sent more than a day ago.")
        return redirect("admin:index")
    page = _page(request, "again", "Send it again", {"held": form})
    add_never_cache_headers(page)
    return page


def held_page(request: HttpRequest, *, kept: str, why: str, files: bool) -> HttpResponse:
    """Nothing typed is lost when a session ends: the form waits in this page until its writer is signed in again."""
    context = {**outside(request), "kept": kept, "why": why, "files": files}
    page = _page(request, "held", "Not saved yet", context, status=403)
    add_never_cache_headers(page)
    return page.render()


def _sent(request: HttpRequest) -> QueryDict | None:
    """What a form was sent with, also when that is nothing at all."""
    return request.POST if request.method == "POST" else None


def _codes(request: HttpRequest, codes: list[str]) -> HttpResponse:
    return _page(request, "codes", "Keep these recovery codes", {"codes": codes})


def _page(
    request: HttpRequest, name: str, title: str, context: dict[str, Any], *, status: int = 200
) -> TemplateResponse:
    everywhere = {**admin.site.each_context(request), "title": title}
    return TemplateResponse(request, f"accounts/{name}.html", {**everywhere, **context}, status=status)


def _next(request: HttpRequest) -> str:
    """Where one was going, when that is a page of this house."""
    wanted = request.POST.get("next") or request.GET.get("next") or ""
    safe = url_has_allowed_host_and_scheme(
        wanted, allowed_hosts={request.get_host()}, require_https=request.is_secure()
    )
    # A word that is no address from the root leads nowhere.
    whole = wanted.startswith(("/", "http://", "https://"))
    return wanted if safe and whole else reverse("admin:index")
