"""From seed records to database rows. Every function takes a record in its shape and makes the rows say it."""

import datetime as dt
import difflib
from collections.abc import Iterable
from typing import Any, TypeVar

from django.contrib.auth.models import User
from django.core.exceptions import ValidationError
from django.db import models

from claims.models import (
    Appearance,
    AttributionFinding,
    Claim,
    ClaimRelation,
    Evidence,
    Methodology,
    Rating,
    RatingScale,
    Site,
    Speaker,
    SpeakerAlias,
    SpeakerLink,
    Topic,
    Verdict,
)
from claims.seeding.export import Record
from claims.seeding.files import SeedError
from sources import quotations
from sources.models import Publisher, Quotation, Snapshot, Source

Row = TypeVar("Row", bound=models.Model)

BLANK: Record = {}


def find(model: type[Row], identifier: str | None, *, where: str, key: str = "slug") -> Row:
    """The row a record names; raises SeedError with the nearest known identifiers."""
    row = model._default_manager.filter(**{key: identifier}).first()
    if row is None:
        known = model._default_manager.order_by(key).values_list(key, flat=True)
        near = difflib.get_close_matches(str(identifier), list(known), n=2)
        hint = f" Did you mean {' or '.join(near)}?" if near else ""
        raise SeedError(f"{where}: there is no {model._meta.verbose_name} {identifier!r}.{hint}")
    return row


def keep(row: Row, *, where: str) -> Row:
    """Check the row against its model's rules and save it; raises SeedError with the rules' own sentences."""
    try:
        row.full_clean(validate_unique=False, exclude=["slug"])
    except ValidationError as error:
        raise SeedError(f"{where}: {' '.join(error.messages)}") from error
    row.save()
    return row


def replace_children(parent_rows: models.QuerySet[Any], rows: Iterable[models.Model], *, where: str) -> None:
    """Put `rows` in the place of the rows that stand there; each has a position."""
    parent_rows.delete()
    for position, row in enumerate(rows):
        row.position = position  # type: ignore[attr-defined]
        keep(row, where=where)


def dated(record: Record, name: str) -> dict[str, Any]:
    date = record.get(name, BLANK)
    return {
        name: dt.date.fromisoformat(date["date"]) if date else None,
        f"{name}_precision": date.get("precision", ""),
        f"{name}_reason": date.get("inferred_because", ""),
    }


def assign(row: Row, values: dict[str, Any]) -> Row:
    for name, value in values.items():
        setattr(row, name, value)
    return row


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
    values = {"version": record["version"], "title": record["title"], "rules": record["rules"]}
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


def store_claim(record: Record, row: Claim | None, *, where: str, author: User) -> Claim:
    """The claim with appearances, verdict and evidence; relations are stored when all claims are there."""
    speaker = record.get("speaker")
    values = {
        "slug": record["id"],
        "text": record["claim"],
        "title": record["title"],
        "language": record["language"],
        "speaker": find(Speaker, speaker, where=f"{where}, speaker") if speaker else None,
        **dated(record, "claimed_on"),
    }
    claim = keep(assign(row or Claim(), values), where=where)
    claim.topics.set([find(Topic, slug, where=f"{where}, topics") for slug in record.get("topics", [])])
    claim.relations.all().delete()
    _store_appearances(claim, record.get("appearances", []), where=where)
    _store_verdict(claim, record["verdict"], where=f"{where}, verdict", author=author)
    return claim


def _store_appearances(claim: Claim, records: list[Record], *, where: str) -> None:
    rows = {row.slug: row for row in claim.appearances.all()}
    # One first appearance at any moment, also while the mark moves from one to another.
    claim.appearances.update(first=False)
    for position, record in enumerate(records):
        place = f"{where}, appearance {record['id']}"
        row = rows.pop(record["id"], None) or Appearance(claim=claim, slug=record["id"])
        source = find(Source, record["source"], where=place)
        values = {
            "source": source,
            "first": record.get("first", False),
            "mode": record["mode"],
            "role": record.get("role", ""),
            "language": record["language"],
            "translated": record.get("translated"),
            "note": record.get("note", ""),
            "position": position,
            **dated(record, "claimed_on"),
        }
        old = row.quotation
        row.quotation = _store_quotation(record.get("quotation"), source=source, where=place)
        keep(assign(row, values), where=place)
        if old:
            old.delete()
    for row in rows.values():
        try:
            row.delete()
        except models.ProtectedError as error:
            raise SeedError(
                f"{where}: appearance {row.slug} is used by a relation of another claim."
            ) from error
        if row.quotation:
            row.quotation.delete()


def _store_verdict(claim: Claim, record: Record, *, where: str, author: User) -> None:
    methodology = find(Methodology, record["methodology"], where=where, key="version")
    findings = AttributionFinding.objects.filter(methodology=methodology)
    attribution = findings.filter(slug=record["attribution"]).first()
    ratings = Rating.objects.filter(scale__methodology=methodology)
    rating = ratings.filter(slug=record.get("rating", "")).first()
    if attribution is None:
        raise SeedError(f"{where}: the methodology has no attribution finding {record['attribution']!r}.")
    if record.get("rating") and rating is None:
        raise SeedError(f"{where}: the methodology has no rating {record['rating']!r}.")
    values = {
        "methodology": methodology,
        "attribution": attribution,
        "rating": rating,
        "summary": record["summary"],
        "rationale": record["rationale"],
        "attribution_note": record.get("attribution_note", ""),
        "not_known": record.get("not_known", ""),
        "author": author,
    }
    row = Verdict.objects.filter(claim=claim).first() or Verdict(claim=claim)
    verdict = keep(assign(row, values), where=where)
    old = [evidence.quotation for evidence in verdict.evidence.all() if evidence.quotation]
    rows = []
    for position, piece in enumerate(record.get("evidence", [])):
        place = f"{where}, evidence {position + 1}"
        source = find(Source, piece["source"], where=place)
        rows.append(
            Evidence(
                verdict=verdict,
                stance=piece["stance"],
                kind=piece["kind"],
                source=source,
                locator=piece.get("locator", ""),
                note=piece.get("note", ""),
                quotation=_store_quotation(piece.get("quotation"), source=source, where=place),
            )
        )
    replace_children(Evidence.objects.filter(verdict=verdict), rows, where=where)
    for quotation in old:
        quotation.delete()


def _store_quotation(record: Record | None, *, source: Source, where: str) -> Quotation | None:
    if record is None:
        return None
    snapshots = {snapshot.sha256: snapshot for snapshot in source.snapshots.all()}
    wanted = record.get("snapshot") or (next(iter(snapshots)) if len(snapshots) == 1 else None)
    if wanted not in snapshots:
        raise SeedError(
            f"{where}: say which snapshot of {source.slug} the words stand in (key snapshot, its SHA-256)."
        )
    try:
        quotation = quotations.Quotation.from_dict(record)
    except ValueError as error:
        raise SeedError(f"{where}, quotation: {error}") from error
    return keep(Quotation.of(snapshot=snapshots[wanted], quotation=quotation), where=where)


def store_relations(claim: Claim, records: list[Record], *, where: str) -> None:
    """The claim's relations; every claim they name is in the database by now."""
    rows = []
    for record in records:
        other = find(Claim, record["claim"], where=f"{where}, relations")
        rows.append(
            ClaimRelation(
                claim=claim,
                kind=record["kind"],
                to_claim=other,
                note=record["note"],
                appearance=_appearance(claim, record.get("appearance"), where=where),
                to_appearance=_appearance(other, record.get("to_appearance"), where=where),
            )
        )
    replace_children(ClaimRelation.objects.filter(claim=claim), rows, where=where)


def _appearance(claim: Claim, slug: str | None, *, where: str) -> Appearance | None:
    if slug is None:
        return None
    row = claim.appearances.filter(slug=slug).first()
    if row is None:
        raise SeedError(f"{where}, relations: {claim.slug} has no appearance {slug!r}.")
    return row
