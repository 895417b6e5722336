"""Markup as partners send it to pages.*: what is taken, and what is refused with the field and a sentence."""

import json
from typing import Any

import pytest
from django.test import Client
from hypothesis import given
from hypothesis import strategies as st
from markups import PAGES, URL, ask, kinds, make_pages_key, sent, simple, violated

from factcheck.factchecktools import markup
from factcheck.factchecktools.envelope import Refused

pytestmark = pytest.mark.django_db


@pytest.fixture
def key(db: None) -> str:
    return make_pages_key()


def with_markup(**values: Any) -> dict[str, Any]:
    return sent(claimReviewMarkups=[{**simple(), **values}])


def with_rating(**values: Any) -> dict[str, Any]:
    return with_markup(rating={"textualRating": "Wrong", **values})


WITHIN = "claimReviewMarkups[0]."
REFUSED: dict[str, tuple[Any, str, str]] = {
    "no address": (sent(pageUrl=None), "pageUrl", "Say which page"),
    "none of the web": (sent(pageUrl="ftp://harbour.example/1"), "pageUrl", "none of the web"),
    "a number": (sent(pageUrl=1), "pageUrl", "Not a text"),
    "an anchor": (sent(pageUrl=f"{URL}#a", claimReviewMarkups=[simple()]), "pageUrl", "no anchor"),
    "a day to come": (sent(publishDate="2999-01-01"), "publishDate", "to come"),
    "a day that never was": (sent(publishDate="2025-02-30"), "publishDate", "Not a day"),
    "no object": (sent(claimReviewAuthor="Harbour"), "claimReviewAuthor", "Not an object"),
    "no language": (sent(languageCode="english language"), "languageCode", "no language tag"),
    "no markup": (sent(claimReviewMarkups=[]), "claimReviewMarkups", "1 to 50"),
    "no list": (sent(claimReviewMarkups={}), "claimReviewMarkups", "1 to 50"),
    "too many": (
        sent(claimReviewMarkups=[simple(f"{n} fell.") for n in range(51)]),
        "claimReviewMarkups",
        "1 to 50",
    ),
    "no markup object": (sent(claimReviewMarkups=["x"]), "claimReviewMarkups[0]", "Not a markup"),
    "unknown": (sent(pageURL=URL), "pageURL", "did you mean pageUrl?"),
    "unknown within": (with_markup(claim="x"), f"{WITHIN}claim", "Unknown field"),
    "unknown within that": (with_rating(value=1), f"{WITHIN}rating.value", "Unknown field"),
    "another address": (
        with_markup(url="https://www.harbour.example/2"),
        f"{WITHIN}url",
        "Only the page's own",
    ),
    "another query": (with_markup(url=f"{URL}?a=b#c"), f"{WITHIN}url", "Only the page's own"),
    "nothing checked": (
        with_markup(claimReviewed=" \u200b "),
        f"{WITHIN}claimReviewed",
        "Say what was checked",
    ),
    "too long": (with_markup(claimReviewed="x" * 5001), f"{WITHIN}claimReviewed", "Longer than 5,000"),
    "NUL": (with_markup(claimLocation="a\0b"), f"{WITHIN}claimLocation", "nobody can read"),
    "no rating": (with_markup(rating=None), f"{WITHIN}rating.textualRating", "Say in words"),
    "a text for a number": (
        with_rating(ratingValue="1"),
        f"{WITHIN}rating.ratingValue",
        "Not a whole number",
    ),
    "a fraction": (with_rating(ratingValue=1.5), f"{WITHIN}rating.ratingValue", "Not a whole number"),
    "true for a number": (with_rating(ratingValue=True), f"{WITHIN}rating.ratingValue", "Not a whole number"),
    "half a scale": (with_rating(ratingValue=1), f"{WITHIN}rating.ratingValue", "all of them or none"),
    "reversed": (
        with_rating(ratingValue=2, bestRating=1, worstRating=5),
        f"{WITHIN}rating.bestRating",
        "the truer",
    ),
    "one value": (
        with_rating(ratingValue=1, bestRating=1, worstRating=1),
        f"{WITHIN}rating.bestRating",
        "larger",
    ),
    "from nought": (
        with_rating(ratingValue=1, bestRating=5, worstRating=0),
        f"{WITHIN}rating.worstRating",
        "from 1",
    ),
    "off the scale": (
        with_rating(ratingValue=6, bestRating=5, worstRating=1),
        f"{WITHIN}rating.ratingValue",
        "1 to 5",
    ),
    "no number by habit": (
        with_rating(ratingValue=-1, bestRating=-1, worstRating=-1),
        f"{WITHIN}rating.bestRating",
        "larger",
    ),
    "a role of nobody": (
        with_markup(claimAuthor={"jobTitle": "Mayor"}),
        f"{WITHIN}claimAuthor.name",
        "who made",
    ),
    "no appearance": (with_markup(claimAppearances=["x"]), f"{WITHIN}claimAppearances[0]", "none of the web"),
    "no list of appearances": (with_markup(claimAppearances="x"), f"{WITHIN}claimAppearances", "Not a list"),
    "the same claim twice": (
        sent(claimReviewMarkups=[simple(), {**simple(" The pier  is gone. "), "url": f"{URL}#b"}]),
        "claimReviewMarkups[1].claimReviewed",
        "the same claim",
    ),
}


@pytest.mark.parametrize("what", REFUSED)
def test_what_cannot_be_used_is_refused_with_its_field(what: str, key: str) -> None:
    body, field, said = REFUSED[what]
    assert said in violated(body, key=key)[field]
    assert not kinds()


def test_nothing_of_another_type_is_not_given(key: str) -> None:
    """What Python takes for false is no text, no object and no list; null, an empty text and an empty object are."""
    empty = {
        "publishDate": 0,
        "claimReviewAuthor": [],
        "languageCode": False,
        "claimReviewMarkups": [
            {"claimReviewed": 0, "claimAuthor": False, "claimAppearances": {}, "claimDate": [], "rating": []},
            {"claimReviewed": "The pier is gone.", "claimLocation": False, "rating": {"textualRating": {}}},
        ],
    }
    said = violated(sent(**empty), key=key)
    first, second = "claimReviewMarkups[0].", "claimReviewMarkups[1]."
    assert said.keys() >= {
        *("publishDate", "claimReviewAuthor", "languageCode"),
        *(f"{first}{name}" for name in empty["claimReviewMarkups"][0]),  # type: ignore[index]
        *(f"{second}claimLocation", f"{second}rating.textualRating"),
    }
    for name in ("name", "versionId"):
        assert violated(sent(**{name: 0}), key=key) == {name: "Not a text."}
    assert not kinds()


def test_all_that_is_wrong_with_a_page_is_said_at_once(key: str) -> None:
    body = sent(
        publishDate="x", claimReviewMarkups=[simple(), {"claimReviewed": 1, "rating": {"ratingValue": "2"}}]
    )
    assert set(violated(body, key=key)) == {
        "publishDate",
        "claimReviewMarkups[1].claimReviewed",
        "claimReviewMarkups[1].rating.textualRating",
        "claimReviewMarkups[1].rating.ratingValue",
    }


@pytest.mark.parametrize(
    "body", ["{", "[]", "null", '"x"', b"\xff", '{"pageUrl": "\\ud800"}', '{"a": NaN}', "[" * 100_000]
)
def test_what_is_no_page_at_all(body: Any, key: str) -> None:
    error = ask("POST", body=body, key=key, status=400)["error"]
    assert error["message"].startswith("The body is no JSON")


def test_a_body_has_a_bound_and_a_kind(key: str) -> None:
    error = ask("POST", body=" " * (markup.LONGEST + 1), key=key, status=413)["error"]
    assert "500,000 bytes" in error["message"]
    headers = {"authorization": f"Bearer {key}"}
    answer = Client().post(PAGES, {"pageUrl": URL}, headers=headers)
    assert (answer.status_code, answer.json()["error"]["code"]) == (415, 415)
    for method, path in (("PUT", PAGES), ("POST", f"{PAGES}/x"), ("PATCH", f"{PAGES}/x")):
        assert ask(method, path, sent(), key=key, status=405)
    assert ask("GET", f"{PAGES}/a/b", key=key, status=404)


json_values = st.recursive(
    st.one_of(st.none(), st.booleans(), st.integers(), st.floats(allow_nan=False), st.text(max_size=8)),
    lambda inner: st.one_of(
        st.lists(inner, max_size=3),
        st.dictionaries(
            st.sampled_from([*markup.PAGE, *markup.MARKUP, *markup.CLAIM_AUTHOR, *markup.RATING]),
            inner,
            max_size=4,
        ),
    ),
    max_leaves=15,
)


@given(json_values, st.sampled_from([*markup.PAGE, *markup.MARKUP, *markup.RATING]))
def test_whatever_is_sent_is_a_page_or_refused_in_sentences(value: Any, where: str) -> None:
    body = sent() if where in markup.PAGE else with_markup() if where in markup.MARKUP else with_rating()
    target = body
    if where not in markup.PAGE:
        target = body["claimReviewMarkups"][0]
    if where in markup.RATING and where not in markup.MARKUP:
        target = target["rating"]
    for document in (value, {**body, where: value}, target.update({where: value}) or body):
        try:
            page = markup.page(json.dumps(document).encode(), today="2026-03-01")
        except Refused as refused:
            for one in refused.document["error"].get("details", [{"fieldViolations": []}])[0][
                "fieldViolations"
            ]:
                assert one["description"].endswith((".", "?"))
            continue
        # What was read once is read again as it was.
        again = {
            "pageUrl": page.url,
            **page.sent,
            "claimReviewMarkups": [one for _, one in page.markups],
        }
        assert markup.page(json.dumps(again).encode(), today="2026-03-01").markups == page.markups
