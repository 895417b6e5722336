"""Looking claims up by words: the page, the API and what both stand on; the index and the database answer alike."""

import datetime as dt
import re
from pathlib import Path
from typing import Any

import pytest
from django.test import Client
from hypothesis import given
from hypothesis import strategies as st
from makers import NOON, make_claim, make_published, make_speaker, make_topic, make_user, publish
from taken import make_taken
from visiting import listed, page

from claims import labels, looking_up, workflow
from claims.filters import PublicationFilterSet
from claims.models import Claim, Label, Publication
from claims.search import keeping
from claims.search.highlights import highlights
from claims.search.store import Unusable
from claims.search.words import placed, stems, words

pytestmark = pytest.mark.django_db

LATER = NOON + dt.timedelta(days=40)


@pytest.fixture(autouse=True)
def folder(settings: Any, tmp_path: Path) -> None:
    settings.DATA_DIR = tmp_path


@pytest.fixture
def mixed() -> None:
    """Own fact-checks and partners', with every kind of filter."""
    make_published("bridge", text="The harbour bridge was sold.", rating="false")
    other = make_speaker("b-quill", name="B. Quill")
    make_published("tower", text="The harbour tower leans.", rating="mixed", speaker=other)
    claim = make_claim("mast", text="The harbour mast is gone.")
    claim.topics.add(make_topic("masts"))
    claim.claimed_on = dt.date(2020, 5, 4)
    claim.claimed_on_precision = "day"
    claim.save()
    publish(claim, at=LATER)
    verdict = Claim.objects.get(pk=claim.pk).verdict
    workflow.apply("revise", verdict=verdict, by=make_user(), at=LATER)
    claim.text = "The harbour mast is lost."
    claim.save()
    publish(Claim.objects.get(pk=claim.pk), kind="correction", note="Lost, not gone.", at=LATER)
    make_taken(claim="El puerto, the harbour, fue vendido.", language="es", label="Falso")
    make_taken(claim="The harbour was leased.", label="Wrong")
    label = Label.objects.get(text="Wrong")
    labels.map_label(label, rating="false", by=make_user(), at=LATER)


FILTERS = [
    *({"rating": value} for value in ("false", "mixed", "true")),
    *({"attribution": value} for value in ("confirmed", "reported")),
    *({"origin": value} for value in ("own", "partner")),
    *({"language": value} for value in ("en", "es", "de")),
    *({"speaker": value} for value in ("ada-quill", "b-quill")),
    *({"kind": value} for value in ("publication", "correction", "typo")),
    {"topic": "masts"},
    {"publisher": "checkers-example"},
    {"source": "source-1"},
    *({name: "2020-05-04"} for name in ("claimed_from", "claimed_until")),
    *({name: "2020-05-05"} for name in ("claimed_from", "claimed_until")),
    *({name: LATER.date().isoformat()} for name in ("published_from", "published_until")),
    *({name: (LATER.date() - dt.timedelta(1)).isoformat()} for name in ("published_from", "published_until")),
    {"rating": "false", "origin": "partner", "language": "en"},
]


@pytest.mark.usefixtures("mixed")
def test_the_index_and_the_database_answer_alike() -> None:
    seen = 0
    for asked in FILTERS:
        filters = PublicationFilterSet({**asked, "q": "harbour"}, queryset=Publication.objects.published())
        if not filters.form.is_valid():
            # A row that this newsroom does not have under that name.
            continue
        expected = set(filters.qs.values_list("slug", flat=True))
        found = looking_up.answer("harbour", asked, size=20)
        got = set() if found.is_nearest else {row.slug for row in found.rows}
        assert got == expected, asked
        assert (0 if found.is_nearest else found.total) == len(expected), asked
        seen += bool(expected)
    assert seen > 14


@pytest.mark.usefixtures("mixed")
def test_every_filter_is_counted_under_the_others() -> None:
    counts = looking_up.answer("harbour", {}, size=1).counts
    assert counts["origin"] == {"own": 3, "partner": 2}
    # Two of our own, and one whose label editors mapped.
    assert counts["rating"]["false"] == 3
    assert counts["language"] == {"en": 4, "es": 1}
    assert counts["kind"] == {"publication": 4, "correction": 1}
    nothing = looking_up.answer("harbour", {"rating": "true"}, size=1)
    assert (nothing.total, nothing.counts["rating"]) == (0, counts["rating"])
    under = looking_up.answer("harbour", {"origin": "partner"}, size=1).counts
    assert under["origin"] == {"own": 3, "partner": 2}
    assert under["rating"] == {"false": 1}


def test_the_page_marks_the_words_and_turns_its_pages() -> None:
    for number in range(23):
        make_published(f"tower-{number:02}", text=f"The tower number {number} leans to a side.")
    first = page("/?q=towers")
    assert len(listed(first)) == 20
    assert "The <mark>tower</mark> number" in first
    assert "23 fact-checks, likeliest first" in re.sub(r"\s+", " ", first)
    (after,) = re.findall(r'<a href="([^"]*)" rel="next">Next page', first)
    second = page("/" + after.replace("&amp;", "&"))
    assert len(listed(second)) == 3
    assert not {*listed(first)} & {*listed(second)}
    assert "Page before" in second
    beyond = page("/?q=towers&sort=newest&page=77")
    assert listed(beyond) == []
    assert "No claim here" not in beyond
    assert "This list of 23 fact-checks ends on <a" in re.sub(r"\s+", " ", beyond)
    (end,) = re.findall(r'<a href="([^"]*)">page 2</a>', beyond)
    assert len(listed(page("/" + end.replace("&amp;", "&")))) == 3
    newest = page("/?q=towers&sort=newest")
    assert listed(newest) == [f"tower-{number:02}" for number in range(22, 2, -1)]
    assert "sort=newest&amp;page=2" in newest or "page=2&amp;sort=newest" in newest
    assert listed(page("/?q=towers&page=0&sort=best")) == listed(first)


def test_phrases_exclusions_and_speakers() -> None:
    make_published("bridge", text="The harbour bridge was sold.")
    make_published(
        "tower", text="The bridge at the harbour leans.", speaker=make_speaker("b", name="Bo Reed")
    )
    assert listed(page('/?q="harbour+bridge"')) == ["bridge"]
    assert listed(page("/?q=harbour+-sold")) == ["tower"]
    assert listed(page("/?q=speaker:reed+harbour")) == ["tower"]


def test_what_was_meant_is_offered() -> None:
    make_published("bridge", text="The harbour bridge was sold.")
    text = page("/?q=harbuor+bridge&rating=mixed")
    assert 'Did you mean <a href="?q=harbour+bridge&amp;rating=mixed">harbour bridge</a>?' in text
    assert "Did you mean" not in page("/?q=harbour")
    # The signs of the question stay.
    text = page("/?q=harbuor+-russian+speaker:quill")
    assert '<a href="?q=harbour+-russian+speaker%3Aquill">harbour -russian speaker:quill</a>' in text


def test_a_failing_index_gives_the_plain_answer_with_a_notice(
    monkeypatch: pytest.MonkeyPatch, caplog: pytest.LogCaptureFixture
) -> None:
    make_published("bridge", text="The harbour bridge was sold.")

    def fail() -> None:
        raise Unusable("The index cannot be used.")

    monkeypatch.setattr(keeping, "current", fail)
    response = Client().get("/?q=harbour")
    text = response.content.decode()
    assert response.status_code == 200
    assert listed(text) == ["bridge"]
    assert "The index of the claims cannot be asked" in text
    assert response["Cache-Control"] == "no-store"
    assert not response.has_header("ETag")
    assert "answered by the database alone" in caplog.text
    answer = Client().get("/api/v1/lookup/?q=harbour").json()
    assert (answer["plain"], answer["total"]) == (True, 1)
    assert Client().get("/api/v1/lookup/?q=nothing+bridge").json()["nearest"] is True


@pytest.mark.parametrize(
    ("asked", "slugs"),
    [
        ("harbour", ["tower", "bridge"]),
        ("harbour -sold", ["tower"]),
        # What is excluded is excluded as a whole word.
        ("harbour -sol", ["tower", "bridge"]),
        ("-harbour", ["mast"]),
        ('-"harbour bridge"', ["mast", "tower"]),
        ('"harbour bridge"', ["bridge"]),
        ('"bridge harbour"', []),
        ("speaker:reed", ["tower"]),
        ('speaker:"BO reed" leans', ["tower"]),
        ("speaker:ree", []),
        ("harbour -speaker:reed", ["bridge"]),
        ('-speaker:"ada reed"', ["mast", "tower", "bridge"]),
        ("harbour elephants -speaker:reed", ["bridge"]),
    ],
)
def test_the_plain_answer_keeps_the_signs(
    asked: str, slugs: list[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    make_published("bridge", text="The harbour bridge was sold.")
    make_published(
        "tower", text="The bridge at the harbour leans.", speaker=make_speaker("b", name="Bo Reed")
    )
    make_published("mast", text="The mast is gone.")
    by_index = looking_up.answer(asked, {}, order=looking_up.NEWEST, size=9)

    def fail() -> None:
        raise Unusable("The index cannot be used.")

    monkeypatch.setattr(keeping, "current", fail)
    found = looking_up.answer(asked, {}, size=9)
    assert found.is_plain
    got = [row.slug for row in found.rows]
    if found.is_nearest and not slugs:
        # Some of the words are nearest.
        assert found.total == 0
        return
    assert got == slugs
    assert {row.slug for row in by_index.rows} == set(slugs)
    if not found.is_nearest:
        assert found.total == sum(found.counts["origin"].values()) == len(slugs)


def test_what_was_withdrawn_is_not_shown_even_by_an_old_index(monkeypatch: pytest.MonkeyPatch) -> None:
    make_published("bridge", text="The harbour bridge was sold.")
    assert listed(page("/?q=harbour")) == ["bridge"]
    old = keeping.current()
    verdict = Claim.objects.get(slug="bridge").verdict
    workflow.apply("withdraw", verdict=verdict, by=make_user(), at=NOON, note="It was wrong.")
    monkeypatch.setattr(keeping, "current", lambda: old)
    text = page("/?q=harbour")
    assert listed(text) == []
    assert "No claim here has all of these words" in text
    answer = Client().get("/api/v1/lookup/?q=harbour").json()
    assert (answer["total"], answer["pages"], answer["counts"], answer["results"]) == (0, 1, {}, [])


@pytest.mark.usefixtures("mixed")
def test_the_api_answers_as_the_page_does() -> None:
    answer = Client().get("/api/v1/lookup/?q=harbour+leaning+tower&limit=1").json()
    assert (answer["total"], answer["page"], answer["pages"], answer["nearest"]) == (1, 1, 1, False)
    (result,) = answer["results"]
    claim = result["claim"]["claim"]
    assert [claim[start:end] for start, end in result["highlights"]] == ["harbour", "tower", "leans"]
    assert result["claim"]["live"]["url"].endswith("/claims/tower/")
    assert answer["did_you_mean"] is None
    assert answer["counts"]["origin"] == {"own": 1}
    assert Client().get("/api/v1/lookup/?q=harbour&limit=2&page=3").json()["pages"] == 3


@pytest.mark.parametrize(
    ("query", "name"),
    [
        ("", "q"),
        ("?q=!", "q"),
        ("?q=a&page=0", "page"),
        ("?q=a&limit=101", "limit"),
        ("?q=a&sort=best", "sort"),
        ("?q=a&before=3", "before"),
        ("?q=a&rating=perhaps", "rating"),
        ("?q=a&q=b", "q"),
    ],
)
def test_what_the_api_refuses(query: str, name: str) -> None:
    make_published("bridge")
    answer = Client().get(f"/api/v1/lookup/{query}")
    assert answer.status_code == 400
    assert answer["Content-Type"] == "application/problem+json"
    assert name in [error["name"] for error in answer.json()["errors"]]


@pytest.mark.parametrize(
    ("text", "asked", "marked"),
    [
        ("Nine thousand troops, they say.", "troop THOUSANDS", ["thousand", "troops"]),
        ("The U.S. minister’s 9,000 men", "us ministers 9000", ["U.S", "minister’s", "9,000"]),
        ("Электричество во Львове", "львове", ["Львове"]),
        ("Nothing of it", "bridge", []),
        # Vowel signs are part of their words.
        ("कोरोना की दवा नहीं मिली", "दवा कोरोना", ["कोरोना", "दवा"]),
        ("கொரோனா தடுப்பூசி", "தடுப்பூசி", ["தடுப்பூசி"]),
        ("วัคซีนโควิดทำให้ตาย", "วัคซีน", ["วัคซีน"]),
        # Without spaces between words a word is marked, and not its sentence.
        ("新冠疫苗含有微芯片。", "疫苗", ["疫苗"]),
        ("新冠疫苗含有微芯片,2021年", "疫苗 芯片 2021", ["疫苗", "芯片", "2021"]),
        ("ทำนำ", "นำ", ["นำ"]),
        # What stands in a link is no word.
        ("See https://bridge.example/bridge: the bridge", "bridge", ["bridge"]),
    ],
)
def test_words_are_marked_where_they_stand(text: str, asked: str, marked: list[str]) -> None:
    forms = frozenset(stems(words(asked), "en")) | frozenset(words(asked))
    assert [text[start:end] for start, end in highlights(text, forms, language="en")] == marked


@given(st.text("aé ा新冠疫苗ทำ'.,9#゛か\u200d", max_size=40) | st.text(max_size=60))
def test_words_stand_in_their_places(text: str) -> None:
    last = 0
    for start, end, found in placed(text):
        assert last <= start + 1
        assert start < end <= len(text)
        assert found
        last = end


def test_a_speaker_is_met_in_every_spelling_that_is_an_alias_of_theirs() -> None:
    speaker = make_speaker("alexander-lukashenko", name="Alexander Lukashenko")
    for name, language in (("Alyaksandr Lukashenka", "en"), ("Александр Лукашенко", "ru")):
        speaker.aliases.create(name=name, language=language)
    make_published("border", text="The situation on the border has worsened.", speaker=speaker)
    make_published("other", text="The harbour bridge was sold.", speaker=make_speaker())
    for name in ("Lukashenko", "Lukashenka", "Лукашенко", "ЛУКАШЕНКО", "alyaksandr lukashenka"):
        for asked in (name, f'speaker:"{name}"', f"{name} border", f'speaker:"{name}" worsened'):
            found = looking_up.answer(asked, {}, size=9)
            assert (found.is_nearest, [row.slug for row in found.rows]) == (False, ["border"]), asked
