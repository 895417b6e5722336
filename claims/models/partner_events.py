from __future__ import annotations

from typing import ClassVar

from django.conf import settings
from django.db import models
from django.db.models import Q

from claims.models.record import Publication, Revision


class PartnerEventQuerySet(models.QuerySet["PartnerEvent"]):
    def of(self, slug: str) -> PartnerEventQuerySet:
        """What the desk did about one fact-check, the newest first, with who did it."""
        return self.filter(publication__slug=slug).select_related("by").order_by("-pk")


class PartnerEvent(models.Model):
    """One step of the desk about a partner's fact-check: what was done, by whom, when. Private, and never changed.

    `entry` is the last that the record had about the fact-check when it was done, a withdrawal's own among them.
    """

    class Step(models.TextChoices):
        WITHDRAW = "withdraw", "Withdrawn from the public"
        LET_IN = "let_in", "Let back in"

    publication = models.ForeignKey(Publication, models.PROTECT, related_name="partner_events")
    step = models.CharField(max_length=10, choices=Step)
    by = models.ForeignKey(settings.AUTH_USER_MODEL, models.PROTECT, related_name="+")
    at = models.DateTimeField()
    note = models.TextField(help_text="Of a withdrawal its public reason; otherwise private.")
    entry = models.ForeignKey(Revision, models.PROTECT, related_name="partner_events")

    objects = PartnerEventQuerySet.as_manager()

    class Meta:
        ordering = ["-pk"]
        constraints: ClassVar[list[models.BaseConstraint]] = [
            models.CheckConstraint(
                name="partner_event_has_a_known_step",
                condition=Q(step__in=["withdraw", "let_in"]),
                violation_error_message="A partner's fact-check is withdrawn or let back in.",
            ),
            models.CheckConstraint(
                name="partner_event_says_why",
                condition=~Q(note=""),
                violation_error_message="Say why.",
            ),
        ]

    def __str__(self) -> str:
        return f"{self.get_step_display()} by {self.by} on {self.at:%-d %B %Y}"
