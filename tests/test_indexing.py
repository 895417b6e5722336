"""Whoever sees to the index beside the server: it builds what a reader does not wait for, when it is asked to."""

import os
import subprocess
import sys
import time
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import pytest
from makers import make_published

from claims.search import keeping, store
from claims.search.store import Unusable
from factcheck.operations import indexing


@pytest.fixture
def folder(settings: Any, tmp_path: Path) -> Path:
    settings.DATA_DIR = tmp_path
    return tmp_path / "search"


@pytest.mark.django_db
def test_the_lookup_asks_for_what_a_reader_does_not_wait_for(
    folder: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    assert store.WANTED == indexing.WANTED
    monkeypatch.setattr(keeping, "AT_ONCE", 1)
    make_published("one")
    keeping.current()
    assert not (folder / indexing.WANTED).exists()
    for slug in ("two", "three"):
        make_published(slug)
    # Far behind: what is there answers.
    assert keeping.current().is_behind
    (folder / indexing.WANTED).unlink()
    keeping._kept.clear()
    (folder / "current").unlink()
    with pytest.raises(Unusable):
        keeping.current()
    assert (folder / indexing.WANTED).exists()


# Stands for manage.py: says that it began, and takes as long as the file says.
COMMAND = """
import pathlib, sys, time
place = pathlib.Path(sys.argv[1])
with place.open("a") as file:
    file.write("began\\n")
time.sleep(float((place.parent / "takes").read_text()))
sys.exit(int((place.parent / "code").read_text()))
"""


@pytest.fixture
def kept(tmp_path: Path) -> Iterator[Callable[[], int]]:
    """A keeper over the folder tmp_path, and how many commands it has run."""
    (tmp_path / "code").write_text("0")
    (tmp_path / "takes").write_text("0")
    program = (
        "import os, subprocess, sys; from pathlib import Path; from factcheck.operations import indexing as it; "
        f"it._LOOK = 0.02; it._PAUSE = 0.2; command = [sys.executable, '-c', {COMMAND!r}, {str(tmp_path / 'runs')!r}]; "
        "it._reindex = lambda: subprocess.Popen(command); "
        f"it.keep({os.getpid()}, Path({str(tmp_path)!r}))"
    )
    process = subprocess.Popen([sys.executable, "-c", program])

    def count() -> int:
        runs = tmp_path / "runs"
        return len(runs.read_text().splitlines()) if runs.exists() else 0

    yield count
    began = time.monotonic()
    process.terminate()
    assert process.wait(timeout=20) == 0
    # What it runs ends with it.
    assert time.monotonic() - began < 10


def wait_for(what: Callable[[], bool]) -> None:
    end = time.monotonic() + 30
    while not what():
        assert time.monotonic() < end, "It did not come."
        time.sleep(0.02)


def test_it_runs_the_command_when_asked_and_once_at_a_time(kept: Callable[[], int], tmp_path: Path) -> None:
    wanted = tmp_path / indexing.WANTED
    time.sleep(0.3)
    assert kept() == 0
    wanted.touch()
    wait_for(lambda: kept() == 1)
    assert not wanted.exists()
    (tmp_path / "takes").write_text("60")
    wanted.touch()
    wait_for(lambda: kept() == 2)
    wanted.touch()
    time.sleep(0.5)
    assert kept() == 2


def test_a_command_that_fails_is_run_again_later(kept: Callable[[], int], tmp_path: Path) -> None:
    (tmp_path / "code").write_text("1")
    began = []
    for count in (1, 2, 3):
        (tmp_path / indexing.WANTED).touch()
        wait_for(lambda count=count: kept() == count)  # type: ignore[misc]
        began.append(time.monotonic())
    # Each time after twice as long: 0.4 and 0.8 seconds after it ended.
    assert began[1] - began[0] > 0.3
    assert began[2] - began[1] > 0.7


def test_it_ends_when_its_server_is_another(tmp_path: Path) -> None:
    indexing_alone = [sys.executable, "-m", "factcheck.operations.indexing", "1", str(tmp_path)]
    # Its parent is this test, not process 1.
    done = subprocess.run(indexing_alone, timeout=30, check=False)
    assert done.returncode == 0
