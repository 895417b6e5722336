"""From seed records to the rows of reference data. Every function makes the rows say what the record says."""

from django.db import models

from claims.models import (
    AttributionFinding,
    Methodology,
    Rating,
    RatingScale,
    Site,
    Speaker,
    SpeakerAlias,
    SpeakerLink,
    Topic,
)
from claims.seeding.export import Record
from claims.seeding.files import SeedError
from claims.seeding.rows import assign, dated, find, keep, replace_children
from sources.models import Publisher, Snapshot, Source


def store_publisher(record: Record, row: Publisher | None, *, where: str) -> Publisher:
    values = {
        "slug": record["id"],
        "name": record["name"],
        "site": record.get("site", ""),
        "note": record.get("note", ""),
    }
    return keep(assign(row or Publisher(), values), where=where)


def store_site(record: Record, row: Site | None, *, where: str) -> Site:
    slug = record.get("publisher")
    values = {
        "name": record["name"],
        "publisher": find(Publisher, slug, where=where) if slug else None,
        "licence": record["licence"],
        "contact": record.get("contact", ""),
        "organisation": record.get("organisation", ""),
        "funding": record.get("funding", ""),
        "corrections_policy": record.get("corrections_policy", ""),
        "seeds": record.get("seeds", ""),
    }
    return keep(assign(row or Site(), values), where=where)


def store_topic(record: Record, row: Topic | None, *, where: str) -> Topic:
    values = {"slug": record["id"], "name": record["name"], "description": record.get("description", "")}
    return keep(assign(row or Topic(), values), where=where)


def store_speaker(record: Record, row: Speaker | None, *, where: str) -> Speaker:
    values = {
        "slug": record["id"],
        "name": record["name"],
        "kind": record["kind"],
        "description": record.get("description", ""),
    }
    speaker = keep(assign(row or Speaker(), values), where=where)
    replace_children(
        SpeakerAlias.objects.filter(speaker=speaker),
        (
            SpeakerAlias(speaker=speaker, name=alias["name"], language=alias.get("language", ""))
            for alias in record.get("aliases", [])
        ),
        where=where,
    )
    replace_children(
        SpeakerLink.objects.filter(speaker=speaker),
        (SpeakerLink(speaker=speaker, url=url) for url in record.get("same_as", [])),
        where=where,
    )
    return speaker


def store_methodology(record: Record, row: Methodology | None, *, where: str) -> Methodology:
    """Ratings and findings are matched by identifier, since verdicts point to them."""
    asked = record.get("checklist", [])
    values = {
        "version": record["version"],
        "title": record["title"],
        "rules": record["rules"],
        "asks_two_sources": "two-sources" in asked,
        "asks_both_sides": "both-sides" in asked,
        "asks_reply": "reply" in asked,
    }
    methodology = keep(assign(row or Methodology(), values), where=where)
    numbers = {"worst": record["scale"]["worst"], "best": record["scale"]["best"]}
    scale = RatingScale.objects.filter(methodology=methodology).first() or RatingScale(
        methodology=methodology
    )
    keep(assign(scale, numbers), where=where)
    _match_children(
        Rating, {"scale": scale}, record["scale"]["ratings"], ("label", "value", "definition"), where=where
    )
    _match_children(
        AttributionFinding,
        {"methodology": methodology},
        record["attribution_findings"],
        ("label", "definition"),
        where=where,
    )
    return methodology


def _match_children(
    model: type[models.Model],
    parent: dict[str, models.Model],
    records: list[Record],
    keys: tuple[str, ...],
    *,
    where: str,
) -> None:
    rows = {row.slug: row for row in model._default_manager.filter(**parent)}  # type: ignore[attr-defined]
    for position, record in enumerate(records):
        row = rows.pop(record["id"], None) or model(**parent, slug=record["id"])
        values = {key: record.get(key) for key in keys} | {"position": position}
        keep(assign(row, values), where=where)
    for row in rows.values():
        try:
            row.delete()
        except models.ProtectedError as error:
            raise SeedError(
                f"{where}: {row.slug!r} is used by verdicts and cannot be taken out."  # type: ignore[attr-defined]
            ) from error


def store_source(record: Record, row: Source | None, *, where: str) -> Source:
    """A listed snapshot that is new is added as a fingerprint; snapshots are never changed or taken away."""
    slug = record.get("publisher")
    values = {
        "slug": record["id"],
        "kind": record["kind"],
        "publisher": find(Publisher, slug, where=where) if slug else None,
        "language": record["language"],
        **{key: record.get(key, "") for key in ("title", "byline", "link", "archived_at", "note")},
        **dated(record, "published_on"),
    }
    source = keep(assign(row or Source(), values), where=where)
    known = {snapshot.sha256: snapshot for snapshot in source.snapshots.all()}
    for listed in record.get("snapshots", []):
        facts = {"file": listed.get("file", ""), "how": listed["how"]}
        fresh = Snapshot(source=source, sha256=listed["sha256"], length=listed["length"])
        snapshot = known.get(listed["sha256"], fresh)
        if snapshot.length != listed["length"]:
            raise SeedError(
                f"{where}: the length of snapshot {listed['sha256'][:12]} is not {listed['length']}."
            )
        keep(assign(snapshot, facts), where=where)
    return source
