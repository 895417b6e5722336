"""The index of a server: a cache of the record, brought up to date by whoever comes first."""

import shutil
import threading
from pathlib import Path
from typing import Any

import pytest
from django.core.management import call_command
from makers import NOON, make_published, make_speaker, make_user, publish
from taken import make_taken

from claims import merging, workflow
from claims.models import Claim, Head, Speaker
from claims.search import index, keeping, store
from claims.search.lookup import having, lookup
from claims.search.questions import question
from claims.search.store import Busy, Unusable

pytestmark = pytest.mark.django_db


@pytest.fixture(autouse=True)
def folder(settings: Any, tmp_path: Path) -> Path:
    settings.DATA_DIR = tmp_path
    return tmp_path / "search"


def keys(text: str, **filters: list[str]) -> set[str]:
    narrowed = {name: having(**{name: values}) for name, values in filters.items()}
    answer = lookup(keeping.ranking(), question(text), narrowed=narrowed, limit=20)
    return set() if answer.is_nearest else set(answer.keys)


def head() -> tuple[int, str]:
    made = keeping.ranking() and store.opened(keeping.folder()).head
    return made.sequence, made.entry_digest


def test_what_is_published_is_found_and_what_is_withdrawn_is_not() -> None:
    claim = make_published("tender", text="The tender closed in May.", title="Did the tender close?")
    assert keys("tender") == {"tender"}
    make_taken(claim="The tender was a sham.", url="https://www.checkers.example/a/")
    assert len(keys("tender")) == 2
    assert len(keys("tender", origin=["partner"])) == 1
    claim.text = "The tender closed in June."
    claim.save()
    publish_again(claim)
    assert keys("tender june") == {"tender"}
    assert keys("tender may") == set()
    workflow.apply(
        "withdraw", verdict=Claim.objects.get(slug="tender").verdict, by=make_user(), at=NOON, note="No."
    )
    assert "tender" not in keys("tender")
    last = Head.objects.get()
    assert head() == (last.sequence, last.entry_digest)


def publish_again(claim: Claim) -> None:
    verdict = Claim.objects.get(pk=claim.pk).verdict
    workflow.apply("revise", verdict=verdict, by=make_user(), at=NOON)
    publish(Claim.objects.get(pk=claim.pk), kind="correction", note="It was June.")


def test_a_merged_row_is_filtered_by_its_new_name() -> None:
    make_published("tender", speaker=make_speaker("ada-quill"))
    make_published("bridge", speaker=make_speaker("a-quill", name="A. Quill"))
    assert keys("speaker:quill", speaker=["ada-quill"]) == {"tender"}
    kept, gone = Speaker.objects.get(slug="ada-quill"), Speaker.objects.get(slug="a-quill")
    merged(kept, gone)
    assert keys("speaker:quill", speaker=["ada-quill"]) == {"tender", "bridge"}


def merged(kept: Speaker, gone: Speaker) -> None:
    seen = merging.plan(kept, gone).seen
    merging.merge(
        kept, gone, by=make_user(), at=NOON, note="The same person.", seen=seen, choices={"name": "kept"}
    )


@pytest.mark.parametrize(
    "damage", ["gone", "no pointer", "a file short", "garbage", "other version", "other record"]
)
def test_an_index_that_cannot_be_used_is_built_again(
    folder: Path, damage: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    make_published("tender", text="The tender closed in May.")
    assert keys("tender") == {"tender"}
    inside = folder / store.current(folder)
    keeping._kept.clear()
    if damage == "gone":
        # The engine looks for changes by itself, with a lock that comes and goes.
        shutil.rmtree(folder, ignore_errors=True)
        assert not folder.exists()
    elif damage == "no pointer":
        (folder / "current").unlink()
    elif damage == "a file short":
        for path in inside.glob("*.term"):
            path.unlink()
    elif damage == "garbage":
        (inside / "meta.json").write_text("{")
    elif damage == "other version":
        monkeypatch.setattr(index, "VERSION", index.VERSION + 1)
    else:
        with store.writing(folder):
            store.change(store.opened(folder), gone=[], entries=[], sequence=7, entry_digest="f" * 64)
    assert keys("tender") == {"tender"}


def test_nobody_waits_for_another_who_writes(folder: Path) -> None:
    make_published("tender", text="The tender closed in May.")
    assert keys("tender") == {"tender"}
    with held(folder):
        make_published("bridge", text="The tender for the bridge closed in May.")
        assert keys("tender") == {"tender"}
        with pytest.raises(Busy), store.writing(folder):
            pass
        shutil.rmtree(folder / store.current(folder))
        keeping._kept.clear()
        with pytest.raises(Unusable):
            keeping.ranking()
    assert keys("tender") == {"tender", "bridge"}


class held:  # noqa: N801 (read as a word of the test)
    """Another process that writes: the lock is that of the file, so another thread does as well."""

    def __init__(self, folder: Path) -> None:
        self.folder, self.done, self.there = folder, threading.Event(), threading.Event()

    def __enter__(self) -> None:
        def hold() -> None:
            with store.writing(self.folder):
                self.there.set()
                self.done.wait(30)

        self.thread = threading.Thread(target=hold)
        self.thread.start()
        self.there.wait(30)

    def __exit__(self, *_: object) -> None:
        self.done.set()
        self.thread.join()


def test_much_is_built_by_the_command_and_not_while_a_reader_waits(
    folder: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.setattr(keeping, "AT_ONCE", 1)
    for slug in ("one", "two"):
        make_published(slug, text=f"The tender number {slug} closed in May.")
    with pytest.raises(Unusable, match=r"manage\.py reindex"):
        keeping.ranking()
    call_command("reindex", "--if-needed")
    assert capsys.readouterr().out == "The index was built anew.\n"
    assert keys("tender") == {"one", "two"}
    for slug in ("three", "four"):
        make_published(slug, text=f"The tender number {slug} closed in May.")
    # A long backlog: the reader gets what is there.
    assert keys("tender") == {"one", "two"}
    call_command("reindex", "--if-needed")
    # Half of all is new: that is quicker anew.
    assert capsys.readouterr().out == "The index was built anew.\n"
    assert keys("tender") == {"one", "two", "three", "four"}
    make_published("five", text="The tender number five closed in May.")
    call_command("reindex", "--if-needed")
    assert capsys.readouterr().out == "The index is up to date.\n"
    assert keys("tender five") == {"five"}
    call_command("reindex")
    assert capsys.readouterr().out == "The index was built anew: 5 fact-checks.\n"
    assert keys("tender") == {"one", "two", "three", "four", "five"}


def test_who_reads_an_index_goes_on_while_another_takes_its_place(folder: Path) -> None:
    make_published("tender", text="The tender closed in May.")
    old = keeping.ranking()
    keeping.reindex()
    keeping.reindex()
    assert [hit.key for hit in old.rank("tender", limit=2)] == ["tender"]
    assert len(list(folder.glob("index-*"))) == 2
    assert keeping.ranking() is not old


def test_a_question_costs_the_same_queries_however_much_there_is(
    django_assert_num_queries: pytest.FixtureRequest,
) -> None:
    for number in range(3):
        make_published(f"tender-{number}", text=f"The tender number {number} closed in May.")
    keeping.ranking()
    with django_assert_num_queries(1):  # type: ignore[operator]
        assert len(keys("tender")) == 3
