"""Working days: Monday to Friday. Public holidays differ from place to place, so none is counted. Pure."""

import datetime as dt

_SATURDAY = 5


def working_days_after(day: dt.date, count: int) -> dt.date:
    """The `count`-th working day after `day`, which itself may be any day; `count` is 1 or more."""
    if count < 1:
        raise ValueError("Working days are counted from 1.")
    while count:
        day += dt.timedelta(days=1)
        count -= day.weekday() < _SATURDAY
    return day
