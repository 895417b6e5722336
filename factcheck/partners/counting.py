"""Counting requests: in Redis for all processes together where REDIS_URL is set, else in the memory of each process.

`counter` is the one door. Whoever is turned away is not counted.

A read never writes into the database: on SQLite it would wait for whoever writes. So without Redis the limit holds in
each process by itself, and of a server with two processes one address may have up to twice as much. In Redis one script
looks and counts at once, which is exact however many ask (docs/keys.md).
"""

import logging
import threading
import time
from collections.abc import Sequence
from functools import cache
from typing import Any, Protocol

import redis
from django.conf import settings
from django.utils.crypto import salted_hmac
from redis.backoff import NoBackoff
from redis.retry import Retry

from factcheck.partners.limits import Count, Limit, counted, window

log = logging.getLogger(__name__)

# So many addresses in one minute are told apart in memory; those beyond it are served and not counted. A limit by
# address is none for somebody who has so many.
MOST = 50_000
# Seconds that an answer of Redis is waited for, and for which a silent one is not asked again.
PATIENCE, SILENCE = 0.5, 5.0

_SCRIPT = """
local used, full = {}, 0
for i, key in ipairs(KEYS) do
    used[i] = tonumber(redis.call('GET', key) or '0')
    if used[i] >= tonumber(ARGV[2 * i - 1]) then full = 1 end
end
if full == 0 then
    for i, key in ipairs(KEYS) do
        used[i] = redis.call('INCR', key)
        redis.call('EXPIRE', key, ARGV[2 * i])
    end
end
return {full, unpack(used)}
"""


class Counter(Protocol):
    def admit(self, limits: Sequence[Limit], *, moment: int) -> Count:
        """Count one request under all the limits, or under none where one of them is exhausted.

        `moment` is in whole seconds since 1970.
        """


class InProcess:
    """Exact among the threads of one process."""

    def __init__(self) -> None:
        self._lock = threading.Lock()
        self._used: dict[tuple[str, int, int], int] = {}
        self._swept = 0

    def admit(self, limits: Sequence[Limit], *, moment: int) -> Count:
        keys = [(limit.whose, limit.seconds, window(limit, moment)[0]) for limit in limits]
        with self._lock:
            self._sweep(moment)
            used = [self._used.get(key, 0) for key in keys]
            if any(count >= limit.quota for count, limit in zip(used, limits, strict=True)):
                return counted(limits, used, moment=moment, exhausted=True)
            for key, count in zip(keys, used, strict=True):
                if count or len(self._used) < MOST:
                    self._used[key] = count + 1
        return counted(limits, [count + 1 for count in used], moment=moment, exhausted=False)

    def _sweep(self, moment: int) -> None:
        """Once a minute windows that are over are forgotten."""
        if moment // 60 == self._swept:
            return
        self._swept = moment // 60
        for key in [key for key in self._used if (key[2] + 1) * key[1] <= moment]:
            del self._used[key]


class InRedis:
    """Exact among all processes of all machines. While Redis is silent each process counts by itself, and says so."""

    def __init__(self, url: str) -> None:
        client: Any = redis.Redis.from_url(
            url, socket_timeout=PATIENCE, socket_connect_timeout=PATIENCE, retry=Retry(NoBackoff(), 0)
        )
        self._script = client.register_script(_SCRIPT)
        self._alone = InProcess()
        self._silent_until = 0.0

    def admit(self, limits: Sequence[Limit], *, moment: int) -> Count:
        if time.monotonic() < self._silent_until:
            return self._alone.admit(limits, moment=moment)
        keys = [
            f"factcheck:{_hash(limit.whose)}:{limit.seconds}:{window(limit, moment)[0]}" for limit in limits
        ]
        # A window is kept for as long again: clocks differ.
        given = [number for limit in limits for number in (limit.quota, 2 * limit.seconds)]
        try:
            full, *used = self._script(keys=keys, args=given)
        except (redis.RedisError, OSError) as error:
            self._silent_until = time.monotonic() + SILENCE
            log.warning(
                "Redis does not answer (%s): for %d seconds each process counts requests by itself.",
                type(error).__name__,
                SILENCE,
            )
            return self._alone.admit(limits, moment=moment)
        return counted(limits, used, moment=moment, exhausted=bool(full))


def counter() -> Counter:
    """The counter of this process."""
    return _counter(settings.REDIS_URL)


@cache
def _counter(url: str | None) -> Counter:
    return InRedis(url) if url else InProcess()


def _hash(whose: str) -> str:
    """No address is kept, not even for a minute."""
    return salted_hmac("factcheck.partners", whose, algorithm="sha256").hexdigest()[:32]
