"""Ed25519 signatures (RFC 8032) over the record's heads, and the texts that they are made over. Pure.

Keys are the 32 raw bytes of RFC 8032; in documents they and signatures are base64 (RFC 4648, section 4).
"""

import base64
import binascii
import hashlib
from collections.abc import Callable

from cryptography.exceptions import InvalidSignature
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey, Ed25519PublicKey

from claims.canonical import canonical

ALGORITHM = "Ed25519"
KEY_BYTES = 32
SIGNATURE_BYTES = 64

_P = 2**255 - 19
_EIGHTH = 2707385501144840649318225287225658788936804267575313519463743609750303402022
# The points of order 1, 2, 4 and 8 by their y coordinate.
_SMALL = frozenset({0, 1, _P - 1, _EIGHTH, _P - _EIGHTH})


def statement(*, sequence: int, entry_digest: str, at: str) -> str:
    """What is signed of an entry: where the record stood, and when. `at` is that of its envelope."""
    return canonical({"format": 1, "sequence": sequence, "entry_digest": entry_digest, "at": at})


def endorsement(*, public_key: bytes, endorsed_by: str) -> str:
    """What the old key signs of the new one when keys are rotated; `endorsed_by` is the old one's identifier."""
    return canonical({"format": 1, "public_key": encoded(public_key), "endorsed_by": endorsed_by})


def identifier_of(public_key: bytes) -> str:
    """What a key is called: SHA-256 of its raw public key, in 64 lower-case hexadecimal digits."""
    return hashlib.sha256(public_key).hexdigest()


def public_key_of(private_key: bytes) -> bytes:
    """The raw public key of a raw private key."""
    return Ed25519PrivateKey.from_private_bytes(private_key).public_key().public_bytes_raw()


def is_weak(public_key: bytes) -> bool:
    """Whether anybody can sign under this key: it is one of the eight points of small order.

    Also where a point is not written in the one way that RFC 8032, section 5.1.3 takes.
    """
    y = int.from_bytes(public_key, "little") % 2**255
    return y >= _P or y in _SMALL


def sign(text: str, *, private_key: bytes) -> str:
    """The signature of the text's UTF-8 bytes, in base64: always the same for one key and one text."""
    return encoded(Ed25519PrivateKey.from_private_bytes(private_key).sign(text.encode()))


def signer(private_key: bytes) -> Callable[[str], str]:
    """The same for many texts: the key is read once."""
    key = Ed25519PrivateKey.from_private_bytes(private_key)
    return lambda text: encoded(key.sign(text.encode()))


def holds(signature: str, text: str, *, public_key: bytes) -> bool:
    """Whether this key signed this text; False for whatever is no signature, and for a weak key."""
    if is_weak(public_key):
        return False
    try:
        made = decoded(signature, length=SIGNATURE_BYTES)
        Ed25519PublicKey.from_public_bytes(public_key).verify(made, text.encode())
    except (ValueError, InvalidSignature):
        return False
    return True


def encoded(value: bytes) -> str:
    """Bytes in base64."""
    return base64.b64encode(value).decode("ascii")


def decoded(text: object, *, length: int) -> bytes:
    """The bytes that `text` stands for; raises ValueError where it is not exactly how `length` bytes are written.

    base64 has spare bits at its end, so that several texts are read as the same bytes: only one of them is taken.
    """
    if not isinstance(text, str) or len(text) > 4 * length:
        raise ValueError(f"This is not {length} bytes in base64.")
    try:
        value = base64.b64decode(text, validate=True)
    except (binascii.Error, ValueError):
        value = b""
    if len(value) != length or encoded(value) != text:
        raise ValueError(f"This is not {length} bytes in base64.")
    return value
