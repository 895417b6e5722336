"""Notes to colleagues and reports of errors: what the desk keeps to itself."""

import json
from typing import Any

from django import forms
from django.contrib import admin
from django.contrib.auth.models import User
from django.db.models import Q, QuerySet
from django.http import HttpRequest
from django.urls import reverse
from django.utils import timezone
from django.utils.html import format_html

from claims import desk, intake
from claims.admin.base import DeskAdmin, PartMixin
from claims.admin.forms import editor
from claims.models import DeskNote, ErrorReport, Publication, Revision
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
    """What came of it: for rows with a due date that are open while they have no outcome."""

    title = "what came of it"
    parameter_name = "outcome"

    def lookups(self, request: HttpRequest, model_admin: Any) -> list[tuple[str, str]]:
        return [("open", "Open"), ("late", "Overdue"), *model_admin.model.Outcome.choices]

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


class DueAdmin(DeskAdmin):
    """Rows that somebody owns until a day: the choice of owners, and what came of each."""

    readers_words: tuple[str, ...] = ()

    def get_readonly_fields(self, request: HttpRequest, obj: Any = None) -> list[str]:
        given = obj is not None and obj.channel in obj.SENT
        return [*self.readonly_fields, *(self.readers_words if given else ())]

    def render_change_form(self, request: HttpRequest, context: Any, *args: Any, **options: Any) -> Any:
        row = options.get("obj")
        if row is not None and not row.outcome:
            context["nobody"] = desk.without_owner(row.owner, "Nobody has it")
        return super().render_change_form(request, context, *args, **options)

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

    @admin.display(description="what came of it", ordering="outcome")
    def state(self, row: Any) -> str:
        if row.outcome:
            return str(row.get_outcome_display())
        return "Overdue" if row.due_on < timezone.localdate() else "Open"


class EntryField(forms.ModelChoiceField):
    """One of the few entries that may have come of a report."""

    def label_from_instance(self, entry: Any) -> str:
        what = entry.get_kind_display()
        if entry.kind == Revision.Kind.REFERENCE:
            what = f"{what} ({called(entry)})"
        told = f"No. {entry.pk}, {entry.at:%-d %B %Y}: {what}"
        return f"{told}. {short(entry.note, 60)}" if entry.note else told


class ErrorReportForm(forms.ModelForm):
    entry = EntryField(
        Revision.objects.none(),
        label="Entry on the record",
        required=False,
        help_text=(
            "Where something was corrected, clarified, mended or withdrawn: the entry that says so. Those since the "
            "report are listed, once it is saved."
        ),
    )

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        if "entry" in self.fields and self.instance.pk:
            self.fields["entry"].queryset = self.instance.entries()  # type: ignore[attr-defined]
            self.initial["entry"] = self.instance.revision_id

    def clean(self) -> dict[str, Any] | None:
        if "entry" in self.fields:
            self.instance.revision = self.cleaned_data.get("entry")
        return super().clean()


@admin.register(ErrorReport)
class ErrorReportAdmin(DueAdmin):
    change_form_template = "admin/claims/errorreport/change_form.html"
    form = ErrorReportForm
    # What a reader wrote is not another's to write.
    readers_words = ("text", "reported_at")
    list_display = ["about", "what", "state", "owner", "due_on", "channel", "reported_at"]
    list_select_related = ["claim", "publication", "owner"]
    list_filter = [OpenFilter, OwnerFilter, "channel"]
    search_fields = ["text", "reported_by", "outcome_note"]
    search_through = {"claim": ("title", "slug"), "publication": ("title", "slug")}
    search_help_text = "Words of the report, of the claim's title, or of what was found."
    autocomplete_fields = ["claim"]
    ordering = ["-pk"]
    fields = [
        "claim",
        "text",
        "reported_by",
        ("channel", "reported_at"),
        ("owner", "due_on"),
        "outcome",
        "entry",
        "outcome_note",
    ]
    readonly_fields = ["channel"]
    export_fields = ("pk", "text", "reported_by", "outcome", "revision", "outcome_note")

    def get_fields(self, request: HttpRequest, obj: ErrorReport | None = None) -> Any:
        of_partner = obj is not None and obj.publication_id
        return ["partners", *self.fields[1:]] if of_partner else self.fields

    def get_readonly_fields(self, request: HttpRequest, obj: ErrorReport | None = None) -> list[str]:
        return [*super().get_readonly_fields(request, obj), "partners"]

    def render_change_form(self, request: HttpRequest, context: Any, *args: Any, **options: Any) -> Any:
        report = options.get("obj")
        if report is not None:
            public = Publication.objects.with_pages().filter(slug=report.about.slug).first()
            context |= {"report": report, "public": public, "read": report.read}
        return super().render_change_form(request, context, *args, **options)

    def get_form(
        self, request: HttpRequest, obj: ErrorReport | None = None, change: bool = False, **options: Any
    ) -> Any:
        form = super().get_form(request, obj, change=change, **options)
        if "claim" in form.base_fields:
            form.base_fields["claim"].required = True
        return form

    def get_changeform_initial_data(self, request: HttpRequest) -> dict[str, Any]:
        """Whoever enters a report looks into it, until somebody says otherwise."""
        now = timezone.now()
        given = super().get_changeform_initial_data(request)
        return {
            "reported_at": timezone.localtime(now),
            "due_on": intake.report_due(now),
            "owner": editor(request).pk,
            **given,
        }

    @admin.display(description="fact-check")
    def about(self, report: ErrorReport) -> str:
        return str(report.about)

    @admin.display(description="fact-check of a partner")
    def partners(self, report: ErrorReport) -> str:
        published = report.publication
        return (
            format_html('<a href="{}">{}</a>', published.get_absolute_url(), published) if published else ""
        )

    @admin.display(description="what is said to be wrong", ordering="text")
    def what(self, report: ErrorReport) -> str:
        return short(report.text, 120)

    @admin.display(description="what came of it", ordering="outcome")
    def state(self, row: Any) -> str:
        return with_entry(super().state(row), row.revision_id)


def with_entry(state: str, number: int | None) -> str:
    """What came of a row, with the entry of the record that says it to readers."""
    if number is None:
        return state
    entry = reverse("admin:claims_revision_change", args=[number])
    return format_html('{}, <a href="{}">entry No. {}</a>', state, entry, number)


def called(entry: Revision) -> str:
    """What the record's subject is called by people, as the entry itself says it."""
    body = json.loads(entry.body or "{}")
    return str(body.get("title") or body.get("name") or entry.subject)


def short(text: str, most: int) -> str:
    """The beginning of a text, for a line."""
    return text if len(text) <= most else f"{text[: most - 1].rstrip()}…"
