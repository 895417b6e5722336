"""Merging at the desk: two rows side by side, what becomes of each field, and a confirmation."""

from typing import Any

from django.contrib import admin, messages
from django.core.exceptions import PermissionDenied
from django.db.models import QuerySet
from django.http import Http404, HttpRequest, HttpResponse, HttpResponseRedirect
from django.template.response import TemplateResponse
from django.urls import path, reverse
from django.utils import timezone

from claims import merging, redirects, reference
from claims.admin.forms import LinesField, editor
from claims.subjects import kind_of

MOST_SUGGESTED = 20


class MergeMixin(admin.ModelAdmin):
    """For the admin of a kind of rows that can be merged: an action for two rows, and a button for one."""

    actions: Any = ["put_on_record", "merge_two"]
    change_form_template = "admin/reference_change_form.html"

    def get_urls(self) -> list[Any]:
        name = f"{self._merge_name}_merge"
        view = self.admin_site.admin_view(self.merge_view)
        return [path("<int:object_id>/merge/", view, name=name), *super().get_urls()]

    @property
    def _merge_name(self) -> str:
        return f"{self.opts.app_label}_{self.opts.model_name}"

    def has_merge_permission(self, request: HttpRequest) -> bool:
        return request.user.has_perm(merging.PERMISSION)

    @admin.action(description="Merge these two", permissions=["merge"])
    def merge_two(self, request: HttpRequest, rows: QuerySet) -> HttpResponse | None:
        chosen = list(rows.order_by("pk")[:3])
        if len(chosen) != 2:
            self.message_user(request, "Choose exactly two rows to merge.", messages.ERROR)
            return None
        # The older row is the likelier one to be kept; the page offers to turn it round.
        kept, gone = sorted(chosen, key=lambda row: reference.recorded(row) is None)
        return HttpResponseRedirect(f"{self._merge_address(gone.pk)}?into={kept.pk}")

    def _merge_address(self, key: int) -> str:
        return reverse(f"admin:{self._merge_name}_merge", args=[key])

    def change_view(
        self, request: HttpRequest, object_id: str, form_url: str = "", extra_context: Any = None
    ) -> HttpResponse:
        context = dict(extra_context or {})
        if object_id.isdigit() and self.has_merge_permission(request):
            context["merge_address"] = self._merge_address(int(object_id))
        return super().change_view(request, object_id, form_url, context)

    def merge_view(self, request: HttpRequest, object_id: int) -> HttpResponse:
        """Find the other row, look at both, confirm."""
        if not self.has_merge_permission(request):
            raise PermissionDenied
        gone = self._merge_row(request, object_id)
        given = request.POST.get("into") or request.GET.get("into")
        if not given:
            return self._merge_find(request, gone)
        kept = self._merge_row(request, given)
        context: dict[str, Any] = {}
        if request.method == "POST":
            note = LinesField(required=False).clean(request.POST.get("note", "").replace("\0", ""))
            choices = {
                name.removeprefix("choice-"): value
                for name, value in request.POST.items()
                if name.startswith("choice-") and isinstance(value, str)
            }
            try:
                entries = merging.merge(
                    kept,
                    gone,
                    by=editor(request),
                    at=timezone.now(),
                    note=note,
                    choices=choices,
                    seen=request.POST.get("seen", ""),
                )
            except merging.Refused as error:
                context = {"error": str(error), "note": note, "made": choices}
            else:
                self.message_user(request, self._merge_said(kept, gone, entries))
                return HttpResponseRedirect(reverse(f"admin:{self._merge_name}_change", args=[kept.pk]))
        return self._merge_side_by_side(request, kept, gone, context)

    def _merge_said(self, kept: Any, gone: Any, entries: list[Any]) -> str:
        said = f"“{gone}” ({gone.slug}) was merged into “{kept}” ({kept.slug})."
        if entries:
            said += f" Readers are told by {' and '.join(f'entry {entry.sequence}' for entry in entries)}."
        return said

    def _merge_row(self, request: HttpRequest, key: Any) -> Any:
        row = self.get_object(request, str(key))
        if row is None:
            raise Http404("One of the rows is not there: it was merged or deleted.")
        return row

    def _merge_find(self, request: HttpRequest, gone: Any) -> HttpResponse:
        words = request.GET.get("q", "").replace("\0", "").strip()
        rows: QuerySet = self.get_queryset(request).exclude(pk=gone.pk)
        # Without words, what shares the longest word of the name is the likeliest twin.
        asked = words or max(str(gone).split(), key=len)
        found, duplicated = self.get_search_results(request, rows, asked)
        found = found.distinct() if duplicated else found
        return self._merge_page(
            request,
            "admin/merge_find.html",
            {
                "title": f"Merge “{gone}” into another {self.opts.verbose_name}",
                "original": gone,
                "words": words,
                "found": found[:MOST_SUGGESTED],
                "more": found.count() > MOST_SUGGESTED,
            },
        )

    def _merge_side_by_side(
        self, request: HttpRequest, kept: Any, gone: Any, context: dict[str, Any]
    ) -> HttpResponse:
        try:
            planned = merging.plan(kept, gone)
        except merging.Refused as error:
            messages.error(request, str(error))
            return HttpResponseRedirect(
                self._merge_address(gone.pk) if kept.pk != gone.pk else self._merge_address(kept.pk)
            )
        lacking = ""
        try:
            merging.permitted(editor(request), public=planned.public)
        except merging.Refused as error:
            lacking = str(error)
        made = context.get("made", {})
        return self._merge_page(
            request,
            "admin/merge.html",
            {
                "title": f"Merge “{gone}” into “{kept}”",
                "original": gone,
                "kept": kept,
                "gone": gone,
                "plan": planned,
                "lines": [(line, made.get(line.name, "kept")) for line in planned.lines],
                "lacking": lacking,
                "former": sorted(redirects.former(kind_of(reference.subject_of(gone)), gone.slug)),
                "turned": f"{self._merge_address(kept.pk)}?into={gone.pk}",
                **context,
            },
        )

    def _merge_page(self, request: HttpRequest, template: str, context: dict[str, Any]) -> HttpResponse:
        site = self.admin_site
        return TemplateResponse(
            request,
            template,
            {**site.each_context(request), "opts": self.opts, "model_name": self._merge_name, **context},
        )
