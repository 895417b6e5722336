"""Lists in an order of their own, on numbered sheets. Pure.

The lists of the record go by its sequence (claims.paging); a list that goes by the order of a text cannot.
"""

import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from claims.asked import query


@dataclass(frozen=True, slots=True)
class Sheet:
    """Some of a list: entries `first` to `last` of `total`, and the addresses of the sheets beside this one."""

    items: Sequence[Any]
    number: int
    sheets: int
    first: int
    last: int
    total: int
    previous: str | None
    following: str | None

    @property
    def place(self) -> str:
        """Where the sheet lies in its list: "1,021 to 1,040 of 2,293"."""
        return f"{self.first:,} to {self.last:,} of {self.total:,}"


def number_of(text: str) -> int:
    """The sheet that a parameter names; the first where it names none."""
    return max(1, int(text)) if re.fullmatch(r"[0-9]{1,9}", text, re.ASCII) else 1


def sheet(
    items: Sequence[Any], *, name: str, wanted: Mapping[str, int], size: int, path: str, fragment: str
) -> Sheet:
    """The sheet of a list that `wanted` names under the list's `name`, the last one where there are fewer.

    `wanted` has the numbers of all lists of the page: turning over one leaves the others where they are.
    """
    sheets = max(1, -(-len(items) // size))
    number = min(wanted.get(name, 1), sheets)
    at = (number - 1) * size

    def address(to: int) -> str | None:
        if not 1 <= to <= sheets:
            return None
        return place(path, {**wanted, name: to}, fragment)

    part = items[at : at + size]
    return Sheet(
        items=part,
        number=number,
        sheets=sheets,
        first=at + 1 if part else 0,
        last=at + len(part),
        total=len(items),
        previous=address(number - 1),
        following=address(number + 1),
    )


def place(path: str, wanted: Mapping[str, int], fragment: str) -> str:
    """The address of a place on a page whose lists stand at these sheets; first sheets go without saying."""
    parameters = {name: str(number) for name, number in wanted.items() if number > 1}
    return f"{path}{query(parameters)}#{fragment}"
