"""oEmbed 1.0 (oembed.com): how a page that links to a fact-check shows its card. Pure.

The card is a frame and is read when somebody looks: whoever embedded it before a correction shows the corrected one.
"""

import json
from collections.abc import Callable, Mapping
from html import escape
from typing import Any
from urllib.parse import unquote, urlsplit

from claims import xmltext

# Pixels, unless the page that embeds it has less room; in a narrow frame the text needs more lines.
WIDTH, HEIGHT = 600, 420
NARROW, HIGH = 480, 620
# Seconds; an answer says where the card is, and nothing that changes but a title.
CACHE_AGE = 86_400

Answer = Mapping[str, str | int]


def path_of(url: str, *, host: str) -> str | None:
    """The path of an address on this host, whatever its scheme; None for another host's and for what is no address."""
    try:
        parts = urlsplit(url.strip())
    except ValueError:
        return None
    if parts.scheme not in ("http", "https") or parts.netloc.casefold() != host.casefold():
        return None
    return unquote(parts.path)


def room(maxwidth: str, maxheight: str) -> tuple[int, int] | None:
    """Width and height of the card within the limits, which may be empty; None where one of them is no limit."""
    width, height = _limit(maxwidth), _limit(maxheight)
    if width is None or height is None:
        return None
    width = min(width, WIDTH)
    return width, min(height, HEIGHT if width >= NARROW else HIGH)


def _limit(text: str) -> int | None:
    if not text:
        return WIDTH + HIGH
    number = int(text) if text.isascii() and text.isdecimal() and len(text) < 10 else 0
    return number or None


def answer(
    *,
    title: str,
    card: str,
    size: tuple[int, int],
    provider: tuple[str, str],
    author: tuple[str, str | None] | None,
) -> dict[str, str | int]:
    """The members of an answer of the type rich; `provider` and `author` are names with addresses."""
    width, height = size
    frame = (
        f'<iframe src="{escape(card)}" title="{escape(title)}" width="{width}" height="{height}" loading="lazy" '
        'sandbox="allow-popups allow-popups-to-escape-sandbox" frameborder="0"></iframe>'
    )
    made: dict[str, str | int] = {
        "version": "1.0",
        "type": "rich",
        "title": title,
        "provider_name": provider[0],
        "provider_url": provider[1],
        "cache_age": CACHE_AGE,
        "html": frame,
        "width": width,
        "height": height,
    }
    if author:
        made["author_name"] = author[0]
        if author[1]:
            made["author_url"] = author[1]
    return made


def _as_json(made: Answer) -> str:
    return json.dumps(made, ensure_ascii=False) + "\n"


def _as_xml(made: Answer) -> str:
    return xmltext.flat("oembed", made)


# By the name that a request gives a format: its media type, and how an answer is written in it.
FORMATS: dict[str, tuple[str, Callable[[Answer], Any]]] = {
    "json": ("application/json", _as_json),
    "xml": ("text/xml; charset=utf-8", _as_xml),
}
