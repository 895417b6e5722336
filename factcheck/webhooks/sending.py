"""One message over the network: to the very address that was checked, over TLS, within a few seconds in all.

Whoever receives messages may be slow, broken or hostile. So a name is looked up once and every address it stands for
must be a public one; the connection is made to the first of these by its number, and the certificate must be for the
name. No redirect is followed, and of the answer little more is read than its head.
"""

import http.client
import io
import queue
import socket
import ssl
import threading
import time
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from functools import cached_property
from http import HTTPStatus
from typing import Any

from factcheck.webhooks.addresses import Network, Refused, Target, objection, target

# Seconds for all of it: looking up, connecting, sending, and waiting for the answer.
PATIENCE = 5.0
# Of an answer, with its headers.
_MOST_BYTES = 65_536
_CHUNK = 16_384
_AGENT = "factcheck-webhooks/1"

Resolve = Callable[[str, int], Sequence[str]]


@dataclass(frozen=True, slots=True)
class Outcome:
    """What came of it: the status where there was an answer, and what happened in a short sentence.

    `retry_after` is the header of that name, as it came; empty where there was none.
    """

    status: int | None
    told: str
    retry_after: str = ""

    @property
    def is_received(self) -> bool:
        """Whether the receiver has it: any status from 200 to 299 says so, and nothing else does."""
        return self.status is not None and 200 <= self.status <= 299


def resolve(host: str, port: int) -> list[str]:
    """The numbers that a name stands for, as this machine looks names up."""
    found = socket.getaddrinfo(host, port, type=socket.SOCK_STREAM, proto=socket.IPPROTO_TCP)
    return list(dict.fromkeys(str(address[0]) for *_, address in found))


@dataclass(frozen=True)
class Sender:
    """How this server reaches receivers.

    `inside` are networks that the operator opened besides the public Internet, `authorities` a file of certificates
    that are trusted besides the system's. `patience` is in seconds, for all of one message.
    """

    inside: Sequence[Network] = ()
    authorities: str | None = None
    patience: float = PATIENCE
    resolve: Resolve = field(default=resolve)

    def send(self, url: str, *, body: bytes, headers: Mapping[str, str]) -> Outcome:
        """Send one message, and say what came of it; a fault of the receiver or on the way raises nothing."""
        clock = _Clock(self.patience)
        try:
            where = target(url, inside=self.inside)
            number = self._checked(where, clock)
            return self._exchange(where, number, clock, body, headers)
        except Refused as refusal:
            return Outcome(None, f"Nothing was sent. {refusal}")
        except ssl.SSLCertVerificationError as error:
            return Outcome(None, f"The certificate is not good for {where.host}: {error.verify_message}.")
        except TimeoutError:
            return Outcome(None, f"There was no answer within {self.patience:g} seconds.")
        except ConnectionRefusedError:
            return Outcome(None, "The connection was refused.")
        except (OSError, http.client.HTTPException, ValueError) as error:
            return Outcome(None, f"The connection failed ({type(error).__name__}).")

    def _checked(self, where: Target, clock: "_Clock") -> str:
        """The number to connect to; raises Refused where any that the name stands for is not open."""
        numbers = self._looked_up(where, clock)
        if not numbers:
            raise Refused(f"The name {where.host} is not known.")
        for number in numbers:
            reason = objection(number, inside=self.inside)
            if reason:
                raise Refused(f"{where.host} does not stand for public addresses alone: {reason}")
        return numbers[0]

    def _looked_up(self, where: Target, clock: "_Clock") -> Sequence[str]:
        """What the resolver says. It knows no time limit, so it is asked in a thread that nobody waits for too long."""
        answers: queue.SimpleQueue[Sequence[str]] = queue.SimpleQueue()

        def ask() -> None:
            try:
                answers.put(self.resolve(where.host, where.port))
            except (OSError, UnicodeError):
                answers.put(())

        threading.Thread(target=ask, daemon=True).start()
        try:
            return answers.get(timeout=clock.left())
        except queue.Empty:
            raise TimeoutError from None

    def _exchange(
        self, where: Target, number: str, clock: "_Clock", body: bytes, headers: Mapping[str, str]
    ) -> Outcome:
        connection = _Connection(where, number, clock, self._tls)
        try:
            connection.request(
                "POST",
                where.path,
                body,
                {
                    "Host": where.authority,
                    "Content-Type": "application/json",
                    "User-Agent": _AGENT,
                    "Connection": "close",
                    **headers,
                },
            )
            answer = connection.getresponse()
        finally:
            connection.close()
        return Outcome(answer.status, _told(answer.status), answer.headers.get("Retry-After", ""))

    @cached_property
    def _tls(self) -> ssl.SSLContext:
        context = ssl.create_default_context()
        context.minimum_version = ssl.TLSVersion.TLSv1_2
        if self.authorities:
            context.load_verify_locations(self.authorities)
        return context


def _told(status: int) -> str:
    try:
        phrase = f"{status} {HTTPStatus(status).phrase}"
    except ValueError:
        phrase = str(status)
    if 300 <= status <= 399:
        return f"It answered {phrase}; redirects are not followed."
    return f"It answered {phrase}."


class _Clock:
    """What is left of the time for one message."""

    def __init__(self, seconds: float) -> None:
        self._end = time.monotonic() + seconds

    def left(self) -> float:
        """Seconds, never none; raises TimeoutError where the time is over."""
        left = self._end - time.monotonic()
        if left <= 0:
            raise TimeoutError
        return left


class _Connection(http.client.HTTPConnection):
    """HTTP over TLS with a number that was checked; the name is for the certificate alone."""

    def __init__(self, where: Target, number: str, clock: _Clock, tls: ssl.SSLContext) -> None:
        super().__init__(where.host, where.port)
        self._where, self._number, self._clock, self._tls = where, number, clock, tls

    def connect(self) -> None:
        plain = socket.create_connection((self._number, self._where.port), timeout=self._clock.left())
        try:
            plain.settimeout(self._clock.left())
            secured = self._tls.wrap_socket(plain, server_hostname=self._where.host)
        except BaseException:
            plain.close()
            raise
        sock: Any = _TimedSocket(secured, self._clock)
        self.sock = sock


class _TimedSocket:
    """What http.client asks of a socket, with one clock for all of it: a byte a second is no way to hold us."""

    def __init__(self, sock: socket.socket, clock: _Clock) -> None:
        self._sock, self._clock = sock, clock

    def sendall(self, data: bytes) -> None:
        rest = memoryview(data)
        while rest:
            self._sock.settimeout(self._clock.left())
            rest = rest[self._sock.send(rest[:_CHUNK]) :]

    def makefile(self, mode: str) -> io.BufferedReader:
        return io.BufferedReader(_TimedReader(self._sock, self._clock))

    def close(self) -> None:
        self._sock.close()


class _TimedReader(io.RawIOBase):
    """The answer, as far as anybody reads it here."""

    def __init__(self, sock: socket.socket, clock: _Clock) -> None:
        self._sock, self._clock, self._left = sock, clock, _MOST_BYTES

    def readable(self) -> bool:
        return True

    def readinto(self, buffer: Any) -> int:
        if self._left <= 0:
            raise http.client.HTTPException("The head of the answer is too long.")
        self._sock.settimeout(self._clock.left())
        count = self._sock.recv_into(memoryview(buffer)[: self._left])
        self._left -= count
        return count
