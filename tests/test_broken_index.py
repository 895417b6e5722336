"""An index that is damaged, or that this server may not write: every door answers, and nothing is tried for ever."""

import errno
import json
import tempfile
from pathlib import Path
from typing import Any

import pytest
from django.core.management import call_command
from django.core.management.base import CommandError
from django.test import Client
from makers import NOON, make_published, make_user
from taken import make_taken

from claims import looking_up, nearest, workflow
from claims.models import Claim
from claims.search import keeping, pausing, store
from claims.search.ranking import Hit, Ranking
from claims.search.store import Unusable

pytestmark = pytest.mark.django_db

ADDRESS = "https://www.checkers.example/bridge/"


@pytest.fixture(autouse=True)
def folder(settings: Any, tmp_path: Path) -> Path:
    settings.DATA_DIR = tmp_path
    return tmp_path / "search"


@pytest.fixture
def published() -> None:
    make_published("tender", text="The tender closed in May.", title="Did the tender close?")
    make_taken(claim="The bridge at Elm was sold for scrap.", url=ADDRESS)


def doors() -> dict[str, int]:
    """What each door that asks the index answers."""
    client = Client(raise_request_exception=False)
    posted = {"content_type": "application/json"}
    answers = {
        "page": client.get("/", {"q": "the tender"}),
        "lookup": client.get("/api/v1/lookup/", {"q": "the tender"}),
        "check": client.post("/check/", {"text": "The tender closed in May."}),
        "address": client.get("/check/", {"url": ADDRESS}),
        "match": client.post("/api/v1/match/", json.dumps({"text": "The tender closed in May."}), **posted),
        "match address": client.post("/api/v1/match/", json.dumps({"url": ADDRESS}), **posted),
        "reviews": client.get("/api/v1/reviews/", {"url": ADDRESS}),
        "tools": client.get("/v1alpha1/claims:search", {"query": "tender", "languageCode": "en"}),
    }
    return {name: answer.status_code for name, answer in answers.items()}


IN_ORDER = dict.fromkeys(
    ("page", "lookup", "check", "address", "match", "match address", "reviews", "tools"), 200
)
# These have nothing but the index to ask.
PLAIN = IN_ORDER | dict.fromkeys(("check", "address", "match", "match address", "reviews"), 503)


def spoiled(path: Path) -> None:
    """Other bytes in the middle, of the same length: the file that a process has mapped is the one on disk."""
    size = path.stat().st_size
    with path.open("r+b") as file:
        file.seek(size // 4)
        was = file.read(size // 4)
        file.seek(size // 4)
        file.write(bytes(byte ^ 0xA5 for byte in was))


@pytest.mark.parametrize(
    "kind", ["term", "idx", "pos", "store", "fast", "fieldnorm", "empty", "gone", "meta"]
)
@pytest.mark.usefixtures("published")
def test_what_is_damaged_is_found_on_opening_and_built_anew(
    folder: Path, kind: str, caplog: pytest.LogCaptureFixture
) -> None:
    keeping.reindex()
    name = store.current(folder)
    found = sorted((folder / name).glob("*.store" if kind in ("empty", "gone") else f"*.{kind}"))
    for path in found:
        if kind == "empty":
            path.write_bytes(b"")
        elif kind == "gone":
            path.unlink()
        else:
            spoiled(path)
    if kind == "meta":
        (folder / name / "meta.json").write_bytes(b"")
    else:
        assert found
    with pytest.raises(Unusable):
        store.opened(folder)
    assert doors() == IN_ORDER
    assert store.current(folder) != name
    store.check(folder, store.current(folder))
    assert "It is built anew." in caplog.text


@pytest.mark.usefixtures("published")
def test_what_is_taken_out_of_a_sound_index_leaves_it_sound(folder: Path) -> None:
    keeping.reindex()
    workflow.apply(
        "withdraw", verdict=Claim.objects.get(slug="tender").verdict, by=make_user(), at=NOON, note="No."
    )
    keeping.current()
    (deleted,) = (folder / store.current(folder)).glob("*.del")
    store.check(folder, store.current(folder))
    spoiled(deleted)
    with pytest.raises(Unusable, match="damaged"):
        store.check(folder, store.current(folder))


@pytest.mark.usefixtures("published")
def test_what_is_damaged_under_a_process_costs_one_plain_answer(
    folder: Path, caplog: pytest.LogCaptureFixture
) -> None:
    keeping.reindex()
    assert doors() == IN_ORDER
    name = store.current(folder)
    for path in (folder / name).glob("*.store"):
        spoiled(path)
    # The engine keeps some blocks in memory, so it may answer well for a while; it never fails.
    assert set(doors().values()) <= {200, 503}
    keeping._kept.clear()
    assert doors() == IN_ORDER
    assert store.current(folder) != name


class PanicException(BaseException):
    """What the engine raises when it panics: no Exception, and exported by nobody."""


@pytest.mark.parametrize("error", [PanicException, ValueError, IndexError])
@pytest.mark.usefixtures("published")
def test_an_engine_that_fails_is_answered_plainly_and_logged_once(
    error: type[BaseException], monkeypatch: pytest.MonkeyPatch, caplog: pytest.LogCaptureFixture
) -> None:
    keeping.reindex()
    before = keeping.current()
    compared = Ranking.compared

    def of_index(self: Ranking, *given: Any) -> list[Hit]:
        return compared(self, *given) if self is nearest._of_nothing() else raised(error())

    with monkeypatch.context() as failing:
        failing.setattr(Ranking, "rank", lambda *_, **__: raised(error()))
        failing.setattr(Ranking, "compared", of_index)
        failing.setattr("claims.search.lookup.newest", lambda *_, **__: raised(error()))
        assert doors() == PLAIN
        assert doors() == PLAIN
        assert looking_up.answer("the tender", {}, size=5).is_plain
        assert [near.title for near in nearest.nearest(text="The tender closed in May.")]
    logged = [record.message for record in caplog.records if "by the database alone" in record.message]
    assert len(logged) == len(set(logged)) == 3
    assert doors() == IN_ORDER
    # The index was opened again, and was sound.
    assert keeping.current().opened is not before.opened
    assert keeping.current().opened.name == before.opened.name


def raised(error: BaseException) -> Any:
    raise error


@pytest.mark.parametrize("place", ["search", "search/current", "search/writing"])
@pytest.mark.usefixtures("published")
def test_a_folder_that_cannot_be_used_is_answered_plainly(
    folder: Path, place: str, monkeypatch: pytest.MonkeyPatch, caplog: pytest.LogCaptureFixture
) -> None:
    where = folder.parent / place
    if where == folder:
        where.write_text("")
    else:
        where.mkdir(parents=True)
    assert doors() == PLAIN
    tried = len([record for record in caplog.records if "It is built anew" in record.message])
    assert doors() == PLAIN
    assert tried == 1
    assert len([record for record in caplog.records if "It is built anew" in record.message]) == 1
    with pytest.raises(CommandError, match="cannot be"):
        call_command("reindex", "--if-needed")
    if where == folder:
        where.unlink()
    else:
        where.rmdir()
    assert doors() == PLAIN
    monkeypatch.setattr(pausing, "PAUSE", 0.0)
    keeping._pauses.end()
    assert doors() == IN_ORDER


@pytest.mark.usefixtures("published")
def test_a_disk_without_room_is_answered_plainly(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(
        tempfile, "mkdtemp", lambda **_: raised(OSError(errno.ENOSPC, "No space left on device"))
    )
    assert doors() == PLAIN


@pytest.mark.usefixtures("published")
def test_an_index_that_can_only_be_read_answers_without_what_is_new(
    folder: Path, caplog: pytest.LogCaptureFixture, monkeypatch: pytest.MonkeyPatch
) -> None:
    keeping.reindex()
    assert doors() == IN_ORDER
    name = store.current(folder)
    (folder / "writing").unlink()
    (folder / "writing").mkdir()
    workflow.apply(
        "withdraw", verdict=Claim.objects.get(slug="tender").verdict, by=make_user(), at=NOON, note="No."
    )
    for _ in range(2):
        assert doors() == IN_ORDER
        answer = looking_up.answer("tender", {}, size=5)
        assert (answer.rows, answer.is_plain, answer.is_behind) == ((), False, True)
    # A process that begins now answers from it as well.
    keeping._kept.clear()
    assert doors() == IN_ORDER
    assert store.current(folder) == name
    assert len([record for record in caplog.records if "answers as it is" in record.message]) == 1
    (folder / "writing").rmdir()
    assert looking_up.answer("tender", {}, size=5).is_behind
    keeping._pauses.end()
    assert not looking_up.answer("tender", {}, size=5).is_behind
    assert store.current(folder) == name


@pytest.mark.usefixtures("published")
def test_an_index_at_which_the_engine_cannot_look_again_answers_as_it_is(
    folder: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    keeping.reindex()
    name = keeping.current().opened.name
    make_published("market", text="The market closed in May.")

    def refuse(_: object) -> None:
        raise Unusable("Failed to acquire a lock.")

    monkeypatch.setattr(store, "reloaded", refuse)
    assert doors() == IN_ORDER
    assert keeping.current().is_behind
    assert keeping.current().opened.name == name
    for path in (folder / name).glob("*.term"):
        spoiled(path)
    assert doors() == IN_ORDER
    assert store.current(folder) != name
