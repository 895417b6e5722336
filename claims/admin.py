from collections.abc import Sequence
from typing import Any

from django import forms
from django.contrib import admin, messages
from django.contrib.admin.widgets import AdminTextareaWidget
from django.contrib.auth.models import User
from django.core.exceptions import PermissionDenied
from django.db import models
from django.db.models import QuerySet
from django.http import HttpRequest
from django.utils import timezone

from claims import reference, workflow
from claims.models import (
    Appearance,
    AttributionFinding,
    Claim,
    ClaimRelation,
    Event,
    Evidence,
    Methodology,
    Publication,
    Rating,
    RatingScale,
    Revision,
    Site,
    Speaker,
    SpeakerAlias,
    SpeakerLink,
    Topic,
    Verdict,
)
from sources.admin import PublisherAdmin, ReadOnlyMixin, SourceAdmin
from sources.models import Publisher, Source


def editor(request: HttpRequest) -> User:
    """Who is signed in: the admin lets nobody else in."""
    if not isinstance(request.user, User):
        raise PermissionDenied
    return request.user


class LinesField(forms.CharField):
    """Text over several lines: browsers send CR LF, which would be another text with another digest."""

    def to_python(self, value: Any) -> Any:
        return (super().to_python(value) or "").replace("\r\n", "\n")


LINES: dict[type, dict[str, Any]] = {
    models.TextField: {"form_class": LinesField, "widget": AdminTextareaWidget}
}


class ReferenceAdmin(admin.ModelAdmin):
    """Rows that public pages show: who edits one is a contributor, and readers see it by an entry of the record."""

    formfield_overrides = LINES
    actions = ["put_on_record"]
    identifier = "slug"

    def get_readonly_fields(self, request: HttpRequest, obj: Any = None) -> list[str]:
        return [*super().get_readonly_fields(request, obj), *([self.identifier] if obj else [])]

    def get_prepopulated_fields(self, request: HttpRequest, obj: Any = None) -> dict[str, Sequence[str]]:
        return {} if obj else super().get_prepopulated_fields(request, obj)

    def save_related(self, request: HttpRequest, form: Any, formsets: Any, change: bool) -> None:
        super().save_related(request, form, formsets, change)
        if form.has_changed() or any(formset.has_changed() for formset in formsets):
            subject = reference.subject_of(form.instance)
            workflow.contribute(subject, by=editor(request), at=timezone.now())

    @admin.action(description="Put on the public record as it stands", permissions=["change"])
    def put_on_record(self, request: HttpRequest, rows: QuerySet) -> None:
        for row in rows:
            try:
                entry = reference.change(row, at=timezone.now())
            except reference.NotUsed as error:
                self.message_user(request, str(error), messages.ERROR)
                continue
            said = f"entry {entry.sequence}" if entry else "the record says so already"
            self.message_user(request, f"{row}: {said}.")


class SpeakerAliasInline(admin.TabularInline):
    model = SpeakerAlias
    fields = ["name", "language"]
    extra = 0


class SpeakerLinkInline(admin.TabularInline):
    model = SpeakerLink
    fields = ["url"]
    extra = 0


@admin.register(Speaker)
class SpeakerAdmin(ReferenceAdmin):
    list_display = ["name", "kind"]
    list_filter = ["kind"]
    search_fields = ["name", "sort_key", "aliases__name", "aliases__folded"]
    prepopulated_fields = {"slug": ["name"]}
    inlines = [SpeakerAliasInline, SpeakerLinkInline]


@admin.register(Topic)
class TopicAdmin(ReferenceAdmin):
    list_display = ["name"]
    search_fields = ["name", "sort_key"]
    prepopulated_fields = {"slug": ["name"]}


class AttributionFindingInline(admin.StackedInline):
    formfield_overrides = LINES
    model = AttributionFinding
    extra = 0


class RatingScaleInline(admin.TabularInline):
    model = RatingScale


@admin.register(Methodology)
class MethodologyAdmin(ReferenceAdmin):
    identifier = "version"
    list_display = ["title", "version"]
    search_fields = ["title", "version"]
    inlines = [RatingScaleInline, AttributionFindingInline]


class RatingInline(admin.StackedInline):
    formfield_overrides = LINES
    model = Rating
    extra = 0


@admin.register(RatingScale)
class RatingScaleAdmin(admin.ModelAdmin):
    list_display = ["methodology", "worst", "best"]
    inlines = [RatingInline]

    def save_related(self, request: HttpRequest, form: Any, formsets: Any, change: bool) -> None:
        super().save_related(request, form, formsets, change)
        if form.has_changed() or any(formset.has_changed() for formset in formsets):
            subject = reference.subject_of(form.instance.methodology)
            workflow.contribute(subject, by=editor(request), at=timezone.now())


admin.site.unregister([Publisher, Source])


@admin.register(Publisher)
class PublisherReferenceAdmin(ReferenceAdmin, PublisherAdmin):
    """A publisher with its place on the record, which the app of the sources does not know."""


@admin.register(Source)
class SourceReferenceAdmin(ReferenceAdmin, SourceAdmin):
    """A source with its place on the record, which the app of the sources does not know."""


@admin.register(Site)
class SiteAdmin(ReferenceAdmin):
    identifier = "id"
    list_display = ["name", "publisher", "licence"]
    autocomplete_fields = ["publisher"]

    def has_add_permission(self, request: HttpRequest) -> bool:
        return False

    def has_delete_permission(self, request: HttpRequest, obj: Site | None = None) -> bool:
        return False


class AppearanceInline(admin.StackedInline):
    formfield_overrides = LINES
    model = Appearance
    extra = 0
    autocomplete_fields = ["source"]
    readonly_fields = ["quotation"]


class ClaimRelationInline(admin.TabularInline):
    formfield_overrides = LINES
    model = ClaimRelation
    fk_name = "claim"
    fields = ["kind", "to_claim", "note"]
    autocomplete_fields = ["to_claim"]
    extra = 0


@admin.register(Claim)
class ClaimAdmin(admin.ModelAdmin):
    formfield_overrides = LINES
    list_display = ["title", "speaker", "claimed_on", "language"]
    list_filter = ["language", "verdict__status"]
    list_select_related = ["speaker"]
    search_fields = ["title", "text", "text_folded", "slug"]
    autocomplete_fields = ["speaker", "topics"]
    inlines = [AppearanceInline, ClaimRelationInline]

    def save_related(self, request: HttpRequest, form: Any, formsets: Any, change: bool) -> None:
        super().save_related(request, form, formsets, change)
        if form.has_changed() or any(formset.has_changed() for formset in formsets):
            workflow.contribute(form.instance.subject, by=editor(request), at=timezone.now())

    def get_readonly_fields(self, request: HttpRequest, obj: Claim | None = None) -> list[str]:
        return ["slug"] if obj else []

    def get_prepopulated_fields(
        self, request: HttpRequest, obj: Claim | None = None
    ) -> dict[str, Sequence[str]]:
        return {} if obj else {"slug": ["title"]}


class EvidenceInline(admin.StackedInline):
    formfield_overrides = LINES
    model = Evidence
    extra = 0
    autocomplete_fields = ["source"]
    readonly_fields = ["quotation"]


class EventInline(ReadOnlyMixin, admin.TabularInline):
    model = Event
    fields = ["at", "transition", "by", "note", "digest"]
    extra = 0


@admin.register(Verdict)
class VerdictAdmin(admin.ModelAdmin):
    """The status changes through the workflow's one door: the actions below call it."""

    formfield_overrides = LINES
    list_display = ["claim", "attribution", "rating", "status", "author", "approver"]
    list_filter = ["status", "attribution", "rating"]
    list_select_related = ["claim", "attribution", "rating", "author", "approver"]
    search_fields = ["claim__title", "claim__text", "claim__text_folded"]
    autocomplete_fields = ["claim"]
    exclude = ["author"]
    readonly_fields = ["status", "author", "approver"]
    inlines = [EvidenceInline, EventInline]
    actions = ["submit", "approve", "send_back", "publish"]

    def save_model(self, request: HttpRequest, obj: Verdict, form: forms.ModelForm, change: bool) -> None:
        if not change:
            obj.author = editor(request)
            super().save_model(request, obj, form, change)
            return
        # Only what was typed: a save must not bring back a status that the workflow changed meanwhile.
        obj.save(update_fields=form.changed_data)

    def save_related(self, request: HttpRequest, form: Any, formsets: Any, change: bool) -> None:
        super().save_related(request, form, formsets, change)
        if form.has_changed() or any(formset.has_changed() for formset in formsets):
            workflow.contribute(form.instance.claim.subject, by=editor(request), at=timezone.now())

    @admin.action(description="Submit for a second read", permissions=["change"])
    def submit(self, request: HttpRequest, verdicts: QuerySet[Verdict]) -> None:
        self._apply("submit", request, verdicts)

    @admin.action(description="Approve as second reader", permissions=["change"])
    def approve(self, request: HttpRequest, verdicts: QuerySet[Verdict]) -> None:
        self._apply("approve", request, verdicts)

    @admin.action(description="Publish for the first time", permissions=["change"])
    def publish(self, request: HttpRequest, verdicts: QuerySet[Verdict]) -> None:
        self._apply("publish", request, verdicts)

    @admin.action(description="Return to the author", permissions=["change"])
    def send_back(self, request: HttpRequest, verdicts: QuerySet[Verdict]) -> None:
        self._apply("return", request, verdicts, note="Returned from the list of verdicts.")

    def _apply(self, name: str, request: HttpRequest, verdicts: QuerySet[Verdict], note: str = "") -> None:
        for verdict in verdicts:
            try:
                workflow.apply(name, verdict=verdict, by=editor(request), at=timezone.now(), note=note)
            except workflow.Refused as error:
                self.message_user(request, f"{verdict.claim}: {error}", messages.ERROR)
            else:
                self.message_user(request, f"{verdict.claim}: {verdict.get_status_display().lower()}.")


@admin.register(Revision)
class RevisionAdmin(ReadOnlyMixin, admin.ModelAdmin):
    list_display = ["sequence", "subject", "number", "kind", "at", "note"]
    list_filter = ["kind"]
    search_fields = ["subject", "entry_digest"]


@admin.register(Publication)
class PublicationAdmin(ReadOnlyMixin, admin.ModelAdmin):
    list_display = ["title", "origin", "rating", "attribution", "sequence"]
    list_filter = ["origin", "rating", "attribution"]
    search_fields = ["title", "text", "slug"]
    fields = [
        "slug",
        "title",
        "text",
        "origin",
        "rating",
        "attribution",
        "claimed_on",
        "first_published_at",
        "sequence",
    ]
