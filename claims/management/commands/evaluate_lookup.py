"""How well lookup and match rank, measured on a folder of judged queries."""

import json
import time
from argparse import ArgumentParser
from dataclasses import replace
from pathlib import Path
from typing import Any

from django.conf import settings
from django.core.management.base import BaseCommand, CommandError

from claims.search import folders, index, metrics, words
from claims.search.index import Entry
from claims.search.ranking import Meaning, Ranking

HITS = 20


class Command(BaseCommand):
    help = (
        "Ranks the queries of DIR/NAME against the documents of DIR/docs.jsonl, in an index that is thrown away, by "
        "the function that lookup and match use. The last line is one JSON object with the figures."
    )
    # Nothing of the database is asked.
    requires_system_checks = ()

    def add_arguments(self, parser: ArgumentParser) -> None:
        parser.add_argument("folder", metavar="DIR", type=Path)
        parser.add_argument("--split", metavar="NAME", required=True)

    def handle(self, *_: Any, **options: Any) -> None:
        folder, split = options["folder"], options["split"]
        try:
            entries = list(folders.entries(folder))
            queries = folders.queries(folder, split)
            judged = folders.judgements(folder, split)
        except folders.Unreadable as error:
            raise CommandError(str(error)) from error
        if not any(judged.get(query) for query, _ in queries):
            raise CommandError(
                f"{folder / split}: no query has a document that answers it: nothing to measure."
            )
        begun = time.perf_counter()
        meaning = None
        if settings.EMBEDDER:
            # Known by their places; the first is the newest, so that it stays before those that are like it.
            entries = [replace(entry, sequence=len(entries) - place) for place, entry in enumerate(entries)]
            meaning = self._meaning(entries)
        made = index.in_memory(entries)
        ranking = Ranking(made, {words.primary(entry.language) for entry in entries}, meaning)
        built = time.perf_counter()
        ranked = f"by words and by meaning ({settings.EMBEDDER})" if meaning else "by words"
        self.stdout.write(
            f"{len(entries)} documents indexed in {built - begun:.2f} s, to be ranked {ranked}."
        )
        run = {query: [hit.key for hit in ranking.rank(text, limit=HITS)] for query, text in queries}
        seconds = time.perf_counter() - built
        figures = metrics.measured(run, judged, [query for query, _ in queries])
        self.stdout.write(
            json.dumps({"split": split, **figures, "seconds": round(seconds, 2)}, ensure_ascii=False)
        )

    def _meaning(self, entries: list[Entry]) -> Meaning | None:
        """The extra that is not imported unless it is set."""
        from claims.search import embedding
        from claims.search.semantic.embedders import Unavailable

        try:
            return embedding.thrown_away((entry.sequence, entry.claim) for entry in entries)
        except Unavailable as problem:
            self.stderr.write(f"Ranked by words alone: {problem}")
            return None
