"""What feeds write, as plain values: texts without markup, web addresses, days, language tags, whole numbers. Pure.

Nothing is guessed: what cannot be read for certain is nothing.
"""

import datetime as dt
import html
import re
import unicodedata
from collections.abc import Iterator
from functools import lru_cache
from typing import Any
from urllib.parse import quote, urlsplit, urlunsplit

from claims.legible import printable
from claims.partners.body import Date
from sources.folding import few_marks
from sources.languages import language_problem

LONGEST_URL = 2000
# As much of a refused address is shown.
LONGEST_SHOWN = 200
# What stands behind the day, as the time, is of no account.
_LONGEST_DAY = 40
# RFC 5646, section 4.4.1.
_LONGEST_TAG = 35
# Texts up to this length are worth remembering: longer ones do not come twice.
_OFTEN = 60
NO_ADDRESS = "It has no web address."

_STRAY = re.compile(
    "[\x00-\x1f\x7f-\x9f\ud800-\udfff\ufdd0-\ufdef"
    + "".join(f"{chr(plane + 0xFFFE)}{chr(plane + 0xFFFF)}" for plane in range(0, 0x110000, 0x10000))
    + "]"
)
# Embeddings, overrides and isolates: what is left open in a name turns our own words around it as well.
_TURNED = re.compile("[\u202a-\u202e\u2066-\u2069]")
_UNSEEN = re.compile(r"<(?:(script|style)\b[^<>]*>|!--)", re.IGNORECASE)
_UNSEEN_UNTIL = {
    "script": re.compile(r"</script\s*>", re.IGNORECASE),
    "style": re.compile(r"</style\s*>", re.IGNORECASE),
    "": re.compile("-->"),
}
# Elements of texts; anything else in angle brackets is taken for what it says.
_MARKUP = re.compile(
    r"</?(?:a|abbr|b|blockquote|br|center|cite|code|div|em|figure|font|h[1-6]|hr|i|iframe|img|li|mark|ol|p|pre|q|s|"
    r"section|small|span|strike|strong|sub|sup|table|tbody|td|th|tr|u|ul)(?:\s[^<>]*)?/?>",
    re.IGNORECASE,
)
_ENTITY = re.compile(
    r"&(?:amp|quot|apos|lt|gt|nbsp|[lr][sd]quo|hellip|[mn]dash|#\d{1,7}|#x[0-9a-f]{1,6});", re.I
)
# Twice is as often as feeds are found to escape.
_ESCAPED = 2
_DAY = re.compile(r"(\d{4})(?:-(\d{2})(?:-(\d{2})(?![\d]).*)?)?", re.DOTALL | re.ASCII)
_WHOLE = re.compile(r"(-?\d{1,6})(?:[.,]0+)?", re.ASCII)
_LABELS = r"(?:[a-z0-9_](?:[a-z0-9_-]*[a-z0-9_])?\.)+[a-z0-9-]*[a-z][a-z0-9-]*"
_HOST = re.compile(_LABELS, re.ASCII)
_LONGEST_HOST = 253
_SAFE = "/%:@!$&'()*+,;=~-._?"
# An address that is in the form already in which it is linked to, as nearly all are.
_USUAL = re.compile(
    rf"https?://({_LABELS})/[a-zA-Z0-9/%:@!$&'()*+,;=~\-._]*(?:\?[a-zA-Z0-9{_SAFE.replace('-', '')}-]+)?",
    re.ASCII,
)


def one_of(value: Any) -> Iterator[Any]:
    """The members of a list, or the value itself; nothing for null."""
    for part in value if isinstance(value, list) else (value,):
        if part is not None:
            yield part


def text(value: Any) -> str:
    """A text as a reader would read it on one line; of several the first that says something, empty for none."""
    if value is None or isinstance(value, str):
        return plain(value) if value else ""
    for part in one_of(value):
        if isinstance(part, dict):
            part = part.get("@value")
        if isinstance(part, str) and (found := plain(part)):
            return found
    return ""


def plain(written: str) -> str:
    """A text without markup, entities, control characters and spaces too many; of which plain text is left alone."""
    return _often(written) if len(written) <= _OFTEN else _plain(written)


def _plain(written: str) -> str:
    if "<" in written or "&" in written:
        for _ in range(_ESCAPED):
            written = _MARKUP.sub(" ", _seen(written))
            if not _ENTITY.search(written):
                break
            written = html.unescape(written)
        written = _MARKUP.sub(" ", _seen(written))
    if not written.isprintable():
        # All that is not to stand in a text is among what cannot be printed, which costs next to nothing to ask.
        written = _TURNED.sub("", _STRAY.sub(" ", written))
    if not written.isascii():
        written = unicodedata.normalize("NFC", few_marks(written))
    return " ".join(written.split())


# Names, labels and kinds come again and again in a feed.
_often = lru_cache(maxsize=4096)(_plain)


def _seen(written: str) -> str:
    """The text without scripts, styles and comments that have an end; each end is looked for once."""
    kept, at, endless = [], 0, set()
    for found in _UNSEEN.finditer(written):
        named = (found[1] or "").lower()
        if found.start() < at or named in endless:
            continue
        end = _UNSEEN_UNTIL[named].search(written, found.end())
        if end is None:
            endless.add(named)
            continue
        kept.append(written[at : found.start()])
        at = end.end()
    return " ".join((*kept, written[at:]))


def address(value: Any) -> str:
    """A web address in the form in which it is linked to; empty for what is none."""
    if value is None or isinstance(value, str):
        return _address(html.unescape(value.strip())) if value else ""
    for part in one_of(value):
        if isinstance(part, dict):
            part = part.get("@id") or part.get("url") or part.get("@value")
        if isinstance(part, str) and (found := _address(html.unescape(part.strip()))):
            return found
    return ""


def refused_address(*values: Any) -> tuple[str, str]:
    """The first of several that is written and no address, so that it can be shown, and what is wrong with it.

    Where none is written, an empty text, and that there is none.
    """
    for value in values:
        for part in one_of(value):
            if isinstance(part, dict):
                part = part.get("@id") or part.get("url") or part.get("@value")
            if isinstance(part, str) and part.strip():
                return _shown(part.strip()), _fault(html.unescape(part.strip()))
    return "", NO_ADDRESS


def _shown(written: str) -> str:
    shown = printable(written[:LONGEST_SHOWN])
    return shown if len(written) <= LONGEST_SHOWN else f"{shown}…"


def _fault(written: str) -> str:
    """What is wrong with an address that `_address` refuses."""
    if not written.lower().startswith(("http://", "https://")):
        return "Its address is none of the web: that begins with http:// or https://."
    if len(written) > LONGEST_URL:
        return f"Its address is longer than {LONGEST_URL:,} characters."
    if _STRAY.search(written):
        return "Its address holds a character that nobody can read."
    try:
        parts = urlsplit(written)
        host, _ = (parts.hostname or "").rstrip("."), parts.port
        host = host if host.isascii() else host.encode("idna").decode("ascii")
    except (ValueError, UnicodeError):
        return "Its address cannot be read."
    if "@" in parts.netloc:
        return "Its address holds the name of a user, or a password."
    if not _HOST.fullmatch(host) or len(host) > _LONGEST_HOST:
        return "Its address has no host as sites have: a name with a dot, such as checkers.example."
    return f"Its address cannot be read, or is longer than {LONGEST_URL:,} characters when it is written out."


@lru_cache(maxsize=256)
def _address(written: str) -> str:
    if len(written) > LONGEST_URL or not written.lower().startswith(("http://", "https://")):
        return ""
    if (usual := _USUAL.fullmatch(written)) and len(usual[1]) <= _LONGEST_HOST:
        return written
    return _address_in_parts(written)


def _address_in_parts(written: str) -> str:
    """What `_address` makes of any text that begins as an address does."""
    try:
        parts = urlsplit(written)
        host, port = (parts.hostname or "").rstrip("."), parts.port
        if not host.isascii():
            host = host.encode("idna").decode("ascii")
    except (ValueError, UnicodeError):
        return ""
    if (
        not _HOST.fullmatch(host)
        or "@" in parts.netloc
        or len(host) > _LONGEST_HOST
        or _STRAY.search(written)
    ):
        return ""
    try:
        path, query, fragment = (
            quote(part, safe=_SAFE) for part in (parts.path or "/", parts.query, parts.fragment)
        )
    except UnicodeError:
        return ""
    found = urlunsplit((parts.scheme.lower(), host + (f":{port}" if port else ""), path, query, fragment))
    return found if len(found) <= LONGEST_URL else ""


def day(value: Any, *, today: str) -> Date | None:
    """A date in ISO 8601, as precise as it is written; None for another form, and for a day that is still to come.

    `today` is the day in UTC, as YYYY-MM-DD: on some islands it is tomorrow already.
    """
    for part in one_of(value):
        if isinstance(part, dict):
            part = part.get("@value")
        if isinstance(part, str) and (found := _day(part.strip()[:_LONGEST_DAY], today)):
            return found
    return None


@lru_cache(maxsize=4096)
def _day(written: str, today: str) -> Date | None:
    found = _DAY.fullmatch(written)
    if found is None:
        return None
    year, month, date = found.groups()
    try:
        on = dt.date(int(year), int(month or 1), int(date or 1))
    except ValueError:
        return None
    if on.year >= 1000 and on <= dt.date.fromisoformat(today) + dt.timedelta(days=1):
        return Date(on.isoformat(), "day" if date else "month" if month else "year")
    return None


def language(value: Any) -> str:
    """A language tag of BCP 47 as it is usually written; "und" where the feed has none."""
    for part in one_of(value):
        if isinstance(part, dict):
            part = part.get("alternateName") or part.get("@value") or part.get("name")
        if not isinstance(part, str):
            continue
        tag = part.strip()
        if len(tag) <= _LONGEST_TAG and (usual := _usual_of(tag)):
            return usual
    return "und"


@lru_cache(maxsize=1024)
def _usual_of(tag: str) -> str:
    """A tag as it is usually written; empty for what is none."""
    tag = tag.replace("_", "-")
    return _usual(tag) if language_problem(tag) is None else ""


def _usual(tag: str) -> str:
    """The case of subtags as RFC 5646, section 2.1.1 recommends it."""
    first, *rest = tag.lower().split("-")
    parts, single = [first], len(first) == 1
    for part in rest:
        is_script, is_region = len(part) == 4 and part.isalpha(), len(part) == 2
        parts.append(part if single else part.title() if is_script else part.upper() if is_region else part)
        single = single or len(part) == 1
    return "-".join(parts)


def whole(value: Any) -> int | None:
    """A whole number, also where it is written as a text or with zeros after the point."""
    if isinstance(value, bool):
        return None
    if isinstance(value, float):
        return int(value) if value.is_integer() and abs(value) < 1_000_000 else None
    if isinstance(value, str):
        found = _WHOLE.fullmatch(value.strip())
        return int(found[1]) if found else None
    return value if isinstance(value, int) and abs(value) < 1_000_000 else None
