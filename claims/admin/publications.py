"""What is public, at the desk to be looked at; partners' fact-checks are withdrawn here, and let back in."""

import json
from typing import Any

from django import forms
from django.contrib import admin, messages
from django.contrib.admin.widgets import AdminTextareaWidget
from django.core.exceptions import PermissionDenied
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import redirect
from django.template.response import TemplateResponse
from django.urls import URLPattern, path
from django.utils import timezone
from django.utils.html import format_html
from django.utils.safestring import SafeString

from claims import desk
from claims.admin.base import DeskAdmin
from claims.admin.forms import LinesField, editor
from claims.models import PartnerEvent, Publication
from claims.partners import withdrawing
from sources.admin import ReadOnlyMixin

Step = PartnerEvent.Step


class WithdrawForm(forms.Form):
    note = LinesField(
        label="Public reason",
        help_text="Readers see it in the place of the fact-check, and its publisher is told when it is sent again.",
        widget=AdminTextareaWidget(attrs={"rows": 4}),
    )


class LetInForm(forms.Form):
    note = LinesField(
        label="Why it is let back in",
        help_text="For colleagues. Private.",
        widget=AdminTextareaWidget(attrs={"rows": 4}),
    )


@admin.register(Publication)
class PublicationAdmin(ReadOnlyMixin, DeskAdmin):
    change_form_template = "admin/claims/publication/change_form.html"
    list_display = [
        *("title", "page", "origin", "publisher", "rating", "attribution", "first_published_at"),
        *("withdrawn", "sequence"),
    ]
    list_select_related = ["publisher"]
    list_filter = ["origin", "withdrawn", "first_published_at"]
    search_fields = ["title", "text", "slug"]
    search_through = {"publisher": ("sort_key", "slug")}
    search_help_text = "Words of the title, of the claim, or of its publisher's name; or the identifier."
    export_fields = ("slug", "text", "origin", "claimed_on")
    _everyones = ("slug", "title", "text", "origin")
    _ours = ("rating", "attribution")
    _said = ("publisher", "rating_as_published", "reviewed_on")
    _stand = ("claimed_on", "first_published_at", "withdrawn", "sequence")

    def get_fields(self, request: HttpRequest, obj: Publication | None = None) -> Any:
        if obj is None or obj.origin != Publication.Origin.PARTNER:
            return [*self._everyones, *self._ours, *self._stand]
        # Of one that is withdrawn no more is left.
        said = () if obj.withdrawn else self._said
        return [*self._everyones, "review_link", *said, *self._stand]

    @admin.display(description="public page")
    def page(self, row: Publication) -> SafeString:
        return format_html('<a href="{}">{}</a>', row.get_absolute_url(), row.slug)

    @admin.display(description="address at its publisher")
    def review_link(self, row: Publication) -> SafeString | str:
        address = json.loads(row.revision.body or "null")["review_url"]
        if not address:
            return "Taken out of the record"
        return format_html('<a href="{0}" rel="noreferrer external">{0}</a>', address)

    def render_change_form(self, request: HttpRequest, context: Any, *args: Any, **options: Any) -> Any:
        row: Publication | None = options.get("obj")
        if row is not None and row.origin == Publication.Origin.PARTNER:
            step = Step.LET_IN if row.withdrawn else Step.WITHDRAW
            may = request.user.has_perm(withdrawing.PERMISSIONS[step])
            objection = withdrawing.objection(step, row, by=editor(request))
            context |= {
                "theirs": True,
                "step": "" if objection else step.value,
                # Who may not take it at all is not told of it.
                "refused": objection if may else "",
                "reason": withdrawing.reason_of(row) if row.withdrawn else "",
                "is_let_in": row.withdrawn and withdrawing.is_let_in(row.slug),
                "events": PartnerEvent.objects.of(row.slug),
            }
        return super().render_change_form(request, context, *args, **options)

    def get_urls(self) -> list[URLPattern]:
        return [
            path(
                "<int:number>/withdraw/",
                self.admin_site.admin_view(self.withdraw_view),
                name="claims_publication_withdraw",
            ),
            path(
                "<int:number>/let-in/",
                self.admin_site.admin_view(self.let_in_view),
                name="claims_publication_let_in",
            ),
            *super().get_urls(),
        ]

    def withdraw_view(self, request: HttpRequest, number: int) -> HttpResponse:
        return self._step(request, number, Step.WITHDRAW)

    def let_in_view(self, request: HttpRequest, number: int) -> HttpResponse:
        return self._step(request, number, Step.LET_IN)

    def _step(self, request: HttpRequest, number: int, step: Step) -> HttpResponse:
        """Confirm and take one step about a partner's fact-check; the door behind it decides."""
        user = editor(request)
        if not user.has_perm("claims.view_publication") or not user.has_perm(withdrawing.PERMISSIONS[step]):
            raise PermissionDenied
        rows = Publication.objects.with_pages().for_documents().select_related("publisher")
        row = rows.filter(pk=number, origin=Publication.Origin.PARTNER).first()
        if row is None:
            raise Http404
        is_withdrawal, posted = step == Step.WITHDRAW, request.method == "POST"
        form = (WithdrawForm if is_withdrawal else LetInForm)(request.POST if posted else None)
        refused = "" if posted else withdrawing.objection(step, row, by=user)
        if posted and form.is_valid():
            note, now = form.cleaned_data["note"], timezone.now()
            try:
                if is_withdrawal:
                    withdrawing.withdraw(row.slug, reason=note, by=user, at=now)
                else:
                    withdrawing.let_in(row.slug, note=note, by=user, at=now)
            except withdrawing.Refused as error:
                refused = str(error)
            else:
                messages.success(request, f"“{row}”: {step.label.lower()}.")
                return redirect("admin:claims_publication_change", row.pk)
        context = {
            **self.admin_site.each_context(request),
            "title": "Withdraw from the public" if is_withdrawal else "Let it back in",
            "row": row,
            "is_withdrawal": is_withdrawal,
            "reason": withdrawing.reason_of(row) if row.withdrawn else "",
            "reports": desk.reports().filter(publication=row) if is_withdrawal else [],
            "form": form,
            "refused": refused,
            "opts": self.opts,
        }
        return TemplateResponse(
            request,
            "admin/claims/publication/step.html",
            context,
            status=409 if refused and posted else 200,
        )


@admin.register(PartnerEvent)
class PartnerEventAdmin(ReadOnlyMixin, DeskAdmin):
    """Who withdrew which fact-check of a partner, or let it back in, newest first."""

    list_display = ["at", "publication", "step", "by", "note"]
    list_select_related = ["publication", "by"]
    list_filter = ["step"]
    search_fields = ["note"]
    search_through = {"publication": ("title", "slug"), "by": ("username",)}
    search_help_text = "Words of the fact-check's title, its identifier, a user name, or words of the note."
    ordering = ["-pk"]
    fields = ["publication", "step", "by", "at", "note", "entry"]
    export_fields = ("pk",)
