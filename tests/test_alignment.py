"""Wordings of one remark, part by part: every word stays, and what is said to be the same is the same."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from claims.alignment import MAX_WORDINGS, MAX_WORDS, Part, aligned
from claims.printed import Printed, Run
from sources.quotations.differences import word_tokens

THOUSAND = [
    "won’t be just a thousand troops",
    'he doesn\'t expect many soldiers ("they have enough problems"), "more than a thousand men"',
    "We should not expect a large number from the Russian Armed Forces. But it will be more than 1,000 people",
]


def wording(*runs: str | Run) -> Printed:
    """A quotation of these runs; a plain text is words of the source."""
    made = tuple(
        run if isinstance(run, Run) else Run("words", run, space_before=number > 0)
        for number, run in enumerate(runs)
    )
    return Printed(made, (), False, "", "", "exact", "", "", "")


def rows(*texts: str) -> list[list[str]]:
    """The parts as rows of cells; words that one wording has alone are in capitals, empty cells are a dash."""
    return [
        [
            " ".join(piece.text.upper() if piece.alone else piece.text for piece in cell) or "-"
            for cell in part.cells
        ]
        for part in aligned([wording(text) for text in texts])
    ]


def column(parts: list[Part], number: int) -> str:
    text = ""
    for piece in (piece for part in parts for piece in part.cells[number]):
        text += (" " if text and piece.space_before else "") + piece.text
    return text


@pytest.mark.parametrize(
    ("texts", "expected"),
    [
        # Three wordings of one remark: what two share stands in one row, what each has alone is told.
        (
            THOUSAND,
            [
                ["-", "HE DOESN'T", "WE SHOULD NOT"],
                ["-", "expect", "expect"],
                [
                    "WON’T be",
                    'MANY SOLDIERS ("THEY HAVE ENOUGH PROBLEMS"),',
                    "A LARGE NUMBER FROM THE RUSSIAN ARMED FORCES. BUT IT WILL be",
                ],
                ["JUST", '"more than', "more than"],
                ["a thousand", "a thousand", "1,000"],
                ["TROOPS", 'MEN"', "PEOPLE"],
            ],
        ),
        # Case is no difference, but shown as printed.
        (
            ["the western Borders of it", "all western borders"],
            [["THE", "ALL"], ["western Borders", "western borders"], ["OF IT", "-"]],
        ),
        # A small word alone among differences makes no part of its own, and stands in neither alone; two make one.
        (["bread of wheat sold", "cake of rye sold"], [["BREAD of WHEAT", "CAKE of RYE"], ["sold", "sold"]]),
        (["up to a strike", "up to war strike"], [["up to", "up to"], ["A", "WAR"], ["strike", "strike"]]),
        # A negation is no small matter: it stands as a part of its own.
        (["will not attack", "will attack"], [["will", "will"], ["NOT", "-"], ["attack", "attack"]]),
        # Curly and straight marks are typography.
        (
            ["it won’t stop here", "it won't stop there"],
            [["it won’t stop", "it won't stop"], ["HERE", "THERE"]],
        ),
        # A script without spaces is compared sign by sign.
        (["部队一千人", "部队一万人"], [["部队一", "部队一"], ["千", "万"], ["人", "人"]]),
    ],
)
def test_wordings_stand_over_against_one_another(texts: list[str], expected: list[list[str]]) -> None:
    assert rows(*texts) == expected


@pytest.mark.parametrize(
    ("texts", "why"),
    [
        (["one wording alone"], "there is nothing to compare"),
        (["bread of wheat", "the cake"], "no word of substance is shared"),
        (["bread of wheat", "cake of rye"], "a small word is no substance"),
        (["the same"] * (MAX_WORDINGS + 1), "too many stand beside one another"),
        (["word " * (MAX_WORDS + 1), "word"], "too long to be compared"),
        (["word " * (MAX_WORDS - 1)] * 3, "too much to be compared while a reader waits"),
        ([], "there are none"),
    ],
)
def test_where_nothing_is_learned_there_are_no_parts(texts: list[str], why: str) -> None:
    assert aligned([wording(text) for text in texts]) == [], why


def test_marks_stay_with_the_words_before_them_and_are_no_difference() -> None:
    parts = aligned(
        [
            wording("All of this", Run("publisher", "(is being done)", True), "according to papers"),
            wording(
                Run("insertion", "so", False), "all of this", Run("elision", "…", True, 1), "according to us"
            ),
        ]
    )
    assert column(parts, 0) == "All of this (is being done) according to papers"
    assert column(parts, 1) == "so all of this … according to us"
    kinds = [piece.kind for part in parts for cell in part.cells for piece in cell]
    assert {"publisher", "insertion", "elision"} <= set(kinds)
    assert not any(
        piece.alone for part in parts for cell in part.cells for piece in cell if piece.kind != "words"
    )


WORDS = st.sampled_from(
    ["a", "the", "of", "not", "thousand", "troops", "1,000", "borders", "Borders", '("men")', "—"]
)
TEXTS = (
    st.lists(WORDS, min_size=1, max_size=12).map(" ".join).filter(lambda text: any(map(str.isalnum, text)))
)


@given(st.lists(TEXTS, min_size=2, max_size=4))
def test_each_column_put_together_is_its_wording(texts: list[str]) -> None:
    parts = aligned([wording(text) for text in texts])
    for number, text in enumerate(texts if parts else []):
        assert column(parts, number) == text


@given(st.lists(TEXTS, min_size=2, max_size=4))
def test_the_same_is_the_same_and_what_is_alone_is_alone(texts: list[str]) -> None:
    for part in aligned([wording(text) for text in texts]):
        assert len(part.cells) == len(texts)
        assert any(part.cells), "a part without words"
        forms = [" ".join(piece.text for piece in cell) for cell in part.cells]
        if part.same:
            assert len(set(forms)) == 1
            assert not any(piece.alone for cell in part.cells for piece in cell)
        words = [{word.form for piece in cell for word in word_tokens(piece.text)} for cell in part.cells]
        for number, cell in enumerate(part.cells):
            others = set().union(*(held for at, held in enumerate(words) if at != number))
            for piece in cell:
                said = {word.form for word in word_tokens(piece.text)}
                assert said.isdisjoint(others) if piece.alone else said <= others


@given(TEXTS)
def test_a_wording_over_against_itself_is_one_part(text: str) -> None:
    parts = aligned([wording(text), wording(text)])
    assert [part.same for part in parts] in ([True], [])
    assert parts or not any(word in text for word in ("thousand", "troops", "1,000", "orders"))
