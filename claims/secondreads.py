"""What a second reader has before them: a named read of one claim in its round, for the desk alone."""

import json
from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any

from django.contrib.auth.models import User
from django.db.models import Q

from claims import findings, workflow
from claims.contributions import contributors
from claims.differences import Body, Group, groups
from claims.models import Appearance, Claim, DeskNote, Event, Evidence, Publication, Revision, Verdict
from claims.passages import Passage, passage
from claims.surroundings import Surroundings, surroundings
from sources.models import Snapshot


@dataclass(frozen=True, slots=True)
class Quoted:
    """A quotation of the claim in its passage; `surroundings` is None where the text is not held or does not fit.

    `read_at` is the address of the page on which the whole text is read, where there is one.
    """

    label: str
    anchor: str
    passage: Passage
    snapshot: Snapshot
    surroundings: Surroundings | None
    read_at: str | None = None


@dataclass(frozen=True, slots=True)
class Round:
    """Where a verdict stands since its last publication: who worked on it, and since when it waits."""

    contributors: list[User]
    waiting: Event | None
    events: list[Event]
    notes: list[DeskNote]


@dataclass(frozen=True, slots=True)
class Difference:
    """What is new since the text that readers have, or last had where it was withdrawn; None on a first publication.

    `findings` are those that are another: the question, the answer that readers have, and the new one.
    """

    public: Revision | None
    is_withdrawn: bool
    groups: list[Group]
    findings: list[tuple[str, str, str]]


def claim_to_read(pk: int) -> Claim | None:
    """The claim with all that its page for the second reader shows, or None."""
    return (
        Claim.objects.for_documents()
        .select_related("verdict__author", "owner", "publication")
        .filter(pk=pk)
        .first()
    )


def round_of(claim: Claim) -> Round:
    """Who worked on the claim's text in this round, and what was said and done about it."""
    verdict = claim.verdict
    events = list(verdict.events.select_related("by").order_by("at", "pk"))
    last = events[-1] if events else None
    return Round(
        contributors=list(User.objects.filter(pk__in=contributors(claim)).order_by("username")),
        waiting=last if last and last.to_status == Verdict.Status.SUBMITTED else None,
        events=events[::-1],
        notes=list(claim.desk_notes.select_related("by").order_by("-at", "-pk")),
    )


def difference(claim: Claim, *, body: Body) -> Difference:
    """What `body` changes of the claim's text on the record."""
    taken_back = Q(kind__in=[Revision.Kind.WITHDRAWAL, Revision.Kind.REDACTION])
    public = Revision.objects.of(claim.subject).exclude(taken_back | Q(body=None)).last()
    withdrawn = Publication.objects.with_pages().filter(slug=claim.slug, withdrawn=True).exists()
    if public is None:
        return Difference(public=None, is_withdrawn=withdrawn, groups=[], findings=[])
    before = json.loads(public.body or "null")
    return Difference(
        public=public,
        is_withdrawn=withdrawn,
        groups=groups(before, body),
        findings=[] if findings.same_findings(before, body) else list(_other_findings(before, body)),
    )


def _other_findings(before: Body, now: Body) -> Iterator[tuple[str, str, str]]:
    for answer in (findings.attribution, findings.veracity):
        had, has = answer(before), answer(now)
        if (had.word, had.number) != (has.word, has.number):
            yield has.question, _answer(had), _answer(has)


def _answer(finding: findings.Finding) -> str:
    return f"{finding.word}, {finding.number}" if finding.number else finding.word


def quoted(claim: Claim, *, document: dict[str, Any]) -> list[Quoted]:
    """Every quotation of the claim in its passage, in the order of the page."""
    held = document["live"]["held"]
    forms = iter([*document["appearances"], *document["evidence"]])
    found = []
    for label, anchor, row in _parts(claim):
        form = next(forms)
        if row.quotation is None:
            continue
        text = row.quotation.snapshot.text
        found.append(
            Quoted(
                label=label,
                anchor=anchor,
                passage=passage(form, anchor=anchor, held=held),
                snapshot=row.quotation.snapshot,
                surroundings=None if text is None else surroundings(text, row.quotation.words),
            )
        )
    return found


def _parts(claim: Claim) -> Iterator[tuple[str, str, Appearance | Evidence]]:
    for appearance in claim.appearances.all():
        yield f"Wording “{appearance.slug}”", f"passage-wording-{appearance.slug}", appearance
    for number, evidence in enumerate(claim.verdict.evidence.all(), start=1):
        yield f"Evidence {number}", f"passage-evidence-{number}", evidence


def why_not_approve(claim: Claim, *, by: User) -> str:
    """The sentence for somebody who cannot approve it now; empty where they can."""
    verdict = claim.verdict
    if verdict.status in _NOTHING_TO_APPROVE:
        return _NOTHING_TO_APPROVE[verdict.status]
    return workflow.objection("approve", claim=claim, by=by)


_NOTHING_TO_APPROVE = {
    Verdict.Status.DRAFT.value: "It is being written: it has not been submitted for a second read.",
    Verdict.Status.APPROVED.value: "It was read and approved. Any change of the text voids that.",
    Verdict.Status.PUBLISHED.value: "It is published: there is nothing to approve.",
    Verdict.Status.WITHDRAWN.value: "It was withdrawn: there is nothing to approve.",
}
