"""Methodologies at the desk: scale, ratings and findings. What readers know of them is mended in words only."""

from collections.abc import Iterable
from typing import Any

from django.contrib import admin, messages
from django.db.models import QuerySet
from django.http import HttpRequest
from django.urls import reverse
from django.utils import timezone
from django.utils.html import format_html

from claims import reference, versions
from claims.admin.base import DeskAdmin, PartMixin
from claims.admin.forms import editor
from claims.admin.reference import ReferenceAdmin
from claims.models import AttributionFinding, Methodology, Rating, RatingScale

_KEPT = (
    "This methodology is on the public record. Labels, definitions and rules may be mended; numbers, identifiers and "
    "what there is to choose from stay as they are. To change those, use “Copy as a new version” in the list of "
    "methodologies."
)


def _is_kept(obj: Methodology | RatingScale | None) -> bool:
    """Asked many times for one page: the answer stays with the row."""
    if obj is None or obj.pk is None:
        return False
    kept: bool | None = getattr(obj, "_is_on_record", None)
    if kept is None:
        kept = versions.is_on_record(obj if isinstance(obj, Methodology) else obj.methodology)
        obj._is_on_record = kept  # type: ignore[union-attr]
    return kept


class KeptPartMixin(PartMixin):
    """A part whose rows neither come nor go once readers know them; `kept_fields` do not change then either."""

    kept_fields: tuple[str, ...] = ()

    def get_readonly_fields(self, request: HttpRequest, obj: Any = None) -> list[str]:
        own = [*super().get_readonly_fields(request, obj)]
        return [*own, *self.kept_fields] if _is_kept(obj) else own

    def has_add_permission(self, request: HttpRequest, obj: Any = None) -> bool:
        return not _is_kept(obj) and bool(super().has_add_permission(request, obj))

    def has_delete_permission(self, request: HttpRequest, obj: Any = None) -> bool:
        return not _is_kept(obj) and bool(super().has_delete_permission(request, obj))


class AttributionFindingInline(KeptPartMixin, admin.StackedInline):
    model = AttributionFinding
    fields = ["slug", "label", "definition", "position"]
    kept_fields = ("slug",)


class RatingScaleInline(KeptPartMixin, admin.TabularInline):
    model = RatingScale
    fields = ["worst", "best", "ratings"]
    readonly_fields = ["ratings"]
    kept_fields = ("worst", "best")

    @admin.display(description="its ratings")
    def ratings(self, scale: RatingScale) -> str:
        """They are on a page of their own."""
        if scale.pk is None:
            return "Save the methodology first; then the scale gets its ratings."
        address = reverse("admin:claims_ratingscale_change", args=[scale.pk])
        labels = ", ".join(rating.label for rating in scale.ratings.all())
        return format_html(
            '{} <a class="button quiet-button" href="{}">Change the ratings</a>', labels, address
        )


class RatingInline(KeptPartMixin, admin.StackedInline):
    model = Rating
    fields = ["slug", "label", "value", "definition", "position"]
    kept_fields = ("slug", "value")


def _with_sentence(fieldsets: Any, obj: Any) -> list[Any]:
    if not _is_kept(obj):
        return list(fieldsets)
    (name, options), *others = fieldsets
    return [(name, {**options, "description": _KEPT}), *others]


@admin.register(Methodology)
class MethodologyAdmin(ReferenceAdmin):
    identifier = "version"
    list_display = ["title", "version", "runs"]
    list_select_related = ["scale"]
    search_fields = ["title", "version"]
    inlines = [RatingScaleInline, AttributionFindingInline]
    actions = ["copy_as_new_version"]
    bulk_delete = False
    export_fields = ("version", "rules")

    def get_fieldsets(self, request: HttpRequest, obj: Methodology | None = None) -> list[Any]:
        return _with_sentence(super().get_fieldsets(request, obj), obj)

    def kept(self, rows: Iterable[Methodology]) -> str:
        if any(_is_kept(row) for row in rows):
            return (
                "Nothing was deleted: a methodology on the public record stays, since readers look up in it what old "
                "verdicts mean."
            )
        return ""

    @admin.display(description="scale")
    def runs(self, row: Methodology) -> str:
        return str(row.scale) if hasattr(row, "scale") else ""

    @admin.action(description="Copy as a new version", permissions=["add"])
    def copy_as_new_version(self, request: HttpRequest, rows: QuerySet[Methodology]) -> None:
        for row in rows:
            made = versions.copy(row, by=editor(request), at=timezone.now())
            said = f"“{row}” is copied as version {made.version}: change that one. Nothing of the old one was touched."
            self.message_user(request, said, messages.SUCCESS)


@admin.register(RatingScale)
class RatingScaleAdmin(DeskAdmin):
    list_display = ["methodology", "worst", "best", "values"]
    list_select_related = ["methodology"]
    search_fields = ["methodology__title", "methodology__version"]
    autocomplete_fields = ["methodology"]
    inlines = [RatingInline]
    bulk_delete = False
    export_fields = ("pk",)

    def get_queryset(self, request: HttpRequest) -> QuerySet[RatingScale]:
        return super().get_queryset(request).prefetch_related("ratings")

    @admin.display(description="ratings")
    def values(self, scale: RatingScale) -> str:
        return ", ".join(rating.label for rating in scale.ratings.all())

    def record_subject(self, obj: RatingScale) -> str:
        return reference.subject_of(obj.methodology)

    def kept(self, rows: Iterable[RatingScale]) -> str:
        if any(_is_kept(row) for row in rows):
            return "Nothing was deleted: the scale of a methodology on the public record stays with it."
        return ""

    def get_readonly_fields(self, request: HttpRequest, obj: RatingScale | None = None) -> list[str]:
        if obj is None:
            return []
        return ["methodology", "worst", "best"] if _is_kept(obj) else ["methodology"]

    def get_fieldsets(self, request: HttpRequest, obj: RatingScale | None = None) -> list[Any]:
        return _with_sentence(super().get_fieldsets(request, obj), obj)
