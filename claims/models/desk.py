from __future__ import annotations

import datetime as dt
from typing import ClassVar

from django.conf import settings
from django.db import models
from django.db.models import Q

from claims.models.claims import Claim


class DeskNote(models.Model):
    """A note to colleagues about a claim. Private, and never changed: an answer is another note."""

    claim = models.ForeignKey(Claim, models.CASCADE, related_name="desk_notes")
    by = models.ForeignKey(settings.AUTH_USER_MODEL, models.PROTECT, related_name="desk_notes")
    at = models.DateTimeField()
    text = models.TextField("note")

    class Meta:
        verbose_name = "note to colleagues"
        verbose_name_plural = "notes to colleagues"
        ordering = ["claim", "at", "pk"]
        constraints: ClassVar[list[models.BaseConstraint]] = [
            models.CheckConstraint(
                name="desk_note_is_not_empty",
                condition=~Q(text=""),
                violation_error_message="Write the note, or leave it out.",
            ),
        ]

    def __str__(self) -> str:
        return f"{self.by}, {self.at:%-d %B %Y}"


class ErrorReportQuerySet(models.QuerySet["ErrorReport"]):
    def open(self) -> ErrorReportQuerySet:
        """Reports that nobody has dealt with yet, the most urgent first."""
        return self.filter(outcome="").order_by("due_on", "pk")

    def overdue(self, *, on: dt.date) -> ErrorReportQuerySet:
        return self.open().filter(due_on__lt=on)


class ErrorReport(models.Model):
    """Somebody told us that a fact-check is wrong. Private; what came of it is said in the outcome."""

    class Outcome(models.TextChoices):
        CORRECTED = "corrected", "Corrected"
        CLARIFIED = "clarified", "Clarified"
        WITHDRAWN = "withdrawn", "Withdrawn"
        UPHELD = "upheld", "Nothing to correct"

    claim = models.ForeignKey(Claim, models.PROTECT, related_name="error_reports")
    text = models.TextField("what is said to be wrong")
    reported_by = models.CharField(
        "reported by", max_length=300, blank=True, help_text="Name and address, if given. Private."
    )
    reported_at = models.DateTimeField()
    owner = models.ForeignKey(
        settings.AUTH_USER_MODEL,
        models.SET_NULL,
        null=True,
        blank=True,
        related_name="error_reports",
        help_text="Who looks into it.",
    )
    due_on = models.DateField("due on", db_index=True)
    outcome = models.CharField(
        max_length=10, choices=Outcome, blank=True, help_text="Empty while it is open."
    )
    outcome_note = models.TextField(blank=True, help_text="What was found, and what was done.")

    objects = ErrorReportQuerySet.as_manager()

    class Meta:
        ordering = ["-reported_at", "-pk"]
        constraints: ClassVar[list[models.BaseConstraint]] = [
            models.CheckConstraint(
                name="error_report_says_what",
                condition=~Q(text=""),
                violation_error_message="Say what is wrong, in the words of the report.",
            ),
            models.CheckConstraint(
                name="error_report_has_a_known_outcome",
                condition=Q(outcome__in=["", "corrected", "clarified", "withdrawn", "upheld"]),
                violation_error_message="Choose the outcome from the list.",
            ),
            models.CheckConstraint(
                name="error_report_outcome_is_explained",
                condition=Q(outcome="") | ~Q(outcome_note=""),
                violation_error_message="Say in a note what was found and done.",
            ),
        ]

    def __str__(self) -> str:
        return f"{self.claim}: reported on {self.reported_at:%-d %B %Y}"


class Redirect(models.Model):
    """A reference row was merged into another: its old address leads to the one that is left.

    `subject` and `into` are what the record calls the two rows ("speakers/ada-quill").
    """

    subject = models.CharField(max_length=200, primary_key=True)
    into = models.CharField(max_length=200, db_index=True)
    by = models.ForeignKey(settings.AUTH_USER_MODEL, models.PROTECT, related_name="+")
    at = models.DateTimeField()

    class Meta:
        constraints: ClassVar[list[models.BaseConstraint]] = [
            models.CheckConstraint(name="redirect_leads_elsewhere", condition=~Q(subject=models.F("into"))),
        ]

    def __str__(self) -> str:
        return f"{self.subject} is now {self.into}"


class PendingImport(models.Model):
    """A file that an editor uploaded and has looked at, until it is applied or thrown away. Private."""

    by = models.ForeignKey(settings.AUTH_USER_MODEL, models.CASCADE, related_name="+")
    at = models.DateTimeField()
    kind = models.CharField(max_length=20, help_text="What its rows are, as the record calls them.")
    name = models.CharField(max_length=255, help_text="Name of the file.")
    text = models.TextField()

    class Meta:
        constraints: ClassVar[list[models.BaseConstraint]] = [
            models.UniqueConstraint(fields=["by", "kind"], name="one_pending_import_for_each_kind"),
        ]

    def __str__(self) -> str:
        return f"{self.name}, uploaded by {self.by}"
