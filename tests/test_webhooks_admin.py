"""Webhooks at the desk: made, tested, changed over, switched off and on; what failed is seen and repeated."""

import datetime as dt

import pytest
from django.test import Client
from django.urls import reverse
from makers import NOON, make_claim, make_published, make_user, publish
from partnering import make_partner
from receiving import receiving
from standardwebhooks import Webhook
from subscribing import BROKEN, Clock, Recorder, make_subscription, serve_all

from claims import roles
from factcheck.webhooks import subscriptions
from factcheck.webhooks.models import Delivery, Subscription

pytestmark = pytest.mark.django_db

LIST = "/admin/webhooks/subscription/"


@pytest.fixture
def client():
    client = Client()
    client.force_login(make_user(role=roles.PUBLISHER))
    return client


@pytest.fixture(scope="module")
def receiver(tmp_path_factory):
    with receiving(tmp_path_factory.mktemp("receiver")) as started:
        yield started


def form(**values):
    return {"url": "https://newsroom.example/hook", "topics": "", "speakers": "", "origin": "", **values}


def page(client, address):
    response = client.get(address)
    assert response.status_code == 200
    return response.content.decode()


def test_a_subscription_is_made_and_its_secret_shown_once(client):
    make_published("one")
    partner = make_partner()
    values = form(partner=partner.pk, kinds=["correction", "typo"], speakers="ada-quill,\n ada-quill")
    answer = client.post(f"{LIST}add/", values)
    made = Subscription.objects.get()
    assert (made.kinds, made.topics, made.speakers) == (["correction", "typo"], [], ["ada-quill"])
    assert made.progress.sequence > 0
    assert answer.status_code == 200
    assert "no-store" in answer["Cache-Control"]
    assert made.secret in answer.content.decode()
    for address in (LIST, f"{LIST}{made.pk}/change/", f"{LIST}{made.pk}/history/", f"{LIST}export/"):
        response = client.get(address)
        text = b"".join(response) if response.streaming else response.content
        assert made.secret not in text.decode()
        assert made.url in text.decode() or "history" in address


@pytest.mark.parametrize(
    ("values", "words"),
    [
        ({"url": "http://newsroom.example/"}, "https only"),
        ({"url": "https://127.0.0.1/"}, "by number"),
        ({"topics": "nowhere"}, "The record knows none of this identifier: nowhere."),
        ({"kinds": ["gossip"]}, "gossip"),
        ({"url": ""}, "required"),
    ],
)
def test_what_cannot_be_asked_for_is_said_in_the_form(client, values, words):
    answer = client.post(f"{LIST}add/", form(partner=make_partner().pk, **values))
    assert words in answer.content.decode()
    assert not Subscription.objects.exists()


def test_a_change_leaves_alone_what_the_worker_writes(client, monkeypatch):
    made = make_subscription()
    address = f"{LIST}{made.pk}/change/"
    shown = client.get(address).context["shown"]
    save = Subscription.save

    def save_late(self, *arguments, **options):
        # Between reading and writing the row.
        subscriptions.rotate(made, at=NOON)
        subscriptions.switch_off(made, reason="Three days.", at=NOON)
        return save(self, *arguments, **options)

    monkeypatch.setattr(Subscription, "save", save_late)
    answer = client.post(address, form(url="https://newsroom.example/other", _shown=shown))
    assert answer.status_code == 302
    before, made = made, Subscription.objects.get()
    assert made.url == "https://newsroom.example/other"
    assert not made.active
    assert made.previous_secret == before.secret


def test_the_test_button_says_what_came_of_it(client, receiver, settings):
    settings.WEBHOOK_NETWORKS = ["127.0.0.0/8"]
    settings.WEBHOOK_AUTHORITIES = receiver.authorities
    made = make_subscription(receiver.url_by_number)
    address = reverse("admin:webhooks_subscription_ping", args=[made.pk])
    assert "Send it" in page(client, address)
    assert receiver.messages == []
    answer = client.post(address, follow=True).content.decode()
    assert "The test message was received. It answered 204 No Content." in answer
    [message] = receiver.messages
    assert Webhook(made.secret).verify(message.body, message.headers)["type"] == "ping"
    receiver.answer = lambda message: 503
    answer = client.post(address, follow=True).content.decode()
    assert "The test message was not received. It answered 503 Service Unavailable." in answer


def test_another_secret(client):
    made = make_subscription()
    address = reverse("admin:webhooks_subscription_secret", args=[made.pk])
    assert "24 hours" in page(client, address)
    answer = client.post(address)
    made, earlier = Subscription.objects.get(), made.secret
    assert made.previous_secret == earlier != made.secret
    text = answer.content.decode()
    assert made.secret in text
    assert earlier not in text
    assert "no-store" in answer["Cache-Control"]
    assert "beside the new one" in page(client, f"{LIST}{made.pk}/change/")
    assert "valid until" in client.post(address, follow=True).content.decode()
    assert Subscription.objects.get().secret == made.secret


def test_an_address_in_capitals_is_kept_in_small_letters(client):
    client.post(f"{LIST}add/", form(partner=make_partner().pk, url="HTTPS://Newsroom.Example/Hook"))
    assert Subscription.objects.get().url == "https://newsroom.example/Hook"


def test_of_two_that_differ_in_capitals_alone_both_can_be_changed(client):
    first = make_subscription()
    second = make_subscription("https://newsroom.example/second", partner=first.partner)
    Subscription.objects.filter(pk=second.pk).update(url="https://NEWSROOM.example/hook")
    for row in (first, second):
        address = f"{LIST}{row.pk}/change/"
        url = Subscription.objects.get(pk=row.pk).url
        shown = client.get(address).context["shown"]
        assert client.post(address, form(url=url, kinds=["typo"], _shown=shown)).status_code == 302
    found = set(Subscription.objects.values_list("url", "kinds__0"))
    assert found == {("https://newsroom.example/hook", "typo"), ("https://NEWSROOM.example/hook", "typo")}
    shown = client.get(address).context["shown"]
    said = client.post(address, form(url="https://NEWSroom.example/hook", _shown=shown))
    assert "has a subscription for this address already" in said.content.decode()


def test_switched_off_and_on(client):
    made = make_subscription()
    address = reverse("admin:webhooks_subscription_switch", args=[made.pk])
    assert "Switch it off" in page(client, address)
    client.post(address)
    made.refresh_from_db()
    assert (made.active, made.given_up) == (False, False)
    assert "switched it off." in page(client, LIST)
    assert "Switch it on" in page(client, address)
    client.post(address)
    made.refresh_from_db()
    assert made.active
    assert "Up to date" in page(client, LIST)


def test_what_fails_is_seen(client):
    make_subscription()
    make_published("one")
    sender = Recorder()
    sender.answer(BROKEN)
    serve_all(sender, Clock())
    text = page(client, f"{LIST}?state=failing")
    assert "Entry 1 fails. It answered 500. Next try: 1 March 2026, 12:00 UTC." in text
    assert "newsroom.example" not in page(client, f"{LIST}?state=off").partition("results")[2]
    assert "Failed, and will be tried again" in page(client, "/admin/webhooks/delivery/?state__exact=waiting")


def act(client, action, delivery):
    values = {"action": action, "_selected_action": [delivery.pk]}
    return client.post("/admin/webhooks/delivery/", values, follow=True).content.decode()


def dead(**values):
    made = make_subscription(since=0, **values)
    publish(make_claim())
    Subscription.objects.update(active=False, disabled_at=NOON, disabled_reason="Days.", given_up=True)
    return made.deliveries.create(
        sequence=1, state="dead", attempts=17, first_at=NOON, last_at=NOON, told="It answered 500."
    )


def test_dead_letters_are_sent_again_or_passed_over(client):
    delivery = dead()
    assert "switched on again" in act(client, "send_again", delivery)
    sender = Recorder()
    serve_all(sender, Clock())
    assert sender.sequences[0] == 1
    delivery.refresh_from_db()
    assert delivery.state == "delivered"
    assert "sent again within seconds" in act(client, "send_again", delivery)
    assert Delivery.objects.get(pk=delivery.pk).again
    assert "Only a delivery that was given up can be passed over." in act(client, "pass_over", delivery)
    Delivery.objects.update(again=False, state="dead")
    Subscription.objects.update(active=False, disabled_at=NOON, disabled_reason="Days.")
    assert "is passed over" in act(client, "pass_over", delivery)
    assert Subscription.objects.get().active


def test_a_subscription_goes_with_its_deliveries(client):
    delivery = dead()
    address = f"{LIST}{delivery.subscription_id}/delete/"
    assert "newsroom.example" in page(client, address)
    client.post(address, {"post": "yes"})
    assert not Subscription.objects.exists()
    assert not Delivery.objects.exists()


@pytest.mark.parametrize("role", [None, roles.REPORTER, roles.EDITOR])
def test_others_see_nothing_of_it(role):
    delivery = dead()
    client = Client()
    client.force_login(make_user(role=role))
    number = delivery.subscription_id
    for address in (
        LIST,
        f"{LIST}{number}/change/",
        *(f"{LIST}{number}/{name}/" for name in ("ping", "secret", "switch")),
    ):
        assert client.get(address).status_code == 403
        assert client.post(address).status_code == 403
    assert Subscription.objects.get().secret == delivery.subscription.secret


def test_an_address_without_a_subscription_is_none(client):
    for name in ("ping", "secret", "switch"):
        assert client.get(f"{LIST}999999/{name}/").status_code == 404
    assert dt.timedelta(days=1) == subscriptions.EARLIER_SECRET_VALID
