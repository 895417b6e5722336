"""What is still missing before a claim can be published: the list that an editor works down."""

from collections.abc import Collection, Iterator
from dataclasses import dataclass
from functools import partial
from itertools import product
from typing import Any

from claims import legible
from claims.body import claim_body
from claims.models import Appearance, Claim, Evidence, Site, Verdict
from claims.rationale import left_over
from sources.models import Quotation

# Ratings that a verdict may carry without evidence: there is nothing to weigh.
_NEEDS_NO_EVIDENCE = {"not-checkable", "satire"}


class Lack(str):
    """A sentence on what is still missing, and the place where an editor mends it.

    `place` is a field of a form: "claim.title", "verdict.summary", "site.publisher"; "claim.appearances",
    "claim.relations" and "verdict.evidence" are lists, where `row` is the key of the row that is meant, if it is one.
    """

    place: str
    row: int | None

    def __new__(cls, sentence: str, *, place: str, row: int | None = None) -> "Lack":
        made = super().__new__(cls, sentence)
        made.place, made.row = place, row
        return made


def lacking(claim: Claim, *, site: Site) -> list[Lack]:
    """What keeps `claim` from its second read: what it lacks, and what the checklist leaves open.

    `claim` must come from Claim.objects.for_documents().
    """
    found = missing(claim, site=site)
    verdict = getattr(claim, "verdict", None)
    if verdict is None or not hasattr(verdict.methodology, "scale"):
        return found
    return [*found, *_against_its_evidence(verdict), *unsettled(claim)]


def _against_its_evidence(verdict: Verdict) -> Iterator[Lack]:
    """A rating on one side of the scale's middle, with evidence and none of it on that side."""
    rating, scale = verdict.rating, verdict.methodology.scale
    stances = {piece.stance for piece in verdict.evidence.all()}
    if rating is None or rating.value is None or not stances:
        return
    middle = (scale.worst + scale.best) / 2
    if rating.value > middle and Evidence.Stance.SUPPORTS not in stances:
        side = "supports the claim"
    elif rating.value < middle and Evidence.Stance.REFUTES not in stances:
        side = "speaks against the claim"
    else:
        return
    yield Lack(
        f"The rating is “{rating.label}”, and no evidence {side}: cite it, or rate the claim otherwise.",
        place="verdict.rating",
    )


def missing(claim: Claim, *, site: Site, together: Collection[str] = ()) -> list[Lack]:
    """What `claim` still lacks; empty when it can be published.

    `together` names claims that are published in the same transaction. `claim` must come from
    Claim.objects.for_documents(). Quotations are checked to the character wherever this server holds the text.
    """
    verdict = getattr(claim, "verdict", None)
    appearances = list(claim.appearances.all())
    found = [*_appearances_lacking(appearances), *_relations_lacking(claim, together=together)]
    if site.publisher is None:
        found.append(
            Lack(
                "The site does not say who publishes its fact-checks: choose a publisher under Site.",
                place="site.publisher",
            )
        )
    if verdict is None:
        return [*found, Lack("The claim has no verdict yet.", place="verdict.rating")]
    return [*found, *_verdict_lacking(verdict, appearances), *_illegible(claim, site=site)]


# Where an editor mends the texts of a body, and what they are called there.
_MEMBERS = {
    "claim": ("The claim", "claim.text"),
    "title": ("The title", "claim.title"),
    "speaker": ("The speaker", "claim.speaker"),
    "appearances": ("An appearance", "claim.appearances"),
    "relations": ("The note of a relation", "claim.relations"),
    "attribution": ("The note on the attribution", "verdict.attribution_note"),
    "summary": ("The summary", "verdict.summary"),
    "rationale": ("The rationale", "verdict.rationale"),
    "not_known": ("What is not known", "verdict.not_known"),
    "evidence": ("A piece of evidence", "verdict.evidence"),
    "reply": ("The comment that was sought", "verdict.no_reply_reason"),
    "publisher": ("The publisher", "site.publisher"),
}


def _illegible(claim: Claim, *, site: Site) -> Iterator[Lack]:
    """Texts with characters that nobody can read. A quotation is as its source wrote it, and checked against that."""
    body = claim_body(claim, site=site)
    for member, (named, place) in _MEMBERS.items():
        wrong = (legible.objection(text, named=named) for text in _own_texts(body[member]))
        if first := next(filter(None, wrong), None):
            yield Lack(first, place=place)


def _own_texts(value: Any) -> Iterator[str]:
    """The texts of one member of a body, without the words that are quoted."""
    if not isinstance(value, list):
        yield from legible.texts(value)
        return
    for row in value:
        yield from legible.texts({**row, "quotation": None})


def _appearances_lacking(appearances: list[Appearance]) -> Iterator[Lack]:
    place = "claim.appearances"
    if not appearances:
        yield Lack("The claim has no appearance: say where it was made.", place=place)
    if appearances and not any(appearance.first for appearance in appearances):
        yield Lack("Mark the first known appearance of the claim.", place=place, row=appearances[0].pk)
    for appearance in appearances:
        yield from _quotation_lacking(appearance, appearance.slug, place=place)


def _relations_lacking(claim: Claim, *, together: Collection[str]) -> Iterator[Lack]:
    for relation in claim.relations.all():
        lack = partial(Lack, place="claim.relations", row=relation.pk)
        publication = getattr(relation.to_claim, "publication", None)
        is_public = publication is not None and not publication.withdrawn
        if relation.to_claim.slug not in together and not is_public:
            yield lack(
                f"A relation names “{relation.to_claim.slug}”, which is not public: publish that claim first, "
                "or leave the relation out and state it later."
            )
        if relation.appearance and relation.appearance.claim_id != claim.pk:
            yield lack("A relation names an appearance of another claim.")
        if relation.to_appearance and relation.to_appearance.claim_id != relation.to_claim_id:
            yield lack("A relation names an appearance that does not belong to the related claim.")


def _verdict_lacking(verdict: Verdict, appearances: list[Appearance]) -> Iterator[Lack]:
    if not hasattr(verdict.methodology, "scale"):
        yield Lack(
            f"The methodology “{verdict.methodology}” has no rating scale yet.", place="verdict.methodology"
        )
        return
    if legible.is_blank(verdict.summary):
        yield Lack("The summary is missing: one or two sentences.", place="verdict.summary")
    if legible.is_blank(verdict.rationale):
        yield Lack("The rationale is missing.", place="verdict.rationale")
    for typed in left_over(verdict.rationale):
        yield Lack(
            f"Readers would see “{typed}” in the rationale as it is typed: it takes Markdown without HTML, "
            "and links to web addresses.",
            place="verdict.rationale",
        )
    if verdict.attribution.methodology_id != verdict.methodology_id:
        yield Lack(
            "The attribution finding belongs to another methodology than the verdict.",
            place="verdict.attribution",
        )
    if verdict.rating and verdict.rating.scale_id != verdict.methodology.scale.pk:
        yield Lack("The rating belongs to another methodology than the verdict.", place="verdict.rating")
    place = "verdict.evidence"
    evidence = list(verdict.evidence.all())
    if verdict.rating and not evidence and verdict.rating.slug not in _NEEDS_NO_EVIDENCE:
        yield Lack(f"The rating “{verdict.rating.label}” needs evidence.", place=place)
    for appearance, piece in product(appearances, evidence):
        if _overlap(appearance.quotation, piece.quotation):
            yield Lack(
                f"The evidence from {piece.source} is the claim's own appearance “{appearance.slug}”: "
                "what is checked cannot be its own proof.",
                place=place,
                row=piece.pk,
            )
    for piece in evidence:
        yield from _quotation_lacking(piece, piece.source, place=place)


def _quotation_lacking(part: Appearance | Evidence, where: object, *, place: str) -> Iterator[Lack]:
    quotation = part.quotation
    if quotation is None:
        return
    for sentence in quotation_problems(quotation):
        yield Lack(sentence, place=place, row=part.pk)
    if quotation.snapshot.source_id != part.source_id:
        yield Lack(
            f"The words quoted for {where} stand in a snapshot of another source.", place=place, row=part.pk
        )


@dataclass(frozen=True, slots=True)
class Check:
    """One point of the methodology's checklist, as it stands for a verdict: met, or with its reason, or neither."""

    question: str
    is_met: bool
    found: str
    reason: str
    place: str

    @property
    def is_settled(self) -> bool:
        return self.is_met or not legible.is_blank(self.reason)


def checklist(claim: Claim) -> list[Check]:
    """What the methodology asks of a verdict before its second read (claim from Claim.objects.for_documents()).

    Evidence from two sources or the reason for one (where the claim was made proves nothing); evidence for and
    against or the reason for one side; a comment sought or the reason why not. A verdict without evidence by its
    rating ("not checkable") has no sources and sides to weigh.
    """
    verdict = claim.verdict
    evidence = list(verdict.evidence.all())
    stances = {piece.stance for piece in evidence}
    sided = {Evidence.Stance.SUPPORTS.value, Evidence.Stance.REFUTES.value}
    sources = {piece.source_id for piece in evidence if piece.stance in sided}
    unrated = verdict.rating is None or verdict.rating.slug in _NEEDS_NO_EVIDENCE
    reply = getattr(verdict, "reply", None)
    asked = {
        "two-sources": Check(
            "Does evidence for or against come from two sources, or is it said why one is enough?",
            len(sources) >= 2 or (unrated and not evidence),
            f"So far {['none does', 'it comes from one', f'it comes from {len(sources)}'][min(len(sources), 2)]}",
            verdict.one_source_reason,
            "verdict.one_source_reason",
        ),
        "both-sides": Check(
            "Is there evidence for and against, or is it said why there is none?",
            sided <= stances or (unrated and not evidence),
            _sides(stances),
            verdict.one_side_reason,
            "verdict.one_side_reason",
        ),
        "reply": Check(
            "Was a comment sought, or is it said why not?",
            reply is not None,
            f"So far {reply or 'nobody was asked'}",
            verdict.no_reply_reason,
            "verdict.no_reply_reason",
        ),
    }
    return [asked[name] for name in verdict.methodology.checklist]


def _sides(stances: set[str]) -> str:
    supports, refutes = Evidence.Stance.SUPPORTS in stances, Evidence.Stance.REFUTES in stances
    if supports and refutes:
        return "There is both"
    if supports or refutes:
        return f"So far all of it speaks {'for' if supports else 'against'} the claim"
    return "So far there is none"


def unsettled(claim: Claim) -> list[Lack]:
    """The points of the checklist that are neither met nor explained."""
    return [
        Lack(f"{check.question} {check.found}.", place=check.place)
        for check in checklist(claim)
        if not check.is_settled
    ]


def negations_left_out(claim: Claim) -> list[str]:
    """The words with a negation that quotations of the claim leave out: its second reader has to know them."""
    parts: list[Appearance | Evidence] = [*claim.appearances.all(), *claim.verdict.evidence.all()]
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
