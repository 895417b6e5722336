"""Names that look alike: a row per rule, and what holds of every name."""

import unicodedata

import pytest
from hypothesis import given
from hypothesis import strategies as st

from claims.partners import lookalikes
from claims.partners.lookalikes import are_alike
from sources.folding import fold

ALIKE = [
    ("Harbour News", "HARBOUR  news", "case and spaces"),
    ("Harbour News", "H\u0430rb\u043eur N\u0435ws", "small letters of Cyrillic"),
    ("Harbour News", "\u041d\u0430rbour News", "capitals of Cyrillic"),
    ("Harbour News", "h\u03b1rb\u03bfur news", "small letters of Greek"),
    ("Harbour News", "\u0397\u0391RBOUR \u039d\u0395WS", "capitals of Greek"),
    ("VIEW", "\u03bdiew", "a small letter that looks like another Latin one than its capital"),
    ("Check", "chec\u043a", "a letter of which only the capital looks Latin"),
    ("dawn", "\u0500awn", "and one of which only the small letter does"),
    ("Jolly Sixpence", "\u0408olly \u0405i\u0445\u0440\u0435n\u0441\u0435", "the rarer ones"),
    ("Squid Whale", "\u0455\u051bui\u0501 \u051d\u04bbale", "the rarest"),
    ("Cyprus", "\u03f2yprus", "one that normalising would make a sigma"),
    ("Alpha", "\U0001d6a8lpha", "a mathematical letter of Greek"),
    ("Ya\u0308h", "\u0423\u0430\u0308h", "with accents on them, which fall away"),
    ("Y", "\u040e", "also of letters that are others in their own script"),
    ("\u0422\u0410\u0421\u0421", "TACC", "a name that is all of one script"),
    (
        "\u041d\u043e\u0432\u043e\u0441\u0442\u0438",
        "\u041d\u041e\u0412\u041e\u0421\u0422\u0418",
        "a name without a Latin letter",
    ),
    ("Full Fact", "Fu\u04cf\u04cf Fact", "strokes of Cyrillic for a small L"),
    ("Full Fact", "Fu\u0406l Fact", "and one of its capitals"),
    ("Politifact", "PoIitifact", "a capital I for a small L"),
    ("", "", "nothing"),
]
DIFFERENT = [
    ("Harbour News", "Harbour New"),
    ("Harbour", "Harbor"),
    ("\u0413\u0430\u0432\u0430\u043d\u044c", "Gavan"),
    ("\u0414\u0430", "Da"),
    ("\u0394\u03b5\u03bb\u03c4\u03b1", "Delta"),
    ("\u041c\u043e\u0438", "\u041c\u043e\u0439"),
]


@pytest.mark.parametrize(("one", "other", "rule"), ALIKE)
def test_names_that_a_reader_takes_for_one(one: str, other: str, rule: str) -> None:
    assert are_alike(one, other), rule
    assert are_alike(other, one), rule


@pytest.mark.parametrize(("one", "other"), DIFFERENT)
def test_names_that_a_reader_tells_apart(one: str, other: str) -> None:
    assert not are_alike(one, other)


def test_the_table_leads_from_both_scripts_to_latin_letters() -> None:
    for letter, latin in lookalikes._LATIN.items():
        assert unicodedata.name(chr(letter)).startswith(("CYRILLIC", "GREEK"))
        assert chr(latin).isascii()
        assert chr(latin).isalpha()
        assert are_alike(f"x{chr(letter)}x", f"x{chr(latin)}x")


@given(st.text(), st.text())
def test_what_folds_to_one_is_alike_whoever_is_asked_first(one: str, other: str) -> None:
    assert are_alike(one, one)
    assert are_alike(one, one.lower())
    assert are_alike(one, fold(one))
    assert are_alike(one, other) == are_alike(other, one)
