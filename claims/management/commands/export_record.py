import os
import tempfile
from argparse import ArgumentParser
from pathlib import Path
from typing import Any

from django.core.management.base import BaseCommand, CommandError

from claims.record import exported


class Command(BaseCommand):
    help = "Writes the public record into a file, an entry a line, for docs/verify_record.py and for mirrors."

    def add_arguments(self, parser: ArgumentParser) -> None:
        parser.add_argument(
            "file", type=Path, help="the file; one that is there is replaced when all is written"
        )

    def handle(self, *args: Any, **options: Any) -> None:
        path: Path = options["file"].expanduser().absolute()
        count = 0
        try:
            handle, draft = tempfile.mkstemp(prefix=f".{path.name}-", dir=path.parent)
            try:
                with os.fdopen(handle, "w", encoding="utf-8", newline="\n") as file:
                    for line in exported():
                        file.write(f"{line}\n")
                        count += 1
                    file.flush()
                    os.fsync(file.fileno())
                # All of it is public; mkstemp made it for its owner alone.
                Path(draft).chmod(0o644)
                Path(draft).replace(path)
            finally:
                Path(draft).unlink(missing_ok=True)
        except OSError as error:
            raise CommandError(
                f"{path} cannot be written ({error.strerror}): nothing was exported."
            ) from error
        self.stdout.write(f"{count} entries written to {path}.")
