"""The pages of accounts in a real browser: from a wrong password to the second step, narrow and wide."""

import base64
import time
from collections.abc import Iterator

import pytest
from browsing import (
    PASSWORD,
    WCAG,
    Served,
    browser,
    filled,
    give_name,
    needs_chromium,
    serving,
    sound,
    watched,
)
from django_otp.oath import TOTP
from playwright.sync_api import Browser, expect

__all__ = ["browser"]

pytestmark = needs_chromium

NAME = "browser-ada"
STRICT = [*WCAG, "best-practice"]
ACCOUNTS = f"""
from django.contrib.auth.models import User
for name in ("{NAME}-360", "{NAME}-1280", "browser-colleague"):
    user, _ = User.objects.get_or_create(username=name)
    user.set_password("{PASSWORD}")
    user.is_staff = user.is_superuser = True
    user.save()
from factcheck.accounts import factor
from django_otp.plugins.otp_totp.models import TOTPDevice
factor.begin(user)
TOTPDevice.objects.update(confirmed=True)
"""


@pytest.fixture(scope="module")
def house(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Served]:
    """A server with accounts, which asks for a second factor."""
    folder = tmp_path_factory.mktemp("accounts")
    with serving(folder, filled(ACCOUNTS), FACTCHECK_SECOND_FACTOR="1") as served:
        yield served


def code_for(key: str) -> str:
    secret = key.replace(" ", "")
    totp = TOTP(base64.b32decode(secret + "=" * (-len(secret) % 8)))
    totp.time = time.time()
    return f"{totp.token():06}"


@pytest.mark.parametrize("width", [360, 1280])
def test_a_walk_through_ones_account(browser: Browser, house: Served, width: int) -> None:
    site = house.address
    colleague = house.shell(
        "from django.contrib.auth.models import User; print(User.objects.get(username='browser-colleague').pk)"
    )
    context = browser.new_context(viewport={"width": width, "height": 800})
    page = context.new_page()
    complaints = watched(page, site)
    name = f"{NAME}-{width}"

    page.goto(f"{site}/admin/login/")
    sound(page, "sign-in", complaints, tags=STRICT)
    give_name(page, name, "wrong")
    expect(page.get_by_text("Please enter the correct username and password")).to_be_visible()
    sound(page, "wrong-password", complaints, tags=STRICT)
    page.get_by_role("link", name="Forgotten").click()
    expect(page.get_by_text("This server sends no mail")).to_be_visible()
    sound(page, "reset-without-mail", complaints, tags=STRICT)
    link = house.place.manage("password_link", name).stdout.strip()
    page.goto(link)
    sound(page, "set-password", complaints, tags=STRICT)
    page.get_by_label("New password", exact=False).first.fill("abc")
    page.get_by_label("New password confirmation").fill("abcd")
    page.get_by_role("button", name="Set the password").click()
    sound(page, "set-password-refused", complaints, tags=STRICT)
    for label in ("New password:", "New password confirmation:"):
        page.get_by_label(label, exact=True).fill("an entirely new phrase")
    page.get_by_role("button", name="Set the password").click()
    sound(page, "password-is-set", complaints, tags=STRICT)
    page.goto(link)
    sound(page, "link-is-used", complaints, tags=STRICT)

    page.goto(f"{site}/admin/account/")
    give_name(page, name, "an entirely new phrase")
    expect(page.get_by_role("heading", name="Your account")).to_be_visible()
    sound(page, "account", complaints, tags=STRICT)
    page.get_by_role("link", name="Set up a second factor").click()
    page.get_by_label("Your password").fill("wrong")
    page.get_by_role("button", name="Go on").click()
    sound(page, "set-up", complaints, tags=STRICT)
    page.get_by_label("Your password").fill("an entirely new phrase")
    page.get_by_role("button", name="Go on").click()
    key = page.locator("code.key").inner_text()
    sound(page, "scan", complaints, tags=STRICT)
    page.get_by_role("textbox", name="Code").fill(code_for(key))
    page.get_by_role("button", name="Confirm").click()
    expect(page.locator(".codes li")).to_have_count(10)
    sound(page, "recovery-codes", complaints, tags=STRICT)
    recovery = page.locator(".codes li").first.inner_text()
    page.get_by_role("link", name="I have kept them").click()
    sound(page, "account-with-factor", complaints, tags=STRICT)
    for title in ("Make new recovery codes", "Replace the authenticator app", "Remove the second factor"):
        page.get_by_role("link", name=title).click()
        expect(page).not_to_have_url(f"{site}/admin/account/")
        sound(page, title.lower().replace(" ", "-"), complaints, tags=STRICT)
        page.goto(f"{site}/admin/account/")

    page.goto(f"{site}/admin/auth/user/{colleague}/second-factor/")
    sound(page, "colleague", complaints, tags=STRICT)

    page.get_by_role("button", name="Log out").click()
    page.goto(f"{site}/admin/account/")
    give_name(page, name, "an entirely new phrase")
    expect(page.get_by_role("heading", name="Second step")).to_be_visible()
    sound(page, "second-step", complaints, tags=STRICT)
    page.get_by_role("textbox", name="Code").fill("nonsense")
    page.get_by_role("button", name="Go on").click()
    sound(page, "second-step-wrong", complaints, tags=STRICT)
    # One wrong code makes one wait for a second.
    page.wait_for_timeout(1100)
    page.get_by_role("textbox", name="Code").fill(recovery)
    page.get_by_role("button", name="Go on").click()
    expect(page.get_by_text("9 are left")).to_be_visible()
    sound(page, "signed-in-by-recovery-code", complaints, tags=STRICT)

    # The session ends while something is being typed.
    page.goto(f"{site}/admin/auth/user/{colleague}/change/")
    page.get_by_label("First name").fill("Written for hours")
    end_sessions(house)
    page.get_by_role("button", name="Save", exact=True).click()
    expect(page.get_by_role("heading", name="Not saved yet")).to_be_visible()
    sound(page, "held", complaints, tags=STRICT)
    with context.expect_page() as opened:
        page.get_by_role("link", name="Sign in, in another tab").click()
    other = opened.value
    give_name(other, name, "an entirely new phrase")
    codes = recovery_codes(house, name)
    other.get_by_role("textbox", name="Code").fill(codes)
    other.get_by_role("button", name="Go on").click()
    expect(other.get_by_text("8 are left").or_(other.get_by_text("9 are left"))).to_be_visible()
    page.get_by_role("button", name="I am signed in").click()
    sound(page, "again", complaints, tags=STRICT)
    page.get_by_role("button", name="Send it again").click()
    expect(page.get_by_text("was changed successfully")).to_be_visible()
    page.goto(f"{site}/admin/auth/user/{colleague}/change/")
    expect(page.get_by_label("First name")).to_have_value("Written for hours")

    end_sessions(house)
    page.goto(f"{site}/admin/account/")
    expect(page.get_by_text("nothing was opened or saved for 2 hours")).to_be_visible()
    sound(page, "session-ended", complaints, tags=STRICT)
    for _ in range(5):
        give_name(page, f"nobody-{width}", "wrong")
    expect(page.get_by_text("Wait 15 minutes, then try again.")).to_be_visible()
    sound(page, "locked-out", complaints, tags=STRICT)
    assert complaints == []
    context.close()


def end_sessions(house: Served) -> None:
    house.shell(
        "from django.contrib.sessions.models import Session\n"
        "from django.contrib.sessions.backends.db import SessionStore\n"
        "for row in Session.objects.all():\n"
        "    store = SessionStore(row.session_key)\n"
        "    if store.get('account_seen'):\n"
        "        store['account_seen'] -= 3 * 3600\n"
        "        store.save()\n",
    )


def recovery_codes(house: Served, name: str) -> str:
    return house.shell(
        "from django.contrib.auth.models import User\nfrom factcheck.accounts import factor\n"
        f"print(factor.renew_codes(User.objects.get(username='{name}'))[0])",
    )
