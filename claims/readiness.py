"""What is still missing before a claim can be published: the list that an editor works down."""

from collections.abc import Collection
from itertools import product

from claims.models import Claim, Evidence, Site
from sources.models import Quotation

# Ratings that a verdict may carry without evidence: there is nothing to weigh.
_NEEDS_NO_EVIDENCE = {"not-checkable", "satire"}


def missing(claim: Claim, *, site: Site, together: Collection[str] = ()) -> list[str]:
    """Sentences that say what `claim` still lacks; empty when it can be published.

    `together` names claims that are published in the same transaction. `claim` must come from
    Claim.objects.for_documents(). Quotations are checked to the character wherever this server holds the text.
    """
    verdict = getattr(claim, "verdict", None)
    if verdict is None:
        return ["The claim has no verdict yet."]
    if not hasattr(verdict.methodology, "scale"):
        return [f"The methodology “{verdict.methodology}” has no rating scale yet."]
    found: list[str] = []
    if site.publisher is None:
        found.append("The site does not say who publishes its fact-checks: choose a publisher under Site.")
    if not verdict.summary.strip():
        found.append("The summary is missing: one or two sentences.")
    if not verdict.rationale.strip():
        found.append("The rationale is missing.")
    if verdict.attribution.methodology_id != verdict.methodology_id:
        found.append("The attribution finding belongs to another methodology than the verdict.")
    if verdict.rating and verdict.rating.scale_id != verdict.methodology.scale.pk:
        found.append("The rating belongs to another methodology than the verdict.")
    appearances = list(claim.appearances.all())
    if not appearances:
        found.append("The claim has no appearance: say where it was made.")
    if appearances and not any(appearance.first for appearance in appearances):
        found.append("Mark the first known appearance of the claim.")
    evidence = list(verdict.evidence.all())
    if verdict.rating and not evidence and verdict.rating.slug not in _NEEDS_NO_EVIDENCE:
        found.append(f"The rating “{verdict.rating.label}” needs evidence.")
    for appearance, piece in product(appearances, evidence):
        if _overlap(appearance.quotation, piece.quotation):
            found.append(
                f"The evidence from {piece.source} is the claim's own appearance “{appearance.slug}”: "
                "what is checked cannot be its own proof."
            )
    for relation in claim.relations.all():
        if relation.to_claim.slug not in together and not hasattr(relation.to_claim, "publication"):
            found.append(
                f"A relation names “{relation.to_claim.slug}”, which is not public: publish that claim first, "
                "or leave the relation out and state it later."
            )
        if relation.appearance and relation.appearance.claim_id != claim.pk:
            found.append("A relation names an appearance of another claim.")
        if relation.to_appearance and relation.to_appearance.claim_id != relation.to_claim_id:
            found.append("A relation names an appearance that does not belong to the related claim.")
    for quotation in (part.quotation for part in [*appearances, *evidence] if part.quotation):
        found += quotation_problems(quotation)
    for part in [*appearances, *evidence]:
        if part.quotation and part.quotation.snapshot.source_id != part.source_id:
            where = part.source if isinstance(part, Evidence) else part.slug
            found.append(f"The words quoted for {where} stand in a snapshot of another source.")
    return found


def negations_left_out(claim: Claim) -> list[str]:
    """The words with a negation that quotations of the claim leave out: its second reader has to know them."""
    parts = [*claim.appearances.all(), *claim.verdict.evidence.all()]
    return [
        elision.exact
        for part in parts
        if part.quotation
        for elision in part.quotation.words.elided
        if elision.negation
    ]


def quotation_problems(quotation: Quotation) -> list[str]:
    """Why a quotation does not hold in its snapshot; empty where it holds or the text is not on this server."""
    return [f"“{quotation}” in {quotation.snapshot}: {sentence}" for sentence in quotation.problems()]


def owner_of(quotation: Quotation) -> str:
    """Which claim the quotation belongs to, in words."""
    appearance = getattr(quotation, "appearance", None)
    if appearance is not None:
        return f"{appearance.claim.slug}, appearance {appearance.slug}"
    evidence = getattr(quotation, "evidence", None)
    if evidence is not None:
        return f"{evidence.verdict.claim.slug}, evidence {evidence.position + 1}"
    return f"quotation {quotation.pk}, which nothing uses"


def _overlap(one: Quotation | None, other: Quotation | None) -> bool:
    if one is None or other is None or one.snapshot.sha256 != other.snapshot.sha256:
        return False
    return any(
        first["start"] < second["end"] and second["start"] < first["end"]
        for first, second in product(one.selector["segments"], other.selector["segments"])
    )
