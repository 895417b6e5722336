"""Claims that readers suggest: the list, the decision on each, and a claim that is begun from one."""

from typing import Any

from django.contrib import admin, messages
from django.db.models import QuerySet
from django.http import HttpRequest
from django.utils import timezone

from claims import intake
from claims.admin.desk import DueAdmin, OpenFilter, OwnerFilter, with_entry
from claims.admin.forms import editor, number
from claims.admin.nearest import NearestAdmin
from claims.models import Claim, Speaker, Suggestion

# The address of a claim's form names the suggestion by its key: the words may be longer than an address can be.
PARAMETER = "suggestion"


@admin.register(Suggestion)
class SuggestionAdmin(NearestAdmin, DueAdmin):
    change_form_template = "admin/claims/suggestion/change_form.html"
    list_display = ["__str__", "who", "state", "owner", "due_on", "channel", "received_at"]
    list_select_related = ["owner"]
    list_filter = [OpenFilter, OwnerFilter, "channel"]
    search_fields = ["text", "where", "who", "contact", "outcome_note"]
    search_help_text = "Words of the claim, where it was made, or who said it."
    autocomplete_fields = ["claim", "publication"]
    ordering = ["-pk"]
    fieldsets = [
        (None, {"fields": ["text"]}),
        (None, {"fields": ["where", "who", "language", "note", "contact", ("channel", "received_at")]}),
        (
            "What comes of it",
            {"fields": [("owner", "due_on"), "outcome", "claim", "publication", "outcome_note"]},
        ),
    ]
    readonly_fields = ["channel"]
    readers_words = ("text", "where", "who", "language", "note", "received_at")
    export_fields = ("pk", "text", "where", "contact", "outcome", "claim", "publication", "outcome_note")

    def get_queryset(self, request: HttpRequest) -> QuerySet[Suggestion]:
        return Suggestion.objects.with_entries().order_by(*(self.get_ordering(request) or ()))

    @admin.display(description="what came of it", ordering="outcome")
    def state(self, row: Suggestion) -> str:
        return with_entry(super().state(row), getattr(row, "entry", None))

    def get_changeform_initial_data(self, request: HttpRequest) -> dict[str, Any]:
        """Whoever enters a suggestion decides on it, until somebody says otherwise."""
        now = timezone.now()
        given = super().get_changeform_initial_data(request)
        return {
            "received_at": timezone.localtime(now),
            "due_on": intake.suggestion_due(now),
            "owner": editor(request).pk,
            **given,
        }

    def render_change_form(self, request: HttpRequest, context: Any, *args: Any, **options: Any) -> Any:
        suggestion = options.get("obj")
        context["suggestion"] = suggestion
        context["followed"] = suggestion.revision if suggestion is not None else None
        context["begins"] = (
            f"{PARAMETER}={suggestion.pk}"
            if suggestion is not None and not suggestion.outcome and _may_begin(request)
            else ""
        )
        return super().render_change_form(request, context, *args, **options)


class SuggestedAdmin(admin.ModelAdmin):
    """A form of a new claim that may begin with a suggestion, which is taken up when the claim is saved.

    What the reader said stands above the form, then and later. Who said it is carried over where one speaker alone is
    known by that name.
    """

    def get_changeform_initial_data(self, request: HttpRequest) -> dict[str, Any]:
        given: dict[str, Any] = super().get_changeform_initial_data(request)
        suggestion = _asked(request)
        if suggestion is None:
            return given
        speaker = Speaker.objects.named(suggestion.who)
        return {"text": suggestion.text, **({"speaker": speaker.pk} if speaker else {}), **given}

    def render_change_form(self, request: HttpRequest, context: Any, *args: Any, **options: Any) -> Any:
        claim = options.get("obj")
        if claim is None:
            asked = _asked(request)
            context["suggestions"] = [asked] if asked else []
        elif request.user.has_perm("claims.view_suggestion"):
            context["suggestions"] = claim.suggestions.order_by("pk")
        return super().render_change_form(request, context, *args, **options)

    def save_model(self, request: HttpRequest, obj: Claim, form: Any, change: bool) -> None:
        super().save_model(request, obj, form, change)
        if change or PARAMETER not in request.GET:
            return
        suggestion = _asked(request)
        if suggestion is None or not intake.take_up(suggestion, claim=obj, by=editor(request)):
            said = "The suggestion that this claim began from was dealt with meanwhile, and is left as it is."
            messages.warning(request, said)
            return
        said = f"Taken up as “{obj}”."
        self.admin_site.get_model_admin(Suggestion).log_change(request, suggestion, said)


def _may_begin(request: HttpRequest) -> bool:
    return request.user.has_perm("claims.add_claim") and request.user.has_perm("claims.change_suggestion")


def _asked(request: HttpRequest) -> Suggestion | None:
    """The open suggestion that the address names, for whoever may take it up."""
    key = number(request.GET.get(PARAMETER, ""))
    if key is None or not _may_begin(request):
        return None
    return Suggestion.objects.open().filter(pk=key).first()
