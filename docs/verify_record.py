#!/usr/bin/env python3
"""Verifies the public record of a fact-check database, without the program that keeps it.

    python verify_record.py https://facts.example.org --known-key ID
    python verify_record.py record.jsonl --known-head 812:5f1c…

One file on the standard library of Python 3.9 or newer: read it, then trust it. It reads the change feed of a server,
a file that `manage.py export_record` wrote, or the folder of a copy by mirror.py, from the first entry to the last, and
names the first thing wrong. Every signature is checked: by the package `cryptography` where it can be imported, which
is faster, and by hand where it cannot. docs/record.md says what a record that holds proves, and what it does not.
Exit codes: 0 it holds, 1 it does not, 2 it could not be read.
"""

import argparse
import base64
import datetime as dt
import hashlib
import json
import re
import sys
import threading
import time
import unicodedata
import urllib.error
import urllib.parse
import urllib.request
from pathlib import Path

try:
    from cryptography.exceptions import InvalidSignature
    from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PublicKey
except ImportError:
    Ed25519PublicKey = None

# The same in verify_record.py and in mirror.py, to the letter: from here ---------------------------

KINDS = {
    *("publication", "correction", "verdict_change", "clarification", "update", "typo"),
    *("withdrawal", "restoration", "redaction", "reference", "key"),
}
ENVELOPE = {"sequence", "subject", "number", "kind", "note", "at", "body_digest", "previous"}
KEY_BODY = {"format", "key", "algorithm", "public_key", "previous", "endorsement"}
LARGEST_INTEGER = 2**53 - 1
DEEPEST = 100
DIGEST = re.compile("[0-9a-f]{64}")
TIME = re.compile("[0-9]{4}-[0-9]{2}-[0-9]{2}T[0-9]{2}:[0-9]{2}:[0-9]{2}Z")
# Letters and symbols by their category that print as nothing: fillers, the empty Braille cell, a null note head.
EMPTY = "\u115f\u1160\u3164\uffa0\ufffc\u2800\U0001d159"

LARGEST_ANSWER = 16 * 1024 * 1024  # Bytes; a server makes pages of about one million.
SECONDS = 60  # For one answer.
PORTS = {"http": 80, "https": 443}
MOST = 2_000_000  # Entries: more than a newsroom makes in fifty years.
ROUNDS = 10  # How often a record that grows while it is read is followed to its newer head.
LONGEST_LINE = 2000  # Characters of one line that is printed.


class Wrong(Exception):
    """The record does not hold; the message says the first thing that is wrong."""


class Unreadable(Exception):
    """The record could not be read to its end; the message says why."""


class Unredacted(Wrong):
    """An entry has no body, and nothing that was read redacts it."""


# Canonical JSON (RFC 8785) and digests


def canonical(value, depth=0):
    """The one text that stands for a JSON value; raises ValueError for what a record does not hold."""
    if depth > DEEPEST:
        raise ValueError("It is nested too deep.")
    if value is None or isinstance(value, bool):
        return {None: "null", True: "true", False: "false"}[value]
    if isinstance(value, int):
        if abs(value) > LARGEST_INTEGER:
            raise ValueError("It holds a number that is too large.")
        return str(value)
    if isinstance(value, str):
        value.encode()  # Half a character (a lone surrogate) has no digest.
        return json.dumps(value, ensure_ascii=False)
    if isinstance(value, list):
        return "[" + ",".join(canonical(part, depth + 1) for part in value) + "]"
    if isinstance(value, dict):
        parts = sorted(value.items(), key=lambda part: part[0].encode("utf-16-be"))
        return "{" + ",".join(f"{canonical(name)}:{canonical(part, depth + 1)}" for name, part in parts) + "}"
    raise ValueError("It holds a value that is no JSON without fractions.")


def digest(text):
    return hashlib.sha256(text.encode()).hexdigest()


def read_json(text):
    """A JSON text as values. What two readers could read in two ways is refused with ValueError."""

    def once(pairs):
        if len({name for name, _ in pairs}) != len(pairs):
            raise ValueError("It names a member twice.")
        return dict(pairs)

    def whole(number):
        if len(number) > 20:
            raise ValueError("It holds a number that is too large.")
        return int(number)

    def fraction(number):
        raise ValueError(f"It holds the number {number[:20]}, and records hold whole numbers only.")

    try:
        return json.loads(
            text, object_pairs_hook=once, parse_int=whole, parse_float=fraction, parse_constant=fraction
        )
    except RecursionError:
        raise ValueError("It is nested too deep.") from None


def bytes_of(text, length):
    """What base64 stands for; None where it is not exactly how so many bytes are written."""
    try:
        value = base64.b64decode(text, validate=True) if isinstance(text, str) else b""
    except ValueError:
        return None
    return value if len(value) == length and base64.b64encode(value).decode() == text else None


# Ed25519 (RFC 8032)

P = 2**255 - 19
ORDER = 2**252 + 27742317777372353535851937790883648493
D = -121665 * pow(121666, P - 2, P) % P
ROOT = pow(2, (P - 1) // 4, P)  # Of minus one.
EIGHTH = 2707385501144840649318225287225658788936804267575313519463743609750303402022
# The points of order 1, 2, 4 and 8 by their y: there are eight, and under such a "key" anybody can sign.
SMALL = {0, 1, P - 1, EIGHTH, P - EIGHTH}


def is_weak(public_key):
    """Whether a key is a point of small order, or is not written in the one way for its point."""
    y = int.from_bytes(public_key, "little") % 2**255
    return y >= P or y in SMALL


def point(encoded):
    """A point in extended coordinates (RFC 8032, section 5.1.3); None where there is none."""
    number = int.from_bytes(encoded, "little")
    sign, y = number >> 255, number % 2**255
    u, v = (y * y - 1) % P, (D * y * y + 1) % P
    x = u * v**3 * pow(u * v**7 % P, (P - 5) // 8, P) % P
    if (v * x * x - u) % P:
        x = x * ROOT % P
    if y >= P or (v * x * x - u) % P or (x == 0 and sign):
        return None
    if x % 2 != sign:
        x = P - x
    return x, y, 1, x * y % P


def added(one, other):
    (x1, y1, z1, t1), (x2, y2, z2, t2) = one, other
    a, b = (y1 - x1) * (y2 - x2) % P, (y1 + x1) * (y2 + x2) % P
    c, d = 2 * t1 * t2 * D % P, 2 * z1 * z2 % P
    e, f, g, h = b - a, d - c, d + c, b + a
    return e * f % P, g * h % P, f * g % P, e * h % P


def doubled(one):
    x, y, z, _ = one
    a, b, c = x * x % P, y * y % P, 2 * z * z % P
    h = a + b
    e, g = h - (x + y) * (x + y) % P, a - b
    f = c + g
    return e * f % P, g * h % P, f * g % P, e * h % P


BASE = point((4 * pow(5, P - 2, P) % P).to_bytes(32, "little"))


def holds_by_hand(signature, text, public_key):
    """Section 5.1.7 of RFC 8032, without the cofactor as most libraries do it: R is the encoding of sB - hA."""
    key, s = point(public_key), int.from_bytes(signature[32:], "little")
    if key is None or s >= ORDER:
        return False
    h = int.from_bytes(hashlib.sha512(signature[:32] + public_key + text.encode()).digest(), "little") % ORDER
    minus = (P - key[0], key[1], 1, P - key[3])
    # Two bits of each factor at a time, from a table of iB - jA.
    row = [(0, 1, 1, 0), BASE, doubled(BASE), added(doubled(BASE), BASE)]
    table = [row]
    for _ in range(3):
        row = [added(one, minus) for one in row]
        table.append(row)
    found = row = (0, 1, 1, 0)
    for bit in range(252, -1, -2):
        found = doubled(doubled(found))
        i, j = s >> bit & 3, h >> bit & 3
        if i or j:
            found = added(found, table[j][i])
    x, y, z, _ = found
    inverse = pow(z, P - 2, P)
    x, y = x * inverse % P, y * inverse % P
    return (y | (x % 2) << 255).to_bytes(32, "little") == signature[:32]


def holds_by_library(signature, text, public_key):
    try:
        Ed25519PublicKey.from_public_bytes(public_key).verify(signature, text.encode())
    except (InvalidSignature, ValueError):
        return False
    return True


def holds(signature, text, public_key):
    """Whether the key signed the text; False for whatever is no signature, and for a key under which all hold."""
    made = bytes_of(signature, 64)
    if made is None or is_weak(public_key):
        return False
    return (holds_by_library if Ed25519PublicKey else holds_by_hand)(made, text, public_key)


# The record


class Record:
    """A walk over the entries: `step` with each in order, then `end`. Both raise Wrong.

    `live` says that they come from a server in pages, between which an entry may be redacted; `page` is then the last
    entry before the page. `trusting` says that signatures were checked before: then it is done for keys and
    redactions alone. `line` are the keys that vouch for the current one, itself the last of them.
    """

    def __init__(self, known_head=(None, None), known_key=None, live=False):
        self.live, self.page, self.trusting = live, None, False
        self.known_sequence, self.known_digest = known_head
        self.known_key = known_key
        self.found_known = False
        self.last = None
        self.sequence, self.previous, self.at = 0, None, ""
        self.numbers, self.about = {}, {}
        # Entries without a body that no redaction has named yet, and how many there were.
        self.bare, self.without_body = {}, 0
        self.redacted = set()
        # The key that is current, as (identifier, public key), and all that ever were.
        self.key, self.keys, self.line = None, set(), []
        self.signed_since, self.signed = None, 0
        self.losses, self.remarks = [], []

    def step(self, entry):
        """Check one entry and take it. Returns the sequence whose body it takes out, where that was there so far."""
        expected = self.sequence + 1
        made = entry.get("envelope") if isinstance(entry, dict) else None
        if not is_envelope(made):
            raise Wrong(f"Entry {expected} has no envelope of the form that records use.")
        name = f"Entry {made['sequence']} ({made['subject']})"
        if made["sequence"] != expected:
            raise Wrong(
                f"Entry {expected} is missing: entry {made['sequence']} follows entry {self.sequence}."
            )
        self._envelope(entry, made, name)
        body, taken_out = self._body(entry, made, name), None
        if made["kind"] == "redaction":
            taken_out = self._redaction(made, body, name)
        if made["kind"] == "key":
            self._new_key(made, body, name)
        self._signature(entry, made, name)
        self.last = entry
        self.sequence, self.previous, self.at = made["sequence"], entry["entry_digest"], made["at"]
        subject = sys.intern(made["subject"])
        self.numbers[subject] = made["number"]
        self.about[self.sequence] = (sys.intern(made["kind"]), subject)
        if entry["entry_digest"] == self.known_digest:
            self.found_known = self.known_sequence in (None, made["sequence"])
        elif made["sequence"] == self.known_sequence:
            raise Wrong(
                f"{name} has another digest than the one that was kept: the record was rewritten there, or before."
            )
        return taken_out

    def end(self):
        for name in self.bare.values():
            raise Unredacted(f"{name} has no body, and no later entry redacts it.")
        if self.known_digest and not self.found_known:
            if self.known_sequence and self.known_sequence > self.sequence:
                raise Wrong(
                    f"The record ends with entry {self.sequence}, before entry {self.known_sequence}."
                )
            raise Wrong(
                f"The record does not continue the head that was kept: no entry has {self.known_digest}."
            )
        if self.known_key and self.known_key not in self.line:
            ends = f"is signed by the key {self.key[0]}" if self.key else "is not signed"
            raise Wrong(
                f"The record {ends}, for which the key {self.known_key} that you know does not vouch."
            )

    def holds_so_far(self):
        """Whether an end here would hold."""
        return not self.bare and (not self.known_key or self.known_key in self.line)

    def check_last(self):
        """The signature of the last entry, where they were trusted so far."""
        if self.last and self.key:
            made = self.last["envelope"]
            self._holds(self.last, made, f"Entry {made['sequence']} ({made['subject']})")

    def _envelope(self, entry, made, name):
        if made["previous"] != self.previous:
            raise Wrong(f"{name} does not link to the entry before: its previous digest is another.")
        if digest(canonical(made)) != entry.get("entry_digest"):
            raise Wrong(f"{name}: its envelope does not have its entry digest; one of the two was changed.")
        if made["kind"] not in KINDS:
            raise Wrong(f"{name} is of the kind {made['kind']!r}, which records do not have.")
        if not is_time(made["at"]):
            raise Wrong(f"{name}: its time {made['at']!r} is not UTC in whole seconds.")
        if made["at"] < self.at:
            raise Wrong(f"{name}: its time {made['at']} is before {self.at}, that of the entry before.")
        following = self.numbers.get(made["subject"], 0) + 1
        if made["number"] != following:
            raise Wrong(f"{name} is number {made['number']} of its subject, not {following}.")

    def _body(self, entry, made, name):
        body = entry.get("body")
        if entry.get("skipped", False) is not False:
            raise Wrong(f"{name} was left out by a filter: a record is verified as a whole.")
        # A copy by mirror.py leaves the mark out: there, a body that is null was redacted.
        if entry.get("redacted", "body" in entry and body is None) is not (body is None):
            raise Wrong(f"{name}: whether it is redacted, and whether it has a body, do not agree.")
        if body is None:
            self.bare[made["sequence"]] = name
            self.without_body += 1
            return None
        try:
            text = canonical(body)
        except ValueError as error:
            raise Wrong(f"{name}: its body has no digest. {error}") from None
        if digest(text) != made["body_digest"]:
            raise Wrong(f"{name}: its body does not have its body digest; one of the two was changed.")
        return body

    def _redaction(self, made, body, name):
        redacts = body.get("redacts") if isinstance(body, dict) and is_one(body.get("format")) else None
        if not is_number(redacts) or not is_visible(body.get("reason")):
            raise Wrong(f"{name} does not name the entry that it redacts, or not why, in its body.")
        if redacts >= made["sequence"]:
            raise Wrong(f"{name} redacts entry {redacts}, which is no earlier entry.")
        kind, subject = self.about[redacts]
        if kind in ("key", "redaction"):
            raise Wrong(f"{name} redacts entry {redacts}, which is of the kind {kind} and keeps its body.")
        if subject != made["subject"]:
            raise Wrong(f"{name} redacts entry {redacts}, which is about {subject}.")
        if redacts in self.redacted:
            raise Wrong(f"{name} redacts entry {redacts}, which is redacted already.")
        self.redacted.add(redacts)
        if self.bare.pop(redacts, None):
            return None
        if not self.live:
            raise Wrong(f"Entry {redacts} is redacted by entry {made['sequence']} and still has its body.")
        if self.page is not None and redacts > self.page:
            raise Wrong(f"Entry {redacts} is redacted, and the server gave its body with the redaction.")
        self.remarks.append(
            f"Entry {redacts} was shown with its body, which entry {made['sequence']} has taken out."
        )
        return redacts

    def _new_key(self, made, body, name):
        known = isinstance(body, dict) and body.keys() == KEY_BODY
        public_key = bytes_of(body["public_key"], 32) if known else None
        if not public_key or not is_one(body["format"]) or body["algorithm"] != "Ed25519":
            raise Wrong(f"{name} is of the kind key and its body states no key.")
        if is_weak(public_key):
            raise Wrong(f"{name} brings a key under which anybody can sign.")
        identifier = hashlib.sha256(public_key).hexdigest()
        if made["subject"] != f"keys/{identifier}":
            raise Wrong(f"{name} holds the key {identifier}, which is not its subject.")
        if identifier in self.keys:
            raise Wrong(f"{name} brings back the key {identifier}, which was on the record before.")
        old = self.key[0] if self.key else None
        if body["previous"] != old:
            raise Wrong(f"{name} does not follow the key that was current, but another.")
        expected = ("rotated", "lost") if self.key else ("introduced",)
        if body["key"] not in expected:
            raise Wrong(
                f"{name} says that a key was {body['key']!r}, and here it can only be {' or '.join(expected)}."
            )
        if body["key"] == "rotated":
            text = canonical({"endorsed_by": old, "format": 1, "public_key": body["public_key"]})
            if not holds(body["endorsement"], text, self.key[1]):
                raise Wrong(f"{name} rotates keys without the endorsement of the old one.")
        elif body["endorsement"] is not None:
            raise Wrong(f"{name} carries an endorsement that nobody can have made.")
        if body["key"] == "lost":
            if not is_visible(made["note"]):
                raise Wrong(f"{name} says that a key was lost and has no public note.")
            self.losses.append(
                f"Entry {made['sequence']} declares the key {old} lost ({made['note']}): "
                "no earlier key vouches for those after it."
            )
        self.key, self.signed_since = (identifier, public_key), self.signed_since or made["sequence"]
        self.keys.add(identifier)
        self.line = [*(self.line if body["key"] == "rotated" else ()), identifier]

    def _signature(self, entry, made, name):
        signature = entry.get("signature")
        if self.key is None:
            if signature is not None:
                raise Wrong(f"{name} is signed, but no key is on the record yet.")
            return
        if signature is None:
            raise Wrong(
                f"{name} is not signed, though the record has been signed since entry {self.signed_since}."
            )
        if not isinstance(signature, dict) or signature.keys() != {"key", "signature"}:
            raise Wrong(f"{name} has no signature of the form that records use.")
        if signature["key"] != self.key[0]:
            raise Wrong(
                f"{name} is signed by the key {signature['key']}, and the record's was {self.key[0]}."
            )
        if not self.trusting or made["kind"] in ("key", "redaction"):
            self._holds(entry, made, name)

    def _holds(self, entry, made, name):
        identifier, public_key = self.key
        text = canonical(
            {
                "format": 1,
                "sequence": made["sequence"],
                "entry_digest": entry["entry_digest"],
                "at": made["at"],
            }
        )
        if not holds(entry["signature"]["signature"], text, public_key):
            raise Wrong(f"{name} does not have the signature of the key {identifier}.")
        self.signed += 1


def is_envelope(made):
    return (
        isinstance(made, dict)
        and made.keys() == ENVELOPE
        and is_number(made["sequence"])
        and is_number(made["number"])
        and all(is_text(made[name]) for name in ("subject", "kind", "at"))
        and all(made[name] is None or is_text(made[name]) for name in ("note", "previous"))
        and is_text(made["body_digest"])
        and DIGEST.fullmatch(made["body_digest"]) is not None
    )


def is_number(value):
    return isinstance(value, int) and not isinstance(value, bool) and 1 <= value <= LARGEST_INTEGER


def is_one(value):
    return is_number(value) and value == 1


def is_text(value):
    try:
        return isinstance(value, str) and value.encode() is not None
    except UnicodeEncodeError:
        return False


def is_visible(text):
    """Whether a text has a letter, digit, mark of punctuation or symbol that can be seen."""
    return isinstance(text, str) and any(
        unicodedata.category(character)[0] in "LNPS" and character not in EMPTY for character in text
    )


def is_time(text):
    try:
        return (
            TIME.fullmatch(text) is not None and dt.datetime.strptime(text, "%Y-%m-%dT%H:%M:%S%z") is not None
        )
    except ValueError:
        return False


# A server


class Server:
    """A server at an address: nobody else is ever asked, by no other scheme, and not after `seconds`."""

    def __init__(self, address, seconds):
        self.address, self.end = address.rstrip("/"), time.monotonic() + seconds
        place = place_of(address)
        self.opener = urllib.request.OpenerDirector()
        for handler in (
            urllib.request.ProxyHandler(),
            urllib.request.HTTPHandler(),
            urllib.request.HTTPSHandler(),
            urllib.request.HTTPDefaultErrorHandler(),
            urllib.request.HTTPErrorProcessor(),
            SamePlace(place),
        ):
            self.opener.add_handler(handler)

    def get(self, path):
        """The JSON object at a path. Raises Unreadable, whatever the reason is."""
        address = self.address + path
        remaining = self.end - time.monotonic()
        if remaining <= 0:
            raise Unreadable("The record was not read to its end in the time that it was given (--seconds).")
        outcome = []
        # A thread of its own, since a server that sends one byte a minute runs into no timeout of a socket.
        thread = threading.Thread(target=lambda: outcome.append(self._asked(address)), daemon=True)
        thread.start()
        thread.join(min(SECONDS, remaining))
        if not outcome:
            raise Unreadable(f"{address} does not answer in time.")
        text, problem = outcome[0]
        if problem:
            raise Unreadable(problem)
        try:
            found = read_json(text.decode())
        except ValueError as error:
            raise Unreadable(f"What {address} answers is no record. {error}") from None
        if not isinstance(found, dict):
            raise Unreadable(f"What {address} answers is no record.")
        return found

    def _asked(self, address):
        """The answer as bytes and None, or None and a sentence."""
        headers = {"Accept": "application/json", "User-Agent": "factcheck-record"}
        try:
            request = urllib.request.Request(address, headers=headers)
            with self.opener.open(request, timeout=SECONDS) as answer:
                encoding = answer.headers.get("Content-Encoding", "identity")
                text = answer.read(LARGEST_ANSWER + 1)
                cut = len(text) <= LARGEST_ANSWER and answer.length
        except urllib.error.HTTPError as error:
            return None, f"{address} answers {error.code}."
        except Unreadable as error:
            return None, str(error)
        except Exception as error:  # noqa: BLE001 - a server can fail in every way, and each is one sentence.
            reason = getattr(error, "reason", None) or error
            return None, f"{address} does not answer: {str(reason) or type(reason).__name__}."
        if len(text) > LARGEST_ANSWER:
            return None, f"{address} answers more than is read at once."
        if cut:
            return None, f"{address} answers, and the answer is cut off."
        if encoding.lower() != "identity":
            return None, f"{address} answers in the encoding {encoding}, which was not asked for."
        return text, None


class SamePlace(urllib.request.HTTPRedirectHandler):
    """Follows a server that leads to another address of its own, and to nobody else's."""

    def __init__(self, place):
        self.place = place

    def redirect_request(self, request, answer, code, message, headers, address):
        if not address.startswith(("https://", "http://")) or place_of(address) != self.place:
            raise Unreadable(
                f"{request.full_url} leads to {address}, which is another place: it is not asked."
            )
        return super().redirect_request(request, answer, code, message, headers, address)


def place_of(address):
    """Scheme, host and port. Raises Unreadable where the address is none of a server."""
    try:
        parts = urllib.parse.urlsplit(address)
        port = parts.scheme in PORTS and (parts.port or PORTS[parts.scheme])
    except ValueError:
        parts = port = None
    if not port or not parts.hostname or not address.isprintable() or " " in address:
        raise Unreadable(f"{address} is no address of a server, as https://facts.example.org is.")
    return parts.scheme, parts.hostname, port


def ask(server, since, limit):
    """A page of the feed: its entries, where to go on (None: nowhere), and the sequence and digest of its head."""
    page = server.get(f"/api/v1/changes/?since={since}&limit={limit}")
    entries, following, head = page.get("entries"), page.get("next"), page.get("head")
    sequence = (head.get("sequence") or 0) if isinstance(head, dict) else None
    if (
        not isinstance(entries, list)
        or not (following is None or is_number(following))
        or not (sequence == 0 or is_number(sequence))
        or not isinstance(head.get("entry_digest"), str if sequence else type(None))
    ):
        raise Wrong(f"What follows in the feed after entry {since} is no page of a feed.")
    return entries, following, int(sequence), head["entry_digest"] if sequence else None


def follow(server, record, take, done=lambda: None, head=0, limit=100):
    """Read the feed after the record's last entry up to `head`, or to the head of the first page if that is later.

    `take` is called with the entries of each page and steps through them, `done` when the page fits as a whole.
    Where the record has grown meanwhile, its newer head is gone after, but not for ever.
    """
    target, rounds = None, 0
    while True:
        since = record.page = record.sequence
        entries, following, newest, newest_digest = ask(server, since, limit)
        if newest > MOST:
            raise Unreadable(f"The server says that it has {newest} entries; {MOST} are read at most.")
        target = max(head, newest) if target is None else target
        take(entries)
        here = record.sequence
        if newest < here:
            raise Wrong(f"The server's record ends with entry {newest}; {here} of it were there before.")
        if newest == here and newest_digest != record.previous:
            raise Wrong(f"The server's record is another one: its entry {here} is not the one that was read.")
        if following is None and here < newest:
            raise Wrong(f"The feed ends with entry {here}, and names entry {newest} as its head.")
        if following is not None and (following != here or here == since):
            raise Wrong(f"The feed goes on after entry {following}, but its page ends with entry {here}.")
        done()
        if following is None or (here >= target and rounds == ROUNDS):
            return
        if here >= target:
            target, rounds = newest, rounds + 1


# What is asked for and said


def known_key(text):
    if DIGEST.fullmatch(text.strip()) is None:
        raise argparse.ArgumentTypeError("a key is called by 64 lower-case hexadecimal digits")
    return text.strip()


def positive(text):
    if re.fullmatch("[1-9][0-9]{0,8}", text) is None:
        raise argparse.ArgumentTypeError("write a whole number from 1 on")
    return int(text)


def with_common_options(parser):
    parser.add_argument(
        "--known-key",
        type=known_key,
        metavar="ID",
        help="the key that the newsroom told you, or that you saw before: the record's key has to be this one, or one "
        "that came after it by rotations that each key endorsed",
    )
    parser.add_argument(
        "--seconds",
        type=positive,
        default=3600,
        metavar="N",
        help="give up reading after so many seconds (3600)",
    )
    return parser


def about_the_key(record, source):
    """A line on who vouches for the signatures; `source` says where the record was read from."""
    if record.key is None:
        return "It is not signed."
    if record.known_key:
        return f"The key is {record.key[0]}: the one that you know, {record.known_key}, vouches for it."
    return (
        f"The key is {record.key[0]}, known from {source} alone: compare it with what the newsroom tells you by "
        "another way, and say it here next time (--known-key)."
    )


def shown(text):
    """A text as it can be printed: whatever could move or hide what stands around it is escaped."""
    text = text if len(text) <= LONGEST_LINE else text[:LONGEST_LINE] + "…"
    return "".join(
        character if character.isprintable() else character.encode("unicode_escape").decode()
        for character in text
    )


def run(main, wrong):
    """Runs a program: `main` makes the lines to print. Exit codes are 0, 1 for Wrong and 2 for Unreadable."""
    for stream in (sys.stdout, sys.stderr):
        stream.reconfigure(errors="backslashreplace")
    status = 0
    try:
        for line in main():
            print(shown(line))
    except Wrong as error:
        status = 1
        print(shown(f"{wrong}{error}"), file=sys.stderr)
    except Unreadable as error:
        status = 2
        print(shown(str(error)), file=sys.stderr)
    sys.exit(status)


# The same in verify_record.py and in mirror.py: to here --------------------------------------------

# Where it is read from ----------------------------------------------------------------------------


def from_files(place, record):
    """A file of lines, or the folder of a copy, whose files follow each other by their names."""
    path = Path(place)
    try:
        files = sorted(path.glob("*.jsonl")) if path.is_dir() else [path]
        if not files:
            raise Unreadable(f"{path} holds no record.")
        for file in files:
            _from_file(file, record)
    except OSError as error:
        raise Unreadable(f"{path} cannot be read: {error.strerror}.") from None
    except UnicodeDecodeError:
        raise Wrong(f"The text after entry {record.sequence} is not UTF-8.") from None
    except ValueError as error:
        raise Unreadable(f"{path} cannot be read: {error}.") from None
    record.end()


def _from_file(path, record):
    with path.open(encoding="utf-8", newline="\n") as lines:
        for number, line in enumerate(lines, start=1):
            try:
                entry = read_json(line)
            except ValueError as error:
                raise Wrong(f"Line {number} is no entry. {error}") from None
            record.step(entry)


def from_server(server, record):
    """The head first: what the server shows to everybody has to be among the entries that it shows here."""
    head = server.get("/.well-known/factcheck-record")
    if not is_head(head):
        raise Wrong("The head that the server shows is not of the form that records use.")
    found = None

    def take(entries):
        nonlocal found
        for entry in entries:
            record.step(entry)
            if record.sequence == head["sequence"]:
                found = head_at(record)

    follow(server, record, take, head=head["sequence"] or 0)
    if (head["sequence"] or 0) > record.sequence:
        raise Unreadable(
            f"The server shows the head {head['sequence']}, and its feed ends with entry {record.sequence}: a cache "
            "between may be behind, so ask again in a minute."
        )
    if head["sequence"] is None and record.sequence:
        raise Unreadable(
            f"The server shows no head, and its feed ends with entry {record.sequence}: a cache between may be behind, "
            "so ask again in a minute."
        )
    try:
        record.end()
    except Unredacted as error:
        raise Unreadable(f"{error} A cache between may be behind: ask again in a minute.") from None
    if found is not None and any(head[name] != found[name] for name in found):
        raise Wrong("The head that the server shows is not on the record that it shows.")


def is_head(head):
    members = {"format", "sequence", "entry_digest", "at", "signature", "key"}
    if not members <= head.keys() or not is_one(head["format"]):
        return False
    if head["sequence"] is None:
        return all(head[name] is None for name in ("entry_digest", "at", "signature", "key"))
    return is_number(head["sequence"])


def head_at(record):
    """The head that a server shows when its record ends with the last entry of this walk."""
    key = record.key and {
        "id": record.key[0],
        "algorithm": "Ed25519",
        "public_key": base64.b64encode(record.key[1]).decode(),
    }
    return {
        "entry_digest": record.previous,
        "at": record.at,
        "signature": record.last["signature"]["signature"] if key else None,
        "key": key,
    }


# What is asked for and said -----------------------------------------------------------------------

KNOWN_HEAD = re.compile("(?:([1-9][0-9]{0,15}):)?([0-9a-f]{64})")


def known_head(text):
    match = KNOWN_HEAD.fullmatch(text.strip())
    if match is None:
        raise argparse.ArgumentTypeError("write SEQUENCE:DIGEST, or the digest alone (64 hexadecimal digits)")
    return (int(match[1]) if match[1] else None), match[2]


def report(record):
    """What was found, in lines."""
    if not record.sequence:
        yield "The record is empty."
        return
    yield f"The record holds: {record.sequence} entries, head {record.sequence}:{record.previous} of {record.at}."
    yield f"{record.sequence - record.without_body} bodies checked, {record.without_body} redacted."
    if record.key:
        by = "" if Ed25519PublicKey else ", by hand since the Python package cryptography is not here"
        yield f"{record.signed} signatures checked, since entry {record.signed_since}{by}."
    yield about_the_key(record, "this server" if record.live else "this file")
    yield from (f"Remark: {remark}" for remark in [*record.losses, *record.remarks])
    if record.known_digest:
        yield "It continues the head that you kept."


def main():
    parser = argparse.ArgumentParser(description="Verifies the public record of a fact-check database.")
    parser.add_argument(
        "record",
        help="address of a server (https://…), a file of manage.py export_record, or a mirror's folder",
    )
    parser.add_argument(
        "--known-head",
        type=known_head,
        default=(None, None),
        metavar="SEQUENCE:DIGEST",
        help="a head that you kept, or its digest alone: does the record still continue it?",
    )
    options = with_common_options(parser).parse_args()
    # Nothing but these two schemes is ever opened as an address.
    is_address = options.record.startswith(("https://", "http://"))
    record = Record(options.known_head, options.known_key, live=is_address)
    if is_address:
        from_server(Server(options.record, options.seconds), record)
    else:
        from_files(options.record, record)
    yield from report(record)


if __name__ == "__main__":
    run(main, "The record does not hold. First thing wrong: ")
