"""What may pass as a typing error: what is listed, and nothing that could change what a sentence says."""

import copy
import time
from typing import Any

import pytest
from hypothesis import assume, given
from hypothesis import strategies as st

from claims.typing_errors import MOST_CHARACTERS, MOST_SLIPS, objection
from sources.quotations.negations import listed

SOURCE = {
    "id": "courier",
    "title": "Mayor: bridge opens",
    "byline": "By Lin Marsh",
    "publisher": {"id": "vc", "name": "Valley Courier"},
}
BODY: dict[str, Any] = {
    "language": "en",
    "claim": "The bridge will not open in 2026.",
    "title": "Will the bridge open in spring?",
    "summary": "Ada Quill says that teh bridge opens in May. Nobody else does.",
    "rationale": "The report lists three open defects.",
    "not_known": None,
    "claimed_on": {"date": "2026-02-02", "precision": "day", "inferred_because": "The article says so."},
    "speaker": {"id": "ada-quill", "name": "Ada Quill", "aliases": ["A. Quill", "bell wether"]},
    "attribution": {"finding": "reported", "label": "Reported", "note": "One paper has it."},
    "veracity": {"rating": "false", "label": "False", "value": 1, "best": 5, "worst": 1},
    "appearances": [
        {"id": "one", "note": "In the lead.", "role": "Mayor", "source": SOURCE, "quotation": {"exact": "w"}}
    ],
    "evidence": [
        {
            "stance": "refutes",
            "note": "Open defects.",
            "locator": "page twelve",
            "source": SOURCE,
            "quotation": None,
        }
    ],
    "relations": [{"kind": "repeats", "claim": "mayor-promised-bridge", "note": "Both say so."}],
    "reply": {"asked_of": "The mayor", "answer": "Teh bridge opens."},
    "second_read": True,
    "second_read_note": None,
}


def changed(path: str, value: Any) -> dict[str, Any]:
    body = copy.deepcopy(BODY)
    *parts, last = path.split(".")
    target: Any = body
    for part in parts:
        target = target[int(part)] if part.isdigit() else target[part]
    target[last] = value
    return body


def between(one: str | None, other: str | None, path: str = "summary", language: str = "en") -> str | None:
    """What is objected to the step from one text of a body to another."""
    bodies = [{**changed(path, text), "language": language} for text in (one, other)]
    return objection(bodies[0], bodies[1])


TYPING = {
    "white space between words": ("The  bridge\topens.", "The bridge\u00a0opens."),
    "white space at the end": ("The bridge opens. \n", "The bridge opens."),
    "white space before a comma": ("It opens ,but late.", "It opens, but late."),
    "white space before other signs": ("Who says so ? He does !", "Who says so? He does!"),
    "no white space after a comma": ("It opens,but late.", "It opens, but late."),
    "a full stop at the end": ("The bridge opens", "The bridge opens."),
    "quotation marks": ('He said "open" and ‘no’, didn\'t he.', "He said “open” and 'no', didn’t he."),
    "a word twice": ("It is the the bridge of of the town.", "It is the bridge of the town."),
    "a word twice, at the beginning": ("The the bridge opens.", "The bridge opens."),
    "an article": ("It is a open bridge and an new one.", "It is an open bridge and a new one."),
    "a usual misspelling": ("Now teh goverment has recieved it.", "Now the government has received it."),
    "letters exchanged, the right word elsewhere": ("A bridge is a brigde.", "A bridge is a bridge."),
    "a letter missing, the right word elsewhere": (
        "The announcement, or announcment, came.",
        "The announcement, or announcement, came.",
    ),
    "letter three times": ("They were killled.", "They were killed."),
}


@pytest.mark.parametrize("what", TYPING)
@pytest.mark.parametrize(
    "path", ["claim", "summary", "evidence.0.note", "appearances.0.note", "attribution.note"]
)
def test_what_is_listed_passes(what: str, path: str) -> None:
    assert between(*TYPING[what], path=path) is None


@pytest.mark.parametrize("what", [what for what in TYPING if what != "quotation marks"])
def test_what_is_listed_passes_in_a_rationale(what: str) -> None:
    before, after = TYPING[what]
    assert between(f"# One\n\n> Two\n\n{before}", f"# One\n\n> Two\n\n{after}", path="rationale") is None


@pytest.mark.parametrize(
    ("one", "other"),
    [
        ("Міст  відкрито ,але пізно", "Міст відкрито, але пізно."),
        ("הגשר  פתוח", "הגשר פתוח"),
        ("ประเทศ  ไทย", "ประเทศ  ไทย"),
        ("北京  上海", "北京 上海"),
    ],
)
def test_white_space_passes_in_every_script(one: str, other: str) -> None:
    assert between(one, other, language="uk") is None


def test_another_round_is_no_change_of_the_text() -> None:
    assert objection(BODY, changed("second_read_note", "Another round.")) is None
    assert objection(BODY, copy.deepcopy(BODY)) is None


# Each changes what a sentence says, or could; most passed when the rule looked for what to forbid.
FACTS = [
    ("It is legal to do so.", "It is illegal to do so."),
    ("The bridge is safe.", "The bridge is unsafe."),
    ("This is true.", "This is wrong."),
    ("He is innocent.", "He is guilty."),
    ("Crime increased.", "Crime decreased."),
    ("more than 5", "less than 5"),
    ("before 2020", "after 2020"),
    ("at least ten", "at most ten"),
    ("all men", "some men"),
    ("few men", "a few men"),
    ("always", "sometimes"),
    ("nine thousand troops", "ninety thousand troops"),
    ("two reports", "three reports"),
    ("5 million", "5 billion"),
    ("5 percent", "5 points"),
    ("5%", "5"),
    ("-5 degrees", "5 degrees"),
    ("−5 degrees", "-5 degrees"),
    ("$5", "€5"),
    ("5 km", "5 m"),
    ("5½", "5¼"),
    ("m²", "m³"),
    ("1,000", "1.000"),
    ("1 000 men", "10 00 men"),
    ("10, 20 men", "10,20 men"),
    ("3 .5 men", "3.5 men"),
    ("5 men", "5  men"),
    ("5' long", "5’ long"),
    ("chapter iv", "chapter vi"),
    ("chapter iii", "chapter ii"),
    ("in May 2.", "in May 2"),
    ("Putin ordered it.", "Zelensky ordered it."),
    ("It was so. Russia attacked.", "It was so. Ukraine attacked."),
    ("zelensky said", "putin said"),
    ("Teh bridge", "The bridge"),
    ("McDonald said ok", "Mcdonald said ok"),
    ("eBay", "ebay"),
    ("In iOS", "In ios"),
    ("polish cars", "Polish cars"),
    ("in may", "in May"),
    ("Москва", "Киев"),
    ("he bought the 北京 house", "he bought the 上海 house"),
    ("He did not say that it is true.", "He said that it did not help, so is true."),
    ("He did not say it is open.", "He said it is not open."),
    ("Of 20 dead and 30 wounded, all were men.", "Of 20 wounded and 30 dead, all were men."),
    ("men beat women", "women beat men"),
    ("It opens in spring.", "It opens in autumn."),
    ("It opens on monday.", "It opens on friday."),
    ("Nobody knew.", "Nobody knew or cared, and the mayor is a criminal."),
    ("a", "Another text that has neither digits nor negating words."),
    ("Yes.", "Hardly."),
    ("He can.", "He can’t."),
    ("He can.", "He ca\u200bn't."),
    ("He cannot.", "He can not."),
    ("nowhere", "now here"),
    ("It is now open.", "It is not open."),
    ("x", " "),
    ("x", "\u200b"),
    ("x", ""),
    ("x", None),
    (" ", None),
    ("the bridge", "the\u200b bridge"),
    ("open bridge", "open\u2028bridge"),
    ("open bridge", "open\x0bbridge"),
    ("open bridge", "open\u202ebridge"),
    ("Let's eat, grandma.", "Let's eat grandma."),
    ("He left. She stayed.", "He left, she stayed."),
    ("Is it open?", "Is it open."),
    ("It is open?", "It is open"),
    ("They re-sign it.", "They resign it."),
    ("a bridge - late", "a bridge – late"),
    ("open (late)", "open late"),
    ("see a.example", "see a. example"),
    ("see https://a.example/brigde bridge", "see https://a.example/bridge bridge"),
    ("see /a,b", "see /a, b"),
    ("mail teh@a.example", "mail the@a.example"),
    ("the man", "a man"),
    ("man", "the man"),
    ("He had had it.", "He had it."),
    ("very very", "very"),
    ("two two", "two"),
    ("no no", "no"),
    ("the\nthe bridge", "the bridge"),
    ("He wrote “teh end”.", "He wrote “the end”."),
    ("He wrote «teh end».", "He wrote «the end»."),
    ("He wrote 'we of teh people'.", "He wrote 'we of the people'."),
    ("He said “a, an the the”.", "He said “a, a the”."),
    # The right word stands nowhere else, the wrong one is left, or it is a name.
    ("The parliamnet opens.", "The parliament opens."),
    ("One brigde, one bridge, one brigde.", "One bridge, one bridge, one brigde."),
    ("A wether is a wehter.", "A wether is a wether."),
    ("united men, untied men", "united men, united men"),
    ("A country is a county.", "A country is a country."),
    ("The threat and the treat.", "The threat and the threat."),
    ("A trail is a trial.", "A trial is a trial."),
    ("moral and mortal", "mortal and mortal"),
    ("an infection, an inflection", "an infection, an infection"),
]


@pytest.mark.parametrize(("one", "other"), FACTS)
def test_what_changes_a_sentence_is_refused_from_both_sides(one: str, other: str | None) -> None:
    assert "typing error" in str(between(one, other))
    assert "typing error" in str(between(other, one))
    assert "typing error" in str(between(one, other, path="rationale"))


@pytest.mark.parametrize(
    ("one", "other"),
    [
        ("[report](https://a.example)", "[report](https://b.example)"),
        ("[teh report](/a)", "[the report](/a)"),
        ("see [x](/a brigde) bridge", "see [x](/a bridge) bridge x"),
        ("[x](</a teh b>) c", "[x](</a the b>) c"),
        ("[x][teh y]\n\n[the y]: /a\n[teh y]: /b", "[x][the y]\n\n[the y]: /a\n[teh y]: /b"),
        ("[a \\] teh b]\n\n[a \\] the b]: /x", "[a \\] the b]\n\n[a \\] the b]: /x"),
        ('[x](/a "title" )', "[x](/a “title” )"),
        ("[x](/a 'it's' )", "[x](/a 'it’s' )"),
        ("so *very open* it is", "so very open it is"),
        ("so *very* open it is", "so *very open* it is"),
        ("a * b", "a *b"),
        ("**open** it", "*open* it"),
        ("# Open", "Open"),
        ("# Open", "## Open"),
        ("Open\nit", "Open it"),
        ("Open\n\nit", "Open\nit"),
        ("Open  \nit", "Open\nit"),
        ("Open\n    it", "Open\nit"),
        ("Open\n\n    it", "Open\n\nit"),
        ("    Open", "Open"),
        ("- open\n- it", "- open\n  - it"),
        ("-  open", "- open"),
        ("1. open", "2. open"),
        ("> open teh bridge", "> open the bridge"),
        ("> open\nteh bridge", "> open\nthe bridge"),
        ("> open\r\nteh bridge", "> open\r\nthe bridge"),
        ("- > open teh bridge", "- > open the bridge"),
        ("`teh`", "`the`"),
        ("it &lt; is", "it &gt; is"),
        ("/claims/teh", "/claims/the"),
    ],
)
def test_markdown_stays_as_it_is(one: str, other: str) -> None:
    assert "no typing error" in str(between(one, other, path="rationale"))
    assert "no typing error" in str(between(other, one, path="rationale"))


@pytest.mark.parametrize(
    ("path", "value"),
    [
        ("speaker.name", "Ada  Quill"),
        ("claimed_on.date", "2026-02-03"),
        ("claimed_on.inferred_because", "The  article says so."),
        ("veracity.rating", "true"),
        ("attribution.finding", "altered"),
        ("appearances.0.quotation", {"exact": "x"}),
        ("appearances.0.role", "mayor"),
        ("appearances.0.source.title", "Mayor: bridge collapses"),
        ("appearances.0.source.title", "Mayor: bridge  opens"),
        ("appearances", []),
        ("evidence.0.stance", "supports"),
        ("evidence.0.locator", "page ninety"),
        ("evidence.0.note", ["Open defects."]),
        ("relations.0.claim", "deputy-lied-about-war"),
        ("relations.0.note", "Both  say so."),
        ("reply.answer", "The bridge opens."),
        ("language", "de"),
        ("new", None),
    ],
)
def test_only_our_own_prose_may_be_touched(path: str, value: Any) -> None:
    assert objection(BODY, changed(path, value)) == "More than prose was changed: this is no typing error."
    assert objection(changed(path, value), BODY) == "More than prose was changed: this is no typing error."


@pytest.mark.parametrize(
    ("one", "other", "sentence"),
    [
        ("It is legal.", "It is illegal.", "“legal” became “illegal” (summary): this is no typing error."),
        ("It is.", "It is so.", "Words or signs came or went (summary): this is no typing error."),
        ("5 men", "6 men", "Signs, numbers or the layout were changed (summary): this is no typing error."),
        ("One.", "One.\n\nTwo.", "Paragraphs came or went (summary): this is no typing error."),
        ("One.", None, "A text came or went (summary): this is no typing error."),
        ("b" * 99, "c" * 99, f"“{'b' * 39}…” became “{'c' * 39}…” (summary): this is no typing error."),
    ],
)
def test_the_editor_is_told_what_it_was(one: str, other: str | None, sentence: str) -> None:
    assert between(one, other) == sentence


def test_a_place_is_named_as_the_desk_names_it() -> None:
    assert "(attribution: note)" in str(between("One.", "Two.", path="attribution.note"))
    assert "(not known)" in str(between("One.", "Two.", path="not_known"))
    assert "(evidence: note)" in str(between("One.", "Two.", path="evidence.0.note"))


def test_few_slips_are_a_slip() -> None:
    wrong, right = "teh bridge, " * MOST_SLIPS, "the bridge, " * MOST_SLIPS
    assert between(wrong, right) is None
    assert between(f"{wrong}teh", f"{right}the") == "6 words are spelt another way: this is no typing error."
    # Over the whole body, and not text by text.
    more = changed("summary", wrong), changed("summary", right)
    for body, note in zip(more, ("teh", "the"), strict=True):
        body["evidence"][0]["note"] = note
    assert "6 words" in str(objection(*more))


@pytest.mark.parametrize("language", ["de", "uk", "fr", "en-GB", "EN_us"])
def test_words_are_spelt_in_english_alone(language: str) -> None:
    is_english = language.casefold().startswith("en")
    for one, other in (
        ("over teh bridge", "over the bridge"),
        ("the the man", "the man"),
        ("an man", "a man"),
    ):
        assert (between(one, other, language=language) is None) is is_english


def test_a_name_in_small_letters_is_a_name() -> None:
    """The speaker has this alias; without it the word would be one like others."""
    one, other = changed("summary", "A wether is a wehter."), changed("summary", "A wether is a wether.")
    assert "cannot be seen from the text" in str(objection(one, other))
    for body in (one, other):
        body["speaker"] = None
    assert objection(one, other) is None


# ---- properties ----

PROSE = st.lists(
    st.sampled_from(
        sorted(
            listed(
                "the bridge brigde opens in may, not 5 % of $3 teh a an ada's (late) “quoted” -2 1.5 /a,b x² он не"
            )
        )
    ),
    min_size=1,
    max_size=12,
)
ANY = st.text(st.sampled_from(" \n\tabtehr.,'\"“”*[]()<>\\&-5½№\u200bя中ย"), max_size=30)


def visible(text: str) -> list[str]:
    """What is neither a letter nor white space nor what typing may change."""
    return [c for c in text if not c.isalpha() and not c.isspace() and c not in "'\"“”‘’„‚‛‟.,"]


@given(ANY, ANY)
def test_signs_and_digits_stay(one: str, other: str) -> None:
    if between(one, other) is None:
        assert visible(one) == visible(other)
        assert [c for c in one if c.isupper()] == [c for c in other if c.isupper()]
        assert [c for c in one if c.isalpha() and not c.isascii()] == [
            c for c in other if c.isalpha() and not c.isascii()
        ]
        assert bool(one.strip()) == bool(other.strip())


@given(PROSE, st.integers(0, 12), st.text("abdehimnorstu", min_size=1, max_size=8))
def test_no_word_comes_or_goes(words: list[str], at: int, word: str) -> None:
    place = at % (len(words) + 1)
    around = {part.casefold().strip(",") for part in words[max(0, place - 1) : place + 1]}
    assume(word not in around)
    without, with_it = " ".join(words), " ".join([*words[:place], word, *words[place:]])
    assert between(without, with_it) is not None
    assert between(with_it, without) is not None
    assert between(without, with_it, path="rationale") is not None


@given(PROSE, st.integers(0, 11), st.integers(0, 11))
def test_no_word_moves(words: list[str], one: int, other: int) -> None:
    one, other = one % len(words), other % len(words)
    moved = list(words)
    moved[one], moved[other] = moved[other], moved[one]
    alike = {"a", "an"}, {"the", "teh"}, {"bridge", "brigde"}
    assume(words[one] != words[other] and not any({words[one], words[other]} <= pair for pair in alike))
    assert between(" ".join(words), " ".join(moved)) is not None


@given(st.text(max_size=40), st.integers(0, 10**6))
def test_no_digit_passes(text: str, number: int) -> None:
    assert between(f"x {text}", f"x {text} {number}") is not None
    assert between(f"x {text} {number}", f"x {text} {number + 1}", path="rationale") is not None


@given(ANY, ANY)
def test_typography_is_the_same_from_both_sides(one: str, other: str) -> None:
    """What may not be put in may not be taken out either; only a slip has a direction."""
    assert (between(one, other, language="uk") is None) == (between(other, one, language="uk") is None)


@given(st.text(max_size=60))
def test_every_text_is_itself(text: str) -> None:
    assert between(text, text) is None
    assert between(text, f"{text} \n") is None


REAL = "The ministry of Defence said in a statement that the troops would not cross the border. "


@pytest.mark.parametrize(
    "part",
    [
        REAL,
        f"{REAL}\n\n",
        "[a ",
        "<a ",
        "[\\[ a",
        '"a ',
        "a,",
        "\n",
        "\r",
        "  ",
        "the ",
        "a.",
        "\\",
        "aaa",
        "\u200b",
    ],
)
def test_a_long_text_is_quick(part: str) -> None:
    """100 kB; the time is the processor's, and the bound is wide because machines are busy."""
    text = part * (100_000 // len(part))
    for one, other in ((text, f"{text}x"), (text, f"teh {text}"), (f"teh {text}", f"the {text}")):
        begun = time.process_time()
        between(one, other, path="rationale")
        assert time.process_time() - begun < 0.5


def test_paragraphs_beyond_measure_are_refused() -> None:
    long = REAL * (MOST_CHARACTERS // len(REAL))
    assert "too long to be compared" in str(between(f"teh {long}", f"the {long}", path="rationale"))
    assert between(f"teh bridge\n\n{long}", f"the bridge\n\n{long}", path="rationale") is None
