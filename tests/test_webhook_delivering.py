"""Webhooks: what becomes of a delivery that fails, who serves a subscription, and what is forgotten."""

import datetime as dt
import threading

import pytest
from django.core import mail
from makers import NOON, make_published
from months import Month
from subscribing import BROKEN, RECEIVED, Clock, Recorder, head, make_subscription, serve_all

from factcheck.webhooks import delivering, payloads, subscriptions, telling, worker
from factcheck.webhooks.models import Delivery, Progress, Subscription
from factcheck.webhooks.sending import Outcome
from factcheck.webhooks.subscriptions import Refused

pytestmark = pytest.mark.django_db

DAY = dt.timedelta(days=1)


@pytest.fixture
def clock():
    return Clock()


@pytest.fixture
def sender():
    return Recorder()


# Failures -----------------------------------------------------------------------------------------


def test_a_failing_delivery_holds_back_those_behind_it_and_no_others(clock, sender):
    failing = make_subscription()
    fine = make_subscription("https://fine.example/hook")
    make_published("one")

    class Half(Recorder):
        def send(self, url, **message):
            super().send(url, **message)
            return RECEIVED if "fine" in url else BROKEN

    half = Half()
    serve_all(half, clock)
    assert fine.deliveries.filter(state="delivered").count() == head()
    assert [(row.sequence, row.state, row.attempts) for row in failing.deliveries.all()] == [
        (1, "waiting", 1)
    ]
    assert failing.deliveries.get().told == "It answered 500."
    # Not before its time.
    clock.go_on(seconds=3)
    assert delivering.take(at=clock()) is None
    clock.go_on(seconds=4)
    serve_all(sender, clock)
    assert sender.sequences == list(range(1, head() + 1))


LATER = "Sun, 01 Mar 2026 13:00:00 GMT"


@pytest.mark.parametrize(
    ("status", "header", "seconds"),
    [
        (429, "600", 600),
        (503, "600", 600),
        (503, LATER, 3600),
        (503, "999999", 8 * 3600),
        # Sooner than the schedule has it is not asked for.
        (503, "1", None),
        (503, "soon", None),
        (500, "600", None),
        (301, "600", None),
    ],
)
def test_a_receiver_that_says_when_is_not_tried_before(clock, sender, status, header, seconds):
    subscription = make_subscription()
    make_published("one")
    sender.answer(Outcome(status, f"It answered {status}.", header))
    assert clock() == dt.datetime(2026, 3, 1, 12, tzinfo=dt.UTC)
    serve_all(sender, clock)
    following = Progress.objects.get(pk=subscription.pk).next_at - clock()
    if seconds is None:
        assert following <= dt.timedelta(seconds=6)
        return
    assert following == dt.timedelta(seconds=seconds)
    clock.go_on(seconds=seconds - 1)
    serve_all(sender, clock)
    assert len(sender.sent) == 1
    clock.go_on(seconds=1)
    sender.answer(RECEIVED)
    serve_all(sender, clock)
    assert sender.sequences == [1, *range(1, head() + 1)]


def given_up(clock, sender, **values):
    """A subscription whose first delivery failed for three days."""
    subscription = make_subscription(**values)
    make_published()
    sender.answer(BROKEN)
    tries = 0
    while Subscription.objects.get(pk=subscription.pk).active:
        serve_all(sender, clock)
        tries = len(sender.sent)
        following = Progress.objects.get(pk=subscription.pk).next_at
        if following is None:
            break
        clock.at = following
    assert 10 <= tries <= 25
    return Subscription.objects.get(pk=subscription.pk)


def test_after_three_days_it_is_switched_off_and_the_contact_told(clock, sender, settings):
    settings.MAIL = True
    subscription = given_up(clock, sender)
    assert clock.at - NOON == 3 * DAY
    assert (subscription.active, subscription.given_up, subscription.disabled_at) == (False, True, clock.at)
    assert subscription.disabled_reason.startswith("Entry 1 could not be delivered within 3 days, in ")
    assert [(row.sequence, row.state) for row in subscription.deliveries.all()] == [(1, "dead")]
    assert telling.tell(at=clock()) == 1
    assert telling.tell(at=clock()) == 0
    [told] = mail.outbox
    assert told.to == ["robin@harbour.example"]
    assert subscription.url in told.body
    assert subscription.disabled_reason in told.body
    assert subscription.secret not in told.body
    # Nothing more is sent, whatever is published.
    make_published("two")
    clock.go_on(days=9)
    assert delivering.take(at=clock()) is None


def test_a_contact_who_cannot_be_told_now_is_told_later(clock, sender, settings, monkeypatch):
    assert telling.tell(at=clock()) == 0
    settings.MAIL = True
    subscription = given_up(clock, sender)

    def refuse(self):
        raise ConnectionRefusedError

    with monkeypatch.context() as patch:
        patch.setattr("django.core.mail.EmailMessage.send", refuse)
        assert telling.tell(at=clock()) == 0
    assert Subscription.objects.get().told_at is None
    assert telling.tell(at=clock()) == 1
    assert Subscription.objects.get(pk=subscription.pk).told_at == clock()


def test_nobody_listens_there_any_more(clock, sender):
    subscription = make_subscription()
    make_published("one")
    sender.answer(Outcome(410, "It answered 410 Gone."))
    serve_all(sender, clock)
    assert len(sender.sent) == 1
    subscription.refresh_from_db()
    assert not subscription.active
    assert "410 Gone" in subscription.disabled_reason


def test_switched_on_again_it_goes_on_with_what_was_given_up(clock, sender):
    subscription = given_up(clock, sender)
    sender.sent.clear()
    subscriptions.switch_on(subscription, at=clock())
    serve_all(sender, clock)
    # It has three days again.
    assert subscription.deliveries.get().state == "waiting"
    sender.answer(RECEIVED)
    clock.go_on(days=1)
    serve_all(sender, clock)
    assert sender.sequences == [1, *range(1, head() + 1)]


def test_what_was_given_up_can_be_passed_over(clock, sender):
    subscription = given_up(clock, sender)
    sender.sent.clear()
    sender.answer(RECEIVED)
    dead = subscription.deliveries.get()
    subscriptions.pass_over(dead, at=clock())
    serve_all(sender, clock)
    assert sender.sequences == list(range(2, head() + 1))
    dead.refresh_from_db()
    assert dead.state == "passed"
    with pytest.raises(Refused, match="Only a delivery that was given up"):
        subscriptions.pass_over(dead, at=clock())


@pytest.mark.parametrize("outcome", [RECEIVED, BROKEN])
def test_what_was_delivered_can_be_sent_again_and_holds_back_nothing(clock, sender, outcome):
    subscription = make_subscription(since=0)
    make_published("one")
    serve_all(sender, clock)
    sender.sent.clear()
    delivery = subscription.deliveries.get(sequence=2)
    subscriptions.repeat(delivery, at=clock())
    sender.answer(outcome)
    serve_all(sender, clock)
    assert sender.sequences == [2]
    delivery.refresh_from_db()
    assert (delivery.state, delivery.attempts, delivery.again) == ("delivered", 2, False)
    assert delivery.status == outcome.status
    assert delivering.take(at=clock()) is None


def test_a_waiting_delivery_can_be_tried_at_once(clock, sender):
    subscription = make_subscription()
    make_published("one")
    sender.answer(BROKEN)
    serve_all(sender, clock)
    subscriptions.repeat(subscription.deliveries.get(), at=clock())
    sender.answer(RECEIVED)
    serve_all(sender, clock)
    assert subscription.deliveries.filter(state="delivered").count() == head()


# Leases -------------------------------------------------------------------------------------------


def test_two_workers_never_serve_one_subscription(clock, sender):
    make_subscription()
    make_published("one")
    first = delivering.take(at=clock())
    assert delivering.take(at=clock()) is None
    # Killed without a word: another takes over when the time is up.
    clock.go_on(seconds=31)
    second = delivering.take(at=clock())
    assert (first.subscription, first.token != second.token) == (second.subscription, True)
    # The first was not dead, only slow: what it did is not noted, and it takes nothing from the second.
    assert not first.renewed(at=clock())
    assert delivering.serve(first, sender=sender, now=clock) == 0
    assert sender.sent == []
    assert second.renewed(at=clock())
    assert delivering.serve(second, sender=sender, now=clock) == head()


def test_a_lease_that_was_lost_while_sending_notes_nothing(clock):
    subscription = make_subscription()
    make_published("one")

    class Slow(Recorder):
        def send(self, url, **message):
            clock.go_on(seconds=40)
            assert delivering.take(at=clock())
            return super().send(url, **message)

    lease = delivering.take(at=clock())
    assert delivering.serve(lease, sender=Slow(), now=clock) == 0
    assert subscription.deliveries.count() == 0
    assert Progress.objects.get().sequence == 0


def test_those_who_waited_longest_are_next(clock):
    for number in range(3):
        make_subscription(f"https://newsroom.example/{number}")
    make_published("one")
    order = []
    for _ in range(6):
        lease = delivering.take(at=clock())
        order.append(lease.subscription)
        lease.release()
        clock.go_on(seconds=1)
    assert order[:3] == order[3:]
    assert len(set(order)) == 3


def test_a_turn_is_short_however_much_there_is(clock):
    make_subscription(since=0)
    Month(2).go(20)

    class Slow(Recorder):
        def send(self, url, **message):
            clock.go_on(seconds=4)
            return super().send(url, **message)

    lease = delivering.take(at=clock())
    assert delivering.serve(lease, sender=Slow(), now=clock) == 3


def test_a_subscription_that_was_deleted_or_switched_off_while_it_is_served(clock):
    subscription = make_subscription(since=0)
    make_published("one")

    class SwitchOff(Recorder):
        def send(self, url, **message):
            subscriptions.switch_off(subscription, reason="By hand.", at=clock())
            return super().send(url, **message)

    assert serve_all(SwitchOff(), clock) == 1
    subscriptions.switch_on(subscription, at=clock())

    class Delete(Recorder):
        def send(self, url, **message):
            Subscription.objects.all().delete()
            return super().send(url, **message)

    assert serve_all(Delete(), clock) == 0
    assert Delivery.objects.count() == 0


def test_a_worker_outlives_a_fault_of_ours(clock, sender, monkeypatch, caplog):
    subscription = make_subscription()
    make_published("one")

    def broken(*_, **__):
        raise LookupError

    lease = delivering.take(at=clock())
    with monkeypatch.context() as patch:
        patch.setattr(payloads, "message", broken)
        worker._one_turn(lease, sender, threading.Event())
    assert "cannot be served" in caplog.text
    progress = Progress.objects.get(pk=subscription.pk)
    assert progress.lease == ""
    assert progress.next_at is not None


def test_what_is_over_is_forgotten_after_some_weeks(clock, sender, monkeypatch):
    monkeypatch.setattr(delivering, "_FORGOTTEN_AT_ONCE", 2)
    subscription = make_subscription(since=0)
    make_published("one")
    serve_all(sender, clock)
    again = subscription.deliveries.get(sequence=1)
    subscriptions.repeat(again, at=clock())
    assert delivering.forget(at=NOON + 29 * DAY) == 0
    assert delivering.forget(at=NOON + 31 * DAY) == head() - 1
    assert [row.pk for row in subscription.deliveries.all()] == [again.pk]
