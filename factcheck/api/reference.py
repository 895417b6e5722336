"""The description of the API as a page shows it: groups of operations, and shapes with their members. Pure."""

from collections.abc import Iterator
from dataclasses import dataclass
from http import HTTPStatus
from typing import Any

Schema = dict[str, Any]


@dataclass(frozen=True, slots=True)
class Word:
    """A part of what says of which type a value is; `shape` is the shape that it leads to, where it does."""

    text: str
    shape: str = ""


@dataclass(frozen=True, slots=True)
class Member:
    """A parameter, or a member of a shape: `name` is its path, as in `live.notices[].kind`."""

    name: str
    kind: tuple[Word, ...]
    said: str
    always: bool


@dataclass(frozen=True, slots=True)
class Answer:
    status: int
    phrase: str
    said: str
    kind: tuple[Word, ...]


@dataclass(frozen=True, slots=True)
class Operation:
    id: str
    method: str
    path: str
    summary: str
    said: str
    parameters: tuple[Member, ...]
    takes: tuple[Word, ...]
    own: tuple[Answer, ...]
    # Statuses that mean the same everywhere.
    usual: tuple[int, ...]


@dataclass(frozen=True, slots=True)
class Shape:
    id: str
    said: str
    members: tuple[Member, ...]
    kind: tuple[Word, ...]


def groups(description: Schema) -> dict[str, list[Operation]]:
    """The operations by their tags, in the order of the tags."""
    found: dict[str, list[Operation]] = {tag["name"]: [] for tag in description["tags"]}
    for path, operations in description["paths"].items():
        for method, said in operations.items():
            found[said["tags"][0]].append(_operation(method, path, said))
    return found


def usual(description: Schema) -> list[Answer]:
    """The answers that mean the same at every address."""
    answers = (
        _answer(int(HTTPStatus[_constant(name)]), said)
        for name, said in description["components"]["responses"].items()
    )
    return sorted(answers, key=lambda answer: answer.status)


def shapes(description: Schema) -> list[Shape]:
    """Every shape by name, without the pages of lists, which are all alike."""
    return [
        Shape(
            id=name,
            said=schema.get("description", ""),
            members=tuple(_members(schema)),
            kind=() if "properties" in schema else _kind(schema),
        )
        for name, schema in sorted(description["components"]["schemas"].items())
    ]


def _constant(name: str) -> str:
    by_phrase = {status.phrase.replace(" ", ""): status.name for status in HTTPStatus}
    return by_phrase[name]


def _operation(method: str, path: str, said: Schema) -> Operation:
    answers = said["responses"].items()
    body = said.get("requestBody", {"content": {}})["content"]
    return Operation(
        id=said["operationId"],
        method=method.upper(),
        path=path,
        summary=said["summary"],
        said=said.get("description", ""),
        parameters=tuple(
            Member(one["name"], _kind(one["schema"]), _said(one, one["schema"]), bool(one.get("required")))
            for one in said.get("parameters", ())
        ),
        takes=_content(body),
        own=tuple(_answer(int(status), answer) for status, answer in answers if "$ref" not in answer),
        usual=tuple(int(status) for status, answer in answers if "$ref" in answer),
    )


def _answer(status: int, said: Schema) -> Answer:
    return Answer(status, HTTPStatus(status).phrase, said["description"], _content(said.get("content", {})))


def _content(content: Schema) -> tuple[Word, ...]:
    return tuple(word for media in content.values() for word in _kind(media["schema"]))


def _said(one: Schema, schema: Schema) -> str:
    parts = [one.get("description", "")]
    if "minimum" in schema and schema.get("maximum", 10**12) < 10**12:
        parts.append(f"From {schema['minimum']} to {schema['maximum']}.")
    if "default" in schema:
        parts.append(f"By default {schema['default']}.")
    return " ".join(filter(None, parts))


def _members(schema: Schema, before: str = "") -> Iterator[Member]:
    needed = schema.get("required", ())
    for name, member in schema.get("properties", {}).items():
        path = f"{before}{name}"
        yield Member(path, _kind(member), _said(member, member), name in needed)
        for inner in (member, *member.get("oneOf", ())):
            yield from _members(inner, f"{path}.")
            if isinstance(inner.get("items"), dict):
                yield from _members(inner["items"], f"{path}[].")


def _kind(schema: Schema) -> tuple[Word, ...]:
    if "$ref" in schema:
        name = schema["$ref"].rsplit("/", 1)[1]
        return (Word(name, name),)
    for join in ("oneOf", "anyOf"):
        if join in schema:
            return _joined([_kind(one) for one in schema[join]])
    if "const" in schema:
        return (Word(f"“{schema['const']}”"),)
    if "enum" in schema:
        values = ", ".join("null" if value is None else str(value) for value in schema["enum"])
        return (Word(f"one of {values}"),)
    types = schema.get("type", "any value")
    names = [types] if isinstance(types, str) else types
    if "array" in names:
        return (Word("list of "), *_kind(schema["items"]))
    if "object" in names and isinstance(schema.get("additionalProperties"), dict):
        return (Word("object with values: "), *_kind(schema["additionalProperties"]))
    form = {"date-time": " (date and time)", "date": " (date)", "uri": " (address)"}.get(
        schema.get("format", ""), ""
    )
    return (Word(" or ".join("text" if name == "string" else name for name in names) + form),)


def _joined(kinds: list[tuple[Word, ...]]) -> tuple[Word, ...]:
    made: list[Word] = []
    for kind in kinds:
        if made:
            made.append(Word(" or "))
        made += kind
    return tuple(made)
