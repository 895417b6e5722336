"""The work of the reading process: from a feed to portions of items, ready to be written. Pure.

Reading costs as much as writing, so that a process of its own does it (`python -m claims.partners.portions`): the feed
comes on its standard input, what it has to know on another descriptor, and portions leave on its standard output, each
with its length before it. What crosses is marshal: plain values between two processes of one program.
"""

import contextlib
import hashlib
import marshal
import os
import signal
import struct
import sys
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from typing import IO, Any, BinaryIO

from claims.links import site_of
from claims.partners.body import Review, identifier
from claims.partners.items import Item, new_item
from claims.partners.naming import free_identifier
from claims.partners.reviews import Deleted, Found, Reject, reviews
from claims.partners.stream import Broken, Elements

# Reviews that are written in one transaction: editors who publish wait for one.
SIZE = 300
# Of elements without any, so that somebody who looks on sees that it goes on.
MOST_ELEMENTS = 5000

OWN = "It is published here: this house does not take its own fact-checks."
OWN_DELETED = "It was withdrawn here: this house does not take what becomes of its own fact-checks."

_LENGTH = struct.Struct("<Q")


@dataclass(frozen=True, slots=True)
class Asked:
    """What the reader has to know: `publishers` has identifier and name by site, `taken` the identifiers in use.

    `own` are sites of this house; of `only`, and its parts, reviews are taken, of every site where it is empty. `known`
    are the bodies that stand here (items.body_mark): what has not changed is not prepared to be written.
    """

    today: str
    publishers: dict[str, tuple[str, str]]
    taken: list[str]
    own: list[str]
    only: str = ""
    known: list[int] = field(default_factory=list)


@dataclass(slots=True)
class Portion:
    """Some of a feed: `new` are publishers that were not known (identifier, name, site), `deleted` addresses.

    `same` are reviews that stand here as they are: their marks, and their publishers.

    `nowhere` are the claims (`claim_mark`) of reviews that were refused for want of an address.

    `elsewhere` counts reviews of other sites than the one asked for, `repeated` those that the feed had before. `read`
    is the number of bytes read so far. `end` is set on the last one: empty, or why the feed cannot be read to its end.
    """

    items: list[Item] = field(default_factory=list)
    same: list[tuple[int, str]] = field(default_factory=list)
    rejects: list[tuple[int, str, str]] = field(default_factory=list)
    deleted: list[str] = field(default_factory=list)
    new: list[tuple[str, str, str]] = field(default_factory=list)
    nowhere: list[int] = field(default_factory=list)
    elsewhere: int = 0
    repeated: int = 0
    read: int = 0
    end: str | None = None


class _Reading:
    def __init__(self, asked: Asked) -> None:
        self.asked = asked
        self.publishers = {
            site: {"id": slug, "name": name, "site": site} for site, (slug, name) in asked.publishers.items()
        }
        self.taken, self.own, self.known = set(asked.taken), set(asked.own), frozenset(asked.known)
        # Eight bytes stand for an identifier, which is made of them.
        self.seen: set[int] = set()

    def put(self, found: Found, number: int, portion: Portion) -> None:
        site = _site(found.url)
        if self.asked.only and site and not within(site, self.asked.only):
            portion.elsewhere += 1
        elif site in self.own:
            gone = isinstance(found, Deleted) or (isinstance(found, Reject) and found.deleted)
            portion.rejects.append((number, found.url, OWN_DELETED if gone else OWN))
        elif isinstance(found, Reject):
            portion.rejects.append((number, found.url, found.reason))
            portion.nowhere += map(claim_mark, found.claims)
        elif isinstance(found, Deleted):
            portion.deleted.append(found.url)
        else:
            self._review(found, site, portion)

    def _review(self, review: Review, site: str, portion: Portion) -> None:
        mark = mark_of(identifier(url=review.url, claim=review.claim))
        if mark in self.seen:
            portion.repeated += 1
            return
        self.seen.add(mark)
        publisher = self.publishers.get(site)
        if publisher is None:
            slug = free_identifier(site, self.taken)
            self.taken.add(slug)
            publisher = self.publishers[site] = {"id": slug, "name": review.publisher, "site": site}
            portion.new.append((slug, review.publisher, site))
        made = new_item(review, publisher=publisher, known=self.known)
        if made is None:
            portion.same.append((mark, publisher["id"]))
        else:
            portion.items.append(made)


def _site(url: str) -> str:
    """The site of an address, also of one that was refused; empty for what names none."""
    try:
        return site_of(url)
    except ValueError:
        return ""


def within(site: str, wanted: str) -> bool:
    """Whether a site is the wanted one, or a part of it."""
    return site == wanted or site.endswith(f".{wanted}")


def mark_of(slug: str) -> int:
    """The digest at the end of an identifier, which tells it from all others."""
    return int(slug[-16:], 16)


def page_mark(url: str) -> int:
    """What stands for an address in memory."""
    return mark_of(identifier(url=url, claim=""))


def claim_mark(claim: str) -> int:
    """What stands for a claim in memory, wherever it was reviewed."""
    return int.from_bytes(hashlib.sha256(claim.encode()).digest()[:8])


def portions(read: Callable[[int], bytes], asked: Asked, *, size: int = SIZE) -> Iterator[Portion]:
    """The feed in portions; of a review that it has twice the first counts, so that reading it again says the same."""
    amount = 0

    def counted(most: int) -> bytes:
        nonlocal amount
        data = read(most)
        amount += len(data)
        return data

    elements, reading = Elements(counted), _Reading(asked)
    portion, held, end = Portion(), 0, ""
    number = 0
    try:
        for number, element in enumerate(elements, start=1):
            held += 1
            for found in reviews(element, today=asked.today, licence=elements.about.get("license", "")):
                reading.put(found, number, portion)
                if len(portion.items) >= size:
                    # One record may have as many claims as it likes.
                    portion.read = amount
                    yield portion
                    portion, held = Portion(), 0
            if held >= MOST_ELEMENTS:
                portion.read = amount
                yield portion
                portion, held = Portion(), 0
    except Broken as broken:
        end = str(broken)
    portion.read, portion.end = amount, end
    yield portion


# Between the two processes


def send(portion: Portion, out: BinaryIO) -> None:
    """Write a portion with its length before it."""
    items = [(i.slug, i.publisher, i.body, i.body_digest, i.columns) for i in portion.items]
    counts = (portion.elsewhere, portion.repeated, portion.read, portion.end)
    data = marshal.dumps(
        (items, portion.same, portion.rejects, portion.deleted, portion.new, portion.nowhere, counts)
    )
    out.write(_LENGTH.pack(len(data)))
    out.write(data)
    out.flush()


def received(source: IO[bytes]) -> Iterator[Portion]:
    """The portions that `send` wrote. Ends where the other side ended, whether or not it had said all."""
    while len(head := source.read(_LENGTH.size)) == _LENGTH.size:
        (length,) = _LENGTH.unpack(head)
        data = source.read(length)
        if len(data) < length:
            return
        items, *lists, counts = marshal.loads(data)  # noqa: S302 - our own process wrote it
        yield Portion([Item(*one) for one in items], *lists, *counts)


def asked_text(asked: Asked) -> bytes:
    """What the reader has to know, as bytes."""
    return marshal.dumps((asked.today, asked.publishers, asked.taken, asked.own, asked.only, asked.known))


def main(descriptor: int) -> None:
    """The reading process. Whoever interrupts the program interrupts the writer, which ends this process."""
    signal.signal(signal.SIGINT, signal.SIG_IGN)
    with os.fdopen(descriptor, "rb") as source:
        asked: Any = Asked(*marshal.loads(source.read()))  # noqa: S302 - our own process wrote it
    # The writer may end first: it was interrupted, or killed.
    with contextlib.suppress(BrokenPipeError), os.fdopen(1, "wb") as out:
        for portion in portions(lambda most: os.read(0, most), asked):
            send(portion, out)


if __name__ == "__main__":
    main(int(sys.argv[1]))
