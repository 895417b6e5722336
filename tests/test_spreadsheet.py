"""CSV files as spreadsheet programs write them: what is read, what is refused, and with which words."""

import unicodedata

import pytest
from hypothesis import given
from hypothesis import strategies as st

from claims.spreadsheet import (
    MOST_BYTES,
    MOST_ROWS,
    Unreadable,
    begins_formula,
    clean,
    decoded,
    defused,
    lines,
    read,
)

KNOWN = ("slug", "name", "note")


def rows_of(text: str) -> list[dict[str, str]]:
    return [dict(row.cells) for row in read(text, known=KNOWN, required=("slug",)).rows]


ONE = [{"slug": "a", "name": "Ada"}]
READ = [
    ("commas", b"slug,name\na,Ada\n", ONE),
    ("semicolons", b"slug;name\r\na;Ada\r\n", ONE),
    ("tabs", b"slug\tname\na\tAda", ONE),
    ("a byte order mark", b"\xef\xbb\xbfslug,name\na,Ada\n", ONE),
    ("UTF-16, as Unicode text is saved", "slug\tname\na\tAda\n".encode("utf-16"), ONE),
    ("a line that names the delimiter", b"sep=;\nslug;name\na;Ada\n", ONE),
    ("names in capitals and quotation marks", b'"SLUG", Name \na,Ada\n', ONE),
    ("empty lines and empty cells at the end", b"slug,name,,\n\n,,,\na,Ada,,\n", ONE),
    ("a line break inside a cell", b'slug,name\na,"Ada\r\nQuill"\n', [{"slug": "a", "name": "Ada\nQuill"}]),
    (
        "a delimiter inside a cell",
        b'slug,name\na,"Quill, Ada; mayor"\n',
        [{"slug": "a", "name": "Quill, Ada; mayor"}],
    ),
    ("a formula that was defused", b"slug,name\na,'=1+1\n", [{"slug": "a", "name": "=1+1"}]),
    ("an apostrophe of its own", b"slug,name\na,'t Hooft\n", [{"slug": "a", "name": "'t Hooft"}]),
]


@pytest.mark.parametrize(("raw", "rows"), [row[1:] for row in READ], ids=[row[0] for row in READ])
def test_what_is_read(raw: bytes, rows: list[dict[str, str]]) -> None:
    assert rows_of(decoded(raw)) == rows


REFUSED = [
    ("an empty file", b" \n", "The file is empty"),
    ("no header", b"a,Ada\n", "The first line has to name the columns: slug, name, note"),
    ("an unknown column", b"slug,nmae\n", "“nmae” is not known: did you mean “name”?"),
    ("a strange column", b"slug,zzz\n", "known are slug, name, note"),
    ("a column twice", b"slug,name,name\n", "“name” stands twice"),
    ("a column without a name", b"slug,,name\n", "Column 2 has no name"),
    ("no identifier", b"name\nAda\n", "lacks the column “slug”"),
    ("another encoding", "slug,name\na,Ädä\n".encode("latin-1"), "Line 2 is not in UTF-8"),
    ("NUL", b"slug,name\na,A\0da\n", "Line 2 holds a NUL"),
    ("a quotation mark that does not close", b'slug,name\na,"Ada\n', "Line 2: the quotation marks"),
    ("too many bytes", b"x" * (MOST_BYTES + 1), "more than 5 MB"),
    ("too many rows", b"slug\n" + b"a\n" * (MOST_ROWS + 1), "more than 20,000 rows"),
]


@pytest.mark.parametrize(("raw", "sentence"), [row[1:] for row in REFUSED], ids=[row[0] for row in REFUSED])
def test_what_is_refused(raw: bytes, sentence: str) -> None:
    with pytest.raises(Unreadable) as refused:
        rows_of(decoded(raw))
    assert sentence in str(refused.value)


def test_a_bad_row_knows_its_line() -> None:
    table = read('slug,name\na,"two\nlines"\nb,Ada,more\nc\n', known=KNOWN, required=("slug",))
    assert [(row.line, row.problem is None) for row in table.rows] == [(2, True), (4, False), (5, False)]
    assert "It has 3 cells, but the first line names 2 columns" in str(table.rows[1].problem)


# What a field can hold: no surrogates, no NUL; white space around it is not kept.
CELL = st.text(st.characters(exclude_categories=["Cs"], exclude_characters="\0\r")).map(
    lambda text: unicodedata.normalize("NFC", text).strip(" \n\t")
)


@given(st.lists(st.tuples(st.text("abc-", min_size=1), CELL, CELL), max_size=8), st.sampled_from(",;\t"))
def test_what_is_written_is_read(rows: list[tuple[str, str, str]], delimiter: str) -> None:
    given_rows = [dict(zip(KNOWN, row, strict=True)) for row in rows]
    assert rows_of("".join(lines([KNOWN, *rows], delimiter=delimiter))) == given_rows


# What spreadsheet programs take for a formula, and what only looks like one: each with its cell.
DEFUSED = [
    *((text, f"'{text}") for text in ("=1+1", "+1", "-1", "@SUM(A1)", "\t=1", "\r=1", "  =1", "\u00a0=1")),
    *((text, f"'{text}") for text in ("\u200b=1", "\ufeff=1", "＝1", "＋1", "－1", "＠SUM(A1)", "\u3000＝1")),
    *((text, f"'{text}") for text in ("=cmd|'/C calc'!A0", '=HYPERLINK("https://example.org";"x")')),
    *((text, text) for text in ("", "Ada", "1+1", "a=b", "“=1”", "2026-01-01", " Ada", "'t Hooft")),
    # An apostrophe that the text begins with would be taken for ours, and be lost on the way back.
    ("'=1", "''=1"),
    ("''=1", "'''=1"),
]


@pytest.mark.parametrize(("text", "cell"), DEFUSED)
def test_what_is_defused(text: str, cell: str) -> None:
    assert defused(text) == cell


@given(CELL)
def test_a_defused_cell_is_no_formula_and_comes_back(cell: str) -> None:
    assert not begins_formula(defused(cell))
    assert clean(defused(cell)) == cell
