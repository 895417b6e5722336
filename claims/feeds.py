"""Atom feeds (RFC 4287) of fact-checks and of corrections, from served documents.

A feed and its entries are called by names (RFC 9562, UUIDs of version 5) that are made of the record's first entry and
of what the record calls them: whatever address a reader came by, and wherever the database moves, they stay the same.
"""

import datetime as dt
import re
import uuid
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

from django.utils.feedgenerator import Atom1Feed
from django.utils.xmlutils import SimplerXMLGenerator

from claims.findings import Document, attribution, veracity

CONTENT_TYPE = "application/atom+xml; charset=utf-8"
# Everything but the characters that XML can hold (XML 1.0, 2.2). A text that was pasted may have others.
_NOT_IN_XML = re.compile("[^\t\n\r\u0020-\ud7ff\ue000-\ufffd\U00010000-\U0010ffff]")
_BEFORE_THE_FIRST_ENTRY = dt.datetime.fromtimestamp(0, dt.UTC)


@dataclass(frozen=True, slots=True)
class Feed:
    """What both feeds say of themselves.

    `url` is the feed's own address and `home` that of the page that it goes with. `record` is the digest of the
    record's first entry and `updated` the time of its head; both are None while there is no entry.
    """

    url: str
    home: str
    site: Document | None
    record: str | None
    updated: dt.datetime | None

    def name(self, of: str) -> str:
        """The permanent name of what the record, or this program, calls so."""
        # An entry's digest is as good a name space as any: nothing else has it.
        space = uuid.UUID(hex=self.record[:32]) if self.record else uuid.NAMESPACE_URL
        return uuid.uuid5(space, of if self.record else self.url).urn


class _Atom(Atom1Feed):
    """Texts are texts, not markup; a character that XML cannot hold is shown as one that cannot be shown."""

    updated: dt.datetime

    def latest_post_date(self) -> dt.datetime:
        # Not that of the newest entry: one that is withdrawn leaves the feed, and its time must not go back.
        return self.updated

    def add_item_elements(self, handler: SimplerXMLGenerator, item: dict[str, Any]) -> None:
        super().add_item_elements(handler, {**item, "description": None})
        handler.addQuickElement("summary", item["description"], {"type": "text"})


def fact_checks(documents: Sequence[Document], *, feed: Feed) -> bytes:
    """The fact-checks in the given order; an entry is updated when its text is, and keeps its name."""
    made = _atom("Fact-checks", feed)
    for document in documents:
        findings = "; ".join(
            f"{finding.question} {finding.word}" for finding in (attribution(document), veracity(document))
        )
        publisher = document["publisher"]
        made.add_item(
            title=_shown(document["title"]),
            link=document["live"]["url"],
            description=_shown(f"{document['claim']} {findings}. {document['summary']}"),
            unique_id=feed.name(document["revision"]["subject"]),
            pubdate=_moment(document["live"]["first_published_at"]),
            updateddate=_moment(document["revision"]["at"]),
            author_name=_shown(publisher["name"]) if publisher else None,
        )
    return _text(made)


def corrections(told: Sequence[dict[str, Any]], *, feed: Feed) -> bytes:
    """The notices in the given order, each {"title", "kind", "note", "at", "url", "name", "withdrawn_at"}.

    `name` tells the entry, and `withdrawn_at` is None unless the fact-check was withdrawn after the notice.
    """
    made = _atom("Corrections", feed)
    for notice in told:
        kind, note = notice["kind"], notice["note"]
        if notice["withdrawn_at"]:
            kind = f"{kind}, since withdrawn"
            note = f"The fact-check was withdrawn since. {note}"
        made.add_item(
            title=_shown(f"{kind}: {notice['title']}"),
            link=notice["url"],
            description=_shown(note),
            unique_id=feed.name(notice["name"]),
            pubdate=_moment(notice["at"]),
            updateddate=_moment(notice["withdrawn_at"] or notice["at"]),
        )
    return _text(made)


def _atom(what: str, feed: Feed) -> _Atom:
    name = feed.site["name"] if feed.site else "Fact-check database"
    made = _Atom(
        title=_shown(f"{name}: {what.lower()}"),
        link=feed.home,
        description="",
        language="en",
        feed_url=feed.url,
        feed_guid=feed.name(what.lower()),
        author_name=_shown(name),
        feed_copyright=_shown(f"Findings: {feed.site['licence']}") if feed.site else None,
    )
    made.updated = feed.updated or _BEFORE_THE_FIRST_ENTRY
    return made


def _text(feed: Atom1Feed) -> bytes:
    return feed.writeString("utf-8").encode("utf-8")


def _shown(text: str) -> str:
    return _NOT_IN_XML.sub("\ufffd", text)


def _moment(at: str) -> dt.datetime:
    return dt.datetime.fromisoformat(at)
