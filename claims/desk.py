"""What waits for whom at the desk: the piles of its first page, and a claim's state in words."""

import datetime as dt
from collections.abc import Callable
from dataclasses import dataclass

from django.contrib.auth.models import User
from django.db.models import CharField, Exists, F, OuterRef, Q, QuerySet, Subquery, Value
from django.db.models.functions import Coalesce, Concat

from claims.models import Claim, Contribution, ErrorReport, Event, Suggestion, Verdict

Status = Verdict.Status

# What a claim's verdict may be while somebody still has to do something.
_AT_WORK = (Status.DRAFT, Status.SUBMITTED, Status.APPROVED)
_LONG_AGO = dt.datetime(1, 1, 1, tzinfo=dt.UTC)


def claims() -> QuerySet[Claim]:
    """Claims with what the desk's lists show of each, those that are due first."""
    return Claim.objects.select_related("verdict__author", "speaker", "owner", "publication").order_by(
        F("due_on").asc(nulls_last=True), "pk"
    )


def at_work() -> QuerySet[Claim]:
    return claims().filter(Q(verdict__isnull=True) | Q(verdict__status__in=_AT_WORK))


def _of(user: User) -> Q:
    """Whoever was given a claim has it; where nobody was, who writes its verdict."""
    return Q(owner=user) | Q(owner__isnull=True, verdict__author=user)


def mine(user: User) -> QuerySet[Claim]:
    """What `user` is writing, and what of it is with somebody else."""
    return at_work().filter(_of(user))


def returned(user: User) -> QuerySet[Claim]:
    """Drafts of `user` that a second reader sent back."""
    last = Event.objects.filter(verdict=OuterRef("verdict")).order_by("-at", "-pk").values("transition")
    return (
        claims()
        .filter(_of(user), verdict__status=Status.DRAFT)
        .annotate(last_transition=Subquery(last[:1]))
        .filter(last_transition="return")
    )


def waiting_for(user: User) -> QuerySet[Claim]:
    """What `user` could be the second reader of: submitted, and `user` did not work on this round of it.

    Work on reference data that the claim shows counts too when it comes to approving; this list does not look for it.
    """
    published = Event.objects.filter(verdict=OuterRef(OuterRef("verdict")), to_status=Status.PUBLISHED)
    worked = Contribution.objects.filter(
        subject=Concat(Value("claims/"), OuterRef("slug"), output_field=CharField()),
        user=user,
        at__gt=Coalesce(Subquery(published.order_by("-at").values("at")[:1]), Value(_LONG_AGO)),
    )
    return (
        claims()
        .filter(verdict__status=Status.SUBMITTED)
        .exclude(verdict__author=user)
        .exclude(Exists(worked))
    )


def ready() -> QuerySet[Claim]:
    """Approved, and waiting for somebody to publish it."""
    return claims().filter(verdict__status=Status.APPROVED)


def overdue(*, on: dt.date) -> QuerySet[Claim]:
    """What should be public by now and is still being worked on."""
    return at_work().filter(due_on__lt=on)


def unanswered(*, on: dt.date) -> QuerySet[Claim]:
    """Claims at work whose question to somebody has had no answer by its deadline, the oldest deadline first."""
    return (
        at_work()
        .filter(verdict__reply__deadline__lt=on, verdict__reply__answer="")
        .select_related("verdict__reply")
        .order_by("verdict__reply__deadline", "pk")
    )


def reports() -> QuerySet[ErrorReport]:
    return ErrorReport.objects.open().select_related("claim", "publication", "owner")


def reports_on(claim: Claim) -> QuerySet[ErrorReport]:
    """What readers say is wrong with one claim, and nobody has dealt with yet."""
    return reports().filter(claim=claim)


def suggestions() -> QuerySet[Suggestion]:
    return Suggestion.objects.open().select_related("owner")


def without_owner(owner: User | None, unowned: str) -> str:
    """What is to be said where nobody has something: `unowned`, or who has left the desk with it."""
    if owner is None:
        return unowned
    return "" if owner.is_active and owner.is_staff else f"{unowned}: {owner} has left the desk"


@dataclass(frozen=True, slots=True)
class Pile:
    """What waits for one thing: `read` finds it for an account on a day, `empty` is said where it finds nothing.

    `permission` is what an account needs for whatever the pile waits for.
    """

    id: str
    title: str
    empty: str
    read: Callable[[User, dt.date], QuerySet]
    permission: str = "claims.view_claim"
    of: type[Claim | ErrorReport | Suggestion] = Claim


# In the order in which the first page shows them.
PILES = (
    Pile("returned", "Returned to you", "Nothing came back.", lambda user, _: returned(user)),
    Pile("mine", "Yours", "You are working on no claim.", lambda user, _: mine(user)),
    Pile(
        "waiting",
        "Waiting for your second read",
        "Nothing waits to be read.",
        lambda user, _: waiting_for(user),
        permission="claims.approve_verdict",
    ),
    Pile("ready", "Ready to publish", "Nothing is approved and unpublished.", lambda *_: ready()),
    Pile(
        "errors",
        "Errors reported",
        "No report is open.",
        lambda *_: reports(),
        permission="claims.view_errorreport",
        of=ErrorReport,
    ),
    Pile(
        "suggestions",
        "Suggested by readers",
        "No suggestion is open.",
        lambda *_: suggestions(),
        permission="claims.view_suggestion",
        of=Suggestion,
    ),
    Pile("overdue", "Overdue", "Nothing is late.", lambda _, on: overdue(on=on)),
    Pile(
        "unanswered",
        "No reply in time",
        "No deadline for a reply has passed.",
        lambda _, on: unanswered(on=on),
    ),
)


def piles(user: User) -> list[Pile]:
    """The piles of an account."""
    return [pile for pile in PILES if user.has_perm(pile.permission)]


def state(claim: Claim) -> str:
    """Where a claim stands, in words: what its verdict waits for, and what readers have meanwhile."""
    verdict = getattr(claim, "verdict", None)
    publication = getattr(claim, "publication", None)
    if verdict is None:
        return "No verdict yet"
    words = str(verdict.get_status_display())
    if publication is None or verdict.status in (Status.PUBLISHED, Status.WITHDRAWN):
        return words
    return (
        f"{words}; readers see that it was withdrawn"
        if publication.withdrawn
        else f"{words}; public as it was"
    )
