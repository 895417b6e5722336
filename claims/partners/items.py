"""What the taking of one review needs, ready to be written: its body as canonical JSON, and its columns. Pure."""

from collections.abc import Collection
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
    text = canonical_quick(body)
    return _item(body, text, digest(text))


def new_item(review: Review, *, publisher: dict[str, Any], known: Collection[int]) -> Item | None:
    """The same, but None where its body is `known` already, by what `body_mark` makes of the digest.

    A body names its review, so that no other can have its digest; the columns are what costs most.
    """
    body = partner_body(review, publisher=publisher)
    text = canonical_quick(body)
    made = digest(text)
    return None if body_mark(made) in known else _item(body, text, made)


def _item(body: dict[str, Any], text: str, body_digest: str) -> Item:
    found = columns(body)
    return Item(
        slug=body["id"],
        publisher=body["publisher"]["id"],
        body=text,
        body_digest=body_digest,
        columns=tuple(found[name] for name in COLUMNS),
    )


def body_mark(body_digest: str) -> int:
    """What stands for a body in memory: eight bytes of its digest."""
    return int(body_digest[:16], 16)
