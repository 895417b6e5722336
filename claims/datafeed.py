"""Many ClaimReviews as one schema.org DataFeed, in the form that Data Commons reads. Pure.

A feed is made in pieces, so that nobody has to hold all of it: `beginning`, elements with SEPARATOR between them, END.
"""

from typing import Any

from claims.claimreview import JsonLd, claimreview, script_safe

SEPARATOR = ",\n"
END = "\n]}\n"


def beginning(*, name: str, url: str, licence: str | None, publisher: JsonLd | None, at: str | None) -> str:
    """The feed up to its first element; `at` is the time of the record's last entry."""
    values = {
        "@context": "https://schema.org",
        "@type": "DataFeed",
        "name": name,
        "url": url,
        "license": licence,
        "publisher": publisher,
        "dateModified": at,
    }
    members = script_safe({key: value for key, value in values.items() if value is not None})
    return members[:-1] + ',"dataFeedElement":[\n'


def element(document: dict[str, Any]) -> JsonLd:
    """A served document as an element of the feed: a withdrawn one says when it was deleted and why, and no more."""
    live, at = document["live"], document["revision"]["at"]
    if "withdrawn" in document:
        return tombstone(document)
    return {
        "@type": "DataFeedItem",
        "dateCreated": live["first_published_at"],
        "dateModified": at,
        "url": live["url"],
        "item": [{key: value for key, value in claimreview(document).items() if key != "@context"}],
    }


def tombstone(document: dict[str, Any]) -> JsonLd:
    """What is left of a withdrawn fact-check; readers of feeds expect `item` to be a list always."""
    live, at = document["live"], document["revision"]["at"]
    made: JsonLd = {"@type": "DataFeedItem"}
    if live.get("first_published_at"):
        made["dateCreated"] = live["first_published_at"]
    return made | {
        "dateModified": at,
        "dateDeleted": at,
        "url": live["url"],
        "description": document["withdrawn"]["reason"],
        "item": [],
    }
