"""The pages of accounts in a real browser: from a wrong password to the second step, narrow and wide."""

import base64
import os
import subprocess
import sys
import time
from collections.abc import Iterator
from pathlib import Path

import pytest
from axe_playwright_python.sync_playwright import Axe
from django_otp.oath import TOTP
from playwright.sync_api import Browser, Page, expect
from test_pages_browser import CHROMIUM, ROOT, browser, free_port, wait_for

__all__ = ["browser"]

NAME, PASSWORD = "browser-ada", "correct horse battery"
# Where the pictures go, for whoever wants to look at them.
PICTURES = os.environ.get("PICTURES")

absent = not CHROMIUM.exists() and os.environ.get("CI") != "true"
pytestmark = pytest.mark.skipif(
    absent, reason="NOT RUN: no /usr/bin/chromium (Debian: apt-get install chromium)"
)

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
print(user.pk)
"""


@pytest.fixture(scope="module")
def house(tmp_path_factory: pytest.TempPathFactory) -> Iterator[tuple[str, str, dict[str, str]]]:
    """The address of a server with accounts, the number of a colleague's account, and the server's environment."""
    folder, port = tmp_path_factory.mktemp("accounts"), free_port()
    environment = {**os.environ, "FACTCHECK_DATA_DIR": str(folder / "data"), "PORT": str(port)}
    environment["FACTCHECK_SECOND_FACTOR"] = "1"

    def manage(*arguments: str) -> str:
        return subprocess.run(
            [sys.executable, "manage.py", *arguments],
            cwd=ROOT,
            env=environment,
            check=True,
            stdout=subprocess.PIPE,
            text=True,
        ).stdout

    manage("migrate", "--verbosity", "0")
    number = manage("shell", "-v", "0", "-c", ACCOUNTS).split()[-1]
    manage("collectstatic", "--noinput")
    with (folder / "log").open("wb") as log:
        process = subprocess.Popen(
            [sys.executable, "-m", "gunicorn", "--config", "python:factcheck.serving", "factcheck.wsgi"],
            cwd=ROOT,
            env=environment,
            stdout=log,
            stderr=subprocess.STDOUT,
        )
        try:
            address = f"http://127.0.0.1:{port}"
            wait_for(f"{address}/admin/login/", process)
            yield address, number, environment
        finally:
            process.terminate()
            process.wait(timeout=30)


def sound(page: Page, name: str, complaints: list[str]) -> None:
    """Nothing in the console, WCAG 2.2 AA as far as axe sees it, no sideways scrolling; a picture when asked for."""
    assert complaints == [], name
    if PICTURES:
        width = (page.viewport_size or {})["width"]
        page.screenshot(path=Path(PICTURES) / f"{name}-{width}.png", full_page=True)
    found = Axe().run(
        page, options={"runOnly": ["wcag2a", "wcag2aa", "wcag21a", "wcag21aa", "wcag22aa", "best-practice"]}
    )
    faults = [
        (violation["id"], [node["target"] for node in violation["nodes"]])
        for violation in found.response["violations"]
    ]
    assert faults == [], name
    assert page.evaluate("document.documentElement.scrollWidth <= innerWidth"), f"{name} scrolls sideways"
    # What axe and the camera themselves put into the page is no fault of the page.
    complaints.clear()


def sign_in(page: Page, name: str, password: str = PASSWORD) -> None:
    page.get_by_label("Username").fill(name)
    page.get_by_label("Password").fill(password)
    page.get_by_role("button", name="Log in").click()


def code_for(key: str) -> str:
    secret = key.replace(" ", "")
    totp = TOTP(base64.b32decode(secret + "=" * (-len(secret) % 8)))
    totp.time = time.time()
    return f"{totp.token():06}"


@pytest.mark.parametrize("width", [360, 1280])
def test_a_walk_through_ones_account(
    browser: Browser, house: tuple[str, str, dict[str, str]], width: int
) -> None:
    site, colleague, environment = house
    context = browser.new_context(viewport={"width": width, "height": 800})
    page = context.new_page()
    complaints: list[str] = []
    page.on("pageerror", lambda error: complaints.append(str(error)))
    page.on(
        "console",
        # The browser's own note on an answer of 403 or 429, which is what it should be.
        lambda message: (
            None
            if message.text.startswith("Failed to load resource") and "/admin/" in message.location["url"]
            else complaints.append(message.text)
        ),
    )
    name = f"{NAME}-{width}"

    page.goto(f"{site}/admin/login/")
    sound(page, "sign-in", complaints)
    sign_in(page, name, "wrong")
    expect(page.get_by_text("Please enter the correct username and password")).to_be_visible()
    sound(page, "wrong-password", complaints)
    page.get_by_role("link", name="Forgotten").click()
    expect(page.get_by_text("This server sends no mail")).to_be_visible()
    sound(page, "reset-without-mail", complaints)
    link = subprocess.run(
        [sys.executable, "manage.py", "password_link", name],
        cwd=ROOT,
        env=environment,
        check=True,
        capture_output=True,
        text=True,
    ).stdout.strip()
    page.goto(link)
    sound(page, "set-password", complaints)
    page.get_by_label("New password", exact=False).first.fill("abc")
    page.get_by_label("New password confirmation").fill("abcd")
    page.get_by_role("button", name="Set the password").click()
    sound(page, "set-password-refused", complaints)
    for label in ("New password:", "New password confirmation:"):
        page.get_by_label(label, exact=True).fill("an entirely new phrase")
    page.get_by_role("button", name="Set the password").click()
    sound(page, "password-is-set", complaints)
    page.goto(link)
    sound(page, "link-is-used", complaints)

    page.goto(f"{site}/admin/account/")
    sign_in(page, name, "an entirely new phrase")
    expect(page.get_by_role("heading", name="Your account")).to_be_visible()
    sound(page, "account", complaints)
    page.get_by_role("link", name="Set up a second factor").click()
    page.get_by_label("Your password").fill("wrong")
    page.get_by_role("button", name="Go on").click()
    sound(page, "set-up", complaints)
    page.get_by_label("Your password").fill("an entirely new phrase")
    page.get_by_role("button", name="Go on").click()
    key = page.locator("code.key").inner_text()
    sound(page, "scan", complaints)
    page.get_by_role("textbox", name="Code").fill(code_for(key))
    page.get_by_role("button", name="Confirm").click()
    expect(page.locator(".codes li")).to_have_count(10)
    sound(page, "recovery-codes", complaints)
    recovery = page.locator(".codes li").first.inner_text()
    page.get_by_role("link", name="I have kept them").click()
    sound(page, "account-with-factor", complaints)
    for title in ("Make new recovery codes", "Replace the authenticator app", "Remove the second factor"):
        page.get_by_role("link", name=title).click()
        sound(page, title.lower().replace(" ", "-"), complaints)
        page.goto(f"{site}/admin/account/")

    page.goto(f"{site}/admin/auth/user/{colleague}/second-factor/")
    sound(page, "colleague", complaints)

    page.get_by_role("button", name="Log out").click()
    page.goto(f"{site}/admin/account/")
    sign_in(page, name, "an entirely new phrase")
    expect(page.get_by_role("heading", name="Second step")).to_be_visible()
    sound(page, "second-step", complaints)
    page.get_by_role("textbox", name="Code").fill("nonsense")
    page.get_by_role("button", name="Go on").click()
    sound(page, "second-step-wrong", complaints)
    # One wrong code makes one wait for a second.
    page.wait_for_timeout(1100)
    page.get_by_role("textbox", name="Code").fill(recovery)
    page.get_by_role("button", name="Go on").click()
    expect(page.get_by_text("9 are left")).to_be_visible()
    sound(page, "signed-in-by-recovery-code", complaints)

    # The session ends while something is being typed.
    page.goto(f"{site}/admin/auth/user/{colleague}/change/")
    page.get_by_label("First name").fill("Written for hours")
    end_sessions(environment)
    page.get_by_role("button", name="Save", exact=True).click()
    expect(page.get_by_role("heading", name="Not saved yet")).to_be_visible()
    sound(page, "held", complaints)
    with context.expect_page() as opened:
        page.get_by_role("link", name="Sign in, in another tab").click()
    other = opened.value
    sign_in(other, name, "an entirely new phrase")
    codes = recovery_codes(environment, name)
    other.get_by_role("textbox", name="Code").fill(codes)
    other.get_by_role("button", name="Go on").click()
    expect(other.get_by_text("8 are left").or_(other.get_by_text("9 are left"))).to_be_visible()
    page.get_by_role("button", name="I am signed in").click()
    sound(page, "again", complaints)
    page.get_by_role("button", name="Send it again").click()
    expect(page.get_by_text("was changed successfully")).to_be_visible()
    page.goto(f"{site}/admin/auth/user/{colleague}/change/")
    expect(page.get_by_label("First name")).to_have_value("Written for hours")

    end_sessions(environment)
    page.goto(f"{site}/admin/account/")
    expect(page.get_by_text("nothing was opened or saved for 2 hours")).to_be_visible()
    sound(page, "session-ended", complaints)
    for _ in range(5):
        sign_in(page, f"nobody-{width}", "wrong")
    expect(page.get_by_text("Wait 15 minutes, then try again.")).to_be_visible()
    sound(page, "locked-out", complaints)
    assert complaints == []
    context.close()


def shell(environment: dict[str, str], code: str) -> str:
    command = [sys.executable, "manage.py", "shell", "-v", "0", "-c", code]
    done = subprocess.run(command, cwd=ROOT, env=environment, check=True, capture_output=True, text=True)
    return done.stdout.strip()


def end_sessions(environment: dict[str, str]) -> None:
    shell(
        environment,
        "from django.contrib.sessions.models import Session\n"
        "from django.contrib.sessions.backends.db import SessionStore\n"
        "for row in Session.objects.all():\n"
        "    store = SessionStore(row.session_key)\n"
        "    if store.get('account_seen'):\n"
        "        store['account_seen'] -= 3 * 3600\n"
        "        store.save()\n",
    )


def recovery_codes(environment: dict[str, str], name: str) -> str:
    return shell(
        environment,
        "from django.contrib.auth.models import User\nfrom factcheck.accounts import factor\n"
        f"print(factor.renew_codes(User.objects.get(username='{name}'))[0])",
    )
