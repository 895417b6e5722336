"""What an elision may leave out: sentence ends, words that negate, and the rule that rests on both."""

import pytest

from sources.quotations import Found, Refused, locate, verify
from sources.quotations.negations import negation
from sources.quotations.sentences import sentence_ends

SENTENCES = [
    # the text with a bar after each sentence, reason
    ("He came.| She left.|", "a full stop before white space and at the end"),
    ("Did he?| She did!| Well…| Yes.|", "question mark, exclamation mark, ellipsis"),
    ("He came.”|", "closing quotation marks belong to the sentence"),
    ("“He came.”| She left.)| So.|", "and closing brackets"),
    ("He came.| “She left.”| And so.|", "an opening quotation mark may follow"),
    ("He came.|\n\nShe left.|", "line breaks are white space"),
    ("“Go!” he said.|", "no end before a lower-case letter"),
    ("He came... and left.|", "also after an ellipsis"),
    ("He came. — and left.|", "also behind a dash"),
    ("He came\n\nShe left.|", "a blank line alone ends nothing"),
    ("Mr. Vesk met Dr. Orla in St. Ives.|", "titles"),
    ("The U.S. Army came.| He left.|", "initials in a row"),
    ("J. Vesk came.|", "a single initial"),
    ("It was No. 5 of Vol. 2.|", "numbers of things"),
    ("He said no.| Then he left.|", "the word is no abbreviation"),
    ("On 24. December he came.|", "ordinal figures of other languages"),
    ("It was in 2022.| Then he left.|", "a year may end a sentence"),
    ("He paid 5.5 crowns.| It cost 9.000 of them.|", "a point inside a number"),
    ("See example.com for more.|", "a point inside a name"),
    ("Really?!| Yes.|", "several signs are one end"),
    ("Приехал г. Весков.| Он уехал.|", "abbreviations of other languages"),
]


@pytest.mark.parametrize(("marked", "reason"), SENTENCES, ids=[row[1] for row in SENTENCES])
def test_sentence_ends(marked, reason):
    text = marked.replace("|", "")
    ends, at = [], 0
    for piece in marked.split("|")[:-1]:
        at += len(piece)
        ends.append(at)
    assert sentence_ends(text, 0, len(text)) == ends, reason


NEGATIONS = [
    ("en", "it was not so", "not", "the plain negator"),
    ("en", "they don't pay", "don't", "a contraction"),
    ("en", "they don’t pay", "don't", "with a curly apostrophe"),
    ("en", "they donʼt pay", "don't", "with the letter apostrophe"),
    ("en", "they dont pay", "dont", "without any"),
    ("en", "they CANNOT pay", "cannot", "in capitals"),
    ("en", "they n\u00adot pay", "not", "with a soft hyphen inside"),
    ("en", "ｎｏｔ so", "not", "in full width"),
    ("en", "a non-paying guest", "non", "as a prefix with a hyphen"),
    ("en", "without pay", "without", "a preposition"),
    ("en", "he hardly paid", "hardly", "a half-negator"),
    ("en", "he denied that", "denied", "a verb of denial turns round what depends on it"),
    ("en", "it is false that", "false", "so does an adjective"),
    ("en", "nothing else", "nothing", "a negating pronoun"),
    ("en", "a notable knot", None, "letters inside another word are no negation"),
    ("en", "he paid sin tax", None, "a word of another language"),
    ("en-GB", "not so", "not", "a language with a region"),
    ("de", "er hat das nicht getan", "nicht", "German"),
    ("de", "keine Frage", "keine", "German, inflected"),
    ("de", "außer ihm", "ausser", "case folding spells ß out"),
    ("fr", "il n’a volé", "n'a", "the elided French ne"),
    ("fr", "sans argent", "sans", "French"),
    ("es", "jamás pagó, sin más", "jamás", "Spanish"),
    ("pl", "on nie zapłacił", "nie", "Polish"),
    ("ru", "он этого не делал", "не", "Russian"),
    ("ru", "он опроверг это", "опроверг", "Russian, a verb of denial"),
    ("uk", "він цього не робив", "не", "Ukrainian"),
    ("be", "ён гэтага ня рабіў", "ня", "Belarusian, the classic spelling"),
    ("it", "nessun'altra", "nessun'altra", "Italian, elided"),
    ("xx", "он этого не делал", "не", "an unknown language: the words of every list"),
    ("", "il ne paie", "ne", "no language told: the same"),
    ("", "a sin of his", None, "but not words that are everyday words elsewhere"),
    ("es", "pagó sin más", "sin", "which count where the language is told"),
]


@pytest.mark.parametrize(
    ("language", "text", "word", "reason"), NEGATIONS, ids=[f"{row[0]}: {row[3]}" for row in NEGATIONS]
)
def test_negations(language, text, word, reason):
    assert negation(text, language) == word, reason


REFUSED, ACCEPTED, ACKNOWLEDGED = "refused", "accepted", "to acknowledge"

ELISIONS = [
    # text, typed, outcome, reason
    ("I did not steal it.", "I did [...] steal it", REFUSED, "within one sentence"),
    ("I did it, and I never stole.", "I did it [...] stole", REFUSED, "any negating word"),
    ("I gladly paid it.", "I [...] paid it", ACCEPTED, "nothing negates"),
    ("I came. I did not pay. I left.", "I came. [...] I left.", ACKNOWLEDGED, "a sentence left out whole"),
    ("I came. I did pay. I left.", "I came. [...] I left.", ACCEPTED, "a sentence that negates nothing"),
    (
        "I came to pay, not to rest. I left.",
        "I came to pay [...] I left.",
        REFUSED,
        "the rest of the sentence before",
    ),
    ("I came. Not that I left.", "I came. [...] I left.", REFUSED, "the beginning of the sentence after"),
    (
        "I came to pay them. I did not. I left.",
        "I came [...] I left.",
        ACKNOWLEDGED,
        "whole sentences between two parts",
    ),
    (
        "I came.\n\nI did not\n\npay. I left.",
        "I came. [...] pay.",
        REFUSED,
        "a blank line does not end a sentence",
    ),
    (
        "I met Mr. Nott, not his aide. I left.",
        "I met [...] I left.",
        REFUSED,
        "an abbreviation does not end one either",
    ),
    (
        "“I came.” He did not pay. “I left.”",
        "I came. [...] I left.",
        ACKNOWLEDGED,
        "the closing mark belongs to the first",
    ),
    (
        "“I came,” he did not say, “to pay.”",
        "I came [...] to pay.",
        REFUSED,
        "a reporting clause is of the sentence",
    ),
    ("He denied that he paid it.", "He [...] paid it", REFUSED, "denial turns the rest round"),
    (
        "I did (not by law) pay it all.",
        "I did [[(not by law)]] pay [...] all",
        ACCEPTED,
        "shown, not left out",
    ),
    ("I did (so) not pay.", "I did [[(so)]] [...] pay.", REFUSED, "left out beside the publisher's words"),
    ("I did not (so) pay.", "I did [...] [[(so)]] pay.", REFUSED, "on either side of them"),
    ("I did it? not really! I left.", "I did it? [...] I left.", REFUSED, "a lower-case letter goes on"),
]


@pytest.mark.parametrize(("text", "typed", "kind", "reason"), ELISIONS, ids=[row[3] for row in ELISIONS])
def test_what_an_elision_may_leave_out(text, typed, kind, reason):
    outcome = locate(typed, text)
    if kind == REFUSED:
        assert isinstance(outcome, Refused), reason
        assert outcome.code == "negation"
        return
    assert isinstance(outcome, Found), (reason, outcome)
    assert any(elision.negation for elision in outcome.quotation.elided) == (kind == ACKNOWLEDGED), reason
    assert all(text[one.start : one.end] == one.exact for one in outcome.quotation.elided), (
        "recorded as it stands"
    )
    assert verify(text, outcome.quotation, language="en") == []


def test_the_language_says_which_words_negate():
    text = "Он сказал, что не платил им."
    assert locate("Он сказал [...] платил им", text, language="ru").code == "negation"
    assert locate("Он сказал [...] платил им", text, language="").code == "negation"
    assert isinstance(locate("Он сказал [...] платил им", text, language="en"), Found)


def test_an_elision_has_a_bound():
    outcome = locate("I came [...] left", "I came " + "and saw it all " * 200 + "left")
    assert isinstance(outcome, Refused)
    assert outcome.code == "length"
    assert "make it two quotations" in outcome.sentence
    nearer = "I came " + "and saw it all " * 200 + "left. I came and left"
    found = locate("I came [...] left", nearer)
    assert isinstance(found, Found), "a place that is near enough counts alone"
    assert found.quotation.elided[0].exact == "and"
