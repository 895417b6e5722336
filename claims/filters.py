"""The one set of filters over published fact-checks: the lookup page and the API use the same."""

from typing import Any

import django_filters
from django import forms
from django.db.models import Exists, OuterRef, QuerySet

from claims import reference, search
from claims.models import (
    Publication,
    PublicationPublisher,
    PublicationSource,
    PublicationTopic,
)


def named_choices(kind: str) -> list[tuple[str, str]]:
    """Identifier and public name of each public reference row of a kind, by name."""
    documents = reference.public_all(kind)
    return sorted(
        ((document["id"], _name(document)) for document in documents), key=lambda choice: choice[1].casefold()
    )


def _name(document: dict[str, Any]) -> str:
    """A source may show no title; its identifier then tells it from others."""
    name: str | None = document.get("name") or document.get("title")
    return name or f"Without a title ({document['id']})"


def finding_choices(member: str) -> list[tuple[str, str]]:
    """Identifier and label of each rating, or attribution finding, of every published methodology."""
    found: dict[str, str] = {}
    for methodology in reference.public_all("methodologies"):
        values = (
            methodology["scale"]["ratings"] if member == "ratings" else methodology["attribution_findings"]
        )
        found |= {value["id"]: value["label"] for value in values}
    return list(found.items())


def rating_choices() -> list[tuple[str, str]]:
    return finding_choices("ratings")


def attribution_choices() -> list[tuple[str, str]]:
    return finding_choices("attribution_findings")


def speaker_choices() -> list[tuple[str, str]]:
    return named_choices("speakers")


def topic_choices() -> list[tuple[str, str]]:
    return named_choices("topics")


def publisher_choices() -> list[tuple[str, str]]:
    return named_choices("publishers")


def source_choices() -> list[tuple[str, str]]:
    return named_choices("sources")


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


class WordsField(forms.CharField):
    def __init__(self, **options: Any) -> None:
        super().__init__(max_length=5000, **options)


class WordsFilter(django_filters.Filter):
    field_class = WordsField


# Filters by the identifier of a reference row, with the kind of the row.
_BY_ROW = {"speaker": "speakers", "topic": "topics", "publisher": "publishers", "source": "sources"}


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
    rating = django_filters.ChoiceFilter(
        label="Is it true?", choices=rating_choices, field_name="found_under", empty_label="Any rating"
    )
    attribution = django_filters.ChoiceFilter(
        label="Did they say it?", choices=attribution_choices, empty_label="Any finding"
    )
    speaker = django_filters.ChoiceFilter(
        label="Speaker", choices=speaker_choices, field_name="speaker__slug", empty_label="Any speaker"
    )
    topic = django_filters.ChoiceFilter(
        label="Topic", choices=topic_choices, method="by_topic", empty_label="Any topic"
    )
    publisher = django_filters.ChoiceFilter(
        label="Publisher", choices=publisher_choices, method="by_publisher", empty_label="Any publisher"
    )
    source = django_filters.ChoiceFilter(
        label="Source", choices=source_choices, method="by_source", empty_label="Any source"
    )
    claimed_from = DayFilter(label="Claimed on or after", field_name="claimed_on", lookup_expr="gte")
    claimed_until = DayFilter(label="Claimed on or before", field_name="claimed_on", lookup_expr="lte")
    published_from = DayFilter(
        label="Checked on or after", field_name="first_published_at", lookup_expr="date__gte"
    )
    published_until = DayFilter(
        label="Checked on or before", field_name="first_published_at", lookup_expr="date__lte"
    )

    def __init__(self, data: Any = None, *arguments: Any, **options: Any) -> None:
        super().__init__(_as_called_now(data), *arguments, **options)

    class Meta:
        model = Publication
        fields: list[str] = []

    def by_words(self, queryset: QuerySet[Publication], name: str, value: str) -> QuerySet[Publication]:
        return search.lookup(value, queryset)

    def by_topic(self, queryset: QuerySet[Publication], name: str, value: str) -> QuerySet[Publication]:
        rows = PublicationTopic.objects.filter(publication=OuterRef("pk"), topic__slug=value)
        return queryset.filter(Exists(rows))

    def by_publisher(self, queryset: QuerySet[Publication], name: str, value: str) -> QuerySet[Publication]:
        rows = PublicationPublisher.objects.filter(publication=OuterRef("pk"), publisher__slug=value)
        return queryset.filter(Exists(rows))

    def by_source(self, queryset: QuerySet[Publication], name: str, value: str) -> QuerySet[Publication]:
        rows = PublicationSource.objects.filter(publication=OuterRef("pk"), source__slug=value)
        return queryset.filter(Exists(rows))
