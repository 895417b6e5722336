"""What the filters of fact-checks offer: identifier and public name of each value, no list longer than a page bears."""

from functools import cached_property
from typing import Any

from django.db.models import Count
from django.utils.translation import get_language_info

from claims import kept, reference
from claims.models import (
    Publication,
    PublicationPublisher,
    PublicationSource,
    PublicationTopic,
    Revision,
)

# A list to choose from has so many rows at most, those with the most fact-checks. A filter takes every other as well.
MOST = 100

Choice = tuple[str, str]

# For each filter by a reference row: its kind, whose rows say which publications have one, and by which column.
ROWS: dict[str, tuple[str, Any, str]] = {
    "speaker": ("speakers", Publication, "speaker"),
    "topic": ("topics", PublicationTopic, "topic"),
    "publisher": ("publishers", PublicationPublisher, "publisher"),
    "source": ("sources", PublicationSource, "source"),
}


class Choices:
    """The lists of one request: each is looked up when it is shown, and kept while the record is the same."""

    @cached_property
    def _head(self) -> str:
        return kept.head()

    def of(self, name: str) -> list[Choice]:
        """What the filter `name` offers, in the order of a page."""
        return self._found(name)[0]

    def is_part(self, name: str) -> bool:
        """Whether there are more values than the filter offers."""
        return self._found(name)[1]

    def _found(self, name: str) -> tuple[list[Choice], bool]:
        return kept.kept("choices", name, lambda: _look_up(name), at=self._head)


def _look_up(name: str) -> tuple[list[Choice], bool]:
    if name == "rating":
        return _findings("ratings"), False
    if name == "attribution":
        return _findings("attribution_findings"), False
    if name == "origin":
        return [(str(value), str(label)) for value, label in Publication.Origin.choices], False
    if name == "kind":
        return [(kind, str(Revision.Kind(kind).label)) for kind in Revision.LATEST], False
    if name == "language":
        tags = Publication.objects.published().order_by().values_list("language", flat=True).distinct()
        return sorted(((tag, language_name(tag)) for tag in tags), key=lambda choice: choice[1]), False
    return _rows(*ROWS[name])


def language_name(tag: str) -> str:
    """The English name of a language tag, or the tag; "und" is that of a text whose language nobody gave."""
    if tag == "und":
        return "Language not known"
    try:
        return str(get_language_info(tag.lower())["name"])
    except KeyError:
        return tag


def _rows(kind: str, link: Any, column: str) -> tuple[list[Choice], bool]:
    """The rows of a kind with the most fact-checks, by name."""
    used = link.objects.order_by().filter(**{f"{column}__isnull": False}).values_list(f"{column}__slug")
    slugs = [
        slug for slug, _ in used.annotate(size=Count("pk")).order_by("-size", f"{column}__slug")[: MOST + 1]
    ]
    documents = reference.named(kind, slugs[:MOST])
    named = sorted(
        ((document["id"], _name(document)) for document in documents.values()),
        key=lambda choice: (choice[1].casefold(), choice[0]),
    )
    return named, len(slugs) > MOST


def named(name: str, identifier: str) -> dict[str, str]:
    """What a value of a filter by rows is called in public."""
    document = reference.public(ROWS[name][0], identifier)
    return {identifier: _name(document)} if document else {}


def _name(document: dict[str, Any]) -> str:
    """A source may show no title; its identifier then tells it from others."""
    name: str | None = document.get("name") or document.get("title")
    return name or f"Without a title ({document['id']})"


def _findings(member: str) -> list[Choice]:
    """Identifier and label of each rating, or attribution finding, of every published methodology."""
    found: dict[str, str] = {}
    for methodology in reference.public_all("methodologies"):
        values = (
            methodology["scale"]["ratings"] if member == "ratings" else methodology["attribution_findings"]
        )
        found |= {value["id"]: value["label"] for value in values}
    return list(found.items())
