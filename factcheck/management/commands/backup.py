from argparse import ArgumentParser
from pathlib import Path
from typing import Any

from django.conf import settings
from django.core.management.base import BaseCommand, CommandError
from django.utils import timezone

from factcheck.operations import Refused
from factcheck.operations.backup import backup


class Command(BaseCommand):
    help = "Writes database and keys into one file, while the server runs. See docs/operations.md."
    # A program with a fault in its settings still has data worth keeping.
    requires_system_checks = []

    def add_arguments(self, parser: ArgumentParser) -> None:
        parser.add_argument("target", type=Path, help="a folder, or the name of a new file that ends in .tar")
        parser.add_argument(
            "--keep",
            type=int,
            metavar="N",
            help="then remove the folder's older backups, but for the newest N",
        )

    def handle(self, *args: Any, **options: Any) -> None:
        try:
            made = backup(options["target"], at=timezone.now(), keep=options["keep"])
        except Refused as refusal:
            raise CommandError(str(refusal)) from refusal
        found = made.manifest.state
        self.stdout.write(f"Backup   {made.path}, {made.size:,} bytes, readable by its owner only.")
        head = (
            f"entry {found.sequence}, {found.entry_digest}" if found.sequence else "none: the record is empty"
        )
        self.stdout.write(f"Head     {head}")
        self.stdout.write(f"Keys     {', '.join(made.manifest.keys.values()) or 'none in the data folder'}")
        if settings.GIVEN_SECRET_KEY:
            self.stdout.write(
                "FACTCHECK_SECRET_KEY is given by the environment and is not in it: keep that key yourself."
            )
        if settings.RECORD_KEYS:
            self.stdout.write(
                "FACTCHECK_RECORD_KEY is given by the environment and is not in it: keep that key yourself, "
                "or nothing can be published after a restore."
            )
        for path in made.removed:
            self.stdout.write(f"Removed  {path}")
