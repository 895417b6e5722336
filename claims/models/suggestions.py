"""Claims that readers ask us to check: private to the desk."""

from __future__ import annotations

import datetime as dt
from typing import ClassVar

from django.conf import settings
from django.db import models
from django.db.models import CharField, OuterRef, Q, Subquery, Value
from django.db.models.functions import Concat

from claims.models.claims import Claim
from claims.models.record import Publication, Revision
from sources.fields import language_tag


class SuggestionQuerySet(models.QuerySet["Suggestion"]):
    def open(self) -> SuggestionQuerySet:
        """Suggestions on which nobody has decided yet, the most urgent first."""
        return self.filter(outcome="").order_by("due_on", "pk")

    def closed(self) -> SuggestionQuerySet:
        return self.exclude(outcome="")

    def overdue(self, *, on: dt.date) -> SuggestionQuerySet:
        return self.open().filter(due_on__lt=on)

    def with_entries(self) -> SuggestionQuerySet:
        """Suggestions with the outcome that readers see, as `entry`: the number of the first entry on the record of
        the claim that was taken up, since the suggestion came; None while there is none."""
        subject = Concat(Value("claims/"), OuterRef("claim__slug"), output_field=CharField())
        followed = Revision.objects.of(subject).filter(
            kind__in=Suggestion.FOLLOWED_BY, at__gte=OuterRef("received_at")
        )
        return self.annotate(entry=Subquery(followed.values("sequence")[:1]))


class Suggestion(models.Model):
    """Somebody asks us to check a claim. Private; what came of it is said in the outcome."""

    class Channel(models.TextChoices):
        FORM = "form", "By the readers' form"
        DESK = "desk", "Entered at the desk"
        PARTNER = "api", "From a partner's program"

    # Whose words these are is not the desk's to change.
    SENT = (Channel.FORM, Channel.PARTNER)

    class Outcome(models.TextChoices):
        TAKEN_UP = "taken_up", "Taken up"
        DUPLICATE = "duplicate", "Checked already"
        NOT_CHECKABLE = "not_checkable", "Not checkable"
        DECLINED = "declined", "Declined"

    # The kinds of entry that give readers a text.
    FOLLOWED_BY = ("publication", *Revision.NOTICES, "restoration")

    channel = models.CharField("how it came in", max_length=4, choices=Channel, default=Channel.DESK)
    text = models.TextField("the claim", help_text="In the words of whoever suggests it.")
    where = models.TextField("where it was made", blank=True, help_text="A link or a place, if given.")
    who = models.CharField("who said it", max_length=300, blank=True)
    language = models.CharField(
        "its language", max_length=35, blank=True, validators=[language_tag], help_text="As in en, if given."
    )
    note = models.TextField("what was added", blank=True, help_text="What whoever suggests it says of it.")
    contact = models.CharField(
        "suggested by", max_length=400, blank=True, help_text="Name and address, if given. Private."
    )
    received_at = models.DateTimeField("received at")
    owner = models.ForeignKey(
        settings.AUTH_USER_MODEL,
        models.SET_NULL,
        null=True,
        blank=True,
        related_name="suggestions",
        help_text="Who decides on it.",
    )
    due_on = models.DateField("due on", db_index=True)
    outcome = models.CharField(
        max_length=13, choices=Outcome, blank=True, help_text="Empty while it is open."
    )
    claim = models.ForeignKey(
        Claim,
        models.PROTECT,
        null=True,
        blank=True,
        related_name="suggestions",
        verbose_name="claim that was taken up",
        help_text="Where it was taken up: the claim that came of it.",
    )
    publication = models.ForeignKey(
        Publication,
        models.PROTECT,
        null=True,
        blank=True,
        related_name="suggestions",
        verbose_name="published fact-check",
        help_text="Where it was checked already: the fact-check.",
    )
    outcome_note = models.TextField("note", blank=True, help_text="Why it was decided so.")

    objects = SuggestionQuerySet.as_manager()

    class Meta:
        ordering = ["-received_at", "-pk"]
        constraints: ClassVar[list[models.BaseConstraint]] = [
            models.CheckConstraint(
                name="suggestion_says_what",
                condition=~Q(text=""),
                violation_error_message="Say which claim is suggested.",
            ),
            models.CheckConstraint(
                name="suggestion_came_in_a_known_way",
                condition=Q(channel__in=["form", "desk", "api"]),
                violation_error_message="A suggestion comes by the readers' form, from a partner, or from the desk.",
            ),
            models.CheckConstraint(
                name="suggestion_has_a_known_outcome",
                condition=Q(outcome__in=["", "taken_up", "duplicate", "not_checkable", "declined"]),
                violation_error_message="Choose the outcome from the list.",
            ),
            models.CheckConstraint(
                name="suggestion_taken_up_names_its_claim",
                condition=Q(outcome="taken_up", claim__isnull=False)
                | (~Q(outcome="taken_up") & Q(claim__isnull=True)),
                violation_error_message="A claim is named where the suggestion was taken up, and only there.",
            ),
            models.CheckConstraint(
                name="suggestion_checked_already_names_the_fact_check",
                condition=Q(outcome="duplicate", publication__isnull=False)
                | (~Q(outcome="duplicate") & Q(publication__isnull=True)),
                violation_error_message="A fact-check is named where the claim was checked already, and only there.",
            ),
            models.CheckConstraint(
                name="suggestion_refusal_is_explained",
                condition=~Q(outcome__in=["not_checkable", "declined"]) | ~Q(outcome_note=""),
                violation_error_message="Say in a note why we do not check it.",
            ),
        ]

    def __str__(self) -> str:
        words = " ".join(self.text.split())
        return words if len(words) <= 80 else f"{words[:77].rstrip()}…"

    @property
    def revision(self) -> Revision | None:
        """The entry that followed (SuggestionQuerySet.with_entries)."""
        read = Suggestion.objects.with_entries().filter(pk=self.pk).first()
        number: int | None = getattr(read, "entry", None)
        return Revision.objects.filter(pk=number).first() if number else None
