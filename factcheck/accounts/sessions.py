"""What a session keeps about its own age: when it began and when it was last seen."""

import datetime as dt

from django.conf import settings
from django.contrib.sessions.backends.base import SessionBase

from factcheck.accounts.limits import Ending, ending, spoken

BEGAN, SEEN = "account_began", "account_seen"
# A session is written at most once a minute.
SECONDS_BETWEEN_MARKS = 60

SENTENCES = {
    Ending.IDLE: "You were signed out, since nothing was opened or saved for {idle}.",
    Ending.LENGTH: "You were signed out: after {length} everyone signs in again.",
}


def begin(session: SessionBase, *, at: dt.datetime) -> None:
    """Somebody signed in now."""
    session[BEGAN] = session[SEEN] = int(at.timestamp())


def why_ended(session: SessionBase, *, at: dt.datetime) -> Ending | None:
    """Why the session is over, or None. One that has no marks yet begins with its next request."""
    began, seen = session.get(BEGAN), session.get(SEEN)
    if began is None or seen is None:
        return None
    return ending(
        began=began,
        seen=seen,
        at=int(at.timestamp()),
        idle=settings.SESSION_IDLE,
        length=settings.SESSION_LENGTH,
    )


def mark(session: SessionBase, *, at: dt.datetime) -> None:
    """The session is in use."""
    if session.get(BEGAN) is None:
        begin(session, at=at)
    elif int(at.timestamp()) - session.get(SEEN, 0) >= SECONDS_BETWEEN_MARKS:
        session[SEEN] = int(at.timestamp())


def sentence(why: Ending) -> str:
    return SENTENCES[why].format(idle=spoken(settings.SESSION_IDLE), length=spoken(settings.SESSION_LENGTH))
