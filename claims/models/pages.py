"""Pages of partners' sites whose ClaimReview markup the partner keeps here itself, by its own key.

Private: what the public reads of them are publications, which stand on the record like any other. Here is what their
publisher sent, to be given back to it, and which publications are its own to take back.
"""

from typing import ClassVar

from django.db import models
from django.db.models import Q


class MarkupPageQuerySet(models.QuerySet["MarkupPage"]):
    def of_site(self, site: str) -> "MarkupPageQuerySet":
        """The pages of one host, in the order in which they came."""
        return self.filter(site=site).order_by("pk")

    def with_markups(self) -> "MarkupPageQuerySet":
        """Pages with their markups, in two queries however many there are."""
        return self.prefetch_related("markups")


class MarkupPage(models.Model):
    """One page of a partner's site, with what its publisher says of it as a whole."""

    identifier = models.SlugField(max_length=120, unique=True)
    url = models.CharField("address", max_length=2000)
    site = models.CharField("host without www.", max_length=253, db_index=True)
    # JSON in ASCII, as its publisher sent it.
    sent = models.TextField()

    objects = MarkupPageQuerySet.as_manager()

    class Meta:
        verbose_name = "page of a partner"
        verbose_name_plural = "pages of partners"
        constraints: ClassVar[list[models.BaseConstraint]] = [
            models.CheckConstraint(
                name="markup_page_has_an_address", condition=~Q(url="") & ~Q(site="") & ~Q(identifier="")
            ),
        ]

    def __str__(self) -> str:
        return self.url


class Markup(models.Model):
    """One ClaimReview of a page: the publication that it became, and the body that stood on the record then."""

    page = models.ForeignKey(MarkupPage, models.CASCADE, related_name="markups")
    position = models.PositiveIntegerField()
    # A fact-check is kept on one page.
    slug = models.SlugField("identifier of the publication", max_length=120, unique=True)
    body_digest = models.CharField(max_length=64)
    sent = models.TextField()

    class Meta:
        ordering = ["page", "position"]
        constraints: ClassVar[list[models.BaseConstraint]] = [
            models.UniqueConstraint(fields=["page", "position"], name="markup_has_its_place_on_a_page"),
        ]

    def __str__(self) -> str:
        return self.slug
