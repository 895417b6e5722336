"""Keeps a copy of the public record of a fact-check database, and checks it while it grows.

    python mirror.py https://facts.example.org /var/lib/facts --known-key ID

Run it again whenever the copy shall be brought up to date, from cron for example. It needs Python 3.9 or newer and
nothing else, and is an example to build upon. Signatures are checked by the package `cryptography` where it can be
imported, which is faster, and by hand where it cannot.

FOLDER gets files of a thousand entries, 000000001.jsonl, 000001001.jsonl and so on. Each line is one entry in canonical
JSON (RFC 8785), with the members body, entry_digest, envelope and signature. The lines of two copies of one record
are equal to the byte; the digest of a body is that of its text in the line.

What it relies on is its own copy: all of it is checked whenever the program starts, and its cursor is the last entry
in it. Nothing is written before it was checked: chain, bodies, keys, every signature and every redaction, page by page,
and a page with a body left out waits for the redaction that says so. A server whose record does not continue the copy
is refused, and the copy stays; a bad answer leaves nothing behind. It may be killed at any moment. A line that was
being written then is written again, and a file of which a body has to disappear is put in place whole.

Exit status, with one sentence: 0 when the copy has reached the head that the server named first, 1 where the server or
the folder holds another record, 2 where something could not be read or written.
"""

import argparse
import base64
import datetime as dt
import hashlib
import itertools
import json
import os
import re
import sys
import tempfile
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

try:
    import fcntl
except ImportError:  # On Windows see to it yourself that two runs do not meet in one folder.
    fcntl = None

LINES = 1000  # Entries in a file.
IN_MEMORY = 32 * 1024 * 1024  # Bytes of lines that wait; beyond it they wait in a file that has no name.

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

# The copy -----------------------------------------------------------------------------------------


class Copy:
    """The folder: lines of entries, only ever continued, but for bodies that a redaction takes out.

    Entries wait until what was read holds: then they are written, and after them bodies are taken out. So a run that
    is killed between leaves a body beside its redaction, which the next run takes out, and never loses one.
    """

    def __init__(self, folder, known_key=None):
        self.folder = Path(folder)
        self.record = Record(known_key=known_key, live=True)
        self.written = 0
        self.taken_out = set()

    def __enter__(self):
        self.folder.mkdir(parents=True, exist_ok=True)
        self.lock = (self.folder / "lock").open("w")
        try:
            self._lock()
            for path in self.folder.glob("*.part"):
                path.unlink()
            self._read()
            self.waiting = tempfile.SpooledTemporaryFile(IN_MEMORY, dir=self.folder)
        except BaseException:
            self.lock.close()
            raise
        return self

    def __exit__(self, *_):
        self.waiting.close()
        self.lock.close()

    def _lock(self):
        if fcntl:
            try:
                fcntl.flock(self.lock, fcntl.LOCK_EX | fcntl.LOCK_NB)
            except OSError:
                raise Unreadable(f"Another run of this program is at work in {self.folder}.") from None

    def take(self, entries):
        """Check entries and keep them waiting."""
        for entry in entries:
            self.taken_out.add(self.record.step(entry))
            self._no_loss()
            self.waiting.write(self._line(entry) + b"\n")

    def write(self):
        """Continue the copy by what waits, where the record would hold if it ended here."""
        if not self.record.holds_so_far():
            return
        self.waiting.seek(0)
        self._append()
        self._take_out()
        self.written = self.record.sequence
        self.waiting.seek(0)
        self.waiting.truncate()

    def _no_loss(self):
        """Who has a server but not its key can declare the key lost and go on with his own."""
        if self.had_key and self.record.losses and not self.record.known_key:
            raise Wrong(
                f"{self.record.losses.pop()} Ask the newsroom by another way what its key is now, and name it "
                "with --known-key."
            )

    def _path(self, sequence):
        return self.folder / f"{(sequence - 1) // LINES * LINES + 1:09d}.jsonl"

    def _read(self):
        files = sorted(self.folder.glob("*.jsonl"))
        self.record.trusting = True
        for path in files:
            here = self.record.sequence
            if path != self._path(here + 1):
                raise Wrong(f"{path} does not follow on entry {here}, with which the copy ends before it.")
            text = path.read_bytes()
            whole = text[: text.rfind(b"\n") + 1]
            if whole != text and path == files[-1]:
                # The program was killed in the middle of this line.
                with path.open("r+b") as file:
                    file.truncate(len(whole))
            for line in whole.splitlines():
                try:
                    entry = read_json(line.decode())
                except ValueError as error:
                    raise Wrong(f"{path} has a line that is no entry. {error}") from None
                self.taken_out.add(self.record.step(entry))
                if line != self._line(entry):
                    raise Wrong(f"{path}: entry {self.record.sequence} is not in canonical form.")
        self.record.check_last()
        self.record.trusting = False
        self.written, self.had_key = self.record.sequence, self.record.key is not None
        self._take_out()
        self.record.losses, self.record.remarks = [], []

    @staticmethod
    def _line(entry):
        kept = {name: entry.get(name) for name in ("body", "entry_digest", "envelope", "signature")}
        return canonical(kept).encode()

    def _append(self):
        numbered = enumerate(self.waiting, start=self.written + 1)
        for path, lines in itertools.groupby(numbered, key=lambda line: self._path(line[0])):
            with path.open("ab") as file:
                for sequence, line in lines:
                    file.write(self._without_body(line) if sequence in self.taken_out else line)
                file.flush()
                os.fsync(file.fileno())
        self._keep_names()

    def _without_body(self, line):
        return self._line({**json.loads(line), "body": None}) + b"\n"

    def _take_out(self):
        """Write the files of redacted entries anew without their bodies, each put in the place of the old one at once.

        The old one is there until the new one was read back from the disk and has nothing but these bodies less.
        """
        files = {}
        for sequence in self.taken_out - {None}:
            if sequence <= self.written:
                files.setdefault(self._path(sequence), set()).add((sequence - 1) % LINES)
        for path, places in files.items():
            lines = path.read_bytes().splitlines(keepends=True)
            for place in places:
                lines[place] = self._without_body(lines[place])
            part = path.with_suffix(".part")
            with part.open("wb") as file:
                file.writelines(lines)
                file.flush()
                os.fsync(file.fileno())
            if part.read_bytes() != b"".join(lines):
                raise Unreadable(f"{part} was not written as it should be: the disk may be failing.")
            part.replace(path)
        self.taken_out.clear()
        self._keep_names()

    def _keep_names(self):
        """The names in the folder outlast a loss of power, where the system can be asked for that."""
        if os.name == "posix":
            folder = os.open(self.folder, os.O_RDONLY)
            os.fsync(folder)
            os.close(folder)


def mirror(server, folder, limit, known_key=None):
    """Bring the copy up to the server's head; returns its record, and how many entries are new."""
    with Copy(folder, known_key) as copy:
        before = copy.record.sequence
        follow(server, copy.record, copy.take, copy.write, limit=limit)
        try:
            copy.record.end()
        except Unredacted as error:
            raise Unreadable(
                f"{error} A cache between may be behind, so run again; if it stays so, the server keeps a body back."
            ) from None
        return copy.record, copy.record.sequence - before


def main():
    parser = argparse.ArgumentParser(description="Keeps a verified copy of a public record.")
    parser.add_argument("url", help="address of the server, as in https://facts.example.org")
    parser.add_argument("folder", help="where the copy is, or is to be")
    parser.add_argument("--limit", type=positive, default=500, help="entries in one request (500)")
    given = with_common_options(parser).parse_args()
    server = Server(given.url, given.seconds)
    try:
        record, new = mirror(server, given.folder, given.limit, given.known_key)
    except (OSError, ValueError) as error:
        raise Unreadable(f"The copy in {given.folder} could not be read or written: {error}.") from None
    at = dt.datetime.now(dt.timezone.utc).strftime("%Y-%m-%dT%H:%M:%SZ")
    yield f"{at} {record.sequence} entries, {new} new; head {record.sequence}:{record.previous}."
    yield about_the_key(record, "this server")
    yield from (f"Remark: {loss}" for loss in record.losses)


if __name__ == "__main__":
    run(main, "Not brought up to date: ")
