"""Checking the record against itself and against what is public: the first thing wrong is named."""

import json
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from functools import lru_cache
from itertools import islice
from typing import Any

from django.db.models import Max, Min

from claims import chain, projection, record, redirects
from claims.body import MERGED
from claims.canonical import canonical
from claims.columns import columns
from claims.keyring import Keyring
from claims.models import Head, Publication, Reference, Revision
from claims.subjects import kind_of
from sources import quotations
from sources.models import Snapshot

# Texts that are kept at hand while quotations are checked.
_TEXTS = 50
# Publications that are looked at together.
_ROWS = 200


def verify_record(keys: Keyring | None = None) -> Iterator[str]:
    """Sentences that say what is wrong, in order; nothing where all holds.

    Checks the chain (sequence, links, digests, times, numbers, redactions), that bodies are canonical, every signature
    by the key of its time, the head row, that each publication and reference stands on the last entry of its subject,
    that its columns say what that entry's body says, and that old addresses lead where the entries about merged rows
    say. `keys` knows afterwards what the record says of its keys.
    """
    keys, walk = keys or Keyring(), chain.Walk()
    for entry in record.entries():
        problem = walk.step(entry) or keys.step(entry) or _body_problem(entry)
        if problem:
            yield problem
            return
    problem = walk.end()
    if problem:
        yield problem
        return
    yield from _head_problems(keys)
    yield from _publication_problems()
    yield from _reference_problems()
    yield from _redirect_problems()


def known_head_problem(*, sequence: int | None, entry_digest: str) -> str | None:
    """Why a record that holds does not continue a head that somebody kept; None where it does."""
    entry = Revision.objects.filter(entry_digest=entry_digest).first()
    if entry is None:
        return chain.lost_head(
            sequence=sequence, entry_digest=entry_digest, last=Head.objects.get(pk=1).sequence
        )
    if sequence is not None and sequence != entry.sequence:
        return f"The digest of the head that was kept is that of entry {entry.sequence}, not of entry {sequence}."
    return None


@dataclass(frozen=True, slots=True)
class Quoted:
    """Quotations on the record: how many hold, how many stand in texts that are not here, and the first that fails."""

    held: int
    elsewhere: int
    problem: str | None = None


def verify_quotations() -> Quoted:
    """Check every quotation on the record, also of old revisions, against the texts that this server holds."""
    held = elsewhere = 0
    snapshot = lru_cache(maxsize=_TEXTS)(_held)
    rows = Revision.objects.filter(subject__startswith="claims/", body__contains='"quotation":{')
    for entry in rows.order_by("sequence").iterator(chunk_size=200):
        body = json.loads(entry.body or "{}")
        for part in [*body.get("appearances", ()), *body.get("evidence", ())]:
            if part["quotation"] is None:
                continue
            text = snapshot(part["quotation"]["snapshot_sha256"])
            if text is None:
                elsewhere += 1
                continue
            problem = _quotation_problem(part, text)
            if problem:
                name = f"Entry {entry.sequence} ({entry.subject})"
                return Quoted(held, elsewhere, f"{name} quotes {part['source']['id']}: {problem}")
            held += 1
    return Quoted(held, elsewhere)


def _held(sha256: str) -> Snapshot | None:
    return Snapshot.objects.held().filter(sha256=sha256).first()


def _quotation_problem(part: dict[str, Any], snapshot: Snapshot) -> str | None:
    problem = snapshot.text_problem()
    if problem:
        return problem
    try:
        words = quotations.Quotation.from_dict(part["quotation"])
    except quotations.Malformed as error:
        return str(error)
    found = quotations.verify(snapshot.text or "", words, language=part["source"]["language"])
    return found[0].sentence if found else None


def _body_problem(entry: dict[str, Any]) -> str | None:
    made, body = entry["envelope"], entry["body"]
    try:
        if body is None or canonical(json.loads(body)) == body:
            return None
    except (ValueError, RecursionError):
        pass
    return f"Entry {made['sequence']} ({made['subject']}): its body is not in canonical form."


def _head_problems(keys: Keyring) -> Iterator[str]:
    head = Head.objects.filter(pk=1).first()
    if head is None:
        yield (
            "The row that holds the head (claims_head) is gone: somebody took it out of the database. "
            "Nothing can be published without it; a restored backup has it."
        )
        return
    last = Revision.objects.order_by("sequence").last()
    sequence, entry_digest = (last.sequence, last.entry_digest) if last else (0, "")
    if (head.sequence, head.entry_digest) != (sequence, entry_digest):
        yield f"The head says entry {head.sequence}, but the record ends with entry {sequence}."
    if last and head.at != last.at:
        yield "The head's time is not the time of the last entry."
    if head.key != (keys.current.identifier if keys.current else ""):
        yield "The head's key is not the one that the last entry is signed by."


def _publication_problems() -> Iterator[str]:
    moved = redirects.every()
    mapped = projection.mapped_labels(moved)
    related = ("revision", "speaker", "claim", "publisher")
    publications = Publication.objects.order_by("slug").select_related(*related).iterator(chunk_size=_ROWS)
    while rows := list(islice(publications, _ROWS)):
        yield from _problems_of(rows, moved, mapped)
    known = Publication.objects.values("revision__subject")
    lost = Revision.objects.filter(kind="publication").exclude(subject__in=known).first()
    if lost:
        yield f"Entry {lost.sequence} published {lost.subject}, but nothing public stands on it."


def _problems_of(
    publications: list[Publication], moved: Mapping[str, str], mapped: Mapping[tuple[str, str], str]
) -> Iterator[str]:
    """What is wrong with some publications, in a fixed number of queries."""
    subjects = [publication.revision.subject for publication in publications]
    about = Revision.objects.filter(subject__in=subjects).order_by()
    first = dict(about.values_list("subject").annotate(Min("sequence")))
    times = dict(Revision.objects.filter(sequence__in=first.values()).values_list("sequence", "at"))
    last = dict(about.exclude(kind="redaction").values_list("subject").annotate(Max("sequence")))
    joined = projection.stored_joins(publications)
    for publication in publications:
        name, revision = f"The publication {publication.slug}", publication.revision
        if revision.body is None:
            yield f"{name} stands on entry {revision.sequence}, which is redacted."
            continue
        body = json.loads(revision.body)
        if revision.subject != f"claims/{publication.slug}":
            yield f"{name} stands on entry {revision.sequence}, which is about {revision.subject}."
        if last.get(revision.subject) != revision.sequence:
            yield f"{name} does not stand on the last entry of its subject."
        for column, value in columns(body).items():
            stored = getattr(publication, column)
            if str(stored if stored is not None else "") != str(value if value is not None else ""):
                yield f"{name}: its column {column} does not say what entry {revision.sequence} says."
        if publication.first_published_at != times[first[revision.subject]]:
            began = first[revision.subject]
            yield f"{name}: its first publication is not the time of entry {began}."
        if (publication.claim.slug if publication.claim else None) != (
            publication.slug if body["origin"] == "own" else None
        ):
            yield f"{name} does not belong to the claim of its name."
        speaker = publication.speaker.slug if publication.speaker else None
        if speaker != projection.speaker_of(body, moved):
            yield f"{name}: its speaker is not the one that entry {revision.sequence} names."
        publisher = publication.publisher.slug if publication.publisher else None
        if publisher != projection.publisher_of(body, moved):
            yield f"{name}: its publisher is not the one that entry {revision.sequence} names."
        if publication.found_under != projection.found_under(body, mapped):
            yield f"{name}: filters find it under another rating than its own, or its label's."
        if joined[publication.pk] != projection.joins(body, moved):
            yield f"{name}: its topics, sources, publishers or relations are not those of entry {revision.sequence}."


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
