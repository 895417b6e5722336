"""The drawing of findings over time: a column for each month or year, its parts stacked by finding. Pure.

Each part has a pattern of its own beside its tone, and the key beside the drawing gives both their word: no finding is
told by colour alone. The table that stands with the drawing has every number of it. All measures are whole pixels of
the finished drawing; there is one for a narrow page and one for a wide one.
"""

import datetime as dt
from collections import Counter
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass

from claims.printed import MONTHS, counted

# A drawing has room for so many columns; what is older than the newest of them stands in the first.
MOST_COLUMNS = 36
# So many findings have a part of their own; the others are drawn as one.
MOST_SERIES = 7
WIDTHS = {"narrow": 324, "wide": 600}
TOP, HIGH, FOOT, LEFT = 12, 160, 26, 44
GAP, WIDEST = 3, 40
# A drawing by month leaves out what is known by the year alone; where that is more than one in so many, it is by year.
ONE_IN = 4
# The scale has so many lines above the base at most.
MOST_LEVELS = 4
# Labels stand below every so many columns, the first among them.
EVERY_MONTHS = (1, 2, 3, 4, 6, 12, 24)
EVERY_YEARS = (1, 2, 5, 10, 20)
SHORT_STEM, LONG_STEM = 3, 6
YEAR_ALONE = "By the year alone"
DIGIT = 8  # what a character of a period takes, at the size that static/css/chart.css sets
PATTERNS = ("solid", "rising", "dots", "level", "crossed", "falling", "empty")
REST = "rest"

# A year and a month, or a year alone (month 0).
Period = tuple[int, int]


@dataclass(frozen=True, slots=True)
class Kind:
    """A finding that parts are drawn for: its identifier, its word, and tone and shape where it is a rating of ours."""

    id: str
    word: str
    tone: str = ""
    shape: str = ""


@dataclass(frozen=True, slots=True)
class Series:
    """One finding in all columns: its word, tone and shape, its pattern, and how many there are of it."""

    number: int
    word: str
    tone: str
    shape: str
    pattern: str
    total: int

    @property
    def total_words(self) -> str:
        return f"{self.total:,}"


@dataclass(frozen=True, slots=True)
class Part:
    """A part of a column, and the number of its series."""

    x: int
    y: int
    width: int
    height: int
    series: int
    tone: str


@dataclass(frozen=True, slots=True)
class Tick:
    x: int
    y: int
    text: str


@dataclass(frozen=True, slots=True)
class Drawing:
    """What a template writes down as SVG; `base` is the line on which the columns stand, from `left`.

    `stems` hang from the base below the middle of each column, longer where its period is written: place and length.
    """

    width: int
    height: int
    left: int
    base: int
    parts: list[Part]
    levels: list[Tick]
    periods: list[Tick]
    stems: list[tuple[int, int]]


@dataclass(frozen=True, slots=True)
class Row:
    """A row of the table: the period, how many there are in all, and how many of each series."""

    period: str
    total: int
    numbers: list[int]

    @property
    def total_words(self) -> str:
        return f"{self.total:,}"

    @property
    def words(self) -> list[str]:
        return [f"{number:,}" for number in self.numbers]


@dataclass(frozen=True, slots=True)
class Chart:
    """Findings over time. `total` have a date; `undated` have none and stand in no column.

    `by` is month or year. With `gaps` the columns are only those years in which there is anything. `year_alone` have no
    column of months, and a row of the table; the dates of `inferred` are printed nowhere.
    """

    by: str
    gaps: bool
    series: list[Series]
    rows: list[Row]
    drawings: list[tuple[str, Drawing]]
    total: int
    undated: int
    year_alone: int
    inferred: int

    @property
    def remarks(self) -> str:
        """What the columns do not say by themselves, in sentences."""
        said = []
        if self.undated:
            stand = "stands" if self.undated == 1 else "stand"
            said.append(f"{counted(self.undated, 'fact-check')} without that date {stand} in no column.")
        if self.year_alone:
            stand = (
                "is dated by the year alone and stands"
                if self.year_alone == 1
                else ("are dated by the year alone and stand")
            )
            said.append(f"{counted(self.year_alone, 'fact-check')} {stand} in the table only.")
        if self.inferred:
            dates = "The date of 1" if self.inferred == 1 else f"The dates of {self.inferred:,}"
            said.append(f"{dates} {'is' if self.inferred == 1 else 'are'} inferred.")
        if self.gaps:
            said.append("Years without any are left out.")
        return " ".join(said)

    @property
    def name(self) -> str:
        """What the graphic is called for whoever does not see it."""
        return f"{counted(self.total - self.year_alone, 'fact-check')} by {self.by} and finding, as in the table below"


def chart(
    counts: Iterable[tuple[dt.date | None, str, int]],
    kinds: Sequence[Kind],
    *,
    rest: str,
    year_alone: Mapping[tuple[dt.date, str], int] | None = None,
    inferred: int = 0,
) -> Chart | None:
    """The chart of how many fact-checks there are of a day (None: not known) and a finding; None without any day.

    `kinds` are the findings in the order in which they are stacked, from the base up. The rarest of too many, and
    findings that are not among `kinds`, are drawn as one part on top, which is called `rest`. `year_alone` says how
    many of `counts` have a day that stands for its year, which no month is drawn for; `inferred` is only said.
    """
    dated: Counter[tuple[dt.date, str]] = Counter()
    undated = 0
    for day, finding, size in counts:
        if day is None:
            undated += size
        else:
            dated[day, finding] += size
    dated = +dated
    if not dated:
        return None
    alone = dated & Counter(year_alone or {})
    exact = dated - alone
    days = [day for day, _ in exact]
    monthly = (
        bool(days)
        and _months(min(days), max(days)) <= MOST_COLUMNS
        and alone.total() * ONE_IN <= dated.total()
    )
    totals: Counter[str] = Counter()
    for (_, finding), size in dated.items():
        totals[finding] += size
    series, places = _series(totals, kinds, rest=rest)
    sizes: dict[Period, Counter[int]] = {}
    for (day, finding), size in (exact if monthly else dated).items():
        period = (day.year, day.month if monthly else 0)
        sizes.setdefault(period, Counter())[places.get(finding, len(series) - 1)] += size
    columns, gaps = _columns(sizes)
    earlier = [period for period in sizes if period < columns[0]]
    for period in earlier:
        sizes.setdefault(columns[0], Counter()).update(sizes.pop(period))
    numbers = [[sizes.get(period, Counter())[one.number] for one in series] for period in columns]
    rows = [
        Row(_words(period) + (" and before" if earlier and not at else ""), sum(sized), sized)
        for at, (period, sized) in enumerate(zip(columns, numbers, strict=True))
        if any(sized)
    ]
    if monthly and alone:
        of_series: Counter[int] = Counter()
        for (_, finding), size in alone.items():
            of_series[places.get(finding, len(series) - 1)] += size
        rows.append(Row(YEAR_ALONE, alone.total(), [of_series[one.number] for one in series]))
    return Chart(
        by="month" if monthly else "year",
        gaps=gaps,
        series=series,
        rows=rows,
        drawings=[(name, _drawing(columns, numbers, series, width=width)) for name, width in WIDTHS.items()],
        total=dated.total(),
        undated=undated,
        year_alone=alone.total() if monthly else 0,
        inferred=inferred,
    )


def _months(first: dt.date, last: dt.date) -> int:
    return (last.year - first.year) * 12 + last.month - first.month + 1


def _series(totals: Counter[str], kinds: Sequence[Kind], *, rest: str) -> tuple[list[Series], dict[str, int]]:
    """The series from the base up, and the number of the series of each finding that has one of its own."""
    known = [kind for kind in kinds if totals[kind.id]]
    others = totals.total() - sum(totals[kind.id] for kind in known)
    if len(known) + bool(others) > MOST_SERIES:
        most = sorted(known, key=lambda kind: -totals[kind.id])[: MOST_SERIES - 1]
        known = [kind for kind in known if kind in most]
    places = {kind.id: number for number, kind in enumerate(known)}
    series = [
        Series(
            number, kind.word, kind.tone or f"series-{number}", kind.shape, PATTERNS[number], totals[kind.id]
        )
        for number, kind in enumerate(known)
    ]
    left = totals.total() - sum(one.total for one in series)
    if left:
        series.append(Series(len(series), rest, REST, "", PATTERNS[-1], left))
    return series, places


def _columns(sizes: Iterable[Period]) -> tuple[list[Period], bool]:
    """The periods that have a column, and whether periods without anything are left out between them."""
    used = sorted(sizes)
    (year, month), last = used[0], used[-1]
    if month:
        columns = [
            (year + (month - 1 + more) // 12, (month - 1 + more) % 12 + 1) for more in range(MOST_COLUMNS)
        ]
    else:
        columns = [(year + more, 0) for more in range(MOST_COLUMNS)]
    columns = [period for period in columns if period <= last]
    return (columns, False) if columns[-1] == last else (used[-MOST_COLUMNS:], True)


def _words(period: Period) -> str:
    year, month = period
    return f"{MONTHS[month - 1]} {year}" if month else str(year)


def _short(period: Period) -> str:
    year, month = period
    return f"{MONTHS[month - 1][:3]} {year}" if month else str(year)


def _levels(most: int) -> list[int]:
    """The numbers of the scale: multiples of 1, 2 or 5 times a power of ten. Its top is `most` itself."""
    unit = 1
    while True:
        for factor in (1, 2, 5):
            if most // (unit * factor) <= MOST_LEVELS:
                return list(range(0, most + 1, unit * factor))
        unit *= 10


def _drawing(
    columns: Sequence[Period], numbers: Sequence[Sequence[int]], series: Sequence[Series], *, width: int
) -> Drawing:
    base = TOP + HIGH
    step = (width - LEFT) // len(columns)
    wide = min(WIDEST, step - min(GAP, step // 3))
    most = max(map(sum, numbers))
    parts = []
    for at, sized in enumerate(numbers):
        x, below, foot = LEFT + at * step + (step - wide) // 2, 0, base
        for one, size in zip(series, sized, strict=True):
            below += size
            if size:
                # Whatever there is can be seen; the room above the scale holds a pixel for each series.
                head = min(base - HIGH * below // most, foot - 1)
                parts.append(Part(x, head, wide, foot - head, one.number, one.tone))
                foot = head
    middles = [LEFT + at * step + step // 2 for at in range(len(columns))]
    periods = _periods(columns, middles, width=width, y=base + FOOT - 8)
    written = {tick.x for tick in periods}
    return Drawing(
        width=width,
        height=base + FOOT,
        left=LEFT,
        base=base,
        parts=parts,
        levels=[Tick(LEFT, base - HIGH * level // most, f"{level:,}") for level in _levels(most)],
        periods=periods,
        stems=[(middle, LONG_STEM if middle in written else SHORT_STEM) for middle in middles],
    )


def _periods(columns: Sequence[Period], middles: Sequence[int], *, width: int, y: int) -> list[Tick]:
    """The periods that are written below the columns, in equal steps from the first, as many as have room."""
    words = [_short(period) for period in columns]
    room = DIGIT * max(map(len, words))
    apart = middles[1] - middles[0] if len(middles) > 1 else width
    steps = EVERY_MONTHS if columns[0][1] else EVERY_YEARS
    every = next((step for step in steps if step * apart >= room + DIGIT), len(columns))
    return [
        Tick(middle, y, word)
        for middle, word in list(zip(middles, words, strict=True))[::every]
        if middle + room // 2 <= width
    ]
