"""A text beside one fact-check: how much of its claim and title the text says, and what else both have. Pure.

Words are compared by their stems, each with the weight that whoever compares gives it, and by parts of words: other
forms and misspellings meet there.
"""

import math
from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass
from functools import lru_cache

from claims.search import words

# Letters of a part of a word.
_GRAM = 4
COMMON_STEMS = frozenset(words.stems(sorted(words.COMMON), "en")) | words.COMMON


@dataclass(frozen=True, slots=True)
class Asked:
    """A text as it is asked for: of each telling word, in their order, the stems under which it may stand."""

    telling: dict[str, frozenset[str]]

    @property
    def forms(self) -> frozenset[str]:
        return frozenset().union(*self.telling.values())


def asked(text: str, languages: frozenset[str]) -> Asked:
    """What of a text is asked for in an index of texts in `languages` (primary tags)."""
    return Asked({word: words.forms(word, languages) for word in words.telling(words.words(text))})


class Candidate:
    """The stems of a candidate: its claim, title and summary, and those that tell of claim, title and both."""

    def __init__(self, stems: Sequence[Sequence[str]]) -> None:
        self.claim, self.title, self.summary = stems
        self.telling = [frozenset(part) - COMMON_STEMS for part in (self.claim, self.title)]
        self.both = self.telling[0] | self.telling[1]


class Compared:
    """A text to be compared with one candidate after the other."""

    def __init__(self, question: Asked, weight: Callable[[str], float]) -> None:
        self.weight = weight
        self.forms = question.forms
        # A word counts once, under whatever form it stands.
        self.words = [(max(map(weight, stems)), stems) for stems in question.telling.values()]
        self.total = sum(heavy for heavy, _ in self.words) or 1.0
        self.parts = _parts(self.forms, weight)
        self.norm = _norm(self.parts)

    def share_of(self, stems: frozenset[str]) -> float:
        """The share of the text, by the weight of its words, that is among the stems."""
        return sum(heavy for heavy, forms in self.words if forms & stems) / self.total

    def covered(self, candidate: Candidate) -> tuple[float, float]:
        """The shares of its claim and of its title, by the weight of their words, that the text says."""
        claim, title = candidate.telling
        return self._covered(claim), self._covered(title)

    def beside(self, candidate: Candidate) -> dict[str, float]:
        """What else the candidate has in common with the text, each from 0 to about 1."""
        summary = frozenset(candidate.summary) - candidate.both
        return {
            "parts": self._alike(_parts(candidate.both, self.weight)),
            "summary": self.share_of(summary) if summary else 0.0,
            "length": math.log(1 + len(candidate.claim) + len(candidate.title)),
        }

    def _covered(self, stems: frozenset[str]) -> float:
        return sum(map(self.weight, stems & self.forms)) / (sum(map(self.weight, stems)) or 1.0)

    def _alike(self, parts: dict[str, float]) -> float:
        """The cosine of the parts of words of both."""
        common = sum(weight * parts[part] for part, weight in self.parts.items() if part in parts)
        return common / ((self.norm * _norm(parts)) or 1.0)


@lru_cache(maxsize=100_000)
def _grams(stem: str) -> tuple[str, ...]:
    padded = f" {stem} "
    return tuple(padded[at : at + _GRAM] for at in range(max(1, len(padded) - _GRAM + 1)))


def _parts(stems: Iterable[str], weight: Callable[[str], float]) -> dict[str, float]:
    """Parts of words, each with the weight of the rarest word that it is a part of."""
    made: dict[str, float] = {}
    for stem in stems:
        heavy = weight(stem)
        for gram in _grams(stem):
            if made.get(gram, 0.0) < heavy:
                made[gram] = heavy
    return made


def _norm(parts: dict[str, float]) -> float:
    return math.sqrt(sum(weight * weight for weight in parts.values()))
