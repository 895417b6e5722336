"""claims:search as clients of the Fact Check Tools API know it: what is asked, what is answered, and every error."""

import datetime as dt
from typing import Any

import pytest
from claimsearch import SEARCH, ask, texts, unusable, violated
from django.test import Client
from golden import golden
from makers import NOON, make_claim, make_methodology, make_published, make_source, publish
from taken import make_taken
from test_history import revise, withdraw

from claims.claimreview import textual_rating
from claims.models import AttributionFinding, Claim, Verdict
from claims.partners.body import Date, Named
from claims.search import keeping

pytestmark = pytest.mark.django_db


def test_the_golden_answer() -> None:
    make_published(
        "bridge",
        # By a name of its own: digests stand in the answer.
        source=make_source("courier-report"),
        text="The bridge will open in spring.",
        title="Will the bridge open in spring?",
        claimed_on=dt.date(2026, 2, 2),
    )
    make_taken(
        url="https://www.checkers.example/bridge/",
        claim="The bridge will open in spring, on a Monday.",
        title="No, the bridge opens in autumn",
        language="pt-BR",
    )
    # One that says next to nothing.
    make_taken(
        url="https://small.example/bridge#one",
        claim="The bridge of spring.",
        title="",
        publisher="Small",
        language="und",
        label="",
        scale=None,
        speaker=None,
        claimed_on=Date("2025-01-01", "year"),
        reviewed_on=None,
        places=(),
        summary="",
        licence=None,
    )
    for name, parameters in (("search", {}), ("search-extended", {"extended": "true"})):
        answer = Client().get(SEARCH, {"query": "bridge spring", "prettyPrint": "true", **parameters})
        text = answer.content.decode() + "\n"
        assert text == golden(f"factchecktools-{name}.json", text)


def test_nothing_found_is_an_empty_object() -> None:
    make_published("one")
    assert ask(query="zebra crossing") == {}
    assert ask(reviewPublisherSiteFilter="nobody.example") == {}
    assert ask(query="bridge", languageCode="fr") == {}
    assert ask(query="?!") == {}


def test_a_pasted_paragraph_finds_what_its_sentences_are_about() -> None:
    make_taken(claim="Ferries to the northern island were cancelled because of jellyfish swarms.", title="")
    make_taken(claim="The museum burned down after lightning struck its wooden tower.", title="")
    asked = (
        "It was a long day at the council, and people talked about many things that nobody here can remember. "
        "One said that ferries to the northern island were cancelled because of swarms of jellyfish. "
        "Others spoke of the weather, of football, and of what their neighbours had cooked for dinner. " * 20
    )[:5000]
    assert texts(query=asked) == [
        "Ferries to the northern island were cancelled because of jellyfish swarms."
    ]
    assert texts(query=asked, languageCode="fr") == []
    assert texts(query=f"{asked[:300]} -jellyfish") == []


# Ratings ------------------------------------------------------------------------------------------


@pytest.mark.parametrize("attribution", ["misattributed", "confirmed"])
@pytest.mark.parametrize("rated", [True, False])
def test_a_rating_never_wrongs_the_speaker(attribution: str, rated: bool) -> None:
    """What the ClaimReview of the page says, this answer says: one rule for both."""
    methodology = make_methodology()
    AttributionFinding.objects.get_or_create(
        methodology=methodology,
        slug="misattributed",
        defaults={"label": "Misattributed", "definition": "Somebody else said it.", "position": 9},
    )
    claim = make_claim("one", attribution=attribution, rating="mixed")
    if not rated:
        Verdict.objects.filter(claim=claim).update(rating=None)
    publish(Claim.objects.get(pk=claim.pk))
    (found,) = ask(query="bridge")["claims"]
    document = Client().get("/api/v1/claims/one/").json()
    rating = found["claimReview"][0]["textualRating"]
    assert rating == textual_rating(document)
    assert ("isattributed" in rating) == (attribution == "misattributed")


# Filters ------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("code", "found"),
    [
        ("en", {"en"}),
        ("EN", {"en"}),
        ("en-US", {"en"}),
        ("en_GB", {"en"}),
        ("pt", {"pt-BR", "pt"}),
        ("pt-PT", {"pt-BR", "pt"}),
        ("sr", {"sr-Latn", "sr-Cyrl"}),
        ("sr-Latn", {"sr-Latn"}),
        ("sr-Latn-RS", {"sr-Latn"}),
        ("fr", set()),
        ("und", {"und"}),
        ("", {"en", "pt-BR", "pt", "sr-Latn", "sr-Cyrl", "und"}),
    ],
)
@pytest.mark.parametrize("how", ["words", "site"])
def test_a_language_is_asked_for_without_its_region(code: str, found: set[str], how: str) -> None:
    for tag in ("en", "pt-BR", "pt", "sr-Latn", "sr-Cyrl", "und"):
        make_taken(claim=f"A harbour {tag}.", language=tag)
    asked = {"query": "harbour"} if how == "words" else {"reviewPublisherSiteFilter": "checkers.example"}
    assert set(texts(**asked, languageCode=code)) == {f"A harbour {tag}." for tag in found}


SITES = {
    "checkers.example": {"one", "two"},
    "www.checkers.example": {"one", "two"},
    "https://WWW.Checkers.example/reviews/": {"one", "two"},
    "news.checkers.example": {"three"},
    "example": set(),
    "testserver": {"own"},
    # The house's own publisher, wherever its pages are served.
    "desk.example": {"own"},
    "nobody.example": set(),
}


@pytest.mark.parametrize("engine", ["index", "database"])
@pytest.mark.parametrize("site", SITES)
def test_reviews_of_a_publisher_are_asked_for_by_its_site(
    site: str, engine: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    make_published("own", text="A harbour own.", title="Own")
    for url, name in (
        ("https://www.checkers.example/1", "one"),
        ("http://checkers.example/2", "two"),
        ("https://news.checkers.example/3", "three"),
    ):
        make_taken(url=url, claim=f"A harbour {name}.", publisher=name)
    if engine == "database":
        monkeypatch.setattr(keeping, "current", unusable)
    for query in ({}, {"query": "harbour"}):
        found = set(texts(reviewPublisherSiteFilter=site, **query))
        assert found == {f"A harbour {name}." for name in SITES[site]}, query
    for claim in ask(reviewPublisherSiteFilter=site).get("claims", []):
        shown = claim["claimReview"][0]["publisher"]["site"]
        assert set(texts(reviewPublisherSiteFilter=shown)) >= {claim["text"]}


# Claim date, review date, and the ages in days on 1 March 2026 that find it and do not.
AGES = {
    "both, the review newer": (Date("2026-02-01"), Date("2026-02-20"), 9, 8),
    "both, the claim newer": (Date("2026-02-20"), Date("2026-02-01"), 9, 8),
    "the claim alone": (Date("2026-02-20"), None, 9, 8),
    "the review alone": (None, Date("2026-02-20"), 9, 8),
    # Nothing that is found may be older: a month counts from its first day.
    "a month": (None, Date("2026-02-01", "month"), 28, 27),
    "a year": (Date("2025-01-01", "year"), None, 424, 423),
    "neither": (None, None, None, 2_000_000_000),
}


@pytest.mark.parametrize("engine", ["index", "database"])
@pytest.mark.parametrize("what", AGES)
def test_an_age_is_that_of_the_newer_date(what: str, engine: str, monkeypatch: pytest.MonkeyPatch) -> None:
    claimed_on, reviewed_on, finds, does_not = AGES[what]
    monkeypatch.setattr(searching_clock(), "now", lambda: NOON)
    make_taken(claim="A harbour.", claimed_on=claimed_on, reviewed_on=reviewed_on)
    if engine == "database":
        monkeypatch.setattr(keeping, "current", unusable)
    for query in ({"query": "harbour"}, {"reviewPublisherSiteFilter": "checkers.example"}):
        assert len(texts(**query)) == 1
        assert len(texts(**query, maxAgeDays=0)) == 1
        if finds is not None:
            assert len(texts(**query, maxAgeDays=finds)) == 1
        assert texts(**query, maxAgeDays=does_not) == []


def searching_clock() -> Any:
    from factcheck.factchecktools import views

    return views.timezone


@pytest.mark.parametrize("engine", ["index", "database"])
def test_our_own_review_is_as_old_as_its_first_publication(
    engine: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    make_published("one", claimed_on=dt.date(2020, 1, 1))
    if engine == "database":
        monkeypatch.setattr(keeping, "current", unusable)
    clock = searching_clock()
    monkeypatch.setattr(clock, "now", lambda: NOON + dt.timedelta(days=5))
    assert len(texts(query="bridge", maxAgeDays=5)) == 1
    assert texts(query="bridge", maxAgeDays=4) == []


# Pages --------------------------------------------------------------------------------------------


@pytest.mark.parametrize("engine", ["index", "database"])
@pytest.mark.parametrize("how", ["words", "site"])
@pytest.mark.parametrize("size", [1, 3, 7, 8])
def test_pages_lead_through_everything_once(
    size: int, how: str, engine: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    for number in range(7):
        make_taken(claim=f"A harbour number {number}.")
    if engine == "database":
        monkeypatch.setattr(keeping, "current", unusable)
    asked = {"query": "harbour"} if how == "words" else {"reviewPublisherSiteFilter": "checkers.example"}
    whole = texts(**asked)
    assert len(set(whole)) == 7
    found, token, pages = [], None, 0
    while token is not None or not pages:
        answer = ask(**asked, pageSize=size, **({"pageToken": token} if token else {}))
        found += [claim["text"] for claim in answer["claims"]]
        token, pages = answer.get("nextPageToken"), pages + 1
        assert len(answer["claims"]) == size or token is None
    assert (found, pages) == (whole, -(-7 // size))
    # An offset leads into the middle, and counts for nothing with a token.
    assert texts(**asked, offset=5) == whole[5:]
    assert texts(**asked, offset=7) == []
    if size < 7:
        second = ask(**asked, pageSize=size)["nextPageToken"]
        assert texts(**asked, pageSize=size, pageToken=second, offset=2) == whole[size : 2 * size]


def test_a_token_belongs_to_its_question() -> None:
    for number in range(3):
        make_taken(claim=f"A harbour number {number}.")
    asked = {"query": "harbour", "pageSize": 1, "languageCode": "en", "maxAgeDays": 50_000}
    token = ask(**asked)["nextPageToken"]
    ask(**asked, pageToken=token)
    # What does not change the answers may differ.
    ask(**asked, pageToken=token, key="K", prettyPrint="true", quotaUser="q", offset=9)
    for other in (
        {"query": "harbours"},
        {"pageSize": 2},
        {"languageCode": "fr"},
        {"maxAgeDays": 2},
        {"reviewPublisherSiteFilter": "checkers.example"},
        {"extended": "true"},
    ):
        reasons = violated(**{**asked, **other}, pageToken=token)
        assert "belongs to another question" in reasons["pageToken"]
    for text in ("x", token[:-1], token + "A", "A" * 32, "é", "a" * 5000):
        assert "no page token of ours" in violated(**asked, pageToken=text)["pageToken"]


def test_pages_of_one_list_count_ages_from_one_day(monkeypatch: pytest.MonkeyPatch) -> None:
    for number in range(2):
        make_taken(claim=f"A harbour number {number}.", reviewed_on=Date("2026-02-20"), claimed_on=None)
    clock = searching_clock()
    monkeypatch.setattr(clock, "now", lambda: NOON)
    asked = {"query": "harbour", "maxAgeDays": 9, "pageSize": 1}
    token = ask(**asked)["nextPageToken"]
    monkeypatch.setattr(clock, "now", lambda: NOON + dt.timedelta(days=1))
    assert texts(**asked) == []
    assert len(texts(**asked, pageToken=token)) == 1


def test_what_is_published_meanwhile_moves_no_page_of_a_site() -> None:
    for number in range(4):
        make_taken(claim=f"A harbour number {number}.")
    asked = {"reviewPublisherSiteFilter": "checkers.example", "pageSize": 2}
    first = ask(**asked)
    make_taken(claim="A harbour that is new.")
    second = texts(**asked, pageToken=first["nextPageToken"])
    assert second == ["A harbour number 1.", "A harbour number 0."]


def test_a_page_has_a_hundred_at_most() -> None:
    for number in range(101):
        make_taken(claim=f"A harbour number {number}.")
    answer = ask(query="harbour", pageSize=1000)
    assert len(answer["claims"]) == 100
    assert len(texts(query="harbour", pageSize=1000, pageToken=answer["nextPageToken"])) == 1
    assert len(texts(query="harbour")) == 10
    assert len(texts(query="harbour", pageSize=0)) == 10


def test_a_page_costs_the_same_however_many_it_has(django_assert_max_num_queries: Any) -> None:
    for number in range(12):
        make_taken(claim=f"A harbour number {number}.", publisher=f"P{number}")
    ask(query="harbour")
    for size in (1, 12):
        with django_assert_max_num_queries(5):
            assert len(texts(query="harbour", pageSize=size)) == size


# What is told of a fact-check ---------------------------------------------------------------------


def test_what_is_withdrawn_is_gone_and_what_is_corrected_says_so() -> None:
    make_published("one", text="The bridge one opens.")
    make_published("two", text="The bridge two opens.")
    revise("one", kind="correction", note="A word was missing.", days=3, summary="Put right.")
    withdraw("two", "The report was forged.")
    (found,) = ask(query="bridge", extended="true")["claims"]
    assert found["factCheck"]["id"] == "one"
    (correction,) = found["factCheck"]["corrections"]
    assert (correction["kind"], correction["note"]) == ("correction", "A word was missing.")
    # The plain answer is exactly the contract.
    (plain,) = ask(query="bridge")["claims"]
    assert plain == {name: value for name, value in found.items() if name != "factCheck"}


def test_one_named_as_speaker_is_the_claimant() -> None:
    make_taken(claim="A harbour.", speaker=Named("Rufus Gale"))
    (found,) = ask(query="harbour")["claims"]
    assert found["claimant"] == "Rufus Gale"
