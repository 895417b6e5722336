from typing import Any

from django.contrib import admin
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
    list_display = ["name", "site"]
    search_fields = ["name", "sort_key", "site"]
    prepopulated_fields = {"slug": ["name"]}


class SnapshotInline(ReadOnlyMixin, admin.TabularInline):
    model = Snapshot
    fields = ["sha256", "length", "how", "taken_at"]
    extra = 0


@admin.register(Source)
class SourceAdmin(admin.ModelAdmin):
    list_display = ["__str__", "kind", "publisher", "byline", "published_on"]
    list_filter = ["kind", "language"]
    list_select_related = ["publisher"]
    search_fields = ["title", "title_folded", "slug", "byline"]
    autocomplete_fields = ["publisher"]
    inlines = [SnapshotInline]
