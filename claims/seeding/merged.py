"""Seed files after rows were merged at the desk: an old identifier in a file means the row that is left."""

from dataclasses import replace
from typing import Any

from django.db.models import Count

from claims import redirects
from claims.seeding.archive import parts
from claims.seeding.export import Record
from claims.seeding.folder import Placed, Seeds
from claims.subjects import identifier_of
from sources.models import Source


def follow(seeds: Seeds) -> tuple[Seeds, Seeds, dict[str, str]]:
    """The seeds as they are to be stored, those whose texts the archive holds, and what was merged into what.

    A merged row is not made again; claims, sources and the site name the row that is left.
    """
    moved = redirects.every()
    if not moved:
        return seeds, seeds, {}
    several = _with_several_snapshots(moved)
    # A quotation in a file does not name its text where the file of its source lists one only.
    only = {
        placed.identifier: placed.record["snapshots"][0]["sha256"]
        for placed in seeds.kinds["sources"]
        if len(placed.record.get("snapshots", [])) == 1
    }
    merged = {
        f"{kind}/{placed.identifier}": moved[f"{kind}/{placed.identifier}"]
        for kind, records in seeds.kinds.items()
        for placed in records
        if f"{kind}/{placed.identifier}" in moved
    }
    stored = Seeds(site=_names(seeds.site, ("publisher",), moved) if seeds.site else None)
    archived = Seeds()
    for kind, records in seeds.kinds.items():
        left = [placed for placed in records if f"{kind}/{placed.identifier}" not in moved]
        if kind == "sources":
            left = [_names(placed, ("publisher",), moved) for placed in left]
            # Texts of a merged source belong to the one that is left, whose own record comes last and is believed.
            gone = [placed for placed in records if f"sources/{placed.identifier}" in moved]
            archived.kinds[kind] = [*(_called(placed, moved) for placed in gone), *left]
        elif kind == "claims":
            left = [_claim(placed, moved, several=several, only=only) for placed in left]
            archived.kinds[kind] = left
        stored.kinds[kind] = left
    return stored, archived, merged


def _called(placed: Placed, moved: dict[str, str]) -> Placed:
    return replace(placed, record={**placed.record, "id": redirects.now("sources", placed.identifier, moved)})


def _names(placed: Placed, keys: tuple[str, ...], moved: dict[str, str]) -> Placed:
    named = {
        key: redirects.now(f"{key}s", placed.record[key], moved) for key in keys if placed.record.get(key)
    }
    return replace(placed, record={**placed.record, **named})


def _claim(placed: Placed, moved: dict[str, str], *, several: set[str], only: dict[str, str]) -> Placed:
    """The claim's record under today's names; a quotation names its text where the source has several by now."""
    claim = _names(placed, ("speaker",), moved)
    if "topics" in claim.record:
        claim.record["topics"] = sorted(
            {redirects.now("topics", slug, moved) for slug in claim.record["topics"]}
        )
    for _, part in parts(claim.record):
        old, part["source"] = part["source"], redirects.now("sources", part["source"], moved)
        quotation: Record = part.get("quotation") or {"snapshot": ""}
        if part["source"] in several and old in only:
            quotation.setdefault("snapshot", only[old])
    return claim


def _with_several_snapshots(moved: dict[str, str]) -> set[str]:
    into = {identifier_of(subject) for subject in moved.values() if subject.startswith("sources/")}
    rows: Any = Source.objects.filter(slug__in=into).annotate(texts=Count("snapshots")).filter(texts__gt=1)
    return set(rows.values_list("slug", flat=True))
