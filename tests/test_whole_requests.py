"""Requests are read whole before the program sees them: in chunks, after a 100, slowly, broken off."""

import json
import socket
import threading
import time
from collections.abc import Iterator
from contextlib import contextmanager
from typing import IO, Any
from urllib.parse import urlsplit

import pytest
from browsing import Served, filled, serving
from gunicorn.config import Config
from gunicorn.http.errors import NoMoreData
from gunicorn.http.parser import RequestParser
from hypothesis import given
from hypothesis import strategies as st

from factcheck import whole

HEAD = b"POST /api/v1/match/ HTTP/1.1\r\nHost: 127.0.0.1\r\nContent-Type: application/json\r\n"
LENGTH, CHUNKS = b"Content-Length: %d\r\n\r\n", b"Transfer-Encoding: chunked\r\n\r\n"


def chunked(data: bytes, size: int = 7) -> bytes:
    parts = [data[at : at + size] for at in range(0, len(data), size)]
    return b"".join(b"%x\r\n%b\r\n" % (len(part), part) for part in parts) + b"0\r\n\r\n"


class Talk:
    """The two ends of a connection, with gunicorn's reader at one of them."""

    def __init__(self) -> None:
        self.client, self.server = socket.socketpair()
        self.made: list[IO[bytes]] = []
        self.parser = RequestParser(Config(), self.server, ("127.0.0.1", 1))

    def request(self) -> Any:
        self.parser.unreader.sock = whole.Patient(self.server)
        return next(self.parser)

    def body(self) -> Any:
        request = self.request()
        self.parser.unreader.sock = self.server
        if made := whole.read(request, self.parser.unreader):
            self.made.append(made)
        return request

    def close(self) -> None:
        for body in self.made:
            body.close()
        self.client.close()
        self.server.close()


@pytest.fixture
def talk() -> Iterator[Talk]:
    made = Talk()
    yield made
    made.close()


@given(
    bodies=st.lists(st.binary(max_size=300), min_size=1, max_size=3),
    in_chunks=st.booleans(),
    size=st.integers(1, 50),
)
def test_bodies_are_read_to_their_end_and_not_beyond(bodies: list[bytes], in_chunks: bool, size: int) -> None:
    talk = Talk()
    try:
        for body in bodies:
            talk.client.sendall(
                HEAD + (CHUNKS + chunked(body, size) if in_chunks else LENGTH % len(body) + body)
            )
        for body in bodies:
            request = talk.body()
            assert request.body.read() == body
            headers = dict(request.headers)
            assert headers["CONTENT-LENGTH"] == str(len(body))
            assert "TRANSFER-ENCODING" not in headers
    finally:
        talk.close()


def test_a_body_that_breaks_off_is_none(talk: Talk) -> None:
    talk.client.sendall(HEAD + LENGTH % 10 + b"half")
    talk.client.close()
    with pytest.raises(NoMoreData):
        talk.body()


def test_chunks_that_break_off_are_no_body(talk: Talk) -> None:
    talk.client.sendall(HEAD + CHUNKS + b"a\r\nhalf")
    talk.client.close()
    with pytest.raises(NoMoreData):
        talk.body()


@pytest.mark.parametrize("sent", [HEAD[:30], HEAD + LENGTH % 10 + b"half", HEAD + CHUNKS + b"a\r\nhalf"])
def test_who_stops_is_not_waited_for(sent: bytes, talk: Talk, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(whole, "PATIENCE", 0.05)
    talk.client.sendall(sent)
    with pytest.raises(whole.Slow):
        talk.body()


@contextmanager
def steadily(connection: socket.socket, data: bytes) -> Iterator[None]:
    """The same bytes again and again while the block lasts."""
    over = threading.Event()

    def send() -> None:
        while not over.wait(0.01):
            connection.sendall(data)

    thread = threading.Thread(target=send)
    thread.start()
    try:
        yield
    finally:
        over.set()
        thread.join()


@pytest.mark.parametrize("head", [LENGTH % 10_000, CHUNKS + b"2710\r\n"])
def test_who_sends_a_byte_now_and_then_is_not_waited_for(
    head: bytes, talk: Talk, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(whole, "_AT_FIRST", 0.3)
    talk.client.sendall(HEAD + head)
    with steadily(talk.client, b"a"), pytest.raises(whole.Slow):
        talk.body()


def test_nobody_is_waited_for_without_end(talk: Talk, monkeypatch: pytest.MonkeyPatch) -> None:
    """However steadily they send."""
    monkeypatch.setattr(whole, "_LONGEST", 0.3)
    monkeypatch.setattr(whole, "_BYTES_A_SECOND", 1)
    talk.client.sendall(HEAD + LENGTH % 1_000_000)
    with steadily(talk.client, b"a" * 50), pytest.raises(whole.Slow):
        talk.body()


def test_more_chunks_than_are_taken(talk: Talk, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(whole, "MOST_IN_CHUNKS", 100)
    talk.client.sendall(HEAD + CHUNKS + chunked(b"a" * 101))
    with pytest.raises(whole.TooLong):
        talk.body()


@pytest.mark.parametrize("method", [b"GET", b"HEAD", b"OPTIONS"])
def test_what_nothing_is_done_with_is_not_read(method: bytes, talk: Talk) -> None:
    talk.client.sendall(HEAD.replace(b"POST", method) + LENGTH % 10_000_000)
    assert talk.body().method == method.decode()


def test_more_around_the_chunks_than_is_taken(talk: Talk, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(whole, "MOST_IN_CHUNKS", 100)
    monkeypatch.setattr(whole, "_BESIDES", 10_000)
    chunk = b"1;" + b"a" * 5_000 + b"\r\nx\r\n"
    talk.client.sendall(HEAD + CHUNKS + 9 * chunk)
    with pytest.raises(whole.TooLong):
        talk.body()


def test_more_files_than_are_taken(talk: Talk) -> None:
    head = HEAD.replace(b"application/json", b"Multipart/form-data; boundary=x")
    talk.client.sendall(head + LENGTH % (whole.MOST + 1))
    with pytest.raises(whole.TooLong):
        talk.body()


def test_what_the_program_refuses_by_its_length_is_not_read(talk: Talk) -> None:
    talk.client.sendall(HEAD + LENGTH % 10**9)
    assert dict(talk.body().headers)["CONTENT-LENGTH"] == "1000000000"


# The server ---------------------------------------------------------------------------------------

CLAIM = "The bridge will open in spring."
TEXT = json.dumps({"text": CLAIM}).encode()


@pytest.fixture(scope="module")
def served(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Served]:
    fill = f'from makers import make_published\nmake_published("bridge", text="{CLAIM}")'
    with serving(tmp_path_factory.mktemp("whole"), filled(fill), ["reindex"]) as server:
        yield server


def connected(served: Served) -> socket.socket:
    place = urlsplit(served.address)
    return socket.create_connection((place.hostname or "", place.port or 0), timeout=30)


def answered(connection: socket.socket) -> bytes:
    return b"".join(iter(lambda: connection.recv(65_536), b""))


@pytest.mark.parametrize("sent", [CHUNKS + chunked(TEXT), LENGTH % len(TEXT) + TEXT])
def test_the_program_reads_both_forms(sent: bytes, served: Served) -> None:
    with connected(served) as connection:
        connection.sendall(HEAD + b"Connection: close\r\n" + sent)
        answer = answered(connection)
    assert answer.startswith(b"HTTP/1.1 200 ")
    assert json.loads(answer.partition(b"\r\n\r\n")[2])["sentences"]


def test_one_connection_carries_several(served: Served) -> None:
    last = HEAD + b"Connection: close\r\n" + CHUNKS + chunked(TEXT)
    with connected(served) as connection:
        connection.sendall(HEAD + CHUNKS + chunked(TEXT) + HEAD + LENGTH % len(TEXT) + TEXT + last)
        assert answered(connection).count(b"HTTP/1.1 200 ") == 3


def test_who_asks_first_is_told_to_go_on(served: Served) -> None:
    with connected(served) as connection:
        connection.sendall(HEAD + b"Connection: close\r\nExpect: 100-continue\r\n" + LENGTH % len(TEXT))
        assert connection.recv(100) == b"HTTP/1.1 100 Continue\r\n\r\n"
        connection.sendall(TEXT)
        assert answered(connection).startswith(b"HTTP/1.1 200 ")


def test_stalled_requests_are_answered_and_others_after_them(served: Served) -> None:
    stalled = [connected(served) for _ in range(8)]
    try:
        for connection in stalled:
            connection.sendall(HEAD + LENGTH % 100 + b"{")
        time.sleep(0.3)
        with connected(served) as other:
            other.sendall(b"GET /livez HTTP/1.1\r\nHost: 127.0.0.1\r\nConnection: close\r\n\r\n")
            assert answered(other).startswith(b"HTTP/1.1 200 ")
        assert all(answered(connection).startswith(b"HTTP/1.1 408 ") for connection in stalled)
    finally:
        for connection in stalled:
            connection.close()
