from typing import Any

from django import forms
from django.contrib.auth import authenticate
from django.core.exceptions import ValidationError
from django.http import HttpRequest


def own_password(request: HttpRequest, typed: str) -> str:
    """What was typed, where it is the password of whoever is signed in; raises ValidationError where it is not.

    A wrong one is counted like a sign-in, so that a desk left alone is no place for guessing.
    """
    if authenticate(request, username=request.user.get_username(), password=typed) != request.user:
        raise ValidationError("This is not your password: type the one that you sign in with.")
    return typed


class CodeForm(forms.Form):
    """A code of the app, or a recovery code."""

    code = forms.CharField(
        label="Code",
        max_length=40,
        error_messages={"required": "Type the code."},
        widget=forms.TextInput(
            attrs={
                "autocomplete": "one-time-code",
                "autocapitalize": "none",
                "spellcheck": "false",
                "autofocus": True,
            }
        ),
    )


class PasswordForm(forms.Form):
    """Asked again before the second factor changes, so that a desk left alone is not enough."""

    password = forms.CharField(
        label="Your password",
        strip=False,
        error_messages={"required": "Type your password."},
        widget=forms.PasswordInput(attrs={"autocomplete": "current-password", "autofocus": True}),
    )

    def __init__(self, *args: Any, request: HttpRequest, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.request = request

    def clean_password(self) -> str:
        return own_password(self.request, self.cleaned_data["password"])
