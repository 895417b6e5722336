"""Sources and the passages cited from them, as pages show them. Pure."""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass

from claims.alignment import Part, aligned
from claims.coverage import Passage as Cited
from claims.findings import Document
from claims.printed import Day, Printed, counted, day, groups, listed, printed

MODES = {
    "direct": "Direct quotation",
    "indirect": "Indirect speech",
    "paraphrase": "Paraphrase",
    "headline": "Headline",
    "visual": "Image or video",
}
OWN_VOICE = "In the document's own words"
# A partner's review says where a claim appeared, not in what words.
UNKNOWN_MODE = "Where it appeared"
USES = {
    "appearance": "as a wording of the claim",
    "supports": "as evidence for it",
    "refutes": "as evidence against it",
    "context": "as context",
}
# A headline may be quoted by thousands; the others are counted.
USES_LISTED = 10
KINDS = {
    "article": "Article",
    "debate": "Debate",
    "dataset": "Dataset",
    "law": "Law or treaty",
    "post": "Post",
    "interview": "Interview",
    "image": "Image",
    "passage": "Passage",
}
TRANSLATIONS = {None: None, True: "in translation", False: "the language it was said in"}
FACTS = {
    "title": "title",
    "publisher": "publisher",
    "byline": "byline",
    "published_on": "date",
    "link": "link",
}


@dataclass(frozen=True, slots=True)
class SourceLine:
    """A source as printed; what it does not show is said and never filled in."""

    id: str | None
    title: str | None
    kind: str | None
    publisher: str | None
    byline: str | None
    published_on: Day | None
    language: str | None
    link: str | None
    archived_at: str | None
    absent: str | None


@dataclass(frozen=True, slots=True)
class Passage:
    """Words of one source on a page: an appearance of the claim or a piece of evidence."""

    anchor: str
    source: SourceLine
    quotation: Printed | None
    digest: list[str]
    held: bool
    language: str | None
    note: str | None
    kind: str
    first: bool = False
    spoken: bool = False
    role: str | None = None
    claimed_on: Day | None = None
    translation: str | None = None
    locator: str | None = None

    @property
    def places(self) -> list[str]:
        return [self.quotation.place] if self.quotation else []


@dataclass(frozen=True, slots=True)
class Wording:
    """The same words in one source, said by the same speaker in the same role, once or more often."""

    passages: list[Passage]

    @property
    def passage(self) -> Passage:
        return self.passages[0]

    @property
    def first(self) -> bool:
        return any(passage.first for passage in self.passages)

    @property
    def notes(self) -> list[str]:
        return [passage.note for passage in self.passages if passage.note]

    @property
    def places(self) -> list[str]:
        return [place for passage in self.passages for place in passage.places]


@dataclass(frozen=True, slots=True)
class Synopsis:
    """The wordings of one remark over against one another: in each column one wording, with where it stands."""

    columns: list[list[Passage]]
    parts: list[Part]
    language: str


@dataclass(frozen=True, slots=True)
class Use:
    """A claim that cites a passage, and as what."""

    id: str
    title: str
    how: str


@dataclass(frozen=True, slots=True)
class CitedPassage:
    """A passage of a source with claims that use it; `more` says how many uses are not listed."""

    number: int
    anchor: str
    quotation: Printed
    text: str
    claims: list[Use]
    more: str | None


@dataclass(frozen=True, slots=True)
class Snapshot:
    digest: list[str]
    length: str
    how: str
    held: bool


def source_line(source: Document) -> SourceLine:
    return SourceLine(
        id=source["id"],
        title=source["title"],
        kind=_kind(source["kind"]) if source["kind"] else None,
        publisher=source["publisher"]["name"] if source["publisher"] else None,
        byline=source["byline"],
        published_on=day(source["published_on"]),
        language=source["language"],
        link=source["link"],
        archived_at=source["archived_at"],
        absent=absent(source),
    )


def _kind(identifier: str) -> str:
    return KINDS.get(identifier, identifier)


def absent(source: Document) -> str | None:
    """What a source does not show, in a sentence: "Shows no publisher, byline or link."."""
    missing = [name for key, name in FACTS.items() if not source[key]]
    return f"Shows no {listed(missing, 'or')}." if missing else None


def passage(part: Document, *, anchor: str, held: dict[str, bool], own_voice: bool = False) -> Passage:
    """An appearance or a piece of evidence; `own_voice` where a document speaks itself and quotes nobody."""
    direct = part.get("mode") == "direct" and not own_voice
    quotation = printed(part["quotation"]) if part["quotation"] else None
    return Passage(
        anchor=anchor,
        source=source_line(part["source"]),
        quotation=quotation,
        digest=groups(quotation.sha256) if quotation else [],
        held=bool(quotation and held.get(quotation.sha256)),
        language=part.get("language") or part["source"]["language"],
        note=part["note"],
        kind=_how(part, own_voice=own_voice),
        first=part.get("first", False),
        spoken=direct and quotation is not None and not quotation.marked,
        role=part.get("role"),
        claimed_on=day(part.get("claimed_on")),
        translation=TRANSLATIONS[part.get("translated")],
        locator=part.get("locator"),
    )


def _how(part: Document, *, own_voice: bool) -> str:
    """In which manner an appearance gives the claim, or what kind of evidence it is."""
    if "mode" not in part:
        return _kind(part["kind"])
    mode = part["mode"]
    if mode is None:
        return UNKNOWN_MODE
    return OWN_VOICE if own_voice and mode == "direct" else MODES[mode]


def wordings(passages: Iterable[Passage]) -> list[Wording]:
    """Appearances side by side; what one source prints twice in the same words stands in one place."""
    found: dict[object, Wording] = {}
    for part in passages:
        key: object = part.anchor
        if part.quotation:
            facts = (part.source.id, part.kind, part.role, part.claimed_on, part.language, part.translation)
            key = (part.quotation.sha256, part.quotation.level, part.quotation.runs, facts)
        found.setdefault(key, Wording([])).passages.append(part)
    return list(found.values())


def synopsis(wordings: Iterable[Wording]) -> Synopsis | None:
    """The different wordings in the language of the first; None where nothing is learned from comparing them."""
    columns: dict[object, list[Passage]] = {}
    language = None
    for passage in (passage for wording in wordings for passage in wording.passages):
        language = language or passage.language
        if passage.quotation and passage.language == language:
            words = tuple((run.kind, run.text.casefold()) for run in passage.quotation.runs)
            columns.setdefault(words, []).append(passage)
    parts = aligned([passages[0].quotation for passages in columns.values() if passages[0].quotation])
    return Synopsis(list(columns.values()), parts, language or "") if parts else None


def cited_passages(
    passages: Iterable[tuple[Cited, Document]], titles: Mapping[int, tuple[str, str]]
) -> list[CitedPassage]:
    """The passages of a source, each given with its quotation, and the claims that use it, and as what.

    `titles` has identifier and title of claims by their entries; at most USES_LISTED are listed.
    """
    found = []
    for part, quotation in passages:
        uses = [
            Use(*titles[sequence], USES.get(use, "as evidence"))
            for sequence, use in part.uses[:USES_LISTED]
            if sequence in titles
        ]
        left = len(part.uses) - len(uses)
        found.append(
            CitedPassage(
                number=part.number,
                anchor=f"passage-{part.number}",
                quotation=printed(quotation),
                text=groups(part.sha256)[0],
                claims=uses,
                more=counted(left, "other use") if left else None,
            )
        )
    return found


def snapshots(source: Document, *, held: dict[str, bool]) -> list[Snapshot]:
    """The archived texts of a source by their fingerprints."""
    return [
        Snapshot(
            digest=groups(part["sha256"]),
            length=counted(part["length"], "character"),
            how=part["how"],
            held=held.get(part["sha256"], False),
        )
        for part in source["snapshots"]
    ]
