"""The worker beside the server: started, killed without a word, started again, and gone when the server is."""

import contextlib
import json
import os
import signal
import threading
import time
from pathlib import Path

import pytest
from browsing import filled, serving
from places import Place
from receiving import receiving

from factcheck import serving as serving_config
from factcheck.operations import indexing
from factcheck.webhooks import keeping

PATIENCE = 60

PREPARE = """
from makers import make_published
from subscribing import make_subscription
make_subscription("{url}", since=0)
make_published("one")
"""


def processes(place: Place, word: str) -> set[int]:
    """Those of one server with a word in their command line."""
    found = set()
    for folder in Path("/proc").glob("[0-9]*"):
        with contextlib.suppress(OSError):
            own = f"FACTCHECK_DATA_DIR={place.data}\0".encode() in (folder / "environ").read_bytes()
            if own and word.encode() in (folder / "cmdline").read_bytes():
                found.add(int(folder.name))
    return found


def wait_for(what):
    end = time.monotonic() + PATIENCE
    while not (found := what()):
        assert time.monotonic() < end, "It did not come."
        time.sleep(0.05)
    return found


@pytest.fixture(scope="module")
def receiver(tmp_path_factory):
    with receiving(tmp_path_factory.mktemp("receiver")) as started:
        yield started


def test_killed_in_the_middle_it_sends_the_same_again(receiver, tmp_path):
    may_answer = threading.Event()

    def hold_the_third(message):
        if json.loads(message.body)["data"]["envelope"]["sequence"] == 3:
            may_answer.wait(PATIENCE)
        return 204

    receiver.answer = hold_the_third
    variables = {
        "FACTCHECK_NO_WEBHOOKS": "",
        "FACTCHECK_WEBHOOK_NETWORKS": "127.0.0.0/8",
        "FACTCHECK_WEBHOOK_CA": receiver.authorities,
    }
    with serving(tmp_path, filled(PREPARE.format(url=receiver.url_by_number)), **variables) as server:
        place = server.place
        wait_for(lambda: len(receiver.messages) == 3)
        [killed] = processes(place, "deliver_webhooks")
        os.kill(killed, signal.SIGKILL)
        may_answer.set()
        # The lease of the dead one ends in half a minute; that is too long for a test.
        place.statement("UPDATE webhooks_progress SET leased_until = '2026-01-01 00:00:00+00:00'")
        wait_for(lambda: processes(place, "deliver_webhooks") - {killed})
        wait_for(lambda: len(receiver.messages) == 9)
        # The keeper, too, may be killed: then the worker ends, and nothing is left of them.
        [keeper] = processes(place, "webhooks.keeping")
        os.kill(keeper, signal.SIGKILL)
        wait_for(lambda: not processes(place, "deliver_webhooks"))
    sequences = [json.loads(message.body)["data"]["envelope"]["sequence"] for message in receiver.messages]
    assert sequences == [1, 2, 3, 3, 4, 5, 6, 7, 8]
    names = [message.headers["webhook-id"] for message in receiver.messages]
    assert names[2] == names[3]
    assert len(set(names)) == 8


def test_it_ends_with_the_server(tmp_path):
    with serving(tmp_path, FACTCHECK_NO_WEBHOOKS="0") as server:
        wait_for(lambda: processes(server.place, "deliver_webhooks"))
        assert len(processes(server.place, "webhooks.keeping")) == 1
        assert len(processes(server.place, "operations.indexing")) == 1
        # The lookup asks for its index so.
        folder = server.place.data / "search"
        folder.mkdir(exist_ok=True)
        assert not (folder / "current").exists()
        (folder / indexing.WANTED).touch()
        wait_for((folder / "current").exists)
    assert processes(server.place, "manage.py") | processes(server.place, "factcheck") == set()
    assert (tmp_path / "log").read_text().count("worker of webhooks") == 0


def test_a_copy_for_practice_sends_nothing(tmp_path, monkeypatch):
    place = Place(tmp_path / "data", variables={"FACTCHECK_NO_WEBHOOKS": "1"})
    done = place.manage("deliver_webhooks", "--once")
    assert done.returncode == 1
    assert "nothing is sent from here" in done.stderr
    started = []
    monkeypatch.setattr(keeping, "start", lambda: started.append(True))
    monkeypatch.setattr(indexing, "start", lambda _: None)
    for no_webhooks in (True, False):
        monkeypatch.setattr("factcheck.settings.NO_WEBHOOKS", no_webhooks)
        serving_config.when_ready(None)
        assert bool(started) is not no_webhooks
    serving_config.started.clear()
