"""Folders of judged queries, as `manage.py evaluate_lookup` reads them. Pure.

docs.jsonl              {"id", "claim", "title"} and more a line; `summary` or `subtitle`, `speaker`, `language`
NAME/queries.jsonl      {"id", "text"} a line
NAME/qrels.tsv          query, 0, document, 1, with tabs between; 0 in the last column is no answer
"""

import json
from collections import defaultdict
from collections.abc import Iterator
from pathlib import Path
from typing import Any

from claims.search.index import Entry


class Unreadable(Exception):
    """A file of the folder cannot be used; the message says which line of which, and why."""


def entries(folder: Path) -> Iterator[Entry]:
    """The documents in their order."""
    for where, row in _rows(folder / "docs.jsonl", "id", "claim"):
        texts = {}
        for name in ("title", "subtitle", "summary", "speaker", "language"):
            texts[name] = row.get(name) or ""
            if not isinstance(texts[name], str):
                raise Unreadable(f"{where}: {name} is no text.")
        yield Entry(
            key=row["id"],
            claim=row["claim"],
            title=texts["title"],
            summary=texts["summary"] or texts["subtitle"],
            language=texts["language"] or "en",
            speaker=texts["speaker"],
        )


def queries(folder: Path, split: str) -> list[tuple[str, str]]:
    """The queries of a split in their order: identifier and text."""
    return [(row["id"], row["text"]) for _, row in _rows(folder / split / "queries.jsonl", "id", "text")]


def judgements(folder: Path, split: str) -> dict[str, frozenset[str]]:
    """The documents that answer each query."""
    path = folder / split / "qrels.tsv"
    found: defaultdict[str, set[str]] = defaultdict(set)
    for number, line in enumerate(_text(path).splitlines(), start=1):
        columns = line.split("\t")
        if not line.strip():
            continue
        if len(columns) != 4 or columns[3].strip() not in ("0", "1"):
            raise Unreadable(f"{path}, line {number}: it is not query, 0, document, 1 with tabs between.")
        if columns[3].strip() == "1":
            found[columns[0]].add(columns[2])
    return {query: frozenset(right) for query, right in found.items()}


def _rows(path: Path, *needed: str) -> Iterator[tuple[str, dict[str, Any]]]:
    """Each line's place and object; those members of it that are needed are texts."""
    for number, line in enumerate(_text(path).split("\n"), start=1):
        if not line.strip():
            continue
        where = f"{path}, line {number}"
        try:
            row = json.loads(line)
        except ValueError as error:
            raise Unreadable(f"{where}: it is no JSON ({error}).") from error
        if not isinstance(row, dict):
            raise Unreadable(f"{where}: it is no JSON object.")
        for name in needed:
            if isinstance(row.get(name), int):
                row[name] = str(row[name])
            if not isinstance(row.get(name), str):
                raise Unreadable(f"{where}: {name} is missing, or is no text.")
        yield where, row


def _text(path: Path) -> str:
    try:
        return path.read_text(encoding="utf-8")
    except (OSError, UnicodeDecodeError) as error:
        raise Unreadable(f"{path} cannot be read: {error}.") from error
