from typing import Any

from django.core.management.base import BaseCommand, CommandError
from django.db import connection

from claims.guards import RECORD_GUARDS
from claims.models import Head
from claims.verification import verify_record
from sources.guards import missing


class Command(BaseCommand):
    help = "Checks the public record: chain, digests, times, redactions, and everything public against it."

    def handle(self, *args: Any, **options: Any) -> None:
        absent = missing(connection, RECORD_GUARDS)
        if absent:
            raise CommandError(f"The record is not guarded in this database: {', '.join(absent)} missing.")
        for problem in verify_record():
            raise CommandError(f"The record does not hold. First thing wrong: {problem}")
        head = Head.objects.get(pk=1)
        if not head.sequence:
            self.stdout.write("The record is empty.")
            return
        self.stdout.write(f"The record holds: {head.sequence} entries, head {head.entry_digest}.")
