"""Where words begin and end: a quotation never cuts a word, a number or a visible character in two."""

import re
import unicodedata

HYPHENS = "-\u2010\u2011\u058a\u05be\u1400\u1806\u2027\u2043\ufe63\uff0d"
DASHES = "-\u2010\u2011\u2012\u2013\u2014\u2015\u2212"
# A sign before a number; the long dashes before a digit are punctuation far more often.
MINUSES = "-\u2010\u2011\u2012\u2013\u2212"
# Between two letters or digits these stand inside the word: don't, l’été, 9'000, צה״ל, col·lecció.
APOSTROPHES = "'’‘‛`´\u02b9\u02bc\u2032\uff07\u05f3\u05f4\u00b7"
# A dash without spaces between two letters may be a hyphen (non–lethal), so nothing is cut there.
GLUE = HYPHENS + APOSTROPHES + "\u2012\u2013\u2212"
# Between two digits these stand inside the number: 9,000  16:39  24/12/2022  70\u00a0000  ١٫٥.
NUMBER_SIGNS = ".,:/\u2044\u066b\u066c\u00a0\u2009\u202f" + DASHES
POINTS = ".,\u066b"

# Han, kana, bopomofo, Thai, Lao, Khmer and Myanmar are written without spaces between words.
UNSPACED = (
    "\u0e00-\u0eff\u1000-\u109f\u1780-\u17ff\u19e0-\u19ff\u2e80-\u2fdf\u3005-\u3007\u3021-\u3029\u3038-\u303b"
    "\u3040-\u312f\u31a0-\u31bf\u31f0-\u31ff\u3400-\u4dbf\u4e00-\u9fff\ua9e0-\ua9ff\uaa60-\uaa7f\uf900-\ufaff"
    "\uff66-\uff9f\U0001aff0-\U0001b16f\U00020000-\U0003ffff"
)
_UNSPACED = re.compile(f"[{UNSPACED}]")
# Between two characters that this does not match no word ends.
PERHAPS = re.compile(rf"\W|[{UNSPACED}]")

_JOINER = "\u200d"
# No word has more invisible characters in a row; no quotation begins or ends in such a run.
_MOST_HIDDEN = 50
_TAGS = "\U000e0000"


def is_boundary(text: str, at: int) -> bool:
    """Whether a quotation may begin or end before text[at] without cutting anything in two.

    Kept whole: runs of letters, digits, marks, underscores and invisible joiners; a hyphen or apostrophe inside its
    word; separators, dashes and a sign that belong to a number; a character with its marks; an emoji sequence.
    Both ends of the text are boundaries.
    """
    if at <= 0 or at >= len(text):
        return True
    a, b = text[at - 1], text[at]
    if a.isascii() and b.isascii():
        # Most places of most texts are settled here.
        if a.isalnum() and b.isalnum():
            return False
        if " " in (a, b):
            return True
    if _continues(text[at]):
        return False
    left, right = _leftwards(text, at - 1), _rightwards(text, at)
    if right - left > _MOST_HIDDEN:
        return False
    if left < 0 or right == len(text):
        return True
    a, b = text[left], text[right]
    if _JOINER in (text[at - 1], text[at]) and not a.isspace() and not b.isspace():
        return False
    if is_word_character(a) and is_word_character(b):
        if a.isdecimal() and b.isdecimal():
            return False
        return _UNSPACED.match(a) is not None or _UNSPACED.match(b) is not None
    if _is_flag_half(a) and _is_flag_half(b):
        return False
    before = _at(text, _leftwards(text, left - 1))
    after = _at(text, _rightwards(text, right + 1))
    if _holds_together(a, b, after) or _holds_together(before, a, b):
        return False
    return not _begins_number(before, a, b, after)


def _holds_together(first: str, middle: str, last: str) -> bool:
    """Whether `middle` stands inside one word or one number."""
    if first.isdecimal() and last.isdecimal() and middle in NUMBER_SIGNS:
        return True
    return middle in GLUE and is_word_character(first) and is_word_character(last)


def _begins_number(before: str, a: str, b: str, after: str) -> bool:
    """Whether `a` is the sign or the leading point of the number that goes on with `b`: -5, −.5, .5."""
    if before and (is_word_character(before) or before in DASHES):
        # A double hyphen is a dash, and a point after a word ends a sentence; only -.5 is a number.
        return before in MINUSES and a in POINTS and b.isdecimal()
    if a in MINUSES:
        return b.isdecimal() or (b in POINTS and after.isdecimal())
    return a in POINTS and b.isdecimal() and (not before or before not in POINTS)


def is_word_character(character: str) -> bool:
    """Letters, digits, combining marks and underscores; nothing is none."""
    return bool(character) and (
        character.isalnum() or unicodedata.category(character) in ("Mn", "Mc", "Me", "Pc", "No", "Nl")
    )


def is_hidden(character: str) -> bool:
    """Invisible format characters (soft hyphen, joiners, direction marks): see through them."""
    return not character.isascii() and character < _TAGS and unicodedata.category(character) == "Cf"


def has_words(text: str) -> bool:
    """Whether there is a letter, a digit or a pictograph to quote."""
    return any(
        character.isalnum() or unicodedata.category(character) in ("So", "No", "Nl") for character in text
    )


def trimmed(text: str, start: int, end: int) -> tuple[int, int]:
    """[start, end) without white space and invisible characters at its ends."""
    while start < end and (text[start].isspace() or is_hidden(text[start])):
        start += 1
    while end > start and (text[end - 1].isspace() or is_hidden(text[end - 1])):
        end -= 1
    return start, end


def strip(text: str) -> str:
    """`text` without white space and invisible characters at its ends."""
    start, end = trimmed(text, 0, len(text))
    return text[start:end]


def _continues(character: str) -> bool:
    """Whether a character belongs to the one before it: a mark, a variation selector, a skin tone, a tag."""
    if character.isascii():
        return False
    return (
        unicodedata.category(character)[0] == "M"
        or "\U0001f3fb" <= character <= "\U0001f3ff"
        or _TAGS <= character < "\U000e1000"
    )


def _is_flag_half(character: str) -> bool:
    return "\U0001f1e6" <= character <= "\U0001f1ff"


def _leftwards(text: str, at: int) -> int:
    """The place of the nearest character to the left, from `at` on, that is seen; -1 where there is none."""
    last = at - _MOST_HIDDEN
    while at >= 0 and at > last and (is_hidden(text[at]) or _is_selector(text[at])):
        at -= 1
    return at


def _rightwards(text: str, at: int) -> int:
    """The place of the nearest character to the right, from `at` on, that is seen; the length if there is none."""
    last = at + _MOST_HIDDEN
    while at < len(text) and at < last and is_hidden(text[at]):
        at += 1
    return at


def _is_selector(character: str) -> bool:
    return "\ufe00" <= character <= "\ufe0f" or _TAGS <= character < "\U000e1000"


def _at(text: str, at: int) -> str:
    return text[at] if 0 <= at < len(text) else ""
