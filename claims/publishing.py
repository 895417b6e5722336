"""Publishing: one function, one transaction — body, Revision, Publication."""

import datetime as dt
import json
from collections.abc import Collection, Mapping
from dataclasses import dataclass

from django.db import transaction

from claims import legible, projection, readiness, record, reference, typing_errors
from claims.body import claim_body, withdrawal_body
from claims.canonical import canonical, digest
from claims.findings import same_findings
from claims.models import Claim, Publication, Revision, Site

Kind = Revision.Kind


NOTHING_CHANGED = (
    "Nothing was changed: readers have this text already, to the character. An entry on the record would tell them of "
    "a change that there was not."
)


class NotReady(Exception):
    """The claim cannot be published; `missing` says in sentences what it lacks."""

    def __init__(self, missing: list[str]) -> None:
        super().__init__(" ".join(missing))
        self.missing = missing


def new_references(claim: Claim) -> dict[str, str]:
    """Digest by subject of the reference data that publishing the claim now would put on record.

    `claim` comes from Claim.objects.for_documents().
    """
    return {reference.subject_of(row): reference.seen_digest(row) for row in first_shown(claim)}


def first_shown(claim: Claim) -> list[reference.Row]:
    """The reference rows that readers see for the first time with this claim (from Claim.objects.for_documents())."""
    return reference.unrecorded(reference.rows_of(claim, site=Site.objects.current()))


def digest_to_read(claim: Claim) -> str:
    """What a second reader has before them: the body, and the reference data that goes on record with it."""
    return digest(canonical({"body": body_digest(claim), "references": new_references(claim)}))


def body_digest(claim: Claim, *, second_read_note: str | None = None) -> str:
    """The digest of the body of `claim`, from Claim.objects.for_documents(): what an approval binds to."""
    body = claim_body(claim, site=Site.objects.current(), second_read_note=second_read_note)
    return digest(canonical(body))


@dataclass(frozen=True, slots=True)
class Choice:
    """The kinds of entry that publishing can be; and why it can be no typing error, in a sentence, or nothing."""

    kinds: tuple[str, ...]
    no_typo: str = ""


def kinds(claim: Claim) -> tuple[str, ...]:
    """The kinds of entry that publishing the claim now can be."""
    return choice(claim).kinds


def choice(claim: Claim) -> Choice:
    """What publishing the claim now can be: its first entry, one after a withdrawal, or a notice.

    Which notice is decided by what changed: another finding is a change of verdict or a correction, and a typing error
    changes nothing that a sentence says (claims.typing_errors). `claim` comes from Claim.objects.for_documents() and
    has a verdict.
    """
    publication = Publication.objects.with_pages().select_related("revision").filter(slug=claim.slug).first()
    if publication is None:
        return Choice((Kind.PUBLICATION,))
    if publication.withdrawn:
        return Choice((Kind.RESTORATION,))
    public = json.loads(publication.revision.body or "null")
    now = claim_body(claim, site=Site.objects.current())
    if not same_findings(public, now):
        return Choice((Kind.VERDICT_CHANGE, Kind.CORRECTION))
    notices = (Kind.CORRECTION, Kind.CLARIFICATION, Kind.UPDATE)
    objection = typing_errors.objection(public, now)
    return Choice(notices, objection) if objection else Choice((*notices, Kind.TYPO))


def unchanged(claim: Claim) -> bool:
    """Whether readers have this text to the character, so that there is nothing to publish.

    `claim` comes from Claim.objects.for_documents() and has a verdict.
    """
    public = Publication.objects.published().for_documents().filter(slug=claim.slug).first()
    return public is not None and public.revision.body_digest == body_digest(claim)


def _wrong_kind(kind: str, allowed: Choice) -> str:
    if Kind.PUBLICATION in allowed.kinds:
        return "The first revision of a claim is its publication."
    if Kind.RESTORATION in allowed.kinds:
        return "The claim was withdrawn: publishing it again is its restoration."
    if Kind.VERDICT_CHANGE in allowed.kinds:
        return "Readers have another finding: say whether this is a change of verdict or a correction."
    if kind == Kind.VERDICT_CHANGE:
        return "Both findings are what readers have: this is no change of verdict."
    if kind == Kind.TYPO:
        return allowed.no_typo
    return (
        "The claim is on the record already: say whether this is a correction, a clarification, an update or a "
        "typing error."
    )


@transaction.atomic
def publish(
    *,
    claim: Claim,
    kind: str,
    note: str,
    at: dt.datetime,
    digest_read: str,
    references_read: Mapping[str, str],
    second_read_note: str | None = None,
    together: Collection[str] = (),
) -> Revision:
    """Append the claim's body to the record and make it what the public reads.

    `digest_read` is the digest of the text that was read (or loaded), `references_read` are those of the reference
    data that goes on record with it; a text with another digest is not published. `together` names claims that are
    published in the same transaction. `claim` comes from Claim.objects.for_documents().
    Raises NotReady with what is missing. Called by claims.workflow alone, which knows who may.
    """
    reference.lock(reference.rows_of(claim, site=Site.objects.current()))
    fresh = Claim.objects.for_documents().get(pk=claim.pk)
    site = Site.objects.current()
    lacking: list[str] = [*readiness.missing(fresh, site=site, together=together)]
    allowed = choice(fresh)
    if kind not in allowed.kinds:
        lacking.append(_wrong_kind(kind, allowed))
    body = claim_body(fresh, site=site, second_read_note=second_read_note)
    made = digest(canonical(body))
    if Publication.objects.published().filter(slug=fresh.slug, revision__body_digest=made).exists():
        lacking.append(NOTHING_CHANGED)
    first = Kind.PUBLICATION in allowed.kinds
    if not first and kind != Kind.TYPO and legible.is_blank(note):
        lacking.append("A change of a published claim needs a public note.")
    elif illegible := legible.objection(note, named="The note"):
        lacking.append(illegible)
    shown = reference.unrecorded(reference.rows_of(fresh, site=site))
    lacking += reference.illegible(shown)
    if not lacking:
        lacking += [
            f"“{row}” was changed after it was read: it has to be read again."
            for row in shown
            if references_read.get(reference.subject_of(row)) != reference.seen_digest(row)
        ]
    if made != digest_read:
        lacking.append("The text was changed after it was read: it has to be read again.")
    if lacking:
        raise NotReady(lacking)
    reference.first_use(reference.rows_of(fresh, site=site), at=at)
    revision = record.append(subject=fresh.subject, kind=kind, note=note, at=at, body=body)
    projection.project(revision)
    return revision


@transaction.atomic
def withdraw(*, claim: Claim, reason: str, at: dt.datetime) -> Revision:
    """Take the verdict back: the page stays with the reason, by an entry of the record.

    Raises NotReady where nothing of the claim is public, or no reason is given. Called by claims.workflow alone.
    """
    publication = Publication.objects.published().for_documents().filter(slug=claim.slug).first()
    if publication is None:
        raise NotReady(["Nothing of this claim is public, so there is nothing to withdraw."])
    if legible.is_blank(reason):
        raise NotReady(["Say in a public note why the verdict is withdrawn."])
    if illegible := legible.objection(reason, named="The note"):
        raise NotReady([illegible])
    published = json.loads(publication.revision.body or "null")
    revision = record.append(
        subject=claim.subject,
        kind=Kind.WITHDRAWAL,
        note=reason,
        at=at,
        body=withdrawal_body(published, reason=reason),
    )
    projection.project(revision)
    return revision
