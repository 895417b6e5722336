"""The admin as a desk: its first page says what waits for whom."""

import datetime as dt
from collections.abc import Iterable
from dataclasses import dataclass
from typing import Any

from django.contrib.admin import AdminSite
from django.contrib.auth.models import User
from django.contrib.contenttypes.models import ContentType
from django.contrib.contenttypes.views import shortcut
from django.http import Http404, HttpRequest, HttpResponse
from django.template.response import TemplateResponse
from django.urls import path, reverse
from django.utils import timezone

from claims import desk
from claims.models import Claim, ErrorReport, Reply

SHOWN = 8


@dataclass(frozen=True, slots=True)
class Item:
    """A line of a pile: what it is, where it is dealt with, and what an editor wants to know first."""

    title: str
    link: str
    facts: list[str]
    late: bool = False


@dataclass(frozen=True, slots=True)
class Pile:
    """What waits for one thing; `more` is how many lines are not shown."""

    id: str
    title: str
    empty: str
    items: list[Item]
    more: int
    link: str


class DeskSite(AdminSite):
    site_header = "The desk"
    site_title = "The desk"
    index_title = "What waits for you"
    enable_nav_sidebar = False

    def index(self, request: HttpRequest, extra_context: dict[str, Any] | None = None) -> TemplateResponse:
        piles = _piles(request) if request.user.has_perm("claims.view_claim") else []
        return super().index(request, {**(extra_context or {}), "piles": piles})

    def get_urls(self) -> list[Any]:
        own = path(
            "r/<path:content_type_id>/<path:object_id>/",
            self.admin_view(self.view_on_site),
            name="view_on_site",
        )
        return [own, *(one for one in super().get_urls() if getattr(one, "name", "") != "view_on_site")]

    def view_on_site(self, request: HttpRequest, content_type_id: str, object_id: str) -> HttpResponse:
        """To the public address of a row. It names the row, so whoever may not see the row is told of none."""
        if not content_type_id.isascii() or not content_type_id.isdigit() or len(content_type_id) > 9:
            raise Http404
        kind = ContentType.objects.filter(pk=int(content_type_id)).first()
        if kind is None or "\0" in object_id:
            raise Http404
        if not request.user.has_perm(f"{kind.app_label}.view_{kind.model}"):
            raise Http404
        return shortcut(request, content_type_id, object_id)


def _piles(request: HttpRequest) -> list[Pile]:
    user, today = request.user, timezone.localdate()
    # The admin lets nobody else in.
    assert isinstance(user, User)  # noqa: S101
    claim_list = reverse("admin:claims_claim_changelist")
    report_list = reverse("admin:claims_errorreport_changelist")

    def of_claims(id: str, title: str, empty: str, rows: Any, *, to: str = "change") -> Pile:
        items = [_claim_item(claim, to=to, today=today) for claim in rows[:SHOWN]]
        return Pile(id, title, empty, items, _beyond(rows, items), f"{claim_list}?pile={id}")

    piles = [
        of_claims("returned", "Returned to you", "Nothing came back.", desk.returned(user)),
        of_claims("mine", "Yours", "You are working on no claim.", desk.mine(user)),
    ]
    if user.has_perm("claims.approve_verdict"):
        piles.append(
            of_claims(
                "waiting",
                "Waiting for your second read",
                "Nothing waits to be read.",
                desk.waiting_for(user),
                to="second_read",
            )
        )
    piles.append(of_claims("ready", "Ready to publish", "Nothing is approved and unpublished.", desk.ready()))
    reports = desk.reports()
    items = [_report_item(report, today=today) for report in reports[:SHOWN]]
    piles.append(
        Pile("errors", "Errors reported", "No report is open.", items, _beyond(reports, items), report_list)
    )
    late = of_claims("overdue", "Overdue", "Nothing is late.", desk.overdue(on=today))
    replies = [_reply_item(reply) for reply in desk.unanswered(on=today)[:SHOWN]]
    piles.append(Pile(late.id, late.title, late.empty, [*late.items, *replies], late.more, late.link))
    return piles


def _beyond(rows: Any, shown: Iterable[Item]) -> int:
    """How many rows a pile does not show; counted only where there can be any."""
    listed = len(list(shown))
    return 0 if listed < SHOWN else rows.count() - listed


def _claim_item(claim: Claim, *, to: str, today: dt.date) -> Item:
    late = claim.due_on is not None and claim.due_on < today
    facts = [desk.state(claim)]
    if claim.due_on:
        facts.append(f"due {claim.due_on:%-d %B %Y}")
    return Item(claim.title, reverse(f"admin:claims_claim_{to}", args=[claim.pk]), facts, late)


def _report_item(report: ErrorReport, *, today: dt.date) -> Item:
    owner = str(report.owner) if report.owner else "nobody looks into it yet"
    return Item(
        report.claim.title,
        reverse("admin:claims_errorreport_change", args=[report.pk]),
        [owner, f"due {report.due_on:%-d %B %Y}"],
        report.due_on < today,
    )


def _reply_item(reply: Reply) -> Item:
    return Item(
        reply.verdict.claim.title,
        reverse("admin:claims_verdict_change", args=[reply.verdict.pk]),
        [f"no answer from {reply.asked_of}", f"deadline {reply.deadline:%-d %B %Y}"],
        late=True,
    )
