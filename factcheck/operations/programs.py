"""PostgreSQL's own programs: finding the one that fits the server, and running it without the password in sight."""

import os
import re
import shutil
import subprocess
from pathlib import Path
from typing import Any

from psycopg import conninfo, pq

from factcheck.operations import Refused

DEBIAN = Path("/usr/lib/postgresql")
# Never on a command line, which every user of the machine can read.
SECRETS = {"password", "sslpassword"}


def find(name: str, *, server: int) -> Path:
    """The program (pg_dump, pg_restore) of the server's major version, or the next newer one there is."""
    on_path = shutil.which(name)
    places = [Path(on_path)] if on_path else []
    places += sorted(DEBIAN.glob(f"*/bin/{name}"))
    fitting = [(version, place) for place in places if (version := _major(place)) >= server]
    if fitting:
        return min(fitting, key=lambda found: found[0])[1]
    raise Refused(
        f"{name} of PostgreSQL {server} or newer is not on this machine: "
        f"install PostgreSQL's client programs (Debian: apt-get install postgresql-client-{server})."
    )


def _major(program: Path) -> int:
    answer = subprocess.run(  # noqa: S603 (a program of PostgreSQL)
        [program, "--version"], env=_environment(), capture_output=True, text=True, check=False
    )
    found = re.search(r"\s(\d+)", answer.stdout)
    return int(found[1]) if found and not answer.returncode else 0


def _environment() -> dict[str, str]:
    """Our own, without what other programs need not know of us."""
    return {
        name: value for name, value in os.environ.items() if not name.startswith(("FACTCHECK_", "DATABASE_"))
    }


def run(program: Path, *arguments: str | Path, parameters: dict[str, Any]) -> None:
    """Run a program against the database of `parameters` (Django's connection parameters).

    Raises Refused with the program's own words where it fails.
    """
    known = {option.keyword.decode() for option in pq.Conninfo.get_defaults()}
    plain = {
        name: value
        for name, value in parameters.items()
        if name in known - SECRETS and value not in (None, "")
    }
    environment = _environment()
    if password := parameters.get("password"):
        environment["PGPASSWORD"] = password
    done = subprocess.run(  # noqa: S603 (a program of PostgreSQL, with arguments of ours)
        [program, *arguments, "--no-password", f"--dbname={conninfo.make_conninfo(**plain)}"],
        env=environment,
        stdin=subprocess.DEVNULL,
        stdout=subprocess.DEVNULL,
        stderr=subprocess.PIPE,
        text=True,
        errors="replace",
        check=False,
    )
    if done.returncode:
        words = " ".join(done.stderr.split()) or f"it ended with {done.returncode}"
        raise Refused(f"{program.name} failed: {words.rstrip('.')}.")
