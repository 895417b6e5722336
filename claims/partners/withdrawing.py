"""Partners' fact-checks that the desk here withdraws, and lets back in. The one door.

Withdrawn by the desk a fact-check stays withdrawn, however often its publisher has it in a feed or sends it. Let back
in, it is public again when it is taken the next time: nothing is published that its publisher does not publish. A
decision to let it in is about what stood on the record then; whatever came since (another withdrawal, a redaction)
ends it.
"""

import datetime as dt
import json
from typing import Any

from django.contrib.auth.models import User
from django.db import transaction

from claims import legible, permission, projection, record, server_key
from claims.automatic import BACK, GONE_ENDS, LET_IN, is_gone
from claims.body import withdrawal_body
from claims.models import PartnerEvent, Publication, Revision

Kind, Step = Revision.Kind, PartnerEvent.Step

# Those of the same steps with our own verdicts.
PERMISSIONS = {
    Step.WITHDRAW.value: "claims.withdraw_verdict",
    Step.LET_IN.value: "claims.restore_verdict",
}


class Refused(Exception):
    """The step cannot be taken; the message is a sentence for the editor."""


def objection(step: str, publication: Publication, *, by: User) -> str:
    """Why `by` cannot take this step now, whatever they write with it; empty where they can."""
    return (
        permission.objection(by, PERMISSIONS[step], to="take this step", public=True)
        or _not_a_partners(publication)
        or (_not_public(publication) if step == Step.WITHDRAW else _not_to_let_in(publication))
    )


@transaction.atomic
def withdraw(slug: str, *, reason: str, by: User, at: dt.datetime) -> PartnerEvent:
    """Withdraw a partner's fact-check for a public reason, by an entry of the record. Raises Refused."""
    publication = _locked(slug)
    reason = reason.strip()
    _demand(objection(Step.WITHDRAW, publication, by=by) or _no_reason(reason))
    published = json.loads(publication.revision.body or "null")
    try:
        entry = record.append(
            subject=f"claims/{slug}",
            kind=Kind.WITHDRAWAL,
            note=reason,
            at=at,
            body=withdrawal_body(published, reason=reason),
        )
    except server_key.CannotSign as error:
        raise Refused(str(error)) from error
    projection.project(entry)
    return PartnerEvent.objects.create(
        publication=publication, step=Step.WITHDRAW, by=by, at=at, note=reason, entry=entry
    )


@transaction.atomic
def let_in(slug: str, *, note: str, by: User, at: dt.datetime) -> PartnerEvent:
    """Let a fact-check back in that stays withdrawn: it is public again when it is taken next. Raises Refused."""
    publication = _locked(slug)
    note = note.strip()
    _demand(objection(Step.LET_IN, publication, by=by) or _no_note(note))
    return PartnerEvent.objects.create(
        publication=publication, step=Step.LET_IN, by=by, at=at, note=note, entry=_last_entry(slug)
    )


def way_back(slug: str, tombstone: dict[str, Any]) -> str:
    """With which note a withdrawn fact-check comes back when its publisher has it again; empty where it stays so.

    `tombstone` is the body on which it stands. What left its feed comes back by itself, unless something of it was
    taken out of the record meanwhile; what the desk withdrew, where the desk let it back in.
    """
    if is_let_in(slug):
        return LET_IN
    taken_out = Revision.objects.of(f"claims/{slug}").filter(kind=Kind.REDACTION).exists()
    return BACK if is_gone(tombstone) and not taken_out else ""


def is_let_in(slug: str) -> bool:
    """Whether the desk has let it back in, and nothing about it came on the record since."""
    last = PartnerEvent.objects.of(slug).first()
    return last is not None and last.step == Step.LET_IN and last.entry_id == _last_entry(slug).pk


def reason_of(publication: Publication) -> str:
    """Why a withdrawn fact-check is withdrawn, as readers see it; of a publication from for_documents()."""
    return str(json.loads(publication.revision.body or "null")["withdrawn"]["reason"])


def _locked(slug: str) -> Publication:
    record.lock_head()
    publication = Publication.objects.with_pages().for_documents().filter(slug=slug).first()
    if publication is None:
        raise Refused(f"There is no fact-check {slug} here.")
    return publication


def _last_entry(slug: str) -> Revision:
    return Revision.objects.of(f"claims/{slug}").without_bodies().reverse()[0]


def _not_a_partners(publication: Publication) -> str:
    if publication.origin == Publication.Origin.PARTNER:
        return ""
    return "This is a fact-check of ours: its verdict is withdrawn and restored on the page of its claim."


def _not_public(publication: Publication) -> str:
    return "It is withdrawn already: readers see the reason alone." if publication.withdrawn else ""


def _not_to_let_in(publication: Publication) -> str:
    if not publication.withdrawn:
        return "It is public: there is nothing to let back in."
    way = way_back(publication.slug, json.loads(publication.revision.body or "null"))
    if way == LET_IN:
        return "It was let back in already: it is public again when it is taken the next time."
    if way:
        return "Its publisher took it back, and not the desk: it comes back by itself where it is published again."
    return ""


def _no_reason(reason: str) -> str:
    if legible.is_blank(reason):
        return "Say in a public note why the fact-check is withdrawn."
    if reason.endswith(GONE_ENDS.strip()):
        return (
            "This sentence is what the program writes where a publisher takes its own fact-check back: say in other "
            "words why the desk withdraws it."
        )
    return legible.objection(reason, named="The note") or ""


def _no_note(note: str) -> str:
    if legible.is_blank(note):
        return "Say in a note to colleagues why it is let back in."
    return legible.objection(note, named="The note") or ""


def _demand(why_not: str) -> None:
    if why_not:
        raise Refused(why_not)
