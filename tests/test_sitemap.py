"""For search engines and for whoever shows a link: the sitemap, robots.txt, and what each page's head says."""

import re
from html import unescape
from typing import Any
from urllib.robotparser import RobotFileParser
from xml.etree import ElementTree

import extruct
import pytest
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext
from hypothesis import given
from hypothesis import strategies as st
from makers import make_claim, make_published, make_publisher, publish
from test_caching import ADDRESSES as PUBLIC
from test_history import revise, withdraw
from test_outgoing import make_partners

from claims import sitemap
from claims.models import Claim, Site, Verdict

pytestmark = pytest.mark.django_db

NAMESPACE = "{http://www.sitemaps.org/schemas/sitemap/0.9}"


def said(address: str, status: int = 200) -> str:
    answer = Client().get(address)
    assert answer.status_code == status, address
    return str(answer.getvalue().decode())


def locations(text: str) -> list[str]:
    root = ElementTree.fromstring(text)  # noqa: S314 - our own answer
    return [place.text or "" for place in root.iter(f"{NAMESPACE}loc")]


def pages() -> list[str]:
    parts = locations(said("/sitemap.xml"))
    return [page for part in parts for page in locations(said(part.removeprefix("http://testserver")))]


def test_the_sitemap_lists_every_page_that_may_be_found_and_no_other() -> None:
    Site.objects.current()
    Site.objects.update(seeds="How these were chosen.")
    make_published("one")
    make_published("two")
    partner = make_partners().slug
    make_claim("draft")
    withdraw("two", "The report was forged.")
    found = [page.removeprefix("http://testserver") for page in pages()]
    assert len(found) == len(set(found))
    assert {*found} >= {
        "/",
        "/about/seeds/",
        "/data/",
        "/topics/bridge/",
        "/speakers/ada-quill/",
        "/claims/one/",
    }
    assert not {"/claims/two/", "/claims/draft/", f"/claims/{partner}/"} & {*found}
    for page in found:
        text = said(page)
        assert "noindex" not in text, page
        assert f'<link rel="canonical" href="http://testserver{page}">' in text
    # Each page without parameters that search engines may show is in it.
    for name, path in PUBLIC.items():
        answer = Client().get(path)
        if answer.status_code == 200 and answer["Content-Type"].startswith("text/html"):
            may = "noindex" not in answer.getvalue().decode()
            assert may == (path in found), name


def test_a_correction_moves_the_time_of_its_page(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(sitemap, "MOST", 1)
    for slug in ("one", "two", "three"):
        make_published(slug)
    parts = locations(said("/sitemap.xml"))

    def listed() -> dict[str, str]:
        found = {}
        for part in parts:
            root = ElementTree.fromstring(said(part.removeprefix("http://testserver")))  # noqa: S314
            for url in root:
                found[url[0].text or ""] = url[1].text if len(url) > 1 else ""
        return {loc: str(at) for loc, at in found.items() if "/claims/" in loc}

    first = listed()
    assert len(first) == 3
    revise("one", kind="correction", note="A word.", days=3, summary="Put right.")
    second = listed()
    assert {loc for loc in second if second[loc] != first[loc]} == {"http://testserver/claims/one/"}
    # Where each page stands is the same.
    assert [*second] == [*first]
    assert said(f"/sitemaps/{len(parts) + 1}.xml", 404)
    assert said("/sitemaps/0.xml", 404)


@given(st.lists(st.tuples(st.sampled_from("abc"), st.integers(0, 90_000)), max_size=5))
def test_every_page_has_a_place_in_one_part(sizes: list[tuple[str, int]]) -> None:
    places = sitemap.places(sizes)
    assert sum(-(-size // sitemap.MOST) for _, size in sizes) == len(places)
    assert all(first % sitemap.MOST == 0 for _, first in places)


def test_a_part_costs_the_same_however_many_it_lists(monkeypatch: pytest.MonkeyPatch) -> None:
    def costs() -> list[int]:
        found = []
        for number in range(1, len(locations(said("/sitemap.xml"))) + 1):
            with CaptureQueriesContext(connection) as counted:
                said(f"/sitemaps/{number}.xml")
            found.append(len(counted))
        return found

    make_published("one")
    first = costs()
    for number in range(3):
        make_published(f"more-{number}")
    assert costs() == first


def test_robots_are_shown_the_sitemap_and_kept_from_the_desk() -> None:
    text = said("/robots.txt")
    assert text.endswith("\nSitemap: http://testserver/sitemap.xml\n")
    rules = RobotFileParser()
    rules.parse(text.splitlines())
    for path in (
        "/",
        "/claims/one/",
        "/data/",
        "/api/v1/claims/",
        "/sitemaps/1.xml",
        "/data/claimreview.json",
    ):
        assert rules.can_fetch("any", f"http://testserver{path}"), path
    for path in ("/admin/", "/admin/login/", "/data/fact-checks.csv", "/data/fact-checks.jsonl"):
        assert not rules.can_fetch("any", f"http://testserver{path}"), path


# The head of a page


def graph(page: str) -> dict[str, str]:
    (found,) = extruct.extract(page, syntaxes=["opengraph"])["opengraph"]
    return dict(found["properties"])


def test_the_head_of_a_claims_page() -> None:
    make_published("one")
    revise("one", kind="correction", note="A word.", days=3, summary='Put "right" & <b>well</b>.')
    page = said("/claims/one/")
    title = Claim.objects.get(slug="one").title
    assert graph(page) == {
        "og:site_name": "Test desk",
        "og:type": "article",
        "og:title": title,
        "og:description": "Put “right” & <b>well</b>.",
        "og:url": "http://testserver/claims/one/",
        "article:published_time": "2026-03-01T12:00:00Z",
        "article:modified_time": "2026-03-04T12:00:00Z",
    }
    assert re.findall(r'<meta name="description" content="([^"]*)">', page) == [
        "Put “right” &amp; &lt;b&gt;well&lt;/b&gt;."
    ]
    withdraw("one", "The report was forged.")
    assert graph(said("/claims/one/"))["og:description"] == "This fact-check was withdrawn."


# The card is a part of other pages, and never found or linked by itself.
@pytest.mark.parametrize("name", [name for name in PUBLIC if name != "card"])
def test_every_page_says_what_it_is(name: str) -> None:
    Site.objects.current()
    Site.objects.update(seeds="How these were chosen.")
    make_published("one")
    answer = Client().get(PUBLIC[name])
    if not answer.get("Content-Type", "").startswith("text/html") or answer.status_code != 200:
        return
    page = answer.getvalue().decode()
    found = graph(page)
    assert all(found[name] for name in ("og:title", "og:description"))
    assert unescape(re.findall("<title>(.*)</title>", page)[0]) == f"{found['og:title']} · Test desk"
    assert len(re.findall('<link rel="canonical"', page)) == 1
    assert found["og:url"] == f"http://testserver{PUBLIC[name]}"


def test_a_list_has_its_place_in_its_address_and_not_what_was_asked() -> None:
    make_published("one")
    for asked, canonical in (
        ("/?q=bridge&utm_source=letter", "/"),
        ("/?rating=false&before=9", "/?before=9"),
        ("/?before=x&after=", "/"),
        ("/speakers/ada-quill/?after=1", "/speakers/ada-quill/?after=1"),
    ):
        assert f'<link rel="canonical" href="http://testserver{canonical}">' in said(asked), asked


def test_a_partners_page_names_the_publishers_own_as_the_original() -> None:
    make_publisher("harbour-example", name="Harbour Post", site="harbour.example")
    members: dict[str, Any] = {
        "publisher": {"id": "harbour-example", "name": "Harbour Post", "site": "harbour.example"},
        "licence": "https://creativecommons.org/licenses/by/4.0/",
    }
    slug = make_partners(**members).slug
    page = said(f"/claims/{slug}/")
    assert '<link rel="canonical" href="https://harbour.example/ferry">' in page
    assert graph(page)["og:url"] == f"http://testserver/claims/{slug}/"
    # No door lets such an address in; the head does not rely on it.
    odd = make_partners("odd-example-0", review_url="javascript:alert(1)", **members).slug
    assert f'<link rel="canonical" href="http://testserver/claims/{odd}/">' in said(f"/claims/{odd}/")


def test_what_is_not_there_has_no_address_to_share() -> None:
    publish(make_claim("one"))
    for path in ("/claims/none/", "/nothing/"):
        page = said(path, 404)
        assert 'rel="canonical"' not in page
        assert "og:" not in page
    assert Verdict.objects.count() == 1
