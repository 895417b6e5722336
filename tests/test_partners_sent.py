"""What partners sent, at the desk: pages with their fact-checks, claims for checking, and the ways to them."""

import html
import re
from typing import Any

import pytest
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext
from makers import NOON, make_user
from markups import make_page
from partnering import make_partner
from subscribing import make_subscription
from taken import make_taken
from visiting import sentences

from claims import redacting, roles
from claims.models import MarkupPage, Publication, Revision
from claims.partners import withdrawing
from factcheck.partners import submitting
from factcheck.partners.models import Partner, Site, Submission

pytestmark = pytest.mark.django_db

PAGES, SUBMISSIONS = "/admin/claims/markuppage/", "/admin/partners/submission/"


@pytest.fixture
def desk() -> Client:
    client = Client()
    client.force_login(make_user("pia"))
    return client


def text_of(desk: Client, address: str) -> str:
    answer = desk.get(address)
    assert answer.status_code == 200, address
    return html.unescape(answer.content.decode())


def page_of(row: Any) -> str:
    return f"/admin/{row._meta.app_label}/{row._meta.model_name}/{row.pk}/change/"


def rows_of(text: str) -> list[str]:
    """The words of each row of the admin's list."""
    table = text.partition('id="result_list"')[2].partition("</table>")[0]
    return [sentences(row) for row in re.findall(r"(?s)<tr>(.*?)</tr>", table)[1:]]


def test_the_list_says_whose_each_page_is(desk: Client) -> None:
    partner = make_partner(name="Harbour News", sites=["harbour.example"])
    page = make_page(claims=["One.", "Two."])
    make_page(site="nobody.example")
    text = text_of(desk, PAGES)
    strangers, own = rows_of(text)
    assert own.endswith("Harbour News 2")
    assert strangers.endswith("no partner has this site now 1")
    assert f'href="{page_of(partner)}"' in text
    assert rows_of(text_of(desk, f"{PAGES}?partner={partner.pk}")) == [own]
    assert rows_of(text_of(desk, f"{PAGES}?q={page.identifier}")) == [own]
    # What is no partner leads back to the list.
    for nobody in ("none", partner.pk + 1):
        assert desk.get(f"{PAGES}?partner={nobody}").status_code == 302
    assert desk.get(f"{PAGES}add/").status_code == 403
    assert desk.post(f"{PAGES}{page.pk}/delete/", {"post": "yes"}).status_code == 403


def test_a_page_leads_to_its_partner_its_fact_checks_and_what_readers_have(desk: Client) -> None:
    partner = make_partner(name="Harbour News", sites=["harbour.example"])
    page = make_page(claims=["It stands.", "It was changed.", "It was withdrawn."])
    make_taken(url=page.url, claim="It was changed.", label="Right")
    stands, changed, withdrawn = (
        Publication.objects.get(text=text) for text in ("It stands.", "It was changed.", "It was withdrawn.")
    )
    withdrawing.withdraw(withdrawn.slug, reason="It names a child.", by=make_user(), at=NOON)
    text = text_of(desk, page_of(page))
    words = sentences(text)
    for row, state in (
        (stands, "public as it was sent"),
        (changed, "public, and changed since by a feed"),
        (withdrawn, "withdrawn"),
    ):
        assert f"{row} {state} Public page of {row} Markup of {row} {{" in words
        for address in (page_of(row), row.get_absolute_url()):
            assert f'href="{address}"' in text
    assert f'href="{page_of(partner)}"' in text
    assert f"pages/{page.identifier}" in words
    assert '"textualRating": "Wrong"' in words
    # What was redacted is not kept here either.
    first = Revision.objects.of(f"claims/{withdrawn.slug}")[0]
    redacting.redact(sequence=first.sequence, reason="A court's order.", at=NOON)
    assert "It was withdrawn." not in text_of(desk, page_of(page))


def test_a_page_asks_no_more_for_more_fact_checks(desk: Client) -> None:
    make_partner(sites=["harbour.example"])
    few, many = make_page(), make_page(claims=[f"Pier {n} is gone." for n in range(30)])
    text_of(desk, page_of(few))
    counts = []
    for page in (few, many):
        with CaptureQueriesContext(connection) as counted:
            text_of(desk, page_of(page))
        counts.append(len(counted))
    assert counts[0] == counts[1]


def test_what_was_sent_for_checking_leads_to_what_the_desk_works_on(desk: Client) -> None:
    partner, other = make_partner(name="Harbour News"), make_partner(name="Other News")
    sent, _ = submitting.submit(partner, submitting.Sent("The ferry was sold."), at=NOON)
    submitting.submit(other, submitting.Sent("The pier was sold."), at=NOON)
    text = text_of(desk, f"{SUBMISSIONS}?partner__id__exact={partner.pk}")
    (row,) = rows_of(text)
    assert row.endswith("Harbour News The ferry was sold. Open")
    assert f'href="/admin/claims/suggestion/{sent.suggestion_id}/change/"' in text
    assert len(rows_of(text_of(desk, f"{SUBMISSIONS}?q=pier"))) == 1
    assert "The ferry was sold." in text_of(desk, page_of(sent))
    assert desk.post(f"{SUBMISSIONS}{sent.pk}/delete/", {"post": "yes"}).status_code == 403
    assert Submission.objects.count() == 2


def had(text: str) -> dict[str, tuple[str, str]]:
    """What a partner's page says that it has here: how many, and where they are listed."""
    found = re.findall(r'<dt><a href="([^"]+)">([^<]+)</a></dt><dd>([^<]+)</dd>', text)
    return {name: (count, link) for link, name, count in found}


def test_a_partners_page_leads_to_all_that_it_has_here(desk: Client) -> None:
    partner = make_partner(sites=["harbour.example", "news.harbour.example"])
    make_page()
    make_page(site="news.harbour.example")
    submitting.submit(partner, submitting.Sent("The ferry was sold."), at=NOON)
    for number in range(3):
        make_subscription(f"https://harbour.example/{number}", partner=partner)
    # Another's is none of its own.
    Site.objects.create(partner=make_partner(), host="other.example")
    make_page(site="other.example")
    make_subscription()
    found = had(text_of(desk, page_of(partner)))
    assert {name: count for name, (count, _) in found.items()} == {
        "Pages with their fact-checks": "2",
        "Claims sent for checking": "1",
        "Webhooks": "3",
    }
    for count, link in found.values():
        assert len(rows_of(text_of(desk, link))) == int(count), link
    assert had(text_of(desk, "/admin/partners/partner/add/")) == {}


@pytest.mark.parametrize("role", [None, roles.REPORTER, roles.EDITOR])
def test_others_see_nothing_of_it(role: str | None) -> None:
    page = make_page()
    client = Client()
    client.force_login(make_user(role=role))
    for address in (PAGES, page_of(page), SUBMISSIONS):
        assert client.get(address).status_code == 403
    assert (MarkupPage.objects.count(), Partner.objects.count()) == (1, 0)
