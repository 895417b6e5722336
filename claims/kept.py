"""What is computed from publications and kept while the record is the same: lists of choices, counts, charts.

Nothing changes in public without an entry (claims.freshness), so what was counted at one head is true for as long as it
is the head. One value is kept for each question, not one for each head.
"""

from collections.abc import Callable
from hashlib import sha256
from typing import TypeVar

from django.core.cache import cache

from claims import freshness

Value = TypeVar("Value")

# Raised when a program makes something else of the same question.
VERSION = 1
# Questions are without number: what nobody asks again makes room for others.
SECONDS = 24 * 60 * 60


def head() -> str:
    """What stands for the record as it is now; empty before its first entry."""
    return freshness.state().entry_digest


def kept(what: str, question: object, make: Callable[[], Value], *, at: str) -> Value:
    """The answer to `question` at the head `at`, computed once. `what` names the kind of answer.

    `at` is read by `head` before anything that `make` reads, so that what is kept is never older than it says.
    Before the first entry nothing is kept.
    """
    key = f"{what}-{VERSION}-{sha256(repr(question).encode()).hexdigest()}"
    found: tuple[str, Value] | None = cache.get(key) if at else None
    if found is not None and found[0] == at:
        return found[1]
    made = make()
    if at:
        cache.set(key, (at, made), timeout=SECONDS)
    return made
