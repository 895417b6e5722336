from __future__ import annotations

from typing import ClassVar

from django.db import models
from django.db.models import Q

from sources.fields import FoldedField, language_tag, web_address
from sources.folding import fold


class SpeakerQuerySet(models.QuerySet["Speaker"]):
    def for_documents(self) -> SpeakerQuerySet:
        """Speakers with all that their published form shows."""
        return self.prefetch_related("aliases", "links")

    def named(self, words: str) -> Speaker | None:
        """The speaker who is known by this name, or by it as an alias; None where nobody is, or several are."""
        folded = fold(words)
        if not folded:
            return None
        known = self.filter(Q(sort_key=folded) | Q(aliases__folded=folded)).distinct()[:2]
        return known[0] if len(known) == 1 else None


class Speaker(models.Model):
    """Who made the claim: a person or an organisation. A role belongs to an appearance, not to the speaker."""

    class Kind(models.TextChoices):
        PERSON = "person", "Person"
        ORGANISATION = "organisation", "Organisation"

    slug = models.SlugField("identifier", max_length=120, unique=True)
    name = models.CharField(max_length=300)
    kind = models.CharField(max_length=12, choices=Kind)
    description = models.TextField(blank=True)
    sort_key = FoldedField(of="name")

    objects = SpeakerQuerySet.as_manager()

    class Meta:
        ordering = ["sort_key", "pk"]
        constraints: ClassVar[list[models.BaseConstraint]] = [
            models.CheckConstraint(
                name="speaker_has_a_name",
                condition=~Q(name=""),
                violation_error_message="A speaker needs a name.",
            ),
            models.CheckConstraint(
                name="speaker_has_a_known_kind",
                condition=Q(kind__in=["person", "organisation"]),
                violation_error_message="A speaker is a person or an organisation.",
            ),
        ]

    def __str__(self) -> str:
        return self.name


class SpeakerAlias(models.Model):
    """Another spelling under which documents or readers know the speaker."""

    speaker = models.ForeignKey(Speaker, models.CASCADE, related_name="aliases")
    name = models.CharField(max_length=300)
    language = models.CharField(
        max_length=35,
        blank=True,
        validators=[language_tag],
        help_text="BCP 47 tag of the spelling's language.",
    )
    position = models.PositiveSmallIntegerField(default=0)
    folded = FoldedField(of="name")

    class Meta:
        verbose_name_plural = "aliases"
        ordering = ["position", "pk"]
        constraints: ClassVar[list[models.BaseConstraint]] = [
            models.UniqueConstraint(
                fields=["speaker", "name"],
                name="alias_once_per_speaker",
                violation_error_message="The speaker already has this alias.",
            ),
            models.CheckConstraint(
                name="alias_is_not_empty",
                condition=~Q(name=""),
                violation_error_message="An alias is a name; leave the row out instead.",
            ),
        ]

    def __str__(self) -> str:
        return self.name


class SpeakerLink(models.Model):
    """An address that identifies the same person or organisation elsewhere (schema.org sameAs)."""

    speaker = models.ForeignKey(Speaker, models.CASCADE, related_name="links")
    url = models.URLField("same as", max_length=500)
    position = models.PositiveSmallIntegerField(default=0)

    class Meta:
        verbose_name = "same-as link"
        ordering = ["position", "pk"]
        constraints: ClassVar[list[models.BaseConstraint]] = [
            models.UniqueConstraint(
                fields=["url"],
                name="same_as_link_names_one_speaker",
                violation_error_message="A speaker already has this link: one address names one speaker, once.",
            ),
            web_address("speakerlink", "url"),
        ]

    def __str__(self) -> str:
        return self.url


class Topic(models.Model):
    slug = models.SlugField("identifier", max_length=120, unique=True)
    name = models.CharField(max_length=200)
    description = models.TextField(blank=True)
    sort_key = FoldedField(of="name")

    class Meta:
        ordering = ["sort_key", "pk"]
        constraints: ClassVar[list[models.BaseConstraint]] = [
            models.CheckConstraint(
                name="topic_has_a_name",
                condition=~Q(name=""),
                violation_error_message="A topic needs a name.",
            ),
        ]

    def __str__(self) -> str:
        return self.name
