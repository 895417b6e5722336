"""What waits for whom at the desk: named reads for its first page, and a claim's state in words."""

import datetime as dt

from django.contrib.auth.models import User
from django.db.models import CharField, Exists, F, OuterRef, Q, QuerySet, Subquery, Value
from django.db.models.functions import Coalesce, Concat

from claims.models import Claim, Contribution, ErrorReport, Event, Reply, Verdict

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


def unanswered(*, on: dt.date) -> QuerySet[Reply]:
    """Questions whose deadline has passed without an answer, while the verdict is being worked on."""
    return (
        Reply.objects.filter(deadline__lt=on, answer="", verdict__status__in=_AT_WORK)
        .select_related("verdict__claim")
        .order_by("deadline", "pk")
    )


def reports() -> QuerySet[ErrorReport]:
    return ErrorReport.objects.open().select_related("claim", "owner")


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
