"""Keeps the worker of webhooks running beside the server: starts it again when it dies, ends it when the server ends.

A process of its own: python -m factcheck.webhooks.keeping PID. Pure.
"""

import os
import subprocess
import sys
import time

from factcheck.operations import beside

# Seconds.
_LOOK = 0.5
_FIRST_PAUSE, _LONGEST_PAUSE = 1.0, 60.0
# A worker that lived as long was in order.
_LONG_LIFE = 60.0


def start() -> subprocess.Popen[bytes]:
    """Start a keeper of the worker beside this process."""
    return beside.keeper("factcheck.webhooks.keeping")


def keep(server: int) -> None:
    """Keep a worker running until the process `server`, which started us, has ended or somebody ends us."""
    is_over = beside.is_over(server, nice=5)
    pause = _FIRST_PAUSE
    while not is_over():
        worker, began = _worker(), time.monotonic()
        while worker.poll() is None:
            if is_over():
                # What was being sent is sent again.
                beside.stop(worker)
                return
            time.sleep(_LOOK)
        lived = time.monotonic() - began
        pause = _FIRST_PAUSE if lived >= _LONG_LIFE else min(pause * 2, _LONGEST_PAUSE)
        print("The worker of webhooks ended, and is started again.", file=sys.stderr, flush=True)
        end = time.monotonic() + pause
        while time.monotonic() < end and not is_over():
            time.sleep(_LOOK)


def _worker() -> subprocess.Popen[bytes]:
    return beside.run("manage.py", "deliver_webhooks", "--beside", str(os.getpid()))


if __name__ == "__main__":
    keep(int(sys.argv[1]))
