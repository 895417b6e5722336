import os
import signal
import threading
from argparse import ArgumentParser
from typing import Any

from django.conf import settings
from django.core.management.base import BaseCommand, CommandError

from factcheck.webhooks import worker


class Command(BaseCommand):
    help = (
        "Sends partners what they subscribed to, until it is stopped; `make run` starts it beside the server. Several "
        "may run, on one machine or on many: no two serve one subscription at a time."
    )

    def add_arguments(self, parser: ArgumentParser) -> None:
        parser.add_argument("--once", action="store_true", help="Send what is due now, and end.")
        parser.add_argument(
            "--beside", type=int, metavar="PID", help="End when this process, which started it, has ended."
        )

    def handle(self, *args: Any, **options: Any) -> None:
        if settings.NO_WEBHOOKS:
            raise CommandError("FACTCHECK_NO_WEBHOOKS is on: nothing is sent from here. Unset it to send.")
        if options["once"]:
            self.stdout.write(f"Messages delivered: {worker.run_once()}.")
            return
        stop = threading.Event()
        for number in (signal.SIGTERM, signal.SIGINT):
            signal.signal(number, lambda *_: stop.set())
        if options["beside"]:
            threading.Thread(target=_watch, args=[options["beside"], stop], daemon=True).start()
        worker.run(stop)


def _watch(parent: int, stop: threading.Event) -> None:
    """Whoever started us may be killed without a word; then somebody else is our parent."""
    while os.getppid() == parent and not stop.wait(1):
        pass
    stop.set()
