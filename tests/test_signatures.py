"""Signatures and keys by themselves: what is signed, what is read, and which key may follow which."""

import base64
import contextlib
import json
from typing import Any

import pytest
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PublicKey
from hypothesis import given
from hypothesis import strategies as st
from keys import private_key

from claims import signatures
from claims.keyring import INTRODUCED, LOST, ROTATED, Key, Keyring, read
from claims.signatures import SIGNATURE_BYTES, decoded, encoded, holds, public_key_of, sign

A, B, C = (private_key(name) for name in "ABC")

# RFC 8032, section 7.1, test 2.
RFC_PRIVATE = bytes.fromhex("4ccd089b28ff96da9db6c346ec114e0f5b8a319f35aba624da8cf6ed4fb8a6fb")
RFC_PUBLIC = bytes.fromhex("3d4017c3e843895a92b70aa74d1b7ebc9c982ccf2ec4968cc0cd55f12af4660c")
RFC_SIGNATURE = bytes.fromhex(
    "92a009a9f0d4cab8720e820b5f642540a2b27b5416503f8fb3762223ebdb69da"
    "085ac1e43e15996e458f3613d0f11d8c387b2eaeb4302aeeb00d291612bb0c00"
)


def test_the_vector_of_the_standard() -> None:
    assert public_key_of(RFC_PRIVATE) == RFC_PUBLIC
    assert sign("r", private_key=RFC_PRIVATE) == encoded(RFC_SIGNATURE)
    assert holds(encoded(RFC_SIGNATURE), "r", public_key=RFC_PUBLIC)


def test_what_is_signed_can_be_checked_with_nothing_but_the_library() -> None:
    text = signatures.statement(sequence=3, entry_digest="a" * 64, at="2026-03-01T12:00:00Z")
    assert text == f'{{"at":"2026-03-01T12:00:00Z","entry_digest":"{"a" * 64}","format":1,"sequence":3}}'
    Ed25519PublicKey.from_public_bytes(public_key_of(A)).verify(
        base64.b64decode(sign(text, private_key=A)), text.encode()
    )


@given(st.text(), st.binary(min_size=32, max_size=32), st.text())
def test_a_signature_is_of_one_text_by_one_key(text: str, key: bytes, other: str) -> None:
    text, other = (words.encode("utf-8", "replace").decode() for words in (text, other))
    made = sign(text, private_key=key)
    assert holds(made, text, public_key=public_key_of(key))
    assert holds(made, other, public_key=public_key_of(key)) == (text == other)
    assert not holds(made, text, public_key=RFC_PUBLIC)


@given(st.binary(max_size=80))
def test_bytes_come_back_as_they_were(value: bytes) -> None:
    assert decoded(encoded(value), length=len(value)) == value


@given(st.binary(min_size=64, max_size=64), st.integers(0, 87), st.characters(codec="utf-8"))
def test_bytes_are_written_in_one_way_only(value: bytes, place: int, character: str) -> None:
    """base64's spare bits would let a signature be changed that still holds."""
    text = encoded(value)
    other = text[:place] + character + text[place + 1 :]
    if other != text:
        with contextlib.suppress(ValueError):
            assert decoded(other, length=64) != value


@pytest.mark.parametrize("text", [None, 1, "", "AAAA", "A" * 87 + "é", "A" * 10_000, "\n" + "A" * 86 + "=="])
def test_what_is_no_signature_does_not_hold(text: Any) -> None:
    with pytest.raises(ValueError, match="base64"):
        decoded(text, length=SIGNATURE_BYTES)
    assert not holds(text, "r", public_key=RFC_PUBLIC)


def key_of(private: bytes, what: str = INTRODUCED, *, after: bytes | None = None, **values: Any) -> Key:
    """A key as it would be stated, endorsed by the one before where it is rotated in."""
    public, previous, endorsement = public_key_of(private), None, None
    if after:
        previous = signatures.identifier_of(public_key_of(after))
        text = signatures.endorsement(public_key=public, endorsed_by=previous)
        endorsement = sign(text, private_key=after) if what == ROTATED else None
    return Key(
        **{"what": what, "public_key": public, "previous": previous, "endorsement": endorsement, **values}
    )


@pytest.mark.parametrize(
    "key", [key_of(A), key_of(B, ROTATED, after=A), key_of(B, LOST, after=A)], ids=lambda key: key.what
)
def test_keys_come_back_as_they_were(key: Key) -> None:
    assert read(json.loads(json.dumps(key.body()))) == key
    for member in key.body():
        spoilt = {name: value for name, value in key.body().items() if name != member}
        with pytest.raises(ValueError, match=r"."):
            read(spoilt)


@given(st.recursive(st.none() | st.integers() | st.text(), lambda part: st.dictionaries(st.text(), part)))
def test_what_is_no_key_is_refused_whatever_it_is(body: Any) -> None:
    with pytest.raises(ValueError, match=r"."):
        read(body)


ENDORSED = key_of(B, ROTATED, after=A)
# what follows, what it follows, and what the sentence says (None: it may)
FOLLOWING: list[tuple[str, Key, Key | None, str | None]] = [
    ("the first", key_of(A), None, None),
    ("a second first", key_of(B), key_of(A), "has one already"),
    ("a first that names another", key_of(A, previous="0" * 64), None, "names another"),
    ("a rotation", ENDORSED, key_of(A), None),
    ("a rotation of nothing", ENDORSED, None, "not the current one"),
    ("a rotation of another key", ENDORSED, key_of(C), "not the current one"),
    ("a rotation by nobody", key_of(B, ROTATED, after=A, endorsement=None), key_of(A), "endorsement"),
    (
        "a rotation with the endorsement of another key",
        key_of(C, ROTATED, after=A, endorsement=ENDORSED.endorsement),
        key_of(A),
        "endorsement",
    ),
    ("a loss", key_of(B, LOST, after=A), key_of(A), None),
    ("a loss before there was a key", key_of(B, LOST), None, "not the current one"),
    (
        "a loss with an endorsement",
        key_of(B, LOST, after=A, endorsement=ENDORSED.endorsement),
        key_of(A),
        "lost and carries",
    ),
]


@pytest.mark.parametrize(
    ("key", "after", "words"), [row[1:] for row in FOLLOWING], ids=[row[0] for row in FOLLOWING]
)
def test_which_key_may_follow(key: Key, after: Key | None, words: str | None) -> None:
    problem = key.objection(after=after, subject=key.subject, note="Why.")
    assert problem is None if words is None else words in (problem or "")
    assert "is about keys/other" in (key.objection(after=after, subject="keys/other", note="Why.") or "")


# The eight points of small order: under each, one signature holds for a text or for all.
WEAK = [
    *("00" * 32, "00" * 31 + "80", "01" + "00" * 31, "01" + "00" * 30 + "80"),
    *("ec" + "ff" * 30 + "7f", "ec" + "ff" * 31),
    *(
        point[:-2] + f"{int(point[-2:], 16) | sign:02x}"
        for point in (
            "26e8958fc2b227b045c3f489f2ef98f0d5dfac05d3c63339b13802886d53fc05",
            "c7176a703d4dd84fba3c0b760d10670f2a2053fa2c39ccc64ec7fd7792ac037a",
        )
        for sign in (0, 0x80)
    ),
    # The first two, written in another way.
    *("ed" + "ff" * 30 + "7f", "ee" + "ff" * 31),
]


@pytest.mark.parametrize("public", WEAK)
def test_a_key_under_which_anybody_can_sign_is_none(public: str) -> None:
    key = Key(INTRODUCED, bytes.fromhex(public))
    assert signatures.is_weak(key.public_key)
    assert "anybody can sign" in (key.objection(after=None, subject=key.subject, note="") or "")
    nobodys = encoded(bytes.fromhex("01" + "00" * 63))
    assert not holds(nobodys, "Whatever.", public_key=key.public_key)


@given(st.binary(min_size=32, max_size=32))
def test_no_key_that_is_made_is_one_of_those(private: bytes) -> None:
    assert not signatures.is_weak(public_key_of(private))


def test_the_format_of_a_key_is_the_number_one() -> None:
    for number in (True, 1.0, "1", 2, None):
        with pytest.raises(ValueError, match="this is none"):
            read({**key_of(A).body(), "format": number})


def test_a_loss_is_told_to_readers() -> None:
    lost = key_of(B, LOST, after=A)
    for note in (None, " ", "\u200b", "\u2800\u3164", "\u0301"):
        assert "no public note" in (lost.objection(after=key_of(A), subject=lost.subject, note=note) or "")


def entry(
    sequence: int, key: Key | None = None, *, by: bytes | None = None, named: str = "", signed: str = ""
) -> dict[str, Any]:
    at, digest = "2026-03-01T12:00:00Z", f"{sequence:064x}"
    text = signatures.statement(sequence=sequence, entry_digest=digest, at=at)
    made = by and {
        "key": named or signatures.identifier_of(public_key_of(by)),
        "signature": sign(signed or text, private_key=by),
    }
    return {
        "envelope": {
            "sequence": sequence,
            "subject": key.subject if key else "claims/a",
            "kind": "key" if key else "update",
            "note": "Why.",
            "at": at,
        },
        "entry_digest": digest,
        "body": json.dumps(key.body()) if key else "{}",
        "signature": made,
    }


def walked(*entries: dict[str, Any]) -> tuple[Keyring, list[str]]:
    keys = Keyring()
    return keys, [problem for one in entries if (problem := keys.step(one))]


def test_a_record_with_every_kind_of_key() -> None:
    keys, problems = walked(
        entry(1),
        entry(2, key_of(A), by=A),
        entry(3, by=A),
        entry(4, ENDORSED, by=B),
        entry(5, by=B),
        entry(6, key_of(C, LOST, after=B), by=C),
        entry(7, by=C),
    )
    assert problems == []
    assert keys.current
    assert (keys.current.public_key, keys.since, keys.signed) == (public_key_of(C), 2, 6)
    assert [loss[:29] for loss in keys.losses] == ["Entry 6 declares the key " + ENDORSED.identifier[:4]]


@pytest.mark.parametrize(
    ("second", "words"),
    [
        (entry(2), "is not signed, though the record has been signed since entry 1"),
        (entry(2, by=B), "is signed by the key"),
        (entry(2, by=A, signed="other"), "does not have the signature of the key"),
        (entry(2, by=B, named=key_of(A).identifier), "does not have the signature of the key"),
        (entry(2, ENDORSED, by=A), "is signed by the key"),
        (entry(2, key_of(B), by=B), "has one already"),
        ({**entry(2, ENDORSED, by=B), "body": None}, "states no key"),
        ({**entry(2, ENDORSED, by=B), "body": "[" * 100_000}, "states no key"),
    ],
)
def test_what_is_wrong_with_a_second_entry(second: dict[str, Any], words: str) -> None:
    _, problems = walked(entry(1, key_of(A), by=A), second)
    assert len(problems) == 1
    assert words in problems[0]
    assert problems[0].startswith("Entry 2 (")


def test_a_signature_before_the_first_key() -> None:
    _, problems = walked(entry(1, by=A))
    assert problems == ["Entry 1 (claims/a) is signed, but no key is on the record yet."]


def test_a_key_does_not_come_back() -> None:
    back = key_of(A, ROTATED, after=B)
    _, problems = walked(entry(1, key_of(A), by=A), entry(2, ENDORSED, by=B), entry(3, back, by=A))
    assert "brings back the key" in problems[0]
