"""The published document, the record's entry and the claim page, each compared with a golden file."""

import datetime as dt
import json
import re

import pytest
from django.test import Client
from golden import golden
from makers import make_claim, make_source, publish

from claims.models import ClaimRelation, Revision

pytestmark = pytest.mark.django_db


def make_golden() -> None:
    """A claim with one of everything, its digests being part of the golden file."""
    source = make_source(
        "courier-2026-02-03",
        byline="By Lin Marsh",
        published_on=dt.date(2026, 2, 3),
        published_on_precision="day",
        published_on_reason="",
        link="https://courier.example/bridge",
    )
    tender = make_claim("tender", source=source, text="The tender closed in May.", title="When did it close?")
    publish(tender)
    claim = make_claim(
        "bridge",
        source=source,
        text="The bridge will open in spring.",
        title="Will the bridge open in spring?",
        claimed_on_reason="The article says Monday.",
    )
    ClaimRelation.objects.create(
        claim=claim, kind="contradicts", to_claim=tender, note="A closed tender says no."
    )
    publish(claim)


def test_the_golden_document() -> None:
    make_golden()
    document = Client().get("/api/v1/claims/bridge/").json()
    text = json.dumps(document, indent=2, ensure_ascii=False) + "\n"
    assert text == golden("document.json", text)


def test_the_golden_body() -> None:
    """The text that is digested, to the byte: a change of it would break every published digest."""
    make_golden()
    revision = Revision.objects.of("claims/bridge").get()
    body, entry_digest = f"{revision.body}\n", f"{revision.entry_digest}\n"
    assert body == golden("body.json", body)
    assert entry_digest == golden("entry-digest.txt", entry_digest)


def test_the_golden_page() -> None:
    make_golden()
    page = Client().get("/claims/bridge/").content.decode()
    # Collected files carry a hash of their content in their names.
    page = re.sub(r"(/static/[\w/-]+)\.[0-9a-f]{12}\.", r"\1.", page)
    assert page == golden("claim.html", page)
