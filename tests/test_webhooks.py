"""Webhooks: what is sent to whom, in which order, what becomes of failures, and what is never sent."""

import base64
import datetime as dt
import json
import threading

import pytest
from django.core import mail
from django.db import IntegrityError, connection, transaction
from django.test.utils import CaptureQueriesContext
from golden import golden
from makers import NOON, make_claim, make_published, make_source, make_speaker, make_topic, make_user, publish
from many import fill
from months import Month
from partnering import make_partner
from standardwebhooks import Webhook
from subscribing import BROKEN, RECEIVED, Clock, Recorder, make_subscription, serve_all

from claims import redacting, workflow
from claims.models import Claim, Publication, Revision
from factcheck.webhooks import delivering, payloads, subscriptions, telling, worker
from factcheck.webhooks.models import Delivery, Progress, Subscription
from factcheck.webhooks.sending import Outcome
from factcheck.webhooks.subscriptions import Refused, Wanted

pytestmark = pytest.mark.django_db

DAY = dt.timedelta(days=1)


@pytest.fixture
def clock():
    return Clock()


@pytest.fixture
def sender():
    return Recorder()


def corrected(claim):
    workflow.apply("revise", verdict=claim.verdict, by=claim.verdict.author, at=NOON)
    Claim.objects.filter(pk=claim.pk).update(title="Another title")
    return publish(Claim.objects.get(pk=claim.pk), kind="correction", note="It was wrong.")


def withdrawn(claim):
    workflow.apply("withdraw", verdict=claim.verdict, by=make_user(), at=NOON, note="It was wrong.")


def head():
    return Revision.objects.count()


# What is sent -------------------------------------------------------------------------------------


def test_every_entry_is_sent_once_in_order(clock, sender):
    Month(3).go(20)
    subscription = make_subscription(since=0)
    assert serve_all(sender, clock) == head()
    assert sender.sequences == list(range(1, head() + 1))
    assert subscription.deliveries.filter(state="delivered", attempts=1).count() == head()
    assert serve_all(sender, clock) == 0


def test_a_subscription_begins_with_what_comes_next(clock, sender):
    make_published("before")
    make_subscription()
    make_published("after")
    serve_all(sender, clock)
    assert [m["data"]["envelope"]["subject"] for m in sender.messages][-1] == "claims/after"
    assert not any("claims/before" in str(message) for message in sender.messages)


def test_a_message_is_the_entry_of_the_change_feed(client, clock, sender):
    corrected(make_published("one"))
    make_subscription(since=0)
    serve_all(sender, clock)
    feed = client.get("/api/v1/changes/?limit=1000").json()["entries"]
    assert [message["data"] for message in sender.messages] == feed
    assert all(m["timestamp"] == m["data"]["envelope"]["at"] for m in sender.messages)


def test_the_golden_message():
    source = make_source("courier-2026-02-03", link="https://courier.example/bridge")
    make_published("bridge", source=source, text="The bridge will open in spring.", title="Will it open?")
    made = json.loads(payloads.message(head()).body)
    # The body is that of tests/golden/body.json; here it would hide the rest.
    made["data"]["body"] = {"…": "the published document"}
    text = json.dumps(made, ensure_ascii=False, indent=2) + "\n"
    assert golden("webhook.json", text) == text


def test_what_happened_has_a_name(clock, sender):
    claim = corrected(make_published("one"))
    withdrawn(claim)
    make_subscription(since=0, kinds=["publication", "correction"])
    serve_all(sender, clock)
    assert sender.types == ["claim.published", "claim.corrected", "claim.withdrawn"]


def test_every_kind_of_entry_has_a_name():
    named = {
        (noun, kind): payloads.event_type(Revision(subject=f"{noun}/x", kind=kind))
        for noun in ("claims", "speakers", "keys")
        for kind in Revision.Kind.values
    }
    assert {named["claims", kind].partition(".")[0] for kind in payloads._CLAIM} == {"claim"}
    assert named["speakers", "reference"] == "reference.changed"
    assert named["speakers", "redaction"] == "reference.redacted"
    assert named["keys", "key"] == "key.introduced"


def test_the_signature_holds_with_both_secrets_for_a_day(clock, sender):
    clock.at = dt.datetime.now(dt.UTC)
    subscription = make_subscription()
    earlier = subscription.secret
    new = subscriptions.rotate(subscription, at=clock())
    make_published("one")
    serve_all(sender, clock)
    for _, headers, body in sender.sent:
        assert Webhook(new).verify(body, headers) == Webhook(earlier).verify(body, headers)
    subscription.refresh_from_db()
    assert subscription.valid_secrets(at=clock() + DAY) == [new]


def test_messages_that_are_sent_again_have_one_identifier(clock, sender):
    make_subscription()
    make_published("one")
    sender.answer(BROKEN)
    serve_all(sender, clock)
    clock.go_on(minutes=1)
    sender.answer(RECEIVED)
    serve_all(sender, clock)
    names = [headers["webhook-id"] for _, headers, _ in sender.sent]
    assert names[0] == names[1]
    assert len(set(names)) == len(names) - 1
    times = [headers["webhook-timestamp"] for _, headers, _ in sender.sent]
    assert int(times[1]) - int(times[0]) == 60


# To whom ------------------------------------------------------------------------------------------


def test_filters(clock):
    bridge, river = make_topic("bridge"), make_topic("river")
    for slug, topic, speaker in (("one", bridge, "ada-quill"), ("two", river, "lee-marsh")):
        claim = make_claim(slug, speaker=make_speaker(speaker, name=speaker.replace("-", " ").title()))
        claim.topics.set([topic])
        publish(claim)
    only = {"kinds": ["publication"], "since": 0}
    # What is asked for, and the identifiers of the fact-checks that are sent
    for wanted, sent in [
        ({}, ["one", "two"]),
        ({"topics": ["bridge"]}, ["one"]),
        ({"topics": ["bridge", "river"]}, ["one", "two"]),
        ({"speakers": ["lee-marsh"]}, ["two"]),
        ({"topics": ["bridge"], "speakers": ["lee-marsh"]}, []),
        ({"origin": "own"}, ["one", "two"]),
        ({"origin": "partner"}, []),
    ]:
        sender = Recorder()
        make_subscription(**only, **wanted)
        serve_all(sender, clock)
        assert [m["data"]["body"]["id"] for m in sender.messages] == sent, wanted


def test_what_is_not_asked_for_leaves_no_row_and_is_not_read_again(clock, sender):
    make_published("one")
    make_subscription(since=0, kinds=["correction"])
    serve_all(sender, clock)
    assert sender.sent == []
    assert Delivery.objects.count() == 0
    assert Progress.objects.get().sequence == head()
    assert delivering.take(at=clock()) is None


def test_an_import_makes_no_rows_and_little_work_up_front(clock):
    for number in range(3):
        make_subscription(url=f"https://newsroom.example/{number}", kinds=["key"])
    before = head()
    fill(2000, own=1)
    assert head() - before > 2000
    assert Delivery.objects.count() == 0
    with CaptureQueriesContext(
        connection,
    ) as asked:
        serve_all(Recorder(), clock)
    # For each subscription: taking, reading once to the head, noting, releasing; and finding that nothing is due.
    assert len(asked) < 40
    assert {progress.sequence for progress in Progress.objects.all()} == {head()}


def test_a_long_record_is_read_in_pieces(clock, sender, monkeypatch):
    monkeypatch.setattr("factcheck.webhooks.following._READ", 5)
    monkeypatch.setattr("factcheck.webhooks.following._FOUND", 2)
    Month(5).go(15)
    make_topic("nowhere")
    make_subscription(url="https://newsroom.example/all", since=0)
    serve_all(sender, clock)
    assert sender.sequences == list(range(1, head() + 1))
    origin = Recorder()
    make_subscription(since=0, origin="partner")
    serve_all(origin, clock)
    wanted = Revision.objects.filter(kind__in=["reference", "key", "redaction"])
    assert set(wanted.values_list("sequence", flat=True)) <= set(origin.sequences)
    assert origin.sequences == sorted(set(origin.sequences))


# What is never sent -------------------------------------------------------------------------------


def test_a_text_that_was_withdrawn_meanwhile_is_not_news(clock, sender):
    claim = make_published("one", title="The withdrawn title")
    make_subscription(since=0)
    withdrawn(claim)
    serve_all(sender, clock)
    of_claim = [m for m in sender.messages if m["data"]["envelope"]["subject"] == "claims/one"]
    assert [m["type"] for m in of_claim] == ["claim.published", "claim.withdrawn"]
    assert of_claim[0]["data"]["body"] is None
    assert of_claim[0]["data"]["skipped"] is True
    assert of_claim[1]["data"]["body"]["withdrawn"]


def test_a_redacted_text_is_never_sent_though_it_was_due(clock, sender):
    claim = make_published("one", title="A secret title")
    first = Publication.objects.get(slug="one").sequence
    corrected(claim)
    make_subscription(since=0)
    sender.answer(BROKEN)
    serve_all(sender, clock)
    sender.sent.clear()
    redacting.redact(sequence=first, reason="It named a minor.", at=NOON)
    sender.answer(RECEIVED)
    clock.go_on(hours=1)
    serve_all(sender, clock)
    assert "A secret title" not in str(sender.messages)
    sent = {m["data"]["envelope"]["sequence"]: m for m in sender.messages}
    assert sent[first]["data"]["redacted"] is True
    assert sent[head()]["type"] == "claim.redacted"


def test_a_text_that_is_too_long_is_left_to_the_feed(clock, sender, monkeypatch):
    monkeypatch.setattr(payloads, "MOST_BYTES", 10)
    make_published("one")
    make_subscription(since=0)
    serve_all(sender, clock)
    assert all(m["data"]["body"] is None and m["data"]["skipped"] for m in sender.messages)


def test_nothing_goes_to_an_inactive_partner(clock, sender):
    subscription = make_subscription()
    make_published("one")
    partner = subscription.partner
    partner.active = False
    partner.save()
    assert serve_all(sender, clock) == 0
    partner.active = True
    partner.save()
    assert serve_all(sender, clock) == head()


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


# Subscribing --------------------------------------------------------------------------------------

REFUSED = [
    ({"url": "http://newsroom.example/"}, "url", "over https only"),
    ({"url": "https://127.0.0.1/"}, "url", "by number"),
    ({"kinds": ["publication", "gossip"]}, "kinds", "Not a kind of entry: gossip."),
    ({"topics": ["no-such-topic"]}, "topics", "The record knows none of this identifier: no-such-topic."),
    ({"speakers": ["nul\0"]}, "speakers", "The record knows none"),
    ({"speakers": ["x"] * 51}, "speakers", "At most 50"),
    ({"origin": "both"}, "origin", "Not an origin."),
]


@pytest.mark.parametrize(("values", "field", "words"), REFUSED)
def test_what_cannot_be_asked_for(values, field, words):
    found = subscriptions.objections(Wanted(**{"url": "https://newsroom.example/hook", **values}))
    assert list(found) == [field]
    assert words in found[field]


def test_one_partner_has_some_subscriptions_and_one_for_an_address():
    partner = make_partner()
    for number in range(subscriptions.MOST):
        make_subscription(f"https://newsroom.example/{number}", partner=partner)
    with pytest.raises(Refused, match="at most 10 subscriptions"):
        make_subscription("https://newsroom.example/more", partner=partner)
    Subscription.objects.first().delete()
    with pytest.raises(Refused, match="already"):
        make_subscription("https://newsroom.example/1", partner=partner)


def test_a_secret_is_32_bytes_and_changes():
    subscription = make_subscription()
    assert len(base64.b64decode(subscription.secret.removeprefix("whsec_"))) == 32
    new = subscriptions.rotate(subscription, at=NOON)
    subscription.refresh_from_db()
    assert subscription.secret == new != subscription.previous_secret
    assert subscription.previous_until == NOON + DAY


@pytest.mark.parametrize(
    "values",
    [
        {"url": "http://newsroom.example/"},
        {"origin": "both"},
        {"active": False},
        {"given_up": True},
        {"previous_secret": "whsec_x"},
    ],
)
def test_the_database_refuses(values):
    subscription = make_subscription()
    with pytest.raises(IntegrityError), transaction.atomic():
        Subscription.objects.filter(pk=subscription.pk).update(**values)


def test_a_ping_is_signed_and_leaves_nothing(sender):
    subscription = make_subscription()
    at = dt.datetime.now(dt.UTC)
    assert subscriptions.send_ping(subscription, by=sender, at=at) == RECEIVED
    [(url, headers, body)] = sender.sent
    assert url == subscription.url
    told = Webhook(subscription.secret).verify(body, headers)
    assert (told["type"], told["data"]) == ("ping", {"subscription": subscription.identifier})
    assert Delivery.objects.count() == 0


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
