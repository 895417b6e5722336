"""Sitemaps and robots.txt, in pieces, so that nobody has to hold all of a long one (sitemaps.org, RFC 9309). Pure."""

from collections.abc import Iterable, Iterator
from xml.sax.saxutils import escape

# The protocol allows 50,000 addresses and 50 MB in one file.
MOST = 25_000
_BEGINNING = '<?xml version="1.0" encoding="UTF-8"?>\n'
_NAMESPACE = "http://www.sitemaps.org/schemas/sitemap/0.9"


def index(addresses: Iterable[str]) -> Iterator[str]:
    """The file that names the parts."""
    yield f'{_BEGINNING}<sitemapindex xmlns="{_NAMESPACE}">\n'
    for address in addresses:
        yield f"<sitemap><loc>{escape(address)}</loc></sitemap>\n"
    yield "</sitemapindex>\n"


def part(pages: Iterable[tuple[str, str | None]]) -> Iterator[str]:
    """Pages by address, each with the time of its last change where that is known."""
    yield f'{_BEGINNING}<urlset xmlns="{_NAMESPACE}">\n'
    for address, changed in pages:
        lastmod = f"<lastmod>{escape(changed)}</lastmod>" if changed else ""
        yield f"<url><loc>{escape(address)}</loc>{lastmod}</url>\n"
    yield "</urlset>\n"


def places(sizes: Iterable[tuple[str, int]]) -> list[tuple[str, int]]:
    """The parts that so many pages of each kind need: the kind of each, and which of its pages is the first."""
    return [(kind, first) for kind, size in sizes for first in range(0, size, MOST)]


def robots(*, closed: Iterable[str], sitemap: str) -> str:
    """robots.txt for every robot: paths that begin so are not for them; everything else is."""
    lines = ["User-agent: *", *(f"Disallow: {path}" for path in closed), "", f"Sitemap: {sitemap}"]
    return "\n".join(lines) + "\n"
