"""The bar above a claim's pages at the desk: where it stands, what is missing and where, and what can be done."""

from dataclasses import dataclass

from django.contrib.auth.models import User
from django.urls import reverse

from claims import desk, publishing, readiness, roles, workflow
from claims.models import Claim, Event, Site, Verdict
from claims.readiness import Lack


@dataclass(frozen=True, slots=True)
class Step:
    title: str
    link: str | None
    is_here: bool


@dataclass(frozen=True, slots=True)
class Missing:
    sentence: str
    link: str


@dataclass(frozen=True, slots=True)
class Offer:
    """A transition that can be made now. One leads on; the others are there and do not stand in front."""

    name: str
    label: str
    link: str

    @property
    def leads_on(self) -> bool:
        return self.name in _ONWARD

    @property
    def is_grave(self) -> bool:
        return self.name == "withdraw"


# What a page is about is not offered above it.
_ABOUT = {"second-read": ("approve", "return")}
_ONWARD = ("submit", "approve", "publish")


@dataclass(frozen=True, slots=True)
class Bar:
    """`hint` is what comes next, in a sentence; `public` the address of the page that readers have.

    `returned` is the event that sent the text back, as long as nobody has submitted it again.
    """

    state: str
    returned: Event | None
    steps: list[Step]
    missing: list[Missing]
    transitions: list[Offer]
    hint: str
    public: str | None


def bar(claim: Claim, *, by: User, here: str) -> Bar:
    """The bar of a saved claim; `here` is its step that is on the page, or a transition."""
    return bar_of(
        Claim.objects.for_documents().select_related("publication").get(pk=claim.pk), by=by, here=here
    )


def bar_of(fresh: Claim, *, by: User, here: str) -> Bar:
    """The same of a claim that was read with Claim.objects.for_documents() and its publication."""
    verdict: Verdict | None = getattr(fresh, "verdict", None)
    publication = getattr(fresh, "publication", None)
    # What is public lacks nothing that matters now; its next round begins with a revision.
    at_rest = verdict is not None and verdict.status in (Verdict.Status.PUBLISHED, Verdict.Status.WITHDRAWN)
    lacks = [] if at_rest else readiness.lacking(fresh, site=Site.objects.current())
    missing = [Missing(lack, place_of(lack, fresh)) for lack in lacks]
    transitions = [
        Offer(
            transition.name,
            transition.label,
            reverse("admin:claims_claim_transition", args=[fresh.pk, transition.name]),
        )
        for transition in (workflow.allowed(verdict, by=by) if verdict else [])
        if transition.name not in _ABOUT.get(here, (here,))
        # Who worked on a text is not offered to approve it; what else is in the way is said on the page itself.
        if transition.name != "approve" or not workflow.objection("approve", claim=fresh, by=by)
    ]
    return Bar(
        state=desk.state(fresh),
        returned=_returned(verdict) if verdict else None,
        steps=_steps(fresh, verdict, here=here),
        missing=missing,
        transitions=transitions,
        hint=_hint(fresh, verdict, by=by, is_complete=not missing),
        public=publication.get_absolute_url() if publication else None,
    )


def _returned(verdict: Verdict) -> Event | None:
    if verdict.status != Verdict.Status.DRAFT:
        return None
    last = verdict.events.select_related("by").order_by("at", "pk").last()
    return last if last and last.transition == "return" else None


def verdict_address(claim: Claim) -> str:
    """Where the claim's verdict is written: its page, or the empty form of one."""
    verdict = getattr(claim, "verdict", None)
    if verdict is None:
        return f"{reverse('admin:claims_verdict_add')}?claim={claim.pk}"
    return reverse("admin:claims_verdict_change", args=[verdict.pk])


def place_of(lack: Lack, claim: Claim) -> str:
    """The address of the field where a lack is mended."""
    page, _, field = lack.place.partition(".")
    if page == "site":
        return f"{reverse('admin:claims_site_change', args=[1])}#id_{field}"
    address = (
        verdict_address(claim) if page == "verdict" else reverse("admin:claims_claim_change", args=[claim.pk])
    )
    if field not in ("appearances", "relations", "evidence"):
        return f"{address}#id_{field}"
    owner = claim.verdict if field == "evidence" else claim
    keys = [row.pk for row in getattr(owner, field).all()]
    return f"{address}#{field}-{keys.index(lack.row) if lack.row in keys else 'group'}"


def _steps(claim: Claim, verdict: Verdict | None, *, here: str) -> list[Step]:
    read = reverse("admin:claims_claim_second_read", args=[claim.pk]) if verdict else None
    return [
        Step("The claim", reverse("admin:claims_claim_change", args=[claim.pk]), here == "claim"),
        Step("The verdict", verdict_address(claim), here == "verdict"),
        Step("The second read", read, here == "second-read"),
    ]


def _hint(claim: Claim, verdict: Verdict | None, *, by: User, is_complete: bool) -> str:
    what = _what_next(claim, verdict, is_complete=is_complete)
    return f"{what} {_who_can(verdict, by=by)}".strip() if verdict else what


def _who_can(verdict: Verdict, *, by: User) -> str:
    """Who takes the next step, where `by` may not take it at all."""
    name, words = _NEXT[verdict.status]
    permission = workflow.TRANSITIONS[name].permission
    if by.has_perm(permission):
        return ""
    groups = [f"{'an' if group[0] in 'AEIOU' else 'a'} {group}" for group in roles.groups_with(permission)]
    who = f"{', '.join(groups[:-1])} or {groups[-1]}" if len(groups) > 1 else groups[0]
    return f"{who[0].upper()}{who[1:]} can {words}."


# The step that leads on from each status, and what it is in words.
_NEXT = {
    Verdict.Status.DRAFT.value: ("submit", "submit it"),
    Verdict.Status.SUBMITTED.value: ("approve", "be its second reader"),
    Verdict.Status.APPROVED.value: ("publish", "publish it"),
    Verdict.Status.PUBLISHED.value: ("revise", "take it up for a revision"),
    Verdict.Status.WITHDRAWN.value: ("restore", "take it up again"),
}


def _what_next(claim: Claim, verdict: Verdict | None, *, is_complete: bool) -> str:
    if verdict is None:
        return "Save the claim with the places where it was made, then write the verdict."
    if verdict.status == Verdict.Status.APPROVED and publishing.body_digest(claim) != verdict.approved_digest:
        return "The text was changed after its second read: return it, and let it be read again."
    if verdict.status == Verdict.Status.DRAFT and is_complete and publishing.unchanged(claim):
        return "Nothing is changed yet: readers have this text already."
    if verdict.status == Verdict.Status.DRAFT and is_complete:
        return "Nothing is missing: it can be submitted for a second read."
    return _HINTS.get(verdict.status, "")


_HINTS = {
    Verdict.Status.DRAFT.value: "What is still missing is listed here; each line leads to its field.",
    Verdict.Status.SUBMITTED.value: "Somebody who did not work on it reads it now, and approves or returns it.",
    Verdict.Status.APPROVED.value: "It can be published as it was read; any change voids the approval.",
    Verdict.Status.PUBLISHED.value: (
        "Readers have it. What you change here stays private until it is published again, with a public note."
    ),
    Verdict.Status.WITHDRAWN.value: (
        "Readers see that it was withdrawn, and why. Taken up again it is a draft, and two people read it before "
        "readers have it back."
    ),
}
