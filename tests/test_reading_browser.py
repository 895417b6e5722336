"""Reading a source in a real browser: words picked with the mouse, at the keyboard and without script."""

from collections.abc import Iterator
from pathlib import Path
from typing import Any, NamedTuple

import pytest
from browsing import (
    PASSWORD,
    Served,
    browser,
    faults,
    filled,
    needs_chromium,
    picture,
    serving,
    sign_in,
    sound,
    watched,
)
from makers import TEXT
from playwright.sync_api import Browser, BrowserContext, Page, expect

__all__ = ["browser"]

pytestmark = needs_chromium

# Two UTF-16 units each, before everything that is quoted: offsets of the page are not offsets of the text.
DUCKS = "\U0001f986 Ducks \U0001f986\U0001f986 first, 𝒶𝓃𝒹 a tab\there.\n\n"
LONG = 1_000_000

DATA = f"""
from makers import make_claim, make_source, make_user
from claims import roles
from claims.models import Claim
make_user("reporter", role=roles.REPORTER, password="{PASSWORD}")
source = make_source("bridge-story", title="Bridge to open in spring", text={DUCKS + TEXT!r})
claim = make_claim("bridge", source=source, title="Will the bridge open in spring?")
line = "The council met on day %d and said that nothing at all had been settled yet. \U0001f986\\n"
long = make_source("long-debate", title="A very long debate", text="".join(line % n for n in range(20000))[:{LONG}])
"""
KEYS = """
from claims.models import Claim
from sources.models import Snapshot, Source
claim = Claim.objects.get()
source, long = Source.objects.get(slug="bridge-story"), Snapshot.objects.get(source__slug="long-debate")
rows = [claim, claim.appearances.get(), claim.verdict, source, source.snapshots.get(), long]
print(*[row.pk for row in rows])
"""


class Desk(NamedTuple):
    """A server and the keys of its rows."""

    served: Served
    claim: str
    appearance: str
    verdict: str
    source: str
    snapshot: str
    long: str

    @property
    def address(self) -> str:
        return self.served.address

    def reading(self, query: str = "", snapshot: str = "") -> str:
        return f"{self.address}/admin/claims/claim/snapshot/{snapshot or self.snapshot}/read/{query}"


@pytest.fixture(scope="module")
def desk(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Desk]:
    with serving(tmp_path_factory.mktemp("reading"), filled(DATA)) as served:
        yield Desk(served, *served.shell(KEYS).split())


@pytest.fixture(scope="module")
def signed_in(browser: Browser, desk: Desk) -> Any:
    """What the browser keeps of a session that began on the sign-in page."""
    context = browser.new_context()
    sign_in(context.new_page(), desk.address, "reporter")
    state = context.storage_state()
    context.close()
    return state


@pytest.fixture
def context(browser: Browser, signed_in: Any, request: pytest.FixtureRequest) -> Iterator[BrowserContext]:
    opened = browser.new_context(storage_state=signed_in, **getattr(request, "param", {}))
    yield opened
    opened.close()


@pytest.fixture
def page(context: BrowserContext) -> Page:
    """A page of the signed-in reporter."""
    return context.new_page()


@pytest.fixture
def complaints(page: Page, desk: Desk) -> Iterator[list[str]]:
    """What goes wrong on the page; whatever is left at the end is a fault."""
    found = watched(page, desk.address)
    yield found
    assert found == []


SIGHTS = [
    {"viewport": {"width": 360, "height": 760}, "color_scheme": "light"},
    {"viewport": {"width": 1280, "height": 900}, "color_scheme": "dark"},
]
both = pytest.mark.parametrize("context", SIGHTS, ids=["360-light", "1280-dark"], indirect=True)


def corner(page: Page, words: str, *, end: bool) -> tuple[float, float]:
    """Where words of the text begin or end on the screen."""
    box = page.evaluate(
        """([words, end]) => {
            const text = document.getElementById("text");
            const walker = document.createTreeWalker(text, NodeFilter.SHOW_TEXT);
            for (let node = walker.nextNode(); node; node = walker.nextNode()) {
                const at = node.data.indexOf(words);
                if (at < 0) continue;
                const range = document.createRange();
                range.setStart(node, at);
                range.setEnd(node, at + words.length);
                const boxes = range.getClientRects(), box = boxes[end ? boxes.length - 1 : 0];
                return [end ? box.right : box.left, box.top + box.height / 2];
            }
        }""",
        [words, end],
    )
    x, y = box
    return x, y


def select(page: Page, first: str, last: str) -> None:
    """Drag the mouse from the beginning of some words to the end of others."""
    # Lines move when the fonts come in, and with them the words that are aimed at.
    page.evaluate("document.fonts.ready")
    page.locator("#text").scroll_into_view_if_needed()
    page.mouse.move(*corner(page, first, end=False))
    page.mouse.down()
    page.mouse.move(*corner(page, last, end=True), steps=8)
    page.mouse.up()


def quoted(desk: Desk, what: str) -> str:
    """The words and the place of the last quotation, as the database has them."""
    code = (
        "from sources.models import Quotation; q = Quotation.objects.order_by('pk').last(); "
        "print(repr((q.start, q.end, q.selector['level'], q.problems(), str(q))))"
    )
    return desk.served.shell(code)


@both
def test_words_are_selected_with_the_mouse_over_the_end_of_a_paragraph(
    page: Page, desk: Desk, complaints: list[str]
) -> None:
    page.goto(desk.reading(f"?claim={desk.claim}"))
    sound(page, "reading", complaints, part="#content")
    select(page, "Critics doubted", "The works report")
    words = "Critics doubted it.\n\nThe works report"
    expect(page.get_by_label("Words, as printed")).to_have_value(words)
    expect(page.get_by_role("status")).to_contain_text("Critics doubted it. The works report")
    sound(page, "selected", complaints, part="#content")
    page.get_by_label("as a new appearance of the claim").check()
    page.get_by_label("How the claim appears there").select_option("Indirect speech")
    page.get_by_role("button", name="Quote these words").last.click()
    expect(page).to_have_url(f"{desk.address}/admin/claims/claim/{desk.claim}/change/")
    expect(page.get_by_text("Character for character as in the archived text.")).to_be_visible()
    start = (DUCKS + TEXT).index(words)
    assert quoted(desk, "appearance") == repr((start, start + len(words), "exact", [], words))


def test_words_are_selected_at_the_keyboard(page: Page, desk: Desk, complaints: list[str]) -> None:
    page.goto(desk.reading(f"?claim={desk.claim}"))
    page.locator("#text").focus()
    field = page.get_by_label("Words, as printed")
    page.keyboard.press("ArrowRight")
    expect(field).to_have_value("Ducks")
    page.keyboard.press("Control+End")
    expect(field).to_have_value("bridge")
    for _ in range(3):
        page.keyboard.press("Shift+ArrowLeft")
    expect(field).to_have_value("twice on the bridge")
    page.keyboard.press("Home")
    expect(field).to_have_value("The")
    page.keyboard.press("ArrowUp")
    page.keyboard.press("ArrowDown")
    page.keyboard.press("Home")
    page.keyboard.press("ArrowRight")
    page.keyboard.press("Shift+ArrowRight")
    expect(field).to_have_value("works report")
    page.keyboard.press("Enter")
    expect(field).to_be_focused()
    page.get_by_label("as new evidence").check()
    page.get_by_label("What the words do").select_option("Gives context")
    page.keyboard.press("Tab")
    page.get_by_role("button", name="Quote these words").last.press("Enter")
    expect(page).to_have_url(f"{desk.address}/admin/claims/verdict/{desk.verdict}/change/")
    start = (DUCKS + TEXT).index("works report")
    assert quoted(desk, "evidence") == repr((start, start + 12, "exact", [], "works report"))


def test_what_was_typed_is_not_written_over(page: Page, desk: Desk, complaints: list[str]) -> None:
    page.goto(desk.reading(f"?claim={desk.claim}"))
    field = page.get_by_label("Words, as printed")
    field.fill("My own words")
    select(page, "A tender", "in May")
    expect(page.get_by_role("status")).to_contain_text("Other words stand in the form already")
    expect(field).to_have_value("My own words")
    page.get_by_role("button", name="Use these words instead").click()
    expect(field).to_have_value("A tender closed in May")


@pytest.mark.parametrize("context", [{"java_script_enabled": False}], indirect=True)
def test_without_script_words_are_typed_and_the_place_is_chosen(
    page: Page, desk: Desk, complaints: list[str]
) -> None:
    page.goto(f"{desk.address}/admin/claims/claim/{desk.claim}/change/")
    page.locator(f'a[href$="?appearance={desk.appearance}"]').click()
    expect(page).to_have_url(desk.reading(f"?appearance={desk.appearance}"))
    expect(page.get_by_label("in place of the words of the appearance “courier”")).to_be_checked()
    page.get_by_label("Words, as printed").fill("bridge")
    page.get_by_role("button", name="Quote these words").click()
    expect(page.get_by_text("choose the place that you mean").first).to_be_visible()
    page.get_by_role("group", name="Which of the places").get_by_label("voted twice on the bridge").check()
    page.get_by_role("button", name="Quote these words").click()
    expect(page).to_have_url(f"{desk.address}/admin/claims/claim/{desk.claim}/change/")
    start = (DUCKS + TEXT).rindex("bridge")
    assert quoted(desk, "appearance") == repr((start, start + 6, "exact", [], "bridge"))


@both
def test_answers_are_sound_to_look_at(page: Page, desk: Desk, complaints: list[str]) -> None:
    page.goto(desk.reading(f"?claim={desk.claim}"))
    for words, name in (
        ("bridge", "several"),
        ("A tender would close in May", "near"),
        ("no [un", "refused"),
    ):
        page.get_by_label("Words, as printed").fill(words)
        page.get_by_role("button", name="Quote these words").last.click()
        expect(page.get_by_text("Nothing was quoted yet")).to_be_visible()
        sound(page, f"answer-{name}", complaints, part="#content")
    page.goto(f"{desk.address}/admin/claims/claim/{desk.claim}/change/")
    field = page.locator("#id_appearances-0-words")
    for words, name in (("open", "several"), ("the bridge would open in spring", "near")):
        field.fill(words)
        page.get_by_role("button", name="Save", exact=True).click()
        expect(page.locator(".answer")).to_be_visible()
        expect(field).to_have_value(words)
        assert complaints == []
        picture(page.locator("#appearances-0"), f"row-{name}-{(page.viewport_size or {})['width']}")
        assert faults(page, "#appearances-0 .field-words") == []
        complaints.clear()
    page.goto(f"{desk.address}/admin/sources/source/{desk.source}/change/")
    sound(page, "source", complaints, part="#snapshots-group")
    page.goto(desk.reading())
    expect(page.get_by_role("link", name="Will the bridge open in spring?").first).to_be_visible()
    sound(page, "reading-for-no-claim", complaints, part="#content")


@both
def test_a_snapshot_is_taken_from_a_file(
    page: Page, desk: Desk, complaints: list[str], tmp_path: Path
) -> None:
    page.goto(f"{desk.address}/admin/sources/source/{desk.source}/change/")
    page.get_by_role("link", name="Take a snapshot").click()
    expect(page.get_by_role("button", name="Take the snapshot")).to_be_visible()
    sound(page, "take-snapshot", complaints, part="#content")
    width = (page.viewport_size or {})["width"]
    (tmp_path / "text.txt").write_bytes(f"\ufeffAn update, seen at {width}.\r\n".encode())
    (tmp_path / "picture.png").write_bytes(b"\x89PNG")
    page.get_by_label("or a text file").set_input_files(tmp_path / "picture.png")
    page.get_by_label("How the text was taken").fill("Saved from the web page.")
    page.get_by_role("button", name="Take the snapshot").click()
    expect(page.get_by_text("is not plain text in UTF-8")).to_be_visible()
    sound(page, "take-snapshot-refused", complaints, part="#content")
    page.get_by_label("or a text file").set_input_files(tmp_path / "text.txt")
    page.get_by_role("button", name="Take the snapshot").click()
    expect(page.get_by_text("the byte order mark was dropped").first).to_be_visible()
    expect(page.locator("#text")).to_have_text(f"An update, seen at {width}.")


def test_a_text_of_a_million_characters_can_be_read_and_quoted(
    page: Page, desk: Desk, complaints: list[str]
) -> None:
    page.goto(desk.reading(f"?claim={desk.claim}", desk.long))
    shown = page.evaluate("[...document.getElementById('text').textContent].length")
    assert shown == LONG
    assert page.locator("#text > div").count() <= 4000
    words = "day 12000 and said"
    page.evaluate(
        """() => [...document.querySelectorAll("#text > div")]
            .find(one => one.textContent.includes("day 12000 ")).scrollIntoView({block: "center"})"""
    )
    page.mouse.move(*corner(page, words, end=False))
    page.mouse.down()
    page.mouse.move(*corner(page, words, end=True), steps=4)
    page.mouse.up()
    expect(page.get_by_label("Words, as printed")).to_have_value(words)
    page.get_by_label("as a new appearance of the claim").check()
    page.get_by_label("How the claim appears there").select_option("Direct quotation")
    page.get_by_role("button", name="Quote these words").last.click()
    expect(page).to_have_url(f"{desk.address}/admin/claims/claim/{desk.claim}/change/")
    assert "[], 'day 12000 and said')" in quoted(desk, "appearance")
