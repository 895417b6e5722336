"""Saying in one sentence that a database does not answer, without its password."""

from typing import Any

from django.conf import settings
from django.db import Error, connection


def unreachable() -> str | None:
    """A sentence when the database of the settings cannot be read; None when it answers.

    A SQLite file that is not there is no fault: the first migration makes it.
    """
    entry = settings.DATABASES["default"]
    path = None if settings.POSTGRESQL else entry["NAME"]
    if path is not None and not path.exists():
        return None
    try:
        with connection.cursor() as cursor:
            cursor.execute("SELECT 1" if path is None else "SELECT count(*) FROM sqlite_master")
    except Error as error:
        if path is None:
            return postgresql_sentence(entry, error)
        return f"The database {path} cannot be read ({error}): restore a backup into an empty folder, or mend the disk."
    return None


def postgresql_sentence(entry: dict[str, Any], error: Exception) -> str:
    """What does not answer, where, why and what to do."""
    where = entry["HOST"] or "the local socket"
    if entry["PORT"]:
        where = f"{where}, port {entry['PORT']}"
    who = f" as {entry['USER']}" if entry["USER"] else ""
    return (
        f"The PostgreSQL database {entry['NAME']} at {where} cannot be reached{who} ({_reason(entry, error)}): "
        "start the server, or correct DATABASE_URL."
    )


def _reason(entry: dict[str, Any], error: Exception) -> str:
    # libpq says "connection to server at ... failed: REASON", with a hint on the next lines.
    first = (str(error).splitlines() or [""])[0]
    reason = first.rpartition("failed: ")[2].removeprefix("FATAL:").strip() or "no reason given"
    password = entry["PASSWORD"]
    return reason.replace(password, "…") if password else reason
