from argparse import ArgumentParser
from pathlib import Path
from typing import Any

from django.conf import settings
from django.core.management.base import BaseCommand, CommandError

from claims import record_keys
from factcheck import datadir
from factcheck.operations import Refused
from factcheck.operations.restore import forget_own_key, restore


class Command(BaseCommand):
    help = "Restores a backup into an empty data folder, or an empty PostgreSQL database. See docs/operations.md."
    requires_system_checks = []

    def run_from_argv(self, argv: list[str]) -> None:
        try:
            super().run_from_argv(argv)
        except SystemExit:
            # Also after a mistyped command: a key left here would be in the way of the next one.
            forget_own_key(settings.DATA_DIR)
            raise

    def add_arguments(self, parser: ArgumentParser) -> None:
        parser.add_argument("file", type=Path, help="the file that manage.py backup made")

    def handle(self, *args: Any, **options: Any) -> None:
        try:
            done = restore(options["file"].expanduser().absolute())
        except Refused as refusal:
            raise CommandError(str(refusal)) from refusal
        found, keys = done.manifest.state, done.manifest.keys.values()
        self.stdout.write(f"Restored the backup of {done.manifest.made_at} into {settings.DATA_DIR}.")
        if done.migrated:
            self.stdout.write(f"Applied {done.migrated} migrations that are newer than the backup.")
        head = f"{found.sequence} entries, head {found.entry_digest}" if found.sequence else "no entries yet"
        self.stdout.write(f"The guards stand and the record holds: {head}.")
        self.stdout.write(
            "Compare it with the last head that you kept: later entries are not in this backup."
        )
        if warning := record_keys.warning():
            self.stdout.write(warning)
        if datadir.SECRET_KEY_FILE not in keys and not settings.GIVEN_SECRET_KEY:
            self.stdout.write(
                "The backup holds no secret key, so a new one was made and everybody has to sign in again: "
                "to keep the old one, set FACTCHECK_SECRET_KEY as it was."
            )
        elif datadir.SECRET_KEY_FILE in keys and settings.GIVEN_SECRET_KEY:
            self.stdout.write(
                "FACTCHECK_SECRET_KEY is set: it is used, and not the secret key of the backup that lies in the folder."
            )
