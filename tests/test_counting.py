"""Counting requests, in memory and in Redis, and what of it is written down."""

import datetime as dt
import logging
import threading
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from typing import Any

import pytest
import redis
from django.db import DatabaseError, connection
from hypothesis import given
from hypothesis import strategies as st
from partnering import make_key, make_partner
from redising import redis_server

from factcheck import throttling
from factcheck.partners import counting, keys, limits, usage
from factcheck.partners.counting import Counter, InProcess, InRedis
from factcheck.partners.limits import DAY, MINUTE, Limit
from factcheck.partners.models import Key, Usage

AT = dt.datetime(2026, 3, 1, 12, 0, 20, tzinfo=dt.UTC)
MOMENT = int(AT.timestamp())

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
    kept: None, django_assert_num_queries: Any
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
def test_a_day_full_in_the_database_is_full(kept: None) -> None:
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
