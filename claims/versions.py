"""Versions of a methodology: what verdicts were made under stays as it is, and a change is another version."""

import datetime as dt

from django.contrib.auth.models import User
from django.db import transaction

from claims.contributions import contribute, hand_on
from claims.models import Methodology, RatingScale, Revision
from claims.reference import subject_of


def is_on_record(methodology: Methodology) -> bool:
    """Readers know this version: what its numbers mean, and what there is to choose from, does not change any more."""
    return Revision.objects.filter(subject=subject_of(methodology)).exists()


def next_version() -> str:
    """The number after the highest that any version has; versions with other names do not count."""
    numbers = [
        int(version)
        for version in Methodology.objects.values_list("version", flat=True)
        if version.isascii() and version.isdigit()
    ]
    return str(max(numbers, default=0) + 1)


@transaction.atomic
def copy(methodology: Methodology, *, by: User, at: dt.datetime) -> Methodology:
    """A new version with the same rules, scale, ratings and findings, for its editors to change; the old one stays.

    Who wrote the old one has written the new one, with `by`.
    """
    ratings, findings = [], list(methodology.attribution_findings.all())
    scale = RatingScale.objects.filter(methodology=methodology).first()
    if scale:
        ratings = list(scale.ratings.all())
    made = Methodology.objects.get(pk=methodology.pk)
    made.pk, made.version = None, next_version()
    made._state.adding = True
    made.save()
    if scale:
        new_scale = RatingScale.objects.create(methodology=made, worst=scale.worst, best=scale.best)
        for rating in ratings:
            rating.pk, rating.scale = None, new_scale
            rating._state.adding = True
            rating.save()
    for finding in findings:
        finding.pk, finding.methodology = None, made
        finding._state.adding = True
        finding.save()
    hand_on(subject_of(methodology), subject_of(made), at=at)
    contribute(subject_of(made), by=by, at=at)
    return made
