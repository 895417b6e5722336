"""What a load balancer asks, and what a server says when it starts, when it cannot, and to HEAD."""

import http.client
import subprocess
import sys
import time
from collections.abc import Iterator
from io import BytesIO
from pathlib import Path
from typing import Any
from wsgiref.util import setup_testing_defaults

import pytest
from django.core.signals import request_finished, request_started
from django.core.wsgi import get_wsgi_application
from django.db import close_old_connections, connection
from django.test import Client, RequestFactory
from makers import make_published
from places import ROOT, Place, free_port

from claims.addresses import full_url
from claims.guards import RECORD_GUARDS
from factcheck import serving, settings
from factcheck.operations.reach import postgresql_sentence
from sources.guards import remove

LIVE, READY = "/livez", "/readyz"


# No database: pytest-django refuses every query in a test that does not ask for it.
def test_livez_asks_no_database() -> None:
    answer = Client().get(LIVE)
    assert (answer.status_code, answer.content) == (200, b"ok\n")


@pytest.mark.django_db
def test_readyz_is_cheap(django_assert_num_queries: Any) -> None:
    with django_assert_num_queries(3):
        answer = Client().get(READY)
    assert (answer.status_code, answer.content) == (200, b"ok\n")


@pytest.mark.django_db
@pytest.mark.parametrize("path", [LIVE, READY])
def test_manners(path: str) -> None:
    for host in ("10.1.2.3", "10.1.2.3:8000", "evil.example", "", "[::1"):
        answer = Client(headers={"host": host}).get(path + "?x=1")
        assert answer.status_code == 200
        assert answer["Content-Type"] == "text/plain; charset=utf-8"
        assert answer["Cache-Control"] == "no-store"
        assert answer["X-Content-Type-Options"] == "nosniff"
        assert not answer.cookies
        assert "Set-Cookie" not in answer.headers
    refused = Client().post(path)
    assert (refused.status_code, refused["Allow"], refused["Cache-Control"]) == (405, "GET, HEAD", "no-store")
    assert Client().get(path + "/").status_code == 404


@pytest.mark.django_db
def test_readyz_names_each_failing_check() -> None:
    remove(connection, RECORD_GUARDS)
    with connection.cursor() as cursor:
        cursor.execute("DELETE FROM django_migrations WHERE app = 'sessions'")
    answer = Client().get(READY)
    assert (answer.status_code, answer["Cache-Control"]) == (503, "no-store")
    assert answer.content.decode().splitlines() == [
        "1 migrations are not applied: run manage.py migrate.",
        "The database does not guard the public record: manage.py check --database default.",
    ]
    assert Client().get(LIVE).status_code == 200


ASK = (
    "import django; django.setup(); from django.test import Client\n"
    "for path in ('/livez', '/readyz'):\n"
    "    answer = Client(headers={'host': '10.1.2.3'}).get(path)\n"
    "    print(answer.status_code, answer.content.decode().strip())"
)


def test_a_database_that_is_silent_or_empty(tmp_path: Path) -> None:
    """Under production's settings: no redirect to HTTPS, whatever the Host."""
    production = {"FACTCHECK_HTTPS": "1", "FACTCHECK_HOSTS": "facts.example.org"}
    silent = Place(tmp_path / "a").python(
        "-c", ASK, DATABASE_URL="postgres://u:hidden@127.0.0.1:1/n", **production
    )
    assert silent.stdout.splitlines() == ["200 ok", "503 The database does not answer."]
    assert "hidden" not in silent.stderr
    empty = Place(tmp_path / "b").python("-c", ASK, **production)
    assert empty.stdout.splitlines() == [
        "200 ok",
        "503 The database has no tables that this program knows: run manage.py migrate.",
    ]


# A database that does not answer ------------------------------------------------------------------


@pytest.mark.parametrize(
    "command", [["-m", "factcheck.serving"], ["manage.py", "migrate"], ["manage.py", "backup", "."]]
)
def test_an_unreachable_database_is_one_sentence(command: list[str], tmp_path: Path) -> None:
    done = Place(tmp_path / "data").python(
        *command, PORT=str(free_port()), DATABASE_URL="postgres://u:hidden@127.0.0.1:1/n"
    )
    assert done.returncode == 1
    assert done.stderr.removeprefix("CommandError: ") == (
        "The PostgreSQL database n at 127.0.0.1, port 1 cannot be reached as u (Connection refused): "
        "start the server, or correct DATABASE_URL.\n"
    )


def test_the_reason_never_shows_the_password() -> None:
    entry = {"NAME": "n", "HOST": "", "PORT": "", "USER": "", "PASSWORD": "hidden"}
    said = postgresql_sentence(entry, ValueError("connection failed: bad value hidden\nhint"))
    assert "hidden" not in said
    assert "at the local socket cannot be reached (bad value …)" in said


def test_a_file_that_is_no_database_is_named(tmp_path: Path) -> None:
    (tmp_path / "factcheck.sqlite3").write_text("This is no database, but a long enough text.")
    done = Place(tmp_path).python("-m", "factcheck.serving", PORT=str(free_port()))
    assert done.stderr.startswith(f"The database {tmp_path / 'factcheck.sqlite3'} cannot be read (")
    assert done.stderr.count("\n") == 1


# HEAD ---------------------------------------------------------------------------------------------


def answered(method: str, path: str) -> tuple[str, dict[str, str], bytes]:
    """Through the WSGI application itself: the test client would take the body of a HEAD away."""
    environ: dict[str, Any] = {"REQUEST_METHOD": method, "PATH_INFO": path, "wsgi.input": BytesIO()}
    setup_testing_defaults(environ)
    started: list[Any] = []
    body = get_wsgi_application()(environ, lambda status, headers: started.extend([status, dict(headers)]))
    try:
        return started[0], started[1], b"".join(body)
    finally:
        body.close()


@pytest.fixture
def open_connection() -> Iterator[None]:
    """A request ends with its database connection, which here is the test's."""
    for signal in (request_started, request_finished):
        signal.disconnect(close_old_connections)
    yield
    for signal in (request_started, request_finished):
        signal.connect(close_old_connections)


@pytest.mark.django_db
@pytest.mark.parametrize(
    "path", ["/", "/claims/one/", "/api/v1/claims/one/", "/api/nothing/", "/nothing/", LIVE, READY]
)
def test_head_is_get_without_the_body(path: str, open_connection: None) -> None:
    make_published("one")
    status, headers, body = answered("GET", path)
    assert status.startswith("404" if "nothing" in path else "200")
    assert body
    assert headers["Content-Length"] == str(len(body))
    again = answered("HEAD", path)
    for one in (headers, again[1]):
        # A request less is left.
        one.pop("RateLimit", None)
    assert again == (status, headers, b"")


# The server ---------------------------------------------------------------------------------------


@pytest.fixture(scope="module")
def served(tmp_path_factory: pytest.TempPathFactory) -> Iterator[tuple[int, Path]]:
    """gunicorn as make run starts it, on SQLite; its port, and the file of what it says."""
    folder = tmp_path_factory.mktemp("served")
    port, said = free_port(), folder / "said"
    place = Place(folder / "data", variables={"PORT": str(port), "FACTCHECK_URL": "http://facts.example.org"})
    place.well("migrate", "--verbosity", "0")
    place.well("collectstatic", "--noinput", "--verbosity", "0")
    with said.open("wb") as file:
        server = subprocess.Popen(
            [sys.executable, "-m", "gunicorn", "--config", "python:factcheck.serving", "factcheck.wsgi"],
            cwd=ROOT,
            env=place.environment,
            stdout=file,
            stderr=file,
        )
    until = time.monotonic() + 60
    while "To stop" not in said.read_text() and server.poll() is None and time.monotonic() < until:
        time.sleep(0.1)
    yield port, said
    server.terminate()
    server.wait()


def ask(port: int, method: str, path: str, host: str) -> tuple[int, bytes]:
    connection = http.client.HTTPConnection("127.0.0.1", port, timeout=60)
    connection.request(method, path, headers={"Host": host})
    answer = connection.getresponse()
    found = answer.status, answer.read()
    connection.close()
    return found


def test_a_real_server_answers_without_a_word_of_its_own(served: tuple[int, Path]) -> None:
    port, said = served
    static = next(path for path in (said.parent / "data/static/css").glob("*.css"))
    for host, path, status in [
        ("10.1.2.3", LIVE, 200),
        ("10.1.2.3", READY, 200),
        ("facts.example.org", "/", 200),
        ("facts.example.org", f"/static/css/{static.name}", 200),
        ("facts.example.org", "/nothing/", 404),
        ("10.1.2.3", "/", 400),
    ]:
        assert ask(port, "HEAD", path, host) == (status, b"")
        assert ask(port, "GET", path, host)[0] == status
    assert said.read_text().splitlines() == [
        f"Served at http://127.0.0.1:{port} for the proxy in front.",
        "Lookup  http://facts.example.org/",
        "Admin   http://facts.example.org/admin/",
        "API     http://facts.example.org/api/v1/claims/",
        "To make an editor's account: .venv/bin/python manage.py createsuperuser",
        "To stop: Ctrl-C",
    ]


def test_without_an_address_given_the_server_names_its_own(capsys: pytest.CaptureFixture[str]) -> None:
    try:
        serving.when_ready(None)
    finally:
        serving.on_exit(None)
    assert capsys.readouterr().out.startswith("Lookup  http://127.0.0.1:8000/\n")
    assert settings.GIVEN_URL is None


# Absolute addresses -------------------------------------------------------------------------------


@pytest.mark.django_db
def test_absolute_addresses_are_the_operators(settings: Any) -> None:
    for number in range(2):
        make_published(f"claim-{number}")
    local = Client(headers={"host": "127.0.0.1:9000"})
    page, listed = (
        local.get("/claims/claim-1/"),
        local.get("/api/v1/claims/?limit=1&speaker=ada-quill").json(),
    )
    assert "http://127.0.0.1:9000/claims/claim-1/" in page.content.decode()
    assert listed["next"].startswith("http://127.0.0.1:9000/api/v1/claims/?")

    settings.GIVEN_URL = "https://facts.example.org"
    page, listed = (
        local.get("/claims/claim-1/"),
        local.get("/api/v1/claims/?limit=1&speaker=ada-quill").json(),
    )
    assert "127.0.0.1" not in page.content.decode() + str(listed)
    assert "Printed from https://facts.example.org/claims/claim-1/" in page.content.decode()
    assert listed["next"].startswith("https://facts.example.org/api/v1/claims/?")
    assert listed["results"][0]["live"]["url"] == "https://facts.example.org/claims/claim-1/"


@pytest.mark.parametrize("path", ["/", "/a/?q=b%20c&d=%C3%A9", "//evil.example/x", "/a?b=http://c/"])
def test_the_full_address_keeps_path_and_query(path: str, settings: Any) -> None:
    settings.GIVEN_URL = "https://facts.example.org"
    request = RequestFactory(headers={"host": "127.0.0.1"}).get("/")
    request.path, _, request.META["QUERY_STRING"] = path.partition("?")
    assert full_url(request) == "https://facts.example.org" + path
