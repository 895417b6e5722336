"""What in a text has been checked: sentences, and which fact-checks each is likely about."""

import random
import time

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from claims.search import index, matching, words
from claims.search.index import Entry
from claims.search.matching import LIKELY, VERY_LIKELY, matches, perhaps_quoted
from claims.search.ranking import Ranking
from claims.search.sentences import LONGEST, sentences

CLAIMS = [
    Entry(
        "bridge",
        "The harbour bridge was sold to a foreign company in secret.",
        "Was the harbour bridge sold?",
    ),
    Entry("river", "More than 10,000 migrants crossed the river in March.", "How many crossed the river?"),
    Entry("vaccine", "The vaccine was never tested on children.", "Was the vaccine tested on children?"),
    Entry("most", "Мост через реку откроют весной следующего года.", language="ru"),
    *(
        Entry(f"other-{n}", f"Village {n} has {n * 7} mills and a tax on {n} hens.", f"On village {n}")
        for n in range(300)
    ),
]


@pytest.fixture(scope="module")
def ranking() -> Ranking:
    return Ranking(index.in_memory(CLAIMS), {"en", "ru"})


@pytest.mark.parametrize(
    ("text", "parts"),
    [
        ("One. Two! Three? Four", ["One.", "Two!", "Three?", "Four"]),
        ("He said “Never.” She left.", ["He said “Never.”", "She left."]),
        (
            "Dr. Quill met Prof. A. Gale in Jan. again. It rained.",
            ["Dr. Quill met Prof. A. Gale in Jan. again.", "It rained."],
        ),
        (
            "A wrapped\nline goes on. \n\nA new paragraph\n  \n last",
            ["A wrapped\nline goes on.", "A new paragraph", "last"],
        ),
        ("新冠疫苗含有芯片。他说。", ["新冠疫苗含有芯片。", "他说。"]),
        ("क्या यह सच है। नहीं", ["क्या यह सच है।", "नहीं"]),
        ("3.5 percent of 1.000", ["3.5 percent of 1.000"]),
        ("", []),
        (" \n\n ", []),
    ],
)
def test_sentences(text: str, parts: list[str]) -> None:
    assert [text[part.start : part.end] for part in sentences(text)] == parts


@given(st.text(max_size=400) | st.text('ab. !?\n"”', max_size=3 * LONGEST))
def test_sentences_lie_apart_and_leave_only_white_space_out(text: str) -> None:
    at, left = 0, ""
    for part in sentences(text):
        assert at <= part.start < part.end
        assert part.end - part.start <= LONGEST
        left += text[at : part.start]
        at = part.end
    assert not (left + text[at:]).strip()


ARTICLE = """\
It rained all day in the valley, and nobody went out.

The mayor spoke for an hour. The harbour bridge has been sold to some foreign company, in secret, said the mayor.
She thanked everybody for coming.

According to the minister 10,000 migrants were crossing the river during March. Мост через реку откроют весной.
"""


def test_an_article_is_marked_where_it_says_what_was_checked(ranking: Ranking) -> None:
    found = {
        ARTICLE[one.sentence.start : one.sentence.end][:20]: [match.key for match in one.matches]
        for one in matches(ranking, ARTICLE)
    }
    assert found == {
        "It rained all day in": [],
        "The mayor spoke for ": [],
        "The harbour bridge h": ["bridge"],
        "She thanked everybod": [],
        "According to the min": ["river"],
        "Мост через реку откр": ["most"],
    }


def test_a_match_says_how_sure_it_is_and_why(ranking: Ranking) -> None:
    text = "The harbour bridge was sold to a foreign company in secret. "
    exact = next(matches(ranking, text)).matches[0]
    assert exact.sure > VERY_LIKELY
    assert exact.shared == ("harbour", "bridge", "sold", "foreign", "company", "secret")
    loose = next(matches(ranking, "A company bought the bridge in the harbour, secretly")).matches
    assert not loose or LIKELY <= loose[0].sure < exact.sure


def test_a_sentence_that_points_back_is_read_with_the_one_before(ranking: Ranking) -> None:
    text = "The minister spoke of the new vaccine for measles. It was never tested on children."
    first, second = matches(ranking, text)
    assert first.matches == ()
    assert [match.key for match in second.matches] == ["vaccine"]
    # In another paragraph it is about something else.
    apart = list(matches(ranking, "Harbour bridges everywhere.\n\nIt was sold to nobody."))
    assert [one.matches for one in apart] == [(), ()]


@pytest.mark.parametrize(
    "text",
    [
        "The weather in spring is mild, and the bread is cheap.",
        "She bought a house near the river.",
        "Children like bridges.",
        "It was never tested.",
        "Village people paid their taxes.",
    ],
)
def test_what_shares_a_word_only_is_no_match(ranking: Ranking, text: str) -> None:
    assert [one.matches for one in matches(ranking, text)] == [()]


@pytest.mark.parametrize(
    ("claim", "text", "likely"),
    [
        ("x", "x", False),
        ("a.b", "http://a.b/ a.b", False),
        ("Nothing", "Nothing!", False),
        ("Bridge 5", "Bridge 5", False),
        ("The bridge collapsed.", "The bridge collapsed!", True),
        ("新冠疫苗", "新冠疫苗。", True),
        ("新冠", "新冠。", False),
    ],
)
def test_one_word_or_letters_are_no_statement(claim: str, text: str, likely: bool) -> None:
    found = matches(Ranking(index.in_memory([*CLAIMS, Entry("it", claim)]), {"en", "ru"}), text)
    assert [match.key for one in found for match in one.matches] == ["it"] * likely


QUOTED = [
    Entry("long", "On the bridge.", quotations=("we never sold that bridge to anyone", "nor will we")),
    Entry("short", "On words.", quotations=("not one word",)),
    Entry("two", "On two words.", quotations=("too short",)),
]


@pytest.mark.parametrize(
    ("text", "keys"),
    [
        ("Asked again, she said: “We never sold\nthat BRIDGE to anyone.”", {"long"}),
        ("Nor will we.", {"long"}),
        ("He said not one word.", {"short"}),
        ("It was too short.", set()),
        ("never sold that bridge to anyone", set()),
        ("", set()),
    ],
)
def test_quotations_are_looked_for_by_their_first_words(text: str, keys: set[str]) -> None:
    made = Ranking(index.in_memory(QUOTED), {"en"})
    assert set(perhaps_quoted(made, text)) == keys


@settings(deadline=None, max_examples=40)
@given(st.text(max_size=300))
def test_any_text_can_be_matched(text: str) -> None:
    for one in matches(ANY, text):
        assert all(LIKELY <= match.sure <= 1 for match in one.matches)


ANY = Ranking(index.in_memory(CLAIMS[:4]), {"en", "ru"})


def hostile() -> dict[str, str]:
    """Texts of as many characters as a text may have that are made to take long."""
    chance = random.Random(1)
    size = matching.LONGEST
    han = [chr(chance.randrange(0x4E00, 0x9FFF)) for _ in range(size)]
    vocabulary = ["".join(chance.choices("abcdefghijklmnop", k=7)) for _ in range(size // 8)]
    known = [
        "harbour",
        "bridge",
        "sold",
        "foreign",
        "company",
        "secret",
        "migrants",
        "river",
        "march",
        "vaccine",
        "mills",
    ]
    few = [f"{one.capitalize()} {other}. " for one in known for other in known]
    return {
        "letters without spaces": "".join(han),
        "one letter": "a" * size,
        "words of one letter": "a b " * (size // 4),
        "full stops": "." * size,
        "full stops with spaces": ". " * (size // 2),
        "one sentence": " ".join(chance.choices(known, k=size // 6)),
        "sentences of two words": "".join(chance.choices(few, k=size // 12)),
        "different words": " ".join(vocabulary),
        "scripts": "".join(
            chance.choices(["мост", "bridge", "क्या", "新冠", "شب", "ไทย", " ", ". "], k=size // 3)
        ),
        "zero width": "a\u200bb\u200dc " * (size // 6),
        "accents": "a" + "\u0301" * (size - 1),
        "quotation marks": '"“”' * (size // 3),
        "hashtags": " ".join(f"#{word.capitalize()}Bridge" for word in vocabulary),
        "initials": "A." * (size // 2),
        "pointing back": "It was sold. " * (size // 13),
        "addresses": "http://" * (size // 7),
    }


@pytest.mark.parametrize("name", hostile())
def test_no_text_takes_long(ranking: Ranking, name: str) -> None:
    """A few seconds of the processor were many times what any of these takes: tenths of a second."""
    text = hostile()[name][: matching.LONGEST]
    begun = time.process_time()
    found = list(matches(ranking, text))
    perhaps_quoted(ranking, text)
    assert time.process_time() - begun < 3
    assert len(found) <= matching.MOST_SENTENCES


def test_the_same_words_are_looked_up_once(ranking: Ranking, monkeypatch: pytest.MonkeyPatch) -> None:
    asked: list[str] = []
    rank = ranking.rank
    monkeypatch.setattr(ranking, "rank", lambda text, **how: asked.append(text) or rank(text, **how))
    found = list(matches(ranking, f"{CLAIMS[0].claim} " * 50))
    assert len(found) == 50
    assert len({one.matches for one in found}) == len(asked) == 1


def test_what_cannot_be_likely_is_left_out_and_nothing_else(
    ranking: Ranking, monkeypatch: pytest.MonkeyPatch
) -> None:
    text = f"{ARTICLE} A company bought the bridge in the harbour, secretly. Village 7 has 49 mills."
    found = list(matches(ranking, text))
    monkeypatch.setattr(matching, "_may_be_likely", lambda said, weight: True)
    assert list(matches(ranking, text)) == found


@given(
    st.lists(st.text("abcшж新भs", min_size=1, max_size=5)), st.sets(st.sampled_from(["en", "ru", "zh", "hi"]))
)
def test_forms_are_the_same_one_by_one_and_at_once(found: list[str], tags: set[str]) -> None:
    languages = frozenset(tags)
    words._known.cache_clear()
    alone = {word: words.forms(word, languages) for word in found}
    words._known.cache_clear()
    words.learn(found, languages)
    assert {word: words.forms(word, languages) for word in found} == alone
    assert all(alone.values())
