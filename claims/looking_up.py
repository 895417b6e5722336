"""Looking claims up by words: the one function behind the page, the API and commands.

The index answers (claims.search); what is shown is read from the publications. Where the index cannot be used the
database answers instead, in its plain way, and the answer says so.
"""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from typing import Any

from claims import facets, kept
from claims.filters import PublicationFilterSet
from claims.models import Label, Publication
from claims.search import comparing, indexed, keeping, lookup, plain
from claims.search.index import COUNTED
from claims.search.lookup import DEEPEST, Narrowed
from claims.search.questions import Question, question
from claims.search.store import Unusable

RELEVANCE, NEWEST = "relevance", "newest"
ORDERS = (RELEVANCE, NEWEST)
MOST_PAGES = 1_000


@dataclass(frozen=True, slots=True)
class Answer:
    """A page of what answers a question, with how many there are in all.

    `is_nearest`: nothing has all the words, and the rows are the nearest. `counts` say of each filter how many each of
    its values leaves under the others. `meant` is the question in words that are there, or empty. `related` are the
    identifiers of those rows that are near in meaning alone: they may say the opposite. `is_plain`: the
    index could not be used. `is_behind`: it lacks what was published last. `forms` are the stems that were asked for
    (claims.search.highlights).
    """

    rows: tuple[Publication, ...]
    total: int
    page: int
    pages: int
    is_nearest: bool = False
    is_plain: bool = False
    is_behind: bool = False
    counts: Mapping[str, Mapping[str, int]] = field(default_factory=dict)
    meant: str = ""
    related: frozenset[str] = frozenset()
    forms: frozenset[str] = frozenset()


def asks(text: str) -> bool:
    """Whether a text asks for anything: it has a word, or a sign that means something."""
    return _says(question(text))


def answer(
    text: str, parameters: Mapping[str, str], *, order: str = RELEVANCE, page: int = 1, size: int
) -> Answer:
    """What answers `text` under `parameters`, good ones of PublicationFilterSet besides its words, `size` to a page.

    Pages count from 1; after `lookup.DEEPEST` fact-checks there are none.
    """
    asked = question(text)
    others = {name: value for name, value in parameters.items() if name != "q"}
    if not _says(asked):
        return Answer((), 0, 1, 1)
    try:
        return _by_index(asked, others, order=order, page=page, size=size)
    except Unusable as problem:
        keeping.complain("The lookup is answered by the database alone", problem)
        return _by_database(asked, others, page=page, size=size)


def narrowed(parameters: Mapping[str, str]) -> Narrowed:
    """Good parameters of PublicationFilterSet as the index is asked for them: the same as in the database."""
    if not parameters:
        return {}
    form = PublicationFilterSet(parameters).form
    if not form.is_valid():
        raise ValueError(f"Parameters that are not good: {', '.join(form.errors)}.")
    found: dict[str, Any] = {}
    for name, value in form.cleaned_data.items():
        if not value or name == "q":
            continue
        if name == "rating":
            found[name] = lookup.having(rating=[value], label=_labels(value))
        elif name in ("claimed_from", "published_from"):
            found[name] = lookup.between(name.partition("_")[0], first=value.toordinal(), last=None)
        elif name in ("claimed_until", "published_until"):
            found[name] = lookup.between(name.partition("_")[0], first=None, last=value.toordinal())
        else:
            found[name] = lookup.having(**{name: [value]})
    return found


def _says(asked: Question) -> bool:
    return any(character.isalnum() for text in (asked.words, *asked.signs) for character in text)


def _by_index(asked: Question, parameters: Mapping[str, str], *, order: str, page: int, size: int) -> Answer:
    filters = narrowed(parameters)
    current = keeping.current()
    with keeping.asking():
        found = lookup.lookup(
            current.ranking,
            asked,
            narrowed=filters,
            newest_first=order == NEWEST,
            offset=(page - 1) * size,
            limit=size,
        )
    rows = published(found.keys)
    # What an old index still has is left out, and of this page it is known how much that is.
    total = found.total and found.total - len(found.keys) + len(rows)
    return Answer(
        rows=rows,
        total=total,
        page=page,
        pages=max(1, -(-min(total, DEEPEST) // size)),
        is_nearest=found.is_nearest,
        related=found.related,
        counts=_counted(found.counts) if total or found.is_nearest else {},
        meant=found.meant,
        is_behind=current.is_behind,
        forms=comparing.asked(asked.words, current.ranking.languages).forms,
    )


def _by_database(asked: Question, parameters: Mapping[str, str], *, page: int, size: int) -> Answer:
    everything = Publication.objects.published().for_documents()
    text = asked.asked
    filtered = PublicationFilterSet({**parameters, "q": text}, queryset=everything).qs
    start = (page - 1) * size
    rows, is_nearest = list(filtered[start : start + size]), False
    counted = facets.facets({**parameters, "q": text})
    if not rows and page == 1:
        rows = plain.some_words(text, PublicationFilterSet(parameters, queryset=everything).qs)
        is_nearest = True
    return Answer(
        rows=tuple(rows),
        total=counted.total,
        page=page,
        pages=max(1, -(-counted.total // size)),
        is_nearest=is_nearest,
        is_plain=True,
        counts=counted.counts,
    )


def published(keys: Iterable[str]) -> tuple[Publication, ...]:
    """What of the keys is published now, in their order: an old index brings nothing withdrawn back."""
    wanted = list(keys)
    rows = Publication.objects.published().for_documents().filter(slug__in=wanted)
    found = {row.slug: row for row in rows}
    return tuple(found[key] for key in wanted if key in found)


def _labels(rating: str) -> list[str]:
    """The publishers' labels that editors mapped to a rating, as the index knows them."""
    rows = Label.objects.filter(rating=rating).values_list("publisher__slug", "text")
    return [indexed.label_value(publisher, text) for publisher, text in rows]


def _counted(counts: Mapping[str, Mapping[str, int]]) -> dict[str, dict[str, int]]:
    """The counts of the index by filter: a mapped label counts under its rating."""
    if not counts:
        return {}
    found = {name: dict(counts[name]) for name in COUNTED if name != "label"}
    if counts["label"]:
        for label, rating in kept.kept("mapped", "", _mapped, at=kept.head()).items():
            if size := counts["label"].get(label, 0):
                found["rating"][rating] = found["rating"].get(rating, 0) + size
    return found


def _mapped() -> dict[str, str]:
    """The ratings of publishers' labels that editors mapped to one, by the labels as the index knows them."""
    rows = Label.objects.exclude(rating="").order_by().values_list("publisher__slug", "text", "rating")
    return {indexed.label_value(publisher, text): rating for publisher, text, rating in rows}
