"""What has been checked in a text, or at an address: the page and the API."""

import json
from pathlib import Path
from typing import Any
from xml.etree import ElementTree

import pytest
from django.test import Client
from makers import NOON, make_claim, make_published, make_quotation, make_source, make_user, publish
from makers import TEXT as TEXT_OF_MAKERS
from taken import make_taken

from claims import checking, workflow
from claims.links import link_key
from claims.models import Claim
from claims.search import keeping, matching
from claims.search.store import Unusable

pytestmark = pytest.mark.django_db

CLAIM = "The harbour bridge was sold to a foreign company in secret."
TEXT = "It rained.\n\nThey say the harbour bridge was sold, in secret, to a foreign company. Nobody came."


@pytest.fixture(autouse=True)
def folder(settings: Any, tmp_path: Path) -> None:
    settings.DATA_DIR = tmp_path


@pytest.fixture
def bridge() -> Claim:
    return make_published("bridge", text=CLAIM, title="Was the harbour bridge sold?")


def matched(**given: str) -> Any:
    answer = Client().post("/api/v1/match/", json.dumps(given), content_type="application/json")
    assert answer.status_code == 200, answer.content
    return answer.json()


@pytest.mark.usefixtures("bridge")
def test_a_text_is_marked_with_its_claims_and_why() -> None:
    answer = matched(text=TEXT)
    (sentence,) = answer["sentences"]
    assert TEXT[sentence["start"] : sentence["end"]].startswith("They say the harbour")
    (match,) = sentence["matches"]
    assert match["claim"] == "bridge"
    assert match["sure"] > 0.5
    assert {"harbour", "bridge", "secret"} <= set(match["shared_words"])
    assert match["quotation"] is None
    assert answer["claims"]["bridge"]["claim"] == CLAIM
    assert answer["claims"]["bridge"]["url"].endswith("/claims/bridge/")
    served = Client().get("/api/v1/claims/bridge/").json()
    for name in ("licence", "revision"):
        assert answer["claims"]["bridge"][name] == served[name]
    page = Client().post("/check/", {"text": TEXT}).content.decode()
    assert "<mark>They say the harbour bridge was sold, in secret, to a foreign company.</mark>" in page
    assert 'href="#found-1"' in page
    assert 'id="found-1"' in page
    assert "likely: both say" in page.lower()
    assert "It rained." in page


@pytest.mark.parametrize(
    ("language", "claim", "text", "shared"),
    [
        (
            "en",
            "Ukraine sold the harbour bridges of Odesa.",
            "In secret UKRAINE's ministers sold the Harbour bridge of Odesa, their bridge.",
            ["UKRAINE's", "sold", "Harbour", "bridge", "Odesa"],
        ),
        ("zh", "中国出售港口大桥", "他说中国出售港口大桥。", ["中国出售港口大桥"]),
    ],
)
def test_words_that_both_have_are_told_as_the_text_writes_them(
    language: str, claim: str, text: str, shared: list[str]
) -> None:
    make_taken(claim=claim, language=language, title="")
    (sentence,) = matched(text=text)["sentences"]
    assert sentence["matches"][0]["shared_words"] == shared


def test_quotations_are_found_wherever_they_stand() -> None:
    source = make_source(
        "speech", text=f"{TEXT_OF_MAKERS} We never sold that bridge to anyone, and we will not."
    )
    claim = make_claim("denial", text="Something else entirely.", source=source)
    claim.appearances.update(quotation=make_quotation(source, "We never sold that bridge to anyone"))
    publish(claim)
    exact = "She said: We never sold that bridge to anyone. Then she left."
    (sentence,) = matched(text=exact)["sentences"]
    found = sentence["matches"][0]
    assert (found["claim"], found["sure"], found["quotation"]["level"]) == ("denial", 1.0, "exact")
    assert exact[found["quotation"]["start"] : found["quotation"]["end"]] == found["quotation"]["words"]
    broken = "She said: We never sold\n   that bridge to\u00a0anyone. Then she left."
    (sentence,) = matched(text=broken)["sentences"]
    assert sentence["matches"][0]["quotation"]["level"] == "typographic"
    # Words in the middle of others are no quotation.
    assert matched(text="We never sold that bridge to anyoneelse.")["sentences"] == []


@pytest.mark.usefixtures("bridge")
def test_what_was_not_looked_at_is_said(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(matching, "MOST_SENTENCES", 2)
    text = "It rained all day. It snowed all night.  \n"
    assert matched(text=text)["left_out"] == 0
    answer = matched(text=f"{text} {TEXT}")
    assert (answer["sentences"], answer["left_out"]) == ([], len(text) - 39 + 1 + len(TEXT))
    page = Client().post("/check/", {"text": f"{text.strip()} {TEXT}"}).content.decode()
    assert f"The last {len(TEXT) + 1} characters were not looked at" in page


@pytest.mark.usefixtures("bridge")
def test_what_was_withdrawn_is_not_found_even_by_an_old_index(monkeypatch: pytest.MonkeyPatch) -> None:
    assert matched(text=TEXT)["sentences"]
    old = keeping.ranking()
    verdict = Claim.objects.get(slug="bridge").verdict
    workflow.apply("withdraw", verdict=verdict, by=make_user(), at=NOON, note="It was wrong.")
    monkeypatch.setattr(keeping, "ranking", lambda: old)
    assert matched(text=TEXT) == {"sentences": [], "claims": {}, "left_out": 0}
    assert "Nothing of it was found" in Client().post("/check/", {"text": TEXT}).content.decode()


def test_an_address_leads_to_the_review_and_to_what_cites_it() -> None:
    source = make_source("post", link="https://www.posts.example/a/1/?utm_source=x")
    publish(make_claim("about-a-post", source=source))
    taken = make_taken(url="https://checkers.example/reviews/9/")
    answer = matched(url="http://posts.example/a/1#top")
    assert (answer["citing"], answer["reviews"]) == (["about-a-post"], [])
    assert (answer["citing_total"], answer["reviews_total"]) == (1, 0)
    answer = matched(url="checkers.example/reviews/9?fbclid=abc")
    assert (answer["reviews"], answer["reviews_total"]) == ([taken.slug], 1)
    page = Client().get("/check/", {"url": "https://posts.example/a/1"}).content.decode()
    assert 'href="/claims/about-a-post/"' in page
    assert "No fact-check here cites" in Client().get("/check/?url=https://other.example/").content.decode()
    assert "no address of a web page" in Client().get("/check/?url=nothing").content.decode()


def test_where_many_cite_an_address_it_is_said_how_many(monkeypatch: pytest.MonkeyPatch) -> None:
    source = make_source("post", link="https://www.posts.example/a/1/")
    for number in range(3):
        publish(make_claim(f"about-{number}", source=source))
    assert "The newest" not in Client().get("/check/?url=posts.example/a/1").content.decode()
    monkeypatch.setattr(checking, "MOST", 2)
    answer = matched(url="posts.example/a/1")
    assert (answer["citing"], answer["citing_total"]) == (["about-2", "about-1"], 3)
    assert "The newest 2 of 3" in Client().get("/check/?url=posts.example/a/1").content.decode()
    # Its own address lives in one place, however many cite it.
    answer = matched(url="http://testserver/claims/about-1/")
    assert (answer["reviews"], answer["reviews_total"], answer["citing_total"]) == (["about-1"], 1, 0)
    old = keeping.current()
    verdict = Claim.objects.get(slug="about-2").verdict
    workflow.apply("withdraw", verdict=verdict, by=make_user(), at=NOON, note="It was wrong.")
    monkeypatch.setattr(keeping, "current", lambda: old)
    answer = matched(url="posts.example/a/1")
    assert (answer["citing"], answer["citing_total"]) == (["about-1"], 2)


@pytest.mark.usefixtures("bridge")
def test_a_sentence_that_was_read_with_the_one_before_says_so() -> None:
    text = "The harbour bridge was sold in secret to a foreign firm. It was a foreign company."
    first, second = matched(text=text)["sentences"]
    assert (first["with_sentence_before"], second["with_sentence_before"]) == (False, True)
    said = "the sentence was read with the one before it"
    assert Client().post("/check/", {"text": text}).content.decode().count(said) == 1
    assert said not in Client().post("/check/", {"text": TEXT}).content.decode()


@pytest.mark.usefixtures("bridge")
def test_our_own_addresses_and_one_in_the_wrong_field_are_known() -> None:
    for own in ("http://testserver/claims/bridge/", "testserver/claims/bridge/history/?a=b"):
        address = own if "://" in own else f"https://{own}"
        assert matched(url=address)["reviews"] == ["bridge"], own
    assert matched(url="http://testserver/topics/bridge/")["reviews"] == []
    assert matched(url="http://elsewhere.example/claims/bridge/")["reviews"] == []
    page = Client().post("/check/", {"text": " http://testserver/claims/bridge/ "}).content.decode()
    assert "The fact-check that lives there" in page


@pytest.mark.parametrize(
    ("one", "other"),
    [
        ("https://www.a.example/b/", "http://a.example/b"),
        ("https://A.example/b#c", "a.example/b"),
        ("https://a.example/b?x=1&utm_medium=m&fbclid=2", "https://a.example/b?x=1"),
        ("https://user@a.example:443/b", "https://a.example/b"),
    ],
)
def test_two_spellings_of_one_address(one: str, other: str) -> None:
    assert link_key(one) == link_key(other) != ""


@pytest.mark.parametrize(
    "text",
    [
        *("", "a b.example", "javascript:alert(1)", "ftp://a.example/", "https://", "https://[/"),
        *("https://a.example:x/", "word", "a" * 3000),
    ],
)
def test_what_is_no_address(text: str) -> None:
    assert link_key(text) == ""


@pytest.mark.parametrize(
    ("sent", "reason"),
    [
        ("[]", "Send a JSON object"),
        ("{}", "Give text or url"),
        ('{"text": "a", "url": "b"}', "Give text or url"),
        ('{"txt": "a"}', "Unknown member"),
        ('{"text": 1}', "has to be a text"),
        ('{"text": " "}', "has to be a text"),
        (r'{"text": "\u200b"}', "has to be a text"),
        ('{"url": "nothing"}', "no address of a web page"),
        (json.dumps({"text": "a" * (checking.LONGEST + 1)}), "at most 100000 characters"),
        ("{", "JSON parse error"),
        ('{"url": "https://\\ud800.example/"}', "has to be a text"),
        ('{"text": "harbour \\ud800"}', "has to be a text"),
        ('{"\\ud800": "harbour"}', "Unknown member"),
        ("[" * 100_000, "nested too deeply"),
    ],
)
def test_bad_requests_are_said(sent: str, reason: str) -> None:
    answer = Client().post("/api/v1/match/", sent, content_type="application/json")
    assert answer.status_code == 400
    assert answer["Content-Type"] == "application/problem+json"
    assert reason in answer.content.decode()
    assert Client().post("/api/v1/match/?a=b", "{}", content_type="application/json").status_code == 400
    assert Client().get("/api/v1/match/").status_code == 405


def test_what_was_taken_from_a_partner_says_so() -> None:
    make_taken(claim=CLAIM, label="Wrong")
    page = Client().post("/check/", {"text": TEXT}).content.decode()
    assert "<mark>They say" in page
    assert "Taken from" in page
    assert "Harbour Checkers" in page
    assert "Their rating:" in page
    assert "Is it true?" not in page


def test_a_page_shows_any_text_as_text() -> None:
    hostile = "<script>alert(1)</script> & \u202e \0 \ud83d \"'"
    page = Client().post("/check/", {"text": hostile.replace("\ud83d", "")}).content.decode()
    assert "<script>alert" not in page
    assert "&lt;script&gt;alert(1)&lt;/script&gt;" in page


def test_a_failing_index_is_said_and_logged(
    monkeypatch: pytest.MonkeyPatch, caplog: pytest.LogCaptureFixture
) -> None:
    def fail() -> None:
        raise Unusable("The index cannot be used.")

    monkeypatch.setattr(keeping, "ranking", fail)
    answer = Client().post("/check/", {"text": TEXT})
    assert (answer.status_code, answer["Retry-After"]) == (503, "60")
    assert "cannot be asked at the moment" in answer.content.decode()
    answer = Client().post("/api/v1/match/", json.dumps({"text": TEXT}), content_type="application/json")
    assert (answer.status_code, answer["Retry-After"]) == (503, "60")
    assert answer["Content-Type"] == "application/problem+json"
    assert "could not be matched" in caplog.text


def test_browsers_are_told_how_to_ask() -> None:
    root = ElementTree.fromstring(Client().get("/opensearch.xml").content)  # noqa: S314 (our own)
    space = "{http://a9.com/-/spec/opensearch/1.1/}"
    templates = {url.get("type"): url.get("template") for url in root.iter(f"{space}Url")}
    assert templates["text/html"] == "http://testserver/?q={searchTerms}"
    assert templates["application/json"] == "http://testserver/api/v1/lookup/?q={searchTerms}"
    assert 'rel="search"' in Client().get("/").content.decode()
