"""A worker of gunicorn that takes longer addresses, reads requests whole, and says no in a sentence.

What is no request of HTTP never reaches the program, so it is not answered in the form of an API, nor as a page.
"""

import io
import socket
import time
from contextlib import suppress
from typing import Any

from gunicorn.http import errors, message
from gunicorn.workers import gthread

from factcheck import whole

# Bytes of a request's first line. A question of 5,000 characters has up to 60,000 of them, percent-encoded: clients of
# Google's API in JavaScript send it in the address, however long it is.
LONGEST_LINE = 65_536
# gunicorn takes no larger number in its settings, and looks here for the largest.
message.MAX_REQUEST_LINE = LONGEST_LINE


class Connection(gthread.TConn):
    def init(self) -> None:
        """Before each request: its line and its headers have to come in time."""
        super().init()
        self.parser.unreader.sock = whole.Patient(self.sock)


# gunicorn has no setting for it, and makes its connections from this name.
gthread.TConn = Connection

# The first that fits; what a client sent is left to the log.
REFUSALS: tuple[tuple[type[Exception], int, str, str], ...] = (
    (
        errors.LimitRequestLine,
        414,
        "URI Too Long",
        (
            "The address is too long: with the method before it and the version after it, it may have "
            f"{LONGEST_LINE:,} bytes. Send what is longer in the body of a POST, where this server takes one."
        ),
    ),
    (
        errors.LimitRequestHeaders,
        431,
        "Request Header Fields Too Large",
        "The headers of this request are too long, or too many.",
    ),
    (
        errors.UnsupportedTransferCoding,
        501,
        "Not Implemented",
        "The body comes in a transfer coding that this server does not know: send it plain, or chunked.",
    ),
    (
        errors.ExpectationFailed,
        417,
        "Expectation Failed",
        "This server meets no expectation but 100-continue.",
    ),
    (
        errors.InvalidHeader,
        400,
        "Bad Request",
        "A header of this request cannot be read, such as a Content-Length that is no number.",
    ),
    (errors.InvalidHeaderName, 400, "Bad Request", "A header of this request has a name that none can have."),
    (
        whole.Slow,
        408,
        "Request Timeout",
        "This request did not come in time: send it without pauses of some seconds.",
    ),
    (
        whole.TooLong,
        413,
        "Content Too Large",
        (
            f"A body may have {whole.MOST:,} bytes, and {whole.MOST_IN_CHUNKS:,} where it comes in chunks and does not "
            "say its length (Content-Length)."
        ),
    ),
    (errors.ParseException, 400, "Bad Request", "What was sent is no request of HTTP that can be read."),
)
FAULT = (500, "Internal Server Error", "Something went wrong on this server, and its log says what.")
# Of what was sent and not read: so much is taken in, so that the answer is not lost with it, for so many seconds.
_LEFT, _SECONDS = 1024 * 1024, 1.0


class Worker(gthread.ThreadWorker):
    def handle_request(self, req: Any, conn: Any) -> Any:
        """Ask the program, once the body is there."""
        conn.parser.unreader.sock = conn.sock
        body = whole.read(req, conn.parser.unreader)
        try:
            return super().handle_request(req, conn)
        finally:
            if body:
                # All of it came off the connection, which may stay open for long.
                body.close()
                req.body = io.BytesIO()

    def handle_error(self, req: Any, client: Any, addr: Any, exc: Exception) -> None:
        """Answer what could not be read, or what failed outside of the program, and say in the log what it was."""
        found = _refusal(exc)
        if found is None:
            self.log.exception("A request failed outside of the program.")
        else:
            self.log.warning("A request of %s was refused: %s", addr[0] if addr else "a socket", exc)
        with suppress(OSError):
            client.settimeout(_SECONDS)
            client.sendall(answer(*(found or FAULT)))
            _take_in(client)


def _refusal(problem: Exception) -> tuple[int, str, str] | None:
    """What is said of a request that cannot be read; None for what is no fault of the client's."""
    # A header that the program itself tried to send is a kind of unreadable header, too.
    if isinstance(problem, errors.InvalidResponseHeader | errors.InvalidResponseHeaderName):
        return None
    return next(
        ((status, reason, said) for kind, status, reason, said in REFUSALS if isinstance(problem, kind)),
        None,
    )


def answer(status: int, reason: str, sentence: str) -> bytes:
    """The whole response: the sentence as plain text, after which the connection is closed."""
    text = f"{sentence}\n".encode()
    head = (
        f"HTTP/1.1 {status} {reason}\r\n"
        "Connection: close\r\n"
        "Content-Type: text/plain; charset=utf-8\r\n"
        "X-Content-Type-Options: nosniff\r\n"
        "Cache-Control: no-store\r\n"
        f"Content-Length: {len(text)}\r\n\r\n"
    )
    return head.encode() + text


def _take_in(client: socket.socket) -> None:
    """Read what the client is still sending: closed on unread bytes, a connection loses what it was answered."""
    client.shutdown(socket.SHUT_WR)
    end, read = time.monotonic() + _SECONDS, 0
    while read < _LEFT and (left := end - time.monotonic()) > 0:
        client.settimeout(left)
        part = client.recv(65_536)
        if not part:
            return
        read += len(part)
