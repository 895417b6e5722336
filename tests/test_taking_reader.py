"""Feeds of ClaimReviews as they are found: every shape read, every fault said, nothing raised, nothing guessed."""

import gzip
import io
import json
import time
from typing import Any

import pytest
from hypothesis import example, given
from hypothesis import strategies as st

from claims import legible
from claims.canonical import canonical, canonical_quick
from claims.partners import portions, reviews, stream, texts
from claims.partners.body import Date, Named, Place, Review, Scale, identifier, partner_body
from claims.partners.reviews import Deleted, Reject
from claims.partners.stream import Broken, Elements, Unusable

TODAY = "2026-03-01"
URL = "https://checkers.example/reviews/1/"
PUBLISHER = {"id": "checkers-example", "name": "Checkers", "site": "checkers.example"}


def record(**values: Any) -> dict[str, Any]:
    return {"@type": "ClaimReview", "url": URL, "claimReviewed": "The harbour was sold.", **values}


def found(element: Any, **said: str) -> list[Any]:
    return list(reviews.reviews(element, today=TODAY, **said))


def only(element: Any) -> Review:
    (review,) = found(element)
    assert isinstance(review, Review), review
    return review


# One review, in every dress

DRESSED = [
    record(),
    record(**{"@type": ["Review", "ClaimReview"]}),
    record(**{"@type": "http://schema.org/ClaimReview"}),
    record(**{"@type": "https://schema.org/ClaimReview"}),
    {
        "@type": "schema:ClaimReview",
        "schema:url": URL,
        "https://schema.org/claimReviewed": "The harbour was sold.",
    },
    {"@type": "DataFeedItem", "url": URL, "item": [record()]},
    {"@type": "DataFeedItem", "url": URL, "item": [None, record()]},
    {"@type": "DataFeedItem", "url": URL, "item": record(url=None)},
    {"@graph": [{"@type": "WebPage"}, record()]},
    record(url={"@id": URL}),
    record(claimReviewed=None, itemReviewed={"@type": "Claim", "text": "The harbour was sold."}),
    record(claimReviewed=["", "The harbour was sold."]),
    record(claimReviewed={"@value": "The harbour was sold.", "@language": "en"}),
    record(claimReviewed="<p>The&nbsp;harbour\u0000 was\n sold.</p>"),
    record(itemReviewed=[None, {"@type": "Claim"}], author=None, reviewRating=None),
]


@pytest.mark.parametrize("element", DRESSED)
def test_one_review_in_every_dress(element: dict[str, Any]) -> None:
    review = only(element)
    assert (review.url, review.claim) == (URL, "The harbour was sold.")


NOT_OF_THE_WEB = "Its address is none of the web: that begins with http:// or https://."
NO_HOST = "Its address has no host as sites have: a name with a dot, such as checkers.example."
REFUSED = [
    ({}, "There is no ClaimReview in it."),
    ({"@type": "DataFeedItem", "url": URL, "item": None}, "There is no ClaimReview in it."),
    (None, "It is no record."),
    ("text", "It is no record."),
    (Unusable("It is no JSON."), "It is no JSON."),
    (record(url=None), "It has no web address."),
    (record(url=" "), "It has no web address."),
    (record(url="javascript:alert(1)"), NOT_OF_THE_WEB),
    (record(url="nowhere"), NOT_OF_THE_WEB),
    (record(url="https://user@checkers.example/"), "Its address holds the name of a user, or a password."),
    (record(url="https://[::1/"), "Its address cannot be read."),
    (record(url="https://checkers.example:99999/"), "Its address cannot be read."),
    (record(url="https://localhost/1"), NO_HOST),
    (record(url="https://192.0.2.1/1"), NO_HOST),
    (record(url="https://checkers.example/\x07"), "Its address holds a character that nobody can read."),
    (record(url="https://checkers.example/" + "a" * 2000), "Its address is longer than 2,000 characters."),
    ({"dateDeleted": "2026-01-01", "url": "javascript:alert(1)"}, NOT_OF_THE_WEB),
    (record(claimReviewed=None), "It does not say which claim was checked."),
    (record(claimReviewed=" \u200b "), "It does not say which claim was checked."),
    (record(claimReviewed="a" * 5001), "The claim is longer than 5,000 characters."),
    (record(name="a" * 1001), "The title is longer than 1,000 characters."),
    (record(reviewRating={"alternateName": "a" * 501}), "The rating is longer than 500 characters."),
    (
        record(itemReviewed={"@type": "Claim", "author": "a" * 301}),
        "The speaker's name is longer than 300 characters.",
    ),
]


@pytest.mark.parametrize(("element", "reason"), REFUSED)
def test_what_cannot_be_used_is_refused_with_a_reason(element: Any, reason: str) -> None:
    (refused,) = found(element)
    assert isinstance(refused, Reject)
    assert refused.reason == reason


def test_a_refused_record_keeps_its_address() -> None:
    assert found(record(name="a" * 1001)) == [Reject(URL, "The title is longer than 1,000 characters.")]


@pytest.mark.parametrize(
    ("written", "shown"),
    [
        ("javascript:alert(1)", "javascript:alert(1)"),
        ("java\nscript:\u202ealert(1)", "java\\nscript:\\u202ealert(1)"),
        ("\ud800", "\\ud800"),
        ("a" * 201, "a" * 200 + "…"),
    ],
)
def test_a_refused_address_is_shown_as_it_was_written(written: str, shown: str) -> None:
    assert found(record(url=written)) == [Reject(shown, NOT_OF_THE_WEB, claims=("The harbour was sold.",))]


SCALES = [
    ({"ratingValue": 2, "bestRating": 5, "worstRating": 1}, Scale(2, 5, 1)),
    ({"ratingValue": "2", "bestRating": "5.0", "worstRating": 1.0}, Scale(2, 5, 1)),
    ({"ratingValue": 0, "bestRating": 10, "worstRating": 0}, Scale(0, 10, 0)),
    ({"ratingValue": -1, "bestRating": -1, "worstRating": -1}, None),
    ({"ratingValue": "-1", "bestRating": "-1", "worstRating": "-1"}, None),
    ({"ratingValue": 2, "bestRating": 1, "worstRating": 5}, None),
    ({"ratingValue": 6, "bestRating": 5, "worstRating": 1}, None),
    ({"ratingValue": 0, "bestRating": 5, "worstRating": 1}, None),
    ({"ratingValue": 1, "bestRating": 1, "worstRating": 1}, None),
    ({"ratingValue": 2.5, "bestRating": 5, "worstRating": 1}, None),
    ({"ratingValue": "two", "bestRating": 5, "worstRating": 1}, None),
    ({"ratingValue": True, "bestRating": 5, "worstRating": 1}, None),
    ({"ratingValue": 2, "bestRating": 5}, None),
    ({"ratingValue": float("nan"), "bestRating": float("inf"), "worstRating": 10**400}, None),
    ({"ratingValue": 2, "bestRating": 10**9, "worstRating": 1}, None),
]


@pytest.mark.parametrize(("rating", "scale"), SCALES)
def test_numbers_come_from_a_sound_scale_only(rating: dict[str, Any], scale: Scale | None) -> None:
    review = only(record(reviewRating={"alternateName": "Mostly wrong", **rating}))
    assert (review.scale, review.label) == (scale, "Mostly wrong")


LABELS = [
    ({"alternateName": "Falsch &amp; verkürzt"}, "Falsch & verkürzt"),
    ({"name": "False"}, "False"),
    ({"ratingValue": "Pants on fire"}, "Pants on fire"),
    ({"ratingValue": "3"}, ""),
    ("False", "False"),
    ([{"alternateName": "False"}, {"alternateName": "Satire"}], "False"),
    (None, ""),
]


@pytest.mark.parametrize(("rating", "label"), LABELS)
def test_a_rating_keeps_its_publishers_words(rating: Any, label: str) -> None:
    assert only(record(reviewRating=rating)).label == label


AUTHORS = [
    ("Checkers", "Checkers"),
    ({"@type": "Organization", "name": "Checkers"}, "Checkers"),
    ([{"@type": "Person", "name": "Ann"}, {"@type": "Organization", "name": "Checkers"}], "Checkers"),
    ({"@type": "Person", "name": "Ann"}, "Ann"),
    (None, "checkers.example"),
    ("https://checkers.example", "checkers.example"),
    ({"name": None}, "checkers.example"),
]


@pytest.mark.parametrize(("author", "name"), AUTHORS)
def test_who_published_a_review(author: Any, name: str) -> None:
    assert only(record(author=author)).publisher == name


SPEAKERS = [
    ("Rufus Gale", Named("Rufus Gale")),
    (
        {"@type": "Person", "name": "Rufus Gale", "jobTitle": "Mayor"},
        Named("Rufus Gale", "person", (), "Mayor"),
    ),
    (
        {"@type": "Organization", "name": "Posts", "sameAs": ["https://posts.example", "nowhere"]},
        Named("Posts", "organisation", ("https://posts.example/",)),
    ),
    ([None, {"name": "Rufus Gale"}], Named("Rufus Gale")),
    ({"@type": "Person"}, None),
    ("\u200b", None),
]


@pytest.mark.parametrize(("author", "speaker"), SPEAKERS)
def test_who_made_the_claim(author: Any, speaker: Named | None) -> None:
    assert only(record(itemReviewed={"@type": "Claim", "author": author})).speaker == speaker


PLACES = [
    ({"appearance": "https://posts.example/1"}, (Place("https://posts.example/1"),)),
    (
        {"appearance": ["https://posts.example/1", None, "A leaflet"]},
        (Place("https://posts.example/1"), Place(title="A leaflet")),
    ),
    (
        {
            "firstAppearance": {
                "@type": "CreativeWork",
                "url": "https://posts.example/1",
                "headline": "Sold!",
                "publisher": {"name": "Posts"},
                "datePublished": "2025-11",
            },
            "appearance": [{"url": "https://posts.example/1"}],
        },
        (Place("https://posts.example/1", "Sold!", "Posts", Date("2025-11-01", "month"), first=True),),
    ),
    ({"@type": "CreativeWork", "url": "https://posts.example/1"}, (Place("https://posts.example/1"),)),
    ({"appearance": [{"@type": "CreativeWork"}, 7, {}]}, ()),
]


@pytest.mark.parametrize(("item", "places"), PLACES)
def test_where_the_claim_appeared(item: dict[str, Any], places: tuple[Place, ...]) -> None:
    assert only(record(itemReviewed={"@type": "Claim", **item})).places == places


DAYS = [
    ("2025-11-03", Date("2025-11-03")),
    ("2025-11-03T23:30:00-05:00", Date("2025-11-03")),
    ("2025-11", Date("2025-11-01", "month")),
    ("2025", Date("2025-01-01", "year")),
    ([None, "2025-11-03"], Date("2025-11-03")),
    ({"@value": "2025-11-03"}, Date("2025-11-03")),
    ("2025-02-30", None),
    ("2025-11-031", None),
    ("11/03/2025", None),
    ("3 November 2025", None),
    ("2030-01-01", None),
    ("0001-01-01", None),
    (20251103, None),
    ("", None),
]


@pytest.mark.parametrize(("written", "day"), DAYS)
def test_days_are_as_precise_as_they_are_written(written: Any, day: Date | None) -> None:
    assert texts.day(written, today=TODAY) == day


LANGUAGES = [
    ("pt_br", "pt-BR"),
    ("SR-latn-rs", "sr-Latn-RS"),
    ({"@type": "Language", "name": "English", "alternateName": "en"}, "en"),
    (["en", "fr"], "en"),
    ("English", "und"),
    (None, "und"),
    ("", "und"),
    ("x-klingon", "x-klingon"),
]


@pytest.mark.parametrize(("written", "tag"), LANGUAGES)
def test_languages(written: Any, tag: str) -> None:
    assert texts.language(written) == tag


WRITTEN = [
    ("5 < 6 and 7 > 3", "5 < 6 and 7 > 3"),
    ("AT&T", "AT&T"),
    ("&amp;quot;Sold&amp;quot;", '"Sold"'),
    ("<b>Sold</b><br/>again", "Sold again"),
    ("<script>alert(1)</script>Sold", "Sold"),
    ("<!-- a -->Sold <STYLE x>a</style >again<script>", "Sold again<script>"),
    ("<script><!--</script>Sold-->", "Sold-->"),
    ("&lt;b&gt;Sold&lt;/b&gt;", "Sold"),
    ("a\u0000b\ud800c", "a b c"),
    ("e\u0301", "é"),
    ("Quill\u202e\u2066, mayor\u2069", "Quill, mayor"),
    ("שלום עולם", "שלום עולם"),
]


@pytest.mark.parametrize(("written", "plain"), WRITTEN)
def test_texts_are_plain(written: str, plain: str) -> None:
    assert texts.plain(written) == plain


@pytest.mark.parametrize("repeated", ["<script>", "<!--", "<style></styl", "\u0301\u0316"])
def test_a_long_text_takes_time_as_its_length(repeated: str) -> None:
    begun = time.process_time()
    texts.plain("a" + repeated * 100_000)
    # As its square it would be minutes.
    assert time.process_time() - begun < 10


@given(st.text())
@example("&&amp;lt;b>")
def test_plain_texts_can_go_on_the_record(written: str) -> None:
    assert legible.objection(texts.plain(written) or "a", named="It") in (
        "",
        "It holds nothing that anybody can see: write it, or leave it empty.",
    )


def test_several_claims_are_several_fact_checks() -> None:
    claims = [{"@type": "Claim", "text": f"Harbour {n} was sold."} for n in (1, 2, 1)]
    assert [review.claim for review in found(record(itemReviewed=claims))] == [
        "Harbour 1 was sold.",
        "Harbour 2 was sold.",
    ]


def test_what_a_feed_says_is_gone() -> None:
    deleted = {"dateDeleted": "2026-01-01"}
    assert found({"@type": "DataFeedItem", "url": URL, **deleted}) == [Deleted(URL)]
    assert found({"@type": "DataFeedItem", "item": [record()], **deleted}) == [Deleted(URL)]
    assert found({"@type": "DataFeedItem", "url": URL, "item": [record(**deleted)]}) == [Deleted(URL)]
    assert found({"@type": "DataFeedItem", "item": [record(url=None)], **deleted}) == [
        Reject("", texts.NO_ADDRESS, deleted=True)
    ]


def test_a_feeds_licence_is_its_records() -> None:
    by = "https://creativecommons.org/licenses/by/4.0/"
    (review,) = found(record(), licence=by)
    assert review.licence == by


def test_the_identifier_is_that_of_address_and_claim() -> None:
    same = {
        identifier(url=url, claim="A") for url in (URL, URL.replace("https", "http"), URL[:-1], URL + "#b")
    }
    assert len(same) == 1
    assert identifier(url=URL, claim="B") not in same


# Streams

VALUES = [record(), record(claimReviewed="Ça suffit, “שלום” 😀"), {"a": [1, 2.5, None, True]}]
FORMS = {
    "a feed": json.dumps(
        {"@type": "DataFeed", "dataFeedElement": VALUES, "license": "x"}, ensure_ascii=False
    ),
    "a list": json.dumps(VALUES),
    "a graph": json.dumps({"@context": "x", "@graph": VALUES}, indent=2),
    "lines": "\n".join(json.dumps(value) for value in VALUES) + "\n",
    "pretty": "\n".join(json.dumps(value, indent=1) for value in VALUES),
}


def read(data: bytes, sizes: list[int] | None = None) -> list[Any]:
    """What is in the bytes, and at the end the sentence where they cannot be read on."""
    file, steps = io.BytesIO(data), iter(sizes or [])
    out: list[Any] = []
    try:
        out.extend(Elements(lambda most: file.read(min(most, next(steps, most)))))
    except Broken as broken:
        out.append(str(broken))
    return out


@pytest.mark.parametrize("form", FORMS)
@pytest.mark.parametrize("packed", [bytes, gzip.compress, lambda data: b"\xef\xbb\xbf" + data], ids=range(3))
def test_every_form_has_the_same_elements(form: str, packed: Any) -> None:
    assert read(packed(FORMS[form].encode())) == VALUES


def test_two_packed_files_put_together_are_one() -> None:
    whole = FORMS["a list"].encode()
    assert read(gzip.compress(whole[:20]) + gzip.compress(whole[20:]) + b"\0\0") == VALUES


PACKED = gzip.compress(b'[{"a": 1}]', mtime=0)
BROKEN = [
    (b'{"dataFeedElement": [{"a": 1}, {"b": ', [{"a": 1}, stream.CUT]),
    (b'[{"a": 1}, {"b": 2}', [{"a": 1}, {"b": 2}, stream.CUT]),
    (b'{"a": 1}\n{"b": [1}\n{"c": 3}\n', [{"a": 1}, Unusable(stream.NO_JSON), {"c": 3}]),
    (b'{"a": 1}\n{"b": ', [{"a": 1}, stream.CUT]),
    (b'[{"a": 1}, {bad}, {"c": 3}]', [{"a": 1}, Unusable(stream.NO_JSON), {"c": 3}]),
    (b'[{"a": 1}, , {"c": 3},]', [{"a": 1}, Unusable(stream.NO_VALUE), {"c": 3}]),
    (b'[{"a": 1} {"c": 3}]', [{"a": 1}, stream.DAMAGED]),
    (b"[" + b"[" * 3000 + b"]" * 3000 + b', {"c": 3}]', [Unusable(stream.TOO_DEEP), {"c": 3}]),
    (b'{"a": 1, "a": 2}', [{"a": 2}]),
    (b"", []),
    (PACKED[:-9], [{"a": 1}, stream.CUT_GZIP]),
    (PACKED[:10] + b"\xff" * 20, [stream.DAMAGED_GZIP]),
    (PACKED + b"\0" * 9 + PACKED, [{"a": 1}, {"a": 1}]),
    (PACKED + b"\0\x1e" + PACKED[1:], [{"a": 1}, stream.DAMAGED_GZIP]),
    (PACKED + b'[{"b": 2}]', [{"a": 1}, stream.DAMAGED_GZIP]),
    (PACKED + PACKED[:1], [{"a": 1}, stream.CUT_GZIP]),
    (b'{"@graph": [{"a": 1}], "@graph": [{"b": 2}], "license": "x"}', [{"a": 1}, {"b": 2}]),
    (b'{"a": 1}\n{"@graph": [{"b": 2}], "@graph": []}\n{"c": 3}', [{"a": 1}, {"b": 2}, {"c": 3}]),
    (
        b'{"dataFeedElement": [{"b": {"dataFeedElement": []}}], "license": "x"}',
        [{"b": {"dataFeedElement": []}}],
    ),
    (b'{"@graph": {"a": {"@graph": []}}}', [{"@graph": {"a": {"@graph": []}}}]),
    (b'{"@graph": 1, "@graph": [{"a": 1}]}', [{"a": 1}]),
    (b'{"@graph": [{"a": "\\"@graph\\": [1]", "@graph": 5}]}', [{"a": '"@graph": [1]', "@graph": 5}]),
]


@pytest.mark.parametrize(("data", "elements"), BROKEN, ids=range(len(BROKEN)))
def test_what_came_before_a_fault_is_good(data: bytes, elements: list[Any]) -> None:
    assert read(data) == elements
    assert read(data, [1] * len(data)) == elements


def test_what_a_feed_says_after_its_list_is_known_whatever_its_elements_are_called() -> None:
    whole = b'{"dataFeedElement": [{"b": {"dataFeedElement": []}}], "license": "https://licence.example/"}'
    elements = Elements(io.BytesIO(whole).read)
    assert [elements.about["license"] for _ in elements] == ["https://licence.example/"]


def test_an_element_may_be_so_long_and_not_longer(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(stream, "LONGEST", 40)
    data = b'[{"a": 1}, {"b": "' + b'x\\"' * 40 + b'"}, {"c": 3}]'
    for sizes in ([], [1] * 500, [7] * 100):
        assert read(data, sizes) == [{"a": 1}, Unusable(stream.TOO_LONG), {"c": 3}]


json_values = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats(allow_nan=False) | st.text(max_size=8),
    lambda parts: st.lists(parts, max_size=4) | st.dictionaries(st.text(max_size=8), parts, max_size=4),
    max_leaves=12,
)
documents = (
    json_values.map(lambda value: json.dumps(value).encode())
    | st.binary(max_size=60)
    | st.text(alphabet='[]{},:"\\ae1 \n', max_size=40).map(str.encode)
    | st.builds(
        lambda data, at: data[: at % (len(data) + 1)],
        st.sampled_from([f.encode() for f in FORMS.values()]),
        st.integers(0, 900),
    )
)


@given(documents, st.lists(st.integers(1, 5), max_size=60))
def test_how_a_stream_is_cut_changes_nothing(data: bytes, sizes: list[int]) -> None:
    assert repr(read(data, sizes)) == repr(read(data))


@given(documents)
def test_no_bytes_raise(data: bytes) -> None:
    file = io.BytesIO(data)
    made = list(portions.portions(file.read, knows()))
    # The last portion, and no other, says how the feed ended.
    assert [portion.end is None for portion in made] == [True] * (len(made) - 1) + [False]
    assert [portion.read for portion in made] == sorted(portion.read for portion in made)
    assert made[-1].read <= len(data)
    for _, _, reason in (reject for portion in made for reject in portion.rejects):
        assert reason.endswith(".")


@given(
    json_values
    | st.dictionaries(
        st.sampled_from(
            ["url", "item", "@type", "claimReviewed", "author", "itemReviewed", "reviewRating", "inLanguage"]
        ),
        json_values,
    )
)
def test_no_record_raises(value: Any) -> None:
    for one in [
        *found(value),
        *found(record(itemReviewed=value, author=value, reviewRating=value, name=value)),
    ]:
        if isinstance(one, Review):
            body = partner_body(one, publisher=PUBLISHER)
            assert canonical_quick(body) == canonical(body)


def knows(**values: Any) -> portions.Asked:
    return portions.Asked(**{"today": TODAY, "publishers": {}, "taken": [], "own": [], **values})


def portioned(values: list[Any], size: int = 300, **asked: Any) -> list[portions.Portion]:
    file = io.BytesIO(json.dumps(values).encode())
    return list(portions.portions(file.read, knows(**asked), size=size))


def test_portions_say_everything_once() -> None:
    values = [
        record(),
        record(author="Somebody else"),
        record(url="https://other.example/1"),
        record(url="https://www.house.example/1"),
        record(url="https://de.checkers.example/2"),
        {"@type": "DataFeedItem", "url": "https://checkers.example/3", "dateDeleted": "2026-01-01"},
        {},
    ]
    (portion,) = portioned(values, own=["house.example"], taken=["other-example"])
    assert [item.publisher for item in portion.items] == [
        "checkers-example",
        "other-example-2",
        "de-checkers-example",
    ]
    assert portion.new[1] == ("other-example-2", "other.example", "other.example")
    assert portion.rejects == [
        (4, "https://www.house.example/1", portions.OWN),
        (7, "", "There is no ClaimReview in it."),
    ]
    assert (portion.repeated, portion.deleted, portion.end) == (1, ["https://checkers.example/3"], "")
    (portion,) = portioned(values, only="checkers.example")
    assert [item.publisher for item in portion.items] == ["checkers-example", "de-checkers-example"]
    assert portion.elsewhere == 2


def test_what_is_ours_is_refused_as_ours_also_where_it_is_gone() -> None:
    gone = {"@type": "DataFeedItem", "dateDeleted": "2026-01-01", "item": []}
    ours = ["https://house.example/claims/a/", "http://localhost:8000/claims/b/"]
    values = [{**gone, "url": url} for url in ours] + [record(url=ours[1]), record(url="https://[::1/")]
    (portion,) = portioned(values, own=["house.example", "localhost"])
    assert portion.rejects == [
        (1, ours[0], portions.OWN_DELETED),
        (2, ours[1], portions.OWN_DELETED),
        (3, ours[1], portions.OWN),
        (4, "https://[::1/", "Its address cannot be read."),
    ]
    assert portion.deleted == []


def test_what_has_no_address_is_known_by_its_claim() -> None:
    claimed = {"@type": "Claim", "text": "<b>The pier</b> sank."}
    values = [record(url=None, itemReviewed=claimed), record(url="javascript:alert(1)"), {"item": None}]
    (portion,) = portioned(values)
    harbour, pier = (portions.claim_mark(claim) for claim in ("The harbour was sold.", "The pier sank."))
    assert portion.nowhere == [harbour, pier, harbour]
    assert [reason for _, _, reason in portion.rejects] == [
        "It has no web address.",
        NOT_OF_THE_WEB,
        "There is no ClaimReview in it.",
    ]


def test_a_record_of_many_claims_is_several_portions() -> None:
    claims = [{"@type": "Claim", "text": f"Harbour {n} was sold."} for n in range(5)]
    made = portioned([record(itemReviewed=claims), record(url=f"{URL}2")], size=2)
    assert [len(portion.items) for portion in made] == [2, 2, 2, 0]


def test_portions_cross_between_processes() -> None:
    made = portioned([record(url=None), *(record(url=f"{URL}{n}") for n in range(5))], size=2)
    pipe = io.BytesIO()
    for portion in made:
        portions.send(portion, pipe)
    whole = pipe.getvalue()
    assert list(portions.received(io.BytesIO(whole))) == made
    assert list(portions.received(io.BytesIO(whole[:-3]))) == made[:-1]
