"""How published documents are put into words, shapes and type: pure, so no database."""

import re
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from claims import findings, passages, presentation, printed
from claims.asked import asked, query, turned, without
from claims.templatetags import printing

SHA = "0123456789abcdef" * 4


def quotation(*exact: str, marks: Any = (), elided: Any = (), **values: Any) -> dict[str, Any]:
    """A quotation whose segments stand one after another, each two characters after the last."""
    segments, at = [], 10
    for words in exact:
        segments.append({"exact": words, "start": at, "end": at + len(words)})
        at += len(words) + 2
    return {
        "segments": segments,
        "marks": list(marks),
        "elided": list(elided),
        "prefix": "",
        "suffix": "",
        "level": "exact",
        "snapshot_sha256": SHA,
        **values,
    }


def source(identifier: str = "courier", **values: Any) -> dict[str, Any]:
    return {
        "id": identifier,
        "kind": "article",
        "title": "Bridge to open",
        "publisher": {"id": "courier", "name": "Valley Courier", "site": None},
        "byline": "By Lin Marsh",
        "published_on": {"date": "2026-02-03", "precision": "day", "inferred_because": None},
        "language": "en",
        "link": "https://courier.example/bridge",
        "archived_at": None,
        **values,
    }


def appearance(identifier: str, words: str | None = "in spring", **values: Any) -> dict[str, Any]:
    return {
        "id": identifier,
        "first": False,
        "mode": "direct",
        "role": "Mayor",
        "claimed_on": None,
        "language": "en",
        "translated": None,
        "note": None,
        "source": source(),
        "quotation": quotation(words) if words else None,
        **values,
    }


def evidence(stance: str, **values: Any) -> dict[str, Any]:
    return {
        "stance": stance,
        "kind": "passage",
        "note": None,
        "locator": None,
        "source": source(),
        "quotation": quotation("three open defects"),
        **values,
    }


def document(**values: Any) -> dict[str, Any]:
    return {
        "id": "bridge",
        "origin": "own",
        "claim": "The bridge will open in spring.",
        "title": "Will the bridge open in spring?",
        "language": "en",
        "claimed_on": None,
        "topics": [],
        "speaker": {"id": "ada-quill", "name": "Ada Quill", "kind": "person", "aliases": [], "same_as": []},
        "appearances": [appearance("one", first=True)],
        "attribution": {"finding": "reported", "label": "Reported", "note": "Once."},
        "veracity": {"rating": "false", "label": "False", "value": 1, "best": 5, "worst": 1},
        "summary": "It will not.",
        "rationale": "",
        "not_known": None,
        "evidence": [],
        "reply": None,
        "relations": [],
        "methodology": "1",
        "second_read": True,
        "second_read_note": None,
        "publisher": {"id": "desk", "name": "Test Desk", "site": None},
        "review_url": None,
        "rating_as_published": None,
        "licence": "https://creativecommons.org/licenses/by/4.0/",
        "revision": {
            "sequence": 7,
            "subject": "claims/bridge",
            "number": 1,
            "kind": "publication",
            "note": None,
            "at": "2026-03-01T12:00:00Z",
            "body_digest": SHA,
            "previous": None,
            "entry_digest": SHA,
        },
        "live": {
            "url": "https://desk.example/claims/bridge/",
            "rationale_html": "",
            "held": {SHA: True},
            "notices": [],
            "first_published_at": "2026-03-01T12:00:00Z",
            "related": [],
        },
        **values,
    }


# Findings ------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("rating", "value", "best", "worst", "shape", "tone"),
    [
        # On a scale of five, each value has its own circle.
        ("true", 5, 5, 1, "circle-tick", "for"),
        ("mostly-true", 4, 5, 1, "circle-most", "mostly-for"),
        ("mixed", 3, 5, 1, "circle-half", "mixed"),
        ("mostly-false", 2, 5, 1, "circle-little", "mostly-against"),
        ("false", 1, 5, 1, "circle-cross", "against"),
        # Other lengths of scale keep the ends and the middle.
        ("so", 2, 2, 1, "circle-tick", "for"),
        ("not-so", 1, 2, 1, "circle-cross", "against"),
        ("between", 2, 3, 1, "circle-half", "mixed"),
        # Off the scale.
        ("not-enough-evidence", None, None, None, "circle-dashed", "open"),
        ("not-checkable", None, None, None, "circle-bar", "open"),
        ("satire", None, None, None, "circle-wave", "open"),
        ("something-new", None, None, None, "circle-dashed", "open"),
    ],
)
def test_the_circle_of_a_rating(
    rating: str, value: int | None, best: int | None, worst: int | None, shape: str, tone: str
) -> None:
    assert findings.rating_shape(rating, value, best, worst) == shape
    assert findings.rating_tone(value, best, worst) == tone


def test_no_two_attribution_findings_share_a_shape() -> None:
    shapes = [shape for shape, _ in findings.ATTRIBUTIONS.values()]
    assert len(set(shapes)) == len(shapes)
    assert all(shape.startswith("square-") for shape in shapes)


def test_a_finding_off_the_scale_has_no_number() -> None:
    off = {"rating": "not-checkable", "label": "Not checkable", "value": None, "best": None, "worst": None}
    assert findings.veracity(document(veracity=off)).number is None
    assert findings.veracity(document()).number == "1 on the scale from 1 (false) to 5 (true)"


def test_the_two_questions() -> None:
    said, true = presentation.claim_row(document()).findings
    assert (said.question, said.word, said.anchor) == (
        "Did they say it?",
        "Reported",
        "1-attribution-reported",
    )
    assert (true.question, true.word, true.anchor) == ("Is it true?", "False", "1-rating-false")
    assert findings.attribution(document(speaker=None)).question == "Does the source say it?"


def test_a_partner_who_assessed_one_question_is_not_given_an_answer_to_the_other() -> None:
    taken = document(attribution=None, veracity=None, rating_as_published="Pants on fire", methodology=None)
    assert findings.attribution(taken).word == "Not assessed"
    assert (findings.veracity(taken).word, findings.veracity(taken).note) == ("Not assessed", "Pants on fire")


# Quotations ----------------------------------------------------------------------------------------------------


def elision(after: int) -> dict[str, Any]:
    return {"kind": "elision", "after": after, "text": ""}


@pytest.mark.parametrize(
    ("given", "set_as"),
    [
        (quotation("we will open"), "we will open"),
        # Line breaks of the source are spaces on the page; a no-break space keeps its nature.
        (quotation("we\n\n will\u00a0open"), "we will\u00a0open"),
        (quotation("we will", "open", marks=[elision(0)]), "we will […] open"),
        (quotation("open", marks=[elision(-1)]), "[…] open"),
        (
            quotation("we", "open", marks=[{"kind": "insertion", "after": 0, "text": "the council"}]),
            'we <span class="insertion">[the council]</span> open',
        ),
        (
            quotation("we", "open", marks=[{"kind": "publisher", "after": 0, "text": "(the council)"}]),
            'we <span class="publisher-words">(the council)</span> open',
        ),
        # No space before a comma that follows a mark.
        (
            quotation("we recieve", ", he said", marks=[{"kind": "sic", "after": 0, "text": ""}]),
            'we recieve [<i class="sic" lang="la">sic</i>], he said',
        ),
        (quotation("<b>&"), "&lt;b&gt;&amp;"),
    ],
)
def test_words_and_marks_as_they_are_set(given: dict[str, Any], set_as: str) -> None:
    assert printing.runs(printed.printed(given), "here") == set_as


def test_an_elision_leads_to_the_words_that_it_leaves_out() -> None:
    left_out = {"after": 0, "exact": "not\n in winter but", "start": 17, "end": 34, "negation": True}
    found = printed.printed(quotation("will", "open", marks=[elision(0)], elided=[left_out]))
    assert found.left_out == (printed.LeftOut(1, "not in winter but", True),)
    assert 'href="#here-left-out-1"' in printing.runs(found, "here")


def test_where_segments_stand() -> None:
    assert printed.printed(quotation("abc")).place == "characters 10–13"
    assert printed.printed(quotation("abc", "de")).place == "characters 10–13 and 15–17"
    assert printed.place([{"start": 1200, "end": 12345}]) == "characters 1,200–12,345"


@pytest.mark.parametrize(
    ("cut", "stored", "shown"),
    [
        ("start", "mayor said “", "mayor said “"),
        ("start", " he added:\n\n", "he added: "),
        ("start", "“", "“"),
        ("end", ".” Critics\u00a0and\n", ".” Critics\u00a0and"),
        ("end", ",", ","),
    ],
)
def test_the_words_around_a_quotation(cut: Any, stored: str, shown: str) -> None:
    assert printed.context(stored, cut=cut) == shown


@pytest.mark.parametrize(
    ("mode", "words", "spoken"),
    [
        ("direct", "it will open", True),
        # The source's own marks inside: ours around them would claim all of it for the speaker.
        ("direct", 'it "will" open', False),
        ("direct", "it “will” open", False),
        ("direct", "it won’t open", True),
        ("indirect", "that it would open", False),
        ("headline", "Bridge to open", False),
    ],
)
def test_only_speech_stands_in_our_quotation_marks(mode: str, words: str, spoken: bool) -> None:
    part = passages.passage(appearance("one", words, mode=mode), anchor="a", held={})
    assert part.spoken is spoken


@given(
    st.lists(
        st.text(st.characters(exclude_categories=["Cs"]), min_size=1, max_size=12), min_size=1, max_size=4
    )
)
def test_the_words_on_the_page_are_the_words_of_the_source(words: list[str]) -> None:
    found = printed.printed(quotation(*words))
    shown = "".join((" " if run.space_before else "") + run.text for run in found.runs)
    assert re.sub(r"\s", "", shown) == re.sub(r"\s", "", "".join(words))


# Wordings ------------------------------------------------------------------------------------------------------


def test_what_a_source_prints_twice_stands_in_one_place() -> None:
    caption, body = appearance("caption", note="Under the picture."), appearance("body", note="In the text.")
    body["quotation"] = {**body["quotation"], "segments": [{"exact": "in spring", "start": 90, "end": 99}]}
    (wording,) = presentation.claim_page(document(appearances=[caption, body]), None).wordings
    assert wording.passage.anchor == "wording-caption"
    assert wording.places == ["characters 10–19", "characters 90–99"]
    assert wording.notes == ["Under the picture.", "In the text."]


@pytest.mark.parametrize(
    "differs", [{"role": "Ruler"}, {"mode": "indirect"}, {"source": source("gazette")}, {"translated": True}]
)
def test_appearances_that_differ_in_a_fact_stand_apart(differs: dict[str, Any]) -> None:
    parts = [appearance("one"), appearance("two", **differs)]
    assert len(presentation.claim_page(document(appearances=parts), None).wordings) == 2


@pytest.mark.parametrize(
    ("appearances", "count"),
    [
        ([appearance("a")], "1\u00a0wording"),
        ([appearance("a"), appearance("b")], "1\u00a0wording"),
        ([appearance("a"), appearance("b", "in May")], "2\u00a0wordings in 1\u00a0source"),
        ([appearance("a"), appearance("b", source=source("gazette"))], "1\u00a0wording in 2\u00a0sources"),
        ([appearance("a", None)], "no wording quoted, 1\u00a0source"),
        ([], "no wording quoted, 0\u00a0sources"),
    ],
)
def test_the_count_of_wordings(appearances: list[dict[str, Any]], count: str) -> None:
    assert presentation.wordings(appearances) == count


@pytest.mark.parametrize(
    ("absent", "sentence"),
    [
        ([], None),
        (["title"], "Shows no title."),
        (["publisher", "link"], "Shows no publisher or link."),
        (
            ["title", "publisher", "byline", "published_on", "link"],
            "Shows no title, publisher, byline, date or link.",
        ),
    ],
)
def test_what_a_source_does_not_show_is_said(absent: list[str], sentence: str | None) -> None:
    assert passages.absent(source(**dict.fromkeys(absent))) == sentence


# The page of a claim -------------------------------------------------------------------------------------------


def test_evidence_is_grouped_by_what_it_does_and_keeps_its_order() -> None:
    parts = [evidence("context"), evidence("refutes"), evidence("context"), evidence("supports")]
    page = presentation.claim_page(document(evidence=parts), None)
    assert [(stance, [part.anchor for part in group]) for stance, _, group in page.evidence] == [
        ("supports", ["evidence-4"]),
        ("refutes", ["evidence-2"]),
        ("context", ["evidence-1", "evidence-3"]),
    ]


@pytest.mark.parametrize(
    ("held", "begins"),
    [
        ({}, None),
        ({"a": True, "b": True}, None),
        ({"a": True, "b": False}, "This server holds not all"),
        ({"a": False}, "This server holds none"),
    ],
)
def test_a_server_without_the_texts_says_so(held: dict[str, bool], begins: str | None) -> None:
    sentence = presentation.texts(held)
    assert sentence is None if begins is None else (sentence or "").startswith(begins)


def test_the_record_says_who_read_it() -> None:
    read = presentation.entry(document())
    unread = presentation.entry(document(second_read=False, second_read_note="Loaded from seed files."))
    assert read.second_read == "Read and approved by a second editor before publication."
    assert unread.second_read == "No second read: Loaded from seed files."
    assert [name for name, _ in read.digests] == ["This text", "This entry"]


@pytest.mark.parametrize(
    ("kind", "direction", "words"),
    [
        ("same-utterance", "to", "The same utterance"),
        ("same-utterance", "from", "The same utterance"),
        ("repeats", "to", "Repeats"),
        ("repeats", "from", "Repeated in"),
        ("contradicts", "to", "Contradicts"),
        ("contradicts", "from", "Contradicted by"),
        ("differs-from", "to", "Differs from"),
        ("differs-from", "from", "Differs from"),
        ("derived-from", "to", "Derived from"),
        ("derived-from", "from", "Source of"),
    ],
)
def test_a_relation_is_read_from_both_ends(kind: str, direction: str, words: str) -> None:
    other = {"id": "b", "title": "B", "url": "", "kind": kind, "note": "", "direction": direction}
    live = {**document()["live"], "related": [other]}
    assert presentation.claim_page(document(live=live), None).related[0].kind == words


def test_roles_are_listed_once_in_the_order_of_the_documents() -> None:
    parts = [appearance("a", role="Ruler"), appearance("b", role=None), appearance("c", role="Mayor")]
    assert presentation.roles([document(appearances=parts), document()]) == ["Ruler", "Mayor"]


# Dates, digests, prose -----------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("date", "precision", "text", "machine"),
    [
        ("2022-10-10", "day", "10\u00a0October 2022", "2022-10-10"),
        # Any day of a week names the week by its Monday.
        ("2022-10-05", "week", "week of 3\u00a0October 2022", "2022-W40"),
        ("2022-10-01", "month", "October 2022", "2022-10"),
        ("2022-01-01", "year", "2022", "2022"),
    ],
)
def test_a_date_is_no_more_precise_than_it_is_known(
    date: str, precision: str, text: str, machine: str
) -> None:
    found = printed.day({"date": date, "precision": precision, "inferred_because": "Because."})
    assert found == printed.Day(text, machine, "Because.")


def test_a_moment_and_no_date() -> None:
    assert printed.moment("2026-11-22T03:09:54Z").text == "22\u00a0November 2026, 03:09\u00a0UTC"
    assert printed.day(None) is None


def test_a_copied_digest_is_the_digest() -> None:
    assert re.sub(r"<[^>]*>", "", printing.digest(printed.groups(SHA))) == SHA


@pytest.mark.parametrize(
    ("typed", "set_as"),
    [
        ('Minsk\'s "fake news"', "Minsk’s “fake news”"),
        ('"so", ("so")', "“so”, (“so”)"),
        ("the '90s", "the ’90s"),
        ("'so' and the mayors' hall", "‘so’ and the mayors’ hall"),
        ("he said \"it's 'so'\"", "he said “it’s ‘so’”"),
        ("“so” it’s", "“so” it’s"),
    ],
)
def test_our_own_prose_has_typographic_marks(typed: str, set_as: str) -> None:
    assert printed.curly(typed) == set_as


@pytest.mark.parametrize(
    ("tag", "name"),
    [("en", "English"), ("be", "Belarusian"), ("pt-BR", "Brazilian Portuguese"), ("xx", "xx")],
)
def test_languages_by_name(tag: str, name: str) -> None:
    assert printing.language(tag) == name


def test_licences_by_name() -> None:
    assert printed.licence("https://creativecommons.org/licenses/by/4.0/") == "CC\u00a0BY\u00a04.0"
    assert printed.licence("https://example.org/terms") == "https://example.org/terms"


# What was asked ------------------------------------------------------------------------------------------------


def test_each_filter_that_is_on_can_be_removed() -> None:
    parts = asked(
        {"q": "open bridge", "rating": "false", "utm_source": "x"},
        labels={"q": "Words", "rating": "Is it true?", "topic": "Topic"},
        choices={"rating": {"": "Any", "false": "False"}},
    )
    assert [(part.label, part.value, part.without) for part in parts] == [
        ("Words", "open bridge", "/?rating=false&utm_source=x"),
        ("Is it true?", "False", "/?q=open+bridge&utm_source=x"),
    ]


def test_addresses_of_the_lookup_page() -> None:
    assert query({"q": "a&b", "topic": ""}) == "?q=a%26b"
    assert without({"q": "a"}, "q") == "/"
    assert turned({"q": "a"}, before=7) == "?q=a&before=7"
    assert turned({"q": "a"}, before=None) is None


# Right of reply ------------------------------------------------------------------------------------------------


def a_day(date: str) -> dict[str, Any]:
    return {"date": date, "precision": "day", "inferred_because": None}


def a_reply(**values: Any) -> dict[str, Any]:
    return {
        "asked_of": "The mayor",
        "asked_on": a_day("2026-02-20"),
        "by": "e-mail",
        "deadline": a_day("2026-02-28"),
        "answer": None,
        "answered_on": None,
        **values,
    }


@pytest.mark.parametrize(
    ("reply", "at", "unanswered"),
    [
        # The entry is of 1 March: what came of the question later, nobody here knows.
        (a_reply(), "2026-03-01T12:00:00Z", "No answer by the deadline."),
        (
            a_reply(deadline=a_day("2026-03-01")),
            "2026-03-01T12:00:00Z",
            "No answer yet when this was published.",
        ),
        (a_reply(deadline=None), "2026-03-01T12:00:00Z", "No answer yet when this was published."),
        # Nothing is on the record yet.
        (a_reply(), None, "No answer yet."),
    ],
)
def test_a_reply_that_did_not_come(reply: Any, at: Any, unanswered: str) -> None:
    shown = presentation.reply(document(reply=reply, revision={"at": at}))
    assert shown
    assert (shown.answer, shown.unanswered) == (None, unanswered)


def test_a_reply_is_shown_word_for_word() -> None:
    answer = 'We "stand" by it.'
    shown = presentation.reply(document(reply=a_reply(answer=answer, answered_on=a_day("2026-02-21"))))
    assert shown
    assert (shown.answer, shown.answered_on and shown.answered_on.machine) == (answer, "2026-02-21")
    assert presentation.reply(document()) is None


@pytest.mark.parametrize(
    ("text", "ended"),
    [
        ("It was wrong", "It was wrong."),
        ("It was wrong.", "It was wrong."),
        ("Was it?", "Was it?"),
        ("They said “no.”", "They said “no.”"),
        ("They said “no”", "They said “no”."),
        ("Wrong (twice)", "Wrong (twice)."),
        ("It goes on …", "It goes on …"),
        ("", ""),
    ],
)
def test_a_note_ends_with_one_mark(text: str, ended: str) -> None:
    assert printed.ended(text) == ended
