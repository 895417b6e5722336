"""The newsroom's private archive: the texts that the seeds list by fingerprint, and finding quoted words in them."""

import datetime as dt
from collections.abc import Iterator
from pathlib import Path

from claims.readiness import owner_of, quotation_problems
from claims.seeding.export import Record
from claims.seeding.files import SeedError
from claims.seeding.folder import Placed, Seeds
from sources import quotations
from sources.models import Quotation, Snapshot, fingerprint


class Archive:
    """The texts of one folder, each checked against the fingerprint that the seeds list for it."""

    def __init__(self, folder: Path, seeds: Seeds) -> None:
        if not folder.is_dir():
            raise SeedError(f"There is no folder {folder}. Name the folder of archived texts with --archive.")
        self.texts: dict[str, dict[str, str]] = {}
        self.languages = {placed.identifier: placed.record["language"] for placed in seeds.kinds["sources"]}
        for placed in seeds.kinds["sources"]:
            for listed in placed.record.get("snapshots", []):
                if "file" in listed:
                    text = self._read(folder, listed, placed=placed, seeds=seeds)
                    self.texts.setdefault(placed.identifier, {})[listed["sha256"]] = text

    def _read(self, folder: Path, listed: Record, *, placed: Placed, seeds: Seeds) -> str:
        name: str = listed["file"]
        path = folder / name
        if Path(name).name != name:
            raise SeedError(f"{placed.where}: the archive file {name!r} must be a plain file name.")
        if not path.is_file():
            raise SeedError(f"{placed.where}: the archive has no file {name}.")
        raw = path.read_bytes()
        try:
            text = raw.decode("utf-8")
        except UnicodeDecodeError as error:
            text = raw.decode("utf-8", errors="replace")
            reason = f"byte {error.start + 1} is not UTF-8"
        else:
            reason = quotations.text_problem(text) or ""
        actual = fingerprint(text)
        if not reason and actual == listed["sha256"] and len(text) == listed["length"]:
            return str(text)
        reason = reason or (
            f"its SHA-256 is {actual} and its length {len(text)}, but {placed.where} lists {listed['sha256']} "
            f"and {listed['length']}"
        )
        broken = [
            f"{where}: “{words}” ({problem})"
            for where, words, problem in _broken(
                text, source=placed.identifier, language=placed.record["language"], seeds=seeds
            )
        ]
        effect = (
            "These quotations no longer hold in it: " + "; ".join(broken)
            if broken
            else "Every quotation still holds in it, but it is not the text that was read"
        )
        raise SeedError(
            f"{name} is not the archived text: {reason}. {effect}. Restore the file, or list it as a new snapshot."
        )

    def settle(self, record: Record, *, source: str, where: str) -> Record:
        """A quotation given as words becomes one with positions; one with positions is checked to the character."""
        texts = self.texts.get(source, {})
        wanted = record.get("snapshot") or (next(iter(texts)) if len(texts) == 1 else None)
        if wanted not in texts:
            raise SeedError(f"{where}: the archive holds no text of {source} to check “{_words(record)}” in.")
        text = texts[wanted]
        if "words" not in record:
            quotation = _quotation(record, where=where)
            problems = quotations.verify(text, quotation, language=self.languages[source])
            if problems:
                raise SeedError(
                    f"{where}: “{_words(record)}” does not hold in {source}: {problems[0].sentence}"
                )
            return record
        others = [
            (name, other) for name, held in self.texts.items() if name != source for other in held.values()
        ]
        result = quotations.locate(
            record["words"],
            text,
            prefix=record.get("prefix", ""),
            suffix=record.get("suffix", ""),
            language=self.languages[source],
            others=others,
        )
        if not isinstance(result, quotations.Found):
            raise SeedError(f"{where}: “{record['words']}” in {source}: {result.sentence}")
        named = {"snapshot": record["snapshot"]} if "snapshot" in record else {}
        return named | result.quotation.as_dict()

    def take_in(self, *, at: dt.datetime) -> int:
        """Store the texts that this server does not hold yet. Returns how many."""
        count = 0
        for source, texts in self.texts.items():
            for sha256, text in texts.items():
                rows = Snapshot.objects.filter(source__slug=source, sha256=sha256, text__isnull=True)
                taken = rows.update(text=text, taken_at=at)
                count += taken
        return count

    def check(self) -> None:
        """Check every quotation in the database that stands in one of the texts; raises SeedError naming its claim."""
        for quotation in Quotation.objects.with_owners().filter(snapshot__source__slug__in=self.texts):
            for problem in quotation_problems(quotation):
                raise SeedError(
                    f"{owner_of(quotation)}: a quotation in the database does not hold: {problem} "
                    "Mend the claim, or load its file with --update."
                )


def parts(record: Record) -> Iterator[tuple[str, Record]]:
    """Every appearance and piece of evidence of a claim record, with its name in messages."""
    for appearance in record.get("appearances", []):
        yield f"appearance {appearance['id']}", appearance
    for position, evidence in enumerate(record["verdict"].get("evidence", [])):
        yield f"evidence {position + 1}", evidence


def _broken(text: str, *, source: str, language: str, seeds: Seeds) -> Iterator[tuple[str, str, str]]:
    """Where, which words and why: the quotations of one source that do not hold in `text`."""
    for placed in seeds.kinds["claims"]:
        for name, part in parts(placed.record):
            record = part.get("quotation")
            if part["source"] != source or not record or "words" in record:
                continue
            quotation = _quotation(record, where=placed.where)
            problems = quotations.verify(text, quotation, language=language)
            if problems:
                yield f"{placed.where}, {name}", _words(record), problems[0].sentence


def _quotation(record: Record, *, where: str) -> quotations.Quotation:
    try:
        return quotations.Quotation.from_dict(record)
    except ValueError as error:
        raise SeedError(f"{where}, quotation: {error}") from error


def _words(record: Record) -> str:
    return record.get("words") or " … ".join(segment["exact"] for segment in record.get("segments", []))
