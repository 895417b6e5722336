"""Importing speakers and sources: what each row would do, errors by line and column, and doing it once."""

import pytest
from makers import NOON, make_published, make_publisher, make_source, make_speaker, make_user

from claims import importing, merging, reference
from claims.import_rows import KINDS
from claims.models import Contribution, Revision, Speaker, SpeakerAlias, SpeakerLink
from claims.roles import EDITOR, REPORTER
from claims.spreadsheet import lines
from sources.models import Source

pytestmark = pytest.mark.django_db

SPEAKERS = (
    "slug,name,kind,description,aliases,same_as\n"
    "ada-quill,Ada Quill,person,Mayor.,A. Quill|Quill,https://example.org/quill\n"
    "ltd,Quill Ltd,organisation,,,\n"
)


def do(kind: str, text: str, **values: object) -> importing.Plan:
    by = make_user(role=EDITOR)
    return importing.apply(
        kind,
        text,
        **{"by": by, "at": NOON, "seen": importing.plan(kind, text).seen, **values},  # type: ignore[arg-type]
    )


def test_speakers_are_made_changed_and_left() -> None:
    make_speaker("ada-quill", name="Ada Q.", description="Mayor.")
    SpeakerAlias.objects.create(speaker=Speaker.objects.get(), name="Quill", language="en")
    planned = importing.plan("speakers", SPEAKERS)
    assert [(row.line, row.slug, row.outcome) for row in planned.rows] == [
        (2, "ada-quill", "changed"),
        (3, "ltd", "new"),
    ]
    assert planned.rows[0].changes == (
        ("name", "Ada Q.", "Ada Quill"),
        ("aliases", "Quill", "A. Quill|Quill"),
        ("same_as", "", "https://example.org/quill"),
    )
    do("speakers", SPEAKERS)
    ada = Speaker.objects.get(slug="ada-quill")
    assert [(row.name, row.language) for row in ada.aliases.all()] == [("A. Quill", ""), ("Quill", "en")]
    assert (ada.name, ada.sort_key) == ("Ada Quill", "ada quill")
    assert Speaker.objects.get(slug="ltd").sort_key == "quill ltd"
    assert set(Contribution.objects.values_list("subject", flat=True)) == {
        "speakers/ada-quill",
        "speakers/ltd",
    }
    again = importing.plan("speakers", SPEAKERS)
    assert [row.outcome for row in again.rows] == ["unchanged", "unchanged"]
    assert not again.does_something


def test_a_column_that_is_left_out_is_left_alone() -> None:
    do("speakers", SPEAKERS)
    do("speakers", "slug,description\nada-quill,\n")
    ada = Speaker.objects.get(slug="ada-quill")
    assert (ada.name, ada.description, ada.aliases.count(), ada.links.count()) == ("Ada Quill", "", 2, 1)


def test_sources_with_dates_and_publishers() -> None:
    make_publisher("courier", name="Courier")
    text = (
        "slug;kind;title;publisher;published_on;precision;language;link\n"
        "one;article;Bridge opens;courier;2026-02-02;;en;https://example.org/1\n"
        "two;debate;;;2026-02-01;month;;\n"
    )
    do("sources", text)
    one, two = Source.objects.get(slug="one"), Source.objects.get(slug="two")
    assert (str(one.published_on), one.published_on_precision) == ("2026-02-02", "day")
    assert one.publisher
    assert one.publisher.name == "Courier"
    assert (two.published_on_precision, two.language, two.title_folded) == ("month", "en", "")
    assert not importing.plan("sources", text).does_something


WRONG = [
    ("sources", "slug,kind,published_on\na,article,2022-13-40\n", "published_on", "write it as YYYY-MM-DD"),
    ("sources", "slug,kind,published_on\na,article,20221010\n", "published_on", "“20221010” is no date"),
    ("sources", "slug,kind,precision\na,article,day\n", "precision", "nothing to be precise about"),
    (
        "sources",
        "slug,kind,published_on,precision\na,article,2022-10-10,about\n",
        "precision",
        "write day, week",
    ),
    ("sources", "slug,kind,reason\na,article,Printed.\n", "reason", "needs the date itself"),
    ("sources", "slug,kind\na,artikle\n", "kind", "Known: article, debate"),
    ("sources", "slug,title\na,No kind\n", "kind", "cannot be blank"),
    (
        "sources",
        "slug,kind,publisher\na,article,valey-courier\n",
        "publisher",
        "did you mean valley-courier?",
    ),
    ("sources", "slug,kind,publisher\na,article,zzz\n", "publisher", "add the publisher first"),
    ("sources", "slug,kind,link\na,article,javascript:alert(1)\n", "link", "is no web address"),
    ("sources", "slug,kind,link\na,article,https://\n", "link", "valid URL"),
    ("sources", f"slug,kind,byline\na,article,{'x' * 301}\n", "byline", "at most 300"),
    ("sources", "slug,kind\nA Slug,article\n", "slug", "lower-case letters, digits and hyphens"),
    ("sources", f"slug,kind\n{'a' * 121},article\n", "slug", "at most 120"),
    ("sources", "slug,kind\n,article\n", "slug", "needs its identifier"),
    ("sources", "slug,kind\na,article,more\n", "", "It has 3 cells"),
    ("speakers", "slug,name,kind\na,,person\n", "name", "cannot be blank"),
    ("speakers", "slug,name,kind\na,Ada,human\n", "kind", "Known: person, organisation"),
    ("speakers", f"slug,name,kind,aliases\na,Ada,person,{'x' * 301}\n", "aliases", "more than 300"),
    ("speakers", "slug,name,kind,same_as\na,Ada,person,ftp://example.org\n", "same_as", "is no web address"),
    (
        "speakers",
        "slug,name,kind,same_as\na,Ada,person,https://example.org/known\n",
        "same_as",
        "“known” already",
    ),
    ("speakers", "slug,name,kind\ngone,Ada,person\n", "slug", "was merged into “known”"),
]


@pytest.mark.parametrize(
    ("kind", "text", "column", "sentence"), WRONG, ids=[f"{row[2]}: {row[3]}" for row in WRONG]
)
def test_errors_by_line_and_column(kind: str, text: str, column: str, sentence: str) -> None:
    make_publisher()
    known, gone = make_speaker("known", name="Known"), make_speaker("gone", name="Known")
    SpeakerLink.objects.create(speaker=known, url="https://example.org/known")
    merging.merge(known, gone, by=make_user(), at=NOON, seen=merging.plan(known, gone).seen)
    (row,) = importing.plan(kind, text).rows
    assert (row.line, row.outcome) == (2, "error")
    assert [where for where, _ in row.problems] == [column]
    assert sentence in row.problems[0][1]
    with pytest.raises(importing.Refused, match="1 row is wrong"):
        do(kind, text)
    assert not Source.objects.exists()
    assert Speaker.objects.count() == 1


def test_a_row_is_named_once() -> None:
    text = "slug,name,kind\na,Ada,person\nb,Bo,person\na,Ada,person\n"
    last = importing.plan("speakers", text).rows[2]
    assert last.problems == (("slug", "“a” stands in line 2 already: a row is named once."),)
    text = "slug,name,kind,same_as\na,A,person,https://example.org/x\nb,B,person,https://example.org/x\n"
    assert [row.outcome for row in importing.plan("speakers", text).rows] == ["new", "error"]


def test_only_the_good_rows_when_it_is_said() -> None:
    text = SPEAKERS + "bad,,person,,,\n"
    with pytest.raises(importing.Refused, match="1 row is wrong"):
        do("speakers", text)
    assert Speaker.objects.count() == 0
    do("speakers", text, only_good=True)
    assert set(Speaker.objects.values_list("slug", flat=True)) == {"ada-quill", "ltd"}


def test_what_changed_after_the_preview_is_said() -> None:
    do("speakers", SPEAKERS)
    text = SPEAKERS.replace("Mayor.", "Former mayor.")
    seen = importing.plan("speakers", text).seen
    Speaker.objects.filter(slug="ada-quill").update(description="Edited meanwhile.")
    with pytest.raises(importing.Refused, match="changed after the preview"):
        do("speakers", text, seen=seen)
    assert Speaker.objects.get(slug="ada-quill").description == "Edited meanwhile."


@pytest.mark.parametrize(
    "values", [{"role": REPORTER}, {"role": None}, {"is_active": False}, {"is_staff": False}]
)
def test_who_may_not_import(values: dict[str, object]) -> None:
    with pytest.raises(importing.Refused):
        do("speakers", SPEAKERS, by=make_user(**values))  # type: ignore[arg-type]
    assert not Speaker.objects.exists()


def test_nothing_changes_in_public() -> None:
    make_published("one")
    entries = Revision.objects.count()
    before = reference.public("speakers", "ada-quill")
    planned = do("speakers", SPEAKERS)
    assert [row.on_record for row in planned.rows] == [True, False]
    assert reference.public("speakers", "ada-quill") == before
    assert Revision.objects.count() == entries


def test_what_is_exported_changes_nothing_when_it_comes_back() -> None:
    do("speakers", SPEAKERS)
    make_speaker("odd", name="=SUM(1;2)", description="-1\nand “more”, 'quoted'")
    make_source(
        "one",
        title="+44, a number",
        byline="@someone",
        published_on="2026-02-02",
        published_on_precision="week",
    )
    for kind, of in KINDS.items():
        cells = [[row[name] for name in of.columns] for row in importing.exported(kind, limit=9)]
        for delimiter in ",;\t":
            text = "".join(lines([of.columns, *cells], delimiter=delimiter))
            assert {row.outcome for row in importing.plan(kind, text).rows} == {"unchanged"}


def test_a_large_file_asks_no_question_for_each_row(django_assert_max_num_queries) -> None:  # type: ignore[no-untyped-def]
    rows = "".join(f"s{number},Name {number},person,,Alias {number},\n" for number in range(2000))
    text = SPEAKERS.splitlines()[0] + "\n" + rows
    with django_assert_max_num_queries(80):
        do("speakers", text)
    assert SpeakerAlias.objects.count() == 2000
