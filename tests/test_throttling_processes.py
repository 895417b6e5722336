"""The limit under a real server: four processes, four hundred requests at once, fifty allowed. With a Redis server they
are exactly fifty; without one each process counts by itself, which is at most fifty for each."""

import datetime as dt
import http.client
import threading
import time
from collections import Counter
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path
from urllib.parse import urlsplit

import pytest
from browsing import serving
from places import POSTGRESQL
from redising import redis_server

# Counting is no matter of the database, and starting servers takes seconds.
pytestmark = pytest.mark.skipif(POSTGRESQL, reason="The half on SQLite measures it.")

WORKERS, ASKED, ALLOWED = 4, 400, 50
SETTINGS = {
    "GUNICORN_CMD_ARGS": f"--workers {WORKERS} --threads 8",
    "FACTCHECK_READS_PER_MINUTE": str(ALLOWED),
}


def status(address: str, **headers: str) -> int:
    connection = http.client.HTTPConnection(urlsplit(address).netloc, timeout=60)
    connection.request("GET", "/api/v1/claims/", headers=headers)
    found = connection.getresponse().status
    connection.close()
    return found


def answered(address: str) -> Counter[int]:
    """How many of the requests had which answer; all within one minute of the clock."""
    left = 60 - dt.datetime.now(dt.UTC).second
    if left < 20:
        time.sleep(left + 0.1)
    start = threading.Barrier(40)

    def ask(number: int) -> list[int]:
        start.wait()
        # Each pretends to be somebody else.
        forged = {"X-Forwarded-For": f"198.51.100.{number}"}
        return [status(address, **forged) for _ in range(ASKED // 40)]

    with ThreadPoolExecutor(40) as pool:
        return Counter(found for some in pool.map(ask, range(40)) for found in some)


def test_with_redis_the_limit_is_exact_over_four_processes(tmp_path: Path) -> None:
    with redis_server() as url, serving(tmp_path, **SETTINGS, REDIS_URL=url) as served:
        assert answered(served.address) == {200: ALLOWED, 429: ASKED - ALLOWED}


def test_without_redis_it_holds_in_each_process(tmp_path: Path) -> None:
    with serving(tmp_path, **SETTINGS) as served:
        found = answered(served.address)
    assert set(found) <= {200, 429}
    assert ALLOWED <= found[200] <= WORKERS * ALLOWED
