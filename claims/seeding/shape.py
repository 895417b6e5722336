"""The shape of seed files: which keys each record has, in which order, and what each may hold. Pure."""

import datetime as dt
import difflib
from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

from claims.seeding.files import Mapping, SeedError
from sources import quotations

Reader = Callable[[Any], Any]

# What the columns hold on every database.
LONGEST_SLUG = 120
LARGEST_NUMBER = 2**31 - 1


@dataclass(frozen=True)
class Shape:
    """A record: its keys in order, each with its reader, and the keys that it cannot do without."""

    fields: dict[str, "Reader | Shape | tuple[Reader | Shape]"]
    required: tuple[str, ...] = ()


def text(value: Any) -> str:
    if not isinstance(value, str):
        raise ValueError("is not text; put it in quotation marks")
    problem = quotations.text_problem(value)
    if value and problem:
        raise ValueError(f"cannot be kept: {problem}")
    return value.strip()


def exact(value: Any) -> str:
    """Quoted words: nothing is stripped."""
    stripped = text(value)
    if value != stripped and not value.strip():
        raise ValueError("holds no words")
    return str(value)


def slug(value: Any) -> str:
    read = text(value)
    if not read or not all(char in "abcdefghijklmnopqrstuvwxyz0123456789-" for char in read):
        raise ValueError("may hold lower-case letters, digits and hyphens only")
    if len(read) > LONGEST_SLUG:
        raise ValueError(f"has more than {LONGEST_SLUG} characters")
    return read


def slugs(value: Any) -> list[str]:
    """Identifiers in no order of their own; they are kept sorted."""
    if not isinstance(value, list):
        raise ValueError("is not a list")
    return sorted({slug(item) for item in value})


def number(value: Any) -> int:
    if not isinstance(value, int) or isinstance(value, bool):
        raise ValueError("is not a whole number")
    if abs(value) > LARGEST_NUMBER:
        raise ValueError(f"is beyond {LARGEST_NUMBER}")
    return value


def offset(value: Any) -> int:
    if number(value) < -1:
        raise ValueError("is not a position")
    return int(value)


def yes_or_no(value: Any) -> bool:
    if not isinstance(value, bool):
        raise ValueError("is neither true nor false")
    return value


def yes_only(value: Any) -> bool | None:
    """True or nothing: saying that something is not so is the same as leaving it out."""
    return yes_or_no(value) or None


def day(value: Any) -> str:
    try:
        return dt.date.fromisoformat(text(value)).isoformat()
    except ValueError:
        raise ValueError("is not a day written as YYYY-MM-DD") from None


def one_of(*choices: str) -> Reader:
    def read(value: Any) -> str:
        if value not in choices:
            raise ValueError(f"is none of {', '.join(choices)}")
        return str(value)

    return read


DATE = Shape(
    {"date": day, "precision": one_of("day", "week", "month", "year"), "inferred_because": text},
    ("date", "precision"),
)
QUOTATION = Shape(
    {
        "words": exact,
        "snapshot": text,
        "segments": (Shape({"exact": exact, "start": number, "end": number}, ("exact", "start", "end")),),
        "marks": (
            Shape(
                {"kind": one_of("elision", "insertion", "sic", "publisher"), "after": offset, "text": exact},
                ("kind", "after"),
            ),
        ),
        "elided": (
            Shape(
                {"after": offset, "exact": exact, "start": number, "end": number, "negation": yes_or_no},
                ("after", "exact", "start", "end", "negation"),
            ),
        ),
        "prefix": exact,
        "suffix": exact,
        "level": one_of("exact", "typographic"),
    }
)
SITE = Shape(
    {
        "name": text,
        "publisher": slug,
        "licence": text,
        "contact": text,
        "funding": text,
        "organisation": text,
        "corrections_policy": text,
        "seeds": text,
    },
    ("name", "licence"),
)
PUBLISHER = Shape({"id": slug, "name": text, "site": text, "note": text}, ("id", "name"))
TOPIC = Shape({"id": slug, "name": text, "description": text}, ("id", "name"))
SPEAKER = Shape(
    {
        "id": slug,
        "name": text,
        "kind": one_of("person", "organisation"),
        "description": text,
        "aliases": (Shape({"name": text, "language": text}, ("name",)),),
        "same_as": (text,),
    },
    ("id", "name", "kind"),
)
METHODOLOGY = Shape(
    {
        "version": slug,
        "title": text,
        "rules": text,
        "checklist": (one_of("two-sources", "both-sides", "reply"),),
        "scale": Shape(
            {
                "worst": number,
                "best": number,
                "ratings": (
                    Shape(
                        {"id": slug, "label": text, "value": number, "definition": text},
                        ("id", "label", "definition"),
                    ),
                ),
            },
            ("worst", "best", "ratings"),
        ),
        "attribution_findings": (
            Shape({"id": slug, "label": text, "definition": text}, ("id", "label", "definition")),
        ),
    },
    ("version", "title", "rules", "scale", "attribution_findings"),
)
SOURCE = Shape(
    {
        "id": slug,
        "kind": one_of("article", "debate", "dataset", "law", "post", "interview", "image"),
        "title": text,
        "publisher": slug,
        "byline": text,
        "published_on": DATE,
        "language": text,
        "link": text,
        "archived_at": text,
        "note": text,
        "snapshots": (
            Shape({"sha256": text, "length": number, "file": text, "how": text}, ("sha256", "length", "how")),
        ),
    },
    ("id", "kind", "language"),
)
CLAIM = Shape(
    {
        "id": slug,
        "claim": text,
        "title": text,
        "language": text,
        "claimed_on": DATE,
        "topics": slugs,
        "speaker": slug,
        "appearances": (
            Shape(
                {
                    "id": slug,
                    "source": slug,
                    "first": yes_only,
                    "mode": one_of("direct", "indirect", "paraphrase", "headline", "visual"),
                    "role": text,
                    "claimed_on": DATE,
                    "language": text,
                    "translated": yes_or_no,
                    "note": text,
                    "quotation": QUOTATION,
                },
                ("id", "source", "mode", "language"),
            ),
        ),
        "relations": (
            Shape(
                {
                    "kind": one_of(
                        "same-utterance", "repeats", "contradicts", "differs-from", "derived-from"
                    ),
                    "claim": slug,
                    "note": text,
                    "appearance": slug,
                    "to_appearance": slug,
                },
                ("kind", "claim", "note"),
            ),
        ),
        "verdict": Shape(
            {
                "methodology": slug,
                "attribution": slug,
                "attribution_note": text,
                "rating": slug,
                "summary": text,
                "rationale": text,
                "not_known": text,
                "reply": Shape(
                    {
                        "asked_of": text,
                        "asked_on": day,
                        "by": text,
                        "deadline": day,
                        "answer": text,
                        "answered_on": day,
                    },
                    ("asked_of", "asked_on", "by"),
                ),
                "evidence": (
                    Shape(
                        {
                            "stance": one_of("supports", "refutes", "context"),
                            "kind": one_of("passage", "dataset", "law", "interview", "image"),
                            "source": slug,
                            "locator": text,
                            "note": text,
                            "quotation": QUOTATION,
                        },
                        ("stance", "kind", "source"),
                    ),
                ),
            },
            ("methodology", "attribution", "summary", "rationale"),
        ),
    },
    ("id", "claim", "title", "language", "verdict"),
)


def read(value: Any, shape: Shape, *, where: str) -> Mapping:
    """The record in the shape's order, without its empty keys; raises SeedError naming the place and the key."""
    if not isinstance(value, dict):
        raise SeedError(f"{where}: a record with keys is expected here.")
    line = getattr(value, "line", 0)
    place = f"{where}, line {line}" if line else where
    for key in value:
        if key not in shape.fields:
            near = difflib.get_close_matches(key, shape.fields, n=1)
            hint = f"Did you mean {near[0]!r}?" if near else f"Known keys: {', '.join(shape.fields)}."
            raise SeedError(f"{place}: the key {key!r} is not known here. {hint}")
    made = Mapping()
    made.line = line
    for key, reader in shape.fields.items():
        content = _value(value.get(key), reader, place=f"{place}, {key}", where=where)
        if content not in (None, "", [], {}):
            made[key] = content
    absent = [key for key in shape.required if key not in made]
    if absent:
        raise SeedError(f"{place}: {', '.join(absent)} missing; every record of this kind needs it.")
    return made


def _value(value: Any, reader: "Reader | Shape | tuple[Reader | Shape]", *, place: str, where: str) -> Any:
    if value is None:
        return None
    if isinstance(reader, Shape):
        return read(value, reader, where=where)
    if isinstance(reader, tuple):
        if not isinstance(value, list):
            raise SeedError(f"{place}: a list is expected here.")
        return [_value(item, reader[0], place=place, where=where) for item in value]
    try:
        return reader(value)
    except ValueError as error:
        raise SeedError(f"{place}: {value!r} {error}.") from error


def tidy(value: Any, shape: Shape) -> dict[str, Any]:
    """A record built by this program, in the shape's order and without empty keys."""
    return dict(read(value, shape, where="dump"))
