"""Who worked on a text: noted with every change of it, asked before its second read."""

import datetime as dt
from collections.abc import Collection

from django.contrib.auth.models import User

from claims import reference
from claims.models import Claim, Contribution, Reference, Site, Verdict


def contributors(claim: Claim) -> set[int]:
    """Keys of everyone who changed the text since it was last read and published, the author included.

    The text is the claim with its verdict, and the reference data that its document shows: of that, whatever was
    changed since this claim or the row itself last went on the record, and all of a row that is not on it. `claim`
    comes from Claim.objects.for_documents() and has a verdict.
    """
    verdict = claim.verdict
    rows = [reference.subject_of(row) for row in reference.rows_of(claim, site=Site.objects.current())]
    noted = Contribution.objects.filter(subject__in=[claim.subject, *rows])
    published = verdict.events.filter(to_status=Verdict.Status.PUBLISHED).order_by("at").last()
    if published:
        recorded = dict(Reference.objects.filter(subject__in=rows).values_list("subject", "revision__at"))
        since = {subject: min(published.at, at) for subject, at in recorded.items()}
        since[claim.subject] = published.at
        keys = {one.user_id for one in noted if one.subject not in since or one.at > since[one.subject]}
    else:
        keys = set(noted.values_list("user_id", flat=True))
    return {verdict.author_id, *keys}


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


def hand_on(old: str, new: str, *, at: dt.datetime) -> None:
    """Whoever worked on `old` has worked on `new`, which holds that text from `at` on."""
    for noted in Contribution.objects.filter(subject=old).select_related("user"):
        contribute(new, by=noted.user, at=at)
