from typing import Any

from django.core.management.base import BaseCommand
from django.utils import timezone

from claims import intake
from factcheck.readers import tallies


class Command(BaseCommand):
    help = (
        "Takes names and addresses off reports and suggestions that were dealt with and came more than "
        f"{intake.CONTACT_DAYS} days ago, and removes the tallies of past hours. Every form that is sent does so, too: "
        "run it each night, since there are days without one."
    )

    def handle(self, *args: Any, **options: Any) -> None:
        at = timezone.now()
        contacts, old = intake.forget_contacts(at=at), tallies.forget(at=at)
        self.stdout.write(f"Names and addresses taken off: {contacts}. Tallies removed: {old}.")
