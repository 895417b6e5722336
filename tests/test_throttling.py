"""How often the APIs may be asked: what is counted, under whose name, what the answers say, and who is held up."""

import datetime as dt
import json
from collections.abc import Iterator
from urllib.parse import urlencode

import pytest
from django.conf import LazySettings
from django.http import HttpResponse
from django.test import Client, RequestFactory
from makers import make_published
from partnering import make_key, make_partner

from factcheck import throttling
from factcheck.accounts.throttling import client_address
from factcheck.partners import counting, keys
from factcheck.partners.models import Key, Usage

AT = dt.datetime(2026, 3, 1, 12, 0, 20, tzinfo=dt.UTC)
MOMENT = int(AT.timestamp())
LIST = "/api/v1/claims/"

database = pytest.mark.django_db


@pytest.fixture
def few(settings: LazySettings) -> Iterator[int]:
    """Three requests in a minute, counted anew."""
    settings.READS_PER_MINUTE = 3
    counting._counter.cache_clear()
    yield 3
    counting._counter.cache_clear()


@pytest.fixture
def at(monkeypatch: pytest.MonkeyPatch) -> list[dt.datetime]:
    """The time that the middleware reads; a test moves it on."""
    now = [AT]
    monkeypatch.setattr("factcheck.throttling.timezone.now", lambda: now[0])
    return now


# What the answers say ---------------------------------------------------------------------------------------------


@database
def test_every_answer_of_the_api_says_what_is_left(few: int, at: list[dt.datetime]) -> None:
    make_published("one")
    first = Client().get(LIST)
    assert first["RateLimit-Policy"] == '"address";q=3;w=60'
    assert first["RateLimit"] == '"address";r=2;t=40'
    same = Client().get(LIST, headers={"if_none_match": first["ETag"]})
    assert (same.status_code, same["RateLimit"]) == (304, '"address";r=1;t=40')
    missing = Client().get("/api/v1/nothing/")
    assert (missing.status_code, missing["RateLimit"]) == (404, '"address";r=0;t=40')
    refused = Client().get(LIST, headers={"if_none_match": first["ETag"]})
    assert refused.status_code == 429
    assert refused["RateLimit"] == '"address";r=0;t=40'
    assert refused["Retry-After"] == "40"
    assert refused["Content-Type"] == "application/problem+json"
    assert refused["Cache-Control"] == "no-store"
    assert refused["Access-Control-Allow-Origin"] == "*"
    assert refused.json() == {
        "type": "about:blank",
        "title": "Too Many Requests",
        "status": 429,
        "detail": "3 requests in a minute are allowed, and that many were made: ask again in 40 seconds.",
    }
    at[0] += dt.timedelta(seconds=40)
    assert Client().get(LIST)["RateLimit"] == '"address";r=2;t=60'


@database
@pytest.mark.parametrize(
    ("method", "path", "status"),
    [
        ("get", LIST, 200),
        ("head", LIST, 200),
        ("options", LIST, 200),
        ("get", "/api/v1/claims/?bad=1", 400),
        ("get", "/api/v1/claims/none/", 404),
        ("post", LIST, 405),
        ("post", "/api/v1/match/", 415),
        ("get", "/api/v1/changes/", 200),
        ("get", "/api/v1/claims", 301),
    ],
)
def test_all_methods_and_all_statuses_are_counted(method: str, path: str, status: int, few: int) -> None:
    answer = getattr(Client(), method)(path)
    assert answer.status_code == status
    assert '"address";r=2' in answer["RateLimit"]


def asked(path: str) -> HttpResponse:
    """What the middleware answers by itself; 204 where it asks for more."""
    middleware = throttling.ThrottleMiddleware(lambda request: HttpResponse(status=204))
    return middleware(RequestFactory().get(path))


@database
def test_googles_api_says_it_in_its_own_form(few: int, at: list[dt.datetime]) -> None:
    path = "/v1alpha1/claims:search?query=bridge"
    assert [asked(path).status_code for _ in range(few)] == [204] * few
    refused = Client().get(path)
    assert refused["Access-Control-Allow-Origin"] == "*"
    assert (refused.status_code, refused["Retry-After"]) == (429, "40")
    error = json.loads(refused.content)["error"]
    assert (error["code"], error["status"]) == (429, "RESOURCE_EXHAUSTED")
    assert error["message"].endswith("ask again in 40 seconds.")


@database
def test_pages_are_not_counted(few: int) -> None:
    make_published("one")
    for _ in range(few + 2):
        answer = Client().get("/claims/one/")
        assert answer.status_code == 200
        assert not answer.has_header("RateLimit")


# Whose requests they are ------------------------------------------------------------------------------------------

# Behind a proxy or not; the header; the address of the connection; whose request it is.
FORWARDED = [
    (False, "198.51.100.1", "192.0.2.1", "192.0.2.1"),
    (False, "127.0.0.1, 198.51.100.1", "192.0.2.1", "192.0.2.1"),
    (True, "198.51.100.1", "127.0.0.1", "198.51.100.1"),
    (True, "203.0.113.9, 198.51.100.1", "127.0.0.1", "198.51.100.1"),
    (True, "203.0.113.8,203.0.113.9 ,198.51.100.1", "127.0.0.1", "198.51.100.1"),
    (True, "198.51.100.1:4711", "127.0.0.1", "198.51.100.1"),
    (True, "::ffff:198.51.100.1", "127.0.0.1", "198.51.100.1"),
    (True, "unknown", "127.0.0.1", "127.0.0.1"),
    (True, "198.51.100.1,", "127.0.0.1", "127.0.0.1"),
    (True, "", "192.0.2.1", "192.0.2.1"),
    (True, "2001:db8:1:2::1", "127.0.0.1", "2001:db8:1:2::"),
    (True, "[2001:db8:1:2:ffff::1]:80", "127.0.0.1", "2001:db8:1:2::"),
    (False, "2001:db8:9:9::1", "2001:db8:1:2:3:4:5:6", "2001:db8:1:2::"),
]


@pytest.mark.parametrize(("proxy", "forwarded", "remote", "whose"), FORWARDED)
def test_whose_request_it_is(
    proxy: bool, forwarded: str, remote: str, whose: str, settings: LazySettings
) -> None:
    settings.BEHIND_PROXY = proxy
    request = RequestFactory().get(LIST, headers={"x-forwarded-for": forwarded}, REMOTE_ADDR=remote)
    assert client_address(request) == whose


FORGED = [
    {"x-forwarded-for": "198.51.100.{}"},
    {"x-forwarded-for": "198.51.100.{}, 203.0.113.1"},
    {"forwarded": "for=198.51.100.{}"},
    {"x-real-ip": "198.51.100.{}"},
    {"x-client-ip": "198.51.100.{}"},
    {"cf-connecting-ip": "198.51.100.{}"},
    {"true-client-ip": "198.51.100.{}"},
    {"user-agent": "another {}"},
    {"cookie": "sessionid={}"},
]


@database
@pytest.mark.parametrize("forged", FORGED, ids=[next(iter(one)) for one in FORGED])
def test_a_forged_header_widens_nothing(forged: dict[str, str], few: int, at: list[dt.datetime]) -> None:
    found = [
        Client().get(LIST, headers={name: value.format(number) for name, value in forged.items()}).status_code
        for number in range(1, few + 3)
    ]
    assert found == [200] * few + [429] * 2


@database
def test_behind_a_proxy_only_what_the_proxy_wrote_counts(
    few: int, at: list[dt.datetime], settings: LazySettings
) -> None:
    settings.BEHIND_PROXY = True
    found = [
        Client().get(LIST, headers={"x-forwarded-for": f"203.0.113.{number}, 198.51.100.1"}).status_code
        for number in range(1, few + 2)
    ]
    assert found == [200] * few + [429]
    assert Client().get(LIST, headers={"x-forwarded-for": "203.0.113.1, 198.51.100.2"}).status_code == 200


@database
def test_one_customers_ipv6_addresses_are_one(few: int, at: list[dt.datetime]) -> None:
    found = [
        Client().get(LIST, REMOTE_ADDR=f"2001:db8:1:2::{number}").status_code for number in range(1, few + 2)
    ]
    assert found == [200] * few + [429]
    assert Client().get(LIST, REMOTE_ADDR="2001:db8:1:3::1").status_code == 200


# Keys -------------------------------------------------------------------------------------------------------------


def bearer(secret: str) -> dict[str, str]:
    return {"authorization": f"Bearer {secret}"}


@database
def test_a_key_that_reads_has_its_partners_quota(few: int, at: list[dt.datetime]) -> None:
    partner = make_partner(per_minute=5, per_day=7)
    one, other = (make_key(partner, at=AT) for _ in range(2))
    first = Client().get(LIST, headers=bearer(one))
    assert first["RateLimit-Policy"] == '"minute";q=5;w=60, "day";q=7;w=86400'
    assert first["RateLimit"] == f'"minute";r=4;t=40, "day";r=6;t={12 * 3600 - 20}'
    # Two keys, and any number of addresses, are one partner.
    found = [
        Client()
        .get(LIST, headers=bearer(one if number % 2 else other), REMOTE_ADDR=f"192.0.2.{number}")
        .status_code
        for number in range(6)
    ]
    assert found == [200] * 4 + [429] * 2
    at[0] += dt.timedelta(minutes=1)
    assert [Client().get(LIST, headers=bearer(one)).status_code for _ in range(3)] == [200, 200, 429]
    assert "in a day" in Client().get(LIST, headers=bearer(one)).json()["detail"]
    # The address has its own.
    assert Client().get(LIST)["RateLimit"] == '"address";r=2;t=40'
    assert Usage.objects.get().requests == 7


@database
def test_a_key_that_does_not_read_asks_as_its_address(few: int, at: list[dt.datetime]) -> None:
    secret = make_key(make_partner(), ["pages", "webhooks"], at=AT)
    assert Client().get(LIST, headers=bearer(secret))["RateLimit"] == '"address";r=2;t=40'
    assert Key.objects.get().last_used_at == AT
    assert not Usage.objects.exists()


# What is sent, and what is wrong with it in a word of the answer.
BAD = [
    ("nonsense", "no key of this server"),
    ("", "no key of this server"),
    ("fck_abcdefgh_" + "0" * 40, "knows no such key"),
    ("expired", "expired on 28 February 2026 at 12:00 UTC: ask"),
    ("revoked", "was revoked"),
    ("inactive", "not active"),
]


def bad_key(kind: str) -> str:
    if kind not in ("expired", "revoked", "inactive"):
        return kind
    partner = make_partner(active=kind != "inactive")
    past = AT - dt.timedelta(days=1)
    secret = make_key(partner, at=past - dt.timedelta(days=1), expires_at=past if kind == "expired" else None)
    if kind == "revoked":
        keys.revoke(Key.objects.get(), at=AT)
    return secret


@database
@pytest.mark.parametrize(("kind", "said"), BAD)
def test_a_bad_key_is_a_no_and_is_counted(kind: str, said: str, few: int, at: list[dt.datetime]) -> None:
    secret = bad_key(kind)
    answer = Client().get(LIST, headers=bearer(secret))
    assert answer.status_code == 401
    assert answer["WWW-Authenticate"] == 'Bearer realm="factcheck", error="invalid_token"'
    assert answer["Content-Type"] == "application/problem+json"
    assert answer["Cache-Control"] == "no-store"
    assert answer["RateLimit"] == '"address";r=2;t=40'
    assert said in answer.json()["detail"]
    assert len(secret) < 13 or secret[13:] not in answer.content.decode()
    # Whoever guesses is held up like anybody else.
    found = [Client().get(LIST, headers=bearer(secret)).status_code for _ in range(3)]
    assert found == [401, 401, 429]
    assert Key.objects.filter(last_used_at=None).count() == Key.objects.count()


@database
@pytest.mark.parametrize("kind", ["expired", "revoked", "inactive", "fck_abcdefgh_" + "0" * 40])
def test_googles_api_says_that_a_key_is_not_valid(kind: str, few: int, at: list[dt.datetime]) -> None:
    answer = asked(f"/v1alpha1/claims:search?query=bridge&key={bad_key(kind)}")
    assert answer.status_code == 400
    error = json.loads(answer.content)["error"]
    assert error["status"] == "INVALID_ARGUMENT"
    assert error["message"].startswith("API key not valid. Please pass a valid API key.")
    assert error["details"][0]["reason"] == "API_KEY_INVALID"


@database
def test_at_googles_addresses_a_text_that_is_no_key_of_ours_is_none(few: int, at: list[dt.datetime]) -> None:
    make_published("one")
    answer = Client().get("/v1alpha1/claims:search?query=bridge&key=K")
    assert answer.status_code == 200
    assert answer["RateLimit"] == '"address";r=2;t=40'
    # As a form, which clients send where an address would be too long.
    form = {"query": "bridge " * 400, "key": make_key(make_partner(), at=AT)}
    answer = Client().post(
        "/v1alpha1/claims:search",
        urlencode(form),
        content_type="application/x-www-form-urlencoded",
        headers={"x-http-method-override": "GET"},
    )
    assert answer.status_code == 200
    assert answer["RateLimit-Policy"] == '"minute";q=3000;w=60, "day";q=200000;w=86400'


@database
def test_a_key_in_an_address_of_ours_is_an_unknown_parameter(few: int) -> None:
    answer = Client().get(f"{LIST}?key={make_key(make_partner())}")
    assert answer.status_code == 400
    assert '"address"' in answer["RateLimit"]


@database
def test_a_preflight_needs_no_key_and_is_not_counted(few: int) -> None:
    """To a script that is refused the preflight nothing is told, not even when to ask again."""
    asked = {"origin": "https://reader.example", "access-control-request-method": "GET"}
    for _ in range(2 * few):
        answer = Client().options(LIST, headers=asked)
        assert (answer.status_code, answer.get("RateLimit")) == (200, None)
    assert [Client().options(LIST).status_code for _ in range(few + 1)] == [200] * few + [429]
    refused = Client().get(LIST, headers={"origin": asked["origin"]})
    assert "Retry-After" in refused["Access-Control-Expose-Headers"]
