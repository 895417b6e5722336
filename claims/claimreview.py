"""A served document as schema.org ClaimReview (JSON-LD). Pure.

Properties as schema.org/ClaimReview has them and search engines' fact-check markup asks for them. Absent facts are
left out, never invented; a finding off the scale has no numbers; a date is as precise as it is known.
"""

import json
from collections.abc import Iterable
from typing import Any

from claims.findings import identity

JsonLd = dict[str, Any]

# Notices that say that something was wrong or misleading, or was thought to be; an update and a typing error are no
# corrections.
_CORRECTIONS = {
    "correction": "Correction",
    "verdict_change": "Change of verdict",
    "clarification": "Clarification",
    "withdrawal": "Withdrawal",
    "restoration": "Restoration",
}
# The reason for one of these says nothing to whoever does not know that the review was gone for a while.
_NAMED = ("withdrawal", "restoration")
# Findings under which the bare rating of the statement would wrong the speaker.
_NOT_THE_SPEAKERS_WORDS = ("misattributed", "altered")


def claimreview(document: dict[str, Any]) -> JsonLd:
    """The ClaimReview of a served document: body members, `revision` and `live` (contracts, section 6).

    One that was taken from a partner is the publisher's: its address and author are theirs, and what is known of its
    dates here (when it was taken, when that changed) is not said to be theirs.
    """
    live, revision = document["live"], document["revision"]
    first = next((part for part in document["appearances"] if part["first"]), None)
    others = [part["source"] for part in document["appearances"] if part is not first]
    is_own = document["origin"] == "own"
    return _present(
        {
            "@context": "https://schema.org",
            "@type": "ClaimReview",
            "@id": live["url"] if is_own else None,
            "url": original(document),
            "name": document["title"],
            "claimReviewed": document["claim"],
            # "und" says that nobody knows it.
            "inLanguage": document["language"] if document["language"] != "und" else None,
            "datePublished": live["first_published_at"] if is_own else _date(document.get("reviewed_on")),
            "dateModified": revision["at"] if is_own else None,
            "version": revision["number"] if is_own else None,
            "author": organisation(document["publisher"]),
            "reviewRating": _ratings(document),
            "itemReviewed": _present(
                {
                    "@type": "Claim",
                    "text": document["claim"],
                    "author": _speaker(document, first),
                    "datePublished": _date(document["claimed_on"]),
                    "firstAppearance": _work(first["source"]) if first else None,
                    "appearance": _works(others, besides=first["source"] if first else None),
                }
            ),
            "description": document["summary"],
            "reviewBody": document["rationale"],
            "citation": _works(evidence["source"] for evidence in document["evidence"]),
            "correction": [
                {
                    "@type": "CorrectionComment",
                    "text": _correction(notice),
                    "datePublished": notice["at"],
                }
                for notice in live["notices"]
                if is_own and notice["kind"] in _CORRECTIONS
            ],
            "sdLicense": document["licence"],
        }
    )


def original(document: dict[str, Any]) -> str:
    """The address of the review itself: the publisher's for one that was taken from a partner, otherwise ours."""
    review_url: str = document["review_url"] or ""
    url: str = document["live"]["url"]
    return review_url if review_url.startswith(("https://", "http://")) else url


def textual_rating(document: dict[str, Any]) -> str:
    """The one label for readers that know one rating only: both findings, where either alone would mislead.

    A misattributed or altered statement says so beside its rating; where only the attribution was assessed, the label
    names it; a partner's review without a rating of ours keeps the partner's words. Empty where nothing was found.
    """
    veracity, attribution = document["veracity"], document["attribution"]
    if veracity and attribution and attribution["finding"] in _NOT_THE_SPEAKERS_WORDS:
        return f"{veracity['label']} ({_lowered(attribution['label'])})"
    if veracity:
        return str(veracity["label"])
    if attribution:
        label = str(attribution["label"])
        return (
            label if attribution["finding"] in _NOT_THE_SPEAKERS_WORDS else f"Attribution: {_lowered(label)}"
        )
    return document["rating_as_published"] or ""


def script_safe(value: JsonLd) -> str:
    """JSON for a script element: no text in it can close the element, open a comment or end a line of script."""
    text = json.dumps(value, ensure_ascii=False, separators=(",", ":"))
    for character in "<>&\u2028\u2029":
        text = text.replace(character, f"\\u{ord(character):04x}")
    return text


def _correction(notice: dict[str, Any]) -> str:
    name, note = _CORRECTIONS[notice["kind"]], notice["note"]
    return f"{name}: {note}" if note and notice["kind"] in _NAMED else note or name


def _ratings(document: dict[str, Any]) -> list[JsonLd]:
    """The veracity and the attribution, as far as they were assessed; the first one can stand alone."""
    veracity, attribution = document["veracity"], document["attribution"]
    ratings = []
    if veracity or not attribution:
        ratings.append(
            {
                "alternateName": textual_rating(document),
                "ratingExplanation": document["summary"],
                **(_numbers(veracity) if veracity else {}),
            }
        )
    if attribution:
        ratings.append(
            {
                "reviewAspect": "attribution",
                "alternateName": attribution["label"] if veracity else textual_rating(document),
                "ratingExplanation": attribution["note"],
            }
        )
    return [_present({"@type": "Rating", **rating}) for rating in ratings if rating["alternateName"]]


def _numbers(veracity: dict[str, Any]) -> JsonLd:
    """The three numbers together, or none: whole, the worst at least 1, the value between the ends."""
    value, best, worst = veracity["value"], veracity["best"], veracity["worst"]
    whole = all(isinstance(number, int) and not isinstance(number, bool) for number in (value, best, worst))
    if not whole or not 1 <= worst <= value <= best or worst == best:
        return {}
    return {"ratingValue": value, "bestRating": best, "worstRating": worst}


def _speaker(document: dict[str, Any], first: dict[str, Any] | None) -> JsonLd | None:
    speaker = document["speaker"]
    if speaker is None:
        return None
    is_person = speaker["kind"] == "person"
    parts = [first, *document["appearances"]] if first else document["appearances"]
    role = next((part["role"] for part in parts if part["role"]), None)
    return _present(
        {
            # A partner's review may say neither.
            "@type": ("Person" if is_person else "Organization") if speaker["kind"] else None,
            "name": speaker["name"],
            "alternateName": speaker["aliases"],
            "jobTitle": role if is_person else None,
            "sameAs": speaker["same_as"],
        }
    )


def _works(sources: Iterable[dict[str, Any]], *, besides: dict[str, Any] | None = None) -> list[JsonLd]:
    """Each source once, in order, without the one named `besides`; those of partners have no identifier."""
    seen = {identity(besides)} if besides else set()
    works = []
    for source in sources:
        if identity(source) not in seen:
            seen.add(identity(source))
            works.append(_work(source))
    return works


def _work(source: dict[str, Any]) -> JsonLd:
    return _present(
        {
            "@type": "CreativeWork",
            "headline": source["title"],
            "url": source["link"],
            "archivedAt": source["archived_at"],
            "inLanguage": source["language"],
            # A byline is text as printed: whether it names a person, a desk or an agency is not known.
            "creditText": source["byline"],
            "publisher": organisation(source["publisher"]),
            "datePublished": _date(source["published_on"]),
        }
    )


def organisation(publisher: dict[str, Any] | None) -> JsonLd | None:
    """A publisher of a document as an Organization."""
    if publisher is None:
        return None
    site = publisher["site"]
    return _present(
        {"@type": "Organization", "name": publisher["name"], "url": f"https://{site}/" if site else None}
    )


def _date(date: dict[str, Any] | None) -> str | None:
    """A day, a month or a year; a week has no form in schema.org's Date and is left out."""
    if date is None or date["precision"] == "week":
        return None
    length = {"day": 10, "month": 7, "year": 4}[date["precision"]]
    text: str = date["date"]
    return text[:length]


def _lowered(label: str) -> str:
    """A label inside a sentence: its first letter small, unless the word is an acronym or a name in capitals."""
    return label[:1].lower() + label[1:] if label[1:2].islower() else label


def _present(values: JsonLd) -> JsonLd:
    return {name: value for name, value in values.items() if value not in (None, "", [])}
