"""Looking up by meaning, with a small embedder: vectors beside the index, a ranking that counts them."""

import json
import re
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import meanings
import numpy as np
import pytest
from django.core.management import call_command
from django.test import Client
from hypothesis import given
from hypothesis import settings as hypothesis_settings
from hypothesis import strategies as st
from makers import NOON, make_published, make_user
from meanings import Small

from claims import workflow
from claims.models import Claim, Head
from claims.search import embedding, index, keeping, store
from claims.search.index import Entry
from claims.search.matching import LIKELY, RELATED, Matched, matches, sureness
from claims.search.ranking import Ranking
from claims.search.semantic import vectors
from claims.search.semantic.embedders import Broken, Unavailable, named
from claims.search.semantic.meaning import InMemory, Meaning

CLAIMS = [
    Entry("autism", "The vaccine causes autism.", sequence=3),
    Entry("bridge", "The tender for the harbour bridge closed in May.", sequence=5),
    Entry("river", "More than 10,000 migrants crossed the river in March.", sequence=8),
]


@pytest.fixture
def small(settings: Any, monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> Small:
    made = Small()
    monkeypatch.setattr(meanings, "SMALL", made)
    settings.EMBEDDER, settings.DATA_DIR = "meanings:small", tmp_path
    return made


@pytest.fixture(autouse=True)
def forgotten() -> Iterator[None]:
    """What a process keeps open belongs to one test."""
    embedding._opened.clear()
    keeping._kept.clear()
    yield
    embedding._opened.clear()
    keeping._kept.clear()


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


# Vectors in a folder


def texts(*numbers: int) -> list[tuple[int, str]]:
    return [(number, f"The tower number {number} leans.") for number in numbers]


def filled(tmp_path: Path, *numbers: int) -> Meaning:
    made = Meaning(Small(), tmp_path)
    made.begin()
    made.add(texts(*numbers), sequence=numbers[-1], entry_digest="f" * 64)
    return made


def test_rows_are_found_by_their_entries(tmp_path: Path) -> None:
    made = filled(tmp_path, 2, 5, 9)
    made.add(texts(12, 13), sequence=13, entry_digest="e" * 64)
    found = made.near("The tower number 5 leans.", besides=[5, 6, 13, 99], most=1)
    assert found[5] == pytest.approx(1.0)
    assert set(found) == {5, 13}
    other = Meaning(Small(), tmp_path).vectors()
    assert other.sequences.tolist() == [2, 5, 9, 12, 13]
    assert (other.head.sequence, other.head.entry_digest) == (13, "e" * 64)


def test_whoever_has_them_open_sees_what_another_adds(tmp_path: Path) -> None:
    made, reader = filled(tmp_path, 2), Meaning(Small(), tmp_path)
    assert set(reader.near("tower", besides=[], most=9)) == {2}
    made.add(texts(4), sequence=4, entry_digest="")
    assert set(reader.near("tower", besides=[], most=9)) == {2, 4}
    made.begin()
    assert reader.near("tower", besides=[2], most=9) == {}


@pytest.mark.parametrize("rest", [b"", b"\0" * 7, b"x" * 1000])
def test_what_a_killed_writer_left_does_not_count(tmp_path: Path, rest: bytes) -> None:
    made = filled(tmp_path, 2, 5)
    for path in made.folder.glob("rows-*"):
        path.write_bytes(path.read_bytes() + rest)
    (made.folder / ".head.json").write_bytes(rest)
    again = Meaning(Small(), tmp_path)
    assert set(again.near("tower", besides=[], most=9)) == {2, 5}
    again.add(texts(7), sequence=7, entry_digest="")
    assert again.near("The tower number 7 leans.", besides=[], most=1)[7] == pytest.approx(1.0)
    assert vectors.is_sound(again.vectors())


# A head that is of the right form and width, with what no writer says.
NONSENSE: dict[str, dict[str, Any]] = {
    "count no number": {"count": "a"},
    "count below 0": {"count": -1},
    "count true": {"count": True},
    "count too large": {"count": 2**62},
    "count beyond": {"count": 2**70},
    "sequence no number": {"sequence": None},
    "digest no text": {"entry_digest": 5},
    "files no text": {"files": ["a"]},
    "files with a NUL": {"files": "a\0"},
    "files elsewhere": {"files": "../a"},
}


@pytest.mark.parametrize(
    "damage", ["no head", "no json", "a list", "other members", "short", "gone", "other width", *NONSENSE]
)
def test_what_is_broken_is_said_and_begun_again(tmp_path: Path, damage: str) -> None:
    made = filled(tmp_path, 2, 5)
    head, rows = made.folder / "head.json", next(made.folder.glob("*.vectors"))
    stated = json.loads(head.read_text())
    if damage == "no head":
        head.unlink()
    elif damage == "short":
        rows.write_bytes(rows.read_bytes()[:-1])
    elif damage == "gone":
        rows.unlink()
    else:
        changed = {"no json": "{", "a list": "[]", "other members": "{}"}
        changes = NONSENSE.get(damage, {"width": 3})
        head.write_text(changed.get(damage) or json.dumps(stated | changes))
    broken = Meaning(Small(), tmp_path)
    with pytest.raises(Broken):
        broken.vectors()
    assert broken.near("tower", besides=[2], most=3) == {}
    broken.begin()
    assert len(broken.vectors().rows) == 0
    assert len(list(made.folder.glob("rows-*"))) == 2


def test_another_embedder_has_other_vectors(tmp_path: Path) -> None:
    filled(tmp_path, 2)
    for other in (Small(version="2"), Small(dimensions=32)):
        with pytest.raises(Broken, match="There are no vectors yet"):
            Meaning(other, tmp_path).vectors()


@pytest.mark.parametrize("value", [0.0, 2.0, float("nan")])
def test_looking_over_keeps_what_is_sound_and_of_a_fact_check(tmp_path: Path, value: float) -> None:
    made = filled(tmp_path, 2, 5, 9)
    made.look_over([9, 2, 40])
    assert made.vectors().sequences.tolist() == [2, 9]
    assert made.vectors().head.sequence == 9
    path = next(made.folder.glob("*.vectors"))
    rows = np.fromfile(path, dtype="<f4")
    rows[:8] = value
    rows.tofile(path)
    again = Meaning(Small(), tmp_path)
    again.look_over([2, 9])
    assert len(again.vectors().rows) == 0


# The vectors of a server


def known() -> dict[int, str]:
    """The fact-checks that have a vector, of those that are published."""
    made = embedding.here(keeping.folder())
    assert made
    rows = Claim.objects.filter(publication__sequence__in=made.vectors().sequences.tolist())
    return {row.publication.sequence: row.slug for row in rows}


@pytest.mark.django_db
def test_a_new_fact_check_is_embedded_before_a_reader_is_answered(small: Small) -> None:
    make_published("autism", text="The vaccine causes autism.")
    assert keeping.ranking().rank("inoculation triggers neurodivergence", limit=2)[0].key == "autism"
    make_published("bridge", text="The tender for the bridge closed.")
    assert keeping.ranking().rank("auction of a viaduct", limit=2)[0].key == "bridge"
    assert set(known().values()) == {"autism", "bridge"}
    embedded = small.embedded
    keeping.ranking()
    assert small.embedded == embedded
    workflow.apply(
        "withdraw", verdict=Claim.objects.get(slug="autism").verdict, by=make_user(), at=NOON, note="No."
    )
    assert "autism" not in [hit.key for hit in keeping.ranking().rank("inoculation autism", limit=2)]


@pytest.mark.django_db
def test_a_backlog_is_the_commands(
    small: Small, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.setattr(embedding, "AT_ONCE", 1)
    monkeypatch.setattr(embedding, "PORTION", 2)
    for number in range(5):
        make_published(f"c{number}", text=f"The tower number {number} leans.")
    assert keeping.ranking().rank("tower 3", limit=5)[0].key == "c3"
    # The question alone: a reader waits for no backlog, and the answer is kept by nobody.
    assert small.embedded <= 1
    assert keeping.current().is_behind
    call_command("reindex", "--if-needed")
    assert not keeping.current().is_behind
    assert capsys.readouterr().out.endswith("Fact-checks that were embedded: 5.\n")
    assert set(known().values()) == {f"c{number}" for number in range(5)}
    call_command("reindex", "--if-needed")
    assert capsys.readouterr().out.endswith("Fact-checks that were embedded: 0.\n")
    embedded = small.embedded
    call_command("reindex")
    # What is sound is not embedded again.
    assert (small.embedded, len(known())) == (embedded, 5)


@pytest.mark.django_db
def test_who_is_killed_while_embedding_goes_on_where_it_stopped(
    small: Small, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(embedding, "PORTION", 2)
    for number in range(5):
        make_published(f"c{number}", text=f"The tower number {number} leans.")
    told: list[tuple[int, int]] = []

    def stop(count: int, total: int) -> None:
        told.append((count, total))
        if count == 4:
            raise KeyboardInterrupt

    with pytest.raises(KeyboardInterrupt):
        embedding.bring_up(keeping.folder(), told=stop)
    assert told == [(2, 5), (4, 5)]
    assert small.embedded == 4
    assert embedding.bring_up(keeping.folder()) == 1
    assert len(known()) == 5


@pytest.mark.django_db
def test_vectors_of_another_record_are_made_again(small: Small) -> None:
    make_published("autism", text="The vaccine causes autism.")
    other = Meaning(small, keeping.folder())
    with store.writing(other.folder):
        other.begin()
        other.add([(1, "Nothing of ours.")], sequence=1, entry_digest="f" * 64)
    assert keeping.ranking().rank("inoculation neurodivergence", limit=2)[0].key == "autism"
    assert set(known().values()) == {"autism"}


@pytest.mark.django_db
def test_nobody_waits_for_another_who_embeds(small: Small) -> None:
    make_published("autism", text="The vaccine causes autism.")
    keeping.ranking()
    there = embedding.here(keeping.folder())
    assert there
    with store.writing(there.folder):
        make_published("bridge", text="The tender for the bridge closed.")
        assert keeping.ranking().rank("tender", limit=2)[0].key == "bridge"
        assert set(known().values()) == {"autism"}


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
