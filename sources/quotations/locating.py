"""From what an editor types to a quotation that holds, or to the reason why there is none."""

from __future__ import annotations

import unicodedata
from collections.abc import Iterable, Sequence
from dataclasses import dataclass

from sources.quotations.boundaries import has_words, strip
from sources.quotations.building import Unquotable, built
from sources.quotations.checking import shortened
from sources.quotations.differences import Difference
from sources.quotations.finding import Occurrence, Searched, TooMany, Window
from sources.quotations.near import Passage, nearest
from sources.quotations.shape import CONTEXT, MAX_QUOTED, Quotation, stray_character, text_problem
from sources.quotations.typed import Group, Item, Unreadable, groups, literally

_MOST_SHOWN = 20


@dataclass(frozen=True, slots=True)
class Found:
    """The words stand in the text once, or were singled out; the quotation verifies."""

    quotation: Quotation

    @property
    def sentence(self) -> str:
        return f"The words stand in the text ({self.quotation.level})."


@dataclass(frozen=True, slots=True)
class Several:
    """The words stand in the text more than once: one place is to be chosen by `start`, prefix or suffix."""

    occurrences: tuple[Occurrence, ...]

    @property
    def sentence(self) -> str:
        shown = "; ".join(
            f"{number}. … {shortened(one.before)} ▸◂ {shortened(one.after)} …"
            for number, one in enumerate(self.occurrences[:_MOST_SHOWN], start=1)
        )
        places = f"The words stand in the text in {len(self.occurrences)} places"
        return f"{places}: single one out by the words before it (prefix) or after it (suffix). {shown}"


@dataclass(frozen=True, slots=True)
class Elsewhere:
    """The words stand in other texts only, named by their keys."""

    keys: tuple[object, ...]

    @property
    def sentence(self) -> str:
        return f"The words do not stand in this text, but in {', '.join(map(str, self.keys[:_MOST_SHOWN]))}."


@dataclass(frozen=True, slots=True)
class Near:
    """The words do not stand in the text; the nearest passage is text[start:end], and this is how it differs.

    `group` counts the groups between elisions from 0; `difference` goes from the typed words to the text's.
    """

    start: int
    end: int
    words: str
    difference: tuple[Difference, ...]
    group: int = 0

    @property
    def sentence(self) -> str:
        steps = [
            f"“{shortened(step.second)}” for “{shortened(step.first)}”"
            if step.operation == "changed"
            else f"“{shortened(step.second)}” as well"
            if step.operation == "only second"
            else f"no “{shortened(step.first)}”"
            for step in self.difference
            if step.operation != "same"
        ]
        told = f" It has {', '.join(steps[:8])}." if steps else ""
        place = f"{self.start} to {self.end}"
        return (
            f"The words do not stand in the text. Nearest comes “{shortened(self.words)}” at {place}.{told}"
        )


@dataclass(frozen=True, slots=True)
class Nowhere:
    """Nothing like the words stands in the text. `words` are the typed words that were not found."""

    words: str

    @property
    def sentence(self) -> str:
        return f"“{shortened(self.words)}” stands nowhere in the text, and nothing near it does."


@dataclass(frozen=True, slots=True)
class Refused:
    """The words may not be quoted so; `code` names the rule and `sentence` says what to do.

    Codes: text, empty, length, marks, order, nothing-left-out, replaced, negation, context, repeats.
    """

    code: str
    sentence: str


Outcome = Found | Several | Elsewhere | Near | Nowhere | Refused


def locate(
    typed: str,
    text: str,
    *,
    prefix: str = "",
    suffix: str = "",
    start: int | None = None,
    language: str = "en",
    context: int = CONTEXT,
    others: Iterable[tuple[object, str]] = (),
) -> Outcome:
    """Find the words that an editor typed (sources.quotations.typed) in `text`, and say exactly what came of it.

    The whole typed string is looked for literally first, so that brackets of the text are its own; then its marks
    are read. Words that occur more than once are singled out by `prefix` and `suffix`, which must stand directly
    before and after them (but for white space, typography and, if need be, punctuation), or by `start`, the place of
    the first word. Words found in none of its places are looked for in `others`, (key, text) pairs. `language`
    (BCP 47) says which words negate. `context` is the length of the stored prefix and suffix, which grow only to
    single out repeated words. Every input has one of the six outcomes; nothing is raised but TypeError for arguments
    of other types.
    """
    typed = unicodedata.normalize("NFC", strip(typed))
    prefix, suffix = unicodedata.normalize("NFC", prefix), unicodedata.normalize("NFC", suffix)
    refused = _unfit(typed, text, prefix + suffix)
    if refused:
        return refused
    try:
        searched = Searched(text)
        literal = literally(typed)
        if windows := searched.windows(literal):
            return _singled_out(searched, literal, windows, prefix, suffix, start, language, context)
        marked = groups(typed)
        if marked != literal and (windows := searched.windows(marked)):
            return _singled_out(searched, marked, windows, prefix, suffix, start, language, context)
        return _missing(searched, marked, others)
    except Unreadable as error:
        return Refused("marks", str(error))
    except Unquotable as error:
        return Refused(error.code, str(error))
    except TooMany as error:
        return Refused("repeats", str(error))


def _unfit(typed: str, text: str, around: str) -> Refused | None:
    problem = text_problem(text)
    if problem:
        return Refused("text", problem)
    if not has_words(typed):
        return Refused("empty", "There are no words to look for: type the words as they stand in the text.")
    if max(len(typed), len(around)) > MAX_QUOTED:
        return Refused(
            "length", f"A quotation has at most {MAX_QUOTED:,} characters: make it two quotations."
        )
    stray = stray_character(typed + around)
    return Refused("marks", f"The typed words hold {stray}.") if stray else None


def _singled_out(
    searched: Searched,
    typed: Sequence[Group],
    windows: list[Window],
    prefix: str,
    suffix: str,
    start: int | None,
    language: str,
    context: int,
) -> Found | Several | Refused:
    chosen = windows
    if prefix.strip() or suffix.strip() or start is not None:
        chosen = searched.windows(typed, start=start, prefix=prefix, suffix=suffix)
    if not chosen:
        where = " and ".join(
            [f"after “{shortened(prefix)}”"] * bool(prefix.strip())
            + [f"before “{shortened(suffix)}”"] * bool(suffix.strip())
            + [f"at {start}"] * (start is not None)
        )
        return Refused("context", f"The words stand in the text, but not directly {where}.")
    if len(chosen) > 1:
        return Several(tuple(_occurrence(searched, typed, window, language) for window in chosen))
    repeats = [window for window in windows if window != chosen[0]]
    return Found(
        built(searched, typed, chosen[0], repeats=repeats, language=language, context=max(0, context))
    )


def _occurrence(searched: Searched, typed: Sequence[Group], window: Window, language: str) -> Occurrence:
    text = searched.text
    spans = [span for place in window for span in place.spans]
    words = [item.text for group in typed for item in group if item.stands_in_text]
    exact = all(text[start:end] == words for (start, end), words in zip(spans, words, strict=True))
    return searched.occurrence(window, level="exact" if exact else "typographic")


def _missing(searched: Searched, typed: Sequence[Group], others: Iterable[tuple[object, str]]) -> Outcome:
    """Why the groups do not stand in the text one after the other."""
    absent = [number for number, group in enumerate(typed) if not searched.places(group)]
    if not absent:
        return _out_of_order(searched, typed)
    replaced = _replaced(searched, typed)
    if replaced:
        return replaced
    keys = tuple(key for key, other in others if _stands(other, typed))
    if keys:
        return Elsewhere(keys)
    for number in absent:
        words = " ".join(item.text for item in typed[number] if item.stands_in_text)
        passage = nearest(words, searched)
        if passage:
            return _near(passage, number)
    return Nowhere(" ".join(item.text for item in typed[absent[0]] if item.stands_in_text))


def _near(passage: Passage, group: int) -> Near:
    return Near(passage.start, passage.end, passage.words, passage.difference, group)


def _stands(other: str, typed: Sequence[Group]) -> bool:
    if text_problem(other):
        return False
    searched = Searched(other)
    try:
        return bool(searched.windows(typed))
    except TooMany:
        return True


def _out_of_order(searched: Searched, typed: Sequence[Group]) -> Refused:
    if searched.windows(typed, loose=True):
        return Refused(
            "nothing-left-out", "Nothing is left out where an elision stands: quote the words without it."
        )
    return Refused(
        "order", "The words all stand in the text, but not in this order: quote them as they follow."
    )


def _replaced(searched: Searched, typed: Sequence[Group]) -> Refused | None:
    """Whether an insertion stands where the text has words, or repeats brackets of the text."""
    inserted = [item for group in typed for item in group if item.kind in ("insertion", "sic")]
    if not inserted:
        return None
    own = [tuple(_as_publisher(item) for item in group) for group in typed]
    if searched.windows(own):
        return Refused(
            "replaced",
            "These brackets stand in the text itself: type them as the publisher's, as in [[[the minister]]].",
        )
    split: list[Group] = []
    for group in typed:
        part: list[Item] = []
        for item in group:
            if item.kind in ("insertion", "sic") and any(one.kind == "words" for one in part):
                split.append(tuple(part))
                part = []
            elif item.stands_in_text:
                part.append(item)
        if part:
            split.append(tuple(part))
    if len(split) > len(typed) and searched.windows(split):
        return Refused(
            "replaced",
            "The text has words where yours are inserted: an insertion replaces nothing, so type [...] beside it too.",
        )
    return None


def _as_publisher(item: Item) -> Item:
    text = "sic" if item.kind == "sic" else item.text
    return Item("publisher", f"[{text}]") if item.kind in ("insertion", "sic") else item
