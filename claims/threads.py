"""A topic as a thread: who said what when, and what the claims have to do with each other. Pure.

From served documents of publications that share a topic; nothing here knows the editors' tables.
"""

from collections.abc import Collection, Iterable, Mapping, Sequence
from dataclasses import dataclass, replace

from claims import timeline
from claims.findings import Document, Finding
from claims.passages import SourceLine, source_line
from claims.presentation import ClaimRow, claim_row, compared, related
from claims.printed import Day, day
from claims.timeline import NOBODY, Drawing, Point, Span

# A phone of 360 pixels has so much room between its margins; the page beside its margin column so much.
NARROW, WIDE = 324, 880
NAMES = 212
# Of a claim that everybody repeats, the list shows so many; its own page has them all.
RELATED = 6


@dataclass(frozen=True, slots=True)
class Said:
    """A row of the table: a claim, on one date on which it was made."""

    number: int
    on: Day | None
    speaker: Document | None
    name: str
    roles: list[str]
    row: ClaimRow
    sources: list[SourceLine]
    span: Span | None

    @property
    def findings(self) -> tuple[Finding, ...]:
        return self.row.findings

    @property
    def label(self) -> str:
        """What its mark in the drawing is called."""
        when = self.on.text if self.on else "date not known"
        inferred = ", inferred" if self.on and self.on.inferred_because else ""
        return f"{self.number}: {self.name}, {when}{inferred}. {self.row.claim}"


@dataclass(frozen=True, slots=True)
class Thread:
    said: list[Said]
    drawings: list[tuple[str, Drawing]]
    kinds: set[str]
    rows: list[ClaimRow]

    @property
    def too_wide(self) -> dict[str, bool]:
        """By its name, whether a drawing is wider than the page."""
        return {name: drawing.too_wide for name, drawing in self.drawings}


def thread(
    documents: Sequence[Document], *, speakers: Mapping[str, Document], here: Collection[str]
) -> Thread:
    """The thread of these documents, in the order given.

    `speakers` are the published documents of speakers by the identifiers that bodies use, as they are called now;
    `here` are the identifiers of the claims that the topic has, on whatever page.
    """
    rows = [_row(document, here) for document in documents]
    said = _numbered(documents, rows, speakers)
    points = [
        Point(
            number=part.number,
            speaker=part.speaker["id"] if part.speaker else None,
            name=part.name,
            span=part.span,
            inferred=bool(part.on and part.on.inferred_because),
            label=part.label,
        )
        for part in said
    ]
    drawings = [
        ("wide", timeline.draw(points, room=WIDE, names=NAMES)),
        ("narrow", timeline.draw(points, room=NARROW, names=0)),
    ]
    kinds = {mark.kind for mark in drawings[0][1].marks}
    if any(part.span and part.span.precision != "day" for part in said):
        kinds.add("long")
    return Thread(said=said, drawings=drawings, kinds=kinds, rows=rows)


def speakers(documents: Iterable[Document]) -> set[str]:
    """The identifiers of the speakers that the bodies name."""
    return {document["speaker"]["id"] for document in documents if document["speaker"]}


def others(documents: Iterable[Document]) -> set[str]:
    """The identifiers of the public claims that these are related to."""
    return {other["id"] for document in documents for other in document["live"]["related"]}


def _row(document: Document, here: Collection[str]) -> ClaimRow:
    others = [other for other in related(document) if other.id in here]
    return replace(
        claim_row(document),
        related=tuple(others[:RELATED]),
        more_related=len(others[RELATED:]),
        synopsis=compared(document),
    )


def _numbered(
    documents: Sequence[Document], rows: Sequence[ClaimRow], speakers: Mapping[str, Document]
) -> list[Said]:
    """One row for each claim and date, by date and then by speaker, numbered from 1."""
    found = []
    for document, row in zip(documents, rows, strict=True):
        speaker = document["speaker"] and speakers.get(document["speaker"]["id"], document["speaker"])
        for span, on, appearances in _by_date(document):
            found.append(
                Said(
                    number=0,
                    on=on,
                    speaker=speaker,
                    name=speaker["name"] if speaker else NOBODY,
                    roles=list(dict.fromkeys(part["role"] for part in appearances if part["role"])),
                    row=row,
                    sources=list(
                        {part["source"]["id"]: source_line(part["source"]) for part in appearances}.values()
                    ),
                    span=span,
                )
            )
    lanes = timeline.speakers((_lane(part), part.name, part.span) for part in found)
    found.sort(key=lambda part: (timeline.in_time(part.span), lanes.index(_lane(part))))
    return [replace(part, number=number) for number, part in enumerate(found, start=1)]


def _lane(part: Said) -> str | None:
    return part.speaker["id"] if part.speaker else None


def _by_date(document: Document) -> list[tuple[Span | None, Day | None, list[Document]]]:
    """The appearances of a claim by their dates, else the claim's; a date that one of them prints is not inferred."""
    dates: dict[Span | None, list[tuple[Document | None, Document | None]]] = {}
    for part in document["appearances"] or [None]:
        on = (part and part["claimed_on"]) or document["claimed_on"]
        span = timeline.span(on["date"], on["precision"]) if on else None
        dates.setdefault(span, []).append((on, part))
    return [
        (
            span,
            day(next((on for on, _ in parts if on and not on["inferred_because"]), parts[0][0])),
            [part for _, part in parts if part],
        )
        for span, parts in dates.items()
    ]
