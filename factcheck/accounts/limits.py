"""How long a signed-in session lasts. Times are whole seconds since 1970, lengths are minutes."""

from enum import StrEnum


class Ending(StrEnum):
    """idle: nothing was asked for too long. length: the session as a whole was too long."""

    IDLE = "idle"
    LENGTH = "length"


def ending(*, began: int, seen: int, at: int, idle: int, length: int) -> Ending | None:
    """Why a session that began and was last seen then has ended, or None while it lasts."""
    if at - began >= length * 60:
        return Ending.LENGTH
    if at - seen >= idle * 60:
        return Ending.IDLE
    return None


def spoken(minutes: int) -> str:
    """2 hours; 90 minutes; 1 hour."""
    count, unit = (minutes // 60, "hour") if minutes % 60 == 0 else (minutes, "minute")
    return f"{count} {unit}" + ("" if count == 1 else "s")
