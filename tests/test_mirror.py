"""docs/mirror.py against a real server: after random months, killed at random points, its copy is the record."""

import contextlib
import importlib.util
import itertools
import json
import random
import subprocess
import sys
from collections.abc import Iterator
from functools import partial
from pathlib import Path
from types import ModuleType
from typing import Any

import pytest
from browsing import Served, filled, serving
from forging import Forged, begun, named, public
from hypothesis import given
from hypothesis import strategies as st
from keys import private_key
from months import Month
from places import ROOT

from claims import chain, record, signatures
from claims.canonical import canonical

PROGRAM = ROOT / "docs" / "mirror.py"
VERIFIER = ROOT / "docs" / "verify_record.py"

FILL = """
from claims import record_keys
from months import Month
month = Month({seed})
month.go(2)
record_keys.ensure(at=month.at)
month.go(1)
"""

MONTH = """
import sys, django; django.setup()
from claims import record_keys
from makers import number_from
from months import Month
seed, steps = map(int, sys.argv[1:])
number_from(seed * 10_000)
month = Month(seed)
month.go(steps // 2)
record_keys.rotate(note="", at=month.at)
month.go(steps - steps // 2)
"""

RECORD = """
import sys, django; django.setup()
from claims import record
from claims.canonical import canonical
for entry in record.entries():
    body = "null" if entry["body"] is None else entry["body"]
    envelope, digest = canonical(entry["envelope"]), entry["entry_digest"]
    signature = canonical(entry["signature"])
    line = '{"body":%s,"entry_digest":"%s","envelope":%s,"signature":%s}' % (body, digest, envelope, signature)
    sys.stdout.buffer.write(line.encode() + b"\\n")
"""


@pytest.fixture(scope="module")
def served(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Served]:
    with serving(tmp_path_factory.mktemp("mirrored"), filled(FILL.format(seed=0))) as server:
        yield server


@pytest.fixture(scope="module")
def program(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The program, with files so short that a month fills several."""
    text = PROGRAM.read_text()
    assert "\nLINES = 1000 " in text
    path = tmp_path_factory.mktemp("program") / "mirror.py"
    path.write_text(text.replace("\nLINES = 1000 ", "\nLINES = 16 "))
    return path


def start(program: Path, address: str, folder: Path, *options: str) -> subprocess.Popen[str]:
    return subprocess.Popen(
        [sys.executable, "-I", str(program), address, str(folder), *options],
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
        text=True,
    )


def ended(process: subprocess.Popen[str]) -> tuple[int, str]:
    said, complaint = process.communicate(timeout=120)
    return process.returncode, said + complaint


def of_copy(folder: Path) -> bytes:
    return b"".join(path.read_bytes() for path in sorted(folder.glob("*.jsonl")))


def of_server(server: Served) -> bytes:
    done = subprocess.run(
        [sys.executable, "-c", RECORD],
        cwd=ROOT,
        env=server.place.environment,
        capture_output=True,
        check=True,
    )
    return done.stdout


@pytest.fixture(scope="module")
def folder(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return tmp_path_factory.mktemp("copy")


@pytest.mark.parametrize("seed", [1, 2, 3])
def test_a_copy_of_a_random_month_is_the_record_to_the_byte(
    seed: int, served: Served, program: Path, folder: Path
) -> None:
    """The copy goes on from the month before, so redactions reach far back in it."""
    chance = random.Random(seed)
    month = subprocess.Popen(
        [sys.executable, "-c", MONTH, str(seed), "30"], cwd=ROOT, env=served.place.environment
    )
    killed = 0
    while month.poll() is None or killed < 12:
        process = start(program, served.address, folder, "--limit", str(chance.choice([1, 2, 3, 50])))
        try:
            process.communicate(timeout=chance.uniform(0.05, 0.6))
        except subprocess.TimeoutExpired:
            process.kill()
            process.communicate()
            killed += 1
        else:
            # One that got to the end came to the head of its moment.
            assert process.returncode == 0
            killed += month.poll() is not None
    assert month.returncode == 0
    assert ended(start(program, served.address, folder))[0] == 0
    expected = of_server(served)
    assert of_copy(folder) == expected
    assert len(list(folder.glob("*.jsonl"))) > 2
    assert sorted(path.suffix for path in folder.iterdir() if path.suffix != ".jsonl") == [""]
    entries = [json.loads(line) for line in expected.split(b"\n")[:-1]]
    kept = [
        {**entry, "body": canonical(entry["body"]) if entry["body"] is not None else None}
        for entry in entries
    ]
    assert chain.first_problem(kept) is None
    done = subprocess.run(
        [sys.executable, "-I", VERIFIER, folder], capture_output=True, text=True, check=False, timeout=120
    )
    assert (done.returncode, done.stderr) == (0, "")
    assert f"The record holds: {len(entries)} entries" in done.stdout
    assert "signatures checked" in done.stdout
    assert served.place.manage("verify_record").returncode == 0
    # Nothing new: nothing is written.
    assert " 0 new" in ended(start(program, served.address, folder))[1]


def test_a_copy_made_at_once_is_the_one_made_by_and_by(served: Served, tmp_path: Path) -> None:
    assert ended(start(PROGRAM, served.address, tmp_path / "new" / "folder"))[0] == 0
    assert of_copy(tmp_path / "new" / "folder") == of_server(served)


def test_another_record_is_refused_and_the_copy_stays(
    served: Served, tmp_path_factory: pytest.TempPathFactory, tmp_path: Path
) -> None:
    assert ended(start(PROGRAM, served.address, tmp_path))[0] == 0
    before = of_copy(tmp_path)
    with serving(tmp_path_factory.mktemp("other"), filled(FILL.format(seed=9))) as other:
        status, said = ended(start(PROGRAM, other.address, tmp_path))
    assert status == 1
    assert "The server's record ends with entry" in said
    assert of_copy(tmp_path) == before
    # And a server that is away is no reason to touch anything.
    assert ended(start(PROGRAM, other.address, tmp_path))[0] == 2
    assert of_copy(tmp_path) == before


# The rest needs no server: what one could answer is made up.


def module() -> ModuleType:
    spec = importlib.util.spec_from_file_location("mirror", PROGRAM)
    assert spec
    assert spec.loader
    made = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(made)
    return made


mirror = module()
REFUSED = (mirror.Wrong, mirror.Unreadable)


def entry_after(entries: list[Any], *, body: Any, kind: str = "update", **changed: Any) -> dict[str, Any]:
    text = canonical(body)
    envelope = {
        **chain.envelope(
            sequence=len(entries) + 1,
            subject="claims/a",
            number=len(entries) + 1,
            kind=kind,
            note=None,
            at="2026-03-01T12:00:00Z",
            body_digest=chain.digest(text),
            previous=entries[-1]["entry_digest"] if entries else None,
        ),
        **changed,
    }
    return {
        "envelope": envelope,
        "entry_digest": chain.entry_digest(envelope),
        "body": body,
        "redacted": False,
        "skipped": False,
        "signature": None,
    }


def made_up(number: int, *, text: str = "") -> list[dict[str, Any]]:
    entries: list[dict[str, Any]] = []
    for place in range(number):
        entries.append(entry_after(entries, body={"format": 1, "n": place, "text": text}))
    return entries


def redacted(entries: list[dict[str, Any]], sequence: int) -> list[dict[str, Any]]:
    """The entries, and one that took a body out of them."""
    bare = [
        {**entry, "body": None, "redacted": True} if entry["envelope"]["sequence"] == sequence else entry
        for entry in entries
    ]
    body = {"format": 1, "redacts": sequence, "reason": "A private address."}
    return [*bare, entry_after(bare, body=body, kind="redaction")]


class Answers:
    """A server made of its entries, which answers as the feed does."""

    def __init__(self, entries: list[dict[str, Any]], head: int | None = None) -> None:
        self.entries, self.head = entries, len(entries) if head is None else head

    def __call__(self, url: str, since: int, limit: int) -> tuple[Any, ...]:
        page = self.entries[since : since + limit]
        last = since + len(page)
        newest = self.entries[self.head - 1] if self.head else None
        digest = newest.get("entry_digest") if newest else None
        return page, last if last < self.head else None, self.head, digest


def mirrored(
    monkeypatch: pytest.MonkeyPatch,
    folder: Path,
    answers: Answers,
    limit: int = 4,
    *,
    known_key: str | None = None,
) -> int:
    monkeypatch.setattr(mirror, "ask", answers)
    made, new = mirror.mirror("https://facts.example", folder, limit, known_key)
    assert made.sequence == answers.head
    return int(new)


def wrong(entries: list[dict[str, Any]], at: int, **changed: Any) -> list[dict[str, Any]]:
    entry = entries[at]
    return [*entries[:at], {**entry, **changed}, *entries[at + 1 :]]


GOOD = made_up(6)
REFUSALS = {
    "an entry left out": ([*GOOD[:2], *GOOD[3:]], "Entry 3 is missing"),
    "another order": ([*GOOD[:2], GOOD[3], GOOD[2]], "Entry 3 is missing"),
    "another body": (
        wrong(GOOD, 2, body={"format": 1}),
        r"Entry 3 .*: its body does not have its body digest",
    ),
    "another digest": (wrong(GOOD, 2, entry_digest="0" * 64), r"Entry 3 .*does not have its entry digest"),
    "another note": (
        wrong(GOOD, 2, envelope={**GOOD[2]["envelope"], "note": "x"}),
        r"Entry 3 .*does not have its entry digest",
    ),
    "another chain": ([*GOOD[:3], *made_up(6, text="x")[3:]], r"Entry 4 .*does not link to the entry before"),
    "a body kept back": (
        wrong(GOOD, 2, body=None, redacted=True),
        r"Entry 3 .*has no body, and no later entry",
    ),
    "a filtered feed": (wrong(GOOD, 2, body=None, skipped=True), "left out by a filter"),
    "a number twice": (
        [*GOOD, entry_after(GOOD, body={}, number=6)],
        r"Entry 7 .*is number 6 of its subject, not 7",
    ),
    "time running backwards": (
        [*GOOD, entry_after(GOOD, body={}, at="2026-02-01T12:00:00Z")],
        r"Entry 7 .*: its time",
    ),
    "no time": ([*GOOD, entry_after(GOOD, body={}, at="now")], r"Entry 7 .*: its time"),
    "a redaction with its body": (
        [*GOOD, redacted(GOOD, 6)[-1]],
        "Entry 6 is redacted, and the server gave its body",
    ),
    "a redaction of what is to come": (
        [*GOOD, entry_after(GOOD, body={"format": 1, "redacts": 9, "reason": "x"}, kind="redaction")],
        "which is no earlier entry",
    ),
    "a redaction of nothing": (
        [*GOOD, entry_after(GOOD, body={}, kind="redaction")],
        "does not name the entry",
    ),
    "a redaction of true": (
        [*GOOD, entry_after(GOOD, body={"format": 1, "redacts": True, "reason": "x"}, kind="redaction")],
        "does not name the entry",
    ),
    "no envelope": ([{"body": {}}], "Entry 1 (is missing|has no envelope)"),
    "no entry": ([None], "Entry 1 (is missing|has no envelope)"),
    "a subject that is a list": (
        wrong(GOOD, 0, envelope={**GOOD[0]["envelope"], "subject": []}),
        "Entry 1 (is missing|has no envelope)",
    ),
    "a fraction": (wrong(GOOD, 0, body={"n": 0.5}), "its body has no digest"),
    "half a character": (wrong(GOOD, 0, body={"n": "\ud800"}), "its body has no digest"),
}


@pytest.mark.parametrize("what", REFUSALS)
def test_what_is_no_record_is_refused(what: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    entries, words = REFUSALS[what]
    with pytest.raises(REFUSED, match=words):
        mirrored(
            monkeypatch,
            tmp_path,
            Answers(entries, head=1 if entries[0] is None or "entry_digest" not in entries[0] else None),
        )
    # What came before is kept, and whole.
    kept = [json.loads(line) for line in of_copy(tmp_path).splitlines()]
    assert [entry["envelope"] for entry in kept] == [entry["envelope"] for entry in entries[: len(kept)]]
    with mirror.Copy(tmp_path) as copy:
        assert copy.record.sequence == len(kept)


@pytest.mark.parametrize(
    ("then", "words"),
    [
        (Answers(GOOD[:4]), "The server's record ends with entry 4; 6 of it were there before"),
        (Answers([]), "ends with entry 0"),
        (Answers(made_up(6, text="x")), "another one: its entry 6"),
        (Answers(made_up(7, text="x")), r"Entry 7 .*does not link to the entry before"),
        (Answers([*GOOD, *GOOD[-1:]], head=7), "Entry 7 is missing"),
    ],
)
def test_a_record_that_does_not_continue_the_copy_is_refused(
    then: Answers, words: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    assert mirrored(monkeypatch, tmp_path, Answers(GOOD)) == 6
    before = of_copy(tmp_path)
    with pytest.raises(REFUSED, match=words):
        mirrored(monkeypatch, tmp_path, then)
    assert of_copy(tmp_path) == before
    assert mirrored(monkeypatch, tmp_path, Answers(GOOD)) == 0


def test_a_body_disappears_with_its_redaction(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(mirror, "LINES", 2)
    entries = made_up(5, text="secret")
    mirrored(monkeypatch, tmp_path, Answers(entries))
    for sequence in (1, 2, 5, 4):
        entries = redacted(entries, sequence)
        assert mirrored(monkeypatch, tmp_path, Answers(entries)) == 1
        kept = [json.loads(line) for line in of_copy(tmp_path).splitlines()]
        assert [entry["body"] for entry in kept] == [entry["body"] for entry in entries]
    assert of_copy(tmp_path).count(b"secret") == 1


def test_a_page_with_a_redacted_body_may_come_before_the_redaction(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    entries = redacted(made_up(9), 2)
    assert mirrored(monkeypatch, tmp_path, Answers(entries), limit=3) == 10


def ours(made: Forged) -> Answers:
    return Answers(made.entries)


BY_ANOTHER = signatures.sign(
    signatures.endorsement(public_key=public("B"), endorsed_by=named("A")), private_key=private_key("C")
)


def without_the_key() -> dict[str, Forged]:
    """What a server can make up that has the record and not its key."""
    emptied = begun()
    for sequence in (1, 2, 3):
        emptied.redact(sequence, signed=False)
    stripped = begun().redact(1, signed=False)
    relayed = begun().add().add()
    relayed.entries[3]["signature"] = relayed.entries[4]["signature"]
    anew = Forged().add(kind="publication").add().add().add()
    return {
        "redactions without a signature": emptied,
        "one of them": stripped,
        "an entry without a signature": begun().add(signed=False),
        "an entry by a key of its own": begun().add(by="B"),
        "a loss, and redactions by a key of its own": begun().bring("B", "lost").redact(1).redact(3),
        "a rotation that the key did not endorse": begun().bring("B", "rotated", endorsement="A" * 86 + "=="),
        "a rotation endorsed by another key": begun().bring("B", "rotated", endorsement=BY_ANOTHER),
        "another signature in the middle of a page": relayed,
        "a record that never had a key": anew,
        "a body that is held back": held_back(),
    }


def held_back() -> Forged:
    made = begun().add()
    made.entries[3].update(body=None, redacted=True)
    return made


@pytest.mark.parametrize("limit", [1, 2, 100])
@pytest.mark.parametrize("what", list(without_the_key()))
def test_who_has_not_the_key_changes_nothing_in_a_copy(
    what: str, limit: int, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Not what is in it, not what comes to it; and an honest server goes on."""
    mirrored(monkeypatch, tmp_path, ours(begun()))
    before = of_copy(tmp_path)
    with pytest.raises(REFUSED):
        mirrored(monkeypatch, tmp_path, ours(without_the_key()[what]), limit)
    assert of_copy(tmp_path) == before
    honest = begun().redact(1).add().redact(3)
    assert mirrored(monkeypatch, tmp_path, ours(honest), limit) == 3
    assert of_copy(tmp_path) == lines_of(honest)
    # Who begins with such a server takes nothing over that an honest one would not give.
    with contextlib.suppress(*REFUSED):
        mirrored(monkeypatch, tmp_path / "new", ours(without_the_key()[what]), limit)
    kept = of_copy(tmp_path / "new").count(b"\n")
    assert kept <= 3 or what in (
        "a loss, and redactions by a key of its own",
        "a record that never had a key",
    )


def lines_of(made: Forged) -> bytes:
    members = ("body", "entry_digest", "envelope", "signature")
    return b"".join(
        canonical({name: entry[name] for name in members}).encode() + b"\n" for entry in made.entries
    )


def test_a_loss_is_followed_by_who_was_told_the_new_key(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    mirrored(monkeypatch, tmp_path, ours(begun()))
    made = begun().bring("B", "lost").add().redact(1).bring("C", "rotated")
    for known, words in ((None, "Ask the newsroom"), ("A", "does not vouch"), ("D", "does not vouch")):
        with pytest.raises(mirror.Wrong, match=words):
            mirrored(monkeypatch, tmp_path, ours(made), known_key=known and named(known))
        assert of_copy(tmp_path) == lines_of(begun())
    assert mirrored(monkeypatch, tmp_path, ours(made), 1, known_key=named("C")) == 4
    assert of_copy(tmp_path) == lines_of(made)
    # From then on the copy knows.
    made.add()
    assert mirrored(monkeypatch, tmp_path, ours(made)) == 1


@pytest.mark.parametrize("limit", [1, 2, 3, 100])
def test_a_body_that_is_missing_waits_for_its_redaction(
    limit: int, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    made = begun().add().add().redact(4).add().redact(5).add()
    for known in (None, named("A")):
        folder = tmp_path / str(known)
        early = Answers(made.entries[:4], head=4)
        with pytest.raises(mirror.Unreadable, match=r"Entry 4 .*no later entry redacts it\. A cache"):
            mirrored(monkeypatch, folder, early, limit, known_key=known)
        assert lines_of(made).startswith(of_copy(folder))
        assert of_copy(folder).count(b"\n") == (3 if limit in (1, 3) else 2 if limit == 2 else 0)
        mirrored(monkeypatch, folder, ours(made), limit, known_key=known)
        assert of_copy(folder) == lines_of(made)


def test_what_waits_may_be_redacted_too(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """Entry 5 comes with its body while the redaction of 4 is waited for, and is redacted before that is seen."""
    monkeypatch.setattr(mirror, "LINES", 2)
    monkeypatch.setattr(mirror, "IN_MEMORY", 100)
    before = begun().add().add().redact(4)
    after = before.copy().redact(5).add()
    while_reading = Answers([*before.entries[:5], *after.entries[5:]])
    assert mirrored(monkeypatch, tmp_path, while_reading, limit=1) == 8
    assert of_copy(tmp_path) == lines_of(after)


class Killed(BaseException):
    pass


def test_a_run_that_is_killed_anywhere_is_finished_by_the_next(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Before and after each call that makes something last: of the copy nothing is lost, and no body comes back."""
    monkeypatch.setattr(mirror, "LINES", 2)
    first = begun().add().add().add()
    made = first.copy().redact(1).add().redact(4).redact(8).add()
    real = {"fsync": mirror.os.fsync, "replace": Path.replace}
    points = 0
    for after in (False, True):
        for stop in itertools.count(1):
            folder = tmp_path / f"{after}-{stop}"
            mirrored(monkeypatch, folder, ours(first))
            calls = itertools.count(1)

            def dying(
                name: str, *arguments: Any, calls: Any = calls, stop: int = stop, after: bool = after
            ) -> Any:
                last = next(calls) == stop
                if last and not after:
                    raise Killed
                done = real[name](*arguments)
                if last:
                    raise Killed
                return done

            with monkeypatch.context() as patch:
                patch.setattr(mirror.os, "fsync", partial(dying, "fsync"))
                patch.setattr(Path, "replace", lambda *given, dying=dying: dying("replace", *given))
                try:
                    mirrored(patch, folder, ours(made), limit=3)
                except Killed:
                    points += 1
                else:
                    break
            # A kept line is that of the record, or that of the record before the redaction.
            for line, old in zip(of_copy(folder).splitlines(), lines_of(first).splitlines(), strict=False):
                assert line in (old, *lines_of(made).splitlines())
            mirrored(monkeypatch, folder, ours(made), limit=3)
            assert of_copy(folder) == lines_of(made)
            assert not list(folder.glob("*.part"))
    assert points >= 20


def test_an_old_file_stays_until_the_new_one_was_read_back(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    mirrored(monkeypatch, tmp_path, ours(begun()))
    made = begun().redact(1)
    read = Path.read_bytes
    with monkeypatch.context() as patch:
        patch.setattr(Path, "read_bytes", lambda path: read(path)[: -(path.suffix == ".part") or None])
        with pytest.raises(mirror.Unreadable, match="the disk may be failing"):
            mirrored(patch, tmp_path, ours(made))
    assert b"".join(of_copy(tmp_path).splitlines(keepends=True)[:3]) == lines_of(begun())
    mirrored(monkeypatch, tmp_path, ours(made))
    assert of_copy(tmp_path) == lines_of(made)


def test_a_copy_is_verified_as_any_record(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """By its folder, and by a file of it; also where something was redacted."""
    monkeypatch.setattr(mirror, "LINES", 2)
    made = begun().add().redact(1).redact(3)
    mirrored(monkeypatch, tmp_path, ours(made))
    whole = tmp_path / "whole"
    whole.write_bytes(of_copy(tmp_path))
    for place, code, words in (
        (tmp_path, 0, "4 bodies checked, 2 redacted"),
        (whole, 0, "4 bodies checked, 2 redacted"),
        (tmp_path / "000000001.jsonl", 1, "no later entry redacts it"),
        (tmp_path / "000000003.jsonl", 1, "Entry 1 is missing"),
    ):
        done = subprocess.run(
            [sys.executable, "-I", VERIFIER, place], capture_output=True, text=True, check=False
        )
        assert done.returncode == code
        assert words in done.stdout + done.stderr


@pytest.mark.parametrize("cut", range(0, 400, 23))
def test_a_line_that_was_being_written_is_written_again(
    cut: int, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    mirrored(monkeypatch, tmp_path, Answers(GOOD))
    (path,) = tmp_path.glob("*.jsonl")
    whole = path.read_bytes()
    path.write_bytes(whole[: len(whole) - cut])
    (tmp_path / "000000001.part").write_bytes(b"half a fi")
    mirrored(monkeypatch, tmp_path, Answers(GOOD))
    assert path.read_bytes() == whole
    assert not list(tmp_path.glob("*.part"))


def test_a_copy_that_somebody_changed_is_refused(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    mirrored(monkeypatch, tmp_path, Answers(GOOD))
    (path,) = tmp_path.glob("*.jsonl")
    whole = path.read_bytes()
    for changed, words in (
        (whole.replace(b'"n":2', b'"n":3'), r"Entry 3 .*: its body"),
        (whole.replace(b'"n":2', b'"n": 2'), "not in canonical form"),
        (whole.split(b"\n", 1)[1], "Entry 1 (is missing|has no envelope)"),
        (b"no JSON\n" + whole, "no entry"),
    ):
        path.write_bytes(changed)
        with pytest.raises(REFUSED, match=words), mirror.Copy(tmp_path):
            pass
    path.write_bytes(whole)
    path.rename(tmp_path / "000001001.jsonl")
    with pytest.raises(REFUSED, match="does not follow"), mirror.Copy(tmp_path):
        pass


def test_two_runs_do_not_meet_in_one_folder(tmp_path: Path) -> None:
    with mirror.Copy(tmp_path), pytest.raises(mirror.Unreadable, match="Another run"), mirror.Copy(tmp_path):
        pass
    with mirror.Copy(tmp_path):
        pass


values = st.recursive(
    st.none() | st.booleans() | st.integers(-(2**53) + 1, 2**53 - 1) | st.text(),
    lambda inner: st.lists(inner, max_size=4) | st.dictionaries(st.text(), inner, max_size=4),
)


@given(values)
def test_its_canonical_form_is_ours(value: Any) -> None:
    assert mirror.canonical(value) == canonical(value)


@pytest.mark.django_db
def test_a_month_in_memory_is_a_record_to_it(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    Month(5).go(20)
    entries = [
        {**entry, "body": json.loads(entry["body"]) if entry["body"] is not None else None}
        for entry in record.entries()
    ]
    assert mirrored(monkeypatch, tmp_path, Answers(entries)) == len(entries)
