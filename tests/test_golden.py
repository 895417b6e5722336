"""The published document, the record's entry and the claim page, each compared with a golden file."""

import datetime as dt
import json
import re

import pytest
from django.test import Client
from golden import golden
from makers import NOON, make_claim, make_source, make_user, publish

from claims import record, workflow
from claims.models import Claim, ClaimRelation, Revision

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


def make_golden_record() -> None:
    """A claim that was corrected, whose first text was redacted, and that was withdrawn."""
    make_golden()
    claim = Claim.objects.get(slug="bridge")
    workflow.apply("revise", verdict=claim.verdict, by=claim.verdict.author, at=NOON)
    Claim.objects.filter(pk=claim.pk).update(title="Will the bridge open in the spring?")
    publish(Claim.objects.get(pk=claim.pk), kind="correction", note="A word was missing.")
    first = Revision.objects.get(subject=claim.subject, number=1)
    record.redact(sequence=first.sequence, reason="A private address.", at=NOON)
    verdict = Claim.objects.get(pk=claim.pk).verdict
    workflow.apply("withdraw", verdict=verdict, by=make_user(), at=NOON, note="The source was taken back.")


def test_the_golden_change_feed() -> None:
    """The answer as text, since stored bodies stand in it as they are; a line for each entry to read it by."""
    make_golden_record()
    answer = Client().get("/api/v1/changes/?speaker=ada-quill").content.decode()
    text = answer.replace('{"envelope"', '\n{"envelope"').replace('],"next"', '\n],"next"') + "\n"
    assert text == golden("changes.json", text)


def test_the_golden_revisions() -> None:
    make_golden_record()
    answer = Client().get("/api/v1/claims/bridge/revisions/").json()
    text = json.dumps(answer, indent=2, ensure_ascii=False) + "\n"
    assert text == golden("revisions.json", text)


def test_the_golden_page() -> None:
    make_golden()
    page = Client().get("/claims/bridge/").content.decode()
    # Collected files carry a hash of their content in their names.
    page = re.sub(r"(/static/[\w/-]+)\.[0-9a-f]{12}\.", r"\1.", page)
    assert page == golden("claim.html", page)
