"""How well the lookup ranks, beside SQLite's FTS5, on folders of judged queries: `make bench JUDGED="DIR DIR"`.

FTS5 has claim and title with the Porter stemmer and is asked for any of the words but stop words, ordered by its bm25.
Both get the same documents and queries in one run. Where `make semantic` was run, the ranking by words and by meaning
is a third line, with what it cost to embed the documents.
"""

import sqlite3
import sys
import time
from contextlib import closing
from dataclasses import replace
from functools import partial
from pathlib import Path

from claims.search import folders, index, metrics, words
from claims.search.index import Entry
from claims.search.ranking import Meaning, Ranking
from claims.search.semantic.embedders import Unavailable, named

HITS = 20
FIGURES = ("map@1", "map@3", "map@5", "mrr", "recall@10")


def main(names: list[str]) -> None:
    for folder in map(Path, names):
        entries = list(folders.entries(folder))
        # Known by their places; the first is the newest, so that it stays before those that are like it.
        entries = [replace(entry, sequence=len(entries) - place) for place, entry in enumerate(entries)]
        languages = {words.primary(entry.language) for entry in entries}
        made = index.in_memory(entries)
        ranked = {"ours": Ranking(made, languages)}
        if meaning := near(entries):
            ranked["+ meaning"] = Ranking(made, languages, meaning)
        with closing(peer(entries)) as database:
            for split in sorted(path.parent.name for path in folder.glob("*/queries.jsonl")):
                queries = folders.queries(folder, split)
                judged = folders.judgements(folder, split)
                print(f"{folder.name} {split}, {len(queries)} queries, {len(entries)} documents")
                print(f"  {'':<10}" + "".join(f"{name:>11}" for name in FIGURES) + "   ms a query")
                own = [(name, partial(ours, ranking)) for name, ranking in ranked.items()]
                for name, rank in (("FTS5", partial(bm25, database)), *own):
                    begun = time.perf_counter()
                    run = {query: rank(text) for query, text in queries}
                    spent = (time.perf_counter() - begun) * 1000 / len(queries)
                    figures = metrics.measured(run, judged, run)
                    row = "".join(f"{figures[figure]:>11.4f}" for figure in FIGURES)
                    print(f"  {name:<10}{row}{spent:>13.2f}", flush=True)


def ours(ranking: Ranking, text: str) -> list[str]:
    return [hit.key for hit in ranking.rank(text, limit=HITS)]


def near(entries: list[Entry]) -> Meaning | None:
    """The extra, where it is installed."""
    try:
        embedder = named("minilm")
    except Unavailable as problem:
        print(f"Not by meaning: {problem}")
        return None
    # numpy comes with the extra.
    from claims.search.semantic.meaning import InMemory

    begun = time.perf_counter()
    made = InMemory(embedder, sorted((entry.sequence, entry.claim) for entry in entries))
    spent = time.perf_counter() - begun
    print(
        f"{len(entries)} claims embedded in {spent:.0f} s, {len(entries) / spent:.0f} a second.", flush=True
    )
    return made


def peer(entries: list[Entry]) -> sqlite3.Connection:
    database = sqlite3.connect(":memory:")
    database.execute(
        "CREATE VIRTUAL TABLE docs USING fts5(key UNINDEXED, claim, title, tokenize='porter unicode61')"
    )
    rows = ((entry.key, entry.claim, entry.title) for entry in entries)
    database.executemany("INSERT INTO docs VALUES (?, ?, ?)", rows)
    return database


def bm25(database: sqlite3.Connection, text: str) -> list[str]:
    asked = " OR ".join(f'"{word}"' for word in words.telling(words.words(text)))
    if not asked:
        return []
    found = database.execute(
        "SELECT key FROM docs WHERE docs MATCH ? ORDER BY bm25(docs) LIMIT ?", (asked, HITS)
    )
    return [key for (key,) in found]


if __name__ == "__main__":
    main(sys.argv[1:])
