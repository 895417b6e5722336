"""What the public answers of this server depend on: the end of the record, and the texts that are held here.

Nothing changes in public without an entry, so two answers to one question are the same while the head is. What the
record does not say is which of the archived texts that it names are on this server.
"""

import datetime as dt
from dataclasses import dataclass

from django.db import connection

# Asked before every public answer: in SQL of its own it takes a tenth of the time.
_ROWS = """
    SELECT sequence, entry_digest, at, (SELECT mark FROM claims_heldmark WHERE id = 1) FROM claims_head WHERE id = 1
"""


@dataclass(frozen=True, slots=True)
class State:
    """The head, which has no entry and no time before the first publication, and what stands for the texts held."""

    sequence: int
    entry_digest: str
    at: dt.datetime | None
    held: str


def state() -> State:
    """What public answers depend on at this moment: two rows by their keys, asked for at once, first of all.

    The mark is another one after a text that the record names came or went (claims.guards.HELD_MARKS), and stays while
    texts are taken for drafts. A text that one person adds in the very moment in which another publishes what quotes
    it may go without.
    """
    with connection.cursor() as cursor:
        cursor.execute(_ROWS)
        sequence, entry_digest, at, mark = cursor.fetchone()
    # SQLite keeps times without their zone, which is UTC.
    at = at.replace(tzinfo=dt.UTC) if at and at.tzinfo is None else at
    return State(sequence, entry_digest, at, mark or "")
