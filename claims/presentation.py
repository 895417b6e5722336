"""What the public pages show, from served documents. Plain values in, plain values out."""

from collections.abc import Collection, Iterable, Iterator
from dataclasses import dataclass

from claims.automatic import is_gone
from claims.findings import Document, Finding, attribution, identity, is_own_voice, veracity
from claims.passages import Passage, Synopsis, Wording, passage, synopsis
from claims.passages import wordings as side_by_side
from claims.printed import Day, counted, curly, day, groups, licence, moment
from claims.search.highlights import highlights

STANCES = {
    "supports": "Evidence for it",
    "refutes": "Evidence against it",
    "context": "Context",
}
RELATIONS = {
    ("same-utterance", "to"): "The same utterance",
    ("same-utterance", "from"): "The same utterance",
    ("repeats", "to"): "Repeats",
    ("repeats", "from"): "Repeated in",
    ("contradicts", "to"): "Contradicts",
    ("contradicts", "from"): "Contradicted by",
    ("differs-from", "to"): "Differs from",
    ("differs-from", "from"): "Differs from",
    ("derived-from", "to"): "Derived from",
    ("derived-from", "from"): "Source of",
}
REVISIONS = {
    "publication": "First publication",
    "correction": "Correction",
    "verdict_change": "Change of verdict",
    "clarification": "Clarification",
    "update": "Update",
    "typo": "Typing error",
    "withdrawal": "Withdrawal",
    "restoration": "Restoration",
    "redaction": "Redaction",
    "reference": "Change of reference data",
    "key": "Signing key",
}


@dataclass(frozen=True, slots=True)
class Related:
    id: str
    title: str
    kind: str
    note: str


@dataclass(frozen=True, slots=True)
class Taken:
    """Whose fact-check it is where it is not ours: our two findings are never shown for it, only their own words.

    `publisher_id` is None where the publisher has no row here; `on` is the day on which it was published there.
    `gone` says that it was withdrawn since its publisher's feed does not have it any more.
    """

    publisher: str
    publisher_id: str | None
    address: str | None
    rating: str | None
    on: Day | None
    gone: bool = False
    licence: str | None = None


@dataclass(frozen=True, slots=True)
class ClaimRow:
    """A claim in a list; `related` are others that the list shows with it, `more_related` how many it does not."""

    id: str
    claim: str
    language: str
    claimed_on: Day | None
    speaker: Document | None
    role: str | None
    findings: tuple[Finding, ...]
    wordings: str
    summary: str
    taken: Taken | None
    related: tuple[Related, ...] = ()
    more_related: int = 0
    synopsis: Synopsis | None = None
    # The claim in pieces, each with whether it was looked for; empty where nothing was.
    pieces: tuple[tuple[str, bool], ...] = ()


@dataclass(frozen=True, slots=True)
class Reply:
    """Right of reply: who was asked, and the answer word for word, or the sentence that there was none."""

    asked_of: str
    asked_on: Day | None
    by: str
    deadline: Day | None
    answer: str | None
    answered_on: Day | None
    unanswered: str


@dataclass(frozen=True, slots=True)
class Entry:
    """The revision box: which entry of the public record the page shows; `at` is None before there is one."""

    kind: str
    note: str | None
    at: Day | None
    digests: list[tuple[str, list[str]]]
    second_read: str


@dataclass(frozen=True, slots=True)
class Notice:
    """A change since the first publication; `is_loud` where a finding is another since then, or may be.

    `is_compared` where there is a text to be compared with the one before.
    """

    kind: str
    note: str | None
    at: Day
    number: int
    is_loud: bool
    is_compared: bool


@dataclass(frozen=True, slots=True)
class ClaimPage:
    row: ClaimRow
    wordings: list[Wording]
    synopsis: Synopsis | None
    evidence: list[tuple[str, str, list[Passage]]]
    reply: Reply | None
    related: list[Related]
    entry: Entry
    notices: list[Notice]
    first_published: Day | None
    licence: str
    texts: str | None


def claim_row(
    document: Document, methodology: Document | None = None, *, found: frozenset[str] = frozenset()
) -> ClaimRow:
    """A claim as lists show it, and as its own page begins; `found` are stems that were looked for."""
    appearances = document["appearances"]
    first = next((part for part in appearances if part["first"]), appearances[0] if appearances else None)
    theirs = taken(document)
    return ClaimRow(
        id=document["id"],
        claim=document["claim"],
        language=document["language"],
        claimed_on=day(document["claimed_on"]),
        speaker=document["speaker"],
        role=first["role"] if first else None,
        findings=() if theirs else (attribution(document, methodology), veracity(document, methodology)),
        wordings="" if theirs else wordings(appearances),
        summary=document["summary"],
        taken=theirs,
        pieces=tuple(_pieces(document, found)) if found else (),
    )


def _pieces(document: Document, found: frozenset[str]) -> Iterator[tuple[str, bool]]:
    """The claim as it is printed, cut where words begin and end that were looked for."""
    claim = document["claim"] if document["origin"] == "partner" else curly(document["claim"])
    at = 0
    for start, end in highlights(claim, found, language=document["language"]):
        if at < start:
            yield claim[at:start], False
        yield claim[start:end], True
        at = end
    if at < len(claim):
        yield claim[at:], False


def taken(document: Document) -> Taken | None:
    """From whom a fact-check, or what is left of a withdrawn one, was taken; None for our own."""
    if document["origin"] != "partner":
        return None
    publisher = document["publisher"] or {}
    return Taken(
        publisher=publisher.get("name") or "a partner",
        publisher_id=publisher.get("id"),
        address=document["review_url"],
        rating=document.get("rating_as_published"),
        on=day(document.get("reviewed_on")),
        gone="withdrawn" in document and is_gone(document),
        licence=document["licence"],
    )


def wordings(appearances: list[Document]) -> str:
    """How many different wordings are quoted, and from how many sources where that is another number."""
    quoted = [part for part in appearances if part["quotation"]]
    words = {
        tuple(segment["exact"].casefold() for segment in part["quotation"]["segments"]) for part in quoted
    }
    sources = {identity(part["source"]) for part in appearances}
    if not words:
        return f"no wording quoted, {counted(len(sources), 'source')}"
    if len(words) == len(sources) == 1:
        return counted(1, "wording")
    return f"{counted(len(words), 'wording')} in {counted(len(sources), 'source')}"


def claim_page(
    document: Document, methodology: Document | None, *, findings_changed: Collection[int] = ()
) -> ClaimPage:
    """All of a claim's page but the texts that the document carries ready made.

    `findings_changed` are the numbers of the revisions that came with another finding, or may have.
    """
    live = document["live"]
    held = live["held"]
    evidence = [
        (
            stance,
            label,
            [
                passage(part, anchor=f"evidence-{number}", held=held)
                for number, part in enumerate(document["evidence"], start=1)
                if part["stance"] == stance
            ],
        )
        for stance, label in STANCES.items()
    ]
    shown = _wordings(document)
    return ClaimPage(
        row=claim_row(document, methodology),
        wordings=shown,
        synopsis=_compared(document, shown),
        evidence=[group for group in evidence if group[2]],
        reply=reply(document),
        related=related(document),
        entry=entry(document),
        notices=[
            Notice(
                kind=REVISIONS.get(notice["kind"], "Change"),
                note=notice["note"],
                at=moment(notice["at"]),
                number=notice["number"],
                is_loud=notice["number"] in findings_changed,
                is_compared=notice["kind"] != "withdrawal",
            )
            for notice in live["notices"]
        ],
        first_published=moment(live["first_published_at"]) if live["first_published_at"] else None,
        licence=licence(document["licence"]),
        texts=texts(held),
    )


def related(document: Document) -> list[Related]:
    """The public claims that a claim is related to, as its relations are read from this end."""
    return [
        Related(
            id=other["id"],
            title=other["title"],
            kind=RELATIONS.get((other["kind"], other["direction"]), "Related"),
            note=other["note"],
        )
        for other in document["live"]["related"]
    ]


def compared(document: Document) -> Synopsis | None:
    """The wordings of a speaker's remark over against one another; None where there is nothing to compare."""
    return _compared(document, _wordings(document))


def _compared(document: Document, wordings: list[Wording]) -> Synopsis | None:
    # Documents that say something themselves do not render one remark.
    return synopsis(wordings) if document["speaker"] else None


def _wordings(document: Document) -> list[Wording]:
    held, own_voice = document["live"]["held"], is_own_voice(document)
    return side_by_side(
        passage(part, anchor=f"wording-{part['id']}", held=held, own_voice=own_voice)
        for part in document["appearances"]
    )


def reply(document: Document) -> Reply | None:
    """What was asked and answered; None where nobody was asked.

    Whether the deadline had passed is judged by the day of the entry on the record: nobody knows what came later.
    """
    asked, at = document["reply"], document["revision"]["at"]
    if asked is None:
        return None
    deadline = asked["deadline"]
    if deadline and at and at[:10] > deadline["date"]:
        unanswered = "No answer by the deadline."
    else:
        unanswered = "No answer yet when this was published." if at else "No answer yet."
    return Reply(
        asked_of=asked["asked_of"],
        asked_on=day(asked["asked_on"]),
        by=asked["by"],
        deadline=day(deadline),
        answer=asked["answer"],
        answered_on=day(asked["answered_on"]),
        unanswered=unanswered,
    )


def entry(document: Document) -> Entry:
    revision = document["revision"]
    digests = [
        ("This text", revision["body_digest"]),
        ("Entry before", revision["previous"]),
        ("This entry", revision["entry_digest"]),
    ]
    if document["second_read"]:
        second_read = "Read and approved by a second editor before publication."
    else:
        reason = document["second_read_note"]
        second_read = f"No second read: {reason}" if reason else "No second read."
    return Entry(
        kind=REVISIONS.get(revision["kind"], revision["kind"] or ""),
        note=revision["note"],
        at=moment(revision["at"]) if revision["at"] else None,
        digests=[(name, groups(digest)) for name, digest in digests if digest],
        second_read=second_read,
    )


def texts(held: dict[str, bool]) -> str | None:
    """What a reader should know where this server does not hold the archived texts that were quoted."""
    if not held or all(held.values()):
        return None
    how_many = "none" if not any(held.values()) else "not all"
    return (
        f"This server holds {how_many} of the archived texts quoted here: it knows them by their fingerprints. "
        "Whoever has the text can check each quotation against its place."
    )


def roles(documents: Iterable[Document]) -> list[str]:
    """The roles that these documents' appearances give their speaker, each once, as printed."""
    found = [part["role"] for document in documents for part in document["appearances"] if part["role"]]
    return list(dict.fromkeys(found))
