"""Have we checked this before? The claims that are nearest to a sentence: our own, at work or public, and partners'.

`nearest` is the one door: who asks does not know how it is found. What is published comes from the index of the lookup;
the desk's own claims, which are in no index, are looked for by their telling words in the database. All are then
compared with the sentence as the match does it, and what is likely, or has enough of its words, is shown.
"""

import json
import math
from collections.abc import Iterable
from dataclasses import dataclass
from functools import cache, reduce
from operator import or_

from django.db.models import Q, QuerySet

from claims.models import Claim, Publication
from claims.search import index, keeping, matching, words
from claims.search.index import Entry
from claims.search.plain import scored, terms
from claims.search.ranking import Hit, Ranking
from claims.search.store import Unusable

_ALONE = "The nearest claims are found by the database alone"
MOST = 5
MOST_WORDS = 12
# The database looks for so many of them, the rarest; so many claims are read and compared by all, titles included.
# One of the rarest few has to be there, so that most claims are passed over quickly.
_ASKED, _MUST = 8, 4
_READ = 40
# How rare a word is, is told by so many of the newest claims.
_SAMPLE = 2_000
# The share of the asked words, by weight, that makes a claim worth showing.
_LEAST = 0.3


@dataclass(frozen=True, slots=True)
class Near:
    """An existing claim: one of the house's own, at work or public, or a fact-check that `publisher` made.

    Of a partner's `findings` is their rating in their words, if they give one. `slug` is its identifier, and
    `public` the address of what readers see of it, if they see anything.
    """

    title: str
    text: str
    language: str
    findings: tuple[str, ...]
    claim: Claim | None
    publisher: str
    public: str | None
    slug: str


def nearest(*, text: str, title: str = "", besides: int | None = None) -> list[Near]:
    """At most MOST claims that are nearest to the sentence `text`, the nearest first; never the claim `besides`."""
    sentence = f"{text} {title}"
    begun = list(dict.fromkeys(_stem(word) for word in terms(sentence)))[:MOST_WORDS]
    if not begun:
        return []
    ranking, published = _published(sentence, begun)
    of_house = Q(pk__in=_likely(Claim.objects.all(), "text_folded", begun)) | Q(
        publication__in=[row.pk for row in published]
    )
    own = Claim.objects.select_related("verdict__rating", "verdict__attribution", "publication__revision")
    claims = {row.pk: row for row in own.filter(of_house) if row.pk != besides}
    # What readers see of a claim may be other words than the desk's; what is shown is the claim of the desk.
    said: list[tuple[Claim | Publication, Claim | Publication]] = [(row, row) for row in claims.values()]
    for row in published:
        if row.claim_id is None:
            said.append((row, row))
        elif row.claim_id in claims:
            said.append((row, claims[row.claim_id]))
    entries = [
        Entry(key=str(place), claim=row.text, title=row.title, language=row.language)
        for place, (row, _) in enumerate(said)
    ]
    least = min(2, len(words.telling(words.words(sentence))))
    hits = [hit for hit in _compared(ranking, sentence, entries) if _is_near(hit, least)]
    hits.sort(key=lambda hit: (-matching.sureness(hit), said[int(hit.key)][0].slug))
    shown = list(dict.fromkeys(said[int(hit.key)][1] for hit in hits))
    return [_near(row) for row in shown[:MOST]]


def _is_near(hit: Hit, least: int) -> bool:
    """Whether a claim is likely the same, or has enough of the words; one of several in common says little."""
    if len(hit.shared) < least:
        return False
    return hit.meant >= _LEAST or matching.sureness(hit) >= matching.LIKELY


def _published(sentence: str, begun: list[str]) -> tuple[Ranking, list[Publication]]:
    """What is published and may be near, and the ranking that tells how much a word says.

    Without an index the database looks for partners' fact-checks as for our own claims.
    """
    there = Publication.objects.published().select_related("revision")
    try:
        ranking = keeping.ranking()
        with keeping.asking():
            found = [hit.key for hit in ranking.rank(sentence, limit=_READ)]
        return ranking, list(there.filter(slug__in=found))
    except Unusable as problem:
        keeping.complain(_ALONE, problem)
    theirs = there.filter(claim=None)
    return _of_nothing(), list(theirs.filter(pk__in=_likely(theirs, "search_text", begun)))


def _compared(ranking: Ranking, sentence: str, entries: list[Entry]) -> list[Hit]:
    """The entries compared with the sentence; what a word tells is as the index has it, if it can be asked."""
    try:
        with keeping.asking():
            return ranking.compared(sentence, entries)
    except Unusable as problem:
        keeping.complain(_ALONE, problem)
        return _of_nothing().compared(sentence, entries)


@cache
def _of_nothing() -> Ranking:
    """A ranking to which every word says the same."""
    return Ranking(index.in_memory([]), ())


def _stem(word: str) -> str:
    """The beginning by which a word's other forms are found: migrants, migrant; rises, rising."""
    return word[:-2] if len(word) >= 7 else word[:-1] if len(word) >= 5 else word


def _weights(begun: Iterable[str]) -> dict[str, float]:
    """What each word says of a claim: the fewer of the newest claims have it, the more."""
    newest = Claim.objects.order_by("-pk").values_list("text_folded", flat=True)[:_SAMPLE]
    texts = [f" {text}" for text in newest]
    return {
        word: math.log(1 + (len(texts) + 1) / (1 + sum(f" {word}" in text for text in texts)))
        for word in begun
    }


def _likely(rows: QuerySet, column: str, begun: list[str]) -> list[int]:
    """The keys of the rows that have most of the weight in their words: one pass over the folded texts."""
    weights = _weights(begun)
    telling = sorted(weights, key=lambda word: -weights[word])[:_ASKED]
    has_one = reduce(or_, (Q(**{f"{column}__contains": word}) for word in telling[:_MUST]))
    # Titles may add to what the sentence alone scores. Keys alone are sorted: whole rows would be carried along.
    worth = _LEAST / 2 * sum(weights.values())
    nearby = scored(rows.filter(has_one), column, {word: weights[word] for word in telling})
    best = nearby.filter(score__gte=worth).order_by("-score", "-pk").values_list("pk", flat=True)
    return list(best[:_READ])


def _near(row: Claim | Publication) -> Near:
    if isinstance(row, Publication):
        body = json.loads(row.revision.body or "null")
        parts = [part["label"] for part in (body["attribution"], body["veracity"]) if part]
        theirs = row.rating_as_published or ""
        return Near(
            title=row.title,
            text=row.text,
            language=row.language,
            findings=tuple([theirs] if theirs else parts),
            claim=None,
            publisher=(body["publisher"] or {}).get("name", "a partner"),
            public=row.get_absolute_url(),
            slug=row.slug,
        )
    verdict = getattr(row, "verdict", None)
    publication = getattr(row, "publication", None)
    found = [verdict.attribution, verdict.rating] if verdict else []
    return Near(
        title=row.title,
        text=row.text,
        language=row.language,
        findings=tuple(part.label for part in found if part),
        claim=row,
        publisher="",
        public=publication.get_absolute_url() if publication else None,
        slug=row.slug,
    )
