"""From an element of a feed to the reviews in it, or to why there is none. Pure, liberal, and never guessing.

ClaimReview as schema.org has it and as it is found: authors that are texts, objects or lists, claims that are objects
or lists, ratings in numbers or texts, names with and without the prefix of their vocabulary.
"""

from collections.abc import Iterator
from dataclasses import dataclass
from functools import lru_cache
from typing import Any

from claims.legible import is_blank
from claims.links import site_of
from claims.partners import texts
from claims.partners.body import Named, Place, Review, Scale
from claims.partners.stream import Unusable

LONGEST_CLAIM = 5000
LONGEST_TITLE = 1000
LONGEST_LABEL = 500
LONGEST_SPEAKER = 300
LONGEST_ROLE = 300
LONGEST_SUMMARY = 2000
# A publisher's name is a label for its site.
LONGEST_PUBLISHER = 200
MOST_PLACES = 20
MOST_LINKS = 10
# Numbers beyond are no scale that anybody reads.
BEST = 1000
_DEEPEST = 6
_PREFIXES = ("https://schema.org/", "http://schema.org/", "schema:")
_WITHIN = ("item", "@graph", "dataFeedElement", "itemListElement", "mainEntity", "review")


@dataclass(frozen=True, slots=True)
class Reject:
    """A record that cannot be used: its address, where it has one, and the reason in a sentence.

    An address that is refused stands as it was written, but for what cannot be printed. `deleted`: it was to be one of
    something that is gone. `claims` are those of a review without a usable address: by them alone it may be known.
    """

    url: str
    reason: str
    deleted: bool = False
    claims: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class Deleted:
    """The feed says that what it published at this address is gone."""

    url: str


Found = Review | Reject | Deleted


class _Refused(Exception):
    pass


def reviews(element: Any, *, today: str, licence: str = "") -> Iterator[Found]:
    """What is in one element of a feed. `licence` is what the feed says for all of it; `today` as texts.day has it."""
    if isinstance(element, Unusable):
        yield Reject("", element.reason)
        return
    if not isinstance(element, dict):
        yield Reject("", "It is no record.")
        return
    url = texts.address(_member(element, "url"))
    deleted = bool(_member(element, "dateDeleted"))
    if deleted and url:
        yield Deleted(url)
        return
    if deleted and (refused := texts.refused_address(_member(element, "url")))[0]:
        yield Reject(*refused, deleted=True)
        return
    found = False
    for record in _claim_reviews(element, 0):
        found = True
        if deleted or record.get("dateDeleted"):
            address = texts.address(record.get("url")) or url or texts.address(record.get("@id"))
            if address:
                yield Deleted(address)
            else:
                wrong = texts.refused_address(record.get("url"), _member(element, "url"), record.get("@id"))
                yield Reject(*wrong, deleted=True)
            continue
        yield from _reviews_of(record, url=url, outer=_member(element, "url"), today=today, licence=licence)
    if not found:
        yield Reject(url, "There is no ClaimReview in it.")


def _claim_reviews(value: Any, depth: int) -> Iterator[dict[str, Any]]:
    for part in texts.one_of(value):
        if not isinstance(part, dict) or depth > _DEEPEST:
            continue
        record = _unprefixed(part)
        if "ClaimReview" in _types(record):
            yield record
            continue
        for name in _WITHIN:
            if name in record:
                yield from _claim_reviews(record[name], depth + 1)


def _reviews_of(record: dict[str, Any], *, url: str, outer: Any, today: str, licence: str) -> Iterator[Found]:
    """One review for each claim that the record reviews; `url` is the address that was read from `outer`."""
    address = texts.address(record.get("url")) or url or texts.address(record.get("@id"))
    items = [_unprefixed(item) for item in texts.one_of(record.get("itemReviewed")) if isinstance(item, dict)]
    if not address:
        wrong = texts.refused_address(record.get("url"), outer, record.get("@id"))
        yield Reject(*wrong, claims=_any_claims(record, items))
        return
    try:
        common = _common(record, address, today=today, licence=licence)
        claimed = _bounded(record.get("claimReviewed"), LONGEST_CLAIM, "claim")
    except _Refused as refused:
        yield Reject(address, str(refused))
        return
    seen: set[str] = set()
    for item in items or [{}]:
        try:
            own = _bounded(item.get("text") or item.get("claimReviewed"), LONGEST_CLAIM, "claim")
            claim = (own if len(items) > 1 else claimed) or claimed or own
            claim = claim or _bounded(item.get("name"), LONGEST_CLAIM, "claim")
            if is_blank(claim):
                raise _Refused("It does not say which claim was checked.")
            if claim not in seen:
                seen.add(claim)
                yield Review(**common, claim=claim, **_of_claim(item, today=today))
        except _Refused as refused:
            yield Reject(address, str(refused))


def _any_claims(record: dict[str, Any], items: list[dict[str, Any]]) -> tuple[str, ...]:
    """Whatever a record may mean by the claims that it reviews."""
    named = [record.get("claimReviewed")]
    named += [item.get(name) for item in items for name in ("text", "claimReviewed", "name")]
    return tuple(dict.fromkeys(claim for one in named if (claim := texts.text(one))))


def _common(record: dict[str, Any], url: str, *, today: str, licence: str) -> dict[str, Any]:
    """What all claims of a record have in common."""
    rating = next(texts.one_of(record.get("reviewRating")), None)
    label, scale, explanation = _rating(rating)
    summary = next(
        (
            found
            for part in (explanation, record.get("description"))
            if (found := texts.text(part)) and len(found) <= LONGEST_SUMMARY and not is_blank(found)
        ),
        "",
    )
    own_licence = texts.address(record.get("sdLicense") or record.get("license"))
    return {
        "url": url,
        "publisher": _publisher(record) or site_of(url),
        "title": _bounded(record.get("name") or record.get("headline"), LONGEST_TITLE, "title"),
        "language": texts.language(record.get("inLanguage")),
        "label": label,
        "scale": scale,
        "reviewed_on": texts.day(record.get("datePublished"), today=today),
        "summary": summary,
        "licence": own_licence or texts.address(licence) or None,
    }


def _of_claim(item: dict[str, Any], *, today: str) -> dict[str, Any]:
    return {
        "speaker": _speaker(item),
        "claimed_on": texts.day(item.get("datePublished"), today=today),
        "places": _places(item, today=today),
    }


def _rating(rating: Any) -> tuple[str, Scale | None, Any]:
    """The publisher's label, the numbers of a sound scale, and the explanation."""
    if not isinstance(rating, dict):
        return _bounded(rating, LONGEST_LABEL, "rating"), None, None
    rating = _unprefixed(rating)
    label = _bounded(rating.get("alternateName") or rating.get("name"), LONGEST_LABEL, "rating")
    given = rating.get("ratingValue")
    if not label and isinstance(given, str) and not any(character.isdigit() for character in given):
        label = _bounded(given, LONGEST_LABEL, "rating")
    return "" if is_blank(label) else label, scale(rating), rating.get("ratingExplanation")


def scale(rating: dict[str, Any]) -> Scale | None:
    """The three numbers of a rating where they are sound: whole, none below 0, the value from worst to best.

    By habit -1 says "no number". A reversed scale, one of a single value, and a scale that is said by halves give none.
    """
    value, best, worst = (
        texts.whole(rating.get(name)) for name in ("ratingValue", "bestRating", "worstRating")
    )
    if value is None or best is None or worst is None:
        return None
    return Scale(value, best, worst) if 0 <= worst <= value <= best <= BEST and worst < best else None


def _publisher(record: dict[str, Any]) -> str:
    """Who published the review: the organisation among its authors and publishers, else whoever is named first."""
    named = []
    for part in (*texts.one_of(record.get("author")), *texts.one_of(record.get("publisher"))):
        name = _name(part)
        if name and len(name) <= LONGEST_PUBLISHER and not name.lower().startswith(("http://", "https://")):
            named.append((isinstance(part, dict) and "Person" in _types(_unprefixed(part)), name))
    return min(named, key=lambda one: one[0])[1] if named else ""


def _speaker(item: dict[str, Any]) -> Named | None:
    for part in texts.one_of(item.get("author") or item.get("creator")):
        name = _name(part)
        if not name:
            continue
        if len(name) > LONGEST_SPEAKER:
            raise _Refused(f"The speaker's name is longer than {LONGEST_SPEAKER} characters.")
        if not isinstance(part, dict):
            return Named(name)
        part = _unprefixed(part)
        types = _types(part)
        kind = "person" if "Person" in types else "organisation" if "Organization" in types else None
        links = [link for one in texts.one_of(part.get("sameAs")) if (link := texts.address(one))]
        role = texts.text(part.get("jobTitle"))
        known = role if role and len(role) <= LONGEST_ROLE and not is_blank(role) else None
        return Named(name, kind, tuple(dict.fromkeys(links))[:MOST_LINKS], known)
    return None


def _places(item: dict[str, Any], *, today: str) -> tuple[Place, ...]:
    found: dict[object, Place] = {}
    for name in ("firstAppearance", "appearance"):
        for part in texts.one_of(item.get(name)):
            place = _place(part, first=name == "firstAppearance", today=today)
            if place:
                found.setdefault(place.link or place.title, place)
    if "Claim" not in _types(item) and (link := texts.address(item.get("url"))):
        # Before there was a Claim, the reviewed item was the work in which the claim was made.
        found.setdefault(link, Place(link=link))
    return tuple(found.values())[:MOST_PLACES]


def _place(part: Any, *, first: bool, today: str) -> Place | None:
    if not isinstance(part, dict):
        link, title = texts.address(part), texts.text(part)
        return Place(link=link, first=first) if link else _titled(title, first=first)
    part = _unprefixed(part)
    link = texts.address(part.get("url") or part.get("@id"))
    title = texts.text(part.get("headline") or part.get("name"))
    if len(title) > LONGEST_TITLE or is_blank(title):
        title = ""
    if not link and not title:
        return None
    publisher = next((name for one in texts.one_of(part.get("publisher")) if (name := _name(one))), "")
    return Place(
        link=link or None,
        title=title or None,
        publisher=publisher if 0 < len(publisher) <= LONGEST_PUBLISHER else None,
        published_on=texts.day(part.get("datePublished"), today=today),
        first=first,
    )


def _titled(title: str, *, first: bool) -> Place | None:
    return (
        Place(title=title, first=first) if 0 < len(title) <= LONGEST_TITLE and not is_blank(title) else None
    )


def _name(part: Any) -> str:
    found = texts.text(
        _unprefixed(part).get("name") if isinstance(part, dict) and "@value" not in part else part
    )
    return "" if is_blank(found) else found


def _bounded(value: Any, most: int, named: str) -> str:
    found = texts.text(value)
    if len(found) > most:
        raise _Refused(f"The {named} is longer than {most:,} characters.")
    return "" if is_blank(found) else found


def _types(record: dict[str, Any]) -> set[str]:
    named = record.get("@type")
    if isinstance(named, str):
        return {_bare(named)}
    return {_bare(name) for name in texts.one_of(named) if isinstance(name, str)}


def _unprefixed(record: dict[str, Any]) -> dict[str, Any]:
    if ":" not in "".join(record):
        return record
    return {_bare(name): value for name, value in record.items()}


def _member(record: dict[str, Any], name: str) -> Any:
    return _unprefixed(record).get(name)


# Feeds write the same few names again and again.
@lru_cache(maxsize=1024)
def _bare(name: str) -> str:
    for prefix in _PREFIXES:
        if name.startswith(prefix):
            return name[len(prefix) :]
    return name
