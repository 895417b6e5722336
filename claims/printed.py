"""How quotations, dates and fingerprints of the published document are set in type. Pure."""

import datetime as dt
import re
from dataclasses import dataclass
from typing import Any, Literal

NBSP = "\u00a0"
MONTHS = [
    *("January", "February", "March", "April", "May", "June"),
    *("July", "August", "September", "October", "November", "December"),
]
DOUBLE_MARK = re.compile(r"[\"“”„«»]")
CLOSES_UP = re.compile(r"[,.;:!?%)\]’”»]")
OPENS_UP = re.compile(r"[(\[‘“«]$")
_ENDED = re.compile(r"[.!?…。！？।؟][\"'”’»)\]]*\s*$")

LEVELS = {
    "exact": "Character for character as in the archived text.",
    "typographic": (
        "The same words in the same order as in the archived text; only the form of quotation marks, dashes, "
        "spaces or line breaks differs."
    ),
}

LICENCES = re.compile(r"https?://creativecommons\.org/licenses/([a-z-]+)/([0-9.]+)/?")


@dataclass(frozen=True, slots=True)
class Run:
    """A stretch of a quotation: words of the source, or one of the marks between them."""

    kind: Literal["words", "elision", "insertion", "sic", "publisher"]
    text: str
    space_before: bool = False
    number: int | None = None


@dataclass(frozen=True, slots=True)
class LeftOut:
    """The words that an elision passes over."""

    number: int
    text: str
    negation: bool


@dataclass(frozen=True, slots=True)
class Printed:
    """A quotation as a page shows it; `marked` says that its words bring quotation marks of their own."""

    runs: tuple[Run, ...]
    left_out: tuple[LeftOut, ...]
    marked: bool
    before: str
    after: str
    level: str
    level_sentence: str
    place: str
    sha256: str

    @property
    def kinds(self) -> list[str]:
        """The kinds of its runs, each once, in reading order."""
        return list(dict.fromkeys(run.kind for run in self.runs))


@dataclass(frozen=True, slots=True)
class Day:
    """A date as it is read, as a machine reads it, and why it is known where the source does not print it."""

    text: str
    machine: str
    inferred_because: str | None = None


def printed(quotation: dict[str, Any]) -> Printed:
    """The runs of a quotation in reading order; an elision's number leads to the words that it leaves out."""
    elided = {part["after"]: part for part in quotation["elided"]}
    runs: list[Run] = []
    left_out: list[LeftOut] = []
    for index in range(-1, len(quotation["segments"])):
        if index >= 0:
            runs.append(_run("words", quotation["segments"][index]["exact"], runs))
        for mark in (mark for mark in quotation["marks"] if mark["after"] == index):
            if mark["kind"] != "elision":
                runs.append(_run(mark["kind"], mark["text"], runs))
                continue
            part = elided.get(index)
            number = len(left_out) + 1 if part else None
            if part and number:
                left_out.append(LeftOut(number, one_line(part["exact"]), part["negation"]))
            runs.append(_run("elision", "…", runs, number))
    return Printed(
        runs=tuple(runs),
        left_out=tuple(left_out),
        marked=any(DOUBLE_MARK.search(run.text) for run in runs if run.kind == "words"),
        before=context(quotation["prefix"], cut="start"),
        after=context(quotation["suffix"], cut="end"),
        level=quotation["level"],
        level_sentence=LEVELS[quotation["level"]],
        place=place(quotation["segments"]),
        sha256=quotation["snapshot_sha256"],
    )


def _run(kind: Any, text: str, before: list[Run], number: int | None = None) -> Run:
    text = one_line(text)
    spaced = bool(before) and not OPENS_UP.search(before[-1].text)
    if kind == "words" and CLOSES_UP.match(text):
        spaced = False
    return Run(kind, text, spaced, number)


def context(text: str, *, cut: Literal["start", "end"]) -> str:
    """The words around a quotation on one line; the space between them and the quotation stays."""
    text = re.sub(r"[^\S\u00a0\u202f]+", " ", text)
    return text.lstrip() if cut == "start" else text.rstrip()


def one_line(text: str) -> str:
    """The text with every run of white space as one space; a no-break space keeps its nature."""
    return re.sub(r"[^\S\u00a0\u202f]+", " ", text).strip()


def place(segments: list[dict[str, Any]]) -> str:
    """Where segments stand in their snapshot: code points counted from 0, the end not included."""
    spans = [f"{segment['start']:,}–{segment['end']:,}" for segment in segments]
    return f"characters {listed(spans)}"


def listed(words: list[str], last: str = "and") -> str:
    """The words as a sentence lists them: "a, b and c"."""
    if len(words) < 2:
        return "".join(words)
    return f"{', '.join(words[:-1])} {last} {words[-1]}"


def day(date: dict[str, Any] | None) -> Day | None:
    """A date of the document, no more precise than it is known."""
    if date is None:
        return None
    on = dt.date.fromisoformat(date["date"])
    month = MONTHS[on.month - 1]
    match date["precision"]:
        case "year":
            text, machine = f"{on.year}", f"{on:%Y}"
        case "month":
            text, machine = f"{month} {on.year}", f"{on:%Y-%m}"
        case "week":
            monday = on - dt.timedelta(days=on.weekday())
            text = f"week of {monday.day}{NBSP}{MONTHS[monday.month - 1]} {monday.year}"
            machine = "{}-W{:02}".format(*on.isocalendar())
        case _:
            text, machine = f"{on.day}{NBSP}{month} {on.year}", on.isoformat()
    return Day(text, machine, date["inferred_because"])


def on(day: dt.date | None) -> Day | None:
    """A calendar day that is known as such."""
    return Day(f"{day.day}{NBSP}{MONTHS[day.month - 1]} {day.year}", day.isoformat()) if day else None


def moment(at: str) -> Day:
    """A time of the record, in UTC."""
    when = dt.datetime.fromisoformat(at)
    return Day(f"{when.day}{NBSP}{MONTHS[when.month - 1]} {when.year}, {when:%H:%M}{NBSP}UTC", at)


def curly(text: str) -> str:
    """Our own prose with typographic quotation marks and apostrophes, as an editor's keyboard does not have them.

    Never for a source's words: those are shown as they were printed.
    """
    text = re.sub(r'(^|[\s(\[{/—–‘-])"', r"\1“", text).replace('"', "”")
    text = re.sub(r"(^|[\s(\[{/—–“-])'(?=\S[^']*'(?!\w))", r"\1‘", text)
    return text.replace("'", "’")


def ended(text: str) -> str:
    """A text that another sentence follows: with a full stop, unless it ends with a mark of its own."""
    return text if not text or _ENDED.search(text) else f"{text}."


def groups(digest: str) -> list[str]:
    """A digest in groups of eight, so that an eye can compare it."""
    return [digest[at : at + 8] for at in range(0, len(digest), 8)]


def licence(address: str | None) -> str:
    """The usual name of a Creative Commons licence, else its address; empty where none is stated."""
    if address is None:
        return ""
    found = LICENCES.fullmatch(address)
    return f"CC{NBSP}{found[1].upper()}{NBSP}{found[2]}" if found else address


def counted(number: int, one: str, many: str | None = None) -> str:
    """A number with its noun: "1 wording", "3 wordings"."""
    return f"{number:,}{NBSP}{one if number == 1 else many or one + 's'}"
