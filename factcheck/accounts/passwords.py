"""A forgotten password: a link that works once, by mail or from an administrator. It never signs anybody in."""

import logging
import threading
from typing import Any

from django.conf import settings
from django.contrib import admin
from django.contrib.admin.forms import AdminPasswordChangeForm
from django.contrib.auth import views
from django.contrib.auth.forms import PasswordResetForm
from django.contrib.auth.models import User
from django.contrib.auth.tokens import default_token_generator
from django.core.cache import cache
from django.core.mail import EmailMessage
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect
from django.template import loader
from django.urls import reverse, reverse_lazy
from django.utils.encoding import force_bytes
from django.utils.http import urlsafe_base64_encode

from factcheck.accounts.forms import own_password
from factcheck.accounts.limits import spoken
from factcheck.accounts.outside import outside

log = logging.getLogger(__name__)

# For one account a worker sends one mail in this time, whoever asks how often.
SECONDS_BETWEEN_MAILS = 10 * 60
THREAD = "password-mail"


def link(user: User) -> str:
    """The address at which this account's password is set: once, and for a day."""
    number = urlsafe_base64_encode(force_bytes(user.pk))
    path = reverse("password_reset_confirm", args=[number, default_token_generator.make_token(user)])
    return f"{settings.FACTCHECK_URL}{path}"


def valid_for() -> str:
    return spoken(settings.PASSWORD_RESET_TIMEOUT // 60)


class MailForm(PasswordResetForm):
    """Sends the link to the staff accounts with this address, and shows nobody whether there are any."""

    def get_users(self, email: str) -> Any:
        return (user for user in super().get_users(email) if user.is_staff)

    def mails(self) -> list[EmailMessage]:
        """One for each account that had none of late."""
        return [
            self._mail(user)
            for user in self.get_users(self.cleaned_data["email"])
            if cache.add(f"password-mail:{user.pk}", 1, SECONDS_BETWEEN_MAILS)
        ]

    def _mail(self, user: User) -> EmailMessage:
        context = {
            "user": user,
            "link": link(user),
            "valid_for": valid_for(),
            "house": settings.FACTCHECK_URL,
        }
        body = loader.render_to_string("accounts/password_mail.txt", context)
        return EmailMessage(f"Set a new password for {settings.FACTCHECK_URL}", body, to=[user.email])


def _send(mails: list[EmailMessage]) -> None:
    for mail in mails:
        try:
            mail.send()
        except OSError:
            log.exception("The mail with a link for a new password was not sent.")


class _Page:
    """The admin's own look, as for somebody who is not signed in."""

    def get_context_data(self, **kwargs: Any) -> dict[str, Any]:
        return {
            **super().get_context_data(**kwargs),  # type: ignore[misc]
            **outside(self.request),  # type: ignore[attr-defined]
            "valid_for": valid_for(),
            "mail": settings.MAIL,
            "login_url": reverse("admin:login"),
        }


class AskView(_Page, views.PasswordResetView):
    template_name = "accounts/password_ask.html"
    title = "Forgotten password"
    form_class = MailForm
    success_url = reverse_lazy("password_reset_done")

    def post(self, request: HttpRequest, *args: Any, **kwargs: Any) -> HttpResponse:
        return super().post(request, *args, **kwargs) if settings.MAIL else self.get(request, *args, **kwargs)

    def form_valid(self, form: MailForm) -> HttpResponse:
        mails = form.mails()
        if mails:
            # Beside the answer: the time that a mail server takes would tell that the account is there.
            threading.Thread(target=_send, args=[mails], name=THREAD).start()
        return redirect(self.get_success_url())


class AskedView(_Page, views.PasswordResetDoneView):
    template_name = "accounts/password_asked.html"
    title = "Look into your mail"


class SetView(_Page, views.PasswordResetConfirmView):
    template_name = "accounts/password_set.html"
    title = "Set a new password"
    success_url = reverse_lazy("password_reset_complete")


class ChangeForm(AdminPasswordChangeForm):
    """The old password is checked like a sign-in."""

    def __init__(self, *args: Any, request: HttpRequest, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.request = request

    def clean_old_password(self) -> str:
        return own_password(self.request, self.cleaned_data["old_password"])


class ChangeView(views.PasswordChangeView):
    """At the address of the admin's own page, with its template."""

    form_class = ChangeForm
    success_url = reverse_lazy("admin:password_change_done")

    def get_form_kwargs(self) -> dict[str, Any]:
        return {**super().get_form_kwargs(), "request": self.request}

    def get_context_data(self, **kwargs: Any) -> dict[str, Any]:
        return {**super().get_context_data(**kwargs), **admin.site.each_context(self.request)}


class DoneView(_Page, views.PasswordResetCompleteView):
    template_name = "accounts/password_done.html"
    title = "The password is set"
