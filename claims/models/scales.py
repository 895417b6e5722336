from __future__ import annotations

from typing import ClassVar

from django.core.exceptions import ValidationError
from django.db import models
from django.db.models import F, Q


class MethodologyQuerySet(models.QuerySet["Methodology"]):
    def for_documents(self) -> MethodologyQuerySet:
        """Methodologies with all that their published form shows."""
        return self.select_related("scale").prefetch_related("scale__ratings", "attribution_findings")


class Methodology(models.Model):
    """The scale and rules a verdict was made under; a verdict keeps the version it was made under."""

    version = models.SlugField(max_length=40, unique=True)
    title = models.CharField(max_length=200)
    rules = models.TextField(help_text="Markdown. Shown publicly.")
    asks_two_sources = models.BooleanField(
        default=True, help_text="A verdict rests on evidence from two sources, or says why one is enough."
    )
    asks_both_sides = models.BooleanField(
        default=True, help_text="A verdict cites evidence for and against, or says why there is none."
    )
    asks_reply = models.BooleanField(
        default=True, help_text="Who made the claim was asked for a comment, or the verdict says why not."
    )

    objects = MethodologyQuerySet.as_manager()

    class Meta:
        verbose_name_plural = "methodologies"
        ordering = ["version"]
        constraints: ClassVar[list[models.BaseConstraint]] = [
            models.CheckConstraint(
                name="methodology_states_its_rules",
                condition=~Q(title="") & ~Q(rules=""),
                violation_error_message="A methodology needs a title and its rules: readers see both.",
            ),
        ]

    def __str__(self) -> str:
        return f"{self.title} (version {self.version})"

    @property
    def checklist(self) -> list[str]:
        """What a verdict under this methodology does, or says why not, before its second read."""
        asked = {
            "two-sources": self.asks_two_sources,
            "both-sides": self.asks_both_sides,
            "reply": self.asks_reply,
        }
        return [name for name, is_asked in asked.items() if is_asked]


class RatingScale(models.Model):
    """The numbers of one methodology's veracity ratings; higher is truer, as ClaimReview readers expect."""

    methodology = models.OneToOneField(Methodology, models.CASCADE, related_name="scale")
    worst = models.PositiveSmallIntegerField(default=1)
    best = models.PositiveSmallIntegerField(default=5)

    class Meta:
        constraints: ClassVar[list[models.BaseConstraint]] = [
            models.CheckConstraint(
                name="scale_runs_upwards",
                condition=Q(best__gt=F("worst")),
                violation_error_message="The scale is reversed: its best value must be greater than its worst.",
            ),
            models.CheckConstraint(
                name="scale_begins_at_one_or_more",
                condition=Q(worst__gte=1),
                violation_error_message="The scale's worst value must be 1 or more.",
            ),
        ]

    def __str__(self) -> str:
        return f"{self.worst} to {self.best}"


class Rating(models.Model):
    """One value of the veracity scale; without a number it stands off the scale and exports none."""

    scale = models.ForeignKey(RatingScale, models.CASCADE, related_name="ratings")
    slug = models.SlugField("identifier", max_length=60)
    label = models.CharField(max_length=100)
    value = models.PositiveSmallIntegerField(null=True, blank=True, help_text="Empty: off the numeric scale.")
    definition = models.TextField(help_text="Shown publicly.")
    position = models.PositiveSmallIntegerField(default=0)

    class Meta:
        ordering = ["scale", "position", "pk"]
        constraints: ClassVar[list[models.BaseConstraint]] = [
            models.UniqueConstraint(
                fields=["scale", "slug"],
                name="rating_once_per_scale",
                violation_error_message="The scale already has a rating with this identifier.",
            ),
            models.UniqueConstraint(
                fields=["scale", "value"],
                name="rating_value_once_per_scale",
                violation_error_message="The scale already has a rating with this number.",
            ),
            models.CheckConstraint(
                name="rating_is_defined",
                condition=~Q(label="") & ~Q(definition=""),
                violation_error_message="A rating needs a label and a public definition.",
            ),
        ]

    def __str__(self) -> str:
        return self.label

    def clean(self) -> None:
        if self.value is not None and not self.scale.worst <= self.value <= self.scale.best:
            raise ValidationError({"value": f"The scale runs from {self.scale.worst} to {self.scale.best}."})


class AttributionFinding(models.Model):
    """One answer to the question whether this speaker said it in these words."""

    methodology = models.ForeignKey(Methodology, models.CASCADE, related_name="attribution_findings")
    slug = models.SlugField("identifier", max_length=60)
    label = models.CharField(max_length=100)
    definition = models.TextField(help_text="Shown publicly.")
    position = models.PositiveSmallIntegerField(default=0)

    class Meta:
        ordering = ["methodology", "position", "pk"]
        constraints: ClassVar[list[models.BaseConstraint]] = [
            models.UniqueConstraint(
                fields=["methodology", "slug"],
                name="attribution_once_per_methodology",
                violation_error_message="The methodology already has a finding with this identifier.",
            ),
            models.CheckConstraint(
                name="attribution_is_defined",
                condition=~Q(label="") & ~Q(definition=""),
                violation_error_message="An attribution finding needs a label and a public definition.",
            ),
        ]

    def __str__(self) -> str:
        return self.label
