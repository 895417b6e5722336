"""What a reader asks in the lookup: words, and the three signs that mean something. Pure.

    "exact phrase"      these words next to each other
    -word, -"phrase"    not these
    speaker:name        by this speaker; speaker:"first last" where the name has more words

Everything else is words. No text is an error: a sign without words is none.
"""

import re
from dataclasses import dataclass

MOST_CHARACTERS = 5_000
# Phrases, exclusions and speakers of one question; those after them are words like others.
MOST_SIGNS = 8

_SIGN = re.compile(
    r"""
    (?<!\S)
    (?P<sign>-|speaker:)?
    (?: ["“„](?P<quoted>[^"“”„]+)["”“]  |  (?P<word>[^\s"“”„]+) )
    """,
    re.VERBOSE | re.IGNORECASE,
)


@dataclass(frozen=True, slots=True)
class Question:
    """`words` is the text to rank by, phrases among it; the others narrow what may answer."""

    words: str = ""
    phrases: tuple[str, ...] = ()
    without: tuple[str, ...] = ()
    speakers: tuple[str, ...] = ()


def question(text: str) -> Question:
    """What is asked. A text longer than MOST_CHARACTERS is asked by its beginning."""
    words: list[str] = []
    phrases: list[str] = []
    without: list[str] = []
    speakers: list[str] = []
    signs, at = 0, 0
    text = text[:MOST_CHARACTERS]
    for found in _SIGN.finditer(text):
        sign, quoted, word = (found["sign"] or "").lower(), found["quoted"], found["word"]
        inner = (quoted or word or "").strip()
        # A dash within a text is a dash, as in “Minsk - Moscow”, and “-5” is a number.
        means = bool(quoted or sign) and _says(inner) and not (sign == "-" and inner[:1].isdigit())
        if not means or signs == MOST_SIGNS:
            continue
        signs += 1
        words.append(text[at : found.start()])
        at = found.end()
        if sign == "-":
            without.append(inner)
        elif sign:
            speakers.append(inner)
        else:
            phrases.append(inner)
            words.append(inner)
    words.append(text[at:])
    return Question(" ".join(" ".join(words).split()), tuple(phrases), tuple(without), tuple(speakers))


def _says(text: str) -> bool:
    return any(character.isalnum() for character in text)
