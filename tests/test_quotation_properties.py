"""What holds of quotations in every text."""

import itertools
import time
import unicodedata
from dataclasses import replace

from hypothesis import assume, given, settings
from hypothesis import strategies as st

from sources.quotations import (
    Elision,
    Found,
    Malformed,
    Mark,
    Outcome,
    Quotation,
    Refused,
    Segment,
    Several,
    Unquotable,
    find,
    locate,
    shown,
    span,
    typed_form,
    verify,
)
from sources.quotations.boundaries import has_words, is_boundary, is_hidden, strip
from sources.quotations.typography import DOUBLE_QUOTES, SINGLE_QUOTES, WHITE_SPACE, Levelled, levelled

DASHES = "-‐‑‒–—―−"
# Everything that a rule is about, and repetition enough that words occur more than once.
PIECES = st.sampled_from(
    [
        *(
            "we",
            "not",
            "did",
            "steal",
            "he",
            "I",
            "a",
            "Mr.",
            "don't",
            "пять",
            "é",
            "9",
            "5",
            "国会",
            "👍🏽",
            "❤\ufe0f",
        ),
        *(
            " ",
            " ",
            " ",
            " ",
            "\n",
            "\n\n",
            "\u00a0",
            "  ",
            ". ",
            ".",
            ", ",
            "-",
            "–",
            "—",
            "'",
            "’",
            "“",
            "”",
            '"',
        ),
        *("(so)", "[sic]", "[...]", "[", "]", "\u00ad", "\u200b", "\u200d", "\u0301", "_", "!", "… "),
    ]
)
TEXTS = st.one_of(st.lists(PIECES, max_size=40).map("".join), st.text(max_size=60)).map(
    lambda text: unicodedata.normalize("NFC", text.replace("\0", "").encode("utf-8", "ignore").decode())
)


@st.composite
def quoted(draw):
    """A text and the quotation of some selection in it."""
    text = draw(TEXTS.filter(has_words))
    ends = [at for at in range(len(text) + 1) if is_boundary(text, at)]
    start, end = sorted([draw(st.sampled_from(ends)), draw(st.sampled_from(ends))])
    try:
        return text, span(text, start, end)
    except Unquotable:
        # White space was trimmed and left an end where nothing may be cut, or left no words.
        assume(False)


@given(quoted())
def test_every_word_bounded_span_is_exact(case):
    text, quotation = case
    segment = quotation.segments[0]
    assert quotation.level == "exact"
    assert verify(text, quotation) == []
    assert (segment.start, segment.end, "exact") in [
        (one.start, one.end, one.level) for one in find(text, segment.exact)
    ]
    outcome = locate(segment.exact, text, start=segment.start)
    assert isinstance(outcome, Found)
    assert outcome.quotation.segments == quotation.segments


@given(quoted(), st.data())
def test_a_changed_character_is_never_exact(case, data):
    text, quotation = case
    segment = quotation.segments[0]
    at = data.draw(st.integers(0, len(segment.exact) - 1))
    other = data.draw(st.one_of(st.sampled_from("xX,.-–'’ "), st.characters(exclude_categories=["Cs"])))
    changed = segment.exact[:at] + other + segment.exact[at + 1 :]
    assume(changed != segment.exact)
    for level in ("exact", "typographic"):
        stored = replace(quotation, segments=(replace(segment, exact=changed),), level=level)
        problems = verify(text, stored)
        assert problems or (level == "typographic" and levelled(changed) == levelled(segment.exact))
    assert all(
        text[one.start : one.end] == strip(changed) or one.level == "typographic"
        for one in find(text, changed)
        if has_words(changed)
    )


def variants(words):
    """Strings that differ from `words` in typography only."""
    kinds = [SINGLE_QUOTES, DOUBLE_QUOTES, DASHES]
    choices = []
    for character in words:
        kind = next((kind for kind in kinds if character in kind), character)
        choices.append(
            st.text(WHITE_SPACE, min_size=1) if character in WHITE_SPACE else st.sampled_from(kind)
        )
    return st.tuples(*choices).map("".join)


@given(quoted(), st.data())
def test_typographic_variants_are_found_as_typographic(case, data):
    text, quotation = case
    segment = quotation.segments[0]
    variant = unicodedata.normalize("NFC", data.draw(variants(segment.exact)))
    levels = {(one.start, one.end): one.level for one in find(text, variant)}
    assert levels[segment.start, segment.end] == ("exact" if variant == segment.exact else "typographic")
    stored = replace(quotation, segments=(replace(segment, exact=variant),), level="typographic")
    assert verify(text, stored) == [] or variant == segment.exact


@st.composite
def typed_in(draw):
    """A text, and something typed that is made of its pieces and of marks."""
    text = draw(TEXTS)
    typed = []
    for _ in range(draw(st.integers(1, 4))):
        start = draw(st.integers(0, len(text)))
        typed.append(text[start : start + draw(st.integers(0, 12))])
        typed.append(
            draw(st.sampled_from([" [...] ", " [sic] ", " [so] ", " [[(so)]] ", " ", " [… ] ", "[", "[not]"]))
        )
    return text, "".join(typed[: draw(st.integers(1, len(typed)))])


@settings(max_examples=400)
@given(typed_in(), st.sampled_from(["en", "ru", ""]), st.text(max_size=5), st.integers(-5, 40))
def test_what_is_located_verifies(case, language, prefix, context):
    text, typed = case
    for hint in ("", prefix):
        outcome = locate(typed, text, prefix=hint, language=language, context=context)
        assert isinstance(outcome, Outcome)
        if isinstance(outcome, Several):
            chosen = locate(typed, text, prefix=hint, language=language, start=outcome.occurrences[-1].start)
            assert isinstance(chosen, Found | Refused)
        if isinstance(outcome, Found):
            quotation = outcome.quotation
            assert verify(text, quotation, language=language) == []
            assert Quotation.from_dict(quotation.as_dict()) == quotation
            assert [piece.kind for piece in shown(quotation)].count("words") == len(quotation.segments)
            again = locate(
                typed_form(quotation), text, start=quotation.start, language=language, context=context
            )
            assert isinstance(again, Found)
            assert again.quotation.segments[0] == quotation.segments[0]


@given(st.text(), st.text(), st.text(max_size=10), st.text(max_size=10))
def test_locate_answers_every_input(typed, text, prefix, language):
    outcome = locate(typed, text, prefix=prefix, suffix=prefix, language=language, others=[("one", typed)])
    assert isinstance(outcome, Outcome)
    assert isinstance(outcome.sentence, str)


whole_numbers = st.integers(-3, 12)
any_quotation = st.builds(
    Quotation,
    segments=st.lists(st.builds(Segment, st.text(max_size=4), whole_numbers, whole_numbers), max_size=3).map(
        tuple
    ),
    marks=st.lists(
        st.builds(
            Mark, st.sampled_from(["elision", "insertion", "sic", "publisher", "x"]), whole_numbers, st.text()
        ),
        max_size=3,
    ).map(tuple),
    elided=st.lists(
        st.builds(Elision, whole_numbers, st.text(max_size=4), whole_numbers, whole_numbers, st.booleans()),
        max_size=3,
    ).map(tuple),
    prefix=st.text(max_size=3),
    suffix=st.text(max_size=3),
    level=st.sampled_from(["exact", "typographic", ""]),
    snapshot_sha256=st.sampled_from(["", "0" * 64]),
)


@given(st.text(max_size=10), any_quotation)
def test_verify_answers_every_quotation(text, quotation):
    assert all(problem.sentence and problem.code for problem in verify(text, quotation))
    if quotation.segments:
        assert (
            Quotation.from_dict({**quotation.as_dict(), "snapshot": quotation.snapshot_sha256}) == quotation
        )


anything = st.recursive(
    st.none() | st.booleans() | st.integers() | st.text(max_size=5),
    lambda part: (
        st.lists(part, max_size=3)
        | st.dictionaries(
            st.sampled_from(["segments", "marks", "elided", "exact", "start", "end", "after", "kind"]), part
        )
    ),
)


@given(anything)
def test_a_dictionary_is_read_or_refused(form):
    try:
        quotation = Quotation.from_dict(form)
    except Malformed:
        return
    assert quotation.segments


@given(TEXTS | st.text())
def test_the_levelled_text_knows_where_its_characters_stand(text):
    level = Levelled.of(text)
    assert level.text == levelled(text)
    positions = [level.position(at) for at in range(len(level.text))]
    assert [levelled(text[at]) for at in positions] == list(level.text)
    for at, following in itertools.pairwise([*positions, len(text)]):
        assert at < following
        assert text[at + 1 : following].strip(WHITE_SPACE) == ""


@given(TEXTS)
def test_levelling_twice_changes_nothing_and_nothing_else_is_levelled(text):
    level = levelled(text)
    assert levelled(level) == level
    kinds = SINGLE_QUOTES + DOUBLE_QUOTES + DASHES + WHITE_SPACE
    assert [one for one in text if one not in kinds] == [one for one in level if one not in kinds]


@given(TEXTS)
def test_no_boundary_lies_inside_a_word(text):
    for at in range(1, len(text)):
        before, after = text[at - 1], text[at]
        if (
            before.isalpha()
            and after.isalpha()
            and not {before, after} & set("国会")
            and max(before, after) < "\u0e00"
        ):
            assert not is_boundary(text, at)
        if before == " " and after.isalpha() and not is_hidden(after):
            assert is_boundary(text, at)


def test_a_long_text_is_quick():
    """A megabyte, typical and adversarial: nothing grows with the square of the text."""
    words = " ".join(f"word{number % 4001} of" for number in range(100_000))
    passage = words[500_000:500_200].partition(" ")[2].rpartition(" ")[0]
    cases = [
        (passage, words),
        (passage.replace("word", "sword"), words),
        ("a" * 4999, "a" * 1_000_000),
        ("aa " * 1600 + "a", "aa " * 333_333),
        ("a [...] b", "a " * 9_000 + "x " * 400_000 + "b"),
        ("legal", "il" + "\u200b" * 1_000_000 + "legal"),
        ("a b", "a" + "\n" * 1_000_000 + "b"),
        ("[[" * 2000 + "a", words),
    ]
    for typed, text in cases:
        began = time.process_time()
        assert isinstance(locate(typed, text), Outcome)
        assert time.process_time() - began < 15, (typed[:20], text[:20])
