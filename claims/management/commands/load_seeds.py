import contextlib
from argparse import ArgumentParser
from pathlib import Path
from typing import Any

from django.conf import settings
from django.core.management.base import BaseCommand, CommandError
from django.db import OperationalError
from django.utils import timezone

from claims import planning
from claims.seeding.files import SeedError
from claims.seeding.load import Report, load
from claims.server_key import CannotSign


class Command(BaseCommand):
    help = "Loads seed files and publishes what is new. Loading again changes nothing."

    def add_arguments(self, parser: ArgumentParser) -> None:
        parser.add_argument(
            "--seeds", type=Path, default=settings.BASE_DIR / "seeds", help="folder of seed files"
        )
        parser.add_argument(
            "--archive", type=Path, help="folder of archived texts; checks every quotation in them"
        )
        parser.add_argument(
            "--update", action="store_true", help="overwrite what editors changed with the files"
        )
        parser.add_argument("--dry-run", action="store_true", help="say what would be done, and do nothing")

    def handle(self, *args: Any, **options: Any) -> None:
        try:
            report = load(
                options["seeds"],
                at=timezone.now(),
                archive=options["archive"],
                update=options["update"],
                dry_run=options["dry_run"],
                say=self.stdout.write,
            )
        except (SeedError, CannotSign) as error:
            raise CommandError(f"Nothing was loaded. {error}") from error
        if report.changed and not options["dry_run"]:
            with contextlib.suppress(OperationalError):
                planning.refresh()
        self.stdout.write(summary(report, dry_run=options["dry_run"]))


def summary(report: Report, *, dry_run: bool) -> str:
    """The tally, a line per kind of record, and a last line that says what it comes to."""
    lines = [
        f"{kind:<14}" + ", ".join(f"{count} {outcome}" for outcome, count in sorted(counts.items()))
        for kind, counts in report.tally.items()
    ]
    if report.quotations:
        lines.append(
            f"{'quotations':<14}{report.quotations} hold in the archive; {report.texts} texts taken in"
        )
    if report.kept:
        lines.append(f"Kept as editors have them (--update takes the files): {', '.join(report.kept)}.")
    if report.merged:
        rows = [f"{subject} into {into}" for subject, into in sorted(report.merged.items())]
        lines.append(f"Merged at this desk, and not made again: {', '.join(rows)}.")
    if not report.changed:
        agrees = "" if report.kept or report.merged else ": the database already says what the seed files say"
        lines.append(f"Nothing to change{agrees}.")
    elif dry_run:
        lines.append(f"Nothing was changed; a load would publish {report.published} claims.")
    else:
        lines.append(f"{report.published} claims published.")
    return "\n".join(lines)
