"""Merging two rows of reference data that mean the same: one is kept, the other's old address leads to it.

Every field and every relation has a strategy in STRATEGIES; nothing is lost that an editor did not decide about.
"""

import datetime as dt
from collections.abc import Mapping
from dataclasses import dataclass

from django.contrib.auth.models import User
from django.core.exceptions import ValidationError
from django.db import transaction

from claims import body, labels, legible, merged_rows, permission, projection, record, reference, server_key
from claims.canonical import canonical, digest
from claims.contributions import contribute, hand_on
from claims.merged_rows import GONE, KEPT, STRATEGIES, Mergeable, Strategy
from claims.models import Contribution, Redirect, Reference, Revision, Verdict
from sources.models import Publisher

PERMISSION = "claims.merge_reference"


class Refused(Exception):
    """The rows are not merged; the message is a sentence for the editor."""


@dataclass(frozen=True, slots=True)
class Line:
    """One field or relation side by side, and what becomes of it."""

    name: str
    label: str
    kept: str
    gone: str
    sentence: str
    choose: bool


@dataclass(frozen=True, slots=True)
class Plan:
    """What merging would do. `seen` is the digest of all that the editor decides upon."""

    lines: tuple[Line, ...]
    kept_on_record: bool
    gone_on_record: bool
    pending: tuple[tuple[str, str, str], ...]
    published: int
    void: int
    seen: str

    @property
    def public(self) -> bool:
        return self.kept_on_record or self.gone_on_record

    @property
    def choices(self) -> tuple[Line, ...]:
        return tuple(line for line in self.lines if line.choose)


def plan(kept: Mergeable, gone: Mergeable) -> Plan:
    """What merging `gone` into `kept` would do; raises Refused where they cannot be merged at all."""
    _comparable(kept, gone)
    lines = tuple(
        _line(name, strategy, kept=kept, gone=gone)
        for name, strategy in STRATEGIES[type(kept)].items()
        if strategy.shown
    )
    on_record = set(
        Reference.objects.filter(subject__in=[*map(reference.subject_of, (kept, gone))]).values_list(
            "subject", flat=True
        )
    )
    uses = merged_rows.uses(type(kept), [kept, gone])
    return Plan(
        lines=lines,
        kept_on_record=reference.subject_of(kept) in on_record,
        gone_on_record=reference.subject_of(gone) in on_record,
        pending=tuple(reference.not_public_yet(kept)),
        published=merged_rows.publications(gone),
        void=uses.filter(status=Verdict.Status.APPROVED).count(),
        seen=digest(canonical([merged_rows.values(kept), merged_rows.values(gone)])),
    )


def _comparable(kept: Mergeable, gone: Mergeable) -> None:
    if type(kept) is not type(gone):
        raise Refused(
            f"A {kept._meta.verbose_name} and a {gone._meta.verbose_name} are different things and cannot be merged."
        )
    if kept.pk == gone.pk:
        raise Refused(f"“{kept}” cannot be merged into itself: choose two rows.")
    for name, strategy in STRATEGIES[type(kept)].items():
        if strategy is Strategy.SAME and getattr(kept, name) != getattr(gone, name):
            field = kept._meta.get_field(name)
            raise Refused(
                f"“{kept}” is “{merged_rows.shown(kept, name)}” and “{gone}” is “{merged_rows.shown(gone, name)}”: "
                f"rows of different {field.verbose_name} are not merged. If one of them is wrong, mend it first."  # type: ignore[union-attr]
            )


def _line(name: str, strategy: Strategy, *, kept: Mergeable, gone: Mergeable) -> Line:
    left, right = merged_rows.shown(kept, name), merged_rows.shown(gone, name)
    choose = strategy is Strategy.CHOOSE and bool(left and right) and left != right
    return Line(
        name=name,
        label=merged_rows.label(type(kept), name),
        kept=left,
        gone=right,
        sentence=strategy.sentence(kept=left, gone=right),
        choose=choose,
    )


@transaction.atomic
def merge(
    kept: Mergeable,
    gone: Mergeable,
    *,
    by: User,
    at: dt.datetime,
    note: str = "",
    choices: Mapping[str, str] | None = None,
    seen: str,
) -> list[Revision]:
    """Merge `gone` into `kept` and delete it; returns the entries that tell the public, none for private rows.

    `choices` says for each field in which both rows have another value which one stays: "kept" or "gone". `seen` is
    the digest of the plan that the editor confirmed. Raises Refused, and changes nothing, where a rule says no.
    """
    permitted(by)
    _comparable(kept, gone)
    # Publications wait: they show the rows that are merged here, and two that wait for each other are both lost.
    record.lock_head()
    rows = {
        row.pk: row
        for row in type(kept)
        ._default_manager.select_for_update()
        .filter(pk__in=[kept.pk, gone.pk])
        .order_by("pk")
    }
    if len(rows) != 2:
        raise Refused(
            "One of the two rows is gone: somebody merged or deleted it meanwhile. Look at the list again."
        )
    kept, gone = rows[kept.pk], rows[gone.pk]
    planned = plan(kept, gone)
    if seen != planned.seen:
        raise Refused("One of the two rows was changed while you were looking at them: look at them again.")
    if planned.public:
        permitted(by, public=True)
        if legible.is_blank(note):
            raise Refused("Readers know these rows: say in a public note why they are one.")
        if illegible := legible.objection(note, named="The note"):
            raise Refused(illegible)
    chosen = _chosen(planned, choices or {})
    old, new = reference.subject_of(gone), reference.subject_of(kept)
    try:
        merged_rows.join(kept, gone, chosen=chosen)
    except ValidationError as error:
        raise Refused(" ".join(error.messages)) from error
    Redirect.objects.filter(into=old).update(into=new)
    Redirect.objects.create(subject=old, into=new, by=by, at=at)
    _hand_over(old, new, by=by, at=at)
    try:
        return _tell(planned, type(kept)._default_manager.get(pk=kept.pk), gone.slug, note=note, at=at)
    except (server_key.CannotSign, reference.Illegible) as error:
        raise Refused(str(error)) from error


def permitted(by: User, *, public: bool = False) -> None:
    """An active member of the staff who may merge, and publish where readers know one of the rows."""
    why_not = permission.objection(by, PERMISSION, to="merge rows")
    if public and not why_not:
        why_not = permission.objection(by, reference.PERMISSION, to=reference.CHANGE, public=True)
    if why_not:
        raise Refused(why_not)


def _chosen(planned: Plan, choices: Mapping[str, str]) -> dict[str, str]:
    open_ones = {line.name: line for line in planned.choices}
    for name, choice in choices.items():
        if choice not in (KEPT, GONE) or name not in {line.name for line in planned.lines}:
            raise Refused(f"There is nothing to choose called “{name}: {choice}”.")
    lacking = [line.label for name, line in open_ones.items() if name not in choices]
    if lacking:
        raise Refused(f"The two rows differ here; say which one is right: {', '.join(lacking)}.")
    return {name: choices[name] for name in open_ones}


def _hand_over(old: str, new: str, *, by: User, at: dt.datetime) -> None:
    """Who worked on the merged row worked on what is left of both, and so did who merged them."""
    hand_on(old, new, at=at)
    Contribution.objects.filter(subject=old).delete()
    contribute(new, by=by, at=at)


def _tell(planned: Plan, kept: Mergeable, gone: str, *, note: str, at: dt.datetime) -> list[Revision]:
    """The entries of the record: what is left as it stands, then where the merged row went."""
    entries: list[Revision | None] = []
    if planned.public:
        entries.append(reference.put_on_record(kept, note=note, at=at))
    if planned.gone_on_record:
        kind = reference.subject_of(kept).partition("/")[0]
        entries.append(
            record.append(
                subject=f"{kind}/{gone}",
                kind=Revision.Kind.REFERENCE,
                note=note,
                at=at,
                body=body.merged_reference(kept._meta.model_name or "", identifier=gone, into=kept.slug),
            )
        )
    made = [entry for entry in entries if entry]
    for entry in made:
        projection.project_reference(entry)
    if isinstance(kept, Publisher) and (mapped := labels.put_on_record(kept, note=note, at=at)):
        made.append(mapped)
    return made
