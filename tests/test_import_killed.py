"""An import in the middle of its feed: editors publish meanwhile, it is killed, it is interrupted, it is run again."""

import json
import signal
import sqlite3
import subprocess
import sys
import time
from contextlib import closing
from pathlib import Path

from places import ROOT, Place, migrated_place, sql

REVIEWS, PORTION = 700, 300
PATIENCE = 60

PUBLISH = """
import sys, django; django.setup()
sys.path.insert(0, "tests")
from makers import make_published
print(make_published("while-it-runs").pk)
"""


def elements() -> list[str]:
    """Long enough that a half of them is more than the reader waits for."""
    return [
        json.dumps(
            {
                "@type": "ClaimReview",
                "url": f"https://checkers.example/{number}/",
                "claimReviewed": f"Harbour {number} was sold.",
                "description": "The lease is public. " * 60,
            }
        )
        for number in range(REVIEWS)
    ]


def count(place: Place) -> tuple[int, int]:
    """How many publications and entries there are."""
    queries = ("SELECT COUNT(*) FROM claims_publication", "SELECT COUNT(*) FROM claims_revision")
    if place.database:
        return tuple(sql(query, database=place.database)[0][0] for query in queries)
    with closing(sqlite3.connect(place.data / "factcheck.sqlite3")) as connection:
        return tuple(connection.execute(query).fetchone()[0] for query in queries)


def begun(place: Place) -> "subprocess.Popen[bytes]":
    """An import that waits in the middle of its feed; it can be interrupted, whoever ignores that in this run."""
    ignored = signal.signal(signal.SIGINT, signal.default_int_handler)
    process = subprocess.Popen(
        [sys.executable, "manage.py", "import_claimreview", "-"],
        cwd=ROOT,
        env=place.environment,
        stdin=subprocess.PIPE,
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
    )
    signal.signal(signal.SIGINT, ignored)
    assert process.stdin
    process.stdin.write("\n".join(elements()[: REVIEWS - 100]).encode())
    process.stdin.flush()
    return process


def test_killed_interrupted_and_run_again_it_ends_the_same(tmp_path: Path) -> None:
    place = migrated_place(tmp_path)
    process = begun(place)
    until = time.monotonic() + PATIENCE
    while (found := count(place))[0] < PORTION:
        assert time.monotonic() < until, found
        assert process.poll() is None, process.communicate()
    published = place.python("-c", PUBLISH)
    assert published.returncode == 0, published.stderr
    process.send_signal(signal.SIGKILL)
    process.communicate()

    process = begun(place)
    time.sleep(1)
    process.send_signal(signal.SIGINT)
    _, said = process.communicate()
    assert process.returncode in (130, -signal.SIGINT), said

    before, _ = count(place)
    feed = tmp_path / "feed.jsonl"
    feed.write_text("\n".join(elements()))
    assert f"{REVIEWS + 1 - before:,} new" in place.well("import_claimreview", feed)
    publications, entries = count(place)
    assert publications == REVIEWS + 1
    assert f"{REVIEWS:,} unchanged" in place.well("import_claimreview", feed)
    assert count(place) == (publications, entries)
    assert place.manage("verify_record").returncode == 0
    place.drop()
