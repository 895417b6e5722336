"""What the taking of one review needs, ready to be written: its body as canonical JSON, and its columns. Pure."""

from dataclasses import dataclass
from typing import Any

from claims.canonical import canonical_quick, digest
from claims.columns import columns
from claims.partners.body import Review, partner_body

# Of a publication, in the order in which an item has their values. The same for every partner's fact-check.
COLUMNS = (
    *("slug", "origin", "title", "text", "language", "withdrawn", "claimed_on", "reviewed_on", "rating"),
    *("attribution", "review_url", "rating_as_published", "claimant", "claimant_folded", "search_text"),
)
_LABEL = COLUMNS.index("rating_as_published")


@dataclass(frozen=True, slots=True)
class Item:
    """A review as it will stand here; `publisher` is the identifier of its publisher's row."""

    slug: str
    publisher: str
    body: str
    body_digest: str
    columns: tuple[Any, ...]

    @property
    def label(self) -> str:
        """The publisher's own words for the rating; empty where it has none."""
        found: str = self.columns[_LABEL]
        return found


def item(review: Review, *, publisher: dict[str, Any]) -> Item:
    """The item of a review; `publisher` as claims.partners.body has it."""
    body = partner_body(review, publisher=publisher)
    text, found = canonical_quick(body), columns(body)
    return Item(
        slug=body["id"],
        publisher=publisher["id"],
        body=text,
        body_digest=digest(text),
        columns=tuple(found[name] for name in COLUMNS),
    )
