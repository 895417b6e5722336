"""Suggestions at the desk: what is known already, what may come of one, a claim that is begun from one."""

import datetime as dt
import re
from typing import Any

import pytest
from django.contrib.admin.models import LogEntry
from django.contrib.auth.models import User
from django.contrib.messages import get_messages
from django.db import IntegrityError, transaction
from django.test import Client
from django.urls import reverse
from django.utils import timezone
from filling import filled
from makers import NOON, make_claim, make_published, make_speaker, make_user, publish
from test_admin_concurrent import address
from test_admin_exporting import rows_of

from claims import intake, roles, workflow
from claims.models import Claim, Publication, Revision, Suggestion
from claims.spreadsheet import begins_formula

pytestmark = pytest.mark.django_db

WORDS = "The mayor says that the bridge will open in spring."
ADD = "/admin/claims/claim/add/"


def make_suggestion(**values: Any) -> Suggestion:
    given = {"text": WORDS, "received_at": NOON, "due_on": NOON.date(), "channel": "form", **values}
    return Suggestion.objects.create(**given)


def editor(role: str | None = roles.REPORTER) -> Client:
    client = Client()
    client.force_login(make_user(role=role))
    return client


# Names of constraints, and what they refuse; the second value of a pair is what they take.
CONSTRAINTS: list[tuple[str, dict[str, Any], dict[str, Any]]] = [
    ("suggestion_says_what", {"text": ""}, {"text": "x"}),
    ("suggestion_came_in_a_known_way", {"channel": "fax"}, {"channel": "desk"}),
    ("suggestion_has_a_known_outcome", {"outcome": "lost"}, {"outcome": ""}),
    ("suggestion_taken_up_names_its_claim", {"outcome": "taken_up"}, {"outcome": "taken_up", "claim": Claim}),
    ("suggestion_taken_up_names_its_claim", {"claim": Claim}, {}),
    (
        "suggestion_checked_already_names_the_fact_check",
        {"outcome": "duplicate"},
        {"outcome": "duplicate", "publication": Publication},
    ),
    ("suggestion_checked_already_names_the_fact_check", {"publication": Publication}, {}),
    (
        "suggestion_refusal_is_explained",
        {"outcome": "declined"},
        {"outcome": "declined", "outcome_note": "Too small."},
    ),
    (
        "suggestion_refusal_is_explained",
        {"outcome": "not_checkable"},
        {"outcome": "not_checkable", "outcome_note": "An opinion."},
    ),
]


@pytest.mark.parametrize(("name", "bad", "good"), CONSTRAINTS)
def test_the_database_knows_what_an_outcome_needs(
    name: str, bad: dict[str, Any], good: dict[str, Any]
) -> None:
    make_published("bridge")

    def values(given: dict[str, Any]) -> dict[str, Any]:
        return {
            key: value.objects.first() if isinstance(value, type) else value for key, value in given.items()
        }

    make_suggestion(**values(good))
    with pytest.raises(IntegrityError, match=name), transaction.atomic():
        make_suggestion(**values(bad))


def test_its_page_shows_what_we_have_on_it_already() -> None:
    make_published("bridge", text="The bridge will open in spring.", title="Will the bridge open?")
    make_claim("ferry", text="The ferry was sold in secret.", title="Was the ferry sold?")
    page = editor().get(address(make_suggestion())).content.decode()
    found = page.partition('class="nearest-found"')[2].partition("</section>")[0]
    assert "Will the bridge open?" in found
    assert "Was the ferry sold?" not in found


def test_the_claim_of_the_same_key_is_not_left_out() -> None:
    """The panel leaves out the claim whose page it is on; this page is of no claim."""
    claim = make_published("bridge", text="The bridge will open in spring.", title="Will the bridge open?")
    suggestion = make_suggestion(pk=claim.pk)
    page = editor().get(address(suggestion)).content.decode()
    assert "Will the bridge open?" in page
    assert 'data-besides=""' in page


def test_a_claim_begins_from_a_suggestion_and_is_what_came_of_it() -> None:
    suggestion, client = make_suggestion(text=f"{WORDS} {'Very long. ' * 400}".strip()), editor()
    page = client.get(address(suggestion)).content.decode()
    (way,) = re.findall(rf'<a class="button" href="({ADD}\?suggestion=\d+)"', page)
    data = filled(client, way)
    assert data["text"].startswith(WORDS)
    data |= {
        "text": "The bridge will open in spring.",
        "title": "Will it open?",
        "slug": "open",
        "language": "en",
    }
    answer = client.post(way, data)
    assert answer.status_code == 302, answer.context["errors"]
    suggestion.refresh_from_db()
    claim = Claim.objects.get(slug="open")
    assert (suggestion.outcome, suggestion.claim, suggestion.owner) == ("taken_up", claim, claim.owner)
    assert claim.owner == User.objects.order_by("-pk")[0]
    assert suggestion.text.startswith(WORDS)
    assert any("Taken up as" in entry.get_change_message() for entry in LogEntry.objects.all())
    # Now there is nothing to begin.
    assert "Begin a claim from it" not in client.get(address(suggestion)).content.decode()
    assert filled(client, way)["text"] == ""


def test_two_editors_cannot_both_take_it_up() -> None:
    suggestion, first, second = make_suggestion(), editor(), editor()
    way = f"{ADD}?suggestion={suggestion.pk}"
    forms = [filled(client, way) for client in (first, second)]
    for number, (client, form) in enumerate(zip((first, second), forms, strict=True)):
        answer = client.post(
            way, form | {"title": f"Open {number}?", "slug": f"open-{number}", "language": "en"}
        )
        assert answer.status_code == 302
    suggestion.refresh_from_db()
    assert suggestion.claim == Claim.objects.get(slug="open-0")
    # What the second wrote is not lost.
    assert Claim.objects.filter(slug="open-1").exists()
    assert "was dealt with meanwhile" in " ".join(str(one) for one in get_messages(answer.wsgi_request))
    assert not intake.take_up(suggestion, claim=Claim.objects.get(slug="open-1"), by=make_user())


@pytest.mark.parametrize("key", ["zzz", "", "0", "9" * 30, "%00", "-1"])
def test_a_suggestion_that_is_none_begins_nothing(key: str) -> None:
    make_suggestion()
    assert filled(editor(), f"{ADD}?suggestion={key}")["text"] == ""


def test_who_may_not_see_suggestions_reads_none_in_a_claims_form() -> None:
    from django.contrib.auth.models import Permission

    suggestion, client = make_suggestion(), Client()
    user = make_user(role=None)
    user.user_permissions.set(Permission.objects.filter(codename__in=["add_claim", "view_claim"]))
    client.force_login(user)
    way = f"{ADD}?suggestion={suggestion.pk}"
    data = filled(client, way)
    assert data["text"] == ""
    client.post(way, data | {"text": "It opens.", "title": "Opens?", "slug": "opens", "language": "en"})
    assert Claim.objects.filter(slug="opens").exists()
    suggestion.refresh_from_db()
    assert suggestion.outcome == ""
    assert client.get(address(suggestion)).status_code == 403


# What a reader says of who said it; whether the one speaker of the desk is meant.
WHO = [
    ("Ada Quill", True),
    (" ada  QUILL ", True),
    ("Mayor Quill", True),
    ("Ada", False),
    ("", False),
    ("…", False),
    ("Bo Marsh", False),
]


@pytest.mark.parametrize(("who", "is_known"), WHO)
def test_who_said_it_is_carried_over_where_one_speaker_has_that_name(who: str, is_known: bool) -> None:
    speaker = make_speaker()
    speaker.aliases.create(name="Mayor Quill")
    for slug in ("bo", "bo-2"):
        make_speaker(slug, name="Bo Marsh")
    suggestion = make_suggestion(who=who, where="https://example.org/1\nOn <b>Sunday</b>")
    client, way = editor(), f"{ADD}?suggestion={suggestion.pk}"
    assert filled(client, way)["speaker"] == (str(speaker.pk) if is_known else "")
    page = client.get(way).content.decode()
    assert '<a href="https://example.org/1" rel="nofollow">' in page
    assert "On &lt;b&gt;Sunday" in page
    assert ("Who said it" in page) == bool(who)


def test_what_the_reader_said_stands_on_the_page_of_the_claim() -> None:
    claim = make_claim("open")
    suggestion = make_suggestion(who="The mayor", where="In the market", outcome="taken_up", claim=claim)
    page = editor().get(address(claim)).content.decode()
    for words in (address(suggestion), "A reader suggested it", "The mayor", "In the market"):
        assert words in page


def test_a_suggestion_leads_to_the_entry_that_followed() -> None:
    claim, client = make_claim("open"), editor()
    suggestion = make_suggestion(outcome="taken_up", claim=claim)
    assert suggestion.revision is None
    assert "nothing of it is on the record yet." in client.get(address(suggestion)).content.decode()
    publish(claim)
    workflow.apply("withdraw", verdict=claim.verdict, by=make_user(), at=NOON, note="Wrong.")
    entry = Revision.objects.of(claim.subject)[0]
    assert (suggestion.revision, entry.kind) == (entry, "publication")
    way = reverse("admin:claims_revision_change", args=[entry.pk])
    for path in (reverse("admin:claims_suggestion_changelist"), address(suggestion)):
        assert f'<a href="{way}">entry No. {entry.pk}</a>' in client.get(path).content.decode()
    # What was public before anybody asked for it did not follow.
    late = make_suggestion(outcome="taken_up", claim=claim, received_at=NOON + dt.timedelta(days=1))
    assert late.revision is None


def test_what_a_reader_wrote_is_not_written_at_the_desk() -> None:
    suggestion, client = make_suggestion(who="The mayor", contact="Ada"), editor()
    data = filled(client, address(suggestion))
    assert {"text", "who", "where", "received_at"}.isdisjoint(data)
    typed = {
        "text": "Another.",
        "who": "Nobody",
        "contact": "",
        "outcome": "declined",
        "outcome_note": "Small.",
    }
    assert client.post(address(suggestion), data | typed).status_code == 302
    suggestion.refresh_from_db()
    assert (suggestion.text, suggestion.who, suggestion.contact) == (WORDS, "The mayor", "")
    assert suggestion.outcome == "declined"


def test_the_desk_lists_what_is_open_and_by_when() -> None:
    suggestion = make_suggestion()
    make_suggestion(text="Too small.", outcome="declined", outcome_note="Too small.")
    client = editor()
    (pile,) = [one for one in client.get("/admin/").context["piles"] if one.pile.id == "suggestions"]
    assert [(item.title, item.link, item.late) for item in pile.items] == [
        (str(suggestion), address(suggestion), True)
    ]
    listed = client.get(pile.link)
    assert list(listed.context["cl"].result_list) == [suggestion]
    late = client.get(reverse("admin:claims_suggestion_changelist"), {"outcome": "late", "owner": "nobody"})
    assert list(late.context["cl"].result_list) == [suggestion]


def test_a_suggestion_by_telephone_is_entered_at_the_desk() -> None:
    client, add = editor(), reverse("admin:claims_suggestion_add")
    data = filled(client, add)
    assert data["due_on"] == intake.suggestion_due(timezone.now()).isoformat()
    assert client.post(add, data | {"text": "The ferry was sold.", "channel": "form"}).status_code == 302
    assert Suggestion.objects.get().channel == "desk"


def test_words_of_readers_are_no_formulas() -> None:
    make_suggestion(text="=1+1", where="@SUM(A1)", who="+cmd", contact="\t=2")
    client = editor()
    for row in rows_of(client.get(reverse("admin:claims_suggestion_export"))):
        for cell in row:
            assert not begins_formula(cell), cell
