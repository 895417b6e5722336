from argparse import ArgumentParser
from typing import Any

from django.conf import settings
from django.core.management.base import BaseCommand, CommandError

from factcheck.accounts import demo


class Command(BaseCommand):
    help = "Makes one account for each group, with random passwords that are printed once."

    def add_arguments(self, parser: ArgumentParser) -> None:
        parser.add_argument(
            "--new-passwords", action="store_true", help="set new passwords for accounts that are there"
        )

    def handle(self, *args: Any, **options: Any) -> None:
        if settings.HTTPS:
            raise CommandError(
                "FACTCHECK_HTTPS is on, so this is a server for the public: it gets no accounts for trying out. "
                "Make real ones in the admin."
            )
        try:
            made = list(demo.make(new_passwords=options["new_passwords"]))
        except demo.Refused as refusal:
            raise CommandError(str(refusal)) from refusal
        for name, group, password in made:
            self.stdout.write(f"{name:<16}{group:<12}{password or 'is there already; nothing changed'}")
        if any(password for _, _, password in made):
            self.stdout.write(
                f"The passwords are not shown again. Sign in at {settings.FACTCHECK_URL}/admin/."
            )
        else:
            self.stdout.write("For new passwords: manage.py demo_users --new-passwords")
