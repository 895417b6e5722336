"""Findings over time: what the drawing and its table say, whatever there is to draw."""

import datetime as dt
from itertools import pairwise

import pytest
from hypothesis import given
from hypothesis import strategies as st

from claims.chart import HIGH, LEFT, MOST_COLUMNS, MOST_SERIES, Chart, Drawing, Kind, chart

KINDS = [Kind("false", "False", "against", "circle-cross"), Kind("true", "True", "for", "circle-tick")]
MANY = [Kind(f"label-{number}", f"Label {number}") for number in range(12)]
Counts = list[tuple[dt.date | None, str, int]]


def drawn(counts: Counts, kinds: list[Kind] = KINDS) -> Chart:
    made = chart(counts, kinds, rest="Other findings")
    assert made is not None
    return made


def test_nothing_with_a_date_is_no_chart() -> None:
    assert chart([], KINDS, rest="Other") is None
    assert chart([(None, "false", 3)], KINDS, rest="Other") is None


def test_few_months_have_a_column_each() -> None:
    made = drawn([(dt.date(2022, 12, 31), "false", 2), (dt.date(2023, 2, 1), "true", 1), (None, "true", 4)])
    assert (made.by, made.total, made.undated, made.gaps) == ("month", 3, 4, False)
    assert [(row.period, row.total, row.numbers) for row in made.rows] == [
        ("December 2022", 2, [2, 0]),
        ("February 2023", 1, [0, 1]),
    ]
    assert [(one.word, one.tone, one.total) for one in made.series] == [
        ("False", "against", 2),
        ("True", "for", 1),
    ]
    assert made.remarks == "4\u00a0fact-checks without that date stand in no column."
    assert made.name == "3\u00a0fact-checks by month and finding, as in the table below"


def test_many_months_are_years() -> None:
    made = drawn([(dt.date(2019, 1, 1), "false", 2), (dt.date(2022, 1, 1), "false", 1)])
    assert (made.by, made.gaps) == ("year", False)
    assert [row.period for row in made.rows] == ["2019", "2022"]
    assert [tick.text for tick in dict(made.drawings)["wide"].periods] == ["2019", "2020", "2021", "2022"]


def test_years_far_apart_have_no_columns_between_them() -> None:
    made = drawn([(dt.date(1701, 1, 1), "false", 2), (dt.date(2022, 1, 1), "false", 1)])
    assert made.gaps
    assert [row.period for row in made.rows] == ["1701", "2022"]


def test_what_is_older_than_there_are_columns_stands_in_the_first() -> None:
    made = drawn([(dt.date(1900 + 3 * number, 1, 1), "false", 1) for number in range(MOST_COLUMNS + 4)])
    assert made.rows[0].period == "1912 and before"
    assert made.rows[0].total == 5
    assert made.total == MOST_COLUMNS + 4


def test_too_many_findings_are_drawn_as_one_and_the_most_frequent_alone() -> None:
    day = dt.date(2022, 1, 1)
    made = drawn([(day, kind.id, 20 - number) for number, kind in enumerate(MANY)], MANY)
    assert [one.word for one in made.series] == [
        *(f"Label {number}" for number in range(6)),
        "Other findings",
    ]
    assert made.series[-1].total == sum(20 - number for number in range(6, 12))
    assert len({one.pattern for one in made.series}) == MOST_SERIES


def test_a_finding_without_a_word_is_among_the_others() -> None:
    made = drawn([(dt.date(2022, 1, 1), "unheard-of", 1), (dt.date(2022, 1, 1), "true", 1)])
    assert [(one.word, one.total) for one in made.series] == [("True", 1), ("Other findings", 1)]


def overlaps(drawing: Drawing) -> bool:
    places = [(part.x, part.y, part.x + part.width, part.y + part.height) for part in drawing.parts]
    return any(
        a[0] < b[2] and b[0] < a[2] and a[1] < b[3] and b[1] < a[3]
        for number, a in enumerate(places)
        for b in places[number + 1 :]
    )


@given(
    counts=st.lists(
        st.tuples(
            st.none() | st.dates(dt.date(1500, 1, 1), dt.date(9999, 12, 31)),
            st.sampled_from([kind.id for kind in MANY] + ["unheard-of"]),
            st.integers(1, 100_000),
        ),
        max_size=60,
    ),
    near=st.booleans(),
)
def test_nothing_is_lost_and_everything_has_its_room(counts: Counts, near: bool) -> None:
    if near:
        counts = [
            (day and day.replace(year=2000 + day.year % 3), *rest) for day, *rest in counts if leapless(day)
        ]  # type: ignore[misc]
    made = chart(counts, MANY, rest="Other")
    dated = sum(size for day, _, size in counts if day)
    if made is None:
        assert not dated
        return
    assert (made.total, made.undated) == (dated, sum(size for day, _, size in counts if not day))
    assert sum(one.total for one in made.series) == dated
    for number, one in enumerate(made.series):
        assert sum(row.numbers[number] for row in made.rows) == one.total
    assert len(made.rows) <= MOST_COLUMNS
    assert len(made.series) <= MOST_SERIES
    for _, drawing in made.drawings:
        assert not overlaps(drawing)
        for part in drawing.parts:
            assert LEFT <= part.x < part.x + part.width <= drawing.width
            assert 0 <= part.y < part.y + part.height <= drawing.base
        assert drawing.periods
        assert all(one.x < other.x for one, other in pairwise(drawing.periods))
        assert len({tick.y for tick in drawing.levels}) == len(drawing.levels)


def leapless(day: dt.date | None) -> bool:
    return day is None or (day.month, day.day) != (2, 29)


@pytest.mark.parametrize(
    ("most", "levels"),
    [
        (1, ["0", "1"]),
        (3, ["0", "1", "2", "3"]),
        (5, ["0", "2", "4"]),
        (9, ["0", "2", "4", "6", "8"]),
        (1331, ["0", "500", "1,000"]),
        (4001, ["0", "1,000", "2,000", "3,000", "4,000"]),
    ],
)
def test_the_scale_has_round_numbers_and_no_room_above_the_greatest(most: int, levels: list[str]) -> None:
    made = drawn([(dt.date(2022, 1, 1), "false", most)])
    drawing = dict(made.drawings)["wide"]
    assert [tick.text for tick in drawing.levels] == levels
    assert [part.height for part in drawing.parts] == [HIGH]


def test_what_is_known_by_the_year_alone_is_in_no_month() -> None:
    counts: Counts = [
        (dt.date(2021, 1, 1), "false", 3),
        (dt.date(2021, 1, 1), "true", 1),
        (dt.date(2021, 3, 1), "false", 4),
    ]
    alone = {(dt.date(2021, 1, 1), "false"): 2}
    made = chart(counts, KINDS, rest="Other", year_alone=alone, inferred=1)
    assert made is not None
    assert [(row.period, row.total, row.numbers) for row in made.rows] == [
        ("January 2021", 2, [1, 1]),
        ("March 2021", 4, [4, 0]),
        ("By the year alone", 2, [2, 0]),
    ]
    assert (made.total, made.year_alone) == (8, 2)
    assert made.remarks == (
        "2\u00a0fact-checks are dated by the year alone and stand in the table only. The date of 1 is inferred."
    )
    assert made.name.startswith("6\u00a0fact-checks by month")
    # One in two, and years are drawn: then a year is as precise as the drawing is.
    many = chart(counts, KINDS, rest="Other", year_alone={(dt.date(2021, 1, 1), "false"): 3})
    assert many is not None
    assert [(many.by, row.period, row.total) for row in many.rows] == [("year", "2021", 8)]
    assert many.remarks == ""
    only = chart(counts[:1], KINDS, rest="Other", year_alone={(dt.date(2021, 1, 1), "false"): 3})
    assert only is not None
    assert (only.by, only.year_alone) == ("year", 0)


@pytest.mark.parametrize("months", [1, 2, 5, 11, 12, 13, 24, 35, 36])
def test_labels_stand_in_equal_steps_from_the_first_column(months: int) -> None:
    counts: Counts = [(dt.date(2020 + (4 + n) // 12, (4 + n) % 12 + 1, 1), "false", 1) for n in range(months)]
    for _, drawing in drawn(counts).drawings:
        middles = [x for x, _ in drawing.stems]
        assert len(middles) == months
        assert drawing.periods[0].text == "May 2020"
        assert [x for x, length in drawing.stems if length == 6] == [tick.x for tick in drawing.periods]
        places = [middles.index(tick.x) for tick in drawing.periods]
        assert len({later - one for one, later in pairwise(places)}) <= 1
        assert all(
            part.x <= middle < part.x + part.width
            for part, middle in zip(drawing.parts, middles, strict=True)
        )


def test_what_is_tiny_can_be_seen() -> None:
    made = drawn([(dt.date(2022, 1, 1), "false", 100_000), (dt.date(2022, 2, 1), "true", 1)])
    for _, drawing in made.drawings:
        assert [part.height for part in drawing.parts] == [HIGH, 1]
