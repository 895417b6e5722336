"""The one door to keys: making, checking, using, revoking.

A secret is known to whoever holds it and, for one answer, to the page that shows it: it is neither stored nor logged.
It is found by its digest, so no comparison of secrets can be timed.
"""

import datetime as dt
from collections.abc import Iterable
from enum import StrEnum

from django.db import IntegrityError, transaction
from django.db.models import Q

from factcheck.partners import secrets
from factcheck.partners.models import LIVE_KEYS, Key, Partner
from factcheck.partners.scopes import MEANINGS, Scope, written

# A key's last use is written down at most so often.
USE_NOTED = dt.timedelta(minutes=1)


class Reason(StrEnum):
    """Why a key does not open a door. MISSING: there was none; SCOPE: the key is good, but opens other doors."""

    MISSING = "missing"
    MALFORMED = "malformed"
    UNKNOWN = "unknown"
    EXPIRED = "expired"
    REVOKED = "revoked"
    INACTIVE = "inactive"
    SCOPE = "scope"


class Refused(Exception):
    """A key that is not accepted; the message is a sentence for whoever sent it and never repeats the key."""

    def __init__(self, reason: Reason, said: str) -> None:
        super().__init__(said)
        self.reason = reason


class TooMany(Exception):
    """A partner has as many live keys as it may have; the message says so."""


def make(
    partner: Partner,
    *,
    name: str,
    scopes: Iterable[str],
    at: dt.datetime,
    expires_at: dt.datetime | None = None,
) -> tuple[Key, str]:
    """A new key and its secret, which nobody can be shown again.

    Raises TooMany where the partner has two live keys: one to work with, one to change over to. ValidationError where
    the key cannot be as asked for.
    """
    secret = secrets.draw()
    try:
        with transaction.atomic():
            # What expired has no place among the two any more.
            partner.keys.filter(slot__isnull=False, expires_at__lte=at).update(slot=None)
            taken = set(partner.keys.filter(slot__isnull=False).values_list("slot", flat=True))
            free = [slot for slot in range(1, LIVE_KEYS + 1) if slot not in taken]
            if not free:
                raise TooMany(_too_many(partner))
            key = Key(
                partner=partner,
                name=name,
                prefix=secrets.prefix_of(secret),
                digest=secrets.digest_of(secret),
                scopes=written(scopes),
                slot=free[0],
                created_at=at,
                expires_at=expires_at,
            )
            key.full_clean(validate_unique=False)
            key.save(force_insert=True)
    except IntegrityError:
        # Somebody else took the slot in the same moment.
        raise TooMany(_too_many(partner)) from None
    return key, secret


def check(secret: str, *, at: dt.datetime, scope: Scope | None = None) -> Key:
    """The key of a secret, with its partner; Refused where it is not accepted, or does not open `scope`."""
    if not secrets.is_formed(secret):
        raise Refused(
            Reason.MALFORMED, "This is no key of this server: keys begin with fck_ and have 53 characters."
        )
    key: Key | None = Key.objects.select_related("partner").filter(digest=secrets.digest_of(secret)).first()
    if key is None:
        raise Refused(Reason.UNKNOWN, "This server knows no such key.")
    if key.revoked_at is not None:
        raise Refused(Reason.REVOKED, f"The key {key.prefix} was revoked: use the one that followed it.")
    if key.expires_at is not None and key.expires_at <= at:
        when = f"{key.expires_at.astimezone(dt.UTC):%-d %B %Y at %H:%M} UTC"
        raise Refused(Reason.EXPIRED, f"The key {key.prefix} expired on {when}: ask the desk for another.")
    if not key.partner.active:
        raise Refused(Reason.INACTIVE, "The partner that this key belongs to is not active: ask the desk.")
    if scope is not None:
        require(key, scope)
    return key


def require(key: Key, scope: Scope) -> None:
    """Refused where a good key does not open `scope`."""
    if not key.opens(scope):
        raise Refused(
            Reason.SCOPE,
            f"The key {key.prefix} may not {MEANINGS[scope]}: it has the scope {key.scopes.replace(' ', ', ')}, "
            f"and not {scope}.",
        )


def use(key: Key, *, at: dt.datetime) -> bool:
    """Write down that the key was used, at most once a minute; whether it was."""
    if key.last_used_at is not None and at - key.last_used_at < USE_NOTED:
        return False
    due = Q(last_used_at=None) | Q(last_used_at__lte=at - USE_NOTED)
    return bool(Key.objects.filter(due, pk=key.pk).update(last_used_at=at))


def revoke(key: Key, *, at: dt.datetime) -> bool:
    """From now on the key is not accepted; False where it was revoked before."""
    return bool(Key.objects.filter(pk=key.pk, revoked_at=None).update(revoked_at=at, slot=None))


def _too_many(partner: Partner) -> str:
    return (
        f"{partner} has {LIVE_KEYS} live keys, which is as many as a partner may have: "
        "revoke the one that is not needed any more, then make another."
    )
