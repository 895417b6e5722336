"""Small parts of the desk's forms."""

import pytest

from claims.admin.forms import number

NUMBERS = [
    ("0", 0),
    ("12", 12),
    ("007", 7),
    (str(2**63 - 1), 2**63 - 1),
    # One more than any row can have.
    (str(2**63), None),
    # Python itself refuses to read so many digits.
    ("9" * 5000, None),
    ("", None),
    ("-1", None),
    ("+1", None),
    (" 1", None),
    ("1.0", None),
    ("1_000", None),
    ("²", None),
    ("٣", None),
]


@pytest.mark.parametrize(("text", "found"), NUMBERS, ids=[text[:20] for text, _ in NUMBERS])
def test_the_number_of_a_request(text: str, found: int | None) -> None:
    assert number(text) == found
