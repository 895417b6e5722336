"""The public pages in a real browser: the program as `make run` starts it, with the project's own seeds.

Each page is looked at narrow and light, and wide and dark.
"""

import urllib.error
import urllib.request
from collections.abc import Iterator

import pytest
from browsing import browser, context, faults, needs_chromium, serving, watched
from playwright.sync_api import BrowserContext, expect

__all__ = ["browser", "context"]

pytestmark = needs_chromium

CLAIM = "/claims/more-than-a-thousand-russian-troops/"
SOURCES = [
    *("000-galuzin-rewrite", "001-joint-force-plan", "002-ukraine-border"),
    *("003-moscow-correspondent", "004-explainer"),
]
PATHS = [
    "/",
    # All words, some words, no words; a filter; a value that is no date; a page further on.
    "/?q=thousand+troops",
    "/?q=thousand+unicorns",
    "/?q=unicorns",
    "/?attribution=confirmed-in-substance&utm_source=letter",
    "/?claimed_from=10.10.2022&rating=perhaps",
    "/?before=35",
    CLAIM,
    # Four wordings, many relations; a headline without a speaker; words left out of a quotation.
    "/claims/ukraine-is-planning-an-attack-on-belarus/",
    "/claims/joint-force-will-attack-ukraine/",
    *(f"/sources/{source}/" for source in SOURCES),
    # A list at its second sheet.
    "/sources/004-explainer/?made=2",
    "/speakers/alexander-lukashenko/",
    "/topics/",
    # A year, months, a week and days; many marks on one day; a claim without a date.
    "/topics/joint-force-size/",
    "/topics/one-remark-several-wordings/",
    "/topics/alleged-attack-plans/",
    "/publishers/",
    "/publishers/seed-desk/",
    "/check/",
    "/check/?url=https://nothing.example/",
    "/data/",
    "/api/",
    "/api/docs/",
    "/methodology/",
    "/about/",
    "/about/seeds/",
    f"{CLAIM}history/",
    f"{CLAIM}history/1/",
    f"{CLAIM}changes/",
    "/corrections/",
    "/suggest/",
    "/suggest/sent/",
    f"{CLAIM}report/",
    f"{CLAIM}report/sent/",
    "/no-such-page/",
]
SIGHTS = [(360, "light"), (1280, "dark")]


@pytest.fixture(scope="module")
def site(tmp_path_factory: pytest.TempPathFactory) -> Iterator[str]:
    """The address of a server that runs on the seeds."""
    with serving(tmp_path_factory.mktemp("site"), ["load_seeds"]) as served:
        yield served.address


@pytest.mark.parametrize("path", PATHS)
@pytest.mark.parametrize(
    "context",
    [{"viewport": {"width": width, "height": 800}, "color_scheme": scheme} for width, scheme in SIGHTS],
    ids=[f"{width}-{scheme}" for width, scheme in SIGHTS],
    indirect=True,
)
def test_a_page_is_sound(context: BrowserContext, site: str, path: str) -> None:
    page = context.new_page()
    complaints = watched(page, site)
    response = page.goto(site + path)
    assert response is not None
    assert "default-src 'none'" in response.headers["content-security-policy"]
    page.evaluate("document.fonts.ready")
    assert complaints == []
    assert page.locator("[style], style, script:not([type='application/ld+json'])").count() == 0
    assert page.evaluate("document.documentElement.scrollWidth - document.documentElement.clientWidth") <= 0
    page.locator("details").evaluate_all("all => all.forEach(one => one.open = true)")
    assert page.evaluate("document.documentElement.scrollWidth - document.documentElement.clientWidth") <= 0
    assert faults(page, tags=None) == []


def test_the_fonts_are_ours_and_are_used(context: BrowserContext, site: str) -> None:
    page = context.new_page()
    page.goto(site + CLAIM)
    page.evaluate("document.fonts.ready")
    loaded = page.evaluate(
        "[...document.fonts].filter(font => font.status === 'loaded').map(font => font.family)"
    )
    assert {"Source Serif 4", "Source Sans 3"} <= {family.strip('"') for family in loaded}


@pytest.mark.parametrize("context", [{"java_script_enabled": False}], indirect=True)
def test_a_reader_without_script_finds_a_remark_in_three_wordings(context: BrowserContext, site: str) -> None:
    page = context.new_page()
    page.goto(site)
    page.get_by_role("searchbox", name="Look up a claim").fill("Lukashenko thousand troops")
    page.get_by_role("button", name="Look up").click()
    page.get_by_text("Narrow the list").click()
    page.get_by_label("Did they say it?", exact=True).select_option("confirmed-in-substance")
    page.get_by_role("button", name="Apply").click()
    expect(page.get_by_label("What the list is narrowed to").get_by_role("listitem")).to_have_count(2)
    page.locator("h3 a", has_text="number more than 1,000 troops").click()
    expect(page).to_have_url(site + CLAIM)
    expect(page.locator(".wording")).to_have_count(3)
    for words in ("won’t be just a thousand troops", "more than a thousand men", "more than 1,000 people"):
        expect(page.locator(".wording .quotation", has_text=words)).to_have_count(1)
    page.get_by_text("Where these words stand").first.click()
    expect(
        page.get_by_text("this server does not hold the text and has not checked it").first
    ).to_be_visible()


def test_a_reader_at_the_keyboard(context: BrowserContext, site: str) -> None:
    page = context.new_page()
    page.goto(site + CLAIM)
    page.keyboard.press("Tab")
    skip = page.get_by_role("link", name="Skip to the content")
    expect(skip).to_be_focused()
    expect(skip).to_be_in_viewport()
    page.keyboard.press("Enter")
    expect(page.get_by_role("main")).to_be_focused()
    page.keyboard.press("Tab")
    focused = page.locator(":focus")
    assert focused.evaluate("one => getComputedStyle(one).outlineStyle") == "solid"


def test_the_map_of_a_text_leads_to_its_passages(context: BrowserContext, site: str) -> None:
    page = context.new_page()
    page.goto(f"{site}/sources/004-explainer/")
    drawing = page.get_by_role("group", name="Map of the archived text")
    marks = drawing.get_by_role("link")
    expect(marks).to_have_count(page.locator(".cited > li").count())
    first = drawing.get_by_role("link", name="Passage 1, quoted as evidence", exact=True)
    first.focus()
    page.keyboard.press("Tab")
    focused = page.locator(":focus")
    expect(focused).to_have_accessible_name("Passage 2, quoted as a wording")
    assert focused.locator("path").first.evaluate("one => getComputedStyle(one).strokeWidth") == "4px"
    # No mark is drawn on the one that has the focus before it is reached.
    assert first.locator("path").evaluate("one => getComputedStyle(one).stroke") == "none"
    page.keyboard.press("Enter")
    expect(page.locator("#passage-2")).to_be_in_viewport()
    expect(page).to_have_url(f"{site}/sources/004-explainer/#passage-2")


def test_on_paper_everything_is_open_and_nothing_navigates(context: BrowserContext, site: str) -> None:
    page = context.new_page()
    page.goto(site + CLAIM)
    folded, shown = (
        page.locator("details > dl, details > ol"),
        page.locator("details > *:not(summary):visible"),
    )
    expect(folded).not_to_have_count(0)
    expect(shown).to_have_count(0)
    page.emulate_media(media="print")
    expect(shown).to_have_count(folded.count())
    expect(page.get_by_role("navigation", name="Site")).to_be_hidden()
    expect(page.get_by_text(f"Printed from {site}{CLAIM}")).to_be_visible()


def test_words_left_out_of_a_quotation_open_where_they_were_left_out(
    context: BrowserContext, site: str
) -> None:
    page = context.new_page()
    page.goto(f"{site}/claims/joint-force-will-attack-ukraine/")
    mark = page.locator("a.elision").first
    words = page.locator(mark.get_attribute("href") or "")
    expect(words).to_be_hidden()
    mark.click()
    expect(words).to_be_visible()


OVERLAPS = """svg => {
  // The box of a text has room for accents, which lines may share.
  const box = one => {
    const {left, right, top, bottom} = one.getBoundingClientRect(), air = one.matches('text') ? 2 : 0
    return {left, right, top: top + air, bottom: bottom - air}
  }
  const boxes = [...svg.querySelectorAll('text:not(a text), a rect')].map(box)
  const touch = (a, b) => a.left < b.right && b.left < a.right && a.top < b.bottom && b.top < a.bottom
  return boxes.flatMap((a, at) => boxes.slice(at + 1).filter(b => touch(a, b))).length
}"""


@pytest.mark.parametrize(
    "context", [{"viewport": {"width": width, "height": 800}} for width in (360, 1280)], indirect=True
)
def test_a_mark_of_a_thread_leads_to_its_row(context: BrowserContext, site: str) -> None:
    page = context.new_page()
    page.goto(f"{site}/topics/joint-force-use/")
    page.evaluate("document.fonts.ready")
    # One drawing for each width, whose words and marks stand apart as they are set, too.
    drawing = page.locator(".timeline svg:visible")
    expect(drawing).to_have_count(1)
    assert drawing.evaluate(OVERLAPS) == 0
    mark = drawing.get_by_role("link", name="3: Alexander Lukashenko, 10 October 2022, inferred.")
    mark.focus()
    page.keyboard.press("Enter")
    row = page.locator("tr:target")
    expect(row).to_be_in_viewport()
    expect(row.get_by_role("cell").first).to_have_text("3")
    expect(page.locator(".said").get_by_role("row")).to_have_count(drawing.get_by_role("link").count() + 1)


def test_the_claimreview_in_the_page_is_json(context: BrowserContext, site: str) -> None:
    page = context.new_page()
    page.goto(site + CLAIM)
    found = page.evaluate(
        "JSON.parse(document.querySelector('script[type=\"application/ld+json\"]').textContent)"
    )
    assert found["@type"] == "ClaimReview"
    assert found["url"] == site + CLAIM


def test_a_missing_page_says_so(site: str) -> None:
    with pytest.raises(urllib.error.HTTPError) as refused:
        urllib.request.urlopen(f"{site}/claims/no-such-claim/", timeout=5)
    with refused.value as answer:
        assert answer.code == 404
        assert b"There is no such page" in answer.read()
