"""From one text to another, word by word: the steps, and that none of either text is lost."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from sources.quotations.differences import difference, tokens

STEPS = [
    # first, second, the steps that are no "same", reason
    ("a thousand crowns", "a thousand crowns", [], "nothing differs"),
    ("won’t be “just” so", 'won\'t be "just" so', [], "typography does not count"),
    ("We pay", "we pay", [("changed", "We", "we")], "case counts"),
    ("We pay all", "We pay", [("only first", "all", "")], "a word goes"),
    (
        "We do pay",
        "We do not pay",
        [("only second", "", "not")],
        "a word comes, also one that turns the sentence",
    ),
    ("We don't pay", "We do not pay", [("changed", "don't", "do not")], "words stand for others"),
    ("We pay, all", "We pay all", [("only first", ",", "")], "punctuation counts"),
    (
        "the well-known dam",
        "the well known dam",
        [("changed", "well-known", "well known")],
        "a hyphen is in its word",
    ),
    (
        "国会が開く",
        "国会は開く",
        [("changed", "が", "は")],
        "scripts without spaces are compared by character",
    ),
    ("", "all of it", [("only second", "", "all of it")], "nothing on one side"),
    ("  ", "", [], "white space is no word"),
]


@pytest.mark.parametrize(("first", "second", "steps", "reason"), STEPS, ids=[row[3] for row in STEPS])
def test_the_steps(first: str, second: str, steps: list[tuple[str, str, str]], reason: str) -> None:
    found = [tuple(step) for step in difference(first, second) if step.operation != "same"]
    assert found == steps, reason


def test_a_long_pair_is_told_to_differ_without_being_aligned() -> None:
    first, second = " ".join(["a b"] * 2000), " ".join(["b c"] * 2000)
    assert [step.operation for step in difference(first, second)] == ["changed"]


TEXTS = st.lists(
    st.sampled_from(["we", "We", "pay", "not", " ", "  ", ",", "’", "\n", "国", "é"]), max_size=20
).map("".join)


@given(TEXTS, TEXTS)
def test_the_steps_go_through_both_texts(first: str, second: str) -> None:
    steps = difference(first, second)
    empty = {"only first": (True, False), "only second": (False, True)}
    for step in steps:
        assert (bool(step.first), bool(step.second)) == empty.get(step.operation, (True, True))
        if step.operation == "same":
            assert forms(step.first) == forms(step.second)
    assert forms(" ".join(step.first for step in steps)) == forms(first)
    assert forms(" ".join(step.second for step in steps)) == forms(second)
    if forms(first) == forms(second):
        assert all(step.operation == "same" for step in steps)


def forms(text: str) -> list[str]:
    return [token.form for token in tokens(text)]
