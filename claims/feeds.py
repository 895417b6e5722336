"""Feeds of fact-checks (Atom, RFC 4287, and RSS 2.0) and of corrections (Atom), from served documents.

A feed and its entries are called by names (RFC 9562, UUIDs of version 5) that are made of the record's first entry and
of what the record calls them: whatever address a reader came by, and wherever the database moves, they stay the same.

A fact-check that is corrected keeps its name and has another time and a higher schema:version; RSS, which knows the
time of publication only, has the time of Atom beside it.
"""

import datetime as dt
import uuid
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

from django.utils.feedgenerator import Atom1Feed, Rss201rev2Feed, SyndicationFeed, rfc3339_date
from django.utils.html import escape
from django.utils.xmlutils import SimplerXMLGenerator

from claims.findings import Document, attribution, veracity
from claims.xmltext import shown

ATOM, RSS = "atom", "rss"
CONTENT_TYPES = {ATOM: "application/atom+xml; charset=utf-8", RSS: "application/rss+xml; charset=utf-8"}
_SCHEMA = {"xmlns:schema": "https://schema.org/"}
_BEFORE_THE_FIRST_ENTRY = dt.datetime.fromtimestamp(0, dt.UTC)


@dataclass(frozen=True, slots=True)
class Feed:
    """What all feeds say of themselves.

    `url` is the feed's own address and `home` that of the page that it goes with. `record` is the digest of the
    record's first entry and `updated` the time of its head; both are None while there is no entry. `of` is what the
    feed is of ("topics/weir") and `called` what readers call that, both None for the whole site.
    """

    url: str
    home: str
    site: Document | None
    record: str | None
    updated: dt.datetime | None
    of: str | None = None
    called: str | None = None

    def name(self, of: str) -> str:
        """The permanent name of what the record, or this program, calls so."""
        # An entry's digest is as good a name space as any: nothing else has it.
        space = uuid.UUID(hex=self.record[:32]) if self.record else uuid.NAMESPACE_URL
        return uuid.uuid5(space, of if self.record else self.url).urn


class _Atom(Atom1Feed):
    """Texts are texts, not markup; a character that XML cannot hold is shown as one that cannot be shown."""

    updated: dt.datetime

    def root_attributes(self) -> dict[str, str]:
        return {**super().root_attributes(), **_SCHEMA}

    def latest_post_date(self) -> dt.datetime:
        # Not that of the newest entry: one that is withdrawn leaves the feed, and its time must not go back.
        return self.updated

    def add_item_elements(self, handler: SimplerXMLGenerator, item: dict[str, Any]) -> None:
        super().add_item_elements(handler, {**item, "description": None})
        handler.addQuickElement("summary", item["description"], {"type": "text"})
        _version(handler, item)


class _Rss(Rss201rev2Feed):
    """RSS readers take a description for HTML, so its text is escaped once more."""

    updated: dt.datetime

    def rss_attributes(self) -> dict[str, str]:
        return {**super().rss_attributes(), **_SCHEMA}

    def latest_post_date(self) -> dt.datetime:
        return self.updated

    def add_item_elements(self, handler: SimplerXMLGenerator, item: dict[str, Any]) -> None:
        named = {**item, "description": escape(item["description"]), "unique_id_is_permalink": False}
        super().add_item_elements(handler, named)
        handler.addQuickElement("atom:updated", rfc3339_date(item["updateddate"]))
        _version(handler, item)


def _version(handler: SimplerXMLGenerator, item: dict[str, Any]) -> None:
    if item.get("version"):
        handler.addQuickElement("schema:version", str(item["version"]))


_MADE: dict[str, type[_Atom] | type[_Rss]] = {ATOM: _Atom, RSS: _Rss}


def fact_checks(documents: Sequence[Document], *, feed: Feed, form: str = ATOM) -> bytes:
    """The fact-checks in the given order; an entry is updated when its text is, and keeps its name."""
    made = _begun("Fact-checks", feed, form)
    for document in documents:
        findings = "; ".join(
            f"{finding.question} {finding.word}" for finding in (attribution(document), veracity(document))
        )
        publisher = document["publisher"]
        made.add_item(
            title=shown(document["title"]),
            link=document["live"]["url"],
            description=shown(f"{document['claim']} {findings}. {document['summary']}"),
            unique_id=feed.name(document["revision"]["subject"]),
            pubdate=_moment(document["live"]["first_published_at"]),
            updateddate=_moment(document["revision"]["at"]),
            author_name=shown(publisher["name"]) if publisher else None,
            version=document["revision"]["number"],
        )
    return _text(made)


def corrections(told: Sequence[dict[str, Any]], *, feed: Feed) -> bytes:
    """The notices in the given order, each {"title", "kind", "note", "at", "url", "name", "withdrawn_at",
    "taken_from"}.

    `taken_from` is None for our own fact-checks, `name` tells the entry, and `withdrawn_at` is None unless the
    fact-check was withdrawn after the notice.
    """
    made = _begun("Corrections", feed, ATOM)
    for notice in told:
        kind, note = notice["kind"], notice["note"]
        if notice["withdrawn_at"]:
            kind = f"{kind}, since withdrawn"
            note = f"The fact-check was withdrawn since. {note}"
        if notice["taken_from"]:
            kind = f"{kind} of a fact-check taken from {notice['taken_from']}"
        made.add_item(
            title=shown(f"{kind}: {notice['title']}"),
            link=notice["url"],
            description=shown(note),
            unique_id=feed.name(notice["name"]),
            pubdate=_moment(notice["at"]),
            updateddate=_moment(notice["withdrawn_at"] or notice["at"]),
        )
    return _text(made)


def _begun(what: str, feed: Feed, form: str) -> _Atom | _Rss:
    name = feed.site["name"] if feed.site else "Fact-check database"
    made = _MADE[form](
        title=shown(f"{name}: {what.lower()}" + (f", {feed.called}" if feed.called else "")),
        link=feed.home,
        description=shown(f"{what} of {name}.") if form == RSS else "",
        language="en",
        feed_url=feed.url,
        feed_guid=feed.name(feed.of or what.lower()),
        author_name=shown(name),
        feed_copyright=shown(f"Findings: {feed.site['licence']}") if feed.site else None,
    )
    made.updated = feed.updated or _BEFORE_THE_FIRST_ENTRY
    return made


def _text(feed: SyndicationFeed) -> bytes:
    return feed.writeString("utf-8").encode("utf-8")


def _moment(at: str) -> dt.datetime:
    return dt.datetime.fromisoformat(at)
