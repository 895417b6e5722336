"""Unpublished text never appears anywhere public: every public address is walked with drafts in every table."""

from typing import Any

import pytest
from django.test import Client
from django.urls import get_resolver
from makers import NOON, approve, make_claim, make_published, make_source, make_speaker, make_topic, make_user

from claims import workflow
from claims.models import Appearance, Claim, Event, Evidence, Methodology, Site, Speaker, Topic, Verdict
from sources.models import Publisher, Source

pytestmark = pytest.mark.django_db

# Looked up in lower case: what the reader typed comes back to the reader, what was written does not.
MARKER = "Zyxwmarker"


def mark_everything(claim: Claim) -> None:
    """Put the marker in every text that an editor can write about this claim."""
    Claim.objects.filter(pk=claim.pk).update(text=MARKER, title=MARKER, claimed_on_reason=MARKER)
    Appearance.objects.filter(claim=claim).update(role=MARKER, note=MARKER, claimed_on_reason="")
    Verdict.objects.filter(claim=claim).update(
        summary=MARKER, rationale=MARKER, not_known=MARKER, attribution_note=MARKER
    )
    Evidence.objects.filter(verdict__claim=claim).update(note=MARKER, locator=MARKER)
    Event.objects.filter(verdict__claim=claim).update(note=MARKER)


def public_addresses() -> list[str]:
    """Every public address with the identifiers that exist, and with those of what is not public."""
    slugs = {
        "claims": [*Claim.objects.values_list("slug", flat=True)],
        "sources": [*Source.objects.values_list("slug", flat=True)],
        "speakers": [*Speaker.objects.values_list("slug", flat=True)],
        "topics": [*Topic.objects.values_list("slug", flat=True)],
        "publishers": [*Publisher.objects.values_list("slug", flat=True)],
        "ratings": ["false", "mixed"],
        "methodologies": ["1"],
    }
    found = []
    for _, route in named_patterns():
        pattern = route.replace("<int:number>", "1").replace("<slug:page>", "one")
        if "<slug:slug>" in pattern:
            kind = pattern.split("/<", 1)[0].rsplit("/", 1)[1]
            found += [pattern.replace("<slug:slug>", slug) for slug in slugs[kind]]
        elif "<" not in pattern:
            found.append(pattern)
    return [
        *found,
        f"/?q={MARKER.lower()}",
        f"/api/v1/claims/?q={MARKER.lower()}",
        "/?speaker=hidden",
        "/api/v1/claims/?speaker=hidden",
        "/data/fact-checks.csv?speaker=hidden",
        f"/v1alpha1/claims:search?query={MARKER.lower()}",
        "/v1alpha1/claims:search?reviewPublisherSiteFilter=testserver&extended=true",
    ]


def named_patterns() -> list[tuple[str, str]]:
    found: list[tuple[str, str]] = []

    def walk(patterns: Any, prefix: str) -> None:
        for pattern in patterns:
            route = prefix + str(pattern.pattern)
            if hasattr(pattern, "url_patterns"):
                if route != "admin/":
                    walk(pattern.url_patterns, route)
            elif "^" not in route:
                found.append((pattern.name, f"/{route}"))

    walk(get_resolver().url_patterns, "")
    return found


def assert_hidden() -> None:
    addresses = public_addresses()
    assert len(addresses) > 8
    for address in addresses:
        response = Client().get(address)
        # 401: a partner's. 405: a text is sent to it. 501: pictures are not looked up.
        assert response.status_code in (200, 400, 401, 404, 405, 501), address
        assert MARKER not in response.getvalue().decode(), address


def hidden_reference_rows() -> None:
    make_speaker("hidden", name=MARKER)
    make_topic("hidden", name=MARKER)
    make_source("hidden", title=MARKER, note=MARKER, byline=MARKER)
    Publisher.objects.create(slug="hidden", name=MARKER)


@pytest.mark.parametrize("status", ["draft", "submitted", "approved"])
def test_unpublished_text_is_nowhere(status: str) -> None:
    make_published("public-one")
    hidden_reference_rows()
    claim = make_claim("draft-one")
    mark_everything(claim)
    verdict = Verdict.objects.get(claim=claim)
    if status != "draft":
        workflow.apply("submit", verdict=verdict, by=verdict.author, at=NOON, note=MARKER)
    if status == "approved":
        approve(verdict, by=make_user(), note=MARKER)
    assert_hidden()


def test_edits_of_a_published_claim_are_nowhere() -> None:
    claim = make_published("public-one")
    mark_everything(claim)
    Speaker.objects.update(name=MARKER, description=MARKER)
    Topic.objects.update(name=MARKER, description=MARKER)
    Source.objects.update(title=MARKER, note=MARKER)
    Publisher.objects.update(name=MARKER, note=MARKER)
    Methodology.objects.update(title=MARKER, rules=MARKER)
    Site.objects.update(name=MARKER)
    assert_hidden()


def test_whole_texts_are_nowhere() -> None:
    """A snapshot's text is the newsroom's; the public sees cited words with a little context."""
    secret = " ".join(["Private closing words of the article that nobody cites."] * 3)
    from makers import TEXT

    make_published("public-one", source=make_source("held", text=f"{TEXT} {secret}"))
    for address in public_addresses():
        assert "Private closing words" not in Client().get(address).getvalue().decode(), address


def test_staff_pages_ask_who_is_there() -> None:
    response = Client().get("/admin/claims/claim/")
    assert response.status_code == 302
    assert response["Location"].startswith("/admin/login/")
