"""The lookup's index, built anew from what is published."""

from argparse import ArgumentParser
from typing import Any

from django.conf import settings
from django.core.management.base import BaseCommand, CommandError

from claims.management.bars import index_bar
from claims.search import keeping
from claims.search.store import Unusable


class Command(BaseCommand):
    help = (
        "Builds the index of the lookup anew beside the old one, which answers until the new one takes its place. "
        "With --if-needed it is only brought up to date where that is enough. Where an embedder is set, what has no "
        "vector yet is embedded afterwards."
    )

    def add_arguments(self, parser: ArgumentParser) -> None:
        parser.add_argument(
            "--if-needed", action="store_true", help="build it anew only where it cannot be used"
        )

    def handle(self, *_: Any, **options: Any) -> None:
        try:
            if options["if_needed"]:
                built = keeping.bring_up(told=index_bar)
                self.stdout.write("The index was built anew." if built else "The index is up to date.")
            else:
                count = keeping.reindex(told=index_bar)
                self.stdout.write(f"The index was built anew: {count} fact-checks.")
        except (Unusable, OSError) as error:
            raise CommandError(f"{error} The old index, if there is one, stays.") from error
        if settings.EMBEDDER:
            self._embed(anew=not options["if_needed"])

    def _embed(self, *, anew: bool) -> None:
        from claims.search import embedding
        from claims.search.semantic.embedders import Unavailable

        try:
            count = embedding.bring_up(keeping.folder(), anew=anew, told=index_bar)
        except (Unavailable, Unusable, OSError) as error:
            self.stderr.write(f"Looking up goes by words alone: {error}")
        else:
            self.stdout.write(f"Fact-checks that were embedded: {count}.")
