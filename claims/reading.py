"""Named reads for the pages that gather published fact-checks: of a source, of a speaker, of a topic."""

import json
from collections.abc import Collection, Iterable, Mapping
from hashlib import sha256
from typing import Any

from django.core.cache import cache
from django.db.models import Count, Exists, OuterRef, QuerySet

from claims import coverage, redirects
from claims.coverage import Citing, Coverage, Passage, Quoted
from claims.models import Publication, PublicationSource, PublicationTopic
from sources.models import Snapshot

# Bodies that are in memory at one time.
BODIES = 500
# So many publications are sorted at once; for more it is quicker to walk along the record.
FEW = 1000


def for_speaker(slug: str) -> QuerySet[Publication]:
    """What the speaker is published as having claimed, newest on the record first."""
    return Publication.objects.published().for_documents().filter(speaker__slug=slug)


def for_source(slug: str) -> QuerySet[Publication]:
    """The published fact-checks that cite the source, as an appearance or as evidence."""
    cites = PublicationSource.objects.filter(publication=OuterRef("pk"), source__slug=slug)
    return Publication.objects.published().filter(Exists(cites))


def on_record(sequences: Iterable[int]) -> dict[int, Publication]:
    """Published fact-checks with what their documents are made of, by their entries on the record."""
    found = Publication.objects.published().for_documents().filter(sequence__in=set(sequences))
    return {publication.sequence: publication for publication in found}


def has_partners() -> bool:
    """Whether fact-checks that were taken from partners are public here."""
    return Publication.objects.published().filter(origin=Publication.Origin.PARTNER).exists()


def topic_sizes() -> dict[str, int]:
    """How many published fact-checks each public topic has."""
    rows = PublicationTopic.objects.values_list("topic__slug").annotate(size=Count("pk"))
    return dict(rows.order_by())


def topic_size(slug: str) -> int:
    return PublicationTopic.objects.filter(topic__slug=slug).count()


def for_topic(slug: str, *, size: int) -> QuerySet[Publication]:
    """The published fact-checks of a topic that has `size` of them, newest on the record first.

    Either way lists each of them once. A page of a large topic is found near its place on the record; the few of a
    small one would lie far apart there, so they are looked up and sorted.
    """
    published = Publication.objects.published().for_documents()
    if size <= FEW:
        return published.filter(topics__slug=slug)
    return published.filter(
        Exists(PublicationTopic.objects.filter(publication=OuterRef("pk"), topic__slug=slug))
    )


def of_topic(slug: str, identifiers: Iterable[str]) -> set[str]:
    """Those of the fact-checks that are published under the topic."""
    rows = PublicationTopic.objects.filter(topic__slug=slug, publication__slug__in=identifiers)
    return set(rows.values_list("publication__slug", flat=True))


def names_of(slug: str) -> set[str]:
    """What bodies may call the source: its identifier, and those of rows that were merged into it."""
    return {slug, *redirects.former("sources", slug)}


def counted(slug: str, names: Collection[str], lengths: Mapping[str, int]) -> Coverage:
    """How much of the source is quoted by all published fact-checks that cite it (claims.coverage).

    What was counted is kept for as long as the same entries of the record say the same: it is asked which these are,
    and their bodies are read only when one of them is another. `lengths` are the archived texts on record.
    """
    entries = list(for_source(slug).order_by("sequence").values_list("sequence", "revision__body_digest"))
    key = _key("counted", names)
    state = _digest([*entries, *lengths.items()])
    kept: tuple[str, Coverage] | None = cache.get(key)
    if kept is None or kept[0] != state:
        kept = state, coverage.coverage(_citing(dict(entries), names), lengths)
        cache.set(key, kept, timeout=None)
    return kept[1]


def _citing(entries: Mapping[int, str], names: Collection[str]) -> list[Citing]:
    """What each of these entries, given with the digests of their bodies, takes from the source.

    What a body takes is kept by its digest and stays true of it: after a publication only the new body is read.
    """
    key = _key("taken", names)
    kept: dict[str, tuple[bool, tuple[Quoted, ...]]] = cache.get(key) or {}
    unread = [sequence for sequence, digest in entries.items() if digest not in kept]
    if unread:
        kept = {digest: kept[digest] for digest in entries.values() if digest in kept}
        for at in range(0, len(unread), BODIES):
            rows = Publication.objects.published().filter(sequence__in=unread[at : at + BODIES]).order_by()
            for digest, text in rows.values_list("revision__body_digest", "revision__body"):
                kept[digest] = coverage.taken(json.loads(text or "null"), names)
        cache.set(key, kept, timeout=None)
    return [Citing(sequence, *kept[digest]) for sequence, digest in entries.items() if digest in kept]


def _key(what: str, names: Collection[str]) -> str:
    return f"{what}-{coverage.VERSION}-{_digest(sorted(names))}"


def _digest(values: object) -> str:
    return sha256(repr(values).encode()).hexdigest()


def titles(sequences: Iterable[int]) -> dict[int, tuple[str, str]]:
    """Identifier and title of published fact-checks, by their entries on the record."""
    found = Publication.objects.published().filter(sequence__in=set(sequences))
    return {
        sequence: (slug, title) for sequence, slug, title in found.values_list("sequence", "slug", "title")
    }


def quotation(publication: Publication, passage: Passage, names: Collection[str]) -> dict[str, Any]:
    """The words of a passage as this fact-check, one of those that use it, quotes them."""
    body = json.loads(publication.revision.body or "null")
    found: Iterable[dict[str, Any]] = (
        part["quotation"] for part, _ in coverage.parts_of(body, names) if part["quotation"]
    )
    return next(words for words in found if coverage.place_of(words) == (passage.sha256, passage.spans))


def held(digests: Iterable[str]) -> set[str]:
    """Those of the archived texts, by SHA-256, that this server holds."""
    return set(Snapshot.objects.held().filter(sha256__in=set(digests)).values_list("sha256", flat=True))
