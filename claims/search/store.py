"""The folder of the index: one writer at a time, a change-over that nobody notices, and what is broken is said. Pure.

    FOLDER/current          the name of the folder that is read
    FOLDER/index-XXXXXXXX/  an index; the others are being built, or nobody reads them any more
    FOLDER/writing          the lock of whoever writes
    FOLDER/wanted           there when more has to be written than a reader waits for (factcheck.operations.indexing)

An index is only a cache: every file here may be deleted, and costs building it again.

What is damaged is found when a process opens an index: Tantivy ends each file of a segment with the CRC-32 of what
stands before, and reads files mapped into memory without looking at it. Not found is what changes under a process
that has the index open, until a question fails; and what is wrong in `meta.json` and still reads as JSON.
"""

import contextlib
import json
import os
import shutil
import struct
import tempfile
import zlib
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import tantivy
from filelock import FileLock, Timeout

from claims.search import index as indexes
from claims.search.index import Entry, Head

_CURRENT, _LOCK, _PREFIX, WANTED = "current", "writing", "index-", "wanted"
# Bytes that a writer gathers before it writes: Tantivy's least for a thread, and more for a whole index.
_LITTLE, _MUCH = 15_000_000, 100_000_000
# The end of a file of a segment: JSON with the CRC-32 of all before it, the length of that JSON, and a fixed number.
_ENDING, _MAGIC, _LONGEST_FOOTER = struct.Struct("<II"), 1337, 10_000
_CHUNK = 1 << 20
_KINDS = ("term", "idx", "pos", "store", "fast", "fieldnorm")
# What Python raises over values that nobody wrote like that; the engine's own errors are ValueErrors.
_FAILURES = (
    ValueError,
    OSError,
    LookupError,
    TypeError,
    AttributeError,
    ArithmeticError,
    MemoryError,
    RecursionError,
)


class Unusable(Exception):
    """There is no index, it is broken, or it is of another form; the message says which."""


class Busy(Exception):
    """Another process writes."""


@dataclass(frozen=True, slots=True)
class Opened:
    """An index as it was when it was opened, or last loaded. `name` tells it from one that took its place."""

    name: str
    index: tantivy.Index
    head: Head


@contextlib.contextmanager
def engine() -> Iterator[None]:
    """What the engine raises where files are missing or broken, a panic of its own among it, as Unusable."""
    try:
        yield
    except (Unusable, Busy, KeyboardInterrupt, SystemExit, GeneratorExit):
        raise
    except _FAILURES as error:
        raise Unusable(f"The index cannot be used: {error}") from error
    except BaseException as error:
        # A panic in Rust comes as an exception that is no Exception and that no module exports.
        if type(error).__name__ != "PanicException":
            raise
        raise Unusable(f"The index cannot be used: {error}") from error


def current(folder: Path) -> str:
    """The name of the index that is read now; empty where there is none."""
    try:
        return (folder / _CURRENT).read_text(encoding="ascii").strip()
    except (OSError, UnicodeDecodeError):
        return ""


def opened(folder: Path) -> Opened:
    """The index that is read now. Raises Unusable."""
    name = current(folder)
    with engine():
        if not name.startswith(_PREFIX) or os.sep in name or not (folder / name).is_dir():
            raise Unusable("There is no index yet.")
        check(folder, name)
        return _state(name, indexes.opened(str(folder / name)))


def check(folder: Path, name: str) -> None:
    """Read all files of an index, some tenths of a second for 100,000 fact-checks. Raises Unusable where one is
    damaged, or missing.
    """
    with engine():
        meta = folder / name / "meta.json"
        before: bytes | None = None
        # Whoever writes takes files away when others have their place.
        while before != (before := meta.read_bytes()):
            wrong = [path.name for path in _files(folder / name, json.loads(before)) if _is_damaged(path)]
            if not wrong:
                return
        raise Unusable(f"The index is damaged: {', '.join(wrong)} cannot be what was written.")


def _files(inside: Path, meta: dict[str, Any]) -> Iterator[Path]:
    for segment in meta["segments"]:
        name = segment["segment_id"].replace("-", "")
        yield from (inside / f"{name}.{kind}" for kind in _KINDS)
        if segment["deletes"]:
            yield inside / f"{name}.{segment['deletes']['opstamp']}.del"


def _is_damaged(path: Path) -> bool:
    try:
        file = path.open("rb")
    except FileNotFoundError:
        return True
    with file:
        size = file.seek(0, os.SEEK_END)
        if size < _ENDING.size:
            return True
        file.seek(size - _ENDING.size)
        length, magic = _ENDING.unpack(file.read(_ENDING.size))
        left = size - _ENDING.size - length
        if magic != _MAGIC or length > _LONGEST_FOOTER or left < 0:
            return True
        file.seek(left)
        try:
            stated = json.loads(file.read(length))["crc"]
        except (ValueError, LookupError, TypeError):
            return True
        file.seek(0)
        found = 0
        while left and (chunk := file.read(min(_CHUNK, left))):
            found = zlib.crc32(chunk, found)
            left -= len(chunk)
        return bool(found != stated)


def reloaded(before: Opened) -> Opened:
    """The same index with what was written since. Raises Unusable."""
    with engine():
        before.index.reload()
        return _state(before.name, before.index)


def _state(name: str, index: tantivy.Index) -> Opened:
    head = indexes.head_of(index)
    if head is None or head.version != indexes.VERSION:
        raise Unusable("The index was made by another version of this program.")
    return Opened(name, index, head)


@contextlib.contextmanager
def writing(folder: Path, *, wait: float = 0) -> Iterator[None]:
    """Alone among all processes to write in the folder; Busy where another one does, after `wait` s (-1: ever).

    Raises Unusable where this process may not write there, or cannot.
    """
    try:
        folder.mkdir(mode=0o700, parents=True, exist_ok=True)
        lock = FileLock(folder / _LOCK, timeout=wait, mode=0o600)
        lock.acquire()
    except Timeout as error:
        raise Busy("Another process writes the index.") from error
    except (OSError, NotImplementedError) as error:
        raise Unusable(f"The folder of the index cannot be written: {error}") from error
    try:
        yield
    finally:
        lock.release()


def want(folder: Path) -> None:
    """Ask whoever sees to the index beside the server to bring it up to date, or to build it."""
    with contextlib.suppress(OSError):
        folder.mkdir(mode=0o700, parents=True, exist_ok=True)
        (folder / WANTED).touch(mode=0o600)


def change(
    opened: Opened, *, gone: Iterable[str], entries: Iterable[Entry], sequence: int, entry_digest: str
) -> None:
    """Take documents out by their keys, put entries in, and say what the index is of now: in one commit.

    Only within `writing`. Raises Unusable.
    """
    with engine():
        writer = opened.index.writer(heap_size=_LITTLE, num_threads=1)
        for key in gone:
            writer.delete_documents_by_term(indexes.KEY, key)
        languages = set(opened.head.languages)
        for entry in entries:
            writer.delete_documents_by_term(indexes.KEY, entry.key)
            writer.add_document(indexes.document(entry))
            languages.add(indexes.language_of(entry))
        writer.delete_documents_by_term(indexes.KEY, indexes.HEAD)
        writer.add_document(indexes.head_document(_head(sequence, entry_digest, languages)))
        writer.commit()
        writer.wait_merging_threads()


def build(folder: Path, entries: Iterable[Entry], *, sequence: int, entry_digest: str) -> Opened:
    """A new index of all the entries, which takes the place of the one there is when it is whole. Within `writing`.

    Whoever reads the old one goes on; its files go when the next one is built. What other builds left is cleared away.
    Raises Unusable.
    """
    with engine():
        kept = current(folder)
        for path in folder.glob(f"{_PREFIX}*"):
            if path.name != kept:
                shutil.rmtree(path, ignore_errors=True)
        target = Path(tempfile.mkdtemp(prefix=_PREFIX, dir=folder))
        index = indexes.opened(str(target))
        writer = index.writer(heap_size=_MUCH, num_threads=1)
        languages: set[str] = set()
        for entry in entries:
            writer.add_document(indexes.document(entry))
            languages.add(indexes.language_of(entry))
        head = _head(sequence, entry_digest, languages)
        writer.add_document(indexes.head_document(head))
        writer.commit()
        writer.wait_merging_threads()
        index.reload()
        draft = folder / f".{_CURRENT}-{target.name}"
        draft.write_text(f"{target.name}\n", encoding="ascii")
        draft.replace(folder / _CURRENT)
    return Opened(target.name, index, head)


def _head(sequence: int, entry_digest: str, languages: Iterable[str]) -> Head:
    return Head(sequence, entry_digest, frozenset(languages), version=indexes.VERSION)
