"""The strict filter backend: the API never answers a question that was not asked."""

import difflib
from collections.abc import Iterable, Mapping
from typing import Any

from django import forms
from django.core.validators import EMPTY_VALUES
from django.db.models import QuerySet
from django.http import QueryDict
from django_filters.rest_framework import DjangoFilterBackend
from django_filters.widgets import SuffixedMultiWidget
from rest_framework.request import Request
from rest_framework.views import APIView

from factcheck.api.problems import BadParameters

MOST_CHOICES_LISTED = 30


class StrictFilterBackend(DjangoFilterBackend):
    """Filters with the view's FilterSet and refuses (400) unknown, repeated, empty and bad parameters, all at once.

    The paginator's parameters count as known on a list. A detail takes no parameters.
    """

    def filter_queryset(self, request: Request, queryset: QuerySet[Any], view: APIView) -> QuerySet[Any]:
        if _is_detail(view):
            refuse(request.query_params, errors=unknown(request.query_params, known=()))
            return queryset
        filterset = self.get_filterset(request, queryset, view)
        fields = dict(filterset.form.fields) if filterset is not None else {}
        inputs = {name: field for key, field in fields.items() for name in _input_names(key, field)}
        paginator: Any = getattr(view, "paginator", None)
        paging = tuple(getattr(paginator, "parameters", ()))
        errors = unknown(request.query_params, known=(*inputs, *paging))
        errors |= repeated_or_empty(request.query_params, inputs, paging)
        if filterset is not None:
            errors = _bad_values(filterset.form, inputs, request.query_params) | errors
        if paging:
            errors = paginator.bad_values(request.query_params) | errors
        refuse(request.query_params, errors=errors)
        return filterset.qs if filterset is not None else queryset


def unknown(params: QueryDict, *, known: Iterable[str]) -> dict[str, str]:
    """The parameters that are not known, each with the reason and the names that are."""
    names = sorted(known)
    allowed = f"Known here: {', '.join(names)}." if names else "This address takes no parameters."
    errors = {}
    for name in params:
        if name not in names:
            near = difflib.get_close_matches(name, names, n=1)
            errors[name] = (
                f"Unknown parameter; did you mean {near[0]}? {allowed}"
                if near
                else f"Unknown parameter. {allowed}"
            )
    return errors


def refuse(params: QueryDict, *, errors: dict[str, str]) -> None:
    """Raises BadParameters with the errors in the order of the request, if there are any."""
    if errors:
        order = list(params)
        raise BadParameters(
            {
                name: errors[name]
                for name in sorted(
                    errors, key=lambda name: order.index(name) if name in order else len(order)
                )
            }
        )


def _is_detail(view: APIView) -> bool:
    lookup = getattr(view, "lookup_url_kwarg", None) or getattr(view, "lookup_field", None)
    return lookup in view.kwargs


def _input_names(name: str, field: forms.Field) -> list[str]:
    """The query parameters that a form field reads: its name, or one for each part of a range."""
    if isinstance(field.widget, SuffixedMultiWidget):
        return [field.widget.suffixed(name, suffix) for suffix in field.widget.suffixes]
    return [name]


def repeated_or_empty(
    params: QueryDict, inputs: Mapping[str, forms.Field], paging: tuple[str, ...]
) -> dict[str, str]:
    """The known parameters that are given more than once or without a value, each with the reason."""
    errors = {}
    for name in params:
        if name not in inputs and name not in paging:
            continue
        values = params.getlist(name)
        many = name in inputs and getattr(inputs[name].widget, "allow_multiple_selected", False)
        if len(values) > 1 and not many:
            errors[name] = "Given more than once; this parameter takes one value."
        elif not all(value.strip() for value in values):
            errors[name] = "Empty: give a value, or leave the parameter out."
    return errors


def _bad_values(form: forms.Form, inputs: dict[str, forms.Field], params: QueryDict) -> dict[str, str]:
    errors = {}
    for name, field in inputs.items():
        key = name if name in form.fields else next(key for key in form.fields if form.fields[key] is field)
        if name not in params:
            continue
        if key in form.errors:
            errors[name] = " ".join([*map(str, form.errors[key]), *_allowed(field)])
        elif form.cleaned_data.get(key) in EMPTY_VALUES:
            # Some of django-filter's fields read a value they do not know as "no filter".
            errors[name] = " ".join(["This value is not understood.", *_allowed(field)])
    # What the form refuses as a whole stands under the parameters it was given.
    for reason in form.non_field_errors():
        errors[", ".join(name for name in params if name in inputs)] = str(reason)
    return errors


def _allowed(field: forms.Field) -> list[str]:
    """A sentence that says what the field takes, where there is a short one."""
    if isinstance(field, forms.ModelChoiceField):
        return []
    if isinstance(field, forms.ChoiceField):
        choices: Any = field.choices
        values = [str(value) for value, _ in choices if value not in EMPTY_VALUES]
        return [f"Allowed: {', '.join(values)}."] if len(values) <= MOST_CHOICES_LISTED else []
    if isinstance(field, forms.NullBooleanField):
        return ["Allowed: true, false."]
    if isinstance(field, forms.DateField):
        return ["Write a date as 2022-10-31."]
    return []
