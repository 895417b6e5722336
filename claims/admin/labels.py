"""Publishers' labels at the desk: which of our ratings filters find them under, those without one first."""

from typing import Any

from django import forms
from django.contrib import admin, messages
from django.db.models import BooleanField, Case, CharField, F, QuerySet, Value, When
from django.http import HttpRequest
from django.utils import timezone

from claims import labels, server_key
from claims.admin.base import DeskAdmin
from claims.admin.forms import editor
from claims.models import Label


class MappedFilter(admin.SimpleListFilter):
    """Labels that are found under a rating, and those that nobody has mapped."""

    title = "mapping"
    parameter_name = "mapped"

    def lookups(self, request: HttpRequest, model_admin: Any) -> list[tuple[str, str]]:
        return [("no", "Not mapped"), ("yes", "Mapped")]

    def queryset(self, request: HttpRequest, queryset: QuerySet[Label]) -> QuerySet[Label]:
        if self.value() == "no":
            return queryset.filter(rating="")
        return queryset.exclude(rating="") if self.value() == "yes" else queryset


class LabelForm(forms.ModelForm):
    """The rating is chosen from those that readers know."""

    rating = forms.ChoiceField(label="Our rating", required=False, choices=())

    class Meta:
        model = Label
        fields = ["rating"]

    def __init__(self, *arguments: Any, **options: Any) -> None:
        super().__init__(*arguments, **options)
        if "rating" in self.fields:
            field: Any = self.fields["rating"]
            field.choices = [("", "None of ours says the same"), *labels.ratings()]
            field.help_text = Label._meta.get_field("rating").help_text


@admin.register(Label)
class LabelAdmin(DeskAdmin):
    form = LabelForm
    list_display = ["text", "publisher", "uses", "our_rating"]
    list_select_related = ["publisher"]
    list_filter = [MappedFilter]
    search_fields = ["text"]
    search_through = {"publisher": ("sort_key", "slug")}
    search_help_text = "Words of the label, or of its publisher's name."
    export_fields = ("text", "rating")
    fields = ["publisher", "text", "uses", "rating"]
    readonly_fields = ["publisher", "text", "uses"]

    def get_queryset(self, request: HttpRequest) -> QuerySet[Label]:
        is_mapped = Case(When(rating="", then=Value(False)), default=Value(True), output_field=BooleanField())
        named = [When(rating=rating, then=Value(name)) for rating, name in labels.ratings()]
        rating_name = Case(*named, default=F("rating"), output_field=CharField())
        rows = Label.objects.with_counts().annotate(is_mapped=is_mapped, rating_name=rating_name)
        return rows.order_by(*self.get_ordering(request))

    def get_ordering(self, request: HttpRequest) -> list[str]:
        return ["is_mapped", "-uses", "pk"]

    @admin.display(description="fact-checks", ordering="uses")
    def uses(self, label: Label) -> int:
        return int(getattr(label, "uses", 0))

    @admin.display(description="our rating", ordering="rating")
    def our_rating(self, label: Label) -> str:
        return str(getattr(label, "rating_name", label.rating))

    def has_add_permission(self, request: HttpRequest) -> bool:
        # Feeds bring them.
        return False

    def has_delete_permission(self, request: HttpRequest, obj: Label | None = None) -> bool:
        return False

    def save_model(self, request: HttpRequest, obj: Label, form: Any, change: bool) -> None:
        try:
            labels.map_label(obj, rating=obj.rating, by=editor(request), at=timezone.now())
        except (labels.Refused, server_key.CannotSign) as error:
            self.message_user(request, str(error), messages.ERROR)
