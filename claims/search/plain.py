"""Looking a claim up by words: the plain database search. Filters live in claims.filters."""

from collections.abc import Mapping

from django.db.models import Case, FloatField, QuerySet, Value, When
from django.db.models.expressions import Combinable

from claims.models import Publication
from sources.folding import fold

MOST_WORDS = 24
MOST_PARTIAL = 20

# Words that say nothing about which claim is meant; a reader's question is full of them.
_COMMON = frozenset(
    """
    a an and are as at be been but by can could did do does for from had has have he her his how i if in into is it
    its many more much no not of on or our said says say she should so some than that the their them then there they
    this to was we were what when where which who why will with would you your
    """.split()  # noqa: SIM905 - ninety quoted words are not easier to read
)


def terms(text: str) -> list[str]:
    """The folded words to look up by, each once, at most MOST_WORDS; common words only if there are no others."""
    folded = list(dict.fromkeys(fold(text[:2000]).split()))
    telling = [word for word in folded if word not in _COMMON]
    return (telling or folded)[:MOST_WORDS]


def lookup(text: str, publications: QuerySet[Publication]) -> QuerySet[Publication]:
    """The publications that have every word of `text`, in the given order; no words, no limits."""
    for word in terms(text):
        publications = publications.filter(search_text__contains=word)
    return publications


def some_words(text: str, publications: QuerySet[Publication]) -> list[Publication]:
    """At most MOST_PARTIAL publications that have some of the words, those with most of them first."""
    words = terms(text)
    if not words:
        return []
    ranked = scored(publications, "search_text", dict.fromkeys(words, 1.0)).filter(score__gt=0)
    return list(ranked.order_by("-score", "-sequence")[:MOST_PARTIAL])


def scored(rows: QuerySet, column: str, weights: Mapping[str, float]) -> QuerySet:
    """The rows with `score`, the sum of the weights of those words that stand in the folded text of `column`."""
    score: Combinable = Value(0.0, output_field=FloatField())
    for word, weight in weights.items():
        has = When(**{f"{column}__contains": word}, then=Value(weight))
        score += Case(has, default=Value(0.0), output_field=FloatField())
    found: QuerySet = rows.annotate(score=score)
    return found
