"""Keys for tests of the signed record: fixed private keys, given to this process as FACTCHECK_RECORD_KEY gives them."""

import base64
import hashlib

from claims import signatures


def private_key(name: str) -> bytes:
    """A private key that is the same in every run."""
    return hashlib.sha256(f"The key {name} of the tests".encode()).digest()


def given(*names: str) -> str:
    """The value of FACTCHECK_RECORD_KEY."""
    return ",".join(base64.b64encode(private_key(name)).decode() for name in names)


def identifier(name: str) -> str:
    return signatures.identifier_of(signatures.public_key_of(private_key(name)))
