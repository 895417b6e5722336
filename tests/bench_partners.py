"""What taking a feed of partners' fact-checks costs beside a bare database: `make bench FEED=feed.json.gz`.

Ours is the command, from its start until it says what it took; the index of the lookup, which it then brings up, is
measured by itself. The bare database gets the same rows, read back from ours, without
guards and without Django, in as many transactions: executemany on SQLite, COPY on PostgreSQL, and SHA-256 over
each body and each envelope. "Again" is the same command a second time; memory is the most that its processes had at one
moment, without what they share being counted twice.
"""

import hashlib
import os
import subprocess
import sys
import threading
import time
from contextlib import closing, suppress
from pathlib import Path
from typing import Any

import bench

PORTION = 300
FEED = "BENCH_FEED"
HEAD = f"{'ours':>10}{'bare':>10}{'ratio':>7}{'again':>10}{'of first':>9}{'memory':>10}"


def main(feed: str) -> None:
    def on(name: str, variables: dict[str, str]) -> None:
        bench.measured(name, {**variables}, program=__file__, head=HEAD)

    os.environ[FEED] = str(Path(feed).resolve())
    bench.on_both(on)


def measure() -> None:
    import django

    django.setup()
    from django.utils import timezone

    from claims import record_keys

    record_keys.ensure(at=timezone.now())
    bench.copy()
    ours, memory = imported()
    again, _ = imported()
    bare = bare_inserts()
    share = (
        f"{ours:>8.1f} s{bare:>8.1f} s{ours / bare:>7.1f}{again:>8.1f} s{again / ours:>9.2f}{memory:>7.0f} MB"
    )
    print(f"  {'take the feed':<24}{share}", flush=True)


def imported() -> tuple[float, float]:
    """Seconds until everything is taken, and the most megabytes, of one run of the command."""
    begun = time.perf_counter()
    process = subprocess.Popen(
        [sys.executable, "-u", "manage.py", "import_claimreview", os.environ[FEED]],
        cwd=bench.ROOT,
        stdout=subprocess.PIPE,
        stderr=subprocess.DEVNULL,
    )
    most = [0.0]

    def watch() -> None:
        while process.poll() is None:
            most[0] = max(most[0], sum(map(memory_of, [process.pid, *children(process.pid)])))
            time.sleep(0.2)

    watcher = threading.Thread(target=watch)
    watcher.start()
    said = process.stdout
    if said is None or b" unchanged" not in said.readline():
        raise SystemExit("The import does not say what it took.")
    taken = time.perf_counter() - begun
    said.read()
    code = process.wait()
    said.close()
    watcher.join()
    if code:
        raise SystemExit(f"The import ended with status {code}.")
    return taken, most[0]


def children(pid: int) -> list[int]:
    with suppress(OSError):
        return [int(word) for word in Path(f"/proc/{pid}/task/{pid}/children").read_text().split()]
    return []


def memory_of(pid: int) -> float:
    """Megabytes of a process; what it shares with others in parts."""
    with suppress(OSError):
        for line in Path(f"/proc/{pid}/smaps_rollup").read_text().splitlines():
            if line.startswith("Pss:"):
                return int(line.split()[1]) / 1024
    return 0.0


def bare_inserts() -> float:
    with closing(bench.bare()) as ours, closing(bench.bare(copied=True)) as other:
        bench.without_guards(other)
        there = rows(other, "SELECT MAX(sequence) FROM claims_revision")[0][0]
        spent = put(other, [("sources_publisher", rows(ours, "SELECT * FROM sources_publisher"))])
        (last,) = rows(ours, "SELECT MAX(sequence) FROM claims_revision")[0]
        for first in range(there + 1, last + 1, PORTION):
            span = (first, first + PORTION)
            entries = rows(ours, "SELECT * FROM claims_revision WHERE sequence >= %s AND sequence < %s", span)
            spent += put(other, portion(ours, entries, span), digested=entries)
        spent += put(other, [("claims_label", rows(ours, "SELECT * FROM claims_label"))])
        return spent


def portion(ours: Any, entries: list[Any], span: tuple[int, int]) -> list[tuple[str, list[Any]]]:
    between = "BETWEEN %s AND %s - 1"
    publications = f"SELECT id FROM claims_publication WHERE sequence {between}"
    queries = {
        "claims_signature": f"SELECT * FROM claims_signature WHERE revision_id {between}",
        "claims_reference": f"SELECT * FROM claims_reference WHERE revision_id {between}",
        "claims_publication": f"SELECT * FROM claims_publication WHERE sequence {between}",
        "claims_publicationpublisher": (
            f"SELECT * FROM claims_publicationpublisher WHERE publication_id IN ({publications})"
        ),
    }
    return [("claims_revision", entries), *((name, rows(ours, sql, span)) for name, sql in queries.items())]


def rows(database: Any, sql: str, parameters: tuple[Any, ...] = ()) -> list[Any]:
    found: list[Any] = database.execute(bench.placed(database, sql), parameters).fetchall()
    return found


def put(database: Any, tables: list[tuple[str, list[Any]]], *, digested: Any = ()) -> float:
    """Insert rows in one transaction; the seconds that it took, with the digests of entries."""
    begun = time.perf_counter()
    for entry in digested:
        texts = [str(value) for value in entry]
        hashlib.sha256(max(texts, key=len).encode()).hexdigest()
        hashlib.sha256("".join(text for text in texts if len(text) < 500).encode()).hexdigest()
    cursor = database.cursor()
    cursor.execute("BEGIN")
    for name, found in tables:
        if not found:
            continue
        if hasattr(cursor, "copy"):
            with cursor.copy(f"COPY {name} FROM STDIN") as copy:
                for row in found:
                    copy.write_row(row)
        else:
            places = ", ".join("?" * len(found[0]))
            cursor.executemany(f"INSERT INTO {name} VALUES ({places})", found)
    cursor.execute("COMMIT")
    return time.perf_counter() - begun


if __name__ == "__main__":
    measure() if sys.argv[1:] == ["measure"] else main(sys.argv[1])
