"""When a delivery that failed is tried again, and when it is given up. Pure."""

import datetime as dt

GIVE_UP_AFTER = dt.timedelta(days=3)

_FIRST = dt.timedelta(seconds=5)
_FACTOR = 4
# No receiver's wish makes us wait longer either.
LONGEST = dt.timedelta(hours=8)
# Receivers that failed together are not all called again together.
_SPREAD = 0.2


def next_try(
    *,
    attempts: int,
    first_at: dt.datetime,
    at: dt.datetime,
    chance: float,
    asked: dt.timedelta = dt.timedelta(),
) -> dt.datetime | None:
    """When to try again after `attempts` tries, of which the first was at `first_at` and the last failed at `at`.

    The wait grows fourfold from five seconds up to eight hours, and is up to a fifth shorter or longer, as `chance`
    (from 0 up to 1) has it. The last try is three days after the first; None: that was it, it is given up.
    A receiver that `asked` for a wait is not tried before it is over, or eight hours are, also where the three days end
    meanwhile.
    """
    end = first_at + GIVE_UP_AFTER
    if at >= end:
        return None
    # Beyond this power the wait is the longest anyway.
    wait: dt.timedelta = min(_FIRST * _FACTOR ** min(attempts - 1, 10), LONGEST)
    return max(min(at + wait * (1 - _SPREAD + 2 * _SPREAD * chance), end), at + min(asked, LONGEST))
