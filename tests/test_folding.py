"""Folding for search and sorting: a row per rule, and what holds of every text."""

import unicodedata

import pytest
from hypothesis import example, given
from hypothesis import strategies as st

from sources import folding
from sources.folding import fold, sort_key, words

ROWS = [
    ("Lukashenko", "lukashenko", "capitals are folded"),
    ("Straße", "strasse", "case folding, not lower-casing"),
    ("Zażółć gęślą jaźń", "zazolc gesla jazn", "accents fall away, and so does the stroke of ł"),
    ("Zaz\u0307o\u0301łc\u0301", "zazolc", "composed and decomposed forms are one"),
    ("İstanbul ISPARTA ıhlamur", "istanbul isparta ihlamur", "dotted and dotless i are one"),
    ("ﬁnal ½ Ｋｙｉｖ", "final 1 2 kyiv", "compatibility forms are taken apart"),
    ("won’t / won't", "won t won t", "every kind of apostrophe is a space"),
    ("п'ять п’ять пʼять", "п ять п ять п ять", "also the apostrophe that Unicode counts as a letter"),
    ("shoulder-to–shoulder", "shoulder to shoulder", "so is every kind of dash"),
    ("  one,\n\ttwo …  ", "one two", "a run of anything else is one space, and none at the ends"),
    (
        "co\u00adoperate zero\u200bwidth \u202bleft\u202c",
        "cooperate zerowidth left",
        "invisible characters vanish",
    ),
    ("Алёша и Алеша", "алеша и алеша", "ё is written е in most print"),
    ("мой, мои", "мой мои", "й is not и: my own is not mine in the plural"),
    ("Київ, кит", "київ кит", "ї is not і"),
    ("Быў, быу", "быў быу", "ў is not у"),
    ("за́мок", "замок", "a stress mark falls away"),
    ("سَلَام", "سلام", "Arabic vowel points fall away"),
    ("שָׁלוֹם", "שלום", "so do Hebrew ones"),
    ("हिन्दी", "हिन्दी", "Devanagari vowel signs are part of the word"),
    ("がく", "がく", "the voicing mark makes another kana"),
    ("9,000 men", "9 000 men", "digits stay"),
    ("❤️ 👍🏽!", "", "no letters, no digits: nothing"),
    ("", "", "nothing stays nothing"),
]


@pytest.mark.parametrize(("text", "folded", "reason"), ROWS, ids=[row[2] for row in ROWS])
def test_fold(text, folded, reason):
    assert fold(text) == folded, reason


@pytest.mark.parametrize("marks", ["\u0301\u0316", "\u0e38\u0e48" * 15 + "\u200d", "\u0f73", "\uff9e\u0301"])
def test_so_many_marks_are_on_no_letter(marks):
    assert len(fold("a" + marks * 20_000)) <= 2 * folding.MOST_MARKS + 1
    assert folding.few_marks("a" + "\u0301" * 31 + "b") == "a" + "\u0301" * 30 + "b"


def test_words_are_the_folded_words_in_order():
    assert words("Lukashenko’s “union state”") == ["lukashenko", "s", "union", "state"]


def test_sort_key_is_never_empty_for_a_name_of_signs():
    assert sort_key("Žižkov") == "zizkov"
    assert sort_key("!?") == "!?"


@given(st.text())
@example("\u0345\u0344\u037a")
@example("ʼ\u0306")
@example("İ\u0307")
def test_folding_twice_changes_nothing(text):
    assert fold(fold(text)) == fold(text)


@given(st.text())
def test_a_folded_text_is_single_spaced_words_in_nfc(text):
    folded = fold(text)
    assert folded == " ".join(folded.split(" ")).strip()
    assert "  " not in folded
    assert unicodedata.is_normalized("NFC", folded)


@given(st.text())
def test_normal_forms_fold_alike(text):
    assert fold(unicodedata.normalize("NFD", text)) == fold(unicodedata.normalize("NFC", text))


@given(st.text())
@example("ที่ำ ´`Σς ｶﾞ각 İ ﬁ½")
@example("plain ASCII, with `signs`_and digits 1")
def test_folding_letter_by_letter_is_folding_the_whole(text):
    assert fold(text) == folding._folded(text)
