from __future__ import annotations

import datetime as dt
from typing import ClassVar

from django.conf import settings
from django.core.exceptions import ValidationError
from django.db import models
from django.db.models import Q

from claims.models.claims import Claim
from claims.models.record import Publication, Revision


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


class Channel(models.TextChoices):
    """How something came to the desk."""

    FORM = "form", "By the readers' form"
    DESK = "desk", "Entered at the desk"


class ErrorReportQuerySet(models.QuerySet["ErrorReport"]):
    def open(self) -> ErrorReportQuerySet:
        """Reports that nobody has dealt with yet, the most urgent first."""
        return self.filter(outcome="").order_by("due_on", "pk")

    def closed(self) -> ErrorReportQuerySet:
        return self.exclude(outcome="")

    def overdue(self, *, on: dt.date) -> ErrorReportQuerySet:
        return self.open().filter(due_on__lt=on)


class ErrorReport(models.Model):
    """Somebody told us that a fact-check is wrong. Private; what came of it is said in the outcome.

    It is about a claim of ours, or about a fact-check taken from a partner, which has a publication only.
    """

    Channel = Channel
    # Whose words these are is not the desk's to change.
    SENT = (Channel.FORM,)

    class Outcome(models.TextChoices):
        CORRECTED = "corrected", "Corrected"
        CLARIFIED = "clarified", "Clarified"
        TYPO = "typo", "Typing error mended"
        WITHDRAWN = "withdrawn", "Withdrawn"
        UPHELD = "upheld", "Nothing to correct"
        PASSED_ON = "passed_on", "Passed on to its publisher"

    # What the record says of the claim where a report had this outcome. A change of a name that the page shows is an
    # entry of its own subject.
    KINDS: ClassVar[dict[str, tuple[str, ...]]] = {
        Outcome.CORRECTED: ("correction", "verdict_change", "update", "restoration", "reference"),
        Outcome.CLARIFIED: ("clarification", "update", "reference"),
        # Readers are told of no typing error: a report that led to one does not count as a correction.
        Outcome.TYPO: ("typo",),
        Outcome.WITHDRAWN: ("withdrawal",),
    }

    claim = models.ForeignKey(Claim, models.PROTECT, null=True, blank=True, related_name="error_reports")
    publication = models.ForeignKey(
        Publication,
        models.PROTECT,
        null=True,
        blank=True,
        related_name="error_reports",
        verbose_name="partner's fact-check",
    )
    channel = models.CharField("how it came in", max_length=4, choices=Channel, default=Channel.DESK)
    text = models.TextField("what is said to be wrong")
    reported_by = models.CharField(
        "reported by", max_length=400, blank=True, help_text="Name and address, if given. Private."
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
    revision = models.ForeignKey(
        Revision,
        models.PROTECT,
        null=True,
        blank=True,
        related_name="error_reports",
        verbose_name="entry on the record",
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
                name="error_report_is_of_one_fact_check",
                condition=Q(claim__isnull=False, publication__isnull=True)
                | Q(claim__isnull=True, publication__isnull=False),
                violation_error_message="Choose the one claim that the report is about.",
            ),
            models.CheckConstraint(
                name="error_report_came_in_a_known_way",
                condition=Q(channel__in=["form", "desk"]),
                violation_error_message="A report comes by the readers' form or is entered at the desk.",
            ),
            models.CheckConstraint(
                name="error_report_has_a_known_outcome",
                condition=Q(
                    outcome__in=["", "corrected", "clarified", "typo", "withdrawn", "upheld", "passed_on"]
                ),
                violation_error_message="Choose the outcome from the list.",
            ),
            models.CheckConstraint(
                name="error_report_outcome_is_explained",
                condition=Q(outcome="") | ~Q(outcome_note=""),
                violation_error_message="Say in a note what was found and done.",
            ),
            models.CheckConstraint(
                name="error_report_outcome_names_its_entry",
                condition=Q(
                    outcome__in=["corrected", "clarified", "typo", "withdrawn"], revision__isnull=False
                )
                | Q(outcome__in=["", "upheld", "passed_on"], revision__isnull=True),
                violation_error_message=(
                    "What was corrected, clarified, mended or withdrawn names the entry that says so on the record; "
                    "any other outcome names none."
                ),
            ),
            models.CheckConstraint(
                name="error_report_passed_on_is_a_partners",
                condition=~Q(outcome="passed_on") | Q(publication__isnull=False),
                violation_error_message="Only what is said of a partner's fact-check is passed on: this one is ours.",
            ),
        ]

    def __str__(self) -> str:
        return f"{self.about} (reported on {self.reported_at:%-d %B %Y})"

    @property
    def about(self) -> Claim | Publication | None:
        """The claim of ours, or the partner's fact-check."""
        return self.claim or self.publication

    @property
    def read(self) -> Revision | None:
        """What readers had of the fact-check when the report came: the last entry until then."""
        if self.about is None:
            return None
        return Revision.objects.of(f"claims/{self.about.slug}").filter(at__lte=self.reported_at).last()

    def entries(self) -> models.QuerySet[Revision]:
        """What may have come of it: later entries of its subject, and of names and sources that its page shows."""
        if self.about is None:
            return Revision.objects.none()
        public = Publication.objects.with_pages().filter(slug=self.about.slug).order_by()
        shown = [
            *(f"speakers/{slug}" for slug in public.values_list("speaker__slug", flat=True) if slug),
            *(f"topics/{slug}" for slug in public.values_list("topics__slug", flat=True) if slug),
            *(f"sources/{slug}" for slug in public.values_list("sources__slug", flat=True) if slug),
            *(f"publishers/{slug}" for slug in public.values_list("publishers__slug", flat=True) if slug),
        ]
        own = Q(
            subject=f"claims/{self.about.slug}",
            kind__in={kind for all_ in self.KINDS.values() for kind in all_},
        )
        # The record counts whole seconds.
        since = self.reported_at.replace(microsecond=0)
        return Revision.objects.filter(own | Q(subject__in=shown, kind="reference"), at__gte=since).order_by(
            "sequence"
        )

    def _rather(self, entry: Revision) -> str:
        """The outcome that an entry of this kind is, where there is one."""
        fits = [self.Outcome(name).label for name, kinds in self.KINDS.items() if entry.kind in kinds]
        return f" It is the entry of “{'” or “'.join(fits)}”." if fits else ""

    def clean(self) -> None:
        """What no constraint can say, since it is about another table, or of a column that a form does not have."""
        if (self.claim_id is None) == (self.publication_id is None):
            raise ValidationError("Choose the one claim that the report is about.")
        kinds = self.KINDS.get(self.outcome, ())
        if kinds and self.revision is None:
            raise ValidationError(
                f"An outcome that says “{self.get_outcome_display()}” names the entry that says so on the "
                "record. Publish the change first, then choose its entry here."
            )
        if self.revision is None:
            return
        if not kinds:
            raise ValidationError("No entry of the record belongs to this outcome: choose none.")
        if self.revision.kind not in kinds or not self.entries().filter(pk=self.revision.pk).exists():
            raise ValidationError(
                f"Entry No. {self.revision.pk} ({self.revision.get_kind_display().lower()}) does not say of this "
                f"claim, after the report, what “{self.get_outcome_display()}” says.{self._rather(self.revision)}"
            )


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
