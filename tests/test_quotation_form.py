"""A stored quotation without its text at hand: what cannot hold in any text is refused, what holds is not."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from sources.quotations import Found, Quotation, Refused, check_form, locate, verify

TEXT = (
    "He said: “We will not attack (he laughs) tomorrow.” The works go on. They never stop. The crane stays."
)


def made(*segments: tuple[str, int, int], level: str = "exact", **parts: object) -> Quotation:
    listed = [{"exact": exact, "start": start, "end": end} for exact, start, end in segments]
    return Quotation.from_dict({"segments": listed, "level": level, **parts})


def elided(exact: str, start: int, end: int, negation: bool = False) -> dict[str, object]:
    mark = {"kind": "elision", "after": 0}
    left_out = {"after": 0, "exact": exact, "start": start, "end": end, "negation": negation}
    return {"marks": [mark], "elided": [left_out]}


@pytest.mark.parametrize(
    ("quotation", "code"),
    [
        (made(("Completely made-up words", 10, 11)), "words"),
        (made(("yes", 10, 20)), "words"),
        (made(("much longer words", 10, 12), level="typographic"), "words"),
        (made(("b", 10, 11), ("a", 2, 3), **elided("x", 5, 6)), "order"),
        (made(("ab", 1, 3), ("bc", 2, 4), **elided("x", 2, 3)), "order"),
        (made(("we will", 0, 7), ("attack", 12, 18), **elided("not", 8, 11)), "negation"),
        (made(("One.", 0, 4), ("Two.", 20, 24), **elided("They never do.", 5, 19)), "negation"),
        (made(("a", 0, 1), ("b", 50, 51)), "gap"),
        (made(("a", 0, 1), ("b", 90, 91), **elided("x", 2, 3)), "gap"),
        (made(("a", 0, 1), ("b", 10, 11), **elided("x", 30, 31)), "elision"),
        (made((" a", 0, 2)), "edges"),
        (made(("...", 0, 3)), "edges"),
        (made(("e\u0301", 0, 2)), "form"),
        (made(("a", 5, 5)), "bounds"),
        (
            made(("a", 0, 1), marks=[{"kind": "insertion", "after": 0, "text": "it is not so that"}]),
            "negation",
        ),
    ],
)
def test_what_cannot_hold_in_any_text(quotation: Quotation, code: str) -> None:
    assert code in [problem.code for problem in check_form(quotation, language="en")]


@pytest.mark.parametrize(
    "typed",
    [
        "We will not attack",
        "We will not attack [[(he laughs)]] tomorrow",
        "The works go on. [...] The crane stays.",
        "They [the works] never stop",
        'He said: "We will not',
    ],
)
def test_what_was_found_has_a_sound_form(typed: str) -> None:
    found = locate(typed, TEXT)
    assert isinstance(found, Found)
    assert verify(TEXT, found.quotation, language="en") == []
    assert check_form(found.quotation, language="en") == []


@given(st.integers(0, len(TEXT)), st.integers(0, len(TEXT)))
def test_every_place_of_a_text_has_a_sound_form(start: int, end: int) -> None:
    found = locate(TEXT[min(start, end) : max(start, end)], TEXT, start=min(start, end))
    if isinstance(found, Found):
        assert check_form(found.quotation, language="en") == []


def test_words_between_two_insertions_of_the_publisher_are_the_speakers() -> None:
    text = "He said yes (laughs) I will never do it (laughs) today."
    outcome = locate("said yes [[(laughs) I will never do it (laughs)]] today", text)
    assert not isinstance(outcome, Found)
    assert isinstance(locate("said yes [[(laughs)]] I will never do it [[(laughs)]] today", text), Found)


def test_a_language_without_a_list_of_negations_leaves_nothing_out_within_a_sentence() -> None:
    text = "Broen vil ikke kunne bruges. Den er lukket. Vejen er åben."
    assert isinstance(locate("Broen vil [...] kunne bruges", text, language="da"), Refused)
    found = locate("kunne bruges. [...] Vejen er åben.", text, language="da")
    assert isinstance(found, Found)
    assert [elision.negation for elision in found.quotation.elided] == [True]
    assert verify(text, found.quotation, language="da") == []
