from __future__ import annotations

from typing import ClassVar

from django.db import models
from django.db.models import Q

from sources.fields import web_address
from sources.models import Publisher

CC_BY = "https://creativecommons.org/licenses/by/4.0/"


class SiteManager(models.Manager["Site"]):
    def current(self) -> Site:
        """The one row; a server that was started empty has it from a migration."""
        return self.select_related("publisher").get(pk=1)


class Site(models.Model):
    """Who runs this database. One row."""

    id = models.PositiveSmallIntegerField(primary_key=True, default=1, editable=False)
    name = models.CharField(max_length=200)
    publisher = models.ForeignKey(
        Publisher,
        models.PROTECT,
        null=True,
        blank=True,
        related_name="+",
        help_text="The organisation that publishes the fact-checks made here.",
    )
    licence = models.URLField(default=CC_BY, help_text="Licence of the verdicts.")
    contact = models.TextField(blank=True, help_text="How readers reach the newsroom. Shown publicly.")
    organisation = models.TextField(
        blank=True,
        help_text="Who we are: legal form, owners, who decides what is published, the editors and their work so far. "
        "Markdown, shown publicly.",
    )
    funding = models.TextField(blank=True, help_text="Who pays for the work. Markdown, shown publicly.")
    corrections_policy = models.TextField(
        blank=True, help_text="How errors are corrected. Markdown, shown publicly."
    )
    seeds = models.TextField(
        "about the seeds",
        blank=True,
        help_text="How the fact-checks that were loaded from seed files were chosen, and what they are not. "
        "Markdown, shown publicly on a page of its own.",
    )

    objects = SiteManager()

    class Meta:
        verbose_name_plural = "site"
        constraints: ClassVar[list[models.BaseConstraint]] = [
            models.CheckConstraint(
                name="one_site",
                condition=Q(id=1),
                violation_error_message="There is one site; change it instead of adding another.",
            ),
            models.CheckConstraint(
                name="site_has_a_name_and_a_licence",
                condition=~Q(name="") & ~Q(licence=""),
                violation_error_message="The site needs a name and the address of a licence.",
            ),
            web_address("site", "licence"),
        ]

    def __str__(self) -> str:
        return self.name
