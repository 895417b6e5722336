"""Partial answers: the parameter `fields`, which names what of an answer is wanted. Pure.

    claims(text,claimReview/url),nextPageToken

Names with commas between them; `/` or `.` leads into a member, brackets hold several of its members, `*` is all of
them. Of a list the members of each of its rows are meant.
"""

import re
from typing import Any

# Wanted members by name; an empty one is wanted whole.
Mask = dict[str, Any]

LONGEST, DEEPEST = 1_000, 8
_SIGN = re.compile(r"\s*([A-Za-z0-9_$*-]+|[,()/.])\s*", re.ASCII)


class Bad(Exception):
    """It names nothing that could be wanted; the message says how to write it."""


def mask(text: str) -> Mask:
    """What `text` wants. Raises Bad."""
    signs, at = [], 0
    while at < len(text) and len(text) <= LONGEST:
        found = _SIGN.match(text, at)
        if found is None:
            break
        signs.append(found[1])
        at = found.end()
    if at < len(text) or not signs:
        raise Bad(_HOW)
    wanted = _list(signs, depth=0)
    if signs:
        raise Bad(_HOW)
    return wanted


def only(value: Any, wanted: Mask) -> Any:
    """What of a JSON value is wanted; members that are not there are not made."""
    if not wanted:
        return value
    if isinstance(value, list):
        return [only(one, wanted) for one in value]
    if not isinstance(value, dict):
        return value
    found = {}
    for name, member in value.items():
        inner = wanted.get(name, wanted.get("*"))
        if inner is None:
            continue
        left = only(member, inner)
        # Where nothing of a member is wanted, it is as empty as one that is not there.
        if left not in ({}, []):
            found[name] = left
    return found


_HOW = "Name members of the answer, as in claims(text,claimReview/url),nextPageToken."


def _list(signs: list[str], *, depth: int) -> Mask:
    wanted: Mask = {}
    while True:
        _member(wanted, signs, depth=depth)
        if not signs or signs[0] != ",":
            return wanted
        signs.pop(0)


def _member(wanted: Mask, signs: list[str], *, depth: int) -> None:
    if depth > DEEPEST or not signs or signs[0] in ",()/.":
        raise Bad(_HOW)
    name = signs.pop(0)
    inner: Mask = {}
    if signs and signs[0] in "/.":
        signs.pop(0)
        _member(inner, signs, depth=depth + 1)
    elif signs and signs[0] == "(":
        signs.pop(0)
        inner = _list(signs, depth=depth + 1)
        if not signs or signs.pop(0) != ")":
            raise Bad(_HOW)
    if name not in wanted:
        wanted[name] = inner
    elif wanted[name] and inner:
        wanted[name] = _both(wanted[name], inner)
    else:
        wanted[name] = {}


def _both(one: Mask, other: Mask) -> Mask:
    """What either wants; whoever wants a member whole wants all of it."""
    made = dict(one)
    for name, inner in other.items():
        made[name] = _both(made[name], inner) if made.get(name) and inner else {} if name in made else inner
    return made
