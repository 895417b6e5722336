"""What was public of a fact-check before, and what has changed: named reads of the record for readers' pages.

Entries are read without their bodies, and bodies only where findings are compared: a fact-check that was changed a
hundred times costs its page no more than another.
"""

import datetime as dt
import json
from collections.abc import Iterable
from dataclasses import dataclass
from enum import StrEnum
from itertools import pairwise
from typing import Any

from django.core.cache import cache
from django.db.models import Case, Exists, F, OuterRef, Q, QuerySet, When
from django.db.models.functions import Substr

from claims.automatic import GONE_ENDS, LET_IN_BEGINS
from claims.findings import findings_of
from claims.models import Head, Publication, Revision

Kind = Revision.Kind

# What readers are told of on the page of corrections. A typing error is no news.
TOLD = (
    Kind.CORRECTION,
    Kind.VERDICT_CHANGE,
    Kind.CLARIFICATION,
    Kind.UPDATE,
    Kind.WITHDRAWAL,
    Kind.RESTORATION,
)
# Entries of a fact-check that never had a text of it: what was taken back, and what was taken out.
_WITHOUT_TEXT = (Kind.WITHDRAWAL, Kind.REDACTION)
# Only the texts can tell whether these came with another finding. No other kind may, but a change of verdict does
# (claims.publishing.kinds).
_MAY_CHANGE_FINDINGS = (Kind.CORRECTION, Kind.RESTORATION)


class Findings(StrEnum):
    """What an entry did to the findings; unknown where its text or the one before it was taken out of the record."""

    SAME = "same"
    CHANGED = "changed"
    UNKNOWN = "unknown"


@dataclass(frozen=True, slots=True)
class Step:
    """An entry in the history of one fact-check; `redacted` is the public reason why its body was taken out."""

    revision: Revision
    redacted: str | None
    findings: Findings

    @property
    def number(self) -> int:
        return self.revision.number

    @property
    def has_text(self) -> bool:
        """Whether there is a fact-check to show: a withdrawal's body says only what was taken back."""
        return self.redacted is None and self.revision.kind not in _WITHOUT_TEXT


@dataclass(frozen=True, slots=True)
class Standing:
    """How a fact-check stands now: its title, and the entry that took it back where it is withdrawn.

    `taken_from` is the name of the publisher from whom it was taken, None for our own.
    """

    title: str
    withdrawn: int | None
    withdrawn_at: dt.datetime | None
    taken_from: str | None = None

    def is_withdrawn_since(self, entry: Revision) -> bool:
        return self.withdrawn is not None and entry.sequence < self.withdrawn


def subject(slug: str) -> str:
    return f"claims/{slug}"


def entries(slug: str) -> QuerySet[Revision]:
    """Every entry about a fact-check, oldest first, without the bodies."""
    return Revision.objects.of(subject(slug)).without_bodies()


def steps(slug: str, revisions: Iterable[Revision]) -> list[Step]:
    """These entries about a fact-check, in their order, with what became of them and what they did."""
    rows = list(revisions)
    sequences = [row.sequence for row in rows]
    reasons = dict(Revision.objects.filter(redacts__in=sequences).values_list("redacts", "note"))
    found = _findings(slug, rows)
    return [
        Step(
            revision=row,
            redacted=reasons.get(row.sequence),
            findings=found.get(row.sequence, Findings.SAME),
        )
        for row in rows
    ]


def step(slug: str, number: int) -> Step | None:
    """One entry about a fact-check."""
    return next(iter(steps(slug, entries(slug).filter(number=number))), None)


def texts(slug: str) -> list[int]:
    """The numbers of the texts of a fact-check that can be read, oldest first."""
    readable = Revision.objects.of(subject(slug)).exclude(kind__in=_WITHOUT_TEXT).filter(body__isnull=False)
    return list(readable.values_list("number", flat=True))


def without_text(slug: str, numbers: Iterable[int | None]) -> list[int]:
    """Those of the numbers that entries about the fact-check have which show no text, or none any more."""
    asked = [number for number in numbers if number is not None]
    found = [entry for entry in steps(slug, entries(slug).filter(number__in=asked)) if not entry.has_text]
    return [entry.number for entry in found]


def bodies(slug: str, numbers: Iterable[int]) -> dict[int, dict[str, Any]]:
    """The texts of these numbers, as far as they can be read."""
    rows = Revision.objects.of(subject(slug)).filter(number__in=set(numbers), body__isnull=False)
    return {number: json.loads(body or "null") for number, body in rows.values_list("number", "body")}


def findings_changed(slug: str, notices: Iterable[dict[str, Any]]) -> set[int]:
    """The numbers of those notices of a fact-check that came with another finding, or for all one can tell may have.

    A text that was taken out of the record takes no notice off the top of a page.
    """
    loud = (Kind.VERDICT_CHANGE, *_MAY_CHANGE_FINDINGS)
    if not any(notice["kind"] in loud for notice in notices):
        return set()
    rows = entries(slug)
    # Whatever happens to the fact-check, a redaction as well, is another entry about it.
    last = rows.values_list("entry_digest", flat=True).last()
    key = f"findings-changed-{last}"
    kept: set[int] | None = cache.get(key)
    if kept is None:
        asked = list(rows.filter(kind__in=loud))
        found = _findings(slug, asked)
        kept = {row.number for row in asked if found[row.sequence] is not Findings.SAME}
        cache.set(key, kept, timeout=None)
    return kept


def _findings(slug: str, revisions: Iterable[Revision]) -> dict[int, Findings]:
    """What these entries did to the findings, by their sequences; those that cannot have changed them are left out."""
    rows = list(revisions)
    found = {row.sequence: Findings.CHANGED for row in rows if row.kind == Kind.VERDICT_CHANGE}
    compared = [row.sequence for row in rows if row.kind in _MAY_CHANGE_FINDINGS]
    if not compared:
        return found
    of_claim = Revision.objects.of(subject(slug)).exclude(kind__in=_WITHOUT_TEXT)
    sequences = list(of_claim.values_list("sequence", flat=True))
    before = {after: earlier for earlier, after in pairwise(sequences)}
    wanted = {*compared, *(before[sequence] for sequence in compared if sequence in before)}
    stored = Revision.objects.filter(sequence__in=wanted, body__isnull=False).values_list("sequence", "body")
    read = {sequence: findings_of(json.loads(body or "null")) for sequence, body in stored.iterator(100)}
    for sequence in compared:
        pair = (read.get(before.get(sequence, 0)), read.get(sequence))
        if None in pair:
            found[sequence] = Findings.UNKNOWN
        else:
            found[sequence] = Findings.SAME if pair[0] == pair[1] else Findings.CHANGED
    return found


def told() -> QuerySet[Revision]:
    """What readers are told of our work, newest first, without the bodies.

    What partners change in their fact-checks is theirs to tell; that somebody here withdrew one, or let it back in, is
    ours.
    """
    ours = Publication.objects.filter(
        slug=Substr(OuterRef("subject"), len(subject("")) + 1), origin=Publication.Origin.OWN
    )
    withdrawn_here = Q(kind=Kind.WITHDRAWAL) & ~Q(note__endswith=GONE_ENDS)
    let_in_here = Q(kind=Kind.RESTORATION, note__startswith=LET_IN_BEGINS)
    return (
        Revision.objects.filter(kind__in=TOLD)
        .filter(withdrawn_here | let_in_here | Exists(ours))
        .without_bodies()
        .order_by("-sequence")
    )


def standings(revisions: Iterable[Revision]) -> dict[str, Standing]:
    """How these entries' fact-checks stand now, by the subjects of the entries."""
    slugs = {revision.subject.removeprefix("claims/") for revision in revisions}
    # Our own texts are long, and none of them is needed.
    theirs = Case(When(origin=Publication.Origin.PARTNER, then=F("revision__body")))
    rows = Publication.objects.with_pages().filter(slug__in=slugs)
    return {
        subject(slug): Standing(
            title,
            sequence if withdrawn else None,
            at if withdrawn else None,
            json.loads(body)["publisher"]["name"] if body else None,
        )
        for slug, title, withdrawn, sequence, at, body in rows.values_list(
            "slug", "title", "withdrawn", "sequence", "revision__at", theirs
        )
    }


def record_began() -> str | None:
    """The digest of the first entry of all, which tells this record from any other; None while there is none."""
    return Revision.objects.filter(sequence=1).values_list("entry_digest", flat=True).first()


def record_ends() -> dt.datetime | None:
    """The time of the head: nothing in public has changed since; None while there is no entry."""
    return Head.objects.get(pk=1).at
