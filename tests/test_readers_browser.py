"""The forms for readers in a real browser: without script, by keyboard, narrow and wide, light and dark."""

from collections.abc import Iterator

import pytest
from browsing import Served, browser, context, filled, needs_chromium, serving, sound, watched
from playwright.sync_api import BrowserContext, Page, expect

__all__ = ["browser", "context"]

pytestmark = needs_chromium

DATA = """
from makers import NOON, make_published, make_user
from claims import workflow
make_published("bridge", title="Will the bridge open in spring?")
gone = make_published("gone", title="Was the ferry sold?")
workflow.apply("withdraw", verdict=gone.verdict, by=make_user(), at=NOON, note="The paper was forged.")
"""
SIGHTS = [(360, "light"), (1280, "dark"), (360, "dark"), (1280, "light")]

sights = pytest.mark.parametrize(
    "context",
    [
        {"viewport": {"width": width, "height": 800}, "color_scheme": scheme, "java_script_enabled": True}
        for width, scheme in SIGHTS
    ],
    ids=[f"{width}-{scheme}" for width, scheme in SIGHTS],
    indirect=True,
)
without_script = pytest.mark.parametrize("context", [{"java_script_enabled": False}], indirect=True)


@pytest.fixture(scope="module")
def site(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Served]:
    with serving(tmp_path_factory.mktemp("readers"), filled(DATA)) as served:
        yield served


@pytest.fixture(autouse=True)
def fresh(site: Served) -> None:
    """Every test begins with nothing sent: they share one address."""
    site.shell("from factcheck.readers.models import Tally; Tally.objects.all().delete()")


def name_of(page: Page) -> str:
    return str(page.evaluate("matchMedia('(prefers-color-scheme: dark)').matches ? 'dark' : 'light'"))


@sights
def test_every_state_of_the_forms_is_sound(context: BrowserContext, site: Served) -> None:
    page = context.new_page()
    complaints = watched(page, site.address)
    scheme = ""
    for path in ("/claims/bridge/report/", "/suggest/"):
        page.goto(site.address + path)
        scheme = scheme or name_of(page)
        kind = path.strip("/").rpartition("/")[2]
        sound(page, f"{kind}-empty-{scheme}", complaints, tags=None)
        expect(page.get_by_label("Leave this field empty")).not_to_be_in_viewport(ratio=0.5)
        # A mistake: the words stay, the fields are named.
        page.get_by_label("Your e-mail address").fill("ada at example")
        page.get_by_role("button", name="Send").click()
        expect(page.get_by_role("alert")).to_contain_text("Nothing was sent yet.")
        expect(page.get_by_label("Your e-mail address")).to_have_value("ada at example")
        sound(page, f"{kind}-wrong-{scheme}", complaints, tags=None)
        page.get_by_label("Your e-mail address").fill("ada@example.org")
        page.locator("textarea").first.fill("The date is wrong. " * 30)
        page.get_by_role("button", name="Send").click()
        expect(page.get_by_role("heading", name="Thank you")).to_be_visible()
        sound(page, f"{kind}-sent-{scheme}", complaints, tags=None)


@sights
def test_over_the_limit_what_was_typed_stays(context: BrowserContext, site: Served) -> None:
    page = context.new_page()
    complaints = watched(page, site.address)
    site.shell(
        "import datetime as dt; from django.db import transaction; from factcheck.readers import tallies\n"
        "with transaction.atomic():\n"
        "    [tallies.admit('127.0.0.1', at=dt.datetime.now(dt.UTC)) for _ in range(tallies.PER_ADDRESS)]"
    )
    page.goto(f"{site.address}/suggest/")
    page.get_by_label("The claim").fill("The ferry was sold in secret.")
    with page.expect_response(f"{site.address}/suggest/") as answered:
        page.get_by_role("button", name="Send").click()
    assert answered.value.status == 429
    expect(page.get_by_role("alert")).to_contain_text("within this hour")
    expect(page.get_by_label("The claim")).to_have_value("The ferry was sold in secret.")
    sound(page, f"limit-{name_of(page)}", complaints, tags=None)


@without_script
def test_a_reader_without_script_reports_an_error(context: BrowserContext, site: Served) -> None:
    page = context.new_page()
    page.goto(f"{site.address}/claims/bridge/")
    page.get_by_role("link", name="Report an error").click()
    expect(page).to_have_url(f"{site.address}/claims/bridge/report/")
    page.get_by_label("What is wrong?").fill("The article is of May, not of June.")
    page.get_by_role("button", name="Send the report").click()
    expect(page.get_by_text("Nothing was published.")).to_be_visible()
    page.get_by_role("link", name="Back to the fact-check").click()
    expect(page).to_have_url(f"{site.address}/claims/bridge/")
    said = site.shell("from claims.models import ErrorReport; print(ErrorReport.objects.latest('pk').text)")
    assert said == "The article is of May, not of June."


@without_script
def test_a_withdrawn_fact_check_can_be_reported_too(context: BrowserContext, site: Served) -> None:
    page = context.new_page()
    page.goto(f"{site.address}/claims/gone/")
    page.get_by_role("link", name="Report an error").click()
    page.get_by_label("What is wrong?").fill("The paper was not forged.")
    page.get_by_role("button", name="Send the report").click()
    expect(page.get_by_role("heading", name="Thank you")).to_be_visible()


@without_script
def test_a_lookup_that_finds_nothing_leads_to_a_suggestion(context: BrowserContext, site: Served) -> None:
    page = context.new_page()
    page.goto(site.address)
    page.get_by_role("searchbox").fill("unicorn in the harbour")
    page.get_by_role("button", name="Look up").click()
    page.get_by_role("link", name="Suggest it to us").click()
    expect(page.get_by_label("The claim")).to_have_value("unicorn in the harbour")
    page.get_by_label("Who said it?").fill("The harbour master")
    page.get_by_role("button", name="Send the suggestion").click()
    expect(page.get_by_role("heading", name="Thank you")).to_be_visible()


def test_a_reader_at_the_keyboard_never_meets_the_trap(context: BrowserContext, site: Served) -> None:
    page = context.new_page()
    page.goto(f"{site.address}/suggest/")
    page.get_by_label("The claim").focus()
    met = []
    for _ in range(6):
        page.keyboard.press("Tab")
        met.append(page.evaluate("document.activeElement.name || document.activeElement.textContent"))
    assert met[:5] == ["where", "who", "name", "email", "Send the suggestion"]


def test_who_fills_the_trap_is_shown_it(context: BrowserContext, site: Served) -> None:
    page = context.new_page()
    page.goto(f"{site.address}/suggest/")
    page.get_by_label("The claim").fill("The ferry was sold.")
    page.get_by_label("Leave this field empty").evaluate("one => { one.value = 'filled by a program'; }")
    page.get_by_role("button", name="Send").click()
    trap = page.get_by_label("Leave this field empty")
    trap.scroll_into_view_if_needed()
    expect(trap).to_be_in_viewport(ratio=0.9)
    trap.fill("")
    page.get_by_role("button", name="Send").click()
    expect(page.get_by_role("heading", name="Thank you")).to_be_visible()
