"""Markdown of a rationale or of the rules, as HTML that is safe to show."""

import re
from functools import lru_cache
from urllib.parse import urlsplit

import nh3
from markdown_it import MarkdownIt

# Rendered texts are cached under this number: raise it with every change of what to_html answers.
VERSION = 1

TAGS = {
    *("p", "br", "hr", "em", "strong", "code", "pre", "blockquote", "ul", "ol", "li", "a"),
    *("h3", "h4", "h5", "h6"),
}
ATTRIBUTES = {"a": {"href"}, "ol": {"start"}}


def allowed_link(address: str) -> bool:
    """A link may go to a web address, or to a page of this site by its path.

    Browsers read "//host" and "/\\host" as another site, and drop tabs and line breaks before they look: such
    paths are refused. So are fragments, relative paths and every other scheme.
    """
    if any(character.isspace() or ord(character) < 32 or character == "\\" for character in address):
        return False
    if address.startswith("/"):
        return not address.startswith("//")
    try:
        parts = urlsplit(address)
    except ValueError:
        return False
    return parts.scheme in {"http", "https"} and bool(parts.netloc)


def to_html(text: str, *, highest: int = 3) -> str:
    """The HTML of `text`: CommonMark without raw HTML and images, its highest heading on the level `highest`.

    Straight quotation marks come out curly, except in code. A link that is not allowed stays as it was typed, so
    that a reader sees it and nobody follows it.
    """
    parser = _parser()
    tokens = parser.parse(text)
    headings = [token for token in tokens if token.type in {"heading_open", "heading_close"}]
    written = min((int(token.tag[1]) for token in headings), default=1)
    for token in headings:
        # The page owns the levels above, and a reader who walks the headings must not meet a gap below them.
        token.tag = f"h{min(int(token.tag[1]) - written + highest, 6)}"
    html = parser.renderer.render(tokens, parser.options, {})
    return nh3.clean(
        html,
        tags=TAGS,
        attributes=ATTRIBUTES,
        attribute_filter=_only_allowed_links,
        url_schemes={"http", "https"},
        link_rel="nofollow noopener",
    )


def left_over(text: str) -> list[str]:
    """What was meant as more than text and comes out as it was typed: HTML, and links that are not allowed."""
    found: list[str] = []
    for token in _parser().parse(text):
        words = (part.content for part in token.children or () if part.type == "text")
        found += _MARKUP.findall("".join(words))
    return found


# A tag, or a link; a comparison such as "a < b" is neither.
_MARKUP = re.compile(r"</?[A-Za-z][^<>]*>|\[[^\[\]]*\]\(\S*\)")


class _Parser(MarkdownIt):
    def validateLink(self, url: str) -> bool:  # noqa: N802 - the library's name
        return allowed_link(url)


@lru_cache(maxsize=1)
def _parser() -> MarkdownIt:
    options = {"html": False, "typographer": True}
    return _Parser("commonmark", options).enable("smartquotes").disable("image")


def _only_allowed_links(tag: str, attribute: str, value: str) -> str | None:
    if attribute == "href" and not allowed_link(value):
        return None
    return value
