"""Requests are read whole before the program is asked, and whoever sends them too slowly is not waited for.

A program that is given half of a form may save half of it; one that waits for a sender keeps others waiting, since
threads are few. A body that comes in chunks (RFC 9112, 7.1) has its length by then, which Django wants to know.
"""

import socket
import tempfile
import time
from typing import IO, Any

from gunicorn.http.errors import NoMoreData, ParseException, UnsupportedTransferCoding

# Seconds without a byte. A sender is waited for so long at first, longer for each 20 kB that came, and never longer.
PATIENCE, _AT_FIRST, _BYTES_A_SECOND, _LONGEST = 5.0, 20.0, 20_000, 120.0
# Bytes of a body that tells no length, or has no files. Longer than what the program takes, so that it says so itself;
# what says that it is longer still it refuses by its length.
MOST_IN_CHUNKS = 8 * 1024 * 1024
# Of a form with files, which the program would begin to read.
MOST = 32 * 1024 * 1024
# Bytes that come with a body besides: what frames its chunks, and the beginning of the next request.
_BESIDES = 8 * 1024 * 1024
# Nothing is done with the body of these.
_WITHOUT = ("GET", "HEAD", "OPTIONS")
_IN_MEMORY, _PART = 1024 * 1024, 64 * 1024


class Slow(ParseException):
    """A request did not come in time."""


class TooLong(ParseException):
    """More than MOST, or than MOST_IN_CHUNKS, or much more than was said."""


class Patient:
    """A socket as gunicorn reads from one, for one request: `recv` raises Slow where too little comes.

    TooLong is raised after `most` bytes and some.
    """

    def __init__(self, sock: socket.socket, *, most: int = 0) -> None:
        self.sock = sock
        self._begun = time.monotonic()
        self._until = self._begun + _AT_FIRST
        self._left = most + _BESIDES

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
        self._left -= len(data)
        if self._left < 0:
            raise TooLong("More came than was to come.")
        self._until = min(self._until + len(data) / _BYTES_A_SECOND, self._begun + _LONGEST)
        return data


def read(request: Any, unreader: Any) -> IO[bytes] | None:
    """Put the whole body in the place of the one that gunicorn would read bit by bit; None where none is read.

    Raises Slow, TooLong, UnsupportedTransferCoding (what comes packed), and NoMoreData where the sender hung up.
    `unreader` is gunicorn's, of the connection.
    """
    codings = {value.strip().lower() for name, value in request.headers if name == "TRANSFER-ENCODING"}
    if codings - {"chunked"}:
        raise UnsupportedTransferCoding(", ".join(codings))
    headers = dict(request.headers)
    in_chunks, length = bool(codings), int(headers.get("CONTENT-LENGTH", "0"))
    has_files = headers.get("CONTENT-TYPE", "").strip().lower().startswith("multipart/")
    if has_files and length > MOST:
        raise TooLong("Its files are too long.")
    if not has_files and length > MOST_IN_CHUNKS:
        return None
    if request.method in _WITHOUT or not (length or in_chunks):
        return None
    sock = unreader.sock
    unreader.sock = Patient(sock, most=MOST_IN_CHUNKS if in_chunks else length)
    try:
        return _read(request, sock, length=length, in_chunks=in_chunks)
    finally:
        unreader.sock = sock


def _read(request: Any, sock: socket.socket, *, length: int, in_chunks: bool) -> IO[bytes]:
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
