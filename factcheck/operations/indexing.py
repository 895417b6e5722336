"""Runs `manage.py reindex --if-needed` beside the server whenever the lookup asks for it: more than a reader waits for.

A process of its own (python -m factcheck.operations.indexing PID FOLDER) that only looks for the file by which the
lookup asks (claims.search.store.WANTED). Two never write at once: the command waits for the lock of the folder.
"""

import subprocess
import sys
import time
from pathlib import Path

from factcheck.operations import beside

WANTED = "wanted"
# Seconds. A build that is ended leaves the old index, and files that the next one clears away.
_LOOK = 0.5
# After a run; after one that failed twice as long as before, up to an hour.
_PAUSE, _LONGEST_PAUSE = 30.0, 3600.0


def start(folder: Path) -> subprocess.Popen[bytes]:
    """Start a keeper of the index in a folder beside this process."""
    return beside.keeper("factcheck.operations.indexing", str(folder))


def keep(server: int, folder: Path) -> None:
    """See to the index until the process `server`, which started us, has ended or somebody ends us."""
    is_over = beside.is_over(server, nice=10)
    pause, earliest = _PAUSE, 0.0
    running: subprocess.Popen[bytes] | None = None
    while not is_over():
        if running is not None:
            if (code := running.poll()) is not None:
                running, pause = None, min(pause * 2, _LONGEST_PAUSE) if code else _PAUSE
                earliest = time.monotonic() + pause
        elif time.monotonic() >= earliest and _taken(folder / WANTED):
            running = _reindex()
        time.sleep(_LOOK)
    if running is not None:
        beside.stop(running)


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
    # What went well is no news; what did not is said on standard error.
    return beside.run("manage.py", "reindex", "--if-needed", output=subprocess.DEVNULL)


if __name__ == "__main__":
    keep(int(sys.argv[1]), Path(sys.argv[2]))
