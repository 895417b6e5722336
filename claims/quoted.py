"""How much of a source is quoted, as its page says it: a sentence, a table, a picture. Pure."""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass

from claims.coverage import Coverage, Text
from claims.printed import NBSP, counted, groups, listed
from claims.textmap import WIDTH, TextMap, text_map


@dataclass(frozen=True, slots=True)
class Mark:
    """Marks of the picture that lead to a passage: its name for who cannot see it, and its shapes."""

    href: str
    name: str
    wording: str
    evidence: str


@dataclass(frozen=True, slots=True)
class Picture:
    """The map of one archived text."""

    name: str
    caption: str
    width: int
    height: int
    rules: str
    marks: list[Mark]
    wordings: bool
    evidence: bool


@dataclass(frozen=True, slots=True)
class Told:
    """What the page says of how much was checked; `means` is what the numbers do not say."""

    sentences: list[str]
    numbers: list[tuple[str, str]]
    pictures: list[Picture]
    means: str | None


MEANS = (
    "The share is no grade: it does not say how much of the text can be checked, nor how well it was. Each character "
    "is counted once. Words that are left out of a quotation, or stand around it for context, are not counted."
)


def percent(part: int, whole: int) -> str:
    """A share in per cent; what is not nothing and not all is never shown as if it were."""
    if whole and 0 < part * 2000 < whole:
        return f"less than 0.1{NBSP}%"
    if part < whole and (whole - part) * 2000 < whole:
        return f"more than 99.9{NBSP}%"
    share = f"{100 * part / whole:.1f}".removesuffix(".0") if whole else "0"
    return f"{share}{NBSP}%"


def told(found: Coverage, lengths: Mapping[str, int], *, href: Callable[[int], str]) -> Told:
    """`lengths` are the archived texts on record, by SHA-256; `href` gives the address of a passage by its number."""
    labels = {text.sha256: _label(text, number, found) for number, text in enumerate(found.texts, start=1)}
    return Told(
        sentences=_sentences(found, lengths, labels),
        numbers=_numbers(found, labels),
        pictures=[
            _picture(text, label=labels[text.sha256], found=found, href=href)
            for text in found.texts
            if text.length
        ],
        means=MEANS if any(text.length for text in found.texts) else None,
    )


def _label(text: Text, number: int, found: Coverage) -> str:
    return f"text {number}" if len(found.texts) > 1 else "the archived text"


def _sentences(found: Coverage, lengths: Mapping[str, int], labels: Mapping[str, str]) -> list[str]:
    logged = len(found.without_wording)
    unworded = (
        f"{counted(logged, 'claim')} {'is' if logged == 1 else 'are'} logged from it without its wording."
    )
    if not found.passages:
        sentences = ["No words are quoted from this source."]
        if not lengths:
            sentences.append("No text of it is archived on the public record.")
        if logged:
            sentences.append(unworded)
        if found.evidence_only:
            sentences.append(f"It is cited as evidence for {counted(len(found.evidence_only), 'claim')}.")
        return sentences
    verb = "is" if len(found.passages) == 1 else "are"
    passages, checks = counted(len(found.passages), "passage"), counted(found.quoting, "fact-check")
    known = [text for text in found.texts if text.length]
    if len(found.texts) == 1 and known:
        share = percent(known[0].quoted, known[0].length or 0)
        first = (
            f"{passages}, {share} of {counted(known[0].length or 0, 'character')}, {verb} quoted in {checks}."
        )
    else:
        shares = listed(
            [
                f"{percent(text.quoted, text.length or 0)} of the {counted(text.length or 0, 'character')} of "
                f"{labels[text.sha256]}"
                for text in known
            ]
        )
        first = f"{passages} {verb} quoted in {checks}{f': {shares}' if shares else ''}."
    sentences = [first]
    if len(known) < len(found.texts):
        sentences.append("How long a text is that is quoted here is not on the public record yet.")
    unquoted = len(lengths.keys() - labels.keys())
    if unquoted:
        sentences.append(
            f"{counted(unquoted, 'other archived text')} of it {'is' if unquoted == 1 else 'are'} not quoted."
        )
    if all(text.quoted == text.length for text in found.texts) and not unquoted:
        return [*sentences, unworded] if logged else sentences
    left = "What is not quoted was not necessarily left unread"
    return [*sentences, f"{left}: {unworded}" if logged else f"{left}."]


def _numbers(found: Coverage, labels: Mapping[str, str]) -> list[tuple[str, str]]:
    rows: list[tuple[str, str]] = []
    several = len(found.texts) > 1
    for text in found.texts:
        of = f" in {labels[text.sha256]}" if several else ""
        if text.length:
            rows.append((f"Characters{of}", f"{text.length:,}"))
        rows.append((f"Characters quoted{of}", f"{text.quoted:,}"))
        rows.append(("of them as wordings of claims", f"{text.as_wording:,}"))
        rows.append(("of them as evidence only", f"{text.quoted - text.as_wording:,}"))
    if found.passages:
        rows.append(("Passages quoted", f"{len(found.passages):,}"))
        rows.append(("Fact-checks that quote it", f"{found.quoting:,}"))
    rows.append(("Claims made in it, with its wording", f"{len(found.with_wording):,}"))
    rows.append(("Claims made in it, without its wording", f"{len(found.without_wording):,}"))
    rows.append(("Claims that it is only evidence for", f"{len(found.evidence_only):,}"))
    return rows


def _picture(text: Text, *, label: str, found: Coverage, href: Callable[[int], str]) -> Picture:
    drawn: TextMap = text_map(text.length or 0, text.stretches)
    caption = f"One line is {counted(drawn.per_line, 'character')}."
    if len(found.texts) > 1:
        caption = f"{label.capitalize()} (SHA-256 {groups(text.sha256)[0]}…). {caption}"
    several = any(len(link.passages) > 1 for link in drawn.links)
    caption += f" Each mark leads to {'the first of its passages' if several else 'its passage'}."
    return Picture(
        name=f"Map of {label}",
        caption=caption,
        width=WIDTH,
        height=drawn.height,
        rules=drawn.rules,
        marks=[
            Mark(
                href(link.passages[0]),
                _name(link.passages, wording=bool(link.wording), evidence=bool(link.evidence)),
                link.wording,
                link.evidence,
            )
            for link in drawn.links
        ],
        wordings=any(stretch.wording for stretch in text.stretches),
        evidence=any(not stretch.wording for stretch in text.stretches),
    )


def _name(passages: Sequence[int], *, wording: bool, evidence: bool) -> str:
    uses = [words for used, words in ((wording, "a wording"), (evidence, "evidence")) if used]
    what = "Passage" if len(passages) == 1 else "Passages"
    return f"{what} {numbered(passages)}, quoted as {listed(uses)}"


def numbered(numbers: Sequence[int]) -> str:
    """Rising numbers as a sentence lists them, those in a row by their ends: "1 to 4 and 7"."""
    runs: list[list[int]] = []
    for number in numbers:
        if runs and number == runs[-1][1] + 1:
            runs[-1][1] = number
        else:
            runs.append([number, number])
    return listed([f"{first:,}" if first == last else f"{first:,} to {last:,}" for first, last in runs])
