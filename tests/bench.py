"""What the record costs, beside a bare database that does the same writes or reads in the same run: `make bench`.

For each database a small table: publishing a claim, verifying a signed record of 100,000 entries and then the
quotations on it, reading it from the change feed. The bare database gets the very statements that publishing sent, in
as many transactions, without its guards; of what is read it sends the same rows in the same portions. Times depend on
the machine, ratios hardly.

Not a part of the suite: it takes some minutes and a gigabyte of a temporary folder.
"""

import itertools
import os
import sqlite3
import subprocess
import sys
import tempfile
import time
from collections.abc import Callable, Iterator
from contextlib import closing
from pathlib import Path
from typing import Any

ROOT = Path(__file__).resolve().parent.parent
ENTRIES = int(os.environ.get("ENTRIES", "100000"))
CLAIMS = 200
COLUMNS = (
    "sequence, subject, number, kind, note, at, body, body_digest, previous, entry_digest, redacts, "
    "claims_signature.key, signature"
)
READ = (
    f"SELECT {COLUMNS} FROM claims_revision LEFT JOIN claims_signature ON revision_id = sequence "
    "WHERE sequence > %s ORDER BY sequence LIMIT %s"
)

Statement = tuple[str, Any]


def main() -> None:
    print(f"{CLAIMS} claims published, then a record of {ENTRIES} entries.\n", flush=True)
    on_both(measured)


def on_both(measured: Callable[[str, dict[str, str]], None]) -> None:
    """Measure on SQLite, and on a PostgreSQL server that is started for it."""
    measured("SQLite", {})
    import postgresql

    programs = postgresql._programs()
    if programs is None:
        print(postgresql.ABSENT)
        return
    server = postgresql.Server(programs)
    try:
        server.start()
        measured("PostgreSQL", {"DATABASE_URL": os.environ["DATABASE_URL"].replace("/postgres", "/bench")})
    finally:
        server.stop()


def measured(name: str, variables: dict[str, str], *, program: str = __file__, head: str = "") -> None:
    """The measurements of a program in a process of their own, which has the settings of one database."""
    with tempfile.TemporaryDirectory(prefix="factcheck-bench-") as folder:
        path = os.pathsep.join([str(ROOT), str(ROOT / "tests")])
        own = {
            "FACTCHECK_DATA_DIR": folder,
            "DJANGO_SETTINGS_MODULE": "factcheck.settings",
            "PYTHONPATH": path,
        }
        clean = {
            key: value for key, value in os.environ.items() if not key.startswith(("FACTCHECK_", "DATABASE_"))
        }
        environment = {**clean, **own, **variables}
        if variables:
            _on_server("CREATE DATABASE bench")
        for command in (
            ["manage.py", "migrate", "-v", "0"],
            ["manage.py", "collectstatic", "--noinput", "-v", "0"],
        ):
            subprocess.run([sys.executable, *command], cwd=ROOT, env=environment, check=True)
        print(f"{name:<26}" + (head or f"{'ours':>12}{'bare':>12}{'ratio':>8}"), flush=True)
        subprocess.run([sys.executable, program, "measure"], cwd=ROOT, env=environment, check=True)
        print(flush=True)


def row(what: str, ours: float, bare: float) -> None:
    print(f"  {what:<24}{ours:>10.2f} s{bare:>10.2f} s{ours / bare:>8.1f}", flush=True)


def timed(work: Callable[[], Any]) -> float:
    begun = time.perf_counter()
    work()
    return time.perf_counter() - begun


def measure() -> None:
    import django

    django.setup()
    row(f"publish {CLAIMS} claims", *publishing())
    grow()
    verify, bare_verify = verifying()
    row(f"verify {ENTRIES} entries", verify, bare_verify)
    row("verify their quotations", *quoting())
    row(f"read {ENTRIES} from the feed", *reading())


# Publishing


def publishing() -> tuple[float, float]:
    from django.db import connection
    from django.utils import timezone
    from makers import approve, make_claim, make_published, make_source, make_user

    from claims import record_keys, workflow

    record_keys.ensure(at=timezone.now())
    make_published("first", source=make_source("shared"))
    from sources.models import Source

    source, author, reader = Source.objects.get(slug="shared"), make_user(), make_user()
    verdicts = [make_claim(source=source, author=author).verdict for _ in range(CLAIMS)]
    for verdict in verdicts:
        workflow.apply("submit", verdict=verdict, by=author, at=timezone.now())
        approve(verdict, by=reader, at=timezone.now())
    copy()
    written: list[list[Statement]] = []

    def keep(execute: Any, sql: str, params: Any, many: bool, context: Any) -> Any:
        if sql.startswith(("INSERT", "UPDATE", "DELETE")):
            written[-1].append((sql, params))
        return execute(sql, params, many, context)

    def publish() -> None:
        for verdict in verdicts:
            written.append([])
            workflow.apply("publish", verdict=verdict, by=reader, at=timezone.now())

    with connection.execute_wrapper(keep):
        ours = timed(publish)
    with closing(bare(copied=True)) as database:
        without_guards(database)
        return ours, timed(lambda: replay(database, written))


def replay(database: Any, written: list[list[Statement]]) -> None:
    cursor = database.cursor()
    for statements in written:
        cursor.execute("BEGIN")
        for sql, params in statements:
            cursor.execute(placed(database, sql), params)
        cursor.execute("COMMIT")


# The long record


def grow() -> None:
    """Updates of the published claims until the record is long enough; the newest of each is what the public reads."""
    from django.db import connection, transaction

    from claims import chain, projection, record, server_key, signatures
    from claims.guards import RECORD_GUARDS, SIGNATURE_GUARDS
    from claims.models import Head, Publication, Revision, Signature
    from sources.guards import install, remove

    guards = (*RECORD_GUARDS, *SIGNATURE_GUARDS)
    head = Head.objects.get()
    at = record.time_text(head.at)
    current = [row.revision for row in Publication.objects.select_related("revision").order_by("slug")]
    numbers = {entry.subject: entry.number for entry in current}
    previous, rows, made = head.entry_digest, [], []
    for sequence, old in zip(range(head.sequence + 1, ENTRIES + 1), itertools.cycle(current), strict=False):
        numbers[old.subject] += 1
        entry = Revision(
            sequence=sequence,
            subject=old.subject,
            number=numbers[old.subject],
            kind="update",
            note="Another month went by.",
            at=head.at,
            body=old.body,
            body_digest=old.body_digest,
            previous=previous,
        )
        entry.entry_digest = previous = chain.entry_digest(record.envelope(entry))
        rows.append(entry)
        text = signatures.statement(sequence=sequence, entry_digest=previous, at=at)
        made.append(Signature(revision=entry, key=head.key, signature=server_key.sign(text, by=head.key)))
    with transaction.atomic():
        remove(connection, guards)
        Revision.objects.bulk_create(rows, batch_size=500)
        Signature.objects.bulk_create(made, batch_size=500)
        Head.objects.update(sequence=rows[-1].sequence, entry_digest=previous)
        install(connection, guards)
        for entry in rows[-len(current) :]:
            projection.project(entry)


def verifying() -> tuple[float, float]:
    from claims.keyring import Keyring
    from claims.verification import verify_record

    def verify() -> None:
        keys = Keyring()
        problems = list(verify_record(keys))
        if problems:
            raise SystemExit(problems[0])
        if keys.signed != ENTRIES:
            raise SystemExit(f"Only {keys.signed} of {ENTRIES} entries are signed.")

    ours = timed(verify)
    return ours, bare_reading([(0, ENTRIES)])


def quoting() -> tuple[float, float]:
    from claims.verification import verify_quotations

    def verify() -> None:
        found = verify_quotations()
        if found.problem or found.elsewhere or found.held < ENTRIES:
            raise SystemExit(f"Not all quotations hold: {found}")

    ours = timed(verify)
    return ours, bare_reading([(0, ENTRIES)])


def reading() -> tuple[float, float]:
    from django.test import Client

    reader = Client(headers={"host": "127.0.0.1"})
    portions: list[tuple[int, int]] = []

    def read() -> None:
        import json

        since = 0
        while since < ENTRIES:
            answer = reader.get("/api/v1/changes/", {"since": since, "limit": 1000}).content
            # Where the next page begins stands at the end; the reader's own parsing is not the server's work.
            end = json.loads(b"{" + answer[answer.rindex(b'"next":') :])
            last = end["next"] or end["head"]["sequence"]
            portions.append((since, last - since))
            since = last

    ours = timed(read)
    return ours, bare_reading(portions)


def bare_reading(portions: list[tuple[int, int]]) -> float:
    with closing(bare()) as database:

        def read() -> None:
            for portion in portions:
                for _ in fetched(database, portion):
                    pass

        return timed(read)


def fetched(database: Any, portion: tuple[int, int]) -> Iterator[Any]:
    """Rows of one statement, a few hundred at a time, as the program reads them."""
    if isinstance(database, sqlite3.Connection):
        cursor = database.execute(placed(database, READ), portion)
        while rows := cursor.fetchmany(500):
            yield from rows
        return
    with database.transaction(), database.cursor("read") as cursor:
        cursor.itersize = 500
        cursor.execute(READ, portion)
        yield from cursor


# The bare databases


def bare(*, copied: bool = False) -> Any:
    """A connection of the driver itself, set as the program's own is."""
    from django.conf import settings

    name = settings.DATABASES["default"]["NAME"]
    if settings.POSTGRESQL:
        import psycopg

        database = "bench_copy" if copied else name
        return psycopg.connect(**_server(), dbname=database, autocommit=True)
    connection = sqlite3.connect(f"{name}.copy" if copied else name, isolation_level=None)
    connection.executescript(
        "PRAGMA journal_mode = WAL; PRAGMA synchronous = NORMAL; PRAGMA foreign_keys = ON;"
    )
    return connection


def placed(database: Any, sql: str) -> str:
    """The statement with the driver's own marks for its parameters."""
    return sql.replace("%s", "?") if isinstance(database, sqlite3.Connection) else sql


def copy() -> None:
    """The database as it stands, a second time."""
    from django.conf import settings
    from django.db import connections

    connections.close_all()
    if settings.POSTGRESQL:
        _on_server("CREATE DATABASE bench_copy TEMPLATE bench")
        return
    name = settings.DATABASES["default"]["NAME"]
    with closing(sqlite3.connect(name)) as source:
        source.execute(f"VACUUM INTO '{name}.copy'")


def without_guards(database: Any) -> None:
    if isinstance(database, sqlite3.Connection):
        for (name,) in database.execute("SELECT name FROM sqlite_master WHERE type = 'trigger'").fetchall():
            database.execute(f"DROP TRIGGER {name}")
        return
    guarded = "SELECT DISTINCT tgrelid::regclass::text FROM pg_trigger WHERE NOT tgisinternal"
    for (table,) in database.execute(guarded).fetchall():
        database.execute(f"ALTER TABLE {table} DISABLE TRIGGER USER")


def _server() -> dict[str, str]:
    from urllib.parse import urlsplit

    parts = urlsplit(os.environ["DATABASE_URL"])
    return {"host": parts.path.rpartition("/")[0].replace("//", "/"), "user": parts.username or ""}


def _on_server(statement: str) -> None:
    import psycopg

    with psycopg.connect(**_server(), dbname="postgres", autocommit=True) as connection:
        connection.execute(statement)


if __name__ == "__main__":
    measure() if sys.argv[1:] == ["measure"] else main()
