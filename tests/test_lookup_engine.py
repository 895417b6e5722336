"""The lookup over an index: which fact-checks answer, how many, under which filters, and what was meant."""

import datetime as dt

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from claims.search import index
from claims.search.index import Entry
from claims.search.lookup import Found, between, having, lookup
from claims.search.questions import MOST_SIGNS, Question, question
from claims.search.ranking import Ranking

DAY = dt.date(2022, 10, 10)


def entry(key: str, claim: str, sequence: int, **more: object) -> Entry:
    filters = {name: more.pop(name) for name in ("rating", "topic", "origin", "label") if name in more}
    return Entry(key, claim, sequence=sequence, filters=filters, **more)  # type: ignore[arg-type]


CLAIMS = [
    entry(
        "bridge", "The harbour bridge was sold.", 1, rating=["false"], topic=["city", "money"], origin=["own"]
    ),
    entry(
        "bridge-2",
        "The bridge over the harbour was never sold.",
        2,
        rating=["true"],
        topic=["city"],
        origin=["own"],
    ),
    entry(
        "tower",
        "The tower was sold to a harbour company.",
        3,
        rating=["false"],
        origin=["own"],
        days={"claimed": DAY},
    ),
    entry(
        "army",
        "The army will grow.",
        4,
        speaker="Alexander Lukashenko",
        summary="In the harbour too.",
        origin=["own"],
    ),
    entry(
        "vacuna", "Las vacunas contienen metales.", 5, language="es", origin=["partner"], label=["a\nFalso"]
    ),
]


@pytest.fixture(scope="module")
def ranking() -> Ranking:
    return Ranking(index.in_memory(CLAIMS), {"en", "es"})


def found(ranking: Ranking, text: str, **options: object) -> Found:
    return lookup(ranking, question(text), **{"narrowed": {}, "limit": 10, **options})  # type: ignore[arg-type]


@pytest.mark.parametrize(
    ("text", "words", "phrases", "without", "speakers"),
    [
        ("thousand troops", "thousand troops", (), (), ()),
        ('"thousand troops" in Belarus', "thousand troops in Belarus", ("thousand troops",), (), ()),
        ("“thousand troops”", "thousand troops", ("thousand troops",), (), ()),
        ("troops -Minsk -“joint force”", "troops", (), ("Minsk", "joint force"), ()),
        ('speaker:"A. Lukashenko" troops', "troops", (), (), ("A. Lukashenko",)),
        ("SPEAKER:putin", "", (), (), ("putin",)),
        # A dash between words is a dash, a negative number a number, a lonely sign nothing.
        ("Minsk - Moscow -5 - speaker: -", "Minsk - Moscow -5 - speaker: -", (), (), ()),
        ("well-known co-operation", "well-known co-operation", (), (), ()),
        ('an "unclosed quotation', 'an "unclosed quotation', (), (), ()),
        ('"" -"" title:a AND (b OR c)* ~2', '"" -"" title:a AND (b OR c)* ~2', (), (), ()),
        ("-a " * (MOST_SIGNS + 2), "-a -a", (), ("a",) * MOST_SIGNS, ()),
    ],
)
def test_what_is_asked(
    text: str, words: str, phrases: tuple[str, ...], without: tuple[str, ...], speakers: tuple[str, ...]
) -> None:
    assert question(text) == Question(words, phrases, without, speakers)


@pytest.mark.parametrize(
    ("text", "keys"),
    [
        # Every word, in any form, anywhere; what has them in the claim comes first.
        ("harbour", ["bridge", "bridge-2", "tower", "army"]),
        ("bridges harbour", ["bridge", "bridge-2"]),
        ("harbour lukashenko", ["army"]),
        ('"harbour bridge"', ["bridge"]),
        ("harbour -bridge", ["tower", "army"]),
        ('sold -"harbour bridge"', ["bridge-2", "tower"]),
        ("speaker:lukashenko", ["army"]),
        ("speaker:lukashenko harbour", ["army"]),
        ("speaker:harbour", []),
        ("VACUNA metal", ["vacuna"]),
        # Nothing but an exclusion: all the others, the newest first.
        ("-sold", ["vacuna", "army"]),
    ],
)
def test_what_answers(ranking: Ranking, text: str, keys: list[str]) -> None:
    answer = found(ranking, text)
    if not keys:
        assert (answer.total, answer.is_nearest) == (0, True)
        return
    assert sorted(answer.keys) == sorted(keys)
    assert answer.keys[0] == keys[0]
    assert answer.total == len(keys)
    assert not answer.is_nearest


def test_the_nearest_are_called_that(ranking: Ranking) -> None:
    answer = found(ranking, "harbour bridge elephants")
    assert answer.keys[:2] == ("bridge", "bridge-2") or answer.keys[:2] == ("bridge-2", "bridge")
    assert (answer.total, answer.is_nearest) == (0, True)


def test_of_a_long_text_most_words_have_to_be_there(ranking: Ranking) -> None:
    text = "I read somewhere that the bridge over the harbour was really never ever sold to anybody"
    assert found(ranking, text).keys[0] == "bridge-2"


@pytest.mark.parametrize(
    ("text", "meant"),
    [
        ("harbuor brigde", "harbour bridge"),
        ("lukashenka", "lukashenko"),
        ("the harbour bridgge", "the harbour bridge"),
        ("elephants", ""),
        ("xyz", ""),
    ],
)
def test_what_was_meant(ranking: Ranking, text: str, meant: str) -> None:
    assert found(ranking, text).meant == meant


def test_newest_first_and_pages(ranking: Ranking) -> None:
    assert found(ranking, "harbour", newest_first=True).keys == ("army", "tower", "bridge-2", "bridge")
    ranked = found(ranking, "harbour").keys
    pages = [found(ranking, "harbour", offset=at, limit=1).keys for at in range(5)]
    assert pages == [(key,) for key in ranked] + [()]
    assert found(ranking, "harbour", newest_first=True, offset=3, limit=3).keys == ("bridge",)


def test_filters_narrow_and_are_counted_under_the_others(ranking: Ranking) -> None:
    counts = found(ranking, "harbour").counts
    assert counts["rating"] == {"false": 2, "true": 1}
    assert counts["topic"] == {"city": 2, "money": 1}
    answer = found(ranking, "harbour", narrowed={"rating": having(rating=["false"])})
    assert set(answer.keys) == {"bridge", "tower"}
    assert answer.total == 2
    assert answer.counts["rating"] == {"false": 2, "true": 1}
    assert answer.counts["topic"] == {"city": 1, "money": 1}
    labelled = {"rating": having(rating=["false"], label=["a\nFalso"])}
    assert found(ranking, "metales", narrowed=labelled).keys == ("vacuna",)


@pytest.mark.parametrize(
    ("first", "last", "keys"),
    [
        (DAY, None, ("tower",)),
        (None, DAY, ("tower",)),
        (DAY, DAY, ("tower",)),
        (DAY + dt.timedelta(1), None, ()),
        (None, DAY - dt.timedelta(1), ()),
    ],
)
def test_days_have_both_ends(
    ranking: Ranking, first: dt.date | None, last: dt.date | None, keys: tuple[str, ...]
) -> None:
    clauses = between(
        "claimed", first=first.toordinal() if first else None, last=last.toordinal() if last else None
    )
    answer = found(ranking, "sold", narrowed={"claimed": clauses})
    assert (answer.keys if not answer.is_nearest else ()) == keys


@settings(deadline=None, max_examples=80)
@given(st.text("ab \"“”-:'\0\n\\*()[]^~+&|ñ中й", max_size=60) | st.text(max_size=60))
def test_no_text_is_an_error(text: str) -> None:
    asked = question(text)
    if asked != Question():
        answer = lookup(EVERY, asked, narrowed={}, limit=5)
        assert len(answer.keys) <= max(answer.total, 20)


EVERY = Ranking(index.in_memory(CLAIMS), {"en", "es"})
