"""For search engines: which pages there are. What was taken from partners is for the partners' own sitemaps."""

from collections.abc import Iterator

from django.http import Http404, HttpRequest, HttpResponse, StreamingHttpResponse
from django.urls import reverse
from django.views.decorators.http import require_safe

from claims import outgoing, record, reference, sitemap
from claims.addresses import base_url

XML = "application/xml; charset=utf-8"
# Pages that are there once; the page on the seeds only where its text is.
_ONCE = (
    "lookup",
    "check",
    "topics",
    "publishers",
    "methodology",
    "about",
    "data",
    "corrections",
    "api-home",
    "api-docs",
)
_BY_ROW = {"topics": "topic", "speakers": "speaker", "sources": "source", "publishers": "publisher"}


@require_safe
def index(request: HttpRequest) -> HttpResponse:
    """The parts of the sitemap."""
    base = base_url(request)
    numbers = range(1, len(_places()) + 1)
    made = sitemap.index(base + reverse("sitemap-part", args=[number]) for number in numbers)
    return HttpResponse("".join(made), content_type=XML)


@require_safe
def part(request: HttpRequest, number: int) -> StreamingHttpResponse:
    """One part: at most sitemap.MOST pages of one kind."""
    places = _places()
    if not 1 <= number <= len(places):
        raise Http404
    kind, first = places[number - 1]
    pages = _pages(kind, first, base=base_url(request))
    return StreamingHttpResponse(sitemap.part(pages), content_type=XML)


@require_safe
def robots(request: HttpRequest) -> HttpResponse:
    """Robots have the pages; the desk is closed, and whole copies are for programs that somebody sends."""
    closed = (reverse("admin:index"), reverse("data") + "fact-checks.")
    text = sitemap.robots(closed=closed, sitemap=base_url(request) + reverse("sitemap"))
    return HttpResponse(text, content_type="text/plain; charset=utf-8")


def _places() -> list[tuple[str, int]]:
    sizes = [("once", 1), *((kind, reference.slugs(kind).count()) for kind in _BY_ROW)]
    return sitemap.places([*sizes, ("claims", outgoing.own_published().count())])


def _pages(kind: str, first: int, *, base: str) -> Iterator[tuple[str, str | None]]:
    until = first + sitemap.MOST
    if kind == "once":
        site = reference.public_site() or {}
        names = [*_ONCE, "seeds"] if site.get("seeds") else _ONCE
        yield from ((base + reverse(name), None) for name in names)
    elif kind == "claims":
        # By their first entry: a fact-check stays in its part when it is corrected.
        rows = outgoing.own_published().order_by("pk").values_list("slug", "revision__at")
        for slug, at in rows[first:until].iterator(chunk_size=2000):
            yield base + reverse("claim", args=[slug]), record.time_text(at)
    else:
        for slug in reference.slugs(kind)[first:until].iterator(chunk_size=2000):
            yield base + reverse(_BY_ROW[kind], args=[slug]), None
