"""Merging and importing in a real browser, without script, narrow and wide: sound pages from the list to the result."""

import os
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
from axe_playwright_python.sync_playwright import Axe
from playwright.sync_api import Browser, Page, expect
from test_pages_browser import ROOT, browser, free_port, pytestmark, wait_for

__all__ = ["browser", "pytestmark"]

PASSWORD = "correct horse battery"
# Where the pictures go, for whoever wants to look at them.
PICTURES = os.environ.get("PICTURES")
SIGHTS = [(360, "light"), (1280, "dark")]
DATA = f"""
from makers import make_published, make_source, make_speaker, make_user
from claims import roles
from claims.models import SpeakerAlias, SpeakerLink
make_user("publisher", role=roles.PUBLISHER, password="{PASSWORD}")
for size in (360, 1280):
    kept = make_speaker(f"ada-quill-{{size}}", name=f"Ada Quill {{size}}", description="Mayor of the city since 2019.")
    gone = make_speaker(f"a-quill-{{size}}", name=f"A. Quill {{size}}", description="Mayor.")
    SpeakerAlias.objects.create(speaker=gone, name="Mayor Quill", language="en")
    SpeakerLink.objects.create(speaker=gone, url=f"https://example.org/people/quill-{{size}}")
    make_published(f"kept-{{size}}", speaker=kept, source=make_source(f"s-{{size}}"))
    make_published(f"gone-{{size}}", speaker=gone, source=make_source(f"t-{{size}}"))
"""
CSV = """slug,name,kind,description,aliases
new-{size},“New” Speaker,person,A sentence about the speaker.,N. Speaker|Speaker
ada-quill-{size},Ada Quill-Marsh,person,,
bad row,Somebody,human,,
"""


def manage(environment: dict[str, str], *arguments: str) -> None:
    command = [sys.executable, "manage.py", *arguments]
    subprocess.run(command, cwd=ROOT, env=environment, check=True, stdout=subprocess.DEVNULL)


@pytest.fixture(scope="module")
def address(tmp_path_factory: pytest.TempPathFactory) -> Iterator[str]:
    folder, port = tmp_path_factory.mktemp("reference"), free_port()
    environment = {
        **os.environ,
        "FACTCHECK_DATA_DIR": str(folder / "data"),
        "PORT": str(port),
        "PYTHONPATH": str(ROOT / "tests"),
    }
    manage(environment, "migrate", "--verbosity", "0")
    manage(environment, "shell", "-v", "0", "-c", DATA)
    manage(environment, "collectstatic", "--noinput")
    with (folder / "log").open("wb") as log:
        process = subprocess.Popen(
            [sys.executable, "-m", "gunicorn", "--config", "python:factcheck.serving", "factcheck.wsgi"],
            cwd=ROOT,
            env=environment,
            stdout=log,
            stderr=subprocess.STDOUT,
        )
        try:
            wait_for(f"http://127.0.0.1:{port}/admin/login/", process)
            yield f"http://127.0.0.1:{port}"
        finally:
            process.terminate()
            process.wait(timeout=30)


@pytest.fixture(scope="module")
def session(browser: Browser, address: str) -> Any:
    context = browser.new_context()
    page = context.new_page()
    page.goto(f"{address}/admin/login/")
    page.get_by_label("Username").fill("publisher")
    page.get_by_label("Password").fill(PASSWORD)
    page.get_by_role("button", name="Log in").click()
    expect(page).to_have_url(f"{address}/admin/")
    kept = context.storage_state()
    context.close()
    return kept


def sound(page: Page, name: str, complaints: list[str]) -> None:
    """WCAG 2.2 A and AA as far as axe sees it, and no sideways scrolling; axe itself needs script."""
    assert complaints == [], name
    size = (page.viewport_size or {})["width"]
    if PICTURES:
        page.screenshot(path=Path(PICTURES) / f"{name}-{size}.png", full_page=True)
    found = Axe().run(page, options={"runOnly": ["wcag2a", "wcag2aa", "wcag21a", "wcag21aa", "wcag22aa"]})
    faults = [
        (fault["id"], [node["html"][:120] for node in fault["nodes"]])
        for fault in found.response["violations"]
    ]
    assert faults == [], name
    assert page.evaluate("document.documentElement.scrollWidth <= innerWidth"), f"{name} scrolls sideways"
    # Axe and the camera put styles into the page, which its policy refuses: no fault of the page's.
    complaints.clear()


@pytest.mark.parametrize(("width", "scheme"), SIGHTS)
def test_two_speakers_become_one(
    browser: Browser, address: str, session: Any, width: int, scheme: Any
) -> None:
    context = browser.new_context(
        storage_state=session, viewport={"width": width, "height": 800}, color_scheme=scheme
    )
    page = context.new_page()
    complaints: list[str] = []
    page.on("console", lambda message: complaints.append(message.text))
    page.on("pageerror", lambda error: complaints.append(str(error)))
    page.goto(f"{address}/admin/claims/speaker/?q=a-quill-{width}")
    page.get_by_role("link", name=f"A. Quill {width}").click()
    page.get_by_role("link", name="Merge into…").click()
    page.get_by_label("Find the one that is kept").fill(f"ada quill {width}")
    page.get_by_role("button", name="Find").click()
    sound(page, "merge-find", complaints)
    page.get_by_role("link", name=f"Ada Quill {width}").click()
    expect(page.get_by_text("1 published fact-check shows")).to_be_visible()
    sound(page, "merge", complaints)
    page.get_by_role("group", name="Description").get_by_text("Mayor.", exact=True).click()
    page.get_by_label("Public note").fill("Two spellings of one name.")
    page.get_by_role("button", name="Merge", exact=True).click()
    expect(page.get_by_text("Readers are told by entry")).to_be_visible()
    answer = page.goto(f"{address}/speakers/a-quill-{width}/")
    assert answer is not None
    assert page.url == f"{address}/speakers/ada-quill-{width}/"
    expect(page.get_by_text(f"Mayor Quill, A. Quill {width}")).to_be_visible()
    expect(page.locator(".lead")).to_have_text("Mayor.")
    assert complaints == []
    context.close()


@pytest.mark.parametrize(("width", "scheme"), SIGHTS)
def test_a_file_is_imported(browser: Browser, address: str, session: Any, width: int, scheme: Any) -> None:
    context = browser.new_context(
        storage_state=session, viewport={"width": width, "height": 800}, color_scheme=scheme
    )
    page = context.new_page()
    complaints: list[str] = []
    page.on("console", lambda message: complaints.append(message.text))
    page.goto(f"{address}/admin/claims/speaker/")
    page.get_by_role("link", name="Import from CSV").click()
    sound(page, "import", complaints)
    content = CSV.format(size=width).encode()
    file = {"name": "speakers.csv", "mimeType": "text/csv", "buffer": content}
    page.get_by_label("CSV file").set_input_files(files=[file])  # type: ignore[list-item]
    page.get_by_role("button", name="Preview").click()
    expect(page.get_by_text("line 4, column slug")).to_be_visible()
    sound(page, "import-preview", complaints)
    page.get_by_role("button", name="Import", exact=True).click()
    expect(page.get_by_role("alert")).to_contain_text("1 row is wrong")
    page.get_by_label("Import only the good rows").check()
    page.get_by_role("button", name="Import", exact=True).click()
    expect(page.get_by_text("Imported: 1 new, 1 changed")).to_be_visible()
    assert complaints == []
    context.close()


def test_both_work_without_script(browser: Browser, address: str, session: Any) -> None:
    context = browser.new_context(storage_state=session, java_script_enabled=False)
    page = context.new_page()
    page.goto(f"{address}/admin/claims/topic/")
    expect(page.get_by_role("link", name="Bridge")).to_be_visible()
    page.goto(f"{address}/admin/sources/source/import/")
    file = {
        "name": "sources.csv",
        "mimeType": "text/csv",
        "buffer": b"slug,kind,title\nplain,post,Without script\n",
    }
    page.get_by_label("CSV file").set_input_files(files=[file])  # type: ignore[list-item]
    page.get_by_role("button", name="Preview").click()
    page.get_by_role("button", name="Import", exact=True).click()
    expect(page.get_by_text("Imported: 1 new, 0 changed")).to_be_visible()
    page.goto(f"{address}/admin/sources/source/?q=plain")
    page.get_by_role("link", name="Without script").click()
    page.get_by_role("link", name="Merge into…").click()
    page.get_by_label("Find the one that is kept").fill("s-360")
    page.get_by_role("button", name="Find").click()
    page.get_by_role("link", name="Bridge to open").first.click()
    page.get_by_label("Public note").fill("The same text, taken twice.")
    page.get_by_role("button", name="Merge", exact=True).click()
    expect(page.get_by_text("was merged into")).to_be_visible()
    context.close()
