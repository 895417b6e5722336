"""What is in a database, read with plain SQL: a backup and a restore compare it, whatever the models are by then."""

from typing import Any

from factcheck.operations import Refused
from factcheck.operations.manifest import State

_TABLES = {
    "sqlite": "SELECT name FROM sqlite_master WHERE type = 'table' AND name NOT LIKE 'sqlite\\_%' ESCAPE '\\'",
    "postgresql": (
        "SELECT relname FROM pg_class JOIN pg_namespace ON pg_namespace.oid = relnamespace "
        "WHERE relkind IN ('r', 'p') AND pg_table_is_visible(pg_class.oid) AND nspname !~ '^pg_'"
    ),
}


def read(cursor: Any, *, engine: str) -> State:
    """Head, migrations and number of rows by table. Raises Refused for a database that holds no record."""
    cursor.execute(_TABLES[engine])
    tables = sorted(name for (name,) in cursor.fetchall())
    if "claims_head" not in tables:
        raise Refused("The database holds no record: run manage.py migrate first.")
    cursor.execute("SELECT sequence, entry_digest FROM claims_head")
    sequence, entry_digest = cursor.fetchone() or (0, "")
    cursor.execute("SELECT app, name FROM django_migrations")
    migrations = frozenset((app, name) for app, name in cursor.fetchall())
    counts = {}
    for table in tables:
        quoted = '"' + table.replace('"', '""') + '"'
        cursor.execute(f"SELECT count(*) FROM {quoted}")  # noqa: S608 (names of tables, quoted)
        counts[table] = cursor.fetchone()[0]
    return State(sequence=sequence, entry_digest=entry_digest, migrations=migrations, counts=counts)
