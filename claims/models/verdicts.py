from __future__ import annotations

from typing import ClassVar

from django.conf import settings
from django.db import models
from django.db.models import F, Q

from claims.models.claims import Claim, PartQuerySet
from claims.models.scales import AttributionFinding, Methodology, Rating
from sources.dates import PastDateField
from sources.models import Quotation, Source


class Verdict(models.Model):
    """One editorial judgement of a claim: two findings and the reasons for them. Private until published.

    `status`, `approver` and `approved_digest` are written by claims.workflow alone.
    """

    class Status(models.TextChoices):
        DRAFT = "draft", "Being written"
        SUBMITTED = "submitted", "Waiting for a second read"
        APPROVED = "approved", "Approved, ready to publish"
        PUBLISHED = "published", "Published"
        WITHDRAWN = "withdrawn", "Withdrawn"

    claim = models.OneToOneField(Claim, models.CASCADE, related_name="verdict")
    methodology = models.ForeignKey(Methodology, models.PROTECT, related_name="verdicts")
    attribution = models.ForeignKey(AttributionFinding, models.PROTECT, related_name="verdicts")
    attribution_note = models.TextField(blank=True, help_text="What the finding on the words rests on.")
    rating = models.ForeignKey(
        Rating,
        models.PROTECT,
        null=True,
        blank=True,
        related_name="verdicts",
        help_text="Empty where only the attribution was assessed.",
    )
    summary = models.TextField(blank=True, help_text="One or two sentences.")
    rationale = models.TextField(blank=True, help_text="Markdown. Argues from the cited evidence alone.")
    not_known = models.TextField(blank=True, help_text="What could not be established.")
    one_source_reason = models.TextField(
        "why one source is enough",
        blank=True,
        help_text="Where all evidence comes from one source. Private.",
    )
    one_side_reason = models.TextField(
        "why evidence points one way only",
        blank=True,
        help_text="Where nothing is cited for the claim, or nothing against it. Private.",
    )
    no_reply_reason = models.TextField(
        "why no comment was sought", blank=True, help_text="Where nobody was asked for a reply. Private."
    )
    status = models.CharField(
        max_length=10, choices=Status, default=Status.DRAFT, editable=False, db_index=True
    )
    author = models.ForeignKey(settings.AUTH_USER_MODEL, models.PROTECT, related_name="verdicts_written")
    approver = models.ForeignKey(
        settings.AUTH_USER_MODEL,
        models.PROTECT,
        null=True,
        blank=True,
        editable=False,
        related_name="verdicts_approved",
    )
    approved_digest = models.CharField(max_length=64, blank=True, editable=False)
    approved_references = models.JSONField(
        default=dict,
        editable=False,
        help_text="Digest by subject of reference data that the approval would publish for the first time.",
    )

    class Meta:
        ordering = ["claim"]
        # Whether a claim's verdict is in a state, without reading the verdict.
        indexes: ClassVar[list[models.Index]] = [
            models.Index(fields=["status", "claim"], name="verdict_by_status_and_claim"),
        ]
        # One for each transition that people make (claims.workflow), and for reference data (claims.reference).
        permissions = (
            ("submit_verdict", "Can submit for a second read"),
            ("return_verdict", "Can return with a note"),
            ("approve_verdict", "Can approve as second reader"),
            ("publish_verdict", "Can publish"),
            ("revise_verdict", "Can take up a published verdict again"),
            ("withdraw_verdict", "Can withdraw from the public"),
            ("restore_verdict", "Can take up a withdrawn verdict again"),
            ("publish_reference", "Can put reference data on the public record"),
            ("merge_reference", "Can merge reference data"),
            ("import_reference", "Can import reference data"),
        )
        constraints: ClassVar[list[models.BaseConstraint]] = [
            models.CheckConstraint(
                name="verdict_has_a_known_status",
                condition=Q(status__in=["draft", "submitted", "approved", "published", "withdrawn"]),
                violation_error_message="The status of a verdict is changed through the workflow only.",
            ),
            models.CheckConstraint(
                name="verdict_second_reader_is_another_person",
                condition=Q(approver__isnull=True) | ~Q(approver=F("author")),
                violation_error_message="The author of a verdict cannot approve it: a second person has to read it.",
            ),
            models.CheckConstraint(
                name="verdict_approval_binds_a_text",
                condition=Q(approver__isnull=True, approved_digest="")
                | Q(approver__isnull=False, approved_digest__length=64),
                violation_error_message="An approval names its reader and the digest of what was read.",
            ),
            models.CheckConstraint(
                name="verdict_approved_means_read",
                condition=~Q(status__in=["approved", "published"]) | Q(approver__isnull=False),
                violation_error_message="Nothing is approved or published without a second reader.",
            ),
            models.CheckConstraint(
                name="verdict_unread_has_no_approval",
                condition=~Q(status__in=["draft", "submitted", "withdrawn"]) | Q(approver__isnull=True),
                violation_error_message="A verdict that is being written, read or was withdrawn has no approval.",
            ),
        ]

    def __str__(self) -> str:
        return f"Verdict on {self.claim}"


class Evidence(models.Model):
    """What bears on the verdict: a passage, or something that is pointed to by a locator."""

    class Stance(models.TextChoices):
        SUPPORTS = "supports", "Supports the claim"
        REFUTES = "refutes", "Refutes the claim"
        CONTEXT = "context", "Gives context"

    class Kind(models.TextChoices):
        PASSAGE = "passage", "Passage"
        DATASET = "dataset", "Dataset"
        LAW = "law", "Law or treaty"
        INTERVIEW = "interview", "Interview"
        IMAGE = "image", "Image"

    verdict = models.ForeignKey(Verdict, models.CASCADE, related_name="evidence")
    stance = models.CharField(max_length=10, choices=Stance)
    kind = models.CharField(max_length=10, choices=Kind, default=Kind.PASSAGE)
    source = models.ForeignKey(Source, models.PROTECT, related_name="evidence")
    quotation = models.OneToOneField(
        Quotation, models.PROTECT, null=True, blank=True, related_name="evidence"
    )
    locator = models.CharField(
        max_length=500, blank=True, help_text="Table, article, time mark or frame, where no words are quoted."
    )
    note = models.TextField(blank=True, help_text="What this shows.")
    position = models.PositiveSmallIntegerField(default=0)

    objects = PartQuerySet["Evidence"].as_manager()

    class Meta:
        verbose_name_plural = "evidence"
        ordering = ["verdict", "position", "pk"]
        constraints: ClassVar[list[models.BaseConstraint]] = [
            models.CheckConstraint(
                name="evidence_has_a_known_stance",
                condition=Q(stance__in=["supports", "refutes", "context"]),
                violation_error_message="Evidence supports, refutes or gives context.",
            ),
            models.CheckConstraint(
                name="evidence_has_a_known_kind",
                condition=Q(kind__in=["passage", "dataset", "law", "interview", "image"]),
                violation_error_message="Choose the kind of evidence from the list.",
            ),
            models.CheckConstraint(
                name="evidence_is_a_passage_or_is_located",
                condition=Q(kind="passage", quotation__isnull=False)
                | (~Q(kind="passage") & Q(quotation__isnull=True) & ~Q(locator="")),
                violation_error_message=(
                    "A passage needs its quoted words; any other evidence needs a locator and has no quotation."
                ),
            ),
        ]

    def __str__(self) -> str:
        return f"{self.get_stance_display()}: {self.source}"


class Reply(models.Model):
    """Right of reply: who was asked for a comment, when and how, and what they answered. Published with the verdict."""

    verdict = models.OneToOneField(Verdict, models.CASCADE, related_name="reply")
    asked_of = models.CharField(
        "asked of", max_length=300, help_text="Whom: a person, an office, a newsroom."
    )
    asked_on = PastDateField("asked on")
    by = models.CharField("by what way", max_length=200, help_text="For example e-mail to the press office.")
    deadline = models.DateField(null=True, blank=True, db_index=True)
    answer = models.TextField(blank=True, help_text="Word for word; empty while there is none.")
    answered_on = PastDateField("answered on", null=True, blank=True)

    class Meta:
        verbose_name = "right of reply"
        verbose_name_plural = "right of reply"
        constraints: ClassVar[list[models.BaseConstraint]] = [
            models.CheckConstraint(
                name="reply_says_whom_and_how",
                condition=~Q(asked_of="") & ~Q(by=""),
                violation_error_message="Say who was asked for a reply, and by what way.",
            ),
            models.CheckConstraint(
                name="reply_deadline_after_asking",
                condition=Q(deadline__isnull=True) | Q(deadline__gte=F("asked_on")),
                violation_error_message="The deadline for a reply cannot be before the day of the question.",
            ),
            models.CheckConstraint(
                name="reply_answer_has_its_day",
                condition=Q(answer="", answered_on__isnull=True)
                | (~Q(answer="") & Q(answered_on__gte=F("asked_on"))),
                violation_error_message=(
                    "An answer needs its words and the day it came, which is not before the question."
                ),
            ),
        ]

    def __str__(self) -> str:
        return f"{self.asked_of}, asked on {self.asked_on}"


class Contribution(models.Model):
    """Somebody changed a text that readers will see: a claim, or reference data that claims show.

    Who contributed since a claim's last publication cannot be its second reader; the last time is what counts.
    """

    subject = models.CharField(max_length=200, help_text="What was changed, as the record calls it.")
    user = models.ForeignKey(settings.AUTH_USER_MODEL, models.PROTECT, related_name="contributions")
    at = models.DateTimeField()

    class Meta:
        constraints: ClassVar[list[models.BaseConstraint]] = [
            models.UniqueConstraint(
                fields=["subject", "user"],
                name="contributor_once",
                violation_error_message="This contributor is already noted.",
            ),
        ]

    def __str__(self) -> str:
        return f"{self.user} on {self.subject}"


class Event(models.Model):
    """One transition of the workflow: what was done, by whom, when, on which text. Private."""

    # A verdict with a history cannot be deleted, and written again by somebody without one.
    verdict = models.ForeignKey(Verdict, models.PROTECT, related_name="events")
    transition = models.CharField(max_length=20)
    from_status = models.CharField(max_length=10, choices=Verdict.Status)
    to_status = models.CharField(max_length=10, choices=Verdict.Status)
    by = models.ForeignKey(settings.AUTH_USER_MODEL, models.PROTECT, related_name="+")
    at = models.DateTimeField()
    digest = models.CharField(max_length=64, help_text="Digest of the body at that moment.")
    note = models.TextField(blank=True)

    class Meta:
        ordering = ["verdict", "at", "pk"]

    def __str__(self) -> str:
        return f"{self.transition} by {self.by} on {self.at:%Y-%m-%d}"
