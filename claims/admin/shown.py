"""What a form showed, as plain values that can be compared, sent along and put back into a form."""

import datetime as dt
import re
from collections.abc import Iterable
from dataclasses import dataclass, field
from typing import Any

from django import forms
from django.contrib.admin.widgets import RelatedFieldWidgetWrapper
from django.core.exceptions import FieldDoesNotExist, ObjectDoesNotExist, ValidationError
from django.db import models
from django.http import QueryDict
from django.utils import timezone
from django.utils.formats import date_format
from django.utils.text import capfirst

# Before the name of a field that a form shows and does not let change: that is a state of its own.
LOCKED = "="

Value = str | list[str]
Values = dict[str, Value]


@dataclass
class State:
    """The values of the main form, and of every row by the prefix of its formset and its key, in their order."""

    main: Values
    rows: dict[str, dict[str, Values]] = field(default_factory=dict)


@dataclass
class Part:
    """One formset that its reader may change, unbound, with the names of fields that it only shows."""

    formset: Any
    name: str
    readonly: list[str]

    @property
    def prefix(self) -> str:
        return str(self.formset.prefix)

    @property
    def fields(self) -> dict[str, forms.Field]:
        return watched(self.formset.empty_form)

    @property
    def key(self) -> str:
        return str(self.formset.model._meta.pk.name)


def watched(form: Any) -> dict[str, forms.Field]:
    """The fields that a reader of the form fills in and that it can show again."""
    kept = (forms.FileField, forms.models.InlineForeignKeyField)
    own = (form.instance._meta.pk.name, forms.formsets.DELETION_FIELD_NAME)
    return {
        name: field
        for name, field in form.fields.items()
        if not field.disabled and not isinstance(field, kept) and name not in own
    }


def plain(value: Any) -> Value:
    """A value as text that is equal where the value is; line ends are no part of it, nor is the order of a choice."""
    if callable(value):
        value = value()
    if value is None:
        return ""
    if isinstance(value, bool):
        return "true" if value else "false"
    if isinstance(value, models.Model):
        return str(value.pk)
    if isinstance(value, dt.datetime):
        aware = value if timezone.is_aware(value) else timezone.make_aware(value)
        return aware.astimezone(dt.UTC).replace(microsecond=0).isoformat()
    if isinstance(value, dt.date | dt.time):
        return value.isoformat()
    if isinstance(value, list | tuple | set | models.QuerySet):
        return sorted(str(plain(one)) for one in value)
    return str(value).replace("\r\n", "\n").replace("\r", "\n")


def values_of(form: Any, readonly: Iterable[str]) -> Values:
    """What an unbound form shows; of the fields that it only shows, those that are columns of the row."""
    found = {name: plain(form.get_initial_for_field(field, name)) for name, field in watched(form).items()}
    for name in readonly:
        try:
            column = form.instance._meta.get_field(name)
        except FieldDoesNotExist:
            continue
        if isinstance(column, models.Field) and not column.many_to_many and name not in form.fields:
            found[LOCKED + name] = plain(column.value_from_object(form.instance))
    return found


def state_of(form: Any, readonly: Iterable[str], parts: Iterable[Part]) -> State:
    rows = {
        part.prefix: {
            str(row.instance.pk): values_of(row, part.readonly) for row in part.formset.initial_forms
        }
        for part in parts
    }
    return State(values_of(form, readonly), rows)


def typed(field: forms.Field, post: QueryDict, name: str) -> Value:
    """What was sent for a field, in the form that `plain` gives what is stored; as it came where it is no value."""
    sent = field.widget.value_from_datadict(post, {}, name)
    if isinstance(field, forms.ModelChoiceField | forms.MultipleChoiceField):
        return plain(sent)
    try:
        return plain(field.clean(sent) if isinstance(field, forms.MultiValueField) else field.to_python(sent))
    except ValidationError:
        return plain(sent)


def is_touched(field: forms.Field, shown: Value, sent: Value) -> bool:
    """Whether somebody changed a field; that a form strips white space off what it shows is no change."""
    if sent == shown:
        return False
    if isinstance(field, forms.CharField) and isinstance(shown, str):
        try:
            return sent != plain(field.to_python(shown))
        except ValidationError:
            return True
    return True


def posted(
    widget: forms.Widget, name: str, value: Any, field: forms.Field | None = None
) -> dict[str, list[str]]:
    """What a browser sends for a widget that shows `value`, which is a field's initial one where `field` is given."""
    if field is not None:
        value = field.prepare_value(value)
    if isinstance(widget, RelatedFieldWidgetWrapper):
        widget = widget.widget
    if isinstance(widget, forms.MultiWidget):
        values = value if isinstance(value, list | tuple) else widget.decompress(value) or []
        sent: dict[str, list[str]] = {}
        for part, suffix, one in zip(widget.widgets, _suffixes(widget), values, strict=True):
            sent |= posted(part, name + suffix, one)
        return sent
    if isinstance(widget, forms.CheckboxInput):
        return {name: ["on"]} if widget.check_test(value) else {}
    formatted = widget.format_value(value)
    if isinstance(formatted, list | tuple):
        return {name: [str(one) for one in formatted]}
    return {name: ["" if formatted is None else str(formatted)]}


def _suffixes(widget: Any) -> list[str]:
    return list(widget.widgets_names)


def keys_of(post: QueryDict, name: str) -> list[str]:
    """The keys that a browser sends for one field: its name, or its name with the numbers of its parts."""
    return [key for key in post if key == name or re.fullmatch(re.escape(name) + r"_\d+", key)]


def label_of(model: type[models.Model], field: forms.Field | None, name: str) -> str:
    if field is not None and field.label:
        return capfirst(str(field.label))
    try:
        return capfirst(str(getattr(model._meta.get_field(name), "verbose_name", name)))
    except FieldDoesNotExist:
        return capfirst(name.replace("_", " "))


def words_of(model: type[models.Model], field: forms.Field | None, name: str, value: Value) -> str:
    """A value as an editor reads it: names for keys, labels for choices, days for dates."""
    if value in ("", []):
        return "empty"
    if isinstance(field, forms.ModelChoiceField) and field.queryset is not None:
        return _names(field.queryset, value, label=field.label_from_instance)
    column: Any = None
    try:
        column = model._meta.get_field(name)
    except FieldDoesNotExist:
        return ", ".join(value) if isinstance(value, list) else value
    if column.is_relation:
        return _names(column.related_model._base_manager.all(), value, label=str)
    if isinstance(value, list):
        return ", ".join(value)
    if isinstance(column, models.BooleanField):
        return {"true": "yes", "false": "no"}.get(value, value)
    if column.flatchoices:
        return str({str(plain(key)): label for key, label in column.flatchoices}.get(value, value))
    try:
        if isinstance(column, models.DateTimeField):
            return date_format(timezone.localtime(dt.datetime.fromisoformat(value)), "j F Y, H:i")
        if isinstance(column, models.DateField):
            return date_format(dt.date.fromisoformat(value), "j F Y")
    except ValueError:
        return value
    return value


def _names(rows: models.QuerySet, value: Value, *, label: Any) -> str:
    keys = value if isinstance(value, list) else [value]
    names = []
    for key in keys:
        try:
            names.append(str(label(rows.get(pk=key))))
        except (ObjectDoesNotExist, ValueError, ValidationError):
            names.append(f"number {key}, which is not there")
    return ", ".join(names)


# What a row is best known by, in this order; then its place among its like.
_NAMES = ("label", "name", "title", "slug", "url", "asked_of", "locator", "words", "note", "kind", "text")


def name_of_row(part: Part, values: Values, place: int) -> str:
    """A row in words: "Appearance 2 (courier)"."""
    called = capfirst(part.name)
    for name in _NAMES:
        value = values.get(name) or values.get(LOCKED + name)
        if isinstance(value, str) and value:
            words = words_of(part.formset.model, part.fields.get(name), name, value)
            short = words if len(words) <= 60 else f"{words[:57].rstrip()}…"
            return f"{called} {place} ({short})"
    return f"{called} {place}"
