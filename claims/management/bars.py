"""How far the building of the lookup's index is, for commands that wait for it."""

import sys

_WIDTH = 40


def index_bar(count: int, total: int) -> None:
    """On a terminal in one line that is written over; elsewhere nothing."""
    if not sys.stderr.isatty():
        return
    done = _WIDTH * count // max(total, 1)
    bar = "#" * done + "." * (_WIDTH - done)
    end = "\n" if count == total else ""
    print(f"\r[{bar}] {count} of {total} indexed", end=end, file=sys.stderr, flush=True)
