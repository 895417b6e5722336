"""The worker: threads that serve subscriptions until they are told to stop.

A task queue would not do instead. One that forgets the tasks of a worker that was killed needs these leases besides;
one row for each task and subscription is what an import of 100,000 entries must not make; and order by subscription is
what queues give up. What is due is known from the record and one row for each subscription alone.
"""

import datetime as dt
import logging
import threading

from django.db import Error, close_old_connections, connection
from django.utils import timezone

from factcheck.webhooks import delivering, subscriptions, telling
from factcheck.webhooks.models import Progress
from factcheck.webhooks.sending import Sender

THREADS = 4
# Seconds between two looks at a record that did not grow.
PAUSE = 1.0
# After a fault of ours, or of the database.
LONG_PAUSE = dt.timedelta(seconds=60)
_HOUSEKEEPING = dt.timedelta(hours=1)
_HOUSE_PAUSE = 60.0

_log = logging.getLogger(__name__)


def run(stop: threading.Event) -> None:
    """Serve subscriptions until `stop` is set; returns when what was being sent has ended."""
    threads = [threading.Thread(target=_serve_until, args=[stop]) for _ in range(THREADS)]
    for thread in threads:
        thread.start()
    _keep_house_until(stop)
    for thread in threads:
        thread.join()


def run_once() -> int:
    """Serve what is due now, and tell whom to; how many messages arrived."""
    sender, received = subscriptions.sender(), 0
    while lease := delivering.take(at=timezone.now()):
        received += delivering.serve(lease, sender=sender, now=timezone.now)
    telling.tell(at=timezone.now())
    return received


def _serve_until(stop: threading.Event) -> None:
    sender = subscriptions.sender()
    try:
        while not stop.is_set():
            close_old_connections()
            try:
                lease = delivering.take(at=timezone.now())
                if lease is None:
                    stop.wait(PAUSE)
                else:
                    _one_turn(lease, sender, stop)
            except Error as error:
                _log.error("Webhooks wait for the database: %s.", type(error).__name__)
                stop.wait(LONG_PAUSE.total_seconds())
    finally:
        connection.close()


def _one_turn(lease: delivering.Lease, sender: Sender, stop: threading.Event) -> None:
    try:
        delivering.serve(lease, sender=sender, now=timezone.now, stopped=stop.is_set)
    except Error:
        raise
    except Exception:  # noqa: BLE001 (logged; see below)
        # A fault of ours with one subscription is no reason to serve the others no more.
        _log.exception("A webhook subscription cannot be served.")
        later = timezone.now() + LONG_PAUSE
        Progress.objects.filter(pk=lease.subscription).update(next_at=later)


def _keep_house_until(stop: threading.Event) -> None:
    """Notes to contacts, and removing what is old."""
    cleaned: dt.datetime | None = None
    while not stop.is_set():
        close_old_connections()
        try:
            at = timezone.now()
            telling.tell(at=at)
            if cleaned is None or at - cleaned >= _HOUSEKEEPING:
                delivering.forget(at=at)
                cleaned = at
        except Error:
            # The threads that serve say so.
            pass
        stop.wait(_HOUSE_PAUSE)
    connection.close()
