"""Taking partners' reviews: each new one an entry and a publication, each changed one an update. The one door.

What is the same here already is left alone, so that taking a feed twice changes nothing. Reviews that somebody here
withdrew, or took out of the record, do not come back by themselves (claims.partners.withdrawing).
"""

import datetime as dt
import json
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

from django.db import transaction

from claims import projection, record
from claims.automatic import CHANGED, GONE
from claims.body import withdrawal_body
from claims.models import Label, Publication, Revision
from claims.partners import withdrawing
from claims.partners.body import says_the_same
from claims.partners.items import COLUMNS, Item
from claims.partners.publishers import Moved
from sources.models import Publisher

Kind = Revision.Kind


@dataclass(slots=True)
class Tally:
    """What was, or would be, done with reviews.

    `left` names those that stay withdrawn, since somebody here withdrew them; `own` those that are claims of ours.
    """

    new: int = 0
    changed: int = 0
    back: int = 0
    unchanged: int = 0
    withdrawn: int = 0
    left: list[str] = field(default_factory=list)
    own: list[str] = field(default_factory=list)

    def add(self, other: "Tally") -> None:
        for name in ("new", "changed", "back", "unchanged", "withdrawn"):
            setattr(self, name, getattr(self, name) + getattr(other, name))
        self.left += other.left
        self.own += other.own


@dataclass(frozen=True, slots=True)
class _Known:
    """A publication that is there, as far as it says what is to be done."""

    origin: str
    withdrawn: bool
    body_digest: str


@transaction.atomic
def take(items: Sequence[Item], *, at: dt.datetime, write: bool = True) -> Tally:
    """Take reviews, each identifier at most once, under the head lock; without `write` only say what would be done.

    Their publishers are on the record (claims.partners.publishers). Raises server_key.CannotSign and
    record.RecordMoved as record.append does.
    """
    if write:
        record.lock_head()
    tally, new, known = Tally(), [], _known(item.slug for item in items)
    for item in items:
        there = known.get(item.slug)
        if there is None:
            new.append(item)
            tally.new += 1
        elif there.origin != Publication.Origin.PARTNER:
            tally.own.append(item.slug)
        elif there.body_digest == item.body_digest:
            tally.unchanged += 1
        else:
            _take_again(item, there, tally, at=at, write=write)
    if write and new:
        _take_new(new, at=at)
    return tally


def withdraw(slugs: Iterable[str], *, at: dt.datetime) -> int:
    """Take partners' fact-checks back that their publishers do not publish any more; how many there were."""
    gone = 0
    for slug in slugs:
        with transaction.atomic():
            record.lock_head()
            row = (
                Publication.objects.published()
                .for_documents()
                .select_related("publisher")
                .filter(slug=slug, origin=Publication.Origin.PARTNER)
                .first()
            )
            if row is None:
                continue
            published = json.loads(row.revision.body or "null")
            reason = GONE.format(publisher=published["publisher"]["name"])
            _append(slug, Kind.WITHDRAWAL, reason, withdrawal_body(published, reason=reason), at=at)
            gone += 1
    return gone


def _known(slugs: Iterable[str]) -> dict[str, _Known]:
    rows = Publication.objects.filter(slug__in=list(slugs)).order_by()
    found = rows.values_list("slug", "origin", "withdrawn", "revision__body_digest")
    return {slug: _Known(origin, withdrawn, body_digest) for slug, origin, withdrawn, body_digest in found}


def _take_again(item: Item, there: _Known, tally: Tally, *, at: dt.datetime, write: bool) -> None:
    body, before = json.loads(item.body), _text(item.slug)
    name = body["publisher"]["name"]
    if there.withdrawn:
        way = withdrawing.way_back(item.slug, before)
        if not way:
            tally.left.append(item.slug)
            return
        tally.back += 1
        kind, note = Kind.RESTORATION, way
    elif says_the_same(before, body):
        tally.unchanged += 1
        return
    else:
        tally.changed += 1
        kind, note = Kind.UPDATE, CHANGED
    if write:
        _label([item], _publishers([item]))
        _append(item.slug, kind, note.format(publisher=name), body, at=at)


def _text(slug: str) -> dict[str, Any]:
    """The body on which a publication stands."""
    text = Publication.objects.filter(slug=slug).values_list("revision__body", flat=True).get()
    body: dict[str, Any] = json.loads(text or "null")
    return body


def _append(slug: str, kind: str, note: str, body: dict[str, Any], *, at: dt.datetime) -> None:
    revision = record.append(subject=f"claims/{slug}", kind=kind, note=note, at=at, body=body)
    projection.project(revision)


def _take_new(items: Sequence[Item], *, at: dt.datetime) -> None:
    publishers = _publishers(items)
    mapped = _label(items, publishers)
    drafts = [record.Draft(f"claims/{item.slug}", Kind.PUBLICATION, item.body) for item in items]
    sequences, at = record.append_many(drafts, at=at)
    rows = [
        {
            **dict(zip(COLUMNS, item.columns, strict=True)),
            "found_under": mapped.get((publishers[item.publisher], item.label), ""),
        }
        for item in items
    ]
    keys = [publishers[item.publisher] for item in items]
    projection.project_new(rows, sequences=sequences, publishers=keys, at=at)


def _publishers(items: Iterable[Item]) -> dict[str, int]:
    slugs = {item.publisher for item in items}
    found = dict(Publisher.objects.filter(slug__in=slugs).order_by().values_list("slug", "pk"))
    if gone := sorted(slugs - set(found)):
        raise Moved(f"{gone[0]} was merged into another publisher meanwhile: run the import again.")
    return found


def _label(items: Iterable[Item], publishers: Mapping[str, int]) -> dict[tuple[int, str], str]:
    """Make sure of a row for each label, and give the ratings that editors mapped them to."""
    wanted = {(publishers[item.publisher], item.label) for item in items if item.label}
    rows = Label.objects.filter(
        publisher__in={publisher for publisher, _ in wanted}, text__in={text for _, text in wanted}
    ).order_by()
    found = {
        (publisher, text): rating
        for publisher, text, rating in rows.values_list("publisher", "text", "rating")
    }
    new = sorted(wanted - set(found))
    Label.objects.bulk_create([Label(publisher_id=publisher, text=text) for publisher, text in new])
    return found
