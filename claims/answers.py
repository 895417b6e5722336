"""Answers: what comes of looking for the words that an editor gives in the texts that this server holds.

The newest text of the source comes first, and where no text of it has the words, those of other sources are looked
through. Nothing is written here: claims.quoting makes rows of what was found.
"""

import re
from collections.abc import Iterator
from dataclasses import dataclass

from sources import quotations
from sources.models import Quotation, Snapshot, Source

# How many texts of the source, and of all other sources, are looked through, newest first, and how much of them.
OWN_TEXTS = 20
OTHER_TEXTS = 500
OTHER_CHARACTERS = 20_000_000
MOST_NAMED = 10

_MARKS = re.compile(r"\[[^\[\]]*\]")
_PLAIN_WORD = re.compile(r"[^\W_]+")
# What would be refused in any text.
_UNFIT = {"empty", "length", "marks"}


@dataclass(frozen=True, slots=True)
class Place:
    """Where an editor pointed: in which snapshot the words begin, and where a selection ends. Code points.

    `takes_over` says that the editor was shown the text's own words there and chose them in place of the typed ones.
    """

    snapshot: int
    start: int
    end: int | None = None
    takes_over: bool = False


@dataclass(frozen=True, slots=True)
class NotHeld:
    """No text of the source is on this server, so nothing can be found in it."""

    source: Source

    @property
    def sentence(self) -> str:
        return (
            f"This server holds no text of “{self.source}”, so words cannot be found in it: "
            "take a snapshot of the source first."
        )


Outcome = quotations.Outcome | NotHeld


@dataclass(frozen=True, slots=True)
class Answer:
    """What came of looking for words: the outcome, the text that it is about, and where else the words stand."""

    words: str
    outcome: Outcome
    snapshot: Snapshot | None = None
    elsewhere: tuple[Snapshot, ...] = ()

    @property
    def quotation(self) -> Quotation | None:
        """The unsaved row where the words were found in one place."""
        if isinstance(self.outcome, quotations.Found) and self.snapshot:
            return Quotation.of(snapshot=self.snapshot, quotation=self.outcome.quotation)
        return None

    @property
    def kind(self) -> str:
        return type(self.outcome).__name__.lower()

    @property
    def sentence(self) -> str:
        match self.outcome:
            case quotations.Several(occurrences):
                return (
                    f"These words stand in the text in {len(occurrences):,} places: "
                    "choose the place that you mean."
                )
            case quotations.Near():
                return "These words do not stand so in the text. The nearest passage differs, as shown below."
            case quotations.Elsewhere():
                return "These words do not stand in the text of this source, but in that of another one."
            case other:
                return other.sentence

    @property
    def own_words(self) -> str:
        """The typed words with those of the nearest passage in place of what does not stand in the text."""
        if not isinstance(self.outcome, quotations.Near):
            return ""
        return quotations.retyped(self.words, self.outcome.words, group=self.outcome.group)


def answer(
    source: Source, words: str, *, place: Place | None = None, reading: Snapshot | None = None
) -> Answer:
    """Look for `words` (in the typed form of sources.quotations) in the held texts of `source`.

    `place` is where an editor pointed. It is never trusted: the words must stand there, or they are looked for as
    if nobody had pointed. `reading` is the text that the editor has before them, and is looked through first.
    """
    if place:
        pointed = source.snapshots.held().filter(pk=place.snapshot).first()
        found = _pointed_at(pointed, words, place, source.language) if pointed else None
        if found:
            return found
    best: Answer | None = None
    for snapshot in _own_texts(source, reading):
        outcome = quotations.locate(words, snapshot.text or "", language=source.language)
        one = Answer(words, outcome, snapshot)
        if isinstance(outcome, quotations.Found | quotations.Several) or _is_unfit(outcome):
            return one
        if best is None or _says_more(outcome, best.outcome):
            best = one
    if best is None:
        return Answer(words, NotHeld(source))
    if isinstance(best.outcome, quotations.Near | quotations.Nowhere):
        return _elsewhere(source, best) or best
    return best


def _own_texts(source: Source, reading: Snapshot | None) -> Iterator[Snapshot]:
    if reading is not None and reading.text is not None:
        yield reading
    newest = source.snapshots.held().order_by("-pk")[:OWN_TEXTS]
    yield from (snapshot for snapshot in newest.iterator(1) if snapshot != reading)


def _is_unfit(outcome: Outcome) -> bool:
    return isinstance(outcome, quotations.Refused) and outcome.code in _UNFIT


_TELLING = (quotations.Nowhere, quotations.Near, quotations.Refused)


def _says_more(outcome: Outcome, than: Outcome) -> bool:
    return _TELLING.index(type(outcome)) > _TELLING.index(type(than))


def _pointed_at(snapshot: Snapshot, words: str, place: Place, language: str) -> Answer | None:
    """The answer for the place itself; None where the words do not stand there."""
    text, start = snapshot.text or "", place.start
    if place.end is not None and not place.takes_over:
        try:
            selected = quotations.span(text, start, place.end)
        except quotations.Unquotable as error:
            if _same(words, text[max(0, start) : max(0, place.end)]):
                return Answer(words, quotations.Refused(error.code, str(error)), snapshot)
            return None
        if _same(words, selected.segments[0].exact):
            return Answer(words, quotations.Found(selected), snapshot)
        start = selected.start
    outcome = quotations.locate(words, text, start=start, language=language)
    if (
        place.takes_over
        and isinstance(outcome, quotations.Near)
        and (outcome.start, outcome.end) == (place.start, place.end)
    ):
        own = quotations.retyped(words, outcome.words, group=outcome.group)
        at = start if own == outcome.words else None
        return Answer(own, quotations.locate(own, text, start=at, language=language), snapshot)
    return Answer(words, outcome, snapshot) if isinstance(outcome, quotations.Found) else None


def _same(one: str, other: str) -> bool:
    return one.split() == other.split()


def _elsewhere(source: Source, best: Answer) -> Answer | None:
    """The answer that names other sources which hold the words; None where none of those looked through does."""
    text = best.snapshot.text if best.snapshot else None
    outcome = quotations.locate(
        best.words, text or "", language=source.language, others=_others(source, best.words)
    )
    if not isinstance(outcome, quotations.Elsewhere):
        return None
    named = Snapshot.objects.defer("text").select_related("source").order_by("-pk")
    return Answer(
        best.words,
        outcome,
        best.snapshot,
        elsewhere=tuple(named.filter(pk__in=outcome.keys)[:MOST_NAMED]),
    )


def _others(source: Source, words: str) -> Iterator[tuple[object, str]]:
    """Texts of other sources in which the longest of the words stands, newest first, up to a fixed sum."""
    newest = Snapshot.objects.held().exclude(source=source).order_by("-pk").values("pk")[:OTHER_TEXTS]
    likely = Snapshot.objects.filter(pk__in=list(newest.values_list("pk", flat=True))).order_by("-pk")
    plain = _PLAIN_WORD.findall(_MARKS.sub(" ", words))
    if plain:
        likely = likely.filter(text__contains=max(plain, key=len))
    read = 0
    for key, text in likely.values_list("pk", "text").iterator(1):
        read += len(text or "")
        if read > OTHER_CHARACTERS:
            return
        yield key, text or ""
