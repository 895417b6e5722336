"""Subscriptions, and a receiver without a network, for tests."""

import datetime as dt
import json
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from typing import Any

from makers import NOON
from partnering import make_partner

from claims.models import Revision
from factcheck.webhooks import delivering, subscriptions
from factcheck.webhooks.models import Progress, Subscription
from factcheck.webhooks.sending import Outcome, Sender
from factcheck.webhooks.subscriptions import Wanted

RECEIVED, BROKEN = Outcome(204, "It answered 204 No Content."), Outcome(500, "It answered 500.")


@dataclass
class Clock:
    """Time that passes when it is told to."""

    at: dt.datetime = NOON

    def __call__(self) -> dt.datetime:
        return self.at

    def go_on(self, **span: float) -> None:
        self.at += dt.timedelta(**span)


@dataclass(frozen=True)
class Recorder(Sender):
    """Keeps what is sent; `answer` says what comes of it."""

    sent: list[tuple[str, dict[str, str], bytes]] = field(default_factory=list)
    answers: list[Callable[[], Outcome]] = field(default_factory=lambda: [lambda: RECEIVED])

    def send(self, url: str, *, body: bytes, headers: Mapping[str, str]) -> Outcome:
        self.sent.append((url, dict(headers), body))
        return self.answers[0]()

    def answer(self, outcome: Outcome) -> None:
        self.answers[0] = lambda: outcome

    @property
    def messages(self) -> list[dict[str, Any]]:
        return [json.loads(body) for _, _, body in self.sent]

    @property
    def sequences(self) -> list[int]:
        return [message["data"]["envelope"]["sequence"] for message in self.messages]

    @property
    def types(self) -> list[str]:
        return [message["type"] for message in self.messages]


def make_subscription(
    url: str = "https://newsroom.example/hook", *, since: int | None = None, **values: Any
) -> Subscription:
    """A subscription of a partner of its own; with `since` it begins behind that entry."""
    partner = values.pop("partner", None) or make_partner()
    made = subscriptions.subscribe(partner, Wanted(url, **values))
    if since is not None:
        Progress.objects.filter(subscription=made).update(sequence=since)
    return made


def serve_all(sender: Sender, clock: Clock) -> int:
    """Turns until nothing is due; how many messages arrived."""
    received = 0
    while lease := delivering.take(at=clock()):
        received += delivering.serve(lease, sender=sender, now=clock)
    return received


def head() -> int:
    """How many entries the record has."""
    return Revision.objects.count()
