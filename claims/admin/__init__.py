"""The desk: where editors write, check and publish. Each module registers its part with the admin."""

from claims.admin import (
    claims,
    desk,
    labels,
    methodologies,
    publications,
    record,
    reference,
    suggestions,
    verdicts,
)

__all__ = [
    "claims",
    "desk",
    "labels",
    "methodologies",
    "publications",
    "record",
    "reference",
    "suggestions",
    "verdicts",
]
