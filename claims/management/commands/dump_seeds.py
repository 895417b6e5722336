from argparse import ArgumentParser
from pathlib import Path
from typing import Any

from django.core.management.base import BaseCommand

from claims.seeding import dump


class Command(BaseCommand):
    help = "Writes the current state as seed files: no chain, times, keys, users or imports."

    def add_arguments(self, parser: ArgumentParser) -> None:
        parser.add_argument("folder", type=Path, help="folder to write to")

    def handle(self, *args: Any, **options: Any) -> None:
        made, left_out = dump.contents()
        stale = dump.write(options["folder"], made)
        self.stdout.write(f"{len(made)} files written to {options['folder']}.")
        if left_out:
            self.stdout.write(f"Left out, because their text is not what is public: {', '.join(left_out)}.")
        if stale:
            self.stdout.write(
                f"Not written by this dump, look whether they are still wanted: {', '.join(stale)}."
            )
