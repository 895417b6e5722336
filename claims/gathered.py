"""The public pages that gather fact-checks: of a speaker, of a topic, of a publisher."""

from typing import Any

from django.http import Http404, HttpRequest, HttpResponse, HttpResponsePermanentRedirect
from django.shortcuts import render
from django.urls import reverse
from django.views.decorators.http import require_safe

from claims import documents, gathering, presentation, printed, reading, reference, sheets, threads
from claims.addresses import base_url
from claims.chart import Chart
from claims.choices import language_name
from claims.listing import NARROW, Listing
from claims.models import Publication

# How many of the partners' fact-checks that name a speaker stand on the speaker's own page.
NAMED_ROWS = 5
PUBLISHERS_ON_SHEET = 100
LABELS_ON_SHEET = 25
# Why the timeline of a topic and its chart have other numbers.
MARKS = "Each is counted once; the graphic above has a mark for each date on which a claim was made. "
# What partners' fact-checks do not have is no filter of theirs.
NARROW_OF_PARTNERS = tuple(name for name in NARROW if name not in ("attribution", "origin"))


@require_safe
def speaker(request: HttpRequest, slug: str) -> HttpResponse:
    """Who a speaker is, what they are published as having claimed, and which partners name them."""
    found = public("speakers", slug)
    if found["id"] != slug:
        return moved(request, "speaker", found["id"])
    listing = Listing(request, reading.for_speaker(slug), NARROW)
    names = [found["name"], *found["aliases"]]
    named = documents.outlined_many(gathering.naming(names)[:NAMED_ROWS], base_url=base_url(request))
    return render(
        request,
        "claims/speaker.html",
        {
            "speaker": found,
            "roles": presentation.roles(listing.served),
            **_of_our_own(
                gathering.ratings_over_time(f"speakers/{slug}", reading.for_speaker(slug)),
                what=f"of claims by {found['name']}",
                nothing=f"how often {found['name']} is right",
            ),
            "named": [presentation.claim_row(document) for document in named],
            "named_number": printed.counted(gathering.number_naming(names), "fact-check") if named else "",
            **listing.context,
        },
    )


@require_safe
def named(request: HttpRequest, slug: str) -> HttpResponse:
    """Partners' fact-checks whose speaker has the name, or another known name, of a speaker here."""
    found = public("speakers", slug)
    if found["id"] != slug:
        return moved(request, "speaker-named", found["id"])
    names = [found["name"], *found["aliases"]]
    listing = Listing(request, gathering.naming(names), NARROW_OF_PARTNERS)
    return render(
        request,
        "claims/named.html",
        {
            "speaker": found,
            "names": names,
            "number": printed.counted(gathering.number_naming(names), "fact-check"),
            **listing.context,
        },
    )


@require_safe
def topics(request: HttpRequest) -> HttpResponse:
    """The topics that published fact-checks have, by name."""
    sizes = reading.topic_sizes()
    rows = [
        {"topic": document, "size": printed.counted(sizes.get(document["id"], 0), "fact-check")}
        for document in sorted(reference.public_all("topics"), key=lambda topic: topic["name"].casefold())
    ]
    return render(request, "claims/topics.html", {"rows": rows})


@require_safe
def topic(request: HttpRequest, slug: str) -> HttpResponse:
    """Who said what when on one topic, and what the claims have to do with each other."""
    found = public("topics", slug)
    if found["id"] != slug:
        return moved(request, "topic", found["id"])
    size = reading.topic_size(slug)
    listing = Listing(request, reading.for_topic(slug, size=size), NARROW)
    served = listing.served
    thread = threads.thread(
        served,
        speakers=reference.named("speakers", threads.speakers(served)),
        here=reading.of_topic(slug, threads.others(served)),
    )
    return render(
        request,
        "claims/topic.html",
        {
            **listing.context,
            "topic": found,
            "size": printed.counted(size, "fact-check"),
            "is_part": size > len(served),
            "thread": thread,
            "rows": thread.rows,
            **_of_our_own(
                gathering.ratings_over_time(f"topics/{slug}", reading.for_topic(slug, size=size)),
                what="on this topic",
                times=MARKS if thread.said else "",
                nothing="how much of what is said on it is true",
            ),
        },
    )


@require_safe
def publishers(request: HttpRequest) -> HttpResponse:
    """Every publisher whose fact-checks stand here, the house first: how many, from when, in which languages."""
    known = gathering.publishers()
    named = reference.named("publishers", known)
    rows = [
        {"publisher": document, **_overview(known[document["id"]])}
        for document in named.values()
        if document["id"] in known
    ]
    rows.sort(key=lambda row: (not row["own"], row["publisher"]["name"].casefold()))
    sheet = sheets.sheet(
        rows,
        name="sheet",
        wanted={"sheet": sheets.number_of(request.GET.get("sheet", ""))},
        size=PUBLISHERS_ON_SHEET,
        path=request.path,
        fragment="publishers",
    )
    partners = [overview for overview in known.values() if overview.origin == Publication.Origin.PARTNER]
    return render(
        request,
        "claims/publishers.html",
        {
            "sheet": sheet,
            "rows": sheet.items,
            "sites": printed.counted(len(partners), "publisher"),
            "taken": printed.counted(sum(partner.size for partner in partners), "fact-check"),
            "has_partners": bool(partners),
        },
    )


@require_safe
def publisher(request: HttpRequest, slug: str) -> HttpResponse:
    """Who a publisher is, which of its fact-checks stand here, in what words it rates, and by what rule."""
    found = public("publishers", slug)
    if found["id"] != slug:
        return moved(request, "publisher", found["id"])
    overview = gathering.publisher(slug)
    if overview is None:
        return render(request, "claims/publisher_without.html", {"publisher": found})
    own = overview.origin == Publication.Origin.OWN
    listing = Listing(request, gathering.for_publisher(slug), NARROW if own else NARROW_OF_PARTNERS)
    labels = gathering.labels(slug)
    chart = gathering.published_over_time(overview, labels)
    ratings = {kind.id: kind.word for kind in gathering.rating_kinds()}
    sheet = sheets.sheet(
        labels,
        name="labels",
        wanted={"labels": sheets.number_of(request.GET.get("labels", ""))},
        size=LABELS_ON_SHEET,
        path=request.path,
        fragment="labels",
    )
    return render(
        request,
        "claims/publisher.html",
        {
            **listing.context,
            "publisher": found,
            "overview": _overview(overview),
            "languages": [(language_name(tag), f"{size:,}") for tag, size in overview.languages],
            "labels": [
                {"text": row.text, "size": f"{row.size:,}", "rating": ratings.get(row.found_under, "")}
                for row in sheet.items
            ],
            "labels_sheet": sheet,
            "unmapped": _unmapped(sum(row.size for row in labels if row.text and not row.found_under)),
            "chart": chart,
            "rule": _rule(chart, name=found["name"], own=own) if chart else "",
        },
    )


def _overview(overview: gathering.Overview) -> dict[str, Any]:
    languages = [language_name(tag) for tag, _ in overview.languages]
    return {
        "own": overview.origin == Publication.Origin.OWN,
        "size": f"{overview.size:,}",
        "number": printed.counted(overview.size, "fact-check"),
        "first": printed.on(overview.first),
        "last": printed.on(overview.last),
        "languages": printed.listed(languages[:3] + (["others"] if len(languages) > 3 else [])),
        "changed_at": printed.moment(overview.changed_at.isoformat()),
    }


def _of_our_own(chart: Chart | None, *, what: str, nothing: str, times: str = "") -> dict[str, Any]:
    """A chart of our findings, with the rule by which its claims were selected and what it does not say."""
    if chart is None:
        return {}
    return {
        "chart": chart,
        "rule": (
            f"{_all(chart)} published here {what}, by the {chart.by} in which the claim was made. "
            f"{times}Editors chose which claims to check, so this says nothing about {nothing}."
        ),
    }


def _all(chart: Chart) -> str:
    size = chart.total + chart.undated
    return "The one fact-check" if size == 1 else f"All {printed.counted(size, 'fact-check')}"


def _rule(chart: Chart, *, name: str, own: bool) -> str:
    if own:
        return (
            f"{_all(chart)} that this database published and did not withdraw, by the {chart.by} of the first "
            "publication here."
        )
    return (
        f"{_all(chart)} by {name} on this site, by the {chart.by} in which {name} published them. The parts are "
        "the publisher’s own words for its ratings, none of them a finding of ours."
    )


def _unmapped(number: int) -> str:
    have = "has" if number == 1 else "have"
    return f"{printed.counted(number, 'fact-check')} {have} words that are mapped to none."


def public(kind: str, slug: str) -> dict[str, Any]:
    """The published document of a reference row. Raises Http404 where there is none."""
    found = reference.public(kind, slug)
    if found is None:
        raise Http404
    return found


def moved(request: HttpRequest, name: str, slug: str) -> HttpResponsePermanentRedirect:
    """The row was merged into another: its old address leads there, with what was asked."""
    query = request.META.get("QUERY_STRING", "")
    return HttpResponsePermanentRedirect(reverse(name, args=[slug]) + (f"?{query}" if query else ""))
