"""Feeds of the house's own fact-checks: of all, of a topic, of a speaker, of a rating; as Atom and as RSS.

What was taken from partners is in their own feeds; here it would push our own work out of sight.
"""

from django.db.models import QuerySet
from django.http import Http404, HttpRequest, HttpResponse, HttpResponsePermanentRedirect
from django.urls import reverse
from django.views.decorators.http import require_safe

from claims import documents, feeds, history, outgoing, reading, reference
from claims.addresses import base_url
from claims.asked import query
from claims.choices import Choices
from claims.models import Publication

# Of a feed: what a reader that asks once a day may have missed, and not the whole database.
NEWEST = 50


@require_safe
def everything(request: HttpRequest, form: str) -> HttpResponse:
    """The newest fact-checks: one that is corrected stands at the top again, one withdrawn is gone."""
    feed = about(request, _named("feed", form), home=reverse("lookup"))
    return _answer(request, outgoing.own_published(), feed, form)


@require_safe
def topic(request: HttpRequest, slug: str, form: str) -> HttpResponse:
    return _of_row(request, "topic", "topics", slug, form)


@require_safe
def speaker(request: HttpRequest, slug: str, form: str) -> HttpResponse:
    return _of_row(request, "speaker", "speakers", slug, form)


@require_safe
def rating(request: HttpRequest, slug: str, form: str) -> HttpResponse:
    """The newest fact-checks with a rating of a published methodology, whether there are any or not."""
    labels = dict(Choices().of("rating"))
    if slug not in labels:
        raise Http404
    home = reverse("lookup") + query({"rating": slug})
    feed = about(
        request,
        _named("rating-feed", form),
        slug,
        home=home,
        of=f"ratings/{slug}",
        called=f"rated {labels[slug]}",
    )
    return _answer(request, outgoing.own_published().filter(rating=slug), feed, form)


def about(
    request: HttpRequest,
    name: str,
    *arguments: str,
    home: str,
    of: str | None = None,
    called: str | None = None,
) -> feeds.Feed:
    """What the feed at the address `name` says of itself; `home` is the path of its page."""
    base = base_url(request)
    return feeds.Feed(
        url=base + reverse(name, args=arguments),
        home=base + home,
        site=reference.public_site(),
        record=history.record_began(),
        updated=history.record_ends(),
        of=of,
        called=called,
    )


def _of_row(request: HttpRequest, one: str, kind: str, slug: str, form: str) -> HttpResponse:
    """The feed of a row that readers know; that of a row that was merged leads to the one that is left."""
    found = reference.public(kind, slug)
    if found is None:
        raise Http404
    name = _named(f"{one}-feed", form)
    if found["id"] != slug:
        return HttpResponsePermanentRedirect(reverse(name, args=[found["id"]]))
    publications = (
        reading.for_topic(slug, size=reading.topic_size(slug))
        if one == "topic"
        else reading.for_speaker(slug)
    )
    feed = about(
        request, name, slug, home=reverse(one, args=[slug]), of=f"{kind}/{slug}", called=found["name"]
    )
    return _answer(request, publications.filter(origin=Publication.Origin.OWN), feed, form)


def _answer(
    request: HttpRequest, publications: QuerySet[Publication], feed: feeds.Feed, form: str
) -> HttpResponse:
    served = documents.outlined_many(publications[:NEWEST], base_url=base_url(request))
    return HttpResponse(
        feeds.fact_checks(served, feed=feed, form=form), content_type=feeds.CONTENT_TYPES[form]
    )


def _named(name: str, form: str) -> str:
    return f"{name}-rss" if form == feeds.RSS else name
