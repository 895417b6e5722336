"""ClaimReview markup of a page, as pages.create and pages.update bring it: read strictly. Pure.

Whatever cannot be used is refused with a sentence that names its field, and nothing is guessed: a feed of thousands of
reviews is taken liberally (claims.partners.reviews), but who writes one page here reads the answer.
"""

import difflib
import json
from collections.abc import Iterable
from dataclasses import dataclass
from typing import Any
from urllib.parse import urldefrag

from claims.legible import is_blank
from claims.links import site_of
from claims.partners import reviews as bounds
from claims.partners import texts
from claims.partners.body import Date, Named, Place, Review, Scale
from factcheck.factchecktools.envelope import Refused, bad
from sources.languages import language_problem

Json = dict[str, Any]

# Bytes of a request's body, and ClaimReviews of one page.
LONGEST, MOST = 500_000, 50
LONGEST_LOCATION = 300
PAGE = (
    "name",
    "pageUrl",
    "publishDate",
    "claimReviewAuthor",
    "claimReviewMarkups",
    "versionId",
    "languageCode",
)
AUTHOR = ("name", "imageUrl")
MARKUP = (
    *("url", "claimReviewed", "claimDate", "claimLocation", "claimFirstAppearance", "claimAppearances"),
    *("claimAuthor", "rating"),
)
CLAIM_AUTHOR = ("name", "jobTitle", "imageUrl", "sameAs")
RATING = ("textualRating", "ratingValue", "bestRating", "worstRating", "ratingExplanation", "imageUrl")
_NUMBERS = ("ratingValue", "bestRating", "worstRating")
# Of a page: what is output only, and the list that is kept apart.
_NOT_SENT = ("name", "versionId", "pageUrl", "claimReviewMarkups")


@dataclass(frozen=True, slots=True)
class Page:
    """A page that can be kept: its address, what is said of it as a whole, and each review with its markup as sent."""

    url: str
    name: str
    version: str
    sent: Json
    markups: tuple[tuple[Review, Json], ...]


def page(text: bytes, *, today: str) -> Page:
    """The page of a request's body; `today` is the day in UTC, as YYYY-MM-DD. Raises envelope.Refused."""
    reading = _Reading(today)
    found = reading.page(_document(text))
    if reading.reasons or found is None:
        raise bad(reading.reasons)
    return found


def of_body(body: Json, *, page_url: str) -> Json:
    """The markup that says what a body of the record says: what a feed brought to a page since."""
    speaker, veracity, claimed_on = body["speaker"], body["veracity"], body["claimed_on"]
    role = next((part["role"] for part in body["appearances"] if part["role"]), None)
    links = [part["source"]["link"] for part in body["appearances"] if part["source"]["link"]]
    first = next(
        (p["source"]["link"] for p in body["appearances"] if p["first"] and p["source"]["link"]), None
    )
    length = {"month": 7, "year": 4}
    return _present(
        {
            "url": body["review_url"] if body["review_url"] != page_url else None,
            "claimReviewed": body["claim"],
            "claimDate": claimed_on["date"][: length.get(claimed_on["precision"], 10)]
            if claimed_on
            else None,
            "claimFirstAppearance": first,
            "claimAppearances": [link for link in links if link != first],
            "claimAuthor": _present(
                {"name": speaker["name"], "jobTitle": role, "sameAs": next(iter(speaker["same_as"]), None)}
                if speaker
                else {}
            ),
            "rating": _present(
                {
                    "textualRating": body["rating_as_published"],
                    **(
                        {
                            "ratingValue": veracity["value"],
                            "bestRating": veracity["best"],
                            "worstRating": veracity["worst"],
                        }
                        if veracity
                        else {}
                    ),
                    "ratingExplanation": body["summary"],
                }
            ),
        }
    )


def _document(text: bytes) -> Json:
    try:
        document = json.loads(text.decode("utf-8"), parse_constant=_no_number)
        json.dumps(document, ensure_ascii=False).encode("utf-8")
    except (ValueError, RecursionError):
        raise Refused(400, "The body is no JSON in UTF-8.") from None
    if not isinstance(document, dict):
        raise Refused(400, "The body is no JSON object: send a page.")
    return document


def _no_number(name: str) -> Any:
    raise ValueError(name)


class _Reading:
    """One page as it is read, and what is wrong with it by the path of each field."""

    def __init__(self, today: str) -> None:
        self.today = today
        self.reasons: dict[str, str] = {}

    def page(self, document: Json) -> Page | None:
        self.known(document, PAGE, "")
        url = self.address(document, "pageUrl", "", needed="Say which page it is.")
        if "#" in url:
            self.reasons["pageUrl"] = "A page has no anchor: write it in the url of a markup."
        date = self.day(document, "publishDate", "")
        author = self.member(document, "claimReviewAuthor", AUTHOR, "")
        name = self.string(author, "name", "claimReviewAuthor.", most=bounds.LONGEST_PUBLISHER)
        self.address(author, "imageUrl", "claimReviewAuthor.")
        language = self.string(document, "languageCode", "", most=35)
        if language and (problem := language_problem(language)):
            self.reasons["languageCode"] = problem
        common = {
            "publisher": name or site_of(url),
            "language": texts.language(language),
            "reviewed_on": date,
        }
        listed = document.get("claimReviewMarkups")
        if not isinstance(listed, list) or not 1 <= len(listed) <= MOST:
            self.reasons["claimReviewMarkups"] = (
                f"A page has 1 to {MOST} markups, in a list; one without any is to be deleted."
            )
            listed = []
        markups = [
            self.markup(one, url, common, f"claimReviewMarkups[{at}]") for at, one in enumerate(listed)
        ]
        self.once(review.claim if review else None for review in markups)
        if self.reasons:
            return None
        pairs = zip(markups, listed, strict=True)
        return Page(
            url=url,
            name=self.string(document, "name", "", most=200),
            version=self.string(document, "versionId", "", most=200),
            sent=_present({member: document.get(member) for member in PAGE if member not in _NOT_SENT}),
            markups=tuple((review, _sent(sent)) for review, sent in pairs if review),
        )

    def markup(self, document: Any, page_url: str, common: Json, path: str) -> Review | None:
        if not isinstance(document, dict):
            self.reasons[path] = "Not a markup: send an object."
            return None
        path = f"{path}."
        self.known(document, MARKUP, path)
        url = self.address(document, "url", path) or page_url
        if page_url and urldefrag(url)[0] != urldefrag(page_url)[0]:
            self.reasons[f"{path}url"] = (
                f"Only the page's own address, {page_url}, with an anchor or without."
            )
        claim = self.string(
            document, "claimReviewed", path, most=bounds.LONGEST_CLAIM, needed="Say what was checked."
        )
        self.string(document, "claimLocation", path, most=LONGEST_LOCATION)
        rating = self.member(document, "rating", RATING, path)
        within = f"{path}rating."
        label = self.string(
            rating, "textualRating", within, most=bounds.LONGEST_LABEL, needed="Say in words what was found."
        )
        self.address(rating, "imageUrl", within)
        made: Json = {
            "label": label,
            "scale": self.scale(rating, within),
            "summary": self.string(rating, "ratingExplanation", within, most=bounds.LONGEST_SUMMARY),
            "speaker": self.speaker(document, path),
            "claimed_on": self.day(document, "claimDate", path),
            "places": self.places(document, path),
        }
        return None if self.reasons else Review(url=url, claim=claim, **common, **made)

    def speaker(self, document: Json, path: str) -> Named | None:
        author = self.member(document, "claimAuthor", CLAIM_AUTHOR, path)
        within = f"{path}claimAuthor."
        name = self.string(author, "name", within, most=bounds.LONGEST_SPEAKER)
        role = self.string(author, "jobTitle", within, most=bounds.LONGEST_ROLE)
        link = self.address(author, "sameAs", within)
        self.address(author, "imageUrl", within)
        if not name and (role or link):
            self.reasons[f"{within}name"] = "Say whose they are: who made the claim."
        return Named(name, None, (link,) if link else (), role or None) if name else None

    def places(self, document: Json, path: str) -> tuple[Place, ...]:
        first = self.address(document, "claimFirstAppearance", path)
        listed = document.get("claimAppearances")
        if listed is not None and not isinstance(listed, list):
            self.reasons[f"{path}claimAppearances"] = "Not a list of addresses."
            listed = []
        others = [
            self.address({"": one}, "", f"{path}claimAppearances[{at}]")
            for at, one in enumerate(listed or [])
        ]
        if len(others) >= bounds.MOST_PLACES:
            self.reasons[f"{path}claimAppearances"] = f"More than {bounds.MOST_PLACES - 1} addresses."
        found = [Place(first, first=True)] if first else []
        return (*found, *(Place(link) for link in dict.fromkeys(others) if link and link != first))

    def scale(self, rating: Json, path: str) -> Scale | None:
        """The three numbers, which readers have to understand alike: whole, from 1, the larger the truer."""
        given = [name for name in _NUMBERS if rating.get(name) is not None]
        for name in given:
            if not isinstance(rating[name], int) or isinstance(rating[name], bool):
                self.reasons[f"{path}{name}"] = "Not a whole number."
                return None
        if not given:
            return None
        if len(given) < len(_NUMBERS):
            self.reasons[f"{path}{given[0]}"] = (
                "A scale has three numbers: ratingValue, bestRating and worstRating. Send all of them or none."
            )
            return None
        value, best, worst = (rating[name] for name in _NUMBERS)
        if best <= worst:
            self.reasons[f"{path}bestRating"] = (
                "bestRating is larger than worstRating: the larger the number, the truer the claim."
            )
        elif worst < 1 or best > bounds.BEST:
            self.reasons[f"{path}worstRating"] = (
                f"The numbers of a scale are from 1 to {bounds.BEST:,}. A rating off it has none: leave them out."
            )
        elif not worst <= value <= best:
            self.reasons[f"{path}ratingValue"] = (
                f"ratingValue is from worstRating to bestRating, {worst} to {best}."
            )
        else:
            return Scale(value, best, worst)
        return None

    def once(self, claims: Iterable[str | None]) -> None:
        seen: set[str] = set()
        for at, claim in enumerate(claims):
            if claim is not None and claim in seen:
                self.reasons[f"claimReviewMarkups[{at}].claimReviewed"] = (
                    "Another markup of this page reviews the same claim."
                )
            seen.add(claim or "")

    def known(self, document: Json, names: tuple[str, ...], path: str) -> None:
        for name in document:
            if name not in names:
                near = difflib.get_close_matches(name, names, n=1)
                meant = f" did you mean {near[0]}?" if near else f" known here: {', '.join(names)}."
                self.reasons[f"{path}{name[:100]}"] = f"Unknown field;{meant}"

    def member(self, document: Json, name: str, names: tuple[str, ...], path: str) -> Json:
        value = document.get(name)
        if value is None:
            return {}
        if not isinstance(value, dict):
            self.reasons[f"{path}{name}"] = "Not an object."
            return {}
        self.known(value, names, f"{path}{name}.")
        return value

    def string(self, document: Json, name: str, path: str, *, most: int, needed: str = "") -> str:
        """A text as readers will read it; empty where it is not given."""
        value, where = document.get(name), f"{path}{name}"
        if value is not None and not isinstance(value, str):
            self.reasons[where] = "Not a text."
            return ""
        found = texts.text(value)
        if len(found) > most or len(value or "") > 2 * most + 1000:
            self.reasons[where] = f"Longer than {most:,} characters."
        elif "\0" in (value or ""):
            self.reasons[where] = "It holds a character that nobody can read."
        elif is_blank(found) and (needed or value):
            self.reasons[where] = needed or "It says nothing: leave it out."
        return found

    def address(self, document: Json, name: str, path: str, *, needed: str = "") -> str:
        value, where = document.get(name), f"{path}{name}"
        if value is None or value == "":
            if needed:
                self.reasons[where] = needed
            return ""
        found = texts.address(value) if isinstance(value, str) else ""
        if not found:
            self.reasons[where] = texts.refused_address(value)[1] if isinstance(value, str) else "Not a text."
        return found

    def day(self, document: Json, name: str, path: str) -> Date | None:
        value, where = document.get(name), f"{path}{name}"
        if value is None or value == "":
            return None
        found = texts.day(value, today=self.today) if isinstance(value, str) else None
        if found is None:
            self.reasons[where] = (
                "Not a day: write 2024-05-31, or 2024-05, or 2024 where no more is known, and none that is to come."
            )
        return found


def _sent(markup: Json) -> Json:
    """A markup as it is kept: members that say nothing left out."""
    return _present(
        {name: _present(value) if isinstance(value, dict) else value for name, value in markup.items()}
    )


def _present(values: Json) -> Json:
    return {name: value for name, value in values.items() if value not in (None, "", [], {})}
