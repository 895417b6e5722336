"""Words and stems: what a reader types and what stands in a claim become the same."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from claims.search.words import LONGEST_WORD, STEMMED, forms, stems, telling, words
from sources.folding import fold


@pytest.mark.parametrize(
    ("text", "found"),
    [
        ("Nine thousand TROOPS", ["nine", "thousand", "troops"]),
        # Numbers as one word, however their thousands are set apart; a fraction is two.
        (
            "9,000 and 1\u00a0000\u00a0000 and 1,5 and 12,34",
            ["9000", "and", "1000000", "and", "1", "5", "and", "12", "34"],
        ),
        (
            "the minister's U.S. trip, the ministers’ plan",
            ["the", "minister", "us", "trip", "the", "ministers", "plan"],
        ),
        # Links say nothing; hashtags and handles are words written together.
        ("See https://example.org/a?b=c#d and pic.twitter.com/xYz now", ["see", "and", "now"]),
        ("#DefundTheBBC #COVID19 @ilhanMN_x", ["defund", "the", "bbc", "covid", "19", "ilhan", "mn", "x"]),
        ("a/b and/or", ["a", "b", "and", "or"]),
        ("Électricité, Łódź, straße", ["electricite", "lodz", "strasse"]),
        ("Лукашенко й Ёлка", ["лукашенко", "й", "елка"]),
        # Vowel signs are letters of their words; Arabic points are not.
        ("कोरोना की दवा", ["कोरोना", "की", "दवा"]),
        ("كُتُب", ["كتب"]),
        # Without spaces between words: pairs of letters.
        ("新冠疫苗 2021年", ["新冠", "冠疫", "疫苗", "2021", "年"]),
        ("วัคซีน", ["วั", "ัค", "คซ", "ซี", "ีน"]),
        ("", []),
        ("!?… ©", []),
        ("x" * 100, ["x" * LONGEST_WORD]),
    ],
)
def test_words(text: str, found: list[str]) -> None:
    assert words(text) == found


@pytest.mark.parametrize(
    ("language", "one", "other"),
    [
        ("en", "migrants rising crossed", "migrant rise crossing"),
        ("en-GB", "vaccines", "vaccine"),
        ("es", "vacunas", "vacuna"),
        ("de-AT", "impfungen", "impfung"),
        ("ru", "войска", "войск"),
        ("ar", "المدرسة", "مدرسة"),
    ],
)
def test_other_forms_of_a_word_have_one_stem(language: str, one: str, other: str) -> None:
    assert stems(words(one), language) == stems(words(other), language)


@pytest.mark.parametrize("language", ["", "und", "pl", "zh-Hant"])
def test_without_a_stemmer_a_word_is_its_own_stem(language: str) -> None:
    assert stems(["vaccines", "войска"], language) == ["vaccines", "войска"]


@pytest.mark.parametrize(
    ("word", "languages", "found"),
    [
        ("vaccines", {"en"}, {"vaccin"}),
        ("vaccines", set(), {"vaccines"}),
        # In Polish texts it stands as it is, under no Russian form.
        ("vaccines", {"en", "pl", "ru"}, {"vaccin", "vaccines"}),
        ("войска", {"en", "ru"}, {"войск", "войска"}),
    ],
)
def test_forms_are_those_of_the_languages_that_fit(word: str, languages: set[str], found: set[str]) -> None:
    assert forms(word, frozenset(languages)) == found


def test_common_words_go_where_there_are_others() -> None:
    assert telling(["who", "said", "that", "the", "bridge", "is", "closed", "the", "bridge"]) == [
        "bridge",
        "closed",
    ]
    assert telling(["to", "be", "or", "not", "to", "be"]) == ["to", "be", "or", "not"]


@given(st.text(max_size=200))
def test_words_are_folded_and_any_text_has_some_or_none(text: str) -> None:
    for word in words(text):
        assert 1 <= len(word) <= LONGEST_WORD
        assert " " not in word
        assert fold(word) in (word, "") or not word.isascii()


@given(
    st.lists(st.text("abcdefghijklmnopqrstuvwxyzабвгдежз", min_size=1, max_size=20)),
    st.sampled_from([*STEMMED]),
)
def test_each_word_has_one_stem(found: list[str], language: str) -> None:
    made = stems(found, language)
    assert len(made) == len(found)
    assert all(forms(word, frozenset({language})) for word in found)
