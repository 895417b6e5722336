"""The admin as a desk: its first page says what waits for whom."""

import datetime as dt
from collections.abc import Callable
from dataclasses import dataclass, replace
from typing import Any

from django.contrib.admin import AdminSite
from django.contrib.auth.models import User
from django.contrib.contenttypes.models import ContentType
from django.contrib.contenttypes.views import shortcut
from django.db.models import QuerySet
from django.http import Http404, HttpRequest, HttpResponse
from django.template.response import TemplateResponse
from django.urls import path, reverse
from django.utils import timezone

from claims import desk
from claims.models import Claim, ErrorReport, Suggestion

SHOWN = 8


@dataclass(frozen=True, slots=True)
class Item:
    """A line of a pile: what it is, where it is dealt with, and what an editor wants to know first.

    `alarm` comes before the facts, and is not to be overlooked.
    """

    title: str
    link: str
    facts: list[str]
    late: bool = False
    alarm: str = ""


@dataclass(frozen=True, slots=True)
class ShownPile:
    """A pile on the page: its first lines, how many more there are, and the list that shows them all."""

    pile: desk.Pile
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


def _piles(request: HttpRequest) -> list[ShownPile]:
    user, today = request.user, timezone.localdate()
    # The admin lets nobody else in.
    assert isinstance(user, User)  # noqa: S101
    shown = []
    for pile in desk.piles(user):
        rows, line = pile.read(user, today), _LINES.get(pile.id, _claim_item)
        items = [line(row, today) for row in rows[:SHOWN]]
        shown.append(ShownPile(pile, items, _beyond(rows, items), _list_of(pile)))
    return shown


def _list_of(pile: desk.Pile) -> str:
    """The list that shows the whole pile."""
    if pile.of is not Claim:
        return f"{reverse(f'admin:claims_{pile.of._meta.model_name}_changelist')}?outcome=open"
    return f"{reverse('admin:claims_claim_changelist')}?pile={pile.id}"


def _beyond(rows: QuerySet, shown: list[Item]) -> int:
    """How many rows a pile does not show; counted only where there can be any."""
    return 0 if len(shown) < SHOWN else rows.count() - len(shown)


def _claim_item(claim: Claim, today: dt.date) -> Item:
    late = claim.due_on is not None and claim.due_on < today
    facts = [desk.state(claim)]
    if claim.due_on:
        facts.append(f"due {claim.due_on:%-d %B %Y}")
    return Item(claim.title, reverse("admin:claims_claim_change", args=[claim.pk]), facts, late)


def _waiting_item(claim: Claim, today: dt.date) -> Item:
    """A claim to read: its line leads to the page of the second read."""
    link = reverse("admin:claims_claim_second_read", args=[claim.pk])
    return replace(_claim_item(claim, today), link=link)


def _report_item(report: ErrorReport, today: dt.date) -> Item:
    return _sent_item(report, str(report.about), "Nobody looks into it", today)


def _suggestion_item(suggestion: Suggestion, today: dt.date) -> Item:
    return _sent_item(suggestion, str(suggestion), "Nobody decides on it", today)


def _sent_item(row: ErrorReport | Suggestion, title: str, unowned: str, today: dt.date) -> Item:
    return Item(
        title,
        reverse(f"admin:claims_{row._meta.model_name}_change", args=[row.pk]),
        [*([str(row.owner)] if row.owner else []), f"due {row.due_on:%-d %B %Y}"],
        row.due_on < today,
        alarm=desk.without_owner(row.owner, unowned),
    )


def _unanswered_item(claim: Claim, _: dt.date) -> Item:
    reply = claim.verdict.reply
    return Item(
        claim.title,
        reverse("admin:claims_verdict_change", args=[claim.verdict.pk]),
        [f"no answer from {reply.asked_of}", f"deadline {reply.deadline:%-d %B %Y}"],
        late=True,
    )


# How a row of a pile becomes a line, where it is not the page of a claim that deals with it.
_LINES: dict[str, Callable[[Any, dt.date], Item]] = {
    "waiting": _waiting_item,
    "errors": _report_item,
    "suggestions": _suggestion_item,
    "unanswered": _unanswered_item,
}
