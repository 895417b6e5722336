"""Claims that partners send for checking: to the desk's pile of suggestions, each once."""

import datetime as dt
from dataclasses import dataclass
from hashlib import sha256

from django.db import transaction

from claims import intake
from claims.looking_up import published
from claims.models import Publication, Suggestion
from claims.nearest import nearest
from factcheck.partners.models import Partner, Submission
from sources.folding import fold

# The same claim of the same partner is one submission for so long.
SAME_FOR = dt.timedelta(days=1)


class OtherWords(Exception):
    """An idempotency key came before, with another claim; the message says so."""


@dataclass(frozen=True, slots=True)
class Sent:
    """What a partner sends: the claim, and what is known of it."""

    claim: str
    speaker: str = ""
    where: str = ""
    language: str = ""
    note: str = ""


def submit(
    partner: Partner, sent: Sent, *, idempotency_key: str = "", at: dt.datetime
) -> tuple[Submission, bool]:
    """The submission, and whether it is a new one.

    What was sent before is not sent again: under the same idempotency key, or in the same words (but for case, spaces
    and the like) within a day. Raises OtherWords where the idempotency key stands for another claim.
    """
    digest = sha256(fold(sent.claim).encode()).hexdigest()
    with transaction.atomic():
        # One at a time for each partner: two equal ones in one moment are one.
        Partner.objects.select_for_update().get(pk=partner.pk)
        earlier = Submission.objects.filter(partner=partner).select_related("suggestion")
        known = earlier.filter(idempotency_key=idempotency_key).first() if idempotency_key else None
        if known is not None and known.digest != digest:
            raise OtherWords("This Idempotency-Key came before, with another claim: send another key.")
        known = known or earlier.filter(digest=digest, at__gt=at - SAME_FOR).first()
        if known is not None:
            return known, False
        suggestion = intake.receive_suggestion(
            text=sent.claim,
            where=sent.where,
            who=sent.speaker,
            language=sent.language,
            note=sent.note,
            contact=partner.name,
            channel=Suggestion.Channel.PARTNER,
            at=at,
        )
        made = Submission.objects.create(
            partner=partner, suggestion=suggestion, digest=digest, idempotency_key=idempotency_key, at=at
        )
    return made, True


def nearest_published(claim: str) -> tuple[Publication, ...]:
    """The published fact-checks that are nearest to a claim, the nearest first; nothing of the desk's own work."""
    return published(near.slug for near in nearest(text=claim) if near.public)
