"""Servers of their own for tests of operations: a data folder and a database, reached through manage.py.

On the PostgreSQL half of the suite each place has a database on the tests' server; on the other half it has SQLite.
"""

import itertools
import json
import os
import shutil
import socket
import subprocess
import sys
import tempfile
from dataclasses import dataclass, field
from functools import cache
from pathlib import Path
from typing import Any
from urllib.parse import urlsplit

import psycopg
from django.conf import settings

ROOT = Path(__file__).resolve().parent.parent
POSTGRESQL = bool(settings.POSTGRESQL)

_numbers = itertools.count(1)
# The processes of one run share a PostgreSQL server.
_PROCESS = os.environ.get("PYTEST_XDIST_WORKER", "main")

# Everything that must be the same after a restore. An account is asked for by its password and by its open session.
LOOK = """
import json, sys, django; django.setup()
from django.contrib.auth import get_user
from django.contrib.auth.models import User
from django.contrib.sessions.backends.db import SessionStore
from django.http import HttpRequest
from django.test import Client
from claims.models import Head, Publication
from claims.verification import verify_record
browser, request = Client(headers={"host": "127.0.0.1"}), HttpRequest()
request.session = SessionStore(sys.argv[1])
head = Head.objects.get()
addresses = [f"/api/v1/claims/{slug}/" for slug in Publication.objects.order_by("slug").values_list("slug", flat=True)]
print(json.dumps({
    "head": [head.sequence, head.entry_digest],
    "problems": list(verify_record()),
    "session": get_user(request).get_username(),
    "password": User.objects.get(username="ada").check_password(sys.argv[2]),
    "documents": {address: browser.get(address).content.decode() for address in addresses},
}))
"""

SIGN_IN = """
import sys, django; django.setup()
from django.conf import settings
from django.contrib.auth import BACKEND_SESSION_KEY, HASH_SESSION_KEY, SESSION_KEY
from django.contrib.auth.models import User
from django.contrib.sessions.backends.db import SessionStore
user = User.objects.create_user("ada", password=sys.argv[1], is_staff=True)
session = SessionStore()
session[SESSION_KEY] = str(user.pk)
session[BACKEND_SESSION_KEY] = settings.AUTHENTICATION_BACKENDS[-1]
session[HASH_SESSION_KEY] = user.get_session_auth_hash()
session.create()
print(session.session_key)
"""

PASSWORD = "a long pass phrase of Ada"


def free_port() -> int:
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        port: int = probe.getsockname()[1]
        return port


def server_parameters() -> dict[str, str]:
    parts = urlsplit(os.environ["DATABASE_URL"])
    folder, _, _ = parts.path.rpartition("/")
    return {"host": folder.replace("//", "/"), "user": parts.username or ""}


def sql(statement: str, *, database: str = "postgres", user: str = "") -> list[Any]:
    parameters = server_parameters()
    parameters["user"] = user or parameters["user"]
    with psycopg.connect(**parameters, dbname=database, autocommit=True) as connection:
        done = connection.execute(statement)
        return list(done.fetchall()) if done.description else []


def database_url(database: str, *, user: str = "") -> str:
    parameters = server_parameters()
    return f"postgres://{user or parameters['user']}@/{parameters['host']}/{database}"


@dataclass
class Place:
    """One server's data folder and, on PostgreSQL, its database."""

    data: Path
    database: str = ""
    user: str = ""
    session: str = ""
    variables: dict[str, str] = field(default_factory=dict)

    @property
    def environment(self) -> dict[str, str]:
        clean = {
            name: value
            for name, value in os.environ.items()
            if not name.startswith(("FACTCHECK_", "DATABASE_"))
        }
        url = {"DATABASE_URL": database_url(self.database, user=self.user)} if self.database else {}
        own = {
            "FACTCHECK_DATA_DIR": str(self.data),
            "DJANGO_SETTINGS_MODULE": "factcheck.settings",
            # Tests ask as fast as they are answered: what may be asked in a minute is the business of a few.
            "FACTCHECK_READS_PER_MINUTE": "1000000",
        }
        return {**clean, **own, **url, **self.variables}

    def python(self, *arguments: str, **variables: str) -> subprocess.CompletedProcess[str]:
        return subprocess.run(
            [sys.executable, *arguments],
            cwd=ROOT,
            env={**self.environment, **variables},
            capture_output=True,
            text=True,
            check=False,
        )

    def manage(self, *arguments: Any, **variables: str) -> subprocess.CompletedProcess[str]:
        return self.python("manage.py", *map(str, arguments), **variables)

    def well(self, *arguments: Any, **variables: str) -> str:
        done = self.manage(*arguments, **variables)
        assert (done.returncode, done.stderr) == (0, ""), done.stderr
        return done.stdout

    def look(self) -> dict[str, Any]:
        done = self.python("-c", LOOK, self.session, PASSWORD)
        assert done.returncode == 0, done.stderr
        found: dict[str, Any] = json.loads(done.stdout)
        return found

    def holds(self) -> list[str]:
        """What is in it: names of files and of tables."""
        files = [path.name for path in self.data.iterdir()] if self.data.exists() else []
        if not self.database:
            return sorted(files)
        tables = sql(
            "SELECT relname FROM pg_class WHERE relnamespace = 'public'::regnamespace "
            "UNION SELECT proname FROM pg_proc WHERE pronamespace = 'public'::regnamespace",
            database=self.database,
        )
        return sorted(files + [name for (name,) in tables])

    def statement(self, statement: str) -> None:
        """One statement behind the program's back."""
        if self.database:
            sql(statement, database=self.database)
        else:
            import sqlite3

            with sqlite3.connect(self.data / "factcheck.sqlite3") as connection:
                connection.execute(statement)
            connection.close()

    def drop(self) -> None:
        shutil.rmtree(self.data, ignore_errors=True)
        if self.database:
            sql(f"DROP DATABASE IF EXISTS {self.database} WITH (FORCE)")


def empty_place(folder: Path, *, template: str = "template1") -> Place:
    number = next(_numbers)
    place = Place(folder / f"data-{number}", database=f"place_{_PROCESS}_{number}" if POSTGRESQL else "")
    if place.database:
        sql(f"CREATE DATABASE {place.database} TEMPLATE {template}")
    return place


@cache
def _migrated() -> Place:
    """Empty tables, made by the migrations once in a process of the run; nobody works in it."""
    # In the data folder of the tests, which goes when they end; the database goes with its server.
    place = empty_place(Path(tempfile.mkdtemp(prefix="migrated-", dir=settings.DATA_DIR)))
    place.well("migrate", "--verbosity", "0")
    return place


def migrated_place(folder: Path) -> Place:
    """A place as `migrate` leaves it, but for its secret key: it makes one of its own."""
    template = _migrated()
    place = empty_place(folder, template=template.database or "template1")
    place.data.mkdir(mode=0o700)
    if not place.database:
        # Whole in one file: the last process that had it open took its log in.
        assert {path.name for path in template.data.iterdir()} == {"factcheck.sqlite3", "secret-key"}
        shutil.copy(template.data / "factcheck.sqlite3", place.data)
    return place


def copy_of(place: Place, folder: Path) -> Place:
    made = empty_place(folder, template=place.database or "template1")
    shutil.copytree(place.data, made.data)
    made.session = place.session
    return made
