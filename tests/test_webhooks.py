"""Webhooks: what is sent to whom, in which order, what becomes of failures, and what is never sent."""

import datetime as dt
import json

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext
from golden import golden
from makers import NOON, make_claim, make_published, make_source, make_speaker, make_topic, make_user, publish
from many import fill
from months import Month
from standardwebhooks import Webhook
from subscribing import BROKEN, RECEIVED, Clock, Recorder, head, make_subscription, serve_all

from claims import redacting, workflow
from claims.models import Claim, Publication, Revision
from factcheck.webhooks import delivering, payloads, subscriptions
from factcheck.webhooks.models import Delivery, Progress

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
