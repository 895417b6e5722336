"""A withdrawn finding is nowhere but in the history: every public address is walked after it was taken back."""

import datetime as dt
import re
from collections.abc import Callable, Iterator
from itertools import combinations
from typing import Any

import pytest
from django.test import Client
from makers import NOON, approve, make_claim, make_published, make_source, make_speaker, make_topic, make_user
from makers import publish as publish_first

from claims import merging, workflow
from claims.models import (
    Claim,
    ClaimRelation,
    Evidence,
    Rating,
    Revision,
    Speaker,
    Topic,
    Verdict,
)
from factcheck.audiences import Audience, addresses, audience_of
from sources.models import Source

pytestmark = pytest.mark.django_db

# Every word of a finding, each with the address besides the history that shows it: what a rating means is published.
MARKERS = {
    "Zxlabel": {
        *("methodology", "data", "rating-feed", "rating-feed-rss"),
        *("api-ratings", "api-rating", "api-methodologies", "api-methodology"),
    },
    "Zxsummary": set(),
    "Zxrationale": set(),
    "Zxattribution": set(),
    "Zxevidence": set(),
    "Zxunknown": set(),
    "Zxtype": set(),
}
HISTORY_PAGES = {"history", "revision", "compare"}
HISTORY = {*HISTORY_PAGES, "api-revisions", "api-revision", "api-changes", "api-entries", "api-entry"}
HEADED = '<p class="problem withdrawal"><b>Withdrawn,</b>'
REASON = "The report was forged."


def make_findings() -> None:
    """A fact-check with a word of its own in every part, changed once, and another that it is related to."""
    two = make_claim("two", rating="mixed")
    Rating.objects.filter(slug="false").update(label="Zxlabel")
    publish_first(two)
    claim = make_claim(
        "one", speaker=make_speaker("ada-q", name="Ada Q."), source=make_source("forged", title="Forged")
    )
    claim.topics.add(make_topic("weir", name="The weir"))
    ClaimRelation.objects.create(claim=claim, kind="contradicts", to_claim=two, note="They disagree.")
    Verdict.objects.filter(claim=claim).update(
        summary="Zxsummary: no.",
        rationale="Zxrationale, at length.",
        attribution_note="Zxattribution.",
        not_known="Zxunknown.",
    )
    Evidence.objects.filter(verdict__claim=claim).update(note="Zxevidence.")
    publish_first(Claim.objects.get(pk=claim.pk))
    revise("one", kind="clarification", note="Plainer.", summary="Zxsummary: certainly not. Zxtype.")


def revise(slug: str, *, kind: str, note: str, **texts: str) -> None:
    verdict = Verdict.objects.get(claim__slug=slug)
    workflow.apply("revise", verdict=verdict, by=verdict.author, at=NOON)
    Verdict.objects.filter(pk=verdict.pk).update(**texts)
    read_and_publish(slug, kind=kind, note=note)


def read_and_publish(slug: str, *, kind: str, note: str) -> None:
    verdict = Verdict.objects.get(claim__slug=slug)
    workflow.apply("submit", verdict=verdict, by=verdict.author, at=NOON)
    approve(verdict, by=make_user())
    workflow.apply("publish", verdict=verdict, by=make_user(), at=NOON, kind=kind, note=note)


def withdraw() -> None:
    at = NOON + dt.timedelta(days=9)
    verdict = Verdict.objects.get(claim__slug="one")
    workflow.apply("withdraw", verdict=verdict, by=make_user(), at=at, note=REASON)


def merge() -> None:
    """What the fact-check alone names goes into what others name too."""
    for kept, gone in (
        (Speaker.objects.get(slug="ada-quill"), Speaker.objects.get(slug="ada-q")),
        (Topic.objects.get(slug="bridge"), Topic.objects.get(slug="weir")),
    ):
        plan = merging.plan(kept, gone)
        merging.merge(
            kept,
            gone,
            by=make_user(),
            at=NOON,
            note="The same.",
            seen=plan.seen,
            choices={field.name: "kept" for field in getattr(plan, "choices", ())},
        )


def restore() -> None:
    """Published again with another finding and other words."""
    verdict = Verdict.objects.get(claim__slug="one")
    workflow.apply("restore", verdict=verdict, by=make_user(), at=NOON)
    Verdict.objects.filter(pk=verdict.pk).update(
        summary="Newsummary.",
        rationale="Newrationale.",
        attribution_note="",
        not_known="",
        rating=Rating.objects.get(slug="mixed"),
    )
    Evidence.objects.filter(verdict__claim__slug="one").update(note="Newevidence.")
    read_and_publish("one", kind="restoration", note="It was not forged.")


def walked() -> Iterator[tuple[str, str]]:
    """Every public address by its name, with every identifier that there was, and what it can be asked."""
    slugs = {
        "claims": [*Claim.objects.values_list("slug", flat=True)],
        "sources": [*Source.objects.values_list("slug", flat=True)],
        "speakers": ["ada-quill", "ada-q"],
        "topics": ["bridge", "weir"],
        "publishers": ["test-desk", "valley-courier"],
        "ratings": ["false", "mixed"],
        "methodologies": ["1"],
    }
    numbers = sorted(set(Revision.objects.of("claims/one").values_list("number", flat=True)))
    sequences = sorted(Revision.objects.values_list("sequence", flat=True))
    asked = {
        "lookup": ["?q=zxsummary", "?q=bridge", "?speaker=ada-q", "?topic=weir", "?source=forged"],
        "api-claims": ["?q=zxsummary", "?speaker=ada-q", "?topic=weir"],
        "api-changes": ["?limit=1000", "?limit=1000&topic=bridge", "?limit=1000&speaker=ada-quill"],
        "api-entries": ["?limit=100"],
        "api-reviews": [f"?url=http://testserver/claims/{slug}/" for slug in slugs["claims"]],
        "compare": [f"?from={since}&to={to}" for since, to in combinations(numbers, 2)] + ["?from=2&to=1"],
        "history": ["?before=4"],
        "oembed": [f"?url=http://testserver/claims/{slug}/&format=xml" for slug in slugs["claims"]],
        "data-jsonl": ["?q=zxsummary", "?speaker=ada-q"],
        "data-csv": ["?topic=weir"],
    }
    for address in addresses():
        if audience_of(address) is not Audience.PUBLIC:
            continue
        route = "/api/none/" if address.name == "api-unknown" else f"/{address.route}"
        paths = [route]
        if "<slug:slug>" in route:
            kind = next(kind for kind in slugs if f"{kind}/" in route)
            paths = [route.replace("<slug:slug>", slug) for slug in slugs[kind]]
        if "<int:number>" in route:
            paths = [path.replace("<int:number>", str(number)) for path in paths for number in numbers]
        if "<int:sequence>" in route:
            paths = [route.replace("<int:sequence>", str(sequence)) for sequence in sequences]
        for path in paths:
            filled = path.replace("<uidb64>", "x").replace("<token>", "x")
            assert "<" not in filled, f"{address}: what stands for this part?"
            yield address.name, filled
            for question in asked.get(address.name, []):
                yield address.name, filled + question


def read(address: str) -> str:
    answer = Client().get(address)
    # 501 says of the one address that it does nothing here (docs/google.md).
    assert answer.status_code < 500 or answer.status_code == 501, address
    # What can be asked for are the ratings of the scale, whoever was given one.
    return re.sub(r"<option[^>]*>[^<]*</option>", "", answer.getvalue().decode())


def walk(*, withdrawn: bool) -> dict[str, set[str]]:
    """Assert that only the history speaks of the finding; the names of the addresses that show each marker."""
    found: dict[str, set[str]] = {marker: set() for marker in MARKERS}
    for name, address in walked():
        text = read(address)
        shown = [marker for marker in MARKERS if marker in text]
        for marker in shown:
            assert name in HISTORY | MARKERS[marker], (marker, address)
            found[marker].add(name)
        main = text.partition("<main")[2]
        if not (withdrawn and main and name in HISTORY_PAGES and "/one/" in address):
            assert HEADED not in text, address
            continue
        assert '<meta name="robots" content="noindex">' in text, address
        head, _, below = main.partition(HEADED)
        assert REASON in below, address
        assert not [marker for marker in shown if marker in head], address
    return found


def merge_then_withdraw() -> None:
    merge()
    withdraw()


def withdraw_then_merge() -> None:
    withdraw()
    merge()


def restore_and_withdraw_again() -> None:
    withdraw()
    restore()
    revise("one", kind="update", note="Newer.", summary="Zxsummary, once more.")
    withdraw()


@pytest.mark.parametrize(
    "what_happened", [withdraw, merge_then_withdraw, withdraw_then_merge, restore_and_withdraw_again]
)
def test_a_withdrawn_finding_is_nowhere_but_in_the_history(what_happened: Callable[[], None]) -> None:
    make_findings()
    for everywhere in (
        *("/claims/one/", "/", "/feed.atom", "/api/v1/claims/one/", "/api/v1/claims/"),
        *("/claims/one/card/", "/claims/one/claimreview.json", "/data/claimreview.json"),
        *("/data/fact-checks.jsonl", "/data/fact-checks.csv"),
        *("/feed.rss", "/topics/weir/feed.atom", "/speakers/ada-q/feed.rss", "/ratings/false/feed.atom"),
    ):
        assert "Zxsummary" in read(everywhere), "what is published is found by its marker"
    what_happened()
    found = walk(withdrawn=True)
    # And there it is for whoever looks.
    for marker in ("Zxsummary", "Zxrationale", "Zxlabel"):
        assert found[marker] >= {"revision", "api-revisions", "api-revision", "api-changes"}
    assert "compare" in found["Zxtype"]


def test_a_finding_that_was_restored_as_another_is_read_in_the_history_alone() -> None:
    make_findings()
    withdraw()
    restore()
    assert walk(withdrawn=False)["Zxsummary"] >= HISTORY - {"history"}
    for address in ("/", "/claims/one/", "/feed.atom", "/api/v1/claims/one/"):
        assert "Newsummary" in read(address), address


@pytest.mark.parametrize("what_happened", [withdraw, merge_then_withdraw, withdraw_then_merge])
def test_no_link_of_an_earlier_text_leads_nowhere(what_happened: Callable[[], None]) -> None:
    make_findings()
    what_happened()
    numbers = Revision.objects.of("claims/one").values_list("number", flat=True)
    seen: dict[str, Any] = {}
    for address in (
        *(f"/claims/one/history/{number}/" for number in numbers),
        "/claims/one/",
        "/claims/one/history/",
        "/claims/one/compare/",
        "/corrections/",
    ):
        main = re.sub(r"(?s).*(<main.*</main>).*", r"\1", read(address))
        for link in re.findall(r'href="(/[^"#]*)', main):
            seen.setdefault(link, Client().get(link, follow=True).status_code)
            assert seen[link] == 200, (address, link)
    assert "/claims/two/" in seen
    # What nothing current uses is named there, and leads nowhere.
    assert "/sources/forged/" not in seen
    assert "forged" in read("/claims/one/history/1/")


def test_the_links_of_a_text_that_stands_are_there() -> None:
    make_published("one", source=make_source("held"))
    for address in ("/claims/one/", "/claims/one/history/1/"):
        text = read(address)
        for link in ("/speakers/ada-quill/", "/topics/bridge/", "/sources/held/"):
            assert f'href="{link}"' in text, (address, link)
