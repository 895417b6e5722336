"""Processes that run beside the server and end with it: the keepers of the index and of webhooks, and what they run.

A keeper is a process of its own (python -m MODULE PID ...) that does little else, so that little can befall it. Pure.
"""

import os
import signal
import subprocess
import sys
from collections.abc import Callable
from pathlib import Path
from typing import IO

_ROOT = Path(__file__).resolve().parent.parent.parent
# Seconds. What takes longer to end, such as a message that is being sent, is ended by force.
_TO_END = 10


def run(*command: str, output: int | IO[bytes] | None = None) -> subprocess.Popen[bytes]:
    """Start this program's own Python in its folder; with `output` its standard output goes there."""
    return subprocess.Popen(  # noqa: S603 (this program itself)
        [sys.executable, *command], cwd=_ROOT, stdin=subprocess.DEVNULL, stdout=output
    )


def keeper(module: str, *arguments: str) -> subprocess.Popen[bytes]:
    """Start a keeper of this process."""
    return run("-m", module, str(os.getpid()), *arguments)


def stop(process: subprocess.Popen[bytes]) -> None:
    """End a process, and wait until it has ended."""
    process.terminate()
    try:
        process.wait(timeout=_TO_END)
    except subprocess.TimeoutExpired:
        process.kill()
        process.wait()


def is_over(server: int, *, nice: int) -> Callable[[], bool]:
    """In a keeper: whether the process `server`, which started it, has ended, or somebody has ended the keeper itself.

    Readers come first: from now on the keeper and what it runs give way to others by `nice`.
    """
    ended: list[int] = []
    for number in (signal.SIGTERM, signal.SIGINT):
        signal.signal(number, lambda number, _: ended.append(number))
    os.nice(nice)
    return lambda: bool(ended) or os.getppid() != server
