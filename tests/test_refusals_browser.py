"""The pages of a no in a real browser, narrow and wide: at the desk, and the form without its token on both sides."""

from collections.abc import Iterator

import pytest
from browsing import Served, browser, filled, needs_chromium, serving, sign_in, sound, watched
from playwright.sync_api import Browser, expect

__all__ = ["browser"]

pytestmark = needs_chromium

ACCOUNT = """
from makers import make_user
from claims import roles
make_user("browser-ada", role=roles.REPORTER, password="correct horse battery")
"""


@pytest.fixture(scope="module")
def house(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Served]:
    with serving(tmp_path_factory.mktemp("refusals"), filled(ACCOUNT)) as served:
        yield served


@pytest.mark.parametrize("width", [360, 1280])
def test_every_no_is_a_sound_page(browser: Browser, house: Served, width: int) -> None:
    site = house.address
    context = browser.new_context(viewport={"width": width, "height": 900})
    page = context.new_page()
    complaints = watched(page, site)
    page.goto(f"{site}/admin/login/")
    context.clear_cookies()
    page.get_by_label("Username").fill("browser-ada")
    page.get_by_label("Password").fill("correct horse battery")
    page.get_by_role("button", name="Log in").click()
    expect(page.get_by_role("heading", name="This form is out of date")).to_be_visible()
    sound(page, "stale", complaints)
    page.go_back()
    page.reload()
    sign_in(page, site, "browser-ada")
    for address, heading in [
        ("/admin/claims/methodology/add/", "Your account may not do this"),
        (f"/admin/nothing/{'at-all-' * 20}/", "There is no such page at the desk"),
        ("/admin/claims/claim/?_to_field=zzz", "This cannot be understood"),
    ]:
        page.goto(f"{site}{address}")
        expect(page.get_by_role("heading", name=heading)).to_be_visible()
        sound(page, f"refused-{heading[:12].replace(' ', '-')}", complaints)
    page.get_by_role("link", name="Back to the desk").click()
    expect(page).to_have_url(f"{site}/admin/")
    # The token of another sign-in, as in a tab that stayed open.
    page.goto(f"{site}/admin/claims/claim/add/")
    page.get_by_label("Title").fill("Typed before")
    page.evaluate("document.querySelector('#claim_form [name=csrfmiddlewaretoken]').value = 'x'.repeat(64)")
    page.get_by_role("button", name="Save", exact=True).click()
    expect(page.get_by_role("heading", name="This form is out of date")).to_be_visible()
    sound(page, "stale-desk", complaints)
    page.go_back()
    expect(page.get_by_label("Title")).to_have_value("Typed before")
    context.close()
