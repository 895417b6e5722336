"""From seed records to claims, with appearances, verdict, evidence and relations."""

import datetime as dt

from django.contrib.auth.models import User
from django.db import models

from claims.models import (
    Appearance,
    AttributionFinding,
    Claim,
    ClaimRelation,
    Evidence,
    Methodology,
    Rating,
    Reply,
    Speaker,
    Topic,
    Verdict,
)
from claims.seeding.export import Record
from claims.seeding.files import SeedError
from claims.seeding.rows import assign, dated, find, keep, replace_children
from sources import quotations
from sources.models import Quotation, Source


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
    _store_reply(verdict, record.get("reply"), where=f"{where}, reply")
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


def _store_reply(verdict: Verdict, record: Record | None, *, where: str) -> None:
    Reply.objects.filter(verdict=verdict).delete()
    if record is None:
        return
    values = {
        name: dt.date.fromisoformat(record[name]) if record.get(name) else None
        for name in ("asked_on", "deadline", "answered_on")
    } | {name: record.get(name, "") for name in ("asked_of", "by", "answer")}
    keep(assign(Reply(verdict=verdict), values), where=where)


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
