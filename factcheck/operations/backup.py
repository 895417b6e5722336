"""A backup: database, keys and manifest in one file, while the server goes on writing."""

import datetime as dt
import re
import sqlite3
from contextlib import closing
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any

from django.conf import settings
from django.db import Error, connection

from factcheck import datadir
from factcheck.operations import Refused, archive, manifest, programs, state
from factcheck.operations.manifest import Manifest, State
from factcheck.operations.reach import unreachable
from factcheck.operations.staging import put_in_place, staging

# Codes made from readers' addresses live for an hour or two; beside the key that made them they would live as long as
# the backup.
_LEFT_OUT = "readers_tally"

_NAME = re.compile(r"factcheck-\d{8}T\d{6}Z\.tar", re.ASCII)


@dataclass(frozen=True, slots=True)
class Made:
    """What a backup came to."""

    path: Path
    size: int
    manifest: Manifest
    removed: list[Path]


def backup(target: Path, *, at: dt.datetime, keep: int | None = None) -> Made:
    """Back up into `target`, a folder or the name of a new file; of the folder's backups the newest `keep` stay.

    Raises Refused with a sentence; then no backup was made, and none was removed.
    """
    target = target.expanduser().absolute()
    if keep is not None and keep < 1:
        raise Refused(f"--keep takes a number from 1, not {keep}: say how many backups stay.")
    if keep is not None and not target.exists() and target.suffix != ".tar":
        raise Refused(f"There is no folder {target}: make it first, as in mkdir -m 700 {target}.")
    if keep is not None and not target.is_dir():
        raise Refused(f"--keep goes with a folder, and {target} is none: name the folder of your backups.")
    path = _path(target, at=at)
    try:
        with staging(path.parent, prefix=".factcheck-backup-") as stage:
            made, files = _contents(stage, at=at)
            archive.write(stage / "backup", made=made, files=files, at=at.timestamp())
            size = (stage / "backup").stat().st_size
            put_in_place(stage / "backup", path)
    except FileExistsError:
        raise Refused(f"{path} is there already: nothing was written. Name another file.") from None
    except (OSError, sqlite3.Error, Error) as error:
        raise Refused(unreachable() or f"No backup was made: {' '.join(str(error).split())}.") from error
    return Made(path=path, size=size, manifest=made, removed=_thin(path, keep=keep))


def _path(target: Path, *, at: dt.datetime) -> Path:
    path = target / f"factcheck-{at.astimezone(dt.UTC):%Y%m%dT%H%M%SZ}.tar" if target.is_dir() else target
    if path == target and path.suffix != ".tar":
        raise Refused(f"{target} is no folder: make it, or name a file that ends in .tar.")
    if not path.parent.is_dir():
        raise Refused(f"{path.parent} is no folder: make it first.")
    if path.exists() or path.is_symlink():
        raise Refused(f"{path} is there already: nothing was written. Name another file.")
    for served in (settings.STATIC_ROOT, *settings.STATICFILES_DIRS):
        if path.resolve().is_relative_to(Path(served).resolve()):
            raise Refused(
                f"{path.parent} is served to the public, and a backup holds keys: name another folder."
            )
    return path


def _contents(stage: Path, *, at: dt.datetime) -> tuple[Manifest, dict[str, Path]]:
    engine = connection.vendor
    database = stage / manifest.DATABASES[engine]
    keys = _keys()
    version, found = _sqlite(database) if engine == "sqlite" else _postgresql(database)
    # A rotation in between would leave a record in the backup whose key is not in it.
    if _keys() != keys:
        raise Refused("No backup was made: a key in the data folder was changed meanwhile. Make it again.")
    files = {database.name: database}
    for name, key in keys.items():
        member = f"keys/{name}"
        # A copy, so that what is measured is what is written.
        files[member] = stage / name
        files[member].write_bytes(key)
    made = Manifest(
        made_at=f"{at.astimezone(dt.UTC):%Y-%m-%dT%H:%M:%SZ}",
        engine=engine,
        engine_version=version,
        state=found,
        members={name: archive.measured(file) for name, file in files.items()},
    )
    return made, files


def _keys() -> dict[str, bytes]:
    """The keys of the data folder, by the names of their files."""
    for key in datadir.key_files(settings.DATA_DIR):
        if manifest.key_member(key.name) is None:
            raise Refused(f"{key} has a name that a backup cannot take: use a to z, 0 to 9 and hyphens.")
        if key.stat().st_size > manifest.LARGEST_KEY:
            raise Refused(f"{key} is larger than any key: move it out of the data folder.")
    return {key.name: key.read_bytes() for key in datadir.key_files(settings.DATA_DIR)}


def _sqlite(into: Path) -> tuple[str, State]:
    source: Path = settings.DATABASES["default"]["NAME"]
    if not source.exists():
        raise Refused(f"There is no database {source}: nothing to back up.")
    with closing(sqlite3.connect(source, timeout=60, isolation_level=None)) as server:
        # One transaction in one statement: it sees one moment, and writers do not wait for it.
        server.execute("VACUUM INTO ?", [str(into)])
    with closing(sqlite3.connect(into, isolation_level=None)) as copy:
        if copy.execute("SELECT 1 FROM sqlite_master WHERE name = ?", [_LEFT_OUT]).fetchone():
            copy.execute(f"DELETE FROM {_LEFT_OUT}")  # noqa: S608 (the name above)
            # What was deleted is still in the file until it is written anew.
            copy.execute("VACUUM")
        (answer,) = copy.execute("PRAGMA quick_check(1)").fetchone()
        if answer != "ok":
            raise Refused(f"The database {source} is damaged ({answer}): no backup was made of it.")
        return sqlite3.sqlite_version, state.read(copy.cursor(), engine="sqlite")


def _postgresql(into: Path) -> tuple[str, State]:
    session: Any = connection.copy()
    try:
        session.set_autocommit(False)
        with session.cursor() as cursor:
            cursor.execute("SET TRANSACTION ISOLATION LEVEL REPEATABLE READ, READ ONLY")
            # The dump sees the same moment as the manifest.
            cursor.execute("SELECT pg_export_snapshot(), current_setting('server_version')")
            snapshot, version = cursor.fetchone()
            found = state.read(cursor, engine="postgresql")
            if _LEFT_OUT in found.counts:
                found = replace(found, counts={**found.counts, _LEFT_OUT: 0})
            programs.run(
                programs.find("pg_dump", server=session.pg_version // 10000),
                "--format=custom",
                f"--exclude-table-data={_LEFT_OUT}",
                f"--snapshot={snapshot}",
                f"--file={into}",
                parameters=session.get_connection_params(),
            )
        return version, found
    finally:
        session.close()


def _thin(newest: Path, *, keep: int | None) -> list[Path]:
    """Remove the older backups of our naming beside `newest`; files of other names are not ours."""
    if keep is None:
        return []
    older = sorted(
        path
        for path in newest.parent.iterdir()
        if _NAME.fullmatch(path.name) and path != newest and path.is_file() and not path.is_symlink()
    )
    surplus = older[: max(0, len(older) - (keep - 1))]
    for path in surplus:
        path.unlink()
    return surplus
