"""What the desk says before a step is taken: who can take it, what it changes for readers, and what they reported."""

import html
import re
from typing import Any

import pytest
from django.test import Client
from django.urls import reverse
from makers import NOON, make_claim, make_published, make_user

from claims import roles, workflow
from claims.admin.steps import bar
from claims.models import Claim, ErrorReport, Rating, Revision

pytestmark = pytest.mark.django_db


def words(page: str) -> str:
    return html.unescape(" ".join(re.sub(r"<[^>]+>", " ", page).split()))


def said(name: str, claim: Claim, **post: str) -> Any:
    client = Client()
    client.force_login(make_user())
    address = reverse("admin:claims_claim_transition", args=[claim.pk, name])
    return client.post(address, post) if post else client.get(address)


def take(claim: Claim, *names: str) -> None:
    for name in names:
        by = claim.verdict.author if name == "submit" else make_user()
        workflow.apply(
            name, verdict=claim.verdict, by=by, at=NOON, note="The paper was forged.", **_read(name, claim)
        )


def _read(name: str, claim: Claim) -> dict[str, str]:
    from claims.publishing import digest_to_read

    fresh = Claim.objects.for_documents().get(pk=claim.pk)
    return {"digest_read": digest_to_read(fresh)} if name == "approve" else {}


# What was done to a claim; what the bar says of who goes on, to a reporter and to an editor.
NEXT: list[tuple[str, tuple[str, ...], str, str]] = [
    ("draft", (), "", ""),
    ("draft", ("submit",), "An Editor or a Publisher can be its second reader.", ""),
    ("draft", ("submit", "approve"), "A Publisher can publish it.", "A Publisher can publish it."),
    ("public", (), "An Editor or a Publisher can take it up for a revision.", ""),
    ("public", ("withdraw",), "A Publisher can take it up again.", "A Publisher can take it up again."),
]


@pytest.mark.parametrize(("begins", "names", "reporter", "editor"), NEXT)
def test_who_cannot_go_on_reads_who_can(
    begins: str, names: tuple[str, ...], reporter: str, editor: str
) -> None:
    claim = make_published("bridge") if begins == "public" else make_claim("bridge")
    take(claim, *names)
    for role, sentence in ((roles.REPORTER, reporter), (roles.EDITOR, editor), (roles.PUBLISHER, "")):
        hint = bar(claim, by=make_user(role=role), here="claim").hint
        assert hint.endswith(sentence)
        assert (" can " in hint.replace("can be submitted", "").replace("can be published", "")) == bool(
            sentence
        )


def test_a_draft_that_changes_nothing_is_said_to() -> None:
    claim = make_published("bridge")
    take(claim, "revise")
    assert (
        bar(claim, by=make_user(), here="claim").hint
        == "Nothing is changed yet: readers have this text already."
    )
    take(claim, "submit", "approve")
    assert "Nothing was changed: readers have this text already" in words(
        said("publish", claim).content.decode()
    )
    answer = said("publish", claim, kind="correction", note="Corrected.")
    assert answer.status_code == 409
    assert Revision.objects.of(claim.subject).count() == 1


def test_the_page_of_a_restoration_says_that_it_is_one_and_what_is_another() -> None:
    claim = make_published("bridge")
    take(claim, "withdraw", "restore")
    verdict = claim.verdict
    verdict.rating = Rating.objects.get(slug="true", scale=verdict.methodology.scale)
    before = verdict.attribution.label
    verdict.save()
    # The finding has its evidence.
    verdict.evidence.update(stance="supports")
    take(claim, "submit", "approve")
    page = words(said("publish", claim).content.decode())
    assert "Publish again: a restoration" in page
    assert "It was withdrawn on 1 March 2026: The paper was forged. What you publish now restores it" in page
    assert "A finding is another than before it was withdrawn." in page
    assert re.search(r"Is it true\? Until now “[^”]+”, then “True, 5 on the scale", page)
    assert "Did they say it? Until now" not in page, before
    assert "What is another than in the text that was withdrawn" in page


def test_the_page_of_a_correction_says_what_each_kind_means_and_what_readers_reported() -> None:
    claim = make_published("bridge")
    open_, closed = (
        ErrorReport.objects.create(claim=claim, text=text, reported_at=NOON, due_on=NOON.date(), **rest)
        for text, rest in [
            ("It opened in June.", {}),
            ("Nonsense.", {"outcome": "upheld", "outcome_note": "It holds."}),
        ]
    )
    take(claim, "revise")
    claim.verdict.summary += " As of now."
    claim.verdict.save()
    take(claim, "submit", "approve")
    page = said("publish", claim).content.decode()
    for meaning in ("Nothing was wrong, but something could be misread.", "As of now.", "It opened in June."):
        assert meaning in page
    assert reverse("admin:claims_errorreport_change", args=[open_.pk]) in page
    assert closed.text not in page
    assert "A finding is another" not in page
    # Of a first publication there is nothing to compare.
    first = make_claim("tunnel")
    take(first, "submit", "approve")
    assert "What is another" not in said("publish", first).content.decode()


def test_times_in_lists_are_those_of_the_pages() -> None:
    make_published("bridge")
    client = Client()
    client.force_login(make_user())
    page = client.get(reverse("admin:claims_event_changelist")).content.decode()
    assert "1 Mar 2026, 12:00 UTC" in page
    assert "p.m." not in page
    assert "noon" not in page
