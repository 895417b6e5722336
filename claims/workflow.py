"""The way of a verdict from draft to publication: one table of transitions, one function that applies one."""

import datetime as dt
from collections.abc import Callable, Collection
from dataclasses import dataclass
from typing import Any

from django.contrib.auth.models import AbstractBaseUser, User
from django.db import transaction

from claims import legible, permission, publishing, readiness, record, server_key
from claims.contributions import contributors
from claims.models import Claim, Event, Publication, Revision, Site, Verdict

Status = Verdict.Status

SEED_AUTHOR = "seed-desk-author"
SEED_READER = "seed-desk-reader"
SEED_NOTE = "Loaded from reviewed seed files."


class Refused(Exception):
    """The transition is not allowed; the message is a sentence for the editor."""


@dataclass(frozen=True)
class Change:
    """One attempt: who wants to change which verdict, with the words that go with it.

    `claim` is the verdict's, from Claim.objects.for_documents(); `digest` is that of its body as it stands now.
    """

    verdict: Verdict
    claim: Claim
    by: User
    permission: str
    note: str = ""
    digest: str = ""
    digest_read: str = ""
    acknowledged: bool = False


Guard = Callable[[Change], None]


@dataclass(frozen=True)
class Transition:
    """A row of the table: from which statuses to which, and the guards that must all agree.

    `label` is what an editor's button says. People need the permission "<name>_verdict"; who may have it is the table
    of claims.roles.
    """

    name: str
    sources: frozenset[str]
    target: str
    guards: tuple[Guard, ...] = ()
    label: str = ""

    @property
    def permission(self) -> str:
        return f"claims.{self.name}_verdict"


def permitted(change: Change) -> None:
    """An active member of the staff with the permission for this transition, whoever calls."""
    _may(change)


def permitted_in_public(change: Change) -> None:
    """The same where readers see what comes of it: with a second factor where the operator asks for one."""
    _may(change, public=True)


def _may(change: Change, *, public: bool = False) -> None:
    why_not = permission.objection(change.by, change.permission, to="take this step", public=public)
    if why_not:
        raise Refused(why_not)


def complete(change: Change) -> None:
    lacking = readiness.lacking(change.claim, site=Site.objects.current())
    if lacking:
        raise Refused(" ".join(lacking))


def has_note(change: Change) -> None:
    if legible.is_blank(change.note):
        raise Refused("Say in a note why it goes back.")


def not_a_contributor(change: Change) -> None:
    if change.by.pk in contributors(change.claim):
        raise Refused("You worked on this text: its second read has to come from somebody else.")


def as_read(change: Change) -> None:
    """What is approved is what the second reader had on the page, not what it became meanwhile."""
    if not change.digest_read:
        raise Refused("An approval is of one text: name the digest of what was read.")
    if change.digest_read != publishing.digest_to_read(change.claim):
        raise Refused("The text was changed while you were reading it: read it again.")


def negations_acknowledged(change: Change) -> None:
    """A sentence that is left out whole and negates something may turn the quoted words round."""
    left_out = readiness.negations_left_out(change.claim)
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
        Transition(
            "submit",
            frozenset({Status.DRAFT}),
            Status.SUBMITTED,
            (permitted, complete),
            "Submit for a second read",
        ),
        Transition(
            "return",
            frozenset({Status.SUBMITTED, Status.APPROVED}),
            Status.DRAFT,
            (permitted, has_note),
            "Return with a note",
        ),
        Transition(
            "approve",
            frozenset({Status.SUBMITTED}),
            Status.APPROVED,
            (permitted, not_a_contributor, as_read, complete, negations_acknowledged),
            "Approve as second reader",
        ),
        Transition(
            "publish",
            frozenset({Status.APPROVED}),
            Status.PUBLISHED,
            (permitted_in_public, still_approved),
            "Publish",
        ),
        Transition(
            "revise", frozenset({Status.PUBLISHED}), Status.DRAFT, (permitted,), "Take up for a revision"
        ),
        # Also while a revision is being written: what is public may be wrong before the next text is right.
        Transition(
            "withdraw",
            frozenset({Status.DRAFT, Status.SUBMITTED, Status.APPROVED, Status.PUBLISHED}),
            Status.WITHDRAWN,
            (permitted_in_public,),
            "Withdraw from the public",
        ),
        # What comes back was read by two people again: a restored verdict begins as a draft.
        Transition(
            "restore",
            frozenset({Status.WITHDRAWN}),
            Status.DRAFT,
            (permitted_in_public,),
            "Take up again to restore",
        ),
        # A seed load does not pretend to an approval: it has a transition of its own, and the document says so.
        Transition("load", frozenset({Status.DRAFT, Status.PUBLISHED}), Status.PUBLISHED, (seed_desk,)),
    )
}


# The guards that ask who it is and nothing of the text: a page can say beforehand what they would say.
_PERSONAL = (permitted, permitted_in_public, not_a_contributor)


def objection(name: str, *, claim: Claim, by: User) -> str:
    """Why `by` cannot make this transition now, whatever they have read or written with it; empty where they can.

    `claim` comes from Claim.objects.for_documents() and has a verdict.
    """
    transition, verdict = TRANSITIONS[name], claim.verdict
    if verdict.status not in transition.sources:
        return _from_elsewhere(name, verdict)
    asked = Change(verdict=verdict, claim=claim, by=by, permission=transition.permission)
    for guard in transition.guards:
        if guard in _PERSONAL:
            try:
                guard(asked)
            except Refused as error:
                return str(error)
    return ""


def _from_elsewhere(name: str, verdict: Verdict) -> str:
    return f"The verdict is “{verdict.get_status_display().lower()}”: it cannot {name} from there."


def allowed(verdict: Verdict, *, by: User) -> list[Transition]:
    """The transitions that start from the verdict's status and that `by` may make at all."""
    public = Publication.objects.published().filter(claim=verdict.claim_id).exists()
    return [
        transition
        for transition in TRANSITIONS.values()
        if verdict.status in transition.sources
        and transition.label
        and by.has_perm(transition.permission)
        and (public or transition.name != "withdraw")
    ]


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
    digest_read: str = "",
    together: Collection[str] = (),
) -> Event:
    """Apply one transition: check its guards, swap the status, leave one event; all or nothing.

    `note` goes with the event, and is the public note where the transition publishes; `kind` is the kind of the
    revision then. `acknowledged` says that the second reader has seen the negations that quotations leave out, and
    `digest_read` is publishing.digest_to_read of what was on the reader's page: an approval names it.
    `reader` is the second desk account of a seed load and nobody else's business, and `together` the claims that are
    loaded in the same transaction.
    Raises Refused with a sentence where a guard says no, the status is another one by now, or publishing finds
    something missing. On success the given `verdict` is read again from the database.
    """
    transition = TRANSITIONS.get(name)
    if transition is None:
        raise Refused(f"There is no transition called {name}.")
    if illegible := legible.objection(note.strip(), named="The note"):
        raise Refused(illegible)
    if transition.target in (Status.PUBLISHED, Status.WITHDRAWN):
        record.lock_head()
    # Whoever is writing the text ends first, and is then known to have written it.
    Claim.objects.select_for_update(no_key=True).get(pk=verdict.claim_id)
    verdict.refresh_from_db(from_queryset=Verdict.objects.select_for_update(no_key=True))
    if verdict.status not in transition.sources:
        raise Refused(_from_elsewhere(name, verdict))
    loading = name == "load"
    second_read_note = SEED_NOTE if loading else None
    claim = Claim.objects.for_documents().get(pk=verdict.claim_id)
    digest = publishing.body_digest(claim, second_read_note=second_read_note)
    change = Change(
        verdict=verdict,
        claim=claim,
        by=by,
        permission=transition.permission,
        note=note,
        digest=digest,
        digest_read=digest_read,
        acknowledged=acknowledged,
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
    try:
        if transition.target == Status.PUBLISHED:
            publishing.publish(
                claim=claim,
                kind=kind,
                note=note,
                at=at,
                digest_read=digest,
                references_read=approval.get("approved_references", verdict.approved_references),
                second_read_note=second_read_note,
                together=together,
            )
        elif transition.target == Status.WITHDRAWN:
            publishing.withdraw(claim=verdict.claim, reason=note, at=at)
    except (publishing.NotReady, server_key.CannotSign) as error:
        raise Refused(str(error)) from error
    verdict.refresh_from_db()
    return event


def _approval(transition: Transition, *, change: Change, reader: AbstractBaseUser | None) -> dict[str, Any]:
    """What the transition does to the approval: gives it, takes it away, or leaves it."""
    if transition.name == "approve":
        return _read(change, by=change.by)
    if transition.name == "load":
        return _read(change, by=reader)
    if transition.target in (Status.DRAFT, Status.WITHDRAWN):
        return {"approver": None, "approved_digest": "", "approved_references": {}}
    return {}


def _read(change: Change, *, by: AbstractBaseUser | None) -> dict[str, Any]:
    return {
        "approver": by,
        "approved_digest": change.digest,
        "approved_references": publishing.new_references(change.claim),
    }


def publish_as_seeds(
    claim: Claim, *, author: User, reader: User, at: dt.datetime, together: Collection[str]
) -> Event:
    """Publish a seed claim as the two desk accounts; a text on the record gets an update or a change of verdict."""
    known = Revision.objects.of(claim.subject).exists()
    kinds = publishing.kinds(Claim.objects.for_documents().get(pk=claim.pk))
    return apply(
        "load",
        verdict=claim.verdict,
        by=author,
        reader=reader,
        at=at,
        note="Updated from reviewed seed files." if known else SEED_NOTE,
        kind=Revision.Kind.UPDATE if Revision.Kind.UPDATE in kinds else kinds[0],
        together=together,
    )
