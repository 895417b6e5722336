"""Records made by hand, right and wrong, for the tools that check them; and servers that answer whatever they like."""

import gzip
import hashlib
import http.server
import json
import threading
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from copy import deepcopy
from typing import Any
from urllib.parse import parse_qs, urlsplit

from keys import private_key

from claims import signatures
from claims.canonical import canonical, digest

AT = "2026-03-01T12:00:00Z"
Entry = dict[str, Any]


class Forged:
    """A record that grows by whatever is asked for, signed by the key that was brought last."""

    def __init__(self) -> None:
        self.entries: list[Entry] = []
        self.key: str | None = None

    def add(
        self,
        subject: str = "claims/a",
        kind: str = "update",
        body: Any = None,
        *,
        note: str | None = "Why.",
        signed: bool = True,
        by: str | None = None,
        **envelope: Any,
    ) -> "Forged":
        made = {
            "sequence": len(self.entries) + 1,
            "subject": subject,
            "number": 1 + sum(entry["envelope"]["subject"] == subject for entry in self.entries),
            "kind": kind,
            "note": note,
            "at": AT,
            "body_digest": digest(canonical(body or {"format": 1})),
            "previous": self.entries[-1]["entry_digest"] if self.entries else None,
            **envelope,
        }
        entry_digest, key = digest(canonical(made)), by or self.key
        text = signatures.statement(sequence=made["sequence"], entry_digest=entry_digest, at=made["at"])
        signature = {"key": named(key), "signature": self._sign(text, key)} if key and signed else None
        self.entries.append(
            {
                "envelope": made,
                "entry_digest": entry_digest,
                "body": body or {"format": 1},
                "redacted": False,
                "skipped": False,
                "signature": signature,
            }
        )
        return self

    def bring(
        self, key: str, what: str = "introduced", *, note: str | None = "Why.", **body: Any
    ) -> "Forged":
        """An entry of kind key; the key named "weak" is one of small order."""
        endorsement = None
        old, self.key = self.key, key
        if what == "rotated" and old:
            text = signatures.endorsement(public_key=public(key), endorsed_by=named(old))
            endorsement = self._sign(text, old)
        stated = {
            "format": 1,
            "key": what,
            "algorithm": "Ed25519",
            "public_key": signatures.encoded(public(key)),
            "previous": named(old) if old else None,
            "endorsement": endorsement,
            **body,
        }
        return self.add(f"keys/{named(key)}", "key", stated, note=note)

    def redact(
        self, sequence: int, *, bare: bool = True, subject: str = "", signed: bool = True, **body: Any
    ) -> "Forged":
        """A redaction of an entry, which is left with its body where it is not to be `bare`."""
        stated = {"format": 1, "redacts": sequence, "reason": "A private address.", **body}
        if bare:
            self.entries[sequence - 1].update(body=None, redacted=True)
        subject = subject or self.entries[sequence - 1]["envelope"]["subject"]
        return self.add(subject, "redaction", stated, signed=signed)

    def copy(self) -> "Forged":
        return deepcopy(self)

    @staticmethod
    def _sign(text: str, key: str) -> str:
        if key == "weak":
            return signatures.encoded(bytes([1]) + bytes(63))
        return signatures.sign(text, private_key=private_key(key))


def public(key: str) -> bytes:
    return bytes([1]) + bytes(31) if key == "weak" else signatures.public_key_of(private_key(key))


def named(key: str) -> str:
    return hashlib.sha256(public(key)).hexdigest()


def begun() -> Forged:
    """An entry without a signature, the first key and an entry with one."""
    return Forged().add(kind="publication").bring("A").add()


def head_of(made: Forged, **changed: Any) -> dict[str, Any]:
    last = made.entries[-1]
    signature = last["signature"] or {}
    key = made.key and {
        "id": named(made.key),
        "algorithm": "Ed25519",
        "public_key": signatures.encoded(public(made.key)),
    }
    return {
        "format": 1,
        "sequence": len(made.entries),
        "entry_digest": last["entry_digest"],
        "at": last["envelope"]["at"],
        "signature": signature.get("signature"),
        "key": key,
        **changed,
    }


def page_of(made: Forged, since: int, limit: int, **changed: Any) -> dict[str, Any]:
    entries = made.entries[since : since + limit]
    to, last = since + len(entries), made.entries[-1]
    return {
        "entries": entries,
        "next": to if to < len(made.entries) else None,
        "head": {
            "sequence": len(made.entries),
            "entry_digest": last["entry_digest"],
            "at": last["envelope"]["at"],
        },
        **changed,
    }


def answer(body: bytes, *headers: str, status: str = "200 OK", length: int | None = None) -> bytes:
    lines = [f"HTTP/1.1 {status}", f"Content-Length: {len(body) if length is None else length}", *headers]
    return "\r\n".join([*lines, "", ""]).encode() + body


def as_json(value: Any) -> bytes:
    return answer(json.dumps(value).encode())


# What a server says to a path, its `since` and its `limit`: raw bytes, of which it says no more.
Says = Callable[[str, int, int], bytes]


def says(made: Forged, *, shown: dict[str, Any] | None = None, **page: Any) -> Says:
    """A server of this record that shows another head, or pages with other members."""

    def say(path: str, since: int, limit: int) -> bytes:
        if path.endswith("factcheck-record"):
            return as_json(head_of(made) if shown is None else shown)
        return as_json(page_of(made, since, limit, **page))

    return say


def says_always(raw: bytes) -> Says:
    return lambda *_: raw


def leads_to(address: str) -> Says:
    return says_always(answer(b"", f"Location: {address}", status="302 Found"))


def zipped() -> bytes:
    return answer(gzip.compress(b"{}"), "Content-Encoding: gzip")


class Evil:
    """A running server: `say` may be changed at any time; `asked` are the paths that were asked for."""

    def __init__(self, address: str) -> None:
        self.address = address
        self.say: Says = says_always(b"")
        self.asked: list[str] = []


@contextmanager
def evil() -> Iterator[Evil]:
    class Handler(http.server.BaseHTTPRequestHandler):
        def do_GET(self) -> None:
            found.asked.append(self.path)
            parts = urlsplit(self.path)
            query = parse_qs(parts.query)
            since, limit = (int(query.get(name, ["0"])[0]) for name in ("since", "limit"))
            self.wfile.write(found.say(parts.path, since, limit))
            self.close_connection = True

        def log_message(self, *_: Any) -> None:
            pass

    class Quiet(http.server.ThreadingHTTPServer):
        daemon_threads = True

        def handle_error(self, *_: Any) -> None:
            """The client may go away in the middle of an answer."""

    server = Quiet(("127.0.0.1", 0), Handler)
    found = Evil(f"http://127.0.0.1:{server.server_port}")
    thread = threading.Thread(target=server.serve_forever)
    thread.start()
    try:
        yield found
    finally:
        server.shutdown()
        thread.join()
        server.server_close()
