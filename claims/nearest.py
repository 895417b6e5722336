"""Have we checked this before? The claims that are nearest to a sentence, by the telling words that they share.

`nearest` is the one door: who asks does not know how it is found.
"""

import json
import math
from dataclasses import dataclass
from functools import reduce
from operator import or_
from typing import Any

from django.db.models import Q, QuerySet

from claims.models import Claim, Publication
from claims.search.plain import scored, terms
from sources.folding import fold

MOST = 5
MOST_WORDS = 12
# The database looks for so many of them, the rarest; so many claims are read and ranked by all, titles included.
# One of the rarest few has to be there, so that most claims are passed over quickly.
_ASKED, _MUST = 8, 4
_READ = 40
# How rare a word is, is told by so many of the newest claims.
_SAMPLE = 2_000
# The share of the asked words, by weight, that makes a claim worth showing.
_LEAST = 0.3


@dataclass(frozen=True, slots=True)
class Near:
    """An existing claim: one of the house's own, at work or public, or a fact-check that `publisher` made."""

    title: str
    text: str
    language: str
    findings: tuple[str, ...]
    claim: Claim | None
    publisher: str
    public: str | None


def nearest(*, text: str, title: str = "", besides: int | None = None) -> list[Near]:
    """At most MOST claims that are nearest to the sentence `text`, the nearest first; never the claim `besides`."""
    words = list(dict.fromkeys(_stem(word) for word in terms(f"{text} {title}")))[:MOST_WORDS]
    if not words:
        return []
    weights = _weights(words)
    own = Claim.objects.select_related("verdict__rating", "verdict__attribution", "publication")
    if besides is not None:
        own = own.exclude(pk=besides)
    others = Publication.objects.published().filter(claim=None).select_related("revision")
    found: list[Claim | Publication] = [
        *_likely(own, "text_folded", weights),
        *_likely(others, "search_text", weights),
    ]
    ranked = []
    for row in found:
        shared = _shared(f"{row.text} {row.title}", words)
        score = sum(weights[word] for word in shared)
        if len(shared) >= min(2, len(words)) and score >= _LEAST * sum(weights.values()):
            ranked.append((score, row))
    ranked.sort(key=lambda one: (-one[0], one[1].slug))
    return [_near(row) for _, row in ranked[:MOST]]


def _stem(word: str) -> str:
    """The beginning by which a word's other forms are found: migrants, migrant; rises, rising."""
    return word[:-2] if len(word) >= 7 else word[:-1] if len(word) >= 5 else word


def _weights(words: list[str]) -> dict[str, float]:
    """What each word says of a claim: the fewer of the newest claims have it, the more."""
    newest = Claim.objects.order_by("-pk").values_list("text_folded", flat=True)[:_SAMPLE]
    texts = [f" {text}" for text in newest]
    return {
        word: math.log(1 + (len(texts) + 1) / (1 + sum(f" {word}" in text for text in texts)))
        for word in words
    }


def _likely(rows: QuerySet, column: str, weights: dict[str, float]) -> list[Any]:
    """The rows that have most of the weight in their words, those first: one pass over the folded texts."""
    telling = sorted(weights, key=lambda word: -weights[word])[:_ASKED]
    has_one = reduce(or_, (Q(**{f"{column}__contains": word}) for word in telling[:_MUST]))
    # Titles may add to what the sentence alone scores. Keys alone are sorted: whole rows would be carried along.
    worth = _LEAST / 2 * sum(weights.values())
    nearby = scored(rows.filter(has_one), column, {word: weights[word] for word in telling})
    best = nearby.filter(score__gte=worth).order_by("-score", "-pk").values("pk")
    return list(rows.filter(pk__in=best[:_READ]))


def _shared(text: str, words: list[str]) -> list[str]:
    """Those of the words with which a word of the text begins."""
    folded = f" {fold(text)}"
    return [word for word in words if f" {word}" in folded]


def _near(row: Claim | Publication) -> Near:
    if isinstance(row, Publication):
        body = json.loads(row.revision.body or "null")
        parts = (body["attribution"], body["veracity"])
        return Near(
            title=row.title,
            text=row.text,
            language=row.language,
            findings=tuple(part["label"] for part in parts if part),
            claim=None,
            publisher=(body["publisher"] or {}).get("name", "a partner"),
            public=row.get_absolute_url(),
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
    )
