"""Locating what an editor typed: a row per rule with its reason. The texts are made up.

Boundaries, elisions, stored quotations and what holds of every text have files of their own beside this one.
"""

import pytest

from sources import quotations
from sources.quotations import (
    Elsewhere,
    Found,
    Near,
    Nowhere,
    Refused,
    Several,
    find,
    locate,
    shown,
    span,
    verify,
)

# Quotation marks of both kinds, a sentence broken over a blank line, a reporting clause, a mark that never closes.
BROKEN = (
    '"We help them there," said governor Orlan Vesk last week about the dam\'s "special repair" in the valley, '
    "\"but we don't pay anyone.\n\nWe don't lend our lorries to anybody.” Will that last?\n\n"
    "On Monday Vesk told the council that “a thousand men” were on their way."
)
# A caption that repeats a sentence of the article.
REPEATED = (
    "The mayor named no sum but made it clear that the bridge “won’t be just a thousand crowns.” / A. Photographer\n\n"
    "The town agreed to build a bridge.\n\n"
    "The mayor named no sum but made it clear that the bridge “won’t be just a thousand crowns.”\n\nBoth towns agree."
)
BRACKETED = (
    "“All of this (is being done) by the book. If the water reaches the mark, we will open the gates.”"
)


def test_the_cases_that_the_house_promises():
    """The examples of the design, word for word."""
    outcome = locate("legal immigrants commit crimes", "He says that illegal immigrants commit crimes.")
    assert isinstance(outcome, Near)
    assert ("changed", "legal", "illegal") in outcome.difference

    outcome = locate(
        "The president said the minister is a liar", "The president, said the minister, is a liar."
    )
    assert isinstance(outcome, Near)
    assert [step for step in outcome.difference if step.operation != "same"] == [("only second", "", ",")] * 2

    outcome = locate("I did [...] steal the money", "I did not steal the money.")
    assert isinstance(outcome, Refused)
    assert outcome.code == "negation"
    assert "“not”" in outcome.sentence

    outcome = locate("the gates [...] by the book", BRACKETED)
    assert isinstance(outcome, Refused)
    assert outcome.code == "order"

    text = "In his letter he wrote [sic] recieve, twice."
    outcome = locate("he wrote [sic] recieve", text)
    assert isinstance(outcome, Found)
    assert outcome.quotation.level == "exact"
    assert outcome.quotation.marks == ()
    assert text[outcome.quotation.start : outcome.quotation.end] == "he wrote [sic] recieve"


def test_a_quotation_broken_over_blank_lines_is_typographic():
    typed = "We help them there [...] but we don't pay anyone. We don't lend our lorries to anybody."
    outcome = locate(typed, BROKEN)
    assert isinstance(outcome, Found)
    quotation = outcome.quotation
    assert quotation.level == "typographic"
    assert quotation.segments[1].exact == "but we don't pay anyone. We don't lend our lorries to anybody."
    assert BROKEN[quotation.segments[1].start : quotation.segments[1].end] == (
        "but we don't pay anyone.\n\nWe don't lend our lorries to anybody."
    )
    assert quotation.elided[0].exact.startswith('," said governor Orlan Vesk')
    assert not quotation.elided[0].negation
    assert verify(BROKEN, quotation) == []


def test_quotation_marks_of_two_kinds_are_typographic():
    outcome = locate("\"but we don't pay anyone. We don't lend our lorries to anybody.\"", BROKEN)
    assert isinstance(outcome, Found)
    assert outcome.quotation.level == "typographic"
    assert BROKEN[outcome.quotation.end - 1] == "”"


def test_words_that_stand_twice_are_offered_with_their_places():
    outcome = locate("won't be just a thousand crowns", REPEATED)
    assert isinstance(outcome, Several)
    first, second = outcome.occurrences
    assert first.after.startswith(".” / A. Photographer")
    assert second.after.startswith(".”\n\nBoth towns")
    assert {first.level, second.level} == {"typographic"}
    assert "2 places" in outcome.sentence


@pytest.mark.parametrize(
    ("chosen", "place", "reason"),
    [
        ({"suffix": ".” / A. Photographer"}, 0, "the words after it"),
        ({"suffix": '." / A.'}, 0, "typography does not count in a hint"),
        ({"suffix": ".”   Both towns"}, 1, "nor do white space and blank lines"),
        ({"suffix": "A. Photographer"}, 0, "nor punctuation between the hint and the words"),
        ({"suffix": "A Photographer"}, None, "but within the hint it does"),
        ({"prefix": "We say so: the bridge"}, None, "a hint that stands nowhere chooses nothing"),
        ({"prefix": "just"}, None, "a hint stands directly before the words"),
        ({"start": REPEATED.rindex("won’t")}, 1, "the place itself"),
        ({"start": 3}, None, "a place where the words do not stand"),
    ],
)
def test_one_of_several_places_is_singled_out(chosen, place, reason):
    outcome = locate("won’t be just a thousand crowns", REPEATED, **chosen)
    if place is None:
        assert isinstance(outcome, Refused), reason
        assert outcome.code == "context"
        return
    assert isinstance(outcome, Found), reason
    assert (
        outcome.quotation.start
        == [one.start for one in find(REPEATED, "won’t be just a thousand crowns")][place]
    )
    again = locate(
        "won’t be just a thousand crowns",
        REPEATED,
        prefix=outcome.quotation.prefix,
        suffix=outcome.quotation.suffix,
    )
    assert again == outcome, "the stored context singles the place out again"


OUTCOMES = [
    # typed, text, outcome, code or level, reason
    ("The dam holds", "The dam holds.", Found, "exact", "words as they stand"),
    ("the dam holds", "The dam holds.", Near, None, "no case folding"),
    ("The dam, holds", "The dam holds.", Near, None, "punctuation is never dropped from the typed words"),
    ("Dont pay", "Don't pay.", Near, None, "nor an apostrophe"),
    ("cafe", "The café is open.", Nowhere, None, "nor an accent"),
    ("cafe\u0301", "The café is open.", Found, "exact", "typed decomposed letters are composed first"),
    ("well-known dam", "The well–known dam.", Found, "typographic", "kinds of dash"),
    ("a − b", "It is a - b.", Found, "typographic", "also the minus sign"),
    ("‚low‛ “high” „deep‟", 'It is \'low\' "high" "deep".', Found, "typographic", "kinds of quotation mark"),
    ("«high»", 'It is "high".', Near, None, "guillemets are no curly quotes"),
    ("9 000 men", "Over 9\u00a0000 men came.", Found, "typographic", "a no-break space is a space"),
    ("two lines", "Here are two\r\n\r\n lines.", Found, "typographic", "a run of white space is one space"),
    ("two lines", "Here are two\u2028lines.", Found, "typographic", "Unicode line breaks too"),
    ("two lines", "Here are twolines.", Nowhere, None, "but white space is not nothing"),
    ("and so…", "and so...", Near, None, "an ellipsis is not three points"),
    (
        "  padded \n",
        "It is padded here.",
        Found,
        "exact",
        "white space around the typed words does not count",
    ),
    ("two  spaces", "Here two spaces.", Found, "exact", "nor does a run of it, where the text has one space"),
    ("he said [sic] recieve", "There he said recieve.", Found, "exact", "a sic of ours"),
    ("recieve [sic], he wrote", "You recieve, he wrote.", Found, "exact", "a sic before punctuation"),
    (
        "they [the masons] left",
        "So they left.",
        Found,
        "exact",
        "an insertion where the text has white space",
    ),
    ("[So] they left", "And they left.", Found, "exact", "an insertion before the first word"),
    ("they left [at noon]", "So they left.", Found, "exact", "an insertion after the last word"),
    ("we [the masons] left", "So we all left.", Refused, "replaced", "an insertion replaces nothing"),
    ("we [...] [the masons] left", "So we all left.", Found, "exact", "with an elision beside it it does"),
    ("he did [not] pay", "So he did pay.", Refused, "negation", "an insertion brings no negation in"),
    (
        "All of this [[(is being done)]] by the book",
        BRACKETED,
        Found,
        "exact",
        "the publisher's words, marked",
    ),
    ("All of this [[(is done)]] by the book", BRACKETED, Near, None, "the publisher's words are the text's"),
    ("All of this [...] by the book", BRACKETED, Found, "exact", "they may be left out, too"),
    ("All of this by the book", BRACKETED, Near, None, "but not without a mark"),
    ("All [[of this]] is", "All of this is.", Refused, "marks", "only bracketed words are the publisher's"),
    (
        "we [Vesk] paid",
        "Then we [Vesk] paid, [...] again.",
        Found,
        "exact",
        "brackets of the text, literally",
    ),
    (
        "we [Vesk] paid [...] twice",
        "Then we [Vesk] paid it twice.",
        Refused,
        "replaced",
        "not as our insertion",
    ),
    (
        "we [[[Vesk]]] paid [...] twice",
        "Then we [Vesk] paid it twice.",
        Found,
        "exact",
        "but as the publisher's",
    ),
    ("We paid […] today", "We paid it all today.", Found, "exact", "an elision with an ellipsis character"),
    ("We paid [...] it", "We paid it.", Refused, "nothing-left-out", "an elision that leaves nothing out"),
    ("[...] We paid", "We paid it.", Refused, "marks", "an elision at the beginning says nothing"),
    ("We [...] [...] it", "We paid it.", Refused, "marks", "two elisions are one"),
    ("We [paid it", "We paid it.", Refused, "marks", "a bracket that never closes"),
    ("We paid] it", "We paid it.", Refused, "marks", "a bracket that never opened"),
    ("We [] it", "We paid it.", Refused, "marks", "empty brackets"),
    ("We p[ai]d it", "We paid it.", Refused, "marks", "a mark inside a word"),
    ("It is [un]true", "It is true.", Refused, "marks", "an insertion that makes another word"),
    ("a legal[ly] paid man", "He is a legal paid man.", Refused, "marks", "on either side"),
    ("recieve[sic] it", "We recieve it.", Found, "exact", "a sic may stand close to its word"),
    ("[sic]", "We paid it.", Refused, "marks", "marks without words"),
    ("", "We paid it.", Refused, "empty", "nothing typed"),
    (" “…” ", "We “…” paid it.", Refused, "empty", "punctuation alone is no quotation"),
    ("x" * 5001, "x", Refused, "length", "more than a quotation may hold"),
    ("We\0paid", "We paid it.", Refused, "marks", "a NUL is no text"),
    ("We \ud800 paid", "We paid it.", Refused, "marks", "neither is half a character"),
    ("We paid", "We paid\0it.", Refused, "text", "nor may the snapshot hold one"),
    ("We paid", "We paid the cafe\u0301.", Refused, "text", "a snapshot is in form NFC"),
    ("Nothing like it", "We paid the masons today.", Nowhere, None, "nothing near"),
    ("to be or not", "To be or not.", Near, None, "a capital is a difference"),
    ("pay " * 20 + "pay", "pay " * 12_000, Refused, "repeats", "words that repeat without end"),
]


@pytest.mark.parametrize(
    ("typed", "text", "kind", "told", "reason"),
    OUTCOMES,
    ids=[f"{row[4]}: {row[0][:30]!a}" for row in OUTCOMES],
)
def test_outcomes(typed, text, kind, told, reason):
    outcome = locate(typed, text)
    assert type(outcome) is kind, (reason, outcome)
    assert outcome.sentence.endswith((".", "…", ").")), "every outcome is told in a sentence"
    if kind is Found:
        assert outcome.quotation.level == told, reason
        assert verify(text, outcome.quotation) == [], reason
        assert locate(quotations.typed_form(outcome.quotation), text) == outcome, "the typed form comes back"
    elif kind is Refused:
        assert outcome.code == told, reason


def test_words_in_other_texts_are_found_elsewhere():
    others = [("letter", "The dam holds."), ("speech", "“The dam\nholds”"), ("poem", "The dam broke.")]
    assert locate("The dam holds", "Nothing here.", others=others) == Elsewhere(("letter", "speech"))
    assert locate("The dam holds", "The dam holds.", others=others).quotation.start == 0
    assert isinstance(locate("The dam leaks", "The dam leeks.", others=others), Near)


def test_a_near_match_says_where_and_what_differs():
    text = "Nobody came. We don't send our lorries anywhere. So it was."
    outcome = locate("We do not send our lorries anywhere", text)
    assert isinstance(outcome, Near)
    assert text[outcome.start : outcome.end] == outcome.words == "We don't send our lorries anywhere"
    assert outcome.difference[1] == ("changed", "do not", "don't")


def test_find_gives_every_place_with_its_level():
    text = "ha ha ha — “ha\nha” haha"
    assert [(one.start, one.end, one.level) for one in find(text, "ha ha")] == [
        (0, 5, "exact"),
        (3, 8, "exact"),
        (12, 17, "typographic"),
    ]
    assert find(text, "  ") == []
    with pytest.raises(ValueError, match="5,000 characters"):
        find(text, "a" * 5001)
    with pytest.raises(quotations.TooMany, match="quote more words"):
        find("a " * 10_001, "a")


def test_of_several_ways_to_elide_the_nearest_words_count():
    text = "We came. We saw it all. They won."
    outcome = locate("We [...] all", text)
    assert isinstance(outcome, Found)
    assert outcome.quotation.elided[0].exact == "saw it"
    first = locate("We [...] all", text, start=0)
    assert isinstance(first, Found)
    assert first.quotation.elided[0].exact == "came. We saw it"
    again = locate("We [...] all", text, suffix=first.quotation.suffix, start=first.quotation.start)
    assert again == first


CONTEXTS = [
    # text, words, prefix, suffix, reason
    (
        "one two three four five six seven",
        "four",
        "one two three ",
        " five six seven",
        "whole words, spaces as they are",
    ),
    (
        "abcdefghijk lmnopqrstu here vwxyzabcde fghijklmnop",
        "here",
        "lmnopqrstu ",
        " vwxyzabcde",
        "at most 20 characters",
    ),
    ("The end.\n\nHere it is.\n\nThe rest.", "Here it is.", "", "", "never over a blank line"),
    ("The end.\nHere it is.\nThe rest.", "Here it is.", "The end.\n", "\nThe rest.", "but over a line break"),
    ("He said “here” twice", "here", "He said “", "” twice", "quotation marks belong to the context"),
    ("here", "here", "", "", "at the ends of the text there is none"),
]


@pytest.mark.parametrize(
    ("text", "words", "prefix", "suffix", "reason"), CONTEXTS, ids=[row[4] for row in CONTEXTS]
)
def test_the_stored_context_is_short(text, words, prefix, suffix, reason):
    quotation = locate(words, text).quotation
    assert (quotation.prefix, quotation.suffix) == (prefix, suffix), reason
    start = text.index(words)
    assert span(text, start, start + len(words)) == quotation


def test_the_context_grows_only_to_single_a_place_out():
    text = "It was he who paid them for the work. It was he who paid them for the work again."
    first = locate("paid them", text, start=text.index("paid")).quotation
    assert first.suffix == " for the work. It"
    assert first.prefix == "It was he who "
    same = locate(
        "one", "one two three four five six one two three four five six two", start=0, context=5
    ).quotation
    assert (same.prefix, same.suffix) == ("", " two three four five six one")


def test_a_selection_becomes_a_quotation():
    assert span(BRACKETED, 0, 12).segments[0].exact == "“All of this"
    assert span(" two words ", 0, 11).segments[0] == quotations.Segment("two words", 1, 10)
    for start, end in [(2, 5), (0, 9999), (-3, 4), (8, 3), (4, 5)]:
        with pytest.raises(quotations.Unquotable):
            span(BRACKETED, start, end)


def test_a_quotation_is_shown_in_pieces():
    text = "They recieve, he said, all of it (is meant) and not one crown less. Then he left us there."
    typed = "They recieve [sic], he said, all of it [[(is meant)]] and not one crown less. [Vesk] Then [...] us there."
    quotation = locate(typed, text).quotation
    assert [tuple(piece) for piece in shown(quotation)] == [
        ("words", "They recieve", True),
        ("sic", "", False),
        ("words", ", he said, all of it", True),
        ("publisher", "(is meant)", False),
        ("words", "and not one crown less.", False),
        ("insertion", "Vesk", False),
        ("words", "Then", False),
        ("elision", "he left", False),
        ("words", "us there.", False),
    ]
    assert quotations.typed_form(quotation).startswith(
        "They recieve [sic] , he said, all of it [[(is meant)]] and"
    )
