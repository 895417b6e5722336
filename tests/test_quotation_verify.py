"""Stored quotations: every way in which one can cease to hold has a code and a sentence."""

from dataclasses import replace

import pytest

from sources import quotations
from sources.quotations import Elision, Malformed, Mark, Quotation, Segment, locate, text_digest, verify

TEXT = (
    "Vesk said: “We pay (as agreed) what we owe. That was not said before. Our lorries stay here,” and left.\n\n"
    "The café is open, he wrote."
)


def quotation(typed, **options):
    return replace(locate(typed, TEXT, **options).quotation, snapshot_sha256=text_digest(TEXT))


PLAIN = quotation("Our lorries stay here")
ELIDED = quotation("what we owe. [...] Our lorries [still] stay here")
PUBLISHED = quotation("We pay [[(as agreed)]] what we owe")
TYPOGRAPHIC = quotation('"We pay')


def with_segment(whole, place=0, **changes):
    segments = list(whole.segments)
    segments[place] = replace(segments[place], **changes)
    return replace(whole, segments=tuple(segments))


def with_elided(**changes):
    return replace(ELIDED, elided=(replace(ELIDED.elided[0], **changes),))


START, END = PLAIN.start, PLAIN.end
TAMPERED = [
    # quotation, code, reason
    (replace(PLAIN, segments=()), "segments", "no words"),
    (with_segment(PLAIN, exact="Our lorries stay hers"), "words", "one character changed"),
    (with_segment(PLAIN, exact="our lorries stay here"), "words", "a letter's case changed"),
    (with_segment(PLAIN, start=START + 1, end=END + 1), "words", "moved by one"),
    (with_segment(PLAIN, start=-5), "bounds", "a place before the text"),
    (with_segment(PLAIN, end=10_000), "bounds", "a place behind the text"),
    (with_segment(PLAIN, start=END, end=START), "bounds", "a place turned round"),
    (with_segment(PLAIN, exact="ur lorries stay here", start=START + 1), "boundary", "cut within a word"),
    (with_segment(PLAIN, exact=" Our lorries stay here", start=START - 1), "edges", "white space at an end"),
    (Quotation((Segment("“", 11, 12),)), "edges", "no words"),
    (with_segment(PLAIN, exact="Our lorries\nstay here"), "level", "typography in what is stored as exact"),
    (replace(PLAIN, level="typographic"), "level", "exact words stored as typographic"),
    (replace(TYPOGRAPHIC, level="exact"), "level", "typographic words stored as exact"),
    (replace(PLAIN, level="fuzzy"), "level", "a level that does not exist"),
    (replace(PLAIN, prefix="before. Their "), "prefix", "another prefix"),
    (replace(PLAIN, prefix="  "), "prefix", "a prefix of spaces that do not stand there"),
    (replace(PLAIN, suffix=",\" and left."), "suffix", "the suffix is exact, typography and all"),
    (replace(PLAIN, suffix="x" * 500), "suffix", "a suffix longer than the text"),
    (replace(PLAIN, snapshot_sha256="0" * 64), "snapshot", "another snapshot"),
    (replace(PLAIN, prefix="\0"), "characters", "a NUL"),
    (with_segment(PLAIN, exact="Our \ud800"), "characters", "half a character"),
    (with_segment(PLAIN, exact="x" * 6000), "length", "too long"),
    (replace(PLAIN, marks=(Mark("sic", 0),) * 101), "length", "too many marks"),
    (replace(PLAIN, marks=(Mark("wink", 0),)), "mark", "a mark that does not exist"),
    (replace(PLAIN, marks=(Mark("sic", 1),)), "mark", "a mark after a segment that is not there"),
    (replace(PLAIN, marks=(Mark("publisher", 0, "(so)"),)), "mark", "publisher's words after the last segment"),
    (replace(PLAIN, marks=(Mark("sic", 0, "hm"),)), "mark", "a sic with words"),
    (replace(PLAIN, marks=(Mark("insertion", 0, " "),)), "mark", "an insertion without words"),
    (replace(PLAIN, marks=(Mark("insertion", 0, "not"),)), "negation", "an inserted negation"),
    (replace(PLAIN, marks=(Mark("sic", 0), Mark("insertion", -1, "So"))), "mark", "marks out of order"),
    (replace(PUBLISHED, marks=()), "gap", "words that no mark accounts for"),
    (replace(PUBLISHED, marks=(Mark("publisher", 0, "(as asked)"),)), "publisher", "other words of the publisher"),
    (replace(PUBLISHED, marks=(Mark("publisher", 0, "as agreed"),)), "mark", "publisher's words without brackets"),
    (replace(PUBLISHED, marks=(Mark("insertion", 0, "so"),)), "gap", "an insertion does not account for words"),
    (replace(PLAIN, segments=(Segment("Our", START, START + 3), Segment("lorries", START + 4, START + 11))), "gap",
     "two segments with nothing between them"),
    (replace(ELIDED, segments=ELIDED.segments[::-1]), "order", "segments in the wrong order"),
    (replace(ELIDED, elided=()), "elision", "words left out and not recorded"),
    (replace(ELIDED, marks=()), "elision", "recorded without a mark"),
    (replace(ELIDED, elided=ELIDED.elided * 2), "elision", "recorded twice"),
    (with_elided(exact="That was said before."), "elision", "other words recorded"),
    (with_elided(end=ELIDED.elided[0].end - 1, exact=ELIDED.elided[0].exact[:-1]), "gap", "only a part recorded"),
    (with_elided(start=0, end=4, exact=TEXT[:4]), "elision", "words of another place recorded"),
    (with_elided(negation=False), "negation", "a negation that is kept quiet"),
    (with_elided(after=1), "elision", "recorded at another gap"),
    (Quotation((Segment("That", 44, 48), Segment("said", 57, 61)), (Mark("elision", 0),),
               (Elision(0, "was not", 49, 56, negation=True),)), "negation", "a negation dropped within a sentence"),
    (Quotation((Segment("We", 12, 14), Segment("owe", 39, 42)), (Mark("elision", 0),),
               (Elision(0, "pay (as agreed) what we", 15, 38, negation=True),)), "negation",
     "a negation told where there is none"),
]  # fmt: skip


@pytest.mark.parametrize(
    "whole", [PLAIN, ELIDED, PUBLISHED, TYPOGRAPHIC], ids=["plain", "elided", "publisher", "typo"]
)
def test_what_was_located_holds_and_comes_back_from_its_dictionary(whole):
    assert verify(TEXT, whole) == verify(TEXT, whole, language="en") == []
    assert Quotation.from_dict({**whole.as_dict(), "snapshot_sha256": whole.snapshot_sha256}) == whole
    assert Quotation.from_dict({**whole.as_dict(), "snapshot": whole.snapshot_sha256}) == whole
    assert "snapshot_sha256" not in whole.as_dict()
    assert verify(TEXT + " ", whole)[0].code == "snapshot"


@pytest.mark.parametrize(("whole", "code", "reason"), TAMPERED, ids=[row[2] for row in TAMPERED])
def test_what_was_changed_is_named(whole, code, reason):
    problems = verify(TEXT, whole)
    assert code in [problem.code for problem in problems], (reason, problems)
    assert all(problem.sentence.endswith((".", ":")) for problem in problems)


def test_the_segment_is_named():
    assert [
        problem.segment for problem in verify(TEXT, with_segment(ELIDED, 1, exact="Our lorries stray"))
    ] == [1]


def test_words_that_are_not_in_form_nfc_do_not_hold():
    text = "The cafe\u0301 is open."
    assert [problem.code for problem in verify(text, Quotation((Segment("cafe\u0301", 4, 9),)))] == ["form"]


def test_a_selection_in_a_text_that_is_not_nfc_verifies_where_it_is():
    text = "The cafe\u0301 is open."
    assert verify(text, quotations.span(text, 10, 17)) == []


GOOD = {"exact": "We", "start": 12, "end": 14}
MALFORMED = [
    ([], "not a mapping", "a list"),
    ({}, "lacks “segments”", "nothing"),
    ({"segments": []}, "no segments", "an empty list"),
    ({"segments": "We"}, "not a list", "a text for a list"),
    ({"segments": ["We"]}, "segments entry 1 is not a mapping", "a text for a segment"),
    (
        {"segments": [GOOD, {"exact": "We", "start": 12}]},
        "segments entry 2 lacks “end”",
        "a key that is missing",
    ),
    ({"segments": [{**GOOD, "start": "12"}]}, "not a whole number", "a text for a number"),
    ({"segments": [{**GOOD, "start": True}]}, "not a whole number", "a truth value for a number"),
    ({"segments": [{**GOOD, "start": 12.0}]}, "not a whole number", "a fraction for a number"),
    ({"segments": [{**GOOD, "exact": 5}]}, "not a text", "a number for a text"),
    ({"segments": [{**GOOD, "sort": 5}]}, "unknown key “sort”", "a key that does not exist"),
    ({"segments": [GOOD], "prefx": ""}, "unknown key “prefx”", "a typing error in a key"),
    ({"segments": [GOOD], "prefix": None}, "not a text", "nothing for a text"),
    (
        {"segments": [GOOD], "marks": [{"kind": "sic"}]},
        "marks entry 1 lacks “after”",
        "a mark without a place",
    ),
    (
        {"segments": [GOOD], "elided": [{**GOOD, "after": 0, "negation": "no"}]},
        "neither true nor false",
        "a text",
    ),
]


@pytest.mark.parametrize(("form", "told", "reason"), MALFORMED, ids=[row[2] for row in MALFORMED])
def test_a_malformed_dictionary_is_refused_with_a_sentence(form, told, reason):
    with pytest.raises(Malformed, match=told):
        Quotation.from_dict(form)


def test_what_may_be_left_out_of_a_dictionary():
    assert Quotation.from_dict({"segments": [GOOD]}) == Quotation((Segment("We", 12, 14),))


@pytest.mark.parametrize(
    ("text", "told"),
    [("a\0b", "NUL"), ("a\ud800b", "lone surrogate"), ("cafe\u0301", "NFC"), ("café", None), ("", None)],
)
def test_what_can_be_a_text(text, told):
    problem = quotations.text_problem(text)
    assert problem is None if told is None else told in problem
