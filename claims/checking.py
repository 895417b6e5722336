"""What of a text, or at an address, has been checked: what the page and the API for it show."""

from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from typing import Any
from urllib.parse import urlsplit

from django.urls import Resolver404, resolve

from claims import documents
from claims.links import link_key
from claims.models import Publication
from claims.search import indexed, keeping, lookup, matching
from claims.search.words import words
from sources.quotations.finding import Searched, TooMany
from sources.quotations.typed import literally

# Characters of a text, and fact-checks that an address leads to.
LONGEST, MOST = matching.LONGEST, 50

Document = dict[str, Any]


@dataclass(frozen=True, slots=True)
class Quoted:
    """Words of a quotation on our record as they stand in the text, exactly or but for typography."""

    start: int
    end: int
    words: str
    level: str


@dataclass(frozen=True, slots=True)
class Mark:
    """Why a part of the text leads to a fact-check: the words that both have and how sure it is; or a quotation.

    One that is `related` says what is near in meaning, and its words do not make it likely. `with_before`: the sentence
    was read with the one before it.
    """

    id: str
    sure: float
    shared: tuple[str, ...] = ()
    quotation: Quoted | None = None
    related: bool = False
    with_before: bool = False

    @property
    def very(self) -> bool:
        return self.sure >= matching.VERY_LIKELY


@dataclass(frozen=True, slots=True)
class Part:
    """text[start:end]: a sentence with its marks, or what stands between sentences, which has none."""

    start: int
    end: int
    text: str
    marks: tuple[Mark, ...] = ()
    with_before: bool = False


@dataclass(frozen=True, slots=True)
class Checked:
    """The parts of a text in order, which are all of it, and the served documents that its marks lead to, by id.

    `left_out` is how many characters at the end were not looked at.
    """

    parts: tuple[Part, ...]
    documents: dict[str, Document]
    left_out: int = 0


@dataclass(frozen=True, slots=True)
class AtAddress:
    """The outlined documents of the reviews that live at an address, and of those that cite it or appear there.

    Of each the newest MOST, and how many there are in all.
    """

    key: str
    reviews: tuple[Document, ...]
    citing: tuple[Document, ...]
    reviews_total: int
    citing_total: int


def check(text: str, *, base_url: str) -> Checked:
    """What in a text has been checked, by its sentences. Raises claims.search.store.Unusable."""
    ranking = keeping.ranking()
    looked_at = text[:LONGEST]
    with keeping.asking():
        matched = list(matching.matches(ranking, looked_at))
        perhaps = matching.perhaps_quoted(ranking, looked_at)
    found = {match.key for one in matched for match in one.matches}
    served = _served([*found, *perhaps], base_url=base_url)
    quoted = dict(_quoted(looked_at, (served[key] for key in perhaps if key in served)))
    parts = tuple(_parts(looked_at, matched, served.keys(), quoted))
    end = len(looked_at) if len(matched) < matching.MOST_SENTENCES else matched[-1].sentence.end
    shown = {mark.id for part in parts for mark in part.marks}
    return Checked(
        parts=parts,
        documents={key: document for key, document in served.items() if key in shown},
        left_out=len(text) - end if text[end:].strip() else 0,
    )


def at_address(address: str, *, base_url: str) -> AtAddress | None:
    """What is known of an address; None for a text that is none. Raises claims.search.store.Unusable."""
    key = link_key(address)
    if not key:
        return None
    ranking = keeping.ranking()
    with keeping.asking():
        here = _here(key, base_url)
        theirs, living = lookup.at_address(ranking, "review", key, without=here, limit=MOST)
        reviews = (*here, *theirs)
        links, cited = lookup.at_address(ranking, "link", key, without=reviews, limit=MOST)
    served = _served([*reviews, *links], base_url=base_url)
    shown = tuple(served[one] for one in reviews if one in served)
    citing = tuple(served[one] for one in links if one in served)
    return AtAddress(
        key=key,
        reviews=shown,
        citing=citing,
        # What an old index still has is left out of both.
        reviews_total=living + len(here) - len(reviews) + len(shown),
        citing_total=cited - len(links) + len(citing),
    )


def _here(key: str, base_url: str) -> tuple[str, ...]:
    """The fact-check whose page on this site the address is, or belongs to."""
    home = link_key(base_url) or urlsplit(base_url).netloc
    host, slash, path = key.partition("/")
    if host != home or not slash:
        return ()
    try:
        found = resolve(f"/{path.partition('?')[0]}/")
    except Resolver404:
        return ()
    return (found.kwargs["slug"],) if found.route.startswith("claims/<slug:slug>/") else ()


def _served(keys: Iterable[str], *, base_url: str) -> dict[str, Document]:
    """The documents that are published now: what an old index still has is not among them."""
    found: dict[str, Document] = {}
    for portion in indexed.portions(dict.fromkeys(keys)):
        rows = Publication.objects.published().for_documents().filter(slug__in=portion)
        found |= {document["id"]: document for document in documents.outlined_many(rows, base_url=base_url)}
    return found


def _quoted(text: str, served: Iterable[Document]) -> Iterator[tuple[str, list[Quoted]]]:
    """Where quotations of these fact-checks stand in the text, all stretches of each in their order."""
    searched = Searched(text)
    for document in served:
        spans: dict[tuple[int, int], Quoted] = {}
        for part in document["appearances"]:
            stretches = [segment["exact"] for segment in (part["quotation"] or {}).get("segments", ())]
            if sum(len(words(stretch)) for stretch in stretches) < matching.SHORTEST_QUOTED:
                continue
            try:
                windows = searched.windows([group for stretch in stretches for group in literally(stretch)])
            except TooMany:
                continue
            for window in windows:
                exact = all(
                    text[place.start : place.end] == stretch
                    for place, stretch in zip(window, stretches, strict=True)
                )
                start, end = window[0].start, window[-1].end
                level = "exact" if exact else "typographic"
                spans.setdefault((start, end), Quoted(start, end, text[start:end], level))
        if spans:
            yield document["id"], list(spans.values())


def _parts(
    text: str,
    matched: Iterable[matching.Matched],
    published: Iterable[str],
    quoted: dict[str, list[Quoted]],
) -> Iterator[Part]:
    there, at = set(published), 0
    for one in matched:
        start, end = one.sentence.start, one.sentence.end
        if at < start:
            yield Part(at, start, text[at:start])
        marks = [
            Mark(key, 1.0, quotation=found)
            for key, places in quoted.items()
            for found in places
            if found.start < end and start < found.end
        ]
        said = {mark.id for mark in marks}
        marks += [
            Mark(match.key, match.sure, match.shared, related=match.related, with_before=one.with_before)
            for match in one.matches
            if match.key in there and match.key not in said
        ]
        yield Part(start, end, text[start:end], tuple(marks), one.with_before)
        at = end
    if at < len(text):
        yield Part(at, len(text), text[at:])
