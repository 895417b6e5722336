from __future__ import annotations

import hashlib
from typing import Any, ClassVar

from django.core.exceptions import ValidationError
from django.db import models
from django.db.models import Q
from django.db.models.functions import Length

from sources import quotations
from sources.dates import PastDateField, Precision, date_constraints
from sources.fields import FoldedField, language_tag, web_address

models.CharField.register_lookup(Length)


class Publisher(models.Model):
    """An organisation that puts sources out; never one that its source does not show."""

    slug = models.SlugField("identifier", max_length=120, unique=True)
    name = models.CharField(max_length=200)
    site = models.CharField(max_length=253, blank=True, help_text="Host name of its site, without www.")
    note = models.TextField(blank=True)
    sort_key = FoldedField(of="name")

    class Meta:
        ordering = ["sort_key", "pk"]
        constraints: ClassVar[list[models.BaseConstraint]] = [
            models.CheckConstraint(
                name="publisher_has_a_name",
                condition=~Q(name=""),
                violation_error_message="A publisher needs a name.",
            ),
        ]

    def __str__(self) -> str:
        return self.name


class SourceQuerySet(models.QuerySet["Source"]):
    def for_documents(self) -> SourceQuerySet:
        """Sources with all that their published form shows."""
        return self.select_related("publisher").prefetch_related("snapshots")


class Source(models.Model):
    """One citable work, with exactly what it shows: an absent title, byline or date stays absent."""

    class Kind(models.TextChoices):
        ARTICLE = "article", "Article"
        DEBATE = "debate", "Debate"
        DATASET = "dataset", "Dataset"
        LAW = "law", "Law or treaty"
        POST = "post", "Post"
        INTERVIEW = "interview", "Interview"
        IMAGE = "image", "Image"

    slug = models.SlugField("identifier", max_length=120, unique=True)
    kind = models.CharField(max_length=20, choices=Kind)
    title = models.CharField(max_length=500, blank=True, help_text="As printed; empty where none is shown.")
    publisher = models.ForeignKey(Publisher, models.PROTECT, null=True, blank=True, related_name="sources")
    byline = models.CharField(max_length=300, blank=True, help_text="As printed; empty where none is shown.")
    published_on = PastDateField(null=True, blank=True)
    published_on_precision = models.CharField(max_length=5, choices=Precision, blank=True)
    published_on_reason = models.TextField(
        blank=True, help_text="Why this date, where the source does not print it."
    )
    language = models.CharField(
        max_length=35,
        default="en",
        validators=[language_tag],
        help_text="BCP 47 tag, for example en or pt-BR.",
    )
    link = models.URLField(max_length=2000, blank=True)
    archived_at = models.URLField(
        max_length=2000, blank=True, help_text="Address of a public archive's copy."
    )
    note = models.TextField(blank=True, help_text="What a reader should notice about this source.")
    title_folded = FoldedField(of="title")

    objects = SourceQuerySet.as_manager()

    class Meta:
        ordering = ["slug"]
        constraints: ClassVar[list[models.BaseConstraint]] = [
            models.CheckConstraint(
                name="source_has_a_known_kind",
                condition=Q(kind__in=["article", "debate", "dataset", "law", "post", "interview", "image"]),
                violation_error_message="Choose the kind of the source from the list.",
            ),
            models.CheckConstraint(
                name="source_has_a_language",
                condition=~Q(language=""),
                violation_error_message="Say which language the source is in.",
            ),
            web_address("source", "link", optional=True),
            web_address("source", "archived_at", optional=True),
            *date_constraints("source", "published_on"),
        ]

    def __str__(self) -> str:
        return self.title or f"Untitled {self.get_kind_display().lower()} ({self.slug})"


class SnapshotQuerySet(models.QuerySet["Snapshot"]):
    def held(self) -> SnapshotQuerySet:
        """Snapshots whose text this server holds."""
        return self.filter(text__isnull=False)


class Snapshot(models.Model):
    """One archived text of a source. Its fingerprint never changes; its text is there or not held.

    Raises ValidationError from `clean` where text and fingerprint disagree; triggers refuse a change of the
    fingerprint or of a held text (claims.guards), because every quotation's positions rest on them.
    """

    source = models.ForeignKey(Source, models.PROTECT, related_name="snapshots")
    sha256 = models.CharField("SHA-256 of the text", max_length=64)
    length = models.PositiveIntegerField(help_text="Characters (Unicode code points) in the text.")
    # NULL says that the text is not held here, which an empty text would not.
    text = models.TextField(null=True, blank=True)  # noqa: DJ001
    file = models.CharField(max_length=255, blank=True, help_text="Name of the file in the private archive.")
    how = models.CharField(max_length=300, help_text="How the text was taken.")
    taken_at = models.DateTimeField(null=True, blank=True, help_text="When this server took in the text.")

    objects = SnapshotQuerySet.as_manager()

    class Meta:
        ordering = ["source", "pk"]
        indexes: ClassVar[list[models.Index]] = [
            # Every public answer asks which texts are held, and shall not look at the texts for that.
            models.Index(fields=["id"], condition=Q(text__isnull=False), name="snapshot_held"),
        ]
        constraints: ClassVar[list[models.BaseConstraint]] = [
            models.UniqueConstraint(
                fields=["source", "sha256"],
                name="snapshot_once_per_source",
                violation_error_message="This source already has a snapshot of exactly this text.",
            ),
            models.CheckConstraint(
                name="snapshot_fingerprint_is_whole",
                condition=Q(sha256__length=64),
                violation_error_message="A fingerprint is a SHA-256 in 64 hexadecimal digits.",
            ),
            models.CheckConstraint(
                name="snapshot_is_not_empty",
                condition=Q(length__gt=0),
                violation_error_message="A snapshot without text holds nothing.",
            ),
            models.CheckConstraint(
                name="snapshot_says_how_it_was_taken",
                condition=~Q(how=""),
                violation_error_message="Say how the snapshot was taken.",
            ),
        ]

    def __str__(self) -> str:
        return f"{self.source} ({self.sha256[:12]})"

    def clean(self) -> None:
        problem = self.text_problem()
        if problem:
            raise ValidationError(problem)

    def text_problem(self) -> str | None:
        """Why the held text is not this snapshot's, in a sentence; None where it is, or is not held."""
        if self.text is None:
            return None
        problem = quotations.text_problem(self.text)
        if problem:
            return problem
        if self._fingerprint(self.text) != self.sha256 or len(self.text) != self.length:
            return "The text does not have this snapshot's fingerprint and length."
        return None

    def _fingerprint(self, text: str) -> str:
        """Of a text that may be asked about once for each of its quotations: reckoned once."""
        known: tuple[str, str] | None = getattr(self, "_fingerprinted", None)
        if known is None or known[0] is not text:
            known = self._fingerprinted = (text, fingerprint(text))
        return known[1]


def fingerprint(text: str) -> str:
    """SHA-256 of the text's UTF-8 bytes, in lower-case hexadecimal."""
    return hashlib.sha256(text.encode()).hexdigest()


class QuotationQuerySet(models.QuerySet["Quotation"]):
    def with_owners(self) -> QuotationQuerySet:
        """Quotations with their snapshot and the claim that each belongs to."""
        return self.select_related(
            "snapshot__source", "appearance__claim", "evidence__verdict__claim"
        ).order_by("snapshot", "start", "pk")

    def of_text(self, snapshot: Snapshot) -> QuotationQuerySet:
        """The quotations of one snapshot in the order of its text, with what they belong to."""
        return (
            self.filter(snapshot=snapshot)
            .select_related("appearance__claim", "evidence__verdict__claim")
            .order_by("start", "pk")
        )


class Quotation(models.Model):
    """Exact words at [start, end) of a snapshot, with marks and context (W3C Web Annotation selectors).

    `selector` holds segments, marks, elided, prefix, suffix and level in the form of sources.quotations.
    """

    snapshot = models.ForeignKey(Snapshot, models.PROTECT, related_name="quotations")
    selector = models.JSONField()
    start = models.PositiveIntegerField(help_text="First character of the first segment.")
    end = models.PositiveIntegerField(help_text="One past the last character of the last segment.")

    objects = QuotationQuerySet.as_manager()

    class Meta:
        ordering = ["snapshot", "start", "end", "pk"]
        constraints: ClassVar[list[models.BaseConstraint]] = [
            models.CheckConstraint(
                name="quotation_is_not_empty",
                condition=Q(end__gt=models.F("start")),
                violation_error_message="A quotation holds at least one word.",
            ),
        ]

    def __str__(self) -> str:
        return " … ".join(segment["exact"] for segment in self.selector["segments"])

    @classmethod
    def of(cls, *, snapshot: Snapshot, quotation: quotations.Quotation) -> Quotation:
        """An unsaved row for a quotation that was located in, or listed for, `snapshot`."""
        selector: dict[str, Any] = quotation.as_dict()
        return cls(
            snapshot=snapshot,
            selector=selector,
            start=selector["segments"][0]["start"],
            end=selector["segments"][-1]["end"],
        )

    @property
    def words(self) -> quotations.Quotation:
        """The quotation as the pure module knows it."""
        return quotations.Quotation.from_dict(self.selector)

    def published(self) -> dict[str, Any]:
        """The form of the published document."""
        return {**self.selector, "snapshot_sha256": self.snapshot.sha256}

    def problems(self) -> list[str]:
        """Why the quotation does not hold, in sentences.

        Without the text on this server only its form is checked; a held text is trusted only as far as it has the
        snapshot's fingerprint.
        """
        snapshot, language = self.snapshot, self.snapshot.source.language
        if snapshot.text is None:
            found = quotations.check_form(self.words, language=language)
            beyond = self.end > snapshot.length
            return [problem.sentence for problem in found] + ["It ends beyond the text."] * beyond
        forged = snapshot.text_problem()
        if forged:
            return [forged]
        return [
            problem.sentence for problem in quotations.verify(snapshot.text, self.words, language=language)
        ]

    def clean(self) -> None:
        found = self.problems()
        if found:
            raise ValidationError(found)
