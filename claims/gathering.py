"""Named reads for pages of publishers and speakers, and findings over time; kept while the record is the same."""

import datetime as dt
import json
from collections import Counter
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from typing import Any

from django.db.models import Count, Max, Min, Q, QuerySet
from django.db.models.functions import TruncDate

from claims import findings, kept, redirects, reference
from claims.chart import Chart, Kind, chart
from claims.models import Publication, Revision
from sources.folding import fold


@dataclass(frozen=True, slots=True)
class Overview:
    """What stands here of one publisher's fact-checks.

    `first` and `last` are the days on which it published them, as far as it says so; of the house's own fact-checks,
    the days on which they were first published here. `changed_at` is the time of the newest entry about one of them,
    and of a partner's also about one that was withdrawn: of the last change that was taken over.
    """

    id: str
    origin: str
    size: int
    first: dt.date | None
    last: dt.date | None
    languages: tuple[tuple[str, int], ...]
    changed_at: dt.datetime


@dataclass(frozen=True, slots=True)
class Used:
    """A publisher's words for a rating, on how many of its fact-checks, and our rating that filters find them under."""

    text: str
    size: int
    found_under: str


def publishers() -> dict[str, Overview]:
    """Every publisher of a fact-check that is public here, the house itself among them, by identifier."""
    return kept.kept("publishers", "all", lambda: _overviews(Publication.objects.published()), at=kept.head())


def publisher(slug: str) -> Overview | None:
    """What stands here of this publisher's fact-checks; None where there are none."""
    return kept.kept("publisher", slug, lambda: _overviews(for_publisher(slug)), at=kept.head()).get(slug)


def for_publisher(slug: str) -> QuerySet[Publication]:
    """The public fact-checks that a publisher has published, newest on the record first."""
    return Publication.objects.published().for_documents().filter(publisher__slug=slug)


def naming(names: Iterable[str]) -> QuerySet[Publication]:
    """Partners' fact-checks whose speaker is called exactly one of these names, but for case, accents and marks."""
    folded = {fold(name) for name in names} - {""}
    return (
        Publication.objects.published()
        .for_documents()
        .filter(claimant_folded__in=sorted(folded), origin=Publication.Origin.PARTNER)
    )


def number_naming(names: Sequence[str]) -> int:
    """How many `naming` finds."""
    return kept.kept("naming", sorted(names), lambda: naming(names).order_by().count(), at=kept.head())


def labels(slug: str) -> list[Used]:
    """The words that a partner has for its ratings, the most frequent first; empty words are fact-checks without."""

    def read() -> list[Used]:
        rows = for_publisher(slug).filter(origin=Publication.Origin.PARTNER).order_by()
        used = rows.values_list("rating_as_published", "found_under").annotate(size=Count("pk"))
        return sorted(
            (Used(text, size, under) for text, under, size in used), key=lambda row: (-row.size, row.text)
        )

    return kept.kept("labels", slug, read, at=kept.head())


def ratings_over_time(what: str, publications: QuerySet[Publication]) -> Chart | None:
    """Our own findings among `publications`, by the date of the claim. `what` says which these are."""
    own = publications.filter(origin=Publication.Origin.OWN).order_by()

    def read() -> Chart | None:
        counts = own.values_list("claimed_on", "rating").annotate(size=Count("pk"))
        return _dated_chart(counts, own, "claimed_on", "rating", kinds=rating_kinds(), rest="No rating")

    return kept.kept("chart", what, read, at=kept.head())


def published_over_time(overview: Overview, words: Sequence[Used]) -> Chart | None:
    """A publisher's fact-checks by the day of publication: a partner's under its own words, ours under our ratings."""
    rows = for_publisher(overview.id).order_by()

    def read() -> Chart | None:
        if overview.origin == Publication.Origin.OWN:
            days = rows.annotate(day=TruncDate("first_published_at", tzinfo=dt.UTC))
            counts = days.values_list("day", "rating").annotate(size=Count("pk"))
            return chart(counts, rating_kinds(), rest="No rating")
        theirs = rows.filter(origin=Publication.Origin.PARTNER)
        worded = theirs.values_list("reviewed_on", "rating_as_published").annotate(size=Count("pk"))
        kinds = [Kind(row.text, f"“{row.text}”") for row in words if row.text]
        # A year without a month is written as its first day.
        return _dated_chart(
            worded,
            theirs.filter(reviewed_on__month=1, reviewed_on__day=1),
            *("reviewed_on", "rating_as_published"),
            kinds=list({kind.id: kind for kind in kinds}.values()),
            rest="Other words, or none",
        )

    return kept.kept("chart", ("publishers", overview.id), read, at=kept.head())


def _dated_chart(
    counts: Iterable[tuple[dt.date | None, str, int]],
    rows: QuerySet[Publication],
    date: str,
    finding: str,
    *,
    kinds: Sequence[Kind],
    rest: str,
) -> Chart | None:
    """The chart of `counts`, with no date more precise than the bodies of `rows`, which have it as `date`, say it is.

    A week is in the month of its Monday, the day by which pages name it.
    """
    body = "revision__body"
    said = (*(f'"precision":"{name}"' for name in ("week", "year")), '"inferred_because":"')
    some = rows.filter(Q(*((f"{body}__contains", text) for text in said), _connector=Q.OR))
    sizes: Counter[tuple[dt.date | None, str]] = Counter()
    for day, word, size in counts:
        sizes[day, word] += size
    alone: Counter[tuple[dt.date, str]] = Counter()
    inferred = 0
    for day, word, text in some.values_list(date, finding, body).iterator(chunk_size=500):
        known = json.loads(text)[date]
        if known is None:
            continue
        inferred += bool(known["inferred_because"])
        if known["precision"] == "year":
            alone[day, word] += 1
        elif known["precision"] == "week":
            sizes[day, word] -= 1
            sizes[day - dt.timedelta(days=day.weekday()), word] += 1
    return chart(
        ((day, word, size) for (day, word), size in sizes.items()),
        kinds,
        rest=rest,
        year_alone=alone,
        inferred=inferred,
    )


def rating_kinds() -> list[Kind]:
    """The ratings of every published methodology, best first and those off the scale last, with tone and shape."""
    kinds: dict[str, tuple[int, Kind]] = {}
    for methodology in reference.public_all("methodologies"):
        best, worst = methodology["scale"]["best"], methodology["scale"]["worst"]
        for rating in methodology["scale"]["ratings"]:
            value = rating["value"]
            kind = Kind(
                rating["id"],
                rating["label"],
                findings.rating_tone(value, best, worst),
                findings.rating_shape(rating["id"], value, best, worst),
            )
            kinds[rating["id"]] = (-(value or 0), kind)
    return [kind for _, kind in sorted(kinds.values(), key=lambda found: found[0])]


def _overviews(publications: QuerySet[Publication]) -> dict[str, Overview]:
    grouped = (
        publications.filter(publisher__isnull=False)
        .order_by()
        .values_list("publisher__slug", "origin", "language")
        .annotate(
            size=Count("pk"),
            reviewed_first=Min("reviewed_on"),
            reviewed_last=Max("reviewed_on"),
            made_first=Min("first_published_at"),
            made_last=Max("first_published_at"),
            newest=Max("sequence"),
        )
    )
    found: dict[str, list[tuple[Any, ...]]] = {}
    for slug, *row in grouped:
        found.setdefault(slug, []).append(tuple(row))
    newest = {slug: max(row[-1] for row in rows) for slug, rows in found.items()}
    for slug, sequence in _withdrawn_since(min(newest.values(), default=0)):
        if slug in newest:
            newest[slug] = max(newest[slug], sequence)
    times = dict(Revision.objects.filter(sequence__in=newest.values()).values_list("sequence", "at"))
    return {slug: _overview(slug, rows, times[newest[slug]]) for slug, rows in found.items()}


def _withdrawn_since(sequence: int) -> Iterator[tuple[str, int]]:
    """Of partners' fact-checks that were withdrawn after an entry, whose each was, and its last entry."""
    rows = Publication.objects.filter(
        origin=Publication.Origin.PARTNER, withdrawn=True, sequence__gt=sequence
    ).order_by()
    moved = redirects.every()
    for last, text in rows.values_list("sequence", "revision__body").iterator(chunk_size=2000):
        publisher = json.loads(text or "{}").get("publisher")
        if publisher:
            yield redirects.now("publishers", publisher["id"], moved), last


def _overview(slug: str, rows: list[tuple[Any, ...]], changed_at: dt.datetime) -> Overview:
    languages: Counter[str] = Counter()
    days: list[dt.date] = []
    for origin, language, size, reviewed_first, reviewed_last, made_first, made_last, _ in rows:
        languages[language] += size
        if origin == Publication.Origin.OWN:
            days += [made_first.date(), made_last.date()]
        else:
            days += [day for day in (reviewed_first, reviewed_last) if day]
    own = any(row[0] == Publication.Origin.OWN for row in rows)
    return Overview(
        id=slug,
        origin=Publication.Origin.OWN if own else Publication.Origin.PARTNER,
        size=languages.total(),
        first=min(days, default=None),
        last=max(days, default=None),
        languages=tuple(languages.most_common()),
        changed_at=changed_at,
    )
