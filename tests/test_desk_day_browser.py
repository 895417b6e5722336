"""A whole day at the desk in a real browser: from an article to a published fact-check, by four people."""

import json
import urllib.request
from collections.abc import Iterator

import pytest
from browsing import PASSWORD, browser, filled, needs_chromium, serving, sign_in, sound, watched
from playwright.sync_api import Browser, Page, expect
from test_reading_browser import select

__all__ = ["browser"]

pytestmark = needs_chromium

ARTICLE = (
    "Ferry to run all winter\n\n"
    "The island ferry will run all winter, harbour master Jon Reed said on Friday. “We have two ships and two "
    "crews,” he said.\n\n"
    "The council set aside money for one ship in June."
)
BUDGET = (
    "The budget of 12 June names one ship. The second ship is laid up until May. The crew was cut to four."
)

DATA = f"""
from makers import make_methodology, make_site, make_user
from claims import roles
make_site()
make_methodology()
for name, role in (("rosa", roles.REPORTER), ("edda", roles.EDITOR), ("emil", roles.EDITOR), ("paul", roles.PUBLISHER)):
    make_user(name, role=role, password={PASSWORD!r})
"""


@pytest.fixture(scope="module")
def site(tmp_path_factory: pytest.TempPathFactory) -> Iterator[str]:
    """The address of a server with four accounts, a methodology and nothing else."""
    with serving(tmp_path_factory.mktemp("day"), filled(DATA)) as served:
        yield served.address


class Person:
    """Somebody at a desk of their own: a browser with its own session."""

    def __init__(self, browser: Browser, site: str, name: str) -> None:
        self.site, self.name = site, name
        self.context = browser.new_context(viewport={"width": 1280, "height": 900})
        self.page: Page = self.context.new_page()
        self.complaints = watched(self.page, site)
        sign_in(self.page, site, name)

    def looks(self, picture: str) -> None:
        """The page as it is now, sound at both widths."""
        for width in (360, 1280):
            self.page.set_viewport_size({"width": width, "height": 900})
            sound(self.page, picture, self.complaints)

    def choose(self, field: str, words: str) -> None:
        """Choose a row in one of the admin's search boxes, named by the field's id."""
        self.page.locator(f"#{field} + .select2 .select2-selection").click()
        self.page.locator(".select2-search__field").last.fill(words)
        self.page.locator(".select2-results__option--highlighted", has_text=words).click()


def add_source(rosa: Person, title: str, text: str) -> None:
    page = rosa.page
    page.goto(f"{rosa.site}/admin/sources/source/add/")
    page.get_by_label("Kind").select_option("Article")
    page.get_by_label("Title").press_sequentially(title)
    expect(page.get_by_label("Identifier")).to_have_value(title.lower().replace(" ", "-"))
    page.get_by_role("button", name="Save and continue editing").click()
    page.get_by_role("link", name="Take a snapshot").first.click()
    page.get_by_label("Text", exact=False).first.fill(text)
    page.get_by_label("How the text was taken").fill("Copied from the page.")
    page.get_by_role("button", name="Take the snapshot").click()
    expect(page.get_by_role("heading", name=f"Read: {title}")).to_be_visible()


def test_a_day_at_the_desk(browser: Browser, site: str) -> None:
    rosa = Person(browser, site, "rosa")
    page = rosa.page
    expect(page.get_by_role("heading", name="What waits for you")).to_be_visible()
    rosa.looks("1-the-desk-in-the-morning")

    # Two sources, each with the text as it was found.
    add_source(rosa, "Ferry news", ARTICLE)
    rosa.looks("2-a-snapshot-is-taken")
    add_source(rosa, "Harbour budget", BUDGET)

    # The claim, and who made it.
    page.goto(f"{site}/admin/claims/speaker/add/")
    page.get_by_label("Name").first.press_sequentially("Jon Reed")
    page.get_by_label("Kind").select_option("Person")
    page.get_by_role("button", name="Save", exact=True).click()
    page.goto(f"{site}/admin/")
    page.get_by_role("link", name="Write a claim").click()
    page.locator("#id_text").fill("The island ferry will run all winter.")
    page.locator("#id_title").press_sequentially("Will the island ferry run all winter?")
    rosa.choose("id_speaker", "Jon Reed")
    rosa.looks("3-a-claim-is-written")
    page.get_by_role("button", name="Save and continue editing").click()
    expect(page.get_by_text("No verdict yet").first).to_be_visible()
    claim = page.url
    expect(page.get_by_role("link", name="say where it was made").first).to_be_visible()

    # Words are selected on the reading page; nobody types an offset.
    page.goto(f"{site}/admin/sources/source/")
    page.get_by_role("link", name="Ferry news").first.click()
    page.get_by_role("link", name="Read this text").first.click()
    page.get_by_label("Words of the claim or its title").fill("winter")
    page.get_by_role("button", name="Find").click()
    page.get_by_role("link", name="Will the island ferry run all winter?").click()
    select(page, "The island ferry", "will run all winter")
    expect(page.get_by_label("Words, as printed")).to_have_value("The island ferry will run all winter")
    page.get_by_label("as a new appearance of the claim").check()
    page.get_by_label("How the claim appears there").select_option("Indirect speech")
    rosa.looks("4-words-are-chosen")
    page.locator("#quote").get_by_role("button", name="Quote these words").click()
    expect(page.get_by_text("Quoted from “Ferry news”").first).to_be_visible()
    rosa.looks("5-the-claim-with-its-appearance")

    # The verdict: two findings, evidence, and why the checklist is content.
    page.get_by_role("button", name="Save and go on to the verdict").click()
    expect(page.locator("#id_methodology")).not_to_have_value("")
    page.locator("#id_attribution").select_option("Reported")
    page.locator("#id_rating").select_option("Mixed")
    page.locator("#id_summary").fill("The budget names one ship; the second is laid up until May.")
    page.locator("#id_rationale").fill("The budget of 12 June **names one ship**.")
    page.get_by_role("button", name="Save and continue editing").click()
    expect(page.get_by_text("needs evidence").first).to_be_visible()
    rosa.looks("6-what-is-still-missing")
    page.goto(f"{site}/admin/sources/source/")
    page.get_by_role("link", name="Harbour budget").first.click()
    page.get_by_role("link", name="Read this text").first.click()
    page.get_by_label("Words of the claim or its title").fill("winter")
    page.get_by_role("button", name="Find").click()
    page.get_by_role("link", name="Will the island ferry run all winter?").click()
    select(page, "The second ship", "until May.")
    expect(page.get_by_label("Words, as printed")).to_have_value("The second ship is laid up until May.")
    page.get_by_label("as new evidence").check()
    page.get_by_label("What the words do").select_option("Refutes the claim")
    page.locator("#quote").get_by_role("button", name="Quote these words").click()
    expect(page.get_by_text("Quoted from “Harbour budget”").first).to_be_visible()
    page.get_by_role("link", name="Is there evidence for and against").click()
    page.get_by_label("Why one source is enough").fill("The budget is the only document on it.")
    page.get_by_label("Why evidence points one way only").fill("The harbour office cites nothing for it.")
    page.get_by_label("Why no comment was sought").fill("He answers no questions before Monday.")
    page.get_by_role("button", name="Save and continue editing").click()
    expect(page.get_by_text("Nothing is missing").first).to_be_visible()
    page.get_by_role("link", name="Submit for a second read").click()
    page.get_by_role("button", name="Submit for a second read").click()
    expect(page.get_by_text("Waiting for a second read").first).to_be_visible()

    # Who wrote it does not read it.
    page.get_by_role("link", name="The second read").click()
    expect(page.get_by_role("button", name="Approve")).to_have_count(0)

    # A second reader returns it with a note.
    edda = Person(browser, site, "edda")
    edda.page.get_by_role("link", name="Will the island ferry run all winter?").first.click()
    expect(edda.page.get_by_role("heading", name="Second read")).to_be_visible()
    edda.looks("7-the-second-read")
    edda.page.get_by_label("Note to whoever wrote it").fill("Say in the summary when the budget was made.")
    edda.page.get_by_role("button", name="Return").click()
    expect(edda.page.get_by_text("Being written").first).to_be_visible()

    # The reporter finds it on the desk, mends it and submits again.
    page.goto(f"{site}/admin/")
    pile = page.get_by_role("region", name="Returned to you")
    pile.get_by_role("link", name="Will the island ferry run all winter?").click()
    page.get_by_role("link", name="The verdict").click()
    expect(page.get_by_text("Say in the summary when the budget was made.").first).to_be_visible()
    page.locator("#id_summary").fill("The budget of 12 June names one ship; the second is laid up until May.")
    page.get_by_role("button", name="Save and continue editing").click()
    page.get_by_role("link", name="Submit for a second read").click()
    page.get_by_role("button", name="Submit for a second read").click()

    # Another editor approves what is on the page.
    emil = Person(browser, site, "emil")
    emil.page.get_by_role("link", name="Will the island ferry run all winter?").first.click()
    emil.page.get_by_role("button", name="Approve").click()
    expect(emil.page.get_by_text("Approved, ready to publish").first).to_be_visible()
    assert api(site) == []

    # A publisher publishes; the public page and the API have it.
    paul = Person(browser, site, "paul")
    ready = paul.page.get_by_role("region", name="Ready to publish")
    ready.get_by_role("link", name="Will the island ferry run all winter?").click()
    paul.page.get_by_role("link", name="Publish", exact=True).click()
    paul.looks("8-about-to-publish")
    paul.page.get_by_role("button", name="Publish").click()
    expect(paul.page.get_by_text("Readers have it.").first).to_be_visible()
    paul.page.get_by_role("link", name="The public page").click()
    expect(paul.page.get_by_role("heading", name="Will the island ferry run all winter?")).to_be_visible()
    expect(paul.page.get_by_text("The second ship is laid up until May.").first).to_be_visible()
    expect(paul.page.get_by_text("Read and approved by a second editor").first).to_be_visible()
    paul.looks("9-the-public-page")
    (document,) = api(site)
    assert (document["second_read"], document["veracity"]["label"]) == (True, "Mixed")
    assert (
        document["appearances"][0]["quotation"]["segments"][0]["exact"]
        == "The island ferry will run all winter"
    )

    # And what was private stays so.
    public = (
        urllib.request.urlopen(f"{site}{document['live']['url'].removeprefix(site)}", timeout=10)
        .read()
        .decode()
    )
    for private in ("He answers no questions", "Say in the summary", "rosa", "edda", "emil", "paul"):
        assert private not in public
        assert private not in json.dumps(document)
    page.goto(claim)
    expect(page.get_by_text("Readers have it.").first).to_be_visible()
    assert rosa.complaints == []


def api(site: str) -> list[dict]:
    with urllib.request.urlopen(f"{site}/api/v1/claims/", timeout=10) as answer:
        results: list[dict] = json.load(answer)["results"]
    return results
