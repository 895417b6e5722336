"""Whether a place is empty enough to restore into, and making it empty again after a restore that failed."""

import sqlite3
from contextlib import closing
from pathlib import Path
from typing import Any

from django.db import connection

from factcheck.operations import Refused

# Made with every ext4 file system, so in a data folder that is a disk of its own.
_NOT_OURS = {"lost+found"}

# Relations, functions and types that neither the system nor an extension brought.
_OBJECTS = """
SELECT nspname, relname, CASE WHEN relkind IN ('r', 'p') THEN 'TABLE' WHEN relkind = 'S' THEN 'SEQUENCE'
       WHEN relkind = 'v' THEN 'VIEW' WHEN relkind = 'm' THEN 'MATERIALIZED VIEW' ELSE 'RELATION' END
  FROM pg_class AS object JOIN pg_namespace ON pg_namespace.oid = relnamespace
 WHERE nspname !~ '^pg_' AND nspname <> 'information_schema'
   AND relkind IN ('r', 'p', 'S', 'v', 'm', 'f')
   AND NOT EXISTS (SELECT 1 FROM pg_depend WHERE objid = object.oid AND deptype = 'e')
UNION ALL
SELECT nspname, object.oid::regprocedure::text, 'ROUTINE'
  FROM pg_proc AS object JOIN pg_namespace ON pg_namespace.oid = pronamespace
 WHERE nspname !~ '^pg_' AND nspname <> 'information_schema'
   AND NOT EXISTS (SELECT 1 FROM pg_depend WHERE objid = object.oid AND deptype = 'e')
ORDER BY 3 DESC, 1, 2
"""


def demand_empty_folder(folder: Path, *, may_hold: set[str]) -> None:
    """Raises Refused when the data folder holds anything but files of the names in `may_hold`."""
    there = sorted(path.name for path in folder.iterdir() if path.name not in may_hold | _NOT_OURS)
    if there:
        more = f" and {len(there) - 3} more" if len(there) > 3 else ""
        raise Refused(
            f"The data folder {folder} is not empty ({', '.join(there[:3])}{more}), and a restore overwrites nothing: "
            "name a new folder in FACTCHECK_DATA_DIR, or move these files away first."
        )


def holds_nothing(database: Path) -> bool:
    """Whether a SQLite file has no table: any command that only looks into a new data folder leaves one like it."""
    if not database.is_file() or database.is_symlink():
        return False
    try:
        with closing(sqlite3.connect(database)) as file:
            (tables,) = file.execute("SELECT count(*) FROM sqlite_master").fetchone()
    except sqlite3.Error:
        return False
    return bool(tables == 0)


def files_of(database: Path) -> list[Path]:
    """A SQLite file and those that SQLite keeps beside it while somebody reads it."""
    return [database, *(database.with_name(database.name + end) for end in ("-wal", "-shm"))]


def demand_empty_database() -> None:
    """Raises Refused when the PostgreSQL database holds a table, a function or another object of somebody."""
    found = _objects()
    if found:
        names = ", ".join(name for _, name, _ in found[:3])
        more = f" and {len(found) - 3} more" if len(found) > 3 else ""
        raise Refused(
            f"The database {connection.settings_dict['NAME']} is not empty ({names}{more}), "
            "and a restore overwrites nothing: make a new database (createdb) and name it in DATABASE_URL."
        )


def empty_database() -> str | None:
    """Take out what a failed restore put into a database that was empty before. A sentence where that fails too."""
    name = connection.settings_dict["NAME"]
    try:
        with connection.cursor() as cursor:
            for schema, relation, kind in _objects():
                if kind == "ROUTINE":
                    cursor.execute(f"DROP ROUTINE IF EXISTS {relation} CASCADE")
                else:
                    quoted = ".".join('"' + part.replace('"', '""') + '"' for part in (schema, relation))
                    cursor.execute(f"DROP {kind} IF EXISTS {quoted} CASCADE")
        left = bool(_objects())
    except Exception:  # noqa: BLE001 (whatever it was, the operator has to know that the database is not empty)
        left = True
    return (
        f"The database {name} is no longer empty: drop it and make it again before you try again."
        if left
        else None
    )


def _objects() -> list[Any]:
    with connection.cursor() as cursor:
        cursor.execute(_OBJECTS)
        return list(cursor.fetchall())
