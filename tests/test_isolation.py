"""The tests' own ground: each gets a database, and a run that ends early leaves nothing behind."""

import os
import signal
import subprocess
import sys
import time
from pathlib import Path

import pytest
from places import POSTGRESQL, ROOT

SLEEPER = """
import os, pathlib, time
def test_sleep():
    draft = pathlib.Path({said!r} + "-draft")
    draft.write_text(os.environ["FACTCHECK_DATA_DIR"] + " " + os.environ.get("DATABASE_URL", ""))
    draft.rename({said!r})
    time.sleep(60)
"""


def test_every_test_of_the_database_gets_one(request: pytest.FixtureRequest) -> None:
    """pytest-django makes one only for tests with the mark or with one of these fixtures: alone, others have none."""
    without = [
        item.nodeid
        for item in request.session.items
        if isinstance(item, pytest.Function)
        and "django_db_setup" in item.fixturenames
        and item.get_closest_marker("django_db") is None
        and not {"db", "transactional_db", "live_server"} & set(item.fixturenames)
    ]
    assert without == []


def test_a_terminated_run_leaves_nothing_behind(tmp_path: Path) -> None:
    said = tmp_path / "said"
    (tmp_path / "test_sleeper.py").write_text(SLEEPER.format(said=str(said)))
    plugin = ["-p", "tests.postgresql"] if POSTGRESQL else []
    run = subprocess.Popen(
        [sys.executable, "-m", "pytest", "-c", "pyproject.toml", *plugin, tmp_path / "test_sleeper.py"],
        cwd=ROOT,
        env={name: value for name, value in os.environ.items() if name != "DATABASE_URL"},
        stdout=subprocess.DEVNULL,
        stderr=subprocess.DEVNULL,
    )
    try:
        until = time.monotonic() + 60
        while not said.exists() and run.poll() is None and time.monotonic() < until:
            time.sleep(0.05)
        data, _, url = said.read_text().partition(" ")
        server = Path(url.removeprefix("postgres://factcheck@/").removesuffix("/postgres")) if url else None
        assert Path(data).is_dir()
        assert server is None or server.is_dir()
        run.send_signal(signal.SIGTERM)
        assert run.wait(timeout=30) == 128 + signal.SIGTERM
    finally:
        run.kill()
        run.wait()
    assert not Path(data).exists()
    assert server is None or not server.exists()
