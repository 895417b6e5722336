"""What partners sent, at the desk to be looked at: pages of their sites with their fact-checks, claims for checking."""

import json
from dataclasses import dataclass
from typing import Any

from django.contrib import admin
from django.db.models import Count, OuterRef, QuerySet, Subquery
from django.http import HttpRequest
from django.urls import reverse
from django.utils.html import format_html
from django.utils.safestring import SafeString

from claims.admin.base import DeskAdmin
from claims.models import Markup, MarkupPage, Publication
from factcheck.partners.models import Partner, Site, Submission
from sources.admin import ReadOnlyMixin


@dataclass(frozen=True, slots=True)
class Had:
    """What a partner has here of one kind: how many, in words, and the list of them."""

    name: str
    count: str
    link: str


def had(partner: Partner, request: HttpRequest) -> list[Had]:
    """What a partner has here, as far as the request's account may look at it."""
    pages = MarkupPage.objects.filter(site__in=partner.sites.order_by().values("host"))
    kinds: list[tuple[str, str, QuerySet[Any], str]] = [
        ("Pages with their fact-checks", "claims_markuppage", pages, "partner"),
        ("Claims sent for checking", "partners_submission", partner.submissions.all(), "partner__id__exact"),
        ("Webhooks", "webhooks_subscription", partner.subscriptions.all(), "partner__id__exact"),
    ]
    found = []
    for name, model, rows, parameter in kinds:
        app_label, _, model_name = model.partition("_")
        if request.user.has_perm(f"{app_label}.view_{model_name}"):
            link = f"{reverse(f'admin:{model}_changelist')}?{parameter}={partner.pk}"
            found.append(Had(name, f"{rows.count():,}", link))
    return found


class PartnerFilter(admin.SimpleListFilter):
    """Whose site a page is on."""

    title = "partner"
    parameter_name = "partner"

    def lookups(self, request: HttpRequest, model_admin: Any) -> list[tuple[str, str]]:
        return [(str(key), name) for key, name in Partner.objects.values_list("pk", "name")]

    def queryset(self, request: HttpRequest, queryset: QuerySet[Any]) -> QuerySet[Any]:
        chosen = self.value()
        if not chosen:
            return queryset
        # The admin has refused what is none of the keys offered.
        own = Site.objects.filter(partner=int(chosen)).order_by()
        return queryset.filter(site__in=own.values("host"))


@admin.register(MarkupPage)
class MarkupPageAdmin(ReadOnlyMixin, DeskAdmin):
    """Pages whose fact-checks their publisher keeps here by its own key; it alone writes them."""

    change_form_template = "admin/claims/markuppage/change_form.html"
    list_display = ["url", "partner", "fact_checks"]
    list_filter = [PartnerFilter]
    search_fields = ["url", "identifier"]
    search_help_text = "Parts of the address, or the name that the page has in the API."
    export_fields = ("identifier",)
    fields = ["link", "partner", "api_name", "as_a_whole"]
    ordering = ["-pk"]

    def get_queryset(self, request: HttpRequest) -> QuerySet[MarkupPage]:
        own = Site.objects.filter(host=OuterRef("site")).order_by()
        rows: QuerySet[MarkupPage] = super().get_queryset(request)
        return rows.annotate(
            partner_key=Subquery(own.values("partner")[:1]),
            partner_name=Subquery(own.values("partner__name")[:1]),
            markups_now=Count("markups"),
        )

    @admin.display(description="partner", ordering="partner_name")
    def partner(self, page: Any) -> SafeString | str:
        if page.partner_key is None:
            return "Nobody’s: no partner has this site now"
        address = reverse("admin:partners_partner_change", args=[page.partner_key])
        return format_html('<a href="{}">{}</a>', address, page.partner_name)

    @admin.display(description="fact-checks", ordering="markups_now")
    def fact_checks(self, page: Any) -> int:
        return int(page.markups_now)

    @admin.display(description="address")
    def link(self, page: MarkupPage) -> SafeString:
        return format_html('<a href="{0}" rel="noreferrer external">{0}</a>', page.url)

    @admin.display(description="name in the API")
    def api_name(self, page: MarkupPage) -> str:
        return f"pages/{page.identifier}"

    @admin.display(description="said of the whole page")
    def as_a_whole(self, page: MarkupPage) -> SafeString | str:
        said = json.loads(page.sent)
        return as_sent(said) if said else "Nothing"

    def render_change_form(self, request: HttpRequest, context: Any, *args: Any, **options: Any) -> Any:
        page = options.get("obj")
        if page is not None:
            markups = list(page.markups.all())
            rows = Publication.objects.with_pages().filter(slug__in=[one.slug for one in markups])
            of = {row.slug: row for row in rows.select_related("revision").order_by()}
            context["markups"] = [
                (of[one.slug], _state(one, of[one.slug]), as_sent(json.loads(one.sent))) for one in markups
            ]
        return super().render_change_form(request, context, *args, **options)


def as_sent(document: dict[str, Any]) -> SafeString:
    """JSON for people: each member on a line of its own."""
    return format_html('<pre class="as-sent">{}</pre>', json.dumps(document, ensure_ascii=False, indent=2))


def _state(markup: Markup, publication: Publication) -> str:
    if publication.withdrawn:
        return "withdrawn"
    if publication.revision.body_digest != markup.body_digest:
        return "public, and changed since by a feed"
    return "public as it was sent"


@admin.register(Submission)
class SubmissionAdmin(ReadOnlyMixin, DeskAdmin):
    """Claims that partners sent for checking. The desk works on the suggestion that each became."""

    list_display = ["at", "partner", "claim", "outcome"]
    list_filter = ["partner"]
    list_select_related = ["partner", "suggestion"]
    search_fields = ["idempotency_key"]
    search_through = {"suggestion": ("text", "who"), "partner": ("name",)}
    search_help_text = "Words of the claim, who said it, or the partner's name."
    fields = ["partner", "claim", "outcome", "at", "idempotency_key"]
    export_fields = ("pk",)
    ordering = ["-pk"]

    @admin.display(description="claim")
    def claim(self, sent: Submission) -> SafeString:
        address = reverse("admin:claims_suggestion_change", args=[sent.suggestion_id])
        return format_html('<a href="{}">{}</a>', address, sent.suggestion)

    @admin.display(description="what came of it")
    def outcome(self, sent: Submission) -> str:
        return str(sent.suggestion.get_outcome_display()) or "Open"
