"""What the server takes and refuses before the program sees it: long addresses, and what is no request of HTTP."""

import json
import socket
from collections.abc import Iterator
from urllib.parse import quote, urlsplit

import pytest
from browsing import Served, filled, serving

from factcheck.worker import LONGEST_LINE, REFUSALS

CLAIM = "Мост у деревни откроют весной."
FILL = f"""
from makers import make_published
make_published("bridge", text="{CLAIM}", language="ru")
"""


@pytest.fixture(scope="module")
def served(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Served]:
    with serving(tmp_path_factory.mktemp("worker"), filled(FILL), ["reindex"]) as server:
        yield server


def asked(served: Served, request: bytes) -> tuple[int, dict[str, str], bytes]:
    """The status, the headers and the body of what a server answers to these bytes, until it closes."""
    place = urlsplit(served.address)
    with socket.create_connection((place.hostname or "", place.port or 0), timeout=30) as connection:
        connection.sendall(request)
        answer = b"".join(iter(lambda: connection.recv(65_536), b""))
    head, _, body = answer.partition(b"\r\n\r\n")
    line, *fields = head.decode("latin-1").split("\r\n")
    headers = {name.lower(): value for name, _, value in (field.partition(": ") for field in fields)}
    return int(line.split(" ")[1]), headers, body


def get(path: str, *headers: str) -> bytes:
    lines = [f"GET {path} HTTP/1.1", "Host: 127.0.0.1", "Connection: close", *headers, "", ""]
    return "\r\n".join(lines).encode()


# In UTF-8 a character has one to four bytes, and each of them three in an address.
@pytest.mark.parametrize("letter", ["a", "я", "橋", "\U0001f309"])
def test_a_question_of_5000_characters_fits_into_an_address(letter: str, served: Served) -> None:
    query = quote((CLAIM + " ").ljust(5_000, letter))
    for path in ("/v1alpha1/claims:search?query=", "/api/v1/lookup/?q=", "/?q="):
        status, _, body = asked(served, get(path + query))
        assert status == 200, (path, body)
    found = json.loads(asked(served, get(f"/v1alpha1/claims:search?query={quote(CLAIM * 160)}"))[2])
    assert found["claims"][0]["text"] == CLAIM


# What is sent, and what is said to it.
BAD: list[tuple[bytes, int, str]] = [
    (get("/?q=" + "a" * LONGEST_LINE), 414, "too long"),
    (get("/?q=" + "a" * (LONGEST_LINE - len("GET /?q= HTTP/1.1") + 1)), 414, f"{LONGEST_LINE:,} bytes"),
    (get("/?q=" + "a" * 500_000), 414, "too long"),
    (get("/", "Content-Length: many"), 400, "Content-Length"),
    (get("/", "Content-Length: -1"), 400, "header"),
    (get("/", "Bad Header: x"), 400, "header"),
    (get("/", "X-Long: " + "a" * 10_000), 431, "headers"),
    (get("/", *(f"X-{number}: a" for number in range(200))), 431, "headers"),
    (get("/", "Transfer-Encoding: unheard-of"), 501, "transfer coding"),
    (get("/", "Transfer-Encoding: gzip, chunked"), 501, "transfer coding"),
    (get("/", "Transfer-Encoding: gzip", "Transfer-Encoding: chunked"), 501, "transfer coding"),
    (get("/", "Expect: a miracle"), 417, "100-continue"),
    (b"<script>alert(1)</script>\r\n\r\n", 400, "no request of HTTP"),
    (b"GET / HTTP/9\r\n\r\n", 400, "no request of HTTP"),
    (b"G{}T / HTTP/1.1\r\n\r\n", 400, "no request of HTTP"),
]


@pytest.mark.parametrize(("request_", "status", "said"), BAD)
def test_what_cannot_be_read_is_refused_in_a_sentence(
    request_: bytes, status: int, said: str, served: Served
) -> None:
    found, headers, body = asked(served, request_)
    assert (found, headers["content-type"]) == (status, "text/plain; charset=utf-8")
    text = body.decode()
    assert said in text
    assert text.endswith(".\n")
    assert "<" not in text
    assert len(body) == int(headers["content-length"])
    assert headers["connection"] == "close"


def test_the_longest_line_is_taken(served: Served) -> None:
    path = "/api/v1/none/?q=" + "a" * (LONGEST_LINE - len("GET /api/v1/none/?q= HTTP/1.1"))
    assert asked(served, get(path))[0] == 404


def test_every_refusal_is_met_by_one_that_comes_before_it() -> None:
    """A kind that stands behind one of its own parents would never be said."""
    for number, (kind, *_) in enumerate(REFUSALS):
        assert not any(issubclass(kind, earlier) for earlier, *_ in REFUSALS[:number])
