"""The change feed: the entries of the record in order, from a sequence on, with stored bodies put in as they stand.

An answer is read by one statement, which is one snapshot of the database on every database: its entries and its head
belong together, and a body that was redacted is missing together with the head that covers the redaction.
"""

import datetime as dt
import json
from collections.abc import Mapping
from dataclasses import dataclass
from hashlib import sha256
from typing import Any

from django.db.models import BigIntegerField, JSONField, OuterRef, QuerySet, Subquery, Value
from django.db.models.fields.json import KeyTextTransform
from django.db.models.functions import Cast, Least

from claims import projection, record, redirects, reference
from claims.models import Head, Reference, Revision

DEFAULT_LIMIT = 100
LARGEST_LIMIT = 1000
# Of bodies on one page. A page has one entry at least, however long that is.
MOST_BYTES = 1_000_000
# Rows that are in memory at one time.
ROWS = 50

# Filters by the identifier of a reference row, with the kind of the row.
BY_ROW = {"topic": "topics", "speaker": "speakers", "publisher": "publishers"}
# What is true of the record itself goes to everybody, whatever they asked for.
NEVER_SKIPPED = (Revision.Kind.REFERENCE, Revision.Kind.KEY, Revision.Kind.REDACTION)

# By filter: the identifiers that pass.
Wanted = Mapping[str, frozenset[str]]
EVERYTHING: Wanted = {}


@dataclass(frozen=True, slots=True)
class Page:
    """One answer: its entries as JSON texts, where to go on, and the head at that moment.

    `next` is a sequence where entries follow, and None on the last page. `validator` stands for the entries, and on
    the last page for the head as well; it changes when one of them is redacted later. `licence` is the house's, for all
    whose body names none; None before the first entry.
    """

    entries: tuple[bytes, ...]
    next: int | None
    head: dict[str, Any]
    at: dt.datetime | None
    validator: str
    licence: str | None = None

    def text(self) -> bytes:
        """The whole answer as JSON in UTF-8."""
        return (
            b'{"entries":['
            + b",".join(self.entries)
            + b'],"next":'
            + _json(self.next)
            + b',"head":'
            + _json(self.head)
            + b',"licence":'
            + _json(self.licence)
            + b"}"
        )


def page(*, since: int, limit: int, wanted: Wanted = EVERYTHING, most_bytes: int = MOST_BYTES) -> Page:
    """The entries after the sequence `since`: at most `limit`, and at most `most_bytes` of bodies unless one is longer.

    Entries that are not `wanted` are there without their bodies and with "skipped": true, so that the chain verifies.
    """
    entries: list[bytes] = []
    marks = sha256()
    size, last = 0, since
    at: dt.datetime | None = None
    licence: str | None = None
    head: dict[str, Any] = {"sequence": 0, "entry_digest": None, "at": None}
    rows = _rows(since, wanted=bool(wanted))[:limit]
    for row in rows.iterator(chunk_size=ROWS):
        if at is None:
            at, licence = row.head_at, row.licence
            head = {
                "sequence": row.head_sequence,
                "entry_digest": row.head_digest,
                "at": record.time_text(row.head_at),
            }
        if row.sequence <= since:
            break
        skipped = bool(wanted) and not passes(row, wanted)
        beside, body = _parts(row, skipped=skipped)
        size += len(body)
        if entries and size > most_bytes:
            break
        marks.update(beside)
        entries.append(_whole(beside, body))
        last = row.sequence
    more = last < head["sequence"]
    if not more:
        marks.update(_json(head))
    return Page(tuple(entries), last if more else None, head, at, marks.hexdigest(), licence)


def entry(row: Revision, *, skipped: bool = False) -> bytes:
    """One entry (of `with_signatures`) as it stands in an answer; without its body where it is skipped."""
    return _whole(*_parts(row, skipped=skipped))


def identifiers(kind: str, identifier: str) -> frozenset[str] | None:
    """What bodies may call a reference row: today's identifier, and those of the rows that were merged into it.

    None where the record knows no such row. A row that no publication uses any more is known: whoever follows the
    changes of a topic is not turned away when its last claim is withdrawn.
    """
    if "\0" in identifier or not Reference.objects.filter(subject=f"{kind}/{identifier}").exists():
        return None
    now = reference.successors(kind, [identifier]).get(identifier, identifier)
    return frozenset({now, *redirects.former(kind, now)})


def _rows(since: int, *, wanted: bool) -> QuerySet[Any]:
    """Entries after `since`, each with the head and the house's licence.

    Where none follows there is the head's own entry, for these alone.
    """
    head = Head.objects.filter(pk=1)
    site = Reference.objects.filter(subject="site").annotate(body=Cast("revision__body", JSONField()))
    place = Value(since, output_field=BigIntegerField())
    before_head = Subquery(head.values("sequence"), output_field=BigIntegerField()) - 1
    rows = (
        Revision.objects.with_signatures()
        .filter(sequence__gt=Least(place, before_head))
        .annotate(
            head_sequence=Subquery(head.values("sequence")),
            head_digest=Subquery(head.values("entry_digest")),
            head_at=Subquery(head.values("at")),
            licence=Subquery(site.values(found=KeyTextTransform("licence", "body"))),
        )
        .order_by("sequence")
    )
    return with_bodies_before(rows) if wanted else rows


def with_bodies_before(rows: QuerySet[Any]) -> QuerySet[Any]:
    """Entries with what `passes` asks of them: each with the text that it followed."""
    earlier = (
        Revision.objects.filter(subject=OuterRef("subject"), number__lt=OuterRef("number"))
        .exclude(kind=Revision.Kind.REDACTION)
        .order_by("-number")
    )
    annotated: QuerySet[Any] = rows.annotate(body_before=Subquery(earlier.values("body")[:1]))
    return annotated


def passes(row: Any, wanted: Wanted) -> bool:
    """Whether the entry is of a kind for everybody, or its text or the one that it followed is wanted.

    The entry is one of `with_bodies_before`. What a redacted text said is not known any more, and what stands in the
    place of a text may be none: both count as wanted, so that nobody misses that a claim left what they follow, and the
    feed answers whatever is in the database.
    """
    if row.kind in NEVER_SKIPPED:
        return True
    texts = [row.body] if row.number == 1 else [row.body, row.body_before]
    return any(text is None or _matches(text, wanted) for text in texts)


def _matches(text: str, wanted: Wanted) -> bool:
    try:
        return _says(json.loads(text), wanted)
    except (ValueError, TypeError, LookupError, AttributeError, RecursionError):
        return True


def _says(body: dict[str, Any], wanted: Wanted) -> bool:
    rows = projection.joins(body)
    said: dict[str, set[str | None]] = {
        "topic": rows["topics"],
        "speaker": {projection.speaker_of(body)},
        "publisher": {slug for slug, _ in rows["publishers"]},
        "origin": set() if "withdrawn" in body else {body["origin"]},
    }
    return all(said[name] & identifiers for name, identifiers in wanted.items())


def _parts(row: Revision, *, skipped: bool) -> tuple[bytes, bytes]:
    """What stands beside the body, and the body."""
    body = b"null" if skipped or row.body is None else row.body.encode()
    return _json({**record.beside_body(row), "skipped": skipped}), body


def _whole(beside: bytes, body: bytes) -> bytes:
    return b'%b,"body":%b}' % (beside[:-1], body)


def _json(value: Any) -> bytes:
    return json.dumps(value, ensure_ascii=False, separators=(",", ":")).encode()
