"""The page of a source: what it is, how much of it is quoted, the claims made in it, the passages; as published."""

from collections.abc import Mapping
from typing import Any

from claims import documents, passages, presentation, quoted, reading, sheets
from claims.coverage import Coverage, Passage
from claims.sheets import Sheet, place, sheet

# The lists of the page, by the parameters that turn them over, with the entries of one sheet.
SIZES = {"made": 20, "evidence": 20, "passages": 50}


def source_page(
    found: dict[str, Any], *, asked: Mapping[str, str], path: str, base_url: str
) -> dict[str, Any]:
    """What the template shows of a published source; everything is counted, and no list is longer than a sheet.

    `found` is its published reference document, `asked` what the address asks for, `path` that address without it.
    """
    names = reading.names_of(found["id"])
    lengths = {part["sha256"]: part["length"] for part in found["snapshots"]}
    counted = reading.counted(found["id"], names, lengths)
    wanted = {name: sheets.number_of(asked.get(name, "")) for name in SIZES}

    def turned(name: str, items: Any) -> Sheet:
        return sheet(items, name=name, wanted=wanted, size=SIZES[name], path=path, fragment=name)

    made, evidence = turned("made", counted.made), turned("evidence", counted.evidence_only)
    cited = turned("passages", counted.passages)
    return {
        "source": passages.source_line(found),
        "note": found["note"],
        "snapshots": passages.snapshots(found, held=dict.fromkeys(reading.held(lengths), True)),
        "checked": quoted.told(
            counted,
            lengths,
            href=lambda number: _href(number, cited=cited, wanted=wanted, path=path),
        ),
        "made": made,
        "evidence": evidence,
        "cited": cited,
        **_shown(counted, made, evidence, cited, names=names, base_url=base_url),
    }


def _href(number: int, *, cited: Sheet, wanted: Mapping[str, int], path: str) -> str:
    """The address of a passage: a place on this page where its sheet is the one shown."""
    to = (number - 1) // SIZES["passages"] + 1
    anchor = f"passage-{number}"
    return f"#{anchor}" if to == cited.number else place(path, {**wanted, "passages": to}, anchor)


def _shown(
    counted: Coverage, made: Sheet, evidence: Sheet, cited: Sheet, *, names: set[str], base_url: str
) -> dict[str, Any]:
    """The claims and passages of the sheets that are shown, in a fixed number of queries."""
    shown: list[Passage] = list(cited.items)
    quoting = {passage.number: passage.uses[0][0] for passage in shown}
    publications = reading.on_record({*made.items, *evidence.items, *quoting.values()})
    titles = reading.titles(
        sequence for passage in shown for sequence, _ in passage.uses[: passages.USES_LISTED]
    )
    rows = [publications[sequence] for sequence in (*made.items, *evidence.items) if sequence in publications]
    served = documents.outlined_many(rows, base_url=base_url)
    by_entry = {
        row.sequence: presentation.claim_row(document) for row, document in zip(rows, served, strict=True)
    }
    return {
        "made_rows": [by_entry[sequence] for sequence in made.items if sequence in by_entry],
        "evidence_rows": [by_entry[sequence] for sequence in evidence.items if sequence in by_entry],
        "passages": passages.cited_passages(
            (
                (passage, reading.quotation(publications[quoting[passage.number]], passage, names))
                for passage in shown
                if quoting[passage.number] in publications
            ),
            titles,
        ),
        "several_texts": len(counted.texts) > 1,
    }
