"""Requests are read whole before the program is asked, and whoever sends them too slowly is not waited for.

A program that is given half of a form may save half of it; one that waits for a sender keeps others waiting, since
threads are few. A body that comes in chunks (RFC 9112, 7.1) has its length by then, which Django wants to know.
"""

import socket
import tempfile
import time
from typing import IO, Any

from gunicorn.http.errors import NoMoreData, ParseException, UnsupportedTransferCoding

# Seconds without a byte. A sender is waited for so long in all, and longer for each 20 kB that came.
PATIENCE, _AT_FIRST, _BYTES_A_SECOND = 5.0, 20.0, 20_000
# Bytes of a body that tells no length. Longer than what the APIs take, so that those say that it is too long for them.
MOST_IN_CHUNKS = 8 * 1024 * 1024
# Of any body. The program refuses what is longer by its length, but for files, which it would begin to read.
MOST = 64 * 1024 * 1024
_IN_MEMORY, _PART = 1024 * 1024, 64 * 1024


class Slow(ParseException):
    """A request did not come in time."""


class TooLong(ParseException):
    """A body is longer than MOST, or than MOST_IN_CHUNKS."""


class Patient:
    """A socket as gunicorn reads from one, for one request: `recv` raises Slow where too little comes."""

    def __init__(self, sock: socket.socket) -> None:
        self.sock = sock
        self._until = time.monotonic() + _AT_FIRST

    def recv(self, size: int) -> bytes:
        left = self._until - time.monotonic()
        if left <= 0:
            raise Slow("It came too slowly.")
        self.sock.settimeout(min(left, PATIENCE))
        try:
            data = self.sock.recv(size)
        except TimeoutError as problem:
            raise Slow("Nothing came for a while.") from problem
        finally:
            self.sock.settimeout(None)
        self._until += len(data) / _BYTES_A_SECOND
        return data


def read(request: Any, sock: socket.socket) -> IO[bytes] | None:
    """Put the whole body in the place of the one that gunicorn would read bit by bit; None where there is none.

    Raises Slow, TooLong, UnsupportedTransferCoding (what comes packed), and NoMoreData where the sender hung up.
    """
    codings = {value.strip().lower() for name, value in request.headers if name == "TRANSFER-ENCODING"}
    if codings - {"chunked"}:
        raise UnsupportedTransferCoding(", ".join(codings))
    headers = dict(request.headers)
    in_chunks, length = bool(codings), int(headers.get("CONTENT-LENGTH", "0"))
    if length > MOST and headers.get("CONTENT-TYPE", "").strip().lower().startswith("multipart/"):
        raise TooLong("Its files are too long.")
    if length > MOST or not (length or in_chunks):
        return None
    if request._expected_100_continue:
        sock.sendall(b"HTTP/1.1 100 Continue\r\n\r\n")
        request._expected_100_continue = False
    body: IO[bytes] = tempfile.SpooledTemporaryFile(_IN_MEMORY)  # noqa: SIM115 (the worker closes it after the answer)
    try:
        while part := request.body.read(_PART):
            body.write(part)
            if in_chunks and body.tell() > MOST_IN_CHUNKS:
                raise TooLong("Its chunks are too many.")
        if body.tell() < length:
            raise NoMoreData
    except BaseException:
        body.close()
        raise
    if in_chunks:
        request.headers = [
            *((name, value) for name, value in request.headers if name != "TRANSFER-ENCODING"),
            ("CONTENT-LENGTH", str(body.tell())),
        ]
    body.seek(0)
    request.body = body
    return body
