"""What the public answers of this server depend on: the end of the record, and the texts that are held here.

Nothing changes in public without an entry, so two answers to one question are the same while the head is. What the
record does not say is which of the archived texts that it names are on this server.
"""

import datetime as dt
from dataclasses import dataclass

from django.db.models import Subquery

from claims.models import Head, HeldMark


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
    held = HeldMark.objects.filter(pk=1).values("mark")
    rows = Head.objects.filter(pk=1).order_by().values_list("sequence", "entry_digest", "at", Subquery(held))
    sequence, entry_digest, at, mark = rows.get()
    return State(sequence, entry_digest, at, mark or "")
