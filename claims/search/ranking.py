"""The ranking: which fact-checks a text is about, the likeliest first. Pure; one function for lookup and match.

The index gives the candidates, by BM25 over claim and title with any of the words. The best of them are then compared
with the text more closely: how much of the claim and of the title it says, parts of words (other forms, misspellings),
and what of it only the summary says; a longer claim that says as much was less likely met by chance. The weights were
fitted on the train splits of CheckThat! 2020, 2021 (2B) and 2022 (2A) alone, by softmax over the candidates.

Where there is a `Meaning`, an optional extra, those that are nearest to the text in meaning are candidates too, and how
near each is counts with the rest, under weights of their own.
"""

import math
from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass
from functools import cached_property, lru_cache
from typing import Protocol

import tantivy

from claims.search import index as indexes
from claims.search.comparing import Asked, Candidate, Compared, asked
from claims.search.index import Entry

# Words of a text that are asked for: the rarest, so that no text runs long.
MOST_WORDS = 64
# Beginnings of quotations that are held in memory: ours are some thousands, and partners hardly quote.
_BEGINNINGS = 50_000
# Candidates that are compared closely.
CLOSELY = 50
# Candidates by meaning besides, and how near they are at the least: anything is a little near.
NEAREST, _NEAR = 20, 0.3
# The weight of a word that one of ten thousand texts has.
_RARE = math.log(1 + 10_000.5 / 1.5)
# The weight of any word, and how many texts say as much of a word as this does.
_ANY, _FEW = 6.0, 1_000

Clause = tuple[tantivy.Occur, tantivy.Query]

WEIGHTS = {
    "bm25": 7.7,
    "claim": 1.9,
    "title": 2.4,
    "parts": 5.7,
    "summary": 4.4,
    "length": 1.2,
}
WITH_MEANING = {
    "bm25": 3.8,
    "claim": 0.4,
    "title": 1.9,
    "parts": 3.7,
    "summary": 1.4,
    "length": 0.7,
    "near": 11.9,
}


class Meaning(Protocol):
    """How near fact-checks are to a text in meaning, from -1 to 1 (claims.search.semantic.meaning)."""

    def near(self, text: str, *, besides: Sequence[int], most: int) -> Mapping[int, float]:
        """By their places on the record: those that are named, and the `most` nearest; not those without a vector."""
        ...


@dataclass(frozen=True, slots=True)
class Hit:
    """A fact-check that a text may be about.

    `score` orders the hits of one text and means nothing beside those of another. `said` is the share of the claim, or
    of the title where that is more, that the text says, by the weight of its words; `meant` the share of the text that
    claim and title say; `alike` how much the parts of their words are alike, `weight` what the shared words tell, on
    the scale of an index of ten thousand texts. `shared` are the stems that both have. `near` is how near they are in
    meaning, which says nothing of whether one denies the other; 0 where meaning was not looked at.
    """

    key: str
    score: float
    said: float = 0.0
    meant: float = 0.0
    alike: float = 0.0
    weight: float = 0.0
    shared: frozenset[str] = frozenset()
    near: float = 0.0


class Ranking:
    """The ranking over one state of an index. `languages` are the primary tags of the texts in it."""

    def __init__(
        self, index: tantivy.Index, languages: Iterable[str], meaning: Meaning | None = None
    ) -> None:
        self.index = index
        self.meaning = meaning
        self.searcher = index.searcher()
        self.languages = frozenset(languages)
        self.size = self.searcher.num_docs
        # What a word says of a claim, which is the same for every text until the index is another.
        self.having: Callable[[str], int] = lru_cache(maxsize=100_000)(self._having)
        self.weight: Callable[[str], float] = lru_cache(maxsize=100_000)(self._weight)
        self.tells: Callable[[str], float] = lru_cache(maxsize=100_000)(self._tells)

    @cached_property
    def beginnings(self) -> frozenset[str] | None:
        """The words with which quotations begin that the index knows, as it has them; None where they are too many."""
        found = self.searcher.terms_with_prefix(indexes.BEGINS, "", limit=_BEGINNINGS + 1)
        return None if len(found) > _BEGINNINGS else frozenset(term for term, _ in found)

    def _having(self, stem: str) -> int:
        """How many claims and titles have a stem."""
        return int(self.searcher.doc_freq(indexes.CLAIM, stem))

    def _weight(self, stem: str) -> float:
        """How much a stem tells (inverse document frequency, as BM25 has it)."""
        having = self.having(stem)
        return math.log(1 + (self.size - having + 0.5) / (having + 0.5))

    def _tells(self, stem: str) -> float:
        """The weight of a stem as an index of ten thousand texts would have it.

        Of few texts, which may all be about one matter, it says little how many have a word: the fewer there are, the
        more a word counts as any does.
        """
        scaled = self.weight(stem) * _RARE / math.log(2 + 2 * self.size)
        return (scaled * self.size + _ANY * _FEW) / (self.size + _FEW)

    def rank(
        self,
        text: str,
        *,
        limit: int,
        narrowed: Sequence[Clause] = (),
        anywhere: bool = False,
        closely: int = CLOSELY,
        most_words: int = MOST_WORDS,
        worth: Callable[[float, float], bool] | None = None,
        by_meaning: bool = True,
    ) -> list[Hit]:
        """At most `limit` hits, the likeliest first; those in the same place the newer first.

        `narrowed` are clauses that every hit has to meet or not to meet. With `anywhere` a hit needs no word in claim
        or title: the clauses say which words it has to have at all. `closely` says how many candidates are compared,
        `most_words` how many words are asked for, and `worth`, by a hit's `said` and `weight`, which candidates deserve
        it: the others are left out. Without `by_meaning` words alone are compared. Nothing in the text is read as
        syntax.
        """
        question = asked(text, self.languages)
        forms = self._asked_for(question, most_words)
        meaning = self.meaning if by_meaning and question.telling else None
        if not self.size or not (forms or (anywhere and narrowed) or meaning):
            return []
        clauses = [(tantivy.Occur.Should, indexes.any_of(sorted(stems))) for stems in forms]
        found = self._found(clauses, narrowed, anywhere=anywhere, limit=max(limit, closely))
        best = found[0][0] if found else 0.0
        candidates = [(score, self.searcher.doc(address)) for score, address in found[:closely]]
        near: Mapping[int, float] | None = None
        if meaning is not None:
            known = [_sequence(document) for _, document in candidates]
            near = _completed(meaning.near(text, besides=known, most=NEAREST), known)
            others = {place for place, how in (near or {}).items() if how >= _NEAR}.difference(known)
            candidates += self._at(others, clauses, narrowed)
        compared = self._closely(question, candidates, best or 1.0, worth, near)
        there = {hit.key for hit in compared}
        rest = (key for key in indexes.keys(self.index, found[closely:]) if key not in there)
        return [*compared, *(Hit(key, -float(place)) for place, key in enumerate(rest))][:limit]

    def _found(
        self, clauses: Sequence[Clause], narrowed: Sequence[Clause], *, anywhere: bool, limit: int
    ) -> list[tuple[float, tantivy.DocAddress]]:
        """The best by BM25 with any of the words, under the clauses that narrow them."""
        if not clauses and not (anywhere and narrowed):
            return []
        query = tantivy.Query.boolean_query(list(clauses))
        if narrowed:
            occur = tantivy.Occur.Should if anywhere else tantivy.Occur.Must
            query = tantivy.Query.boolean_query([(occur, query), *narrowed])
        return self.searcher.search(query, limit=limit, count=False).hits

    def _at(
        self, places: Iterable[int], clauses: Sequence[Clause], narrowed: Sequence[Clause]
    ) -> list[tuple[float, tantivy.Document]]:
        """The fact-checks at these places on the record, under the clauses that narrow them, with their BM25."""
        wanted = sorted(places)
        if not wanted:
            return []
        those = tantivy.Query.term_set_query(indexes.schema(), indexes.SEQUENCE, wanted)
        asked_for = [(tantivy.Occur.Must, tantivy.Query.const_score_query(those, 0.0)), *narrowed]
        if clauses:
            asked_for.append((tantivy.Occur.Should, tantivy.Query.boolean_query(list(clauses))))
        found = self.searcher.search(tantivy.Query.boolean_query(asked_for), limit=len(wanted), count=False)
        return [(score, self.searcher.doc(address)) for score, address in found.hits]

    def compared(self, text: str, entries: Iterable[Entry]) -> list[Hit]:
        """The entries, which need not be in the index, compared with the text closely, in their order.

        What a word tells is as the index has it, however small that is. `score` is 0: what is in no index has no BM25.
        """
        found = list(entries)
        question = asked(text, self.languages.union(indexes.language_of(entry) for entry in found))
        beside, hits = Compared(question, self.tells), []
        for entry in found:
            candidate = Candidate(indexes.own_stems(entry))
            shared = beside.forms & candidate.both
            hits.append(
                Hit(
                    key=entry.key,
                    score=0.0,
                    said=max(beside.covered(candidate)),
                    meant=beside.share_of(shared),
                    alike=beside.beside(candidate)["parts"],
                    weight=sum(map(self.tells, shared)),
                    shared=shared,
                )
            )
        return hits

    def _asked_for(self, question: Asked, most_words: int) -> list[frozenset[str]]:
        """The words to ask for: the rarest of those that are there at all, in their order."""
        weighed = {
            word: max(self.weight(stem) for stem in stems)
            for word, stems in question.telling.items()
            if any(map(self.having, stems))
        }
        rarest = sorted(weighed, key=lambda word: -weighed[word])[:most_words]
        kept = set(rarest)
        return [stems for word, stems in question.telling.items() if word in kept]

    def _closely(
        self,
        question: Asked,
        candidates: Sequence[tuple[float, tantivy.Document]],
        best: float,
        worth: Callable[[float, float], bool] | None,
        near: Mapping[int, float] | None,
    ) -> list[Hit]:
        """The candidates, each with its BM25, compared with the text; `near` is None where meaning is not looked at."""
        if not candidates:
            return []
        text = Compared(question, self.weight)
        weights = WEIGHTS if near is None else WITH_MEANING
        hits: list[tuple[float, int, Hit]] = []
        for score, document in candidates:
            candidate = Candidate(indexes.stems_of(document))
            shared = text.forms & candidate.both
            covered = text.covered(candidate)
            said, told = max(covered), sum(map(self.tells, shared))
            if worth and not worth(said, told):
                continue
            shares = text.beside(candidate)
            shares["claim"], shares["title"] = covered
            shares["bm25"] = score / best
            sequence = _sequence(document)
            shares["near"] = (near or {}).get(sequence, 0.0)
            total = sum(weight * shares[name] for name, weight in weights.items())
            hit = Hit(
                key=str(document.get_first(indexes.KEY)),
                score=round(total, 6),
                said=said,
                meant=text.share_of(shared),
                alike=shares["parts"],
                weight=told,
                shared=shared,
                near=shares["near"],
            )
            hits.append((-hit.score, -sequence, hit))
        hits.sort(key=lambda one: one[:2])
        return [hit for _, _, hit in hits]


def _sequence(document: tantivy.Document) -> int:
    return int(document.get_first(indexes.SEQUENCE) or 0)


def _completed(near: Mapping[int, float], known: Sequence[int]) -> Mapping[int, float] | None:
    """Those known that have no vector yet count as near as the middle one of the others; None where most have none."""
    there = sorted(near[place] for place in known if place in near)
    if 2 * len(there) < len(known):
        return None
    return {**dict.fromkeys(known, there[len(there) // 2]), **near} if there else near
