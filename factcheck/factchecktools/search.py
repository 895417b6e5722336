"""What answers a question to claims:search: the lookup's ranking under three filters of this API's own.

By words the likeliest come first, as in the lookup. A text that nothing has the words of, such as a pasted paragraph,
is answered by what its sentences are likely about (claims.search.matching), and by nothing where they are likely about
nothing. Without words, under a site, the newest on the record come first.
"""

import datetime as dt
from dataclasses import dataclass

from django.db.models import Q

from claims import looking_up
from claims.choices import Choices
from claims.models import Publication
from claims.partners import publishers
from claims.search import index as indexes
from claims.search import keeping, lookup, matching, plain
from claims.search.lookup import DEEPEST
from claims.search.questions import question
from claims.search.ranking import Clause, Ranking
from claims.search.store import Unusable
from factcheck.factchecktools.languages import chosen
from factcheck.factchecktools.parameters import Search
from factcheck.factchecktools.tokens import Place


@dataclass(frozen=True, slots=True)
class Page:
    """A page of publications in order, and where the next one begins, None after the last.

    `is_settled` is false where the index could not be used or lacks what was published last: the same question may have
    another answer before the record grows.
    """

    rows: tuple[Publication, ...] = ()
    next: Place | None = None
    is_settled: bool = True


@dataclass(frozen=True, slots=True)
class _Narrowed:
    """A question's filters, ready to be asked: language tags (None for any), a site, ours or not, the first day."""

    tags: list[str] | None
    site: str
    is_own: bool
    since: dt.date | None

    def clauses(self) -> list[Clause]:
        """For the index."""
        found = lookup.having(language=self.tags) if self.tags is not None else []
        if self.site:
            found += lookup.having(origin=["own"]) if self.is_own else lookup.having(site=[self.site])
        if self.since:
            found += lookup.between("dated", first=self.since.toordinal(), last=None)
        return found

    def condition(self) -> Q:
        """For the database."""
        found = Q() if self.tags is None else Q(language__in=self.tags)
        if self.site and self.is_own:
            found &= Q(origin=Publication.Origin.OWN)
        elif self.site:
            slug, _ = publishers.known().get(self.site, ("", ""))
            found &= Q(publisher__slug=slug, origin=Publication.Origin.PARTNER)
        if self.since:
            first = dt.datetime.combine(self.since, dt.time.min, dt.UTC)
            found &= (
                Q(claimed_on__gte=self.since)
                | Q(origin=Publication.Origin.OWN, first_published_at__gte=first)
                | Q(origin=Publication.Origin.PARTNER, reviewed_on__gte=self.since)
            )
        return found


def page(asked: Search, *, at: Place | None, today: dt.date, house: str) -> Page:
    """The page of answers that begins at `at`, or at the question's offset.

    `today` is the day in UTC from which ages are counted on a first page; `house` is the host at which this server's
    own fact-checks are served.
    """
    tags = chosen(asked.language, (tag for tag, _ in Choices().of("language"))) if asked.language else None
    if tags == [] or (asked.query.strip() and not looking_up.asks(asked.query)):
        return Page()
    day = at.day if at else today
    since = dt.date.fromordinal(max(1, day.toordinal() - asked.days)) if asked.days else None
    is_own = bool(asked.site) and asked.site in {house, *publishers.own_sites()}
    narrowed = _Narrowed(tags, asked.site, is_own, since)
    by = _Ranked if asked.query.strip() else _Listed
    try:
        kept = keeping.current()
        with keeping.asking():
            rows, following = by.index(asked, narrowed, at.place if at else None, kept.ranking)
        is_settled = not kept.is_behind
    except Unusable as problem:
        keeping.complain("The search is answered by the database alone", problem)
        rows, following = by.database(asked, narrowed, at.place if at else None)
        is_settled = False
    return Page(rows, None if following is None else Place(following, day), is_settled)


_Found = tuple[tuple[Publication, ...], int | None]


class _Ranked:
    """By words: a place is the number of answers before it, of which there are at most DEEPEST."""

    @staticmethod
    def index(asked: Search, narrowed: _Narrowed, place: int | None, ranking: Ranking) -> _Found:
        start = asked.offset if place is None else place
        if start >= DEEPEST:
            return (), None
        clauses = narrowed.clauses()
        about = question(asked.query)
        found = lookup.lookup(
            ranking, about, narrowed={"all": clauses}, offset=start, limit=asked.size, counted=False
        )
        keys, total = found.keys, min(found.total, DEEPEST)
        if found.is_nearest:
            # What has some of the words is mostly about something else.
            is_narrowed = about.without or about.speakers
            likely = [] if is_narrowed else _likely(ranking, asked.query, clauses)
            keys, total = tuple(likely[start : start + asked.size]), len(likely)
        following = start + asked.size
        return looking_up.published(keys[: DEEPEST - start]), following if following < total else None

    @staticmethod
    def database(asked: Search, narrowed: _Narrowed, place: int | None) -> _Found:
        start = asked.offset if place is None else place
        rows = plain.lookup(asked.query, Publication.objects.published().for_documents())
        found = list(rows.filter(narrowed.condition())[start : start + asked.size + 1])
        following = start + asked.size
        return tuple(found[: asked.size]), following if len(found) > asked.size else None


class _Listed:
    """Without words: a place is a sequence of the record, below which the page begins, however many there are."""

    @staticmethod
    def index(asked: Search, narrowed: _Narrowed, place: int | None, ranking: Ranking) -> _Found:
        clauses = narrowed.clauses()
        if place is not None:
            clauses += lookup.between(indexes.SEQUENCE, first=None, last=place - 1)
        offset = asked.offset if place is None else 0
        found = lookup.newest(ranking, clauses, offset=offset, limit=asked.size + 1)
        page = found[: asked.size]
        following = page[-1][0] if len(found) > asked.size else None
        return looking_up.published(key for _, key in page), following

    @staticmethod
    def database(asked: Search, narrowed: _Narrowed, place: int | None) -> _Found:
        rows = Publication.objects.published().for_documents().filter(narrowed.condition())
        if place is not None:
            rows = rows.filter(sequence__lt=place)
        offset = asked.offset if place is None else 0
        found = list(rows[offset : offset + asked.size + 1])
        following = found[asked.size - 1].sequence if len(found) > asked.size else None
        return tuple(found[: asked.size]), following


def _likely(ranking: Ranking, text: str, clauses: list[Clause]) -> list[str]:
    """The fact-checks that the sentences of a text are likely about, the surest first."""
    sure: dict[str, float] = {}
    for matched in matching.matches(ranking, text, narrowed=tuple(clauses)):
        for match in matched.matches:
            # Its answer has no place to say that something is only related.
            if match.related:
                continue
            sure[match.key] = max(sure.get(match.key, 0.0), match.sure)
    return sorted(sure, key=lambda key: (-sure[key], key))
