"""Working days: a table, and what holds for any day."""

import datetime as dt

import pytest
from hypothesis import given
from hypothesis import strategies as st

from claims.workdays import working_days_after

MONDAY = dt.date(2026, 11, 23)


@pytest.mark.parametrize(
    ("day", "count", "due"),
    [
        (MONDAY, 1, dt.date(2026, 11, 24)),
        (MONDAY, 4, dt.date(2026, 11, 27)),
        # Over a weekend.
        (MONDAY, 5, dt.date(2026, 11, 30)),
        (dt.date(2026, 11, 27), 1, dt.date(2026, 11, 30)),
        # What comes at the weekend has come on Monday's eve.
        (dt.date(2026, 11, 28), 1, MONDAY + dt.timedelta(days=7)),
        (dt.date(2026, 11, 29), 5, dt.date(2026, 12, 4)),
        (MONDAY, 10, dt.date(2026, 12, 7)),
    ],
)
def test_working_days_after_a_day(day: dt.date, count: int, due: dt.date) -> None:
    assert working_days_after(day, count) == due


@given(st.dates(max_value=dt.date(9000, 1, 1)), st.integers(1, 60))
def test_so_many_days_from_monday_to_friday_lie_between(day: dt.date, count: int) -> None:
    due = working_days_after(day, count)
    passed = [day + dt.timedelta(days=number) for number in range(1, (due - day).days + 1)]
    assert sum(one.weekday() < 5 for one in passed) == count
    assert due.weekday() < 5


@pytest.mark.parametrize("count", [0, -1])
def test_there_is_no_working_day_before_the_first(count: int) -> None:
    with pytest.raises(ValueError, match="from 1"):
        working_days_after(MONDAY, count)
