"""The second reader's page and the panel of nearest claims in a real browser, as `make run` serves them."""

from collections.abc import Iterator

import pytest
from browsing import PASSWORD, browser, context, faults, filled, needs_chromium, serving, sign_in, watched
from playwright.sync_api import BrowserContext, expect

__all__ = ["browser", "context"]

pytestmark = needs_chromium

DATA = f"""
from makers import NOON, make_claim, make_quotation, make_source, make_user, publish
from claims import roles, workflow
from claims.models import Appearance, Claim, Reply, Verdict
make_user("reader", role=roles.EDITOR, password={PASSWORD!r})
make_user("reporter", role=roles.REPORTER, password={PASSWORD!r})
claim = publish(make_claim("bridge"))
workflow.apply("revise", verdict=claim.verdict, by=make_user(), at=NOON)
Verdict.objects.update(summary="The works report names no date at all.")
source = make_source("article", text="The bridge will open in spring. She did not name a month. It is on budget.")
Appearance.objects.create(
    claim=claim, slug="article", source=source, mode="direct", language="en",
    quotation=make_quotation(source, "The bridge will open in spring. [...] It is on budget."),
)
unheld = make_source("unheld", text=source.snapshots.get().text + " Yes.", held=False)
Reply.objects.create(verdict=claim.verdict, asked_of="The mayor", asked_on=NOON.date(), by="e-mail")
workflow.apply("submit", verdict=claim.verdict, by=claim.verdict.author, at=NOON)
Claim.objects.create(slug="ferry", text="The ferry to the island was sold in secret.", title="Was the ferry sold?")
"""


@pytest.fixture(scope="module")
def desk(tmp_path_factory: pytest.TempPathFactory) -> Iterator[str]:
    """The address of a server with one claim that waits for its second read."""
    with serving(tmp_path_factory.mktemp("desk"), filled(DATA)) as served:
        yield served.address


@pytest.mark.parametrize(
    "context",
    [
        {"viewport": {"width": 360, "height": 800}, "color_scheme": "light"},
        {"viewport": {"width": 1280, "height": 800}, "color_scheme": "dark"},
    ],
    ids=["360-light", "1280-dark"],
    indirect=True,
)
@pytest.mark.parametrize("username", ["reader", "reporter"])
def test_the_page_is_sound(context: BrowserContext, desk: str, username: str) -> None:
    page = context.new_page()
    sign_in(page, desk, username)
    complaints = watched(page, desk)
    response = page.goto(f"{desk}/admin/claims/claim/1/second-read/")
    assert response is not None
    assert response.status == 200
    page.evaluate("document.fonts.ready")
    assert page.locator("[style], style").count() == 0
    for _ in range(2):
        assert (
            page.evaluate("document.documentElement.scrollWidth - document.documentElement.clientWidth") <= 0
        )
        page.locator("details").evaluate_all("all => all.forEach(one => one.open = true)")
    # The page asks for nothing that is not there.
    assert complaints == []
    assert faults(page, tags=None) == []


LIGHT, DARK = "rgb(254, 254, 252)", "rgb(21, 23, 27)"
# What stands on the desk itself and on the sheet of paper, and what claim.css draws outside of it.
TONES = """() => [
    getComputedStyle(document.body).backgroundColor,
    getComputedStyle(document.querySelector(".preview")).backgroundColor,
    getComputedStyle(document.querySelector(".preview h1")).color,
    getComputedStyle(document.querySelector(".in-passage .identifier")).color,
]"""


@pytest.mark.parametrize(
    "context", [{"color_scheme": "light"}, {"color_scheme": "dark"}], ids=["light", "dark"], indirect=True
)
def test_the_chosen_scheme_holds_on_the_desk_and_on_the_paper(context: BrowserContext, desk: str) -> None:
    page = context.new_page()
    sign_in(page, desk, "reader")
    seen = {}
    for chosen in ("light", "dark", "auto"):
        page.evaluate(f"localStorage.setItem('theme', '{chosen}')")
        page.goto(f"{desk}/admin/claims/claim/1/second-read/")
        seen[chosen] = page.evaluate(TONES)
    assert seen["light"][:2] == [LIGHT, LIGHT]
    assert seen["dark"][:2] == [DARK, DARK]
    assert not set(seen["light"]) & set(seen["dark"])
    system = page.evaluate("matchMedia('(prefers-color-scheme: dark)').matches")
    assert seen["auto"] == seen["dark" if system else "light"]
    # Paper is white, whatever the screen was.
    page.emulate_media(media="print")
    for chosen in ("dark", "auto"):
        page.evaluate(f"document.documentElement.dataset.theme = '{chosen}'")
        assert page.evaluate(TONES) == seen["light"]


@pytest.mark.parametrize("context", [{"java_script_enabled": False}], indirect=True)
def test_a_second_reader_without_script_returns_and_approves(context: BrowserContext, desk: str) -> None:
    page = context.new_page()
    sign_in(page, desk, "reader")
    page.goto(f"{desk}/admin/claims/claim/1/second-read/")
    expect(page.locator(".differences del").first).to_be_visible()
    expect(page.locator(".preview .fact-check h1")).to_be_visible()
    page.get_by_label("Note to whoever wrote it").fill("A thought that is not lost.")
    page.get_by_role("button", name="Approve as second reader").click()
    expect(page.locator("#refused")).to_contain_text("left out of a quotation")
    expect(page.get_by_label("Note to whoever wrote it")).to_have_value("A thought that is not lost.")
    page.get_by_label("I have read the words with a negation").check()
    page.get_by_role("button", name="Approve as second reader").click()
    expect(page.locator("dl.standing")).to_contain_text("Approved, ready to publish")
    expect(page.locator(".history")).to_contain_text("A thought that is not lost.")
    page.get_by_label("Note to whoever wrote it").fill("On second thoughts, no.")
    page.get_by_role("button", name="Return with the note").click()
    expect(page.locator("dl.standing")).to_contain_text("Being written")


def test_the_nearest_claims_follow_what_is_typed(context: BrowserContext, desk: str) -> None:
    page = context.new_page()
    sign_in(page, desk, "reporter")
    page.goto(f"{desk}/admin/claims/claim/add/")
    panel = page.get_by_role("region", name="Have we checked this before?")
    expect(panel).to_contain_text("Write the claim in a sentence")
    page.get_by_label("Claim:", exact=True).fill("In secret the island's ferry has been sold")
    expect(panel.get_by_role("link", name="Was the ferry sold?")).to_be_visible()
    assert faults(page, ".nearest", tags=None) == []
    page.get_by_label("Claim:", exact=True).fill("Nothing of the kind")
    expect(panel).to_contain_text("No other claim shares enough of these words.")


@pytest.mark.parametrize("context", [{"java_script_enabled": False}], indirect=True)
def test_without_script_a_button_asks_and_nothing_typed_is_lost(context: BrowserContext, desk: str) -> None:
    page = context.new_page()
    sign_in(page, desk, "reporter")
    page.goto(f"{desk}/admin/claims/claim/add/")
    sentence = page.get_by_label("Claim:", exact=True)
    sentence.fill("In secret the island's ferry has been sold")
    with context.expect_page() as opened:
        page.get_by_role("button", name="Look for similar claims").click()
    expect(opened.value.get_by_role("link", name="Was the ferry sold?")).to_be_visible()
    expect(sentence).to_have_value("In secret the island's ferry has been sold")
