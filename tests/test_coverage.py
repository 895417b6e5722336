"""How much of a source is quoted: counted, told and drawn from plain values, so without a database."""

import re
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from claims import quoted, sheets, textmap
from claims.coverage import Citing, Coverage, Quoted, Stretch, coverage, taken
from claims.printed import NBSP
from claims.quoted import numbered, percent, told

A, B, C = "a" * 64, "b" * 64, "c" * 64


def citing(sequence: int, *words: tuple[str, int, int], made: bool | None = None, sha256: str = A) -> Citing:
    """What an entry takes: words at [start, end), as a wording where they are said to be one."""
    found = tuple(Quoted(sha256, ((start, end),), use) for use, start, end in words)
    return Citing(sequence, any(use == "appearance" for use, *_ in words) if made is None else made, found)


def shapes(found: Coverage) -> list[tuple[int, int, bool, tuple[int, ...]]]:
    return [tuple(stretch) for text in found.texts for stretch in text.stretches]


@pytest.mark.parametrize(
    ("entries", "expected"),
    [
        ([], []),
        # A claim that is logged without words quotes nothing.
        ([citing(1, made=True)], []),
        ([citing(1, ("appearance", 10, 20))], [(10, 20, True, (1,))]),
        ([citing(1, ("refutes", 10, 20))], [(10, 20, False, (1,))]),
        # The same words in two fact-checks are one passage; as wording and as evidence they are a wording.
        (
            [citing(1, ("refutes", 10, 20)), citing(2, ("appearance", 10, 20))],
            [(10, 20, True, (1,))],
        ),
        # Words within others have a mark of their own, and the others go on behind it.
        (
            [citing(1, ("supports", 0, 50)), citing(2, ("supports", 10, 20))],
            [(0, 10, False, (1,)), (10, 20, False, (2,)), (20, 50, False, (1,))],
        ),
        # Where a wording begins or ends within evidence, the mark changes.
        (
            [citing(1, ("context", 5, 30)), citing(2, ("appearance", 0, 10))],
            [(0, 5, True, (1,)), (5, 10, True, (2,)), (10, 30, False, (2,))],
        ),
        # Two that begin together: the shorter first, the longer behind it.
        (
            [citing(1, ("appearance", 0, 10)), citing(2, ("appearance", 0, 20))],
            [(0, 10, True, (1,)), (10, 20, True, (2,))],
        ),
        # One that others hide altogether is named by the mark in which it begins.
        (
            [citing(1, ("context", 0, 5), ("context", 0, 10), ("context", 5, 10))],
            [(0, 5, False, (1, 2)), (5, 10, False, (3,))],
        ),
        # Side by side they are two.
        (
            [citing(1, ("context", 0, 5), ("context", 5, 10))],
            [(0, 5, False, (1,)), (5, 10, False, (2,))],
        ),
        # A place beyond the text is none.
        ([citing(1, ("context", 990, 1010), ("context", 2000, 2010))], [(990, 1000, False, (1,))]),
    ],
)
def test_stretches(entries: list[Citing], expected: list[Any]) -> None:
    assert shapes(coverage(entries, {A: 1000})) == expected


def test_an_elision_is_not_counted_and_both_sides_lead_to_one_passage() -> None:
    found = coverage([Citing(1, True, (Quoted(A, ((0, 10), (30, 40)), "appearance"),))], {A: 100})
    assert shapes(found) == [(0, 10, True, (1,)), (30, 40, True, (1,))]
    assert found.texts[0].quoted == 20


def test_claims_stand_in_the_order_of_the_text() -> None:
    entries = [
        citing(1, ("appearance", 500, 510)),
        citing(2, made=True),
        citing(3, ("appearance", 20, 30)),
        citing(4, ("supports", 1, 5), made=True),
        citing(5, ("refutes", 700, 710)),
        citing(6, made=False),
        citing(7, ("refutes", 30, 40)),
        # Its wording stands late, though its evidence stands early.
        citing(8, ("appearance", 900, 910), ("supports", 0, 5)),
        # In another text, which stands first in the source; and in one that the record does not have.
        citing(9, ("appearance", 3, 4), sha256=B),
        citing(10, ("appearance", 1, 4), sha256=C),
    ]
    found = coverage(entries, {B: 50, A: 1000})
    assert [(text.sha256, text.length) for text in found.texts] == [(B, 50), (A, 1000), (C, None)]
    assert found.with_wording == (9, 3, 1, 8, 10)
    assert found.without_wording == (2, 4)
    assert found.made == (9, 3, 1, 8, 10, 2, 4)
    assert found.evidence_only == (7, 5, 6)
    assert found.quoting == 8
    assert [passage.number for passage in found.passages] == list(range(1, 10))


def test_uses_are_listed_newest_first_and_each_once() -> None:
    entries = [citing(sequence, ("context", 0, 5), ("appearance", 0, 5)) for sequence in (1, 3, 2)]
    (passage,) = coverage(entries, {A: 9}).passages
    assert passage.uses == tuple((entry, use) for entry in (3, 2, 1) for use in ("appearance", "context"))


def test_what_a_body_takes_from_a_source_under_any_of_its_names() -> None:
    def part(source: str, start: int | None, **values: Any) -> dict[str, Any]:
        quotation = start and {
            "snapshot_sha256": A,
            "segments": [{"start": start, "end": start + 5, "exact": "words"}],
        }
        return {"source": {"id": source}, "quotation": quotation or None, **values}

    body = {
        "appearances": [part("now", 10), part("now", None), part("other", 50), part("before", 10)],
        "evidence": [part("before", 20, stance="refutes"), part("other", 60, stance="context")],
    }
    words = (Quoted(A, ((10, 15),), "appearance"), Quoted(A, ((20, 25),), "refutes"))
    assert taken(body, {"now", "before"}) == (True, words)
    assert taken(body, {"before"}) == (True, words)
    assert taken(body, {"none"}) == (False, ())


LENGTH = 400
PLACES = st.tuples(st.integers(0, LENGTH - 1), st.integers(1, 60)).map(
    lambda place: (place[0], min(LENGTH, place[0] + place[1]))
)
USES = st.sampled_from(["appearance", "supports", "refutes", "context"])
WORDS = st.builds(
    Quoted, st.sampled_from([A, B]), st.lists(PLACES, min_size=1, max_size=3).map(sorted).map(tuple), USES
)
ENTRIES = st.lists(st.lists(WORDS, max_size=4), max_size=12).map(
    lambda lists: [
        Citing(number, any(words.use == "appearance" for words in found), tuple(found))
        for number, found in enumerate(lists, start=1)
    ]
)


@given(ENTRIES)
def test_each_character_is_counted_once_and_every_passage_is_led_to(entries: list[Citing]) -> None:
    found = coverage(entries, {A: LENGTH, B: LENGTH})
    for text in found.texts:
        words = [words for entry in entries for words in entry.quoted if words.sha256 == text.sha256]
        covered = {at for part in words for start, end in part.spans for at in range(start, end)}
        worded = {
            at
            for part in words
            if part.use == "appearance"
            for start, end in part.spans
            for at in range(start, end)
        }
        edges = [edge for stretch in text.stretches for edge in (stretch.start, stretch.end)]
        assert edges == sorted(edges)
        assert all(stretch.start < stretch.end for stretch in text.stretches)
        assert text.quoted == len(covered)
        assert text.as_wording == len(worded)
    numbers = {passage.number for passage in found.passages}
    led_to = {number for text in found.texts for stretch in text.stretches for number in stretch.passages}
    assert led_to == numbers == set(range(1, len(found.passages) + 1))
    pictures = told(found, {A: LENGTH, B: LENGTH}, href=str).pictures
    assert all(int(mark.href) in numbers for picture in pictures for mark in picture.marks)
    everyone = [*found.made, *found.evidence_only]
    assert sorted(everyone) == [entry.sequence for entry in entries]


@given(
    st.integers(1, 2_000_000),
    st.lists(st.tuples(st.floats(0, 1), st.integers(1, 5000), st.booleans()), max_size=200),
)
def test_the_drawing_stays_within_its_box(length: int, places: list[tuple[float, int, bool]]) -> None:
    stretches, at = [], 0
    for number, (where, size, wording) in enumerate(sorted(places), start=1):
        start = max(at, int(where * length))
        at = min(length, start + size)
        if start < at:
            stretches.append(Stretch(start, at, wording, (number,)))
    drawn = textmap.text_map(length, stretches)
    assert drawn.height <= 520
    assert (drawn.lines - 1) * drawn.per_line < length <= drawn.lines * drawn.per_line
    assert len(drawn.links) <= textmap.LINKS
    assert sorted(number for link in drawn.links for number in link.passages) == sorted(
        stretch.passages[0] for stretch in stretches
    )
    for link in drawn.links:
        assert link.wording or link.evidence
        for box in re.findall(r"M([\d.]+) (\d+)h([\d.]+)v(\d+)h(-[\d.]+)z", link.wording + link.evidence):
            left, top, width, height, back = map(float, box)
            assert left >= textmap.EDGE
            assert width == -back >= textmap.NARROWEST
            assert left + width <= textmap.WIDTH - textmap.EDGE + 0.11
            assert top >= textmap.EDGE
            assert top + height <= drawn.height - textmap.EDGE


@pytest.mark.parametrize(
    ("length", "per_line", "lines"),
    [(1, 60, 1), (60, 60, 1), (61, 60, 2), (2_000, 60, 34), (4_683, 91, 52), (1_000_000, 19_231, 52)],
)
def test_a_short_and_a_long_text_make_a_page_of_reasonable_height(
    length: int, per_line: int, lines: int
) -> None:
    drawn = textmap.text_map(length, [])
    assert (drawn.per_line, drawn.lines) == (per_line, lines)
    assert drawn.rules.count("M") == lines
    assert drawn.links == ()


def test_a_wording_is_as_high_as_its_line_and_evidence_is_not() -> None:
    drawn = textmap.text_map(600, [Stretch(0, 30, True, (1,)), Stretch(60, 90, False, (2,))])
    assert [(link.wording, link.evidence) for link in drawn.links] == [
        ("M16 16h143v7h-143z", ""),
        ("", "M16 29h143v3h-143z"),
    ]


def test_words_that_run_over_lines_have_a_box_on_each() -> None:
    (link,) = textmap.text_map(600, [Stretch(30, 150, True, (1,))]).links
    assert link.wording == "M160 16h144v7h-144zM16 25h288v7h-288zM16 34h143v7h-143z"


def test_many_passages_share_links_and_none_is_lost() -> None:
    stretches = [Stretch(at * 10, at * 10 + 4, False, (at + 1,)) for at in range(1000)]
    links = textmap.text_map(10_000, stretches).links
    assert len(links) == 112
    (picture,) = told(
        coverage([citing(at + 1, ("context", at * 10, at * 10 + 4)) for at in range(1000)], {A: 10_000}),
        {A: 10_000},
        href=str,
    ).pictures
    assert picture.marks[0].name == "Passages 1 to 9, quoted as evidence"
    assert picture.caption.endswith("Each mark leads to the first of its passages.")
    assert links[0].passages == tuple(range(1, 10))


@pytest.mark.parametrize(
    ("part", "whole", "text"),
    [
        (0, 100, "0"),
        (0, 0, "0"),
        (1, 100, "1"),
        (1030, 4683, "22"),
        (1063, 4683, "22.7"),
        (100, 100, "100"),
        (1, 100_000, "less than 0.1"),
        (99_999, 100_000, "more than 99.9"),
    ],
)
def test_a_share_is_never_rounded_to_nothing_or_to_all(part: int, whole: int, text: str) -> None:
    assert percent(part, whole) == f"{text}{NBSP}%"


@pytest.mark.parametrize(
    ("numbers", "text"),
    [([], ""), ([3], "3"), ([3, 4], "3 to 4"), ([1, 2, 3, 7], "1 to 3 and 7"), ([1, 3, 5], "1, 3 and 5")],
)
def test_numbers_in_a_row_are_told_by_their_ends(numbers: list[int], text: str) -> None:
    assert numbered(numbers) == text


LEFT = "What is not quoted was not necessarily left unread"


@pytest.mark.parametrize(
    ("entries", "lengths", "sentence"),
    [
        (
            [citing(1, ("context", 0, 5))],
            {A: 50},
            f"1 passage, 10 % of 50 characters, is quoted in 1 fact-check. {LEFT}.",
        ),
        (
            [
                citing(1, ("appearance", 0, 5)),
                citing(2, ("appearance", 5, 10)),
                citing(3, made=True),
            ],
            {A: 5000, B: 3},
            (
                "2 passages, 0.2 % of 5,000 characters, are quoted in 2 fact-checks. "
                f"1 other archived text of it is not quoted. {LEFT}: 1 claim is logged from it without its wording."
            ),
        ),
        (
            [citing(1, ("context", 0, 5)), citing(2, ("context", 0, 5), sha256=B)],
            {A: 50, B: 500},
            (
                "2 passages are quoted in 2 fact-checks: 10 % of the 50 characters of text 1 and 1 % of the 500 "
                f"characters of text 2. {LEFT}."
            ),
        ),
        (
            [citing(1, ("context", 0, 5))],
            {},
            (
                "1 passage is quoted in 1 fact-check. How long a text is that is quoted here is not on the public "
                f"record yet. {LEFT}."
            ),
        ),
        (
            [citing(1, made=True), citing(2, made=True), citing(3)],
            {},
            (
                "No words are quoted from this source. No text of it is archived on the public record. "
                "2 claims are logged from it without its wording. It is cited as evidence for 1 claim."
            ),
        ),
        # Where all of it is quoted, nothing was left.
        (
            [citing(1, ("context", 0, 50)), citing(2, made=True)],
            {A: 50},
            (
                "1 passage, 100 % of 50 characters, is quoted in 1 fact-check. "
                "1 claim is logged from it without its wording."
            ),
        ),
        (
            [citing(1, made=True)],
            {A: 50},
            "No words are quoted from this source. 1 claim is logged from it without its wording.",
        ),
    ],
)
def test_what_is_said(entries: list[Citing], lengths: dict[str, int], sentence: str) -> None:
    said = told(coverage(entries, lengths), lengths, href=str)
    assert " ".join(said.sentences).replace(NBSP, " ") == sentence
    known = [text for text in coverage(entries, lengths).texts if text.length]
    assert len(said.pictures) == len(known)
    assert said.means == (quoted.MEANS if known else None)


def test_the_numbers_beside_the_picture() -> None:
    entries = [
        citing(1, ("appearance", 0, 1000), ("refutes", 500, 1500)),
        citing(2, made=True),
        citing(3, ("context", 0, 1000)),
        citing(4),
    ]
    found = told(coverage(entries, {A: 4000}), {A: 4000}, href=str)
    assert found.numbers == [
        ("Characters", "4,000"),
        ("Characters quoted", "1,500"),
        ("of them as wordings of claims", "1,000"),
        ("of them as evidence only", "500"),
        ("Passages quoted", "2"),
        ("Fact-checks that quote it", "2"),
        ("Claims made in it, with its wording", "1"),
        ("Claims made in it, without its wording", "1"),
        ("Claims that it is only evidence for", "2"),
    ]
    (picture,) = found.pictures
    assert [(mark.href, mark.name) for mark in picture.marks] == [
        ("1", "Passage 1, quoted as a wording"),
        ("2", "Passage 2, quoted as a wording and evidence"),
    ]


@pytest.mark.parametrize(
    ("text", "number"),
    [("", 1), ("3", 3), ("0", 1), ("-1", 1), ("1.5", 1), ("٣", 1), ("9" * 10, 1), ("x", 1), ("2\n", 1)],
)
def test_a_sheet_is_a_number_or_the_first(text: str, number: int) -> None:
    assert sheets.number_of(text) == number


def test_a_sheet_keeps_the_places_of_the_other_lists() -> None:
    wanted = {"made": 2, "passages": 3}

    def turned(number: int) -> sheets.Sheet:
        return sheets.sheet(
            range(45), name="made", wanted={**wanted, "made": number}, size=20, path="/x/", fragment="made"
        )

    middle = turned(2)
    assert (list(middle.items), middle.first, middle.last) == (list(range(20, 40)), 21, 40)
    assert middle.place == "21 to 40 of 45"
    assert middle.previous == "/x/?passages=3#made"
    assert middle.following == "/x/?made=3&passages=3#made"
    # There are three: a later one is the last, and nothing lies behind it.
    assert turned(3).following is None
    assert (turned(99).number, turned(99).first, turned(99).last) == (3, 41, 45)
    empty = sheets.sheet([], name="made", wanted={}, size=20, path="/x/", fragment="made")
    assert (empty.sheets, empty.first, empty.last, empty.previous, empty.following) == (1, 0, 0, None, None)
