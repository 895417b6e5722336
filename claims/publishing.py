"""Publishing: one function, one transaction — body, Revision, Publication."""

import datetime as dt
import json
from collections.abc import Collection, Mapping

from django.db import transaction

from claims import projection, readiness, record, reference
from claims.body import claim_body, withdrawal_body
from claims.canonical import canonical, digest
from claims.models import Claim, Publication, Revision, Site


class NotReady(Exception):
    """The claim cannot be published; `missing` says in sentences what it lacks."""

    def __init__(self, missing: list[str]) -> None:
        super().__init__(" ".join(missing))
        self.missing = missing


def new_references(claim: Claim) -> dict[str, str]:
    """Digest by subject of the reference data that publishing the claim now would put on record.

    `claim` comes from Claim.objects.for_documents().
    """
    return reference.unrecorded(reference.rows_of(claim, site=Site.objects.current()))


def body_digest(claim: Claim, *, second_read_note: str | None = None) -> str:
    """The digest of the body of `claim`, from Claim.objects.for_documents(): what an approval binds to."""
    body = claim_body(claim, site=Site.objects.current(), second_read_note=second_read_note)
    return digest(canonical(body))


def kinds(claim: Claim) -> tuple[str, ...]:
    """The kinds of entry that publishing the claim now can be: its first, one after a withdrawal, or a notice."""
    publication = Publication.objects.with_pages().filter(slug=claim.slug).first()
    if publication is None:
        return (Revision.Kind.PUBLICATION,)
    return (Revision.Kind.RESTORATION,) if publication.withdrawn else Revision.NOTICES


_WRONG_KIND = {
    Revision.Kind.PUBLICATION.value: "The first revision of a claim is its publication.",
    Revision.Kind.RESTORATION.value: "The claim was withdrawn: publishing it again is its restoration.",
    Revision.NOTICES[0]: (
        "The claim is on the record already: say whether this is a correction, a change of verdict, "
        "a clarification, an update or a typing error."
    ),
}


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
    published in the same transaction.
    Raises NotReady with what is missing. Called by claims.workflow alone, which knows who may.
    """
    fresh = Claim.objects.for_documents().get(pk=claim.pk)
    site = Site.objects.current()
    lacking: list[str] = [*readiness.missing(fresh, site=site, together=together)]
    allowed = kinds(fresh)
    if kind not in allowed:
        lacking.append(_WRONG_KIND[allowed[0]])
    first = Revision.Kind.PUBLICATION in allowed
    if not first and kind != Revision.Kind.TYPO and not note.strip():
        lacking.append("A change of a published claim needs a public note.")
    if not lacking:
        rows = reference.unrecorded(reference.rows_of(fresh, site=site))
        lacking += [
            f"{subject} was changed after it was read: it has to be read again."
            for subject, made in rows.items()
            if references_read.get(subject) != made
        ]
    body = claim_body(fresh, site=site, second_read_note=second_read_note)
    if digest(canonical(body)) != digest_read:
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
    if not reason.strip():
        raise NotReady(["Say in a public note why the verdict is withdrawn."])
    published = json.loads(publication.revision.body or "null")
    revision = record.append(
        subject=claim.subject,
        kind=Revision.Kind.WITHDRAWAL,
        note=reason,
        at=at,
        body=withdrawal_body(published, reason=reason),
    )
    projection.project(revision)
    return revision
