"""Every public answer of the server, asked for as a reader asks, and kept: the same question has the same answer.

An answer is a projection of the record. So while the head is the same, and the same texts are held, so is every answer.
"""

import hashlib
import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from typing import Any

from django.test import Client

from claims.models import Head
from factcheck.audiences import Address, Audience, addresses, audience_of
from sources.models import Snapshot

# Doors for the staff, questions of machines, and what has no content of its own.
ELSEWHERE = re.compile(r"livez|readyz|admin.*|password_.*|.*-sent|api-unknown")
# Forms have a token of their own in each answer.
FORMS = {"report", "suggest"}
# What shows entries of the record as they are; everything else shows what is public now.
OF_THE_RECORD = {
    *("history", "revision", "compare", "changes"),
    *("api-revisions", "api-revision", "api-changes", "api-entries", "api-entry"),
}
# What depends on the record as everything does, and is looked at when everything is.
SELDOM = {*FORMS, "topics", "methodology", "about", "seeds"}
NOBODY = "nobody"
COMPARED = {"compare", "changes"}
MARK = re.compile(r"zq[0-9]+zq")
# Texts that are on this server are no business of the record.
Place = tuple[str, tuple[int, ...]]


@dataclass(frozen=True)
class Question:
    name: str
    address: str
    slug: str = ""


def questions(
    *, claims: Mapping[str, list[int]], rows: Mapping[str, list[str]], whole: bool = True
) -> Iterator[Question]:
    """Every public address: of claims with the numbers of entries to ask for, and of reference rows by kind.

    Without `whole` the pages that hardly ever change are left out.
    """
    for address in addresses():
        if audience_of(address) is not Audience.PUBLIC or ELSEWHERE.fullmatch(address.name):
            continue
        if whole or address.name not in SELDOM:
            yield from _filled(address, claims, rows, whole)


def _filled(
    address: Address, claims: Mapping[str, list[int]], rows: Mapping[str, list[str]], whole: bool
) -> Iterator[Question]:
    path = f"/{address.route}"
    path = path.replace("sitemaps/<int:number>", "sitemaps/1")
    if "<int:sequence>" in path:
        for number in (1, 5, 10) if whole else ():
            yield Question(address.name, path.replace("<int:sequence>", str(number)))
        return
    if "<slug:slug>" not in path:
        more = ["?limit=1000", "?limit=1000&origin=own"] if address.name == "api-changes" else [""]
        yield from (Question(address.name, path + query) for query in (more if whole else more[:1]))
        return
    kind = path.split("/<", 1)[0].rsplit("/", 1)[1]
    known = claims if kind == "claims" else {slug: [0] for slug in rows.get(kind, [])}
    for slug, numbers in {**known, **({NOBODY: [1]} if whole else {})}.items():
        one = path.replace("<slug:slug>", slug)
        paths = [one]
        if "<int:number>" in one:
            paths = [one.replace("<int:number>", str(number)) for number in numbers]
        elif address.name in COMPARED and whole:
            paths += [f"{one}?from={number}&to={number + 1}" for number in numbers[:-2]]
        yield from (Question(address.name, path, slug) for path in paths)


def place() -> Place:
    """What every public answer depends on."""
    held = Snapshot.objects.held().order_by("pk").values_list("pk", flat=True)
    return Head.objects.get().entry_digest, tuple(held)


@dataclass
class Reader:
    """Asks, and does not forget: two answers at one place are one; two answers with one ETag are one."""

    known: dict[tuple[str, Place], str] = field(default_factory=dict)
    tags: dict[tuple[str, str], str] = field(default_factory=dict)
    asked: int = 0

    def ask(self, question: Question, at: Place) -> Any:
        """The answer; where it was asked before at this place, it is the same to the byte."""
        # Whoever saw a form has a cookie, and is nobody in particular any more.
        answer = Client().get(question.address)
        # 405: a text is sent there.
        assert answer.status_code in (200, 301, 400, 404, 405, 410, 501), (
            question.address,
            answer.status_code,
        )
        self.asked += 1
        if question.name in FORMS:
            return answer
        said = hashlib.sha256(f"{answer.status_code} {answer.headers.get('Location')} ".encode())
        whole = answer.getvalue()
        if answer.streaming:
            # What is streamed can be read once.
            answer.streaming_content = [whole]
        said.update(whole)
        found = said.hexdigest()
        before = self.known.setdefault((question.address, at), found)
        assert before == found, f"{question.address} is another answer, and the record is the same."
        tag = answer.headers.get("ETag", "")
        if tag and not tag.startswith("W/"):
            tagged = self.tags.setdefault((question.address, tag), found)
            assert tagged == found, f"{question.address} is another answer with the ETag of the last."
        return answer


def marks(text: str) -> set[str]:
    """The marks in a text, by which its words are known wherever they turn up."""
    return set(MARK.findall(text))
