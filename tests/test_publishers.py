"""Pages of publishers, and what partners' fact-checks look like wherever they are listed: theirs, and never as ours."""

import datetime as dt
import re

import pytest
from django.test import Client
from makers import NOON, make_claim, make_published, make_source, make_speaker, publish
from taken import make_taken
from visiting import listed, page, queries, sentences

from claims import gathering, projection
from claims.models import Label, Publication
from claims.partners.body import Date, Named
from claims.partners.taking import withdraw
from sources.models import Publisher

pytestmark = pytest.mark.django_db


def map_label(text: str, rating: str, *, publisher: str = "checkers-example") -> None:
    row = Publisher.objects.get(slug=publisher)
    Label.objects.update_or_create(publisher=row, text=text, defaults={"rating": rating})
    projection.find_by_labels(row)


def chart_rows(text: str) -> list[str]:
    """The rows of the table of findings over time."""
    table = text.partition('<table class="counts">')[2].partition("</table>")[0]
    return [sentences(row) for row in re.findall(r"<tr>.*?</tr>", table, re.DOTALL)]


def test_an_empty_database_has_no_publishers() -> None:
    assert "Nothing has been published here yet." in page("/publishers/")


def test_publishers_are_listed_with_what_stands_here_of_them() -> None:
    make_published("ours")
    for day, language in (("2025-11-10", "en"), ("2024-01-05", "pt-BR"), ("2025-01-01", "en")):
        make_taken(reviewed_on=Date(day), language=language)
    make_taken(url="https://others.example/1", publisher="Anthill Facts", reviewed_on=None)
    rows = re.findall(r'<tr role="row">.*?</tr>', page("/publishers/"), re.DOTALL)[1:]
    words = [
        re.sub(r"\b(Fact-checks|First|Last|Languages|Last change taken over)\b", "|", sentences(row))
        for row in rows
    ]
    assert [word.split(" | ")[0] for word in words] == [
        "Test Desk this database",
        "Anthill Facts others.example",
        "Harbour Checkers checkers.example",
    ]
    assert " 3 " in words[2]
    assert "5 January 2024" in words[2]
    assert "10 November 2025" in words[2]
    assert "English and Brazilian Portuguese" in words[2]
    assert "No date" in words[1]
    assert "4 fact-checks by 2 publishers" in sentences(page("/publishers/"))


def test_a_source_s_publisher_without_fact_checks_says_so() -> None:
    make_published("ours")
    text = page("/publishers/valley-courier/")
    assert "No fact-check by this publisher stands here." in text
    assert listed(page("/?publisher=valley-courier")) == ["ours"]
    page("/publishers/nobody/", 404)


def test_a_publisher_s_page_has_its_words_and_the_rule() -> None:
    make_published("ours")
    first = make_taken(label="Mostly wrong")
    make_taken(label="Mostly wrong")
    make_taken(label="Pants on fire")
    make_taken(label="", scale=None)
    map_label("Mostly wrong", "false")
    text = page("/publishers/checkers-example/")
    words = sentences(text)
    assert (
        "Nobody here chose among them, but for any that were withdrawn here: Corrections says which" in words
    )
    assert "Mostly wrong 2 False" in words
    assert "Pants on fire 1 Not mapped" in words
    assert "No words given 1 Not mapped" in words
    assert "1 fact-check has words that are mapped to none." in words
    assert len(listed(text)) == 4
    # Mapped labels are found under our rating, and are shown as nobody's but the publisher's.
    found = page("/publishers/checkers-example/?rating=false")
    assert len(listed(found)) == 2
    assert first.slug in listed(found)
    assert "Their rating: Mostly wrong" in sentences(found)
    assert listed(page("/?rating=false")) == [*listed(found), "ours"]


def test_a_house_s_page_is_about_its_own() -> None:
    make_published("ours")
    make_taken()
    text = page("/publishers/test-desk/")
    assert listed(text) == ["ours"]
    assert "All that were published here and not withdrawn." in sentences(text)
    assert "Its words for its ratings" not in text
    assert chart_rows(text) == ["Month All False", "March 2026 1 1"]


def test_a_chart_says_by_what_rule_and_has_every_number() -> None:
    for label, day in (("Wrong", "2025-11-10"), ("Wrong", "2025-11-11"), ("Right", "2025-12-01")):
        make_taken(label=label, reviewed_on=Date(day))
    make_taken(label="Wrong", reviewed_on=None)
    text = page("/publishers/checkers-example/")
    assert (
        "All 4 fact-checks by Harbour Checkers on this site, by the month in which Harbour Checkers published them."
        in sentences(text)
    )
    assert "1 fact-check without that date stands in no column." in sentences(text)
    assert chart_rows(text) == ["Month All “Wrong” “Right”", "November 2025 2 2 0", "December 2025 1 0 1"]
    assert 'aria-label="3\u00a0fact-checks by month and finding, as in the table below"' in text
    assert "style=" not in text.partition("<main")[2]
    assert '<div class="sideways" role="region" tabindex="0" aria-label="Fact-checks by month' in text
    assert "Move the table sideways" not in text


@pytest.mark.parametrize(("words", "sign"), [(3, "rule note narrow-only"), (6, "rule note")])
def test_a_table_that_is_cut_says_so(words: int, sign: str) -> None:
    for number in range(words):
        make_taken(label=f"Label {number}")
    text = page("/publishers/checkers-example/")
    assert f'<p class="{sign}">Move the table sideways to see all.</p>' in text


def test_a_speaker_s_chart_is_of_our_findings_and_no_score() -> None:
    make_published("one", claimed_on=dt.date(2026, 1, 5))
    make_published("two", rating="mixed", claimed_on=dt.date(2026, 2, 5))
    make_taken(speaker=Named("Ada Quill", "person"))
    text = page("/speakers/ada-quill/")
    assert chart_rows(text) == ["Month All Mixed False", "January 2026 1 0 1", "February 2026 1 1 0"]
    words = sentences(text)
    assert "All 2 fact-checks published here of claims by Ada Quill" in words
    assert "this says nothing about how often Ada Quill is right" in words
    assert "%" not in words


def test_a_chart_is_no_more_precise_than_what_is_known() -> None:
    speaker = make_speaker()
    for number in range(1, 6):
        make_published(f"day-{number}", speaker=speaker, claimed_on=dt.date(2026, 1, number))
    make_published("year", speaker=speaker, claimed_on=dt.date(2026, 2, 1), claimed_on_precision="year")
    # A Thursday, whose week began in the month before.
    make_published("week", speaker=speaker, claimed_on=dt.date(2026, 1, 1), claimed_on_precision="week")
    make_published(
        "inferred",
        speaker=speaker,
        claimed_on=dt.date(2026, 1, 9),
        claimed_on_reason="The mail came on the 10th.",
    )
    text = page("/speakers/ada-quill/")
    assert chart_rows(text) == [
        "Month All False",
        "December 2025 1 1",
        "January 2026 6 6",
        "By the year alone 1 1",
    ]
    words = sentences(text)
    assert "All 8 fact-checks published here of claims by Ada Quill" in words
    assert "1 fact-check is dated by the year alone and stands in the table only." in words
    assert "The date of 1 is inferred." in words


def test_a_partner_s_year_is_no_month() -> None:
    for number in range(1, 5):
        make_taken(label="Wrong", reviewed_on=Date(f"2021-01-0{number}"))
    make_taken(label="Wrong", reviewed_on=Date("2021-01-01", "year"))
    text = page("/publishers/checkers-example/")
    assert chart_rows(text) == ["Month All “Wrong”", "January 2021 4 4", "By the year alone 1 1"]


def test_partners_are_matched_by_the_name_alone_and_it_is_said() -> None:
    speaker = make_speaker()
    speaker.aliases.create(name="Mayor Quill")
    make_published("ours", speaker=speaker)
    exact = make_taken(speaker=Named("ADA  QUILL"))
    alias = make_taken(speaker=Named("mayor quill"))
    make_taken(speaker=Named("Ada Quillson"))
    make_taken(speaker=None)
    text = page("/speakers/ada-quill/")
    ours, _, theirs = text.partition('id="named"')
    assert listed(ours) == ["ours"]
    assert listed(theirs) == [alias.slug, exact.slug]
    assert "matched by the name alone" in sentences(theirs.join(["<h2>", ""]))
    assert "2 fact-checks taken from partners give exactly this name" in sentences(theirs)
    named = page("/speakers/ada-quill/named/")
    assert listed(named) == [alias.slug, exact.slug]
    assert "some may be about somebody else who has it" in sentences(named)
    assert listed(page("/speakers/ada-quill/named/?language=fr")) == []


@pytest.mark.parametrize("address", ["/speakers/ada-quill/", "/topics/bridge/", "/publishers/test-desk/"])
def test_lists_are_narrowed_and_the_page_says_so(address: str) -> None:
    source = make_source()
    make_published("false", source=source)
    make_published("mixed", source=source, rating="mixed", claimed_on=dt.date(2026, 2, 20))
    assert listed(page(address)) == ["mixed", "false"]
    text = page(f"{address}?rating=mixed&claimed_from=2026-02-10&utm_source=letter&speaker=ada-quill")
    assert listed(text) == ["mixed"]
    assert "Narrow the list (2 on)" in text
    assert f'href="{address}?rating=mixed"' in text
    assert not re.findall(r"""(?:href|value)="[^"]*utm_source""", text)
    assert "passes these filters" in sentences(page(f"{address}?rating=not-checkable"))
    assert "cannot be “x”" in sentences(page(f"{address}?claimed_from=x"))


def test_a_partner_s_fact_check_is_theirs_everywhere() -> None:
    make_published("ours")
    taken = make_taken(language="ar", claim="الجسر مغلق", title="لا، الجسر مفتوح")
    for address in ("/", "/publishers/checkers-example/", "/?language=ar"):
        text = page(address)
        (row,) = [
            part
            for part in re.findall(r'<li class="claim-row">.*?\n  </li>', text, re.DOTALL)
            if taken.slug in part
        ]
        words = sentences(row)
        assert words.startswith("3 November 2025 Taken from Harbour Checkers"), address
        assert "Their rating: Mostly wrong" in words
        assert "Did they say it?" not in words
        assert "Is it true?" not in words
        assert 'lang="ar" dir="auto"' in row
        assert f'href="{taken.review_url}" rel="nofollow noopener external"' in row


def test_the_page_of_a_partner_s_fact_check_leads_to_its_publisher() -> None:
    taken = make_taken()
    text = page(f"/claims/{taken.slug}/")
    words = sentences(text)
    assert 'Taken from <a href="/publishers/checkers-example/"' in text
    assert "The rating by Harbour Checkers Mostly wrong" in words
    assert "2 on its scale from 1 to 5. It is no finding of ours." in words
    assert f'<a href="{taken.review_url}" rel="nofollow noopener external">' in text
    assert "Published there 10 November 2025" in words
    assert "Nobody here has read it over." in words
    assert "Did they say it?" not in words
    assert "Is it true?" not in words
    assert "Where it appeared" in words
    withdraw([taken.slug], at=NOON)
    gone = sentences(page(f"/claims/{taken.slug}/"))
    assert "Mostly wrong" not in gone
    assert listed(page("/publishers/")) == []


def test_the_last_change_that_was_taken_over_may_be_a_withdrawal() -> None:
    for number in range(2):
        make_taken(url=f"https://checkers.example/{number}")
    make_taken(url="https://others.example/1", publisher="Anthill Facts")
    before = {slug: overview.changed_at for slug, overview in gathering.publishers().items()}
    gone = Publication.objects.get(review_url="https://checkers.example/0").slug
    withdraw([gone], at=max(before.values()) + dt.timedelta(days=3))
    after = {slug: overview.changed_at for slug, overview in gathering.publishers().items()}
    assert after["others-example"] == before["others-example"]
    assert after["checkers-example"] == max(before.values()) + dt.timedelta(days=3)
    assert gathering.publisher("checkers-example").changed_at == after["checkers-example"]
    assert "Last change taken over" in page("/publishers/checkers-example/")
    assert "Last taken" not in page("/publishers/")


def test_a_merged_publisher_leads_on_and_a_withdrawn_fact_check_is_counted_nowhere() -> None:
    make_published("ours")
    taken = make_taken()
    assert "Harbour Checkers" in page("/publishers/")
    withdraw([taken.slug], at=NOON)
    assert "Harbour Checkers" not in page("/publishers/")
    assert Client().get("/publishers/checkers-example/").status_code == 404


@pytest.mark.parametrize(
    "address",
    [
        "/publishers/",
        "/publishers/checkers-example/",
        "/speakers/ada-quill/",
        "/speakers/ada-quill/named/",
        "/",
    ],
)
def test_twenty_cost_as_many_queries_as_one(address: str) -> None:
    source = make_source()
    publish(make_claim(source=source))
    make_taken(speaker=Named("Ada Quill"))
    one = queries(address)
    for number in range(25):
        make_taken(
            speaker=Named("Ada Quill"), label=f"Label {number}", language=["en", "fr", "ar"][number % 3]
        )
    publish(make_claim(source=source))
    assert Publication.objects.count() == 28
    assert queries(address) == one
