"""Publishing: one function, one transaction — body, Revision, Publication."""

import datetime as dt
from collections.abc import Collection, Mapping

from django.db import transaction

from claims import projection, readiness, record, reference
from claims.body import claim_body
from claims.canonical import canonical, digest
from claims.models import Claim, Revision, Site


class NotReady(Exception):
    """The claim cannot be published; `missing` says in sentences what it lacks."""

    def __init__(self, missing: list[str]) -> None:
        super().__init__(" ".join(missing))
        self.missing = missing


def new_references(claim: Claim) -> dict[str, str]:
    """Digest by subject of the reference data that publishing the claim now would put on record."""
    fresh = Claim.objects.for_documents().get(pk=claim.pk)
    return reference.unrecorded(reference.rows_of(fresh, site=Site.objects.current()))


def body_digest(claim: Claim, *, second_read_note: str | None = None) -> str:
    """The digest of the claim's body as it stands in the editors' tables now: what an approval binds to."""
    fresh = Claim.objects.for_documents().get(pk=claim.pk)
    return digest(
        canonical(claim_body(fresh, site=Site.objects.current(), second_read_note=second_read_note))
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
    published in the same transaction.
    Raises NotReady with what is missing. Called by claims.workflow alone, which knows who may.
    """
    fresh = Claim.objects.for_documents().get(pk=claim.pk)
    site = Site.objects.current()
    lacking = readiness.missing(fresh, site=site, together=together)
    first = not Revision.objects.of(fresh.subject).exists()
    if first != (kind == Revision.Kind.PUBLICATION):
        lacking.append(
            "The first revision of a claim is its publication."
            if first
            else "The claim is on the record already: say whether this is a correction, a change of verdict, "
            "a clarification, an update or a typing error."
        )
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
