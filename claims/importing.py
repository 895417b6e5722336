"""Importing speakers and sources from CSV: what each row of a file would do, and doing it. Nothing here is public."""

import datetime as dt
from collections import Counter
from collections.abc import Iterable, Mapping
from dataclasses import dataclass

from django.contrib.auth.models import User
from django.db import IntegrityError, transaction

from claims import import_rows, permission
from claims.canonical import canonical, digest
from claims.contributions import contribute_to_all
from claims.import_rows import KINDS, Kind, Known
from claims.models import Reference
from claims.spreadsheet import Row, Table, read

PERMISSION = "claims.import_reference"
NEW, CHANGED, UNCHANGED, WRONG = "new", "changed", "unchanged", "error"


class Refused(Exception):
    """The file is not imported; the message is a sentence for the editor."""


@dataclass(frozen=True, slots=True)
class Planned:
    """What one row of the file would do: its changes as (column, old, new), or its problems as (column, sentence)."""

    line: int
    slug: str
    outcome: str
    changes: tuple[tuple[str, str, str], ...] = ()
    problems: tuple[tuple[str, str], ...] = ()
    on_record: bool = False


@dataclass(frozen=True, slots=True)
class Plan:
    """What the whole file would do; `seen` is the digest of it, file and database taken together."""

    kind: str
    rows: tuple[Planned, ...]
    seen: str

    @property
    def tally(self) -> Counter[str]:
        return Counter(row.outcome for row in self.rows)

    @property
    def good(self) -> bool:
        return not self.tally[WRONG]

    @property
    def does_something(self) -> bool:
        return bool(self.tally[NEW] or self.tally[CHANGED])


def permitted(by: User) -> None:
    why_not = permission.objection(by, PERMISSION, to="import")
    if why_not:
        raise Refused(why_not)


def table(kind: str, text: str) -> Table:
    """The rows of an uploaded file; raises spreadsheet.Unreadable where it cannot be used."""
    return read(text, known=KINDS[kind].columns, required=("slug",))


def plan(kind: str, text: str) -> Plan:
    """What importing the file would do to the database as it is now; raises spreadsheet.Unreadable."""
    return _planned(kind, table(kind, text), lock=False)[0]


def _planned(kind: str, rows: Table, *, lock: bool) -> tuple[Plan, Known]:
    of = KINDS[kind]
    known = of.look_up(rows.rows, lock=lock)
    public = _on_record(kind, known)
    lines: dict[str, int] = {}
    planned = []
    for row in rows.rows:
        slug = row.cells.get("slug", "")
        made = _one(of, row, known, twice=lines.get(slug))
        lines.setdefault(slug, row.line)
        planned.append(made if slug not in public else _recorded(made))
    seen = digest(
        canonical([[row.line, row.slug, row.outcome, [*map(list, row.changes)]] for row in planned])
    )
    return Plan(kind, tuple(planned), seen), known


def _recorded(row: Planned) -> Planned:
    return Planned(row.line, row.slug, row.outcome, row.changes, row.problems, on_record=True)


def _one(of: Kind, row: Row, known: Known, *, twice: int | None) -> Planned:
    slug = row.cells.get("slug", "")
    if row.problem:
        return Planned(row.line, slug, WRONG, problems=(("", row.problem),))
    if twice is not None and slug:
        again = f"“{slug}” stands in line {twice} already: a row is named once."
        return Planned(row.line, slug, WRONG, problems=(("slug", again),))
    problems = of.problems(row, known)
    if problems:
        return Planned(row.line, slug, WRONG, problems=tuple(problems))
    current = known.rows.get(slug)
    old = of.exported(current) if current is not None else dict.fromkeys(of.columns, "")
    new = of.meant(row.cells, known)
    changes = tuple(
        (column, old[column], new[column])
        for column in of.columns
        if column in new and old[column] != new[column]
    )
    if current is None:
        return Planned(row.line, slug, NEW, changes)
    return Planned(row.line, slug, CHANGED if changes else UNCHANGED, changes)


def _on_record(kind: str, known: Known) -> set[str]:
    subjects = [f"{kind}/{slug}" for slug in known.rows]
    found: set[str] = set()
    for start in range(0, len(subjects), import_rows.BATCH):
        batch = Reference.objects.filter(subject__in=subjects[start : start + import_rows.BATCH])
        found |= {subject.partition("/")[2] for subject in batch.values_list("subject", flat=True)}
    return found


@transaction.atomic
def apply(kind: str, text: str, *, by: User, at: dt.datetime, seen: str, only_good: bool = False) -> Plan:
    """Import the file as it was previewed: all of it, or only its good rows where `only_good` says so.

    `seen` is the digest of the preview. Raises Refused, and changes nothing, where a row is wrong, or where the
    database is not as the preview had it any more; what readers see does not change (claims.reference).
    """
    permitted(by)
    rows = table(kind, text)
    planned, known = _planned(kind, rows, lock=True)
    if planned.seen != seen:
        raise Refused(
            "Rows that the file names were changed after the preview was made: look at the new preview below."
        )
    if not planned.good and not only_good:
        wrong = planned.tally[WRONG]
        raise Refused(
            f"{wrong} {'row is' if wrong == 1 else 'rows are'} wrong: mend the file, "
            "or say that only the good rows are to be imported."
        )
    of = KINDS[kind]
    cells: Mapping[int, Mapping[str, str]] = {row.line: row.cells for row in rows.rows}
    done: Iterable[Planned] = [row for row in planned.rows if row.outcome in (NEW, CHANGED)]
    try:
        with transaction.atomic():
            of.store([(cells[row.line], row.slug) for row in done], known)
    except IntegrityError as error:
        raise Refused(
            "The database refused the rows: somebody wrote one of them at the same moment. Look at the preview again."
        ) from error
    subjects = [f"{kind}/{row.slug}" for row in done]
    contribute_to_all(subjects, by=by, at=at)
    return planned


def exported(kind: str, *, limit: int) -> list[dict[str, str]]:
    """The rows that are here, in the form that an import reads, by identifier."""
    return [KINDS[kind].exported(row) for row in KINDS[kind].queryset().order_by("slug")[:limit]]
