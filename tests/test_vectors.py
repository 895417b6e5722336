"""Vectors beside the index: in a folder, whatever happened to it, and caught up with the record."""

import json
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from django.core.management import call_command
from makers import NOON, make_published, make_user
from meanings import Small, forget, rank_by

from claims import workflow
from claims.models import Claim
from claims.search import embedding, keeping, store
from claims.search.semantic import vectors
from claims.search.semantic.embedders import Broken
from claims.search.semantic.meaning import Meaning


@pytest.fixture(autouse=True)
def forgotten(monkeypatch: pytest.MonkeyPatch) -> None:
    forget(monkeypatch)


@pytest.fixture
def small(settings: Any, monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> Small:
    return rank_by(Small(), settings, monkeypatch, tmp_path)


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
