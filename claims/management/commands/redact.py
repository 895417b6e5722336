from argparse import ArgumentParser
from typing import Any

from django.core.management.base import BaseCommand, CommandError
from django.utils import timezone

from claims import record, redacting


class Command(BaseCommand):
    help = (
        "Takes the body out of one entry of the public record, for good, and says so there with the reason. "
        "See docs/operations.md for what has to be done before and after."
    )

    def add_arguments(self, parser: ArgumentParser) -> None:
        parser.add_argument("sequence", type=int, metavar="SEQUENCE", help="the number of the entry")
        parser.add_argument(
            "--reason",
            required=True,
            help="why, in public and for ever: it must not say what was taken out",
        )

    def handle(self, *args: Any, **options: Any) -> None:
        sequence = options["sequence"]
        try:
            done = redacting.redact(sequence=sequence, reason=options["reason"], at=timezone.now())
        except (record.RedactionRefused, record.RecordMoved) as error:
            raise CommandError(f"Nothing was redacted. {error}") from error
        if done.withdrawal:
            self.stdout.write(
                f"Entry {done.withdrawal.sequence} withdraws the fact-check without its words, "
                f"in the place of entry {sequence}."
            )
        self.stdout.write(f"Entry {done.entry.sequence} redacts entry {sequence} ({done.entry.subject}).")
        if done.left:
            entries = ", ".join(map(str, done.left))
            self.stdout.write(f"Other entries about it still have their bodies: {entries}.")
        self.stdout.write(
            "Now empty the cache in front of the server; copies and backups keep what they have."
        )
