"""What a new body of a claim changes of the one that readers have, field by field. Pure."""

import difflib
from collections import Counter
from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any, Literal, NamedTuple

from claims.canonical import canonical
from claims.edits import Piece, Shown, shortened, words
from claims.printed import day, place
from sources.quotations.shape import Quotation
from sources.quotations.showing import shown

Body = dict[str, Any]


@dataclass(frozen=True, slots=True)
class Change:
    """One field that is another. `path` names it in the body; the pieces hold both texts."""

    path: tuple[str, ...]
    label: str
    kind: Literal["changed", "added", "removed"]
    pieces: tuple[Piece, ...]

    @property
    def shown(self) -> list[Shown]:
        return shortened(self.pieces)


@dataclass(frozen=True, slots=True)
class Group:
    """The changes of one part of the body; `kind` says whether the part itself is new or gone."""

    label: str
    kind: Literal["changed", "added", "removed"]
    changes: tuple[Change, ...]

    @property
    def gist(self) -> str:
        """What a row that came or went was, and from where, in a line; empty where that takes all of its fields."""
        if self.kind == "changed" or len(self.changes) < _MANY:
            return ""
        said = {change.path[2:]: "".join(piece.text for piece in change.pieces) for change in self.changes}
        words = said.get(("quotation", "words"))
        what = f"“{words}”" if words else next((said[name] for name in _GIST if said.get(name)), "")
        source = said.get(("source", "title")) or said.get(("source", "id"))
        return f"{what}, from “{source}”" if what and source else what or source or ""


# So few fields are read faster than a summary of them.
_MANY = 4
_GIST = (("locator",), ("claim", "title"), ("note",))


class _Fact(NamedTuple):
    group: str
    label: str
    value: Any
    text: str


_TEXTS = {
    "title": "Title",
    "claim": "Claim",
    "claimed_on": "Claimed on",
    "reviewed_on": "Checked on",
    "summary": "Summary",
    "rationale": "Why",
    "not_known": "What is not known",
    "language": "Language",
    "methodology": "Methodology",
    "licence": "Licence",
    "second_read": "Second read",
    "second_read_note": "Why no second read",
    "review_url": "Published at",
    "rating_as_published": "Rating as published",
    "origin": "Origin",
    "id": "Identifier",
    "format": "Format",
}
_NAMES = {
    "speaker": "Speaker",
    "attribution": "Did they say it?",
    "veracity": "Is it true?",
    "reply": "Right of reply",
    "publisher": "Publisher",
    "topics": "Topics",
    "id": "identifier",
    "same_as": "same as",
    "asked_of": "asked of",
    "asked_on": "asked on",
    "by": "by what way",
    "answered_on": "answered on",
    "published_on": "published on",
    "archived_at": "archived at",
    "first": "first appearance",
    "mode": "how it appears",
    "role": "role then",
    "claimed_on": "said on",
    "finding": "finding, as the record calls it",
    "rating": "rating, as the record calls it",
}
# Of a partner's fact-check: our questions are not asked of it.
_THEIRS = {
    "veracity": "Numbers of their rating",
    "rating_as_published": "Their rating",
    "reviewed_on": "Published there on",
}
# In the order in which a reader meets them.
_ORDER = (
    *(
        "title",
        "claim",
        "speaker",
        "claimed_on",
        "attribution",
        "rating_as_published",
        "veracity",
        "summary",
        "appearances",
        "evidence",
    ),
    *("rationale", "reply", "not_known", "relations", "topics"),
)


def groups(first: Body | None, second: Body | None) -> list[Group]:
    """What `second` changes of `first`, by parts of the body in reading order; empty where they are equal.

    Appearances are the same by their identifier, evidence by the words that it quotes or by its locator, and what is
    left of it by its place in the list.
    """
    found: dict[str, list[Change]] = {}
    before, after = _facts(first or {}, second or {})
    for path in _merged(list(before), list(after)):
        one, other = before.get(path), after.get(path)
        change = _change(path, one, other)
        if change is not None:
            found.setdefault((other or one or _NOTHING).group, []).append(change)
    kinds = {name: _kind_of(name, before, after) for name in found}
    return [Group(name, kinds[name], tuple(changes)) for name, changes in found.items()]


def changes(first: Body, second: Body) -> list[Change]:
    """What `second` changes of `first`, field by field."""
    return [change for group in groups(first, second) for change in group.changes]


_NOTHING = _Fact("", "", None, "")


def _change(path: tuple[str, ...], one: _Fact | None, other: _Fact | None) -> Change | None:
    if one is None or other is None:
        here = one or other or _NOTHING
        pieces = (Piece("removed" if one else "added", here.text),) if here.text else ()
        return Change(path, here.label, "removed" if one else "added", pieces) if pieces else None
    if one.value == other.value:
        return None
    if one.text == other.text:
        # Values that read the same are told apart as the record has them.
        one, other = (fact._replace(text=canonical({"value": fact.value})) for fact in (one, other))
    kind: Any = "added" if not one.text else "removed" if not other.text else "changed"
    return Change(path, other.label, kind, words(one.text, other.text))


def _kind_of(group: str, before: dict[Any, _Fact], after: dict[Any, _Fact]) -> Any:
    was = any(fact.group == group for fact in before.values())
    is_now = any(fact.group == group for fact in after.values())
    return "changed" if was and is_now else "added" if is_now else "removed"


def _merged(one: list[Any], other: list[Any]) -> list[Any]:
    """The paths of both in the order of the second, those that are gone where they stood."""
    found = []
    for tag, a, b, c, d in difflib.SequenceMatcher(None, one, other, autojunk=False).get_opcodes():
        found += one[a:b] if tag in ("equal", "delete", "replace") else []
        found += other[c:d] if tag in ("insert", "replace") else []
    return list(dict.fromkeys(found))


def _facts(first: Body, second: Body) -> tuple[dict[Any, _Fact], dict[Any, _Fact]]:
    """Every field of both bodies under its path; rows of lists that are the same row have the same path."""
    sides: tuple[dict[Any, _Fact], dict[Any, _Fact]] = ({}, {})
    names = [*_ORDER, *sorted((first.keys() | second.keys()) - set(_ORDER))]
    first, second = _without_repeated(first), _without_repeated(second)
    theirs = _THEIRS if "partner" in (first.get("origin"), second.get("origin")) else {}
    for name in names:
        if name in _ROWS:
            kind, key = _ROWS[name]
            rows = (first.get(name) or [], second.get(name) or [])
            for side, named in zip(sides, _paired(*rows, key=key), strict=True):
                for row, label, content in named:
                    side.update(_walk((name, row), f"{kind} {label}", "", content))
                order = [row for row, _, _ in named]
                listed = ", ".join(label for _, label, _ in named)
                side[name, "order"] = _Fact(name.capitalize(), "Order", order, listed)
            if Counter(sides[0][name, "order"].value) != Counter(sides[1][name, "order"].value):
                # Rows came or went, which is shown as such.
                del sides[0][name, "order"], sides[1][name, "order"]
            continue
        for side, body in zip(sides, (first, second), strict=True):
            if name in body:
                group = theirs.get(name) or _TEXTS.get(name) or _NAMES.get(name) or name
                side.update(_walk((name,), group, "", body[name]))
    return sides


def _without_repeated(body: Body) -> Body:
    """A partner's body without the words of its rating beside the numbers: they are the rating as published."""
    if body.get("origin") != "partner" or not body.get("veracity"):
        return body
    numbers = {name: body["veracity"][name] for name in ("value", "best", "worst")}
    return {**body, "veracity": numbers}


def _walk(
    path: tuple[str, ...], group: str, label: str, value: Any
) -> Iterator[tuple[tuple[str, ...], _Fact]]:
    """The fields below a value; a date, a quotation's place and a list of plain values are one field each."""
    if isinstance(value, dict) and value.keys() != _DATE:
        if "segments" in value:
            value = _quotation(value)
        for name, part in value.items():
            named = _NAMES.get(name, name.replace("_", " "))
            yield from _walk((*path, name), group, f"{label}, {named}" if label else named, part)
        return
    yield path, _Fact(group, label.capitalize() if label else "", value, _text(value))


_DATE = {"date", "precision", "inferred_because"}


def _text(value: Any) -> str:
    if isinstance(value, dict):
        known = day(value)
        said = known.text.replace("\u00a0", " ") if known else ""
        if value["precision"] != "day":
            said += f" (recorded as {value['date']})"
        return f"{said}; inferred: {value['inferred_because']}" if value["inferred_because"] else said
    if isinstance(value, list):
        return ", ".join(_text(part) for part in value)
    if isinstance(value, bool):
        return "yes" if value else "no"
    return "" if value is None else str(value)


_SIGNS = {"words": "{}", "elision": "[…]", "insertion": "[{}]", "sic": "[sic]", "publisher": "[{}]"}


def _quotation(form: dict[str, Any]) -> dict[str, Any]:
    """A quotation by what an editor knows of it: its words with our marks, what they leave out, where they stand."""
    pieces = shown(Quotation.from_dict(form))
    said = "".join(("" if piece.glued else " ") + _SIGNS[piece.kind].format(piece.text) for piece in pieces)
    return {
        "words": said,
        "words left out": [
            f"“{part['exact']}” ({place([part])}, after part {part['after'] + 1}"
            f"{', with a negation' if part['negation'] else ''})"
            for part in form["elided"]
        ],
        "place": place(form["segments"]),
        "match": form["level"],
        "text before": form["prefix"],
        "text after": form["suffix"],
        "archived text": form["snapshot_sha256"],
        "marks": [
            f"{mark['kind']} after part {mark['after'] + 1}{': ' if mark['text'] else ''}{mark['text']}"
            for mark in form["marks"]
        ],
    }


# Rows ------------------------------------------------------------------------------------------------------------


def _appearance_key(row: Body) -> str:
    return str(row["id"])


def _evidence_key(row: Body) -> str:
    quotation = row["quotation"]
    if quotation is None:
        return canonical({"source": row["source"]["id"], "locator": row["locator"]})
    spans = [[segment["start"], segment["end"]] for segment in quotation["segments"]]
    return canonical({"text": quotation["snapshot_sha256"], "spans": spans})


def _relation_key(row: Body) -> str:
    return canonical({name: row[name] for name in ("kind", "claim", "appearance", "to_appearance")})


_ROWS: dict[str, tuple[str, Any]] = {
    "appearances": ("Wording", _appearance_key),
    "evidence": ("Evidence", _evidence_key),
    "relations": ("Related claim", _relation_key),
}

_Named = list[tuple[str, str, Body]]


def _paired(first: list[Body], second: list[Body], *, key: Any) -> tuple[_Named, _Named]:
    """The rows of both lists with a name each, and a label: rows with the same name are the same row."""
    one, other = _keyed(first, key), _keyed(second, key)
    left = [index for index, name in enumerate(one) if name not in set(other)]
    right = [index for index, name in enumerate(other) if name not in set(one)]
    if key is not _appearance_key:
        for index, partner in zip(left, right, strict=False):
            one[index] = other[partner]
    labels = {name: f"{place}, as published" for place, name in enumerate(one, start=1)}
    labels |= {name: str(place) for place, name in enumerate(other, start=1)}
    return (
        [(name, _label(row, labels[name]), row) for name, row in zip(one, first, strict=True)],
        [(name, _label(row, labels[name]), row) for name, row in zip(other, second, strict=True)],
    )


def _keyed(rows: list[Body], key: Any) -> list[str]:
    seen: Counter[str] = Counter()
    names = []
    for row in rows:
        name = key(row)
        seen[name] += 1
        names.append(f"{name} {seen[name]}" if seen[name] > 1 else name)
    return names


def _label(row: Body, number: str) -> str:
    return f"“{row['id']}”" if "id" in row else number
