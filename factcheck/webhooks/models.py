"""Subscriptions to the record, how far each was served, and what became of each delivery."""

import datetime as dt
import secrets
from typing import ClassVar

from django.db import models
from django.db.models import F, Q

from claims.models import Head, Publication
from factcheck.partners.models import Partner
from factcheck.webhooks.addresses import LONGEST


def new_identifier() -> str:
    return f"sub_{secrets.token_hex(8)}"


class SubscriptionQuerySet(models.QuerySet["Subscription"]):
    def of(self, partner: Partner) -> "SubscriptionQuerySet":
        """A partner's own, the newest first."""
        return self.filter(partner=partner).select_related("progress")

    def for_listing(self) -> "SubscriptionQuerySet":
        """With what the desk's list says of each: how far it was served, and what fails."""
        failing = Delivery.objects.filter(subscription=models.OuterRef("pk"), state=Delivery.State.WAITING)
        return self.select_related("partner", "progress").annotate(
            failing_entry=models.Subquery(failing.values("sequence")[:1]),
            failing_told=models.Subquery(failing.values("told")[:1]),
            head=models.Subquery(Head.objects.filter(pk=1).values("sequence")),
        )

    def untold(self) -> "SubscriptionQuerySet":
        """Those that we switched off without having told the partner's contact."""
        return self.filter(active=False, told_at=None, given_up=True).select_related("partner")


class Subscription(models.Model):
    """What a partner wants to be told of, and where. factcheck.webhooks.subscriptions is the door for its changes."""

    identifier = models.CharField(max_length=20, unique=True, default=new_identifier, editable=False)
    partner = models.ForeignKey(Partner, models.PROTECT, related_name="subscriptions")
    url = models.CharField(
        "address",
        max_length=LONGEST,
        help_text="Messages are sent there by POST: https, a public host name, no user, no fragment.",
    )
    # Empty lists ask for everything.
    kinds = models.JSONField("kinds of entries", default=list, blank=True)
    topics = models.JSONField("topics", default=list, blank=True)
    speakers = models.JSONField("speakers", default=list, blank=True)
    origin = models.CharField(max_length=7, blank=True, choices=Publication.Origin)
    secret = models.CharField(max_length=80, editable=False)
    previous_secret = models.CharField(max_length=80, blank=True, editable=False)
    previous_until = models.DateTimeField("earlier secret valid until", null=True, editable=False)
    active = models.BooleanField(default=True, editable=False)
    given_up = models.BooleanField(default=False, editable=False)
    disabled_at = models.DateTimeField("switched off at", null=True, editable=False)
    disabled_reason = models.TextField("why", blank=True, editable=False)
    told_at = models.DateTimeField("contact told at", null=True, editable=False)
    created_at = models.DateTimeField("since", auto_now_add=True)

    objects = SubscriptionQuerySet.as_manager()

    class Meta:
        ordering = ["-pk"]
        constraints: ClassVar[list[models.BaseConstraint]] = [
            models.UniqueConstraint(
                fields=["partner", "url"],
                name="subscription_once_for_each_address",
                violation_error_message="This partner has a subscription for this address already.",
            ),
            models.CheckConstraint(
                name="subscription_is_https",
                condition=Q(url__startswith="https://"),
                violation_error_message="Messages are sent over https only.",
            ),
            models.CheckConstraint(
                name="subscription_has_a_known_origin",
                condition=Q(origin__in=["", "own", "partner"]),
                violation_error_message="Choose an origin, or none for both.",
            ),
            models.CheckConstraint(
                name="subscription_is_off_since",
                condition=Q(active=True, disabled_at=None, disabled_reason="", given_up=False)
                | (Q(active=False, disabled_at__isnull=False) & ~Q(disabled_reason="")),
                violation_error_message="A subscription that is switched off says since when and why.",
            ),
            models.CheckConstraint(
                name="subscription_earlier_secret_has_an_end",
                condition=Q(previous_secret="", previous_until=None)
                | (~Q(previous_secret="") & Q(previous_until__isnull=False)),
                violation_error_message="An earlier secret is valid for some time only.",
            ),
        ]

    def __str__(self) -> str:
        return self.url

    def valid_secrets(self, *, at: dt.datetime) -> list[str]:
        """The secrets that messages are signed with, the newest first."""
        is_valid = self.previous_until is not None and self.previous_until > at
        return [self.secret, self.previous_secret] if is_valid else [self.secret]


class ProgressQuerySet(models.QuerySet["Progress"]):
    def due(self, *, at: dt.datetime) -> "ProgressQuerySet":
        """What a worker can take now, those that waited longest for a turn first."""
        head = models.Subquery(Head.objects.filter(pk=1).values("sequence"))
        again = Delivery.objects.filter(subscription=models.OuterRef("subscription"), again=True)
        return (
            self.filter(subscription__active=True, subscription__partner__active=True)
            .filter(Q(leased_until=None) | Q(leased_until__lte=at))
            .filter(
                Q(sequence__lt=head, next_at=None)
                | Q(sequence__lt=head, next_at__lte=at)
                | models.Exists(again)
            )
            .order_by(F("turn_at").asc(nulls_first=True), "pk")
        )


class Progress(models.Model):
    """How far a subscription was served, and which worker serves it now. Workers write it, and editors do not."""

    subscription = models.OneToOneField(
        Subscription, models.CASCADE, primary_key=True, related_name="progress"
    )
    # All entries up to it were delivered, or not asked for.
    sequence = models.PositiveBigIntegerField()
    next_at = models.DateTimeField("next try at", null=True)
    turn_at = models.DateTimeField(null=True)
    # Of the worker that serves it; another may take over when the time is up.
    lease = models.CharField(max_length=16, blank=True)
    leased_until = models.DateTimeField(null=True)

    objects = ProgressQuerySet.as_manager()

    class Meta:
        verbose_name_plural = "progress"
        constraints: ClassVar[list[models.BaseConstraint]] = [
            models.CheckConstraint(
                name="progress_lease_has_an_end",
                condition=Q(lease="", leased_until=None) | (~Q(lease="") & Q(leased_until__isnull=False)),
            ),
        ]

    def __str__(self) -> str:
        return f"{self.subscription_id} up to {self.sequence}"


class Delivery(models.Model):
    """One entry of the record for one subscription, from the first try on."""

    class State(models.TextChoices):
        WAITING = "waiting", "Failed, and will be tried again"
        DELIVERED = "delivered", "Delivered"
        DEAD = "dead", "Given up"
        PASSED = "passed", "Passed over"

    subscription = models.ForeignKey(Subscription, models.CASCADE, related_name="deliveries")
    sequence = models.PositiveBigIntegerField("entry")
    state = models.CharField(max_length=9, choices=State)
    attempts = models.PositiveIntegerField("tries")
    # From here the days are counted after which it is given up.
    first_at = models.DateTimeField("first tried at")
    last_at = models.DateTimeField("last tried at")
    status = models.PositiveIntegerField("last answer", null=True)
    told = models.CharField("what happened", max_length=300)
    again = models.BooleanField("to be sent again", default=False)

    class Meta:
        ordering = ["-pk"]
        verbose_name_plural = "deliveries"
        indexes: ClassVar[list[models.Index]] = [
            models.Index(fields=["state", "last_at"], name="delivery_by_state"),
            models.Index(fields=["subscription"], condition=Q(again=True), name="delivery_again"),
        ]
        constraints: ClassVar[list[models.BaseConstraint]] = [
            models.UniqueConstraint(fields=["subscription", "sequence"], name="delivery_once_for_each_entry"),
            models.CheckConstraint(
                name="delivery_has_a_known_state",
                condition=Q(state__in=["waiting", "delivered", "dead", "passed"]),
            ),
            models.CheckConstraint(
                name="delivery_again_is_over",
                condition=Q(again=False) | Q(state__in=["delivered", "passed"]),
                violation_error_message="Only what was dealt with is sent again; what failed is tried again anyway.",
            ),
        ]

    def __str__(self) -> str:
        return f"Entry {self.sequence} to {self.subscription_id}"
