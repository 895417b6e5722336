"""The first page of the desk: whose pile holds what, what is beyond its first lines, and the lists that show all."""

import datetime as dt
from collections.abc import Callable
from typing import Any

import pytest
from django.contrib.auth.models import User
from django.test import Client
from django.urls import reverse
from django.utils import timezone
from makers import NOON, approve, make_claim, make_published, make_user

from claims import adminsite, desk, roles, workflow
from claims.models import Claim, ErrorReport, Reply

pytestmark = pytest.mark.django_db

LONG_AGO = dt.date(2020, 1, 2)


def seen_by(user: User) -> dict[str, Any]:
    """The piles of the first page, by their identifiers."""
    client = Client()
    client.force_login(user)
    return {shown.pile.id: shown for shown in client.get(reverse("admin:index")).context["piles"]}


def titles(link: str, user: User) -> set[str]:
    """What the list shows to which a pile leads."""
    client = Client()
    client.force_login(user)
    return {str(row) for row in client.get(link).context["cl"].result_list}


def waits_in_vain(claim: Claim, *, deadline: dt.date | None = LONG_AGO, answer: str = "") -> Reply:
    return Reply.objects.create(
        verdict=claim.verdict,
        asked_of="The mayor",
        asked_on=LONG_AGO,
        by="E-mail",
        deadline=deadline,
        answer=answer,
        answered_on=LONG_AGO if answer else None,
    )


def submitted(user: User) -> Claim:
    claim = make_claim("submitted")
    workflow.apply("submit", verdict=claim.verdict, by=claim.verdict.author, at=NOON)
    return claim


def sent_back(user: User) -> Claim:
    claim = make_claim("sent-back", author=user)
    workflow.apply("submit", verdict=claim.verdict, by=user, at=NOON)
    workflow.apply("return", verdict=claim.verdict, by=make_user(), at=NOON, note="Say when.")
    return claim


def approved(user: User) -> Claim:
    claim = submitted(user)
    approve(claim.verdict, by=make_user())
    return claim


def unanswered(user: User) -> Claim:
    claim = make_claim("unanswered")
    waits_in_vain(claim)
    return claim


def reported(user: User) -> Claim:
    claim = make_published("reported")
    ErrorReport.objects.create(claim=claim, text="The date.", reported_at=NOON, due_on=LONG_AGO)
    return claim


# What there is, for the account that looks; the piles in which it lies.
ROWS: list[tuple[Callable[[User], Claim], set[str]]] = [
    (lambda user: make_claim("own", author=user), {"mine"}),
    (lambda user: make_claim("given", owner=user), {"mine"}),
    (sent_back, {"mine", "returned"}),
    (submitted, {"waiting"}),
    (approved, {"ready"}),
    (lambda _: make_claim("late", due_on=LONG_AGO), {"overdue"}),
    (unanswered, {"unanswered"}),
    (reported, {"errors"}),
    (lambda _: make_published("public"), set()),
]


@pytest.mark.parametrize(("make", "lies_in"), ROWS)
def test_what_lies_in_which_pile(make: Callable[[User], Claim], lies_in: set[str]) -> None:
    user = make_user()
    claim = make(user)
    shown = seen_by(user)
    assert {name for name, one in shown.items() if one.items} == lies_in
    for name in lies_in:
        assert [item.title for item in shown[name].items] == [claim.title]
        named = str(claim.error_reports.get()) if name == "errors" else claim.title
        assert titles(shown[name].link, user) == {named}


@pytest.mark.parametrize(
    ("role", "lacking"),
    [
        (roles.REPORTER, {"waiting"}),
        (roles.EDITOR, set()),
        (roles.PUBLISHER, set()),
        (None, {pile.id for pile in desk.PILES}),
    ],
)
def test_an_account_sees_the_piles_that_it_can_do_something_about(
    role: str | None, lacking: set[str]
) -> None:
    """The filter of the list of claims offers those of the first page and no other."""
    user = make_user(role=role)
    shown = [pile.id for pile in desk.PILES if pile.id not in lacking]
    client = Client()
    client.force_login(user)
    assert [one.pile.id for one in client.get(reverse("admin:index")).context["piles"]] == shown
    answer = client.get(reverse("admin:claims_claim_changelist"), {"pile": "waiting"}, follow=True)
    if role is None:
        assert answer.status_code == 403
        return
    (offered,) = [one for one in answer.context["cl"].filter_specs if one.title == "pile of the desk"]
    assert [name for name, _ in offered.lookup_choices] == [
        pile.id for pile in desk.PILES if pile.id in shown and pile.of is Claim
    ]


def test_what_is_beyond_the_first_lines_is_counted_and_listed(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(adminsite, "SHOWN", 2)
    user = make_user()
    claims = [make_claim(f"n-{number}", due_on=LONG_AGO, owner=user) for number in range(5)]
    for number, claim in enumerate(claims):
        waits_in_vain(claim, deadline=LONG_AGO + dt.timedelta(days=5 - number))
    for _ in range(3):
        ErrorReport.objects.create(claim=claims[0], text="x", reported_at=NOON, due_on=LONG_AGO)
    closed = ErrorReport.objects.create(
        claim=claims[1],
        text="x",
        reported_at=NOON,
        due_on=LONG_AGO,
        outcome="upheld",
        outcome_note="It holds.",
    )
    shown = seen_by(user)
    assert {name: (len(one.items), one.more) for name, one in shown.items() if one.items} == {
        "mine": (2, 3),
        "errors": (2, 1),
        "overdue": (2, 3),
        "unanswered": (2, 3),
    }
    every = {claim.title for claim in claims}
    assert all(titles(shown[name].link, user) == every for name in ("mine", "overdue", "unanswered"))
    assert str(closed) not in titles(shown["errors"].link, user)
    # The oldest deadline is the first.
    assert [item.title for item in shown["unanswered"].items] == [claims[4].title, claims[3].title]
    assert shown["unanswered"].items[0].facts[0] == "no answer from The mayor"


def test_a_question_is_late_while_it_has_no_answer_and_the_verdict_is_at_work() -> None:
    today = timezone.localdate()
    late = make_claim("late")
    waits_in_vain(late)
    for slug, values in {
        "today": {"deadline": today},
        "no-deadline": {"deadline": None},
        "answered": {"answer": "No."},
    }.items():
        waits_in_vain(make_claim(slug), **values)  # type: ignore[arg-type]
    waits_in_vain(make_published("public"))
    assert list(desk.unanswered(on=today)) == [late]
