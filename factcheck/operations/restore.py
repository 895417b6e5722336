"""A restore: from a backup into an empty place, checked as a whole before it is called done."""

import os
import sqlite3
from collections.abc import Iterator, Mapping
from contextlib import closing, contextmanager
from dataclasses import dataclass
from pathlib import Path

from django.conf import settings
from django.core.management import call_command
from django.db import Error, connection

from claims.guards import GUARDS
from claims.verification import verify_record
from factcheck import datadir
from factcheck.operations import Refused, archive, programs, state
from factcheck.operations.emptiness import (
    demand_empty_database,
    demand_empty_folder,
    empty_database,
    files_of,
    holds_nothing,
)
from factcheck.operations.manifest import Manifest, State
from factcheck.operations.reach import unreachable
from factcheck.operations.staging import keep_names, put_in_place, staging
from factcheck.operations.versions import known_migrations, unapplied
from sources.guards import missing

STAGE = ".factcheck-restore-"


@dataclass(frozen=True, slots=True)
class Restored:
    """What a restore came to; `migrated` counts the migrations that the backup had not had."""

    manifest: Manifest
    migrated: int


def restore(path: Path) -> Restored:
    """Restore the backup at `path` into the data folder and database of the settings, which must be empty.

    Raises Refused with a sentence; then the place is as empty as it was, or the sentence says what is left in it.
    """
    folder: Path = settings.DATA_DIR
    try:
        with archive.opened(path) as backup:
            return _into(folder, backup)
    except (OSError, sqlite3.Error, Error) as error:
        forget_own_key(folder)
        raise Refused(f"Nothing was restored: {' '.join(str(error).split())}.") from error
    except BaseException:
        forget_own_key(folder)
        raise


def _into(folder: Path, backup: archive.Archive) -> Restored:
    said = backup.manifest
    _demand_same_engine(backup)
    if unknown := sorted(said.state.migrations & _ours(said) - known_migrations()):
        raise Refused(
            f"{backup.path} was made by a newer version of this program (it knows the migration "
            f"{'.'.join(unknown[0])}): restore it with that version."
        )
    # A key of the same name is looked at below: the backup's own is welcome.
    made_now = set() if settings.SECRET_KEY_WAS_KEPT else {datadir.SECRET_KEY_FILE}
    demand_empty_folder(folder, may_hold=made_now | set(said.keys.values()) | _empty_files(said))
    if connection.vendor == "postgresql":
        if silence := unreachable():
            raise Refused(silence)
        demand_empty_database()
    with staging(folder, prefix=STAGE) as stage:
        files = backup.unpack(stage)
        with _keys_in_place(said, files, folder=folder):
            database = files[said.database]
            return _sqlite(database, said) if said.engine == "sqlite" else _postgresql(database, said)


def _empty_files(said: Manifest) -> set[str]:
    """The names of a SQLite database without a table, which is as good as none."""
    if said.engine != "sqlite":
        return set()
    database = Path(connection.settings_dict["NAME"])
    return {file.name for file in files_of(database)} if holds_nothing(database) else set()


def _demand_same_engine(backup: archive.Archive) -> None:
    if backup.manifest.engine == connection.vendor:
        return
    if backup.manifest.engine == "sqlite":
        raise Refused(
            f"{backup.path} holds a SQLite database, and DATABASE_URL names a PostgreSQL one: "
            "unset DATABASE_URL and restore it into an empty data folder."
        )
    raise Refused(
        f"{backup.path} holds a PostgreSQL database, and this server uses SQLite: "
        "name an empty PostgreSQL database in DATABASE_URL and restore it there."
    )


def _ours(said: Manifest) -> set[tuple[str, str]]:
    """The migrations of apps that this program has: those of an app that is gone keep nobody from restoring."""
    apps = {app for app, _ in known_migrations()}
    return {migration for migration in said.state.migrations if migration[0] in apps}


def _sqlite(draft: Path, said: Manifest) -> Restored:
    """The copy is checked, and brought up to date, before it gets the name under which a server finds it."""
    with closing(sqlite3.connect(draft)) as copy:
        (answer,) = copy.execute("PRAGMA integrity_check(1)").fetchone()
        if answer != "ok" or copy.execute("PRAGMA foreign_key_check").fetchone():
            raise Refused("Nothing was restored: the database in the backup is damaged. Take another backup.")
        _demand_state(state.read(copy.cursor(), engine="sqlite"), said)
    target = Path(connection.settings_dict["NAME"])
    with _database_at(draft):
        restored = _checked(said)
    if holds_nothing(target):
        for file in files_of(target):
            file.unlink(missing_ok=True)
    put_in_place(draft, target)
    return restored


def _postgresql(dump: Path, said: Manifest) -> Restored:
    program = programs.find("pg_restore", server=connection.pg_version // 10000)  # type: ignore[attr-defined]
    # One transaction: pg_restore leaves all or nothing.
    programs.run(
        program,
        *("--single-transaction", "--exit-on-error", "--no-owner", "--no-privileges", dump),
        parameters=connection.get_connection_params(),
    )
    try:
        with connection.cursor() as cursor:
            _demand_state(state.read(cursor, engine="postgresql"), said)
        return _checked(said)
    except BaseException as failure:
        if left := empty_database():
            raise Refused(f"{' '.join(str(failure).split()).rstrip('.')}. {left}") from failure
        raise


def _demand_state(found: State, said: Manifest) -> None:
    if (found.sequence, found.entry_digest) != (said.state.sequence, said.state.entry_digest):
        raise Refused(
            f"Nothing was restored: the record in the backup ends with entry {found.sequence}, "
            f"and its manifest says entry {said.state.sequence} or another digest. Take another backup."
        )
    if found != said.state:
        raise Refused(
            "Nothing was restored: the backup does not hold what its manifest says. Take another backup."
        )


def _checked(said: Manifest) -> Restored:
    """Bring the restored database up to date; raises Refused where guards or record are not as they must be."""
    waiting = unapplied()
    if waiting:
        call_command("migrate", interactive=False, verbosity=0)
    if absent := missing(connection, GUARDS):
        raise Refused(
            f"Nothing was restored: the database in the backup does not guard the record ({', '.join(absent)} missing)."
        )
    for problem in verify_record():
        raise Refused(
            f"Nothing was restored: the record in the backup does not hold. First thing wrong: {problem}"
        )
    with connection.cursor() as cursor:
        found = state.read(cursor, engine=said.engine)
    if (found.sequence, found.entry_digest) != (said.state.sequence, said.state.entry_digest):
        raise Refused("Nothing was restored: a migration changed the record, which none may do.")
    return Restored(manifest=said, migrated=len(waiting))


@contextmanager
def _database_at(path: Path) -> Iterator[None]:
    """Django's connection, for a while, to another SQLite file."""
    before = connection.settings_dict["NAME"]
    connection.close()
    connection.settings_dict["NAME"] = path
    try:
        yield
    finally:
        connection.close()
        connection.settings_dict["NAME"] = before


@contextmanager
def _keys_in_place(said: Manifest, files: Mapping[str, Path], *, folder: Path) -> Iterator[None]:
    """The backup's keys, in the data folder before the database is; taken out again where the rest fails."""
    keys = {folder / name: files[member].read_bytes() for member, name in said.keys.items()}
    welcome = {target for target, key in keys.items() if _holds(target, key)}
    try:
        for member, name in said.keys.items():
            target, draft = folder / name, files[member]
            if target in welcome:
                continue
            if not os.path.lexists(target):
                put_in_place(draft, target)
            elif name == datadir.SECRET_KEY_FILE and not settings.SECRET_KEY_WAS_KEPT:
                # This very process made the key that is there, when it read its settings.
                draft.replace(target)
                keep_names(folder)
            else:
                raise Refused(
                    f"{target} is there already and is another key than the backup's: remove it if no server ever "
                    "ran with this folder, else name a new folder in FACTCHECK_DATA_DIR."
                )
        yield
    except BaseException:
        # By content, since a terminate signal may come between putting a key there and noting it.
        for target in keys.keys() - welcome:
            if _holds(target, keys[target]):
                target.unlink(missing_ok=True)
        raise


def _holds(path: Path, key: bytes) -> bool:
    return path.is_file() and path.read_bytes() == key


def forget_own_key(folder: Path) -> None:
    """Take away the secret key that this process made by reading its settings: the folder is as empty as it was."""
    path = folder / datadir.SECRET_KEY_FILE
    if settings.SECRET_KEY_WAS_KEPT or settings.GIVEN_SECRET_KEY or not path.is_file():
        return
    if path.read_text(encoding="ascii", errors="replace").strip() == settings.SECRET_KEY:
        path.unlink()
