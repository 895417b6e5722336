"""What a request names: rows by keys that can be keys, filters that a list has. The rest is answered in words."""

from typing import Any

from django import forms
from django.contrib import admin, messages
from django.contrib.admin.exceptions import DisallowedModelAdminLookup
from django.contrib.admin.helpers import ACTION_CHECKBOX_NAME
from django.contrib.admin.options import IncorrectLookupParameters
from django.contrib.admin.views.main import ERROR_FLAG, IGNORED_PARAMS, ChangeList
from django.contrib.admin.widgets import AutocompleteMixin, AutocompleteSelect, AutocompleteSelectMultiple
from django.core.exceptions import FieldDoesNotExist, ValidationError
from django.db import DataError, models
from django.http import HttpRequest, HttpResponse

_LONGEST_NAMED = 80


def is_key(column: Any, value: Any) -> bool:
    """Whether `value` can stand in `column`: neither database looks for a NUL or for a number beyond its columns."""
    if "\0" in str(value):
        return False
    try:
        column.run_validators(column.to_python(value))
    except (ValidationError, ValueError, OverflowError):
        return False
    return True


def key_of(relation: Any) -> Any:
    """The column of the other model by which a relation names its rows."""
    remote = relation.remote_field
    name = getattr(remote, "field_name", None)
    return remote.model._meta.get_field(name) if name else remote.model._meta.pk


class _KeysOnly(AutocompleteMixin):
    """Looks up only what can be a key; the form's field says what is wrong with the rest."""

    def optgroups(self, name: str, value: Any, attr: dict[str, Any] | None = None) -> Any:
        column = key_of(self.field)
        return super().optgroups(name, [one for one in value if is_key(column, one)], attr)


class KeySelect(_KeysOnly, AutocompleteSelect):
    """A choice of one row among many."""


class KeySelectMultiple(_KeysOnly, AutocompleteSelectMultiple):
    """A choice of several rows among many."""


class KeysField(forms.ModelMultipleChoiceField):
    """Several rows; Django would ask the database for all that was sent, keys or not."""

    def clean(self, value: Any) -> Any:
        column = self.queryset.model._meta.pk  # type: ignore[union-attr]
        for one in value or ():
            if not is_key(column, one):
                raise ValidationError(
                    self.error_messages["invalid_pk_value"], code="invalid_pk_value", params={"pk": one}
                )
        return super().clean(value)


class RequestMixin(admin.ModelAdmin):
    """A ModelAdmin that no address and no form makes stumble."""

    def get_changeform_initial_data(self, request: HttpRequest) -> dict[str, Any]:
        given = super().get_changeform_initial_data(request)
        return {name: value for name, value in given.items() if self._can_begin_with(name, value)}

    def get_object(self, request: HttpRequest, object_id: str, from_field: str | None = None) -> Any:
        column: Any = self.opts.get_field(from_field) if from_field else self.opts.pk
        return super().get_object(request, object_id, from_field) if is_key(column, object_id) else None

    def get_search_results(
        self, request: HttpRequest, queryset: models.QuerySet, search_term: str
    ) -> tuple[models.QuerySet, bool]:
        if "\0" in search_term:
            return queryset.none(), False
        return super().get_search_results(request, queryset, search_term)

    def formfield_for_foreignkey(self, db_field: Any, request: HttpRequest, **options: Any) -> Any:
        if db_field.name in self.get_autocomplete_fields(request):
            options.setdefault("widget", KeySelect(db_field, self.admin_site, using=options.get("using")))
        return super().formfield_for_foreignkey(db_field, request, **options)

    def formfield_for_manytomany(self, db_field: Any, request: HttpRequest, **options: Any) -> Any:
        if db_field.name in self.get_autocomplete_fields(request):
            widget = KeySelectMultiple(db_field, self.admin_site, using=options.get("using"))
            options.setdefault("widget", widget)
        options.setdefault("form_class", KeysField)
        return super().formfield_for_manytomany(db_field, request, **options)

    def changelist_view(self, request: HttpRequest, extra_context: Any = None) -> HttpResponse:
        if ERROR_FLAG in request.GET:
            # Its sentence stands in the messages; left in, a second fault would be taken for one of the database.
            asked = request.GET.copy()
            del asked[ERROR_FLAG]
            request.GET = asked  # type: ignore[assignment]
        answer: HttpResponse = super().changelist_view(request, extra_context)
        return answer

    def get_changelist_instance(self, request: HttpRequest) -> ChangeList:
        """The list as the address asks for it. Raises IncorrectLookupParameters, with a message left for the editor."""
        try:
            if any("\0" in text for name, values in request.GET.lists() for text in (name, *values)):
                raise ValueError("NUL")
            found: ChangeList = super().get_changelist_instance(request)
            specs = [spec for spec in found.filter_specs if isinstance(spec, admin.SimpleListFilter)]
            for spec in specs:
                if spec.value() not in {None, *(str(one) for one, _ in spec.lookup_choices)}:
                    raise ValueError(f"{spec.parameter_name} has no such choice")
        except (
            IncorrectLookupParameters,
            DisallowedModelAdminLookup,
            FieldDoesNotExist,
            ValidationError,
            ValueError,
            OverflowError,
            DataError,
        ) as error:
            names = ", ".join(name for name in request.GET if name not in IGNORED_PARAMS).replace("\0", "")
            self.message_user(
                request,
                f"This list cannot be narrowed as the address asks ({names[:_LONGEST_NAMED]}), so nothing is left "
                "out of it: choose from its filters, or search.",
                messages.WARNING,
            )
            raise IncorrectLookupParameters(error) from error
        return found

    def response_action(self, request: HttpRequest, queryset: models.QuerySet) -> HttpResponse | None:
        chosen = request.POST.getlist(ACTION_CHECKBOX_NAME)
        if not all(is_key(self.opts.pk, one) for one in chosen):
            self.message_user(
                request,
                "Nothing was done: what was chosen is no row of this list. Choose the rows again.",
                messages.ERROR,
            )
            return None
        answer: HttpResponse | None = super().response_action(request, queryset)
        return answer

    def _can_begin_with(self, name: str, value: Any) -> bool:
        try:
            column: Any = self.opts.get_field(name)
        except FieldDoesNotExist:
            return True
        if not column.is_relation or not column.concrete:
            return True
        return all(is_key(key_of(column), one) for one in (value if isinstance(value, list) else [value]))
