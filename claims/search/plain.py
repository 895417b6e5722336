"""Looking a claim up by words: the plain database search. Filters live in claims.filters."""

from collections.abc import Mapping

from django.db.models import Case, FloatField, Q, QuerySet, Value, When
from django.db.models.expressions import Combinable

from claims.models import Publication
from claims.search.questions import Question, question
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
    """The publications that have every word and sign of `text`, in the given order; no words, no limits.

    A word is looked for as it is written, also within others, and a phrase so; what is excluded, as whole words. A
    speaker is met by the name as it is printed with the claim.
    """
    asked = question(text)
    publications = _signed(asked, publications)
    for word in terms(asked.words):
        publications = publications.filter(search_text__contains=word)
    for phrase in asked.phrases:
        publications = publications.filter(search_text__contains=fold(phrase))
    return publications


def some_words(text: str, publications: QuerySet[Publication]) -> list[Publication]:
    """At most MOST_PARTIAL publications that have some of the words, those with most of them first.

    By the speakers that are asked for, and without what is excluded.
    """
    asked = question(text)
    words = terms(asked.words)
    if not words:
        return []
    signed = _signed(asked, publications)
    ranked = scored(signed, "search_text", dict.fromkeys(words, 1.0)).filter(score__gt=0)
    return list(ranked.order_by("-score", "-sequence")[:MOST_PARTIAL])


def _signed(asked: Question, publications: QuerySet[Publication]) -> QuerySet[Publication]:
    """Those by the speakers that are asked for, without what is excluded."""
    for phrase in asked.without:
        publications = publications.exclude(_has("search_text", phrase))
    for speaker in asked.speakers:
        publications = publications.filter(_has_all("claimant_folded", speaker))
    for speaker in asked.without_speakers:
        publications = publications.exclude(_has_all("claimant_folded", speaker))
    return publications


def _has_all(column: str, text: str) -> Q:
    """Whether a folded column has each word of a text."""
    found = Q()
    for word in fold(text).split():
        found &= _has(column, word)
    # A name of which folding leaves nothing is nobody's.
    return found or Q(pk=None)


def _has(column: str, phrase: str) -> Q:
    """Whether a folded column has a phrase as whole words; one of which folding leaves nothing is nowhere."""
    folded = fold(phrase)
    if not folded:
        return Q(pk=None)
    return (
        Q(**{column: folded})
        | Q(**{f"{column}__startswith": f"{folded} "})
        | Q(**{f"{column}__endswith": f" {folded}"})
        | Q(**{f"{column}__contains": f" {folded} "})
    )


def scored(rows: QuerySet, column: str, weights: Mapping[str, float]) -> QuerySet:
    """The rows with `score`, the sum of the weights of those words that stand in the folded text of `column`."""
    score: Combinable = Value(0.0, output_field=FloatField())
    for word, weight in weights.items():
        has = When(**{f"{column}__contains": word}, then=Value(weight))
        score += Case(has, default=Value(0.0), output_field=FloatField())
    found: QuerySet = rows.annotate(score=score)
    return found
