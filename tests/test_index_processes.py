"""Several processes look up, catch up and reindex while one publishes, and one after the other is killed as it writes.

The index is a cache: whatever happens to who writes it, readers get an answer, and afterwards it has what is published.
"""

import json
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path

import pytest
from places import ROOT, Place, migrated_place

READERS, PUBLISHED = 2, 12

BEGIN = """
import json, logging, sys, time, django; django.setup()
from django.test import Client
from claims.models import Head, Publication
from claims.search import indexed, keeping, store
from taken import make_taken
browser = Client(headers={"host": "127.0.0.1"})
print("ready", flush=True)
sys.stdin.readline()
"""
# Each asks until it is told to stop, and says how often what was answered.
READ = """
import collections, threading
told = threading.Event()
threading.Thread(target=lambda: (sys.stdin.readline(), told.set()), daemon=True).start()
seen = collections.Counter()
browser.get("/api/v1/lookup/", {"q": "harbour sold"})
print("reading", flush=True)
while not told.is_set():
    answer = browser.get("/api/v1/lookup/", {"q": "harbour sold"})
    seen[answer.status_code] += 1
    seen["plain"] += answer.json()["plain"]
    seen[browser.get("/api/v1/lookup/", {"q": "harbour", "origin": "partner", "sort": "newest"}).status_code] += 1
    text = json.dumps({"text": "The harbour number 3 was sold in secret."})
    seen[browser.post("/api/v1/match/", text, content_type="application/json").status_code] += 1
print(json.dumps(seen))
"""
PUBLISH = f"""
for number in range({PUBLISHED}):
    make_taken(url=f"https://checkers.example/{{number}}/", claim=f"The harbour number {{number}} was sold in secret.")
    time.sleep(0.05)
"""
REINDEX = """
for _ in range(6):
    keeping.reindex()
"""
# Writes a first fact-check and never a second one: what was begun stays so when it is killed.
STOPPED = """
whole = indexed.entries
def some(publications):
    for entry in whole(publications):
        yield entry
        print("writing", flush=True)
        time.sleep(600)
indexed.entries = some
"""
KILLED = {
    "building": f"{STOPPED}keeping.reindex()",
    "changing": f"""{STOPPED}
for number in range(100):
    # A reader may have brought it up already.
    make_taken(url=f"https://checkers.example/late/{{number}}/", claim="A late harbour was sold.")
    keeping.bring_up()
""",
}
LOOK = """
opened = keeping.current().opened
head = Head.objects.get()
answer = browser.get("/api/v1/lookup/", {"q": "harbour sold", "limit": "100"}).json()
print(json.dumps({
    "head": opened.head.sequence == head.sequence and opened.head.entry_digest == head.entry_digest,
    "plain": answer["plain"],
    "found": answer["total"],
    "published": Publication.objects.published().count(),
    "indexes": len(list(keeping.folder().glob("index-*"))),
}))
"""


@pytest.fixture
def running() -> Iterator[list[subprocess.Popen[str]]]:
    """What a test starts; none outlives it."""
    processes: list[subprocess.Popen[str]] = []
    yield processes
    for process in processes:
        process.kill()
        process.communicate()


def started(place: Place, code: str, running: list[subprocess.Popen[str]]) -> subprocess.Popen[str]:
    process = subprocess.Popen(
        [sys.executable, "-c", BEGIN + code],
        cwd=ROOT,
        env=place.environment,
        stdin=subprocess.PIPE,
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
        text=True,
    )
    running.append(process)
    return process


def go(process: subprocess.Popen[str]) -> None:
    assert process.stdout
    assert process.stdin
    assert process.stdout.readline() == "ready\n"
    process.stdin.write("go\n")
    process.stdin.flush()


def ended(process: subprocess.Popen[str]) -> str:
    said, problems = process.communicate("stop\n", timeout=120)
    assert process.returncode == 0, problems
    assert "Traceback" not in problems, problems
    assert "LockBusy" not in problems, problems
    return said


def test_the_index_stands_whoever_writes_it_and_whoever_is_killed(
    tmp_path: Path, running: list[subprocess.Popen[str]]
) -> None:
    place = migrated_place(tmp_path)
    place.variables = {"PYTHONPATH": str(ROOT / "tests")}
    made = place.manage("shell", "-v", "0", "-c", "from taken import make_taken; make_taken(); make_taken()")
    assert made.returncode == 0, made.stderr
    assert place.manage("reindex").returncode == 0
    readers = [started(place, READ, running) for _ in range(READERS)]
    publisher, builder = started(place, PUBLISH, running), started(place, REINDEX, running)
    killed = {name: started(place, code, running) for name, code in KILLED.items()}
    for process in readers:
        go(process)
        assert process.stdout
        assert process.stdout.readline() == "reading\n"
    for process in (publisher, builder):
        go(process)
    for process in killed.values():
        go(process)
        assert process.stdout
        # It waits until it is alone to write, and then it is in the middle of it.
        assert process.stdout.readline() == "writing\n", process.communicate()
        process.kill()
        process.communicate()
        assert process.returncode < 0
    ended(publisher)
    ended(builder)
    seen = [json.loads(ended(reader)) for reader in readers]
    for counted in seen:
        # No answer but a good one, and none of them the plain one of the database.
        assert set(counted) == {"200", "plain"}
        assert counted["plain"] == 0
        assert counted["200"] > 3
    look = started(place, LOOK, running)
    go(look)
    found = json.loads(ended(look))
    assert found.pop("indexes") <= 3
    published = found.pop("published")
    assert published > 2 + PUBLISHED
    assert found == {"head": True, "plain": False, "found": published}
