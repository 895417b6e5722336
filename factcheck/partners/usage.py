"""How much partners asked for, day by day, and when each key was last used: for the desk to see, and for a day's quota.

A server's process keeps what it counted in memory, and a thread of its own writes it down every two seconds, so no read
waits for the database's one writer. What was not written when a process was killed is lost. Where no such thread runs,
as in a command or a test, each request is written at once.

Days are those of UTC. Without Redis a day's quota can be exceeded by what the processes counted since they last wrote.
"""

import datetime as dt
import logging
import threading
from collections import Counter as Tally

from django.db import DatabaseError, connection

from factcheck.partners import keys
from factcheck.partners.models import Key, Usage

log = logging.getLogger(__name__)

# Seconds.
EVERY = 2.0

_RAISE = """
INSERT INTO partners_usage (partner_id, day, requests) VALUES (%s, %s, %s)
ON CONFLICT (partner_id, day) DO UPDATE SET requests = partners_usage.requests + excluded.requests
RETURNING requests
"""

_lock = threading.Lock()
_pending: Tally[tuple[int, dt.date]] = Tally()
# What was in the database when this process last wrote or looked.
_written: dict[tuple[int, dt.date], int] = {}
_used: dict[int, tuple[Key, dt.datetime]] = {}
_stopping = threading.Event()
_keeper: threading.Thread | None = None


def known(partner: int, day: dt.date) -> int:
    """How many requests of a day this process knows of."""
    key = (partner, day)
    if _keeper is None or key not in _written:
        found = Usage.objects.on(day).filter(partner=partner).values_list("requests", flat=True).first() or 0
        with _lock:
            _written[key] = found
    with _lock:
        return _written.get(key, 0) + _pending[key]


def add(partner: int, day: dt.date) -> None:
    """Count one request."""
    with _lock:
        _pending[partner, day] += 1
    if _keeper is None:
        write()


def note(key: Key, *, at: dt.datetime) -> None:
    """The key is being used."""
    if _keeper is None:
        keys.use(key, at=at)
        return
    with _lock:
        _used[key.pk] = (key, at)


def write() -> int:
    """Write down what was counted and used; how many requests that were."""
    with _lock:
        taken = {key: count for key, count in _pending.items() if count}
        _pending.clear()
        used = list(_used.values())
        _used.clear()
    written = 0
    for key, count in taken.items():
        try:
            with connection.cursor() as cursor:
                cursor.execute(_RAISE, [*key, count])
                (total,) = cursor.fetchone()
        except DatabaseError as error:
            log.warning("What partners asked for was not written down yet: %s", type(error).__name__)
            with _lock:
                _pending[key] += count
            continue
        with _lock:
            _written[key] = total
        written += count
    for one, at in used:
        try:
            keys.use(one, at=at)
        except DatabaseError as error:
            log.warning("The last use of a key was not written down: %s", type(error).__name__)
    _forget_but(max((day for _, day in taken), default=None))
    return written


def _forget_but(day: dt.date | None) -> None:
    """What lies more than a day back is nobody's quota any more."""
    if day is None:
        return
    with _lock:
        for key in [key for key in _written if key[1] < day - dt.timedelta(days=1)]:
            del _written[key]


def start_keeper() -> None:
    """In a server's process: write down what is counted, every two seconds."""
    global _keeper
    if _keeper is None:
        _stopping.clear()
        _keeper = threading.Thread(target=_keep, name="usage", daemon=True)
        _keeper.start()


def stop_keeper() -> None:
    """Write down what is left, and stop."""
    global _keeper
    if _keeper is not None:
        _stopping.set()
        _keeper.join(timeout=EVERY)
        _keeper = None
        write()


def _keep() -> None:
    while not _stopping.wait(EVERY):
        if _pending or _used:
            write()
            # Kept open, it would be one more connection for each process that hardly ever does anything.
            connection.close()
