"""Claims at the desk: the sentence, where it was made, and what it stands next to."""

from collections.abc import Iterable, Sequence
from typing import Any

from django.contrib import admin, messages
from django.db.models import Exists, OuterRef, Q
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect
from django.urls import path

from claims import desk
from claims.admin.base import DeskAdmin, PartMixin
from claims.admin.desk import DeskNoteInline, OwnerFilter, owners, sign_notes
from claims.admin.forms import editor
from claims.admin.lists import PileFilter, StateFilter, public_page
from claims.admin.nearest import NearestAdmin, nearest
from claims.admin.quoting import AppearanceForm, QuotingAdmin, QuotingInline
from claims.admin.reading import SnapshotReading
from claims.admin.second_read import second_read
from claims.admin.steps import bar, verdict_address
from claims.admin.suggestions import SuggestedAdmin
from claims.admin.transitions import transition
from claims.models import Appearance, Claim, ClaimRelation, DeskNote, Event


class AppearanceInline(PartMixin, QuotingInline):
    model = Appearance
    form = AppearanceForm
    parameter = "appearance"
    fieldsets = [
        (None, {"fields": ["source", "words", "reading", ("mode", "first"), ("role", "slug")]}),
        (
            "Language, date, note and place in the list",
            {
                "fields": [
                    ("language", "translated"),
                    ("claimed_on", "claimed_on_precision"),
                    *("claimed_on_reason", "note", "position"),
                ],
                "classes": ["collapse"],
            },
        ),
    ]
    autocomplete_fields = ["source"]
    row_select_related = ["claim", "source", "quotation"]
    readonly_fields = ["reading"]


class ClaimRelationInline(PartMixin, admin.StackedInline):
    model = ClaimRelation
    fk_name = "claim"
    fields = [("kind", "to_claim"), "note"]
    autocomplete_fields = ["to_claim"]
    row_select_related = ["to_claim"]


@admin.register(Claim)
class ClaimAdmin(SuggestedAdmin, NearestAdmin, SnapshotReading, QuotingAdmin, DeskAdmin):
    change_form_template = "admin/claims/claim/change_form.html"
    # The bar above its pages leads there as soon as there is something to see.
    view_on_site = False
    list_display = ["title", "speaker", "state", "owner", "due_on", "page"]
    list_filter = [PileFilter, StateFilter, OwnerFilter, "due_on"]
    list_select_related = ["speaker", "verdict", "owner", "publication"]
    ordering = ["-pk"]
    # By a speaker or an owner the list is found by searching and filtering; sorting by them reads all claims.
    sortable_by = ["title", "due_on"]
    search_fields = ["text_folded", "title", "slug"]
    search_help_text = "Words of the claim or of its title, or the identifier."
    bulk_delete = False
    # Who writes a note to colleagues, or says who is to do it by when, has not touched the text.
    private_fields = frozenset({"owner", "due_on"})
    private_parts = (DeskNote,)
    export_fields = ("slug", "text", "language", "claimed_on", "topics")
    autocomplete_fields = ["speaker", "topics"]
    fieldsets = [
        (None, {"fields": ["text"]}),
        (None, {"fields": ["title", "slug", "language", "speaker", "topics"]}),
        (
            "When it was said",
            {"fields": [("claimed_on", "claimed_on_precision"), "claimed_on_reason"]},
        ),
        ("At the desk (private)", {"fields": [("owner", "due_on")]}),
    ]
    inlines = [AppearanceInline, ClaimRelationInline, DeskNoteInline]

    @admin.display(description="state")
    def state(self, claim: Claim) -> str:
        return desk.state(claim)

    @admin.display(description="public page")
    def page(self, claim: Claim) -> str:
        return public_page(claim)

    def record_subject(self, obj: Claim) -> str:
        return obj.subject

    def get_urls(self) -> list[Any]:
        view = self.admin_site.admin_view
        own = [
            path("nearest/", view(nearest), name="claims_claim_nearest"),
            path("<int:pk>/second-read/", view(second_read), name="claims_claim_second_read"),
            path("<int:pk>/do/<slug:name>/", view(transition), name="claims_claim_transition"),
        ]
        return [*own, *super().get_urls()]

    def get_changeform_initial_data(self, request: HttpRequest) -> dict[str, Any]:
        return {"owner": editor(request).pk, **super().get_changeform_initial_data(request)}

    def get_readonly_fields(self, request: HttpRequest, obj: Claim | None = None) -> list[str]:
        return ["slug"] if obj else []

    def get_prepopulated_fields(
        self, request: HttpRequest, obj: Claim | None = None
    ) -> dict[str, Sequence[str]]:
        return {} if obj else {"slug": ["title"]}

    def formfield_for_foreignkey(self, db_field: Any, request: HttpRequest, **options: Any) -> Any:
        if db_field.name == "owner":
            options["queryset"] = owners()
        return super().formfield_for_foreignkey(db_field, request, **options)

    def render_change_form(self, request: HttpRequest, context: Any, *args: Any, **options: Any) -> Any:
        claim = options.get("obj")
        if claim is not None:
            context["bar"] = bar(claim, by=editor(request), here="claim")
        return super().render_change_form(request, context, *args, **options)

    def save_formset(self, request: HttpRequest, form: Any, formset: Any, change: bool) -> None:
        sign_notes(request, formset)
        super().save_formset(request, form, formset, change)

    def response_add(self, request: HttpRequest, obj: Claim, post_url_continue: str | None = None) -> Any:
        return self._on_to_the_verdict(request, obj) or super().response_add(request, obj, post_url_continue)

    def response_change(self, request: HttpRequest, obj: Claim) -> Any:
        return self._on_to_the_verdict(request, obj) or super().response_change(request, obj)

    def _on_to_the_verdict(self, request: HttpRequest, claim: Claim) -> HttpResponse | None:
        if "_verdict" not in request.POST:
            return None
        messages.success(request, f"“{claim}” is saved.")
        return redirect(verdict_address(claim))

    def kept(self, rows: Iterable[Claim]) -> str:
        pks = [row.pk for row in rows]
        events = Event.objects.filter(verdict__claim=OuterRef("pk"))
        known = Claim.objects.filter(Q(publication__isnull=False) | Exists(events), pk__in=pks).first()
        if known is None:
            return ""
        return (
            f"Nothing was deleted: “{known}” is on the public record or has a history, and both stay. "
            "Withdraw it if the public should not read it any more."
        )
