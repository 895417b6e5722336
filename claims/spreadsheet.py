"""CSV as spreadsheet programs write it: reading a file into rows with their lines, and writing one. Pure."""

import codecs
import csv
import difflib
import io
import unicodedata
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass

CONTENT_TYPE = "text/csv; charset=utf-8; header=present"
MOST_BYTES = 5_000_000
MOST_ROWS = 20_000
DELIMITERS = {",": "commas", ";": "semicolons", "\t": "tabs"}

_FORMULA = tuple("=+-@\t\r\n\u2212|%")


class Unreadable(Exception):
    """The file as a whole cannot be used; the message says where and what to do."""


@dataclass(frozen=True, slots=True)
class Row:
    """One record: the line of the file on which it begins, and its cells by column; or why it has none."""

    line: int
    cells: Mapping[str, str]
    problem: str | None = None


@dataclass(frozen=True, slots=True)
class Table:
    columns: tuple[str, ...]
    rows: tuple[Row, ...]


def decoded(raw: bytes) -> str:
    """The file's text; raises Unreadable where it is too large, empty or in another encoding."""
    if len(raw) > MOST_BYTES:
        raise Unreadable(f"The file has more than {MOST_BYTES // 1_000_000} MB: divide it into smaller ones.")
    marks = (codecs.BOM_UTF16_LE, codecs.BOM_UTF16_BE)
    encoding = "utf-16" if raw.startswith(marks) else "utf-8-sig"
    try:
        text = raw.decode(encoding)
    except UnicodeDecodeError as error:
        line = raw[: error.start].count(b"\n") + 1
        raise Unreadable(
            f"Line {line} is not in UTF-8: save the file as “CSV UTF-8” in the spreadsheet program."
        ) from error
    if "\0" in text:
        line = text[: text.index("\0")].count("\n") + 1
        raise Unreadable(f"Line {line} holds a NUL character: this is not a text file, or it is damaged.")
    if not text.strip():
        raise Unreadable("The file is empty.")
    return text


def read(text: str, *, known: Sequence[str], required: Sequence[str]) -> Table:
    """The rows of the file, whose first line names the columns.

    Raises Unreadable where the columns are not understood; a bad row is returned with its problem.
    """
    delimiter = _delimiter(text, known)
    reader = csv.reader(io.StringIO(text, newline=""), delimiter=delimiter, strict=True)
    columns: tuple[str, ...] | None = None
    rows: list[Row] = []
    begins = 1
    try:
        for cells in reader:
            line, begins = begins, reader.line_num + 1
            if not any(cell.strip() for cell in cells) or (line == 1 and _names_delimiter(cells, delimiter)):
                continue
            if columns is None:
                columns = _columns(cells, known=known, required=required)
                continue
            if len(rows) == MOST_ROWS:
                raise Unreadable(f"The file has more than {MOST_ROWS:,} rows: divide it into smaller ones.")
            rows.append(_row(line, cells, columns))
    except csv.Error as error:
        raise Unreadable(
            f"Line {begins}: the quotation marks of a cell do not close, or a cell is too long ({error})."
        ) from error
    if columns is None:
        raise Unreadable("The file has no line that names its columns.")
    return Table(columns, tuple(rows))


def _delimiter(text: str, known: Sequence[str]) -> str:
    """What stands between the cells: whichever makes most known columns of the header."""

    def understood(delimiter: str) -> int:
        for line in text.splitlines()[:20]:
            cells = line.split(delimiter)
            if line.strip(f"{delimiter} \t") and not _names_delimiter(cells, delimiter):
                return sum(_name(cell) in known for cell in cells)
        return 0

    return max(DELIMITERS, key=understood)


def _names_delimiter(cells: Sequence[str], delimiter: str) -> bool:
    """Spreadsheet programs put a line "sep=;" before the header."""
    return delimiter.join(cells).strip().casefold() == f"sep={delimiter}".strip()


def _name(cell: str) -> str:
    return cell.strip().strip('"').strip().casefold()


def _columns(cells: Sequence[str], *, known: Sequence[str], required: Sequence[str]) -> tuple[str, ...]:
    names = [_name(cell) for cell in cells]
    while names and not names[-1]:
        names.pop()
    if not any(name in known for name in names):
        raise Unreadable(f"The first line has to name the columns: {', '.join(known)}.")
    for position, name in enumerate(names, start=1):
        if not name:
            raise Unreadable(f"Column {position} has no name in the first line.")
        if name not in known:
            near = difflib.get_close_matches(name, known, n=1)
            hint = f"did you mean “{near[0]}”?" if near else f"known are {', '.join(known)}."
            raise Unreadable(f"The column “{name}” is not known: {hint}")
        if name in names[: position - 1]:
            raise Unreadable(f"The column “{name}” stands twice in the first line.")
    lacking = [name for name in required if name not in names]
    if lacking:
        raise Unreadable(f"The first line lacks the column “{lacking[0]}”: rows are known by it.")
    return tuple(names)


def _row(line: int, cells: Sequence[str], columns: tuple[str, ...]) -> Row:
    given = list(cells)
    while len(given) > len(columns) and not given[-1].strip():
        given.pop()
    values = {name: clean(cell) for name, cell in zip(columns, given, strict=False)}
    if len(given) != len(columns):
        return Row(
            line,
            values,
            f"It has {len(given)} cells, but the first line names {len(columns)} columns: "
            "a delimiter inside a cell needs quotation marks around the cell.",
        )
    return Row(line, values)


def clean(cell: str) -> str:
    """What the cell says: without white space around it, with one kind of line break, in NFC, and not defused."""
    text = unicodedata.normalize("NFC", cell).replace("\r\n", "\n").replace("\r", "\n").strip(" \n\t")
    return text[1:] if text.startswith("'") and begins_formula(text.lstrip("'")) else text


def begins_formula(text: str) -> bool:
    """Whether a spreadsheet program may take the text for a formula; an apostrophe before it makes it text again.

    Spaces, characters without width and full-width forms before or at the beginning do not hide it.
    """
    if text[:1] in ("\t", "\r", "\n"):
        return True
    seen = next((one for one in text if not _is_invisible(one)), "")
    return bool(seen) and unicodedata.normalize("NFKC", seen)[:1] in _FORMULA


def _is_invisible(character: str) -> bool:
    return character.isspace() or unicodedata.category(character) in ("Cf", "Cc", "Zs")


def defused(value: str) -> str:
    """The value as a cell that no spreadsheet program runs, and that `clean` gives back."""
    return f"'{value}" if begins_formula(value.lstrip("'")) else value


class _Line:
    """A file for csv.writer that hands each line back."""

    def write(self, line: str) -> str:
        return line


def lines(records: Iterable[Iterable[str]], *, delimiter: str = ",") -> Iterator[str]:
    """A file that `read` reads back (RFC 4180), one record after another; the first one names the columns."""
    writer = csv.writer(_Line(), delimiter=delimiter, lineterminator="\r\n")
    for cells in records:
        yield writer.writerow([defused(cell) for cell in cells])


def marked(lines: Iterable[str]) -> Iterator[str]:
    """The lines with the mark before them that tells spreadsheet programs that the file is UTF-8."""
    yield "\ufeff"
    yield from lines
