"""Verdicts at the desk: the two findings, why, the evidence, the right of reply."""

from collections.abc import Iterable
from typing import Any

from django import forms
from django.contrib import admin, messages
from django.db.models import QuerySet
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect
from django.utils import timezone

from claims import workflow
from claims.admin.base import DeskAdmin, PartMixin
from claims.admin.forms import editor
from claims.admin.lists import MethodologyFilter
from claims.admin.quoting import EvidenceForm, QuotingAdmin, QuotingInline
from claims.admin.steps import bar
from claims.models import AttributionFinding, Event, Evidence, Methodology, Rating, Reply, Verdict
from sources.admin import ReadOnlyMixin


class EvidenceInline(PartMixin, QuotingInline):
    model = Evidence
    form = EvidenceForm
    parameter = "evidence"
    fields = [("stance", "kind"), "source", "words", "reading", ("locator", "position"), "note"]
    autocomplete_fields = ["source"]
    row_select_related = ["source", "quotation"]
    readonly_fields = ["reading"]


class EventInline(ReadOnlyMixin, PartMixin, admin.TabularInline):
    model = Event
    classes = ["collapse"]
    fields = ["at", "transition", "by_whom", "note"]
    readonly_fields = ["by_whom"]
    row_select_related = ["by"]

    @admin.display(description="by")
    def by_whom(self, event: Event) -> str:
        return str(event.by)


class ReplyInline(PartMixin, admin.StackedInline):
    model = Reply
    max_num = 1
    fields = [("asked_of", "by"), ("asked_on", "deadline"), "answer", "answered_on"]


def _are_several(request: HttpRequest) -> bool:
    """Whether there are methodologies to tell apart; counted once for both fields of a page."""
    known: bool | None = getattr(request, "_are_several_methodologies", None)
    if known is None:
        known = Methodology.objects.count() > 1
        request._are_several_methodologies = known  # type: ignore[attr-defined]
    return known


def _with_version(row: Rating | AttributionFinding) -> str:
    methodology = row.scale.methodology if isinstance(row, Rating) else row.methodology
    return f"{row.label} (version {methodology.version})"


@admin.register(Verdict)
class VerdictAdmin(QuotingAdmin, DeskAdmin):
    """The status changes through the workflow's one door: the actions below call it."""

    change_form_template = "admin/claims/verdict/change_form.html"
    list_display = ["claim", "attribution", "rating", "status", "author", "approver"]
    list_filter = ["status", MethodologyFilter]
    list_select_related = ["claim", "attribution", "rating", "author", "approver"]
    ordering = ["-pk"]
    search_fields = ["summary"]
    search_through = {"claim": ("text_folded", "title", "slug")}
    search_help_text = "Words of the claim, its title, its identifier, or the summary."
    bulk_delete = False
    export_fields = ("pk", "methodology", "summary", "rationale", "not_known")
    autocomplete_fields = ["claim"]
    fieldsets = [
        (None, {"fields": ["claim", "methodology"]}),
        ("Did they say it?", {"fields": ["attribution", "attribution_note"]}),
        ("Is it true?", {"fields": ["rating"]}),
        (
            "Why",
            {
                "fields": ["summary", "rationale", "not_known"],
                "description": (
                    "The rationale takes Markdown: **bold**, lists with “- ”, quotations with “> ”, "
                    "[words](https://…) for a link. Evidence is cited below; readers see it under the rationale."
                ),
            },
        ),
        (
            "The checklist",
            {
                "fields": ["one_source_reason", "one_side_reason", "no_reply_reason"],
                "description": "Each is needed only where the evidence and the right of reply below leave it open.",
            },
        ),
        ("The second read", {"fields": [("status", "written_by", "read_by")]}),
    ]
    readonly_fields = ["status", "written_by", "read_by"]
    inlines = [EvidenceInline, ReplyInline, EventInline]
    actions = ["submit", "approve", "send_back", "publish"]

    @admin.display(description="written by")
    def written_by(self, verdict: Verdict) -> str:
        return str(verdict.author) if verdict.author_id else "You, when it is saved"

    @admin.display(description="approved by")
    def read_by(self, verdict: Verdict) -> str:
        return str(verdict.approver) if verdict.approver else "Nobody yet"

    def record_subject(self, obj: Verdict) -> str:
        return obj.claim.subject

    def kept(self, rows: Iterable[Verdict]) -> str:
        known = Verdict.objects.filter(pk__in=[row.pk for row in rows], events__isnull=False).first()
        if known is None:
            return ""
        return (
            f"Nothing was deleted: “{known}” has a history, which stays. A draft of it can be written anew."
        )

    def get_changeform_initial_data(self, request: HttpRequest) -> dict[str, Any]:
        newest = Methodology.objects.filter(scale__isnull=False).order_by("-pk").first()
        given = super().get_changeform_initial_data(request)
        return {**({"methodology": newest.pk} if newest else {}), **given}

    def get_readonly_fields(self, request: HttpRequest, obj: Verdict | None = None) -> list[str]:
        # A verdict stays with its claim: its history would be another's.
        return [*self.readonly_fields, *(["claim"] if obj else [])]

    def formfield_for_foreignkey(self, db_field: Any, request: HttpRequest, **options: Any) -> Any:
        field: Any = super().formfield_for_foreignkey(db_field, request, **options)
        if db_field.name in ("rating", "attribution") and _are_several(request):
            scale = "scale__methodology" if db_field.name == "rating" else "methodology"
            field.queryset = field.queryset.select_related(scale)
            field.label_from_instance = _with_version
        return field

    def render_change_form(self, request: HttpRequest, context: Any, *args: Any, **options: Any) -> Any:
        verdict = options.get("obj")
        if verdict is not None:
            context["bar"] = shown = bar(verdict.claim, by=editor(request), here="verdict")
            # What has a history stays, and the bar knows of it without another query.
            is_new = verdict.status == Verdict.Status.DRAFT and not shown.returned and not shown.public
            context["show_delete"] = is_new
        return super().render_change_form(request, context, *args, **options)

    def save_model(self, request: HttpRequest, obj: Verdict, form: forms.ModelForm, change: bool) -> None:
        if not change:
            obj.author = editor(request)
            super().save_model(request, obj, form, change)
            return
        # Only what was typed: a save must not bring back a status that the workflow changed meanwhile.
        obj.save(update_fields=form.changed_data)

    def has_submit_permission(self, request: HttpRequest) -> bool:
        return request.user.has_perm("claims.submit_verdict")

    def has_approve_permission(self, request: HttpRequest) -> bool:
        return request.user.has_perm("claims.approve_verdict")

    def has_return_permission(self, request: HttpRequest) -> bool:
        return request.user.has_perm("claims.return_verdict")

    def has_publish_permission(self, request: HttpRequest) -> bool:
        return request.user.has_perm("claims.publish_verdict")

    @admin.action(description="Submit for a second read", permissions=["submit"])
    def submit(self, request: HttpRequest, verdicts: QuerySet[Verdict]) -> None:
        self._apply("submit", request, verdicts)

    @admin.action(description="Approve as second reader", permissions=["approve"])
    def approve(self, request: HttpRequest, verdicts: QuerySet[Verdict]) -> HttpResponse | None:
        """A second read is of one text, on its page."""
        return self._one("admin:claims_claim_second_read", request, verdicts)

    @admin.action(description="Return with a note", permissions=["return"])
    def send_back(self, request: HttpRequest, verdicts: QuerySet[Verdict]) -> HttpResponse | None:
        """Each writer is told what to mend, so each text goes back on its own page."""
        return self._one("admin:claims_claim_transition", request, verdicts, "return")

    def _one(
        self, page: str, request: HttpRequest, verdicts: QuerySet[Verdict], *arguments: str
    ) -> HttpResponse | None:
        chosen = list(verdicts[:2])
        if len(chosen) == 1:
            return redirect(page, chosen[0].claim_id, *arguments)
        self.message_user(request, "This is done for one claim at a time: choose one.", messages.ERROR)
        return None

    @admin.action(description="Publish for the first time", permissions=["publish"])
    def publish(self, request: HttpRequest, verdicts: QuerySet[Verdict]) -> None:
        self._apply("publish", request, verdicts)

    def _apply(self, name: str, request: HttpRequest, verdicts: QuerySet[Verdict]) -> None:
        for verdict in verdicts:
            try:
                workflow.apply(name, verdict=verdict, by=editor(request), at=timezone.now())
            except workflow.Refused as error:
                self.message_user(request, f"{verdict.claim}: {error}", messages.ERROR)
            else:
                self.message_user(request, f"{verdict.claim}: {verdict.get_status_display().lower()}.")
