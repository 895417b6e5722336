"""What a request asks for: its parameters, read strictly, with a sentence for each that cannot be used. Pure.

An empty value says as much as none, as clients of this API are used to. A name that is not known is refused, as is one
that is given twice: an answer to a question that was not asked helps nobody.
"""

import difflib
import re
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from claims.links import site_of
from claims.partners import texts
from claims.search.lookup import DEEPEST
from factcheck.factchecktools import fields, tokens
from factcheck.factchecktools.envelope import bad
from sources.languages import language_problem

Given = Mapping[str, Sequence[str]]

# Of every method. `callback` (JSONP) would run an answer as a script, and is refused like a name that is not known.
COMMON = ("alt", "prettyPrint", "fields", "quotaUser", "$.xgafv", "key", "access_token")
SEARCH = (
    *("query", "languageCode", "reviewPublisherSiteFilter", "maxAgeDays"),
    *("pageSize", "pageToken", "offset", "extended"),
)
PAGES = ("url", "organization", "pageSize", "pageToken", "offset")

DEFAULT_SIZE, LARGEST_SIZE = 10, 100
_LARGEST_NUMBER = 2**31 - 1
_NUMBER = re.compile(r"-?[0-9]{1,10}", re.ASCII)
_HOST = re.compile(r"[^\s/?#@:]+")


@dataclass(frozen=True, slots=True)
class Common:
    """What every answer looks at: whether it is indented, and which of its members are wanted (all, where empty)."""

    pretty: bool = False
    wanted: fields.Mask | None = None


@dataclass(frozen=True, slots=True)
class Search:
    """A question to claims:search. `language` and `site` are empty, `days` 0, where nothing narrows by them.

    `offset` counts without a token only; `size` is between 1 and LARGEST_SIZE.
    """

    query: str = ""
    language: str = ""
    site: str = ""
    days: int = 0
    size: int = DEFAULT_SIZE
    offset: int = 0
    token: str = ""
    extended: bool = False

    @property
    def question(self) -> dict[str, object]:
        """What has to be the same on every page."""
        names = ("query", "language", "site", "days", "size", "extended")
        return {name: getattr(self, name) for name in names}


def search(given: Given) -> tuple[Search, Common]:
    """The question of a request to claims:search. Raises envelope.Refused with all that is wrong with it."""
    reading = _Reading(given, (*SEARCH, *COMMON))
    asked = Search(
        query=reading.text("query"),
        language=reading.language("languageCode"),
        site=reading.site("reviewPublisherSiteFilter"),
        days=reading.number("maxAgeDays"),
        size=reading.size(),
        offset=reading.offset(),
        token=reading.text("pageToken"),
        extended=reading.flag("extended"),
    )
    if not asked.query.strip() and not asked.site and "reviewPublisherSiteFilter" not in reading.reasons:
        reading.reasons.setdefault(
            "query", "Ask with query, or name a publisher's site with reviewPublisherSiteFilter, or both."
        )
    return asked, reading.finished()


@dataclass(frozen=True, slots=True)
class Pages:
    """A question to pages.list: the pages of an organization, by its host, or the one at an address."""

    url: str = ""
    organization: str = ""
    size: int = DEFAULT_SIZE
    offset: int = 0
    token: str = ""

    @property
    def question(self) -> dict[str, object]:
        """What has to be the same on every page."""
        asked = {"url": self.url} if self.url else {"organization": self.organization}
        return {**asked, "size": self.size}


def pages(given: Given) -> tuple[Pages, Common]:
    """The question of a request to pages.list. Raises Refused."""
    reading = _Reading(given, (*PAGES, *COMMON))
    asked = Pages(
        url=reading.address("url"),
        organization=reading.site("organization"),
        size=reading.size(),
        offset=reading.number("offset"),
        token=reading.text("pageToken"),
    )
    if reading.text("url") and reading.text("organization"):
        reading.reasons["organization"] = (
            "Ask for the page at url or for those of an organization, not for both."
        )
    elif not reading.text("url") and not reading.text("organization"):
        reading.reasons["url"] = "Name a page with url, or a site with organization."
    return asked, reading.finished()


def common(given: Given, *, known: Iterable[str] = ()) -> Common:
    """The parameters of a method that takes the common ones, and `known`, which are not read here. Raises Refused."""
    return _Reading(given, (*known, *COMMON)).finished()


def place(text: str, *, question: Mapping[str, object]) -> tokens.Place | None:
    """Where the page begins that a token asks for; None without one. Raises Refused."""
    if not text:
        return None
    try:
        return tokens.place(text, question=question)
    except tokens.Bad as problem:
        raise bad({"pageToken": str(problem)}) from problem


class _Reading:
    """The parameters of one request as they are read, and what is wrong with them."""

    def __init__(self, given: Given, known: Sequence[str]) -> None:
        self.reasons: dict[str, str] = {}
        self.given: dict[str, str] = {}
        for name, values in given.items():
            if name == "callback":
                self.reasons[name] = (
                    "JSONP is not served: scripts of any site may read the plain answer (CORS)."
                )
            elif name not in known:
                near = difflib.get_close_matches(name, known, n=1)
                self.reasons[name[:100]] = (
                    f"Unknown parameter; did you mean {near[0]}?"
                    if near
                    else f"Unknown parameter. Known here: {', '.join(sorted(known))}."
                )
            elif len(values) > 1:
                self.reasons[name] = "Given more than once; this parameter takes one value."
            else:
                self.given[name] = values[0]

    def text(self, name: str) -> str:
        return self.given.get(name, "")

    def number(self, name: str) -> int:
        """A whole number from 0; 0 where it is not given."""
        written = self.text(name).strip()
        if not written:
            return 0
        found = int(written) if _NUMBER.fullmatch(written) else -1
        if not 0 <= found <= _LARGEST_NUMBER:
            self.reasons[name] = f"Not a whole number from 0 to {_LARGEST_NUMBER}."
            return 0
        return found

    def size(self) -> int:
        return min(self.number("pageSize") or DEFAULT_SIZE, LARGEST_SIZE)

    def offset(self) -> int:
        found = self.number("offset")
        if found >= DEEPEST and not self.text("pageToken"):
            self.reasons["offset"] = (
                f"Offsets end at {DEEPEST - 1}: go further with pageToken, from page to page."
            )
        return found

    def flag(self, name: str) -> bool:
        written = self.text(name)
        if written not in ("", "true", "false"):
            self.reasons[name] = "Write true or false."
        return written == "true"

    def language(self, name: str) -> str:
        tag = self.text(name).strip().replace("_", "-")
        if tag and (problem := language_problem(tag)):
            self.reasons[name] = problem
            return ""
        return tag.lower()

    def site(self, name: str) -> str:
        """The host that a text names, however it is written; empty where it is not given."""
        written = self.text(name).strip()
        if not written:
            return ""
        try:
            found = site_of(written if "://" in written else f"https://{written}")
            found = found if found.isascii() else found.encode("idna").decode("ascii")
        except (ValueError, UnicodeError):
            found = ""
        if not _HOST.fullmatch(found):
            self.reasons[name] = "Not the host of a site, such as checkers.example."
            return ""
        return found

    def address(self, name: str) -> str:
        written = self.text(name)
        found = texts.address(written)
        if written and not found:
            self.reasons[name] = texts.refused_address(written)[1]
        return found

    def finished(self) -> Common:
        """The common parameters. Raises Refused where anything is wrong with any parameter."""
        if self.text("alt") not in ("", "json"):
            self.reasons["alt"] = "Answers are JSON only: leave it out, or write alt=json."
        if self.text("$.xgafv") not in ("", "1", "2"):
            self.reasons["$.xgafv"] = "Write 1 or 2; the form of errors is the same."
        pretty = self.flag("prettyPrint")
        wanted: Any = None
        if self.text("fields"):
            try:
                wanted = fields.mask(self.text("fields"))
            except fields.Bad as problem:
                self.reasons["fields"] = str(problem)
        if self.reasons:
            raise bad(self.reasons)
        return Common(pretty, wanted)
