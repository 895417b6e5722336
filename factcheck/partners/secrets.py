"""The form of a key: `fck_`, eight characters by which people know it again, `_`, and forty that nobody may know. Pure.

Characters are letters and digits (base62). Forty of them drawn at random are 238 bits: nobody guesses one, so a plain
SHA-256 of the whole is enough to keep (a slow digest is for words that people choose).
"""

import re
import secrets
import string
from hashlib import sha256

MARK = "fck_"
NAMED, SECRET = 8, 40
_CHARACTERS = string.ascii_letters + string.digits
_FORM = re.compile(rf"{MARK}[A-Za-z0-9]{{{NAMED}}}_[A-Za-z0-9]{{{SECRET}}}", re.ASCII)


def draw() -> str:
    """A new key, as its holder is shown it once."""
    return f"{MARK}{_drawn(NAMED)}_{_drawn(SECRET)}"


def is_formed(text: str) -> bool:
    """Whether a text has the form of a key; nothing is said of whether it is one."""
    return bool(_FORM.fullmatch(text))


def prefix_of(secret: str) -> str:
    """What of a key may be shown: `fck_` and the eight characters after it."""
    return secret[: len(MARK) + NAMED]


def digest_of(secret: str) -> str:
    """What is kept of a key: the SHA-256 of all of it, in hexadecimal digits."""
    return sha256(secret.encode()).hexdigest()


def _drawn(count: int) -> str:
    return "".join(secrets.choice(_CHARACTERS) for _ in range(count))
