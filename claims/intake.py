"""What readers send to the desk: received with a due date and an owner, taken up, and parted from whoever sent it in
time.

Nothing of it is public. The rate at which it may come is the business of whoever opens a door to it.
"""

import datetime as dt
from typing import Any

from django.contrib.auth.models import User
from django.db import transaction
from django.db.models import Count, F, Q
from django.utils import timezone

from claims import roles
from claims.models import Claim, ErrorReport, Publication, Suggestion
from claims.workdays import working_days_after

# How many working days the desk gives itself.
REPORT_DAYS = 5
SUGGESTION_DAYS = 10
# How long names and addresses stay with what was dealt with.
CONTACT_DAYS = 180


def report_due(at: dt.datetime) -> dt.date:
    """The day by which a report that came at `at` is to be dealt with."""
    return working_days_after(timezone.localdate(at), REPORT_DAYS)


def suggestion_due(at: dt.datetime) -> dt.date:
    """The day by which a suggestion that came at `at` is to be decided on."""
    return working_days_after(timezone.localdate(at), SUGGESTION_DAYS)


def owner_of_report(claim: Claim | None) -> User | None:
    """Who looks into what is said of a claim: whoever was given it, else who wrote its verdict, else who is on duty.

    An account that has left the desk, or may not deal with reports, is passed over.
    """
    verdict = getattr(claim, "verdict", None)
    for known in (claim.owner if claim else None, verdict.author if verdict else None):
        if known and known.is_active and known.is_staff and known.has_perm("claims.change_errorreport"):
            return known
    return on_duty()


def on_duty() -> User | None:
    """Who gets the next thing that nobody has: of the editors, the one with the fewest reports and suggestions open.

    Where there are no editors it is a publisher; where there is nobody, what comes has no owner, and the desk's first
    page says so.
    """
    for group in (roles.EDITOR, roles.PUBLISHER):
        found: User | None = (
            User.objects.filter(is_active=True, is_staff=True, groups__name=group)
            .annotate(
                reports=Count("error_reports", filter=Q(error_reports__outcome=""), distinct=True),
                asked=Count("suggestions", filter=Q(suggestions__outcome=""), distinct=True),
            )
            .order_by(F("reports") + F("asked"), "pk")
            .first()
        )
        if found:
            return found
    return None


def receive_report(
    publication: Publication, *, text: str, reported_by: str = "", at: dt.datetime
) -> ErrorReport:
    """What a reader says is wrong with a fact-check; the same words sent twice are one open report."""
    said: dict[str, Any] = {
        "channel": ErrorReport.Channel.FORM,
        "claim": publication.claim,
        "publication": None if publication.claim else publication,
        "text": text,
        "reported_by": reported_by,
    }
    known = ErrorReport.objects.open().filter(**_asked(said)).first()
    return known or ErrorReport.objects.create(
        **said, reported_at=at, due_on=report_due(at), owner=owner_of_report(publication.claim)
    )


def receive_suggestion(
    *,
    text: str,
    where: str = "",
    who: str = "",
    language: str = "",
    note: str = "",
    contact: str = "",
    channel: str = Suggestion.Channel.FORM,
    at: dt.datetime,
) -> Suggestion:
    """A claim that a reader or a partner asks us to check; the same words sent twice are one open suggestion."""
    said: dict[str, Any] = {
        "channel": channel,
        "text": text,
        "where": where,
        "who": who,
        "language": language,
        "note": note,
        "contact": contact,
    }
    known = Suggestion.objects.open().filter(**said).first()
    return known or Suggestion.objects.create(
        **said, received_at=at, due_on=suggestion_due(at), owner=on_duty()
    )


def _asked(said: dict[str, Any]) -> dict[str, Any]:
    return {
        name if value is not None else f"{name}__isnull": value is None or value
        for name, value in said.items()
    }


def take_up(suggestion: Suggestion, *, claim: Claim, by: User) -> bool:
    """Say that `claim` came of the suggestion, which is now `by`'s; False where somebody dealt with it meanwhile."""
    taken = Suggestion.objects.open().filter(pk=suggestion.pk)
    return bool(taken.update(outcome=Suggestion.Outcome.TAKEN_UP, claim=claim, owner=by))


@transaction.atomic
def forget_contacts(*, at: dt.datetime) -> int:
    """Take names and addresses off what came more than CONTACT_DAYS ago and is dealt with; how many were taken."""
    before = at - dt.timedelta(days=CONTACT_DAYS)
    reports = ErrorReport.objects.closed().filter(reported_at__lt=before).exclude(reported_by="")
    suggestions = Suggestion.objects.closed().filter(received_at__lt=before).exclude(contact="")
    return reports.update(reported_by="") + suggestions.update(contact="")
