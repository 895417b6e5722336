"""A client that asks servers as quickly as they answer, and bare servers beside which ours are measured: for benches.

The client holds a few connections open, has one question on each, and does nothing with an answer but read it. It costs
the same whoever answers.
"""

import base64
import json
import os
import select
import socket
import subprocess
import sys
import time
from collections.abc import Iterable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Any

ROOT = Path(__file__).resolve().parent.parent
CONNECTIONS = 4


@dataclass(frozen=True, slots=True)
class Asked:
    """What came of asking: answers per second, and in milliseconds how long one in two and 99 of 100 took at most."""

    per_second: float
    median: float
    p99: float

    def __str__(self) -> str:
        return f"{self.per_second:>9,.0f}/s{self.median:>9.1f} ms{self.p99:>9.1f} ms"


class _Line:
    """One connection, and the question that is on it."""

    def __init__(self, port: int) -> None:
        self.socket = socket.create_connection(("127.0.0.1", port), timeout=120)
        self.socket.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
        self.begun = 0.0
        self.got = b""
        self.wanted = -1

    def ask(self, question: bytes) -> None:
        self.got, self.wanted, self.begun = b"", -1, time.perf_counter()
        self.socket.sendall(question)

    def read(self, *, status: int) -> bool:
        """Read on; True once the answer is whole."""
        part = self.socket.recv(1 << 20)
        if not part:
            raise SystemExit(f"The server ended an answer early: {self.got[:200]!r}")
        self.got += part
        if self.wanted < 0 and (end := self.got.find(b"\r\n\r\n")) >= 0:
            head = self.got[:end].lower()
            if not head.startswith(b"http/1.1 %d" % status):
                raise SystemExit(f"Another answer than {status}: {self.got[:300]!r}")
            length = next((line for line in head.split(b"\r\n") if line.startswith(b"content-length:")), None)
            chunked = b"transfer-encoding: chunked" in head
            self.wanted = -2 if chunked else end + 4 + (int(length.split(b":")[1]) if length else 0)
        return self.got.endswith(b"0\r\n\r\n") if self.wanted == -2 else 0 <= self.wanted <= len(self.got)


def question(path: str, *, port: int, headers: Mapping[str, str] | None = None, body: bytes = b"") -> bytes:
    """A request as it goes over the line."""
    lines = [f"{'POST' if body else 'GET'} {path} HTTP/1.1", f"Host: 127.0.0.1:{port}"]
    lines += [f"{name}: {value}" for name, value in (headers or {}).items()]
    lines += [f"Content-Length: {len(body)}", "Content-Type: application/json"] if body else []
    return "\r\n".join([*lines, "", ""]).encode("latin-1") + body


def ask(port: int, questions: Sequence[bytes], *, status: int = 200, connections: int = CONNECTIONS) -> Asked:
    """Ask every question once, so many at a time."""
    lines = [_Line(port) for _ in range(min(connections, len(questions)))]
    by_number = {line.socket.fileno(): line for line in lines}
    poll, took, coming = select.poll(), [], iter(questions)
    begun = time.perf_counter()
    for line in lines:
        poll.register(line.socket, select.POLLIN)
        line.ask(next(coming))
    waiting = len(lines)
    while waiting:
        for number, _ in poll.poll():
            line = by_number[number]
            if not line.read(status=status):
                continue
            took.append(time.perf_counter() - line.begun)
            following = next(coming, None)
            if following is None:
                waiting -= 1
                poll.unregister(line.socket)
            else:
                line.ask(following)
    spent = time.perf_counter() - begun
    for line in lines:
        line.socket.close()
    took.sort()
    return Asked(len(took) / spent, took[len(took) // 2] * 1000, took[int(len(took) * 0.99)] * 1000)


def answer(port: int, asked: bytes, *, status: int = 200) -> bytes:
    """One answer, whole: head and content."""
    line = _Line(port)
    line.ask(asked)
    while not line.read(status=status):
        pass
    line.socket.close()
    return line.got


def free_port() -> int:
    """A port that was free a moment ago."""
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        port: int = probe.getsockname()[1]
    return port


def open_by(port: int, process: subprocess.Popen[bytes]) -> None:
    """Wait until somebody listens."""
    for _ in range(600):
        if process.poll() is not None:
            raise SystemExit(f"The server ended with status {process.returncode}.")
        try:
            socket.create_connection(("127.0.0.1", port), timeout=1).close()
            return
        except OSError:
            time.sleep(0.1)
    raise SystemExit("The server does not listen after a minute.")


@contextmanager
def served(command: Sequence[str], port: int, *, environment: Mapping[str, str]) -> Iterator[Any]:
    """A server while the block lasts."""
    process = subprocess.Popen(
        list(command),
        cwd=ROOT,
        env=dict(environment),
        stdout=subprocess.DEVNULL,
        stderr=None if os.environ.get("VERBOSE") else subprocess.DEVNULL,
    )
    try:
        open_by(port, process)
        yield process
    finally:
        process.terminate()
        process.wait()


def gunicorn(application: str, port: int) -> list[str]:
    """One process with four threads, ours and the bare one alike."""
    return [
        *(sys.executable, "-m", "gunicorn", "--workers", "1", "--threads", "4", "--worker-class", "gthread"),
        *("--bind", f"127.0.0.1:{port}", "--log-level", "error", "--worker-tmp-dir", _memory(), application),
    ]


def _memory() -> str:
    return "/dev/shm" if Path("/dev/shm").is_dir() else "/tmp"


@contextmanager
def ours(environment: Mapping[str, str]) -> Iterator[int]:
    """The house on a port of its own."""
    port = free_port()
    here = {**environment, "PORT": str(port)}
    with served(gunicorn("factcheck.wsgi", port), port, environment=here):
        yield port


@contextmanager
def bare(answers: Mapping[str, bytes], folder: Path) -> Iterator[int]:
    """A WSGI program that does nothing but give the same bytes (`answers`: by path with query, head and content)."""
    port, file = free_port(), folder / "answers.json"
    written = {path: base64.b64encode(whole).decode() for path, whole in answers.items()}
    file.write_text(json.dumps(written))
    here = {**os.environ, "BARE_ANSWERS": str(file), "PYTHONPATH": str(ROOT / "tests")}
    with served(gunicorn("asking:bare_program()", port), port, environment=here):
        yield port


# What the server writes itself.
_OF_THE_SERVER = ("connection", "date", "server", "transfer-encoding")


def bare_program() -> Any:
    """The bare program, for gunicorn."""
    made = {}
    for path, written in json.loads(Path(os.environ["BARE_ANSWERS"]).read_text()).items():
        head, _, content = base64.b64decode(written).partition(b"\r\n\r\n")
        status, *lines = head.decode("latin-1").split("\r\n")
        named = (line.partition(":") for line in lines)
        headers = [(name, value.strip()) for name, _, value in named if name.lower() not in _OF_THE_SERVER]
        made[path] = (status.partition(" ")[2], headers, [content])

    def program(environ: dict[str, Any], start_response: Any) -> Iterable[bytes]:
        query = environ["QUERY_STRING"]
        status, headers, content = made[environ["PATH_INFO"] + (f"?{query}" if query else "")]
        start_response(status, headers)
        found: Iterable[bytes] = content
        return found

    return program
