"""Vectors in a folder: a matrix that grows at its end, mapped into memory by whoever reads it. Pure.

    FOLDER/head.json          whose vectors they are, how many of the rows count, up to which entry of the record
    FOLDER/NAME.vectors       rows of float32, little-endian
    FOLDER/NAME.sequences     the entry of the record that each row is of, int64, ascending

Rows are written and synced before the head that counts them takes the place of the old one, so whoever is killed leaves
only rows that do not count, and the next writer overwrites them. A fact-check that changed has a new entry and so a new
row; the old one is passed over, since the index knows no fact-check of that entry any more. It is a cache: every file
may be deleted.
"""

import hashlib
import json
import os
import tempfile
from collections.abc import Iterable, Sequence
from dataclasses import asdict, dataclass, replace
from pathlib import Path

import numpy as np
from numpy.typing import NDArray

from claims.search.semantic.bert import Floats
from claims.search.semantic.embedders import Broken, Embedder

# Raised whenever the rows mean something else.
FORM = 1
_HEAD = "head.json"
# Rows that are multiplied, or copied, at one time.
_TOGETHER = 16_384
# More rows, or entries, than there will be; the size of their file can still be told.
_MANY = 1 << 48
# How far the length of a row may be from 1.
_SOUND = 1e-3


@dataclass(frozen=True, slots=True)
class Head:
    """What a folder holds: `count` rows of `width` numbers, of the record up to an entry."""

    form: int
    embedder: str
    width: int
    files: str
    count: int
    sequence: int
    entry_digest: str


@dataclass(frozen=True, slots=True)
class Vectors:
    """The rows that counted when they were mapped, and the entries that they are of."""

    head: Head
    rows: Floats
    sequences: NDArray[np.int64]

    def nearest(self, vector: Floats, limit: int) -> dict[int, float]:
        """The entries whose rows have the largest product with the vector, at most `limit`, each with it."""
        if not len(self.rows) or limit < 1:
            return {}
        products = self.rows @ vector
        limit = min(limit, len(products))
        best = np.argpartition(products, len(products) - limit)[-limit:]
        return {int(self.sequences[at]): float(products[at]) for at in best}

    def beside(self, vector: Floats, sequences: Sequence[int]) -> dict[int, float]:
        """The products with the rows of these entries; those that have no row are left out."""
        if not len(self.rows):
            return {}
        asked = np.asarray(sequences, dtype=np.int64)
        places = np.minimum(np.searchsorted(self.sequences, asked), len(self.sequences) - 1)
        there = self.sequences[places] == asked
        products = self.rows[places[there]] @ vector
        return dict(zip(asked[there].tolist(), products.tolist(), strict=True))


def identity(embedder: Embedder) -> str:
    """What tells the vectors of one embedder from those of another."""
    return f"{embedder.name} {embedder.version} {embedder.dimensions}"


def folder(beside: Path, embedder: Embedder) -> Path:
    """The folder of an embedder's vectors: another one has another, so nothing has to be cleared away first."""
    digest = hashlib.sha256(f"{FORM} {identity(embedder)}".encode()).hexdigest()
    return beside / f"vectors-{digest[:12]}"


def stamp(where: Path) -> tuple[int, int] | None:
    """What changes whenever the head does; None where there is none."""
    try:
        found = (where / _HEAD).stat()
    except OSError:
        return None
    return found.st_ino, found.st_mtime_ns


def opened(where: Path, embedder: Embedder) -> Vectors:
    """The vectors of a folder. Raises Broken."""
    try:
        head = Head(**json.loads((where / _HEAD).read_text(encoding="utf-8")))
    except FileNotFoundError as error:
        raise Broken("There are no vectors yet.") from error
    except (OSError, ValueError, TypeError) as error:
        raise Broken(f"The head of the vectors cannot be read: {error}") from error
    if (head.form, head.embedder, head.width) != (FORM, identity(embedder), embedder.dimensions):
        raise Broken("The vectors are of another embedder, or another version of this program.")
    if not _is_sensible(head):
        raise Broken("The head of the vectors is damaged.")
    try:
        sequences = _mapped(_path(where, head, "sequences"), np.dtype("<i8"), (head.count,))
        rows = _mapped(_path(where, head, "vectors"), np.dtype("<f4"), (head.count, head.width))
    except (OSError, ValueError, OverflowError, MemoryError) as error:
        raise Broken(f"The vectors cannot be read: {error}") from error
    return Vectors(head, rows, sequences)


def _is_sensible(head: Head) -> bool:
    counts = (head.count, head.sequence)
    texts = (head.files, head.entry_digest)
    return all(type(one) is int and 0 <= one < _MANY for one in counts) and all(
        isinstance(one, str) and one.isprintable() for one in texts
    )


def is_sound(vectors: Vectors) -> bool:
    """Whether every row has length 1, and the entries ascend: what a damaged file would not have."""
    if np.any(np.diff(vectors.sequences) <= 0):
        return False
    for first in range(0, len(vectors.rows), _TOGETHER):
        rows = np.asarray(vectors.rows[first : first + _TOGETHER])
        lengths = np.linalg.norm(rows, axis=1)
        if not np.all(np.abs(lengths - 1) < _SOUND):
            return False
    return True


def begun(where: Path, embedder: Embedder, *, kept: Vectors | None = None, of: Iterable[int] = ()) -> Vectors:
    """Vectors of nothing, which take the place of those in the folder; or of those rows of `kept` that are `of` the
    entries. Only within `store.writing`.
    """
    where.mkdir(mode=0o700, parents=True, exist_ok=True)
    descriptor, path = tempfile.mkstemp(prefix="rows-", suffix=".vectors", dir=where)
    os.close(descriptor)
    name = Path(path).stem
    head = Head(FORM, identity(embedder), embedder.dimensions, name, 0, 0, "")
    _path(where, head, "sequences").touch(mode=0o600)
    if kept is not None:
        wanted = np.fromiter(of, dtype=np.int64)
        for first in range(0, len(kept.rows), _TOGETHER):
            sequences = kept.sequences[first : first + _TOGETHER]
            there = np.isin(sequences, wanted)
            rows = np.asarray(kept.rows[first : first + _TOGETHER])[there]
            head = _written(where, head, sequences[there], rows)
        head = replace(head, sequence=kept.head.sequence, entry_digest=kept.head.entry_digest)
    _say(where, head)
    for old in where.glob("rows-*"):
        if old.stem != name:
            old.unlink(missing_ok=True)
    return opened(where, embedder)


def append(
    where: Path, vectors: Vectors, sequences: Iterable[int], rows: Floats, *, sequence: int, entry_digest: str
) -> None:
    """Put rows at the end, and say that the vectors are of the record up to that entry. Only within `store.writing`."""
    head = _written(where, vectors.head, np.fromiter(sequences, dtype=np.int64), rows)
    _say(where, replace(head, sequence=sequence, entry_digest=entry_digest))


def _written(where: Path, head: Head, sequences: NDArray[np.int64], rows: Floats) -> Head:
    """The rows behind those that count, which this head counts; what stood there, nobody counted."""
    _put(_path(where, head, "vectors"), head.count * head.width * 4, rows.astype("<f4").tobytes())
    _put(_path(where, head, "sequences"), head.count * 8, sequences.astype("<i8").tobytes())
    return replace(head, count=head.count + len(sequences))


def _put(path: Path, at: int, data: bytes) -> None:
    with path.open("r+b") as file:
        file.truncate(at)
        file.seek(at)
        file.write(data)
        file.flush()
        os.fsync(file.fileno())


def _say(where: Path, head: Head) -> None:
    draft = where / f".{_HEAD}"
    with draft.open("w", encoding="utf-8") as file:
        json.dump(asdict(head), file)
        file.flush()
        os.fsync(file.fileno())
    draft.replace(where / _HEAD)


def _path(where: Path, head: Head, kind: str) -> Path:
    if Path(head.files).name != head.files:
        raise Broken("The head of the vectors names no file of its folder.")
    return where / f"{head.files}.{kind}"


def _mapped(path: Path, kind: np.dtype, shape: tuple[int, ...]) -> NDArray:
    """The first so many numbers of a file; an empty file cannot be mapped."""
    if not shape[0]:
        return np.zeros(shape, dtype=kind)
    return np.memmap(path, dtype=kind, mode="r", shape=shape)
