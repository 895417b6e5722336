"""What the cells of an import mean for speakers and for sources: reading, checking, comparing, storing."""

import datetime as dt
import difflib
import re
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

from django.core.exceptions import ValidationError
from django.db import models

from claims import redirects
from claims.models import Speaker, SpeakerAlias, SpeakerLink
from claims.spreadsheet import Row
from claims.subjects import identifier_of
from sources.dates import Precision
from sources.models import Publisher, Source

BATCH = 500
Cells = Mapping[str, str]
_SLUG = re.compile(r"[a-z0-9-]+")


@dataclass
class Known:
    """What the database has of all that a file names, looked up once."""

    rows: dict[str, Any] = field(default_factory=dict)
    merged: dict[str, str] = field(default_factory=dict)
    publishers: dict[str, Publisher] = field(default_factory=dict)
    near: list[str] = field(default_factory=list)
    links: dict[str, str] = field(default_factory=dict)


def _batches(values: Iterable[str]) -> Iterable[list[str]]:
    wanted = sorted({value for value in values if value})
    return (wanted[start : start + BATCH] for start in range(0, len(wanted), BATCH))


def parts_of(cell: str) -> list[str]:
    """The parts of a cell that holds several, each once."""
    return list(dict.fromkeys(part.strip() for part in cell.split("|") if part.strip()))


class Kind:
    """One kind of row: its columns, and what its cells mean."""

    name: str
    columns: tuple[str, ...]
    model: type[Speaker] | type[Source]
    # Column by field, where they are called differently.
    called: Mapping[str, str] = {}

    def queryset(self) -> models.QuerySet[Any]:
        raise NotImplementedError

    def look_up(self, rows: Sequence[Row], *, lock: bool = False) -> Known:
        """What the database has; `lock` keeps others from changing it until the transaction ends."""
        known = Known()
        queryset = self.queryset().select_for_update(of=("self",)) if lock else self.queryset()
        for slugs in _batches(row.cells.get("slug", "") for row in rows):
            known.rows |= {found.slug: found for found in queryset.filter(slug__in=slugs)}
            moved = redirects.among(f"{self.name}/{slug}" for slug in slugs)
            known.merged |= {identifier_of(old): identifier_of(into) for old, into in moved.items()}
        return known

    def exported(self, row: Any) -> dict[str, str]:
        """The row's cells, by column."""
        raise NotImplementedError

    def meant(self, cells: Cells, known: Known) -> dict[str, str]:
        """What the given cells say, in the form of `exported`; only columns that the file has."""
        return dict(cells)

    def fields(self, cells: Cells, known: Known) -> dict[str, Any]:
        """Values by field of the model, for the columns that the file has."""
        raise NotImplementedError

    def rules(self, cells: Cells, known: Known) -> Iterable[tuple[str, str]]:
        """What is wrong beyond the fields' own rules, by column."""
        return ()

    def store(self, rows: Sequence[tuple[Cells, str]], known: Known) -> None:
        """Make or change the rows."""
        fresh = []
        for cells, slug in rows:
            row = known.rows.get(slug)
            values = self.fields(cells, known)
            if row is None:
                fresh.append(self.model(**values))
            else:
                for name, value in values.items():
                    setattr(row, name, value)
                row.save()
        made = self.model._default_manager.bulk_create(fresh, batch_size=BATCH)  # type: ignore[arg-type]
        known.rows |= {row.slug: row for row in made}

    def problems(self, row: Row, known: Known) -> list[tuple[str, str]]:
        cells = row.cells
        slug = cells.get("slug", "")
        if not slug:
            return [("slug", "A row needs its identifier.")]
        if slug in known.merged:
            return [("slug", f"“{slug}” was merged into “{known.merged[slug]}”: name that row instead.")]
        current = known.rows.get(slug)
        if current is None and not _SLUG.fullmatch(slug):
            return [("slug", "An identifier has lower-case letters, digits and hyphens only.")]
        rules = [*self.rules(cells, known)]
        if rules:
            return rules
        values = self.fields(cells, known)
        if current is None:
            made = self.model(**values)
        else:
            unchanged = {
                part.attname: getattr(current, part.attname) for part in self.model._meta.concrete_fields
            }
            made = self.model(**unchanged)
            for name, value in values.items():
                setattr(made, name, value)
        try:
            made.clean_fields(exclude=["publisher"])
        except ValidationError as error:
            return [
                (self.called.get(name, name), " ".join([*messages, *_known_values(self.model, name)]))
                for name, messages in error.message_dict.items()
            ]
        return []


def _known_values(model: type[models.Model], name: str) -> list[str]:
    choices = model._meta.get_field(name).choices  # type: ignore[union-attr]
    return [f"Known: {', '.join(str(value) for value, _ in choices)}."] if choices else []


class Speakers(Kind):
    name = "speakers"
    columns = ("slug", "name", "kind", "description", "aliases", "same_as")
    model = Speaker

    def queryset(self) -> models.QuerySet[Any]:
        return Speaker.objects.for_documents()

    def look_up(self, rows: Sequence[Row], *, lock: bool = False) -> Known:
        known = super().look_up(rows, lock=lock)
        wanted = [part for row in rows for part in parts_of(row.cells.get("same_as", ""))]
        for urls in _batches(wanted):
            links = SpeakerLink.objects.filter(url__in=urls).values_list("url", "speaker__slug")
            known.links |= dict(links)
        for row in rows:
            for url in parts_of(row.cells.get("same_as", "")):
                known.links.setdefault(url, row.cells.get("slug", ""))
        return known

    def exported(self, row: Speaker) -> dict[str, str]:
        return {
            "slug": row.slug,
            "name": row.name,
            "kind": row.kind,
            "description": row.description,
            "aliases": "|".join(alias.name for alias in row.aliases.all()),
            "same_as": "|".join(link.url for link in row.links.all()),
        }

    def meant(self, cells: Cells, known: Known) -> dict[str, str]:
        several = {name: "|".join(parts_of(cells[name])) for name in ("aliases", "same_as") if name in cells}
        return {**cells, **several}

    def fields(self, cells: Cells, known: Known) -> dict[str, Any]:
        return {name: cells[name] for name in ("slug", "name", "kind", "description") if name in cells}

    def rules(self, cells: Cells, known: Known) -> Iterable[tuple[str, str]]:
        for alias in parts_of(cells.get("aliases", "")):
            if len(alias) > 300:
                yield "aliases", f"“{alias[:40]}…” has more than 300 characters."
        for url in parts_of(cells.get("same_as", "")):
            owner = known.links.get(url)
            if owner != cells["slug"]:
                yield "same_as", f"{url} names the speaker “{owner}” already: one address names one speaker."
            yield from (("same_as", sentence) for sentence in _address_problems(SpeakerLink, "url", url))

    def store(self, rows: Sequence[tuple[Cells, str]], known: Known) -> None:
        languages = {
            slug: {alias.name: alias.language for alias in row.aliases.all()}
            for slug, row in known.rows.items()
        }
        super().store(rows, known)
        aliases: list[SpeakerAlias] = []
        links: list[SpeakerLink] = []
        for cells, slug in rows:
            speaker, spoken = known.rows[slug], languages.get(slug, {})
            aliases += [
                SpeakerAlias(speaker=speaker, name=name, language=spoken.get(name, ""), position=place)
                for place, name in enumerate(parts_of(cells.get("aliases", "")))
            ]
            links += [
                SpeakerLink(speaker=speaker, url=url, position=place)
                for place, url in enumerate(parts_of(cells.get("same_as", "")))
            ]
        parts: tuple[tuple[str, Any, list[Any]], ...] = (
            ("aliases", SpeakerAlias, aliases),
            ("same_as", SpeakerLink, links),
        )
        for column, model, made in parts:
            # One file has the same columns in all its rows.
            keys = [known.rows[slug].pk for cells, slug in rows if column in cells]
            for start in range(0, len(keys), BATCH):
                model.objects.filter(speaker__in=keys[start : start + BATCH]).delete()
            model.objects.bulk_create(made, batch_size=BATCH)


def _address_problems(model: type[models.Model], name: str, url: str) -> list[str]:
    if not url.startswith(("https://", "http://")):
        return [f"“{url[:80]}” is no web address: write one that begins with https:// or http://."]
    try:
        model._meta.get_field(name).clean(url, None)  # type: ignore[union-attr]
    except ValidationError as error:
        return list(error.messages)
    return []


class Sources(Kind):
    name = "sources"
    columns = (
        *("slug", "kind", "title", "publisher", "byline", "published_on", "precision", "reason"),
        *("language", "link", "archived_at", "note"),
    )
    model = Source
    called = {"published_on_precision": "precision", "published_on_reason": "reason"}
    _plain = ("slug", "kind", "title", "byline", "language", "link", "archived_at", "note")

    def queryset(self) -> models.QuerySet[Any]:
        return Source.objects.select_related("publisher")

    def look_up(self, rows: Sequence[Row], *, lock: bool = False) -> Known:
        known = super().look_up(rows, lock=lock)
        wanted = {row.cells.get("publisher", "") for row in rows} - {""}
        for slugs in _batches(wanted):
            moved = redirects.among(f"publishers/{slug}" for slug in slugs)
            now = {slug: redirects.now("publishers", slug, moved) for slug in slugs}
            found = {row.slug: row for row in Publisher.objects.filter(slug__in=now.values())}
            known.publishers |= {slug: found[now[slug]] for slug in slugs if now[slug] in found}
        if wanted - known.publishers.keys():
            known.near = list(Publisher.objects.values_list("slug", flat=True).order_by("slug"))
        return known

    def exported(self, row: Source) -> dict[str, str]:
        return {
            **{name: getattr(row, name) for name in self._plain},
            "publisher": row.publisher.slug if row.publisher else "",
            "published_on": row.published_on.isoformat() if row.published_on else "",
            "precision": row.published_on_precision,
            "reason": row.published_on_reason,
        }

    def meant(self, cells: Cells, known: Known) -> dict[str, str]:
        made = dict(cells)
        if made.get("publisher"):
            made["publisher"] = known.publishers[made["publisher"]].slug
        if "language" in made and not made["language"]:
            made["language"] = "en"
        if "published_on" in made and "precision" not in made:
            current = known.rows.get(cells["slug"])
            kept = current.published_on_precision if current is not None else ""
            made["precision"] = (kept or Precision.DAY.value) if made["published_on"] else ""
        elif made.get("published_on") and not made.get("precision"):
            made["precision"] = Precision.DAY.value
        return made

    def fields(self, cells: Cells, known: Known) -> dict[str, Any]:
        said = self.meant(cells, known)
        values: dict[str, Any] = {name: said[name] for name in self._plain if name in said}
        if "publisher" in said:
            values["publisher"] = known.publishers[cells["publisher"]] if said["publisher"] else None
        if "published_on" in said:
            date = said["published_on"]
            values["published_on"] = dt.date.fromisoformat(date) if date else None
        values |= {f"published_on_{part}": said[part] for part in ("precision", "reason") if part in said}
        return values

    def rules(self, cells: Cells, known: Known) -> Iterable[tuple[str, str]]:
        publisher, date = cells.get("publisher", ""), cells.get("published_on", "")
        if publisher and publisher not in known.publishers:
            near = difflib.get_close_matches(publisher, known.near, n=2)
            hint = f"did you mean {' or '.join(near)}?" if near else "add the publisher first."
            yield "publisher", f"There is no publisher “{publisher}”: {hint}"
        if date and not _is_date(date):
            yield "published_on", f"“{date}” is no date: write it as YYYY-MM-DD, for example 2022-10-10."
        current = known.rows.get(cells["slug"])
        before = current.published_on if current is not None else None
        dated = bool(date) if "published_on" in cells else before is not None
        if cells.get("precision") and cells["precision"] not in Precision.values:
            yield "precision", f"“{cells['precision']}” is no precision: write day, week, month or year."
        elif "precision" in cells and bool(cells["precision"]) and not dated:
            yield "precision", "Without a date there is nothing to be precise about: leave it empty."
        elif "precision" in cells and not cells["precision"] and dated and not date:
            yield "precision", "Say how precise the date is: day, week, month or year."
        reason = cells.get("reason", "" if current is None else current.published_on_reason)
        if reason and not dated:
            yield "reason", "A reason for inferring the date needs the date itself."
        for name in ("link", "archived_at"):
            if cells.get(name):
                yield from ((name, sentence) for sentence in _address_problems(Source, name, cells[name]))


def _is_date(text: str) -> bool:
    try:
        dt.date.fromisoformat(text)
    except ValueError:
        return False
    # Python reads other ISO forms too (20221010, 2022-W41-1), which nobody means.
    return bool(re.fullmatch(r"\d{4}-\d{2}-\d{2}", text))


KINDS: dict[str, Kind] = {kind.name: kind for kind in (Speakers(), Sources())}
