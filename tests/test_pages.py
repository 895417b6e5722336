"""The public pages by their answers: what is asked, what is found, what is said where nothing is."""

import datetime as dt
import re
from pathlib import Path

import pytest
from django.contrib.staticfiles import finders
from django.db import connection
from django.template import engines
from django.template.loader import get_template, render_to_string
from django.test import Client
from django.test.utils import CaptureQueriesContext
from makers import make_claim, make_published, make_source, make_speaker, publish
from visiting import listed, page, queries, sentences

from claims import choices

pytestmark = pytest.mark.django_db


def test_an_empty_database_says_what_will_stand_here() -> None:
    assert "Nothing has been published here yet." in page("/")
    assert "No methodology has been published here yet." in page("/methodology/")


def test_the_newest_entry_stands_first() -> None:
    make_published("older")
    make_published("newer")
    assert listed(page("/")) == ["newer", "older"]


def test_words_and_filters_are_named_and_can_be_removed() -> None:
    make_published("bridge", text="The bridge will open.")
    make_published("tunnel", text="The tunnel will open.", rating="false")
    text = page("/?q=tunnel&rating=false&speaker=ada-quill")
    assert listed(text) == ["tunnel"]
    assert "Narrow the list (2 on)" in text
    for without in (
        "/?rating=false&amp;speaker=ada-quill",
        "/?q=tunnel&amp;speaker=ada-quill",
        "/?q=tunnel&amp;rating=false",
    ):
        assert f'href="{without}"' in text
    assert "Is it true? False Remove" in sentences(text)


def test_unknown_parameters_are_ignored() -> None:
    make_published("bridge")
    text = page("/?utm_source=letter&fbclid=1&verdict=false")
    assert listed(text) == ["bridge"]
    assert not re.findall(r'(?:href|value)="[^"]*utm_source', text)


@pytest.mark.parametrize(
    ("query", "sentence"),
    [
        ("claimed_from=10.10.2022", "Claimed on or after cannot be “10.10.2022”, so it is left out."),
        ("rating=perhaps", "Is it true? cannot be “perhaps”, so it is left out."),
        ("topic=%3Cb%3E", "Topic cannot be “&lt;b&gt;”, so it is left out."),
        ("q=a%00b", "Words cannot be"),
    ],
)
def test_a_bad_value_gets_a_sentence_and_no_filter(query: str, sentence: str) -> None:
    make_published("bridge")
    text = page(f"/?{query}")
    assert sentence in sentences(text)
    assert listed(text) == ["bridge"]
    # What is left out is not said to be on, and is not carried to the next page.
    assert 'class="asked"' not in text


def test_some_of_the_words_are_better_than_nothing() -> None:
    make_published("bridge", text="The bridge will open.")
    text = page("/?q=bridge+unicorn")
    assert "No claim here has all of these words." in text
    assert "Claims with some of these words" in text
    assert listed(text) == ["bridge"]
    assert listed(page("/?q=unicorn")) == []


def test_filters_that_leave_nothing_can_be_taken_off() -> None:
    make_published("bridge", text="The bridge will open.")
    text = page("/?q=bridge&rating=true")
    assert "No claim has all of these words and passes the filters." in text
    assert '<a href="/?q=bridge">Look for the words without the filters</a>' in text


def test_older_and_newer_entries_keep_what_was_asked() -> None:
    source = make_source()
    slugs = [make_published(f"claim-{number:02}", source=source).slug for number in range(23)][::-1]
    first = page("/?speaker=ada-quill&utm_source=letter")
    assert listed(first) == slugs[:20]
    assert "Newer entries" not in first
    (older,) = re.findall(r'<a href="([^"]*)" rel="next">Older entries', first)
    assert "utm_source" not in older
    second = page("/" + older.replace("&amp;", "&"))
    assert listed(second) == slugs[20:]
    (newer,) = re.findall(r'<a href="([^"]*)" rel="prev">Newer entries', second)
    assert listed(page("/" + newer.replace("&amp;", "&"))) == slugs[:20]


@pytest.mark.parametrize(
    "place", ["before=abc", "before=", "after=-1", "before=99999999999999999999", "after=1&before=9999"]
)
def test_a_bad_place_begins_at_the_newest_entry(place: str) -> None:
    make_published("bridge")
    assert listed(page(f"/?{place}")) == ["bridge"]


@pytest.mark.parametrize("address", ["/", "/?q=open", "/speakers/ada-quill/", "/sources/report/"])
def test_twenty_rows_cost_as_many_queries_as_one(address: str) -> None:
    source = make_source("report")
    make_published(source=source)
    one = queries(address)
    for _ in range(19):
        make_published(source=source)
    assert len(listed(page(address))) == 20
    assert queries(address) == one


def test_a_page_of_a_claim_has_both_findings_the_words_and_the_record() -> None:
    make_published("bridge")
    text = sentences(page("/claims/bridge/"))
    for words in (
        "Did they say it?",
        "Reported",
        "Is it true?",
        "the bridge will open in spring.",
        "Character for character as in the archived text.",
        "which this server holds.",
        "Evidence against it",
        "Shows no byline, date or link.",
        "Read and approved by a second editor before publication.",
    ):
        assert words in text, words


def test_a_page_of_a_source_shows_passages_and_never_the_text() -> None:
    make_published("bridge", source=make_source("report"))
    text = sentences(page("/sources/report/"))
    assert "No byline shown" in text
    assert "the bridge will open in spring." in text
    assert "three open defects" in text
    assert "The council voted twice on the bridge." not in text
    assert "as evidence against it" in text


def test_the_page_on_methods_has_the_rules_and_what_each_rating_means() -> None:
    make_published("bridge")
    text = sentences(page("/methodology/"))
    assert "Evidence is quoted to the character." in text
    for label in ("False", "Mixed", "True", "Not checkable", "Confirmed", "Reported"):
        assert f"{label}, as defined." in text


@pytest.mark.parametrize(
    "address",
    [
        "/claims/draft/",
        "/sources/unused/",
        "/speakers/silent/",
        "/topics/bridge/",
        "/claims/none/",
        "/nothing/",
    ],
)
def test_what_is_not_public_is_not_there(address: str) -> None:
    make_claim("draft", source=make_source("unused"), speaker=make_speaker("silent", name="Silent"))
    assert "There is no such page" in page(address, 404)


@pytest.mark.parametrize("address", ["/", "/claims/bridge/", "/methodology/"])
def test_pages_are_for_reading(address: str) -> None:
    make_published("bridge")
    assert Client().post(address).status_code == 405
    assert Client().head(address).status_code == 200


def test_no_space_stands_before_a_full_stop() -> None:
    """A line break at the end of an inline template would be one."""
    make_published("bridge")
    for address in (
        "/",
        "/claims/bridge/",
        "/speakers/ada-quill/",
        "/topics/",
        "/topics/bridge/",
        "/methodology/",
    ):
        words = re.sub(r"<[^>]+>", "", page(address).partition("<main")[2])
        assert not re.findall(r"[\w”)] [.,;:](?: |$)", words), address


@pytest.mark.parametrize("template", ["400.html", "500.html", "503.html"])
def test_an_error_is_told_without_a_request_or_a_database(template: str) -> None:
    with CaptureQueriesContext(connection) as counted:
        assert "Look up a claim" in render_to_string(template)
    assert len(counted) == 0


TEMPLATES = [
    path for folder in engines["django"].engine.dirs for path in sorted(Path(folder).rglob("*.html"))
]


@pytest.mark.parametrize("path", TEMPLATES, ids=lambda path: path.name)
def test_every_template_compiles_and_holds_no_inline_style_or_script(path: Path) -> None:
    """The strict policy would not run them; a script element is data (JSON-LD) or one of the desk's own files."""
    get_template(str(path.relative_to(next(iter(engines["django"].engine.dirs)))))
    text = path.read_text()
    assert " style=" not in text
    assert not re.search(r"\son[a-z]+=", text)
    for script in re.findall(r"<script[^>]*>", text):
        own = re.fullmatch(r"""<script src="\{% static 'js/(\w+\.js)' %\}" defer>""", script)
        data = script == '<script type="application/ld+json">'
        assert data or (own and finders.find(f"js/{own[1]}") and "admin" in path.parts), script


def test_a_list_to_choose_from_is_never_longer_than_a_page_bears(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(choices, "MOST", 2)
    source = make_source()
    for number, name in enumerate(["Ada Quill", "Lee Marsh", "Kim Reed"]):
        speaker = make_speaker(f"speaker-{number}", name=name)
        for _ in range(1 + (number != 1)):
            make_published(source=source, speaker=speaker)
    text = page("/")
    (select,) = re.findall(r'<select name="speaker".*?</select>', text, re.DOTALL)
    assert sentences(select) == "Any speaker Ada Quill Kim Reed"
    assert "The 2 with the most fact-checks. Look up others by name." in sentences(text)
    # The filter takes whoever the list has no room for, and says the name.
    narrowed = page("/?speaker=speaker-1")
    assert len(listed(narrowed)) == 1
    assert "Speaker Lee Marsh Remove" in sentences(narrowed)
    assert "Speaker cannot be “nobody”" in sentences(page("/?speaker=nobody"))


def test_a_day_of_utc_is_whole() -> None:
    late = dt.datetime(2026, 3, 1, 23, 59, 59, 999999, tzinfo=dt.UTC)
    publish(make_claim("late"), at=late)
    publish(make_claim("next"), at=late + dt.timedelta(microseconds=1))
    assert listed(page("/?published_from=2026-03-01&published_until=2026-03-01")) == ["late"]
    assert listed(page("/?published_from=2026-03-02&published_until=9999-12-31")) == ["next"]
