"""Finding, filling and keeping one row for a seed record: every refusal names the record and says what to do."""

import datetime as dt
import difflib
from collections.abc import Iterable
from typing import Any, TypeVar

from django.core.exceptions import ValidationError
from django.db import models

from claims.seeding.export import Record
from claims.seeding.files import SeedError

Row = TypeVar("Row", bound=models.Model)

BLANK: Record = {}


def find(model: type[Row], identifier: str | None, *, where: str, key: str = "slug") -> Row:
    """The row a record names; raises SeedError with the nearest known identifiers."""
    row = model._default_manager.filter(**{key: identifier}).first()
    if row is None:
        known = model._default_manager.order_by(key).values_list(key, flat=True)
        near = difflib.get_close_matches(str(identifier), list(known), n=2)
        hint = f" Did you mean {' or '.join(near)}?" if near else ""
        raise SeedError(f"{where}: there is no {model._meta.verbose_name} {identifier!r}.{hint}")
    return row


def keep(row: Row, *, where: str) -> Row:
    """Check the row against its model's rules and save it; raises SeedError with the rules' own sentences."""
    try:
        row.full_clean(validate_unique=False, exclude=["slug"])
    except ValidationError as error:
        raise SeedError(f"{where}: {' '.join(error.messages)}") from error
    row.save()
    return row


def replace_children(parent_rows: models.QuerySet[Any], rows: Iterable[models.Model], *, where: str) -> None:
    """Put `rows` in the place of the rows that stand there; each has a position."""
    parent_rows.delete()
    for position, row in enumerate(rows):
        row.position = position  # type: ignore[attr-defined]
        keep(row, where=where)


def dated(record: Record, name: str) -> dict[str, Any]:
    date = record.get(name, BLANK)
    return {
        name: dt.date.fromisoformat(date["date"]) if date else None,
        f"{name}_precision": date.get("precision", ""),
        f"{name}_reason": date.get("inferred_because", ""),
    }


def assign(row: Row, values: dict[str, Any]) -> Row:
    for name, value in values.items():
        setattr(row, name, value)
    return row
