"""Accounts to try the desk with, one for each group. Never on a production server."""

import secrets
from collections.abc import Iterator

from django.contrib.auth.models import Group, User
from django.db import transaction

from claims.roles import GROUPS


class Refused(Exception):
    """A sentence for whoever asked for the accounts."""


def make(*, new_passwords: bool = False) -> Iterator[tuple[str, str, str | None]]:
    """User name, group, and the password where one was set now; None for an account that was there and is untouched."""
    with transaction.atomic():
        for name in GROUPS:
            group = Group.objects.filter(name=name).first()
            if group is None:
                raise Refused(f"There is no group {name}: prepare the database with manage.py migrate first.")
            user, created = User.objects.select_for_update().get_or_create(username=f"demo-{name.lower()}")
            password = None
            if created or new_passwords:
                password = secrets.token_urlsafe(12)
                user.set_password(password)
                user.is_staff = user.is_active = True
                user.save()
                user.groups.set([group])
            yield user.username, name, password
