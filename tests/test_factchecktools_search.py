"""claims:search as clients of the Fact Check Tools API know it: what is asked, what is answered, and every error."""

import datetime as dt
import json
from typing import Any

import pytest
from django.test import Client
from golden import golden
from makers import NOON, make_claim, make_methodology, make_published, make_source, publish
from taken import make_taken
from test_caching import CHANGES
from test_history import revise, withdraw

from claims.claimreview import textual_rating
from claims.models import AttributionFinding, Claim, Verdict
from claims.partners.body import Date, Named
from claims.search import keeping
from claims.search.store import Unusable
from factcheck.factchecktools import search as searching

pytestmark = pytest.mark.django_db

SEARCH = "/v1alpha1/claims:search"
UTC = "application/json; charset=UTF-8"


def ask(status: int = 200, **parameters: Any) -> dict[str, Any]:
    answer = Client().get(SEARCH, parameters)
    assert answer.status_code == status, answer.content
    assert answer["Content-Type"] == UTC
    found: dict[str, Any] = answer.json()
    return found


def texts(**parameters: Any) -> list[str]:
    return [claim["text"] for claim in ask(**parameters).get("claims", [])]


def violated(**parameters: Any) -> dict[str, str]:
    error = ask(400, **parameters)["error"]
    assert (error["code"], error["status"]) == (400, "INVALID_ARGUMENT")
    (detail,) = error["details"]
    assert detail["@type"] == "type.googleapis.com/google.rpc.BadRequest"
    return {one["field"]: one["description"] for one in detail["fieldViolations"]}


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


def unusable() -> Any:
    raise Unusable("There is no index yet.")


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


# Errors -------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("parameters", "field", "said"),
    [
        ({}, "query", "or name a publisher's site"),
        ({"query": ""}, "query", "or name a publisher's site"),
        ({"query": "  ", "languageCode": "en"}, "query", "or name a publisher's site"),
        ({"reviewPublisherSiteFilter": "a b"}, "reviewPublisherSiteFilter", "Not the host"),
        ({"reviewPublisherSiteFilter": "http://["}, "reviewPublisherSiteFilter", "Not the host"),
        ({"query": "x", "languageCode": "english language"}, "languageCode", "no language tag"),
        ({"query": "x", "maxAgeDays": "-1"}, "maxAgeDays", "whole number"),
        ({"query": "x", "maxAgeDays": "1.5"}, "maxAgeDays", "whole number"),
        ({"query": "x", "maxAgeDays": "٣"}, "maxAgeDays", "whole number"),
        ({"query": "x", "pageSize": "99999999999"}, "pageSize", "whole number"),
        ({"query": "x", "pageSize": "-1"}, "pageSize", "whole number"),
        ({"query": "x", "offset": "-1"}, "offset", "whole number"),
        ({"query": "x", "offset": "1000"}, "offset", "go further with pageToken"),
        ({"query": "x", "extended": "yes"}, "extended", "true or false"),
        ({"query": "x", "alt": "proto"}, "alt", "JSON only"),
        ({"query": "x", "alt": "media"}, "alt", "JSON only"),
        ({"query": "x", "prettyPrint": "1"}, "prettyPrint", "true or false"),
        ({"query": "x", "$.xgafv": "3"}, "$.xgafv", "1 or 2"),
        ({"query": "x", "fields": "claims("}, "fields", "Name members"),
        ({"query": "x", "callback": "run"}, "callback", "JSONP"),
        ({"query": "x", "languagecode": "en"}, "languagecode", "did you mean languageCode?"),
        ({"query": "x", "utm_source": "y"}, "utm_source", "Unknown parameter"),
        ({"query": ["x", "y"]}, "query", "more than once"),
    ],
)
def test_a_question_that_is_not_understood_is_refused(
    parameters: dict[str, Any], field: str, said: str
) -> None:
    assert said in violated(**parameters)[field]


def test_all_that_is_wrong_is_said_at_once() -> None:
    assert set(violated(pageSize="x", offset="y", bad="z")) == {"query", "pageSize", "offset", "bad"}


def test_the_parameters_of_every_method_are_taken() -> None:
    make_published("one")
    plain = ask(query="bridge")
    common = {"alt": "json", "quotaUser": "me", "$.xgafv": "2", "key": "K", "access_token": "T"}
    assert ask(query="bridge", **common, prettyPrint="false", fields="") == plain
    indented = Client().get(SEARCH, {"query": "bridge", "prettyPrint": "true"}).content.decode()
    assert indented.startswith('{\n  "claims": [\n')
    assert json.loads(indented) == plain
    part = ask(query="bridge", fields="claims(text,claimReview/publisher/site)")
    assert part == {
        "claims": [
            {
                "text": plain["claims"][0]["text"],
                "claimReview": [{"publisher": {"site": "testserver"}}],
            }
        ]
    }


@pytest.mark.parametrize(
    ("method", "path", "code", "status"),
    [
        ("get", "/v1alpha1/claims:imageSearch?imageUri=https://x.example/a.png", 501, "UNIMPLEMENTED"),
        ("get", "/v1alpha1/claims:other", 404, "NOT_FOUND"),
        ("get", "/v1alpha1", 404, "NOT_FOUND"),
        ("get", "/v1alpha1/", 404, "NOT_FOUND"),
        ("get", "/v1alpha1/claims:search/", 404, "NOT_FOUND"),
        ("post", "/v1alpha1/none", 404, "NOT_FOUND"),
        ("get", "/$discovery/none", 404, "NOT_FOUND"),
        ("post", SEARCH, 405, "UNIMPLEMENTED"),
        ("put", SEARCH, 405, "UNIMPLEMENTED"),
        ("delete", SEARCH, 405, "UNIMPLEMENTED"),
    ],
)
def test_every_error_is_in_the_envelope(method: str, path: str, code: int, status: str) -> None:
    answer = getattr(Client(enforce_csrf_checks=True), method)(path)
    assert answer.status_code == code
    assert answer["Content-Type"] == UTC
    error = answer.json()["error"]
    assert (error["code"], error["status"]) == (code, status)
    assert error["message"].endswith(".")
    if code == 405:
        assert answer["Allow"] == "GET, HEAD"


def test_the_description_has_the_addresses_of_this_server() -> None:
    address = "/$discovery/rest"
    answer = Client().get(address, {"version": "v1alpha1"})
    document = answer.json()
    assert document["rootUrl"] == document["baseUrl"] == "http://testserver/"
    assert Client().get("/%24discovery/rest?version=v1alpha1&key=K").json() == document
    assert Client().get(address, headers={"if_none_match": answer["ETag"]}).status_code == 304
    assert answer["Access-Control-Allow-Origin"] == "*"
    other = Client().get(address, {"version": "v1"})
    assert (other.status_code, other.json()["error"]["status"]) == (404, "NOT_FOUND")
    text = json.dumps(document, indent=2, ensure_ascii=False) + "\n"
    assert text == golden("factchecktools-discovery.json", text)


def test_a_fault_of_ours_says_no_more_than_that(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(searching, "page", lambda *_, **__: 1 / 0)
    answer = Client(raise_request_exception=False).get(SEARCH, {"query": "x"})
    assert (answer.status_code, answer.json()["error"]["status"]) == (500, "INTERNAL")
    assert "division" not in answer.content.decode()


def test_a_host_that_is_not_ours() -> None:
    answer = Client(headers={"host": "evil.example.org"}).get(SEARCH, {"query": "x"})
    assert (answer.status_code, answer.json()["error"]["status"]) == (400, "INVALID_ARGUMENT")


# Requests -----------------------------------------------------------------------------------------


def test_the_colon_may_be_escaped_and_nothing_is_redirected() -> None:
    make_published("one")
    for path in (SEARCH, "/v1alpha1/claims%3Asearch", "/v1alpha1/claims%3asearch"):
        assert Client().get(f"{path}?query=bridge").json() == ask(query="bridge")
    assert Client().head(SEARCH, {"query": "bridge"}).status_code == 200


def posted(data: str, path: str = SEARCH, override: str = "GET") -> Any:
    client = Client(enforce_csrf_checks=True)
    return client.post(path, data, headers={"x-http-method-override": override}, content_type=FORM)


FORM = "application/x-www-form-urlencoded"


def test_a_question_too_long_for_an_address_comes_as_a_form() -> None:
    make_published("one")
    answer = posted("query=bridge&pageSize=1&alt=json")
    assert answer.json() == ask(query="bridge", pageSize=1)
    assert answer["Cache-Control"] == "no-store"
    assert posted("", f"{SEARCH}?query=bridge").json() == ask(query="bridge")
    twice = posted("query=bridge", f"{SEARCH}?query=bridge")
    assert "more than once" in twice.content.decode()
    other = posted("query=bridge", override="DELETE")
    assert other.status_code == 400


def test_an_answer_is_known_again_unless_it_depends_on_the_day() -> None:
    make_published("one")
    first = Client().get(SEARCH, {"query": "bridge"})
    etag = {"if_none_match": first["ETag"]}
    assert Client().get(SEARCH, {"query": "bridge"}, headers=etag).status_code == 304
    CHANGES["another claim"]()
    assert Client().get(SEARCH, {"query": "bridge"}, headers=etag).status_code == 200
    aged = Client().get(SEARCH, {"query": "bridge", "maxAgeDays": 50_000})
    assert aged["Cache-Control"] == "max-age=0, s-maxage=60"
    assert not aged.has_header("ETag")


def test_an_answer_of_an_index_that_lags_is_not_kept(monkeypatch: pytest.MonkeyPatch) -> None:
    make_published("one")
    monkeypatch.setattr(keeping, "current", unusable)
    answer = Client().get(SEARCH, {"query": "bridge"})
    assert (len(answer.json()["claims"]), answer["Cache-Control"]) == (1, "no-store")


def test_scripts_of_other_sites_may_search() -> None:
    make_published("one")
    for answer in (Client().get(SEARCH, {"query": "bridge"}), Client().get(SEARCH)):
        assert answer["Access-Control-Allow-Origin"] == "*"


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
