"""ClaimReview out: what is always there, what is never invented, and a claim that tries to leave its script element."""

import json
from html.parser import HTMLParser

import pytest
from hypothesis import given
from hypothesis import strategies as st

from claims.claimreview import claimreview, script_safe, textual_rating

DAY = {"date": "2026-02-03", "precision": "day", "inferred_because": None}


def source(identifier="courier-2026-02-03", **values):
    return {
        "id": identifier,
        "kind": "article",
        "title": "Bridge to open",
        "publisher": {"id": "valley-courier", "name": "Valley Courier", "site": None},
        "byline": "By Lin Marsh",
        "published_on": DAY,
        "language": "en",
        "link": f"https://courier.example/{identifier}",
        "archived_at": None,
        **values,
    }


def appearance(identifier="courier", **values):
    return {
        "id": identifier,
        "first": False,
        "mode": "direct",
        "role": None,
        "claimed_on": None,
        "language": "en",
        "translated": None,
        "note": None,
        "source": source(),
        "quotation": None,
        **values,
    }


def veracity(label="False", value=1, best=5, worst=1):
    return {"rating": "x", "label": label, "value": value, "best": best, "worst": worst}


def attribution(finding="reported", label="Reported", note=None):
    return {"finding": finding, "label": label, "note": note}


def document(**values):
    body = {
        "format": 1,
        "id": "bridge",
        "claim": "The bridge will open in spring.",
        "title": "Will the bridge open in spring?",
        "language": "en",
        "claimed_on": DAY,
        "topics": ["bridges"],
        "speaker": {
            "id": "ada-quill",
            "name": "Ada Quill",
            "kind": "person",
            "aliases": ["A. Quill"],
            "same_as": ["https://people.example/ada-quill"],
        },
        "appearances": [
            appearance("herald", source=source("herald"), role="Deputy mayor"),
            appearance("courier", first=True, role="Mayor"),
        ],
        "attribution": attribution(),
        "veracity": veracity(),
        "summary": "The works report does not support a date.",
        "rationale": "The report lists **three** open defects.",
        "not_known": None,
        "evidence": [
            {"stance": "refutes", "kind": "passage", "note": None, "locator": None, "source": source("report"),
             "quotation": None},
            {"stance": "context", "kind": "law", "note": None, "locator": "§ 5", "source": source("report"),
             "quotation": None},
        ],
        "reply": None,
        "relations": [],
        "methodology": "1",
        "second_read": True,
        "second_read_note": None,
        "publisher": {"id": "test-desk", "name": "Test Desk", "site": "desk.example"},
        "review_url": None,
        "rating_as_published": None,
        "licence": "https://creativecommons.org/licenses/by/4.0/",
        "origin": "own",
        "revision": {"sequence": 9, "number": 2, "at": "2026-03-04T12:00:00Z", "kind": "correction"},
        "live": {
            "url": "https://desk.example/claims/bridge/",
            "first_published_at": "2026-03-01T12:00:00Z",
            "notices": [],
        },
    }  # fmt: skip
    return {**body, **values}


WORK = {
    "@type": "CreativeWork",
    "headline": "Bridge to open",
    "inLanguage": "en",
    "creditText": "By Lin Marsh",
    "publisher": {"@type": "Organization", "name": "Valley Courier"},
    "datePublished": "2026-02-03",
}


def test_the_whole_markup():
    assert claimreview(document()) == {
        "@context": "https://schema.org",
        "@type": "ClaimReview",
        "@id": "https://desk.example/claims/bridge/",
        "url": "https://desk.example/claims/bridge/",
        "name": "Will the bridge open in spring?",
        "claimReviewed": "The bridge will open in spring.",
        "inLanguage": "en",
        "datePublished": "2026-03-01T12:00:00Z",
        "dateModified": "2026-03-04T12:00:00Z",
        "version": 2,
        "author": {"@type": "Organization", "name": "Test Desk", "url": "https://desk.example/"},
        "reviewRating": [
            {
                "@type": "Rating",
                "alternateName": "False",
                "ratingExplanation": "The works report does not support a date.",
                "ratingValue": 1,
                "bestRating": 5,
                "worstRating": 1,
            },
            {"@type": "Rating", "reviewAspect": "attribution", "alternateName": "Reported"},
        ],
        "itemReviewed": {
            "@type": "Claim",
            "text": "The bridge will open in spring.",
            "author": {
                "@type": "Person",
                "name": "Ada Quill",
                "alternateName": ["A. Quill"],
                "jobTitle": "Mayor",
                "sameAs": ["https://people.example/ada-quill"],
            },
            "datePublished": "2026-02-03",
            "firstAppearance": {**WORK, "url": "https://courier.example/courier-2026-02-03"},
            "appearance": [{**WORK, "url": "https://courier.example/herald"}],
        },
        "description": "The works report does not support a date.",
        "reviewBody": "The report lists **three** open defects.",
        "citation": [{**WORK, "url": "https://courier.example/report"}],
        "sdLicense": "https://creativecommons.org/licenses/by/4.0/",
    }


RATINGS = [
    # veracity, attribution, alternate names, numbers, reason
    (veracity(), attribution(), ["False", "Reported"], True, "two axes, two ratings"),
    (veracity("Not checkable", None, None, None), attribution(), ["Not checkable", "Reported"], False, "off the scale"),
    (veracity(value=-1, best=-1, worst=-1), attribution(), ["False", "Reported"], False, "-1 means no number"),
    (veracity(value=6), attribution(), ["False", "Reported"], False, "a value outside its scale"),
    (veracity(best=1, worst=5), attribution(), ["False", "Reported"], False, "a reversed scale"),
    (veracity(worst=0), attribution(), ["False", "Reported"], False, "a scale begins at 1"),
    (veracity(value=2.5), attribution(), ["False", "Reported"], False, "a fraction"),
    (None, attribution("misattributed", "Misattributed"), ["Misattributed"], False, "only the attribution is named"),
    (None, attribution("confirmed", "Confirmed"), ["Attribution: confirmed"], False, "nor does it pass for “true”"),
    (veracity(), attribution("misattributed", "Misattributed"), ["False (misattributed)", "Misattributed"], True,
     "no bare “False” for what the speaker did not say"),
    (veracity("True", 5), attribution("altered", "Altered"), ["True (altered)", "Altered"], True, "nor a bare “True”"),
    (veracity(), None, ["False"], True, "a partner's review has one axis"),
]  # fmt: skip


@pytest.mark.parametrize(
    ("true", "said", "names", "numbers", "reason"), RATINGS, ids=[row[4] for row in RATINGS]
)
def test_ratings(true, said, names, numbers, reason):
    ratings = claimreview(document(veracity=true, attribution=said))["reviewRating"]
    assert [rating["alternateName"] for rating in ratings] == names, reason
    of_numbers = {"ratingValue", "bestRating", "worstRating"}
    assert [of_numbers <= rating.keys() for rating in ratings] == [numbers] + [False] * (len(names) - 1)
    assert all(of_numbers.isdisjoint(rating) for rating in ratings) is not numbers, "all three or none"
    assert [rating.get("reviewAspect") for rating in ratings if rating.get("reviewAspect")] == [
        "attribution"
    ] * bool(said)
    assert textual_rating(document(veracity=true, attribution=said)) == names[0]


def test_a_partners_review_keeps_its_words_and_its_address():
    partner = document(
        veracity=None,
        attribution=None,
        rating_as_published="Mostly wrong",
        review_url="https://partner.example/42",
        speaker=None,
        appearances=[],
        evidence=[],
        claimed_on=None,
        rationale=None,
        origin="partner",
    )
    markup = claimreview(partner)
    assert markup["url"] == "https://partner.example/42"
    assert markup["reviewRating"] == [
        {"@type": "Rating", "alternateName": "Mostly wrong", "ratingExplanation": partner["summary"]}
    ]
    assert markup["itemReviewed"] == {"@type": "Claim", "text": partner["claim"]}
    assert "reviewRating" not in claimreview({**partner, "rating_as_published": None})
    assert textual_rating({**partner, "rating_as_published": None}) == ""


@pytest.mark.parametrize(
    ("kind", "shown"),
    [
        ("correction", True),
        ("verdict_change", True),
        ("clarification", True),
        ("update", False),
        ("typo", False),
    ],
)
def test_every_public_correction_is_told(kind, shown):
    live = {
        **document()["live"],
        "notices": [{"kind": kind, "note": "Why.", "at": "2026-03-04T12:00:00Z", "number": 2}],
    }
    told = [{"@type": "CorrectionComment", "text": "Why.", "datePublished": "2026-03-04T12:00:00Z"}]
    assert claimreview(document(live=live)).get("correction") == (told if shown else None)


@pytest.mark.parametrize(
    ("precision", "shown"), [("day", "2026-02-03"), ("week", None), ("month", "2026-02"), ("year", "2026")]
)
def test_a_date_is_as_precise_as_it_is_known(precision, shown):
    markup = claimreview(document(claimed_on={**DAY, "precision": precision}))
    assert markup["itemReviewed"].get("datePublished") == shown


def test_what_a_source_does_not_show_is_left_out():
    bare = source(title=None, publisher=None, byline=None, published_on=None, link=None)
    markup = claimreview(document(appearances=[appearance(source=bare, first=True)]))
    assert markup["itemReviewed"]["firstAppearance"] == {"@type": "CreativeWork", "inLanguage": "en"}


def test_an_organisation_has_no_job_title():
    speaker = {
        "id": "commission",
        "name": "The Commission",
        "kind": "organisation",
        "aliases": [],
        "same_as": [],
    }
    assert claimreview(document(speaker=speaker))["itemReviewed"]["author"] == {
        "@type": "Organization",
        "name": "The Commission",
    }


class Scripts(HTMLParser):
    """The texts of the script elements of a page, as a browser would cut them out."""

    def __init__(self):
        super().__init__(convert_charrefs=True)
        self.texts, self.tags, self._inside = [], [], False

    def handle_starttag(self, tag, attrs):
        self.tags.append(tag)
        self._inside = tag == "script"
        if self._inside:
            self.texts.append("")

    def handle_endtag(self, tag):
        self._inside = False

    def handle_data(self, data):
        if self._inside:
            self.texts[-1] += data


HOSTILE = [
    "</script><script>alert(1)</script>",
    "</SCRIPT ><img src=x onerror=alert(1)>",
    "<!--<script>",
    "]]> & &lt;/script&gt; \u2028 \u2029",
    '"}; alert(1); {"',
    "\\u003c/script> \\",
]


@pytest.mark.parametrize("claim", HOSTILE)
def test_no_claim_closes_its_script_element(claim):
    markup = claimreview(document(claim=claim, summary=claim, title=claim))
    page = f'<script type="application/ld+json">{script_safe(markup)}</script><p>After.</p>'
    assert not set("<>&\u2028\u2029") & set(script_safe(markup))
    parser = Scripts()
    parser.feed(page)
    assert parser.tags == ["script", "p"]
    assert json.loads(parser.texts[0]) == markup
    assert json.loads(parser.texts[0])["claimReviewed"] == claim


@given(st.text())
def test_script_safe_text_is_the_same_json(claim):
    assert json.loads(script_safe({"claimReviewed": claim})) == {"claimReviewed": claim}
