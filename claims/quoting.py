"""Quoting: a quotation that was found becomes the words of an appearance or of evidence.

A quotation is never changed: another one takes its place, in one transaction, and nothing is left that no claim
uses. Where words stand is what claims.answers finds.
"""

import datetime as dt
from collections.abc import Collection, Iterable

from django.contrib.auth.models import User
from django.core.exceptions import NON_FIELD_ERRORS, ValidationError
from django.db import transaction
from django.db.models import Max

from claims.contributions import contribute
from claims.models import Appearance, Claim, Evidence
from sources.models import Quotation

Part = Appearance | Evidence


class Refused(Exception):
    """The words cannot be quoted there; the message is a sentence for the editor."""


def put(part: Part, quotation: Quotation | None) -> int | None:
    """Store `quotation` and give it to the unsaved state of `part`; the key of the one whose place it takes.

    The caller saves the part and then discards the old key, in the same transaction.
    """
    old = part.quotation_id
    if quotation is not None:
        quotation.save()
    part.quotation = quotation
    return old


def discard(keys: Iterable[int | None]) -> None:
    """Delete those of the quotations that no appearance and no evidence uses."""
    known = [key for key in keys if key is not None]
    if known:
        Quotation.objects.filter(pk__in=known, appearance=None, evidence=None).delete()


def used_by(claims: Collection[Claim]) -> list[int]:
    """Keys of the quotations that belong to claims: what is discarded once the claims are deleted."""
    appearances = Appearance.objects.filter(claim__in=claims, quotation__isnull=False)
    evidence = Evidence.objects.filter(verdict__claim__in=claims, quotation__isnull=False)
    return [key for rows in (appearances, evidence) for key in rows.values_list("quotation_id", flat=True)]


@transaction.atomic
def replace(part: Part, quotation: Quotation, *, instead_of: int | None, by: User, at: dt.datetime) -> None:
    """Give `part` another quotation of its own source.

    `instead_of` is the quotation that the editor saw there. Raises Refused where it is another one by now.
    """
    stored = type(part)._default_manager.select_for_update().get(pk=part.pk)
    if stored.quotation_id != instead_of:
        raise Refused("Somebody else changed these words meanwhile: look at them, and choose again.")
    if stored.source_id != quotation.snapshot.source_id:
        raise Refused("The words stand in another source than the one that is named there.")
    if isinstance(stored, Evidence) and stored.kind != Evidence.Kind.PASSAGE:
        raise Refused(
            f"This evidence is of the kind “{stored.get_kind_display().lower()}”, which quotes no words."
        )
    old = put(stored, quotation)
    stored.save(update_fields=["quotation"])
    discard([old])
    contribute(claim_of(stored).subject, by=by, at=at)


@transaction.atomic
def new_appearance(claim: Claim, quotation: Quotation, *, mode: str, by: User, at: dt.datetime) -> Appearance:
    """Add an appearance of `claim` where the quotation stands; the only one is its first known appearance.

    Raises Refused where a rule of appearances forbids it.
    """
    Claim.objects.select_for_update().get(pk=claim.pk)
    source = quotation.snapshot.source
    taken = set(claim.appearances.values_list("slug", flat=True))
    made = Appearance(
        claim=claim,
        slug=_free(source.slug, taken),
        source=source,
        first=not taken,
        mode=mode,
        language=source.language,
        position=_next(claim.appearances.aggregate(last=Max("position"))["last"]),
    )
    _add(made, quotation, by=by, at=at)
    return made


@transaction.atomic
def new_evidence(claim: Claim, quotation: Quotation, *, stance: str, by: User, at: dt.datetime) -> Evidence:
    """Add a passage to the evidence of the claim's verdict. Raises Refused where a rule of evidence forbids it."""
    Claim.objects.select_for_update().get(pk=claim.pk)
    verdict = claim.verdict
    made = Evidence(
        verdict=verdict,
        stance=stance,
        kind=Evidence.Kind.PASSAGE,
        source=quotation.snapshot.source,
        position=_next(verdict.evidence.aggregate(last=Max("position"))["last"]),
    )
    _add(made, quotation, by=by, at=at)
    return made


def claim_of(part: Part) -> Claim:
    return part.claim if isinstance(part, Appearance) else part.verdict.claim


def _add(part: Part, quotation: Quotation, *, by: User, at: dt.datetime) -> None:
    """Store a new row with its quotation. Raises Refused where a rule of its model forbids it."""
    put(part, quotation)
    try:
        part.full_clean()
    except ValidationError as error:
        raise Refused(_sentences(part, error)) from error
    part.save()
    contribute(claim_of(part).subject, by=by, at=at)


def _sentences(part: Part, error: ValidationError) -> str:
    """What the rules of a row said, each of them behind the name of its field where it has one."""
    said: list[str] = []
    for name, messages in error.message_dict.items():
        label = "" if name == NON_FIELD_ERRORS else f"{_label(part, name)}: "
        said += [f"{label}{message}" for message in messages]
    return " ".join(said)


def _label(part: Part, name: str) -> str:
    return str(getattr(part._meta.get_field(name), "verbose_name", name)).capitalize()


def _free(slug: str, taken: set[str]) -> str:
    """The identifier, with a number behind it where the claim has it already."""
    if slug not in taken:
        return slug
    number = 2
    while (made := f"{slug[:110]}-{number}") in taken:
        number += 1
    return made


def _next(last: int | None) -> int:
    return 0 if last is None else last + 1
