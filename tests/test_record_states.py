"""Random people do random things at the desk: whatever they try, the record's promises hold.

Every step goes through the doors that the desk uses, by anybody, from any status, allowed or not (newsroom.py). After
each step every answer that a reader can have of it is asked for: nothing has changed in public without an entry,
nothing is public that was not published, what was taken out is gone, the findings and entries are those that the
model has in its own books, nobody approved what they worked on, and the signed chain holds.
"""

import contextlib
import copy
import datetime as dt
import os
from collections import Counter
from typing import Any, ClassVar

import pytest
from django.db import transaction
from hypothesis import HealthCheck, Phase, settings
from hypothesis import strategies as st
from hypothesis.stateful import RuleBasedStateMachine, rule, run_state_machine_as_test
from keys import private_key
from makers import NOON
from newsroom import (
    ATTRIBUTIONS,
    EDITOR,
    KINDS,
    PUBLISHER,
    RATINGS,
    REPORTER,
    SECOND_PUBLISHER,
    STEPS,
    TEXTS,
    UNPROVED,
    Known,
    Newsroom,
)

from claims import record_keys

pytestmark = pytest.mark.django_db

MOST_CLAIMS = 4
# So many runs of other random people: EXAMPLES=100 is a quarter of an hour.
EXAMPLES = int(os.environ.get("EXAMPLES", "0"))
anybody = st.integers(0, 4)
somewhere = st.integers(0, MOST_CLAIMS - 1)
FOLLOWING = {
    "draft": "submit",
    "submitted": "approve",
    "approved": "publish",
    "published": "revise",
    "withdrawn": "restore",
}


def going_on(house: Newsroom, known: Known, kind: int = 0, *, first: int = REPORTER) -> bool:
    """Whatever is next for the claim, by `first` or by whoever may do it; False where nobody may."""
    name = FOLLOWING[known.status]
    kinds = house.kinds(known)
    if name == "publish" and "typo" not in kinds:
        # What is none is called a typing error first.
        house.step(known, PUBLISHER, name, kind="typo", noted=True, has_read=True)
    for who in (first, REPORTER, SECOND_PUBLISHER, PUBLISHER, EDITOR):
        if who >= STEPS[name][1] and house.step(
            known, who, name, kind=kinds[kind % len(kinds)], noted=True, has_read=True
        ):
            return True
    return False


def opened() -> Newsroom:
    """A newsroom with a signed record: two fact-checks in public, one of them corrected, and one being written."""
    house = Newsroom()
    for who in (REPORTER, EDITOR):
        known = house.write(who)
        while known.status != "published":
            assert going_on(house, known)
    going_on(house, known)
    house.edit(known, EDITOR, "summary")
    while known.status != "published":
        assert going_on(house, known)
    house.write(REPORTER)
    house.look(whole=True)
    house.happened.clear()
    return house


def trying(method: str, **arguments: st.SearchStrategy[Any]) -> st.SearchStrategy[tuple[str, dict[str, Any]]]:
    """One of the methods of Desk, with what it is called with."""
    return st.fixed_dictionaries(arguments).map(lambda given: (method, given))


# One rule for all of them: of several, Hypothesis leaves some out of each run, and what is rare would never come.
ANYTHING = st.one_of(
    trying(
        "write",
        what=st.sampled_from(["write", "rename", "talk", "lose or find", "misspell", "rate", "rate", "edit"]),
        part=st.sampled_from(sorted(TEXTS)),
        place=somewhere,
        who=anybody,
        rating=st.sampled_from([*RATINGS, UNPROVED]),
        attribution=st.sampled_from(ATTRIBUTIONS),
    ),
    trying(
        "attempt",
        place=somewhere,
        who=anybody,
        name=st.sampled_from([*sorted(STEPS), *["next"] * len(STEPS)]),
        kind=st.sampled_from(KINDS),
        noted=st.booleans(),
        has_read=st.booleans(),
    ),
    trying("go_on", place=somewhere, kind=st.integers(0, 3)),
    trying(
        "bring_out",
        place=somewhere,
        who=st.integers(REPORTER, SECOND_PUBLISHER),
        what=st.sampled_from(["misspell", "misspell", "edit", "rate", "rate", "withdraw", "late"]),
        part=st.sampled_from(sorted(TEXTS)),
        rating=st.sampled_from(RATINGS),
        kind=st.integers(0, 3),
    ),
    trying(
        "mend",
        what=st.sampled_from(["withdraw", "redact", "redact", "redact", "rename"]),
        place=st.integers(0, 60),
        who=st.integers(EDITOR, 4),
        noted=st.sampled_from([True, True, True, False]),
    ),
)


class Desk(RuleBasedStateMachine):
    """What anybody may try; everything is taken back at its end."""

    house: ClassVar[Newsroom]
    happened: ClassVar[Counter[str]]

    def __init__(self) -> None:
        super().__init__()
        self.room = copy.deepcopy(self.house)
        self.stack = contextlib.ExitStack()
        self.stack.enter_context(transaction.atomic())

    def teardown(self) -> None:
        try:
            self.room.look(whole=True)
        finally:
            transaction.set_rollback(True)
            self.stack.close()
            self.happened.update(self.room.happened)

    @rule(tried=ANYTHING)
    def anything(self, tried: tuple[str, dict[str, Any]]) -> None:
        name, given = tried
        getattr(self, name)(**given)

    def claim(self, place: int) -> Known:
        return self.room.claims[place % len(self.room.claims)]

    def write(self, what: str, part: str, place: int, who: int, rating: str, attribution: str) -> None:
        """What no reader sees anything of."""
        room, known = self.room, self.claim(place)
        if what == "write" and len(room.claims) < MOST_CLAIMS:
            room.write(who)
        elif what == "rename":
            room.rename(who)
        elif what == "talk":
            room.talk(known)
        elif what == "lose or find" and not room.happened[what]:
            # Once: it makes all answers others, and what was known of them is worth nothing.
            room.lose_or_find(known)
        elif what == "misspell":
            room.misspell(known, who)
        elif what == "rate":
            room.rate(known, who, rating, attribution)
        elif what == "edit":
            room.edit(known, who, part)

    def attempt(self, place: int, who: int, name: str, kind: str, noted: bool, has_read: bool) -> None:
        """Whatever it is, allowed or not."""
        known = self.claim(place)
        name = FOLLOWING[known.status] if name == "next" else name
        self.room.step(known, who, name, kind=kind, noted=noted, has_read=has_read)

    def go_on(self, place: int, kind: int) -> None:
        """As it should go, by one step."""
        going_on(self.room, self.claim(place), kind)

    def bring_out(self, place: int, who: int, what: str, part: str, rating: str, kind: int) -> None:
        """As it should go, to the end; what is out is changed and comes out again. Who wrote tries to approve first."""
        room, known = self.room, self.claim(place)
        if what == "withdraw":
            room.step(known, SECOND_PUBLISHER, "withdraw", noted=True, has_read=False)
        if known.status in ("published", "withdrawn"):
            going_on(room, known)
        if what == "misspell":
            room.misspell(known, who)
            kind = 3 if kind > 1 else kind
        elif what == "edit":
            room.edit(known, who, part)
        elif what == "rate":
            room.rate(known, who, rating, ATTRIBUTIONS[0])
        late = what == "late"
        while known.status != "published":
            if late and known.status == "approved":
                late = False
                room.edit(known, who, part)
                if not going_on(room, known, kind):
                    room.step(known, EDITOR, "return", noted=True, has_read=False)
            elif not going_on(room, known, kind, first=who):
                break

    def mend(self, what: str, place: int, who: int, noted: bool) -> None:
        """The doors to the record that are no publication."""
        if what == "withdraw":
            self.room.step(self.claim(place), PUBLISHER, "withdraw", noted=noted, has_read=False)
        elif what == "redact":
            self.room.redact(place, noted=noted)
        else:
            if not self.room.is_renamed:
                self.room.rename(REPORTER)
            self.room.publish_name(who)


# What a run is worth: how often each of these has to have happened in it.
DEMANDED: dict[str, int] = {
    **dict.fromkeys(("publication", "correction", "verdict_change", "clarification", "update", "typo"), 1),
    **dict.fromkeys(("withdraw", "restoration", "redaction", "return", "revise", "wrote while public"), 1),
    **dict.fromkeys(("no approval of one's own", "no publication of what nobody read"), 1),
    "no publication of what readers have": 1,
    **dict.fromkeys(("reference", "renamed", "talked", "lose or find", "refused: redaction"), 1),
}


def test_random_people_doing_random_things_keep_the_promises() -> None:
    Desk.house, Desk.happened = opened(), Counter()
    run_state_machine_as_test(
        Desk,
        settings=settings(
            max_examples=EXAMPLES or 12,
            stateful_step_count=15,
            deadline=None,
            # The suite takes the same ones each time: a red run is one that somebody can look into.
            derandomize=not EXAMPLES,
            print_blob=True,
            suppress_health_check=list(HealthCheck),
            # To make a failure short takes minutes.
            phases=[Phase.generate, Phase.shrink] if EXAMPLES else [Phase.generate],
        ),
    )
    assert {name: Desk.happened[name] for name in DEMANDED if Desk.happened[name] < DEMANDED[name]} == {}
    assert sum(Desk.happened[f"refused: {name}"] > 0 for name in STEPS) >= len(STEPS) - 2


@pytest.fixture(autouse=True)
def key(settings: Any) -> None:
    settings.RECORD_KEYS = [private_key("A")]
    record_keys.ensure(at=NOON - dt.timedelta(minutes=1))
