"""The two findings of a fact-check as pages show them: a word, a shape and a tone. Pure."""

from collections.abc import Iterable
from dataclasses import dataclass
from typing import Any

Document = dict[str, Any]

# Shape and tone of each finding; a word always stands beside them, since colour alone tells nothing to many readers.
# Squares answer "did they say it?", circles "is it true?".
ATTRIBUTIONS = {
    "confirmed": ("square-quotes", "for"),
    "confirmed-in-substance": ("square-waves", "mostly-for"),
    "reported": ("square-one", "open"),
    "paraphrased": ("square-lines", "open"),
    "altered": ("square-unequal", "mostly-against"),
    "misattributed": ("square-cross", "against"),
    "own-voice": ("square-page", "open"),
}
OFF_SCALE = {
    "not-enough-evidence": "circle-dashed",
    "not-checkable": "circle-bar",
    "satire": "circle-wave",
}


def is_own_voice(document: Document) -> bool:
    """Whether the claim is a document's own statement, so that its words are nobody's direct speech."""
    return document["speaker"] is None and bool(
        document["attribution"] and document["attribution"]["finding"] == "own-voice"
    )


def identity(source: Document) -> str | None:
    """What tells a source of a body from its others: partners' bodies name sources that are no rows here."""
    found: str | None = source["id"] or source["link"] or source["title"]
    return found


def same_findings(one: Document, other: Document) -> bool:
    """Whether two bodies of a claim have the same findings, on the same scale; what they are called may be another."""
    return findings_of(one) == findings_of(other)


def findings_of(body: Document) -> tuple[object, ...]:
    """Both findings of a body and where the rating stands on its scale: what `same_findings` compares."""
    veracity = body["veracity"] or {}
    return (
        (body["attribution"] or {}).get("finding"),
        *(veracity.get(name) for name in ("rating", "value", "best", "worst")),
    )


@dataclass(frozen=True, slots=True)
class Finding:
    """One answer: a word, a shape and a tone, so that it is never told by colour alone."""

    question: str
    word: str
    shape: str
    tone: str
    anchor: str | None = None
    number: str | None = None
    note: str | None = None
    definition: str | None = None


def attribution(document: Document, methodology: Document | None = None) -> Finding:
    """The answer to "did they say it?", or that the question was not assessed."""
    found = document["attribution"]
    question = "Did they say it?" if document["speaker"] else "Does the source say it?"
    if found is None:
        return Finding(question, "Not assessed", "square-dashed", "open")
    shape, tone = ATTRIBUTIONS.get(found["finding"], ("square-dashed", "open"))
    return Finding(
        question=question,
        word=found["label"],
        shape=shape,
        tone=tone,
        anchor=anchor(document["methodology"], "attribution", found["finding"]),
        note=found["note"],
        definition=_definition((methodology or {}).get("attribution_findings", []), found["finding"]),
    )


def veracity(document: Document, methodology: Document | None = None) -> Finding:
    """The answer to "is it true?"; a rating off the scale has no number."""
    found = document["veracity"]
    question = "Is it true?"
    if found is None:
        published = document["rating_as_published"]
        return Finding(question, "Not assessed", "circle-dashed", "open", note=published)
    return Finding(
        question=question,
        word=found["label"],
        shape=rating_shape(found["rating"], found["value"], found["best"], found["worst"]),
        tone=rating_tone(found["value"], found["best"], found["worst"]),
        anchor=anchor(document["methodology"], "rating", found["rating"]),
        number=rating_number(found["value"], found["best"], found["worst"]),
        definition=_definition((methodology or {}).get("scale", {}).get("ratings", []), found["rating"]),
    )


def anchor(version: str | None, axis: str, identifier: str) -> str | None:
    """Where the methodology page defines a finding."""
    return f"{version}-{axis}-{identifier}" if version else None


def rating_shape(rating: str, value: int | None, best: int | None, worst: int | None) -> str:
    """The circle of a rating, filled as far as its value stands on the scale."""
    if value is None or best is None or worst is None:
        return OFF_SCALE.get(rating, "circle-dashed")
    share = (value - worst) / (best - worst)
    if share in (0, 1):
        return "circle-tick" if share else "circle-cross"
    return "circle-half" if 1 / 3 < share < 2 / 3 else "circle-most" if share > 1 / 2 else "circle-little"


def rating_tone(value: int | None, best: int | None, worst: int | None) -> str:
    if value is None or best is None or worst is None:
        return "open"
    share = (value - worst) / (best - worst)
    tones = ((1.0, "for"), (2 / 3, "mostly-for"), (1 / 3 + 1e-9, "mixed"), (1e-9, "mostly-against"))
    return next((tone for least, tone in tones if share >= least), "against")


def rating_number(value: int | None, best: int | None, worst: int | None) -> str | None:
    return None if value is None else f"{value} on the scale from {worst} (false) to {best} (true)"


def _definition(choices: Iterable[Document], identifier: str) -> str | None:
    return next((choice["definition"] for choice in choices if choice["id"] == identifier), None)


def scale(methodology: Document) -> list[Finding]:
    """The ratings of a methodology, best first and those off the scale last, each with its shape."""
    best, worst = methodology["scale"]["best"], methodology["scale"]["worst"]
    ratings = sorted(methodology["scale"]["ratings"], key=lambda rating: -(rating["value"] or 0))
    return [
        Finding(
            question="Is it true?",
            word=rating["label"],
            shape=rating_shape(rating["id"], rating["value"], best, worst),
            tone=rating_tone(rating["value"], best, worst),
            anchor=anchor(methodology["version"], "rating", rating["id"]),
            number=None if rating["value"] is None else str(rating["value"]),
            definition=rating["definition"],
        )
        for rating in ratings
    ]


def attributions(methodology: Document) -> list[Finding]:
    """The attribution findings of a methodology, each with its shape."""
    return [
        Finding(
            "Did they say it?",
            finding["label"],
            *ATTRIBUTIONS.get(finding["id"], ("square-dashed", "open")),
            anchor=anchor(methodology["version"], "attribution", finding["id"]),
            definition=finding["definition"],
        )
        for finding in methodology["attribution_findings"]
    ]
