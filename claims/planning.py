"""What the database knows of its own tables when it chooses by which index to answer."""

from django.db import connection


def refresh() -> None:
    """Let the database count its tables anew: worth it after many rows came at once.

    SQLite counts when it is told to, and otherwise believes that all indexes serve alike: then a list that could be
    read along one is sorted from another. PostgreSQL counts by itself, some minutes later. A hundred thousand
    fact-checks take a fifth of a second. Raises OperationalError where the database is locked.
    """
    with connection.cursor() as cursor:
        cursor.execute("ANALYZE")
