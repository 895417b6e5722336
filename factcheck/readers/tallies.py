"""How often the forms may be sent: exact, however many processes serve them, and without keeping an address.

A tally is raised by one statement that the database does whole. Whoever is turned away is not counted.

The limit of an address is against one sender's flood. That of all is for the editors, who can read only so much; yet
whoever sends a lot from many addresses must not take the forms from everybody else. So beyond it each address still
has its first form of the hour, until a ceiling that keeps the disk. Of IPv6 an address is a /64 (see client_address),
and a /48, which one customer can have as a whole, has a limit of its own.
"""

import datetime as dt
import ipaddress

from django.db import connection, transaction
from django.utils.crypto import salted_hmac

from factcheck.readers.models import Tally

# In one hour of the clock.
PER_ADDRESS = 10
PER_SITE = 30
IN_ALL = 300
AT_MOST = 3_000

_HOUR = 3600
_RAISE = """
INSERT INTO readers_tally (whose, hour, sent) VALUES (%s, %s, 1)
ON CONFLICT (whose, hour) DO UPDATE SET sent = readers_tally.sent + 1 WHERE readers_tally.sent < %s
RETURNING sent
"""


class TooMany(Exception):
    """The forms were sent too often; `seconds` says when the next hour begins.

    `most` is how many whoever sent it may send in an hour; None where it was sent too often in all.
    """

    def __init__(self, *, seconds: int, most: int | None) -> None:
        super().__init__(f"Again in {seconds} seconds.")
        self.seconds = seconds
        self.most = most


def admit(address: str | None, *, at: dt.datetime) -> None:
    """Count one form from `address` in the running transaction; raises TooMany, on which it is to be rolled back.

    Forms from no known address share one tally. The tally of all is raised last: its row is held until the transaction
    ends, so what comes after this call happens in one process at a time.
    """
    if not connection.in_atomic_block:
        raise RuntimeError("A form is counted in the transaction that keeps it.")
    hour, second = divmod(int(at.timestamp()), _HOUR)
    sent = 0
    for whose, most in _limits(address):
        sent = _raise(_hash(whose, hour), hour, most)
        if not sent:
            raise TooMany(seconds=_HOUR - second, most=most)
    is_first = sent == 1
    if not _raise(Tally.ALL, hour, AT_MOST if is_first else IN_ALL):
        raise TooMany(seconds=_HOUR - second, most=None)


def _limits(address: str | None) -> list[tuple[str | None, int]]:
    """Whose forms are counted, and how many they may be; the narrowest last."""
    own: list[tuple[str | None, int]] = [(address, PER_ADDRESS)]
    if address is None or ":" not in address:
        return own
    site = ipaddress.IPv6Network((ipaddress.IPv6Address(address).packed, 48), strict=False)
    return [(str(site), PER_SITE), *own]


def _raise(whose: str, hour: int, most: int) -> int:
    """How many there are with this one; 0 where there are as many as there may be, and this one is not counted."""
    with connection.cursor() as cursor:
        cursor.execute(_RAISE, [whose, hour, most])
        found = cursor.fetchone()
    return int(found[0]) if found else 0


@transaction.atomic
def forget(*, at: dt.datetime) -> int:
    """Remove the tallies of hours that are over, but for the last; how many there were."""
    # The last hour stays: a clock that is a little behind may still count in it.
    hour = int(at.timestamp()) // _HOUR
    count, _ = Tally.objects.filter(hour__lt=hour - 1).delete()
    return count


def _hash(address: str | None, hour: int) -> str:
    """Of the hour, too: two hours of one address have nothing in common."""
    return salted_hmac("factcheck.readers", f"{hour} {address or 'unknown'}", algorithm="sha256").hexdigest()
