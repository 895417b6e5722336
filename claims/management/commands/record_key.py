from argparse import ArgumentParser
from typing import Any

from django.core.management.base import BaseCommand, CommandError
from django.utils import timezone

from claims import record_keys, server_key
from claims.models import Head


class Command(BaseCommand):
    help = "Makes, shows or changes the key that signs the public record. See docs/operations.md."

    def add_arguments(self, parser: ArgumentParser) -> None:
        parser.add_argument(
            "action",
            choices=["ensure", "show", "rotate", "lost"],
            help=(
                "ensure: make the first key where the record has none; show: the record's key; rotate: a new key, "
                "endorsed by the old one; lost: a new key in the place of one that nobody has any more"
            ),
        )
        parser.add_argument(
            "--note", default="", help="what readers are told of the change; needed where a key was lost"
        )

    def handle(self, *args: Any, **options: Any) -> None:
        at, note = timezone.now(), options["note"]
        try:
            match options["action"]:
                case "ensure":
                    entry = record_keys.ensure(at=at)
                case "rotate":
                    entry = record_keys.rotate(note=note, at=at)
                case "lost":
                    entry = record_keys.declare_lost(note=note, at=at)
                case _:
                    entry = None
            self._say(entry.sequence if entry else None)
        except (record_keys.Refused, server_key.CannotSign) as error:
            raise CommandError(str(error)) from error

    def _say(self, sequence: int | None) -> None:
        key = Head.objects.get(pk=1).key
        if not key:
            self.stdout.write("The record is not signed: manage.py record_key ensure.")
            return
        if sequence:
            self.stdout.write(f"Entry {sequence} is the first that the key signs.")
        self.stdout.write(f"The record is signed by the key {key}.")
        place = "FACTCHECK_RECORD_KEY" if server_key.is_given() else f"{server_key.FILE} in the data folder"
        if server_key.has(key):
            self.stdout.write(f"This server has its private half ({place}).")
        else:
            self.stdout.write(
                "This server does not have its private half: it can serve readers, not publish."
            )
