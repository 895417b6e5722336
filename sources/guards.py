"""Database triggers that keep what must never change: declared here, installed by a migration operation.

SQLite remakes a table in many migrations and drops its triggers without a word: every migration that alters a
guarded table ends with InstallGuards, and a check at start-up (claims.guards) demands that all guards stand.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

from django.db.backends.base.base import BaseDatabaseWrapper
from django.db.migrations.operations.base import Operation


@dataclass(frozen=True)
class Guard:
    """One trigger on `table`; `sqlite` and `postgresql` are the statements that create it on each database."""

    name: str
    table: str
    postgresql: Sequence[str]
    sqlite: Sequence[str] = ()


# A guard asks for single rows. What PostgreSQL plans for a session while a table is nearly empty would read the whole
# table for each row later, when the same session has filled it. A plan that reads a table all the same, be it of one
# row, then looks so dear that it would be compiled for each call.
_BY_INDEX = "SET enable_seqscan TO off SET jit TO off"


def refusal(name: str, *, table: str, event: str, when: str, sentence: str) -> Guard:
    """A guard that refuses `event` (UPDATE, DELETE or INSERT) on rows for which `when` holds.

    `when` is an SQL condition in the common words of both databases, over OLD and NEW.
    """
    quoted = sentence.replace("'", "''")
    row = "OLD" if event == "DELETE" else "NEW"
    return Guard(
        name=name,
        table=table,
        sqlite=[
            (
                f"CREATE TRIGGER {name} BEFORE {event} ON {table} WHEN {when} "
                f"BEGIN SELECT RAISE(ABORT, '{quoted}'); END"
            )
        ],
        postgresql=[
            (
                f"CREATE OR REPLACE FUNCTION {name}() RETURNS trigger LANGUAGE plpgsql {_BY_INDEX} AS $guard$ BEGIN "
                f"IF {when} THEN RAISE EXCEPTION '{quoted}' "
                f"USING ERRCODE = 'integrity_constraint_violation'; END IF; RETURN {row}; END $guard$"
            ),
            f"CREATE TRIGGER {name} BEFORE {event} ON {table} FOR EACH ROW EXECUTE FUNCTION {name}()",
        ],
    )


def truncate_refusal(name: str, *, table: str, sentence: str) -> Guard:
    """A guard against TRUNCATE, which row triggers do not see. SQLite has no TRUNCATE."""
    quoted = sentence.replace("'", "''")
    return Guard(
        name=name,
        table=table,
        postgresql=[
            (
                f"CREATE OR REPLACE FUNCTION {name}() RETURNS trigger LANGUAGE plpgsql AS $guard$ BEGIN "
                f"RAISE EXCEPTION '{quoted}' USING ERRCODE = 'integrity_constraint_violation'; END $guard$"
            ),
            f"CREATE TRIGGER {name} BEFORE TRUNCATE ON {table} FOR EACH STATEMENT EXECUTE FUNCTION {name}()",
        ],
    )


_RANDOM = {"sqlite": "lower(hex(randomblob(16)))", "postgresql": "md5(random()::text || clock_timestamp())"}


def consequence(name: str, *, table: str, event: str, when: str, statement: str) -> Guard:
    """A trigger that runs one statement after `event` on rows for which `when` holds; it refuses nothing.

    `statement` is SQL in the common words of both databases, and {random} in it 32 random hexadecimal digits.
    """
    postgresql, sqlite = (statement.format(random=_RANDOM[vendor]) for vendor in ("postgresql", "sqlite"))
    return Guard(
        name=name,
        table=table,
        sqlite=[f"CREATE TRIGGER {name} AFTER {event} ON {table} WHEN {when} BEGIN {sqlite}; END"],
        postgresql=[
            (
                f"CREATE OR REPLACE FUNCTION {name}() RETURNS trigger LANGUAGE plpgsql {_BY_INDEX} AS $guard$ BEGIN "
                f"IF {when} THEN {postgresql}; END IF; RETURN NULL; END $guard$"
            ),
            f"CREATE TRIGGER {name} AFTER {event} ON {table} FOR EACH ROW EXECUTE FUNCTION {name}()",
        ],
    )


SNAPSHOT_GUARDS = (
    refusal(
        "guard_snapshot_update",
        table="sources_snapshot",
        event="UPDATE",
        when=(
            "NEW.sha256 <> OLD.sha256 OR NEW.length <> OLD.length "
            "OR (OLD.text IS NOT NULL AND NEW.text IS NOT NULL AND NEW.text <> OLD.text)"
        ),
        sentence="A snapshot never changes: a new text is a new snapshot.",
    ),
)


def _statements(connection: BaseDatabaseWrapper, guard: Guard) -> Sequence[str]:
    return guard.sqlite if connection.vendor == "sqlite" else guard.postgresql


def install(connection: BaseDatabaseWrapper, guards: Sequence[Guard]) -> None:
    """Put the guards in place, anew where they stand already."""
    remove(connection, guards)
    with connection.cursor() as cursor:
        for guard in guards:
            for statement in _statements(connection, guard):
                cursor.execute(statement)


def remove(connection: BaseDatabaseWrapper, guards: Sequence[Guard]) -> None:
    """Take the guards away: for a migration backwards, and for tests that flush tables."""
    with connection.cursor() as cursor:
        for guard in guards:
            on = "" if connection.vendor == "sqlite" else f" ON {guard.table}"
            cursor.execute(f"DROP TRIGGER IF EXISTS {guard.name}{on}")


def missing(connection: BaseDatabaseWrapper, guards: Sequence[Guard]) -> list[str]:
    """Names of the guards that do not stand in this database, or are switched off."""
    if connection.vendor == "sqlite":
        query = "SELECT name FROM sqlite_master WHERE type = 'trigger'"
    else:
        query = "SELECT tgname FROM pg_trigger WHERE NOT tgisinternal AND tgenabled IN ('O', 'A')"
    with connection.cursor() as cursor:
        cursor.execute(query)
        standing = {name for (name,) in cursor.fetchall()}
    return [guard.name for guard in guards if _statements(connection, guard) and guard.name not in standing]


class InstallGuards(Operation):
    """Migration operation that installs guards; it belongs at the end of each migration of a guarded table.

    A table that a guard of another one names is remade between RemoveGuards and this: SQLite reads every trigger when
    a table gets its name, and one that names a table which is not there stops it.
    """

    reversible = True
    reduces_to_sql = True

    def __init__(self, guards: Sequence[Guard]) -> None:
        self.guards = guards

    def deconstruct(self) -> tuple[str, list[Any], dict[str, Any]]:
        return self.__class__.__name__, [self.guards], {}

    def state_forwards(self, app_label: str, state: Any) -> None:
        """Triggers are no part of the models' state."""

    def database_forwards(self, app_label: str, schema_editor: Any, from_state: Any, to_state: Any) -> None:
        install(schema_editor.connection, self.guards)

    def database_backwards(self, app_label: str, schema_editor: Any, from_state: Any, to_state: Any) -> None:
        remove(schema_editor.connection, self.guards)

    def describe(self) -> str:
        return "Install the guards " + ", ".join(guard.name for guard in self.guards)


class RemoveGuards(InstallGuards):
    """Migration operation that takes guards away, for an InstallGuards at the end of the same migration."""

    def database_forwards(self, app_label: str, schema_editor: Any, from_state: Any, to_state: Any) -> None:
        remove(schema_editor.connection, self.guards)

    def database_backwards(self, app_label: str, schema_editor: Any, from_state: Any, to_state: Any) -> None:
        install(schema_editor.connection, self.guards)

    def describe(self) -> str:
        return "Remove the guards " + ", ".join(guard.name for guard in self.guards)
