"""A fact-check on other sites' pages: the card shows what is true now, and oEmbed says how to show it."""

import html
import json
import logging
import re
from typing import Any
from urllib.parse import quote
from xml.etree import ElementTree

import pytest
from django.http import HttpResponse
from django.test import Client, RequestFactory
from django.utils.log import log_response
from golden import golden
from hypothesis import given
from hypothesis import strategies as st
from makers import make_claim, make_published, make_publisher
from test_golden import make_golden
from test_history import revise, withdraw
from test_outgoing import make_partners
from visiting import queries, sentences

from claims import oembed
from claims.models import Claim
from factcheck.audiences import Audience, addresses, audience_of

pytestmark = pytest.mark.django_db

URL = "http://testserver/claims/one/"


def card(slug: str = "one", status: int = 200) -> str:
    answer = Client().get(f"/claims/{slug}/card/")
    assert answer.status_code == status
    return answer.content.decode()


def embedded(url: str = URL, **asked: str) -> dict[str, Any]:
    answer = Client().get("/oembed/", {"url": url, **asked})
    assert (answer.status_code, answer["Content-Type"]) == (200, "application/json")
    found: dict[str, Any] = answer.json()
    return found


def test_a_card_shows_both_findings_and_corrects_itself() -> None:
    claim = make_published("one")
    text = sentences(card())
    for words in (
        "Fact-check by Test Desk",
        claim.text,
        "Ada Quill , Mayor",
        "Did they say it? Reported",
        "Is it true? False",
        "The works report does not support a date.",
        "As of 1 March 2026, 12:00 UTC",
    ):
        assert words in text
    assert "Correction" not in text
    revise("one", kind="correction", note="A word was wrong.", days=3, summary="Put right.")
    text = sentences(card())
    assert "Correction, 4 March 2026, 12:00 UTC : A word was wrong. Put right." in text
    assert "As of 4 March 2026" in text
    revise("one", kind="typo", note="", days=4, summary="Put  right.")
    assert "Correction, 4 March 2026" in sentences(card())
    withdraw("one", "The report was forged.")
    text = sentences(card())
    assert (
        "Withdrawn, 10 March 2026, 12:00 UTC . We have taken our verdict on this claim back. The report was forged."
        in text
    )
    assert "Is it true?" not in text
    assert "Put right" not in text


def test_the_card_of_a_partners_review_says_whose_it_is() -> None:
    make_publisher("harbour-example", name="Harbour Post", site="harbour.example")
    slug = make_partners(
        publisher={"id": "harbour-example", "name": "Harbour Post", "site": "harbour.example"}
    ).slug
    page = card(slug)
    text = sentences(page)
    assert "Fact-check by Harbour Post , taken over by" in text
    assert "Rated by Harbour Post Three anchors" in text
    assert "Not assessed" not in text
    assert '<a href="https://harbour.example/ferry" target="_blank" rel="noopener nofollow">' in page
    # What a publisher calls itself may be another's name; where a link leads does not depend on it.
    assert "Read it at harbour.example" in text


def test_only_the_card_may_be_framed() -> None:
    make_published("one")
    make_claim("draft")
    answer = Client().get("/claims/one/card/")
    assert not answer.has_header("X-Frame-Options")
    policy = answer["Content-Security-Policy"]
    assert "frame-ancestors *;" in f"{policy};"
    assert "default-src 'none'" in policy
    assert not answer.cookies
    # A browser that has the card takes the headers of a 304 for its copy.
    for sent in ({"if_none_match": answer["ETag"]}, {"if_modified_since": answer["Last-Modified"]}):
        again = Client().get("/claims/one/card/", headers=sent)
        assert again.status_code == 304
        assert not {"X-Frame-Options", "Content-Security-Policy"} & {*again.headers}
    walked = 0
    for address in addresses():
        if audience_of(address) is not Audience.PUBLIC or address.name in ("card", "livez", "readyz"):
            continue
        path = "/" + re.sub(r"<slug:slug>", "one", address.route).replace("<int:number>", "1")
        other = Client().get(path)
        if other.get("Content-Type", "").startswith("text/html") and "^" not in path:
            assert other["X-Frame-Options"] == "DENY", path
            assert "frame-ancestors 'none'" in other["Content-Security-Policy"], path
            walked += 1
    assert walked > 15
    for missing in ("draft", "none"):
        gone = Client().get(f"/claims/{missing}/card/")
        assert (gone.status_code, gone["X-Frame-Options"]) == (404, "DENY")


def test_a_card_costs_the_same_however_often_the_fact_check_was_changed() -> None:
    make_published("one")
    first, counts = queries("/claims/one/card/"), []
    for number in range(4):
        revise("one", kind="correction", note="A word.", days=number + 1, summary=f"Put right {number}.")
        counts.append(queries("/claims/one/card/"))
    # What has never been changed is not asked for its notices.
    assert counts == [first + 1] * 4


# oEmbed


def test_an_answer_leads_to_the_card() -> None:
    make_published("one")
    title = Claim.objects.get(slug="one").title
    found = embedded()
    (source,) = re.findall(r'src="([^"]*)"', found.pop("html"))
    assert source == "http://testserver/claims/one/card/"
    assert found == {
        "version": "1.0",
        "type": "rich",
        "title": title,
        "provider_name": "Test desk",
        "provider_url": "http://testserver/",
        "cache_age": 86400,
        "width": 600,
        "height": 420,
        "author_name": "Test Desk",
        "author_url": "https://desk.example/",
    }
    withdraw("one", "The report was forged.")
    assert embedded()["title"] == f"Withdrawn: {title}"
    assert source in embedded()["html"]


@pytest.mark.parametrize("state", ["public", "withdrawn"])
def test_a_page_says_where_its_card_is(state: str) -> None:
    make_published("one")
    if state == "withdrawn":
        withdraw("one", "The report was forged.")
    page = Client().get("/claims/one/").content.decode()
    links = re.findall(r'<link rel="alternate" type="([^"]*oembed)" title="[^"]+" href="([^"]*)"', page)
    assert [kind for kind, _ in links] == ["application/json+oembed", "text/xml+oembed"]
    for kind, href in links:
        assert href.startswith("http://testserver/oembed/?format=")
        answer = Client().get(html.unescape(href))
        assert answer.status_code == 200
        assert answer["Content-Type"].startswith(kind.removesuffix("+oembed"))
        assert "/claims/one/card/" in answer.content.decode()


@pytest.mark.parametrize(
    "url",
    [
        *(URL, f"{URL}?utm_source=x#why", "https://testserver/claims/one/", "http://TESTSERVER/claims/one"),
        *(f"{URL}card/", " http://testserver/claims/one/ ", "http://testserver/claims/%6fne/"),
    ],
)
def test_an_address_is_known_in_every_spelling(url: str) -> None:
    make_published("one")
    assert "/claims/one/card/" in embedded(url)["html"]


@pytest.mark.parametrize(
    "url",
    [
        *("http://evil.example/claims/one/", "http://testserver:81/claims/one/", "//testserver/claims/one/"),
        *("http://testserver@evil.example/claims/one/", "http://evil.example\\@testserver/claims/one/"),
        *("javascript:alert(1)", "claims/one/", "http://[", "http://testserver/claims/none/"),
        *("http://testserver/claims/draft/", "http://testserver/", "http://testserver/claims/one/history/"),
        *("http://testserver/claims/one/%00/", "http://testserver/admin/", "ftp://testserver/claims/one/"),
    ],
)
def test_what_is_no_address_of_a_fact_check_is_not_found(url: str) -> None:
    make_published("one")
    make_claim("draft")
    for form in ("json", "xml"):
        assert Client().get("/oembed/", {"url": url, "format": form}).status_code == 404


@pytest.mark.parametrize(
    ("asked", "status"),
    [
        ({"url": URL, "format": "yaml"}, 501),
        ({"url": URL, "format": ""}, 501),
        ({}, 400),
        ({"url": ""}, 400),
        ({"url": URL, "maxwidth": "wide"}, 400),
        ({"url": URL, "maxwidth": "0"}, 400),
        ({"url": URL, "maxheight": "-5"}, 400),
        ({"url": URL, "maxheight": "٣"}, 400),
        ({"url": URL, "maxheight": "9" * 5000}, 400),
        ({"url": URL, "unknown": "1"}, 200),
    ],
)
def test_what_cannot_be_answered_is_refused(asked: dict[str, str], status: int) -> None:
    make_published("one")
    assert Client().get("/oembed/", asked).status_code == status


def test_a_format_that_is_not_spoken_is_no_fault_in_the_log(caplog: pytest.LogCaptureFixture) -> None:
    make_published("one")
    logger = logging.getLogger("django.request")
    logger.addHandler(caplog.handler)
    try:
        assert Client().get("/oembed/", {"url": URL, "format": "yaml"}).status_code == 501
        assert caplog.records == []
        log_response("Down", response=HttpResponse(status=503), request=RequestFactory().get("/"))
        assert {record.levelname for record in caplog.records} == {"ERROR"}
    finally:
        logger.removeHandler(caplog.handler)


@pytest.mark.parametrize(
    ("asked", "size"),
    [
        ({}, (600, 420)),
        ({"maxwidth": "320"}, (320, 620)),
        ({"maxwidth": "480"}, (480, 420)),
        ({"maxheight": "100"}, (600, 100)),
        ({"maxwidth": "320", "maxheight": "200"}, (320, 200)),
        ({"maxwidth": "4000", "maxheight": "4000"}, (600, 420)),
    ],
)
def test_a_card_is_no_larger_than_there_is_room(asked: dict[str, str], size: tuple[int, int]) -> None:
    make_published("one")
    found = embedded(**asked)
    assert (found["width"], found["height"]) == size
    assert f'width="{size[0]}" height="{size[1]}"' in found["html"]


@given(st.text())
def test_whatever_is_pasted_is_an_address_of_ours_or_none(text: str) -> None:
    for url in (text, f"http://{text}", f"http://testserver/{text}"):
        path = oembed.path_of(url, host="testserver")
        assert path is None or "testserver" in url.casefold()
    width, height = oembed.room(text, text) or (1, 1)
    assert 1 <= width <= 600
    assert 1 <= height <= 620


@given(st.text())
def test_a_title_is_a_text_in_every_format(title: str) -> None:
    made = oembed.answer(
        title=title,
        card="https://f.example/?a=1&b=2",
        size=(1, 1),
        provider=(title, "x"),
        author=(title, None),
    )
    frame = str(made["html"])
    assert re.fullmatch(r'<iframe src="[^"<>]*" title="[^"<>]*" [^<>]*></iframe>', frame)
    assert html.escape(title) in frame
    assert json.loads(oembed.FORMATS["json"][1](made)) == made
    root = ElementTree.fromstring(oembed.FORMATS["xml"][1](made).encode())  # noqa: S314 - our own answer
    assert [child.tag for child in root] == [*made]
    if title.isprintable():
        assert root.findtext("title", "") == title


def test_the_golden_answers() -> None:
    make_golden()
    for name, asked in (("oembed.json", "json"), ("oembed.xml", "xml")):
        url = quote("http://testserver/claims/bridge/", safe="")
        text = Client().get(f"/oembed/?url={url}&format={asked}").content.decode()
        assert text == golden(name, text)
    page = re.sub(r"(/static/[\w/-]+)\.[0-9a-f]{12}\.", r"\1.", card("bridge"))
    assert page == golden("card.html", page)
