"""Have we checked this before? The nearest claims to a sentence, and the panel that shows them."""

from pathlib import Path
from typing import Any

import pytest
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext
from django.urls import reverse
from makers import NOON, make_claim, make_published, make_user
from taken import make_taken

from claims import desk, roles, workflow
from claims import nearest as module
from claims.models import Claim
from claims.nearest import nearest
from claims.search import keeping
from claims.search.store import Unusable

pytestmark = pytest.mark.django_db

SENTENCES = {
    "tender": "The tender for the harbour bridge closed in May.",
    "migrants": "More than ten thousand migrants crossed the river in March.",
    "vaccine": "The vaccine was never tested on children.",
    "cyrillic": "Мост откроют весной следующего года.",
    "accents": "Le président a coupé l'électricité des hôpitaux.",
}


@pytest.fixture(autouse=True)
def folder(settings: Any, tmp_path: Path) -> None:
    settings.DATA_DIR = tmp_path


@pytest.fixture
def claims() -> dict[str, Claim]:
    return {slug: Claim.objects.create(slug=slug, text=text, title=slug) for slug, text in SENTENCES.items()}


@pytest.mark.parametrize(
    ("sentence", "found"),
    [
        ("The harbour bridge's tender has closed", ["tender"]),
        # Other forms of a word, in another order.
        ("In March, migrant crossings of the river rose by thousands", ["migrants"]),
        ("VACCINES were not tested on a single child", ["vaccine"]),
        # Without case and accents, in any script.
        ("МОСТ ОТКРОЮТ ВЕСНОЙ", ["cyrillic"]),
        ("le president a coupe l'electricite", ["accents"]),
        # One word in common says little; words of every sentence say nothing.
        ("The river is long and cold in autumn", []),
        ("It was said that they have been there", []),
        ("", []),
        (" .,;? ", []),
        ("%_\\'\" --", []),
    ],
)
@pytest.mark.usefixtures("claims")
def test_the_nearest_claims_share_telling_words(sentence: str, found: list[str]) -> None:
    assert [near.title for near in nearest(text=sentence)] == found


@pytest.mark.usefixtures("claims")
def test_the_title_counts_and_the_nearest_comes_first() -> None:
    Claim.objects.create(slug="other", text="A tender closed in June.", title="Which tender for the bridge?")
    found = nearest(text="A tender closed.", title="Which tender for the bridge?")
    assert [near.title for near in found] == ["Which tender for the bridge?", "tender"]


def test_a_claim_is_not_its_own_neighbour(claims: dict[str, Claim]) -> None:
    tender = claims["tender"]
    assert nearest(text=tender.text, besides=tender.pk) == []
    assert [near.claim for near in nearest(text=tender.text)] == [tender]


def test_drafts_and_publications_have_their_findings_and_addresses() -> None:
    draft = make_claim("draft", text="The ferry to the island was sold in secret.")
    public = make_published("public", text="The ferry to the island was sold twice in secret.")
    alone = Claim.objects.create(slug="alone", text="In secret the island ferry was sold.", title="Ferry")
    found = {near.claim: near for near in nearest(text="The island's ferry was sold in secret")}
    assert {claim: near.findings for claim, near in found.items()} == {
        draft: ("Reported", "False"),
        public: ("Reported", "False"),
        alone: (),
    }
    assert {near.public for near in found.values()} == {None, "/claims/public/"}


FERRY = "The ferry to the island was sold in secret."


def test_a_partners_fact_check_is_found_and_said_to_be_theirs() -> None:
    publication = make_taken(claim="Somebody sold the island's ferries secretly.", title="No ferry was sold")
    make_taken(claim="The museum burnt down.", title="No museum burnt")
    (near,) = nearest(text=FERRY)
    assert (near.publisher, near.claim, near.public) == (
        "Harbour Checkers",
        None,
        publication.get_absolute_url(),
    )
    assert near.findings == ("Mostly wrong",)


def test_what_is_public_of_ours_is_found_by_its_public_words_and_is_one_row() -> None:
    claim = make_published("public", text=FERRY)
    assert [near.claim for near in nearest(text=FERRY)] == [claim]
    # Its words at the desk are others meanwhile: readers still read the old ones.
    claim.text = "Nothing like it."
    claim.save()
    make_taken(claim="The museum burnt down.", title="No museum burnt")
    assert [near.claim for near in nearest(text=FERRY)] == [claim]
    assert [near.claim for near in nearest(text="Nothing like it")] == [claim]


def test_a_draft_is_found_here_and_is_in_no_index() -> None:
    draft = Claim.objects.create(slug="draft", text=FERRY, title="x")
    assert [near.claim for near in nearest(text=FERRY)] == [draft]
    assert keeping.ranking().rank(FERRY, limit=9) == []
    assert not any(
        FERRY.encode() in path.read_bytes() for path in keeping.folder().rglob("*") if path.is_file()
    )


def test_without_an_index_the_database_finds_them(monkeypatch: pytest.MonkeyPatch) -> None:
    draft = Claim.objects.create(slug="draft", text=FERRY, title="x")
    taken = make_taken(claim="The island's ferry was sold in secret.", title="No ferry was sold")
    make_taken(claim="The museum burnt down.", title="No museum burnt")

    def broken() -> None:
        raise Unusable("It is broken.")

    monkeypatch.setattr(keeping, "ranking", broken)
    found = nearest(text=FERRY)
    assert {near.public or near.claim for near in found} == {draft, taken.get_absolute_url()}


def test_at_most_five_in_a_fixed_number_of_queries() -> None:
    def ask() -> tuple[int, int]:
        # The first question brings the index up to date.
        keeping.ranking()
        with CaptureQueriesContext(connection) as counted:
            found = nearest(text="The harbour tunnel floods in winter", title="Does the tunnel flood?")
        return len(found), len(counted)

    def more(numbers: range) -> None:
        for number in numbers:
            Claim.objects.create(slug=f"t-{number}", text="The harbour tunnel flooded.", title="x")
            make_taken(claim=f"Harbour tunnel {number} floods.", title="It does not flood")

    more(range(1))
    first = ask()
    more(range(1, 30))
    second = ask()
    assert (first[0], second[0]) == (2, module.MOST)
    assert first[1] == second[1] <= 5


# The panel ---------------------------------------------------------------------------------------------------------

ADDRESS = "/admin/claims/claim/nearest/"


def signed_in(role: str | None = roles.REPORTER, **values: Any) -> Client:
    client = Client()
    client.force_login(make_user(role=role, **values))
    return client


@pytest.mark.parametrize("method", ["get", "post"])
def test_the_page_takes_what_a_form_holds(method: str, claims: dict[str, Claim]) -> None:
    before = list(Claim.objects.values())
    given = {"text": SENTENCES["tender"], "title": "", "slug": "new", "appearances-TOTAL_FORMS": "0"}
    page = getattr(signed_in(), method)(ADDRESS, given).content.decode()
    assert reverse("admin:claims_claim_change", args=[claims["tender"].pk]) in page
    assert "<html" in page
    assert list(Claim.objects.values()) == before


@pytest.mark.parametrize("besides", ["", "x", "-1", "9" * 40, "1 or 1=1", "²"])
@pytest.mark.usefixtures("claims")
def test_a_piece_of_the_page_for_the_script(besides: str) -> None:
    piece = signed_in().get(ADDRESS, {"piece": "1", "text": "The harbour tender closed", "besides": besides})
    text = piece.content.decode()
    assert piece.status_code == 200
    assert SENTENCES["tender"] in text
    assert "<html" not in text


def test_a_claim_is_not_near_to_itself(claims: dict[str, Claim]) -> None:
    """The button of a form without script sends the form, and says in the address which claim it is."""
    claim = claims["tender"]
    page = signed_in().post(f"{ADDRESS}?besides={claim.pk}", {"text": claim.text}).content.decode()
    assert reverse("admin:claims_claim_change", args=[claim.pk]) not in page


def test_the_panel_says_the_state_in_the_words_of_the_desk() -> None:
    """What readers have meanwhile is said as on the claim's own page; nobody reads two wordings of one state."""
    text, by = "The ferry to the island was sold in secret.", make_user()
    rows = {name: make_published(name, text=text) for name in ("public", "revised", "gone", "gone-restored")}
    for name, transitions in {
        "revised": ["revise"],
        "gone": ["withdraw"],
        "gone-restored": ["withdraw", "restore"],
    }.items():
        for transition in transitions:
            workflow.apply(transition, verdict=rows[name].verdict, by=by, at=NOON, note="Wrong throughout.")
    states = {name: desk.state(Claim.objects.get(pk=claim.pk)) for name, claim in rows.items()}
    assert states == {
        "public": "Published",
        "revised": "Being written; public as it was",
        "gone": "Withdrawn",
        "gone-restored": "Being written; readers see that it was withdrawn",
    }
    piece = signed_in().get(ADDRESS, {"piece": "1", "text": text}).content.decode()
    for state in states.values():
        assert f"{state}: Reported; False." in piece
    make_taken(claim="The tower was 'sold' in secret.", title="No, it was not 'sold'")
    piece = signed_in().get(ADDRESS, {"piece": "1", "text": "The tower was sold"}).content.decode()
    assert 'Taken from Harbour Checkers: their rating is <q dir="auto">Mostly wrong</q>.' in piece
    assert "The tower was &#x27;sold&#x27; in secret." in piece


def test_the_panel_stands_on_the_form(claims: dict[str, Claim]) -> None:
    twin = Claim.objects.create(slug="twin", text=SENTENCES["tender"], title="The twin")
    client = signed_in()
    page = client.get(reverse("admin:claims_claim_change", args=[twin.pk])).content.decode()
    assert f'href="{reverse("admin:claims_claim_change", args=[claims["tender"].pk])}"' in page
    # The first button of the form saves: that is what Enter presses.
    form = page[page.index('id="claim_form"') :]
    assert form.index('name="_save"') < form.index("formaction=")
    # After a save that failed it shows what is near to what was typed.
    failed = client.post(reverse("admin:claims_claim_add"), {"text": SENTENCES["vaccine"]})
    assert failed.status_code == 200
    assert reverse("admin:claims_claim_change", args=[claims["vaccine"].pk]) in failed.content.decode()


def test_the_panel_is_for_those_who_may_see_claims() -> None:
    assert signed_in(role=None).get(ADDRESS, {"text": "x"}).status_code == 403
    assert Client().get(ADDRESS, {"text": "x"}).status_code == 302
