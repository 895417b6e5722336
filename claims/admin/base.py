"""What every list and form of the desk has: no lost update, an export, and a no in words."""

import json
from collections.abc import Iterable
from typing import Any

from django.contrib import admin
from django.contrib.admin.options import InlineModelAdmin
from django.contrib.admin.widgets import RelatedFieldWidgetWrapper
from django.db import models
from django.forms.models import BaseInlineFormSet
from django.http import HttpRequest
from django.utils import timezone
from django.utils.text import smart_split, unescape_string_literal

from claims.admin.concurrent import ConcurrentMixin
from claims.admin.deleting import KeepingMixin
from claims.admin.exporting import ExportMixin
from claims.admin.forms import LINES, editor
from claims.admin.requests import KeySelect, RequestMixin
from claims.contributions import contribute


class DeskAdmin(RequestMixin, ConcurrentMixin, KeepingMixin, ExportMixin, admin.ModelAdmin):
    """A list with search and columns for 100,000 rows; a form that two people may have open."""

    formfield_overrides = LINES
    # A second count of the whole table would tell nobody anything.
    show_full_result_count = False
    show_facets = admin.ShowFacets.NEVER
    list_per_page = 50
    # The public page is linked where there is one; an address alone says nothing of that.
    view_on_site = False
    # Fields of rows that this one points to, by the field that does: found first, since joining all of them is slow.
    search_through: dict[str, tuple[str, ...]] = {}
    # What the public text does not have: a change of it makes nobody a contributor.
    private_fields: frozenset[str] = frozenset()
    private_parts: tuple[type[models.Model], ...] = ()

    def get_inline_formsets(self, request: HttpRequest, *args: Any, **options: Any) -> Any:
        shown = super().get_inline_formsets(request, *args, **options)
        for part in shown:
            # The admin says “another” also where there is none yet; its script reads the words from here.
            told = json.loads(part.inline_formset_data())
            told["options"]["addText"] = f"Add {part.opts.verbose_name}"
            vars(part)["inline_formset_data"] = json.dumps(told)
        return shown

    def save_related(self, request: HttpRequest, form: Any, formsets: Any, change: bool) -> None:
        """Whoever changes a text that goes on the record has worked on it."""
        super().save_related(request, form, formsets, change)
        subject = self.record_subject(form.instance)
        parts = [formset for formset in formsets if formset.model not in self.private_parts]
        touched = set(form.changed_data) - self.private_fields or any(part.has_changed() for part in parts)
        if subject and touched:
            contribute(subject, by=editor(request), at=timezone.now())

    def get_search_results(
        self, request: HttpRequest, queryset: models.QuerySet, search_term: str
    ) -> tuple[models.QuerySet, bool]:
        if not self.search_through or "\0" in search_term:
            return super().get_search_results(request, queryset, search_term)
        for word in smart_split(search_term):
            asked = unescape_string_literal(word) if word[0] in "\"'" and word[0] == word[-1:] else word
            found = models.Q()
            for name in self.get_search_fields(request):
                lookup = name if name.endswith("__startswith") else f"{name}__icontains"
                found |= models.Q(**{lookup: asked})
            for name, fields in self.search_through.items():
                column: Any = self.opts.get_field(name)
                there = models.Q()
                for field in fields:
                    there |= models.Q(**{f"{field}__icontains": asked})
                rows = column.related_model._base_manager.filter(there).values("pk")
                found |= models.Q(**{f"{name}__in": rows})
            queryset = queryset.filter(found)
        return queryset, False


class KnownSelect(KeySelect):
    """A choice among many whose chosen row was read with its part: no query for each row of a formset."""

    known: models.Model | None = None

    def optgroups(self, name: str, value: Any, attrs: dict[str, Any] | None = None) -> Any:
        if self.known is None or [str(one) for one in value] != [str(self.known.pk)]:
            return super().optgroups(name, value, attrs)
        label = self.choices.field.label_from_instance(self.known)
        empty = [] if self.is_required else [(None, [self.create_option(name, "", "", False, 0)], 0)]
        return [*empty, (None, [self.create_option(name, self.known.pk, label, True, 0)], 0)]


class PartFormSet(BaseInlineFormSet):
    """Rows of a part; the rows that they point to come with them, and two rows may swap what only one may have."""

    def add_fields(self, form: Any, index: int | None) -> None:
        super().add_fields(form, index)
        if "DELETE" in form.fields:
            form.fields["DELETE"].widget.attrs["aria-label"] = "Delete this row"
        for name, field in form.fields.items():
            widget = (
                field.widget.widget if isinstance(field.widget, RelatedFieldWidgetWrapper) else field.widget
            )
            if isinstance(widget, KnownSelect):
                column = form.instance._meta.get_field(name)
                widget.known = column.get_cached_value(form.instance, default=None)

    def save_existing_objects(self, commit: bool = True) -> Any:
        if commit:
            self._make_way()
        return super().save_existing_objects(commit)

    def _make_way(self) -> None:
        """Rows are saved one by one: one that takes over what another still has needs the other out of its way first.

        It happens inside the transaction of the save; nobody sees what stands there meanwhile.
        """
        for constraint in self.model._meta.constraints:
            if not isinstance(constraint, models.UniqueConstraint):
                continue
            columns = [*_words(constraint, self.model)[-1:], *_flags(constraint, self.model)]
            names = {column.name for column in columns}
            moved = [
                form.instance.pk
                for form in self.initial_forms
                if names & set(form.changed_data) or form in self.deleted_forms
            ]
            for pk in moved if names and len(moved) > 1 else ():
                stand_ins = {column.name: _stand_in(column, pk) for column in columns}
                self.model._base_manager.filter(pk=pk).update(**stand_ins)


def _words(constraint: models.UniqueConstraint, model: type[models.Model]) -> list[Any]:
    """Columns of a constraint that can hold a stand-in."""
    columns = [model._meta.get_field(name) for name in constraint.fields]
    return [
        one for one in columns if isinstance(one, models.Field) and not one.is_relation and not one.choices
    ]


def _flags(constraint: models.UniqueConstraint, model: type[models.Model]) -> list[Any]:
    """Columns that are true in one row only, by a constraint's condition."""
    named: dict[str, Any] = {}
    if isinstance(constraint.condition, models.Q):
        named = {child[0]: child[1] for child in constraint.condition.children if isinstance(child, tuple)}
    flags = [one for one in model._meta.fields if isinstance(one, models.BooleanField)]
    return [one for one in flags if named.get(one.name) is True]


def _stand_in(column: Any, pk: Any) -> Any:
    if column.null:
        return None
    if isinstance(column, models.BooleanField):
        return False
    return f"https://stand-in.invalid/{pk}" if isinstance(column, models.URLField) else f"stand-in-{pk}"


class PartMixin(InlineModelAdmin):
    """An inline that reads what its rows point to together with them: `row_select_related` names it."""

    formset = PartFormSet
    row_select_related: Iterable[str] = ()
    formfield_overrides = LINES
    extra = 0

    def get_queryset(self, request: HttpRequest) -> models.QuerySet:
        rows = super().get_queryset(request)
        return rows.select_related(*self.row_select_related) if self.row_select_related else rows

    def formfield_for_dbfield(self, db_field: Any, request: HttpRequest, **options: Any) -> Any:
        field = super().formfield_for_dbfield(db_field, request, **options)
        if field is not None and isinstance(self, admin.TabularInline):
            # The head of a column is no label of the fields below it.
            field.widget.attrs["aria-label"] = str(field.label)
        return field

    def formfield_for_foreignkey(self, db_field: Any, request: HttpRequest, **options: Any) -> Any:
        if db_field.name in self.get_autocomplete_fields(request):
            options.setdefault("widget", KnownSelect(db_field, self.admin_site))
        return super().formfield_for_foreignkey(db_field, request, **options)
