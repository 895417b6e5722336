"""docs/verify_record.py, run as a stranger runs it: on exported files and on a server, whole and tampered with."""

import copy
import http.server
import importlib.util
import json
import re
import subprocess
import sys
import threading
from collections.abc import Callable, Iterator
from pathlib import Path
from types import ModuleType
from typing import Any
from urllib.parse import parse_qs, urlsplit

import pytest
from django.core.management import CommandError, call_command
from django.db import transaction
from django.test import Client
from hypothesis import given
from hypothesis import strategies as st
from makers import NOON, make_published, make_user, publish

from claims import canonical as house
from claims import chain, record, record_keys, workflow
from claims.models import Revision

ROOT = Path(__file__).resolve().parent.parent
PROGRAM = ROOT / "docs" / "verify_record.py"

Entries = list[dict[str, Any]]


def loaded() -> ModuleType:
    spec = importlib.util.spec_from_file_location("verify_record", PROGRAM)
    assert spec
    assert spec.loader
    module = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(module)
    return module


verifier = loaded()


def run(*arguments: Any, alone: bool = False) -> subprocess.CompletedProcess[str]:
    """The program in a Python that knows nothing of this project; `alone` without any package either."""
    options = ["-I", "-S"] if alone else ["-I"]
    return subprocess.run(
        [sys.executable, *options, PROGRAM, *map(str, arguments)],
        cwd="/",
        capture_output=True,
        text=True,
        check=False,
    )


def written(entries: Entries, path: Path) -> Path:
    path.write_text("".join(json.dumps(entry, ensure_ascii=False) + "\n" for entry in entries), "utf-8")
    return path


def problem(entries: Entries, known_head: Any = (None, None), *, after: Any = None) -> str | None:
    """What the program finds wrong, asked in this process; `after` is a walk over the entries before."""
    walk = copy.deepcopy(after) or verifier.Record(known_head)
    try:
        for entry in entries:
            walk.step(entry)
        walk.end()
    except verifier.Wrong as error:
        return str(error)
    return None


@pytest.fixture
def entries(db: None, tmp_path: Path, settings: Any) -> Entries:
    """A record with one of everything: unsigned at first, a correction, a redaction, a withdrawal, three keys."""
    settings.DATA_DIR = tmp_path / "data"
    settings.DATA_DIR.mkdir()
    claim = make_published("bridge")
    record_keys.ensure(at=NOON)
    first = Revision.objects.of(claim.subject).get()
    workflow.apply("revise", verdict=claim.verdict, by=claim.verdict.author, at=NOON)
    claim.verdict.summary = "Newer words."
    claim.verdict.save()
    claim = publish(claim, kind="correction", note="Mended.")
    record.redact(sequence=first.sequence, reason="A private address.", at=NOON)
    record_keys.rotate(note="Every year.", at=NOON)
    other = make_published("tender")
    (settings.DATA_DIR / "record.key").unlink()
    record_keys.declare_lost(note="The disk broke.", at=NOON)
    workflow.apply("withdraw", verdict=other.verdict, by=make_user(), at=NOON, note="It was wrong.")
    call_command("verify_record")
    call_command("export_record", tmp_path / "record.jsonl")
    return [json.loads(line) for line in (tmp_path / "record.jsonl").read_text("utf-8").splitlines()]


# A record that holds ------------------------------------------------------------------------------


def test_an_exported_record_is_verified_as_a_stranger_does(entries: Entries, tmp_path: Path) -> None:
    file, last = tmp_path / "record.jsonl", entries[-1]
    signed = sum(1 for entry in entries if entry["signature"])
    head = f"{len(entries)}:{last['entry_digest']}"
    for alone in (False, True):
        done = run(file, "--known-head", head, alone=alone)
        assert (done.returncode, done.stderr) == (0, "")
        lines = done.stdout.splitlines()
        assert lines[0] == f"The record holds: {len(entries)} entries, head {head} of 2026-03-01T12:00:00Z."
        assert lines[1] == f"{len(entries) - 1} bodies checked, 1 redacted."
        by = ", by hand since the Python package cryptography is not here" if alone else ""
        assert re.fullmatch(rf"{signed} signatures checked, since entry [0-9]+{by}\.", lines[2])
        assert lines[3].startswith(
            f"The key is {last['signature']['key']}, known from this file alone: compare it with what the newsroom"
        )
        assert lines[4].startswith("Remark: Entry ")
        assert lines[4].endswith("no earlier key vouches for those after it.")
        assert lines[5:] == ["It continues the head that you kept."]
    assert [entry for entry in entries if entry["redacted"]] == [
        entry for entry in entries if entry["body"] is None
    ]


def test_every_beginning_of_a_record_continues_its_heads(entries: Entries) -> None:
    for length in range(1, len(entries) + 1):
        at = entries[length - 1]
        begun = problem(entries[:length], (length, at["entry_digest"]))
        assert begun is None or "no later entry redacts it" in begun
        assert problem(entries, (None, at["entry_digest"])) is None


def test_heads_that_the_record_does_not_continue(entries: Entries, tmp_path: Path) -> None:
    file = tmp_path / "record.jsonl"
    first, last = entries[0]["entry_digest"], len(entries)
    for known, words in [
        (f"1:{'0' * 64}", "Entry 1 (site) has another digest than the one that was kept"),
        (f"2:{first}", "has another digest than the one that was kept"),
        ("0" * 64, "no entry has 000"),
        (f"{last + 1}:{'0' * 64}", f"ends with entry {last}, before entry {last + 1}"),
    ]:
        done = run(file, "--known-head", known, alone=True)
        assert (done.returncode, done.stdout) == (1, "")
        assert done.stderr.startswith("The record does not hold. First thing wrong: ")
        assert words in done.stderr
    done = run(file, "--known-head", "7")
    assert (done.returncode, done.stdout) == (2, "")
    assert "SEQUENCE:DIGEST" in done.stderr


def test_an_empty_and_an_unsigned_record(db: None, tmp_path: Path) -> None:
    call_command("export_record", tmp_path / "record.jsonl")
    assert run(tmp_path / "record.jsonl").stdout == "The record is empty.\n"
    make_published()
    call_command("export_record", tmp_path / "record.jsonl")
    assert "It is not signed.\n" in run(tmp_path / "record.jsonl", alone=True).stdout


def test_the_test_vectors() -> None:
    """They are in the form of claims.chain: bodies as texts."""
    vectors = json.loads((ROOT / "tests/golden/chain-vectors.json").read_text("utf-8"))["entries"]
    made = [
        {
            "envelope": vector["envelope"],
            "entry_digest": vector["entry_digest"],
            "body": json.loads(vector["body"]) if vector["body"] else None,
            "redacted": vector["body"] is None,
        }
        for vector in vectors
    ]
    assert problem(made) is None
    for vector in vectors:
        assert verifier.canonical(vector["envelope"]) == vector["canonical_envelope"]


# Tampering ----------------------------------------------------------------------------------------


def places(value: Any, path: tuple[Any, ...] = ()) -> Iterator[tuple[Any, ...]]:
    """Every place in a JSON value."""
    yield path
    if isinstance(value, dict | list):
        for name, part in value.items() if isinstance(value, dict) else enumerate(value):
            yield from places(part, (*path, name))


def others(value: Any) -> Iterator[Any]:
    """Values that are not this one, of its type and of another."""
    if isinstance(value, bool):
        yield from (not value, int(value))
    elif isinstance(value, int):
        yield from (value + 1, value - 1, str(value))
    elif isinstance(value, str):
        yield from (value + " ", value[:-1] if value else "x", value.swapcase() or "x", None)
    elif isinstance(value, dict):
        yield from ({**value, "added": 1}, None)
    elif isinstance(value, list):
        yield from ([*value, None], value[::-1] or [None], None)
    else:
        yield from ("", False, 0, {})
    yield {"other": "x"}


def put(entry: dict[str, Any], path: tuple[Any, ...], value: Any) -> dict[str, Any]:
    made: Any = copy.deepcopy(entry)
    inside = made
    for name in path[:-1]:
        inside = inside[name]
    inside[path[-1]] = value
    return made  # type: ignore[no-any-return]


def test_a_change_of_any_member_of_any_entry_is_found(entries: Entries) -> None:
    """Envelopes, digests, bodies, marks and signatures, at every depth."""
    tried, before = 0, verifier.Record()
    for number, entry in enumerate(entries):
        for path in places(entry):
            value = entry
            for name in path:
                value = value[name]
            for other in others(value) if path else ():
                if other != value or type(other) is not type(value):
                    changed = put(entry, path, other)
                    assert problem([changed, *entries[number + 1 :]], after=before), (number, path, other)
                    tried += 1
        before.step(entry)
    assert tried > 2000


def test_what_is_left_out_is_found(entries: Entries) -> None:
    for number, entry in enumerate(entries[:-1]):
        assert problem([*entries[:number], *entries[number + 1 :]]), number
        for member in ("envelope", "entry_digest", "body", "signature"):
            if entry[member] is not None:
                less = {name: value for name, value in entry.items() if name != member}
                assert problem([*entries[:number], less, *entries[number + 1 :]]), (number, member)
        assert problem([*entries[:number], entries[number + 1], entry, *entries[number + 2 :]])
    # But for the end of it: that is what a kept head is for.
    assert problem(entries[:-1]) is None
    assert problem(entries[:-1], (None, entries[-1]["entry_digest"]))


def test_without_the_package_all_is_found(entries: Entries, tmp_path: Path) -> None:
    last = entries[-1]
    spoilt = last["signature"]["signature"][1:3] + last["signature"]["signature"][2:]
    assert spoilt != last["signature"]["signature"]
    file = tmp_path / "spoilt.jsonl"
    for change, words in [
        (put(last, ("signature", "signature"), spoilt), "does not have the signature of the key"),
        (put(last, ("signature",), None), "is not signed, though"),
        (put(last, ("signature", "key"), "0" * 64), "is signed by the key 000"),
        (put(last, ("signature", "signature"), "AAAA"), "does not have the signature"),
    ]:
        for alone in (False, True):
            done = run(written([*entries[:-1], change], file), alone=alone)
            assert done.returncode == 1
            assert words in done.stderr


def test_a_record_that_was_rewritten_as_a_whole(entries: Entries) -> None:
    """Who has no key can make every digest right again, and no signature; who kept a head sees it anyway."""
    rewritten = copy.deepcopy(entries)
    changed = next(entry for entry in rewritten if entry["envelope"]["kind"] == "withdrawal")
    changed["envelope"]["note"] = changed["body"]["withdrawn"]["reason"] = "All is well."
    changed["envelope"]["body_digest"] = house.digest(house.canonical(changed["body"]))
    previous = rewritten[changed["envelope"]["sequence"] - 2]["entry_digest"]
    for entry in rewritten[changed["envelope"]["sequence"] - 1 :]:
        entry["envelope"]["previous"] = previous
        previous = entry["entry_digest"] = chain.entry_digest(entry["envelope"])
    assert "does not have the signature" in (problem(rewritten) or "")
    unsigned = [{**entry, "signature": None} for entry in rewritten if entry["envelope"]["kind"] != "key"]
    assert problem(unsigned), "the keys are links of the chain"
    assert problem(rewritten, (None, entries[-1]["entry_digest"]))


@pytest.mark.parametrize(
    ("text", "words"),
    [
        ("{", "Line 1 is no entry"),
        ("[]", "Entry 1 has no envelope"),
        ('{"envelope": {}, "envelope": {}}', "names a member twice"),
        ("[" * 100_000, "Line 1 is no entry"),
        ("1.5", "holds the number 1.5"),
        ("NaN", "holds the number NaN"),
        ("9" * 5000, "Line 1 is no entry"),
        (b"\xff", "is not UTF-8"),
        ("\n", "Line 1 is no entry"),
    ],
)
def test_files_of_other_things(text: str | bytes, words: str, tmp_path: Path) -> None:
    file = tmp_path / "other"
    file.write_bytes(text if isinstance(text, bytes) else text.encode())
    done = run(file, alone=True)
    assert (done.returncode, done.stdout, done.stderr.count("\n")) == (1, "", 1)
    assert words in done.stderr


def test_what_cannot_be_read(tmp_path: Path) -> None:
    for where in (
        tmp_path / "absent",
        tmp_path,
        "http://127.0.0.1:9/",
        "ftp://facts.example.org",
        "http://[",
    ):
        done = run(where, alone=True)
        assert (done.returncode, done.stdout, done.stderr.count("\n")) == (2, "", 1), where


# Its own parts, against the house's ---------------------------------------------------------------

DOCUMENTS = st.recursive(
    st.none()
    | st.booleans()
    | st.integers(-(2**54), 2**54)
    | st.floats()
    | st.text()
    | st.text(st.characters(min_codepoint=0xD700, max_codepoint=0x10FFFF, exclude_categories=())),
    lambda part: st.lists(part, max_size=4) | st.dictionaries(st.text(), part, max_size=4),
    max_leaves=20,
)


def outcome(make: Callable[[Any], str], value: Any) -> str | None:
    try:
        return make(value)
    except ValueError:
        return None


@given(DOCUMENTS)
def test_its_canonical_json_is_the_houses(document: Any) -> None:
    text = outcome(house.canonical, document)
    assert outcome(verifier.canonical, document) == text
    if text is not None:
        assert verifier.read_json(text) == document
        assert verifier.digest(text) == house.digest(text)


@pytest.mark.parametrize("depth", [99, 100, 101, 5000])
def test_it_takes_what_is_as_deep_as_the_house_takes(depth: int) -> None:
    document: Any = None
    for _ in range(depth):
        document = [document]
    assert outcome(verifier.canonical, document) == outcome(house.canonical, document)


@given(st.from_regex(r"([0-9]{0,3}:)?[0-9a-fA-F]{62,66}", fullmatch=True))
def test_it_reads_heads_as_the_house_does(text: str) -> None:
    try:
        expected = chain.known_head(text)
    except ValueError:
        with pytest.raises(verifier.argparse.ArgumentTypeError):
            verifier.known_head(text)
    else:
        assert verifier.known_head(text) == expected


# A server -----------------------------------------------------------------------------------------


class Feed(http.server.BaseHTTPRequestHandler):
    """The change feed and the head of some entries, as the API's documentation has them."""

    entries: Entries
    head: dict[str, Any]
    status = 200

    def do_GET(self) -> None:
        address = urlsplit(self.path)
        if address.path == "/.well-known/factcheck-record":
            answer = self.head
        else:
            assert address.path == "/api/v1/changes/"
            since = int(parse_qs(address.query)["since"][0])
            rest = [entry for entry in self.entries if entry["envelope"]["sequence"] > since]
            last = self.entries[-1]
            answer = {
                "entries": rest[:3],
                "next": rest[2]["envelope"]["sequence"] if len(rest) > 3 else None,
                "head": {
                    "sequence": last["envelope"]["sequence"],
                    "entry_digest": last["entry_digest"],
                },
            }
        self.send_response(self.status)
        self.end_headers()
        self.wfile.write(json.dumps(answer).encode())

    def log_message(self, *_: Any) -> None:
        pass


@pytest.fixture
def feed(entries: Entries) -> Iterator[tuple[str, type[Feed]]]:
    class Served(Feed):
        pass

    Served.entries, Served.head = entries, Client().get("/.well-known/factcheck-record").json()
    server = http.server.ThreadingHTTPServer(("127.0.0.1", 0), Served)
    thread = threading.Thread(target=server.serve_forever)
    thread.start()
    yield f"http://127.0.0.1:{server.server_port}/", Served
    server.shutdown()
    thread.join()
    server.server_close()


def test_a_server_is_verified(feed: tuple[str, type[Feed]], entries: Entries) -> None:
    address, _ = feed
    done = run(address, "--known-head", entries[1]["entry_digest"])
    assert (done.returncode, done.stderr) == (0, "")
    assert done.stdout.startswith(f"The record holds: {len(entries)} entries")
    assert done.stdout.endswith("It continues the head that you kept.\n")


def test_a_server_that_lies(feed: tuple[str, type[Feed]], entries: Entries) -> None:
    address, served = feed
    for head in (
        {**served.head, "entry_digest": "0" * 64},
        {**served.head, "signature": entries[-2]["signature"]["signature"]},
        {**served.head, "key": None},
        {**served.head, "key": {**served.head["key"], "id": "0" * 64}},
    ):
        served.head = head
        assert "The head that the server shows is not on the record" in run(address, alone=True).stderr
    served.entries = [*entries[:4], *entries[5:]]
    assert "Entry 5 is missing" in run(address, alone=True).stderr
    served.status = 503
    done = run(address, alone=True)
    assert (done.returncode, done.stderr) == (2, f"{address}.well-known/factcheck-record answers 503.\n")


def test_the_head_that_a_server_shows_has_the_form_of_one(
    feed: tuple[str, type[Feed]], entries: Entries
) -> None:
    address, served = feed
    good = served.head
    nothing: dict[str, Any] = dict.fromkeys(good, None)
    heads: list[tuple[Any, int, str]] = [
        ({}, 1, "is not of the form"),
        ({**good, "format": True}, 1, "is not of the form"),
        ({**good, "format": 2}, 1, "is not of the form"),
        ({**good, "sequence": str(len(entries))}, 1, "is not of the form"),
        ({**good, "sequence": [3]}, 1, "is not of the form"),
        ({**good, "sequence": True}, 1, "is not of the form"),
        ({**good, "sequence": 0}, 1, "is not of the form"),
        ({**good, "sequence": None}, 1, "is not of the form"),
        ({name: value for name, value in good.items() if name != "key"}, 1, "is not of the form"),
        ({**good, "at": "2027-01-01T00:00:00Z"}, 1, "is not on the record"),
        ({**good, "key": {**good["key"], "public_key": "A" * 43 + "="}}, 1, "is not on the record"),
        ({**good, "key": "A", "signature": {}}, 1, "is not on the record"),
        ({**nothing, "format": 1}, 2, "shows no head, and its feed ends with entry"),
        ([], 2, "is no record"),
    ]
    for head, code, words in heads:
        served.head = head
        done = run(address, alone=True)
        assert (done.returncode, done.stdout, done.stderr.count("\n")) == (code, "", 1), head
        assert words in done.stderr


def test_a_server_whose_caches_are_behind_is_not_called_a_liar(
    feed: tuple[str, type[Feed]], entries: Entries
) -> None:
    address, served = feed
    served.entries = entries[:-1]
    done = run(address, alone=True)
    assert done.returncode == 2
    assert f"shows the head {len(entries)}, and its feed ends with entry {len(entries) - 1}" in done.stderr
    redaction = next(
        number for number, entry in enumerate(entries) if entry["envelope"]["kind"] == "redaction"
    )
    served.entries = entries[:redaction]
    served.head = {
        **served.head,
        "sequence": redaction,
        "entry_digest": entries[redaction - 1]["entry_digest"],
        "signature": entries[redaction - 1]["signature"]["signature"],
        "key": {"id": entries[redaction - 1]["signature"]["key"]},
    }
    done = run(address, alone=True)
    assert done.returncode == 2
    assert "no later entry redacts it. A cache between may be behind" in done.stderr


def test_a_body_that_was_read_before_it_was_redacted(entries: Entries) -> None:
    """A remark from a server, which is read page by page; an error in a file, which is of one moment."""
    with transaction.atomic():
        record.append(subject="claims/a", kind="update", note="Newer.", at=NOON, body={"format": 1})
    before = [json.loads(line) for line in record.exported()]
    record.redact(sequence=len(before), reason="A private address.", at=NOON)
    shown = [*before, *[json.loads(line) for line in record.exported()][len(before) :]]
    assert "is redacted by entry" in (problem(shown) or "")
    live = verifier.Record(live=True)
    for entry in shown:
        live.step(entry)
    live.end()
    assert f"Entry {len(before)} was shown with its body" in live.remarks[-1]


# The export ---------------------------------------------------------------------------------------


def test_an_export_appears_whole_or_not_at_all(entries: Entries, tmp_path: Path, monkeypatch: Any) -> None:
    file = tmp_path / "record.jsonl"
    before = file.read_bytes()

    def broken() -> Iterator[str]:
        yield "half"
        raise OSError(28, "No space left on device")

    with monkeypatch.context() as patch:
        patch.setattr("claims.management.commands.export_record.exported", broken)
        with pytest.raises(CommandError, match="No space left on device"):
            call_command("export_record", file)
    assert file.read_bytes() == before
    assert sorted(path.name for path in tmp_path.iterdir()) == ["data", "record.jsonl"]
    with pytest.raises(CommandError, match="cannot be written"):
        call_command("export_record", tmp_path / "nowhere" / "record.jsonl")


def test_the_entries_of_an_export_are_one_query(entries: Entries, django_assert_num_queries: Any) -> None:
    with django_assert_num_queries(1):
        assert [json.loads(line) for line in record.exported()] == entries
