"""Merging and importing in a real browser, without script, narrow and wide: sound pages from the list to the result."""

from collections.abc import Iterator
from typing import Any

import pytest
from browsing import PASSWORD, browser, filled, needs_chromium, serving, sign_in, sound, watched
from playwright.sync_api import Browser, expect

__all__ = ["browser"]

pytestmark = needs_chromium

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


@pytest.fixture(scope="module")
def address(tmp_path_factory: pytest.TempPathFactory) -> Iterator[str]:
    with serving(tmp_path_factory.mktemp("reference"), filled(DATA)) as served:
        yield served.address


@pytest.fixture(scope="module")
def session(browser: Browser, address: str) -> Any:
    context = browser.new_context()
    sign_in(context.new_page(), address, "publisher")
    kept = context.storage_state()
    context.close()
    return kept


@pytest.mark.parametrize(("width", "scheme"), SIGHTS)
def test_two_speakers_become_one(
    browser: Browser, address: str, session: Any, width: int, scheme: Any
) -> None:
    context = browser.new_context(
        storage_state=session, viewport={"width": width, "height": 800}, color_scheme=scheme
    )
    page = context.new_page()
    complaints = watched(page, address)
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
    complaints = watched(page, address)
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
