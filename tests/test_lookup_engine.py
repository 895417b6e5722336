"""The lookup over an index: which fact-checks answer, how many, under which filters, and what was meant."""

import datetime as dt
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from claims.search import index
from claims.search import lookup as lookups
from claims.search.index import Entry
from claims.search.lookup import MOST_READ, MOST_UNKNOWN, Found, between, having, lookup
from claims.search.questions import MOST_SIGNS, Question, pieces, question
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
        ("«thousand troops» -«joint force»", "thousand troops", ("thousand troops",), ("joint force",), ()),
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
    ("text", "words", "without"),
    [
        ("troops -speaker:putin", "troops", ("putin",)),
        ('-SPEAKER:"donald trump"', "", ("donald trump",)),
        ("-speaker:", "-speaker:", ()),
    ],
)
def test_speakers_that_are_not_meant(text: str, words: str, without: tuple[str, ...]) -> None:
    assert question(text) == Question(words, without_speakers=without)


@given(st.text('ab -"“”«»: ', max_size=40) | st.text(max_size=40), st.sampled_from(["", "speaker:", "-"]))
def test_the_pieces_of_a_question_stand_where_they_say(text: str, sign: str) -> None:
    asked, last = sign + text, 0
    for piece in pieces(asked):
        assert piece.start >= last
        last = piece.start + len(piece.text)
        assert asked[piece.start : last] == piece.text
    assert question(asked).asked == asked


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
        ("harbour -speaker:lukashenko", ["bridge", "bridge-2", "tower"]),
        ('harbour -speaker:"alexander lukashenko"', ["bridge", "bridge-2", "tower"]),
        # Both names have to be theirs.
        ('-speaker:"donald lukashenko" grow', ["army"]),
        ("-speaker:lukashenko", ["vacuna", "tower", "bridge-2", "bridge"]),
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


def test_the_nearest_are_by_the_speaker_who_is_asked_for(ranking: Ranking) -> None:
    assert found(ranking, "army bridge elephants speaker:lukashenko").keys == ("army",)
    assert found(ranking, "army bridge elephants speaker:putin").keys == ()
    answer = found(ranking, "harbour elephants -speaker:lukashenko")
    assert answer.is_nearest
    assert set(answer.keys) == {"bridge", "bridge-2", "tower"}


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
        # The signs stay, and what stands under one that excludes is left as it is.
        ("brigde -russian", "bridge -russian"),
        ("brigde -hotell", "bridge -hotell"),
        ("brigde speaker:lukashenko", "bridge speaker:lukashenko"),
        ('"harbour brigde" sold', '"harbour bridge" sold'),
        ("brigde “was  sold”", "bridge “was sold”"),
        # A speaker is suggested where a speaker is asked for.
        ("harbour speaker:lukashenka", "harbour speaker:lukashenko"),
        ('speaker:"Alexandr Lukashenko"', 'speaker:"alexander Lukashenko"'),
        ("speaker:harbuor", ""),
    ],
)
def test_what_was_meant(ranking: Ranking, text: str, meant: str) -> None:
    assert found(ranking, text).meant == meant


def test_what_was_withdrawn_is_not_offered() -> None:
    """The engine keeps the words of what was deleted until it merges its parts."""
    made = index.in_memory(CLAIMS)
    writer = made.writer(heap_size=50_000_000, num_threads=1)
    writer.delete_documents_by_term(index.KEY, "tower")
    writer.commit()
    writer.wait_merging_threads()
    made.reload()
    left = Ranking(made, {"en", "es"})
    assert left.searcher.doc_freq(index.SPELLED, "tower") == 1
    assert found(left, "towerr bridge").meant == ""
    assert found(left, "company").meant == ""
    # Deleted words are unknown, and what is there is offered for them.
    assert found(left, "tower brigde").meant == "tower bridge"


def test_nothing_is_suggested_for_long_questions(ranking: Ranking, monkeypatch: pytest.MonkeyPatch) -> None:
    compared = 0
    likest = lookups._likest

    def counting(*arguments: Any) -> str:
        nonlocal compared
        compared += 1
        return likest(*arguments)

    monkeypatch.setattr(lookups, "_likest", counting)
    unknown = " ".join(f"elephant{letter}" for letter in "abcdefghijklmnop")
    assert found(ranking, f"brigde {unknown}").meant == ""
    assert compared == MOST_UNKNOWN
    assert found(ranking, f"{'the harbour ' * (MOST_READ // 2)} brigde").meant == ""
    assert compared == MOST_UNKNOWN


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
    # What leaves nothing says what its other values would leave.
    answer = found(ranking, "harbour", narrowed={"rating": having(rating=["mixed"])})
    assert (answer.total, answer.is_nearest) == (0, True)
    assert answer.counts["rating"] == {"false": 2, "true": 1}
    assert answer.counts["topic"] == {}
    assert found(ranking, "elephants", narrowed={"rating": having(rating=["mixed"])}).counts == {}
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
