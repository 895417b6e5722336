"""The vectors of this server, beside its index, by the embedder that the setting names: the one door to them.

A cache as the index is one: of the record up to an entry, brought up by whoever gets the lock at once, and made again
where it is missing, broken, of another record or by another embedder. It has a lock of its own, since to embed much
takes long: while a reader waits, only the few newest fact-checks are embedded, the rest by `manage.py reindex`. What
has no vector yet is ranked by its words.
"""

import logging
from collections.abc import Callable, Iterable
from pathlib import Path
from typing import TYPE_CHECKING

from django.conf import settings
from django.db.models import QuerySet

from claims.models import Publication, Revision
from claims.search import store
from claims.search.semantic.embedders import Broken, Unavailable, named
from claims.search.store import Busy, Unusable

if TYPE_CHECKING:
    from claims.search.semantic.meaning import Meaning

logger = logging.getLogger(__name__)

# So many fact-checks are embedded while a reader waits: about a tenth of a second.
AT_ONCE = 4
# So many are in memory at one time.
PORTION = 500

_opened: "dict[tuple[str, Path], Meaning | None]" = {}


def here(beside: Path) -> "Meaning | None":
    """The vectors beside the index in a folder; None, and one line in the log, where they cannot be had."""
    key = (settings.EMBEDDER, beside)
    if key not in _opened:
        try:
            _opened[key] = opened(beside)
        except Unavailable as problem:
            logger.error("Looking up goes by words alone: %s", problem)
            _opened[key] = None
    return _opened[key]


def opened(beside: Path) -> "Meaning":
    """Raises Unavailable."""
    embedder = named(settings.EMBEDDER)
    # Whoever has an embedder has numpy, which nothing else needs.
    from claims.search.semantic.meaning import Meaning

    return Meaning(embedder, beside)


def thrown_away(texts: Iterable[tuple[int, str]]) -> "Meaning":
    """The vectors of texts that are no fact-checks of this server. Raises Unavailable."""
    embedder = named(settings.EMBEDDER)
    from claims.search.semantic.meaning import InMemory

    return InMemory(embedder, sorted(texts))


def catch_up(beside: Path) -> bool:
    """Embed what was published since, where that is little and nobody else does it; whether nothing is lacking then."""
    meaning = here(beside)
    if meaning is None or not (lacking := _some_lacking(meaning)):
        return True
    if lacking > AT_ONCE:
        return False
    try:
        with store.writing(meaning.folder):
            # Another process may have written between our look and the lock.
            if _some_lacking(meaning) <= AT_ONCE:
                _filled(meaning, None)
    except (Busy, Broken, Unusable, OSError) as problem:
        logger.warning("New fact-checks are looked up by words alone for now: %s", problem)
        return False
    return True


def bring_up(beside: Path, *, anew: bool = False, told: Callable[[int, int], None] | None = None) -> int:
    """Embed all that is lacking, however long that takes, waiting for whoever does; how many fact-checks that were.

    With `anew` the rows that are there are looked over first, and those are left out of which no fact-check is any
    more. `told` hears how many are embedded, of how many. Raises Unavailable.
    """
    meaning = opened(beside)
    with store.writing(meaning.folder, wait=-1):
        if anew and _after(meaning) is not None:
            published = Publication.objects.published().order_by()
            meaning.look_over(published.values_list("sequence", flat=True).iterator())
        return _filled(meaning, told)


def _some_lacking(meaning: "Meaning") -> int:
    """How many fact-checks are lacking, or one more than AT_ONCE where they are more."""
    return len(_lacking(_after(meaning) or 0).values_list("pk")[: AT_ONCE + 1])


def _filled(meaning: "Meaning", told: Callable[[int, int], None] | None) -> int:
    after = _after(meaning)
    if after is None:
        meaning.begin()
        after = 0
    total, count = _lacking(after).order_by().count(), 0
    while portion := list(
        _lacking(after).values_list("sequence", "text", "revision__entry_digest")[:PORTION]
    ):
        after, digest = portion[-1][0], portion[-1][2]
        meaning.add([row[:2] for row in portion], sequence=after, entry_digest=digest)
        count += len(portion)
        if told:
            told(count, max(total, count))
    return count


def _after(meaning: "Meaning") -> int | None:
    """The entry up to which there are vectors; None where there are none of this record that can be used."""
    try:
        head = meaning.vectors().head
    except Broken:
        return None
    if not head.sequence:
        return 0
    is_ours = Revision.objects.filter(pk=head.sequence, entry_digest=head.entry_digest).exists()
    return head.sequence if is_ours else None


def _lacking(after: int) -> QuerySet[Publication]:
    return Publication.objects.published().filter(sequence__gt=after).order_by("sequence")
