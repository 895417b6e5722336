"""Small parts of the desk's forms."""

from typing import Any

from django import forms
from django.contrib.admin.widgets import AdminTextareaWidget
from django.contrib.auth.models import User
from django.core.exceptions import PermissionDenied
from django.db import models
from django.http import HttpRequest


def editor(request: HttpRequest) -> User:
    """Who is signed in: the admin lets nobody else in."""
    if not isinstance(request.user, User):
        raise PermissionDenied
    return request.user


# Keys of rows are 64 bits wide: a larger number names no row, and a database does not take it.
LARGEST = 2**63 - 1


def number(text: str) -> int | None:
    """The whole number that a request names in digits; None where it names none, or one that no row can have."""
    if not (text.isascii() and text.isdigit() and len(text) <= len(str(LARGEST))):
        return None
    return found if (found := int(text)) <= LARGEST else None


class LinesField(forms.CharField):
    """Text over several lines: browsers send CR LF, which would be another text with another digest."""

    def to_python(self, value: Any) -> Any:
        return (super().to_python(value) or "").replace("\r\n", "\n")


LINES: dict[type, dict[str, Any]] = {
    # The browser shows a day as its reader writes it, and sends it in the one form that nobody can read two ways.
    models.DateField: {
        "widget": forms.DateInput(attrs={"type": "date"}, format="%Y-%m-%d"),
        "input_formats": ["%Y-%m-%d"],
        "error_messages": {"invalid": "Write the day as year, month and day: 2026-11-22."},
    },
    models.TextField: {"form_class": LinesField, "widget": AdminTextareaWidget},
    # One field with one label; the admin's own pair of a date and a time has none that a screen reader could say.
    models.DateTimeField: {
        "form_class": forms.DateTimeField,
        "widget": forms.DateTimeInput(
            attrs={"type": "datetime-local", "step": 1}, format="%Y-%m-%dT%H:%M:%S"
        ),
    },
}
