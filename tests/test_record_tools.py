"""What docs/verify_record.py and docs/mirror.py share: signatures, forged records, servers that lie or break."""

import ast
import hashlib
import importlib.util
import json
import subprocess
import sys
import time
from collections.abc import Callable, Iterator
from pathlib import Path
from types import ModuleType
from typing import Any

import pytest
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey
from forging import (
    Evil,
    Forged,
    answer,
    as_json,
    begun,
    evil,
    head_of,
    leads_to,
    named,
    page_of,
    says,
    says_always,
    zipped,
)
from hypothesis import given, settings
from hypothesis import strategies as st
from places import ROOT

from claims import chain, legible, signatures
from claims.canonical import canonical
from claims.keyring import Keyring

TOOLS = {name: ROOT / "docs" / f"{name}.py" for name in ("verify_record", "mirror")}


def loaded(name: str) -> ModuleType:
    spec = importlib.util.spec_from_file_location(name, TOOLS[name])
    assert spec
    assert spec.loader
    module = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(module)
    return module


tool, copier = loaded("verify_record"), loaded("mirror")


def run(name: str, *arguments: Any, alone: bool = False, **environment: str) -> tuple[int, str]:
    """Exit code and all that it printed; never a traceback, and one sentence where it fails."""
    done = subprocess.run(
        [sys.executable, "-I", *(["-S"] if alone else []), str(TOOLS[name]), *map(str, arguments)],
        cwd="/",
        capture_output=True,
        check=False,
        timeout=300,
        env=environment or None,
    )
    said, complaint = done.stdout.decode(), done.stderr.decode()
    assert "Traceback" not in complaint
    assert complaint.count("\n") == (done.returncode != 0)
    assert not (said and complaint)
    return done.returncode, said + complaint


@pytest.fixture
def server() -> Iterator[Evil]:
    with evil() as found:
        yield found


# One program in two files -------------------------------------------------------------------------


def shared(name: str) -> str:
    text = TOOLS[name].read_text("utf-8")
    begin, end = "to the letter: from here", "in mirror.py: to here"
    assert text.count(begin) == text.count(end) == 1
    return text[text.index(begin) : text.index(end)]


def test_what_the_two_share_is_the_same() -> None:
    assert shared("verify_record") == shared("mirror")


@pytest.mark.parametrize("name", TOOLS)
def test_they_run_on_the_oldest_python_that_they_name(name: str) -> None:
    tree = ast.parse(TOOLS[name].read_text("utf-8"), feature_version=(3, 9))
    names = {
        part.split(".")[0]
        for node in ast.walk(tree)
        for part in (
            [alias.name for alias in node.names]
            if isinstance(node, ast.Import)
            else [node.module or ""]
            if isinstance(node, ast.ImportFrom)
            else []
        )
    }
    assert names - {"cryptography"} <= sys.stdlib_module_names


# Signatures ---------------------------------------------------------------------------------------

# RFC 8032, section 7.1: public key, message and signature.
VECTORS = [
    (
        "d75a980182b10ab7d54bfed3c964073a0ee172f3daa62325af021a68f707511a",
        "",
        (
            "e5564300c360ac729086e2cc806e828a84877f1eb8e5d974d873e06522490155"
            "5fb8821590a33bacc61e39701cf9b46bd25bf5f0595bbe24655141438e7a100b"
        ),
    ),
    (
        "3d4017c3e843895a92b70aa74d1b7ebc9c982ccf2ec4968cc0cd55f12af4660c",
        "72",
        (
            "92a009a9f0d4cab8720e820b5f642540a2b27b5416503f8fb3762223ebdb69da"
            "085ac1e43e15996e458f3613d0f11d8c387b2eaeb4302aeeb00d291612bb0c00"
        ),
    ),
]


@pytest.mark.parametrize(("public", "message", "made"), VECTORS)
def test_the_vectors_of_the_standard(public: str, message: str, made: str) -> None:
    public_key, text, signature = bytes.fromhex(public), bytes.fromhex(message).decode(), bytes.fromhex(made)
    for holds in (tool.holds_by_hand, tool.holds_by_library):
        assert holds(signature, text, public_key)
        assert not holds(signature, text + "x", public_key)
        for place in (0, 31, 32, 63):
            spoilt = bytes(byte ^ (at == place) for at, byte in enumerate(signature))
            assert not holds(spoilt, text, public_key)
        # The same signature with a factor beyond the order of the group.
        more = int.from_bytes(signature[32:], "little") + tool.ORDER
        assert not holds(signature[:32] + more.to_bytes(32, "little"), text, public_key)


@settings(max_examples=60, deadline=None)
@given(
    st.binary(min_size=32, max_size=32),
    st.text(st.characters(exclude_categories=["Cs"])),
    st.lists(st.tuples(st.integers(0, 95), st.integers(0, 7)), max_size=2),
    st.none() | st.binary(min_size=96, max_size=96),
)
def test_by_hand_and_by_the_library_the_same_holds(
    private: bytes, text: str, flips: list[tuple[int, int]], other: bytes | None
) -> None:
    """Signatures as they were made, with bits of them and of the key changed, and bytes that never were one."""
    key = Ed25519PrivateKey.from_private_bytes(private)
    whole = bytearray(other or key.sign(text.encode()) + key.public_key().public_bytes_raw())
    for byte, bit in flips:
        whole[byte] ^= 1 << bit
    signature, public_key = bytes(whole[:64]), bytes(whole[64:])
    if not tool.is_weak(public_key):
        expected = tool.holds_by_library(signature, text, public_key)
        assert tool.holds_by_hand(signature, text, public_key) == expected
        assert expected or flips or other


@settings(max_examples=30, deadline=None)
@given(
    st.sampled_from(sorted(tool.SMALL)),
    st.booleans(),
    st.binary(min_size=32, max_size=32),
    st.integers(0, 7),
)
def test_keys_with_a_part_of_small_order_are_judged_alike(
    y: int, sign: bool, private: bytes, times: int
) -> None:
    """Such a key is not weak, and with a cofactor its signatures would hold that do not hold without."""
    small = tool.point((y | sign << 255).to_bytes(32, "little"))
    if small is None:
        return
    key = Ed25519PrivateKey.from_private_bytes(private)
    x, y, z, _ = tool.added(tool.point(key.public_key().public_bytes_raw()), small)
    inverse = pow(z, -1, tool.P)
    public_key = (y * inverse % tool.P | (x * inverse % tool.P % 2) << 255).to_bytes(32, "little")
    signature, text = key.sign(b"text"), "text" * times
    assert tool.holds_by_hand(signature, text, public_key) == tool.holds_by_library(
        signature, text, public_key
    )


def test_there_are_eight_points_of_small_order_and_the_house_knows_the_same() -> None:
    found = set()
    for y in tool.SMALL:
        for sign in (0, 1):
            encoded = (y | sign << 255).to_bytes(32, "little")
            times = point = tool.point(encoded)
            for _ in range(3):
                times = times and tool.doubled(times)
            if point:
                assert (times[0] % tool.P, (times[1] - times[2]) % tool.P) == (0, 0)
                found.add(encoded)
            assert signatures.is_weak(encoded)
    assert len(found) == 8


@given(st.binary(min_size=32, max_size=32))
def test_the_house_calls_the_same_keys_weak(public_key: bytes) -> None:
    assert tool.is_weak(public_key) == signatures.is_weak(public_key)


@given(st.text())
def test_they_see_and_print_what_the_house_does(text: str) -> None:
    assert tool.is_visible(text) is not legible.is_blank(text)
    assert tool.shown(text) == legible.printable(text)


# Forged records -----------------------------------------------------------------------------------


def with_key(what: str, key: str = "B", **body: Any) -> Forged:
    return begun().bring(key, what, **body)


def weak() -> Forged:
    return Forged().add(kind="publication").bring("weak").add()


# What is forged, and the words of the sentence that says so.
FORGED: dict[str, tuple[Callable[[], Forged], str]] = {
    "a redaction with an empty reason": (lambda: begun().redact(1, reason=""), "or not why"),
    "a redaction with an invisible reason": (lambda: begun().redact(1, reason="\u200b"), "or not why"),
    "a redaction of the format true": (lambda: begun().redact(1, format=True), "does not name"),
    "a redaction of true": (lambda: begun().redact(1, redacts=True), "does not name"),
    "a redaction of itself": (lambda: begun().redact(3, bare=False, redacts=4), "no earlier entry"),
    "a redaction about another subject": (
        lambda: begun().redact(1, subject="claims/zzz"),
        "redacts entry 1, which is about claims/a",
    ),
    "a redaction of a key": (lambda: begun().redact(2), "its body states no key"),
    "a redaction of a key that is still there": (
        lambda: begun().redact(2, bare=False),
        "redacts entry 2, which is of the kind key",
    ),
    "a redaction of a redaction": (
        lambda: begun().redact(1).redact(4, bare=False),
        "redacts entry 4, which is of the kind redaction",
    ),
    "a second redaction": (lambda: begun().redact(1).redact(1), "redacted already"),
    "an unsigned redaction": (lambda: begun().redact(1, signed=False), "is not signed, though"),
    "an unsigned entry": (lambda: begun().add(signed=False), "is not signed, though"),
    "an entry by a former key": (lambda: with_key("rotated").add(by="A"), "is signed by the key"),
    "a key that comes back": (lambda: with_key("rotated").bring("A", "rotated"), "brings back the key"),
    "a second first key": (lambda: with_key("introduced", previous=None), "does not follow the key"),
    "a key of the format true": (lambda: with_key("rotated", format=True), "its body states no key"),
    "a rotation that nobody endorsed": (lambda: with_key("rotated", endorsement=None), "endorsement"),
    "a loss without a note": (lambda: with_key("lost", note=None), "no public note"),
    "a loss with an invisible note": (lambda: with_key("lost", note="\u200b\u3164"), "no public note"),
    "a key under which anybody can sign": (weak, "anybody can sign"),
    "a kind that is none": (lambda: begun().add(kind="whatever"), "which records do not have"),
    "a sequence that is true": (lambda: Forged().add(sequence=True), "no envelope of the form"),
    "a number that is true": (lambda: Forged().add(number=True), "no envelope of the form"),
    "a time that is none": (lambda: begun().add(at="9999-99-99T99:99:99Z"), "is not UTC"),
    "a time in other digits": (lambda: begun().add(at="２026-03-01T12:00:00Z"), "is not UTC"),
    "a key that is none": (lambda: begun().add("keys/x", "key", {"x": 5}), "its body states no key"),
}


def problem(entries: list[Any], *, live: bool, known_key: str | None = None) -> str | None:
    walk = tool.Record(known_key=known_key, live=live)
    try:
        for entry in entries:
            walk.step(entry)
        walk.end()
    except tool.Wrong as error:
        return str(error)
    return None


def houses(entries: list[Any]) -> str | None:
    """What the program itself finds, which has bodies as texts."""
    walk, keys = chain.Walk(), Keyring()
    for entry in entries:
        body = None if entry["body"] is None else canonical(entry["body"])
        found = walk.step({**entry, "body": body})
        found = found or keys.step({**entry, "body": body})
        if found:
            return found
    return walk.end()


@pytest.mark.parametrize("what", FORGED)
def test_what_is_forged_is_found(what: str) -> None:
    """From files and from servers, and by the house as well."""
    make, words = FORGED[what]
    entries = make().entries
    assert words in (problem(entries, live=False) or "")
    assert words in (problem(entries, live=True) or "")
    assert houses(entries)


GENUINE = {
    "a record with a key": begun,
    "a redaction": lambda: begun().redact(1),
    "a rotation": lambda: with_key("rotated").add(),
    "a loss": lambda: with_key("lost").add(),
    "a redaction of what was signed by a former key": lambda: with_key("rotated").redact(3).add(),
}


@pytest.mark.parametrize("what", GENUINE)
def test_what_is_not_forged_holds(what: str) -> None:
    entries = GENUINE[what]().entries
    assert problem(entries, live=False) is problem(entries, live=True) is houses(entries) is None


# A key that is known: by whom the record is signed, and whether the known key vouches for it.
KNOWN = {
    "the one key": (begun, "A", True),
    "another key": (begun, "B", False),
    "the key that was rotated out": (lambda: with_key("rotated").add(), "A", True),
    "the key that was rotated in": (lambda: with_key("rotated").add(), "B", True),
    "two rotations ago": (lambda: with_key("rotated").bring("C", "rotated"), "A", True),
    "the key that was lost": (lambda: with_key("lost").add(), "A", False),
    "the key in the place of a lost one": (lambda: with_key("lost").add(), "B", True),
    "one before a loss and a rotation": (lambda: with_key("lost").bring("C", "rotated"), "A", False),
    "one between a loss and a rotation": (lambda: with_key("lost").bring("C", "rotated"), "B", True),
    "no key at all": (lambda: Forged().add(), "A", False),
}


@pytest.mark.parametrize("what", KNOWN)
def test_a_known_key_has_to_vouch_for_the_record(what: str, server: Evil, tmp_path: Path) -> None:
    make, known, vouches = KNOWN[what]
    made = make()
    assert (problem(made.entries, live=False, known_key=named(known)) is None) == vouches
    server.say = says(made)
    option = ("--known-key", named(known))
    for alone in (False, True):
        code, said = run("verify_record", server.address, *option, alone=alone)
        assert code == (0 if vouches else 1), said
        folder = tmp_path / str(alone)
        code, said = run("mirror", server.address, folder, *option, alone=alone)
        assert code == (0 if vouches else 1), said
        assert list(folder.glob("*.jsonl")) == [folder / "000000001.jsonl"] * vouches
    code, said = run("verify_record", server.address)
    assert code == 0
    assert ("known from this server alone" in said) == (made.key is not None)
    assert ("It is not signed." in said) == (made.key is None)


def test_a_key_is_named_in_full(tmp_path: Path) -> None:
    for name in TOOLS:
        code = subprocess.run(
            [sys.executable, "-I", TOOLS[name], "http://127.0.0.1:9", tmp_path, "--known-key", "abc"],
            capture_output=True,
            check=False,
        ).returncode
        assert code == 2


# Servers that break -------------------------------------------------------------------------------

DEEP = json.dumps(page_of(begun(), 0, 100)).replace(
    '"signature": null', '"signature": ' + "[" * 900 + "]" * 900
)

# What a server answers, and the words of the sentence; whoever cannot read it exits with 2.
BROKEN: dict[str, tuple[Callable[[Evil], Any], str]] = {
    "no status line": (lambda _: says_always(b"garbage\r\n\r\n"), "does not answer"),
    "nothing": (lambda _: says_always(b""), "does not answer"),
    "an answer that is cut off": (lambda _: says_always(answer(b'{"a', length=500)), "is cut off"),
    "a chunk that is cut off": (
        lambda _: says_always(b'HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\nFF\r\n{"a'),
        "does not answer",
    ),
    "too many headers": (lambda _: says_always(answer(b"{}", *["X: y"] * 300)), "does not answer"),
    "an answer in gzip": (lambda _: says_always(zipped()), "in the encoding gzip"),
    "no JSON": (lambda _: says_always(answer(b"<html>")), "is no record"),
    "no text": (lambda _: says_always(answer(b"\xff\xfe")), "is no record"),
    "a list": (lambda _: says_always(as_json([])), "is no record"),
    "what is nested too deep": (lambda _: says_always(answer(b"[" * 200_000)), "is no record"),
    "a number beyond all numbers": (
        lambda _: says_always(answer(b'{"entries":[],"next":null,"head":{"sequence":1e999}}')),
        "whole numbers only",
    ),
    "a number of many digits": (lambda _: says_always(answer(b'{"a":' + b"9" * 1_000_000)), "is no record"),
    "an answer without an end": (lambda _: says_always(answer(b"[" * (16 * 2**20 + 1))), "read at once"),
    "an error": (lambda _: says_always(answer(b"", status="503 No")), "answers 503"),
    "a file": (lambda _: leads_to("file:///etc/passwd"), "answers 302"),
    "another scheme": (lambda _: leads_to("ftp://127.0.0.1:2121/x"), "another place"),
    "another host": (lambda _: leads_to("http://localhost:1/"), "another place"),
    "another port": (lambda _: leads_to("http://127.0.0.1:1/"), "another place"),
    "an address that is none": (lambda _: leads_to("http://[::1/"), "does not answer"),
    "an address with a space": (lambda _: leads_to("http://a b/"), "another place"),
    "itself": (lambda found: leads_to(f"{found.address}/again"), "answers 302"),
    "more entries than there are": (
        lambda _: says(begun(), shown=head_of(begun(), sequence=10**9), next=3, **head_to(10**9)),
        "1000000000 entries",
    ),
}


def head_to(sequence: Any, entry_digest: Any = "0" * 64) -> dict[str, Any]:
    return {"head": {"sequence": sequence, "entry_digest": entry_digest, "at": None}}


@pytest.mark.parametrize("name", TOOLS)
@pytest.mark.parametrize("what", BROKEN)
def test_a_server_that_breaks_is_told_in_a_sentence(
    what: str, name: str, server: Evil, tmp_path: Path
) -> None:
    make, words = BROKEN[what]
    server.say = make(server)
    code, said = run(name, server.address, *([tmp_path / "copy"] if name == "mirror" else []), alone=True)
    assert code == 2, said
    assert words in said
    assert not list(tmp_path.glob("copy/*.jsonl"))


def unlike(entry: int, **changed: Any) -> Forged:
    made = begun()
    made.entries[entry].update(changed)
    return made


# What a server answers that can be read and is wrong: exit code 1.
LYING: dict[str, tuple[Callable[[], Any], str]] = {
    "entries that are none": (lambda: says(begun(), entries=[None]), "Entry 1 has no envelope"),
    "no list of entries": (lambda: says(begun(), entries={}), "no page of a feed"),
    "no head of the page": (lambda: says(begun(), head=None), "no page of a feed"),
    "a page's head in words": (lambda: says(begun(), **head_to("3")), "no page of a feed"),
    "a page's head without a digest": (lambda: says(begun(), **head_to(3, None)), "no page of a feed"),
    "a page that goes on in words": (lambda: says(begun(), next="abc"), "no page of a feed"),
    "a page that goes on elsewhere": (lambda: says(begun(), next=1, **head_to(9)), "goes on after entry 1"),
    "a page that goes on with nothing": (
        lambda: says(begun(), entries=[], next=3),
        "The feed goes on after entry 3",
    ),
    "a head that never comes": (lambda: says(begun(), **head_to(9)), "names entry 9 as its head"),
    "a head of another record": (lambda: says(begun(), **head_to(3)), "is another one"),
    "half a signature": (lambda: says(unlike(0, signature="\ud800")), "signed, but no key"),
    "half a character": (lambda: says(unlike(2, body={"n": "\ud800"})), "its body has no digest"),
    "a signature that is nested deep": (lambda: says_text(DEEP), "signed, but no key"),
    "a filtered feed": (lambda: says(unlike(2, body=None, redacted=True, skipped=True)), "by a filter"),
    "a body with its redaction": (
        lambda: says(begun().redact(1, bare=False)),
        "and the server gave its body with the redaction",
    ),
}


def says_text(text: str) -> Any:
    good = says(begun())
    return lambda path, *rest: good(path, *rest) if "record" in path else answer(text.encode())


@pytest.mark.parametrize("name", TOOLS)
@pytest.mark.parametrize("what", LYING)
def test_a_server_that_lies_is_told_in_a_sentence(what: str, name: str, server: Evil, tmp_path: Path) -> None:
    make, words = LYING[what]
    server.say = make()
    code, said = run(name, server.address, *([tmp_path / "copy"] if name == "mirror" else []), alone=True)
    assert code == 1, said
    assert words in said
    assert not list(tmp_path.glob("copy/*.jsonl"))
    # Nothing stays of it: an honest server goes on.
    if name == "mirror":
        server.say = says(begun())
        code, said = run(name, server.address, tmp_path / "copy")
        assert code == 0, said


def test_a_server_of_a_forged_record_is_found_out(server: Evil, tmp_path: Path) -> None:
    for number, (make, words) in enumerate(FORGED.values()):
        server.say = says(make())
        folder = tmp_path / str(number)
        with pytest.raises(tool.Wrong) as told:
            tool.from_server(tool.Server(server.address, 60), tool.Record(live=True))
        assert words in str(told.value)
        with pytest.raises(copier.Wrong) as told:
            copier.mirror(copier.Server(server.address, 60), folder, 100)
        assert words in str(told.value)
        assert not list(folder.glob("*.jsonl"))


@pytest.mark.parametrize(
    "address",
    [
        *("http://", "http://[::1", "http://exa mple/", "https://a\x01b", "http://a:b/", "http://a:99999/"),
        *("http://a:0/", "http://é\udcff/", "http://\u202e.example", "http://.example/"),
    ],
)
@pytest.mark.parametrize("name", TOOLS)
def test_what_is_no_address(name: str, address: str, tmp_path: Path) -> None:
    folder = tmp_path / "copy"
    code, said = run(name, address, *([folder] if name == "mirror" else []))
    assert code == 2
    assert said.startswith((f"{legible.printable(address)[:7]}", "The address"))


@pytest.mark.parametrize("address", ["facts.example.org", "file:///etc", "ftp://facts.example.org", "/etc"])
def test_a_mirror_asks_by_http_alone(address: str, tmp_path: Path) -> None:
    code, said = run("mirror", address, tmp_path / "copy")
    assert code == 2
    assert "no address of a server" in said


def test_a_record_without_an_end_is_read_to_the_head_that_was_seen(server: Evil, tmp_path: Path) -> None:
    """A server that makes entries as fast as they are read is left after some of its newer heads."""
    made = Forged().add()

    def say(path: str, since: int, limit: int) -> bytes:
        if path.endswith("factcheck-record"):
            return as_json(head_of(made))
        while len(made.entries) < since + 2 * limit:
            made.add(f"claims/{len(made.entries)}")
        return as_json(page_of(made, since, limit))

    server.say = say
    code, said = run("verify_record", server.address)
    assert (code, said.splitlines()[0][:29]) == (0, "The record holds: 1200 entrie")
    made.entries[1:] = []
    assert run("mirror", server.address, tmp_path, "--limit", "20")[0] == 0
    assert len((tmp_path / "000000001.jsonl").read_bytes().splitlines()) < 500


@pytest.mark.parametrize("name", TOOLS)
def test_a_server_that_takes_its_time_is_left(name: str, server: Evil, tmp_path: Path) -> None:
    """One that is slow to answer, and one that is quick and never done."""

    def slow(*_: Any) -> bytes:
        time.sleep(20)
        return b""

    def small(path: str, since: int, limit: int) -> bytes:
        time.sleep(0.3)
        made = begun()
        for _ in range(20):
            made.add()
        if path.endswith("factcheck-record"):
            return as_json(head_of(made))
        return as_json(page_of(made, since, 1))

    for say, words in ((slow, "does not answer in time"), (small, "--seconds")):
        server.say, began = say, time.monotonic()
        options = [*([tmp_path / "copy"] if name == "mirror" else []), "--seconds", "2"]
        code, said = run(name, server.address, *options)
        assert code == 2
        assert words in said or "in time" in said
        assert time.monotonic() - began < 18


# What is printed ----------------------------------------------------------------------------------


def test_what_others_wrote_does_not_move_on_a_terminal(server: Evil, tmp_path: Path) -> None:
    note = "moved\x1b[2K\x1b[1A\r\nIt continues the head that you kept.\u202e é"
    made = with_key("lost", note=note)
    server.say = says(made)
    file = tmp_path / "record.jsonl"
    file.write_text("".join(f"{json.dumps(entry)}\n" for entry in made.entries))
    said = [
        run("verify_record", file)[1],
        run("verify_record", server.address)[1],
        run("mirror", server.address, tmp_path / "copy")[1],
    ]
    for lines in said:
        assert "moved\\x1b[2K\\x1b[1A\\r\\nIt continues" in lines
        assert all(line.isprintable() for line in lines.split("\n"))
        assert "It continues the head that you kept." not in lines.split("\n")
    # A complaint is a sentence on one line, too, and not a long one.
    server.say = says(Forged().add(subject="a\n\x1b[2J" + "b" * 100_000, number=2))
    code, complaint = run("verify_record", server.address)
    assert code == 1
    assert "a\\n\\x1b[2Jbbb" in complaint
    assert len(complaint) < 2200


@pytest.mark.parametrize("encoding", ["ascii", "latin-1", "cp1251", "utf-8"])
def test_it_is_printed_in_any_encoding(encoding: str, server: Evil, tmp_path: Path) -> None:
    made = with_key("lost", note="Злам: é “東”")
    server.say = says(made)
    for name in TOOLS:
        code = subprocess.run(
            # -I would leave the encoding out with the rest of the environment.
            [sys.executable, "-s", TOOLS[name], server.address, *[tmp_path / encoding] * (name == "mirror")],
            capture_output=True,
            check=False,
            env={"PYTHONIOENCODING": encoding},
        )
        assert (code.returncode, code.stderr) == (0, b"")
        assert b"Remark: Entry 4 declares the key" in code.stdout


def test_the_digest_of_the_weak_key_is_its_name() -> None:
    assert named("weak") == hashlib.sha256(bytes([1]) + bytes(31)).hexdigest()
