"""A pytest plugin, loaded with `python -m pytest -p tests.postgresql`: the suite on a PostgreSQL server of its own.

The server runs as a user other than root, speaks through a socket in a private folder only, and goes with its folder
when the tests end, in whatever way they end. A run in several processes has one server, on which each has databases
of its own. Without a server on the machine the run ends with one line: well on a developer's, as a failure where
CI=true.
"""

import atexit
import os
import pwd
import shutil
import signal
import subprocess
import sys
import tempfile
import time
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import psycopg
import pytest

ABSENT = (
    "!!!! NOT RUN: the PostgreSQL half of the tests. No PostgreSQL server is installed here "
    "(Debian: apt-get install postgresql). !!!!"
)
SECONDS_TO_START = 60

# A process of its own, which sees even that the tests were killed: its input ends with them. Where they ended in order
# the server and its folder are gone by then.
KEEPER = """
import os, shutil, signal, sys, time
folder, server = sys.argv[1], int(sys.argv[2])
sys.stdin.read()
if os.path.exists(folder):
    try:
        os.kill(server, signal.SIGQUIT)
        for _ in range(100):
            time.sleep(0.1)
            os.kill(server, 0)
        os.kill(server, signal.SIGKILL)
    except ProcessLookupError:
        pass
    shutil.rmtree(folder, ignore_errors=True)
"""


class Server:
    """One throw-away cluster. start() makes it and sets DATABASE_URL, stop() ends it and removes its folder."""

    def __init__(self, programs: Path) -> None:
        self.programs = programs
        self.process: subprocess.Popen[bytes] | None = None
        self.keeper: subprocess.Popen[bytes] | None = None
        # Short, since a socket's path has at most 107 bytes; TMPDIR may be anything.
        self.folder = Path(tempfile.mkdtemp(prefix="fc-pg-", dir="/tmp"))
        # PostgreSQL refuses to run as root.
        self.account: dict[str, Any] = {}
        if os.geteuid() == 0:
            owner = _first_account("postgres", "nobody")
            os.chown(self.folder, owner.pw_uid, owner.pw_gid)
            self.account = {"user": owner.pw_uid, "group": owner.pw_gid, "extra_groups": []}

    def start(self) -> None:
        cluster = self.folder / "data"
        made = subprocess.run(
            [
                *(self.programs / "initdb", "-D", cluster, "--username=factcheck", "--auth=trust"),
                *("--encoding=UTF8", "--locale=C.UTF-8", "--no-sync", "--no-instructions"),
            ],
            cwd=self.folder,
            stdout=subprocess.PIPE,
            stderr=subprocess.STDOUT,
            text=True,
            check=False,
            **self.account,
        )
        if made.returncode:
            raise pytest.UsageError(f"PostgreSQL's initdb failed:\n{made.stdout}")
        quick = ["fsync=off", "synchronous_commit=off", "full_page_writes=off", "max_connections=200"]
        private = ["listen_addresses=", f"unix_socket_directories={self.folder}"]
        with (self.folder / "log").open("wb") as log:
            self.process = subprocess.Popen(
                [
                    self.programs / "postgres",
                    "-D",
                    cluster,
                    *(f"--{option}" for option in (*quick, *private)),
                ],
                cwd=self.folder,
                stdout=log,
                stderr=log,
                # Ctrl-C reaches the tests only; they stop the server when they are done.
                start_new_session=True,
                **self.account,
            )
        self.keeper = subprocess.Popen(
            [sys.executable, "-I", "-c", KEEPER, self.folder, str(self.process.pid)],
            stdin=subprocess.PIPE,
            stdout=subprocess.DEVNULL,
            stderr=subprocess.DEVNULL,
            start_new_session=True,
        )
        self._wait()
        os.environ["DATABASE_URL"] = f"postgres://factcheck@/{self.folder}/postgres"

    def stop(self) -> None:
        if self.process and self.process.poll() is None:
            self.process.send_signal(signal.SIGQUIT)
            try:
                self.process.wait(timeout=10)
            except subprocess.TimeoutExpired:
                self.process.kill()
                self.process.wait()
        shutil.rmtree(self.folder, ignore_errors=True)
        if self.keeper:
            # Closes its input, on which it ends.
            self.keeper.communicate()

    def _wait(self) -> None:
        assert self.process
        until = time.monotonic() + SECONDS_TO_START
        while self.process.poll() is None and time.monotonic() < until:
            try:
                psycopg.connect(host=str(self.folder), user="factcheck", dbname="postgres").close()
                return
            except psycopg.OperationalError:
                time.sleep(0.05)
        raise pytest.UsageError(f"PostgreSQL did not start:\n{(self.folder / 'log').read_text()}")


# A wrapper runs before every plain hook, so also before pytest-django reads the settings.
@pytest.hookimpl(wrapper=True, tryfirst=True)
def pytest_load_initial_conftests() -> Iterator[None]:
    if "PYTEST_XDIST_WORKER" in os.environ:
        # The process that started this one started the server.
        return (yield)
    programs = _programs()
    if programs is None:
        print(ABSENT, file=sys.stderr, flush=True)
        sys.exit(1 if os.environ.get("CI", "").lower() in ("1", "true") else 0)
    server = Server(programs)
    # Runs on every way out that Python can see, a terminate signal among them (tests/isolation.py).
    atexit.register(server.stop)
    server.start()
    return (yield)


def pytest_ignore_collect(collection_path: Path) -> bool | None:
    """Walks with a browser are made on SQLite: how a page looks and behaves in it is no matter of the database.

    A third of the suite's time. What pages answer is asked on both databases; a file that is named is run.
    """
    return collection_path.match("test_*_browser.py") or None


def pytest_report_header() -> str:
    return "PostgreSQL: without the walks with a browser (test_*_browser.py), which the half on SQLite makes."


def _programs() -> Path | None:
    """The folder with initdb and postgres: where PATH leads, or Debian's newest."""
    on_path = shutil.which("initdb")
    folders = [Path(on_path).resolve().parent] if on_path else []
    folders += sorted(
        Path("/usr/lib/postgresql").glob("*/bin"), key=lambda path: float(path.parent.name), reverse=True
    )
    return next(
        (path for path in folders if (path / "initdb").exists() and (path / "postgres").exists()), None
    )


def _first_account(*names: str) -> pwd.struct_passwd:
    for name in names:
        try:
            return pwd.getpwnam(name)
        except KeyError:
            continue
    raise pytest.UsageError(
        f"None of these accounts is on this machine to run PostgreSQL: {', '.join(names)}."
    )
