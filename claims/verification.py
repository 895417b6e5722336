"""Checking the record against itself and against what is public: the first thing wrong is named."""

import json
from collections.abc import Iterator

from claims import chain, projection, record, redirects
from claims.body import MERGED
from claims.canonical import canonical
from claims.models import Head, Publication, Reference, Revision
from claims.subjects import kind_of


def verify_record() -> Iterator[str]:
    """Sentences that say what is wrong, in order; nothing where all holds.

    Checks the chain (sequence, links, digests, times, numbers, redactions), the head row, that each publication and
    reference stands on the last entry of its subject, that its columns say what that entry's body says, and that old
    addresses lead where the entries about merged rows say.
    """
    problem = chain.first_problem(record.entries())
    if problem:
        yield problem
        return
    yield from _head_problems()
    yield from _publication_problems()
    yield from _reference_problems()
    yield from _redirect_problems()


def _head_problems() -> Iterator[str]:
    head = Head.objects.get(pk=1)
    last = Revision.objects.order_by("sequence").last()
    sequence, entry_digest = (last.sequence, last.entry_digest) if last else (0, "")
    if (head.sequence, head.entry_digest) != (sequence, entry_digest):
        yield f"The head says entry {head.sequence}, but the record ends with entry {sequence}."
    if last and head.at != last.at:
        yield "The head's time is not the time of the last entry."


def _publication_problems() -> Iterator[str]:
    moved = redirects.every()
    publications = Publication.objects.order_by("slug").select_related("revision", "speaker", "claim")
    for publication in publications.iterator(chunk_size=200):
        name, revision = f"The publication {publication.slug}", publication.revision
        if revision.body is None:
            yield f"{name} stands on entry {revision.sequence}, which is redacted."
            continue
        body = json.loads(revision.body)
        if revision.subject != f"claims/{publication.slug}":
            yield f"{name} stands on entry {revision.sequence}, which is about {revision.subject}."
        if Revision.objects.of(revision.subject).exclude(kind="redaction").last() != revision:
            yield f"{name} does not stand on the last entry of its subject."
        if canonical(body) != revision.body:
            yield f"{name}: the body of entry {revision.sequence} is not in canonical form."
        for column, value in projection.columns(body).items():
            stored = getattr(publication, column)
            if str(stored if stored is not None else "") != str(value if value is not None else ""):
                yield f"{name}: its column {column} does not say what entry {revision.sequence} says."
        first = Revision.objects.of(revision.subject).first()
        if first and publication.first_published_at != first.at:
            yield f"{name}: its first publication is not the time of entry {first.sequence}."
        if (publication.claim.slug if publication.claim else None) != (
            publication.slug if body["origin"] == "own" else None
        ):
            yield f"{name} does not belong to the claim of its name."
        speaker = publication.speaker.slug if publication.speaker else None
        if speaker != projection.speaker_of(body, moved):
            yield f"{name}: its speaker is not the one that entry {revision.sequence} names."
        if projection.stored_joins(publication) != projection.joins(body, moved):
            yield f"{name}: its topics, sources, publishers or relations are not those of entry {revision.sequence}."
    known = Publication.objects.values("revision__subject")
    lost = Revision.objects.filter(kind="publication").exclude(subject__in=known).first()
    if lost:
        yield f"Entry {lost.sequence} published {lost.subject}, but nothing public stands on it."


def _reference_problems() -> Iterator[str]:
    for reference in (
        Reference.objects.order_by("subject").select_related("revision").iterator(chunk_size=200)
    ):
        last = Revision.objects.of(reference.subject).exclude(kind="redaction").last()
        if last != reference.revision or reference.revision.body is None:
            yield f"What is public of {reference.subject} does not stand on the last entry about it."
    lost = (
        Revision.objects.filter(kind="reference")
        .exclude(subject__in=Reference.objects.values("subject"))
        .first()
    )
    if lost:
        yield f"Entry {lost.sequence} put {lost.subject} on record, but nothing public stands on it."


def _redirect_problems() -> Iterator[str]:
    """The entries about merged rows say where an old address leads; the table of redirects says the same."""
    merged: dict[str, str] = {}
    for reference in Reference.objects.merged().select_related("revision").iterator(chunk_size=200):
        document = json.loads(reference.revision.body or "{}")
        kind = kind_of(reference.subject)
        if document.get("reference") == MERGED:
            merged[reference.subject] = f"{kind}/{document['into']}"
    said = redirects.every()
    for subject in sorted(merged):
        into, seen = merged[subject], {subject}
        while into in merged and into not in seen:
            seen.add(into)
            into = merged[into]
        if said.get(subject) != into:
            yield f"The record says that {subject} was merged into {into}, but its address does not lead there."
    known = Reference.objects.filter(subject__in=said).values_list("subject", flat=True)
    for subject in sorted(set(known) - set(merged)):
        yield f"The address of {subject} leads to {said[subject]}, but the record does not say that it was merged."
