"""What the database refused, in the sentence that the house has for it."""

from typing import Any

from django.db import IntegrityError, models

from claims.guards import GUARDS

_UNKNOWN = (
    "The database refused this: most likely somebody saved a row with the same identifier at the same moment, or "
    "something that this rests on was removed. All that you typed is in the form: look again, then save again."
)


def sentence_of(error: IntegrityError, *tables: type[models.Model]) -> str:
    """The sentence of the constraint or guard that said no; a general one where none is known."""
    said = str(error)
    for guard in GUARDS:
        for statement in (*guard.sqlite, *guard.postgresql):
            if said.split("\n")[0].replace("'", "''") in statement:
                return said.split("\n")[0]
    for model in tables:
        for constraint in model._meta.constraints:
            fields: list[Any] = [model._meta.get_field(name) for name in getattr(constraint, "fields", ())]
            columns = [f"{model._meta.db_table}.{field.column}" for field in fields]
            if constraint.name in said or (columns and said.endswith(": " + ", ".join(columns))):
                return str(constraint.violation_error_message)
    return _UNKNOWN
