"""What goes on the record can be read by somebody: one rule, and every door that asks it."""

import re
import unicodedata
from collections.abc import Callable
from typing import Any
from xml.etree.ElementTree import fromstring

import pytest
from django.db import transaction
from hypothesis import given
from hypothesis import strategies as st
from makers import NOON, make_claim, make_published, make_publisher, make_topic, make_user, publish

from claims import (
    legible,
    merging,
    publishing,
    readiness,
    record,
    record_keys,
    redacting,
    reference,
    workflow,
)
from claims.models import Claim, Head, Publication, Revision, Site, Speaker, Topic, Verdict

BLANK = {
    "": "nothing",
    " \t\r\n": "white space",
    "\u00a0\u3000\u2028": "white space of other scripts",
    "\u200b\u2060\ufeff": "characters of no width",
    "\u0301\u034f\ufe0f": "marks without a letter",
    "\u115f\u3164\uffa0": "Hangul fillers, which are letters by their category",
    "\u2800\ufffc": "the empty Braille cell and the place of an object, which are symbols",
    "\u00ad\u202e\u2066": "hyphens and directions that are not shown",
    "\U000e0041": "a tag",
    "\ue000\U0010fffd": "private characters, which each font draws as it likes",
}
SEEN = [
    "a",
    "Щ",
    "字",
    "ب",
    "7",
    "…",
    "€",
    "e\u0301",
    "\u200bx\u200b",
    "🙂",
    "👩\u200d🔬",
    "한국",
    "\u0e01\u0e33",
]
STRAY = {
    "\0": "U+0000",
    "\x0b": "U+000B",
    "\x0c": "U+000C",
    "\x1b": "U+001B",
    "\x7f": "U+007F",
    "\x85": "U+0085",
    "\udfff": "U+DFFF",
    "\ufdd0": "U+FDD0",
    "\ufffe": "U+FFFE",
    "\U0001ffff": "U+1FFFF",
    "\U0010fffe": "U+10FFFE",
}


@pytest.mark.parametrize("text", BLANK, ids=list(BLANK.values()))
def test_what_shows_nothing_is_blank(text: str) -> None:
    assert legible.is_blank(text)
    said = legible.objection(text, named="The note")
    assert said == (
        "The note holds nothing that anybody can see: write it, or leave it empty." if text else ""
    )


@pytest.mark.parametrize("text", SEEN)
def test_what_is_seen_passes(text: str) -> None:
    assert not legible.is_blank(text)
    assert not legible.objection(f"{text}\n\tand\r\nmore", named="The note")


@pytest.mark.parametrize(("stray", "code"), STRAY.items(), ids=list(STRAY.values()))
def test_a_character_that_nobody_can_read_is_named_with_its_place(stray: str, code: str) -> None:
    sentence = legible.objection(f"Mended, as he asked.{stray}Thanks.", named="The note")
    assert sentence == (
        f"The note holds a character that nobody can read ({code}), after “Mended, as he asked.”: take it out."
    )
    assert f"({code}), at its beginning" in legible.objection(f"{stray}Mended.", named="The note")


@given(st.text(st.characters(codec=None)))
def test_what_passes_stands_in_xml_and_in_utf_8(text: str) -> None:
    assert legible.is_blank(text) == (not re.sub(r"\s", "", _shown(text)))
    if legible.objection(text, named="It"):
        return
    escaped = text.replace("&", "&amp;").replace("<", "&lt;").replace(">", "&gt;")
    parsed = fromstring(f"<a>{escaped}</a>".encode()).text or ""  # noqa: S314 - what the line before has written
    assert parsed == text.replace("\r\n", "\n").replace("\r", "\n")


def _shown(text: str) -> str:
    """The same rule by the other way round: what is left when all that is not shown was taken out."""
    gone = {"Cc", "Cf", "Cn", "Co", "Cs", "Mc", "Me", "Mn", "Zl", "Zp", "Zs"}
    left = "".join(character for character in text if unicodedata.category(character) not in gone)
    return re.sub("[\u115f\u1160\u2800\u3164\uffa0\ufffc]", "", left)


# The doors ----------------------------------------------------------------------------------------


def _verdict() -> Verdict:
    return Verdict.objects.get(claim__slug="one")


def _revise(note: str) -> None:
    verdict = _verdict()
    workflow.apply("revise", verdict=verdict, by=verdict.author, at=NOON)
    Verdict.objects.filter(pk=verdict.pk).update(summary="Said more plainly.")
    publish(Claim.objects.get(slug="one"), kind="clarification", note=note)


def _withdraw(note: str) -> None:
    workflow.apply("withdraw", verdict=_verdict(), by=make_user(), at=NOON, note=note)


def _rename(note: str) -> None:
    speaker = Speaker.objects.get()
    speaker.name = "Ada Marsh"
    speaker.save()
    seen = reference.seen_digest(Speaker.objects.get())
    reference.change(speaker, by=make_user(), at=NOON, seen=seen, note=note)


def _merge(note: str) -> None:
    kept, gone = Topic.objects.get(slug="bridge"), make_topic("bridges")
    merging.merge(
        kept,
        gone,
        by=make_user(),
        at=NOON,
        note=note,
        choices={"name": "kept"},
        seen=merging.plan(kept, gone).seen,
    )


def _redact(note: str) -> None:
    _revise("Said more plainly.")
    redacting.redact(sequence=Revision.objects.of("claims/one")[0].sequence, reason=note, at=NOON)


REFUSALS = (
    workflow.Refused,
    publishing.NotReady,
    reference.Illegible,
    merging.Refused,
    record.RedactionRefused,
    record_keys.Refused,
)
DOORS: dict[str, Callable[[str], Any]] = {
    "publishing again": _revise,
    "withdrawing": _withdraw,
    "a withdrawal from publishing itself": lambda note: publishing.withdraw(
        claim=Claim.objects.get(slug="one"), reason=note, at=NOON
    ),
    "changing reference data": _rename,
    "merging": _merge,
    "redacting": _redact,
    "the loss of a key": lambda note: record_keys.declare_lost(note=note, at=NOON),
}
NEEDLESS: dict[str, Callable[[str], Any]] = {
    "a note to the second reader": lambda note: workflow.apply(
        "submit", verdict=make_claim("two").verdict, by=make_user(), at=NOON, note=note
    ),
    "a first publication": lambda note: publish(make_claim("two"), note=note),
    "rotating a key": lambda note: record_keys.rotate(note=note, at=NOON),
}


@pytest.mark.django_db
@pytest.mark.parametrize("note", ["\u200b", "Mended.\x0bThanks.", "\ufffe"], ids=ascii)
@pytest.mark.parametrize("door", [*DOORS, *NEEDLESS])
def test_no_door_takes_a_note_that_nobody_can_read(door: str, note: str) -> None:
    make_published("one")
    before = Head.objects.get().sequence
    with pytest.raises(REFUSALS, match=r"nobody can read|anybody can see|public (note|reason)"):
        {**DOORS, **NEEDLESS}[door](note)
    assert not Revision.objects.filter(sequence__gt=before, note=note).exists()


@pytest.mark.django_db
@pytest.mark.parametrize("door", DOORS)
@pytest.mark.parametrize("note", ["", " \n"], ids=ascii)
def test_no_door_that_needs_a_note_goes_without(door: str, note: str) -> None:
    make_published("one")
    with pytest.raises(REFUSALS, match=r"public (note|reason)"):
        DOORS[door](note)


@pytest.mark.django_db
@pytest.mark.parametrize("note", ["\u200b", "Mended.\x0bThanks.", "\ufffe"], ids=ascii)
def test_the_record_itself_takes_no_other_note(note: str) -> None:
    with pytest.raises(ValueError, match=r"nobody can read|anybody can see"), transaction.atomic():
        record.append(subject="site", kind="publication", note=note, at=NOON, body={"format": 1})
    assert not Head.objects.get().sequence


TEXTS: dict[str, Callable[[str], Any]] = {
    "claim.text": lambda text: Claim.objects.update(text=text),
    "claim.title": lambda text: Claim.objects.update(title=text),
    "claim.speaker": lambda text: Speaker.objects.update(name=text),
    "claim.appearances": lambda text: Claim.objects.get().appearances.update(note=text),
    "verdict.attribution_note": lambda text: Verdict.objects.update(attribution_note=text),
    "verdict.summary": lambda text: Verdict.objects.update(summary=text),
    "verdict.rationale": lambda text: Verdict.objects.update(rationale=text),
    "verdict.not_known": lambda text: Verdict.objects.update(not_known=text),
    "verdict.evidence": lambda text: Verdict.objects.get().evidence.update(note=text),
    "site.publisher": lambda text: make_publisher("test-desk")._meta.model.objects.update(name=text),
}


@pytest.mark.django_db
@pytest.mark.parametrize("text", ["\u200b", "The bridge\x0b opens."], ids=ascii)
@pytest.mark.parametrize("place", TEXTS)
def test_a_text_that_nobody_can_read_is_missing_from_a_claim(place: str, text: str) -> None:
    claim = make_claim()
    site = Site.objects.current()
    ready = readiness.missing(Claim.objects.for_documents().get(pk=claim.pk), site=site)
    assert ready == []
    TEXTS[place](text)
    found = readiness.missing(
        Claim.objects.for_documents().get(pk=claim.pk), site=Site.objects.select_related("publisher").get()
    )
    assert place in {lack.place for lack in found}


@pytest.mark.django_db
def test_reference_data_goes_on_record_legible() -> None:
    """What a body does not show of a row is in the entry about the row, which the same publication makes."""
    claim = make_claim()
    Topic.objects.update(description="What is\x0b said of the bridge.")
    with pytest.raises(workflow.Refused, match=r"The description of topics/bridge holds .*U\+000B"):
        publish(claim)
    assert not Publication.objects.exists()


def test_nothing_that_is_printed_moves_what_stands_around_it() -> None:
    printed = legible.printable("moved\x1b[2K\r\nIt holds.\u202e é“”")
    assert printed == "moved\\x1b[2K\\r\\nIt holds.\\u202e é“”"


@given(st.text())
def test_whatever_is_printed_is_one_line(text: str) -> None:
    assert legible.printable(text).isprintable()
    assert len(legible.printable(text).splitlines()) <= 1
