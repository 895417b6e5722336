"""How often the APIs may be asked: what is counted, under whose name, what the answers say, and who is held up."""

import datetime as dt
import json
import logging
import threading
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from typing import Any
from urllib.parse import urlencode

import pytest
import redis
from django.conf import LazySettings
from django.db import DatabaseError, connection
from django.http import HttpResponse
from django.test import Client, RequestFactory
from hypothesis import given
from hypothesis import strategies as st
from makers import make_published
from partnering import make_key, make_partner
from redising import redis_server

from factcheck.accounts.throttling import client_address
from factcheck.partners import counting, keys, limits, throttling, usage
from factcheck.partners.counting import Counter, InProcess, InRedis
from factcheck.partners.limits import DAY, MINUTE, Limit
from factcheck.partners.models import Key, Usage

AT = dt.datetime(2026, 3, 1, 12, 0, 20, tzinfo=dt.UTC)
MOMENT = int(AT.timestamp())
LIST = "/api/v1/claims/"

database = pytest.mark.django_db


@pytest.fixture(scope="module")
def redis_url() -> Iterator[str]:
    with redis_server() as url:
        yield url


@pytest.fixture(params=["memory", "redis"])
def counter(request: pytest.FixtureRequest) -> Counter:
    if request.param == "memory":
        return InProcess()
    url = request.getfixturevalue("redis_url")
    redis.Redis.from_url(url).flushall()
    return InRedis(url)


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
    monkeypatch.setattr("factcheck.partners.throttling.timezone.now", lambda: now[0])
    return now


def test_a_request_is_counted_under_all_its_limits_or_under_none(counter: Counter) -> None:
    minute, day = Limit("minute", "partner 1", 2, MINUTE), Limit("day", "partner 1", 3, DAY)

    def used(moment: int) -> tuple[bool, list[int]]:
        count = counter.admit([minute, day], moment=moment)
        return count.admitted, [one.used for one in count.standings]

    assert used(MOMENT) == (True, [1, 1])
    assert used(MOMENT) == (True, [2, 2])
    assert used(MOMENT) == (False, [2, 2])
    assert used(MOMENT + 60) == (True, [1, 3])
    # The day is full: the minute is not charged for what is refused.
    assert used(MOMENT + 60) == (False, [1, 3])
    assert used(MOMENT + DAY) == (True, [1, 1])


def test_who_asks_more_than_one_is_told_of_the_longest_wait(counter: Counter) -> None:
    minute, day = Limit("minute", "p", 1, MINUTE), Limit("day", "p", 1, DAY)
    assert counter.admit([minute, day], moment=MOMENT).wait == 0
    refused = counter.admit([minute, day], moment=MOMENT)
    assert refused.wait == DAY - (12 * 3600 + 20)
    assert limits.refusal(refused) == (
        f"1 requests in a day are allowed, and that many were made: ask again in {refused.wait} seconds."
    )


def test_others_are_others(counter: Counter) -> None:
    for whose in ("address 192.0.2.1", "address 192.0.2.2", "partner 1", "partner 11"):
        assert counter.admit([Limit("x", whose, 1, MINUTE)], moment=MOMENT).admitted
        assert not counter.admit([Limit("x", whose, 1, MINUTE)], moment=MOMENT).admitted


def test_as_many_as_there_may_be_however_many_ask_at_once(counter: Counter) -> None:
    limit = [Limit("x", "address 192.0.2.1", 50, MINUTE)]
    start = threading.Barrier(8)

    def ask(_: int) -> int:
        start.wait()
        return sum(counter.admit(limit, moment=MOMENT).admitted for _ in range(50))

    with ThreadPoolExecutor(8) as pool:
        assert sum(pool.map(ask, range(8))) == 50


def test_in_redis_all_processes_count_together(redis_url: str) -> None:
    redis.Redis.from_url(redis_url).flushall()
    limit = [Limit("x", "address 192.0.2.1", 3, MINUTE)]
    found = [InRedis(redis_url).admit(limit, moment=MOMENT).admitted for _ in range(5)]
    assert found == [True, True, True, False, False]


def test_redis_is_told_no_address_and_keeps_nothing_for_long(redis_url: str) -> None:
    client: Any = redis.Redis.from_url(redis_url)
    client.flushall()
    InRedis(redis_url).admit([Limit("x", "address 192.0.2.1", 3, MINUTE)], moment=MOMENT)
    (key,) = client.keys()
    assert b"192.0.2.1" not in key
    assert 0 < client.ttl(key) <= 2 * MINUTE


def test_while_redis_is_silent_each_process_counts_by_itself(
    caplog: pytest.LogCaptureFixture, monkeypatch: pytest.MonkeyPatch
) -> None:
    counter, limit = InRedis("unix:///nowhere/redis.sock"), [Limit("x", "a", 2, MINUTE)]
    with caplog.at_level(logging.WARNING):
        found = [counter.admit(limit, moment=MOMENT).admitted for _ in range(4)]
    assert found == [True, True, False, False]
    # One line for each silence, not for each request.
    assert [one.message for one in caplog.records] == [
        "Redis does not answer (ConnectionError): for 5 seconds each process counts requests by itself."
    ]
    monkeypatch.setattr(counting, "SILENCE", 0.0)
    counter._silent_until = 0.0
    counter.admit(limit, moment=MOMENT)
    assert len(caplog.records) == 2


def test_memory_is_bounded_and_swept(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(counting, "MOST", 10)
    counter = InProcess()
    for number in range(30):
        assert counter.admit([Limit("x", f"address {number}", 1, MINUTE)], moment=MOMENT).admitted
    assert len(counter._used) == 10
    # Whoever is counted is counted on.
    assert not counter.admit([Limit("x", "address 0", 1, MINUTE)], moment=MOMENT).admitted
    counter.admit([Limit("x", "partner 1", 1, DAY)], moment=MOMENT + 60)
    counter.admit([Limit("x", "address 0", 1, MINUTE)], moment=MOMENT + 120)
    assert sorted(counter._used) == [
        ("address 0", 60, MOMENT // 60 + 2),
        ("partner 1", DAY, MOMENT // DAY),
    ]


@given(
    st.integers(0, 2**40),
    st.sampled_from([1, MINUTE, 3600, DAY]),
    st.integers(1, 10**6),
    st.integers(0, 10**6),
)
def test_a_window_ends_when_the_next_begins(moment: int, seconds: int, quota: int, used: int) -> None:
    limit = Limit("x", "a", quota, seconds)
    number, left = limits.window(limit, moment)
    assert 0 < left <= seconds
    assert limits.window(limit, moment + left) == (number + 1, seconds)
    count = limits.counted([limit], [used], moment=moment, exhausted=used >= quota)
    assert count.admitted == (used < quota)
    assert limits.headers(count) == {
        "RateLimit-Policy": f'"x";q={quota};w={seconds}',
        "RateLimit": f'"x";r={max(0, quota - used)};t={left}',
    }


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
    ("expired", "expired on 28 February 2026"),
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
def test_a_preflight_needs_no_key(few: int) -> None:
    assert Client().options(LIST).status_code == 200


# What is written down ---------------------------------------------------------------------------------------------


@pytest.fixture
def kept(monkeypatch: pytest.MonkeyPatch) -> Iterator[None]:
    """As in a server's process, but that the test says when something is written."""
    monkeypatch.setattr(usage, "_keeper", threading.current_thread())
    yield
    for memory in (usage._pending, usage._written, usage._used):
        memory.clear()


@database
def test_a_servers_process_reads_and_writes_nothing_for_a_request(
    kept: None, at: list[dt.datetime], django_assert_num_queries: Any
) -> None:
    partner = make_partner(per_minute=100, per_day=100)
    secret = make_key(partner, at=AT)
    throttling.admit(Key.objects.select_related("partner").get(), None, at=AT)
    key = Key.objects.select_related("partner").get()
    with django_assert_num_queries(0):
        throttling.admit(key, None, at=AT)
        usage.note(key, at=AT)
        throttling.admit(None, "192.0.2.1", at=AT)
    assert not Usage.objects.exists()
    assert usage.write() == 2
    assert usage.write() == 0
    assert Usage.objects.get().requests == 2
    assert Key.objects.get().last_used_at == AT
    assert keys.check(secret, at=AT)


@database
def test_a_day_full_in_the_database_is_full(kept: None, at: list[dt.datetime]) -> None:
    """Other processes wrote down what this one did not count."""
    partner = make_partner(per_minute=10, per_day=10)
    Usage.objects.create(partner=partner, day=AT.date(), requests=9)
    make_key(partner, at=AT)
    key = Key.objects.select_related("partner").get()
    assert throttling.admit(key, None, at=AT).admitted
    refused = throttling.admit(key, None, at=AT)
    assert not refused.admitted
    assert refused.wait == 12 * 3600 - 20
    assert throttling.admit(key, None, at=AT + dt.timedelta(days=1)).admitted


@database
def test_what_could_not_be_written_is_written_later(kept: None, monkeypatch: pytest.MonkeyPatch) -> None:
    partner = make_partner()
    usage.add(partner.pk, AT.date())

    def locked(*arguments: Any) -> Any:
        raise DatabaseError("database is locked")

    with monkeypatch.context() as patch:
        patch.setattr(connection, "cursor", locked)
        assert usage.write() == 0
    usage.add(partner.pk, AT.date())
    assert usage.write() == 2
    assert Usage.objects.get().requests == 2


@database
def test_days_and_months_of_a_partner() -> None:
    partner = make_partner()
    for day, count in [("2026-02-28", 1), ("2026-03-01", 10), ("2026-03-31", 100), ("2026-04-01", 1000)]:
        Usage.objects.create(partner=partner, day=day, requests=count)
    last = dt.date(2026, 3, 31)
    assert [one.requests for one in Usage.objects.on(last)] == [100]
    assert sum(one.requests for one in Usage.objects.in_month_of(last)) == 110


def test_the_keeper_writes_by_itself_and_before_it_stops(kept: None, monkeypatch: pytest.MonkeyPatch) -> None:
    written: list[tuple[str, int]] = []
    wrote = threading.Event()

    def write() -> int:
        count = usage._pending.total()
        usage._pending.clear()
        written.append((threading.current_thread().name, count))
        wrote.set()
        return count

    monkeypatch.setattr(usage, "_keeper", None)
    monkeypatch.setattr(usage, "EVERY", 0.02)
    monkeypatch.setattr(usage, "write", write)
    usage.start_keeper()
    usage.add(1, AT.date())
    assert wrote.wait(10)
    monkeypatch.setattr(usage, "EVERY", 60.0)
    usage.add(1, AT.date())
    usage.stop_keeper()
    assert written[0] == ("usage", 1)
    assert sum(count for _, count in written) == 2
    assert usage._keeper is None
