from __future__ import annotations

from typing import Any, ClassVar, TypeVar

from django.apps import apps
from django.conf import settings
from django.db import models
from django.db.models import F, Q
from django.urls import reverse

from claims.models.speakers import Speaker, Topic
from sources.dates import PastDateField, Precision, date_constraints
from sources.fields import FoldedField, language_tag
from sources.models import Quotation, Snapshot, Source

_Part = TypeVar("_Part", bound=models.Model)


class PartQuerySet(models.QuerySet[_Part]):
    """Appearances, or evidence: parts of a document with a source and, most of them, quoted words."""

    def for_documents(self) -> PartQuerySet[_Part]:
        """With source and quotation. A snapshot's text is long: it is read once, however many quotations it has."""
        snapshots = models.Prefetch("quotation__snapshot", Snapshot.objects.select_related("source"))
        return self.select_related("source__publisher", "quotation").prefetch_related(snapshots)


class ClaimQuerySet(models.QuerySet["Claim"]):
    def for_documents(self) -> ClaimQuerySet:
        """Claims with every row that their body is built from, in a fixed number of queries."""
        # Its module stands on this one.
        evidence: PartQuerySet[Any] = apps.get_model("claims.Evidence")._default_manager.all()
        return self.select_related(
            "speaker",
            "verdict__methodology__scale",
            "verdict__attribution",
            "verdict__rating__scale",
            "verdict__reply",
        ).prefetch_related(
            "topics",
            "speaker__aliases",
            "speaker__links",
            models.Prefetch("appearances", Appearance.objects.for_documents()),
            models.Prefetch("relations", ClaimRelation.objects.for_documents()),
            models.Prefetch("verdict__evidence", evidence.for_documents()),
        )

    def citing(self, source: Source) -> ClaimQuerySet:
        """Claims that name a source, as an appearance or as evidence."""
        appearances = Appearance.objects.filter(claim=models.OuterRef("pk"), source=source)
        judged = source.evidence.filter(verdict__claim=models.OuterRef("pk"))
        return self.filter(models.Exists(appearances) | models.Exists(judged))

    def for_seeds(self) -> ClaimQuerySet:
        """Claims with every row that their seed file is written from."""
        return (
            self.for_documents()
            .select_related("publication__revision")
            .prefetch_related("appearances__source__snapshots", "verdict__evidence__source__snapshots")
        )


class Claim(models.Model):
    """A checkable statement in one neutral sentence. Private; readers see its publication."""

    slug = models.SlugField("identifier", max_length=120, unique=True)
    text = models.TextField("claim", help_text="One neutral sentence that can be checked.")
    title = models.CharField(max_length=300, help_text="Title of the fact-check.")
    language = models.CharField(
        max_length=35,
        default="en",
        validators=[language_tag],
        help_text="BCP 47 tag, for example en or pt-BR.",
    )
    speaker = models.ForeignKey(
        Speaker,
        models.PROTECT,
        null=True,
        blank=True,
        related_name="claims",
        help_text="Empty for a document's own voice or an unnamed source.",
    )
    claimed_on = PastDateField(null=True, blank=True)
    claimed_on_precision = models.CharField(max_length=5, choices=Precision, blank=True)
    claimed_on_reason = models.TextField(blank=True, help_text="Why this date, where no document prints it.")
    topics = models.ManyToManyField(Topic, blank=True, related_name="claims")
    owner = models.ForeignKey(
        settings.AUTH_USER_MODEL,
        models.SET_NULL,
        null=True,
        blank=True,
        related_name="claims_owned",
        help_text="Who is working on it. Private.",
    )
    due_on = models.DateField(
        "due on", null=True, blank=True, db_index=True, help_text="When it should be public. Private."
    )
    text_folded = FoldedField(of="text")

    objects = ClaimQuerySet.as_manager()

    class Meta:
        ordering = ["slug"]
        constraints: ClassVar[list[models.BaseConstraint]] = [
            models.CheckConstraint(
                name="claim_has_text_and_title",
                condition=~Q(text="") & ~Q(title=""),
                violation_error_message="A claim needs its sentence and a title.",
            ),
            models.CheckConstraint(
                name="claim_has_a_language",
                condition=~Q(language=""),
                violation_error_message="Say which language the claim is written in.",
            ),
            *date_constraints("claim", "claimed_on"),
        ]

    def __str__(self) -> str:
        return self.title

    def get_absolute_url(self) -> str:
        return reverse("claim", args=[self.slug])

    @property
    def subject(self) -> str:
        """What the public record calls this claim."""
        return f"claims/{self.slug}"


class Appearance(models.Model):
    """One place where the claim was made, with the speaker's role as that place words it."""

    class Mode(models.TextChoices):
        DIRECT = "direct", "Direct quotation"
        INDIRECT = "indirect", "Indirect speech"
        PARAPHRASE = "paraphrase", "Paraphrase"
        HEADLINE = "headline", "Headline"
        VISUAL = "visual", "Image or video"

    claim = models.ForeignKey(Claim, models.CASCADE, related_name="appearances")
    slug = models.SlugField("identifier", max_length=120, help_text="Unique within the claim.")
    source = models.ForeignKey(Source, models.PROTECT, related_name="appearances")
    first = models.BooleanField("first appearance", default=False)
    mode = models.CharField(max_length=10, choices=Mode)
    role = models.CharField(
        max_length=200, blank=True, help_text="The speaker's role then, as the source words it."
    )
    language = models.CharField(max_length=35, default="en", validators=[language_tag])
    translated = models.BooleanField(null=True, blank=True, help_text="Empty: the source does not say.")
    claimed_on = PastDateField(null=True, blank=True)
    claimed_on_precision = models.CharField(max_length=5, choices=Precision, blank=True)
    claimed_on_reason = models.TextField(blank=True)
    note = models.TextField(blank=True)
    quotation = models.OneToOneField(
        Quotation, models.PROTECT, null=True, blank=True, related_name="appearance"
    )
    position = models.PositiveSmallIntegerField(default=0)

    objects = PartQuerySet["Appearance"].as_manager()

    class Meta:
        ordering = ["claim", "position", "pk"]
        constraints: ClassVar[list[models.BaseConstraint]] = [
            models.UniqueConstraint(
                fields=["claim", "slug"],
                name="appearance_once_per_claim",
                violation_error_message="The claim already has an appearance with this identifier.",
            ),
            models.UniqueConstraint(
                fields=["claim"],
                condition=Q(first=True),
                name="one_first_appearance",
                violation_error_message="A claim has one first appearance.",
            ),
            models.CheckConstraint(
                name="appearance_has_a_known_mode",
                condition=Q(mode__in=["direct", "indirect", "paraphrase", "headline", "visual"]),
                violation_error_message=(
                    "Choose how the claim appears there: direct, indirect, paraphrase, headline or visual."
                ),
            ),
            models.CheckConstraint(
                name="direct_appearance_has_its_words",
                condition=~Q(mode="direct") | Q(quotation__isnull=False),
                violation_error_message="A direct quotation needs its words: quote them, or choose another mode.",
            ),
            *date_constraints("appearance", "claimed_on"),
        ]

    def __str__(self) -> str:
        return f"{self.claim.slug}: {self.slug}"


class ClaimRelationQuerySet(models.QuerySet["ClaimRelation"]):
    def for_documents(self) -> ClaimRelationQuerySet:
        return self.select_related("to_claim__publication", "appearance", "to_appearance")


class ClaimRelation(models.Model):
    """How one claim, or one appearance of it, stands to another.

    Two claims contradict each other where both cannot be true. They differ where both can, but answer one question in
    different ways.
    """

    class Kind(models.TextChoices):
        SAME_UTTERANCE = "same-utterance", "Same utterance as"
        REPEATS = "repeats", "Repeats"
        CONTRADICTS = "contradicts", "Contradicts"
        DIFFERS_FROM = "differs-from", "Differs from"
        DERIVED_FROM = "derived-from", "Derived from"

    claim = models.ForeignKey(Claim, models.CASCADE, related_name="relations")
    kind = models.CharField(max_length=20, choices=Kind)
    to_claim = models.ForeignKey(Claim, models.PROTECT, related_name="relations_to")
    appearance = models.ForeignKey(
        Appearance, models.CASCADE, null=True, blank=True, related_name="relations"
    )
    to_appearance = models.ForeignKey(
        Appearance, models.PROTECT, null=True, blank=True, related_name="relations_to"
    )
    note = models.TextField(help_text="Why they are related, in a sentence.")
    position = models.PositiveSmallIntegerField(default=0)

    objects = ClaimRelationQuerySet.as_manager()

    class Meta:
        ordering = ["claim", "position", "pk"]
        constraints: ClassVar[list[models.BaseConstraint]] = [
            models.UniqueConstraint(
                fields=["claim", "kind", "to_claim"],
                condition=Q(appearance__isnull=True, to_appearance__isnull=True),
                name="relation_once",
                violation_error_message="This relation is already stated.",
            ),
            models.CheckConstraint(
                name="relation_to_another_claim",
                condition=~Q(claim=F("to_claim")),
                violation_error_message="A claim is not related to itself.",
            ),
            models.CheckConstraint(
                name="relation_has_a_known_kind",
                condition=Q(
                    kind__in=["same-utterance", "repeats", "contradicts", "differs-from", "derived-from"]
                ),
                violation_error_message="Choose the kind of relation from the list.",
            ),
            models.CheckConstraint(
                name="relation_says_why",
                condition=~Q(note=""),
                violation_error_message="Say in a sentence why the two claims are related.",
            ),
        ]

    def __str__(self) -> str:
        return f"{self.get_kind_display()} {self.to_claim}"
