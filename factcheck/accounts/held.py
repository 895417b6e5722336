"""What was sent after a session had ended is held in the answer itself, signed, and can be sent again after signing in.

Only who sent it gets it back, within a day. Passwords and files are not held.
"""

from dataclasses import dataclass
from typing import Any

from django.core import signing
from django.http import HttpRequest

SALT = "factcheck.accounts.held"
SECONDS_HELD = 24 * 60 * 60
# Filled in anew when it is sent again, or never shown.
LEFT_OUT = "csrfmiddlewaretoken"


@dataclass(frozen=True, slots=True)
class Held:
    """Where the form was sent, by whom (primary key), and its fields in order."""

    path: str
    user: int
    fields: list[tuple[str, str]]


def hold(request: HttpRequest) -> str | None:
    """The form of a POST as one signed value; None where there is nothing that may be held."""
    if request.method != "POST" or any("password" in name for name in request.POST):
        return None
    fields = [(name, value) for name, values in request.POST.lists() if name != LEFT_OUT for value in values]
    if not fields:
        return None
    kept: dict[str, Any] = {"path": request.get_full_path(), "user": request.user.pk, "fields": fields}
    return signing.dumps(kept, salt=SALT, compress=True)


def release(value: str) -> Held | None:
    """What hold() signed, or None for anything else."""
    try:
        kept = signing.loads(value, salt=SALT, max_age=SECONDS_HELD)
    except signing.BadSignature:
        return None
    return Held(kept["path"], kept["user"], [(name, text) for name, text in kept["fields"]])
