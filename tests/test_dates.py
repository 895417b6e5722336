"""What has happened has a date that is not to come: one day of grace, and no more for a month or a year."""

import datetime as dt
from typing import Any

import pytest
from django.apps import apps
from django.core.exceptions import ValidationError
from django.test import Client
from django.urls import reverse
from django.utils import timezone
from filling import filled
from makers import make_claim, make_source, make_user

from claims import import_rows
from claims.models import Appearance, Claim, ErrorReport, Reply
from claims.spreadsheet import Row
from sources.dates import PastDateField, date_problem
from sources.models import Source

# A Sunday.
TODAY = dt.date(2026, 11, 22)
SENTENCE = "is still to come: write the day on which it happened, or leave the date empty."


@pytest.mark.parametrize(
    ("date", "precision", "is_good"),
    [
        ("2026-11-22", "day", True),
        ("2026-11-23", "day", True),
        ("2026-11-24", "day", False),
        ("2026-11-24", "", False),
        ("0001-01-01", "week", True),
        ("9999-12-31", "day", False),
        # The week from Monday the 23rd began where it is tomorrow already.
        ("2026-11-29", "week", True),
        ("2026-11-30", "week", False),
        ("2026-11-30", "month", True),
        ("2026-12-01", "month", False),
        ("2026-12-31", "year", True),
        ("2027-01-01", "year", False),
    ],
)
def test_what_is_still_to_come(date: str, precision: str, is_good: bool) -> None:
    said = date_problem(dt.date.fromisoformat(date), precision, today=TODAY)
    assert said == (None if is_good else f"{date} {SENTENCE}")


@pytest.mark.parametrize(
    ("date", "today", "is_good"),
    [
        ("2027-01-01", "2026-12-31", True),
        ("2027-02-01", "2027-01-31", True),
        ("2027-02-01", "2027-01-30", False),
    ],
)
@pytest.mark.parametrize("precision", ["day", "month"])
def test_the_day_of_grace_at_the_end_of_a_month(date: str, today: str, is_good: bool, precision: str) -> None:
    said = date_problem(dt.date.fromisoformat(date), precision, today=dt.date.fromisoformat(today))
    assert (said is None) == is_good


def test_which_dates_are_of_the_past() -> None:
    found = {
        (model, column.name)
        for model in apps.get_models()
        for column in model._meta.concrete_fields
        if isinstance(column, PastDateField)
    }
    assert found == {
        (Source, "published_on"),
        (Claim, "claimed_on"),
        (Appearance, "claimed_on"),
        (Reply, "asked_on"),
        (Reply, "answered_on"),
    }
    for model, name in [(Reply, "deadline"), (Claim, "due_on"), (ErrorReport, "due_on")]:
        model._meta.get_field(name).clean(dt.date(9999, 12, 31), None)  # type: ignore[attr-defined]


def test_the_precision_of_the_row_counts() -> None:
    next_month = (timezone.now() + dt.timedelta(days=40)).date()
    source = Source(slug="a", kind="article", published_on=next_month, published_on_precision="day")
    with pytest.raises(ValidationError, match="is still to come"):
        source.clean_fields()
    source.published_on = source.published_on.replace(year=timezone.now().year, month=12, day=31)
    source.published_on_precision = "year"
    source.clean_fields()


@pytest.mark.django_db
def test_the_form_and_the_import_say_it_beside_the_field() -> None:
    client = Client()
    client.force_login(make_user())
    for row, name in [(make_source(), "published_on"), (make_claim(), "claimed_on")]:
        address = reverse(f"admin:{row._meta.app_label}_{row._meta.model_name}_change", args=[row.pk])
        dates = {name: "2131-05-01", f"{name}_precision": "month"}
        answer: Any = client.post(address, {**filled(client, address), **dates})
        assert answer.context["adminform"].form.errors[name] == [f"2131-05-01 {SENTENCE}"]
    kind = import_rows.KINDS["sources"]
    cells = {"slug": "a", "kind": "article", "published_on": "2131-05-01", "precision": "year"}
    row_of_file = Row(line=2, cells=cells)
    assert kind.problems(row_of_file, kind.look_up([row_of_file])) == [
        ("published_on", f"2131-05-01 {SENTENCE}")
    ]
