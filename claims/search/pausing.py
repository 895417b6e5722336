"""What failed is not tried, and not logged, again by each reader. Pure."""

import time
from collections.abc import Hashable

# Seconds.
PAUSE = 60.0


class Pauses:
    """Pauses of PAUSE seconds, each of its own thing; they end with the process."""

    def __init__(self) -> None:
        self._until: dict[Hashable, float] = {}

    def begin(self, of: Hashable) -> None:
        self._until[of] = time.monotonic() + PAUSE

    def last(self, of: Hashable) -> bool:
        return time.monotonic() < self._until.get(of, 0.0)

    def end(self) -> None:
        """End all of them."""
        self._until.clear()
