"""The index of this server, brought up to date from the record: the one door to it.

It is a cache. Its head names the entry up to which it was made, so any process knows what it lacks; whoever gets the
lock at once writes that, and nobody waits. Missing, broken, of another form, or of a record that is another (a restored
backup), it is built again: at once while there is little to build, otherwise by `manage.py reindex --if-needed`, which
the server runs beside itself when it is asked to (factcheck.operations.indexing). What is shown is always read from
the publications, so nothing withdrawn comes back from an old index.
"""

import contextlib
import logging
import threading
from collections.abc import Iterator
from dataclasses import dataclass, replace
from pathlib import Path

from django.conf import settings

from claims import freshness
from claims.models import Head, Publication
from claims.search import indexed, store
from claims.search.lacking import Lacking, Told, counted
from claims.search.pausing import Pauses
from claims.search.ranking import Meaning, Ranking
from claims.search.store import Busy, Opened, Unusable

logger = logging.getLogger(__name__)

# So many fact-checks are brought up to date, or built, while a reader waits: some tenths of a second.
AT_ONCE = 500


@dataclass(frozen=True, slots=True)
class Kept:
    """The index as a process has it open; `is_behind` where the record has gone on since, or `lacks_vectors`."""

    opened: Opened
    ranking: Ranking
    is_behind: bool = False
    lacks_vectors: bool = False


_kept: dict[Path, Kept] = {}
# Threads of one process open and bring up the index one after the other.
_turn = threading.RLock()
# What failed a moment ago: writing in a folder, building there in place of an index (by its name), a question, a line
# in the log.
_pauses = Pauses()


def folder() -> Path:
    found: Path = settings.DATA_DIR / "search"
    return found


def ranking() -> Ranking:
    """The ranking over what is published, as new as can be had without waiting. Raises Unusable."""
    return current().ranking


def current() -> Kept:
    """The index as new as can be had without waiting, to be asked within `asking`. Raises Unusable."""
    where = folder()
    with _turn:
        try:
            kept, entry_digest = _current(where)
        except Unusable:
            _kept.pop(where, None)
            raise
    is_behind = kept.opened.head.entry_digest != entry_digest
    return replace(kept, is_behind=is_behind or kept.lacks_vectors)


@contextlib.contextmanager
def asking() -> Iterator[None]:
    """Around every question to the index: where the engine fails, even by a panic, Unusable is raised.

    The index is then opened again for the next question, which looks at all its files, and is built anew where one is
    damaged. A question that fails with a sound index costs that once in a while only.
    """
    try:
        with store.engine():
            yield
    except Unusable as problem:
        where = folder()
        logger.debug("A question to the index failed.", exc_info=problem)
        with _turn:
            if not _pauses.last(("asking", where)):
                _pauses.begin(("asking", where))
                _kept.pop(where, None)
        raise


def complain(what: str, problem: Unusable) -> None:
    """Log what cannot be done and why: once in a while, not for every reader."""
    about = ("log", folder(), what)
    if not _pauses.last(about):
        _pauses.begin(about)
        logger.error("%s: %s", what, problem, exc_info=problem.__cause__)


def reindex(*, told: Told | None = None) -> int:
    """Build the index anew, waiting for whoever writes it; how many fact-checks it has."""
    with store.writing(folder(), wait=-1):
        count = _built(folder(), told)
    _pauses.end()
    return count


def bring_up(*, told: Told | None = None) -> bool:
    """See to it that the index is up to date, however long that takes; whether it was built anew."""
    with store.writing(folder(), wait=-1):
        is_anew = _seen_to(told)
    _pauses.end()
    return is_anew


def _seen_to(told: Told | None) -> bool:
    try:
        lacking = Lacking(store.opened(folder()))
        if not (lacking.is_another or lacking.is_quicker_anew(few=AT_ONCE)):
            lacking.written(told)
            return False
    except Unusable as problem:
        # That there is none yet is what the first of these commands is for.
        if store.current(folder()):
            logger.warning("%s It is built anew.", problem)
    _built(folder(), told)
    return True


def _current(where: Path) -> tuple[Kept, str]:
    kept = _kept.get(where)
    entry_digest = freshness.state().entry_digest
    if (
        kept is None
        or kept.opened.name != store.current(where)
        or kept.opened.head.entry_digest != entry_digest
    ):
        kept = _kept[where] = _brought_up(where, kept)
    if kept.lacks_vectors:
        # They come without an entry of the record, when the command has made them.
        kept = _kept[where] = replace(kept, lacks_vectors=_lacks_vectors(where))
    return kept, entry_digest


def _brought_up(where: Path, kept: Kept | None) -> Kept:
    name = store.current(where)
    if _pauses.last(("building", where, name)):
        raise Unusable("The index could not be built anew a moment ago.")
    try:
        opened = _opened(where, name, kept)
        lacking = Lacking(opened)
        if lacking.is_another:
            raise Unusable("The index is of another record.")
        if lacking.any and lacking.is_at_most(AT_ONCE):
            opened = _written(where, opened)
        elif lacking.any:
            store.want(where)
    except Unusable as problem:
        logger.warning("%s It is built anew.", problem)
        return _kept_of(_rebuilt(where, name), where)
    if kept is not None and opened == kept.opened:
        return kept
    return _kept_of(opened, where)


def _opened(where: Path, name: str, kept: Kept | None) -> Opened:
    if kept is None or kept.opened.name != name:
        return store.opened(where)
    try:
        return store.reloaded(kept.opened)
    except Unusable as problem:
        # Where the files are sound, the folder can perhaps not be written, which the engine does even to look.
        store.check(where, name)
        complain("The index cannot be looked at for what is new, and answers as it is", problem)
        return kept.opened


def _written(where: Path, opened: Opened) -> Opened:
    """The index with what it lacks; as it is where another process writes it, or nobody can."""
    if _pauses.last(("writing", where)):
        return opened
    try:
        with store.writing(where):
            # Another process may have written between our look and the lock.
            return Lacking(store.reloaded(opened)).written()
    except Busy:
        return opened
    except Unusable as problem:
        store.check(where, opened.name)
        _pauses.begin(("writing", where))
        complain("The index cannot be brought up to date, and answers as it is", problem)
        return opened


def _rebuilt(where: Path, name: str) -> Opened:
    """Built at once where there is little; otherwise Unusable, and the command is asked for."""
    try:
        if Publication.objects.published().order_by()[: AT_ONCE + 1].count() > AT_ONCE:
            store.want(where)
            raise Unusable(
                "The index has to be built anew, which is more than a reader waits for: manage.py reindex."
            )
        with store.writing(where):
            _built(where, None)
        return store.opened(where)
    except Busy as problem:
        raise Unusable("The index is being built.") from problem
    except Unusable:
        _pauses.begin(("building", where, name))
        raise


def _kept_of(opened: Opened, where: Path) -> Kept:
    lacks_vectors = _lacks_vectors(where)
    ranking = Ranking(opened.index, opened.head.languages, _meaning(where))
    return Kept(opened, ranking, lacks_vectors=lacks_vectors)


def _meaning(where: Path) -> Meaning | None:
    """The optional extra, none of which is imported where the setting names no embedder."""
    if not settings.EMBEDDER:
        return None
    from claims.search import embedding

    return embedding.here(where)


def _lacks_vectors(where: Path) -> bool:
    """Whether some fact-checks have no vector, after those have got theirs for which a reader waits."""
    if not settings.EMBEDDER:
        return False
    from claims.search import embedding

    if embedding.catch_up(where):
        return False
    store.want(where)
    return True


def _built(where: Path, told: Told | None) -> int:
    # The head is read first: what is published meanwhile is brought up afterwards.
    head = Head.objects.get(pk=1)
    total = Publication.objects.published().order_by().count()
    entries = counted(indexed.entries(Publication.objects.published()), total, told)
    made = store.build(where, entries, sequence=head.sequence, entry_digest=head.entry_digest)
    # One document is the head.
    return int(made.index.searcher().num_docs) - 1
