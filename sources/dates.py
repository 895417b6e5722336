"""Dates as documents show them: a day, a week, a month or a year, and the reason when one was inferred."""

import datetime as dt
from typing import Any, TypedDict

from django.core.exceptions import ValidationError
from django.db import models
from django.db.models import Q
from django.utils import timezone


class Precision(models.TextChoices):
    DAY = "day", "to the day"
    WEEK = "week", "to the week"
    MONTH = "month", "to the month"
    YEAR = "year", "to the year"


class PublishedDate(TypedDict):
    date: str
    precision: str
    inferred_because: str | None


def first_day(date: dt.date, precision: str) -> dt.date:
    """The first day of the week, month or year that a date of this precision stands for; else the day itself."""
    if precision == Precision.YEAR:
        return date.replace(month=1, day=1)
    if precision == Precision.MONTH:
        return date.replace(day=1)
    if precision == Precision.WEEK:
        return date - dt.timedelta(days=date.weekday())
    return date


def date_problem(date: dt.date, precision: str, *, today: dt.date) -> str | None:
    """Why nothing can have happened at that date yet, in a sentence; None where it can.

    `today` is the day in UTC: on some islands it is tomorrow already.
    """
    if first_day(date, precision) <= today + dt.timedelta(days=1):
        return None
    return (
        f"{date.isoformat()} is still to come: write the day on which it happened, or leave the date empty."
    )


class PastDateField(models.DateField):
    """The date of something that happened; its precision, if any, is in the field of its name with _precision."""

    def deconstruct(self) -> tuple[str, str, Any, Any]:
        # A rule for what people write, not for the table: by the clock, rows that were wrong become right.
        name, _, args, options = super().deconstruct()
        return name, "django.db.models.DateField", args, options

    def validate(self, value: Any, model_instance: models.Model | None) -> None:
        super().validate(value, model_instance)
        if value is None:
            return
        precision = getattr(model_instance, f"{self.name}_precision", "")
        said = date_problem(value, precision, today=timezone.now().astimezone(dt.UTC).date())
        if said:
            raise ValidationError(said, code="to_come")


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
