"""Paging by the record's sequence: newest first, and a page's address keeps its meaning while new entries arrive."""

import re
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

from django.db.models import Exists, QuerySet

LARGEST_SEQUENCE = 2**63 - 1


@dataclass(frozen=True, slots=True)
class Page:
    """Rows in falling sequence; `next_before` and `previous_after` lead to older and newer rows, or are None."""

    rows: Sequence[Any]
    next_before: int | None
    previous_after: int | None


def sequence_of(text: str) -> int | None:
    """The sequence that a parameter names, or None when it is not a whole number that a record can have."""
    if not re.fullmatch(r"[0-9]{1,19}", text, re.ASCII) or int(text) > LARGEST_SEQUENCE:
        return None
    return int(text)


def page_of(
    queryset: QuerySet[Any], *, before: int | None = None, after: int | None = None, size: int
) -> Page:
    """At most `size` rows: the newest ones, or those next to (and without) the sequence `before` or `after`.

    Needs model rows with a field `sequence`; any order of the queryset is replaced. One query, whatever the place.
    Raises ValueError when both places are given or the size is below 1.
    """
    if before is not None and after is not None:
        raise ValueError("A page lies before a sequence or after one, not both.")
    if size < 1:
        raise ValueError("A page has room for at least one row.")
    if after is not None:
        behind = queryset.order_by().filter(sequence__lte=after)
        found = _rows(queryset.filter(sequence__gt=after).order_by("sequence"), behind=behind, size=size)
        rows = found[:size][::-1]
        return _page(rows, newer=len(found) > size, older=bool(rows) and rows[0].is_passed)
    if before is not None:
        behind = queryset.order_by().filter(sequence__gte=before)
        found = _rows(queryset.filter(sequence__lt=before).order_by("-sequence"), behind=behind, size=size)
        rows = found[:size]
        return _page(rows, newer=bool(rows) and rows[0].is_passed, older=len(found) > size)
    found = list(queryset.order_by("-sequence")[: size + 1])
    return _page(found[:size], newer=False, older=len(found) > size)


def _rows(queryset: QuerySet[Any], *, behind: QuerySet[Any], size: int) -> list[Any]:
    # Whether rows lie on the other side is asked within the same query, so that a link never leads to nothing.
    return list(queryset.annotate(is_passed=Exists(behind))[: size + 1])


def _page(rows: list[Any], *, newer: bool, older: bool) -> Page:
    return Page(
        rows=rows,
        next_before=rows[-1].sequence if older else None,
        previous_after=rows[0].sequence if newer else None,
    )
