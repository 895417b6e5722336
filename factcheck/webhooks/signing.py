"""Signatures of what is sent to a subscription, by the Standard Webhooks specification. Pure.

What is signed is "id.timestamp.body" with HMAC-SHA256; the key is what stands in base64 behind "whsec_" in a secret.
"""

import base64
import datetime as dt
import hashlib
import hmac
import secrets
from collections.abc import Iterable

PREFIX = "whsec_"
# The specification asks for 24 to 64 bytes.
_KEY_BYTES = 32


def new_secret() -> str:
    """A secret that nobody has had before."""
    return PREFIX + base64.b64encode(secrets.token_bytes(_KEY_BYTES)).decode()


def headers(*, identifier: str, at: dt.datetime, body: bytes, keys: Iterable[str]) -> dict[str, str]:
    """The three headers that a message is known and verified by.

    `keys` are the secrets that are valid now: there is a signature with each, so that a receiver who has either of two
    can verify the message while they are changed over. The identifier stays when a message is sent again; the time is
    that of this sending, since receivers refuse what is older than some minutes.
    """
    timestamp = str(int(at.timestamp()))
    return {
        "webhook-id": identifier,
        "webhook-timestamp": timestamp,
        "webhook-signature": " ".join(
            _signature(key, identifier=identifier, timestamp=timestamp, body=body) for key in keys
        ),
    }


def _signature(secret: str, *, identifier: str, timestamp: str, body: bytes) -> str:
    key = base64.b64decode(secret.removeprefix(PREFIX), validate=True)
    made = hmac.new(key, f"{identifier}.{timestamp}.".encode() + body, hashlib.sha256).digest()
    return "v1," + base64.b64encode(made).decode()
