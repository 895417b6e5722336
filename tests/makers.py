"""Plain factories: each makes one row that its model's rules accept, with made-up content."""

import datetime as dt
import itertools
from typing import Any

from django.apps import apps
from django.contrib.auth.models import Group, User

from claims import roles, workflow
from claims.models import (
    Appearance,
    AttributionFinding,
    Claim,
    Event,
    Evidence,
    Methodology,
    Rating,
    RatingScale,
    Site,
    Speaker,
    Topic,
    Verdict,
)
from claims.publishing import digest_to_read
from sources import quotations
from sources.models import Publisher, Quotation, Snapshot, Source, fingerprint

NOON = dt.datetime(2026, 3, 1, 12, tzinfo=dt.UTC)

TEXT = (
    "Mayor Ada Quill said on Monday that “the bridge will open in spring.” Critics doubted it.\n\n"
    "The works report lists three open defects. A tender closed in May. The council voted twice on the bridge."
)

_numbers = itertools.count(1)


def number_from(first: int) -> None:
    """Rows that several processes make in one database are told apart by their numbers."""
    global _numbers
    _numbers = itertools.count(first)


def make_user(username: str = "", *, role: str | None = roles.PUBLISHER, **values: Any) -> User:
    """A member of the staff, in the group that may do all; `role` None belongs to no group."""
    name = username or f"editor-{next(_numbers)}"
    user = User.objects.create_user(name, **{"is_staff": True, **values})
    if role:
        if not Group.objects.filter(name=role).exists():
            # A test that empties the tables took the groups of the migration with it.
            roles.grant(apps)
        user.groups.add(Group.objects.get(name=role))
    return user


def make_publisher(slug: str = "valley-courier", **values: Any) -> Publisher:
    made, _ = Publisher.objects.get_or_create(slug=slug, defaults={"name": "Valley Courier", **values})
    return made


def make_source(slug: str = "", *, text: str | None = TEXT, held: bool = True, **values: Any) -> Source:
    source = Source.objects.create(
        slug=slug or f"article-{next(_numbers)}",
        **{
            "kind": "article",
            "title": "Bridge to open",
            "language": "en",
            "publisher": make_publisher(),
            **values,
        },
    )
    if text is not None:
        make_snapshot(source, text=text, held=held)
    return source


def make_snapshot(source: Source, *, text: str = TEXT, held: bool = True) -> Snapshot:
    return Snapshot.objects.create(
        source=source,
        sha256=fingerprint(text),
        length=len(text),
        text=text if held else None,
        how="Made up for a test.",
    )


def make_quotation(source: Source, words: str, **where: str) -> Quotation:
    snapshot = source.snapshots.get()
    found = quotations.locate(words, snapshot.text or TEXT, **where)
    assert isinstance(found, quotations.Found), found
    row = Quotation.of(snapshot=snapshot, quotation=found.quotation)
    row.save()
    return row


def make_speaker(slug: str = "ada-quill", **values: Any) -> Speaker:
    made, _ = Speaker.objects.get_or_create(
        slug=slug, defaults={"name": "Ada Quill", "kind": "person", **values}
    )
    return made


def make_topic(slug: str = "bridge", **values: Any) -> Topic:
    made, _ = Topic.objects.get_or_create(slug=slug, defaults={"name": "The bridge", **values})
    return made


def make_methodology(version: str = "1") -> Methodology:
    made, created = Methodology.objects.get_or_create(
        version=version, defaults={"title": "How we check", "rules": "Evidence is quoted to the character."}
    )
    if created:
        scale = RatingScale.objects.create(methodology=made, worst=1, best=5)
        for position, (slug, label, value) in enumerate(
            [
                ("false", "False", 1),
                ("mixed", "Mixed", 3),
                ("true", "True", 5),
                ("not-checkable", "Not checkable", None),
            ]
        ):
            Rating.objects.create(
                scale=scale,
                slug=slug,
                label=label,
                value=value,
                definition=f"{label}, as defined.",
                position=position,
            )
        for position, (slug, label) in enumerate([("confirmed", "Confirmed"), ("reported", "Reported")]):
            AttributionFinding.objects.create(
                methodology=made,
                slug=slug,
                label=label,
                definition=f"{label}, as defined.",
                position=position,
            )
    return made


def make_site() -> Site:
    site = Site.objects.current()
    site.name = "Test desk"
    site.publisher = make_publisher("test-desk", name="Test Desk", site="desk.example")
    site.save()
    return site


def make_claim(
    slug: str = "",
    *,
    source: Source | None = None,
    author: User | None = None,
    rating: str = "false",
    attribution: str = "reported",
    **values: Any,
) -> Claim:
    """A draft that lacks nothing: one direct appearance, one piece of evidence, both findings."""
    make_site()
    number = next(_numbers)
    source = source or make_source()
    methodology = make_methodology()
    claim = Claim.objects.create(
        slug=slug or f"claim-{number}",
        **{
            "text": f"The bridge number {number} will open in spring.",
            "title": f"Will bridge number {number} open in spring?",
            "language": "en",
            "speaker": make_speaker(),
            "claimed_on": dt.date(2026, 2, 2),
            "claimed_on_precision": "day",
            **values,
        },
    )
    claim.topics.add(make_topic())
    Appearance.objects.create(
        claim=claim,
        slug="courier",
        source=source,
        first=True,
        mode="direct",
        role="Mayor",
        language="en",
        quotation=make_quotation(source, "the bridge will open in spring."),
    )
    verdict = Verdict.objects.create(
        claim=claim,
        methodology=methodology,
        attribution=AttributionFinding.objects.get(methodology=methodology, slug=attribution),
        rating=Rating.objects.get(scale__methodology=methodology, slug=rating),
        summary="The works report does not support a date.",
        rationale="The report lists **three** open defects.",
        one_source_reason="The report is the only one.",
        one_side_reason="Nothing speaks for it.",
        no_reply_reason="The mayor had said all she would say.",
        author=author or make_user(),
    )
    Evidence.objects.create(
        verdict=verdict,
        stance="refutes",
        kind="passage",
        source=source,
        note="Open defects are listed.",
        quotation=make_quotation(source, "three open defects"),
    )
    return claim


def digest_of(claim: Claim) -> str:
    """What stands for the text as it is now, as the second reader's page has it."""
    return digest_to_read(Claim.objects.for_documents().get(pk=claim.pk))


def approve(verdict: Verdict, *, by: User, at: dt.datetime = NOON, **words: Any) -> Event:
    """Approve the text as it stands now."""
    return workflow.apply(
        "approve", verdict=verdict, by=by, at=at, digest_read=digest_of(verdict.claim), **words
    )


def publish(claim: Claim, *, at: dt.datetime = NOON, kind: str = "publication", note: str = "") -> Claim:
    """Take a draft through the workflow's door: submit, approve by another person, publish."""
    verdict, reader = claim.verdict, make_user()
    workflow.apply("submit", verdict=verdict, by=verdict.author, at=at)
    approve(verdict, by=reader, at=at)
    workflow.apply("publish", verdict=verdict, by=reader, at=at, kind=kind, note=note)
    return Claim.objects.get(pk=claim.pk)


def make_published(slug: str = "", **values: Any) -> Claim:
    return publish(make_claim(slug, **values))
