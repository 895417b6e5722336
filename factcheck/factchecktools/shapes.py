"""Fact-checks as claims:search answers them. Pure.

Empty members are left out. A date is a moment of UTC, so one that is not known to the day is left out of the plain
answer rather than given a day that nobody named; the extended answer has it as it is known.
"""

from typing import Any

from claims.claimreview import original, textual_rating
from claims.links import site_of

Json = dict[str, Any]


def claim(document: Json) -> Json:
    """A claim with its one review. `document` has the members of a body, and of `live` the url and the time of the
    first publication.
    """
    speaker = document["speaker"]
    return _present(
        {
            "text": document["claim"],
            "claimant": speaker["name"] if speaker else None,
            "claimDate": moment(document["claimed_on"]),
            "claimReview": [_review(document)],
        }
    )


def extended(document: Json) -> Json:
    """The same with what else is known here of it; `document` is a served one (claims.documents)."""
    live, revision, veracity = document["live"], document["revision"], document["veracity"]
    return {
        **claim(document),
        "factCheck": _present(
            {
                "id": document["id"],
                "url": live["url"],
                "origin": document["origin"],
                "revision": _present(
                    {
                        "sequence": revision["sequence"],
                        "number": revision["number"],
                        "kind": revision["kind"],
                        "at": revision["at"],
                        "bodyDigest": revision["body_digest"],
                        "entryDigest": revision["entry_digest"],
                    }
                ),
                "claimDate": known(document["claimed_on"]),
                "reviewDate": known(document.get("reviewed_on")),
                "attribution": _present(document["attribution"] or {}),
                "rating": _present(
                    {
                        "id": veracity["rating"],
                        "label": veracity["label"],
                        "ratingValue": veracity["value"],
                        "bestRating": veracity["best"],
                        "worstRating": veracity["worst"],
                    }
                    if veracity
                    else {}
                ),
                "summary": document["summary"],
                "corrections": [_present(notice) for notice in live["notices"]],
                "licence": document["licence"],
            }
        ),
    }


def moment(date: Json | None) -> str | None:
    """A date that is known to the day, as the first moment of the day."""
    return f"{date['date']}T00:00:00Z" if date and date["precision"] == "day" else None


def known(date: Json | None) -> Json | None:
    """A date as precise as it is known: year, month and day as numbers, those that are not known left out."""
    if date is None:
        return None
    parts = [int(part) for part in date["date"].split("-")]
    length = {"year": 1, "month": 2}.get(date["precision"], 3)
    return {
        **dict(zip(("year", "month", "day"), parts[:length], strict=False)),
        "precision": date["precision"],
    }


def _review(document: Json) -> Json:
    publisher, url, language = document["publisher"], original(document), document["language"]
    is_own = document["origin"] == "own"
    return _present(
        {
            "publisher": _present({"name": publisher["name"] if publisher else None, "site": site_of(url)}),
            "url": url,
            # A partner's review that has no title is called here by its claim.
            "title": document["title"] if is_own or document["title"] != document["claim"] else None,
            "reviewDate": moment(_published_on(document) if is_own else document.get("reviewed_on")),
            "textualRating": textual_rating(document),
            # "und" says that nobody knows it.
            "languageCode": language if language != "und" else None,
        }
    )


def _published_on(document: Json) -> Json:
    """The day, in UTC, on which a fact-check of ours was published first."""
    return {"date": document["live"]["first_published_at"][:10], "precision": "day"}


def _present(values: Json) -> Json:
    return {name: value for name, value in values.items() if value not in (None, "", [], {})}
