"""The lookup: the fact-checks that answer a question, how many there are, and how many each filter would leave. Pure.

A few words have all to be there, in any form, anywhere in what is indexed of a fact-check; of a longer text most have
to. Where nothing has them all, the nearest are given and called that. The order is that of the ranking.
"""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field

import tantivy

from claims.search import index as indexes
from claims.search import words
from claims.search.matching import is_related
from claims.search.questions import SPEAKER, WITHOUT, WITHOUT_SPEAKER, Question, pieces
from claims.search.ranking import CLOSELY, Clause, Hit, Ranking

# So many words have all to be there; of more, MOST of them.
ALL, MOST = 8, 0.7
# A ranked list ends there: who wants more asks more narrowly.
DEEPEST = 1_000
NEAREST = 20
# Values of filters that are counted, the most frequent first.
_VALUES = 10_000
# Words of a question that are looked at for what they may have meant, and those of them that nothing has: of a question
# with more of either nothing is suggested. SPELLINGS is how many words a misspelt one is compared with, _TRIED of which
# are looked up, the likest first.
MOST_READ, MOST_UNKNOWN, SPELLINGS, _TRIED = 32, 8, 1_000, 8

Must, MustNot = tantivy.Occur.Must, tantivy.Occur.MustNot
Narrowed = Mapping[str, Sequence[Clause]]


@dataclass(frozen=True, slots=True)
class Found:
    """What answers a question.

    `keys` are those of the page asked for, in order, and `total` how many there are in all; with `is_nearest` nothing
    has all the words, and these are the nearest. `counts` say of each filter how many fact-checks each of its values
    would leave, under the question and the other filters. `meant` is the question in words that are there, or empty.
    `related` are those keys that are near in meaning alone (claims.search.matching).
    Neither is looked for where nobody asked (`counted`).
    """

    keys: tuple[str, ...] = ()
    total: int = 0
    is_nearest: bool = False
    counts: dict[str, dict[str, int]] = field(default_factory=dict)
    meant: str = ""
    related: frozenset[str] = frozenset()


def lookup(
    ranking: Ranking,
    question: Question,
    *,
    narrowed: Narrowed,
    newest_first: bool = False,
    offset: int = 0,
    limit: int,
    counted: bool = True,
) -> Found:
    """The answers to a question that has words or signs. `narrowed` are the clauses of each filter that is set."""
    asked = _asked(ranking, question)
    filters = [clause for clauses in narrowed.values() for clause in clauses]
    total = _count(ranking, [*asked, *filters])
    if not total:
        nearest = _nearest(ranking, question, filters)
        meant = _meant(ranking, question) if counted else ""
        # A filter that leaves nothing: what its other values would leave is what a reader wants to know now.
        counts = _counts(ranking, asked, narrowed) if counted and narrowed else {}
        return Found(
            keys=tuple(hit.key for hit in nearest),
            is_nearest=True,
            counts=counts if any(counts.values()) else {},
            meant=meant,
            related=frozenset(hit.key for hit in nearest if is_related(hit)),
        )
    offset = min(offset, DEEPEST)
    if newest_first or not question.words:
        keys = _newest(ranking, [*asked, *filters], offset=offset, limit=limit)
    else:
        hits = ranking.rank(
            question.words, limit=offset + limit, narrowed=[*asked, *filters], anywhere=bool(asked)
        )
        keys = tuple(hit.key for hit in hits[offset:])
    counts = _counts(ranking, asked, narrowed) if counted else {}
    return Found(keys=keys, total=total, counts=counts)


def having(**values: Iterable[str]) -> list[Clause]:
    """The clauses of a filter by identifiers: any of the values, each of the filter of that name."""
    terms = [f"{name}:{value}" for name, given in values.items() for value in given]
    return [(Must, indexes.any_of(terms, field=indexes.FILTERS))] if terms else []


def between(name: str, *, first: int | None, last: int | None) -> list[Clause]:
    """The clauses of a filter by days (ordinals), both ends among them."""
    if first is None and last is None:
        return []
    kind = tantivy.FieldType.Integer
    query = tantivy.Query.range_query(indexes.schema(), name, kind, first, last)
    return [(Must, query)]


def _asked(ranking: Ranking, question: Question) -> list[Clause]:
    """What every answer has to meet: its words, phrases, exclusions and speakers."""
    found: list[Clause] = []
    telling = words.telling(words.words(question.words))
    parts = [_any_form(ranking, word) for word in telling]
    if parts and len(parts) <= ALL:
        found += [(Must, part) for part in parts]
    elif parts:
        least = int(len(parts) * MOST)
        either = [(tantivy.Occur.Should, part) for part in parts]
        found.append((Must, tantivy.Query.boolean_query(either, minimum_number_should_match=least)))
    found += [(Must, _phrase(ranking, phrase)) for phrase in question.phrases if words.words(phrase)]
    found += _by_signs(ranking, question)
    if found and all(occur is MustNot for occur, _ in found):
        found.append((Must, tantivy.Query.all_query()))
        found.append((MustNot, tantivy.Query.term_query(indexes.schema(), indexes.KEY, indexes.HEAD)))
    return found


def _by_signs(ranking: Ranking, question: Question) -> list[Clause]:
    """Who has to have said it, who not, and what must not be there: what holds for the nearest too."""
    found = [(MustNot, _phrase(ranking, phrase)) for phrase in question.without if words.words(phrase)]
    for speaker in question.speakers:
        found += _named(ranking, speaker)
    for speaker in question.without_speakers:
        if named := _named(ranking, speaker):
            found.append((MustNot, tantivy.Query.boolean_query(named)))
    return found


def _named(ranking: Ranking, speaker: str) -> list[Clause]:
    return [(Must, _any_form(ranking, word, indexes.SPEAKER)) for word in words.words(speaker)]


def _any_form(ranking: Ranking, word: str, where: str = indexes.MORE) -> tantivy.Query:
    forms = sorted(words.forms(word, ranking.languages))
    return tantivy.Query.const_score_query(indexes.any_of(forms, field=where), 0.0)


def _phrase(ranking: Ranking, phrase: str) -> tantivy.Query:
    """The words next to each other, each in any form that one language gives them."""
    found = words.words(phrase)
    if len(found) == 1:
        return _any_form(ranking, found[0])
    ways = {tuple(found), *(tuple(words.stems(found, language)) for language in ranking.languages)}
    queries = [tantivy.Query.phrase_query(indexes.schema(), indexes.MORE, list(way)) for way in sorted(ways)]
    return tantivy.Query.const_score_query(tantivy.Query.disjunction_max_query(queries), 0.0)


def _count(ranking: Ranking, clauses: Sequence[Clause]) -> int:
    if not clauses:
        return 0
    query = tantivy.Query.boolean_query(list(clauses))
    # Its stub does not know the count that it is asked for.
    return int(ranking.searcher.search(query, limit=1, count=True).count)  # type: ignore[attr-defined]


def _newest(ranking: Ranking, clauses: Sequence[Clause], *, offset: int, limit: int) -> tuple[str, ...]:
    return tuple(key for _, key in newest(ranking, clauses, offset=offset, limit=limit))


def newest(
    ranking: Ranking, clauses: Sequence[Clause], *, offset: int = 0, limit: int
) -> tuple[tuple[int, str], ...]:
    """What meets all clauses (one at least), the newest on the record first: sequence and key."""
    query = tantivy.Query.boolean_query(list(clauses))
    found = ranking.searcher.search(
        query, limit=limit, offset=offset, count=False, order_by_field=indexes.SEQUENCE
    )
    documents = (ranking.searcher.doc(address) for _, address in found.hits)
    return tuple(
        (int(document.get_first(indexes.SEQUENCE) or 0), str(document.get_first(indexes.KEY)))
        for document in documents
    )


def _nearest(ranking: Ranking, question: Question, filters: Sequence[Clause]) -> list[Hit]:
    """What has some of the words, or is only related, within the filters, by the speakers, without what is excluded."""
    kept = _by_signs(ranking, question)
    hits = ranking.rank(question.words, limit=min(NEAREST, CLOSELY), narrowed=[*kept, *filters])
    # Where meaning is looked at, what has none of the words has to be near enough to be called related.
    return [hit for hit in hits if hit.shared or ranking.meaning is None or is_related(hit)]


def _counts(ranking: Ranking, asked: Sequence[Clause], narrowed: Narrowed) -> dict[str, dict[str, int]]:
    """How many fact-checks each value of each filter would leave, under the question and the other filters."""
    everything = _values(ranking, [*asked, *(clause for clauses in narrowed.values() for clause in clauses)])
    for name in narrowed:
        if name in indexes.COUNTED:
            others = [clause for other, clauses in narrowed.items() if other != name for clause in clauses]
            own = _values(ranking, [*asked, *others])
            for counted in ("rating", "label") if name == "rating" else (name,):
                everything[counted] = own.get(counted, {})
    return everything


def _values(ranking: Ranking, clauses: Sequence[Clause]) -> dict[str, dict[str, int]]:
    query = tantivy.Query.boolean_query(list(clauses)) if clauses else tantivy.Query.all_query()
    terms = {"values": {"terms": {"field": indexes.FACETS, "size": _VALUES, "segment_size": _VALUES}}}
    answered = ranking.searcher.aggregate(query, terms)
    found: dict[str, dict[str, int]] = {name: {} for name in indexes.COUNTED}
    for bucket in answered["values"]["buckets"]:
        name, _, value = str(bucket["key"]).partition(":")
        found[name][value] = int(bucket["doc_count"])
    return found


def _meant(ranking: Ranking, question: Question) -> str:
    """The question, with its signs, in which each word that nothing has is replaced by the likest that something has.

    Empty where there is none, and for a question of more than MOST_READ words or MOST_UNKNOWN that nothing has.
    """
    made, at, read, unknown = "", 0, 0, 0
    for piece in pieces(question.asked):
        if piece.sign in (WITHOUT, WITHOUT_SPEAKER):
            continue
        where = indexes.SPEAKER if piece.sign == SPEAKER else indexes.MORE
        for start, end, found in words.placed(piece.text):
            read += 1
            if read > MOST_READ:
                return ""
            if len(found) != 1 or found[0] in words.COMMON or _is_there(ranking, found[0], where):
                continue
            unknown += 1
            if unknown > MOST_UNKNOWN:
                return ""
            if likest := _likest(ranking, found[0], where):
                made += question.asked[at : piece.start + start] + likest
                at = piece.start + end
    return " ".join((made + question.asked[at:]).split()) if made else ""


def _is_there(ranking: Ranking, word: str, where: str) -> bool:
    """Whether something has the word in any form. What the engine keeps of the deleted is no such thing."""
    forms = words.forms(word, ranking.languages)
    return any(ranking.searcher.doc_freq(where, form) for form in forms) and bool(
        _count(ranking, [(Must, _any_form(ranking, word, where))])
    )


def _likest(ranking: Ranking, word: str, where: str) -> str:
    """The word at the least distance that begins alike, the more frequent of two; empty where none is near."""
    most = 0 if len(word) < 4 else 1 if len(word) < 8 else 2
    if not most:
        return ""
    alike = tantivy.Query.fuzzy_term_query(indexes.schema(), indexes.SPELLED, word, distance=most)
    known = ranking.searcher.terms_with_prefix(indexes.SPELLED, word[:1], limit=SPELLINGS, filter_query=alike)
    near = sorted(
        (distance, -count, other)
        for other, count in known
        if abs(len(other) - len(word)) <= most
        for distance in [_distance(word, other, most)]
        if distance <= most
    )
    for _, _, other in near[:_TRIED]:
        spelled = indexes.any_of([other], field=indexes.SPELLED)
        if _count(ranking, [(Must, spelled)]) and _is_there(ranking, other, where):
            return other
    return ""


def _distance(one: str, other: str, most: int) -> int:
    """How many letters are wrong, missing, too many or swapped with the next; more than `most` is `most` + 1."""
    before: list[int] = []
    row = list(range(len(other) + 1))
    for at, letter in enumerate(one, start=1):
        last, before, row = before, row, [at]
        for place, there in enumerate(other, start=1):
            cost = min(row[-1] + 1, before[place] + 1, before[place - 1] + (letter != there))
            if at > 1 and place > 1 and letter == other[place - 2] and one[at - 2] == there:
                cost = min(cost, last[place - 2] + 1)
            row.append(cost)
        if min(row) > most:
            return most + 1
    return min(row[-1], most + 1)


def at_address(
    ranking: Ranking, name: str, key: str, *, without: Iterable[str] = (), limit: int
) -> tuple[tuple[str, ...], int]:
    """The fact-checks that live at an address (`review`) or cite it (`link`), the newest first, and how many there are.

    Those `without` are left out.
    """
    left_out = list(without)
    clauses = having(**{name: [key]})
    if left_out:
        clauses.append((MustNot, indexes.any_of(left_out, field=indexes.KEY)))
    total = _count(ranking, clauses)
    return (_newest(ranking, clauses, offset=0, limit=limit) if total else ()), total
