"""The second, named level: typographic equivalence, and nothing beyond it.

Curly and straight quotation marks, kinds of dash, and any run of white space are each one character. Letters, case,
accents and all other punctuation stay as they are.
"""

import bisect
import re
from dataclasses import dataclass

from sources.quotations.boundaries import DASHES

SINGLE_QUOTES = "'‘’‚‛"
DOUBLE_QUOTES = '"“”„‟'
WHITE_SPACE = (
    "\t\n\x0b\x0c\r\x1c\x1d\x1e\x1f \x85\xa0\u1680\u2000\u2001\u2002\u2003\u2004\u2005\u2006\u2007\u2008\u2009\u200a"
    "\u2028\u2029\u202f\u205f\u3000"
)
_ONE_FOR_ONE = str.maketrans({
    **dict.fromkeys(SINGLE_QUOTES, "'"),
    **dict.fromkeys(DOUBLE_QUOTES, '"'),
    **dict.fromkeys(DASHES, "-"),
    **dict.fromkeys(WHITE_SPACE, " "),
})  # fmt: skip
_RUN = re.compile("  +")


def levelled(text: str) -> str:
    """`text` with one form for each kind of quotation mark, dash and white space."""
    return _RUN.sub(" ", text.translate(_ONE_FOR_ONE))


def alike(one: str, other: str) -> bool:
    """Whether two strings differ in typography at most."""
    return levelled(one) == levelled(other)


@dataclass(frozen=True, slots=True)
class Levelled:
    """A levelled text that knows where each of its characters stands in the original."""

    text: str
    _after_runs: list[int]
    _shifts: list[int]

    @classmethod
    def of(cls, original: str) -> "Levelled":
        single = original.translate(_ONE_FOR_ONE)
        pieces, after_runs, shifts, done, shift = [], [0], [0], 0, 0
        for run in _RUN.finditer(single):
            pieces.append(single[done : run.start() + 1])
            done = run.end()
            shift += run.end() - run.start() - 1
            after_runs.append(done - shift)
            shifts.append(shift)
        pieces.append(single[done:])
        return cls("".join(pieces), after_runs, shifts)

    def position(self, at: int) -> int:
        """Where the levelled character `at` stands in the original (a run of white space: where it begins)."""
        return at + self._shifts[bisect.bisect_right(self._after_runs, at) - 1]
