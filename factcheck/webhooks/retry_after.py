"""How long a receiver asks us to wait: Retry-After, by RFC 9110, section 10.2.3."""

import datetime as dt

from django.utils.http import parse_http_date_safe

# Of other answers it says something else, as with a redirect, or nothing.
STATUSES = (429, 503)
_NO_WAIT = dt.timedelta()
# More seconds than these digits can say are longer than anybody waits for.
_MOST_DIGITS = 10


def wait(header: str, *, at: dt.datetime) -> dt.timedelta:
    """The wait that a header asks for, from `at` on: in seconds, or until an HTTP date.

    What cannot be read asks for none, and neither does a date that is past.
    """
    asked = header.strip(" \t")
    if asked.isascii() and asked.isdigit():
        return dt.timedelta(seconds=int(asked.lstrip("0")[:_MOST_DIGITS] or "0"))
    until = parse_http_date_safe(asked) if asked.isascii() else None
    return max(dt.timedelta(seconds=until - at.timestamp()), _NO_WAIT) if until is not None else _NO_WAIT
