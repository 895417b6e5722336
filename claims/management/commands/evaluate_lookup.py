"""How well lookup and match rank, measured on a folder of judged queries."""

import json
import time
from argparse import ArgumentParser
from pathlib import Path
from typing import Any

from django.core.management.base import BaseCommand, CommandError

from claims.search import folders, index, metrics, words
from claims.search.ranking import Ranking

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
        made = index.in_memory(entries)
        ranking = Ranking(made, {words.primary(entry.language) for entry in entries})
        built = time.perf_counter()
        self.stdout.write(f"{len(entries)} documents indexed in {built - begun:.2f} s.")
        run = {query: [hit.key for hit in ranking.rank(text, limit=HITS)] for query, text in queries}
        seconds = time.perf_counter() - built
        figures = metrics.measured(run, judged, [query for query, _ in queries])
        self.stdout.write(
            json.dumps({"split": split, **figures, "seconds": round(seconds, 2)}, ensure_ascii=False)
        )
