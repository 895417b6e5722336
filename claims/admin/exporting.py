"""Lists as CSV: what an editor sees in a list, with the texts behind it, for a spreadsheet (RFC 4180)."""

from collections.abc import Callable, Iterator
from html import unescape
from operator import attrgetter
from typing import Any

from django.contrib import admin
from django.contrib.admin.options import IncorrectLookupParameters
from django.contrib.admin.utils import flatten_fieldsets, label_for_field
from django.contrib.admin.views.main import ALL_VAR, PAGE_VAR
from django.core.exceptions import FieldDoesNotExist, PermissionDenied
from django.db import models
from django.db.models.functions import Cast
from django.http import HttpRequest, HttpResponse, HttpResponseRedirect, StreamingHttpResponse
from django.urls import URLPattern, path, reverse
from django.utils import timezone
from django.utils.html import strip_tags
from django.utils.safestring import SafeString
from django.utils.text import capfirst, slugify
from django.views.decorators.http import require_safe

from claims.admin.files import csv_answer
from claims.spreadsheet import lines

_CHUNK = 1000


class ExportMixin(admin.ModelAdmin):
    """A ModelAdmin whose lists can be taken along; what a role does not see on its pages is not in its file."""

    # Fields behind the list's columns: the identifier first, then texts. Each is on the role's own page, too.
    export_fields: tuple[str, ...] = ()

    def get_urls(self) -> list[URLPattern]:
        name = f"{self.opts.app_label}_{self.opts.model_name}_export"
        view = self.admin_site.admin_view(require_safe(self.export_view))
        return [path("export/", view, name=name), *super().get_urls()]

    def get_actions(self, request: HttpRequest) -> dict[str, Any]:
        actions: dict[str, Any] = super().get_actions(request)
        if self.has_view_permission(request):
            actions["export_these"] = (_export_these, "export_these", "Export these as CSV")
        return actions

    def changelist_view(self, request: HttpRequest, extra_context: Any = None) -> HttpResponse:
        address = reverse(f"admin:{self.opts.app_label}_{self.opts.model_name}_export")
        asked = request.GET.copy()
        for name in (PAGE_VAR, ALL_VAR):
            asked.pop(name, None)
        link = f"{address}?{asked.urlencode()}" if asked else address
        context = {"export_link": link, "is_narrowed": bool(asked), **(extra_context or {})}
        answer: HttpResponse = super().changelist_view(request, context)
        return answer

    def export_view(self, request: HttpRequest) -> Any:
        """The whole list, or what is left of it after the search and the filters in the address."""
        if not self.has_view_permission(request):
            raise PermissionDenied
        try:
            rows = self.get_changelist_instance(request).get_queryset(request)
        except IncorrectLookupParameters:
            name = f"admin:{self.opts.app_label}_{self.opts.model_name}_changelist"
            return HttpResponseRedirect(f"{reverse(name)}?e=1")
        return self.exported(request, rows)

    def exported(self, request: HttpRequest, rows: models.QuerySet) -> StreamingHttpResponse:
        if not self.has_view_permission(request):
            raise PermissionDenied
        name = f"{slugify(str(self.opts.verbose_name_plural))}-{timezone.localdate().isoformat()}.csv"
        return csv_answer(name, lines(self._records(rows, self.export_columns(request))))

    def export_columns(self, request: HttpRequest) -> list[str]:
        """Names of the columns: the identifier and the list's own, then the texts that the role's pages show."""
        seen = {*flatten_fieldsets(self.get_fieldsets(request)), *self.get_readonly_fields(request), "pk"}
        excluded = set(self.get_exclude(request) or ())
        behind = [name for name in self.export_fields if name in seen and name not in excluded]
        listed = [str(name) for name in self.get_list_display(request) if name != "action_checkbox"]
        return list(dict.fromkeys([*behind[:1], *listed, *behind[1:]]))

    def _records(self, rows: models.QuerySet, columns: list[str]) -> Iterator[list[str]]:
        """The heads of the columns, then the cells of each row."""
        yield [capfirst(str(label_for_field(name, self.model, self))) for name in columns]
        related = [name for name in columns if _is_single_relation(self.model, name)]
        if related:
            rows = rows.select_related(*related, *_already(rows))
        rows = rows.annotate(
            **{
                f"{name}_in_a_cell": _in_a_cell(self.model, name)
                for name in columns
                if _is_many(self.model, name)
            }
        )
        readers = [self._reader(name) for name in columns]
        for row in rows.iterator(chunk_size=_CHUNK):
            yield [_cell(read(row)) for read in readers]

    def _reader(self, name: str) -> Callable[[Any], Any]:
        """How a column's value is read from a row: settled once for the file, not for each of its cells."""
        if _is_many(self.model, name):
            return attrgetter(f"{name}_in_a_cell")
        if name == "__str__":
            return str
        try:
            column: Any = self.model._meta.pk if name == "pk" else self.model._meta.get_field(name)
        except FieldDoesNotExist:
            own: Callable[[Any], Any] | None = getattr(self, name, None)
            if own is not None:
                return own
            of_row = attrgetter(name)
            return lambda row: value() if callable(value := of_row(row)) else value
        if getattr(column, "flatchoices", None):
            labels = dict(column.flatchoices)
            return lambda row: labels.get(getattr(row, name), getattr(row, name))
        return attrgetter(name)


def _cell(value: Any) -> str:
    if value is None:
        return ""
    if isinstance(value, bool):
        return "yes" if value else "no"
    if isinstance(value, SafeString):
        value = unescape(strip_tags(value))
    if hasattr(value, "isoformat"):
        return str(value.isoformat())
    return str(value)


def _already(rows: models.QuerySet) -> list[str]:
    chosen = rows.query.select_related
    return list(chosen) if isinstance(chosen, dict) else []


class _Joined(models.Aggregate):
    """Texts of several rows in one cell, on both databases."""

    function = "STRING_AGG"
    template = "%(function)s(%(expressions)s)"

    def as_sqlite(self, compiler: Any, connection: Any, **context: Any) -> Any:
        return self.as_sql(compiler, connection, function="GROUP_CONCAT", **context)


def _in_a_cell(model: type[models.Model], name: str) -> models.Subquery:
    """The names of the rows that a field of many points to: a part of the one query, not a query for each row."""
    column: Any = model._meta.get_field(name)
    own, other = column.m2m_field_name(), column.m2m_reverse_field_name()
    links = column.remote_field.through._default_manager.filter(**{own: models.OuterRef("pk")}).order_by()
    text: models.CharField = models.CharField()
    joined = _Joined(Cast(f"{other}__name", text), models.Value("; "), output_field=text)
    return models.Subquery(links.values(own).annotate(names=joined).values("names"))


def _is_many(model: type[models.Model], name: str) -> bool:
    try:
        return bool(model._meta.get_field(name).many_to_many)
    except FieldDoesNotExist:
        return False


def _is_single_relation(model: type[models.Model], name: str) -> bool:
    try:
        field = model._meta.get_field(name)
    except FieldDoesNotExist:
        return False
    return bool(field.many_to_one or field.one_to_one)


@admin.action(description="Export these as CSV", permissions=["view"])
def _export_these(model_admin: Any, request: HttpRequest, rows: models.QuerySet) -> StreamingHttpResponse:
    answer: StreamingHttpResponse = model_admin.exported(request, rows)
    return answer
