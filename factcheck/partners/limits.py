"""How often somebody may ask, and how that is said in an answer. Pure.

Windows begin with the clock: a minute's at its full minute, a day's at midnight UTC. The two headers are those of
draft-ietf-httpapi-ratelimit-headers: RateLimit-Policy says what is allowed (q requests in w seconds), RateLimit what is
left of it (r) and in how many seconds it is renewed (t).
"""

from collections.abc import Sequence
from dataclasses import dataclass

MINUTE, DAY = 60, 86_400


@dataclass(frozen=True, slots=True)
class Limit:
    """`quota` requests of `whose` in `seconds`; `name` is what the headers call it."""

    name: str
    whose: str
    quota: int
    seconds: int


@dataclass(frozen=True, slots=True)
class Standing:
    """Where somebody stands under a limit, this request included; renewed in `reset` seconds."""

    limit: Limit
    used: int
    reset: int

    @property
    def left(self) -> int:
        return max(0, self.limit.quota - self.used)


@dataclass(frozen=True, slots=True)
class Count:
    """What counting one request came to. One that is not admitted is counted nowhere."""

    standings: tuple[Standing, ...]
    exhausted: tuple[Standing, ...] = ()

    @property
    def admitted(self) -> bool:
        return not self.exhausted

    @property
    def wait(self) -> int:
        """Seconds until all that is exhausted is renewed; 0 where nothing is."""
        return max((one.reset for one in self.exhausted), default=0)


def window(limit: Limit, moment: int) -> tuple[int, int]:
    """The number of the window that `moment` (whole seconds since 1970) lies in, and the seconds left of it."""
    number, passed = divmod(moment, limit.seconds)
    return number, limit.seconds - passed


def counted(limits: Sequence[Limit], used: Sequence[int], *, moment: int, exhausted: bool) -> Count:
    """What was found under each limit: `used` with this request, or before it where it is not admitted."""
    standings = tuple(
        Standing(limit, count, window(limit, moment)[1]) for limit, count in zip(limits, used, strict=True)
    )
    full = tuple(one for one in standings if one.used >= one.limit.quota) if exhausted else ()
    return Count(standings, full)


def headers(count: Count) -> dict[str, str]:
    """The two headers, a member for each limit."""
    return {
        "RateLimit-Policy": ", ".join(
            f'"{one.limit.name}";q={one.limit.quota};w={one.limit.seconds}' for one in count.standings
        ),
        "RateLimit": ", ".join(f'"{one.limit.name}";r={one.left};t={one.reset}' for one in count.standings),
    }


def refusal(count: Count) -> str:
    """What somebody reads who is not admitted."""
    one = max(count.exhausted, key=lambda standing: standing.reset)
    span = {MINUTE: "a minute", DAY: "a day"}.get(one.limit.seconds, f"{one.limit.seconds} seconds")
    unit = "second" if one.reset == 1 else "seconds"
    allowed = f"{one.limit.quota:,} requests in {span} are allowed, and that many were made"
    return f"{allowed}: ask again in {one.reset} {unit}."
