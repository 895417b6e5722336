"""What may be deleted at the desk, and what is kept: every no is a sentence, never an error page."""

from collections.abc import Iterable
from typing import Any

from django.contrib import admin, messages
from django.contrib.admin.actions import delete_selected
from django.contrib.admin.utils import unquote
from django.db import IntegrityError, models, router, transaction
from django.db.models import ProtectedError, RestrictedError
from django.http import HttpRequest, HttpResponse, HttpResponseRedirect
from django.urls import reverse

from claims.admin.refusals import sentence_of

# A source may be used by thousands of claims; nobody reads the list of them.
_NAMED = 20


class KeepingMixin(admin.ModelAdmin):
    """A ModelAdmin that deletes only what nothing and nobody needs any more."""

    # Where most rows have a history, several at once are not for deleting.
    bulk_delete = True

    def kept(self, rows: Iterable[Any]) -> str:
        """Why these rows stay, in a sentence; empty where they may go."""
        return ""

    def delete_view(
        self, request: HttpRequest, object_id: str, extra_context: dict[str, Any] | None = None
    ) -> HttpResponse:
        view = super().delete_view
        obj = self.get_object(request, unquote(object_id))
        if obj is None or not self.has_delete_permission(request, obj):
            return view(request, object_id, extra_context)
        said = self.kept([obj])
        if not said:
            try:
                with transaction.atomic(using=router.db_for_write(self.model)):
                    return view(request, object_id, extra_context)
            except IntegrityError as error:
                said = _why(error, self.model)
        self.message_user(request, said, messages.ERROR)
        name = f"admin:{self.opts.app_label}_{self.opts.model_name}_change"
        return HttpResponseRedirect(reverse(name, args=[obj.pk]))

    def render_change_form(self, request: HttpRequest, context: Any, *args: Any, **options: Any) -> Any:
        obj = options.get("obj")
        if obj is not None and "show_delete" not in context and self.kept([obj]):
            # What stays has no button that would only say so.
            context["show_delete"] = False
        return super().render_change_form(request, context, *args, **options)

    def get_actions(self, request: HttpRequest) -> dict[str, Any]:
        actions: dict[str, Any] = super().get_actions(request)
        if not self.bulk_delete:
            actions.pop("delete_selected", None)
        elif "delete_selected" in actions:
            actions["delete_selected"] = (_delete_selected, *actions["delete_selected"][1:])
        return actions

    def get_deleted_objects(self, objs: Any, request: HttpRequest) -> Any:
        found, counts, lacking, protected = super().get_deleted_objects(objs, request)
        if len(protected) > _NAMED:
            protected = [*protected[:_NAMED], f"and {len(protected) - _NAMED} more"]
        return found, counts, lacking, protected


@admin.action(permissions=["delete"], description="Delete selected %(verbose_name_plural)s")
def _delete_selected(model_admin: Any, request: HttpRequest, rows: models.QuerySet) -> HttpResponse | None:
    said = model_admin.kept(rows)
    if not said:
        try:
            with transaction.atomic(using=router.db_for_write(model_admin.model)):
                return delete_selected(model_admin, request, rows)
        except IntegrityError as error:
            said = _why(error, model_admin.model)
    model_admin.message_user(request, said, messages.ERROR)
    return None


def _why(error: IntegrityError, model: type[models.Model]) -> str:
    if isinstance(error, ProtectedError | RestrictedError):
        objects: Any = getattr(error, "protected_objects", None) or getattr(error, "restricted_objects", ())
        kinds = sorted({str(one._meta.verbose_name_plural) for one in objects})
        return f"Nothing was deleted: it is used by {', '.join(kinds)}. Take it out of them first."
    return f"Nothing was deleted. {sentence_of(error, model)}"
