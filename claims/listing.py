"""A page's list of fact-checks: what was asked of it, what was not understood, its rows, and where it goes on."""

from collections.abc import Collection, Mapping
from dataclasses import dataclass
from functools import cached_property
from typing import Any

from django.db.models import QuerySet
from django.forms import BoundField, ChoiceField, Form
from django.http import HttpRequest
from django.urls import reverse

from claims import choices, documents, paging, presentation
from claims.addresses import base_url
from claims.asked import Asked, asked, turned, without
from claims.filters import PublicationFilterSet
from claims.models import Publication

ROWS = 20
# The filters of a page that is about one speaker, topic or publisher.
NARROW = (
    *("rating", "attribution", "origin", "language"),
    *("claimed_from", "claimed_until", "published_from", "published_until"),
)
# How to reach what a list has no room for: where all stand, or what to do.
_BEYOND = {
    "topic": ("topics", "All topics"),
    "publisher": ("publishers", "All publishers of fact-checks"),
}
_OTHERS = {
    "speaker": "Look up others by name.",
    "source": "Others are reached from the fact-checks that cite them.",
}


@dataclass(frozen=True, slots=True)
class Shown:
    """A filter as the page shows it: its control, and what to do where its list is only a part."""

    field: BoundField
    hint: str
    address: str
    link: str


class Listing:
    """The list of `publications` as a request narrows it by the filters `names`, newest on the record first.

    A value that is not understood is left out and said; a parameter that is none of ours is ignored (claims.filters).
    """

    def __init__(
        self, request: HttpRequest, publications: QuerySet[Publication], names: Collection[str] | None = None
    ) -> None:
        self.request = request
        known = PublicationFilterSet.base_filters if names is None else names
        asked_for = {name: request.GET[name] for name in known if name in request.GET}
        self.filters = PublicationFilterSet(asked_for, queryset=publications)
        self.form: Form = self.filters.form
        for name in set(self.form.fields) - set(known):
            del self.form.fields[name]
        data: Any = self.filters.data
        self.given = {name: data[name].strip() for name in self.form.fields if data.get(name, "").strip()}
        self.parameters = {name: value for name, value in self.given.items() if name not in self.form.errors}
        # A browser's date field complains about a value that is no date; the page says it in a sentence instead.
        self.form.data = self.parameters

    @cached_property
    def page(self) -> paging.Page:
        # A bad place is no reason to show nothing: the list begins at its newest entry.
        before = paging.sequence_of(self.request.GET.get("before", ""))
        after = None if before else paging.sequence_of(self.request.GET.get("after", ""))
        return paging.page_of(self.filters.qs, before=before, after=after, size=ROWS)

    @cached_property
    def served(self) -> list[dict[str, Any]]:
        return documents.outlined_many(self.page.rows, base_url=base_url(self.request))

    @property
    def rows(self) -> list[presentation.ClaimRow]:
        return [presentation.claim_row(document) for document in self.served]

    @property
    def asked(self) -> list[Asked]:
        return asked(
            self.parameters,
            labels={name: str(field.label) for name, field in self.form.fields.items()},
            choices={name: self._named(name) for name in self.parameters},
            path=self.request.path,
        )

    def _named(self, name: str) -> dict[str, str]:
        """What the chosen value is called."""
        named = dict(self.filters.choices.of(name)) if isinstance(self.form.fields[name], ChoiceField) else {}
        value = self.parameters[name]
        return named if value in named or name not in choices.ROWS else choices.named(name, value)

    def count(self, counts: Mapping[str, Mapping[str, int]]) -> None:
        """Say with each value that a filter offers how many it leaves under the other filters."""
        for name, sizes in counts.items():
            field: Any = self.form.fields[name]
            field.choices = [
                (value, f"{label} ({sizes.get(value, 0):,})")
                for value, label in self.filters.choices.of(name)
            ]

    @property
    def problems(self) -> list[dict[str, str]]:
        return [
            {
                "label": str(self.form.fields[name].label),
                "value": self.given.get(name, ""),
                "sentence": " ".join(map(str, errors)),
            }
            for name, errors in self.form.errors.items()
        ]

    @property
    def fields(self) -> list[Shown]:
        """The filters but the words, which stand in a line of their own."""
        return [self._shown(field) for field in self.form if field.name != "q"]

    def _shown(self, field: BoundField) -> Shown:
        if field.name not in choices.ROWS or not self.filters.choices.is_part(field.name):
            return Shown(field, "", "", "")
        route, link = _BEYOND.get(field.name, ("", ""))
        hint = f"The {choices.MOST} with the most fact-checks. {_OTHERS.get(field.name, '')}".strip()
        return Shown(field, hint, reverse(route) if route else "", link)

    @property
    def question(self) -> dict[str, Any]:
        """What the parts of a page that say what was asked are written with."""
        return {
            "form": self.form,
            "fields": self.fields,
            "asked": self.asked,
            "filters_on": len(self.parameters.keys() - {"q"}),
            "problems": self.problems,
            "path": self.request.path,
            "without_filters": without(
                self.parameters, *(self.parameters.keys() - {"q"}), path=self.request.path
            ),
        }

    @property
    def context(self) -> dict[str, Any]:
        """What the parts of a page that show a list are written with."""
        return {
            **self.question,
            "rows": self.rows,
            "older": turned(self.parameters, before=self.page.next_before),
            "newer": turned(self.parameters, after=self.page.previous_after),
        }
