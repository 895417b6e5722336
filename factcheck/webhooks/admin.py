"""Webhooks at the desk: who is told of what, whether it arrives, and what to do where it does not."""

from typing import Any

from django import forms
from django.contrib import admin, messages
from django.core.exceptions import PermissionDenied
from django.db.models import QuerySet
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import redirect
from django.template.response import TemplateResponse
from django.urls import URLPattern, path
from django.utils import timezone
from django.utils.cache import add_never_cache_headers
from django.views.decorators.cache import never_cache

from claims.admin.base import DeskAdmin
from claims.models import Publication, Revision
from factcheck.webhooks import subscriptions
from factcheck.webhooks.addresses import normal
from factcheck.webhooks.models import Delivery, Subscription
from factcheck.webhooks.subscriptions import Wanted

_ASKED_FOR = ["url", "kinds", "topics", "speakers", "origin"]


class IdentifiersField(forms.CharField):
    """Identifiers, one on a line or with spaces or commas between them."""

    widget = forms.Textarea(attrs={"rows": 3})

    def to_python(self, value: Any) -> Any:
        if isinstance(value, list):
            return value
        return list(dict.fromkeys((super().to_python(value) or "").replace(",", " ").split()))

    def prepare_value(self, value: Any) -> Any:
        return "\n".join(value) if isinstance(value, list) else value

    def has_changed(self, initial: Any, data: Any) -> bool:
        return bool((initial or []) != self.to_python(data))


class SubscriptionForm(forms.ModelForm):
    kinds = forms.MultipleChoiceField(
        label="Kinds of entries",
        required=False,
        choices=Revision.Kind.choices,
        widget=forms.CheckboxSelectMultiple,
        help_text="None chosen: all. Withdrawals and redactions are sent in any case.",
    )
    topics = IdentifiersField(
        required=False,
        help_text="Identifiers of topics, as in their addresses, one on a line. Empty: all.",
    )
    speakers = IdentifiersField(
        required=False,
        help_text="Identifiers of speakers, as in their addresses, one on a line. Empty: all.",
    )
    origin = forms.ChoiceField(
        label="Origin", required=False, choices=[("", "Both"), *Publication.Origin.choices]
    )

    class Meta:
        model = Subscription
        fields = ["partner", *_ASKED_FOR]

    def clean_url(self) -> str:
        """In small letters; one from before that was so stays as it is where nobody changes it."""
        given: str = self.cleaned_data["url"]
        return normal(given) if "url" in self.changed_data else given

    def clean(self) -> dict[str, Any]:
        given: dict[str, Any] = super().clean() or {}
        asked = {name: given[name] for name in _ASKED_FOR if name in given and name in self.fields}
        if "url" in asked:
            for name, sentence in subscriptions.objections(Wanted(**asked)).items():
                self.add_error(name, sentence)
        return given


class StateFilter(admin.SimpleListFilter):
    title = "state"
    parameter_name = "state"

    def lookups(self, request: HttpRequest, model_admin: Any) -> list[tuple[str, str]]:
        return [("on", "Switched on"), ("failing", "Failing"), ("off", "Switched off")]

    def queryset(self, request: HttpRequest, queryset: QuerySet[Any]) -> QuerySet[Any]:
        if self.value() == "failing":
            return queryset.filter(active=True, failing_entry__isnull=False)
        return queryset.filter(active=self.value() == "on") if self.value() in ("on", "off") else queryset


@admin.register(Subscription)
class SubscriptionAdmin(DeskAdmin):
    form = SubscriptionForm
    change_form_template = "admin/webhooks/subscription/change_form.html"
    list_display = ["url", "partner", "asks_for", "state"]
    list_filter = [StateFilter, "partner"]
    search_fields = ["url", "identifier"]
    search_through = {"partner": ("name",)}
    search_help_text = "Parts of the address, its identifier, or the partner's name."
    export_fields = ("identifier", "url")
    autocomplete_fields = ["partner"]
    readonly_fields = ["identifier", "state", "earlier_secret", "created_at"]
    ordering = ["-pk"]
    bulk_delete = False

    def get_queryset(self, request: HttpRequest) -> QuerySet[Subscription]:
        return Subscription.objects.for_listing().order_by(*self.get_ordering(request))

    def get_fieldsets(self, request: HttpRequest, obj: Any = None) -> Any:
        asked = (None, {"fields": ["partner", *_ASKED_FOR]})
        if obj is None:
            return [asked]
        return [(None, {"fields": ["state", "identifier", "earlier_secret", "created_at"]}), asked]

    def get_readonly_fields(self, request: HttpRequest, obj: Any = None) -> Any:
        return [*self.readonly_fields, "partner"] if obj else self.readonly_fields

    def save_model(self, request: HttpRequest, obj: Subscription, form: Any, change: bool) -> None:
        if change:
            subscriptions.change(obj, fields=form.changed_data)
        else:
            subscriptions.keep(obj)

    def response_add(
        self, request: HttpRequest, obj: Subscription, post_url_continue: str | None = None
    ) -> HttpResponse:
        return self._secret_page(request, obj, obj.secret)

    def get_deleted_objects(self, objs: Any, request: HttpRequest) -> Any:
        # Its deliveries go with it, however many there are; nobody reads a list of them.
        return [str(one) for one in objs], {}, set(), []

    @admin.display(description="asks for")
    def asks_for(self, row: Subscription) -> str:
        named = [
            ", ".join(str(Revision.Kind(kind).label) for kind in row.kinds),
            f"topics {', '.join(row.topics)}" if row.topics else "",
            f"speakers {', '.join(row.speakers)}" if row.speakers else "",
            row.get_origin_display(),
        ]
        return "; ".join(one for one in named if one) or "Everything"

    @admin.display(description="state")
    def state(self, row: Any) -> str:
        if not row.active:
            return f"Switched off on {row.disabled_at:%-d %B %Y}. {row.disabled_reason}"
        if row.failing_entry:
            following = row.progress.next_at
            again = f" Next try: {following:%-d %B %Y, %H:%M} UTC." if following else ""
            return f"Entry {row.failing_entry} fails. {row.failing_told}{again}"
        behind = row.head - row.progress.sequence
        return f"{behind} entries to look at" if behind > 0 else "Up to date"

    @admin.display(description="earlier secret")
    def earlier_secret(self, row: Subscription) -> str:
        if row.previous_until is None or row.previous_until <= timezone.now():
            return "None is valid"
        return f"Valid until {row.previous_until:%-d %B %Y, %H:%M} UTC, beside the new one"

    def get_urls(self) -> list[URLPattern]:
        steps = {"ping": self.ping_view, "secret": self.secret_view, "switch": self.switch_view}
        return [
            *(
                path(f"<int:number>/{name}/", self.admin_view_of(view), name=f"webhooks_subscription_{name}")
                for name, view in steps.items()
            ),
            *super().get_urls(),
        ]

    def admin_view_of(self, view: Any) -> Any:
        return self.admin_site.admin_view(never_cache(view))

    def ping_view(self, request: HttpRequest, number: int) -> HttpResponse:
        row = self._changeable(request, number)
        if request.method != "POST":
            return self._ask(
                request,
                row,
                title="Send a test message",
                text="A message that says nothing, of type ping, signed like all others. The answer is shown at once.",
                button="Send it",
            )
        outcome = subscriptions.send_ping(row, by=subscriptions.sender(), at=timezone.now())
        if outcome.is_received:
            self.message_user(request, f"The test message was received. {outcome.told}", messages.SUCCESS)
        else:
            self.message_user(request, f"The test message was not received. {outcome.told}", messages.ERROR)
        return redirect("admin:webhooks_subscription_change", row.pk)

    def secret_view(self, request: HttpRequest, number: int) -> HttpResponse:
        row = self._changeable(request, number)
        if request.method != "POST":
            return self._ask(
                request,
                row,
                title="Make another secret",
                text="The new secret is shown once. For 24 hours messages are signed with the present one as well, so "
                "that the partner can change over; within these hours no further one can be made.",
                button="Make another secret",
            )
        try:
            secret = subscriptions.rotate(row, at=timezone.now())
        except subscriptions.Refused as refusal:
            self.message_user(request, str(refusal), messages.ERROR)
            return redirect("admin:webhooks_subscription_change", row.pk)
        self.log_change(request, row, "Made another secret.")
        return self._secret_page(request, row, secret)

    def switch_view(self, request: HttpRequest, number: int) -> HttpResponse:
        row = self._changeable(request, number)
        if request.method != "POST":
            title = "Switch it off" if row.active else "Switch it on"
            text = (
                "Nothing is sent any more until it is switched on again; then it goes on where it was."
                if row.active
                else "It goes on where it was: with the entry that could not be delivered, or with what comes next."
            )
            return self._ask(request, row, title=title, text=text, button=title)
        if row.active:
            reason = f"{request.user} switched it off."
            subscriptions.switch_off(row, reason=reason, at=timezone.now())
            self.log_change(request, row, "Switched it off.")
        else:
            subscriptions.switch_on(row, at=timezone.now())
            self.log_change(request, row, "Switched it on.")
        return redirect("admin:webhooks_subscription_change", row.pk)

    def _changeable(self, request: HttpRequest, number: int) -> Subscription:
        row: Subscription | None = self.get_object(request, str(number))
        if not self.has_change_permission(request, row):
            raise PermissionDenied
        if row is None:
            raise Http404
        return row

    def _ask(self, request: HttpRequest, row: Subscription, **words: str) -> HttpResponse:
        return TemplateResponse(request, "webhooks/step.html", {**self._about(request, row), **words})

    def _secret_page(self, request: HttpRequest, row: Subscription, secret: str) -> HttpResponse:
        until = Subscription.objects.values_list("previous_until", flat=True).get(pk=row.pk)
        shown = {"title": "The secret, shown once", "secret": secret, "earlier_until": until}
        context = {**self._about(request, row), **shown}
        answer = TemplateResponse(request, "webhooks/secret.html", context)
        add_never_cache_headers(answer)
        return answer

    def _about(self, request: HttpRequest, row: Subscription) -> dict[str, Any]:
        return {**self.admin_site.each_context(request), "opts": self.opts, "original": row}


@admin.register(Delivery)
class DeliveryAdmin(DeskAdmin):
    list_display = ["entry", "subscription", "partner", "shown_state", "attempts", "last_at", "told"]
    list_filter = ["state"]
    list_select_related = ["subscription__partner"]
    search_fields = ["told"]
    search_through = {"subscription": ("url", "identifier", "partner__name")}
    search_help_text = "Words of what happened, parts of the address, or the partner's name."
    export_fields = ("pk", "sequence", "told")
    readonly_fields = (
        *("sequence", "subscription", "shown_state", "attempts", "first_at", "last_at"),
        *("status", "told"),
    )
    fields = readonly_fields
    actions = ["send_again", "pass_over"]
    ordering = ["-last_at", "-pk"]

    def has_add_permission(self, request: HttpRequest) -> bool:
        return False

    def has_delete_permission(self, request: HttpRequest, obj: Any = None) -> bool:
        return False

    @admin.display(description="entry", ordering="sequence")
    def entry(self, row: Delivery) -> str:
        return f"Entry {row.sequence}"

    @admin.display(description="partner")
    def partner(self, row: Delivery) -> str:
        return str(row.subscription.partner)

    @admin.display(description="state", ordering="state")
    def shown_state(self, row: Delivery) -> str:
        return f"{row.get_state_display()}, and will be sent again" if row.again else row.get_state_display()

    @admin.action(permissions=["change"], description="Send again")
    def send_again(self, request: HttpRequest, rows: QuerySet[Delivery]) -> None:
        for row in rows:
            said = subscriptions.repeat(row, at=timezone.now())
            self.log_change(request, row, "Sent it again.")
            self.message_user(request, f"Entry {row.sequence}: {said}")

    @admin.action(permissions=["change"], description="Pass over, and go on with the next")
    def pass_over(self, request: HttpRequest, rows: QuerySet[Delivery]) -> None:
        for row in rows:
            try:
                subscriptions.pass_over(row, at=timezone.now())
            except subscriptions.Refused as refusal:
                self.message_user(request, f"Entry {row.sequence}: {refusal}", messages.ERROR)
            else:
                self.log_change(request, row, "Passed over.")
                self.message_user(request, f"Entry {row.sequence} is passed over; the subscription goes on.")
