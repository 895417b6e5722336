"""A whole feed taken: the reading process beside this one, portions in transactions of their own, what is gone."""

import contextlib
import datetime as dt
import fcntl
import os
import subprocess
import sys
import time
from collections.abc import Callable, Iterable, Iterator
from dataclasses import dataclass, field
from typing import BinaryIO

from django.conf import settings
from django.db import OperationalError, connection

from claims import record
from claims.links import key_of, site_of
from claims.models import Publication
from claims.partners import pages, publishers, taking, texts
from claims.partners.items import body_mark
from claims.partners.portions import Asked, Portion, asked_text, claim_mark, mark_of, page_mark, received
from claims.partners.stream import NO_JSON, NOT_UTF8, TOO_DEEP, TOO_LONG

# Linux lets a pipe hold so much; elsewhere it holds what it holds.
_PIPE = 1 << 20
_SET_PIPE_SIZE = 1031
# Another process may win a lock that both wait for in turn.
_TRIES = 5
# SQLite's writers do not queue: they look now and then whether there is a gap.
_GAP = 0.02

STOPPED = "The reading process ended before the feed did."
NOTHING = (
    "The feed has no review that could be taken: that is more likely its fault, so nothing is withdrawn."
)

UNREADABLE = (
    "The feed has records that cannot be read, and any of them may be a review that stands here: nothing is "
    "withdrawn."
)
_UNREAD = frozenset((NO_JSON, NOT_UTF8, TOO_DEEP, TOO_LONG))


@dataclass(slots=True)
class Outcome:
    """What came of a feed. `end` says in a sentence why it was not read to its end, `kept` why nothing is withdrawn."""

    tally: taking.Tally = field(default_factory=taking.Tally)
    refused: int = 0
    elsewhere: int = 0
    repeated: int = 0
    publishers: int = 0
    deleted: int = 0
    end: str = STOPPED
    kept: str = ""

    @property
    def taken(self) -> int:
        """How many reviews the feed had that could be taken."""
        tally = self.tally
        return tally.new + tally.changed + tally.back + tally.unchanged

    @property
    def nothing(self) -> bool:
        """Whether the feed had nothing in it that could be taken, passed over or withdrawn."""
        return not (self.taken or self.tally.withdrawn or self.tally.left or self.tally.own) and not (
            self.elsewhere or self.repeated or self.deleted
        )


Rejects = Callable[[Iterable[tuple[int | None, str, str]]], None]
Progress = Callable[[int, int], None]


@dataclass(slots=True)
class _Seen:
    """What a feed had, in eight bytes for each: reviews by their identifiers.

    Refused ones are known by their addresses, and those without one by their claims.
    """

    reviews: set[int] = field(default_factory=set)
    refused: set[int] = field(default_factory=set)
    nowhere: set[int] = field(default_factory=set)
    publishers: set[str] = field(default_factory=set)
    deleted: list[str] = field(default_factory=list)
    unreadable: bool = False


def run(
    portions: Iterable[Portion],
    outcome: Outcome,
    *,
    only: str,
    full: bool,
    write: bool,
    now: Callable[[], dt.datetime],
    rejects: Rejects,
    progress: Progress,
) -> None:
    """Take portions as they come; `outcome` is right at every moment, also where somebody interrupts.

    `full` says that the feed has everything that its publishers (or the site `only`) publish: what it does not have is
    withdrawn, unless it broke off, had nothing or a record that cannot be read, or had the review in a form that was
    refused. Without `write` the tally alone is made. Raises what claims.partners.taking.take and publishers.ensure
    raise.
    """
    seen = _Seen()
    for portion in portions:
        _take(portion, outcome, seen, write=write, now=now, rejects=rejects)
        if portion.end is not None:
            outcome.end = portion.end
        progress(portion.read, outcome.taken)
    if not outcome.end:
        _withdraw(outcome, seen, only=only, full=full, write=write, now=now)


def _take(
    portion: Portion,
    outcome: Outcome,
    seen: _Seen,
    *,
    write: bool,
    now: Callable[[], dt.datetime],
    rejects: Rejects,
) -> None:
    if write:
        for identifier, name, site in portion.new:
            publishers.ensure(identifier=identifier, name=name, site=site, at=now())
    if portion.items:
        tally = _tried(lambda: taking.take(portion.items, at=now(), write=write))
        outcome.tally.add(tally)
        rejects((None, f"claims/{slug}", WITHDRAWN_HERE) for slug in tally.left)
        rejects((None, f"claims/{slug}", CLAIM_HERE) for slug in tally.own)
        if connection.vendor == "sqlite" and write and tally.unchanged < len(portion.items):
            time.sleep(_GAP)
    outcome.tally.unchanged += len(portion.same)
    rejects(portion.rejects)
    outcome.publishers += len(portion.new)
    outcome.refused += len(portion.rejects)
    outcome.elsewhere += portion.elsewhere
    outcome.repeated += portion.repeated
    outcome.deleted += len(portion.deleted)
    seen.reviews |= {mark_of(item.slug) for item in portion.items} | {mark for mark, _ in portion.same}
    seen.publishers |= {item.publisher for item in portion.items} | {slug for _, slug in portion.same}
    seen.refused |= {page_mark(url) for _, url, _ in portion.rejects if texts.address(url)}
    seen.nowhere.update(portion.nowhere)
    seen.deleted += portion.deleted
    seen.unreadable |= any(reason in _UNREAD for _, _, reason in portion.rejects)


WITHDRAWN_HERE = "It was withdrawn by somebody here, and stays so."
CLAIM_HERE = "A claim of this house has its identifier."


def _tried(work: Callable[[], taking.Tally]) -> taking.Tally:
    for _ in range(_TRIES - 1):
        with contextlib.suppress(record.RecordMoved, OperationalError):
            return work()
        connection.close_if_unusable_or_obsolete()
    return work()


def _withdraw(
    outcome: Outcome, seen: _Seen, *, only: str, full: bool, write: bool, now: Callable[[], dt.datetime]
) -> None:
    if full and not seen.reviews:
        outcome.kept = NOTHING
    elif full and seen.unreadable:
        outcome.kept = UNREADABLE
    full = full and not outcome.kept
    gone = set(_deleted(seen))
    if full:
        gone |= set(_missing(seen, publishers.of_site(only) if only else seen.publishers))
    if gone:
        # Their publishers take those back themselves, whatever a feed of somebody else says.
        gone -= pages.slugs_kept()
    if write:
        outcome.tally.withdrawn += taking.withdraw(sorted(gone), at=now())
    else:
        outcome.tally.withdrawn += len(gone)


def _deleted(seen: _Seen) -> Iterator[str]:
    """What the feed says is gone, and does not bring all the same."""
    for url in seen.deleted:
        page, mark, asked_for = key_of(url).partition("?")
        spellings = [url] + [
            f"{scheme}://{www}{page}{end}{mark}{asked_for}"
            for scheme in ("https", "http")
            for www in ("", "www.")
            for end in ("", "/")
        ]
        rows = Publication.objects.published().filter(origin="partner", review_url__in=spellings)
        yield from (slug for slug in rows.values_list("slug", flat=True) if mark_of(slug) not in seen.reviews)


def _missing(seen: _Seen, slugs: Iterable[str]) -> Iterator[str]:
    """What these publishers had published and the feed does not have, nor has refused."""
    rows = Publication.objects.filter(origin="partner", withdrawn=False, publisher__slug__in=list(slugs))
    for slug, url, claim in (
        rows.order_by().values_list("slug", "review_url", "text").iterator(chunk_size=2000)
    ):
        if mark_of(slug) in seen.reviews or page_mark(url) in seen.refused:
            continue
        if claim_mark(claim) not in seen.nowhere:
            yield slug


def asked(*, only: str, at: dt.datetime) -> Asked:
    """What the reading process has to know of this installation."""
    current = Publication.objects.filter(origin="partner", withdrawn=False).order_by()
    digests = current.values_list("revision__body_digest", flat=True)
    house = {*publishers.own_sites(), site_of(settings.FACTCHECK_URL)}
    return Asked(
        today=at.astimezone(dt.UTC).date().isoformat(),
        publishers=publishers.known(),
        taken=sorted(publishers.taken_identifiers()),
        own=sorted(house),
        only=only,
        known=[body_mark(digest) for digest in digests.iterator(chunk_size=2000)],
    )


@contextlib.contextmanager
def reading(source: BinaryIO, knows: Asked) -> Iterator[Iterator[Portion]]:
    """The portions of a file that has a descriptor, made by a process of their own, which ends with the block."""
    inside, outside = os.pipe()
    process = subprocess.Popen(  # noqa: S603 - this program itself
        [sys.executable, "-m", "claims.partners.portions", str(inside)],
        stdin=source,
        stdout=subprocess.PIPE,
        pass_fds=(inside,),
        cwd=settings.BASE_DIR,
    )
    try:
        os.close(inside)
        with contextlib.suppress(BrokenPipeError), os.fdopen(outside, "wb") as told:
            told.write(asked_text(knows))
        made = process.stdout
        if made is None:
            raise RuntimeError("The reading process has no output.")
        with contextlib.suppress(OSError):
            fcntl.fcntl(made, _SET_PIPE_SIZE, _PIPE)
        yield received(made)
    finally:
        process.kill()
        process.wait()
        if process.stdout:
            process.stdout.close()


def is_site(name: str) -> bool:
    """Whether a name can be that of a site, as --publisher takes it."""
    return bool(name) and site_of(texts.address(f"https://{name}/")) == name
