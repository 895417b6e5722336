"""What only the program writes, at the desk to be looked at: the record, events, contributions, redirects."""

from django.contrib import admin
from django.db.models import BooleanField, ExpressionWrapper, Q, QuerySet
from django.http import HttpRequest

from claims.admin.base import DeskAdmin
from claims.admin.lists import TransitionFilter
from claims.models import Contribution, Event, Redirect, Revision
from sources.admin import ReadOnlyMixin
from sources.models import Snapshot


@admin.register(Revision)
class RevisionAdmin(ReadOnlyMixin, DeskAdmin):
    list_display = ["sequence", "subject", "number", "kind", "at", "note"]
    list_filter = ["kind"]
    search_fields = ["subject__startswith", "entry_digest__startswith"]
    search_help_text = "The beginning of a subject (claims/…, speakers/…) or of an entry's digest."
    ordering = ["-sequence"]
    export_fields = ("sequence", "body_digest", "previous", "entry_digest")


@admin.register(Event)
class EventAdmin(ReadOnlyMixin, DeskAdmin):
    """Who did what to which verdict, newest first."""

    list_display = ["at", "claim", "transition", "from_status", "to_status", "by", "note"]
    list_select_related = ["verdict__claim", "by"]
    list_filter = [TransitionFilter, "to_status"]
    search_fields = ["note"]
    search_through = {"verdict": ("claim__title", "claim__slug"), "by": ("username",)}
    search_help_text = "Words of the claim's title, its identifier, a user name, or words of the note."
    ordering = ["-pk"]
    fields = ["verdict", "transition", "from_status", "to_status", "by", "at", "digest", "note"]
    export_fields = ("pk", "digest")

    @admin.display(description="claim")
    def claim(self, event: Event) -> str:
        return event.verdict.claim.title


@admin.register(Contribution)
class ContributionAdmin(ReadOnlyMixin, DeskAdmin):
    """Who changed a text last, and when: whoever did cannot be its second reader."""

    list_display = ["subject", "user", "at"]
    list_select_related = ["user"]
    search_fields = ["subject__startswith"]
    search_through = {"user": ("username",)}
    search_help_text = "The beginning of a subject (claims/…, speakers/…), or a user name."
    ordering = ["-pk"]
    export_fields = ("pk",)


@admin.register(Redirect)
class RedirectAdmin(ReadOnlyMixin, DeskAdmin):
    """Addresses of rows that were merged into others."""

    list_display = ["subject", "into", "by", "at"]
    list_select_related = ["by"]
    search_fields = ["subject", "into"]
    ordering = ["subject"]
    export_fields = ("subject",)

    def get_readonly_fields(self, request: HttpRequest, obj: Redirect | None = None) -> list[str]:
        return ["subject", "into", "by", "at"]


@admin.register(Snapshot)
class SnapshotAdmin(ReadOnlyMixin, DeskAdmin):
    """The archived texts; the text itself is on the page of one, never in the list."""

    list_display = ["source", "sha256", "length", "is_held", "how", "taken_at"]
    list_select_related = ["source"]
    list_display_links = ["sha256"]
    search_fields = ["sha256__startswith"]
    search_through = {"source": ("title_folded", "slug")}
    search_help_text = "The beginning of a fingerprint, or words of the source's title."
    autocomplete_fields = ["source"]
    ordering = ["-pk"]
    fields = ["source", "sha256", "length", "file", "how", "taken_at", "text"]
    export_fields = ("sha256", "file")

    def get_queryset(self, request: HttpRequest) -> QuerySet[Snapshot]:
        held = ExpressionWrapper(Q(text__isnull=False), output_field=BooleanField())
        rows: QuerySet[Snapshot] = super().get_queryset(request)
        return rows.defer("text").annotate(held=held)

    @admin.display(description="text held here", boolean=True)
    def is_held(self, snapshot: Snapshot) -> bool:
        return bool(getattr(snapshot, "held", False))
