"""What publications are listed under: the rows of their topics, sources, publishers and relations."""

from __future__ import annotations

from typing import ClassVar

from django.db import models
from django.db.models import Q

from claims.models.record import Publication
from claims.models.speakers import Topic
from sources.models import Publisher, Source


class PublicationTopic(models.Model):
    publication = models.ForeignKey(Publication, models.CASCADE)
    topic = models.ForeignKey(Topic, models.PROTECT)

    class Meta:
        constraints: ClassVar[list[models.BaseConstraint]] = [
            models.UniqueConstraint(fields=["publication", "topic"], name="publication_topic_once"),
        ]

    def __str__(self) -> str:
        return f"{self.publication_id}: {self.topic_id}"


class PublicationSource(models.Model):
    publication = models.ForeignKey(Publication, models.CASCADE)
    source = models.ForeignKey(Source, models.PROTECT)

    class Meta:
        constraints: ClassVar[list[models.BaseConstraint]] = [
            models.UniqueConstraint(fields=["publication", "source"], name="publication_source_once"),
        ]

    def __str__(self) -> str:
        return f"{self.publication_id}: {self.source_id}"


class PublicationPublisher(models.Model):
    """Who published the fact-check, or a source in which the claim appears."""

    class Of(models.TextChoices):
        REVIEW = "review", "The fact-check"
        APPEARANCE = "appearance", "A source of the claim"

    publication = models.ForeignKey(Publication, models.CASCADE)
    publisher = models.ForeignKey(Publisher, models.PROTECT)
    of = models.CharField(max_length=10, choices=Of)

    class Meta:
        constraints: ClassVar[list[models.BaseConstraint]] = [
            models.UniqueConstraint(
                fields=["publication", "publisher", "of"], name="publication_publisher_once"
            ),
            models.CheckConstraint(
                name="publication_publisher_of_what", condition=Q(of__in=["review", "appearance"])
            ),
        ]

    def __str__(self) -> str:
        return f"{self.publication_id}: {self.publisher_id} ({self.of})"


class PublicationRelation(models.Model):
    """A relation stated in a published body; the other end is named, since it may not be public yet."""

    publication = models.ForeignKey(Publication, models.CASCADE, related_name="relations")
    to_slug = models.SlugField(max_length=120, db_index=True)
    kind = models.CharField(max_length=20)
    note = models.TextField()
    position = models.PositiveSmallIntegerField()

    class Meta:
        ordering = ["publication", "position"]
        constraints: ClassVar[list[models.BaseConstraint]] = [
            models.UniqueConstraint(fields=["publication", "position"], name="publication_relation_once"),
        ]

    def __str__(self) -> str:
        return f"{self.publication_id}: {self.kind} {self.to_slug}"
