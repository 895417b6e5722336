"""The partner guide: every example in it is run, as it stands, against one server with the project's own seeds."""

import re
import shutil
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path

import pytest
from browsing import Served, serving
from places import ROOT

ADDRESS = "http://127.0.0.1:8000"
GUIDE = (ROOT / "docs" / "guide.md").read_text(encoding="utf-8")
# Each example with the number of its section and its language.
EXAMPLES = [
    (section[0], language, text)
    for section in re.split(r"^## ", GUIDE, flags=re.M)[1:]
    for language, text in re.findall(r"^```(\w+)\n(.*?)^```$", section, flags=re.M | re.S)
]
COMMANDS = {
    "sh": ["bash", "-euo", "pipefail"],
    "python": [sys.executable, "-W", "error"],
    "javascript": ["node"],
}
ENDINGS = {"sh": ".sh", "python": ".py", "javascript": ".mjs"}
SAYS = {"1": ("troops",), "2": ("entr",), "3": ("whole until",), "4": ("304",)}


@pytest.fixture(scope="module")
def served(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Served]:
    with serving(tmp_path_factory.mktemp("guide"), ["load_seeds"]) as server:
        yield server


def run(language: str, text: str, *, served: Served, folder: Path) -> str:
    program = folder / f"example{ENDINGS[language]}"
    program.write_text(text.replace(ADDRESS, served.address), encoding="utf-8")
    done = subprocess.run(
        [*COMMANDS[language], program], cwd=folder, capture_output=True, text=True, timeout=60, check=False
    )
    assert (done.returncode, done.stderr) == (0, ""), done.stderr
    return done.stdout


def needs(language: str) -> None:
    if shutil.which(COMMANDS[language][0]) is None:
        pytest.skip(f"NOT RUN: no {COMMANDS[language][0]} (Debian: apt-get install nodejs curl)")


def test_the_guide_has_examples_in_each_language() -> None:
    assert {language for _, language, _ in EXAMPLES} == set(COMMANDS)
    assert {section for section, _, _ in EXAMPLES} == set(SAYS)


@pytest.mark.parametrize(
    ("section", "language", "text"), EXAMPLES, ids=[f"{n}-{e[0]}-{e[1]}" for n, e in enumerate(EXAMPLES)]
)
def test_an_example_runs_as_it_stands(
    section: str, language: str, text: str, served: Served, tmp_path: Path
) -> None:
    needs(language)
    said = run(language, text, served=served, folder=tmp_path)
    for words in SAYS[section]:
        assert words in said


def test_python_and_javascript_say_the_same(served: Served, tmp_path: Path) -> None:
    needs("javascript")
    for section in ("1", "2"):
        said = {
            run(language, text, served=served, folder=tmp_path)
            for number, language, text in EXAMPLES
            if number == section and language != "sh"
        }
        assert len(said) == 1


def test_the_copy_goes_on_where_it_ended(served: Served, tmp_path: Path) -> None:
    (text,) = (text for number, language, text in EXAMPLES if (number, language) == ("2", "python"))
    first = run("python", text, served=served, folder=tmp_path)
    assert first.startswith("80 fact-checks, the record until entry ")
    assert run("python", text, served=served, folder=tmp_path) == first
