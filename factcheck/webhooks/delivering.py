"""Serving subscriptions: one worker at a time each, in the order of the record, each entry at least once.

A worker takes a subscription for some seconds (a lease), sends what is due, and notes after each message that it was
received. Killed in between, it has noted nothing: when the lease is over another worker sends the same entry under the
same webhook-id. A failing delivery holds back those behind it. No transaction is open while anything is sent.
"""

import datetime as dt
import random
import secrets
from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

from django.db import transaction
from django.db.models import QuerySet

from factcheck.webhooks import payloads, retry_after, schedule, signing, subscriptions
from factcheck.webhooks.following import following
from factcheck.webhooks.models import Delivery, Progress, Subscription
from factcheck.webhooks.sending import Outcome, Sender

# Much longer than one message takes; renewed before each.
LEASE = dt.timedelta(seconds=30)
# A turn ends when it is over, so that nobody waits long behind a partner who has much to catch up with.
TURN = dt.timedelta(seconds=10)
KEPT_DAYS = 30

_CANDIDATES = 8
_FORGOTTEN_AT_ONCE = 1000
_GONE = 410

Clock = Callable[[], dt.datetime]


@dataclass(frozen=True, slots=True)
class Lease:
    """That a worker serves a subscription, until the lease is over or somebody else's."""

    subscription: int
    token: str

    def renewed(self, *, at: dt.datetime) -> bool:
        """Whether it was still ours, and is for some time."""
        return bool(self._mine().update(leased_until=at + LEASE))

    def release(self) -> None:
        self._mine().update(lease="", leased_until=None)

    def note(self, **values: Any) -> bool:
        """Write down how far the subscription was served; False, and nothing is written, where it is not ours."""
        return bool(self._mine().update(**values))

    def _mine(self) -> QuerySet[Progress]:
        return Progress.objects.filter(subscription=self.subscription, lease=self.token)


def take(*, at: dt.datetime) -> Lease | None:
    """A subscription that is due and that nobody serves; None where there is none."""
    due = Progress.objects.due(at=at).values_list("pk", "lease")[:_CANDIDATES]
    for pk, lease in list(due):
        token = secrets.token_hex(8)
        # By what was seen: of two workers that saw the same, one finds it changed.
        seen = Progress.objects.filter(pk=pk, lease=lease)
        if seen.update(lease=token, leased_until=at + LEASE, turn_at=at):
            return Lease(pk, token)
    return None


def serve(lease: Lease, *, sender: Sender, now: Clock, stopped: Callable[[], bool] = lambda: False) -> int:
    """One turn of a subscription: send what is due until nothing is, one fails or time is up; how many arrived."""
    end, received = now() + TURN, 0
    try:
        for delivery in _to_repeat(lease):
            if stopped() or not lease.renewed(at=now()):
                return received
            received += _send_again(delivery, sender=sender, now=now)
        while True:
            served = Subscription.objects.select_related("progress").filter(pk=lease.subscription)
            subscription = served.first()
            if subscription is None:
                return received
            found = following(subscription, after=subscription.progress.sequence)
            for sequence in found.sequences:
                if stopped() or now() >= end or not lease.renewed(at=now()):
                    return received
                if not _deliver(lease, sequence, sender=sender, now=now):
                    return received
                received += 1
            if not lease.note(sequence=found.upto) or not found.sequences:
                return received
    finally:
        lease.release()


def _deliver(lease: Lease, sequence: int, *, sender: Sender, now: Clock) -> bool:
    """Send one entry and note what came of it; whether the next may follow."""
    # Read for each message: it may have another secret or address now, or be switched off.
    subscription = Subscription.objects.filter(pk=lease.subscription, active=True).first()
    if subscription is None:
        return False
    outcome = _send(subscription, sequence, sender=sender, at=now())
    return note(lease, subscription, sequence, outcome, at=now(), chance=random.random())  # noqa: S311


def _send(subscription: Subscription, sequence: int, *, sender: Sender, at: dt.datetime) -> Outcome:
    message = payloads.message(sequence)
    headers = signing.headers(
        identifier=f"{subscription.identifier}-{message.name}",
        at=at,
        body=message.body,
        keys=subscription.valid_secrets(at=at),
    )
    return sender.send(subscription.url, body=message.body, headers=headers)


@transaction.atomic
def note(
    lease: Lease,
    subscription: Subscription,
    sequence: int,
    outcome: Outcome,
    *,
    at: dt.datetime,
    chance: float,
) -> bool:
    """Write down what came of a message, and when it is tried again; whether the next entry may follow."""
    before = Delivery.objects.filter(subscription=subscription, sequence=sequence).first()
    first_at = before.first_at if before else at
    attempts = before.attempts + 1 if before else 1
    next_at = None
    state = Delivery.State.DELIVERED
    if not outcome.is_received:
        says_when = outcome.status in retry_after.STATUSES
        asked = retry_after.wait(outcome.retry_after if says_when else "", at=at)
        next_at = schedule.next_try(attempts=attempts, first_at=first_at, at=at, chance=chance, asked=asked)
        is_over = next_at is None or outcome.status == _GONE
        state = Delivery.State.DEAD if is_over else Delivery.State.WAITING
    noted = {"sequence": sequence} if outcome.is_received else {}
    # First, since it says whether the subscription is ours still.
    if not lease.note(next_at=None if state == Delivery.State.DEAD else next_at, **noted):
        return False
    Delivery.objects.update_or_create(
        subscription=subscription,
        sequence=sequence,
        defaults={
            "state": state,
            "attempts": attempts,
            "first_at": first_at,
            "last_at": at,
            "status": outcome.status,
            "told": outcome.told[:300],
        },
    )
    if state == Delivery.State.DEAD:
        subscriptions.switch_off(subscription, reason=_why(outcome, sequence, attempts), at=at, given_up=True)
    return outcome.is_received


def _why(outcome: Outcome, sequence: int, attempts: int) -> str:
    if outcome.status == _GONE:
        return f"Its address answered entry {sequence} with 410 Gone, which says that nobody listens there any more."
    days = schedule.GIVE_UP_AFTER.days
    return f"Entry {sequence} could not be delivered within {days} days, in {attempts} tries. {outcome.told}"


def _to_repeat(lease: Lease) -> list[Delivery]:
    again = Delivery.objects.filter(subscription=lease.subscription, again=True)
    return list(again.select_related("subscription").order_by("sequence"))


def _send_again(delivery: Delivery, *, sender: Sender, now: Clock) -> bool:
    """Send what somebody asked for again, once. It was dealt with before, so it holds back nothing if it fails."""
    outcome = _send(delivery.subscription, delivery.sequence, sender=sender, at=now())
    Delivery.objects.filter(pk=delivery.pk).update(
        state=Delivery.State.DELIVERED if outcome.is_received else delivery.state,
        again=False,
        attempts=delivery.attempts + 1,
        last_at=now(),
        status=outcome.status,
        told=outcome.told[:300],
    )
    return outcome.is_received


def forget(*, at: dt.datetime) -> int:
    """Remove what is over and older than some weeks; how many deliveries there were. The record keeps the entries."""
    over = Delivery.objects.filter(
        state__in=[Delivery.State.DELIVERED, Delivery.State.PASSED],
        last_at__lt=at - dt.timedelta(days=KEPT_DAYS),
        again=False,
    )
    count = 0
    # Piece by piece: nobody else waits for the database long.
    while pks := list(over.values_list("pk", flat=True)[:_FORGOTTEN_AT_ONCE]):
        count += Delivery.objects.filter(pk__in=pks).delete()[0]
    return count
