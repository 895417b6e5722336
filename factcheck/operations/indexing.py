"""Runs `manage.py reindex --if-needed` beside the server whenever the lookup asks for it: more than a reader waits for.

A process of its own (python -m factcheck.operations.indexing PID FOLDER) that only looks for the file by which the
lookup asks (claims.search.store.WANTED). Two never write at once: the command waits for the lock of the folder.
"""

import os
import signal
import subprocess
import sys
import time
from pathlib import Path

_ROOT = Path(__file__).resolve().parent.parent.parent
WANTED = "wanted"
# Seconds. A build that is ended leaves the old index, and files that the next one clears away.
_LOOK = 0.5
_TO_END = 10
# After a run; after one that failed twice as long as before, up to an hour.
_PAUSE, _LONGEST_PAUSE = 30.0, 3600.0


def start(folder: Path) -> subprocess.Popen[bytes]:
    """Start a keeper of the index in a folder beside this process."""
    command = [sys.executable, "-m", "factcheck.operations.indexing", str(os.getpid()), str(folder)]
    return subprocess.Popen(command, cwd=_ROOT, stdin=subprocess.DEVNULL)  # noqa: S603 (this program itself)


def keep(server: int, folder: Path) -> None:
    """See to the index until the process `server`, which started us, has ended or somebody ends us."""
    ended: list[int] = []
    for number in (signal.SIGTERM, signal.SIGINT):
        signal.signal(number, lambda number, _: ended.append(number))
    # Readers come first.
    os.nice(10)
    pause, earliest = _PAUSE, 0.0
    running: subprocess.Popen[bytes] | None = None
    while not ended and os.getppid() == server:
        if running is not None:
            if (code := running.poll()) is not None:
                running, pause = None, min(pause * 2, _LONGEST_PAUSE) if code else _PAUSE
                earliest = time.monotonic() + pause
        elif time.monotonic() >= earliest and _taken(folder / WANTED):
            running = _reindex()
        time.sleep(_LOOK)
    if running is not None:
        _stop(running)


def _taken(wanted: Path) -> bool:
    """Whether the lookup asks; it asks again where what is done now does not help."""
    try:
        if not wanted.exists():
            return False
        wanted.unlink()
    except OSError:
        # The folder is another account's: the command says so, at longer and longer intervals.
        return wanted.is_file()
    return True


def _reindex() -> subprocess.Popen[bytes]:
    command = [sys.executable, "manage.py", "reindex", "--if-needed"]
    # What went well is no news; what did not is said on standard error.
    return subprocess.Popen(  # noqa: S603 (this program itself)
        command, cwd=_ROOT, stdin=subprocess.DEVNULL, stdout=subprocess.DEVNULL
    )


def _stop(process: subprocess.Popen[bytes]) -> None:
    process.terminate()
    try:
        process.wait(timeout=_TO_END)
    except subprocess.TimeoutExpired:
        process.kill()
        process.wait()


if __name__ == "__main__":
    keep(int(sys.argv[1]), Path(sys.argv[2]))
