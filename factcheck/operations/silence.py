"""When the database cannot be asked for a while: it is gone, or SQLite's one writer is at work longer than we wait."""

import sqlite3

from django.db import InterfaceError, OperationalError

# Seconds after which it is worth while to ask again: those who wait have waited already (the timeout in the settings).
RETRY_AFTER = 10
# Of an extended code the last byte says what it is (sqlite.org/rescode.html).
_BUSY = {sqlite3.SQLITE_BUSY, sqlite3.SQLITE_LOCKED}


def is_silence(problem: BaseException | None) -> bool:
    """Whether a failure is that the database cannot be asked now, so that the same request may do later.

    An OperationalError of PostgreSQL is no fault of the program's: the connection is lost, locks are in a circle, or
    there is no room (PEP 249). SQLite has that name for faults of ours as well, and numbers that tell them apart.
    """
    if not isinstance(problem, OperationalError | InterfaceError):
        return False
    cause = problem.__cause__
    if isinstance(cause, sqlite3.Error):
        return getattr(cause, "sqlite_errorcode", 0) & 0xFF in _BUSY
    return True
