"""What feeds write as plain values: the quick ways say the same as the long ones."""

import unicodedata

import pytest
from hypothesis import given
from hypothesis import strategies as st

from claims.partners import texts
from claims.partners.body import Date
from sources import folding

HOSTS = [
    "checkers.example",
    "a.b",
    "a..b",
    "a_.b-c",
    "A.example",
    "1.2.3.4",
    "a.1",
    "-a.example",
    "ü.example",
]
BITS = st.text(alphabet="ab1Z/%:@!$&'()*+,;=~-._?#[]\\ \t\u00fc\"<>{}|^`", max_size=12)


@given(st.sampled_from(["http://", "https://"]), st.sampled_from(HOSTS), st.sampled_from("/?#:"), BITS)
def test_an_address_in_its_usual_form_stays_as_it_is(scheme, host, mark, rest):
    written = f"{scheme}{host}{mark}{rest}"
    assert texts._address.__wrapped__(written) == texts._address_in_parts(written)


@pytest.mark.parametrize(
    ("written", "found"),
    [
        ("2024-05-06", Date("2024-05-06")),
        ("  2024-05-06T10:00:00+02:00 ", Date("2024-05-06")),
        ("2024-05-06" + "T" * 5000, Date("2024-05-06")),
        ("2024-05-060", None),
        ("2024-05" + " " * 5000, Date("2024-05-01", "month")),
        ("2024-05" + "x" * 5000, None),
        ("2024", Date("2024-01-01", "year")),
        ("2024-02-30", None),
        ("0024-02-03", None),
        ("2024-06-02", Date("2024-06-02")),
        ("2024-06-03", None),
    ],
)
def test_a_day(written, found):
    assert texts.day(written, today="2024-06-01") == found
    assert texts.day([None, {"@value": written}], today="2024-06-01") == found


@given(st.text(max_size=80))
def test_a_text_has_nothing_that_cannot_be_printed(written):
    found = texts.plain(written)
    assert not texts._STRAY.search(found)
    assert not texts._TURNED.search(found)
    assert found == found.strip()


def test_what_is_looked_for_quickly_has_every_mark():
    marks = [
        chr(code)
        for code in range(0x300, 0x20000)
        if not 0xD800 <= code < 0xE000 and unicodedata.combining(unicodedata.normalize("NFKD", chr(code))[0])
    ]
    assert len(marks) > 900
    for mark in marks:
        assert folding._MAYBE_MARKS.search(mark * (folding.MOST_MARKS + 1)), hex(ord(mark))
