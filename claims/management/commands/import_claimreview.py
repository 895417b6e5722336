import contextlib
import os
import stat
import sys
import time
from argparse import ArgumentParser
from collections.abc import Iterator
from pathlib import Path
from typing import Any, BinaryIO

from django.conf import settings
from django.core.management.base import BaseCommand, CommandError
from django.db import OperationalError, connection
from django.utils import timezone

from claims import planning
from claims.management.bars import index_bar
from claims.models import Publication
from claims.partners import importing
from claims.partners.publishers import Moved
from claims.partners.rejects import RejectFile
from claims.search import keeping
from claims.search.store import Unusable
from claims.server_key import CannotSign

# Where the output is no terminal, a line after so many reviews.
_EVERY = 10_000
_WIDTH = 30
_INTERRUPTED = 130
# Without a file the first of what was refused is said.
_SHOWN = 20
NO_FEED = "There is no review in it, nor word of one that is gone: is it the feed that you meant?"
OF_A_CLAIM = "the identifier of a claim of this house, left alone"


class Command(BaseCommand):
    help = (
        "Takes partners' fact-checks from a feed of ClaimReviews: a DataFeed, a list, one or several reviews in JSON "
        "or JSON Lines, plain or gzip. Taking a feed again changes nothing."
    )

    def add_arguments(self, parser: ArgumentParser) -> None:
        parser.add_argument("file", help="the feed; - (or --) reads it from standard input")
        parser.add_argument("--publisher", metavar="SITE", help="take the reviews of this site alone")
        parser.add_argument(
            "--full",
            action="store_true",
            help="the feed has everything that its publishers publish: withdraw what it has not",
        )
        parser.add_argument("--dry-run", action="store_true", help="say what would be done, and do nothing")

    def run_from_argv(self, argv: list[str]) -> None:
        # What argparse takes for the end of options stands for standard input.
        super().run_from_argv([*argv[:2], *("-" if word == "--" else word for word in argv[2:])])

    def handle(self, *args: Any, **options: Any) -> None:
        # A variable of the shell that was not set is no wish to take all.
        only = "" if options["publisher"] is None else options["publisher"].lower().removeprefix("www.")
        if options["publisher"] is not None and not importing.is_site(only):
            raise CommandError(
                "--publisher takes the name of a site, for example --publisher checkers.example."
            )
        if Publication._meta.db_table not in connection.introspection.table_names():
            raise CommandError("The database has no tables yet: run manage.py migrate.")
        write, at = not options["dry_run"], timezone.now()
        outcome, rejects = importing.Outcome(), RejectFile(settings.DATA_DIR, at=at)
        shown: list[tuple[int | None, str, str]] = []
        interrupted = False
        with _opened(options["file"]) as source:
            progress = _Progress(self.stderr, size=_size(source))
            try:
                with importing.reading(source, importing.asked(only=only, at=at)) as portions:
                    importing.run(
                        portions,
                        outcome,
                        only=only,
                        full=options["full"],
                        write=write,
                        now=timezone.now,
                        rejects=rejects.put if write else shown.extend,
                        progress=progress.show,
                    )
            except KeyboardInterrupt:
                interrupted = True
            except (CannotSign, Moved) as error:
                raise CommandError(f"The import stopped. {error}") from error
            finally:
                progress.end()
                path = rejects.close()
        for line in summary(outcome, full=options["full"], write=write):
            self.stdout.write(line)
        for number, url, reason in shown[:_SHOWN]:
            self.stdout.write(f"  record {number}, {url or 'no address'}: {reason}")
        if path:
            self.stdout.write(f"Each of them, with its address and the reason: {path}")
        taken = outcome.tally
        if taken.new + taken.changed + taken.back + taken.withdrawn and write:
            # It goes on as it was where the database is too busy to be counted.
            with contextlib.suppress(OperationalError):
                planning.refresh()
            interrupted = interrupted or not self._indexed()
        if interrupted:
            raise CommandError(
                "Interrupted. What was taken is whole; run the import again for the rest.",
                returncode=_INTERRUPTED,
            )
        if outcome.end:
            raise CommandError(
                f"{outcome.end} What came before is taken; nothing was withdrawn. Get the feed again."
                if write
                else outcome.end
            )
        if outcome.kept:
            raise CommandError(outcome.kept)
        if outcome.nothing:
            raise CommandError(NO_FEED)

    def _indexed(self) -> bool:
        """Let the lookup catch up with what was taken; False where somebody interrupted that.

        What is taken is on the record already: a failure here is said, and is none of the import.
        """
        try:
            keeping.bring_up(told=index_bar)
        except KeyboardInterrupt:
            return False
        except (Unusable, OSError) as error:
            self.stderr.write(
                f"The index of the lookup could not be brought up to date: {error} What was taken is whole; "
                "run manage.py reindex --if-needed."
            )
        else:
            self.stdout.write("The index of the lookup is up to date.")
        return True


def summary(outcome: importing.Outcome, *, full: bool, write: bool) -> Iterator[str]:
    """What was done, a line for each thing that there was."""
    tally = outcome.tally
    would = "" if write else " (nothing was written)"
    yield (
        f"{tally.new:,} new, {tally.changed:,} changed, {tally.back:,} back, {tally.withdrawn:,} withdrawn, "
        f"{tally.unchanged:,} unchanged{would}."
    )
    told = (
        (outcome.publishers, "publisher that was not known", "publishers that were not known"),
        (
            outcome.repeated,
            "review that the feed had before; the first counts",
            "reviews that the feed had before; the first of each counts",
        ),
        (outcome.elsewhere, "of another site, passed over", "of other sites, passed over"),
        (outcome.refused, "refused", "refused"),
        (len(tally.left), "withdrawn here before, left so", "withdrawn here before, left so"),
        (len(tally.own), f"with {OF_A_CLAIM}", f"with {OF_A_CLAIM}"),
    )
    for count, one, several in told:
        if count:
            yield f"{count:,} {one if count == 1 else several}."


@contextlib.contextmanager
def _opened(name: str) -> Iterator[BinaryIO]:
    if name == "-":
        yield sys.stdin.buffer
        return
    try:
        # Before anything is done, and so that an error in between is not taken for one of the file.
        Path(name).open("rb").close()
    except OSError as error:
        raise CommandError(f"{name} cannot be read ({error.strerror}).") from error
    with Path(name).open("rb") as file:
        yield file


def _size(source: BinaryIO) -> int | None:
    """The bytes of a file; None of what has no size."""
    with contextlib.suppress(OSError, ValueError):
        found = os.fstat(source.fileno())
        return found.st_size if stat.S_ISREG(found.st_mode) else None
    return None


class _Progress:
    """A bar on a terminal, and plain lines elsewhere."""

    def __init__(self, out: Any, *, size: int | None) -> None:
        self._out, self._size = out, size
        self._begun, self._next = time.monotonic(), _EVERY
        self._bar = bool(out.isatty())

    def show(self, read: int, taken: int) -> None:
        if not self._bar:
            if taken >= self._next:
                self._out.write(f"{taken:,} reviews after {time.monotonic() - self._begun:.0f} s")
                self._next = taken - taken % _EVERY + _EVERY
            return
        share = min(1.0, read / self._size) if self._size else 0.0
        full = round(share * _WIDTH)
        percent = f"{share:4.0%}" if self._size else "    "
        self._out.write(f"\r[{'#' * full}{'-' * (_WIDTH - full)}] {percent} {taken:,} reviews", ending="")
        self._out.flush()

    def end(self) -> None:
        if self._bar:
            self._out.write("")
