"""Partners with sites and keys, for tests."""

import datetime as dt
import itertools
from collections.abc import Iterable
from typing import Any

from django.utils import timezone

from factcheck.partners import keys
from factcheck.partners.models import Partner, Site

_numbers = itertools.count(1)


def make_partner(*, sites: Iterable[str] = (), name: str = "", **values: Any) -> Partner:
    partner = Partner.objects.create(
        **{
            "name": name or f"Harbour News {next(_numbers)}",
            "contact_name": "Robin Reed",
            "contact_email": "robin@harbour.example",
            **values,
        }
    )
    for host in sites:
        Site.objects.create(partner=partner, host=host)
    return partner


def make_key(
    partner: Partner,
    scopes: Iterable[str] = ("read",),
    *,
    name: str = "the importer",
    at: dt.datetime | None = None,
    expires_at: dt.datetime | None = None,
) -> str:
    """The secret of a new key."""
    _, secret = keys.make(partner, name=name, scopes=scopes, at=at or timezone.now(), expires_at=expires_at)
    return secret
