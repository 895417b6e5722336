"""The limit of the forms is exact when several processes serve them at once: on a database of their own."""

import subprocess
import sys
from collections.abc import Iterator

import pytest
from places import ROOT, Place, migrated_place

# Each process tries so often; the hour is one that does not end meanwhile.
TRIES = 20
PROCESSES = 4
TRY = f"""
import sys, django; django.setup()
import datetime as dt
from django.db import transaction
from factcheck.readers import tallies
tallies.PER_ADDRESS, tallies.IN_ALL, tallies.AT_MOST = 7, 17, 17
at, admitted = dt.datetime(2026, 3, 1, 12, tzinfo=dt.UTC), 0
print("ready", flush=True)
sys.stdin.readline()
for number in range({TRIES}):
    try:
        with transaction.atomic():
            tallies.admit(f"192.0.2.{{number % int(sys.argv[1])}}", at=at)
        admitted += 1
    except tallies.TooMany:
        pass
print(admitted)
"""

SENT_TWICE = """
import sys, django; django.setup()
from django.test import Client
print("ready", flush=True)
sys.stdin.readline()
answer = Client(headers={"host": "127.0.0.1"}).post("/suggest/", {"text": "The ferry was sold."})
print(answer.status_code)
"""

COUNT = """
import django; django.setup()
from claims.models import Suggestion
from factcheck.readers.models import Tally
print(Suggestion.objects.count(), *Tally.objects.filter(whose=Tally.ALL).values_list("sent", flat=True))
"""


@pytest.fixture
def place(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Place]:
    made = migrated_place(tmp_path_factory.mktemp("place"))
    yield made
    made.drop()


def at_once(place: Place, code: str, *arguments: str) -> list[str]:
    """The last line that each of several processes prints, which begin at the same moment."""
    started = [
        subprocess.Popen(
            [sys.executable, "-c", code, *arguments],
            cwd=ROOT,
            env=place.environment,
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
            text=True,
        )
        for _ in range(PROCESSES)
    ]
    for process in started:
        assert process.stdout
        assert process.stdout.readline() == "ready\n"
    for process in started:
        assert process.stdin
        process.stdin.write("go\n")
        process.stdin.flush()
    return [process.communicate(timeout=120)[0].strip() for process in started]


@pytest.mark.parametrize(("addresses", "admitted"), [("1", 7), ("2", 14), ("20", 17)])
def test_no_more_are_admitted_than_the_limit_and_no_fewer(
    place: Place, addresses: str, admitted: int
) -> None:
    found = at_once(place, TRY, addresses)
    assert sum(map(int, found)) == admitted
    assert place.python("-c", COUNT).stdout.split() == ["0", str(admitted)]


def test_a_form_that_is_sent_twice_at_once_is_one_suggestion(place: Place) -> None:
    assert at_once(place, SENT_TWICE) == ["302"] * PROCESSES
    assert place.python("-c", COUNT).stdout.split() == ["1", str(PROCESSES)]
