"""The second reader's page and the panel of nearest claims in a real browser, as `make run` serves them."""

import os
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path

import pytest
from axe_playwright_python.sync_playwright import Axe
from playwright.sync_api import Browser, BrowserContext, Page, expect, sync_playwright
from test_pages_browser import CHROMIUM, FLAGS, ROOT, absent, free_port, wait_for

pytestmark = pytest.mark.skipif(
    absent, reason="NOT RUN: no /usr/bin/chromium (Debian: apt-get install chromium)"
)

PASSWORD = "a long password for one test"
DATA = f"""
import django
django.setup()
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
    folder = tmp_path_factory.mktemp("desk")
    port = free_port()
    environment = {
        **os.environ,
        "FACTCHECK_DATA_DIR": str(folder / "data"),
        "DJANGO_SETTINGS_MODULE": "factcheck.settings",
        "PYTHONPATH": str(Path(__file__).parent),
        "PORT": str(port),
    }
    manage = [sys.executable, "manage.py"]
    for command in (
        [*manage, "migrate"],
        [*manage, "collectstatic", "--noinput"],
        [sys.executable, "-c", DATA],
    ):
        subprocess.run(command, cwd=ROOT, env=environment, check=True, stdout=subprocess.DEVNULL)
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


def sign_in(context: BrowserContext, desk: str, username: str) -> Page:
    page = context.new_page()
    page.goto(f"{desk}/admin/login/")
    page.fill("#id_username", username)
    page.fill("#id_password", PASSWORD)
    page.click("[type=submit]")
    return page


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
    page = sign_in(context, desk, username)
    complaints: list[str] = []
    requested: list[str] = []
    page.on("console", lambda message: complaints.append(message.text))
    page.on("pageerror", lambda error: complaints.append(str(error)))
    page.on("request", lambda request: requested.append(request.url))
    response = page.goto(f"{desk}/admin/claims/claim/1/second-read/")
    assert response is not None
    assert response.status == 200
    page.evaluate("document.fonts.ready")
    assert [url for url in requested if not url.startswith(f"{desk}/")] == []
    assert page.locator("[style], style").count() == 0
    for _ in range(2):
        assert (
            page.evaluate("document.documentElement.scrollWidth - document.documentElement.clientWidth") <= 0
        )
        page.locator("details").evaluate_all("all => all.forEach(one => one.open = true)")
    # The page asks for nothing that is not there.
    assert [text for text in complaints if "favicon" not in text and "404" not in text] == []
    found = Axe().run(page).response["violations"]
    assert [(fault["id"], [node["html"][:120] for node in fault["nodes"]]) for fault in found] == []


@pytest.mark.parametrize("context", [{"java_script_enabled": False}], indirect=True)
def test_a_second_reader_without_script_returns_and_approves(context: BrowserContext, desk: str) -> None:
    page = sign_in(context, desk, "reader")
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
    page = sign_in(context, desk, "reporter")
    page.goto(f"{desk}/admin/claims/claim/add/")
    panel = page.get_by_role("region", name="Have we checked this before?")
    expect(panel).to_contain_text("Write the claim in a sentence")
    page.get_by_label("Claim:", exact=True).fill("In secret the island's ferry has been sold")
    expect(panel.get_by_role("link", name="Was the ferry sold?")).to_be_visible()
    found = Axe().run(page, context=".nearest").response["violations"]
    assert [fault["id"] for fault in found] == []
    page.get_by_label("Claim:", exact=True).fill("Nothing of the kind")
    expect(panel).to_contain_text("No other claim shares enough of these words.")


@pytest.mark.parametrize("context", [{"java_script_enabled": False}], indirect=True)
def test_without_script_a_button_asks_and_nothing_typed_is_lost(context: BrowserContext, desk: str) -> None:
    page = sign_in(context, desk, "reporter")
    page.goto(f"{desk}/admin/claims/claim/add/")
    sentence = page.get_by_label("Claim:", exact=True)
    sentence.fill("In secret the island's ferry has been sold")
    with context.expect_page() as opened:
        page.get_by_role("button", name="Look for similar claims").click()
    expect(opened.value.get_by_role("link", name="Was the ferry sold?")).to_be_visible()
    expect(sentence).to_have_value("In secret the island's ferry has been sold")
