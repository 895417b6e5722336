"""docs/mirror.py killed in the middle of what it does: after random months its copy is the signed record, to the byte.

The program runs as it stands. What kills it is outside of it: a folder whose files take so many bytes and no more, or
so many changes of names and no more, and a server that stops in the middle of an answer. Each time the process is
killed by the kernel (SIGKILL), and what it had written stays as it was.
"""

import http.server
import json
import random
import signal
import subprocess
import sys
import threading
import urllib.error
import urllib.request
from collections import Counter
from collections.abc import Iterator
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import pytest
from browsing import Served, filled, serving
from places import ROOT

PROGRAM = ROOT / "docs" / "mirror.py"
VERIFIER = ROOT / "docs" / "verify_record.py"
# So short that a month fills several.
LINES = 16

# The month goes on by so many steps for each line that it is given.
MONTH = """
import sys, django; django.setup()
from makers import number_from
from months import Month
seed = int(sys.argv[1])
number_from(seed * 10_000)
month = Month(seed)
for line in sys.stdin:
    month.go(int(line))
    print("done", flush=True)
"""

# The lines of a copy, made of the database.
RECORD = """
import sys, django; django.setup()
from claims import record
from claims.canonical import canonical
for entry in record.entries():
    body = "null" if entry["body"] is None else entry["body"]
    envelope, digest, signature = canonical(entry["envelope"]), entry["entry_digest"], canonical(entry["signature"])
    line = '{"body":%s,"entry_digest":"%s","envelope":%s,"signature":%s}' % (body, digest, envelope, signature)
    sys.stdout.buffer.write(line.encode() + b"\\n")
"""

# Runs a program until it has written so many bytes, or asked so often for a name to be changed or a file to be kept.
KILLING = """
import builtins, io, os, runpy, signal, sys
what, left, program, *sys.argv[1:] = sys.argv[1:]
left = int(left)
sys.argv[0] = program
opened = io.open

def count(number):
    global left
    left -= number
    if left < 0:
        os.kill(os.getpid(), signal.SIGKILL)

class Raw(io.FileIO):
    def write(self, data):
        if what == "bytes":
            super().write(bytes(data)[: max(left, 0)])
            rest = bytes(data)[max(left, 0) :]
            count(len(data))
            super().write(rest)
            return len(data)
        return super().write(data)

def open_counted(file, mode="r", *rest, **options):
    if "b" not in mode or not set(mode) & set("wax+"):
        return opened(file, mode, *rest, **options)
    raw = Raw(file, mode.replace("b", ""))
    return io.BufferedRandom(raw) if "+" in mode else io.BufferedWriter(raw)

def counted(do):
    def call(*arguments, **options):
        if what == "calls":
            count(1)
        return do(*arguments, **options)
    return call

io.open = builtins.open = open_counted
for name in ("replace", "rename", "unlink", "remove", "truncate", "fsync"):
    setattr(os, name, counted(getattr(os, name)))
runpy.run_path(program, run_name="__main__")
"""


@dataclass
class Stopping:
    """Stands before a server and hands its answers on, until one is to be stopped in the middle."""

    origin: str
    # How many bytes of answers are handed on; None for all.
    left: int | None = None
    hangs: threading.Event = field(default_factory=threading.Event)
    go_on: threading.Event = field(default_factory=threading.Event)

    def __enter__(self) -> "Stopping":
        stopping = self

        class Handler(http.server.BaseHTTPRequestHandler):
            def do_GET(self) -> None:
                try:
                    with urllib.request.urlopen(stopping.origin + self.path, timeout=60) as answer:
                        status, headers, body = answer.status, answer.headers, answer.read()
                except urllib.error.HTTPError as answer:
                    status, headers, body = answer.code, answer.headers, answer.read()
                self.send_response(status)
                self.send_header("Content-Type", headers.get("Content-Type", ""))
                self.send_header("Content-Length", str(len(body)))
                self.end_headers()
                self.wfile.write(body[: stopping.left])
                if stopping.left is not None:
                    stopping.left -= len(body)
                    if stopping.left < 0:
                        self.wfile.flush()
                        stopping.hangs.set()
                        stopping.go_on.wait(60)
                        self.close_connection = True

            def log_message(self, *arguments: Any) -> None:
                """Not here."""

        self.server = http.server.ThreadingHTTPServer(("127.0.0.1", 0), Handler)
        threading.Thread(target=self.server.serve_forever, daemon=True).start()
        return self

    def __exit__(self, *_: Any) -> None:
        self.go_on.set()
        self.server.shutdown()
        self.server.server_close()

    @property
    def address(self) -> str:
        return f"http://127.0.0.1:{self.server.server_port}"


class Client:
    """The program, on one folder."""

    def __init__(self, program: Path, server: str, folder: Path) -> None:
        self.program, self.server, self.folder = program, server, folder

    def start(
        self, address: str, *options: str, killing: tuple[str, int] | None = None
    ) -> subprocess.Popen[str]:
        before = ["-c", KILLING, killing[0], str(killing[1])] if killing else []
        return subprocess.Popen(
            [sys.executable, "-I", *before, str(self.program), address, str(self.folder), *options],
            stdout=subprocess.PIPE,
            stderr=subprocess.PIPE,
            text=True,
        )

    def well(self) -> str:
        process = self.start(self.server)
        said, complaint = process.communicate(timeout=120)
        assert (process.returncode, complaint) == (0, "")
        return said

    def copy(self) -> bytes:
        return b"".join(path.read_bytes() for path in sorted(self.folder.glob("*.jsonl")))

    def lines(self) -> int:
        return self.copy().count(b"\n")


@pytest.fixture(scope="module")
def served(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Served]:
    folder = tmp_path_factory.mktemp("mirrored")
    with serving(
        folder, ["record_key", "ensure"], filled("from months import Month; Month(0).go(3)")
    ) as server:
        yield server


@pytest.fixture(scope="module")
def program(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The program, with short files."""
    text = PROGRAM.read_text()
    assert text.count("\nLINES = 1000 ") == 1
    path = tmp_path_factory.mktemp("program") / "mirror.py"
    path.write_text(text.replace("\nLINES = 1000 ", f"\nLINES = {LINES} "))
    return path


def of_server(server: Served) -> bytes:
    done = subprocess.run(
        [sys.executable, "-c", RECORD],
        cwd=ROOT,
        env=server.place.environment,
        capture_output=True,
        check=True,
    )
    return done.stdout


def killed(client: Client, what: str, chance: random.Random) -> bool:
    """Run the program to be killed as `what` says; whether it was, and did not come to its end before."""
    limit = ("--limit", str(chance.choice([1, 3, 7, 50])))
    # What is new is a few lines as a rule, sometimes files: one wide range would seldom end in the midst of either.
    size = chance.choice([500, 3_000, 20_000])
    if what == "answer":
        with Stopping(client.server, left=chance.randrange(size)) as between:
            process = client.start(between.address, *limit)
            while process.poll() is None and not between.hangs.wait(0.02):
                pass
            process.kill()
            process.communicate()
    else:
        most = size if what == "bytes" else 8
        process = client.start(client.server, *limit, killing=(what, chance.randrange(most)))
        said = process.communicate(timeout=120)
        assert process.returncode in (0, -signal.SIGKILL), said
    return process.returncode == -signal.SIGKILL


# What a walk is worth: how often each of these has to have happened.
DEMANDED = {
    "bytes": 8,
    "calls": 6,
    "answer": 6,
    "after progress": 8,
    "in a line": 4,
    "while a file is replaced": 2,
}


def test_a_copy_of_a_random_month_is_the_record_to_the_byte(
    served: Served, program: Path, tmp_path_factory: pytest.TempPathFactory
) -> None:
    """The month goes on meanwhile; redactions reach far back in the copy."""
    chance, happened = random.Random(1), Counter[str]()
    client = Client(program, served.address, tmp_path_factory.mktemp("copy"))
    month = subprocess.Popen(
        [sys.executable, "-c", MONTH, "1"],
        cwd=ROOT,
        env=served.place.environment,
        stdin=subprocess.PIPE,
        stdout=subprocess.PIPE,
        text=True,
    )
    assert month.stdin
    assert month.stdout
    for _ in range(120):
        month.stdin.write("2\n")
        month.stdin.flush()
        for what in ("bytes", "calls", "answer"):
            before = client.lines()
            if killed(client, what, chance):
                copy = client.copy()
                happened[what] += 1
                happened["after progress"] += copy.count(b"\n") > before
                happened["in a line"] += not copy.endswith(b"\n") and copy != b""
                happened["while a file is replaced"] += any(
                    path.suffix not in ("", ".jsonl") for path in client.folder.iterdir()
                )
        assert month.stdout.readline() == "done\n"
        if all(happened[name] >= times for name, times in DEMANDED.items()):
            break
    month.communicate()
    assert month.returncode == 0
    assert {name: happened[name] for name in DEMANDED if happened[name] < DEMANDED[name]} == {}
    client.well()
    expected = of_server(served)
    assert client.copy() == expected
    assert len(list(client.folder.glob("*.jsonl"))) > 2
    assert {path.suffix for path in client.folder.iterdir()} <= {".jsonl", ""}
    entries = [json.loads(line) for line in expected.splitlines()]
    assert all(entry["signature"] for entry in entries)
    assert any(entry["body"] is None for entry in entries)
    # Nothing new: nothing is written.
    assert " 0 new" in client.well()
    assert client.copy() == expected
    assert_holds(client, len(entries))


def assert_holds(client: Client, entries: int) -> None:
    """The program that nobody has to trust the server for verifies the copy, its signatures among it."""
    whole = client.folder.parent / "whole.jsonl"
    whole.write_bytes(client.copy())
    done = subprocess.run(
        [sys.executable, "-I", str(VERIFIER), str(whole)], capture_output=True, text=True, check=False
    )
    assert done.returncode == 0, done.stdout + done.stderr
    assert f"{entries} entries" in done.stdout
    assert "signature" in done.stdout
    assert "not checked" not in done.stdout


def test_an_answer_that_ends_in_the_middle_is_no_page(served: Served, program: Path, tmp_path: Path) -> None:
    """The server goes away and the client lives: it says so, and what it has is the beginning of the record."""
    client, expected = Client(program, served.address, tmp_path / "copy"), of_server(served)
    left, refused = 0, 0
    while True:
        with Stopping(served.address, left=left) as between:
            between.go_on.set()
            process = client.start(between.address, "--limit", "7")
            said, complaint = process.communicate(timeout=120)
        assert expected.startswith(client.copy())
        if process.returncode == 0:
            break
        assert "Traceback" not in complaint
        assert complaint.count("\n") == 1
        left, refused = 2 * left + 1_000, refused + 1
    assert refused > 3
    assert "entries" in said
    assert client.copy() == expected
