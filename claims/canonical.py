"""Canonical JSON (RFC 8785) as text, and the digest of a text.

What is digested is always this text, stored as it is: never a JSON column, which may reorder keys.
"""

import hashlib
import json
from collections.abc import Mapping
from typing import Any

import rfc8785

# RFC 8785, section 3.2.2.3 and RFC 7493, section 2.2: beyond this, numbers lose digits on their way through JSON.
LARGEST_INTEGER = 2**53 - 1
# Deeper nesting than any document of ours; beyond it readers of JSON in other languages begin to refuse.
DEEPEST = 100


def canonical(value: Any) -> str:
    """`value` as RFC 8785 text: keys sorted by UTF-16 code units, no white space, shortest escapes.

    Takes None, booleans, integers, strings, lists, tuples and mappings. Raises ValueError with a sentence for
    fractions (our documents have none), integers beyond 2**53 - 1, keys that are not strings, half characters (lone
    surrogates), nesting deeper than DEEPEST, and any other type.
    """
    return rfc8785.dumps(_checked(value, 0)).decode("utf-8")


_quick = json.JSONEncoder(ensure_ascii=False, sort_keys=True, separators=(",", ":")).encode


def canonical_quick(value: Any) -> str:
    """The same text as `canonical` gives, many times quicker, for values that are known to have one.

    For what this program built itself: keys in ASCII, texts without lone surrogates, no fractions. It checks nothing.
    """
    return _quick(value)


def digest(text: str) -> str:
    """SHA-256 of the text's UTF-8 bytes, in 64 lower-case hexadecimal digits. Raises ValueError for half characters."""
    return hashlib.sha256(_checked_text(text).encode("utf-8")).hexdigest()


def is_format(value: Any, number: int = 1) -> bool:
    """Whether a document's member "format" is this number, and not true, which Python takes for 1."""
    return type(value) is int and value == number


def _checked(value: Any, depth: int) -> Any:
    if depth > DEEPEST:
        raise ValueError(f"A document may be nested {DEEPEST} deep, not deeper.")
    if value is None or isinstance(value, bool):
        return value
    if isinstance(value, str):
        return _checked_text(value)
    if isinstance(value, int):
        if abs(value) > LARGEST_INTEGER:
            raise ValueError("A number is too large for JSON: whole numbers go up to 2**53 - 1 either way.")
        return int(value)
    if isinstance(value, float):
        raise ValueError(f"The number {value!r} is a fraction; a canonical document has whole numbers only.")
    if isinstance(value, list | tuple):
        return [_checked(part, depth + 1) for part in value]
    if isinstance(value, Mapping):
        return {_checked_key(key): _checked(part, depth + 1) for key, part in value.items()}
    raise ValueError(f"A value of type {type(value).__name__} has no place in a canonical document.")


def _checked_key(key: Any) -> str:
    if not isinstance(key, str):
        raise ValueError(f"The key {key!r} is not a text.")
    return _checked_text(key)


def _checked_text(text: str) -> str:
    try:
        text.encode("utf-8")
    except UnicodeEncodeError as error:
        raise ValueError(
            f"A text holds half a character (a lone surrogate) at position {error.start}."
        ) from error
    return str(text)
