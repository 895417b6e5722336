"""A Redis server for tests: on a socket in a private folder, keeping nothing; it goes with the fixture that made it."""

import os
import shutil
import subprocess
import tempfile
import time
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import pytest
import redis

ABSENT = "NOT RUN: no Redis server is installed here (Debian: apt-get install redis-server)."


@contextmanager
def redis_server() -> Iterator[str]:
    """The address of a server of one's own. Without the program the tests are skipped, and where CI=true they fail."""
    program = shutil.which("redis-server")
    if program is None:
        if os.environ.get("CI", "").lower() in ("1", "true"):
            pytest.fail(ABSENT)
        pytest.skip(ABSENT)
    # Short, since a socket's path has at most 107 bytes; TMPDIR may be anything.
    folder = Path(tempfile.mkdtemp(prefix="fc-redis-", dir="/tmp"))
    socket = folder / "socket"
    process = subprocess.Popen(
        [program, "--port", "0", "--unixsocket", socket, "--save", "", "--appendonly", "no", "--dir", folder],
        stdout=subprocess.DEVNULL,
        stderr=subprocess.STDOUT,
        start_new_session=True,
    )
    url = f"unix://{socket}"
    try:
        _wait(process, url)
        yield url
    finally:
        process.terminate()
        process.wait(timeout=10)
        shutil.rmtree(folder, ignore_errors=True)


def _wait(process: subprocess.Popen[bytes], url: str) -> None:
    client = redis.Redis.from_url(url)
    until = time.monotonic() + 10
    while process.poll() is None and time.monotonic() < until:
        try:
            client.ping()
        except redis.ConnectionError:
            time.sleep(0.02)
        else:
            client.close()
            return
    raise AssertionError("Redis did not start.")
