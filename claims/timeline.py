"""The drawing of who said what when: one lane for each speaker, one column for each date. Pure.

Columns stand in the order of time and not to scale; how far apart two of them are is said in words. A date that is
known only to the week, month or year is a column of its own, which stands where its period begins. All measures are
whole pixels of the finished drawing. No two texts and no two marks touch, however long a name is.
"""

import datetime as dt
import unicodedata
from collections import defaultdict
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from itertools import pairwise

from claims.printed import MONTHS, counted

NOBODY = "No named speaker"

SMALL, NAME = 12, 14  # sizes of type; static/css/timeline.css sets the same
LINE, NAME_LINE = 15, 18
RADIUS = 12
STEP = 28  # what a mark takes, with the space to the next one
LONG = 40  # how long the mark of a week, a month or a year is
LEAST, EASY, MOST = 46, 64, 220  # a column: the narrowest, one that need not be narrow, the widest
PAD = 10
FULL_MONTHS = 92  # from here a column has room for "10 September"

WIDEST = frozenset("MW@%—…")
NARROWEST = frozenset("iIjltfr.,:;'’!|()[] -\u00a0")


@dataclass(frozen=True, slots=True)
class Span:
    """The days among which something was said: one day, or all of a week, a month or a year."""

    first: dt.date
    last: dt.date
    precision: str


@dataclass(frozen=True, slots=True)
class Point:
    """One thing that was said: by whom (None: by no named speaker), when (None: not known), and what it is called."""

    number: int
    speaker: str | None
    name: str
    span: Span | None
    inferred: bool
    label: str


@dataclass(frozen=True, slots=True)
class Text:
    x: int
    y: int
    text: str


@dataclass(frozen=True, slots=True)
class Mark:
    """A mark with its number: `left`, `top`, `width` and `height` are its shape, `x` and `y` the foot of its number."""

    number: int
    kind: str
    label: str
    left: int
    top: int
    width: int
    height: int
    x: int
    y: int


@dataclass(frozen=True, slots=True)
class Line:
    x1: int
    y1: int
    x2: int
    y2: int


@dataclass(frozen=True, slots=True)
class Lane:
    top: int
    name: str
    lines: list[Text]


@dataclass(frozen=True, slots=True)
class Drawing:
    """What a template writes down as SVG. `too_wide`: the drawing is wider than the room that it was made for."""

    width: int
    height: int
    too_wide: bool
    spans: list[Span | None]
    lanes: list[Lane]
    dates: list[Text]
    gaps: list[Text]
    columns: list[Line]
    axis: list[Line]
    marks: list[Mark]


def span(date: str, precision: str) -> Span:
    """The days that a date of the document stands for, as far as it is known."""
    on = dt.date.fromisoformat(date)
    match precision:
        case "year":
            return Span(on.replace(month=1, day=1), on.replace(month=12, day=31), precision)
        case "month":
            later = on.replace(day=28) + dt.timedelta(days=4) if on < dt.date(9999, 12, 1) else None
            last = later - dt.timedelta(days=later.day) if later else dt.date.max
            return Span(on.replace(day=1), last, precision)
        case "week":
            monday = on - dt.timedelta(days=on.weekday())
            return Span(monday, monday + dt.timedelta(days=min(6, (dt.date.max - monday).days)), precision)
        case _:
            return Span(on, on, "day")


def in_time(found: Span | None) -> tuple[bool, dt.date, int]:
    """The order of columns: by the first day, the longer period before the shorter, what is not known last."""
    if found is None:
        return (True, dt.date.max, 0)
    return (False, found.first, -(found.last - found.first).days)


def speakers(said: Iterable[tuple[str | None, str, Span | None]]) -> list[str | None]:
    """The speakers in the order of their lanes: who spoke first stands first, and nobody in particular last."""
    first: dict[str | None, tuple[tuple[bool, dt.date, int], str]] = {}
    for speaker, name, found in said:
        here = (in_time(found), name.casefold())
        first[speaker] = min(first.get(speaker, here), here)
    return sorted(first, key=lambda speaker: (speaker is None, first[speaker], speaker or ""))


def gap(before: Span, after: Span) -> list[str]:
    """How far two columns next to each other are apart, in phrases; nothing where one follows on the other.

    Between periods it is what lies between them at least.
    """
    days = (after.first - before.last).days
    exact = before.precision == after.precision == "day"
    if days <= 1:
        return []
    if days >= 1000:
        years = after.first.year - before.last.year
        years -= (after.first.month, after.first.day) < (before.last.month, before.last.day)
        return [counted(years, "year"), "or more"]
    return [counted(days, "day")] if exact else [counted(days, "day"), "or more"]


def date_lines(found: Span | None, *, full: bool) -> list[str]:
    """A date over its column, no more precise than it is known; `full`: there is room for the names of months."""
    if found is None:
        return ["date", "not", "known"]
    month = MONTHS[found.first.month - 1] if full else MONTHS[found.first.month - 1][:3]
    match found.precision:
        case "year":
            return [f"{found.first.year}"]
        case "month":
            return [month, f"{found.first.year}"]
        case "week":
            return ["week of", f"{found.first.day} {month}", f"{found.first.year}"]
        case _:
            return [f"{found.first.day} {month}", f"{found.first.year}"]


def measure(text: str, size: int) -> float:
    """How wide a text is at most, in pixels, in any of the faces that a page may be set in."""
    return sum(map(_advance, text)) * size


def _advance(character: str) -> float:
    if unicodedata.combining(character):
        return 0
    if unicodedata.east_asian_width(character) in "WF" or ord(character) > 0xFFFF:
        return 1.1
    if character in WIDEST:
        return 0.96
    if character in NARROWEST:
        return 0.36
    if character.isupper() or character in "mw":
        return 0.84 if character in "mGOQ" else 0.76
    return 0.58


def shortened(text: str, *, width: int, size: int) -> str:
    """As much of the text as fits, with a mark of omission where it is not all."""
    if measure(text, size) <= width:
        return text
    while text and measure(f"{text}…", size) > width:
        text = text[:-1]
    return f"{text.rstrip()}…"


def wrapped(text: str, *, width: int, lines: int, size: int) -> list[str]:
    """The text in at most so many lines, each of which fits; what is left over is cut off at the end."""
    words = text.split() or [""]
    made: list[str] = []
    while words and len(made) < lines:
        line = words.pop(0)
        while words and measure(f"{line} {words[0]}", size) <= width:
            line += f" {words.pop(0)}"
        made.append(line)
    if words:
        made[-1] = " ".join([made[-1], *words])
    return [shortened(line, width=width, size=size) for line in made]


def draw(points: Sequence[Point], *, room: int, names: int) -> Drawing:
    """The drawing for `room` pixels; `names` of them at the left are for the names, or 0: names stand over the lanes.

    Where the columns do not fit however narrow they are, the drawing is wider than its room.
    """
    spans = sorted({point.span for point in points}, key=in_time)
    share = (room - names) // max(1, len(spans))
    pitch = min(MOST, share) if share >= LEAST else EASY
    width = names + pitch * len(spans)
    middle = {found: names + pitch * place + pitch // 2 for place, found in enumerate(spans)}
    heads = {found: date_lines(found, full=pitch >= FULL_MONTHS) for found in spans}
    head = max((len(lines) for lines in heads.values()), default=0) * LINE
    dates = [
        Text(middle[found], head - (len(lines) - 1 - at) * LINE - 3, line)
        for found, lines in heads.items()
        for at, line in enumerate(lines)
    ]
    rule = head + LINE
    axis, gaps = _axis(spans, middle, at=rule, pitch=pitch)
    top = max([rule, *(text.y for text in gaps)]) + PAD
    lanes, marks = _lanes(points, middle, top=top, pitch=pitch, names=names, room=room)
    height = max([top, *(mark.top + mark.height for mark in marks), *(_foot(lane) for lane in lanes)]) + PAD
    return Drawing(
        width=max(width, room),
        height=height,
        too_wide=width > room,
        spans=spans,
        lanes=lanes,
        dates=dates,
        gaps=gaps,
        columns=[Line(x, rule, x, height) for x in middle.values()],
        axis=axis,
        marks=marks,
    )


def _axis(
    spans: Sequence[Span | None], middle: dict[Span | None, int], *, at: int, pitch: int
) -> tuple[list[Line], list[Text]]:
    """The line from column to column, and the words that stand in it where it leaps; none to what has no date."""
    lines, texts = [], []
    for before, after in pairwise(spans):
        if before is None or after is None:
            continue
        left, right = middle[before], middle[after]
        words = [
            line
            for phrase in gap(before, after)
            for line in wrapped(phrase, width=pitch - 2, lines=2, size=SMALL)
        ]
        if not words:
            lines.append(Line(left, at, right, at))
            continue
        centre = (left + right) // 2
        half = min(int(measure(words[0], SMALL)) // 2 + 2, pitch // 2 - 4)
        lines += [Line(left, at, centre - half, at), Line(centre + half, at, right, at)]
        texts += [Text(centre, at + 4 + number * LINE, word) for number, word in enumerate(words)]
    return lines, texts


def _lanes(
    points: Sequence[Point], middle: dict[Span | None, int], *, top: int, pitch: int, names: int, room: int
) -> tuple[list[Lane], list[Mark]]:
    """The lanes from top to bottom; marks on one date stand beside and under each other, in their order."""
    called = {point.speaker: point.name for point in points}
    cells: dict[tuple[str | None, Span | None], list[Point]] = defaultdict(list)
    for point in points:
        cells[point.speaker, point.span].append(point)
    lanes, marks = [], []
    for speaker in speakers((point.speaker, point.name, point.span) for point in points):
        lines = wrapped(called[speaker], width=(names or room) - PAD, lines=2, size=NAME)
        beside = 0 if names else len(lines) * NAME_LINE + 2
        # Beside its lane a name stands level with the first marks of it.
        foot = top + PAD + (RADIUS + NAME // 3 if names else NAME)
        placed = [Text(0, foot + at * NAME_LINE, line) for at, line in enumerate(lines)]
        lanes.append(Lane(top, called[speaker], placed))
        here = [
            mark
            for (owner, found), cell in cells.items()
            if owner == speaker
            for mark in _stack(cell, at=middle[found], top=top + PAD + beside, pitch=pitch)
        ]
        marks += here
        top = max([_foot(lanes[-1]), *(mark.top + mark.height for mark in here)]) + PAD
    return lanes, sorted(marks, key=lambda mark: mark.number)


def _foot(lane: Lane) -> int:
    return max(text.y for text in lane.lines) + NAME // 3


def _stack(points: Sequence[Point], *, at: int, top: int, pitch: int) -> list[Mark]:
    wide = LONG if points[0].span and points[0].span.precision != "day" else 2 * RADIUS
    step = wide + STEP - 2 * RADIUS
    abreast = max(1, (pitch - 4) // step)
    marks = []
    for place, point in enumerate(points):
        row, column = divmod(place, abreast)
        in_row = min(abreast, len(points) - row * abreast)
        left = at - (in_row * step - (step - wide)) // 2 + column * step
        y = top + row * STEP
        kind = "undated" if point.span is None else "inferred" if point.inferred else "given"
        marks.append(
            Mark(point.number, kind, point.label, left, y, wide, 2 * RADIUS, left + wide // 2, y + RADIUS + 4)
        )
    return marks
