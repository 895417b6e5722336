"""What the browser tests share: the real server on data of its own, a browser, and what makes a page sound.

The server is a process with its own folder and its own database: a live server inside the tests would need tables
that can be emptied, and the record's guards refuse that.
"""

import os
import shutil
import subprocess
import sys
import time
import urllib.request
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import pytest
from axe_playwright_python.sync_playwright import Axe
from django.conf import settings
from places import ROOT, Place, free_port, migrated_place
from playwright.sync_api import (
    Browser,
    BrowserContext,
    ConsoleMessage,
    Locator,
    Page,
    expect,
    sync_playwright,
)

CHROMIUM = Path("/usr/bin/chromium")
FLAGS = [
    *("--headless", "--no-sandbox", "--disable-gpu", "--disable-quic", "--no-first-run"),
    *("--disable-background-networking", "--disable-component-update", "--disable-sync"),
]
SECONDS_TO_START = 30
WCAG = ["wcag2a", "wcag2aa", "wcag21a", "wcag21aa", "wcag22aa"]
PASSWORD = "correct horse battery"
# A folder for pictures of the pages, where somebody wants to look at them.
PICTURES = os.environ.get("PICTURES")

absent = not CHROMIUM.exists() and os.environ.get("CI") != "true"
needs_chromium = pytest.mark.skipif(
    absent, reason="NOT RUN: no /usr/bin/chromium (Debian: apt-get install chromium)"
)


@dataclass(frozen=True)
class Served:
    """A running server: its address, and the place whose database it shows."""

    address: str
    place: Place

    def shell(self, code: str) -> str:
        """What `code` prints, run beside the server."""
        return self.place.well("shell", "-v", "0", "-c", code).strip()


@contextmanager
def serving(folder: Path, *commands: list[str], **variables: str) -> Iterator[Served]:
    """The program as `make run` starts it; `commands` of manage.py fill its database first.

    `migrate` and `collectstatic` are the same for every server, so each is run once and what it made is copied.
    """
    port = free_port()
    place = migrated_place(folder)
    shutil.copytree(settings.STATIC_ROOT, place.data / "static")
    # The factories of the tests make the data.
    own = {"PORT": str(port), "PYTHONPATH": str(ROOT / "tests"), "FACTCHECK_NO_WEBHOOKS": "1"}
    place.variables = {**own, **variables}
    for command in commands:
        place.well(*command)
    with (folder / "log").open("wb") as log:
        process = subprocess.Popen(
            [sys.executable, "-m", "gunicorn", "--config", "python:factcheck.serving", "factcheck.wsgi"],
            cwd=ROOT,
            env=place.environment,
            stdout=log,
            stderr=subprocess.STDOUT,
        )
        try:
            address = f"http://127.0.0.1:{port}"
            _wait_for(f"{address}/readyz", process)
            yield Served(address, place)
        finally:
            process.terminate()
            process.wait(timeout=30)
            place.drop()


def filled(code: str) -> list[str]:
    """The command that makes a server's data with `code`."""
    return ["shell", "-v", "0", "-c", code]


def _wait_for(address: str, process: subprocess.Popen[bytes]) -> None:
    end = time.monotonic() + SECONDS_TO_START
    while process.poll() is None and time.monotonic() < end:
        try:
            with urllib.request.urlopen(address, timeout=5):
                return
        except OSError:
            time.sleep(0.1)
    raise AssertionError("The server did not start.")


@pytest.fixture(scope="module")
def browser() -> Iterator[Browser]:
    with sync_playwright() as playwright:
        started = playwright.chromium.launch(executable_path=CHROMIUM, args=FLAGS)
        yield started
        started.close()


@pytest.fixture
def context(browser: Browser, request: pytest.FixtureRequest) -> Iterator[BrowserContext]:
    opened = browser.new_context(**getattr(request, "param", {}))
    yield opened
    opened.close()


def give_name(page: Page, name: str, password: str = PASSWORD) -> None:
    """Fill in and send the sign-in form that the page shows."""
    page.get_by_label("Username").fill(name)
    page.get_by_label("Password").fill(password)
    page.get_by_role("button", name="Log in").click()


def sign_in(page: Page, address: str, name: str) -> None:
    page.goto(f"{address}/admin/login/")
    give_name(page, name)
    expect(page).to_have_url(f"{address}/admin/")


def watched(page: Page, address: str) -> list[str]:
    """What goes wrong on the page from now on: its console, its policy, its errors, requests to anybody else.

    The browser's own line on a page that answers with no success is no complaint; on a file of the page it is one.
    Nor is its remark that a field of the page came too late to be given the focus.
    """
    complaints: list[str] = []

    def spoke(message: ConsoleMessage) -> None:
        where = message.location["url"]
        answered = message.text.startswith("Failed to load resource") and where.startswith(f"{address}/")
        if message.text.startswith("Autofocus processing was blocked"):
            return
        if not answered or where.startswith(f"{address}/static/"):
            complaints.append(message.text)

    page.on("pageerror", lambda error: complaints.append(str(error)))
    page.on("console", spoke)
    page.on(
        "request",
        lambda asked: (
            None if asked.url.startswith((f"{address}/", "data:")) else complaints.append(asked.url)
        ),
    )
    page.add_init_script(
        "document.addEventListener('securitypolicyviolation', e => console.error('CSP', e.violatedDirective))"
    )
    return complaints


def faults(
    page: Page, part: str | None = None, *, tags: list[str] | None = WCAG
) -> list[tuple[str, list[str]]]:
    """What axe finds wrong in the page or a part of it, by the rules with these tags; all of its rules for None."""
    # Only the faults are written out, and no sheet is fetched a second time: a walk of many pages takes half as long.
    options: dict[str, Any] = {"resultTypes": ["violations"], "preload": False}
    options |= {"runOnly": tags} if tags else {}
    found = Axe().run(page, context=part, options=options).response["violations"]
    return [(fault["id"], [node["html"][:160] for node in fault["nodes"]]) for fault in found]


def picture(what: Page | Locator, name: str, **options: Any) -> None:
    """A picture for whoever asked for pictures."""
    if PICTURES:
        what.screenshot(path=Path(PICTURES) / f"{name}.png", **options)


def sound(
    page: Page,
    name: str,
    complaints: list[str],
    *,
    part: str | None = None,
    tags: list[str] | None = WCAG,
) -> None:
    """Nothing complained of, no sideways scrolling, no fault that axe sees; a picture when asked for."""
    assert wrong(page, name, complaints, part=part, tags=tags) == []


def wrong(
    page: Page,
    name: str,
    complaints: list[str],
    *,
    part: str | None = None,
    tags: list[str] | None = WCAG,
) -> list[str]:
    """What is wrong with a page to look at, in words; a picture of it when asked for."""
    # A button that was pressed may still be on its way to the next page.
    page.wait_for_load_state()
    expect(page.locator("body")).to_be_visible()
    width = (page.viewport_size or {})["width"]
    found = list(complaints)
    picture(page, f"{name}-{width}", full_page=True)
    if page.evaluate("document.documentElement.scrollWidth > innerWidth"):
        found.append("it scrolls sideways")
    found += map(str, faults(page, part, tags=tags))
    # What axe and the camera themselves put into the page is no fault of the page.
    complaints.clear()
    return [f"{name} at {width}: {fault}" for fault in found]
