"""The door to this server's private key: nobody else reads it, and it leaves this module as signatures only.

It lies in the data folder (record.key, for its owner only), or is given by FACTCHECK_RECORD_KEY to several machines.
Either holds one key, or two while keys are rotated; each entry is signed by the one that is the record's then.
"""

import os
import secrets
import tempfile
from collections.abc import Callable, Sequence
from pathlib import Path

from django.conf import settings

from claims import signatures

FILE = "record.key"

_WHAT_TO_DO = (
    f"Put {FILE} of a server that has it, or of a backup, into the data folder, or set FACTCHECK_RECORD_KEY. "
    "Only if the key is lost for good: manage.py record_key lost."
)


class CannotSign(Exception):
    """This server does not have the record's private key, so it cannot append; the message says what to do."""


def sign(text: str, *, by: str) -> str:
    """The signature of `text` by the key with this identifier. Raises CannotSign where this server does not have it."""
    return signatures.sign(text, private_key=_key(by))


def signer(by: str) -> Callable[[str], str]:
    """What signs many texts by the key with this identifier. Raises CannotSign as `sign` does."""
    return signatures.signer(_key(by))


def demand(identifier: str) -> None:
    """Raises CannotSign where this server does not have the key."""
    _key(identifier)


def has(identifier: str) -> bool:
    """Whether this server has the key. Raises CannotSign where what it has cannot be read."""
    return identifier in map(_identifier, _read())


def public_keys() -> list[bytes]:
    """The public halves of what this server has, the newest first."""
    return [signatures.public_key_of(key) for key in _read()]


def is_given() -> bool:
    """Whether keys come from the environment, so that no file is read or written."""
    return bool(settings.RECORD_KEYS)


def make() -> bytes:
    """Make a key, keep it in the file before those that are there, and return its public half.

    Called under the record's head lock, as `forget` is: two processes do not write the file at once.
    """
    if is_given():
        raise CannotSign("FACTCHECK_RECORD_KEY gives the keys of this server: no other is made.")
    key = secrets.token_bytes(signatures.KEY_BYTES)
    _write([key, *_read()])
    return signatures.public_key_of(key)


def forget(identifiers: Sequence[str]) -> None:
    """Take keys that the record has no use for any longer out of the file."""
    keys = [] if is_given() else _read()
    kept = [key for key in keys if _identifier(key) not in identifiers]
    if kept and kept != keys:
        _write(kept)


def _key(identifier: str) -> bytes:
    keys = _read()
    for key in keys:
        if _identifier(key) == identifier:
            return key
    other = (
        f"has the key {_identifier(keys[0])} instead"
        if keys
        else f"has no {FILE} and no FACTCHECK_RECORD_KEY"
    )
    raise CannotSign(
        f"Nothing can be put on the record from here: its entries are signed by the key {identifier}, "
        f"and this server {other}. {_WHAT_TO_DO}"
    )


def _identifier(key: bytes) -> str:
    return signatures.identifier_of(signatures.public_key_of(key))


def _path() -> Path:
    folder: Path = settings.DATA_DIR
    return folder / FILE


def _read() -> list[bytes]:
    # Read anew each time, since another process may have rotated keys.
    if is_given():
        given: list[bytes] = settings.RECORD_KEYS
        return given
    path = _path()
    try:
        lines = path.read_text(encoding="ascii").split()
        if not lines:
            raise ValueError("it is empty")
        return [signatures.decoded(line, length=signatures.KEY_BYTES) for line in lines]
    except FileNotFoundError:
        return []
    except (OSError, ValueError) as error:
        reason = error.strerror if isinstance(error, OSError) else "it does not hold a key"
        raise CannotSign(
            f"Nothing can be put on the record from here: the private key in {path} cannot be read ({reason}). "
            f"{_WHAT_TO_DO}"
        ) from None


def _write(keys: Sequence[bytes]) -> None:
    path = _path()
    # mkstemp makes the file with mode 0600; the file that is there stays whole until the new one takes its name.
    handle, draft = tempfile.mkstemp(prefix=f".{path.name}-", dir=path.parent)
    try:
        with os.fdopen(handle, "w", encoding="ascii") as file:
            file.write("".join(f"{signatures.encoded(key)}\n" for key in keys))
            file.flush()
            os.fsync(file.fileno())
        Path(draft).replace(path)
    except BaseException:
        Path(draft).unlink(missing_ok=True)
        raise
    folder = os.open(path.parent, os.O_RDONLY | os.O_DIRECTORY)
    try:
        os.fsync(folder)
    finally:
        os.close(folder)
