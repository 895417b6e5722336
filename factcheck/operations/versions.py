"""Which migrations this program has, and which of them a database has had."""

from functools import cache

from django.db import connection
from django.db.migrations.loader import MigrationLoader


@cache
def known_migrations() -> frozenset[tuple[str, str]]:
    """The migrations that this program has, read from disk once. A squashed one stands for those it replaces."""
    return frozenset(MigrationLoader(None, ignore_no_migrations=True).graph.nodes)


def unapplied() -> frozenset[tuple[str, str]]:
    """The migrations of this program that the database has not had."""
    with connection.cursor() as cursor:
        cursor.execute("SELECT app, name FROM django_migrations")
        return known_migrations() - set(cursor.fetchall())
