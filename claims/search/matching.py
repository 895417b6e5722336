"""What in a text has been checked: its sentences, each with the fact-checks that it is likely about. Pure.

The ranking finds the likeliest for each sentence, and `sureness` says whether it is likely at all. A sentence that says
little by itself is read with the one before it. Precision comes first: what is not likely is not shown. Negation is not
seen: a sentence that says the opposite of a claim is about that claim too, and readers are told so.

Where there is a Meaning (claims.search.ranking), a sentence that is not likely about anything by its words may still be
near a claim in meaning: that is called related, and never likely, since a denial is as near as the claim itself.
"""

import math
from collections.abc import Iterator
from dataclasses import dataclass
from itertools import islice

import tantivy

from claims.search import index as indexes
from claims.search import words
from claims.search.ranking import NEAREST, Clause, Hit, Ranking
from claims.search.sentences import Sentence, sentences

LONGEST = 100_000
# Sentences of one text that are looked up; the rest is said not to have been.
MOST_SENTENCES = 1_500
# Fact-checks shown for one sentence; those whose quotations are looked for in a text.
MOST, MOST_QUOTED = 3, 200
# Words of a quotation that is looked for: fewer stand in any text.
SHORTEST_QUOTED = indexes.SHORTEST
LIKELY, VERY_LIKELY = 0.5, 0.8
# Candidates of a sentence that are compared closely, and its words that are asked for, the rarest: fewer than of a
# question, since a whole text is asked.
_CLOSELY, _MOST_WORDS = 10, 12
# How near in meaning what is called related has to be: chosen on the train splits, where it was the right answer to
# nine of ten posts. In a text of more sentences meaning is not looked at: each takes some hundredths of a second.
RELATED, _MOST_BY_MEANING = 0.65, 20
# With fewer telling words a sentence is read with the one before it.
_FEW = 4
# So many telling words, of two letters or more, have to be the same: one word alone, or letters, are no statement.
_LEAST = 2
_POINTING = frozenset(
    ("he", "she", "it", "they", "this", "that", "these", "those", "him", "her", "them", "his", "their", "its")
)

# Fitted on the train splits of CheckThat!: right answers against the best wrong ones where the right one is taken out.
_BIAS, _ALIKE, _WEIGHT, _SAID = -4.54, 2.63, 0.093, 1.99


@dataclass(frozen=True, slots=True)
class Match:
    """A fact-check that a sentence is likely about, how sure that is (LIKELY to 1), and the words that both have.

    One that is `related` is near in meaning alone, and how sure its words are is below LIKELY.
    """

    key: str
    sure: float
    shared: tuple[str, ...]
    related: bool = False


@dataclass(frozen=True, slots=True)
class Matched:
    """A sentence with its matches, the surest first; `with_before` says that it was read with the one before it."""

    sentence: Sentence
    matches: tuple[Match, ...]
    with_before: bool = False


def sureness(hit: Hit) -> float:
    """How likely it is that a text is about a fact-check, from 0 to 1."""
    return 1 / (1 + math.exp(-(_BIAS + _ALIKE * hit.alike + _WEIGHT * hit.weight + _SAID * hit.said)))


def is_related(hit: Hit) -> bool:
    """Whether a text and a fact-check are near in meaning, while their words do not say that it is about it."""
    return hit.near >= RELATED and sureness(hit) < LIKELY


def _may_be_likely(said: float, weight: float) -> bool:
    """Whether a hit can be likely at all, however alike the parts of the words may be."""
    return _BIAS + _ALIKE + _WEIGHT * weight + _SAID * said >= math.log(LIKELY / (1 - LIKELY))


def matches(ranking: Ranking, text: str, *, narrowed: tuple[Clause, ...] = ()) -> Iterator[Matched]:
    """The sentences of a text, at most MOST_SENTENCES, each with what it is likely about, which may be nothing."""
    text = text[:LONGEST]
    words.learn(words.words(text), ranking.languages)
    likely = _Likely(ranking, narrowed)
    before: Sentence | None = None
    looked_at = list(islice(sentences(text), MOST_SENTENCES))
    by_meaning = ranking.meaning is not None and len(looked_at) <= _MOST_BY_MEANING
    for sentence in looked_at:
        own = text[sentence.start : sentence.end]
        found = likely(own, own)
        with_before = False
        if not found and before and before.paragraph == sentence.paragraph and _points_back(own):
            found = likely(text[before.start : sentence.end], own)
            with_before = bool(found)
        if not found and by_meaning:
            found = _related(ranking, own, narrowed)
        yield Matched(sentence, found, with_before)
        before = sentence


def perhaps_quoted(ranking: Ranking, text: str) -> list[str]:
    """The fact-checks of which a quotation may stand in the text, since its first words do; at most MOST_QUOTED."""
    found = words.words(text)
    runs = {
        " ".join(found[at : at + length])
        for length in (indexes.SHORTEST, indexes.BEGINNING)
        for at in range(len(found) - length + 1)
    }
    known = ranking.beginnings
    if known is not None:
        runs &= known
    if not runs:
        return []
    query = tantivy.Query.term_set_query(indexes.schema(), indexes.BEGINS, sorted(runs))
    hits = ranking.searcher.search(query, limit=MOST_QUOTED, count=False).hits
    return list(indexes.keys(ranking.index, hits))


class _Likely:
    """The fact-checks that the sentences of one text are likely about; the same words are looked up once."""

    def __init__(self, ranking: Ranking, narrowed: tuple[Clause, ...]) -> None:
        self.ranking, self.narrowed = ranking, narrowed
        self.known: dict[tuple[str, str], tuple[Match, ...]] = {}

    def __call__(self, text: str, own: str) -> tuple[Match, ...]:
        """What `text` is likely about, if `own`, which may be only its last sentence, says something of it."""
        found = self.known.get((text, own))
        if found is None:
            found = self.known[text, own] = self._ranked(text, own)
        return found

    def _ranked(self, text: str, own: str) -> tuple[Match, ...]:
        hits = self.ranking.rank(
            text,
            limit=_CLOSELY,
            narrowed=self.narrowed,
            closely=_CLOSELY,
            most_words=_MOST_WORDS,
            worth=_may_be_likely,
            by_meaning=False,
        )
        sure = sorted(((sureness(hit), hit) for hit in hits), key=lambda one: -one[0])
        whole = _spoken(self.ranking, text)
        # Read with another sentence, this one has to say something of the claim itself.
        spoken = whole if own == text else _spoken(self.ranking, own)
        return tuple(
            Match(hit.key, round(likely, 3), written)
            for likely, hit in sure
            if likely >= LIKELY and _is_enough(whole, hit) and (written := _shared(own, spoken, hit))
        )[:MOST]


def _related(ranking: Ranking, text: str, narrowed: tuple[Clause, ...]) -> tuple[Match, ...]:
    """The one that is nearest in meaning, if it is near enough."""
    hits = ranking.rank(text, limit=_CLOSELY + NEAREST, narrowed=narrowed, closely=_CLOSELY)
    near = max(filter(is_related, hits), key=lambda hit: hit.near, default=None)
    if near is None:
        return ()
    shared = _shared(text, _spoken(ranking, text), near)
    return (Match(near.key, round(sureness(near), 3), shared, related=True),)


def _is_enough(spoken: list[tuple[str, frozenset[str]]], hit: Hit) -> bool:
    """Whether a text and a fact-check have more in common than a word."""
    return len({word for word, forms in spoken if len(word) > 1 and forms & hit.shared}) >= _LEAST


def _shared(text: str, spoken: list[tuple[str, frozenset[str]]], hit: Hit) -> tuple[str, ...]:
    """The words that the fact-check has too, as the text writes them; pairs of letters that overlap are one."""
    both = {word for word, forms in spoken if forms & hit.shared}
    found: list[tuple[int, int]] = []
    for start, end, said in words.placed(text) if both else ():
        if both.intersection(said):
            overlaps = found and start < found[-1][1]
            found.append((found.pop()[0] if overlaps else start, end))
    written: dict[str, str] = {}
    for start, end in found:
        written.setdefault(text[start:end].casefold(), text[start:end])
    return tuple(written.values()) or tuple(sorted(both))


def _spoken(ranking: Ranking, text: str) -> list[tuple[str, frozenset[str]]]:
    found = words.telling(words.words(text))
    return [(word, words.forms(word, ranking.languages)) for word in found]


def _points_back(text: str) -> bool:
    """Whether a sentence says little without the one before it: it has few words, or begins by pointing back."""
    found = words.words(text)
    return len(words.telling(found)) < _FEW or bool(_POINTING.intersection(found[:3]))
