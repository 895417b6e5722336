"""Partner newsrooms, their sites, their keys, and how much they asked for."""

import datetime as dt
from typing import Any, ClassVar

from django.core.exceptions import ValidationError
from django.db import models
from django.db.models import F, Q
from django.db.models.functions import Lower

from factcheck.partners.scopes import EVERY, Scope

PER_MINUTE = 3_000
PER_DAY = 200_000
LIVE_KEYS = 2


class PartnerQuerySet(models.QuerySet["Partner"]):
    def names_beside(self, partner: "Partner") -> list[str]:
        """What the other partners are called, the inactive ones too."""
        return list(self.exclude(pk=partner.pk).order_by().values_list("name", flat=True))


class Partner(models.Model):
    """A newsroom that reads, submits or publishes with keys of its own. It is made inactive, never deleted."""

    name = models.CharField(
        max_length=200, unique=True, error_messages={"unique": "There is a partner of this name."}
    )
    contact_name = models.CharField("contact", max_length=200, blank=True)
    contact_email = models.EmailField(
        "contact's e-mail address",
        blank=True,
        help_text="Where notes about its keys and webhooks go. Private.",
    )
    active = models.BooleanField(default=True, help_text="None of an inactive partner's keys is accepted.")
    per_minute = models.PositiveIntegerField(
        "requests in a minute", default=PER_MINUTE, help_text="How often it may ask with its keys, together."
    )
    per_day = models.PositiveIntegerField(
        "requests in a day", default=PER_DAY, help_text="Days are those of UTC."
    )
    note = models.TextField(blank=True, help_text="For colleagues. Private.")
    created_at = models.DateTimeField("since", auto_now_add=True)

    objects = PartnerQuerySet.as_manager()

    class Meta:
        ordering = ["name"]
        constraints: ClassVar[list[models.BaseConstraint]] = [
            models.CheckConstraint(
                name="partner_has_a_name",
                condition=~Q(name=""),
                violation_error_message="A partner has a name.",
            ),
            models.CheckConstraint(
                name="partner_may_ask_once_a_minute",
                condition=Q(per_minute__gte=1),
                violation_error_message="A partner may ask at least once a minute; make it inactive to shut it out.",
            ),
            models.CheckConstraint(
                name="partner_day_is_no_shorter_than_a_minute",
                condition=Q(per_day__gte=F("per_minute")),
                violation_error_message="A day's quota is at least that of a minute.",
            ),
        ]

    def __str__(self) -> str:
        return self.name


def host_of(text: str) -> str:
    """A site as it is kept: its host in lower case without "www.". Raises ValidationError for what names no host."""
    host = text.strip().lower().partition("://")[2] or text.strip().lower()
    host = host.partition("/")[0].removeprefix("www.").rstrip(".")
    try:
        host = host.encode("idna").decode("ascii") if not host.isascii() else host
    except UnicodeError:
        host = ""
    labels = host.split(".")
    is_host = len(labels) > 1 and len(host) <= 253 and not labels[-1].isdigit()
    if not is_host or not all(_is_label(one) for one in labels):
        raise ValidationError("Write the host alone, as in news.example.org.")
    return host


def _is_label(text: str) -> bool:
    return (
        0 < len(text) <= 63
        and text.isascii()
        and text.replace("-", "a").isalnum()
        and text.strip("-") == text
    )


class HostField(models.CharField):
    """A host name; what people paste, an address or a name with www., is brought into the one form."""

    def clean(self, value: Any, model_instance: models.Model | None) -> str:
        found: str = super().clean(host_of(str(value)) if value else value, model_instance)
        return found


class Site(models.Model):
    """A site whose ClaimReview markup a partner may publish here: this host, with or without www., and no other."""

    partner = models.ForeignKey(Partner, models.CASCADE, related_name="sites")
    host = HostField(
        max_length=253,
        unique=True,
        error_messages={"unique": "This site belongs to a partner already."},
        help_text="As in news.example.org: lower case, without www. Parts of a site are sites of their own.",
    )

    class Meta:
        ordering = ["host"]
        constraints: ClassVar[list[models.BaseConstraint]] = [
            models.CheckConstraint(
                name="partner_site_is_a_host",
                condition=Q(host=Lower("host"))
                & Q(host__contains=".")
                & ~Q(host__contains="/")
                & ~Q(host__contains=":")
                & ~Q(host__contains=" ")
                & ~Q(host__startswith="www."),
                violation_error_message="Write the host alone in lower case, without www., as in news.example.org.",
            ),
        ]

    def __str__(self) -> str:
        return str(self.host)


class KeyQuerySet(models.QuerySet["Key"]):
    def live(self, *, at: dt.datetime) -> "KeyQuerySet":
        """Keys that are neither revoked nor expired. Those of an inactive partner are among them."""
        return self.filter(revoked_at=None).filter(Q(expires_at=None) | Q(expires_at__gt=at))


class Key(models.Model):
    """A partner's key. Of the secret itself only a digest is kept; factcheck.partners.keys is its one door."""

    partner = models.ForeignKey(Partner, models.PROTECT, related_name="keys")
    name = models.CharField(max_length=100, help_text="What it is for, as in: the website's importer.")
    prefix = models.CharField(max_length=12, unique=True)
    digest = models.CharField(max_length=64, unique=True)
    scopes = models.CharField("opens", max_length=40)
    # Which of the two live keys it is; empty once it is live no more.
    slot = models.PositiveSmallIntegerField(null=True, editable=False)
    created_at = models.DateTimeField("made at")
    expires_at = models.DateTimeField("expires at", null=True, blank=True)
    revoked_at = models.DateTimeField("revoked at", null=True, blank=True)
    last_used_at = models.DateTimeField("last used at", null=True, blank=True)

    objects = KeyQuerySet.as_manager()

    class Meta:
        ordering = ["-created_at", "-pk"]
        constraints: ClassVar[list[models.BaseConstraint]] = [
            models.UniqueConstraint(
                fields=["partner", "slot"],
                name="partner_has_two_live_keys_at_most",
                condition=Q(slot__isnull=False),
                violation_error_message="A partner has at most two live keys: revoke one first.",
            ),
            models.CheckConstraint(
                name="key_slot_is_one_of_two",
                condition=Q(slot__isnull=True) | Q(slot__in=[1, 2]),
                violation_error_message="A partner has at most two live keys: revoke one first.",
            ),
            models.CheckConstraint(
                name="key_without_slot_is_over",
                condition=Q(slot__isnull=False, revoked_at__isnull=True)
                | Q(slot__isnull=True, revoked_at__isnull=False)
                | Q(slot__isnull=True, expires_at__isnull=False),
                violation_error_message="A key is one of its partner's two until it is revoked or expires.",
            ),
            models.CheckConstraint(
                name="key_has_a_name",
                condition=~Q(name=""),
                violation_error_message="Say what the key is for.",
            ),
            models.CheckConstraint(
                name="key_has_known_scopes",
                condition=Q(scopes__in=EVERY),
                violation_error_message="Choose at least one of the things that a key can open.",
            ),
            models.CheckConstraint(
                name="key_expires_after_it_was_made",
                condition=Q(expires_at__isnull=True) | Q(expires_at__gt=F("created_at")),
                violation_error_message="A key expires after it was made.",
            ),
        ]

    def __str__(self) -> str:
        return f"{self.prefix}… ({self.name})"

    def opens(self, scope: Scope) -> bool:
        return scope in self.scopes.split()

    def state(self, *, at: dt.datetime) -> str:
        """live, expired or revoked."""
        if self.revoked_at is not None:
            return "revoked"
        return "expired" if self.expires_at is not None and self.expires_at <= at else "live"


class Submission(models.Model):
    """A claim that a partner sent for checking, once; the desk works on the suggestion."""

    partner = models.ForeignKey(Partner, models.PROTECT, related_name="submissions")
    suggestion = models.ForeignKey("claims.Suggestion", models.CASCADE, related_name="submissions")
    digest = models.CharField(max_length=64, help_text="SHA-256 of the claim, folded.")
    idempotency_key = models.CharField(max_length=100, blank=True)
    at = models.DateTimeField()

    class Meta:
        ordering = ["-pk"]
        indexes: ClassVar[list[models.Index]] = [
            models.Index(fields=["partner", "digest", "at"], name="submission_same_words"),
        ]
        constraints: ClassVar[list[models.BaseConstraint]] = [
            models.UniqueConstraint(
                fields=["partner", "idempotency_key"],
                name="submission_once_a_key",
                condition=~Q(idempotency_key=""),
                violation_error_message="This partner sent a claim with this key before.",
            ),
        ]

    def __str__(self) -> str:
        return f"{self.partner}, {self.at:%-d %B %Y}"


class UsageQuerySet(models.QuerySet["Usage"]):
    def on(self, day: dt.date) -> "UsageQuerySet":
        return self.filter(day=day)

    def in_month_of(self, day: dt.date) -> "UsageQuerySet":
        return self.filter(day__gte=day.replace(day=1), day__lte=day)


class Usage(models.Model):
    """How many requests a partner made on one day (UTC), as far as the processes have told."""

    partner = models.ForeignKey(Partner, models.CASCADE, related_name="usage")
    day = models.DateField()
    requests = models.PositiveBigIntegerField()

    objects = UsageQuerySet.as_manager()

    class Meta:
        ordering = ["-day"]
        verbose_name_plural = "usage"
        constraints: ClassVar[list[models.BaseConstraint]] = [
            models.UniqueConstraint(fields=["partner", "day"], name="usage_once_a_day"),
        ]

    def __str__(self) -> str:
        return f"{self.requests} on {self.day}"
