"""Markdown of editors as HTML that is safe to show: what may pass, and that nothing else does."""

from html.parser import HTMLParser

import pytest
from hypothesis import given
from hypothesis import strategies as st

from claims.rationale import ATTRIBUTES, TAGS, allowed_link, left_over, to_html


@pytest.mark.parametrize(
    ("address", "allowed"),
    [
        # The web, and pages of this site by their path.
        ("https://example.org/a?b=c#d", True),
        ("http://example.org", True),
        ("HTTPS://EXAMPLE.ORG/", True),
        ("/claims/a-claim/", True),
        ("/", True),
        # Another site in disguise: browsers read these as //host.
        ("//example.org/a", False),
        ("///example.org", False),
        ("/\\example.org", False),
        ("/\t/example.org", False),
        ("/\n/example.org", False),
        # Schemes that run or carry something.
        ("javascript:alert(1)", False),
        ("JavaScript:alert(1)", False),
        ("data:text/html,x", False),
        ("vbscript:x", False),
        ("file:///etc/passwd", False),
        ("mailto:a@example.org", False),
        # Neither an address of the web nor a path from the root.
        ("https:example.org", False),
        ("https:///example.org", False),
        ("http://[bad", False),
        ("claims/a-claim/", False),
        ("#why", False),
        ("?q=a", False),
        ("", False),
    ],
)
def test_where_a_link_may_lead(address: str, allowed: bool) -> None:
    assert allowed_link(address) is allowed


@pytest.mark.parametrize(
    ("text", "html"),
    [
        ("A *b* **c**.", "<p>A <em>b</em> <strong>c</strong>.</p>\n"),
        ("- one\n- two", "<ul>\n<li>one</li>\n<li>two</li>\n</ul>\n"),
        ("3. three", '<ol start="3">\n<li>three</li>\n</ol>\n'),
        ("> said", "<blockquote>\n<p>said</p>\n</blockquote>\n"),
        # A link keeps no say over who gets credit or a handle on this window.
        ("[a](/claims/b/)", '<p><a href="/claims/b/" rel="nofollow noopener">a</a></p>\n'),
        (
            "<https://a.example/>",
            '<p><a href="https://a.example/" rel="nofollow noopener">https://a.example/</a></p>\n',
        ),
        # A refused link stays as typed.
        ("[a](//b.example)", "<p>[a](//b.example)</p>\n"),
        ("[a](javascript:b)", "<p>[a](javascript:b)</p>\n"),
        # No raw HTML and no images.
        ("<b>a</b>", "<p>&lt;b&gt;a&lt;/b&gt;</p>\n"),
        ("<script>a</script>", "<p>&lt;script&gt;a&lt;/script&gt;</p>\n"),
        ("![a](//b.example/c.png)", "<p>![a](//b.example/c.png)</p>\n"),
        # The page has the first two levels of headings, and the walk down has no gap.
        ("# A\n\n## B", "<h3>A</h3>\n<h4>B</h4>\n"),
        ("### A", "<h3>A</h3>\n"),
        ("A\n===", "<h3>A</h3>\n"),
        # Typographic marks, but not in code.
        ('It\'s "so".', "<p>It’s “so”.</p>\n"),
        ('`"so"`', '<p><code>"so"</code></p>\n'),
        ("", ""),
    ],
)
def test_what_comes_out(text: str, html: str) -> None:
    assert to_html(text) == html


@pytest.mark.parametrize(
    ("text", "found"),
    [
        ("**Bold**, [words](https://example.org/a_(b)), a < b, 3 > 2, `<code>` and [sic].", []),
        ("One <script>alert(1)</script>.", ["<script>", "</script>"]),
        ("<div>\nA block.\n</div>", ["<div>", "</div>"]),
        ("A [link](javascript:alert(1)) to nowhere.", ["[link](javascript:alert(1))"]),
        ("> A [link](relative/page) in a quotation", ["[link](relative/page)"]),
    ],
)
def test_what_would_come_out_as_it_was_typed(text: str, found: list[str]) -> None:
    assert left_over(text) == found


def test_an_image_is_no_more_than_a_link() -> None:
    assert "<img" not in to_html("![a](https://b.example/c.png)")


def test_headings_can_begin_lower() -> None:
    assert to_html("## A\n\n##### B", highest=4) == "<h4>A</h4>\n<h6>B</h6>\n"


class Walk(HTMLParser):
    """Collects whatever a rationale may not contain."""

    def __init__(self) -> None:
        super().__init__(convert_charrefs=True)
        self.problems: list[str] = []

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        if tag not in TAGS:
            self.problems.append(f"<{tag}>")
        for name, value in attrs:
            if name not in ATTRIBUTES.get(tag, set()) | {"rel"}:
                self.problems.append(f"<{tag} {name}>")
            if name == "href" and not allowed_link(value or ""):
                self.problems.append(f"<{tag} {name}={value!r}>")

    def handle_comment(self, data: str) -> None:
        self.problems.append(f"<!--{data}-->")


PIECES = st.sampled_from(
    [
        *(
            "<",
            ">",
            "[",
            "]",
            "(",
            ")",
            "!",
            "`",
            "&",
            '"',
            "'",
            "\\",
            "\n",
            "\t",
            " ",
            "#",
            "*",
            ":",
            "/",
            "//",
        ),
        *(
            "javascript:",
            "https://a.example",
            "data:text/html,",
            "onclick=",
            "script",
            "img src=",
            "style",
            "a",
        ),
        *("&#9;", "&#x2f;", "&colon;", "<!--", "-->", "]]>", "<a href=", "<svg onload=", "[x]: //b.example"),
    ]
)


@given(st.lists(PIECES | st.text(max_size=6), max_size=24).map("".join))
def test_nothing_unsafe_comes_out_of_anything(text: str) -> None:
    walk = Walk()
    walk.feed(to_html(text))
    walk.close()
    assert walk.problems == []
