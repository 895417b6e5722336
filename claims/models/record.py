"""The tables of the public record and of what is public now."""

from __future__ import annotations

from typing import ClassVar

from django.db import models
from django.db.models import Q
from django.db.models.expressions import Combinable
from django.db.models.functions import Coalesce
from django.urls import reverse

from claims.models.claims import Claim
from claims.models.speakers import Speaker, Topic
from sources.models import Publisher, Source


class Head(models.Model):
    """The end of the record. One row, locked last in every transaction that appends."""

    id = models.PositiveSmallIntegerField(primary_key=True, default=1, editable=False)
    sequence = models.PositiveBigIntegerField(default=0)
    entry_digest = models.CharField(max_length=64, blank=True)
    at = models.DateTimeField(null=True)
    key = models.CharField("identifier of the key that signs", max_length=64, blank=True)

    class Meta:
        constraints: ClassVar[list[models.BaseConstraint]] = [
            models.CheckConstraint(name="one_head", condition=Q(id=1)),
        ]

    def __str__(self) -> str:
        return f"Head at {self.sequence}"


class RevisionQuerySet(models.QuerySet["Revision"]):
    def of(self, subject: str | Combinable) -> RevisionQuerySet:
        """The entries of one subject, oldest first."""
        return self.filter(subject=subject).order_by("sequence")

    def without_bodies(self) -> RevisionQuerySet:
        """Entries whose bodies are read from the database only where somebody asks for one."""
        return self.defer("body")

    def with_signatures(self) -> RevisionQuerySet:
        """Entries with their signatures, in one query (claims.record.signature_of)."""
        return self.select_related("signature")


class Revision(models.Model):
    """One entry of the public record. Triggers refuse any change of it (claims.guards)."""

    class Kind(models.TextChoices):
        PUBLICATION = "publication", "First publication"
        CORRECTION = "correction", "Correction"
        VERDICT_CHANGE = "verdict_change", "Change of verdict"
        CLARIFICATION = "clarification", "Clarification"
        UPDATE = "update", "Update"
        TYPO = "typo", "Typing error"
        WITHDRAWAL = "withdrawal", "Withdrawal"
        RESTORATION = "restoration", "Restoration"
        REDACTION = "redaction", "Redaction"
        REFERENCE = "reference", "Change of reference data"
        KEY = "key", "Signing key"

    # What a published text shows of its own past. Of a text that is public again the withdrawal is among it.
    NOTICES = (
        *("correction", "verdict_change", "clarification", "update", "typo"),
        *("withdrawal", "restoration"),
    )

    # What the latest entry of a text that is public can be: the first one, or a notice but a withdrawal.
    LATEST = (
        *("publication", "correction", "verdict_change", "clarification", "update", "typo"),
        "restoration",
    )

    sequence = models.PositiveBigIntegerField(primary_key=True)
    subject = models.CharField(max_length=200)
    number = models.PositiveIntegerField()
    kind = models.CharField(max_length=20, choices=Kind)
    note = models.TextField(blank=True)
    at = models.DateTimeField()
    # NULL says redacted, which an empty text would not.
    body = models.TextField(null=True)  # noqa: DJ001
    body_digest = models.CharField(max_length=64)
    previous = models.CharField(max_length=64, blank=True)
    entry_digest = models.CharField(max_length=64, unique=True)
    redacts = models.PositiveBigIntegerField(null=True, unique=True)

    objects = RevisionQuerySet.as_manager()

    class Meta:
        ordering = ["sequence"]
        # Corrections are few among many publications.
        indexes: ClassVar[list[models.Index]] = [
            models.Index(fields=["kind", "-sequence"], name="revision_by_kind"),
        ]
        constraints: ClassVar[list[models.BaseConstraint]] = [
            models.UniqueConstraint(fields=["subject", "number"], name="revision_number_once_per_subject"),
            models.CheckConstraint(
                name="revision_sequence_from_one", condition=Q(sequence__gte=1, number__gte=1)
            ),
            models.CheckConstraint(
                name="revision_has_a_known_kind",
                condition=Q(
                    kind__in=[
                        "publication",
                        "correction",
                        "verdict_change",
                        "clarification",
                        "update",
                        "typo",
                        "withdrawal",
                        "restoration",
                        "redaction",
                        "reference",
                        "key",
                    ]
                ),
            ),
            models.CheckConstraint(
                name="revision_redaction_names_an_entry",
                condition=Q(kind="redaction", redacts__isnull=False)
                | (~Q(kind="redaction") & Q(redacts__isnull=True)),
            ),
        ]

    def __str__(self) -> str:
        return f"{self.sequence}: {self.subject} {self.kind}"


class Signature(models.Model):
    """The signature of an entry, made when it was appended. Triggers refuse any change of it (claims.guards)."""

    revision = models.OneToOneField(Revision, models.PROTECT, primary_key=True, related_name="signature")
    key = models.CharField("identifier of the key", max_length=64)
    signature = models.CharField("signature in base64", max_length=88)

    def __str__(self) -> str:
        return f"Signature of entry {self.revision_id}"


class NamedText(models.Model):
    """The SHA-256 of an archived text that an entry of the record names: public answers say whether it is held here.

    A projection that only grows: what old revisions name is public as well.
    """

    sha256 = models.CharField("SHA-256 of the text", max_length=64, primary_key=True)

    def __str__(self) -> str:
        return self.sha256


class HeldMark(models.Model):
    """What stands for the named texts that are held here: triggers write another (claims.guards.HELD_MARKS)."""

    id = models.PositiveSmallIntegerField(primary_key=True, default=1, editable=False)
    mark = models.CharField(max_length=32)

    class Meta:
        constraints: ClassVar[list[models.BaseConstraint]] = [
            models.CheckConstraint(name="one_held_mark", condition=Q(id=1)),
        ]

    def __str__(self) -> str:
        return self.mark


class ReferenceQuerySet(models.QuerySet["Reference"]):
    def merged(self) -> ReferenceQuerySet:
        """References that may stand on an entry about a merge: their body says so."""
        return self.filter(revision__body__contains='"reference":"merged"')


class Reference(models.Model):
    """What is public now of one row of reference data: a projection of its last entry of kind reference."""

    subject = models.CharField(max_length=200, primary_key=True)
    revision = models.OneToOneField(Revision, models.PROTECT, related_name="reference")

    objects = ReferenceQuerySet.as_manager()

    class Meta:
        ordering = ["subject"]

    def __str__(self) -> str:
        return self.subject


class PublicationQuerySet(models.QuerySet["Publication"]):
    def published(self) -> PublicationQuerySet:
        """All that the public may read, newest on the record first. What was withdrawn is not among it."""
        return self.filter(withdrawn=False).order_by("-sequence")

    def with_pages(self) -> PublicationQuerySet:
        """All that has a page: a withdrawn fact-check's gives the reason and nothing else."""
        return self.order_by("-sequence")

    def for_documents(self) -> PublicationQuerySet:
        """Publications with what their served documents are made of."""
        return self.select_related("revision")


class Publication(models.Model):
    """What is public now of one fact-check: its current revision and the columns that lists filter on.

    A projection: claims.projection writes it from the revision's body and from nothing else.
    """

    class Origin(models.TextChoices):
        OWN = "own", "Made here"
        PARTNER = "partner", "Taken from a partner"

    slug = models.SlugField("identifier", max_length=120, unique=True)
    origin = models.CharField(max_length=7, choices=Origin)
    claim = models.OneToOneField(Claim, models.PROTECT, null=True, related_name="publication")
    revision = models.OneToOneField(Revision, models.PROTECT, related_name="publication")
    sequence = models.PositiveBigIntegerField(unique=True)
    withdrawn = models.BooleanField(default=False)
    title = models.TextField()
    text = models.TextField("claim")
    language = models.CharField(max_length=35)
    claimed_on = models.DateField(null=True, db_index=True)
    first_published_at = models.DateTimeField(db_index=True)
    speaker = models.ForeignKey(Speaker, models.PROTECT, null=True, related_name="publications")
    rating = models.CharField(max_length=60, blank=True)
    attribution = models.CharField(max_length=60, blank=True)
    # Not the body alone says it: the rating, or the one to which editors mapped the publisher's label (claims.labels).
    found_under = models.CharField("rating that filters find it under", max_length=60, blank=True)
    publisher = models.ForeignKey(Publisher, models.PROTECT, null=True, related_name="fact_checks")
    review_url = models.CharField("address at its publisher", max_length=2000, blank=True)
    rating_as_published = models.CharField("the publisher's label", max_length=500, blank=True)
    reviewed_on = models.DateField("published by its publisher on", null=True)
    claimant = models.CharField("speaker as named", max_length=300, blank=True)
    claimant_folded = models.CharField(max_length=400, blank=True, editable=False)
    search_text = models.TextField()
    topics: models.ManyToManyField = models.ManyToManyField(
        Topic, through="PublicationTopic", related_name="publications"
    )
    sources: models.ManyToManyField = models.ManyToManyField(
        Source, through="PublicationSource", related_name="publications"
    )
    publishers: models.ManyToManyField = models.ManyToManyField(
        Publisher, through="PublicationPublisher", related_name="publications"
    )

    objects = PublicationQuerySet.as_manager()

    class Meta:
        ordering = ["-sequence"]
        # A page of one value of a filter is read along the record, however many there are: nothing is sorted.
        indexes: ClassVar[list[models.Index]] = [
            models.Index(fields=["speaker", "-sequence"], name="publication_by_speaker"),
            models.Index(fields=["publisher", "-sequence"], name="publication_by_publisher"),
            models.Index(fields=["claimant_folded", "-sequence"], name="publication_by_claimant"),
            models.Index(fields=["found_under", "-sequence"], name="publication_by_found_under"),
            models.Index(fields=["attribution", "-sequence"], name="publication_by_attribution"),
            models.Index(fields=["language", "-sequence"], name="publication_by_language"),
            models.Index(fields=["origin", "-sequence"], name="publication_by_origin"),
            # Facets are counted from it alone, in its order (claims.facets).
            models.Index(
                fields=[
                    *("found_under", "attribution", "origin", "language", "withdrawn"),
                    *("claimed_on", "first_published_at"),
                ],
                name="publication_facets",
            ),
            models.Index(fields=["publisher", "rating_as_published"], name="publication_by_label"),
            # Own fact-checks have no address at another publisher.
            models.Index(
                fields=["review_url"], condition=~Q(review_url=""), name="publication_by_review_url"
            ),
        ]
        constraints: ClassVar[list[models.BaseConstraint]] = [
            models.CheckConstraint(
                name="publication_has_a_known_origin", condition=Q(origin__in=["own", "partner"])
            ),
            models.CheckConstraint(
                name="publication_is_of_its_revision", condition=Q(sequence=models.F("revision"))
            ),
        ]

    def __str__(self) -> str:
        return self.title

    def get_absolute_url(self) -> str:
        return reverse("claim", args=[self.slug])


class LabelQuerySet(models.QuerySet["Label"]):
    def with_counts(self) -> LabelQuerySet:
        """Labels with `uses`, the number of published fact-checks that carry each."""
        carrying = (
            Publication.objects.filter(
                publisher=models.OuterRef("publisher"),
                rating_as_published=models.OuterRef("text"),
                withdrawn=False,
            )
            .order_by()
            .values("publisher")
        )
        counted = models.Subquery(carrying.annotate(uses=models.Count("pk")).values("uses"))
        return self.annotate(uses=Coalesce(counted, 0))


class Label(models.Model):
    """A publisher's own words for a rating. Editors say which of our ratings filters find it under; nobody guesses."""

    publisher = models.ForeignKey(Publisher, models.PROTECT, related_name="labels")
    text = models.CharField("label", max_length=500)
    rating = models.CharField(
        "our rating",
        max_length=60,
        blank=True,
        help_text="For filters only: it is never shown as our finding. Empty where none of ours says the same.",
    )

    objects = LabelQuerySet.as_manager()

    class Meta:
        ordering = ["publisher", "text"]
        constraints: ClassVar[list[models.BaseConstraint]] = [
            models.UniqueConstraint(
                fields=["publisher", "text"],
                name="label_once_per_publisher",
                violation_error_message="This publisher has this label already.",
            ),
            models.CheckConstraint(
                name="label_has_words",
                condition=~Q(text=""),
                violation_error_message="A label has words.",
            ),
        ]

    def __str__(self) -> str:
        return self.text
