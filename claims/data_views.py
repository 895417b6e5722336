"""What leaves for other programs: everything public as JSON Lines, CSV and a schema.org DataFeed; one ClaimReview."""

from collections.abc import Iterable, Iterator
from typing import Any

from django.db.models import QuerySet
from django.http import HttpRequest, HttpResponse, StreamingHttpResponse
from django.shortcuts import get_object_or_404, render
from django.urls import reverse
from django.views.decorators.http import require_safe
from rest_framework.generics import GenericAPIView
from rest_framework.negotiation import BaseContentNegotiation
from rest_framework.renderers import BaseRenderer
from rest_framework.request import Request

from claims import (
    claimreview,
    datafeed,
    documents,
    flat,
    history,
    outgoing,
    printed,
    record,
    reference,
    shown,
    spreadsheet,
)
from claims.addresses import base_url
from claims.choices import Choices
from claims.filters import PublicationFilterSet
from claims.models import Publication

JSON_LD = "application/ld+json"
# No media type of JSON Lines is registered; this is the one that programs send and understand.
JSON_LINES = "application/x-ndjson; charset=utf-8"
# Texts that are sent together: a write for each row would cost more than making it.
_TOGETHER = 50


class OneForm(BaseContentNegotiation):
    """An address has one form, whatever the reader would like best: the ending of the address says which."""

    def select_parser(self, request: Request, parsers: Any) -> Any:
        return parsers[0]

    def select_renderer(
        self, request: Request, renderers: Any, format_suffix: str | None = None
    ) -> tuple[BaseRenderer, str]:
        return renderers[0], renderers[0].media_type


class Export(GenericAPIView[Publication]):
    """Everything public that passes the filters of the lookup, own and partners', newest on the record first."""

    filterset_class = PublicationFilterSet
    pagination_class = None
    content_negotiation_class = OneForm

    def get_queryset(self) -> QuerySet[Publication]:
        return Publication.objects.published()

    def found(self, request: Request) -> Iterator[outgoing.Outgoing]:
        return outgoing.each(self.filter_queryset(self.get_queryset()), base_url=base_url(request))


class JsonLines(Export):
    """One document of the API on each line, without what the API adds for this server and for pages."""

    def get(self, request: Request) -> StreamingHttpResponse:
        lines = (one.line() for one in self.found(request))
        return _file("fact-checks.jsonl", _together(lines), content_type=JSON_LINES)


class Csv(Export):
    """One row for each fact-check, by the rules of the desk's lists: marked as UTF-8, formulas defused."""

    def get(self, request: Request) -> StreamingHttpResponse:
        found = self.found(request)
        lines = spreadsheet.marked(spreadsheet.lines(_rows(found)))
        return _file("fact-checks.csv", _together(lines), content_type=spreadsheet.CONTENT_TYPE)


class Feed(GenericAPIView[Publication]):
    """The house's own ClaimReviews as a DataFeed; those that were withdrawn say when they were deleted."""

    pagination_class = None
    content_negotiation_class = OneForm

    def get_queryset(self) -> QuerySet[Publication]:
        return outgoing.own()

    def get(self, request: Request) -> StreamingHttpResponse:
        found = outgoing.each(self.filter_queryset(self.get_queryset()), base_url=base_url(request))
        return StreamingHttpResponse(
            _together(_feed(found, base=base_url(request))), content_type=f"{JSON_LD}; charset=utf-8"
        )


class ClaimReview(GenericAPIView[Publication]):
    """The ClaimReview of one fact-check, alone; a withdrawn one is gone (410), with the reason."""

    lookup_field = "slug"
    pagination_class = None
    content_negotiation_class = OneForm

    def get_queryset(self) -> QuerySet[Publication]:
        return Publication.objects.with_pages().for_documents()

    def get(self, request: Request, slug: str) -> HttpResponse:
        publication = get_object_or_404(self.filter_queryset(self.get_queryset()), slug=slug)
        if publication.withdrawn:
            gone = documents.tombstone(publication, base_url=base_url(request))
            made = {"@context": "https://schema.org", **datafeed.tombstone(gone)}
        else:
            document = documents.served(publication, base_url=base_url(request))
            shown.say(request, shown.claimreview(document))
            made = claimreview.claimreview(document)
        return HttpResponse(
            claimreview.script_safe(made),
            content_type=f"{JSON_LD}; charset=utf-8",
            status=410 if publication.withdrawn else 200,
        )


@require_safe
def data(request: HttpRequest) -> HttpResponse:
    """Everything that can be taken from here: what it is, how much, under which licence, and how to cite it."""
    sizes = outgoing.sizes()
    own, partner = sizes[Publication.Origin.OWN], sizes[Publication.Origin.PARTNER]
    until = history.record_ends()
    return render(
        request,
        "claims/data.html",
        {
            "every": printed.counted(own + partner, "fact-check"),
            "own": printed.counted(own, "fact-check"),
            "partner": printed.counted(partner, "fact-check"),
            "ratings": Choices().of("rating"),
            "has_partners": bool(partner),
            "until": printed.moment(record.time_text(until)) if until else None,
            "year": until.year if until else None,
            "address": base_url(request) + reverse("data"),
        },
    )


def _feed(found: Iterable[outgoing.Outgoing], *, base: str) -> Iterator[str]:
    site = reference.public_site() or {}
    ends = history.record_ends()
    yield datafeed.beginning(
        name=site.get("name") or "Fact-check database",
        url=base + reverse("datafeed"),
        licence=site.get("licence"),
        publisher=claimreview.organisation(site.get("publisher")),
        at=record.time_text(ends) if ends else None,
    )
    for number, one in enumerate(found):
        element = claimreview.script_safe(datafeed.element(one.document()))
        yield datafeed.SEPARATOR + element if number else element
    yield datafeed.END


def _rows(found: Iterable[outgoing.Outgoing]) -> Iterator[list[str]]:
    yield [*flat.COLUMNS]
    for one in found:
        yield flat.row(one.document())


def _together(texts: Iterable[str]) -> Iterator[bytes]:
    some: list[str] = []
    for text in texts:
        some.append(text)
        if len(some) == _TOGETHER:
            yield "".join(some).encode()
            some.clear()
    yield "".join(some).encode()


def _file(name: str, texts: Iterable[bytes], *, content_type: str) -> StreamingHttpResponse:
    answer = StreamingHttpResponse(texts, content_type=content_type)
    answer["Content-Disposition"] = f'attachment; filename="{name}"'
    return answer
