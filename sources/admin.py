from typing import Any

from django.contrib import admin
from django.db.models import QuerySet
from django.http import HttpRequest

from sources.models import Publisher, Snapshot, Source


class ReadOnlyMixin:
    """Rows that only the program writes: editors look at them."""

    def has_add_permission(self, request: HttpRequest, obj: Any = None) -> bool:
        return False

    def has_change_permission(self, request: HttpRequest, obj: Any = None) -> bool:
        return False

    def has_delete_permission(self, request: HttpRequest, obj: Any = None) -> bool:
        return False


@admin.register(Publisher)
class PublisherAdmin(admin.ModelAdmin):
    list_display = ["name", "slug", "site", "note"]
    search_fields = ["sort_key", "site", "slug"]
    search_help_text = "Words of the name, the site, or the identifier."
    prepopulated_fields = {"slug": ["name"]}


class SnapshotInline(ReadOnlyMixin, admin.TabularInline):
    model = Snapshot
    fields = ["sha256", "length", "how", "taken_at"]
    extra = 0

    def get_queryset(self, request: HttpRequest) -> QuerySet[Snapshot]:
        # A text may be as long as a book, and the page of the source does not show it.
        return super().get_queryset(request).select_related("source").defer("text")


@admin.register(Source)
class SourceAdmin(admin.ModelAdmin):
    list_display = ["__str__", "kind", "publisher", "byline", "published_on"]
    list_filter = ["kind", "published_on"]
    list_select_related = ["publisher"]
    search_fields = ["title_folded", "slug", "byline"]
    search_help_text = "Words of the title or byline, or the identifier."
    prepopulated_fields = {"slug": ["title"]}
    autocomplete_fields = ["publisher"]
    inlines = [SnapshotInline]
