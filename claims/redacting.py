"""Redaction: the door through which an operator takes a body out of the record for good."""

import datetime as dt
import json
from collections.abc import Iterator
from dataclasses import dataclass

from django.core.cache import cache
from django.db import transaction

from claims import documents, projection, record, server_key
from claims.body import is_wordless, wordless
from claims.models import Markup, Publication, Revision


@dataclass(frozen=True, slots=True)
class Redacted:
    """What was done: the redaction, the withdrawal that stands in the place of the redacted one, and what is left.

    `left` are the sequences of other entries about the same subject that still have their bodies.
    """

    entry: Revision
    withdrawal: Revision | None
    left: tuple[int, ...]


@transaction.atomic
def redact(*, sequence: int, reason: str, at: dt.datetime) -> Redacted:
    """Take the body out of one entry; both what is done and why is public.

    A withdrawn fact-check shows what was checked until that is redacted: then another withdrawal takes its place
    first, with the same reason and without the words; and what its publisher sent of it (claims.partners.pages) goes as
    well. Raises record.RedactionRefused, and changes nothing, where the entry cannot be redacted.
    """
    record.lock_head()
    record.demand_redactable(sequence=sequence, reason=reason)
    entry = Revision.objects.get(pk=sequence)
    withdrawal = _without_words(entry, reason=reason, at=at)
    redaction = record.redact(sequence=sequence, reason=reason, at=at)
    _forget_markup(entry.subject)
    # No reader asks for it by this digest any more, but the words are not to be kept in the server's memory either.
    transaction.on_commit(lambda: cache.delete(documents.rationale_key(entry.body_digest)))
    return Redacted(redaction, withdrawal, tuple(_left(entry.subject)))


def _left(subject: str) -> Iterator[int]:
    """The entries about a subject whose bodies are there still, without the one that the public reads now."""
    entries = Revision.objects.of(subject).exclude(kind=Revision.Kind.REDACTION).exclude(body=None)
    yield from entries.filter(publication=None, reference=None).values_list("sequence", flat=True)


def _forget_markup(subject: str) -> None:
    withdrawn = Publication.objects.filter(slug=subject.removeprefix("claims/"), withdrawn=True)
    if subject.startswith("claims/"):
        Markup.objects.filter(slug__in=withdrawn.order_by().values("slug")).delete()


def _without_words(entry: Revision, *, reason: str, at: dt.datetime) -> Revision | None:
    """A withdrawal without words in the place of the one on which a withdrawn fact-check stands; None elsewhere."""
    if not Publication.objects.filter(revision=entry, withdrawn=True).exists():
        return None
    stated = json.loads(entry.body or "null")
    if is_wordless(stated):
        raise record.RedactionRefused(
            f"Entry {entry.sequence} is a withdrawal without words already: nothing is left to take out."
        )
    try:
        revision = record.append(
            subject=entry.subject, kind=Revision.Kind.WITHDRAWAL, note=reason, at=at, body=wordless(stated)
        )
    except server_key.CannotSign as error:
        raise record.RedactionRefused(str(error)) from error
    projection.project(revision)
    return revision
