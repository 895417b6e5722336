"""Reference data at the desk: speakers, topics, publishers, sources and the site."""

from collections.abc import Iterable, Sequence
from typing import Any

from django import forms
from django.contrib import admin, messages
from django.contrib.auth.models import User
from django.db.models import QuerySet
from django.http import HttpRequest, HttpResponse
from django.template.response import TemplateResponse
from django.utils import timezone

from claims import redirects, reference, server_key
from claims.admin.base import DeskAdmin, PartMixin
from claims.admin.forms import editor
from claims.admin.importing import ImportMixin
from claims.admin.merging import MergeMixin
from claims.admin.snapshots import SnapshotReadingInline, SnapshotTaking
from claims.models import (
    Revision,
    Site,
    Speaker,
    SpeakerAlias,
    SpeakerLink,
    Topic,
)
from sources.admin import PublisherAdmin, SourceAdmin
from sources.models import Publisher, Source


class ReferenceForm(forms.ModelForm):
    """An identifier that a merged row had belongs to the row that is left."""

    def clean(self) -> dict[str, Any]:
        cleaned: dict[str, Any] = super().clean() or self.cleaned_data
        if cleaned.get("slug"):
            subject = reference.subject_of(self._meta.model(slug=cleaned["slug"]))
            why = redirects.taken(*subject.split("/", 1))
            if why:
                self.add_error("slug", why)
        return cleaned


class ReferenceAdmin(DeskAdmin):
    """Rows that public pages show: who edits one is a contributor, and readers see it by an entry of the record."""

    form = ReferenceForm
    actions = ["put_on_record"]
    identifier = "slug"

    def record_subject(self, obj: Any) -> str | None:
        return reference.subject_of(obj)

    def kept(self, rows: Iterable[Any]) -> str:
        subjects = {reference.subject_of(row): row for row in rows}
        known = (
            Revision.objects.filter(subject__in=subjects).order_by("subject").values_list("subject").first()
        )
        if known is None:
            return ""
        return (
            f"Nothing was deleted: “{subjects[known[0]]}” is on the public record, and what readers know stays. "
            "Merge it into another row instead."
        )

    def get_readonly_fields(self, request: HttpRequest, obj: Any = None) -> list[str]:
        return [*super().get_readonly_fields(request, obj), *([self.identifier] if obj else [])]

    def get_prepopulated_fields(self, request: HttpRequest, obj: Any = None) -> dict[str, Sequence[str]]:
        return {} if obj else super().get_prepopulated_fields(request, obj)

    def has_put_on_record_permission(self, request: HttpRequest) -> bool:
        return request.user.has_perm(reference.PERMISSION)

    @admin.action(description="Put on the public record as it stands", permissions=["put_on_record"])
    def put_on_record(self, request: HttpRequest, rows: QuerySet) -> HttpResponse | None:
        """Show what readers would get, then publish what was shown."""
        by, note = editor(request), request.POST.get("note", "").strip()
        if "confirmed" in request.POST and note:
            for row in rows:
                self._publish(row, request, by=by, note=note)
            return None
        context = {
            **self.admin_site.each_context(request),
            "opts": self.opts,
            "title": "Put on the public record",
            "rows": [
                (row, reference.recorded(row), reference.not_public_yet(row), reference.seen_digest(row))
                for row in rows
            ],
            "why_not": reference.why_not_change(by),
            "no_note": "confirmed" in request.POST,
        }
        return TemplateResponse(request, "admin/put_on_record.html", context)

    def _publish(self, row: Any, request: HttpRequest, *, by: User, note: str) -> None:
        seen = request.POST.get(f"seen-{row.pk}", "")
        try:
            entry = reference.change(row, by=by, at=timezone.now(), seen=seen, note=note)
        except (
            reference.NotUsed,
            reference.NotAllowed,
            reference.Moved,
            reference.Illegible,
            server_key.CannotSign,
        ) as error:
            self.message_user(request, str(error), messages.ERROR)
            return
        said = f"entry {entry.sequence}" if entry else "the record says so already"
        self.message_user(request, f"{row}: {said}.")


class SpeakerAliasInline(PartMixin, admin.TabularInline):
    model = SpeakerAlias
    fields = ["name", "language"]


class SpeakerLinkInline(PartMixin, admin.TabularInline):
    model = SpeakerLink
    fields = ["url"]


@admin.register(Speaker)
class SpeakerAdmin(ImportMixin, MergeMixin, ReferenceAdmin):
    import_kind = "speakers"
    list_display = ["name", "kind", "slug", "description"]
    list_filter = ["kind"]
    search_fields = ["sort_key", "aliases__folded", "slug"]
    search_help_text = "Words of a name or of another spelling, or the identifier."
    export_fields = ("slug", "description")
    prepopulated_fields = {"slug": ["name"]}
    inlines = [SpeakerAliasInline, SpeakerLinkInline]


@admin.register(Topic)
class TopicAdmin(MergeMixin, ReferenceAdmin):
    def kept(self, rows: Iterable[Topic]) -> str:
        used = Topic.objects.filter(pk__in=[row.pk for row in rows], claims__isnull=False).first()
        if used is None:
            return super().kept(rows)
        return (
            f"Nothing was deleted: claims are filed under “{used}”, and their texts would change. "
            "Take it out of them first, or merge it into another topic."
        )

    list_display = ["name", "slug", "description"]
    search_fields = ["sort_key", "slug"]
    export_fields = ("slug", "description")
    prepopulated_fields = {"slug": ["name"]}


admin.site.unregister([Publisher, Source])


@admin.register(Publisher)
class PublisherReferenceAdmin(MergeMixin, ReferenceAdmin, PublisherAdmin):
    """A publisher with its place on the record, which the app of the sources does not know."""

    export_fields = ("slug", "note")


@admin.register(Source)
class SourceReferenceAdmin(SnapshotTaking, ImportMixin, MergeMixin, ReferenceAdmin, SourceAdmin):
    """A source with its place on the record, which the app of the sources does not know."""

    import_kind = "sources"
    inlines = [SnapshotReadingInline]
    export_fields = ("slug", "title", "language", "link", "archived_at", "note")


@admin.register(Site)
class SiteAdmin(ReferenceAdmin):
    identifier = "id"
    list_display = ["name", "publisher", "licence"]
    list_select_related = ["publisher"]
    search_fields = ["name"]
    autocomplete_fields = ["publisher"]
    export_fields = ("pk", "contact", "organisation", "funding", "corrections_policy", "seeds")

    def has_add_permission(self, request: HttpRequest) -> bool:
        return False

    def has_delete_permission(self, request: HttpRequest, obj: Site | None = None) -> bool:
        return False
