"""The one set of filters over published fact-checks: the lookup page and the API use the same."""

import datetime as dt
from functools import partial
from typing import Any

import django_filters
from django import forms
from django.db.models import Exists, OuterRef, QuerySet
from django.forms.utils import flatatt
from django.utils.html import conditional_escape, format_html
from django.utils.safestring import SafeString, mark_safe
from django_filters.fields import ChoiceField

from claims import choices, reference
from claims.models import (
    Publication,
    PublicationPublisher,
    PublicationSource,
    PublicationTopic,
    Revision,
)
from claims.reading import FEW
from claims.search import plain
from sources.languages import language_problem


class DayField(forms.DateField):
    """A day in ISO 8601; the browser's date field sends the same."""

    widget = forms.DateInput(format="%Y-%m-%d", attrs={"type": "date"})

    def __init__(self, **options: Any) -> None:
        super().__init__(
            input_formats=["%Y-%m-%d"],
            error_messages={"invalid": "Write the day as YYYY-MM-DD, for example 2022-10-10."},
            **options,
        )


class DayFilter(django_filters.Filter):
    field_class = DayField


class MomentFilter(DayFilter):
    """Days of UTC of a column that has moments: whole moments are compared, so that its index serves."""

    def filter(self, queryset: QuerySet[Publication], value: dt.date | None) -> QuerySet[Publication]:
        if value is None:
            return queryset
        edge = dt.time.min if self.lookup_expr == "gte" else dt.time.max
        moment = dt.datetime.combine(value, edge, dt.UTC)
        found: QuerySet[Publication] = super().filter(queryset, moment)
        return found


class Options(forms.Select):
    """A list to choose from as Django's own, written without a template for every option: some lists have a hundred."""

    def render(self, name: str, value: Any, attrs: Any = None, renderer: Any = None) -> SafeString:
        chosen = "" if value is None else str(value)
        offered: list[tuple[Any, Any]] = list(self.choices)
        options = "".join(
            f'<option value="{conditional_escape(key)}"{" selected" if str(key) == chosen else ""}>'
            f"{conditional_escape(label)}</option>"
            for key, label in offered
        )
        besides = flatatt(self.build_attrs(self.attrs, attrs))
        # Each part of the options is escaped above.
        return format_html('<select name="{}"{}>{}</select>', name, besides, mark_safe(options))  # noqa: S308


class ListField(ChoiceField):
    widget = Options


class ListFilter(django_filters.ChoiceFilter):
    field_class = ListField


class RowField(ListField):
    """A public reference row by its identifier, whether the list that is shown has room for it or not."""

    def __init__(self, *, kind: str, **options: Any) -> None:
        super().__init__(**options)
        self.kind = kind

    def valid_value(self, value: str) -> bool:
        return "\0" not in value and reference.public(self.kind, value) is not None


class RowFilter(django_filters.ChoiceFilter):
    field_class = RowField


class LanguageField(ListField):
    """A language tag as fact-checks carry it; one that no fact-check has finds nothing."""

    def valid_value(self, value: str) -> bool:
        return language_problem(value) is None


class LanguageFilter(django_filters.ChoiceFilter):
    field_class = LanguageField


class WordsField(forms.CharField):
    def __init__(self, **options: Any) -> None:
        super().__init__(max_length=5000, **options)


class WordsFilter(django_filters.Filter):
    field_class = WordsField


# Filters by the identifier of a reference row, with the kind of the row.
_BY_ROW = {name: kind for name, (kind, _, _) in choices.ROWS.items()}


def _as_called_now(data: Any) -> Any:
    """What was asked, with the row that is left in the place of one that was merged into it."""
    asked = {name: data[name].strip() for name in _BY_ROW if data and data.get(name)}
    moved = {
        name: reference.successors(_BY_ROW[name], [value]).get(value)
        for name, value in asked.items()
        if "\0" not in value
    }
    if not any(moved.values()):
        return data
    now = data.copy()
    for name, value in moved.items():
        if value:
            now[name] = value
    return now


class PublicationFilterSet(django_filters.FilterSet):
    """To-many relations are crossed with Exists, so that no publication is listed twice."""

    q = WordsFilter(label="Words", method="by_words")
    # Editors may have mapped a publisher's label to the rating (claims.labels).
    rating = ListFilter(label="Is it true?", field_name="found_under", empty_label="Any rating")
    attribution = ListFilter(label="Did they say it?", empty_label="Any finding")
    origin = ListFilter(label="Origin", empty_label="Any origin")
    language = LanguageFilter(label="Language", empty_label="Any language")
    # The kind of the entry that made the text what it is now.
    kind = django_filters.ChoiceFilter(label="Latest entry", method="by_kind", empty_label="Any kind")
    speaker = RowFilter(
        label="Speaker", kind="speakers", field_name="speaker__slug", empty_label="Any speaker"
    )
    topic = RowFilter(label="Topic", kind="topics", method="by_topic", empty_label="Any topic")
    publisher = RowFilter(
        label="Publisher", kind="publishers", method="by_publisher", empty_label="Any publisher"
    )
    source = RowFilter(label="Source", kind="sources", method="by_source", empty_label="Any source")
    claimed_from = DayFilter(label="Claimed on or after", field_name="claimed_on", lookup_expr="gte")
    claimed_until = DayFilter(label="Claimed on or before", field_name="claimed_on", lookup_expr="lte")
    published_from = MomentFilter(
        label="Checked on or after", field_name="first_published_at", lookup_expr="gte"
    )
    published_until = MomentFilter(
        label="Checked on or before", field_name="first_published_at", lookup_expr="lte"
    )

    def __init__(self, data: Any = None, *arguments: Any, **options: Any) -> None:
        super().__init__(_as_called_now(data), *arguments, **options)
        self.choices = choices.Choices()

    @property
    def form(self) -> forms.Form:
        """The form, whose lists are looked up when they are shown, and not for each of an API's answers."""
        if not hasattr(self, "_form"):
            for name, field in super().form.fields.items():
                if isinstance(field, ChoiceField):
                    field.choices = partial(self.choices.of, name)
        form: forms.Form = super().form
        return form

    class Meta:
        model = Publication
        fields: list[str] = []

    def by_words(self, queryset: QuerySet[Publication], name: str, value: str) -> QuerySet[Publication]:
        return plain.lookup(value, queryset)

    def by_kind(self, queryset: QuerySet[Publication], name: str, value: str) -> QuerySet[Publication]:
        latest = Revision.objects.filter(kind=value, publication__withdrawn=False).order_by()
        if len(latest.values_list("pk")[: FEW + 1]) <= FEW:
            return queryset.filter(revision__in=latest.values("pk"))
        return queryset.filter(revision__kind=value)

    def by_topic(self, queryset: QuerySet[Publication], name: str, value: str) -> QuerySet[Publication]:
        return _having(queryset, PublicationTopic, topic__slug=value)

    def by_publisher(self, queryset: QuerySet[Publication], name: str, value: str) -> QuerySet[Publication]:
        return _having(queryset, PublicationPublisher, publisher__slug=value)

    def by_source(self, queryset: QuerySet[Publication], name: str, value: str) -> QuerySet[Publication]:
        return _having(queryset, PublicationSource, source__slug=value)


def _having(queryset: QuerySet[Publication], link: Any, **row: str) -> QuerySet[Publication]:
    """The publications that have the row, each once.

    A page of many is found near its place on the record; few would lie far apart there, and are looked up.
    """
    links = link.objects.filter(**row)
    if len(links.order_by().values_list("publication_id")[: FEW + 1]) <= FEW:
        return queryset.filter(pk__in=links.values("publication_id"))
    return queryset.filter(Exists(links.filter(publication=OuterRef("pk"))))
