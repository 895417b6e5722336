"""Looking up by meaning, with a small embedder: vectors beside the index, a ranking that counts them."""

import json
import re
import subprocess
import sys
from pathlib import Path
from typing import Any

import pytest
from django.core.management import call_command
from django.test import Client
from hypothesis import given
from hypothesis import settings as hypothesis_settings
from hypothesis import strategies as st
from makers import make_published
from meanings import Small, forget, rank_by

from claims.models import Head
from claims.search import embedding, index, keeping
from claims.search.index import Entry
from claims.search.matching import LIKELY, RELATED, Matched, matches, sureness
from claims.search.ranking import Ranking
from claims.search.semantic.embedders import Unavailable, named
from claims.search.semantic.meaning import InMemory

CLAIMS = [
    Entry("autism", "The vaccine causes autism.", sequence=3),
    Entry("bridge", "The tender for the harbour bridge closed in May.", sequence=5),
    Entry("river", "More than 10,000 migrants crossed the river in March.", sequence=8),
]


@pytest.fixture(autouse=True)
def forgotten(monkeypatch: pytest.MonkeyPatch) -> None:
    forget(monkeypatch)


@pytest.fixture
def small(settings: Any, monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> Small:
    return rank_by(Small(), settings, monkeypatch, tmp_path)


def ranking(entries: list[Entry] = CLAIMS, *, lacking: tuple[str, ...] = ()) -> Ranking:
    texts = sorted((entry.sequence, entry.claim) for entry in entries if entry.key not in lacking)
    return Ranking(index.in_memory(entries), {"en"}, InMemory(Small(), texts))


# The ranking


@pytest.mark.parametrize(
    ("text", "first"),
    [
        # Not one word of these is in the claim.
        ("Inoculation triggers neurodivergence", "autism"),
        ("Auction of a viaduct ended", "bridge"),
        # Words count as before.
        ("migrants at the river", "river"),
        ("harbour bridge tender", "bridge"),
    ],
)
def test_what_means_the_same_is_found(text: str, first: str) -> None:
    hit = ranking().rank(text, limit=3)[0]
    assert hit.key == first
    assert hit.near > 0.3
    assert ranking().rank(text, limit=3, by_meaning=False) == Ranking(index.in_memory(CLAIMS), {"en"}).rank(
        text, limit=3
    )


@pytest.mark.parametrize("text", ["", "  ", "!?", "\0", "zzzzz qqqqq"])
def test_what_has_nothing_to_do_with_anything_finds_nothing(text: str) -> None:
    assert ranking().rank(text, limit=3) == []


def test_filters_hold_for_what_is_near() -> None:
    entries = [
        Entry("one", "The vaccine causes autism.", filters={"origin": ["desk"]}, sequence=1),
        Entry("two", "The jab causes autism.", filters={"origin": ["partner"]}, sequence=2),
    ]
    narrowed = [(index.tantivy.Occur.Must, index.any_of(["origin:partner"], field=index.FILTERS))]
    found = ranking(entries).rank("inoculation triggers neurodivergence", limit=3, narrowed=narrowed)
    assert [hit.key for hit in found] == ["two"]


def test_what_has_no_vector_yet_is_ranked_by_its_words() -> None:
    text = "The tender for the harbour bridge closed in May"
    by_words = Ranking(index.in_memory(CLAIMS), {"en"}).rank(text, limit=3)
    # Most have none: the words alone. Where one has none it loses nothing by it.
    assert ranking(lacking=("bridge", "autism", "river")).rank(text, limit=3) == by_words
    entries = [*CLAIMS, Entry("other", "The tender for another bridge closed.", sequence=9)]
    assert ranking(entries, lacking=("bridge",)).rank(text, limit=3)[0].key == "bridge"


@hypothesis_settings(deadline=None, max_examples=30)
@given(st.text(max_size=200))
def test_any_text_is_only_words(text: str) -> None:
    for hit in ANY.rank(text, limit=5):
        assert -1.001 <= hit.near <= 1.001


ANY = ranking()


# What of a text was checked


def only(text: str) -> list[Matched]:
    return [one for one in matches(ranking(), text) if one.matches]


@pytest.mark.parametrize(
    "text",
    [
        "Inoculation triggers neurodivergence.",
        # As near as the claim itself, and the opposite: so near is no reason to be sure.
        "Inoculation never triggers neurodivergence.",
        "No, a jab does not produce any autistic people.",
    ],
)
def test_what_only_the_embedder_finds_is_related_and_never_likely(text: str) -> None:
    (found,) = only(text)
    (match,) = found.matches
    assert match.key == "autism"
    assert match.related
    assert match.sure < LIKELY


def test_what_words_say_is_likely_and_not_merely_related() -> None:
    (found,) = only("The tender for the harbour bridge closed in May.")
    assert [(match.key, match.related) for match in found.matches] == [("bridge", False)]
    assert found.matches[0].sure >= LIKELY


def test_nearness_does_not_make_surer() -> None:
    """A denial in other words has its claim's nearness of .93 or so, and its words decide."""
    for hit in ranking().rank("Inoculation does not trigger neurodivergence", limit=3):
        assert hit.near < RELATED or sureness(hit) < LIKELY


def test_of_a_long_text_words_alone_are_looked_at() -> None:
    long = "Inoculation triggers neurodivergence. " + "Somebody painted a wall on Tuesday. " * 30
    assert only(long) == []


@pytest.mark.parametrize(
    "name",
    [
        "os.path:join",
        "os:getcwd",
        "os:sep",
        "os:missing",
        "no.such.module:made",
        "os",
        "os.path:",
        ":a",
        ".a:b",
    ],
)
def test_a_name_that_makes_no_embedder_is_said(name: str) -> None:
    with pytest.raises(Unavailable, match=re.escape(name)):
        named(name)


@pytest.mark.django_db
def test_an_embedder_that_cannot_be_had_is_one_line_and_words_go_on(
    small: Small, settings: Any, caplog: pytest.LogCaptureFixture, capsys: pytest.CaptureFixture[str]
) -> None:
    settings.EMBEDDER = "meanings:missing"
    make_published("autism", text="The vaccine causes autism.")
    for _ in range(2):
        assert keeping.ranking().rank("vaccine", limit=2)[0].key == "autism"
        make_published(f"b{Head.objects.get().sequence}", text="The bridge leans.")
    assert [record.message for record in caplog.records if record.levelname == "ERROR"] == [
        "Looking up goes by words alone: The weights of small are not those that this program was measured with."
    ]
    call_command("reindex")
    assert "Looking up goes by words alone: The weights" in capsys.readouterr().err
    with pytest.raises(Unavailable):
        embedding.bring_up(keeping.folder())


def test_the_figures_say_how_they_were_ranked(
    small: Small, settings: Any, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    (tmp_path / "dev").mkdir()
    rows = "".join(json.dumps({"id": entry.key, "claim": entry.claim}) + "\n" for entry in CLAIMS)
    (tmp_path / "docs.jsonl").write_text(rows)
    (tmp_path / "dev" / "queries.jsonl").write_text('{"id": 1, "text": "inoculation and neurodivergence"}\n')
    (tmp_path / "dev" / "qrels.tsv").write_text("1\t0\tautism\t1\n")
    for embedder, ranked, figure in (
        ("meanings:small", "by words and by meaning (meanings:small).", 1.0),
        ("", "by words.", 0.0),
    ):
        settings.EMBEDDER = embedder
        call_command("evaluate_lookup", str(tmp_path), "--split", "dev")
        *_, said, last = capsys.readouterr().out.splitlines()
        assert said.endswith(ranked)
        assert json.loads(last)["map@5"] == figure


# What readers and programs are told


def published() -> None:
    make_published("autism", text="The vaccine causes autism.", title="Does it?")
    make_published("bridge", text="The tender for the harbour bridge closed in May.", title="Was it sold?")
    for number in range(4):
        make_published(f"tower-{number}", text=f"The tower number {number} leans.", title="Does it lean?")


@pytest.mark.django_db
@pytest.mark.parametrize(
    "words", ["inoculation triggers neurodivergence", "inoculation never triggers neurodivergence"]
)
def test_the_lookup_says_related_of_what_has_other_words(small: Small, words: str) -> None:
    published()
    call_command("reindex")
    page = Client().get("/", {"q": words}).content.decode()
    assert "Related claims" in page
    assert "or the opposite of it" in page
    assert "/claims/autism/" in page
    found = Client().get("/api/v1/lookup/", {"q": words}).json()
    assert (found["total"], found["nearest"]) == (0, True)
    assert [one["claim"]["id"] for one in found["results"] if one["related"]] == ["autism"]


@pytest.mark.django_db
def test_the_lookup_does_not_say_related_of_what_has_the_words(small: Small) -> None:
    published()
    call_command("reindex")
    page = Client().get("/", {"q": "harbour bridge tender"}).content.decode()
    assert "Related claims" not in page
    found = Client().get("/api/v1/lookup/", {"q": "harbour bridge tender"}).json()
    assert [(one["claim"]["id"], one["related"]) for one in found["results"]] == [("bridge", False)]
    # What is a little near is not shown among those that have some of the words.
    found = Client().get("/api/v1/lookup/", {"q": "harbour elephants"}).json()
    assert [one["claim"]["id"] for one in found["results"]] == ["bridge"]


@pytest.mark.django_db
@pytest.mark.parametrize(
    "text", ["Inoculation triggers neurodivergence.", "Inoculation never triggers neurodivergence."]
)
def test_a_checked_text_says_related_and_never_likely(small: Small, text: str) -> None:
    published()
    call_command("reindex")
    answered = Client().post("/api/v1/match/", {"text": text}, content_type="application/json").json()
    (sentence,) = answered["sentences"]
    (match,) = sentence["matches"]
    assert (match["claim"], match["related"]) == ("autism", True)
    assert match["sure"] < LIKELY
    page = Client().post("/check/", {"text": text}).content.decode()
    assert "Related: near in meaning" in page
    assert "Related to what was checked" in page
    assert "Likely: both say" not in page
    assert "Very likely" not in page
    # An answer that has no place to say it leaves it out.
    assert Client().get("/v1alpha1/claims:search", {"query": text}).json() == {}


# Nothing of it where it is not asked for


@pytest.mark.django_db
def test_without_the_setting_there_are_no_vectors(settings: Any, tmp_path: Path) -> None:
    settings.DATA_DIR = tmp_path
    assert settings.EMBEDDER == ""
    make_published("autism", text="The vaccine causes autism.")
    assert keeping.ranking().meaning is None
    assert list((tmp_path / "search").glob("vectors-*")) == []


def test_without_the_setting_nothing_of_it_is_imported(tmp_path: Path) -> None:
    program = (
        "import django, sys; django.setup(); "
        "from django.urls import get_resolver; get_resolver().url_patterns; "
        "import claims.search.keeping, claims.management.commands.reindex, claims.looking_up, claims.checking; "
        "print([name for name in sys.modules if name.split('.')[0] == 'numpy' or 'semantic' in name])"
    )
    environment = {
        "PATH": "/usr/bin:/bin",
        "DJANGO_SETTINGS_MODULE": "factcheck.settings",
        "FACTCHECK_DATA_DIR": str(tmp_path),
    }
    ended = subprocess.run(
        [sys.executable, "-c", program],
        env=environment,
        cwd=Path(__file__).resolve().parent.parent,
        capture_output=True,
        text=True,
        check=False,
    )
    assert (ended.stdout, ended.returncode) == ("[]\n", 0), ended.stderr
