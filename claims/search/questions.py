"""What a reader asks in the lookup: words, and the three signs that mean something. Pure.

    "exact phrase"               these words next to each other; “…”, „…“ and «…» say the same
    -word, -"phrase"             not these
    speaker:name                 by this speaker; speaker:"first last" where the name has more words
    -speaker:name                not by this speaker

Everything else is words. No text is an error: a sign without words is none.
"""

import re
from collections.abc import Iterator
from dataclasses import dataclass, field

MOST_CHARACTERS = 5_000
# Phrases, exclusions and speakers of one question; those after them are words like others.
MOST_SIGNS = 8

WORDS, PHRASE, WITHOUT, SPEAKER, WITHOUT_SPEAKER = "", '"', "-", "speaker:", "-speaker:"

_SIGN = re.compile(
    r"""
    (?<!\S)
    (?P<sign>-speaker:|-(?!speaker:)|speaker:)?
    (?: ["“„«](?P<quoted>[^"“”„«»]+)["”“»]  |  (?P<word>[^\s"“”„«»]+) )
    """,
    re.VERBOSE | re.IGNORECASE,
)


@dataclass(frozen=True, slots=True)
class Piece:
    """`text` is what a sign means, or words where it is WORDS; it begins in the question at `start`."""

    sign: str
    text: str
    start: int


@dataclass(frozen=True, slots=True)
class Question:
    """`words` is the text to rank by, phrases among it; the others narrow what may answer. `asked` is all, as typed."""

    words: str = ""
    phrases: tuple[str, ...] = ()
    without: tuple[str, ...] = ()
    speakers: tuple[str, ...] = ()
    without_speakers: tuple[str, ...] = ()
    asked: str = field(default="", compare=False)

    @property
    def signs(self) -> tuple[str, ...]:
        """The texts that signs are about."""
        return (*self.phrases, *self.without, *self.speakers, *self.without_speakers)


def question(text: str) -> Question:
    """What is asked. A text longer than MOST_CHARACTERS is asked by its beginning."""
    found: dict[str, list[str]] = {sign: [] for sign in (WORDS, PHRASE, WITHOUT, SPEAKER, WITHOUT_SPEAKER)}
    words: list[str] = []
    for piece in pieces(text):
        found[piece.sign].append(piece.text)
        if piece.sign in (WORDS, PHRASE):
            words.append(piece.text)
    return Question(
        words=" ".join(" ".join(words).split()),
        phrases=tuple(found[PHRASE]),
        without=tuple(found[WITHOUT]),
        speakers=tuple(found[SPEAKER]),
        without_speakers=tuple(found[WITHOUT_SPEAKER]),
        asked=text[:MOST_CHARACTERS],
    )


def pieces(text: str) -> Iterator[Piece]:
    """What a question is made of, in order; between them stand its signs and nothing else."""
    signs, at = 0, 0
    text = text[:MOST_CHARACTERS]
    for found in _SIGN.finditer(text):
        sign, quoted = (found["sign"] or "").lower(), found["quoted"]
        inner = quoted or found["word"] or ""
        # A dash within a text is a dash, as in “Minsk - Moscow”, and “-5” is a number.
        means = bool(quoted or sign) and _says(inner) and not (sign == WITHOUT and inner[:1].isdigit())
        if not means or signs == MOST_SIGNS:
            continue
        signs += 1
        yield Piece(WORDS, text[at : found.start()], at)
        at = found.end()
        start = found.start("quoted" if quoted else "word") + len(inner) - len(inner.lstrip())
        yield Piece(sign or PHRASE, inner.strip(), start)
    yield Piece(WORDS, text[at:], at)


def _says(text: str) -> bool:
    return any(character.isalnum() for character in text)
