"""What public pages, filters and the desk's lists cost beside many partners' fact-checks: a part of `make bench`.

For each database a table: how many queries an answer takes, how long it takes when nothing is kept, and how long once
what is kept while the record is the same has been made. MANY says how many fact-checks are generated and taken first.
"""

import os
import subprocess
import sys
import tempfile
import time

from bench import ROOT

MANY = int(os.environ.get("MANY", "100000"))
PUBLIC = [
    *("/", "/?before=50000", "/?rating=false", "/?rating=mixed", "/?attribution=reported", "/?origin=own"),
    *("/?origin=partner&language=ar", "/?language=fr&rating=false", "/?publisher=checkers-000"),
    *("/?publisher=checkers-039&language=hi", "/?topic=bridge", "/?source=report", "/?speaker=lee"),
    *("/?claimed_from=2025-11-01", "/?claimed_from=2017-01-01&claimed_until=2024-01-01"),
    *("/?published_from=2020-01-01", "/?q=harbour+bridge", "/?q=nowhere", "/publishers/"),
    *("/publishers/checkers-000/", "/publishers/checkers-000/?rating=false&before=50000"),
    *("/publishers/checkers-039/", "/speakers/ada-quill/", "/speakers/ada-quill/named/", "/topics/"),
    *("/topics/bridge/", "/corrections/", "/feed.atom", "/data/", "/api/v1/claims/"),
    *("/api/v1/claims/?language=pt-BR&limit=100", "/api/v1/claims/?rating=false&before=50000"),
    *("/api/v1/changes/?since=50000", "/api/v1/changes/?since=0&origin=own"),
]
DESK = [
    *("/admin/", "/admin/claims/claim/", "/admin/claims/label/", "/admin/claims/speaker/"),
    *("/admin/claims/topic/", "/admin/sources/source/", "/admin/sources/publisher/"),
]


def main() -> None:
    print(f"{MANY} fact-checks of partners, and 30 of our own.\n", flush=True)
    measured("SQLite", {})
    import postgresql

    programs = postgresql._programs()
    if programs is None:
        print(postgresql.ABSENT)
        return
    server = postgresql.Server(programs)
    try:
        server.start()
        measured("PostgreSQL", {"DATABASE_URL": os.environ["DATABASE_URL"]})
    finally:
        server.stop()


def measured(name: str, variables: dict[str, str]) -> None:
    """The measurements in a process of their own, which has the settings of one database."""
    with tempfile.TemporaryDirectory(prefix="factcheck-bench-") as folder:
        clean = {
            key: value for key, value in os.environ.items() if not key.startswith(("FACTCHECK_", "DATABASE_"))
        }
        environment = {
            **clean,
            "FACTCHECK_DATA_DIR": folder,
            "DJANGO_SETTINGS_MODULE": "factcheck.settings",
            "PYTHONPATH": os.pathsep.join([str(ROOT), str(ROOT / "tests")]),
            **variables,
        }
        for command in (["migrate", "-v", "0"], ["collectstatic", "--noinput", "-v", "0"]):
            subprocess.run([sys.executable, "manage.py", *command], cwd=ROOT, env=environment, check=True)
        print(f"{name:<56}{'queries':>9}{'first':>10}{'then':>10}", flush=True)
        subprocess.run([sys.executable, __file__, "measure"], cwd=ROOT, env=environment, check=True)
        print(flush=True)


def measure() -> None:
    import django

    django.setup()
    from django.core.cache import cache
    from django.db import connection
    from django.test import Client
    from django.test.utils import CaptureQueriesContext
    from django.utils import timezone
    from makers import make_user
    from many import fill

    from claims import record_keys

    record_keys.ensure(at=timezone.now())
    begun = time.perf_counter()
    fill(MANY, at=timezone.now())
    print(f"  filled in {time.perf_counter() - begun:.0f} s", flush=True)
    reader, desk = Client(headers={"host": "127.0.0.1"}), Client(headers={"host": "127.0.0.1"})
    desk.force_login(make_user("desk", is_superuser=True))
    reader.get("/methodology/")
    for client, addresses in ((reader, PUBLIC), (desk, DESK)):
        for address in addresses:
            cache.clear()
            times = []
            for _ in range(2):
                with CaptureQueriesContext(connection) as asked:
                    begun = time.perf_counter()
                    answer = client.get(address)
                    times.append((time.perf_counter() - begun) * 1000)
                if answer.status_code != 200:
                    raise SystemExit(f"{address} answered {answer.status_code}.")
            print(f"  {address:<54}{len(asked):>9}{times[0]:>7.0f} ms{times[1]:>7.0f} ms", flush=True)


if __name__ == "__main__":
    measure() if sys.argv[1:] == ["measure"] else main()
