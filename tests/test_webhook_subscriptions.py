"""Webhooks: what may be asked for, secrets, and the ping."""

import base64
import datetime as dt
from collections import Counter
from importlib import import_module

import pytest
from django.apps import apps
from django.db import IntegrityError, transaction
from makers import NOON, make_published
from partnering import make_partner
from standardwebhooks import Webhook
from subscribing import RECEIVED, Clock, Recorder, head, make_subscription, serve_all

from factcheck.webhooks import subscriptions
from factcheck.webhooks.models import Delivery, Subscription
from factcheck.webhooks.subscriptions import Refused, Wanted

pytestmark = pytest.mark.django_db

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


HOST, CAPITALS, OTHERS = "https://newsroom.example", "https://Newsroom.Example", "https://NEWSROOM.example"


@pytest.mark.parametrize(
    ("stored", "becomes"),
    [
        ([f"{CAPITALS}/Hook?A=B", f"{HOST}:8443/x"], [f"{HOST}/Hook?A=B", f"{HOST}:8443/x"]),
        ([f"{CAPITALS}/a", f"{CAPITALS}/A"], [f"{HOST}/a", f"{HOST}/A"]),
        # Of two that mean the same address one alone can have it in small letters.
        ([f"{CAPITALS}/a", f"{HOST}/a"], [f"{CAPITALS}/a", f"{HOST}/a"]),
        ([f"{CAPITALS}/a", f"{OTHERS}/a"], [f"{HOST}/a", f"{OTHERS}/a"]),
    ],
)
def test_addresses_from_before_are_in_small_letters_and_both_of_two_are_served(stored, becomes):
    partner, clock, sender = make_partner(), Clock(), Recorder()
    made = [make_subscription(f"{HOST}/{number}", partner=partner) for number in range(len(stored))]
    # Another partner's is none of theirs.
    other = make_subscription(f"{HOST}/elsewhere")
    for row, url in zip([*made, other], [*stored, f"{CAPITALS}/a"], strict=True):
        Subscription.objects.filter(pk=row.pk).update(url=url)
    migration = import_module("factcheck.webhooks.migrations.0003_small_letters")
    for _ in range(2):
        migration.write_small(apps, None)
        urls = dict(Subscription.objects.values_list("pk", "url"))
        assert urls == dict(zip([row.pk for row in (*made, other)], [*becomes, f"{HOST}/a"], strict=True))
    assert Subscription.objects.filter(active=True).count() == len(urls)
    make_published()
    serve_all(sender, clock)
    sent = Counter(url for url, _, _ in sender.sent)
    assert sent == {url: urls_of * head() for url, urls_of in Counter(urls.values()).items()}


def test_a_secret_is_32_bytes_and_changes():
    subscription = make_subscription()
    assert len(base64.b64decode(subscription.secret.removeprefix("whsec_"))) == 32
    new = subscriptions.rotate(subscription, at=NOON)
    subscription.refresh_from_db()
    assert subscription.secret == new != subscription.previous_secret
    assert subscription.previous_until == NOON + dt.timedelta(days=1)


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


def test_a_ping_is_signed_and_leaves_nothing():
    sender, subscription = Recorder(), make_subscription()
    at = dt.datetime.now(dt.UTC)
    assert subscriptions.send_ping(subscription, by=sender, at=at) == RECEIVED
    [(url, headers, body)] = sender.sent
    assert url == subscription.url
    told = Webhook(subscription.secret).verify(body, headers)
    assert (told["type"], told["data"]) == ("ping", {"subscription": subscription.identifier})
    assert Delivery.objects.count() == 0
