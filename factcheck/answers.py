"""Public answers that were made already, in the memory of this process: while the head is the same, so are they.

What is kept is a copy of bytes that anybody may have: no answer that depends on a cookie, and none of which its view
said that it is not to be kept. Those asked for last stay, within a bound in bytes.
"""

from collections import OrderedDict
from collections.abc import Hashable
from dataclasses import dataclass
from threading import Lock

from django.http import HttpResponse

# Bytes of all answers, and of the largest that is kept, so that one export does not push out everything else.
MOST = 64 * 1024 * 1024
LARGEST = 512 * 1024
# What an answer takes besides its content: its headers and its place.
_BESIDES = 2048

# Marks that are known at one time; each takes some hundred bytes.
MOST_MARKS = 20_000

Key = tuple[str, ...]


@dataclass(frozen=True, slots=True)
class Answer:
    """An answer with 200 as it was made: the names and values of its headers, and its content."""

    headers: tuple[tuple[str, str], ...]
    content: bytes

    def response(self) -> HttpResponse:
        """A response of its own, which others may change."""
        response = HttpResponse(self.content)
        del response["Content-Type"]
        for name, value in self.headers:
            response[name] = value
        return response


class Answers:
    """Answers by what was asked, the oldest forgotten first. Threads share it. With a `most` of 0 it keeps nothing."""

    def __init__(self, *, most: int = MOST, largest: int = LARGEST) -> None:
        self.most, self.largest = most, largest
        self.size = 0
        self._held: OrderedDict[Key, Answer] = OrderedDict()
        self._lock = Lock()

    def get(self, key: Key) -> HttpResponse | None:
        """The answer, as a response of its own; None where there is none."""
        with self._lock:
            answer = self._held.get(key)
            if answer is None:
                return None
            self._held.move_to_end(key)
        return answer.response()

    def put(self, key: Key, response: HttpResponse) -> None:
        """Keep a copy of what `response` is now, unless it is too large."""
        content = response.content
        if len(content) + _BESIDES > min(self.largest, self.most):
            return
        answer = Answer(tuple(response.items()), content)
        with self._lock:
            self._forget(key)
            self._held[key] = answer
            self.size += len(content) + _BESIDES
            while self.size > self.most:
                self._forget(next(iter(self._held)))

    def clear(self) -> None:
        with self._lock:
            self._held.clear()
            self.size = 0

    def _forget(self, key: Key) -> None:
        if (answer := self._held.pop(key, None)) is not None:
            self.size -= len(answer.content) + _BESIDES


class Marks:
    """What answers about one fact-check show (claims.shown), by address, each known for one state of the record.

    The oldest are forgotten first. Threads share it. With a `most` of 0 it knows nothing.
    """

    def __init__(self, *, most: int = MOST_MARKS) -> None:
        self.most = most
        self._known: OrderedDict[Key, tuple[Hashable, str]] = OrderedDict()
        self._lock = Lock()

    def get(self, key: Key, *, at: Hashable) -> str | None:
        """The mark, where it was made in the same state."""
        with self._lock:
            state, mark = self._known.get(key, (None, None))
            return mark if state == at else None

    def put(self, key: Key, mark: str, *, at: Hashable) -> None:
        with self._lock:
            self._known[key] = (at, mark)
            self._known.move_to_end(key)
            while len(self._known) > self.most:
                self._known.popitem(last=False)

    def clear(self) -> None:
        with self._lock:
            self._known.clear()
