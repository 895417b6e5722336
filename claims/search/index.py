"""What the index holds of a fact-check, and how its words are asked for. Pure; Tantivy is the engine.

Claim and title are indexed together, since either alone is ranked worse. The summary, the speaker and whatever else
names a claim stand in a second field, which a reader's few words may meet and the ranking counts less.
"""

import datetime as dt
import json
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass, field
from functools import cache

import tantivy

from claims.search import words

# Raised whenever an index made before would not answer as one made now.
VERSION = 3

CLAIM, MORE, SPEAKER, SPELLED, KEY, STEMS = "claim", "more", "speaker", "spelled", "key", "stems"
FILTERS, FACETS, SEQUENCE, BEGINS = "filters", "facets", "sequence", "begins"
# A quotation is found by its first words, so many; one with fewer than the second number is found by its claim alone.
BEGINNING, SHORTEST = 4, 3
# Filters whose values are counted; the others have too many.
COUNTED = ("rating", "attribution", "label", "origin", "language", "kind", "speaker", "topic", "publisher")
# Days, as ordinals of the Gregorian calendar: when the claim was made, when the fact-check was first published here,
# and the newer of the days on which the claim was made and its review was published, wherever that was.
DAYS = ("claimed", "published", "dated")
# The key of the one document that says what the index is of; no fact-check is called so.
HEAD = "the head of the record"
_PLAIN = "plain"


@dataclass(frozen=True, slots=True)
class Entry:
    """A fact-check as it is indexed.

    `key` calls it back. `more` is everything besides claim, title and summary by which it may be found, each part a
    text; `speaker` are the speaker's names; `filters` are identifiers by the name of their filter, `days` dates by
    theirs (DAYS); `quotations` are quoted words, a text for each stretch without an elision; `sequence` is its place on
    the record, larger is newer.
    """

    key: str
    claim: str
    title: str = ""
    summary: str = ""
    language: str = "en"
    more: tuple[str, ...] = ()
    speaker: str = ""
    filters: Mapping[str, Iterable[str]] = field(default_factory=dict)
    days: Mapping[str, dt.date] = field(default_factory=dict)
    quotations: tuple[str, ...] = ()
    sequence: int = 0


@cache
def schema() -> tantivy.Schema:
    builder = tantivy.SchemaBuilder()
    builder.add_text_field(KEY, stored=True, tokenizer_name="raw", index_option="basic")
    builder.add_text_field(CLAIM, tokenizer_name=_PLAIN, index_option="position")
    builder.add_text_field(MORE, tokenizer_name=_PLAIN, index_option="position")
    # Words as they are written, of claim, title and speaker: what a misspelt word may have meant.
    builder.add_text_field(SPELLED, tokenizer_name=_PLAIN, index_option="basic")
    builder.add_text_field(SPEAKER, tokenizer_name=_PLAIN, index_option="position")
    # What the ranking reads of a candidate: the stems of claim, title and summary.
    builder.add_text_field(STEMS, stored=True, tokenizer_name="raw", index_option="basic")
    builder.add_text_field(FILTERS, tokenizer_name="raw", index_option="basic")
    builder.add_text_field(FACETS, tokenizer_name="raw", index_option="basic", fast=True)
    builder.add_text_field(BEGINS, tokenizer_name="raw", index_option="basic")
    builder.add_integer_field(SEQUENCE, stored=True, indexed=True, fast=True)
    for name in DAYS:
        builder.add_integer_field(name, indexed=True, fast=True)
    return builder.build()


@dataclass(frozen=True, slots=True)
class Head:
    """What an index is of: the record up to an entry, and the languages (primary tags) of the texts in it."""

    sequence: int
    entry_digest: str
    languages: frozenset[str]
    version: int


def opened(path: str | None = None) -> tantivy.Index:
    """The index in a folder, made where there is none; in memory where no folder is named."""
    index = tantivy.Index(schema(), path=path)
    plain = tantivy.TextAnalyzerBuilder(tantivy.Tokenizer.whitespace()).build()
    index.register_tokenizer(_PLAIN, plain)
    return index


def document(entry: Entry) -> tantivy.Document:
    """An entry as the engine takes it."""
    claim, title, summary, speaker, *more = (
        words.stems(words.words(text), entry.language)
        for text in (entry.claim, entry.title, entry.summary, entry.speaker, *entry.more)
    )
    made = tantivy.Document()
    made.add_text(KEY, entry.key)
    made.add_text(CLAIM, " ".join([*claim, *title]))
    # A phrase ends with its part: what stands between two values is no neighbourhood.
    for part in (claim, title, summary, speaker, *more):
        made.add_text(MORE, " ".join(part))
    made.add_text(SPEAKER, " ".join(speaker))
    made.add_text(SPELLED, " ".join(words.words(f"{entry.claim} {entry.title} {entry.speaker}")))
    made.add_text(STEMS, json.dumps([" ".join(part) for part in (claim, title, summary)], ensure_ascii=False))
    for name, values in entry.filters.items():
        for value in values:
            made.add_text(FILTERS, f"{name}:{value}")
            if name in COUNTED:
                made.add_text(FACETS, f"{name}:{value}")
    for quoted in entry.quotations:
        found = words.words(quoted)
        if len(found) >= SHORTEST:
            made.add_text(BEGINS, " ".join(found[:BEGINNING]))
    made.add_integer(SEQUENCE, entry.sequence)
    for name, day in entry.days.items():
        made.add_integer(name, day.toordinal())
    return made


def language_of(entry: Entry) -> str:
    """The language of an entry's words, as `Head.languages` has it."""
    return words.primary(entry.language)


def head_document(head: Head) -> tantivy.Document:
    made = tantivy.Document()
    made.add_text(KEY, HEAD)
    stated = {
        "sequence": head.sequence,
        "entry_digest": head.entry_digest,
        "languages": sorted(head.languages),
        "version": head.version,
    }
    made.add_text(STEMS, json.dumps(stated))
    return made


def head_of(index: tantivy.Index) -> Head | None:
    """What the index says that it is of; None where it says nothing, as one does that was never finished."""
    searcher = index.searcher()
    found = searcher.search(tantivy.Query.term_query(schema(), KEY, HEAD), limit=1).hits
    if not found:
        return None
    stated = json.loads(searcher.doc(found[0][1]).get_first(STEMS) or "{}")
    return Head(
        sequence=stated["sequence"],
        entry_digest=stated["entry_digest"],
        languages=frozenset(stated["languages"]),
        version=stated["version"],
    )


def stems_of(found: tantivy.Document) -> list[list[str]]:
    """The stems of claim, title and summary of a document, each in order."""
    text: str = found.get_first(STEMS) or "[]"
    return [part.split() for part in json.loads(text)]


def own_stems(entry: Entry) -> list[list[str]]:
    """The stems of claim, title and summary of an entry, each in order, as its document has them."""
    return [
        words.stems(words.words(text), entry.language) for text in (entry.claim, entry.title, entry.summary)
    ]


def any_of(values: Iterable[str], *, field: str = CLAIM) -> tantivy.Query:
    """Documents that have one of the stems in the field; the best of them counts."""
    queries = [tantivy.Query.term_query(schema(), field, value) for value in values]
    return queries[0] if len(queries) == 1 else tantivy.Query.disjunction_max_query(queries)


def in_memory(entries: Iterable[Entry]) -> tantivy.Index:
    """A throwaway index of the entries."""
    index = opened()
    writer = index.writer(heap_size=50_000_000, num_threads=1)
    for entry in entries:
        writer.add_document(document(entry))
    writer.commit()
    writer.wait_merging_threads()
    index.reload()
    return index


def keys(index: tantivy.Index, found: Iterable[tuple[float, tantivy.DocAddress]]) -> Iterator[str]:
    searcher = index.searcher()
    for _, address in found:
        yield str(searcher.doc(address).get_first(KEY))
