"""How many forms were sent in an hour: from one address, and in all."""

from typing import ClassVar

from django.db import models


class Tally(models.Model):
    """The forms of one hour. `whose` is ALL, or a keyed hash of an address and the hour; no address is kept."""

    ALL = "all"

    whose = models.CharField(max_length=64)
    hour = models.BigIntegerField(db_index=True, help_text="Whole hours since 1970, UTC.")
    sent = models.PositiveIntegerField()

    class Meta:
        verbose_name_plural = "tallies"
        constraints: ClassVar[list[models.BaseConstraint]] = [
            models.UniqueConstraint(fields=["whose", "hour"], name="tally_once_an_hour"),
        ]

    def __str__(self) -> str:
        return f"{self.sent} in hour {self.hour}"
