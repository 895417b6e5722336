from argparse import ArgumentParser
from typing import Any

from django.contrib.auth.models import User
from django.core.management.base import BaseCommand, CommandError

from factcheck.accounts import passwords


class Command(BaseCommand):
    help = "Prints a link at which an account's password can be set once."

    def add_arguments(self, parser: ArgumentParser) -> None:
        parser.add_argument("username", help="the account's user name")

    def handle(self, *args: Any, **options: Any) -> None:
        name = options["username"]
        user = User.objects.filter(username=name).first()
        if user is None:
            raise CommandError(f"There is no account {name}: look for its name under Users in the admin.")
        if not user.is_active or not user.is_staff:
            raise CommandError(
                f"The account {name} may not sign in: make it active and staff in the admin first."
            )
        self.stdout.write(passwords.link(user))
        self.stderr.write(
            f"Give this link to {name} by a safe way: whoever has it sets the password. "
            f"It works once, within {passwords.valid_for()}."
        )
