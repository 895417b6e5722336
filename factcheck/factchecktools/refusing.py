"""A no to whoever asked this API too often or with a bad key, in its envelope."""

from factcheck.factchecktools.envelope import Refused, info
from factcheck.partners import keys
from factcheck.partners.refusing import CHALLENGE

_NOT_KEPT = {"Cache-Control": "no-store"}
# As the client libraries of Google's API know it.
_NOT_VALID = "API key not valid. Please pass a valid API key."


def too_often(said: str, *, wait: int) -> Refused:
    """429: `wait` is in seconds."""
    headers = {**_NOT_KEPT, "Retry-After": str(wait)}
    return Refused(429, said, details=info("RATE_LIMIT_EXCEEDED"), headers=headers)


def bad_key(refused: keys.Refused) -> Refused:
    if refused.reason == keys.Reason.MISSING:
        said = f"{refused} Or send it as the parameter key."
        headers = {**_NOT_KEPT, "WWW-Authenticate": CHALLENGE}
        return Refused(401, said, details=info("CREDENTIALS_MISSING"), headers=headers)
    if refused.reason == keys.Reason.SCOPE:
        return Refused(403, str(refused), details=info("ACCESS_TOKEN_SCOPE_INSUFFICIENT"), headers=_NOT_KEPT)
    return Refused(400, f"{_NOT_VALID} {refused}", details=info("API_KEY_INVALID"), headers=_NOT_KEPT)
