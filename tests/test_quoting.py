"""Quoting from held texts: every outcome, taking snapshots, and rows that replace each other without a trace."""

from typing import Any

import pytest
from makers import NOON, TEXT, make_claim, make_snapshot, make_source, make_user

from claims import answers, marking, quoting
from claims.models import Appearance, Contribution
from sources import snapshots
from sources.models import Quotation, Snapshot, Source, fingerprint

pytestmark = pytest.mark.django_db

OTHER = "The harbour was dredged in June, the port said. Nobody was hurt."


def only(source: Source) -> Snapshot:
    return source.snapshots.get()


# Words typed for a source with TEXT, while another source holds OTHER; what comes of them; part of the sentence.
OUTCOMES = [
    ("the bridge will open in spring", "found", "exact"),
    ('"the bridge will open in spring."', "found", "typographic"),
    ("The works report lists [...] A tender closed in May.", "found", "exact"),
    ("three [sic] open defects", "found", "exact"),
    ("Critics doubted it. The works report", "found", "typographic"),
    ("bridge", "several", "in 2 places"),
    ("the bridge would open in spring", "near", "The nearest passage differs"),
    ("lists three closed defects", "near", "The nearest passage differs"),
    ("harbour was dredged in June", "elsewhere", "that of another one"),
    ("a ferry sank off the coast", "nowhere", "stands nowhere in the text"),
    ("[...]", "refused", "words"),
    ("open [un", "refused", "square bracket"),
    ("...", "refused", "no words"),
    ("word " * 1100, "refused", "at most 5,000"),
    ("bridge\0", "refused", "NUL"),
]


@pytest.mark.parametrize(("words", "kind", "told"), OUTCOMES, ids=[words[:30] for words, _, _ in OUTCOMES])
def test_what_comes_of_typed_words(words: str, kind: str, told: str) -> None:
    source = make_source()
    other = make_source(title="The port", text=OTHER)
    answer = answers.answer(source, words)
    assert answer.kind == kind
    assert told in answer.sentence
    assert (answer.quotation is not None) == (kind == "found")
    if answer.quotation:
        answer.quotation.full_clean()
        assert answer.quotation.pk is None
    assert answer.elsewhere == ((only(other),) if kind == "elsewhere" else ())
    assert Quotation.objects.count() == 0


def test_a_source_without_a_held_text() -> None:
    assert answers.answer(make_source(text=None), "bridge").kind == "notheld"
    answer = answers.answer(make_source(held=False), "bridge")
    assert answer.kind == "notheld"
    assert "take a snapshot of the source first" in answer.sentence


def test_the_newest_text_that_has_the_words_is_quoted() -> None:
    source = make_source()
    older, newer = only(source), make_snapshot(source, text=TEXT.replace("doubted", "denied"))
    make_snapshot(source, text="Not held", held=False)
    for words, snapshot in (("Critics denied it", newer), ("Critics doubted it", older)):
        quotation = answers.answer(source, words).quotation
        assert quotation is not None
        assert quotation.snapshot == snapshot


def test_a_refusal_in_one_text_does_not_hide_another_that_has_the_words() -> None:
    source = make_source(text="He does not pay. He does pay tax.")
    make_snapshot(source, text="He does not pay tax.")
    assert answers.answer(source, "He does [...] pay tax").kind == "refused"
    quotation = answers.answer(source, "He does pay").quotation
    assert quotation is not None
    assert quotation.snapshot.text == "He does not pay. He does pay tax."


def places(text: str, words: str) -> list[int]:
    return [at for at in range(len(text)) if text.startswith(words, at)]


# What an editor points at, as (start, end) by a script or (start, None) by a radio button, and what is quoted then.
first, second = places(TEXT, "bridge")
POINTED = [
    ("bridge", (second, None), second),
    ("bridge", (first, first + 6), first),
    # White space at the ends of a selection does not count.
    ("bridge", (second - 1, second + 6), second),
    # Words that were edited after they were selected are looked for from where they begin, or everywhere.
    ("bridge will open", (first, first + 6), first),
    ("three [...] defects", (TEXT.index("three"), TEXT.index("three") + 18), TEXT.index("three")),
    ("three open defects", (first, first + 6), TEXT.index("three")),
    ("three open defects", (10**9, 10**12), TEXT.index("three")),
]


@pytest.mark.parametrize(("words", "place", "start"), POINTED)
def test_a_place_singles_words_out(words: str, place: tuple[int, int | None], start: int) -> None:
    source = make_source()
    quotation = answers.answer(source, words, place=answers.Place(only(source).pk, *place)).quotation
    assert quotation is not None
    assert quotation.start == start
    assert quotation.problems() == []


def test_a_place_is_not_trusted() -> None:
    source, other = make_source(), make_source(text=f"x {TEXT}")
    assert answers.answer(source, "bridge", place=answers.Place(only(other).pk, second + 2)).kind == "several"
    assert answers.answer(source, "bridge", place=answers.Place(10**15, second)).kind == "several"
    cut = answers.answer(source, "ridge", place=answers.Place(only(source).pk, first + 1, first + 6))
    assert cut.kind == "refused"
    assert "within a word" in cut.sentence


def test_the_text_s_own_words_are_taken_over_where_the_editor_points_at_them() -> None:
    source = make_source()
    typed = "A tender closed in June [...] voted twice on the bridge"
    answer = answers.answer(source, typed)
    assert answer.kind == "near"
    assert answer.own_words == "A tender closed in May [...] voted twice on the bridge"
    near: Any = answer.outcome
    selected = answers.Place(only(source).pk, near.start, near.end)
    # Words that were selected and then edited are not silently set right: the difference is shown.
    assert answers.answer(source, typed, place=selected).kind == "near"
    place = answers.Place(only(source).pk, near.start, near.end, takes_over=True)
    quotation = answers.answer(source, typed, place=place).quotation
    assert str(quotation) == "A tender closed in May … voted twice on the bridge"
    # The passage that was offered for other words is not taken for these.
    assert answers.answer(source, "Critics doubted that", place=place).kind == "near"


def test_replacing_leaves_no_quotation_behind() -> None:
    claim, user = make_claim(), make_user()
    part = claim.appearances.get()
    before, count = part.quotation_id, Quotation.objects.count()
    quotation = answers.answer(part.source, "Critics doubted it.").quotation
    assert quotation is not None
    quoting.replace(part, quotation, instead_of=before, by=user, at=NOON)
    part.refresh_from_db()
    assert str(part.quotation) == "Critics doubted it."
    assert Quotation.objects.count() == count
    assert not Quotation.objects.filter(pk=before).exists()
    assert Contribution.objects.get().subject == claim.subject
    again = answers.answer(part.source, "A tender closed in May.").quotation
    assert again is not None
    with pytest.raises(quoting.Refused, match="Somebody else changed these words"):
        quoting.replace(part, again, instead_of=before, by=user, at=NOON)
    foreign = answers.answer(make_source(text=OTHER), "Nobody was hurt.").quotation
    assert foreign is not None
    with pytest.raises(quoting.Refused, match="another source"):
        quoting.replace(part, foreign, instead_of=part.quotation_id, by=user, at=NOON)
    assert Quotation.objects.count() == count


def test_new_rows_have_identifiers_and_positions_of_their_own() -> None:
    claim, user = make_claim(), make_user()
    source = make_source("a-long-read")
    for _ in range(3):
        quotation = answers.answer(source, "Critics doubted it.").quotation
        assert quotation is not None
        quoting.new_appearance(claim, quotation, mode="direct", by=user, at=NOON)
    made = Appearance.objects.filter(claim=claim, source=source)
    assert list(made.values_list("slug", "position", "first")) == [
        ("a-long-read", 1, False),
        ("a-long-read-2", 2, False),
        ("a-long-read-3", 3, False),
    ]
    quotation = answers.answer(source, "Critics doubted it.").quotation
    assert quotation is not None
    count = Quotation.objects.count()
    for mode, told in (
        ("sung", "Mode: Value 'sung' is not a valid choice"),
        ("", "Mode: This field cannot be blank."),
    ):
        with pytest.raises(quoting.Refused, match=told):
            quoting.new_appearance(claim, quotation, mode=mode, by=user, at=NOON)
    with pytest.raises(quoting.Refused, match="Stance: Value 'hints' is not a valid choice"):
        quoting.new_evidence(claim, quotation, stance="hints", by=user, at=NOON)
    assert (made.count(), Quotation.objects.count()) == (3, count)
    claim.appearances.all().delete()
    quotation = answers.answer(source, "Critics doubted it.").quotation
    assert quotation is not None
    assert quoting.new_appearance(claim, quotation, mode="direct", by=user, at=NOON).first


# Snapshots: what is given, and what is kept with what is said about it, or why it is refused.
KEPT = [
    ("A plain text.\n", "A plain text.\n", ""),
    ("\ufeffA text.", "A text.", "byte order mark"),
    ("One\r\ntwo\rthree", "One\ntwo\nthree", "line ends"),
    ("Cafe\u0301", "Café", "Unicode form NFC"),
    ("  \u00a0Spaces stay \n\n", "  \u00a0Spaces stay \n\n", ""),
    ("A page\fbreak\tand 𝒜strals 🦆", "A page\fbreak\tand 𝒜strals 🦆", ""),
]
REFUSED = [
    ("", "no words"),
    (" \n\u00a0\t", "no words"),
    ("?!…", "no words"),
    ("A\0B", "NUL"),
    ("A\ud800B", "half a character"),
    ("PK\x03\x04 text", "control character (U+0003)"),
    ("word " * 1_000_001, "at most 5 MB"),
]


@pytest.mark.parametrize(("given", "kept", "told"), KEPT)
def test_a_snapshot_is_kept_as_it_is(given: str, kept: str, told: str) -> None:
    source = make_source(text=None)
    taken = snapshots.take(source=source, text=given, how="Copied  by hand.", at=NOON)
    stored = only(source)
    stored.full_clean()
    assert (stored.text, stored.sha256, stored.length) == (kept, fingerprint(kept), len(kept))
    assert stored.how.startswith("Copied by hand.")
    assert told in stored.how
    assert told in taken.sentence
    assert taken.is_new
    assert stored.taken_at == NOON


@pytest.mark.parametrize(("given", "told"), REFUSED, ids=[told for _, told in REFUSED])
def test_what_is_no_text_is_refused(given: str, told: str) -> None:
    source = make_source(text=None)
    with pytest.raises(snapshots.Refused) as refused:
        snapshots.take(source=source, text=given, how="Copied.", at=NOON)
    assert told in str(refused.value)
    assert not source.snapshots.exists()


@pytest.mark.parametrize("how", ["", " \n ", "x" * 181, "a\0b"])
def test_how_a_text_was_taken_is_said(how: str) -> None:
    with pytest.raises(snapshots.Refused, match="how the text was taken"):
        snapshots.take(source=make_source(text=None), text="Words.", how=how, at=NOON)


@pytest.mark.parametrize(
    ("data", "told"),
    [
        ("Ein Rücktritt".encode("utf-16"), "UTF-16"),
        ("Ein Rücktritt".encode("latin-1"), "byte 6"),
        (b"half \xed\xa0\x80", "lone surrogate"),
        (b"\x89PNG\r\n\x1a\n", "no text at all"),
        (b"x" * 5_000_001, "at most 5 MB"),
    ],
)
def test_files_that_are_no_text_in_utf_8(data: bytes, told: str) -> None:
    with pytest.raises(snapshots.Refused, match=told):
        snapshots.decoded(data)


def test_the_same_text_is_kept_once_and_fills_a_snapshot_that_has_none() -> None:
    source = make_source(held=False)
    known = only(source)
    taken = snapshots.take(source=source, text=TEXT, how="Typed.", at=NOON)
    assert (taken.snapshot, taken.is_new, taken.is_filled) == (known, False, True)
    assert only(source).text == TEXT
    assert only(source).how == known.how
    again = snapshots.take(source=source, text=TEXT, how="Typed.", at=NOON)
    assert (again.is_new, again.is_filled) == (False, False)
    assert "already has a snapshot of exactly this text" in again.sentence


# Marking: a text with passages by number, and the runs that a page shows: words, passages, passages that end.
@pytest.mark.parametrize(
    ("text", "passages", "shown"),
    [
        ("One two.\nThree.", {}, [[("One two.\n", (), ())], [("Three.", (), ())]]),
        (
            "One two.\nThree.",
            {1: [(4, 15)]},
            [[("One ", (), ()), ("two.\n", (1,), ())], [("Three.", (1,), (1,))]],
        ),
        (
            "abcdef",
            {1: [(0, 4)], 2: [(2, 6)]},
            [[("ab", (1,), ()), ("cd", (1, 2), (1,)), ("ef", (2,), (2,))]],
        ),
        ("abcd", {1: [(0, 1), (2, 3)]}, [[("a", (1,), ()), ("b", (), ()), ("c", (1,), (1,)), ("d", (), ())]]),
        ("ab", {1: [(1, 99)], 2: [(7, 9)]}, [[("a", (), ()), ("b", (1,), (1,))]]),
        ("\n\nA\r\n\r\nB", {}, [[("\n\n", (), ())], [("A\r\n\r\n", (), ())], [("B", (), ())]]),
    ],
)
def test_a_text_in_blocks(text: str, passages: Any, shown: Any) -> None:
    made = list(marking.blocks(text, passages))
    assert [[(run.text, run.passages, run.ending) for run in block.runs] for block in made] == shown
    assert "".join(run.text for block in made for run in block.runs) == text
    for block in made:
        assert text.startswith("".join(run.text for run in block.runs), block.start)


def test_a_text_of_short_lines_makes_no_more_blocks_than_a_page_can_bear() -> None:
    text = "a\n" * 500_000
    made = list(marking.blocks(text, {1: [(10, 20)]}))
    assert len(made) <= marking.MOST_BLOCKS
    assert "".join(run.text for block in made for run in block.runs) == text
