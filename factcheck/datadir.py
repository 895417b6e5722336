"""The data folder: everything that a server keeps on its own disk (database, secret key, collected static files)."""

import contextlib
import os
import secrets
import sqlite3
import tempfile
import threading
from pathlib import Path
from typing import Any

from django.core.exceptions import ImproperlyConfigured

SECRET_KEY_FILE = "secret-key"  # noqa: S105 (the name of a file)
SHORTEST_SECRET_KEY = 50


def prepare(folder: Path) -> Path:
    """Make the data folder, readable by its owner only, if it is not there. A folder that is there keeps its mode.

    Raises ImproperlyConfigured when the path cannot be a folder that this process writes to.
    """
    try:
        folder.mkdir(mode=0o700, parents=True, exist_ok=True)
    except OSError as error:
        raise ImproperlyConfigured(
            f"FACTCHECK_DATA_DIR names {folder}, where no folder can be made ({error.strerror}): "
            "write the path of a folder that this user may write to."
        ) from error
    if not os.access(folder, os.W_OK | os.X_OK):
        raise ImproperlyConfigured(
            f"FACTCHECK_DATA_DIR names {folder}, which this user may not write to: "
            "write the path of a folder that this user may write to."
        )
    return folder


class OwnersDatabase(sqlite3.Connection):
    """A connection whose file, where it is new, only its owner may read, whatever the mode of the folder is.

    SQLite gives the files beside a database (-wal, -shm) the mode of the database.
    """

    def __init__(self, database: Any, *arguments: Any, **options: Any) -> None:
        # Only a file that is not there yet is opened here, and by one thread at a time: closing a database that
        # another connection of this process has open would drop that one's locks, and two writers spoil the file
        # (https://www.sqlite.org/howtocorrupt.html, section 2.2). What is wrong with a path, SQLite says itself.
        with _MAKING, contextlib.suppress(OSError):
            os.close(os.open(database, os.O_RDWR | os.O_CREAT | os.O_EXCL | os.O_CLOEXEC, 0o600))
        super().__init__(database, *arguments, **options)


_MAKING = threading.Lock()


def keeps_secret_key(folder: Path) -> bool:
    """Whether the data folder holds a secret key already."""
    return os.path.lexists(folder / SECRET_KEY_FILE)


def key_files(folder: Path) -> list[Path]:
    """The keys that the folder keeps, which a backup takes along: its files whose names end in -key or .key."""
    return sorted(path for path in folder.glob("*[-.]key") if path.name[0] != "." and path.is_file())


def secret_key(folder: Path) -> str:
    """The secret key kept in the data folder, made on first use in a file that only its owner may read.

    Processes that start at once get one key: the file appears whole under its name, or another process was first.
    Raises ImproperlyConfigured when the file holds no usable key.
    """
    path = folder / SECRET_KEY_FILE
    try:
        if not path.exists():
            _make_secret_key(path)
        key = path.read_text(encoding="ascii").strip()
    except (OSError, UnicodeDecodeError) as error:
        raise ImproperlyConfigured(
            f"The secret key in {path} cannot be read ({error}): "
            "make the file readable for this user, or remove it and a new key is made."
        ) from error
    if len(key) < SHORTEST_SECRET_KEY:
        raise ImproperlyConfigured(
            f"The secret key in {path} is shorter than {SHORTEST_SECRET_KEY} characters: "
            "remove the file and a new key is made."
        )
    return key


def _make_secret_key(path: Path) -> None:
    # mkstemp makes the file with mode 0600; link() refuses to replace, so the first of two processes wins.
    handle, draft = tempfile.mkstemp(prefix=f".{path.name}-", dir=path.parent)
    try:
        with os.fdopen(handle, "w", encoding="ascii") as file:
            file.write(secrets.token_urlsafe(64) + "\n")
            file.flush()
            os.fsync(file.fileno())
        os.link(draft, path)
    except FileExistsError:
        pass
    finally:
        Path(draft).unlink()
