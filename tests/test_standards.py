"""docs/standards.md: every field, page and test that its tables name is there, and every requirement has its row."""

import ast
import re
from collections.abc import Iterator
from functools import cache
from pathlib import Path

import pytest
from django.apps import apps
from django.core.exceptions import FieldDoesNotExist

from factcheck.audiences import Audience, addresses, audience_of

ROOT = Path(__file__).resolve().parent.parent
NAMED = re.compile(r"`([^`]+)`")

IFCN = [
    f"{part}.{number}"
    for part, count in [(1, 6), (2, 5), (3, 4), (4, 5), (5, 6), (6, 5)]
    for number in range(1, count + 1)
]
EFCSN = [
    f"{part}{number}" for part, count in [("M", 11), ("E", 5), ("T", 7)] for number in range(1, count + 1)
]


def rows() -> Iterator[tuple[str, str, str, str]]:
    for line in (ROOT / "docs/standards.md").read_text().splitlines():
        if line.startswith("|") and not line.startswith(("| no.", "|---")):
            number, asks, met, proved = (cell.strip() for cell in line.strip("|").split("|"))
            yield number, asks, met, proved


ROWS = list(rows())


@cache
def functions(path: str) -> set[str]:
    tree = ast.parse((ROOT / path).read_text())
    return {node.name for node in ast.walk(tree) if isinstance(node, ast.FunctionDef)}


def is_field(name: str) -> bool:
    model_name, _, field = name.partition(".")
    for model in apps.get_models():
        if model.__name__ == model_name and model.__module__.split(".")[0] in (
            "claims",
            "sources",
            "factcheck",
        ):
            try:
                model._meta.get_field(field)
            except FieldDoesNotExist:
                continue
            return True
    return False


def test_every_requirement_has_one_row() -> None:
    assert [number for number, *_ in ROWS] == [*IFCN, *EFCSN]


@pytest.mark.parametrize(("number", "asks", "met", "proved"), ROWS, ids=[row[0] for row in ROWS])
def test_what_a_row_names_is_there(number: str, asks: str, met: str, proved: str) -> None:
    assert asks
    assert met
    pages = {f"/{one.route}" for one in addresses() if audience_of(one) is Audience.PUBLIC}
    things, tests = NAMED.findall(met), NAMED.findall(proved)
    for name in things:
        assert name in pages if name.startswith("/") else is_field(name), name
    for name in tests:
        path, _, function = name.partition("::")
        assert function.startswith("test_"), name
        assert function in functions(path), name
    # What the program meets is proved; what it cannot is said to be people's.
    assert bool(things) == bool(tests), number
    assert things or met.startswith("people"), number


def test_a_field_that_is_not_there_is_noticed() -> None:
    assert is_field("Verdict.summary")
    assert not is_field("Verdict.summery")
    assert not is_field("Permission.name")
