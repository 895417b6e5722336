"""The way of a verdict from draft to publication: one table of transitions, one function that applies one."""

import datetime as dt
from collections.abc import Callable, Collection
from dataclasses import dataclass
from typing import Any

from django.contrib.auth.models import AbstractBaseUser, User
from django.db import transaction

from claims import publishing, readiness, reference
from claims.models import Claim, Contribution, Event, Revision, Site, Verdict

Status = Verdict.Status

SEED_AUTHOR = "seed-desk-author"
SEED_READER = "seed-desk-reader"
SEED_NOTE = "Loaded from reviewed seed files."


class Refused(Exception):
    """The transition is not allowed; the message is a sentence for the editor."""


@dataclass(frozen=True)
class Change:
    """One attempt: who wants to apply what to which verdict, with the words that go with it."""

    verdict: Verdict
    by: User
    at: dt.datetime
    note: str
    kind: str
    digest: str
    acknowledged: bool


Guard = Callable[[Change], None]


@dataclass(frozen=True)
class Transition:
    """A row of the table: from which statuses to which, and the guards that must all agree."""

    name: str
    sources: frozenset[str]
    target: str
    guards: tuple[Guard, ...] = ()


def active(change: Change) -> None:
    if not change.by.is_active or not change.by.is_staff:
        raise Refused("Only an active member of the staff can do this.")


def complete(change: Change) -> None:
    claim = Claim.objects.for_documents().get(pk=change.verdict.claim_id)
    lacking = readiness.missing(claim, site=Site.objects.current())
    if lacking:
        raise Refused(" ".join(lacking))


def has_note(change: Change) -> None:
    if not change.note.strip():
        raise Refused("Say in a note why it goes back.")


def not_a_contributor(change: Change) -> None:
    if change.by.pk in contributors(change.verdict):
        raise Refused("You worked on this text: its second read has to come from somebody else.")


def negations_acknowledged(change: Change) -> None:
    """A sentence that is left out whole and negates something may turn the quoted words round."""
    claim = Claim.objects.for_documents().get(pk=change.verdict.claim_id)
    left_out = readiness.negations_left_out(claim)
    if left_out and not change.acknowledged:
        raise Refused(
            f"Words with a negation are left out of a quotation: “{left_out[0]}”. "
            "Read them, and acknowledge that the quotation is fair without them."
        )


def still_approved(change: Change) -> None:
    if change.verdict.approved_digest != change.digest:
        raise Refused("The text was changed after its second read: it has to be read again.")


def seed_desk(change: Change) -> None:
    if change.by.get_username() != SEED_AUTHOR or change.by.is_active:
        raise Refused("Only the inactive seed desk account loads seed files.")


TRANSITIONS = {
    transition.name: transition
    for transition in (
        Transition("submit", frozenset({Status.DRAFT}), Status.SUBMITTED, (active, complete)),
        Transition(
            "return", frozenset({Status.SUBMITTED, Status.APPROVED}), Status.DRAFT, (active, has_note)
        ),
        Transition(
            "approve",
            frozenset({Status.SUBMITTED}),
            Status.APPROVED,
            (active, not_a_contributor, complete, negations_acknowledged),
        ),
        Transition("publish", frozenset({Status.APPROVED}), Status.PUBLISHED, (active, still_approved)),
        Transition("revise", frozenset({Status.PUBLISHED}), Status.DRAFT, (active,)),
        # A seed load does not pretend to an approval: it has a transition of its own, and the document says so.
        Transition("load", frozenset({Status.DRAFT, Status.PUBLISHED}), Status.PUBLISHED, (seed_desk,)),
    )
}


def contributors(verdict: Verdict) -> set[int]:
    """Keys of everyone who changed the text since the last publication, the author included.

    The text is the claim with its verdict, and the reference data that its document shows.
    """
    claim = Claim.objects.for_documents().get(pk=verdict.claim_id)
    rows = reference.rows_of(claim, site=Site.objects.current())
    noted = Contribution.objects.filter(subject__in=[claim.subject, *map(reference.subject_of, rows)])
    last = verdict.events.filter(to_status=Status.PUBLISHED).order_by("at").last()
    if last:
        noted = noted.filter(at__gt=last.at)
    return {verdict.author_id, *noted.values_list("user_id", flat=True)}


def contribute(subject: str, *, by: User, at: dt.datetime) -> None:
    """Note that `by` changed what the record calls `subject`: a claim, or a row of reference data."""
    Contribution.objects.update_or_create(subject=subject, user=by, defaults={"at": at})


def allowed(verdict: Verdict) -> list[Transition]:
    """The transitions that start from the verdict's status."""
    return [transition for transition in TRANSITIONS.values() if verdict.status in transition.sources]


@transaction.atomic
def apply(
    name: str,
    *,
    verdict: Verdict,
    by: User,
    at: dt.datetime,
    note: str = "",
    kind: str = Revision.Kind.PUBLICATION,
    reader: User | None = None,
    acknowledged: bool = False,
    together: Collection[str] = (),
) -> Event:
    """Apply one transition: check its guards, swap the status, leave one event; all or nothing.

    `note` goes with the event, and is the public note where the transition publishes; `kind` is the kind of the
    revision then. `acknowledged` says that the second reader has seen the negations that quotations leave out.
    `reader` is the second desk account of a seed load and nobody else's business, and `together` the claims that are
    loaded in the same transaction.
    Raises Refused with a sentence where a guard says no, the status is another one by now, or publishing finds
    something missing. On success the given `verdict` is read again from the database.
    """
    transition = TRANSITIONS.get(name)
    if transition is None:
        raise Refused(f"There is no transition called {name}.")
    verdict.refresh_from_db()
    if verdict.status not in transition.sources:
        raise Refused(
            f"The verdict is “{verdict.get_status_display().lower()}”: it cannot {name} from there."
        )
    loading = name == "load"
    second_read_note = SEED_NOTE if loading else None
    digest = publishing.body_digest(verdict.claim, second_read_note=second_read_note)
    change = Change(
        verdict=verdict, by=by, at=at, note=note, kind=kind, digest=digest, acknowledged=acknowledged
    )
    for guard in transition.guards:
        guard(change)
    approval = _approval(transition, change=change, reader=reader)
    swapped = Verdict.objects.filter(
        pk=verdict.pk, status=verdict.status, approved_digest=verdict.approved_digest
    ).update(status=transition.target, **approval)
    if not swapped:
        raise Refused("Somebody else changed the status of this verdict at the same moment: look again.")
    event = Event.objects.create(
        verdict=verdict,
        transition=name,
        from_status=verdict.status,
        to_status=transition.target,
        by=by,
        at=at,
        digest=digest,
        note=note,
    )
    if transition.target == Status.PUBLISHED:
        try:
            publishing.publish(
                claim=verdict.claim,
                kind=kind,
                note=note,
                at=at,
                digest_read=digest,
                references_read=approval.get("approved_references", verdict.approved_references),
                second_read_note=second_read_note,
                together=together,
            )
        except publishing.NotReady as error:
            raise Refused(str(error)) from error
    verdict.refresh_from_db()
    return event


def _approval(transition: Transition, *, change: Change, reader: AbstractBaseUser | None) -> dict[str, Any]:
    """What the transition does to the approval: gives it, takes it away, or leaves it."""
    if transition.name == "approve":
        return _read(change, by=change.by)
    if transition.name == "load":
        return _read(change, by=reader)
    if transition.target == Status.DRAFT:
        return {"approver": None, "approved_digest": "", "approved_references": {}}
    return {}


def _read(change: Change, *, by: AbstractBaseUser | None) -> dict[str, Any]:
    return {
        "approver": by,
        "approved_digest": change.digest,
        "approved_references": publishing.new_references(change.verdict.claim),
    }


def publish_as_seeds(
    claim: Claim, *, author: User, reader: User, at: dt.datetime, together: Collection[str]
) -> Event:
    """Publish a seed claim as the two desk accounts; one that is on the record gets an update."""
    known = Revision.objects.of(claim.subject).exists()
    return apply(
        "load",
        verdict=claim.verdict,
        by=author,
        reader=reader,
        at=at,
        note="Updated from reviewed seed files." if known else SEED_NOTE,
        kind=Revision.Kind.UPDATE if known else Revision.Kind.PUBLICATION,
        together=together,
    )
