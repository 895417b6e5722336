"""From the bytes of a feed to its elements, one after another, in bounded memory. Pure.

Takes one JSON document or several (JSON Lines), plain or gzip by its first bytes. Of a list, and of an object that has
one of CONTAINERS, the members of the list are the elements; of anything else the value itself. What is no JSON, too
long or nested too deeply is passed over where its end can be found. How the stream is cut changes nothing.
"""

import codecs
import json
import re
import zlib
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from typing import Any

# In which members of an object feeds keep their elements.
CONTAINERS = ("dataFeedElement", "@graph", "itemListElement")
# One element has so many characters at most.
LONGEST = 2_000_000
_PORTION = 256 * 1024
_GZIP = b"\x1f\x8b"

TOO_LONG = f"It is longer than {LONGEST:,} characters."
TOO_DEEP = "It is nested too deeply."
NO_JSON = "It is no JSON."
NOT_UTF8 = "Its text is not in UTF-8, so that letters of it would be lost."
NO_VALUE = "There is nothing in its place."
CUT = "The file ends in the middle of a record."
DAMAGED = "The file is damaged: what follows is no list of records in JSON."
CUT_GZIP = "The compressed file ends too early."
DAMAGED_GZIP = "The compressed file is damaged."

_SPACE = re.compile(r"[ \t\r\n\ufeff]*")
_SCALAR = re.compile(r'[^\s,:"\[\]{}]*')
_MARKS = re.compile(r'"[^"\\]*(?:\\.[^"\\]*)*("?)|[\[\]{}]', re.DOTALL)
# What the decoder makes of bytes that are no UTF-8: halves of characters, which no UTF-8 has.
_LOST = re.compile("[\ud800-\udfff]")
_SKIPPED = re.compile(r'\\.|["\[\]{}]', re.DOTALL)
_LONGEST_NUMBER = 20


class Broken(Exception):
    """The stream cannot be read on; the message says why. What came before it is good."""


class _Cut(Exception):
    """The text ends within the value."""


class _Long(Exception):
    """The value is longer than LONGEST."""


@dataclass(frozen=True, slots=True)
class Unusable:
    """An element that was passed over, and why, in a sentence."""

    reason: str


def _integer(text: str) -> int | float:
    return int(text) if len(text) <= _LONGEST_NUMBER else float("inf")


_decode = json.JSONDecoder(strict=False, parse_int=_integer).raw_decode
# An object as its members, of which some may have one name.
_decode_members = json.JSONDecoder(strict=False, parse_int=_integer, object_pairs_hook=tuple).raw_decode


class Elements:
    """The elements of a stream; `about` has the texts that the feed said of itself before the element at hand.

    `read(n)` gives up to n bytes, none at the end. Iterating raises Broken where the stream cannot be read on.
    """

    def __init__(self, read: Callable[[int], bytes]) -> None:
        self.about: dict[str, str] = {}
        self._text = _Text(read)

    def __iter__(self) -> Iterator[Any]:
        text, several = self._text, False
        try:
            while text.space():
                yield from self._document(several=several)
                several = True
        except _Cut:
            raise Broken(text.fault or CUT) from None
        if text.fault:
            raise Broken(text.fault)

    def _document(self, *, several: bool) -> Iterator[Any]:
        text = self._text
        start_character = text.character()
        try:
            value = _value(text)
        except (_Long, _Cut):
            yield from self._part_by_part(several=several)
            return
        if value == Unusable(NO_VALUE):
            raise Broken(DAMAGED)
        if isinstance(value, Unusable) and start_character in "[{" and self._is_list_within(end=text.at):
            # Its good elements are not to be lost with the bad one.
            yield from self._part_by_part(several=several)
        elif isinstance(value, dict) and self._is_named_twice(value, end=text.at):
            # Of a member that an object has twice the decoder keeps the last.
            text.at = text.begun
            yield from self._members_of_object()
        elif isinstance(value, dict):
            yield from self._whole(value)
        elif isinstance(value, list):
            yield from value
        else:
            yield value

    def _is_list_within(self, *, end: int) -> bool:
        """Whether the bad document that ends at `end` is a list or a feed; then it is gone back to its beginning."""
        text, start = self._text, self._text.begun
        named = any(f'"{name}"' in text.buffer[start:end] for name in CONTAINERS)
        if text.buffer[start] == "{" and not named:
            return False
        text.at = start
        return True

    def _is_named_twice(self, value: dict[str, Any], *, end: int) -> bool:
        """Whether a feed that ends at `end` has two lists of elements under one name."""
        text = self._text
        held = [name for name in CONTAINERS if isinstance(value.get(name), list)]
        # Its elements may have the name too: only then is it looked at again, which takes as long as reading it.
        if not any(text.buffer.count(f'"{name}"', text.begun, end) > 1 for name in held):
            return False
        members, _ = _decode_members(text.buffer, text.begun)
        return any(
            sum(name == one and isinstance(found, list) for name, found in members) > 1 for one in held
        )

    def _part_by_part(self, *, several: bool) -> Iterator[Any]:
        """What cannot be read in one piece: a feed as long as it goes; of several documents each line is one."""
        text = self._text
        if several and text.skip_line():
            yield Unusable(NO_JSON)
        elif text.character() == "[":
            yield from _members_of_list(text)
        elif text.character() == "{":
            yield from self._members_of_object()
        else:
            raise _Cut

    def _whole(self, value: dict[str, Any]) -> Iterator[Any]:
        held = [name for name in CONTAINERS if isinstance(value.get(name), list)]
        self.about = {name: said for name, said in value.items() if isinstance(said, str)} if held else {}
        if not held:
            yield value
        for name in held:
            yield from value[name]

    def _members_of_object(self) -> Iterator[Any]:
        text, is_feed = self._text, False
        self.about = {}
        text.at += 1
        text.demand_space()
        while text.character() != "}":
            name = _element(text)
            if not isinstance(name, str) or text.demand_space() != ":":
                raise Broken(DAMAGED)
            text.at += 1
            if text.demand_space() == "[" and name in CONTAINERS:
                is_feed = True
                yield from _members_of_list(text)
            else:
                value = _element(text)
                if isinstance(value, str):
                    self.about[name] = value
            if text.demand_space() == ",":
                text.at += 1
                text.demand_space()
            elif text.character() != "}":
                raise Broken(DAMAGED)
        text.at += 1
        if not is_feed:
            yield Unusable(TOO_LONG)


def _members_of_list(text: "_Text") -> Iterator[Any]:
    text.at += 1
    text.demand_space()
    while text.character() != "]":
        yield _element(text)
        if text.demand_space() == ",":
            text.at += 1
            text.demand_space()
        elif text.character() != "]":
            raise Broken(DAMAGED)
    text.at += 1


def _element(text: "_Text") -> Any:
    """The value that begins here, or why it was passed over."""
    try:
        return _value(text)
    except _Long:
        text.skip_value()
        return Unusable(TOO_LONG)


def _value(text: "_Text") -> Any:
    if text.character() not in '"[{':
        return _scalar(text)
    while True:
        buffer, start = text.buffer, text.at
        end: int | None
        try:
            value, end = _decode(buffer, start)
        except RecursionError:
            value, end = Unusable(TOO_DEEP), _end_of(buffer, start)
        except ValueError:
            value, end = Unusable(NO_JSON), _end_of(buffer, start)
        if text.lost and end and _LOST.search(buffer, start, end):
            value = Unusable(NOT_UTF8)
        if (end or len(buffer)) - start > LONGEST:
            raise _Long
        if end is not None:
            text.begun, text.at = start, end
            return value
        if not text.more():
            raise _Cut


def _scalar(text: "_Text") -> Any:
    while True:
        found = _SCALAR.match(text.buffer, text.at)
        end = found.end() if found else text.at
        if end - text.at > LONGEST:
            raise _Long
        if end < len(text.buffer) or not text.more():
            break
    word, text.at = text.buffer[text.at : end], end
    try:
        return json.loads(word, parse_int=_integer) if word else Unusable(NO_VALUE)
    except ValueError:
        return Unusable(NO_JSON)


def _end_of(buffer: str, start: int) -> int | None:
    """Where what begins at `start` ends by its brackets and quotation marks; None where that is not there yet."""
    depth = 0
    for mark in _MARKS.finditer(buffer, start):
        first = mark[0][0]
        if first == '"':
            if not mark[1]:
                return None
        else:
            depth += 1 if first in "[{" else -1
        if depth <= 0:
            return mark.end()
    return None


class _Text:
    """The text of a stream as far as it is read: `buffer` from `at` on is still to be used."""

    def __init__(self, read: Callable[[int], bytes]) -> None:
        self.buffer, self.at, self.fault = "", 0, ""
        # Whether any of it so far was not in UTF-8.
        self.lost = False
        # Where the value that was read last began.
        self.begun = 0
        self._read, self._over = read, False
        self._decoder = codecs.getincrementaldecoder("utf-8-sig")("surrogateescape")
        self._zip: Any = None
        self._rest = b""
        self._begun = False

    def character(self) -> str:
        return self.buffer[self.at]

    def space(self) -> bool:
        """Pass over white space; False where the text ends."""
        while True:
            found = _SPACE.match(self.buffer, self.at)
            self.at = found.end() if found else self.at
            if self.at < len(self.buffer):
                return True
            if not self.more():
                return False

    def demand_space(self) -> str:
        """Pass over white space; the character that follows."""
        if not self.space():
            raise _Cut
        return self.character()

    def more(self) -> bool:
        """Read on, so much that going over what is there again costs little; False where there is no more."""
        rest, wanted = self.buffer[self.at :], max(_PORTION, len(self.buffer) - self.at)
        parts, got = [rest], 0
        while got < wanted and not self._over:
            part = self._decoder.decode(self._bytes(), final=self._over)
            self.lost = self.lost or (not part.isascii() and _LOST.search(part) is not None)
            parts.append(part)
            got += len(part)
        self.buffer, self.at = "".join(parts), 0
        return got > 0

    def skip_line(self) -> bool:
        """Pass over the rest of the line; False, and nothing done, where no line ends in what is read."""
        end = self.buffer.find("\n", self.at)
        if end < 0:
            return False
        self.at = end + 1
        return True

    def skip_value(self) -> None:
        """Pass over a value of any length, by its brackets and quotation marks."""
        depth, quoted = 0, False
        while True:
            # A backslash at the end belongs to what is not read yet.
            last = len(self.buffer) - (self.buffer.endswith("\\") and not self._over)
            for mark in _SKIPPED.finditer(self.buffer, self.at, last):
                character = mark[0]
                if character == '"':
                    quoted = not quoted
                elif not quoted and character[0] != "\\":
                    depth += 1 if character in "[{" else -1
                if depth <= 0 and not quoted and character[0] != "\\":
                    self.at = mark.end()
                    return
            self.at = last
            if not self.more():
                raise _Cut

    def _bytes(self) -> bytes:
        """The next bytes of the text; sets `_over` at the end of all."""
        if not self._begun:
            self._begun = True
            data = self._read(_PORTION)
            while len(data) < len(_GZIP) and (further := self._read(_PORTION)):
                data += further
            if data.startswith(_GZIP):
                self._zip = zlib.decompressobj(wbits=31)
        else:
            data = self._rest or self._read(_PORTION)
        if self._zip is None:
            self._over = not data
            return data
        return self._unzipped(data)

    def _unzipped(self, data: bytes) -> bytes:
        self._rest = b""
        if not data:
            self._over = True
            if not self._zip.eof:
                self.fault = CUT_GZIP
            return b""
        try:
            if self._zip.eof:
                # Several files that were put together, with zeros for padding. Whatever else follows is damage.
                data = data.lstrip(b"\0")
                if not data:
                    return b""
                self._zip = zlib.decompressobj(wbits=31)
            made: bytes = self._zip.decompress(data, _PORTION)
        except zlib.error:
            self._over, self.fault = True, DAMAGED_GZIP
            return b""
        self._rest = self._zip.unused_data if self._zip.eof else self._zip.unconsumed_tail
        return made
