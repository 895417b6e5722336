from argparse import ArgumentParser, ArgumentTypeError
from typing import Any

from django.core.management.base import BaseCommand, CommandError
from django.db import connection
from django.utils import timezone

from claims import legible
from claims.chain import known_head
from claims.guards import RECORD_GUARDS, SIGNATURE_GUARDS
from claims.keyring import Keyring
from claims.models import Head
from claims.record import ahead
from claims.verification import known_head_problem, verify_quotations, verify_record
from sources.guards import missing


def _head(text: str) -> tuple[int | None, str]:
    try:
        return known_head(text)
    except ValueError as error:
        raise ArgumentTypeError(str(error)) from error


class Command(BaseCommand):
    help = (
        "Checks the public record: chain, digests, times, redactions, signatures, everything public against it, and "
        "the quotations on it whose texts this server holds."
    )

    def add_arguments(self, parser: ArgumentParser) -> None:
        parser.add_argument(
            "--known-head",
            type=_head,
            metavar="SEQUENCE:DIGEST",
            help="a head that you kept, or its digest alone: does the record still continue it?",
        )

    def handle(self, *args: Any, **options: Any) -> None:
        absent = missing(connection, (*RECORD_GUARDS, *SIGNATURE_GUARDS))
        if absent:
            raise CommandError(f"The record is not guarded in this database: {', '.join(absent)} missing.")
        keys = Keyring()
        for problem in verify_record(keys):
            raise CommandError(legible.printable(f"The record does not hold. First thing wrong: {problem}"))
        if options["known_head"]:
            sequence, entry_digest = options["known_head"]
            lost = known_head_problem(sequence=sequence, entry_digest=entry_digest)
            if lost:
                raise CommandError(lost)
        quoted = verify_quotations()
        if quoted.problem:
            raise CommandError(
                legible.printable(f"A quotation does not hold. First thing wrong: {quoted.problem}")
            )
        head = Head.objects.get(pk=1)
        if not head.sequence:
            self.stdout.write("The record is empty.")
            return
        self.stdout.write(f"The record holds: {head.sequence} entries, head {head.entry_digest}.")
        if options["known_head"]:
            self.stdout.write("It continues the head that you kept.")
        if keys.current:
            self.stdout.write(f"Signed since entry {keys.since}; the key is {keys.current.identifier}.")
        else:
            self.stdout.write("It is not signed: manage.py record_key ensure.")
        for remark in filter(None, (*keys.losses, ahead(now=timezone.now()))):
            self.stdout.write(legible.printable(f"Remark: {remark}"))
        tail = f"; {quoted.elsewhere} stand in texts that are not on this server" if quoted.elsewhere else ""
        self.stdout.write(f"{quoted.held} quotations on it hold{tail}.")
