"""Folded text for search and for sorting: the same on every database, whatever its collation and its LIKE.

Folding is for finding and ordering only. No quotation is ever compared folded (see sources.quotations).
"""

import re
import unicodedata
from functools import cache, lru_cache

# Of ASCII nothing is taken apart.
_SEPARATORS = re.compile(r"[^a-z0-9]+")
_SPACES = re.compile(" +")

# Letters that a reader types without their stroke or ligature, and that Unicode does not take apart.
_PLAIN = str.maketrans({
    "ł": "l", "ø": "o", "đ": "d", "ð": "d", "ħ": "h", "ŧ": "t", "ı": "i", "æ": "ae", "œ": "oe", "þ": "th",
})  # fmt: skip

# Marks that make another letter, not an accented one: й is not и, ї is not і, ў is not у, ѓ and ќ are not г and к.
# ё is left out, because most printed Russian writes it as е.
_LETTERS = frozenset({"и\u0306", "у\u0306", "і\u0308", "г\u0301", "к\u0301"})

# Apostrophes that Unicode counts as letters.
_LETTER_APOSTROPHES = frozenset("ʹʺʻʼʽʾʿˈˊˋ")


# No letter of any language has as many marks; Unicode's own limit for streams (UAX #15, section 13).
MOST_MARKS = 30


# No mark is a letter or a digit to Python, but for the voicing marks of narrow kana: where none of these stand so many
# together, looking for the marks themselves, which takes ten times as long, is spared.
_MAYBE_MARKS = re.compile(rf"[\W\uff9e\uff9f]{{{MOST_MARKS + 1}}}")


@cache
def _further_marks() -> re.Pattern[str]:
    every = (chr(code) for code in range(0x300, 0x20000) if not 0xD800 <= code < 0xE000)
    marks = "".join(mark for mark in every if unicodedata.combining(unicodedata.normalize("NFKD", mark)[0]))
    return re.compile(f"([{marks}]{{{MOST_MARKS}}})[{marks}]+")


def few_marks(text: str) -> str:
    """The text with at most so many marks upon one letter: normalising more of them takes time as their square."""
    if text.isascii() or not _MAYBE_MARKS.search(text):
        return text
    return _further_marks().sub(r"\1", text)


def _is_accent(mark: str) -> bool:
    """Whether a combining mark is an accent (class 200 and above) or a Hebrew or Arabic point (10 to 36).

    The vowel signs and tone marks of Indic scripts, of Thai and of Lao, and the voicing marks of kana are letters
    of their words and stay.
    """
    placed = unicodedata.combining(mark)
    return placed >= 200 or 10 <= placed <= 36


def fold(text: str) -> str:
    """`text` in lower case, without accents, with every run of anything but letters and digits as one space.

    Compatibility forms are taken apart (ﬁ, ½, full width), letters are case-folded, invisible format characters
    (soft hyphen, joiners, direction marks) vanish. Folding a folded text changes nothing.
    """
    if text.isascii():
        return _SEPARATORS.sub(" ", text.lower()).strip()
    pieces = [_piece(character) for character in text]
    if None in pieces:
        return _folded(text)
    whole = _SPACES.sub(" ", "".join(piece for piece in pieces if piece))
    return unicodedata.normalize("NFC", whole).strip()


@lru_cache(maxsize=20_000)
def _piece(character: str) -> str | None:
    """What is left of a letter, whatever stands beside it; None for marks, which belong to what stands before them."""
    if unicodedata.category(unicodedata.normalize("NFKD", character)[0])[0] == "M":
        return None
    return _folded(f"a{character}a")[1:-1]


def _folded(text: str) -> str:
    taken_apart = unicodedata.normalize("NFKD", few_marks(text)).casefold().translate(_PLAIN)
    folded: list[str] = []
    for character in unicodedata.normalize("NFKD", few_marks(taken_apart)):
        category = unicodedata.category(character)
        if category[0] == "M":
            if folded and folded[-1] + character in _LETTERS:
                folded[-1] += character
            elif (
                folded
                and folded[-1] != " "
                and not _is_accent(character)
                and not _is_hidden(character, category)
            ):
                folded.append(character)
        elif category[0] in "LN" and character not in _LETTER_APOSTROPHES:
            folded.append(character)
        elif not _is_hidden(character, category) and folded and folded[-1] != " ":
            folded.append(" ")
    return unicodedata.normalize("NFC", few_marks("".join(folded))).strip()


def _is_hidden(character: str, category: str) -> bool:
    """Format characters, variation selectors and enclosing marks: nothing that a reader types."""
    return category in ("Cf", "Me") or "\ufe00" <= character <= "\ufe0f" or character >= "\U000e0000"


def sort_key(text: str) -> str:
    """What names and titles are ordered by: the folded text, or the text itself where folding leaves nothing."""
    return fold(text) or text.casefold()


def words(text: str) -> list[str]:
    """The folded words of `text`, in order."""
    return fold(text).split()
