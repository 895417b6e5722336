"""The body of a fact-check that was taken from a partner's ClaimReview. Pure.

It has every member of our own bodies (claims.body), with what the review says and null, empty or [] for the rest, and
one more: `reviewed_on`, the day on which its publisher published it. Of these it has:

- `origin` is "partner"; `id` is made of the host, the address and the claim, so that a review is known again.
- `speaker` has no id: who it is, is the partner's word; `kind` is null where the review does not say it.
- `appearances` name where the claim was made, as far as the review says it: their `mode` and `language` are null, their
  sources have no id, and nothing is quoted.
- `rating_as_published` is the publisher's own label. `veracity` is null unless the review brings numbers of a sound
  scale in whole numbers; its `rating` is empty, since it is none of our findings. `attribution` is null.
- `rationale` is always empty: the reasoning is the publisher's text, and readers find it at `review_url`.
"""

import hashlib
from dataclasses import dataclass, replace
from functools import lru_cache
from typing import Any

from claims.links import key_of, site_of
from claims.partners.naming import after_site

FORMAT = 1


@dataclass(frozen=True, slots=True)
class Date:
    """A day, or its month or year where no more is known: `day` is the first of it, as YYYY-MM-DD."""

    day: str
    precision: str = "day"

    def form(self) -> dict[str, Any]:
        return {"date": self.day, "precision": self.precision, "inferred_because": None}


@dataclass(frozen=True, slots=True)
class Named:
    """Whom a review names as speaker; `kind` is person, organisation or None."""

    name: str
    kind: str | None = None
    same_as: tuple[str, ...] = ()
    role: str | None = None


@dataclass(frozen=True, slots=True)
class Place:
    """Where a claim appeared, as far as a review says it; a link or a title at least."""

    link: str | None = None
    title: str | None = None
    publisher: str | None = None
    published_on: Date | None = None
    first: bool = False


@dataclass(frozen=True, slots=True)
class Scale:
    value: int
    best: int
    worst: int


@dataclass(frozen=True, slots=True)
class Review:
    """What is taken of one ClaimReview, in plain text; `url` is the review's own address at its publisher."""

    url: str
    claim: str
    publisher: str
    title: str = ""
    language: str = "und"
    label: str = ""
    scale: Scale | None = None
    speaker: Named | None = None
    claimed_on: Date | None = None
    reviewed_on: Date | None = None
    places: tuple[Place, ...] = ()
    summary: str = ""
    licence: str | None = None


@lru_cache(maxsize=64)
def identifier(*, url: str, claim: str) -> str:
    """What the fact-check is called here: the same for the same address and the same claim."""
    made = hashlib.sha256(f"{key_of(url)}\n{claim}".encode()).hexdigest()
    return f"{after_site(site_of(url))}-{made[:16]}"


def partner_body(review: Review, *, publisher: dict[str, Any]) -> dict[str, Any]:
    """The body of a review; `publisher` is {"id", "name", "site"} of the row that stands for its publisher here."""
    role = review.speaker.role if review.speaker else None
    return {
        "format": FORMAT,
        "id": identifier(url=review.url, claim=review.claim),
        "origin": "partner",
        "claim": review.claim,
        "title": review.title or review.claim,
        "language": review.language,
        "claimed_on": review.claimed_on.form() if review.claimed_on else None,
        "reviewed_on": review.reviewed_on.form() if review.reviewed_on else None,
        "topics": [],
        "speaker": _speaker(review.speaker) if review.speaker else None,
        "appearances": [_appearance(place, n, role) for n, place in enumerate(review.places, start=1)],
        "attribution": None,
        "veracity": {
            "rating": "",
            "label": review.label,
            "value": review.scale.value,
            "best": review.scale.best,
            "worst": review.scale.worst,
        }
        if review.scale
        else None,
        "summary": review.summary,
        "rationale": "",
        "not_known": None,
        "evidence": [],
        "reply": None,
        "relations": [],
        "methodology": None,
        "second_read": False,
        "second_read_note": f"Taken from {publisher['name']}'s ClaimReview; nobody here has read it over.",
        "publisher": publisher,
        "review_url": review.url,
        "rating_as_published": review.label or None,
        "licence": review.licence,
    }


def says_the_same(one: dict[str, Any], other: dict[str, Any]) -> bool:
    """Whether two bodies are of one review as its publisher wrote it, whatever the publisher is called here."""
    ours = ("publisher", "second_read_note")
    return {**one, **dict.fromkeys(ours)} == {**other, **dict.fromkeys(ours)}


def completed(review: Review, body: dict[str, Any]) -> Review:
    """A review from the markup of a page with what markup cannot say and `body`, its own from before, does.

    These are title, language and licence; of the speaker, where it is the same one, what it is and its other addresses;
    of a place, where its address is the same one, what stands there, and places that have no address.
    """
    speaker, said = review.speaker, body.get("speaker")
    if speaker and said and said["name"] == speaker.name:
        known = tuple(said["same_as"])
        same_as = known if known[:1] == speaker.same_as else speaker.same_as
        speaker = replace(speaker, kind=speaker.kind or said["kind"], same_as=same_as)
    places = [part["source"] for part in body.get("appearances", ())]
    by_link = {source["link"]: source for source in places if source["link"]}
    here = [_told(place, by_link[place.link]) if place.link in by_link else place for place in review.places]
    titled = [_told(Place(title=source["title"]), source) for source in places if not source["link"]]
    return replace(
        review,
        title=review.title or (body["title"] if body["title"] != body["claim"] else ""),
        language=body["language"] if review.language == "und" else review.language,
        licence=review.licence or body["licence"],
        speaker=speaker,
        places=(*here, *titled),
    )


def _told(place: Place, source: dict[str, Any]) -> Place:
    """The place with what a source of a body says of it."""
    published_on, publisher = source["published_on"], source["publisher"]
    return replace(
        place,
        title=source["title"],
        publisher=publisher["name"] if publisher else None,
        published_on=Date(published_on["date"], published_on["precision"]) if published_on else None,
    )


def _speaker(named: Named) -> dict[str, Any]:
    return {
        "id": None,
        "name": named.name,
        "kind": named.kind,
        "aliases": [],
        "same_as": list(named.same_as),
    }


def _appearance(place: Place, number: int, role: str | None) -> dict[str, Any]:
    return {
        "id": str(number),
        "first": place.first,
        "mode": None,
        "role": role,
        "claimed_on": None,
        "language": None,
        "translated": None,
        "note": None,
        "source": {
            "id": None,
            "kind": None,
            "title": place.title,
            "publisher": {"id": None, "name": place.publisher, "site": None} if place.publisher else None,
            "byline": None,
            "published_on": place.published_on.form() if place.published_on else None,
            "language": None,
            "link": place.link,
            "archived_at": None,
        },
        "quotation": None,
    }
