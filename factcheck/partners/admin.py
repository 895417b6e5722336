"""Partners at the desk: contact, sites, quotas and counts; making a key, which is shown once, and revoking one."""

import datetime as dt
from typing import Any

from django import forms
from django.contrib import admin, messages
from django.core.exceptions import PermissionDenied, ValidationError
from django.db.models import Count, IntegerField, OuterRef, QuerySet, Subquery, Sum
from django.db.models.functions import Coalesce
from django.http import HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect
from django.template.response import TemplateResponse
from django.urls import URLPattern, path
from django.utils import timezone
from django.views.decorators.cache import never_cache
from django.views.decorators.debug import sensitive_variables

from claims.admin.base import DeskAdmin, PartMixin
from claims.admin.forms import editor
from claims.permission import objection
from factcheck.partners import keys, sent
from factcheck.partners.models import LIVE_KEYS, Key, Partner, Site, Usage
from factcheck.partners.scopes import MEANINGS, Scope

MOST_KEYS_SHOWN = 20


class SiteInline(PartMixin, admin.TabularInline):
    model = Site
    fields = ["host"]


class NewKeyForm(forms.Form):
    """What a key is for and what it opens. `made` is how many keys there were, so that a page sent twice makes one."""

    name = forms.CharField(
        label="What it is for",
        max_length=100,
        help_text="As in: the website's importer. The name tells the two live keys of a partner apart.",
        error_messages={"required": "Say what the key is for."},
    )
    scopes = forms.MultipleChoiceField(
        label="It may",
        choices=[(scope.value, f"{MEANINGS[scope]} ({scope})") for scope in Scope],
        widget=forms.CheckboxSelectMultiple,
        error_messages={"required": "Choose at least one of the things that a key can open."},
    )
    expires_on = forms.DateField(
        label="Its last day",
        required=False,
        widget=forms.DateInput(attrs={"type": "date"}, format="%Y-%m-%d"),
        input_formats=["%Y-%m-%d"],
        help_text="Left empty, it is good until it is revoked. Days are those of UTC.",
        error_messages={"invalid": "Write the day as year, month and day: 2026-11-22."},
    )
    made = forms.IntegerField(widget=forms.HiddenInput)

    def clean_expires_on(self) -> dt.date | None:
        day: dt.date | None = self.cleaned_data["expires_on"]
        if day is not None and not timezone.now().date() <= day <= dt.date(9000, 1, 1):
            raise ValidationError("A key's last day is today or later.")
        return day

    def expires_at(self) -> dt.datetime | None:
        """The moment after its last day."""
        day: dt.date | None = self.cleaned_data["expires_on"]
        return dt.datetime.combine(day + dt.timedelta(days=1), dt.time(), dt.UTC) if day else None


@admin.register(Partner)
class PartnerAdmin(DeskAdmin):
    change_form_template = "admin/partners/partner/change_form.html"
    list_display = ["name", "is_active", "live_keys", "today", "this_month", "contact_name"]
    list_filter = ["active"]
    # Said here as well: counting the keys leaves out the model's own.
    ordering = ["name"]
    search_fields = ["name", "contact_name", "contact_email", "sites__host"]
    search_help_text = "Words of the name, of the contact, or of a site."
    export_fields = ("name", "contact_name", "contact_email", "note")
    fieldsets = [
        (None, {"fields": ["name", "active", "contact_name", "contact_email", "note"]}),
        ("How often it may ask with its keys", {"fields": ["per_minute", "per_day", "today", "this_month"]}),
    ]
    readonly_fields = ["today", "this_month"]
    inlines = [SiteInline]

    def get_queryset(self, request: HttpRequest) -> QuerySet[Partner]:
        now = timezone.now()
        live = Key.objects.live(at=now).filter(partner=OuterRef("pk")).order_by().values("partner")
        own = Usage.objects.filter(partner=OuterRef("pk")).order_by()
        of_month = own.in_month_of(now.date()).values("partner").annotate(total=Sum("requests"))
        rows: QuerySet[Partner] = (
            super()
            .get_queryset(request)
            .annotate(
                live_keys_now=Coalesce(Subquery(live.annotate(total=Count("pk")).values("total")), 0),
                today_now=Coalesce(Subquery(own.on(now.date()).values("requests")[:1]), 0),
                month_now=Coalesce(Subquery(of_month.values("total"), output_field=IntegerField()), 0),
            )
        )
        return rows

    @admin.display(description="active", ordering="active")
    def is_active(self, partner: Partner) -> str:
        return "Yes" if partner.active else "No"

    @admin.display(description="live keys", ordering="live_keys_now")
    def live_keys(self, partner: Any) -> str:
        return f"{partner.live_keys_now} of {LIVE_KEYS}"

    @admin.display(description="requests today", ordering="today_now")
    def today(self, partner: Any) -> str:
        return _of(getattr(partner, "today_now", 0), partner.per_day)

    @admin.display(description="requests this month", ordering="month_now")
    def this_month(self, partner: Any) -> str:
        return f"{getattr(partner, 'month_now', 0):,}"

    def has_delete_permission(self, request: HttpRequest, obj: Partner | None = None) -> bool:
        # What it published and asked for stays; it is made inactive.
        return False

    def render_change_form(self, request: HttpRequest, context: Any, *args: Any, **options: Any) -> Any:
        partner = options.get("obj")
        if partner is not None:
            context["had"] = sent.had(partner, request)
        if partner is not None and request.user.has_perm("partners.view_key"):
            now = timezone.now()
            rows = partner.keys.all()[:MOST_KEYS_SHOWN]
            context |= {
                "keys": [(key, key.state(at=now), key.scopes.split()) for key in rows],
                "live_keys": partner.keys.live(at=now).count(),
                "most_keys": LIVE_KEYS,
            }
        return super().render_change_form(request, context, *args, **options)

    def get_urls(self) -> list[URLPattern]:
        make = self.admin_site.admin_view(never_cache(self.make_key))
        revoke = self.admin_site.admin_view(self.revoke_key)
        return [
            path("<int:partner>/make-key/", make, name="partners_partner_make_key"),
            path("<int:partner>/revoke-key/<int:key>/", revoke, name="partners_partner_revoke_key"),
            *super().get_urls(),
        ]

    @sensitive_variables("secret")
    def make_key(self, request: HttpRequest, partner: int) -> HttpResponse:
        """A form; then, once, the key. The page is kept nowhere: its address shows the form."""
        row = self._partner(request, partner, "partners.add_key")
        made = row.keys.count()
        form = NewKeyForm(request.POST or None, initial={"made": made, "scopes": [Scope.READ.value]})
        refused = ""
        if request.method == "POST" and form.is_valid():
            if form.cleaned_data["made"] != made:
                refused = "No key was made: another was made since this page was opened, perhaps by sending it twice."
            elif said := _objection(request, form.cleaned_data["scopes"]):
                refused = said
            else:
                try:
                    key, secret = keys.make(
                        row,
                        name=form.cleaned_data["name"],
                        scopes=form.cleaned_data["scopes"],
                        at=timezone.now(),
                        expires_at=form.expires_at(),
                    )
                except keys.TooMany as error:
                    refused = str(error)
                else:
                    self.log_change(request, row, f"Made the key {key}.")
                    context = self._context(request, row, "A new key", key=key, secret=secret)
                    return TemplateResponse(request, "admin/partners/partner/key_made.html", context)
        context = self._context(request, row, "Make a key", form=form, refused=refused)
        return TemplateResponse(request, "admin/partners/partner/make_key.html", context)

    def revoke_key(self, request: HttpRequest, partner: int, key: int) -> HttpResponse:
        """A question first: a program that uses the key is shut out at once."""
        row = self._partner(request, partner, "partners.change_key")
        found = get_object_or_404(Key, pk=key, partner=row)
        if request.method == "POST":
            if keys.revoke(found, at=timezone.now()):
                self.log_change(request, row, f"Revoked the key {found}.")
                messages.success(request, f"The key {found} is revoked: it opens nothing any more.")
            else:
                messages.info(request, f"The key {found} was revoked before: nothing was changed.")
            return redirect("admin:partners_partner_change", row.pk)
        context = self._context(request, row, "Revoke a key", key=found)
        return TemplateResponse(request, "admin/partners/partner/revoke_key.html", context)

    def _partner(self, request: HttpRequest, number: int, permission: str) -> Partner:
        if not request.user.has_perm(permission):
            raise PermissionDenied
        found: Partner = get_object_or_404(Partner, pk=number)
        return found

    def _context(self, request: HttpRequest, partner: Partner, title: str, **more: Any) -> dict[str, Any]:
        return {**self.admin_site.each_context(request), "title": title, "original": partner, **more}


def _objection(request: HttpRequest, scopes: list[str]) -> str:
    """What a key with pages publishes is read by everybody: where that needs a second factor, so does making one."""
    return objection(
        editor(request), "partners.add_key", to="make keys for partners", public=Scope.PAGES in scopes
    )


def _of(used: int, quota: int) -> str:
    return f"{used:,} of {quota:,}"
