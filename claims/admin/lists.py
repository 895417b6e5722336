"""Columns and filters of the lists of claims and verdicts, for 100,000 of them."""

from typing import Any

from django.contrib import admin
from django.core.exceptions import ObjectDoesNotExist
from django.db.models import QuerySet
from django.http import HttpRequest
from django.utils import timezone
from django.utils.html import format_html

from claims import desk, workflow
from claims.admin.forms import editor
from claims.models import Claim, Methodology, Verdict


def is_public(claim: Claim) -> bool:
    try:
        return not claim.publication.withdrawn
    except ObjectDoesNotExist:
        return False


def public_page(claim: Claim) -> str:
    if not is_public(claim):
        return ""
    return format_html(
        '<a href="{}">Public page<span class="visually-hidden"> of {}</span></a>',
        claim.get_absolute_url(),
        claim.title,
    )


class PileFilter(admin.SimpleListFilter):
    """The piles of the desk's first page as filters of the list, for the account that looks."""

    title = "pile of the desk"
    parameter_name = "pile"

    def lookups(self, request: HttpRequest, model_admin: Any) -> list[tuple[str, str]]:
        return [(pile.id, pile.title) for pile in _piles_of_claims(request)]

    def queryset(self, request: HttpRequest, queryset: QuerySet[Claim]) -> QuerySet[Claim]:
        for pile in _piles_of_claims(request):
            if pile.id == self.value():
                rows = pile.read(editor(request), timezone.localdate())
                return queryset.filter(pk__in=rows.order_by().values("pk"))
        return queryset


def _piles_of_claims(request: HttpRequest) -> list[desk.Pile]:
    return [pile for pile in desk.piles(editor(request)) if pile.of is Claim]


class StateFilter(admin.SimpleListFilter):
    """By the state of the verdict, for claims: also those that have none."""

    title = "state"
    parameter_name = "state"

    def lookups(self, request: HttpRequest, model_admin: Any) -> list[tuple[str, str]]:
        return [("none", "No verdict yet"), *Verdict.Status.choices]

    def queryset(self, request: HttpRequest, queryset: QuerySet[Claim]) -> QuerySet[Claim]:
        chosen = self.value()
        if chosen == "none":
            return queryset.filter(verdict__isnull=True)
        if chosen not in Verdict.Status.values:
            return queryset
        # From the index alone: a join would read every verdict in the state, and sort all of them.
        return queryset.filter(pk__in=Verdict.objects.filter(status=chosen).order_by().values("claim"))


class MethodologyFilter(admin.SimpleListFilter):
    """By methodology: few, unlike the ratings of all of them."""

    title = "methodology"
    parameter_name = "methodology"

    def lookups(self, request: HttpRequest, model_admin: Any) -> list[tuple[str, str]]:
        return [(row.version, str(row)) for row in Methodology.objects.all()]

    def queryset(self, request: HttpRequest, queryset: QuerySet[Verdict]) -> QuerySet[Verdict]:
        return queryset.filter(methodology__version=self.value()) if self.value() else queryset


class TransitionFilter(admin.SimpleListFilter):
    """By what was done: the table of the workflow knows what there is, the events need not be read for it."""

    title = "what was done"
    parameter_name = "transition"

    def lookups(self, request: HttpRequest, model_admin: Any) -> list[tuple[str, str]]:
        return [(name, row.label or "Load from seed files") for name, row in workflow.TRANSITIONS.items()]

    def queryset(self, request: HttpRequest, queryset: QuerySet) -> QuerySet:
        return queryset.filter(transition=self.value()) if self.value() else queryset
