"""Partners' own subscriptions over the API: with the right key, in the manners of the API, and nobody else's."""

from contextlib import suppress

import pytest
from django.test import Client
from django.utils import timezone
from hypothesis import given
from hypothesis import strategies as st
from makers import make_published
from partnering import make_key, make_partner
from rest_framework.exceptions import ValidationError
from subscribing import Clock, Recorder, make_subscription, serve_all

from factcheck.webhooks import api, subscriptions
from factcheck.webhooks.models import Subscription

pytestmark = pytest.mark.django_db

LIST = "/api/v1/webhooks/"
HOOK = "https://newsroom.example/hook"


@pytest.fixture
def partner():
    return make_partner()


@pytest.fixture
def client(partner):
    secret = make_key(partner, ["webhooks"])
    return Client(headers={"authorization": f"Bearer {secret}"})


def post(client, address=LIST, body=None, **options):
    return client.post(address, body, content_type="application/json", **options)


def one(row):
    return f"{LIST}{row.identifier}/"


def test_from_nothing_to_a_message(client):
    make_published("one")
    answer = post(client, body={"url": HOOK, "kinds": ["publication"], "speakers": ["ada-quill"]})
    assert answer.status_code == 201
    made = answer.json()
    assert made.pop("secret") == Subscription.objects.get().secret
    assert answer["Location"] == f"http://testserver{LIST}{made['id']}/"
    assert (made["kinds"], made["topics"], made["origin"], made["active"]) == (
        ["publication"],
        [],
        None,
        True,
    )
    assert "no-store" in answer["Cache-Control"]
    assert client.get(LIST).json() == {"results": [made]}
    assert client.get(answer["Location"]).json() == made
    make_published("two")
    sender = Recorder()
    serve_all(sender, Clock())
    assert sender.types == ["claim.published"]
    assert client.get(answer["Location"]).json()["delivered_up_to"] > made["delivered_up_to"]


# How it is asked, and the status
REFUSED = [
    ({}, 401),
    ({"authorization": "Bearer fck_nonsense"}, 401),
    ({"authorization": "Basic abc"}, 401),
]


@pytest.mark.parametrize(("headers", "status"), REFUSED)
def test_without_a_good_key_there_is_nothing(headers, status):
    row = make_subscription()
    for address in (LIST, one(row), f"{one(row)}secret/"):
        for method in ("get", "post", "patch", "delete"):
            answer = getattr(Client(headers=headers), method)(address)
            assert answer.status_code == status
            assert answer["Content-Type"] == "application/problem+json"
            assert "Bearer" in answer["WWW-Authenticate"]
    assert Subscription.objects.count() == 1


def test_a_key_that_opens_other_doors_does_not_open_this():
    secret = make_key(make_partner(), ["read", "pages", "submit"])
    answer = Client(headers={"authorization": f"Bearer {secret}"}).get(LIST)
    assert answer.status_code == 403
    assert "webhooks" in answer.json()["detail"]


def test_anothers_subscription_is_not_there(client):
    row = make_subscription()
    assert client.get(LIST).json() == {"results": []}
    asked = [
        client.get(one(row)),
        client.delete(one(row)),
        client.patch(one(row), {"active": False}, content_type="application/json"),
        post(client, f"{one(row)}secret/"),
        client.get(f"{LIST}sub_0/"),
    ]
    assert [answer.status_code for answer in asked] == [404] * 5
    before, row = row, Subscription.objects.get()
    assert (row.active, row.secret) == (True, before.secret)


def test_switched_off_on_and_deleted(client, partner):
    row = make_subscription(HOOK, partner=partner)
    answer = client.patch(one(row), {"active": False}, content_type="application/json").json()
    assert not answer["active"]
    assert answer["switched_off"]["reason"] == "The partner switched it off."
    answer = client.patch(one(row), {"active": True}, content_type="application/json").json()
    assert (answer["active"], answer["switched_off"]) == (True, None)
    assert client.delete(one(row)).status_code == 204
    assert not Subscription.objects.exists()


def test_another_secret(client, partner):
    row = make_subscription(HOOK, partner=partner)
    answer = post(client, f"{one(row)}secret/")
    assert answer.status_code == 200
    now = Subscription.objects.get()
    assert answer.json()["secret"] == now.secret != row.secret == now.previous_secret
    assert answer.json()["earlier_secret_valid_until"]
    assert "secret" not in client.get(one(row)).json()


# A body, the member that is at fault, and words of the reason
BAD = [
    ([], "url", "Send a JSON object."),
    ({}, "url", "Give the address"),
    ({"url": 7}, "url", "Give the address"),
    ({"url": "http://newsroom.example/"}, "url", "https only"),
    ({"url": "https://2130706433/"}, "url", "host name"),
    ({"url": "https://user@newsroom.example/"}, "url", "user name"),
    ({"url": HOOK, "kinds": "publication"}, "kinds", "list of texts"),
    ({"url": HOOK, "kinds": ["gossip"]}, "kinds", "Not a kind of entry"),
    ({"url": HOOK, "topics": [None]}, "topics", "list of texts"),
    ({"url": HOOK, "topics": ["nowhere"]}, "topics", "The record knows none"),
    ({"url": HOOK, "speakers": ["\ud800"]}, "speakers", "list of texts"),
    ({"url": HOOK, "origin": ["own"]}, "origin", "Allowed: own, partner; leave it out"),
    ({"url": HOOK, "origin": "both"}, "origin", "Allowed: own, partner; leave it out"),
    # What is false in Python says nothing that is documented.
    *(
        ({"url": HOOK, "origin": value}, "origin", "Allowed: own, partner; leave it out")
        for value in ({}, [], 0, 0.0, False, "")
    ),
    *(
        ({"url": HOOK, name: value}, name, "list of texts")
        for name in ("kinds", "topics", "speakers")
        for value in ({}, 0, False, "", None)
    ),
    *(({"url": value}, "url", "Give the address") for value in ({}, [], 0, False, None)),
    ({"url": HOOK, "secret": "whsec_x"}, "secret", "Unknown member"),
]


@pytest.mark.parametrize(("body", "member", "words"), BAD)
def test_what_cannot_be_asked_for_is_named(client, body, member, words):
    answer = post(client, body=body)
    assert answer.status_code == 400
    assert answer["Content-Type"] == "application/problem+json"
    [error] = answer.json()["errors"]
    assert error["name"] == member
    assert words in error["reason"]
    assert not Subscription.objects.exists()


@pytest.mark.parametrize("given", [{}, {"origin": None}])
def test_both_origins_are_asked_for_as_the_schema_says(client, given):
    made = post(client, body={"url": HOOK, **given})
    assert (made.status_code, made.json()["origin"]) == (201, None)


@pytest.mark.parametrize("value", [None, 0, 1, "", "true", [], {}])
def test_a_switch_is_true_or_false(client, partner, value):
    row = make_subscription(HOOK, partner=partner)
    answer = client.patch(one(row), {"active": value}, content_type="application/json")
    assert [error["name"] for error in answer.json()["errors"]] == ["active"]
    assert Subscription.objects.get().active


def test_twice_or_too_many_is_a_conflict(client, partner):
    assert post(client, body={"url": HOOK}).status_code == 201
    answer = post(client, body={"url": HOOK})
    assert answer.status_code == 409
    assert "already" in answer.json()["detail"]


def test_scheme_and_host_mean_the_same_in_capitals(client):
    answer = post(client, body={"url": "HTTPS://Newsroom.Example/Hook"})
    assert (answer.status_code, answer.json()["url"]) == (201, "https://newsroom.example/Hook")
    assert post(client, body={"url": "https://newsroom.example/Hook"}).status_code == 409
    assert post(client, body={"url": "https://NEWSROOM.example/hook"}).status_code == 201


def test_an_earlier_secret_has_all_of_its_day(client, partner):
    row = make_subscription(HOOK, partner=partner)
    until = post(client, f"{one(row)}secret/").json()["earlier_secret_valid_until"]
    answer = post(client, f"{one(row)}secret/")
    assert answer.status_code == 409
    assert until in answer.json()["detail"]
    now = Subscription.objects.get()
    assert now.valid_secrets(at=timezone.now()) == [now.secret, row.secret]
    over = timezone.now() + subscriptions.EARLIER_SECRET_VALID
    assert subscriptions.rotate(row, at=over) == Subscription.objects.get().secret != now.secret


@pytest.mark.parametrize("address", [f"{LIST}?page=2", f"{LIST}?key=x"])
def test_parameters_are_refused(client, address):
    assert client.get(address).status_code == 400


@given(
    st.recursive(
        st.none() | st.booleans() | st.integers() | st.text(max_size=9),
        lambda inner: st.lists(inner, max_size=3) | st.dictionaries(st.sampled_from(api._MEMBERS), inner),
        max_leaves=6,
    ).filter(lambda value: isinstance(value, dict))
)
def test_any_body_is_read_or_refused(body):
    with suppress(ValidationError):
        wanted = api.asked(body)
        assert isinstance(wanted.url, str)
        assert isinstance(wanted.origin, str)
        assert all(isinstance(one, str) for one in (*wanted.kinds, *wanted.topics, *wanted.speakers))


def test_a_body_that_is_no_json(client):
    assert client.post(LIST, "{", content_type="application/json").status_code == 400
    assert client.post(LIST, "a=b", content_type="application/x-www-form-urlencoded").status_code == 415
    assert client.put(LIST).status_code == 405
