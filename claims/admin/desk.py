"""Notes to colleagues and reports of errors: what the desk keeps to itself."""

import datetime as dt
from typing import Any

from django import forms
from django.contrib import admin
from django.contrib.auth.models import User
from django.db.models import Q, QuerySet
from django.http import HttpRequest
from django.utils import timezone

from claims.admin.base import DeskAdmin, PartMixin
from claims.admin.forms import editor
from claims.models import DeskNote, ErrorReport
from sources.admin import ReadOnlyMixin


class DeskNoteInline(PartMixin, admin.StackedInline):
    """A note is added, never changed: an answer is another note."""

    model = DeskNote
    fields = ["text", "by", "at"]
    readonly_fields = ["by", "at"]
    row_select_related = ["by"]

    def has_change_permission(self, request: HttpRequest, obj: Any = None) -> bool:
        return False

    def has_delete_permission(self, request: HttpRequest, obj: Any = None) -> bool:
        return False


def sign_notes(request: HttpRequest, formset: Any) -> None:
    """Who wrote a new note, and when, is what the program says."""
    for form in formset.extra_forms:
        if isinstance(form.instance, DeskNote):
            form.instance.by, form.instance.at = editor(request), timezone.now()


@admin.register(DeskNote)
class DeskNoteAdmin(ReadOnlyMixin, DeskAdmin):
    """Every note, searchable. A note is written on the page of its claim."""

    list_display = ["claim", "text", "by", "at"]
    list_select_related = ["claim", "by"]
    list_display_links = ["text"]
    list_filter = [("at", admin.DateFieldListFilter)]
    search_fields = ["text"]
    search_through = {"claim": ("title", "slug")}
    search_help_text = "Words of the note, or of the claim's title."
    fields = ["claim", "text", "by", "at"]
    ordering = ["-pk"]
    export_fields = ("pk", "text")


class OpenFilter(admin.SimpleListFilter):
    title = "what came of it"
    parameter_name = "outcome"

    def lookups(self, request: HttpRequest, model_admin: Any) -> list[tuple[str, str]]:
        return [("open", "Open"), ("late", "Overdue"), *ErrorReport.Outcome.choices]

    def queryset(self, request: HttpRequest, queryset: Any) -> Any:
        chosen = self.value()
        if chosen == "open":
            return queryset.open()
        if chosen == "late":
            return queryset.overdue(on=timezone.localdate())
        return queryset.filter(outcome=chosen) if chosen else queryset


class OwnerFilter(admin.SimpleListFilter):
    """Whose it is; a list of every account would be no filter."""

    title = "owner"
    parameter_name = "owner"

    def lookups(self, request: HttpRequest, model_admin: Any) -> list[tuple[str, str]]:
        return [("me", "You"), ("nobody", "Nobody"), ("others", "Somebody else")]

    def queryset(self, request: HttpRequest, queryset: QuerySet) -> QuerySet:
        chosen = {
            "me": Q(owner=editor(request)),
            "nobody": Q(owner__isnull=True),
            "others": Q(owner__isnull=False) & ~Q(owner=editor(request)),
        }
        whose = chosen.get(self.value() or "")
        return queryset.filter(whose) if whose else queryset


def owners(chosen: int | None = None) -> QuerySet[User]:
    """Who can be asked to do something: the active staff, and whoever has it already."""
    return User.objects.filter(Q(is_staff=True, is_active=True) | Q(pk=chosen)).order_by("username")


@admin.register(ErrorReport)
class ErrorReportAdmin(DeskAdmin):
    list_display = ["claim", "what", "state", "owner", "due_on", "reported_at"]
    list_select_related = ["claim", "owner"]
    list_filter = [OpenFilter, OwnerFilter]
    search_fields = ["text", "reported_by", "outcome_note"]
    search_through = {"claim": ("title", "slug")}
    search_help_text = "Words of the report, of the claim's title, or of what was found."
    autocomplete_fields = ["claim"]
    ordering = ["-pk"]
    fields = ["claim", "text", "reported_by", "reported_at", "owner", "due_on", "outcome", "outcome_note"]
    export_fields = ("pk", "text", "reported_by", "outcome", "outcome_note")

    def get_changeform_initial_data(self, request: HttpRequest) -> dict[str, Any]:
        """A report is looked into within a week, by whoever took it, until somebody says otherwise."""
        now = timezone.localtime()
        given = super().get_changeform_initial_data(request)
        due = now.date() + dt.timedelta(days=7)
        return {"reported_at": now, "due_on": due, "owner": editor(request).pk, **given}

    def formfield_for_foreignkey(self, db_field: Any, request: HttpRequest, **options: Any) -> Any:
        if db_field.name == "owner":
            options["queryset"] = owners()
        return super().formfield_for_foreignkey(db_field, request, **options)

    def get_form(self, request: HttpRequest, obj: Any = None, change: bool = False, **options: Any) -> Any:
        form: type[forms.ModelForm] = super().get_form(request, obj, change=change, **options)
        owner = form.base_fields.get("owner")
        if obj is not None and isinstance(owner, forms.ModelChoiceField):
            owner.queryset = owners(obj.owner_id)
        return form

    @admin.display(description="what is said to be wrong", ordering="text")
    def what(self, report: ErrorReport) -> str:
        return report.text if len(report.text) <= 120 else f"{report.text[:117]}…"

    @admin.display(description="what came of it", ordering="outcome")
    def state(self, report: ErrorReport) -> str:
        if report.outcome:
            return report.get_outcome_display()
        return "Overdue" if report.due_on < timezone.localdate() else "Open"
