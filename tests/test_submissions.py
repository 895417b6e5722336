"""Claims that partners send for checking: what is taken, what is refused, that each comes once, and where it goes."""

import datetime as dt
import json
from typing import Any

import pytest
from django.db import IntegrityError, transaction
from django.http import HttpResponse
from django.test import Client
from django.utils import timezone
from makers import make_claim, make_published, make_user
from partnering import make_key, make_partner

from claims import roles
from claims.models import Claim, Suggestion
from factcheck.partners import submitting
from factcheck.partners.models import Key, Partner, Submission
from factcheck.partners.submitting import Sent

pytestmark = pytest.mark.django_db

ADDRESS = "/api/v1/submissions/"
CLAIM = "The ferry to Valley Island was sold for one euro."
AT = dt.datetime(2026, 3, 2, 12, tzinfo=dt.UTC)


def send(secret: str, document: Any, *, query: str = "", **headers: str) -> HttpResponse:
    sent: dict[str, str] = {"authorization": f"Bearer {secret}", **headers}
    body = document if isinstance(document, str) else json.dumps(document)
    answer: HttpResponse = Client().post(ADDRESS + query, body, content_type="application/json", headers=sent)
    return answer


@pytest.fixture
def secret() -> str:
    return make_key(make_partner(name="Harbour News"), ["submit"])


def test_a_claim_reaches_the_desk_marked_with_its_partner(secret: str) -> None:
    make_user("ed", role=roles.EDITOR)
    answer = send(
        secret,
        {
            "claim": f" {CLAIM}\r\nSo they say. ",
            "speaker": "Ada  Quill",
            "where": "https://harbour.example/ferry",
            "language": "en-GB",
            "note": "Asked of us by forty readers.",
        },
    )
    assert answer.status_code == 201
    suggestion = Suggestion.objects.get()
    assert (suggestion.text, suggestion.who, suggestion.where, suggestion.language, suggestion.note) == (
        f"{CLAIM}\nSo they say.",
        "Ada Quill",
        "https://harbour.example/ferry",
        "en-GB",
        "Asked of us by forty readers.",
    )
    assert (suggestion.contact, suggestion.channel) == ("Harbour News", "api")
    assert suggestion.owner is not None
    assert suggestion.owner.username == "ed"
    made = Submission.objects.get()
    document = answer.json()  # type: ignore[attr-defined]
    assert document == {
        "id": made.pk,
        "received_at": made.at.isoformat().replace("+00:00", "Z"),
        "due_on": suggestion.due_on.isoformat(),
        "nearest": [],
    }
    assert made.at == suggestion.received_at
    assert answer["Cache-Control"] == "no-store"
    assert '"address"' in answer["RateLimit"]
    # At the desk the words are the partner's, and where they came from is said.
    desk = Client()
    desk.force_login(make_user())
    page = desk.get(f"/admin/claims/suggestion/{suggestion.pk}/change/").content.decode()
    assert "From a partner’s program" in page.replace("&#x27;", "’")
    assert "Asked of us by forty readers." in page
    assert 'name="text"' not in page
    assert 'name="note"' not in page


def test_what_is_known_already_is_answered_and_shown_at_the_desk(secret: str) -> None:
    known = make_published("ferry", text=CLAIM, title="Was the ferry sold for one euro?")
    make_claim("draft", text="The ferry to Valley Island was sold for one euro by the secret council.")
    answer = send(secret, {"claim": "Was the ferry to Valley Island sold for one euro?"})
    (near,) = answer.json()["nearest"]  # type: ignore[attr-defined]
    assert (near["id"], near["claim"], near["veracity"]["label"]) == ("ferry", CLAIM, "False")
    assert near["url"] == "http://testserver/claims/ferry/"
    served = Client().get("/api/v1/claims/ferry/").json()
    assert near == {**{name: served[name] for name in near.keys() - {"url"}}, "url": served["live"]["url"]}
    assert near["licence"] == "https://creativecommons.org/licenses/by/4.0/"
    assert near["revision"]["number"] == 1
    # Drafts are the desk's alone.
    assert "secret council" not in answer.content.decode()
    desk = Client()
    desk.force_login(make_user())
    page = desk.get(f"/admin/claims/suggestion/{Suggestion.objects.get().pk}/change/").content.decode()
    assert known.title in page
    assert "secret council" in page


def test_what_the_desk_changed_since_is_not_told(secret: str) -> None:
    make_published("ferry", text=CLAIM)
    Claim.objects.filter(slug="ferry").update(text=f"{CLAIM} Or so the minister whispered.")
    answer = send(secret, {"claim": CLAIM})
    assert "whispered" not in answer.content.decode()
    assert [one["claim"] for one in answer.json()["nearest"]] == [CLAIM]  # type: ignore[attr-defined]


INVISIBLE = ("\u200b", "\u3164", " \u2060\n\u2800 ")
OPTIONAL = ("speaker", "where", "language", "note")
REFUSED: list[tuple[Any, str]] = [
    ([], "claim"),
    ("text", "claim"),
    ({}, "claim"),
    ({"claim": ""}, "claim"),
    ({"claim": " \n"}, "claim"),
    ({"claim": None}, "claim"),
    ({"claim": 5}, "claim"),
    ({"claim": "a\0b"}, "claim"),
    ({"claim": "\ud800"}, "claim"),
    ({"claim": "a" * 5001}, "claim"),
    *(({"claim": text}, "claim") for text in INVISIBLE),
    *(({"claim": CLAIM, name: text}, name) for name in OPTIONAL for text in ("", "\n ", *INVISIBLE)),
    *(({"claim": CLAIM, name: value}, name) for name in OPTIONAL for value in (None, False, 0, [], {})),
    ({"claim": CLAIM, "speaker": "a" * 301}, "speaker"),
    ({"claim": CLAIM, "speaker": ["Ada"]}, "speaker"),
    ({"claim": CLAIM, "where": {}}, "where"),
    ({"claim": CLAIM, "language": "English"}, "language"),
    ({"claim": CLAIM, "note": "a" * 2001}, "note"),
    ({"claim": CLAIM, "rating": "false"}, "rating"),
    ({"claim": CLAIM, "a\0": "x"}, "a\\x00"),
]


@pytest.mark.parametrize(("document", "name"), REFUSED)
def test_what_is_not_taken(document: Any, name: str, secret: str) -> None:
    answer = send(secret, json.dumps(document))
    assert answer.status_code == 400
    assert answer["Content-Type"] == "application/problem+json"
    errors = answer.json()["errors"]  # type: ignore[attr-defined]
    assert [error["name"] for error in errors] == [name]
    assert errors[0]["reason"].endswith(".")
    assert not Suggestion.objects.exists()


@pytest.mark.parametrize(
    ("body", "query", "headers", "status"),
    [
        ("{", "", {}, 400),
        ("[" * 100_000, "", {}, 400),
        (json.dumps({"claim": CLAIM}), "?claim=x", {}, 400),
        (json.dumps({"claim": CLAIM}), "", {"idempotency-key": "a" * 101}, 400),
        (json.dumps({"claim": CLAIM}), "", {"idempotency-key": '""'}, 400),
        (json.dumps({"claim": CLAIM}), "", {"idempotency-key": "é"}, 400),
    ],
)
def test_requests_that_are_not_understood(
    body: str, query: str, headers: dict[str, str], status: int, secret: str
) -> None:
    assert send(secret, body, query=query, **headers).status_code == status
    assert not Suggestion.objects.exists()


# The scopes of the key, None for no key at all; the status.
KEYS: list[tuple[list[str] | None, int]] = [
    (None, 401),
    (["read"], 403),
    (["pages", "webhooks"], 403),
    (["submit"], 201),
    (["read", "submit"], 201),
]


@pytest.mark.parametrize(("scopes", "status"), KEYS)
def test_whose_claims_are_taken(scopes: list[str] | None, status: int) -> None:
    headers = {"authorization": f"Bearer {make_key(make_partner(), scopes)}"} if scopes else {}
    answer = Client().post(
        ADDRESS, json.dumps({"claim": CLAIM}), content_type="application/json", headers=headers
    )
    assert answer.status_code == status
    assert Suggestion.objects.count() == (status == 201)
    if status != 201:
        assert answer["Content-Type"] == "application/problem+json"
        assert answer.has_header("WWW-Authenticate") == (status == 401)


def test_only_posting_and_json(secret: str) -> None:
    assert Client().get(ADDRESS).status_code == 405
    form = Client().post(ADDRESS, {"claim": CLAIM}, headers={"authorization": f"Bearer {secret}"})
    assert form.status_code == 415


def test_the_same_words_within_a_day_come_once(secret: str) -> None:
    first = send(secret, {"claim": CLAIM})
    again = send(secret, {"claim": f"  {CLAIM.upper()} ", "note": "Once more."})
    assert (first.status_code, again.status_code) == (201, 200)
    assert first.json() == again.json()  # type: ignore[attr-defined]
    assert (Suggestion.objects.count(), Submission.objects.count()) == (1, 1)
    # Another partner's is another, and so is another claim.
    other = make_key(make_partner(), ["submit"])
    assert send(other, {"claim": CLAIM}).status_code == 201
    assert send(secret, {"claim": "The ferry was given away."}).status_code == 201


def submit(
    partner: Partner, claim: str = CLAIM, *, key: str = "", hours: float = 0
) -> tuple[Submission, bool]:
    at = AT + dt.timedelta(hours=hours)
    return submitting.submit(partner, Sent(claim=claim), idempotency_key=key, at=at)


def test_after_a_day_the_same_words_are_another_submission() -> None:
    partner = make_partner()
    first, _ = submit(partner)
    assert submit(partner, hours=23.9) == (first, False)
    later, is_new = submit(partner, hours=24)
    assert is_new
    # The desk has not decided yet: it still has one suggestion.
    assert later.suggestion == first.suggestion
    Suggestion.objects.update(outcome="declined", outcome_note="Too small.")
    assert submit(partner, hours=49)[0].suggestion != first.suggestion


def test_an_idempotency_key_stands_for_one_claim() -> None:
    partner = make_partner()
    first, _ = submit(partner, key="one")
    assert submit(partner, key="one", hours=1000) == (first, False)
    with pytest.raises(submitting.OtherWords):
        submit(partner, "The ferry was given away.", key="one")
    # Another partner has keys of its own.
    assert submit(make_partner(), "The ferry was given away.", key="one")[1]


def test_an_idempotency_key_is_sent_with_or_without_quotes(secret: str) -> None:
    first = send(secret, {"claim": CLAIM}, **{"idempotency-key": '"one"'})
    again = send(secret, {"claim": CLAIM}, **{"idempotency-key": "one"})
    assert (first.status_code, again.status_code) == (201, 200)
    other = send(secret, {"claim": "The ferry was given away."}, **{"idempotency-key": "one"})
    assert other.status_code == 422
    assert "send another key" in other.json()["detail"]  # type: ignore[attr-defined]


def test_the_database_keeps_an_idempotency_key_to_one() -> None:
    first, _ = submit(make_partner(), key="one")
    with pytest.raises(IntegrityError), transaction.atomic():
        Submission.objects.create(
            partner=first.partner, suggestion=first.suggestion, digest="0" * 64, idempotency_key="one", at=AT
        )


def test_a_revoked_key_sends_nothing(secret: str) -> None:
    Key.objects.update(revoked_at=timezone.now(), slot=None)
    assert send(secret, {"claim": CLAIM}).status_code == 401
    assert not Suggestion.objects.exists()
