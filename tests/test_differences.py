"""What a new text changes of the public one: word by word, and field by field. Pure, so no database."""

from copy import deepcopy
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st
from test_presentation import appearance, document, evidence, quotation

from claims import differences, edits

WORDS = st.lists(
    st.sampled_from(
        ["The", "bridge", "bridge's", "will", "not", "open", " ", "  ", "\n\n", "\n", ".", ", ", "ё", "橋"]
    )
).map("".join)


def body(**values: Any) -> dict[str, Any]:
    return {name: part for name, part in document(**values).items() if name not in ("revision", "live")}


# Words -----------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("first", "second", "told"),
    [
        ("It will open.", "It will open.", "It will open."),
        ("It will open.", "It will not open.", "It will [+not +]open."),
        ("It will not open.", "It will open.", "It will [-not -]open."),
        ("It will open.", "It may open.", "It [-will-][+may+] open."),
        # A space between two changed words makes one change of them.
        ("It will open.", "It may close.", "It [-will open-][+may close+]."),
        # A letter's case, a comma, a kind of quotation mark and a space are changes, too.
        ("the report", "The report", "[-the-][+The+] report"),
        ("open in May", "open, in May", "open[+,+] in May"),
        ('"open"', "“open”", '[-"-][+“+]open[-"-][+”+]'),
        ("open  in", "open in", "open[-  -][+ +]in"),
        # A paragraph that is gone does not disturb the next.
        ("One.\n\nTwo.\n\nThree.", "One.\n\nThree.", "One.\n\n[-Two.\n\n-]Three."),
        ("", "New.", "[+New.+]"),
        ("Gone.", "", "[-Gone.-]"),
    ],
)
def test_the_steps_from_one_text_to_the_other(first: str, second: str, told: str) -> None:
    signs = {"same": "{}", "removed": "[-{}-]", "added": "[+{}+]"}
    assert "".join(signs[kind].format(text) for kind, text in edits.words(first, second)) == told


@given(WORDS | st.text(), WORDS | st.text())
def test_a_difference_applied_to_the_first_text_gives_the_second(first: str, second: str) -> None:
    pieces = edits.words(first, second)
    assert "".join(piece.text for piece in pieces if piece.kind != "added") == first
    assert "".join(piece.text for piece in pieces if piece.kind != "removed") == second
    assert all(piece.text for piece in pieces)
    assert (first == second) == all(piece.kind == "same" for piece in pieces)


@given(WORDS, WORDS)
def test_shortening_hides_no_change(first: str, second: str) -> None:
    pieces = edits.words(first * 20, second)
    shown = edits.shortened(pieces)
    changed = [piece for piece in pieces if piece.kind != "same"]
    assert [(piece.kind, piece.text) for piece in shown if piece.kind in ("removed", "added")] == changed


def test_long_unchanged_text_is_shortened_around_a_change() -> None:
    before = "word " * 100
    shown = edits.shortened(edits.words(f"{before}old {before}", f"{before}new {before}"))
    assert [piece.kind for piece in shown] == ["skipped", "same", "removed", "added", "same", "skipped"]
    skipped = sum(piece.words for piece in shown)
    kept = sum(len(piece.text.split()) for piece in shown if piece.kind == "same")
    assert skipped + kept == 200
    assert skipped > 150


# Fields ----------------------------------------------------------------------------------------------------------


def told(first: dict[str, Any] | None, second: dict[str, Any] | None) -> list[tuple[str, str, str]]:
    return [
        (group.label, change.label, change.kind)
        for group in differences.groups(first, second)
        for change in group.changes
    ]


TWO = [appearance("one", first=True), appearance("two", words="next year", role=None)]
THREE = [
    evidence("refutes", quotation=quotation("three open defects")),
    evidence("context", quotation=None, kind="dataset", locator="Table 4"),
    evidence("supports", quotation=quotation("the tender closed", prefix="x"), source={"id": "x"}),
]
DAY = {"date": "2026-02-02", "precision": "day", "inferred_because": None}


@pytest.mark.parametrize(
    ("first", "second", "expected"),
    [
        ({}, {}, []),
        ({}, {"summary": "It will not, yet."}, [("Summary", "", "changed")]),
        ({}, {"title": "A title.", "summary": "Other."}, [("Title", "", "changed"), ("Summary", "", "changed")]),
        ({}, {"not_known": "The day."}, [("What is not known", "", "added")]),
        ({"not_known": "The day."}, {}, [("What is not known", "", "removed")]),
        ({"claimed_on": DAY}, {"claimed_on": {**DAY, "precision": "month"}}, [("Claimed on", "", "changed")]),
        ({}, {"speaker": None}, [("Speaker", "Identifier", "removed"), ("Speaker", "Name", "removed"),
                                 ("Speaker", "Kind", "removed")]),
        # Rows are the same row by their identifier, wherever they stand.
        ({"appearances": TWO}, {"appearances": [TWO[0]]}, [("Wording “two”", None, "removed")]),
        ({"appearances": [TWO[1]]}, {"appearances": TWO}, [("Wording “one”", None, "added")]),
        ({"appearances": TWO}, {"appearances": TWO[::-1]}, [("Appearances", "Order", "changed")]),
        (
            {"appearances": TWO},
            {"appearances": [{**TWO[0], "role": "Minister"}, TWO[1]]},
            [("Wording “one”", "Role then", "changed")],
        ),
        (
            {"appearances": TWO},
            {"appearances": [{**TWO[0], "quotation": quotation("in the spring")}, TWO[1]]},
            [("Wording “one”", "Quotation, words", "changed"), ("Wording “one”", "Quotation, place", "changed")],
        ),
        # Evidence by what it quotes: one that comes first does not make others of the rest.
        ({"evidence": THREE[1:]}, {"evidence": THREE}, [("Evidence 1", None, "added")]),
        ({"evidence": THREE}, {"evidence": THREE[:2]}, [("Evidence 3, as published", None, "removed")]),
        (
            {"evidence": THREE},
            {"evidence": [THREE[0], {**THREE[1], "stance": "refutes"}, THREE[2]]},
            [("Evidence 2", "Stance", "changed")],
        ),
        (
            {"evidence": THREE},
            {"evidence": [THREE[0], {**THREE[1], "locator": "Table 5"}, THREE[2]]},
            [("Evidence 2", "Locator", "changed")],
        ),
    ],
)  # fmt: skip
def test_every_changed_field_is_named(first: Any, second: Any, expected: Any) -> None:
    found = told(body(**first), body(**second))
    if expected and expected[0][1] is None:
        # A row that came or went: all of it, and nothing else.
        found = list(dict.fromkeys((label, None, kind) for label, _, kind in found))
    assert found == expected


def test_what_an_elision_leaves_out_is_a_field_of_its_own() -> None:
    plain = quotation("it will", "open")
    marked = {
        **plain,
        "marks": [{"kind": "elision", "after": 0, "text": ""}],
        "elided": [{"after": 0, "exact": "not", "start": 17, "end": 18, "negation": True}],
    }
    first, second = (body(appearances=[appearance("one", quotation=form)]) for form in (plain, marked))
    found = {label: kind for _, label, kind in told(first, second)}
    assert found["Quotation, words left out"] == "added"
    assert "negation" in str(differences.groups(first, second))


def leaves(value: Any, path: tuple[Any, ...] = ()) -> list[tuple[Any, ...]]:
    if isinstance(value, dict) and value:
        return [leaf for name, part in value.items() for leaf in leaves(part, (*path, name))]
    if isinstance(value, list) and value:
        return [leaf for index, part in enumerate(value) for leaf in leaves(part, (*path, index))]
    return [path]


FULL_ELIDED = [{"after": 0, "exact": "x", "start": 18, "end": 19, "negation": False}]
FULL = body(
    appearances=[appearance("one", first=True, quotation=quotation(
        "it will", "open",
        marks=[{"kind": "elision", "after": 0, "text": ""}, {"kind": "insertion", "after": 1, "text": "ours"}],
        elided=FULL_ELIDED,
    ))],
    evidence=THREE[:2],
    relations=[{"kind": "repeats", "claim": "x", "note": "n", "appearance": None, "to_appearance": None}],
    reply={"asked_of": "The mayor", "asked_on": DAY, "by": "e-mail", "deadline": DAY, "answer": None,
           "answered_on": None},
    claimed_on=DAY,
    topics=["bridge"],
)  # fmt: skip


@pytest.mark.parametrize("path", leaves(FULL), ids=lambda path: ".".join(map(str, path)))
def test_no_leaf_of_a_body_changes_unseen(path: tuple[Any, ...]) -> None:
    """An approval binds every character of the body, so the second reader is shown every one that changes."""
    changed = deepcopy(FULL)
    place: Any = changed
    for step in path[:-1]:
        place = place[step]
    place[path[-1]] = another(path[-1], place[path[-1]])
    assert differences.groups(FULL, changed)
    assert differences.groups(changed, FULL)


def another(name: Any, value: Any) -> Any:
    """Another value that a body could have in this place."""
    fixed = {
        "elision": "sic",
        "insertion": "publisher",
        "day": "month",
        "quotation": quotation("new"),
        "elided": FULL_ELIDED,
    }
    fixed["marks"] = [{"kind": "sic", "after": 0, "text": ""}]
    if isinstance(value, bool):
        return not value
    if isinstance(value, int):
        return value + 1
    if isinstance(value, list):
        return fixed.get(name, ["more"])
    if value is None:
        return fixed.get(name, "new")
    return "2026-02-04" if name == "date" else fixed.get(value, f"{value} more")


TEXTS = ("title", "claim", "summary", "rationale", "not_known")
BODIES = st.builds(
    lambda texts, rows: body(
        **dict(zip(TEXTS, texts, strict=True)),
        appearances=[appearance(name, role=role) for name, role in rows.items()],
    ),
    st.tuples(*[WORDS.filter(bool) for _ in TEXTS]),
    st.dictionaries(st.sampled_from("abcd"), WORDS, max_size=4),
)


@given(BODIES, BODIES)
def test_changes_applied_to_the_first_body_give_the_second(first: Any, second: Any) -> None:
    before, after = ({change.path: text(change, "added") for change in differences.changes({}, one)} for one in
                     (first, second))  # fmt: skip
    for change in differences.changes(first, second):
        if change.path[-1] == "order":
            continue
        assert before.get(change.path, "") == text(change, "removed")
        before[change.path] = text(change, "added")
    assert {path: words for path, words in before.items() if words} == after
    assert (first == second) == (differences.groups(first, second) == [])


def text(change: differences.Change, side: str) -> str:
    """The text of a change on one side: before it ("removed") or after it ("added")."""
    return "".join(piece.text for piece in change.pieces if piece.kind in ("same", side))


@given(BODIES)
def test_equal_bodies_differ_in_nothing(one: Any) -> None:
    assert differences.groups(one, deepcopy(one)) == []
