"""A quotation in the passage of its text. Pure, so no database."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from claims.surroundings import AROUND, Surroundings, surroundings
from sources import quotations
from sources.quotations import Elision, Mark, Quotation, Segment

TEXT = (
    "A first paragraph.\n\n"
    "The mayor said that the bridge will open in spring. She named no month. It is on budget [of 2025] and on time.\n"
    "So she said.\n \n"
    "A last paragraph."
)


def located(words: str, text: str = TEXT) -> Quotation:
    found = quotations.locate(words, text)
    assert isinstance(found, quotations.Found), found
    return found.quotation


def told(found: Surroundings | None) -> str:
    assert found
    signs = {"context": "{}", "gap": "{}", "words": "<{}>", "left-out": "({})", "publisher": "{{{}}}",
             "insertion": "[{}]", "sic": "[sic]"}  # fmt: skip
    return " ¶ ".join(
        "".join(signs[one.kind].format(one.text) for one in paragraph) for paragraph in found.paragraphs
    )


AFTER = "and on time.\nSo she said."


@pytest.mark.parametrize(
    ("words", "expected"),
    [
        (
            "She named no month.",
            (
                "The mayor said that the bridge will open in spring. <She named no month.> "
                f"It is on budget [of 2025] {AFTER}"
            ),
        ),
        # What is left out stands where it was left out.
        (
            "the bridge will open in spring. [...] It is on budget",
            (
                "The mayor said that <the bridge will open in spring.> (She named no month.) <It is on budget> "
                f"[of 2025] {AFTER}"
            ),
        ),
        # Words of ours are told from words of the source.
        (
            "the bridge [over the Ash] will open",
            (
                "The mayor said that <the bridge>[over the Ash] <will open> in spring. She named no month. "
                f"It is on budget [of 2025] {AFTER}"
            ),
        ),
        ("A last paragraph.", "<A last paragraph.>"),
        ("A first paragraph.", "<A first paragraph.>"),
    ],
)
def test_the_passage_around_a_quotation(words: str, expected: str) -> None:
    assert told(surroundings(TEXT, located(words))) == expected


def test_an_elision_over_paragraphs_shows_each() -> None:
    text = "One is here.\n\nTwo is not there. Three goes on.\n\nFour is last."
    found = surroundings(text, located("One is here. [...] Four is last.", text))
    assert told(found) == "<One is here.> ¶ (Two is not there. Three goes on.) ¶ <Four is last.>"
    assert found
    assert [one.negation for one in found.paragraphs[1]] == [True]


def test_a_long_paragraph_is_cut_at_words() -> None:
    text = "before " * 400 + "the quoted words " + "after " * 400
    found = surroundings(text, located("the quoted words", text))
    assert found
    (paragraph,) = found.paragraphs
    assert (found.cut_before, found.cut_after) == (True, True)
    assert len("".join(one.text for one in paragraph)) < 2 * AROUND + 40
    assert set(paragraph[0].text.split()) == {"before"}
    assert set(paragraph[-1].text.split()) == {"after"}


@pytest.mark.parametrize(
    "segments",
    [(Segment("x", 500, 501),), (Segment("x", 5, 4),), (Segment("a", 5, 9), Segment("b", 3, 4))],
)
def test_places_that_are_not_in_the_text_give_nothing(segments: tuple[Segment, ...]) -> None:
    assert surroundings("A short text.", Quotation(segments)) is None


@given(st.text(alphabet="ab .\n", min_size=3, max_size=80), st.data())
def test_no_quoted_word_is_lost(text: str, data: st.DataObject) -> None:
    start = data.draw(st.integers(0, len(text) - 3))
    middle = data.draw(st.integers(start + 1, len(text) - 2))
    quotation = Quotation(
        segments=(Segment("", start, middle), Segment("", middle + 1, len(text))),
        marks=(Mark("elision", 0),),
        elided=(Elision(0, text[middle], middle, middle + 1),),
    )
    found = surroundings(text, quotation)
    assert found
    shown = [one for paragraph in found.paragraphs for one in paragraph]
    words = "".join(one.text for one in shown if one.kind == "words")
    assert words.replace("\n", "").replace(" ", "") == (text[start:middle] + text[middle + 1 :]).replace(
        "\n", ""
    ).replace(" ", "")
