"""What an index lacks of the record: what was published, withdrawn or merged since the entry that it was made of."""

from collections.abc import Callable, Iterator

from django.db.models import Q, QuerySet

from claims import redirects
from claims.models import (
    Head,
    Publication,
    PublicationPublisher,
    PublicationSource,
    PublicationTopic,
    Revision,
)
from claims.search import indexed, store
from claims.search.index import Entry
from claims.search.store import Opened
from claims.subjects import identifier_of

# Hears of progress: how many fact-checks are in, of how many.
Told = Callable[[int, int], None]


class Lacking:
    """What an index lacks of the record as it is now."""

    def __init__(self, opened: Opened) -> None:
        self.opened = opened
        self.head = Head.objects.get(pk=1)
        since = opened.head.sequence
        self.any = since != self.head.sequence or opened.head.entry_digest != self.head.entry_digest
        # An entry that is not there, or is another: the record is not the one that the index was made of.
        self.is_another = self.any and not _is_on_record(since, opened.head.entry_digest)
        self.after = since

    def is_at_most(self, count: int) -> bool:
        """Whether no more fact-checks than that are to be written; no more are looked for."""
        return len(self._changed().order_by().values_list("pk")[: count + 1]) <= count

    def is_quicker_anew(self, *, few: int) -> bool:
        """Whether a good part of all fact-checks, and more than a few, would be written, most of them after looking for
        an older one.
        """
        if self.is_at_most(few):
            return False
        return 4 * self._changed().order_by().count() > Publication.objects.published().order_by().count()

    def written(self, told: Told | None = None) -> Opened:
        """Bring the index up to this head. Within `store.writing`. Raises Unusable."""
        if not self.any:
            return self.opened
        changed = self._changed()
        count = changed.filter(withdrawn=False).count() if told else 0
        store.change(
            self.opened,
            gone=list(changed.filter(withdrawn=True).values_list("slug", flat=True)),
            entries=counted(indexed.entries(changed), count, told),
            sequence=self.head.sequence,
            entry_digest=self.head.entry_digest,
        )
        return store.reloaded(self.opened)

    def _changed(self) -> QuerySet[Publication]:
        """Publications with a newer entry, and those under whose rows another was merged since."""
        changed = Q(sequence__gt=self.after)
        for kind, slugs in _merged_into(self.after).items():
            changed |= Q(pk__in=_LINKS[kind](slugs))
        return Publication.objects.with_pages().filter(changed)


def _is_on_record(sequence: int, entry_digest: str) -> bool:
    if not sequence:
        return not entry_digest
    return Revision.objects.filter(pk=sequence, entry_digest=entry_digest).exists()


# The publications that have one of the rows, for each kind of row by which readers filter.
_LINKS: dict[str, Callable[[set[str]], QuerySet]] = {
    "speakers": lambda slugs: Publication.objects.filter(speaker__slug__in=slugs).order_by().values("pk"),
    "topics": lambda slugs: PublicationTopic.objects.filter(topic__slug__in=slugs).values("publication_id"),
    "sources": lambda slugs: PublicationSource.objects.filter(source__slug__in=slugs).values(
        "publication_id"
    ),
    "publishers": lambda slugs: PublicationPublisher.objects.filter(publisher__slug__in=slugs).values(
        "publication_id"
    ),
}


def _merged_into(after: int) -> dict[str, set[str]]:
    """The rows that are left of merges after an entry, by kind."""
    entries = Revision.objects.filter(sequence__gt=after, kind=Revision.Kind.REFERENCE)
    left: dict[str, set[str]] = {}
    for into in redirects.among(entries.values_list("subject", flat=True).order_by()).values():
        left.setdefault(into.partition("/")[0], set()).add(identifier_of(into))
    return {kind: slugs for kind, slugs in left.items() if kind in _LINKS}


def counted(entries: Iterator[Entry], total: int, told: Told | None) -> Iterator[Entry]:
    """The entries, of which there are about `total`; `told` hears of each portion and of the end."""
    count = 0
    for entry in entries:
        yield entry
        count += 1
        if told and count % indexed.PORTION == 0:
            told(count, max(total, count + 1))
    if told:
        told(count, count)
