"""Who is asking: the partner's key that came with a request, as the middleware found it."""

from django.http import HttpRequest
from django.utils import timezone

from factcheck.partners import credentials, keys
from factcheck.partners.models import Key
from factcheck.partners.scopes import MEANINGS, Scope

_KEY = "factcheck.partners.key"


def remember(request: HttpRequest, key: Key) -> None:
    request.META[_KEY] = key


def key_of(request: HttpRequest) -> Key | None:
    """The good key that came with a request; None where none came."""
    found: Key | None = request.META.get(_KEY)
    return found


def demand(request: HttpRequest, scope: Scope) -> Key:
    """The key of a request that opens `scope`. Raises keys.Refused, with Reason.MISSING where there is none."""
    key = key_of(request)
    if key is not None:
        keys.require(key, scope)
        return key
    secret = credentials.of(request)
    if secret is None:
        raise keys.Refused(
            keys.Reason.MISSING, f"To {MEANINGS[scope]} send a key: Authorization: Bearer fck_…"
        )
    return keys.check(secret, at=timezone.now(), scope=scope)
