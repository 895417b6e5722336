"""From the body of a published fact-check to the plain columns that lists filter on. Pure."""

from typing import Any

from sources.folding import fold

_ALWAYS = {"slug": "id", "origin": "origin", "title": "title", "text": "claim", "language": "language"}
_WITHDRAWN = {
    "withdrawn": True,
    "claimed_on": None,
    "reviewed_on": None,
    **dict.fromkeys(
        ("rating", "attribution", "review_url", "rating_as_published", "claimant", "claimant_folded"), ""
    ),
    "search_text": "",
}
# Of `claimant_folded`, which stands in an index.
LONGEST_CLAIMANT = 400


def columns(body: dict[str, Any]) -> dict[str, Any]:
    """The plain columns of a publication, from its body alone; dates as texts."""
    always = {column: body[name] for column, name in _ALWAYS.items()}
    if "withdrawn" in body:
        return {**always, **_WITHDRAWN}
    veracity, claimed_on, reviewed_on = body["veracity"], body["claimed_on"], body.get("reviewed_on")
    claimant = body["speaker"]["name"] if body["speaker"] else ""
    return {
        **always,
        "withdrawn": False,
        "claimed_on": claimed_on["date"] if claimed_on else None,
        "reviewed_on": reviewed_on["date"] if reviewed_on else None,
        "rating": veracity["rating"] if veracity else "",
        "attribution": body["attribution"]["finding"] if body["attribution"] else "",
        "review_url": body["review_url"] or "",
        "rating_as_published": body["rating_as_published"] or "",
        "claimant": claimant,
        "claimant_folded": fold(claimant)[:LONGEST_CLAIMANT],
        "search_text": search_text(body),
    }


def search_text(body: dict[str, Any]) -> str:
    """Folded words under which a reader may look the claim up."""
    speaker = body["speaker"]
    parts = [body["claim"], body["title"], body["summary"], *body["topics"]]
    if speaker:
        parts += [speaker["name"], *speaker["aliases"]]
    for appearance in body["appearances"]:
        parts.append(appearance["source"]["title"] or "")
        if appearance["quotation"]:
            parts += [segment["exact"] for segment in appearance["quotation"]["segments"]]
    return fold(" ".join(part for part in parts if part))
