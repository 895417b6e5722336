"""Which entries of the record a subscription asks for. Nothing is noted for an entry before it is due."""

from dataclasses import dataclass

from claims import changes
from claims.models import Head, Revision
from factcheck.webhooks.models import Subscription

# What takes something back reaches whoever may have it, whatever kinds they chose.
ALWAYS = (Revision.Kind.WITHDRAWAL, Revision.Kind.REDACTION)

# Entries that are found, and that are read, at one time.
_FOUND = 50
_READ = 500
_CHUNK = 50


@dataclass(frozen=True, slots=True)
class Found:
    """Entries that are asked for, in order, and the sequence up to which there are no others."""

    sequences: list[int]
    upto: int


def following(subscription: Subscription, *, after: int) -> Found:
    """The next entries after a sequence that the subscription asks for, not necessarily all."""
    # Read first: what is appended later has a larger sequence.
    head = Head.objects.get(pk=1).sequence
    rows = Revision.objects.filter(sequence__gt=after, sequence__lte=head).order_by("sequence")
    if subscription.kinds:
        rows = rows.filter(kind__in={*subscription.kinds, *ALWAYS})
    wanted = _wanted(subscription)
    if not wanted:
        sequences = list(rows.values_list("sequence", flat=True)[:_FOUND])
        return Found(sequences, sequences[-1] if len(sequences) == _FOUND else head)
    sequences, last, read = [], after, 0
    for row in changes.with_bodies_before(rows)[:_READ].iterator(chunk_size=_CHUNK):
        last, read = row.sequence, read + 1
        if changes.passes(row, wanted):
            sequences.append(last)
            if len(sequences) == _FOUND:
                return Found(sequences, last)
    return Found(sequences, last if read == _READ else head)


def _wanted(subscription: Subscription) -> dict[str, frozenset[str]]:
    """By filter of the change feed, the identifiers that pass; several of one kind are alternatives."""
    wanted = {
        name: frozenset[str]().union(*(_called(changes.BY_ROW[name], one) for one in identifiers))
        for name, identifiers in (("topic", subscription.topics), ("speaker", subscription.speakers))
        if identifiers
    }
    return {**wanted, "origin": frozenset({subscription.origin})} if subscription.origin else wanted


def _called(kind: str, identifier: str) -> frozenset[str]:
    return changes.identifiers(kind, identifier) or frozenset({identifier})
