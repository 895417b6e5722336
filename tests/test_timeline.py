"""The drawing of who said what when: order, precision, gaps, and that nothing in it touches anything else."""

import datetime as dt
from itertools import combinations, pairwise

import pytest
from hypothesis import given
from hypothesis import strategies as st

from claims.timeline import (
    EASY,
    LEAST,
    NAME,
    NOBODY,
    SMALL,
    Drawing,
    Point,
    Span,
    date_lines,
    draw,
    gap,
    in_time,
    measure,
    shortened,
    span,
    speakers,
    wrapped,
)

ROOMS = [(324, 0), (880, 212)]


@pytest.mark.parametrize(
    ("date", "precision", "first", "last"),
    [
        ("2022-10-10", "day", "2022-10-10", "2022-10-10"),
        ("2022-10-12", "week", "2022-10-10", "2022-10-16"),
        ("2022-10-31", "month", "2022-10-01", "2022-10-31"),
        ("2024-02-09", "month", "2024-02-01", "2024-02-29"),
        ("2022-05-05", "year", "2022-01-01", "2022-12-31"),
        # The calendar's own ends.
        ("9999-12-31", "month", "9999-12-01", "9999-12-31"),
        ("9999-12-30", "week", "9999-12-27", "9999-12-31"),
        ("0001-01-01", "week", "0001-01-01", "0001-01-07"),
    ],
)
def test_a_date_stands_for_all_days_that_it_may_be(date: str, precision: str, first: str, last: str) -> None:
    found = span(date, precision)
    assert (found.first.isoformat(), found.last.isoformat()) == (first, last)


def test_columns_are_in_time_and_the_longer_period_comes_first() -> None:
    dates = [
        ("2021-03-03", "year"),
        ("2022-10-01", "month"),
        ("2022-10-01", "day"),
        ("2022-10-10", "week"),
        ("2022-10-10", "day"),
    ]
    spans = [span(*date) for date in dates]
    assert sorted([None, *reversed(spans)], key=in_time) == [*spans, None]


@pytest.mark.parametrize(
    ("before", "after", "words"),
    [
        (("2022-10-11", "day"), ("2022-10-12", "day"), []),
        (("2022-10-11", "day"), ("2022-10-13", "day"), ["2 days"]),
        (("2022-10-11", "day"), ("2022-12-24", "day"), ["74 days"]),
        # Of a period nobody knows the day: what lies between is the least that it can be.
        (("2022-10-10", "week"), ("2022-12-24", "day"), ["69 days", "or more"]),
        (("2021-01-01", "year"), ("2022-10-10", "month"), ["274 days", "or more"]),
        # A day inside of the month before it, and a month after a month.
        (("2022-10-01", "month"), ("2022-10-10", "day"), []),
        (("2022-10-01", "month"), ("2022-11-01", "month"), []),
        (("1989-11-09", "day"), ("2022-11-08", "day"), ["32 years", "or more"]),
        (("1989-11-09", "day"), ("2022-11-09", "day"), ["33 years", "or more"]),
    ],
)
def test_a_gap_is_said_in_words(before: tuple[str, str], after: tuple[str, str], words: list[str]) -> None:
    assert [word.replace("\u00a0", " ") for word in gap(span(*before), span(*after))] == words


@pytest.mark.parametrize(
    ("date", "lines"),
    [
        (("2022-10-10", "day"), ["10 Oct", "2022"]),
        (("2022-10-12", "week"), ["week of", "10 Oct", "2022"]),
        (("2022-10-10", "month"), ["Oct", "2022"]),
        (("2022-10-10", "year"), ["2022"]),
    ],
)
def test_a_column_is_no_more_precise_than_its_date(date: tuple[str, str], lines: list[str]) -> None:
    assert date_lines(span(*date), full=False) == lines


def test_a_column_has_room_for_every_date() -> None:
    for month in range(1, 13):
        for precision in ("day", "week", "month", "year"):
            found = span(f"2023-{month:02}-28", precision)
            for full, room in ((False, LEAST), (True, 92)):
                assert all(measure(line, SMALL) <= room for line in date_lines(found, full=full))
    assert all(measure(line, SMALL) <= LEAST for line in date_lines(None, full=False))


def test_who_spoke_first_stands_first_and_nobody_last() -> None:
    early, late = span("2022-10-10", "day"), span("2022-10-11", "day")
    said = [
        (None, NOBODY, early),
        ("z", "Zoe", early),
        ("b", "Bo", late),
        ("a", "Al", late),
        ("b", "Bo", early),
        ("u", "Uma", None),
    ]
    assert speakers(said) == ["b", "z", "a", "u", None]


@pytest.mark.parametrize(
    ("text", "lines"),
    [
        ("Ada Quill", ["Ada Quill"]),
        ("The Permanent Council of the Valley", ["The Permanent", "Council of the…"]),
        # One word that fits nowhere, alone, first and last.
        ("Pneumonoultramicroscopicsilico", ["Pneumonoultra…"]),
        ("Pneumonoultramicroscopicsilico Council", ["Pneumonoultra…", "Council"]),
        ("The Pneumonoultramicroscopicsilico", ["The", "Pneumonoultra…"]),
        ("", [""]),
    ],
)
def test_a_name_that_is_too_long_is_wrapped_and_then_cut(text: str, lines: list[str]) -> None:
    assert wrapped(text, width=120, lines=2, size=NAME) == lines


@given(st.text(max_size=80), st.integers(30, 400))
def test_what_is_shortened_fits(text: str, width: int) -> None:
    made = shortened(text, width=width, size=NAME)
    assert measure(made, NAME) <= width
    assert made == text or made.endswith("…")


def test_marks_on_one_date_stand_beside_and_under_each_other() -> None:
    day, month = span("2022-10-10", "day"), span("2022-12-01", "month")
    points = [Point(number, "a", "Ada", day, False, "") for number in range(1, 6)]
    points += [Point(number, "a", "Ada", month, True, "") for number in (6, 7)]
    points.append(Point(8, "a", "Ada", None, False, ""))
    drawing = draw(points, room=212 + 3 * LEAST, names=212)
    places = [(mark.left, mark.top) for mark in drawing.marks]
    assert [mark.kind for mark in drawing.marks] == ["given"] * 5 + ["inferred"] * 2 + ["undated"]
    assert len({top for _, top in places[:5]}) == 5
    wide = draw(points, room=212 + 3 * 136, names=212)
    # Four abreast, and the fifth alone under their middle.
    assert [mark.top for mark in wide.marks[:5]] == [wide.marks[0].top] * 4 + [wide.marks[0].top + 28]
    assert wide.marks[4].x == wide.dates[0].x
    # A mark for a month is long, one for a day is round.
    assert [mark.width for mark in wide.marks] == [24] * 5 + [40] * 2 + [24]


@pytest.mark.parametrize(
    ("columns", "pitch", "too_wide"), [(2, 162, False), (7, LEAST, False), (8, EASY, True)]
)
def test_columns_are_as_wide_as_there_is_room(columns: int, pitch: int, too_wide: bool) -> None:
    points = [
        Point(number, None, NOBODY, span(f"2022-10-{number:02}", "day"), False, "")
        for number in range(1, columns + 1)
    ]
    drawing = draw(points, room=324, names=0)
    assert {after.x1 - before.x1 for before, after in pairwise(drawing.columns)} == {pitch}
    assert drawing.too_wide == too_wide
    assert drawing.width == max(324, columns * pitch)


NAMES = st.text(min_size=1, max_size=90) | st.just("The Permanent Mission of the Valley to the Coast " * 3)
SPANS = st.none() | st.builds(
    lambda date, precision: span(date.isoformat(), precision),
    st.dates(dt.date(1, 1, 8), dt.date(9999, 12, 20)) | st.dates(dt.date(2022, 10, 1), dt.date(2022, 12, 31)),
    st.sampled_from(["day", "day", "week", "month", "year"]),
)


@st.composite
def threads(draw_from: st.DrawFn) -> list[Point]:
    named: dict[str | None, str] = {key: draw_from(NAMES) for key in "abcd"}
    named[None] = NOBODY
    spans = draw_from(st.lists(SPANS, min_size=1, max_size=12))
    said = draw_from(
        st.lists(
            st.tuples(st.sampled_from([*named]), st.sampled_from(spans), st.booleans()),
            min_size=1,
            max_size=40,
        )
    )
    return [
        Point(number, speaker, named[speaker], found, inferred, "")
        for number, (speaker, found, inferred) in enumerate(
            sorted(said, key=lambda part: in_time(part[1])), start=1
        )
    ]


Box = tuple[float, float, float, float]


def apart(boxes: list[Box]) -> bool:
    return all(
        one[2] <= other[0] or other[2] <= one[0] or one[3] <= other[1] or other[3] <= one[1]
        for one, other in combinations(boxes, 2)
    )


def texts(drawing: Drawing) -> list[Box]:
    """Where the words of a drawing stand at most."""
    boxes = []
    for text in (*drawing.dates, *drawing.gaps):
        half = measure(text.text, SMALL) / 2
        boxes.append((text.x - half, text.y - SMALL + 2, text.x + half, text.y + 3))
    for lane in drawing.lanes:
        for text in lane.lines:
            boxes.append((text.x, text.y - NAME + 2, text.x + measure(text.text, NAME), text.y + 4))
    return boxes


@given(threads(), st.sampled_from(ROOMS))
def test_nothing_touches_and_nothing_is_lost(points: list[Point], place: tuple[int, int]) -> None:
    room, names = place
    drawing = draw(points, room=room, names=names)
    marks = [(m.left, m.top, m.left + m.width, m.top + m.height) for m in drawing.marks]
    # Every row has exactly one mark, whose number fits into it.
    assert [mark.number for mark in drawing.marks] == [point.number for point in points]
    assert all(measure(str(mark.number), SMALL) <= mark.width for mark in drawing.marks)
    # Marks and words touch neither each other nor the edge.
    assert apart([*marks, *texts(drawing)])
    for left, top, right, bottom in (*marks, *texts(drawing)):
        assert 0 <= left <= right <= drawing.width
        assert 0 <= top <= bottom <= drawing.height
    # Columns are in the order of time, each once; a mark stands in its column and lane.
    assert drawing.spans == sorted({point.span for point in points}, key=in_time)
    middles = [line.x1 for line in drawing.columns]
    assert middles == sorted(set(middles))
    column = dict(zip(drawing.spans, middles, strict=True))
    tops = [lane.top for lane in drawing.lanes]
    assert tops == sorted(set(tops))
    lane_of = dict(zip(speakers((p.speaker, p.name, p.span) for p in points), range(len(tops)), strict=True))
    for point, mark in zip(points, drawing.marks, strict=True):
        nearest = min(middles, key=lambda middle: abs(middle - mark.x))
        assert nearest == column[point.span]
        lane = lane_of[point.speaker]
        assert tops[lane] < mark.top
        assert lane + 1 == len(tops) or mark.top + mark.height < tops[lane + 1]
    # Not wider than the room where the narrowest columns fit.
    if names + LEAST * len(drawing.spans) <= room:
        assert drawing.width == room
    assert drawing.too_wide == (drawing.width > room)


def test_a_drawing_of_nothing_is_empty() -> None:
    assert draw([], room=324, names=0).marks == []


def test_a_span_is_a_column_of_its_own() -> None:
    day = dt.date(2022, 10, 10)
    assert span("2022-10-12", "week") == span("2022-10-10", "week")
    assert span("2022-10-10", "day") == Span(day, day, "day") != span("2022-10-10", "week")
