"""What leaves in whole: the public fact-checks one after another, in bounded memory, however many there are.

Which entries of the record are taken is asked once, when the answer begins, and an entry never changes. So an answer
that takes long is of one moment, whatever is published or withdrawn while it is on its way.
"""

import datetime as dt
import json
from array import array
from collections import defaultdict
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from typing import Any

from django.db.models import QuerySet
from django.urls import reverse

from claims import record
from claims.models import Publication, Revision

# Rows that are in memory at one time, read by QUERIES queries.
ROWS = 100
QUERIES = 3
# Within a string of JSON, and line ends for some readers of lines.
_LINE_ENDS = str.maketrans({mark: f"\\u{ord(mark):04x}" for mark in "\x85\u2028\u2029"})


@dataclass(frozen=True, slots=True)
class Outgoing:
    """One public fact-check: the canonical text of its body, its envelope, and what is known of it besides.

    `live` is the part of the overlay that is the same on every server: address, notices, time of first publication.
    """

    body: str
    revision: dict[str, Any]
    live: dict[str, Any]

    def document(self) -> dict[str, Any]:
        """The members of the body, `revision` and `live`."""
        return {**json.loads(self.body), "revision": self.revision, "live": self.live}

    def line(self) -> str:
        """The document as one line of JSON, with the body's text put in as it stands on the record."""
        return f'{self.body[:-1]},"live":{_json(self.live)},"revision":{_json(self.revision)}}}\n'.translate(
            _LINE_ENDS
        )


def each(publications: QuerySet[Publication], *, base_url: str) -> Iterator[Outgoing]:
    """The fact-checks in the given order; one whose text was taken out of the record meanwhile is left out.

    QUERIES queries for every ROWS of them, and one more; nothing is asked before the first one is.
    """
    found = publications.values_list("sequence", flat=True)
    sequences = array("q", found.iterator(chunk_size=20 * ROWS))
    for at in range(0, len(sequences), ROWS):
        yield from _some(sequences[at : at + ROWS], base_url=base_url)


def _some(sequences: Iterable[int], *, base_url: str) -> Iterator[Outgoing]:
    entries = Revision.objects.in_bulk(list(sequences))
    slugs = {entry.subject: entry.subject.removeprefix("claims/") for entry in entries.values()}
    began = dict(
        Publication.objects.with_pages()
        .filter(slug__in=slugs.values())
        .values_list("slug", "first_published_at")
    )
    notices = _notices(entries.values())
    for sequence in sequences:
        entry = entries[sequence]
        if entry.body is not None:
            slug = slugs[entry.subject]
            yield Outgoing(
                entry.body,
                record.published_revision(entry),
                {
                    "url": base_url + reverse("claim", args=[slug]),
                    "notices": notices[entry.subject],
                    "first_published_at": record.time_text(began[slug]),
                },
            )


def _notices(entries: Iterable[Revision]) -> dict[str, list[dict[str, Any]]]:
    """By subject: the notices up to the entry, newest first."""
    last = {entry.subject: entry.number for entry in entries}
    found: dict[str, list[dict[str, Any]]] = defaultdict(list)
    rows = (
        Revision.objects.filter(subject__in=last, kind__in=Revision.NOTICES)
        .order_by("-sequence")
        .values_list("subject", "kind", "note", "at", "number")
    )
    for subject, kind, note, at, number in rows:
        if number <= last[subject]:
            found[subject].append(_notice(kind, note, at, number))
    return found


def _notice(kind: str, note: str, at: dt.datetime, number: int) -> dict[str, Any]:
    return {"kind": kind, "note": note or None, "at": record.time_text(at), "number": number}


def sizes() -> dict[str, int]:
    """How many fact-checks are public, by origin."""
    return {
        origin: Publication.objects.published().filter(origin=origin).count()
        for origin in Publication.Origin.values
    }


def own_published() -> QuerySet[Publication]:
    """The house's own published fact-checks with what their documents are made of, newest on the record first."""
    return Publication.objects.published().for_documents().filter(origin=Publication.Origin.OWN)


def own() -> QuerySet[Publication]:
    """The house's own fact-checks that have a page: those that were withdrawn are among them."""
    return Publication.objects.with_pages().filter(origin=Publication.Origin.OWN)


def _json(value: object) -> str:
    return json.dumps(value, ensure_ascii=False, separators=(",", ":"), sort_keys=True)
