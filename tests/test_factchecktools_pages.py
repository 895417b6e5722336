"""pages.*: a partner publishes, changes and takes back the ClaimReview markup of its own sites."""

import datetime as dt
import json
import re
from typing import Any

import pytest
from claimsearch import texts
from django.test import Client
from django.utils import timezone
from golden import golden
from makers import make_published, make_user
from markups import PAGES, URL, ask, kinds, make_pages_key, sent, simple, violated, violated_put
from partnering import make_key, make_partner
from places import ROOT
from taken import make_taken

from claims import record
from claims.models import Markup, MarkupPage, Publication
from claims.partners import importing, withdrawing
from claims.partners.body import Date, Scale
from sources.models import Publisher

pytestmark = pytest.mark.django_db

GUIDE = ROOT / "docs" / "google.md"


@pytest.fixture
def key(db: None) -> str:
    return make_pages_key()


# What a page goes through --------------------------------------------------------------------------


def test_a_page_from_the_first_word_to_the_last(key: str) -> None:
    made = ask("POST", body=sent(), key=key)
    name, version = made.pop("name"), made.pop("versionId")
    assert made == sent()
    assert name.startswith("pages/harbour-example-")
    assert version
    path = f"/v1alpha1/{name}"
    assert ask("GET", path, key=key) == {"name": name, **sent(), "versionId": version}
    assert kinds() == [
        ("publication", "The harbour was sold in secret."),
        ("publication", "The pier is gone."),
    ]
    assert set(texts(reviewPublisherSiteFilter="harbour.example")) == {claim for _, claim in kinds()}

    changed = sent()
    changed["claimReviewMarkups"][0]["rating"]["textualRating"] = "Wrong"
    del changed["claimReviewMarkups"][1]
    updated = ask("PUT", path, {"name": name, **changed, "versionId": version}, key=key)
    assert updated["versionId"] != version
    assert {**updated, "versionId": version} == {"name": name, **changed, "versionId": version}
    assert kinds()[2:] == [
        ("update", "The harbour was sold in secret."),
        ("withdrawal", "The pier is gone."),
    ]
    assert ask("PUT", path, sent(), key=key)["claimReviewMarkups"] == sent()["claimReviewMarkups"]
    assert kinds()[4:] == [
        ("update", "The harbour was sold in secret."),
        ("restoration", "The pier is gone."),
    ]

    assert ask("DELETE", path, key=key) == {}
    assert kinds()[6:] == [
        ("withdrawal", "The harbour was sold in secret."),
        ("withdrawal", "The pier is gone."),
    ]
    assert texts(reviewPublisherSiteFilter="harbour.example") == []
    for method, body in (("GET", None), ("PUT", sent()), ("DELETE", None)):
        assert ask(method, path, body, key=key, status=404)["error"]["status"] == "NOT_FOUND"
    assert not MarkupPage.objects.exists()
    assert not Markup.objects.exists()
    # It comes back under its name.
    again = ask("POST", body=sent(), key=key)
    assert again["name"] == name
    assert [kind for kind, _ in kinds()[8:]] == ["restoration", "restoration"]


def test_what_is_sent_again_changes_nothing(key: str) -> None:
    made = ask("POST", body=sent(), key=key)
    before = kinds()
    assert ask("PUT", f"/v1alpha1/{made['name']}", made, key=key) == made
    assert kinds() == before


def test_what_stands_on_the_record_of_a_page(key: str) -> None:
    ask("POST", body=sent(languageCode="pt-br"), key=key)
    publication = Publication.objects.get(text="The harbour was sold in secret.")
    text = json.dumps(json.loads(publication.revision.body or ""), indent=2, ensure_ascii=False) + "\n"
    assert text == golden("factchecktools-page-body.json", text)
    feed = Client().get("/api/v1/changes/").json()["entries"]
    assert publication.slug in {entry["body"].get("id") for entry in feed}
    page = Client().get(publication.get_absolute_url()).content.decode()
    for private in ("Town hall", "logo.png", "gale.png", "wrong.png"):
        assert private not in page
        assert private not in publication.revision.body


def test_pages_are_listed_by_site_and_by_address(key: str) -> None:
    assert ask("GET", key=key, organization="harbour.example") == {}
    assert ask("GET", key=key, url=URL) == {}
    for number in range(5):
        url = f"https://harbour.example/{number}"
        ask("POST", body=sent(pageUrl=url, claimReviewMarkups=[{**simple(), "url": url}]), key=key)
    ask("POST", body=sent(pageUrl="https://news.harbour.example/9", claimReviewMarkups=[simple()]), key=key)
    addresses, asked = [], {"organization": "www.harbour.example", "pageSize": 2}
    token = ""
    of_site = ask("GET", key=key, **asked)["nextPageToken"]
    while True:
        answer = ask("GET", key=key, **asked, **({"pageToken": token} if token else {}))
        addresses += [page["pageUrl"] for page in answer["claimReviewMarkupPages"]]
        token = answer.get("nextPageToken", "")
        if not token:
            break
    assert addresses == [f"https://harbour.example/{number}" for number in range(5)]
    part = ask("GET", key=key, organization="harbour.example", offset=3)
    assert [page["pageUrl"] for page in part["claimReviewMarkupPages"]] == addresses[3:]
    # One address has several spellings.
    for spelling in (
        "https://harbour.example/3",
        "http://www.harbour.example/3/",
        "https://harbour.example/3#x",
    ):
        (page,) = ask("GET", key=key, url=spelling)["claimReviewMarkupPages"]
        assert page["pageUrl"] == "https://harbour.example/3"
    for query, field in (
        ({}, "url"),
        ({"url": URL, "organization": "harbour.example"}, "organization"),
        ({"url": "x"}, "url"),
        ({"organization": "a b"}, "organization"),
        ({"organization": "harbour.example", "pageToken": "x"}, "pageToken"),
        ({"url": URL, "pageToken": "x"}, "pageToken"),
        ({"url": URL, "pageToken": of_site}, "pageToken"),
        ({"organization": "harbour.example", "query": "x"}, "query"),
    ):
        error = ask("GET", key=key, status=400, **query)["error"]
        assert error["details"][0]["fieldViolations"][0]["field"] == field


def test_a_list_costs_the_same_however_many_it_has(key: str, django_assert_max_num_queries: Any) -> None:
    for number in range(6):
        ask(
            "POST",
            body=sent(pageUrl=f"https://harbour.example/{number}", claimReviewMarkups=[simple()]),
            key=key,
        )
    for size in (1, 6):
        with django_assert_max_num_queries(7):
            found = ask("GET", key=key, organization="harbour.example", pageSize=size)
        assert len(found["claimReviewMarkupPages"]) == size


def test_the_guides_page_is_taken_as_it_stands() -> None:
    (shown, _) = re.findall(r"^```json\n(.*?)^```$", GUIDE.read_text(), re.DOTALL | re.MULTILINE)
    key = make_key(make_partner(sites=["checkers.example"]), ["pages"])
    made = ask("POST", body=shown, key=key)
    assert {**json.loads(shown), "name": made["name"], "versionId": made["versionId"]} == made
    ask("DELETE", f"/v1alpha1/{made['name']}", key=key)


# Who may ------------------------------------------------------------------------------------------


def test_a_page_at_another_port_is_of_another_site(key: str) -> None:
    usual, other = "https://www.harbour.example:443/checks/1", "https://www.harbour.example:8443/checks/1"
    error = ask("POST", body=sent(pageUrl=other, claimReviewMarkups=[simple()]), key=key, status=403)["error"]
    assert error["message"].startswith("harbour.example:8443 is another site than harbour.example, and none")
    assert error["details"][0]["metadata"] == {"site": "harbour.example:8443"}
    path = (
        f"/v1alpha1/{ask('POST', body=sent(pageUrl=usual, claimReviewMarkups=[simple()]), key=key)['name']}"
    )
    for method, address, body, query in (
        ("PUT", path, sent(pageUrl=other, claimReviewMarkups=[simple()]), {}),
        ("GET", PAGES, None, {"url": other}),
    ):
        error = ask(method, address, body, key=key, status=403, **query)["error"]
        assert error["details"][0]["reason"] == "SITE_NOT_YOURS"
    assert ask("GET", key=key, url=URL)["claimReviewMarkupPages"][0]["pageUrl"].endswith("/checks/1")
    assert len(kinds()) == 1


def test_who_may(key: str) -> None:
    name = ask("POST", body=sent(), key=key)["name"]
    other = make_key(make_partner(sites=["other.example"]), ["pages"])
    reader = make_key(make_partner(sites=["third.example"]), ["read", "submit"])
    none = make_key(make_partner(), ["pages"])
    over = make_key(
        make_partner(sites=["fourth.example"]),
        ["pages"],
        at=timezone.now() - dt.timedelta(days=9),
        expires_at=timezone.now() - dt.timedelta(days=1),
    )
    path, before = f"/v1alpha1/{name}", kinds()
    requests: list[tuple[str, str, Any, dict[str, str]]] = [
        ("POST", PAGES, sent(), {}),
        ("GET", path, None, {}),
        ("PUT", path, sent(), {}),
        ("DELETE", path, None, {}),
        ("GET", PAGES, None, {"organization": "harbour.example"}),
        ("GET", PAGES, None, {"url": URL}),
    ]
    for sender, status, reason in (
        ("", (401, "UNAUTHENTICATED"), "CREDENTIALS_MISSING"),
        ("K", (400, "INVALID_ARGUMENT"), "API_KEY_INVALID"),
        ("fck_abcdefgh_" + "a" * 40, (400, "INVALID_ARGUMENT"), "API_KEY_INVALID"),
        (over, (400, "INVALID_ARGUMENT"), "API_KEY_INVALID"),
        (reader, (403, "PERMISSION_DENIED"), "ACCESS_TOKEN_SCOPE_INSUFFICIENT"),
        (other, (403, "PERMISSION_DENIED"), "SITE_NOT_YOURS"),
        (none, (403, "PERMISSION_DENIED"), "SITE_NOT_YOURS"),
    ):
        for method, address, body, query in requests:
            error = ask(method, address, body, key=sender, status=status[0], **query)["error"]
            assert error["status"] == status[1], (sender, method)
            assert error["details"][0]["reason"] == reason, (sender, method)
            if reason == "API_KEY_INVALID":
                assert error["message"].startswith("API key not valid. Please pass a valid API key.")
            assert not sender or len(sender) < 9 or sender not in json.dumps(error)
    assert kinds() == before
    # A page does not move to another site, not even to another of one's own.
    error = ask("PUT", path, sent(pageUrl="https://news.harbour.example/1"), key=key, status=400)["error"]
    assert error["details"][0]["fieldViolations"]
    moved = sent(pageUrl="https://news.harbour.example/1", claimReviewMarkups=[simple()])
    error = ask("PUT", path, moved, key=key, status=400)["error"]
    assert (error["status"], kinds()) == ("FAILED_PRECONDITION", before)


def test_a_key_may_stand_in_the_address(key: str) -> None:
    name = ask("POST", body=sent(), key=key)["name"]
    assert ask("GET", f"/v1alpha1/{name}", key="", status=401)
    answer = Client().get(f"/v1alpha1/{name}", {"key": key})
    assert answer.json()["pageUrl"] == URL
    form = Client(enforce_csrf_checks=True).post(
        PAGES,
        f"organization=harbour.example&key={key}",
        content_type="application/x-www-form-urlencoded",
        headers={"x-http-method-override": "GET"},
    )
    assert len(form.json()["claimReviewMarkupPages"]) == 1


def test_nobody_keeps_pages_of_this_house(key: str) -> None:
    partner = make_partner(sites=["desk.example"])
    own = make_key(partner, ["pages"])
    body = sent(pageUrl="https://desk.example/1", claimReviewMarkups=[simple()])
    error = ask("POST", body=body, key=own, status=400)["error"]
    assert error["status"] == "FAILED_PRECONDITION"
    assert "this house itself" in error["message"]


@pytest.mark.parametrize("name", ["Test Desk", "TEST  desk", "Lighthouse", "Líghthouse"])
def test_nobody_goes_by_the_name_of_another(key: str, name: str, monkeypatch: pytest.MonkeyPatch) -> None:
    make_taken(url="https://www.lighthouse.example/1", publisher="Lighthouse")
    before = Publication.objects.count()
    made = ask("POST", body=sent(claimReviewAuthor={"name": "Harbour News"}), key=key)
    other = "https://news.harbour.example/2"
    wanted = sent(
        pageUrl=other, claimReviewAuthor={"name": name}, claimReviewMarkups=[simple("The pier fell.")]
    )
    found = violated(wanted, key=key)
    assert "another publisher" in found.pop("claimReviewAuthor.name")
    assert not found
    changed = {**made, "claimReviewAuthor": {"name": name}}
    assert violated_put(f"/v1alpha1/{made['name']}", changed, key=key) == {"claimReviewAuthor.name"}
    assert Publication.objects.count() == before + 2

    def another_first() -> Any:
        monkeypatch.undo()
        make_taken(url="https://buoy.example/1", publisher="Buoy")
        return record.lock_head()

    # Nor by one that was free when the page was read, and is another's when it is written.
    monkeypatch.setattr(record, "lock_head", another_first)
    late = {**wanted, "claimReviewAuthor": {"name": "Buoy"}}
    assert set(violated(late, key=key)) == {"claimReviewAuthor.name"}
    # One partner's sites may bear one name.
    ask("POST", body={**wanted, "claimReviewAuthor": {"name": "harbour news"}}, key=key)


@pytest.mark.parametrize(
    "name", ["Lighthouse", "LIGHTHOUSE", "Líghthouse", "Lighth\u043euse", "Lighthο\u03c5se"]
)
@pytest.mark.parametrize("active", [True, False])
def test_a_partner_that_has_not_published_finds_its_name_free(key: str, name: str, active: bool) -> None:
    owner = make_partner(name="Lighthouse", sites=["lighthouse.example"], active=active)
    author = {"claimReviewAuthor": {"name": name}}
    made = ask("POST", body=sent(), key=key)
    before = Publication.objects.count()
    other = sent(pageUrl="https://news.harbour.example/2", claimReviewMarkups=[simple()], **author)
    assert set(violated(other, key=key)) == {"claimReviewAuthor.name"}
    assert violated_put(f"/v1alpha1/{made['name']}", {**made, **author}, key=key) == {
        "claimReviewAuthor.name"
    }
    assert Publication.objects.count() == before
    owner.active = True
    owner.save()
    page = sent(
        pageUrl="https://lighthouse.example/1", claimReviewMarkups=[simple("The pier fell.")], **author
    )
    ask("POST", body=page, key=make_key(owner, ["pages"]))
    assert Publisher.objects.get(site="lighthouse.example").name == name
    # From now on it bears it, whatever another partner is called at the desk later.
    make_partner(name=name.upper())
    ask("POST", body={**page, "pageUrl": "https://lighthouse.example/2"}, key=make_key(owner, ["pages"]))


# Two at once, and who else writes ------------------------------------------------------------------


def test_a_page_is_made_once(key: str) -> None:
    name = ask("POST", body=sent(), key=key)["name"]
    error = ask("POST", body=sent(), key=key, status=409)["error"]
    assert error["status"] == "ALREADY_EXISTS"
    assert error["details"][0]["metadata"] == {"name": name}


def test_of_two_writers_the_second_is_told(key: str) -> None:
    made = ask("POST", body=sent(), key=key)
    path, changed = f"/v1alpha1/{made['name']}", {**made}
    changed["claimReviewMarkups"] = [simple("The lighthouse fell.")]
    ask("PUT", path, changed, key=key)
    before = kinds()
    error = ask("PUT", path, made, key=key, status=409)["error"]
    assert (error["status"], error["details"][0]["reason"]) == ("ABORTED", "PAGE_CHANGED")
    assert kinds() == before
    # What nobody reads here counts too: a change of it is a change of the page.
    made = ask("GET", path, key=key)
    ask("PUT", path, {**made, "claimReviewAuthor": {"name": "Others"}}, key=key)
    assert kinds() == before
    assert ask("PUT", path, made, key=key, status=409)
    # Who does not say what was read, is not asked.
    del made["versionId"]
    ask("PUT", path, made, key=key)
    assert "name" in violated_put(path, {**made, "name": "pages/other"}, key=key)


def from_feed(**values: Any) -> Publication:
    return make_taken(
        **{
            "url": URL,
            "claim": "The harbour was sold in secret.",
            "publisher": "Harbour",
            "title": "No secret sale",
            "language": "pt-BR",
            "licence": "https://creativecommons.org/licenses/by/4.0/",
            **values,
        }
    )


def test_a_review_that_a_feed_brought_is_changed_and_keeps_what_markup_cannot_say(key: str) -> None:
    from_feed()
    ask("POST", body=sent(claimReviewMarkups=sent()["claimReviewMarkups"][:1]), key=key)
    assert [kind for kind, _ in kinds()] == ["publication", "update"]
    publication = Publication.objects.get(slug__startswith="harbour-")
    assert (publication.title, publication.language, publication.rating_as_published) == (
        "No secret sale",
        "pt-BR",
        "Mostly wrong",
    )
    assert json.loads(publication.revision.body or "")["licence"]


def test_a_feed_that_comes_later_changes_what_a_page_says(key: str) -> None:
    made = ask("POST", body=sent(), key=key)
    from_feed(
        url=f"{URL}#two",
        label="False",
        scale=Scale(1, 5, 1),
        claimed_on=Date("2025-10-01", "month"),
        summary="Put right.",
    )
    assert [kind for kind, _ in kinds()] == ["publication", "publication", "update"]
    page = ask("GET", f"/v1alpha1/{made['name']}", key=key)
    assert page["versionId"] != made["versionId"]
    first, second = page["claimReviewMarkups"]
    assert first == {
        "url": f"{URL}#two",
        "claimReviewed": "The harbour was sold in secret.",
        "claimDate": "2025-10",
        "claimFirstAppearance": "https://posts.example/1",
        "claimAppearances": ["https://posts.example/2"],
        "claimAuthor": {
            "name": "Rufus Gale",
            "jobTitle": "Councillor",
            "sameAs": "https://people.example/gale",
        },
        "rating": {
            "textualRating": "False",
            "ratingValue": 1,
            "bestRating": 5,
            "worstRating": 1,
            "ratingExplanation": "Put right.",
        },
    }
    assert second == sent()["claimReviewMarkups"][1]
    # What is got can be sent as it is, and changes nothing.
    before = kinds()
    ask("PUT", f"/v1alpha1/{made['name']}", page, key=key)
    assert kinds() == before


def test_no_feed_withdraws_what_its_publisher_keeps_here(key: str) -> None:
    kept = ask("POST", body=sent(), key=key)
    gone = from_feed(url="https://harbour.example/old", claim="An old claim.")
    left = from_feed(url="https://harbour.example/new", claim="A new claim.")
    outcome = importing.Outcome(end="")
    seen = importing._Seen(
        publishers={"harbour-example"}, reviews={importing.mark_of(left.slug)}, deleted=[URL]
    )
    importing._withdraw(outcome, seen, only="", full=True, write=True, now=timezone.now)
    assert outcome.tally.withdrawn == 1
    gone.refresh_from_db()
    assert gone.withdrawn
    assert ask("GET", f"/v1alpha1/{kept['name']}", key=key) == kept


def test_what_the_desk_withdrew_stays_so(key: str) -> None:
    made = ask("POST", body=sent(), key=key)
    publication = Publication.objects.get(text="The pier is gone.")
    desk_withdraws(publication)
    page = ask("GET", f"/v1alpha1/{made['name']}", key=key)
    assert page["claimReviewMarkups"] == sent()["claimReviewMarkups"][:1]
    before = kinds()
    error = ask("PUT", f"/v1alpha1/{made['name']}", sent(), key=key, status=400)["error"]
    assert error["status"] == "FAILED_PRECONDITION"
    assert publication.slug in error["message"]
    assert kinds() == before
    ask("PUT", f"/v1alpha1/{made['name']}", page, key=key)
    ask("DELETE", f"/v1alpha1/{made['name']}", key=key)
    error = ask("POST", body=sent(), key=key, status=400)["error"]
    assert error["status"] == "FAILED_PRECONDITION"


def desk_withdraws(publication: Publication) -> None:
    withdrawing.withdraw(publication.slug, reason="It named a child.", by=make_user(), at=timezone.now())


def test_an_own_claim_is_no_page(key: str) -> None:
    make_published("one", author=make_user())
    assert ask("GET", f"{PAGES}/one", key=key, status=404)
