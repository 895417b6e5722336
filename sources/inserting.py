"""Many rows of one table at once: executemany on SQLite, COPY on PostgreSQL, without an instance of a model for each.

Guards, constraints and defaults of the database hold as for any other row. What Django adds (defaults of fields,
derived fields) does not: every column is given.
"""

from collections.abc import Iterable, Sequence
from typing import Any

from django.db import connection, models


def insert(model: type[models.Model], names: Sequence[str], rows: Iterable[Sequence[Any]]) -> None:
    """Insert `rows`, each with the values of the fields `names` in their order, in the running transaction.

    Values are what the driver takes: texts, numbers, None, dates as texts, moments as `prepared` makes them.
    """
    quote = connection.ops.quote_name
    table, fields = quote(model._meta.db_table), [_field(model, name) for name in names]
    columns = ", ".join(quote(str(field.column)) for field in fields)
    with connection.cursor() as cursor:
        if connection.vendor == "sqlite":
            places = ", ".join(["%s"] * len(fields))
            # Names of tables and columns of our own models, quoted.
            cursor.executemany(f"INSERT INTO {table} ({columns}) VALUES ({places})", list(rows))  # noqa: S608
            return
        with cursor.copy(f"COPY {table} ({columns}) FROM STDIN") as copy:
            for row in rows:
                copy.write_row(row)


def prepared(model: type[models.Model], name: str, value: Any) -> Any:
    """A value as the database keeps it in that field."""
    return _field(model, name).get_db_prep_save(value, connection)


def _field(model: type[models.Model], name: str) -> "models.Field[Any, Any]":
    return next(field for field in model._meta.concrete_fields if field.name == name)
