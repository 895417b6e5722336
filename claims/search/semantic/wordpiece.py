"""Text to the numbers of word pieces, as uncased BERT takes it. Pure.

The rules are those of BERT's own tokenizer (Devlin et al. 2018, tokenization.py): control characters and accents go,
all is lower case, each punctuation mark and each Chinese character stands alone, and each word is the longest pieces
that the vocabulary has, from its beginning on. A word that cannot be put together so is one unknown piece.
"""

import re
import unicodedata
from collections.abc import Iterable, Sequence
from functools import lru_cache

# A longer word is an unknown one.
LONGEST_WORD = 100
# Of a text; what stands after so many characters is beyond any model's length.
MOST_CHARACTERS = 10_000
BEGIN, END, UNKNOWN, INSIDE = "[CLS]", "[SEP]", "[UNK]", "##"

_IDEOGRAPH = re.compile(
    "([\u3400-\u4dbf\u4e00-\u9fff\uf900-\ufaff\U00020000-\U0002a6df\U0002a700-\U0002ceaf\U0002f800-\U0002fa1f])"
)
# ASCII's symbols count as punctuation, also those that Unicode has elsewhere ($, +, <, =, >, ^, `, |, ~).
_SYMBOLS = frozenset("!\"#$%&'()*+,-./:;<=>?@[\\]^_`{|}~")


class WordPieces:
    """Word pieces of one vocabulary: its pieces in the order of their numbers."""

    def __init__(self, vocabulary: Iterable[str]) -> None:
        self.numbers = {piece: number for number, piece in enumerate(vocabulary)}
        self.begin, self.end, self.unknown = (self.numbers[name] for name in (BEGIN, END, UNKNOWN))
        # Most words of a text were met before.
        self._taken_apart = lru_cache(maxsize=50_000)(self._pieces_of)

    def pieces(self, text: str, *, most: int) -> list[int]:
        """The numbers of the text's pieces between those for begin and end, at most `most` in all."""
        found: list[int] = [self.begin]
        for word in split(text[:MOST_CHARACTERS]):
            found += self._taken_apart(word)
            if len(found) >= most:
                break
        return [*found[: most - 1], self.end]

    def _pieces_of(self, word: str) -> Sequence[int]:
        if len(word) > LONGEST_WORD:
            return (self.unknown,)
        found: list[int] = []
        start = 0
        while start < len(word):
            inside = INSIDE if start else ""
            for end in range(len(word), start, -1):
                number = self.numbers.get(inside + word[start:end])
                if number is not None:
                    found.append(number)
                    start = end
                    break
            else:
                return (self.unknown,)
        return tuple(found)


def split(text: str) -> list[str]:
    """The words and punctuation marks of a text in order, folded as the vocabulary is."""
    if not text.isascii():
        text = _IDEOGRAPH.sub(r" \1 ", text)
        text = "".join(
            letter for letter in unicodedata.normalize("NFD", text) if unicodedata.category(letter) != "Mn"
        )
    return "".join(map(_apart, text.lower())).split()


@lru_cache(maxsize=10_000)
def _apart(letter: str) -> str:
    """A character as it is kept: control characters are dropped, punctuation stands between spaces."""
    if letter in _SYMBOLS:
        return f" {letter} "
    if letter in "\t\n\r":
        return " "
    kind = unicodedata.category(letter)
    if letter == "\ufffd" or kind in ("Cc", "Cf", "Cn", "Co", "Cs"):
        return ""
    if kind == "Zs":
        return " "
    return f" {letter} " if kind[0] == "P" else letter
