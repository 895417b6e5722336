"""Eight processes publish at once, on a signed record, while somebody reads over HTTP and misses nothing."""

import json
import subprocess
import sys
import urllib.request
from collections import Counter
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
from browsing import Served, filled, serving
from places import ROOT

from claims import chain
from claims.canonical import canonical

PROCESSES, CLAIMS = 8, 6

# What all of them use is there before they start.
PREPARE = """
from makers import make_published, make_source
make_published("first", source=make_source("shared"))
"""

PUBLISH = """
import sys, django; django.setup()
from django.db import OperationalError
from django.utils import timezone
from makers import approve, make_claim, make_topic, make_user, number_from
from claims import workflow
from sources.models import Source
process, claims = map(int, sys.argv[1:])
number_from(process * 10_000)
author, reader = make_user(f"author-{process}"), make_user(f"reader-{process}")
shared = Source.objects.get(slug="shared")
# Every other one brings a source, and so an entry, of its own; every third one a topic that the others bring as well.
drafts = [
    make_claim(f"claim-{process}-{number}", author=author, source=None if number % 2 else shared)
    for number in range(claims)
]
for draft in drafts[::3]:
    draft.topics.add(make_topic(f"topic-{draft.slug[-1]}"))

def patiently(step):
    # SQLite gives up after long waits, and a topic that goes on record meanwhile is to be read again: people try again.
    for trial in range(20):
        try:
            return step()
        except (OperationalError, workflow.Refused) as error:
            print(error, file=sys.stderr)
    sys.exit("Not published.")

print("ready", flush=True)
sys.stdin.readline()
for draft in drafts:
    verdict, at = draft.verdict, timezone.now()
    patiently(lambda: workflow.apply("submit", verdict=verdict, by=author, at=at))
    patiently(lambda: approve(verdict, by=reader, at=at))
    patiently(lambda: workflow.apply("publish", verdict=verdict, by=reader, at=at))
"""


@pytest.fixture
def served(tmp_path: Path) -> Iterator[Served]:
    with serving(tmp_path, ["record_key", "ensure"], filled(PREPARE)) as server:
        yield server


class Reader:
    """Polls the feed from its own cursor and keeps what it was given, entry by entry."""

    def __init__(self, address: str) -> None:
        self.address = address
        self.entries: list[dict[str, Any]] = []
        self.pages = 0

    def read(self) -> None:
        """Up to the head; each answer continues the one before without a gap."""
        more = True
        while more:
            address = f"{self.address}/api/v1/changes/?since={len(self.entries)}&limit=5"
            with urllib.request.urlopen(address, timeout=60) as answer:
                page = json.load(answer)
            for entry in page["entries"]:
                assert entry["envelope"]["sequence"] == len(self.entries) + 1
                self.entries.append(entry)
            head = page["head"]
            if page["next"] is None:
                # The head of an answer is that of its last entry.
                last = self.entries[-1]
                assert head["sequence"] == len(self.entries)
                assert head["entry_digest"] == last["entry_digest"]
                assert head["at"] == last["envelope"]["at"]
            more, self.pages = page["next"] is not None, self.pages + 1


def test_eight_processes_publish_at_once_and_a_reader_misses_nothing(served: Served) -> None:
    processes = [
        subprocess.Popen(
            [sys.executable, "-c", PUBLISH, str(number), str(CLAIMS)],
            cwd=ROOT,
            env=served.place.environment,
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
            text=True,
        )
        for number in range(1, PROCESSES + 1)
    ]
    for process in processes:
        assert process.stdout
        assert process.stdout.readline() == "ready\n"
    reader = Reader(served.address)
    reader.read()
    before = len(reader.entries)
    for process in processes:
        assert process.stdin
        process.stdin.write("go\n")
        process.stdin.flush()
    seen = {before}
    while any(process.poll() is None for process in processes):
        reader.read()
        seen.add(len(reader.entries))
    for process in processes:
        process.communicate()
        assert process.returncode == 0
    reader.read()
    # It was there while they worked, and not only before and after.
    assert len(seen) > 5
    kinds = Counter(entry["envelope"]["kind"] for entry in reader.entries[before:])
    # A source of its own for every other claim, and two topics that all of them wanted to put on record.
    assert kinds == {"publication": PROCESSES * CLAIMS, "reference": PROCESSES * CLAIMS // 2 + 2}
    assert all(entry["signature"] for entry in reader.entries)
    kept = [{**entry, "body": canonical(entry["body"])} for entry in reader.entries]
    assert chain.first_problem(kept) is None
    published = {entry["envelope"]["subject"] for entry in reader.entries[before:]}
    assert len(published) == sum(kinds.values())
    done = served.place.manage("verify_record")
    assert done.returncode == 0, done.stderr
    assert f"{len(reader.entries)} entries" in done.stdout
    # And with the program that trusts this one in nothing.
    done = served.place.python("-I", str(ROOT / "docs" / "verify_record.py"), served.address)
    assert done.returncode == 0, done.stdout + done.stderr
    assert f"{len(reader.entries)} entries" in done.stdout
