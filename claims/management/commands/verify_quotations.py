from typing import Any

from django.core.management.base import BaseCommand, CommandError

from claims.readiness import owner_of, quotation_problems
from sources.models import Quotation, Snapshot


class Command(BaseCommand):
    help = "Checks every quotation to the character against the snapshots that this server holds."

    def handle(self, *args: Any, **options: Any) -> None:
        checked = failed = unheld = 0
        for snapshot in Snapshot.objects.held().select_related("source").iterator(chunk_size=50):
            problem = snapshot.text_problem()
            if problem:
                failed += 1
                self.stderr.write(f"{snapshot}: {problem}")
        for quotation in Quotation.objects.with_owners().iterator(chunk_size=200):
            if quotation.snapshot.text is None:
                unheld += 1
                continue
            checked += 1
            problems = quotation_problems(quotation)
            failed += bool(problems)
            for problem in problems:
                self.stderr.write(f"{owner_of(quotation)}: {problem}")
        tail = f" {unheld} could not be checked: this server does not hold their texts." if unheld else ""
        if failed:
            raise CommandError(f"{failed} of {checked} checks failed.{tail}")
        self.stdout.write(f"{checked} quotations hold.{tail}")
