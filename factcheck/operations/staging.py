"""Work in a private folder that goes away whatever happens; files that appear whole under their name, or not at all."""

import errno
import os
import shutil
import signal
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any, NoReturn


@contextmanager
def staging(beside: Path, *, prefix: str) -> Iterator[Path]:
    """A folder in `beside`, open to its owner only, removed at the end, also when a terminate signal ends the work."""
    before = signal.signal(signal.SIGTERM, _terminated)
    try:
        folder = Path(tempfile.mkdtemp(prefix=prefix, dir=beside))
        try:
            yield folder
        finally:
            shutil.rmtree(folder, ignore_errors=True)
    finally:
        signal.signal(signal.SIGTERM, before)


def _terminated(number: int, frame: Any) -> NoReturn:
    raise SystemExit(128 + number)


def put_in_place(draft: Path, target: Path) -> None:
    """Give a complete file its name, on disk when this returns. Raises FileExistsError rather than replace a file."""
    with draft.open("rb") as file:
        os.fsync(file.fileno())
    try:
        os.link(draft, target)
    except FileExistsError:
        raise
    except OSError:
        # Some file systems of removable disks and of network storage have no links.
        if os.path.lexists(target):
            raise FileExistsError(errno.EEXIST, os.strerror(errno.EEXIST), str(target)) from None
        draft.rename(target)
    else:
        draft.unlink()
    keep_names(target.parent)


def keep_names(folder: Path) -> None:
    """Write the names in a folder to disk."""
    handle = os.open(folder, os.O_RDONLY | os.O_DIRECTORY)
    try:
        os.fsync(handle)
    finally:
        os.close(handle)
