"""A database that cannot be asked for a while is 503 with Retry-After, in the form of whoever asks."""

import logging
import sqlite3
import threading
from pathlib import Path
from typing import Any

import pytest
from django.db import InterfaceError, OperationalError, ProgrammingError, connection
from django.test import Client
from makers import make_published, make_user

from claims import freshness
from claims.models import Suggestion
from factcheck.api.problems import CONTENT_TYPE
from factcheck.operations.silence import RETRY_AFTER, is_silence

pytestmark = pytest.mark.django_db


def failing(path: Path, statement: str = "BEGIN IMMEDIATE") -> OperationalError:
    """What Django makes of SQLite's own error, while another connection is writing."""
    writer, other = (sqlite3.connect(path, timeout=0, isolation_level=None) for _ in range(2))
    try:
        writer.execute("BEGIN IMMEDIATE")
        with pytest.raises(sqlite3.OperationalError) as caught:
            other.execute(statement)
    finally:
        writer.close()
        other.close()
    error = OperationalError(str(caught.value))
    error.__cause__ = caught.value
    return error


def test_which_failures_pass(tmp_path: Path) -> None:
    busy = failing(tmp_path / "one.sqlite3")
    assert str(busy) == "database is locked"
    assert is_silence(busy)
    # SQLite calls these operational, too.
    for fault in ("SELECT * FROM nowhere", "SELEC 1"):
        assert not is_silence(failing(tmp_path / "two.sqlite3", fault))
    assert is_silence(OperationalError("the connection was closed unexpectedly"))
    assert is_silence(InterfaceError("connection already closed"))
    for other in (ProgrammingError("relation does not exist"), ValueError("database is locked"), None):
        assert not is_silence(other)


# What is asked, and how the answer is told: as a problem document, as Google's envelope, as a page.
ASKED = [
    ("/api/v1/claims/", CONTENT_TYPE),
    ("/api/v1/claims/one/", CONTENT_TYPE),
    ("/api/v1/changes/", CONTENT_TYPE),
    ("/v1alpha1/claims:search?query=bridge", "application/json; charset=UTF-8"),
    ("/", "text/html; charset=utf-8"),
    ("/claims/one/", "text/html; charset=utf-8"),
    ("/admin/", "text/html; charset=utf-8"),
]


@pytest.mark.parametrize(("path", "form"), ASKED)
@pytest.mark.parametrize("where", ["before a view", "in a view"])
def test_it_is_said_in_the_form_of_the_address(
    path: str,
    form: str,
    where: str,
    tmp_path: Path,
    monkeypatch: pytest.MonkeyPatch,
    caplog: pytest.LogCaptureFixture,
) -> None:
    make_published("one")
    client = Client(raise_request_exception=False)
    client.force_login(make_user("editor"))
    error = failing(tmp_path / "locked.sqlite3")

    def fail(*arguments: Any, **options: Any) -> Any:
        raise error

    if where == "before a view" and path not in ("/admin/", "/api/v1/changes/"):
        monkeypatch.setattr(freshness, "state", fail)
    else:
        for name in (
            "claims.models.record.PublicationQuerySet.published",
            "claims.models.record.PublicationQuerySet.with_pages",
            "claims.changes.page",
            "factcheck.factchecktools.search.page",
            "claims.desk.piles",
        ):
            monkeypatch.setattr(name, fail)
    with caplog.at_level(logging.WARNING):
        answer = client.get(path)
    assert (answer.status_code, answer["Content-Type"]) == (503, form)
    assert answer["Retry-After"] == str(RETRY_AFTER)
    assert answer["Cache-Control"] == "no-store"
    assert not answer.has_header("ETag")
    assert "at the moment" in answer.content.decode()
    if form == CONTENT_TYPE:
        assert answer.json()["status"] == 503
        assert answer["Access-Control-Allow-Origin"] == "*"
    elif form.startswith("application/json"):
        assert answer.json()["error"]["status"] == "UNAVAILABLE"
    # A line and no traceback: nobody has to mend anything.
    (said,) = [one for one in caplog.records if one.levelno >= logging.WARNING]
    assert (said.levelname, said.exc_info) == ("WARNING", None)
    assert said.getMessage() == f"The database could not be asked for GET {path.partition('?')[0]}: {error}"


def test_a_fault_of_ours_is_no_silence(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    error = failing(tmp_path / "one.sqlite3", "SELECT * FROM nowhere")

    def fail(*arguments: Any, **options: Any) -> Any:
        raise error

    monkeypatch.setattr(freshness, "state", fail)
    answer = Client(raise_request_exception=False).get("/api/v1/claims/")
    assert answer.status_code == 500
    assert not answer.has_header("Retry-After")


@pytest.mark.skipif(connection.vendor != "sqlite", reason="PostgreSQL has many writers")
def test_a_form_that_waited_for_the_writer_in_vain_is_told_so() -> None:
    """This test's own transaction is the writer; what is sent has a connection of its own, which does not wait."""
    answers = []

    def send() -> None:
        options = {**connection.settings_dict["OPTIONS"], "timeout": 0}
        connection.settings_dict = {**connection.settings_dict, "OPTIONS": options}
        try:
            client = Client(raise_request_exception=False)
            answers.append(client.post("/suggest/", {"text": "The bridge is green."}))
        finally:
            connection.close()

    thread = threading.Thread(target=send)
    thread.start()
    thread.join(timeout=30)
    (answer,) = answers
    assert (answer.status_code, answer["Retry-After"]) == (503, str(RETRY_AFTER))
    assert "nothing of it was saved" in answer.content.decode()
    assert not Suggestion.objects.exists()
