"""Keeps the worker of webhooks running beside the server: starts it again when it dies, ends it when the server ends.

A process of its own (python -m factcheck.webhooks.keeping PID) that does nothing else, so that little can befall it.
"""

import os
import signal
import subprocess
import sys
import time
from collections.abc import Callable
from pathlib import Path

_ROOT = Path(__file__).resolve().parent.parent.parent
# Seconds. A message takes at most five.
_TO_END = 10
_LOOK = 0.5
_FIRST_PAUSE, _LONGEST_PAUSE = 1.0, 60.0
# A worker that lived as long was in order.
_LONG_LIFE = 60.0


def start() -> subprocess.Popen[bytes]:
    """Start a keeper beside this process."""
    command = [sys.executable, "-m", "factcheck.webhooks.keeping", str(os.getpid())]
    return subprocess.Popen(command, cwd=_ROOT, stdin=subprocess.DEVNULL)  # noqa: S603 (this program itself)


def stop(process: subprocess.Popen[bytes]) -> None:
    """End a process that `start` or `_worker` returned, and wait until it has."""
    process.terminate()
    try:
        process.wait(timeout=_TO_END)
    except subprocess.TimeoutExpired:
        # What was being sent is sent again.
        process.kill()
        process.wait()


def keep(server: int) -> None:
    """Keep a worker running until the process `server`, which started us, has ended or somebody ends us."""
    ended: list[int] = []
    for number in (signal.SIGTERM, signal.SIGINT):
        signal.signal(number, lambda number, _: ended.append(number))
    # Readers come first.
    os.nice(5)
    pause = _FIRST_PAUSE
    while not ended and os.getppid() == server:
        worker, began = _worker(), time.monotonic()
        while worker.poll() is None:
            if ended or os.getppid() != server:
                stop(worker)
                return
            time.sleep(_LOOK)
        lived = time.monotonic() - began
        pause = _FIRST_PAUSE if lived >= _LONG_LIFE else min(pause * 2, _LONGEST_PAUSE)
        print("The worker of webhooks ended, and is started again.", file=sys.stderr, flush=True)
        _wait(pause, lambda: bool(ended) or os.getppid() != server)


def _worker() -> subprocess.Popen[bytes]:
    command = [sys.executable, "manage.py", "deliver_webhooks", "--beside", str(os.getpid())]
    return subprocess.Popen(command, cwd=_ROOT, stdin=subprocess.DEVNULL)  # noqa: S603 (this program itself)


def _wait(seconds: float, is_over: Callable[[], bool]) -> None:
    end = time.monotonic() + seconds
    while time.monotonic() < end and not is_over():
        time.sleep(_LOOK)


if __name__ == "__main__":
    keep(int(sys.argv[1]))
