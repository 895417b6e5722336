"""Who worked on a text: noted with every change of it, asked before its second read."""

import datetime as dt
from collections.abc import Collection

from django.contrib.auth.models import User

from claims import reference
from claims.models import Claim, Contribution, Site, Verdict


def contributors(claim: Claim) -> set[int]:
    """Keys of everyone who changed the text since the last publication, the author included.

    The text is the claim with its verdict, and the reference data that its document shows. `claim` comes from
    Claim.objects.for_documents() and has a verdict.
    """
    verdict = claim.verdict
    rows = reference.rows_of(claim, site=Site.objects.current())
    noted = Contribution.objects.filter(subject__in=[claim.subject, *map(reference.subject_of, rows)])
    last = verdict.events.filter(to_status=Verdict.Status.PUBLISHED).order_by("at").last()
    if last:
        noted = noted.filter(at__gt=last.at)
    return {verdict.author_id, *noted.values_list("user_id", flat=True)}


def contribute(subject: str, *, by: User, at: dt.datetime) -> None:
    """Note that `by` changed what the record calls `subject`: a claim, or a row of reference data."""
    Contribution.objects.update_or_create(subject=subject, user=by, defaults={"at": at})


def contribute_to_all(subjects: Collection[str], *, by: User, at: dt.datetime) -> None:
    """Note that `by` changed all of these at once."""
    Contribution.objects.bulk_create(
        [Contribution(subject=subject, user=by, at=at) for subject in subjects],
        update_conflicts=True,
        unique_fields=["subject", "user"],
        update_fields=["at"],
        batch_size=500,
    )
