"""From an entry of the record to what lists filter on: Publication and Reference rows hold nothing of their own."""

import datetime as dt
import json
import re
from collections.abc import Iterable, Iterator, Mapping, Sequence
from typing import Any

from claims import redirects
from claims.columns import columns
from claims.models import (
    Claim,
    Label,
    NamedText,
    Publication,
    PublicationPublisher,
    PublicationRelation,
    PublicationSource,
    PublicationTopic,
    Reference,
    Revision,
    Speaker,
    Topic,
)
from claims.subjects import identifier_of, kind_of
from sources import inserting
from sources.models import Publisher, Source

_NOTHING_MOVED: Mapping[str, str] = {}
# Of a quotation, and of a source's listed texts; within a string of canonical JSON the marks would be escaped.
_NAMED_TEXT = re.compile('"(?:snapshot_)?sha256":"([0-9a-f]{64})"')


def found_under(body: dict[str, Any], mapped: Mapping[tuple[str, str], str]) -> str:
    """The rating under which filters find a fact-check: ours, or the one to which editors mapped its label.

    `mapped` has the ratings by publisher and label, as `mapped_labels` reads them.
    """
    if "withdrawn" in body:
        return ""
    if body["origin"] == "own":
        return body["veracity"]["rating"] if body["veracity"] else ""
    publisher = (body["publisher"] or {}).get("id", "")
    return mapped.get((publisher, body["rating_as_published"] or ""), "")


def mapped_labels(moved: Mapping[str, str] = _NOTHING_MOVED) -> dict[tuple[str, str], str]:
    """The rating of every label that editors mapped, by what bodies call its publisher and by its text."""
    rows = Label.objects.exclude(rating="").values_list("publisher__slug", "text", "rating")
    found = {(slug, text): rating for slug, text, rating in rows}
    former: dict[str, list[str]] = {}
    for subject, into in moved.items():
        if kind_of(into) == "publishers":
            former.setdefault(identifier_of(into), []).append(identifier_of(subject))
    for (slug, text), rating in list(found.items()):
        found |= {(name, text): rating for name in former.get(slug, ())}
    return found


def find_by_labels(publisher: Publisher) -> None:
    """Let filters find a publisher's fact-checks under the ratings that its labels are mapped to now."""
    for text, rating in Label.objects.filter(publisher=publisher).values_list("text", "rating"):
        carrying = Publication.objects.filter(publisher=publisher, rating_as_published=text)
        carrying.exclude(found_under=rating).update(found_under=rating)


def named_in(body: dict[str, Any]) -> Iterator[str]:
    """The subjects of the reference rows that a body names, as it names them."""
    if body.get("speaker") and body["speaker"]["id"]:
        yield f"speakers/{body['speaker']['id']}"
    for kind, rows in joins(body).items():
        if kind in ("topics", "sources"):
            yield from (f"{kind}/{slug}" for slug in rows)
        elif kind == "publishers":
            yield from (f"publishers/{slug}" for slug, _ in rows)


def speaker_of(body: dict[str, Any], moved: Mapping[str, str] = _NOTHING_MOVED) -> str | None:
    """The identifier of the row that is the body's speaker today."""
    speaker = body.get("speaker")
    return redirects.now("speakers", speaker["id"], moved) if speaker and speaker["id"] else None


def publisher_of(body: dict[str, Any], moved: Mapping[str, str] = _NOTHING_MOVED) -> str | None:
    """The identifier of the row that is today the publisher of the fact-check itself."""
    if "withdrawn" in body or not body["publisher"]:
        return None
    return redirects.now("publishers", body["publisher"]["id"], moved)


def joins(body: dict[str, Any], moved: Mapping[str, str] = _NOTHING_MOVED) -> dict[str, set[Any]]:
    """The rows of each join table, by natural key, from the body and from what was merged since (claims.redirects)."""
    if "withdrawn" in body:
        return {"topics": set(), "sources": set(), "publishers": set(), "relations": set()}
    cited = [*body["appearances"], *body["evidence"]]
    appearance_publishers = {
        redirects.now("publishers", appearance["source"]["publisher"]["id"], moved)
        for appearance in body["appearances"]
        if appearance["source"]["publisher"] and appearance["source"]["publisher"]["id"]
    }
    publisher = publisher_of(body, moved)
    review = {(publisher, PublicationPublisher.Of.REVIEW.value)} if publisher else set()
    return {
        "topics": {redirects.now("topics", slug, moved) for slug in body["topics"]},
        "sources": {
            redirects.now("sources", part["source"]["id"], moved) for part in cited if part["source"]["id"]
        },
        "publishers": review
        | {(slug, PublicationPublisher.Of.APPEARANCE.value) for slug in appearance_publishers},
        "relations": {
            (position, relation["claim"], relation["kind"], relation["note"])
            for position, relation in enumerate(body["relations"])
        },
    }


def texts_named(body: str) -> set[str]:
    """The archived texts, by SHA-256, that the canonical JSON of a body names."""
    return set(_NAMED_TEXT.findall(body))


def _name_texts(body: str | None) -> None:
    named = sorted(texts_named(body or ""))
    NamedText.objects.bulk_create([NamedText(sha256=sha256) for sha256 in named], ignore_conflicts=True)


def project(revision: Revision) -> Publication:
    """Make `revision` what the public reads of its fact-check, in the running transaction."""
    if revision.body is None:
        raise ValueError(f"Entry {revision.sequence} is redacted and cannot be public.")
    body = json.loads(revision.body)
    _name_texts(revision.body)
    first = Revision.objects.of(revision.subject).only("at").first() or revision
    moved = redirects.among(named_in(body))
    speaker, publisher = speaker_of(body, moved), publisher_of(body, moved)
    publication, _ = Publication.objects.update_or_create(
        slug=body["id"],
        defaults={
            **columns(body),
            "claim": Claim.objects.filter(slug=body["id"]).first() if body["origin"] == "own" else None,
            "revision": revision,
            "sequence": revision.sequence,
            "first_published_at": first.at,
            "speaker": Speaker.objects.get(slug=speaker) if speaker else None,
            "publisher": Publisher.objects.get(slug=publisher) if publisher else None,
            "found_under": found_under(body, mapped_labels(moved) if body["origin"] == "partner" else {}),
        },
    )
    rows = joins(body, moved)
    publication.topics.set(Topic.objects.filter(slug__in=rows["topics"]))
    publication.sources.set(Source.objects.filter(slug__in=rows["sources"]))
    PublicationPublisher.objects.filter(publication=publication).delete()
    publishers = Publisher.objects.in_bulk([slug for slug, _ in rows["publishers"]], field_name="slug")
    PublicationPublisher.objects.bulk_create(
        PublicationPublisher(publication=publication, publisher=publishers[slug], of=of)
        for slug, of in sorted(rows["publishers"])
    )
    publication.relations.all().delete()
    PublicationRelation.objects.bulk_create(
        PublicationRelation(publication=publication, position=position, to_slug=slug, kind=kind, note=note)
        for position, slug, kind, note in sorted(rows["relations"])
    )
    return publication


def project_new(
    rows: Sequence[Mapping[str, Any]], *, sequences: range, publishers: Sequence[int], at: dt.datetime
) -> None:
    """Make entries that are the first of partners' fact-checks what the public reads, in the running transaction.

    The same as `project` does for each, many at once: `rows` are the columns of their bodies and `found_under`,
    `publishers` the keys of their publishers' rows. Such a body names no text, topic, source or relation of ours.
    """
    names = [*rows[0]] if rows else []
    moment = inserting.prepared(Publication, "first_published_at", at)
    inserting.insert(
        Publication,
        [*names, "revision", "sequence", "first_published_at", "publisher"],
        [
            (*(row[name] for name in names), sequence, sequence, moment, publisher)
            for row, sequence, publisher in zip(rows, sequences, publishers, strict=True)
        ],
    )
    made = Publication.objects.filter(sequence__gte=sequences.start, sequence__lt=sequences.stop).values_list(
        "pk", "publisher_id"
    )
    of = PublicationPublisher.Of.REVIEW.value
    inserting.insert(PublicationPublisher, ("publication", "publisher", "of"), [(*pair, of) for pair in made])


def project_reference(revision: Revision) -> Reference:
    """Make `revision` what the public reads of its reference row, in the running transaction."""
    _name_texts(revision.body)
    reference, _ = Reference.objects.update_or_create(
        subject=revision.subject, defaults={"revision": revision}
    )
    return reference


def stored_joins(publications: Iterable[Publication]) -> dict[int, dict[str, set[Any]]]:
    """The join rows of publications as they stand, by their keys, in the form of `joins`."""
    found: dict[int, dict[str, set[Any]]] = {
        publication.pk: {"topics": set(), "sources": set(), "publishers": set(), "relations": set()}
        for publication in publications
    }
    topics = PublicationTopic.objects.filter(publication__in=found)
    for pk, slug in topics.values_list("publication_id", "topic__slug"):
        found[pk]["topics"].add(slug)
    sources = PublicationSource.objects.filter(publication__in=found)
    for pk, slug in sources.values_list("publication_id", "source__slug"):
        found[pk]["sources"].add(slug)
    publishers = PublicationPublisher.objects.filter(publication__in=found)
    for pk, *pair in publishers.values_list("publication_id", "publisher__slug", "of"):
        found[pk]["publishers"].add(tuple(pair))
    relations = PublicationRelation.objects.filter(publication__in=found).order_by()
    for pk, *row in relations.values_list("publication_id", "position", "to_slug", "kind", "note"):
        found[pk]["relations"].add(tuple(row))
    return found
