"""The public pages in a real browser: the program as `make run` starts it, with the project's own seeds.

Each page is looked at narrow and light, and wide and dark. The server is a process of its own with a data folder of
its own: a live server inside the tests would need tables that can be emptied, and the record's guards refuse that.
"""

import os
import socket
import subprocess
import sys
import time
import urllib.error
import urllib.request
from collections.abc import Iterator
from pathlib import Path

import pytest
from axe_playwright_python.sync_playwright import Axe
from playwright.sync_api import Browser, BrowserContext, expect, sync_playwright

ROOT = Path(__file__).parent.parent
CHROMIUM = Path("/usr/bin/chromium")
FLAGS = [
    *("--headless", "--no-sandbox", "--disable-gpu", "--disable-quic", "--no-first-run"),
    *("--disable-background-networking", "--disable-component-update", "--disable-sync"),
]
SECONDS_TO_START = 30

CLAIM = "/claims/more-than-a-thousand-russian-troops/"
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
    "/sources/002-ukraine-border/",
    "/sources/003-moscow-correspondent/",
    "/speakers/alexander-lukashenko/",
    "/methodology/",
    "/about/",
    "/no-such-page/",
]
SIGHTS = [(360, "light"), (1280, "dark")]

absent = not CHROMIUM.exists() and os.environ.get("CI") != "true"
pytestmark = pytest.mark.skipif(
    absent, reason="NOT RUN: no /usr/bin/chromium (Debian: apt-get install chromium)"
)


def free_port() -> int:
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        port: int = probe.getsockname()[1]
        return port


def wait_for(address: str, process: subprocess.Popen[bytes]) -> None:
    end = time.monotonic() + SECONDS_TO_START
    while process.poll() is None and time.monotonic() < end:
        try:
            with urllib.request.urlopen(address, timeout=5):
                return
        except OSError:
            time.sleep(0.1)
    raise AssertionError("The server did not start.")


@pytest.fixture(scope="module")
def site(tmp_path_factory: pytest.TempPathFactory) -> Iterator[str]:
    """The address of a server that runs on the seeds."""
    folder = tmp_path_factory.mktemp("site")
    port = free_port()
    environment = {
        **os.environ,
        "FACTCHECK_DATA_DIR": str(folder / "data"),
        "PORT": str(port),
    }
    for command in (["migrate"], ["load_seeds"], ["collectstatic", "--noinput"]):
        subprocess.run(
            [sys.executable, "manage.py", *command],
            cwd=ROOT,
            env=environment,
            check=True,
            stdout=subprocess.DEVNULL,
        )
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
            wait_for(f"{address}/methodology/", process)
            yield address
        finally:
            process.terminate()
            process.wait(timeout=30)


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


@pytest.mark.parametrize("path", PATHS)
@pytest.mark.parametrize(
    "context",
    [{"viewport": {"width": width, "height": 800}, "color_scheme": scheme} for width, scheme in SIGHTS],
    ids=[f"{width}-{scheme}" for width, scheme in SIGHTS],
    indirect=True,
)
def test_a_page_is_sound(context: BrowserContext, site: str, path: str) -> None:
    page = context.new_page()
    requested: list[str] = []
    complaints: list[str] = []
    page.on("request", lambda request: requested.append(request.url))
    page.on("pageerror", lambda error: complaints.append(str(error)))
    page.on("console", lambda message: complaints.append(message.text))
    page.add_init_script(
        "document.addEventListener('securitypolicyviolation', e => console.error('CSP', e.violatedDirective))"
    )
    response = page.goto(site + path)
    assert response is not None
    assert "default-src 'none'" in response.headers["content-security-policy"]
    if response.status == 404:
        # The browser's own line about the page that is meant to be missing.
        complaints = [text for text in complaints if "404 (Not Found)" not in text]
    page.evaluate("document.fonts.ready")
    assert complaints == []
    assert [url for url in requested if not url.startswith(site + "/")] == []
    assert page.locator("[style], style, script:not([type='application/ld+json'])").count() == 0
    assert page.evaluate("document.documentElement.scrollWidth - document.documentElement.clientWidth") <= 0
    page.locator("details").evaluate_all("all => all.forEach(one => one.open = true)")
    assert page.evaluate("document.documentElement.scrollWidth - document.documentElement.clientWidth") <= 0
    found = Axe().run(page).response["violations"]
    assert [(fault["id"], [node["html"][:120] for node in fault["nodes"]]) for fault in found] == []


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
    page.get_by_label("Did they say it?", exact=True).select_option("Confirmed in substance")
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


def test_the_claimreview_in_the_page_is_json(context: BrowserContext, site: str) -> None:
    page = context.new_page()
    page.goto(site + CLAIM)
    found = page.evaluate("JSON.parse(document.querySelector('[type=\"application/ld+json\"]').textContent)")
    assert found["@type"] == "ClaimReview"
    assert found["url"] == site + CLAIM


def test_a_missing_page_says_so(site: str) -> None:
    with pytest.raises(urllib.error.HTTPError) as refused:
        urllib.request.urlopen(f"{site}/claims/no-such-claim/", timeout=5)
    with refused.value as answer:
        assert answer.code == 404
        assert b"There is no such page" in answer.read()
