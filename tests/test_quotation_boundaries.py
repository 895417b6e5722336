"""Where a quotation may begin and end: a row per rule. `|` marks the places that are asked about."""

import pytest

from sources.quotations.boundaries import is_boundary
from sources.quotations.typography import WHITE_SPACE

MAY_CUT = [
    ("the |minister| said", "between words"),
    ("said|, then|.", "between a word and punctuation"),
    ("|“|word|”|", "quotation marks are not part of the word"),
    ("Belarus|’ border", "an apostrophe after the last letter is punctuation"),
    ("he said |‘|so|’| twice", "single quotation marks too"),
    ("rock |'|n|'| roll", "an apostrophe beside a space"),
    ("pre|- and post-war", "a hyphen that ends a word may be left off"),
    ("word|—|word", "a long dash between words"),
    ("word |–| word", "an en dash between words"),
    ("word|--|word", "two hyphens are a dash"),
    ("troops--|9,000 men", "also before a number"),
    ("soldiers|—|9,000| in all", "a long dash is no sign"),
    ("in 2022|. |5| men", "a point after a number, before a space"),
    ("so it was.|5| people", "a point after a word is not of the next number"),
    ("the end...|5| people", "nor is an ellipsis"),
    ("one|.|Two", "a missing space after a sentence"),
    ("100|%| of them", "a sign after a number"),
    ("at 5| |km", "a space between a number and its unit"),
    ("9 |000", "a plain space between figures cannot be told from the end of a number"),
    ("国|会|は|混|乱", "Han and kana are written without spaces"),
    ("ab|国|cd", "also beside other letters"),
    ("ภา|ษา|ไท|ย", "so is Thai"),
    ("9|人|が", "a figure before Han"),
    ("한국 |사람", "Hangul has spaces"),
    ("go |👩‍👩‍👧| go", "around an emoji sequence"),
    ("I |❤️|you", "after a symbol with a variation selector"),
    ("|word|\u200b| next", "invisible characters beside a space: on either side of them"),
    ("\ufeff|word", "also after a byte order mark"),
    ("\u202b|word|\u202c", "and direction marks"),
]

MAY_NOT_CUT = [
    ("non|–|lethal", "an en dash without spaces may be a hyphen"),
    ("non|−|lethal", "so may a minus"),
    ("בלתי|־|חוקי", "the maqaf is a hyphen"),
    ("can|´|t open, can|`|t open, can|‘|t, can|′|t, can|＇|t", "other signs that are typed as apostrophes"),
    ("il|legal", "inside a word"),
    ("illegal|ly", "before an ending"),
    ("snake|_|case", "an underscore joins"),
    ("B|2|B", "letters and figures"),
    ("km|²", "raised figures"),
    ("il\u00ad|leg|al", "after a soft hyphen"),
    ("il|\u200b|legal", "on either side of a zero-width space between letters"),
    ("می|\u200c|خواهم", "on either side of a zero-width non-joiner"),
    ("anti|-|war", "a hyphen is inside its word"),
    ("anti|‐|war", "so is U+2010"),
    ("anti|‑|war", "and the no-break hyphen"),
    ("anti\u00ad|-|\u00adwar", "also with soft hyphens beside it"),
    ("do|n|'|t", "an apostrophe is inside its word"),
    ("won|’|t", "also a curly one"),
    ("l|’|été", "also in French"),
    ("צה|״|ל", "also the Hebrew sign"),
    ("col|·|lecció", "also the Catalan point"),
    ("9|,|000", "a comma inside a number"),
    ("9|.|000|,|50", "points and commas"),
    ("16|:|39", "a time"),
    ("24|/|12|/|2022", "a date"),
    ("9|'|000", "an apostrophe in a number"),
    ("9|’|000", "a curly one"),
    ("70|\u00a0|000", "a no-break space in a number"),
    ("70|\u202f|000", "a narrow one"),
    ("1|-|5", "a hyphen between figures"),
    ("1|–|5", "an en dash between figures"),
    ("1|—|5", "a long dash between figures"),
    ("1|−|5", "a minus between figures"),
    ("it is -|5 degrees", "the sign of a number"),
    ("it is −|5 degrees", "the minus sign"),
    ("it is (–|5)", "a dash used as a sign"),
    ("-|5", "a sign at the beginning of the text"),
    ("a .|5 share", "the point before a fraction"),
    ("a -|.|5 share", "with its sign"),
    ("٩|٫|٥", "an Arabic decimal sign"),
    ("๑|๒", "figures of a script without spaces"),
    ("cafe|\u0301", "before a combining mark"),
    ("क|्|ष", "inside a Devanagari cluster"),
    ("ที|่", "before a Thai tone mark"),
    ("が|\u3099", "before a voicing mark"),
    ("❤|\ufe0f", "before a variation selector"),
    ("葛|\U000e0100", "also a supplementary one"),
    ("👍|🏽", "before a skin tone"),
    ("👩|\u200d|👩", "inside an emoji sequence"),
    ("🇺|🇦", "inside a flag"),
    ("🏴|\U000e0067|\U000e0062", "inside a flag of tags"),
    ("1|\ufe0f|⃣", "inside a keycap"),
    ("word" + "|\u200b" * 60 + "|word", "anywhere in a long run of invisible characters"),
]


def places(marked):
    """The text without its bars, and where they stood."""
    at, found = 0, []
    for piece in marked.split("|")[:-1]:
        at += len(piece)
        found.append(at)
    return marked.replace("|", ""), found


@pytest.mark.parametrize(("marked", "reason"), MAY_CUT, ids=[row[1] for row in MAY_CUT])
def test_a_quotation_may_begin_or_end(marked, reason):
    text, asked = places(marked)
    assert asked
    assert [at for at in asked if not is_boundary(text, at)] == [], reason


@pytest.mark.parametrize(("marked", "reason"), MAY_NOT_CUT, ids=[row[1] for row in MAY_NOT_CUT])
def test_a_quotation_may_not_begin_or_end(marked, reason):
    text, asked = places(marked)
    assert asked
    assert [at for at in asked if is_boundary(text, at)] == [], reason


def test_the_ends_of_a_text_are_boundaries():
    for text in ("", "word", "-5", "\u0301"):
        assert is_boundary(text, 0)
        assert is_boundary(text, len(text))


def test_white_space_is_what_python_and_unicode_call_so():
    assert set(WHITE_SPACE) == {chr(code) for code in range(0x110000) if chr(code).isspace()}
