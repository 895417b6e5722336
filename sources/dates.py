"""Dates as documents show them: a day, a week, a month or a year, and the reason when one was inferred."""

import datetime as dt
from typing import TypedDict

from django.db import models
from django.db.models import Q


class Precision(models.TextChoices):
    DAY = "day", "to the day"
    WEEK = "week", "to the week"
    MONTH = "month", "to the month"
    YEAR = "year", "to the year"


class PublishedDate(TypedDict):
    date: str
    precision: str
    inferred_because: str | None


def date_constraints(model: str, name: str) -> list[models.BaseConstraint]:
    """The rules of a date held in `name`, `name_precision` and `name_reason` of one model."""
    return [
        models.CheckConstraint(
            name=f"{model}_{name}_has_a_precision",
            condition=Q(**{f"{name}__isnull": True, f"{name}_precision": ""})
            | Q(**{f"{name}__isnull": False, f"{name}_precision__in": Precision.values}),
            violation_error_message=(
                "Say how precise the date is (day, week, month or year); without a date, leave it empty."
            ),
        ),
        models.CheckConstraint(
            name=f"{model}_{name}_reason_needs_a_date",
            condition=Q(**{f"{name}__isnull": False}) | Q(**{f"{name}_reason": ""}),
            violation_error_message="A reason for inferring the date needs the date itself.",
        ),
    ]


def published_date(row: models.Model, name: str) -> PublishedDate | None:
    """The date of `row` in the form of the published document, or None where no date is known."""
    date: dt.date | None = getattr(row, name)
    if date is None:
        return None
    return {
        "date": date.isoformat(),
        "precision": getattr(row, f"{name}_precision"),
        "inferred_because": getattr(row, f"{name}_reason") or None,
    }
