"""A fact-check as one row of a table: for whoever works in a spreadsheet. Pure.

A document has more than a row can hold: wordings, evidence and notices are in the JSON alone.
"""

from collections.abc import Callable, Mapping
from typing import Any

Document = Mapping[str, Any]


def _part(*path: str) -> Callable[[Document], Any]:
    """Reads a member of a member; nothing where one of them is absent."""

    def read(document: Document) -> Any:
        value: Any = document
        for name in path:
            value = (value or {}).get(name)
        return value

    return read


_COLUMNS: Mapping[str, Callable[[Document], Any]] = {
    "id": _part("id"),
    "origin": _part("origin"),
    "url": _part("live", "url"),
    "title": _part("title"),
    "claim": _part("claim"),
    "language": _part("language"),
    "speaker": _part("speaker", "name"),
    "speaker_id": _part("speaker", "id"),
    "claimed_on": _part("claimed_on", "date"),
    "claimed_on_precision": _part("claimed_on", "precision"),
    "attribution": _part("attribution", "finding"),
    "attribution_label": _part("attribution", "label"),
    "rating": _part("veracity", "rating"),
    "rating_label": _part("veracity", "label"),
    "rating_value": _part("veracity", "value"),
    "rating_worst": _part("veracity", "worst"),
    "rating_best": _part("veracity", "best"),
    "rating_as_published": _part("rating_as_published"),
    "summary": _part("summary"),
    "topics": lambda document: "; ".join(document.get("topics") or []),
    "publisher": _part("publisher", "name"),
    "publisher_site": _part("publisher", "site"),
    "review_url": _part("review_url"),
    "reviewed_on": _part("reviewed_on", "date"),
    "reviewed_on_precision": _part("reviewed_on", "precision"),
    "second_read": _part("second_read"),
    "methodology": _part("methodology"),
    "first_published_at": _part("live", "first_published_at"),
    "changed_at": _part("revision", "at"),
    "revision": _part("revision", "number"),
    "sequence": _part("revision", "sequence"),
    "body_digest": _part("revision", "body_digest"),
    "licence": _part("licence"),
}
COLUMNS = tuple(_COLUMNS)


def row(document: Document) -> list[str]:
    """The cells of a served document, in the order of COLUMNS; what is not known is an empty cell."""
    return [_cell(read(document)) for read in _COLUMNS.values()]


def _cell(value: Any) -> str:
    if isinstance(value, bool):
        return "yes" if value else "no"
    return "" if value is None else str(value)
