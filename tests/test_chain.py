"""The chain of the record: vectors for other implementations, and every kind of tampering by name."""

import copy
import json
from collections.abc import Iterator
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from claims.canonical import canonical, digest
from claims.chain import KINDS, entry_digest, envelope, first_problem

VECTORS = json.loads((Path(__file__).parent / "golden" / "chain-vectors.json").read_text(encoding="utf-8"))[
    "entries"
]


@pytest.mark.parametrize("entry", VECTORS, ids=[entry["envelope"]["kind"] for entry in VECTORS])
def test_the_vectors_have_their_digests(entry):
    made = entry["envelope"]
    assert envelope(**made) == made
    assert canonical(made) == entry["canonical_envelope"]
    assert entry_digest(made) == digest(entry["canonical_envelope"]) == entry["entry_digest"]
    if entry["body"] is not None:
        assert digest(entry["body"]) == made["body_digest"]
        assert canonical(json.loads(entry["body"])) == entry["body"]


def test_the_record_of_the_vectors_holds_and_so_does_its_every_beginning():
    assert first_problem(VECTORS) is None
    assert first_problem([]) is None
    assert first_problem(VECTORS[:3]) is None
    assert "no later entry" in first_problem(VECTORS[:4]), "but not up to a body that is redacted later"


def seal(entries, first):
    """Make the digests right again from one entry on, as somebody who rewrites the record would."""
    for before, entry in zip([None, *entries], entries, strict=False):
        if entry["envelope"]["sequence"] < first:
            continue
        if entry["body"] is not None:
            entry["envelope"]["body_digest"] = digest(entry["body"])
        entry["envelope"]["previous"] = before["entry_digest"] if before else None
        entry["entry_digest"] = entry_digest(entry["envelope"])


def change(place, /, **values):
    """Change an envelope and leave the digests."""

    def tamper(entries):
        entries[place - 1]["envelope"].update(values)

    return tamper


def rewrite(place, /, **values):
    """Change an envelope and make every later digest right again."""

    def tamper(entries):
        entries[place - 1]["envelope"].update(values)
        seal(entries, place)

    return tamper


def body(number, text, *, sealed=False):
    def tamper(entries):
        entries[number - 1]["body"] = text
        if sealed:
            seal(entries, number)

    return tamper


def column(number, redacts):
    def tamper(entries):
        entries[number - 1]["redacts"] = redacts

    return tamper


def swap(entries):
    entries[1], entries[2] = entries[2], entries[1]


def redaction_of(redacts, reason="Why."):
    return canonical({"format": 1, "redacts": redacts, "reason": reason})


TAMPERING = {
    # what was done: (the change, what the sentence says)
    "an entry taken out": (lambda entries: entries.pop(2), "Entry 3 is missing: entry 4 follows entry 2"),
    "the first entry taken out": (lambda entries: entries.pop(0), "Entry 1 is missing"),
    "an entry put in twice": (lambda entries: entries.insert(2, entries[1]), "Entry 3 is missing"),
    "two entries changed over": (swap, "Entry 2 is missing"),
    "a gap in the sequence, sealed": (rewrite(3, sequence=9), "Entry 3 is missing: entry 9 follows entry 2"),
    "a note changed": (
        change(3, note="Nothing happened."),
        "Entry 3 (claims/bridge): its envelope does not have its",
    ),
    "a note taken away": (change(2, note=None), "Entry 2 (claims/bridge): its envelope"),
    "a kind changed": (change(3, kind="typo"), "Entry 3 (claims/bridge): its envelope"),
    "a time changed": (change(3, at="2026-03-02T08:30:04Z"), "Entry 3 (claims/bridge): its envelope"),
    "a subject changed": (change(3, subject="claims/other"), "Entry 3 (claims/other): its envelope"),
    "an entry digest changed": (
        lambda entries: entries[2].update(entry_digest="0" * 64),
        "Entry 3 (claims/bridge)",
    ),
    "an entry digest taken away": (
        lambda entries: entries[2].pop("entry_digest"),
        "does not have its entry digest",
    ),
    "a body changed": (
        body(2, '{"claim":"other"}'),
        "Entry 2 (claims/bridge): its body does not have its body",
    ),
    "a body with half a character": (body(2, "\ud800"), "Entry 2 (claims/bridge): its body"),
    "a body that is no text": (body(2, {"claim": "other"}), "Entry 2 (claims/bridge): its body"),
    "a body digest changed": (rewrite(4, body_digest="0" * 63), "Entry 4 has no envelope of the form"),
    "a body changed, its entry sealed alone": (
        lambda entries: (
            body(2, "{}", sealed=True)(entries),
            entries[2]["envelope"].update(previous="0" * 64),
        ),
        "Entry 3 (claims/bridge) does not link to entry 2",
    ),
    "a link cut": (change(3, previous=None), "Entry 3 (claims/bridge) does not link to entry 2"),
    "a first entry that links": (
        change(1, previous="0" * 64),
        "Entry 1 (topics/rivers) does not link to nothing",
    ),
    "time that runs backwards, sealed": (
        rewrite(3, at="2026-02-28T00:00:00Z"),
        "is before 2026-03-01T12:00:00Z",
    ),
    "time with a zone, sealed": (rewrite(3, at="2026-03-02T08:30:05+00:00"), "is not UTC in whole seconds"),
    "a day that does not exist, sealed": (
        rewrite(3, at="2026-02-30T08:30:05Z"),
        "is not UTC in whole seconds",
    ),
    "a kind that does not exist, sealed": (
        rewrite(3, kind="improvement"),
        "'improvement', which this record",
    ),
    "a number left out, sealed": (rewrite(3, number=3), "is number 3 of its subject, not 2"),
    "a number used twice, sealed": (rewrite(3, number=1), "is number 1 of its subject, not 2"),
    "a subject that begins at two, sealed": (
        rewrite(4, subject="claims/new", number=2),
        "is number 2 of its",
    ),
    "a body taken out": (body(2, None), "Entry 2 (claims/bridge) has no body, and no later entry redacts it"),
    "the body of the last entry taken out": (body(6, None), "Entry 6 (claims/dam) has no body"),
    "a redacted body put back": (
        body(4, '{"claim":"A private address stood here.","format":1,"id":"dam"}'),
        "Entry 4 is redacted by a later entry (5) and still has its body",
    ),
    "a redaction's own body taken out": (
        body(5, None),
        "Entry 5 (claims/dam) has no body: a redaction keeps its own",
    ),
    "a redaction of another entry, sealed": (
        body(5, redaction_of(2), sealed=True),
        "is listed as redacting entry 4",
    ),
    "a redaction of a later entry, sealed": (
        lambda entries: (column(5, 6)(entries), body(5, redaction_of(6), sealed=True)(entries)),
        "redacts entry 6, which is no earlier entry",
    ),
    "a redaction of itself, sealed": (
        lambda entries: (column(5, None)(entries), body(5, redaction_of(5), sealed=True)(entries)),
        "redacts entry 5, which is no earlier entry",
    ),
    "a redaction that names nothing, sealed": (
        body(5, '{"format":1,"reason":"x"}', sealed=True),
        "does not name",
    ),
    "a redaction that names it in words, sealed": (body(5, redaction_of("4"), sealed=True), "does not name"),
    "a redaction without a reason, sealed": (body(5, redaction_of(4, None), sealed=True), "or not why"),
    "a redaction with an invisible reason, sealed": (
        body(5, redaction_of(4, " \u200b\u3164"), sealed=True),
        "or not why",
    ),
    "a redaction of the format true, sealed": (
        body(5, '{"format":true,"reason":"Why.","redacts":4}', sealed=True),
        "does not name",
    ),
    "a redaction about another subject, sealed": (
        rewrite(5, subject="claims/new", number=1),
        "Entry 5 (claims/new) redacts entry 4, which is about claims/dam",
    ),
    "a redaction that is no document, sealed": (body(5, "[" * 100_000, sealed=True), "does not name"),
    "a key without its body, sealed": (
        rewrite(4, kind="key"),
        "Entry 4 (claims/dam) has no body: an entry that brings a key keeps its own",
    ),
    "a redaction listed for another entry": (column(5, 3), "is listed as redacting entry 3"),
    "an entry listed as a redaction": (column(6, 3), "redacts entry 3 and is no redaction"),
    "a redaction turned into an update, sealed": (
        lambda entries: (column(5, None)(entries), rewrite(5, kind="update")(entries)),
        "Entry 4 (claims/dam) has no body, and no later entry redacts it",
    ),
    "an envelope with a member more, sealed": (rewrite(3, by="me"), "Entry 3 has no envelope of the form"),
    "an envelope with a member less": (
        lambda entries: entries[2]["envelope"].pop("note"),
        "Entry 3 has no envelope",
    ),
    "a sequence in words": (change(3, sequence="3"), "Entry 3 has no envelope"),
    "a sequence that is true": (change(1, sequence=True), "Entry 1 has no envelope"),
    "half a character in a note": (change(3, note="\ud800"), "its envelope has no digest"),
    "no envelope": (lambda entries: entries[2].update(envelope=None), "Entry 3 has no envelope"),
    "no entry": (lambda entries: entries[2].clear(), "Entry 3 has no envelope"),
}


@pytest.mark.parametrize("kind", TAMPERING)
def test_tampering_is_named(kind):
    entries = copy.deepcopy(VECTORS)
    tamper, told = TAMPERING[kind]
    tamper(entries)
    problem = first_problem(entries)
    assert problem is not None
    assert told in problem
    assert problem.endswith(".")


def test_an_entry_is_redacted_once():
    entries = copy.deepcopy(VECTORS)
    again = envelope(
        sequence=7,
        subject="claims/dam",
        number=4,
        kind="redaction",
        note="Why.",
        at="2026-03-05T00:00:01Z",
        body_digest=digest(redaction_of(4)),
        previous=entries[-1]["entry_digest"],
    )
    entries.append(
        {"envelope": again, "entry_digest": entry_digest(again), "body": redaction_of(4), "redacts": None}
    )
    assert "redacted already" in first_problem(entries)


def test_a_rewritten_record_holds_for_who_kept_no_head():
    """What the chain promises is for those who kept an earlier head: it is another one now."""
    entries = copy.deepcopy(VECTORS)
    rewrite(3, note="Nothing happened.")(entries)
    assert first_problem(entries) is None
    assert entries[-1]["entry_digest"] != VECTORS[-1]["entry_digest"]


def long_record(length) -> Iterator[dict]:
    previous = None
    for sequence in range(1, length + 1):
        text = canonical({"format": 1, "at": sequence})
        made = envelope(
            sequence=sequence,
            subject="claims/one",
            number=sequence,
            kind="update",
            note=None,
            at="2026-03-01T12:00:00Z",
            body_digest=digest(text),
            previous=previous,
        )
        previous = entry_digest(made)
        yield {"envelope": made, "entry_digest": previous, "body": text}


def test_a_long_record_is_read_as_a_stream():
    assert first_problem(long_record(2000)) is None


@given(st.sampled_from(range(len(VECTORS))), st.sampled_from(sorted(VECTORS[1]["envelope"])), st.data())
def test_any_changed_member_is_noticed(place, member, data):
    entries = copy.deepcopy(VECTORS)
    before = entries[place]["envelope"][member]
    other = data.draw(
        st.none() | st.booleans() | st.integers() | st.text(max_size=3) | st.sampled_from(sorted(KINDS))
    )
    entries[place]["envelope"][member] = other
    changed = type(other) is not type(before) or other != before
    assert (first_problem(entries) is not None) == changed
