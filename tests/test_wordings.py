"""Wordings side by side: which words each has to itself. `<...>` marks them."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from claims.wordings import aligned, difference, side_by_side
from sources.quotations.differences import tokens


def marked(pieces):
    return "".join(f"<{piece.text}>" if piece.kind == "only-here" else piece.text for piece in pieces)


PAIRS = [
    # one, other, one marked, other marked, reason
    ("a thousand crowns", "a thousand crowns", "a thousand crowns", "a thousand crowns", "nothing to mark"),
    (
        "more than a thousand men",
        "more than 1,000 people",
        "more than <a thousand men>",
        "more than <1,000 people>",
        "words",
    ),
    (
        "won’t be “just” so",
        'Won\'t be "just" so',
        "won’t be “just” so",
        'Won\'t be "just" so',
        "no case, no typography",
    ),
    ("We pay all", "We pay", "We pay <all>", "We pay", "a word more"),
    ("We do not pay", "We do pay", "We do <not> pay", "We do pay", "also where it turns the sentence round"),
    ("We pay, all", "We pay all", "We pay<,> all", "We pay all", "punctuation counts"),
    ("one two three", "three one two", "one two <three>", "<three> one two", "order counts"),
    (
        "the well-known dam",
        "the well known dam",
        "the <well-known> dam",
        "the <well known> dam",
        "a hyphen is in its word",
    ),
    (
        "国会が開く",
        "国会は開く",
        "国会<が>開く",
        "国会<は>開く",
        "scripts without spaces are compared by character",
    ),
    ("", "all of it", "", "<all of it>", "nothing on one side"),
    ("  ", "", "  ", "", "white space is no word"),
]


@pytest.mark.parametrize(("one", "other", "first", "second", "reason"), PAIRS, ids=[row[4] for row in PAIRS])
def test_two_wordings(one, other, first, second, reason):
    assert [marked(pieces) for pieces in aligned(one, other)] == [first, second], reason


def test_of_several_wordings_a_word_is_marked_where_no_other_has_it():
    assert [
        marked(pieces)
        for pieces in side_by_side(
            [
                "It will be more than a thousand.",
                "It will be more than 1,000.",
                "It won't be just a thousand.",
            ]
        )
    ] == [
        "It will be more than a thousand.",
        "It will be more than <1,000>.",
        "It <won't> be <just> a thousand.",
    ]
    assert side_by_side([]) == []
    assert [marked(pieces) for pieces in side_by_side(["alone"])] == ["<alone>"]


def test_difference_names_the_steps():
    assert [tuple(step) for step in difference("We don't pay today", "we do not pay")] == [
        ("same", "We", "we"),
        ("changed", "don't", "do not"),
        ("same", "pay", "pay"),
        ("only first", "today", ""),
    ]


def test_a_long_pair_is_told_to_differ_without_being_aligned():
    one, other = " ".join(["a b"] * 2000), " ".join(["b c"] * 2000)
    assert [step.operation for step in difference(one, other)] == ["changed"]


wordings = st.lists(
    st.sampled_from(["we", "We", "pay", "not", " ", "  ", ",", "’", "\n", "国", "é"]), max_size=20
).map("".join)


@given(st.lists(wordings | st.text(max_size=10), max_size=4))
def test_the_pieces_put_together_are_the_wordings(given_wordings):
    found = side_by_side(given_wordings)
    assert ["".join(piece.text for piece in pieces) for pieces in found] == given_wordings
    assert all(piece.text for pieces in found for piece in pieces)


@given(wordings, wordings)
def test_the_steps_go_through_both_wordings(one, other):
    steps = difference(one, other)
    empty = {"only first": (True, False), "only second": (False, True)}
    for step in steps:
        assert (bool(step.first), bool(step.second)) == empty.get(step.operation, (True, True))
        if step.operation == "same":
            assert forms(step.first) == forms(step.second)
    assert forms(" ".join(step.first for step in steps)) == forms(one)
    assert forms(" ".join(step.second for step in steps)) == forms(other)
    if forms(one) == forms(other):
        assert all(step.operation == "same" for step in steps)


def forms(wording):
    return [token.form for token in tokens(wording, fold_case=True)]
