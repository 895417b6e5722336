"""A picture of a text as a small page of lines, in which what is quoted is marked. Pure: lengths in, shapes out.

It has the same size for a short and for a long text: a line stands for more characters where there are more. All
lengths are in pixels.
"""

from collections import defaultdict
from collections.abc import Sequence
from dataclasses import dataclass
from itertools import groupby

from claims.coverage import Stretch

WIDTH = 320
EDGE = 16
COLUMN = WIDTH - 2 * EDGE
PITCH = 9
MARK = 7
RULE = 3
LINES = 52
FEWEST = 60
# Below this a mark could not be seen, nor two of them told apart.
NARROWEST = 2.0
CLEAR = 1.0
# A reader at the keyboard passes through every link of the picture; passages in excess share them.
LINKS = 120


@dataclass(frozen=True, slots=True)
class Link:
    """Marks that lead to one passage, or to the first of several; both are shapes for a path."""

    passages: tuple[int, ...]
    wording: str
    evidence: str


@dataclass(frozen=True, slots=True)
class TextMap:
    height: int
    per_line: int
    lines: int
    rules: str
    links: tuple[Link, ...]


def per_line(length: int) -> int:
    """Characters that one line stands for."""
    return max(FEWEST, -(-length // LINES))


def text_map(length: int, stretches: Sequence[Stretch]) -> TextMap:
    """The picture of a text of `length` characters with its quoted stretches, which lie within it."""
    per = per_line(length)
    lines = max(1, -(-length // per))
    last = COLUMN * (length - (lines - 1) * per) / per
    widths = [float(COLUMN)] * (lines - 1) + [last]
    return TextMap(
        height=2 * EDGE + (lines - 1) * PITCH + MARK,
        per_line=per,
        lines=lines,
        rules="".join(
            f"M{EDGE} {_top(line) + RULE}h{_number(width)}" for line, width in enumerate(widths) if width
        ),
        links=tuple(_links(stretches, per)),
    )


def _links(stretches: Sequence[Stretch], per: int) -> list[Link]:
    owners = sorted({stretch.passages[0] for stretch in stretches})
    share = -(-len(owners) // LINKS) or 1
    link_of = {owner: position // share for position, owner in enumerate(owners)}
    ordered = sorted(stretches, key=lambda stretch: link_of[stretch.passages[0]])
    links = []
    for _, group in groupby(ordered, key=lambda stretch: link_of[stretch.passages[0]]):
        members = list(group)
        links.append(
            Link(
                passages=tuple(sorted({number for stretch in members for number in stretch.passages})),
                wording=_path([one for one in members if one.wording], per, top=0),
                evidence=_path([one for one in members if not one.wording], per, top=MARK - RULE),
            )
        )
    return links


def _path(stretches: Sequence[Stretch], per: int, *, top: int) -> str:
    """The boxes of some stretches, from `top` to the foot of their lines."""
    boxes: dict[int, list[tuple[float, float]]] = defaultdict(list)
    for stretch in stretches:
        for line in range(stretch.start // per, (stretch.end - 1) // per + 1):
            left = max(0, stretch.start - line * per) * COLUMN / per
            right = min(per, stretch.end - line * per) * COLUMN / per
            if stretch.end <= (line + 1) * per and right - left > 2 * NARROWEST:
                # A hair's breadth tells it from a neighbour.
                right -= CLEAR
            left = min(left, COLUMN - NARROWEST)
            right = max(right, left + NARROWEST)
            on_line = boxes[line]
            if on_line and left - on_line[-1][1] < 0:
                on_line[-1] = (on_line[-1][0], max(right, on_line[-1][1]))
            else:
                on_line.append((left, right))
    height = MARK - top
    return "".join(
        f"M{_number(EDGE + left)} {_top(line) + top}h{_number(right - left)}v{height}h{_number(left - right)}z"
        for line, on_line in sorted(boxes.items())
        for left, right in on_line
    )


def _top(line: int) -> int:
    return EDGE + line * PITCH


def _number(value: float) -> str:
    return f"{value:.1f}".removesuffix(".0")
