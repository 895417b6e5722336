"""Canonical JSON: the vectors of RFC 8785 that whole documents can meet, what is refused, what holds of all."""

import hashlib
import json
from enum import StrEnum

import pytest
from hypothesis import given
from hypothesis import strategies as st

from claims.canonical import canonical, digest

VECTORS = [
    # value, text, reason
    (None, "null", "RFC 8785, section 3.2.2.1"),
    (True, "true", "RFC 8785, section 3.2.2.1"),
    (False, "false", "RFC 8785, section 3.2.2.1"),
    ([], "[]", "no white space"),
    ({}, "{}", "no white space"),
    (
        [56, {"d": True, "10": None, "1": []}],
        '[56,{"1":[],"10":null,"d":true}]',
        "nested members are sorted, too",
    ),
    (
        "\u20ac$\u000f\u000aA'\u0042\u0022\u005c\\\"\u002f",
        r'"€$\u000f\nA' + "'" + r'B\"\\\\\"/"',
        "section 3.2.4",
    ),
    (
        "\b\t\n\f\r\u001f\u007f",
        '"\\b\\t\\n\\f\\r\\u001f\u007f"',
        "section 3.2.2.2: short escapes, lower-case hex",
    ),
    ("</script>\u2028", '"</script>\u2028"', "nothing else is escaped"),
    (
        {"peach": "x", "péché": "y", "pêche": "z", "sin": "w"},
        '{"peach":"x","péché":"y","pêche":"z","sin":"w"}',
        "keys",
    ),
    (9007199254740991, "9007199254740991", "the largest integer"),
    (-9007199254740991, "-9007199254740991", "the smallest integer"),
    (0, "0", "zero"),
    ((1, ("two",)), '[1,["two"]]', "tuples are lists"),
]


@pytest.mark.parametrize(("value", "text", "reason"), VECTORS)
def test_vectors(value, text, reason):
    assert canonical(value) == text, reason


def test_keys_are_sorted_by_utf_16_code_units():
    """RFC 8785, section 3.2.3: a smiling face (a surrogate pair) comes before a Hebrew presentation form."""
    values = {
        "\u20ac": "Euro Sign",
        "\r": "Carriage Return",
        "\ufb33": "Hebrew Letter Dalet With Dagesh",
        "1": "One",
        "\U0001f600": "Emoji: Grinning Face",
        "\u0080": "Control",
        "\u00f6": "Latin Small Letter O With Diaeresis",
    }
    assert list(json.loads(canonical(values)).values()) == [
        "Carriage Return",
        "One",
        "Control",
        "Latin Small Letter O With Diaeresis",
        "Euro Sign",
        "Emoji: Grinning Face",
        "Hebrew Letter Dalet With Dagesh",
    ]


def test_a_choice_is_written_as_its_text():
    class Kind(StrEnum):
        TYPO = "typo"

    assert canonical({"kind": Kind.TYPO}) == '{"kind":"typo"}'


def nested(depth):
    value = []
    for _ in range(depth):
        value = [value]
    return value


REFUSED = [
    (1.5, "fraction", "a fraction"),
    (1.0, "fraction", "a fraction that happens to be whole"),
    (float("nan"), "fraction", "no number at all"),
    (2**53, "too large", "one too many"),
    (-(2**53), "too large", "one too few"),
    (10**400, "too large", "a number that is no float either"),
    ({1: "x"}, "not a text", "a number as a key"),
    ({None: "x"}, "not a text", "nothing as a key"),
    ({"a": {True: 1}}, "not a text", "a truth value as a key, deep inside"),
    ("\ud800", "half a character", "a lone surrogate"),
    ({"\udfff": 1}, "half a character", "a lone surrogate in a key"),
    (b"bytes", "bytes", "bytes"),
    ({"x"}, "set", "a set has no order"),
    (nested(200), "deep", "nested without end"),
]


@pytest.mark.parametrize(("value", "told", "reason"), REFUSED, ids=[row[2] for row in REFUSED])
def test_what_has_no_canonical_form_is_refused_with_a_sentence(value, told, reason):
    with pytest.raises(ValueError, match=told) as caught:
        canonical(value)
    assert str(caught.value).endswith("."), reason


def test_digest_is_sha_256_of_utf_8():
    assert digest("") == "e3b0c44298fc1c149afbf4c8996fb92427ae41e4649b934ca495991b7852b855"
    assert digest("é") == hashlib.sha256(b"\xc3\xa9").hexdigest()
    with pytest.raises(ValueError, match="half a character"):
        digest("\ud800")


documents = st.recursive(
    st.none() | st.booleans() | st.integers(-(2**53) + 1, 2**53 - 1) | st.text(),
    lambda part: st.lists(part, max_size=4) | st.dictionaries(st.text(), part, max_size=4),
    max_leaves=20,
)


@given(documents)
def test_what_is_read_back_is_what_was_written_and_is_written_the_same(value):
    text = canonical(value)
    assert json.loads(text) == value
    assert canonical(json.loads(text)) == text


@given(st.dictionaries(st.text(), documents), st.randoms())
def test_the_order_of_keys_does_not_count(value, random):
    keys = list(value)
    random.shuffle(keys)
    assert canonical({key: value[key] for key in keys}) == canonical(value)
