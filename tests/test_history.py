"""The history of a fact-check for readers: every entry, every text at its address, what changed, and the feeds."""

import datetime as dt
import json
import re

import feedparser
import pytest
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext
from django.urls import reverse
from makers import NOON, approve, make_claim, make_published, make_user, publish
from visiting import queries

from claims import record, record_views, workflow
from claims.claimreview import claimreview
from claims.models import Claim, Publication, Rating, Revision, Verdict

pytestmark = pytest.mark.django_db


def page(address: str, status: int = 200) -> str:
    answer = Client().get(address)
    assert answer.status_code == status, address
    return answer.content.decode()


def sentences(text: str) -> str:
    return " ".join(re.sub(r"<[^>]+>", " ", text[text.index("<main") :]).split())


def revise(slug: str, *, kind: str, note: str = "", days: int = 1, rating: str = "", **texts: str) -> None:
    """Another text of a published claim, read by another person."""
    verdict = Verdict.objects.get(claim__slug=slug)
    at = NOON + dt.timedelta(days=days)
    workflow.apply("revise", verdict=verdict, by=verdict.author, at=at)
    Verdict.objects.filter(pk=verdict.pk).update(**texts)
    if rating:
        Verdict.objects.filter(pk=verdict.pk).update(rating=Rating.objects.get(slug=rating))
    verdict = Verdict.objects.get(pk=verdict.pk)
    workflow.apply("submit", verdict=verdict, by=verdict.author, at=at)
    approve(verdict, by=make_user(), at=at)
    workflow.apply("publish", verdict=verdict, by=make_user(), at=at, kind=kind, note=note)


def withdraw(slug: str, reason: str) -> None:
    verdict = Verdict.objects.get(claim__slug=slug)
    workflow.apply("withdraw", verdict=verdict, by=make_user(), at=NOON + dt.timedelta(days=9), note=reason)


def test_every_text_stays_at_its_address() -> None:
    make_published("one")
    revise("one", kind="clarification", note="Said more plainly.", summary="The summary, said plainly.")
    first = Revision.objects.of("claims/one")[0]
    old, new = page("/claims/one/history/1/"), page("/claims/one/history/2/")
    assert "It is not the text that stands today" in sentences(old)
    assert "It is the text that stands today" in sentences(new)
    assert "The summary, said plainly." in new
    assert "The summary, said plainly." not in old
    assert json.loads(first.body or "")["summary"] in sentences(old)
    for text in (old, new):
        assert '<meta name="robots" content="noindex">' in text
        assert "application/ld+json" not in text
    page("/claims/one/history/3/", 404)
    page("/claims/none/history/1/", 404)


def test_the_history_has_every_entry_newest_first() -> None:
    make_published("one")
    revise("one", kind="clarification", note="Said more plainly.", summary="The summary, said plainly.")
    withdraw("one", "The report was forged.")
    text = page("/claims/one/history/")
    assert re.findall(r'<li value="(\d+)">', text) == ["3", "2", "1"]
    said = sentences(text)
    for words in (
        "withdrawal",
        "The report was forged.",
        "clarification",
        "Said more plainly.",
        "first publication",
    ):
        assert words in said
    assert "/claims/one/history/3/" not in text, "a withdrawal has no text of its own"
    assert "The fact-check was withdrawn since" in sentences(page("/claims/one/history/1/"))
    assert "The report was forged." in sentences(page("/claims/one/history/3/"))


@pytest.mark.parametrize(
    ("address", "words", "there"),
    [
        ("/claims/one/compare/", "From revision 2 to revision 3", {"plainly", "again"}),
        ("/claims/one/compare/?to=2", "From revision 1 to revision 2", {"plainly"}),
        ("/claims/one/compare/?from=1&to=3", "From revision 1 to revision 3", {"again"}),
        ("/claims/one/compare/?from=3&to=1", "From revision 3 to revision 1", {"again"}),
        ("/claims/one/compare/?from=1&to=1", "the same to the character", set()),
        # What is no revision of it is left out, as a page does with parameters.
        ("/claims/one/compare/?from=7&to=x", "From revision 2 to revision 3", {"plainly", "again"}),
    ],
)
def test_any_two_texts_are_compared_word_by_word(address: str, words: str, there: set[str]) -> None:
    make_published("one")
    revise("one", kind="clarification", note="Plainer.", summary="The summary, said plainly.")
    revise("one", kind="update", note="Newer.", days=2, summary="The summary, said again.")
    text = page(address)
    assert words in sentences(text)
    changed = "".join(re.findall(r"<(?:ins|del)>.*?</(?:ins|del)>", text, re.DOTALL))
    assert {word for word in ("plainly", "again") if word in changed} == there


def test_a_first_text_has_nothing_to_be_compared_with() -> None:
    make_published("one")
    assert "nothing to compare it with" in sentences(page("/claims/one/compare/"))


def test_a_notice_stands_at_the_top_when_a_finding_changed_and_below_otherwise() -> None:
    make_published("quiet")
    revise("quiet", kind="correction", note="A word was wrong.", summary="The summary, put right.")
    make_published("loud")
    revise("loud", kind="correction", note="The rating was wrong.", rating="not-checkable")
    make_published("changed")
    revise("changed", kind="verdict_change", note="New evidence came.", rating="not-checkable")
    for slug, note, at_the_top in (
        ("quiet", "A word was wrong.", False),
        ("loud", "The rating was wrong.", True),
        ("changed", "New evidence came.", True),
    ):
        text = page(f"/claims/{slug}/")
        top, below = text[text.index("<main") :].split('aria-label="Findings"')
        assert (note in top) == at_the_top, slug
        assert note in below, slug


def restore(slug: str, note: str, *, rating: str = "") -> None:
    verdict = Verdict.objects.get(claim__slug=slug)
    workflow.apply("restore", verdict=verdict, by=make_user(), at=NOON)
    if rating:
        Verdict.objects.filter(pk=verdict.pk).update(rating=Rating.objects.get(slug=rating))
    publish(Claim.objects.get(slug=slug), kind="restoration", note=note)


@pytest.mark.parametrize(("rating", "at_the_top"), [("not-checkable", True), ("", False)])
def test_a_restoration_is_told_on_the_page_and_to_machines(rating: str, at_the_top: bool) -> None:
    make_published("one")
    withdraw("one", "The report was forged.")
    restore("one", "Restored after review.", rating=rating)
    # It is told for good, not until the next change.
    for told in (["restoration", "withdrawal"], ["update", "restoration", "withdrawal"]):
        text = page("/claims/one/")
        top, below = text[text.index("<main") :].split('aria-label="Findings"')
        assert ("Restored after review." in top) == at_the_top
        assert "The report was forged." not in top
        assert "Restored after review." in below
        assert "The report was forged." in below
        document = Client().get("/api/v1/claims/one/").json()
        assert [notice["kind"] for notice in document["live"]["notices"]] == told
        assert [comment["text"] for comment in claimreview(document)["correction"]] == [
            "Restoration: Restored after review.",
            "Withdrawal: The report was forged.",
        ]
        for marks in ("..", ". ."):
            assert marks not in sentences(text[: text.index("</main>")]), "a note brings its own full stop"
        if len(told) == 2:
            revise("one", kind="update", note="Newer.", days=20, summary="The summary, said again.")


@pytest.mark.parametrize("redacted", [1, 2])
def test_what_was_taken_out_takes_no_notice_off_the_top(redacted: int) -> None:
    make_published("one")
    revise("one", kind="correction", note="The rating was wrong.", rating="mixed")
    revise("one", kind="correction", note="A word was wrong.", days=2, summary="Put right.")
    revise("one", kind="update", note="Newer.", days=3, summary="Newer.")

    def loud() -> list[str]:
        top = page("/claims/one/").split('aria-label="Findings"')[0]
        return [
            note for note in ("The rating was wrong.", "A word was wrong.", "Newer.") if f": {note} <a" in top
        ]

    assert loud() == ["The rating was wrong."]
    sequence = Revision.objects.of("claims/one")[redacted - 1].sequence
    record.redact(sequence=sequence, reason="It named a private address.", at=NOON)
    # Where the text before was taken out, nobody can tell any more that a correction left the findings as they were.
    assert loud() == ["The rating was wrong.", "A word was wrong."][:redacted]
    assert sentences(page("/claims/one/history/")).count("Perhaps a finding changed:") == redacted


def test_a_fact_check_that_was_changed_often_is_no_dearer(monkeypatch: pytest.MonkeyPatch) -> None:
    make_published("one")
    monkeypatch.setattr(record_views, "ROWS", 3)

    def bodies_read(address: str) -> int:
        page(address)
        with CaptureQueriesContext(connection) as counted:
            page(address)
        read = (query["sql"].split(" FROM ")[0] for query in counted.captured_queries)
        return sum('"claims_revision"."body"' in columns for columns in read)

    pages = ("/claims/one/", "/claims/one/history/")
    revise("one", kind="correction", note="A word was wrong.", summary="Put right.")
    before = [(bodies_read(address), queries(address)) for address in pages]
    for number in range(2, 8):
        kind = "correction" if number % 2 else "clarification"
        revise("one", kind=kind, note="Again.", days=number, summary=f"The summary {number}.")
    assert [bodies_read(address) for address in pages] == [count for count, _ in before]
    assert [queries(address) for address in pages] == [count for _, count in before]


def test_a_long_history_is_read_in_pages(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(record_views, "ROWS", 2)
    make_published("one")
    for number in range(1, 5):
        revise("one", kind="update", note="Newer.", days=number, summary=f"The summary {number}.")
    address, found = "/claims/one/history/", []
    while True:
        text = page(address)
        found += re.findall(r'<li value="(\d+)">', text)
        assert text.count("<option>") + text.count("<option selected>") == 10, "any two can be compared"
        older = re.search(r'href="(\?before=\d+)"', text)
        if older is None:
            break
        address = f"/claims/one/history/{older[1]}"
    assert found == ["5", "4", "3", "2", "1"]


def test_a_redacted_text_is_gone_with_its_reason() -> None:
    make_published("one")
    revise("one", kind="correction", note="A word was wrong.", summary="The summary, put right.")
    sequence = Revision.objects.of("claims/one")[0].sequence
    record.redact(sequence=sequence, reason="It named a private address.", at=NOON)
    text = page("/claims/one/history/1/", 410)
    assert "It named a private address." in sentences(text)
    assert "It named a private address." in sentences(page("/claims/one/history/"))
    assert "/claims/one/history/1/" not in page("/claims/one/history/")
    assert "nothing to compare it with" in sentences(page("/claims/one/compare/"))


def test_what_has_no_text_is_not_compared_with_something_else() -> None:
    make_published("one")
    for days in (1, 2):
        revise("one", kind="update", note="Newer.", days=days, summary=f"The summary {days}.")
    record.redact(sequence=Revision.objects.of("claims/one")[1].sequence, reason="Private.", at=NOON)
    for question, without in (("?to=2", [2]), ("?from=4&to=3", [4]), ("?from=2&to=4", [2, 4])):
        text = page(f"/claims/one/compare/{question}")
        for number in without:
            assert f"Revision {number} has no text to be compared." in sentences(text)
        assert "<ins>" not in text
        assert "Choose two others below." in sentences(text)
    assert "From revision 1 to revision 3" in sentences(page("/claims/one/compare/"))


def test_what_is_being_written_is_nowhere() -> None:
    make_published("one")
    make_claim("draft", title="A secret draft")
    verdict = Verdict.objects.get(claim__slug="one")
    workflow.apply("revise", verdict=verdict, by=verdict.author, at=NOON)
    Verdict.objects.filter(pk=verdict.pk).update(summary="A secret summary.")
    Claim.objects.filter(slug="one").update(title="A secret title")
    for address in (
        "/claims/one/history/",
        "/claims/one/history/1/",
        "/claims/one/compare/",
        "/corrections/",
        "/feed.atom",
        "/corrections/feed.atom",
    ):
        assert "secret" not in Client().get(address).content.decode().casefold(), address
    for address in ("/claims/draft/history/", "/claims/draft/compare/", "/claims/draft/history/1/"):
        page(address, 404)


def test_the_corrections_page_tells_what_readers_should_know_newest_first() -> None:
    assert "Nothing has been corrected so far." in page("/corrections/")
    for slug in ("one", "two", "three"):
        make_published(slug)
    revise("one", kind="typo", summary=Verdict.objects.get(claim__slug="one").summary.removesuffix("."))
    revise("two", kind="correction", note="A word was wrong.", summary="Put right.")
    withdraw("three", "The report was forged.")
    text = page("/corrections/")
    assert re.findall(r'<h3><a href="/claims/([\w-]+)/">', text) == ["three", "two"]
    assert "A word was wrong." in text
    assert "The report was forged." in text
    assert "Since withdrawn." not in text


def test_a_notice_of_a_fact_check_that_was_withdrawn_since_is_marked() -> None:
    for slug in ("one", "two"):
        make_published(slug)
        revise(slug, kind="correction", note=f"Of {slug}.", summary="Put right.")

    def told() -> list[tuple[str, bool]]:
        notices = re.findall(r"(?s)<li>\s*<p><b>(.*?)</b>(.*?)</p>", page("/corrections/"))
        return [(kind, "Since withdrawn." in rest) for kind, rest in notices]

    withdraw("one", "The report was forged.")
    assert told() == [("Withdrawal", False), ("Correction", False), ("Correction", True)]
    entries = feedparser.parse(Client().get("/corrections/feed.atom").content).entries
    assert ["since withdrawn" in entry.title for entry in entries] == [False, False, True]
    assert entries[2].summary == "The fact-check was withdrawn since. Of one."
    # A reader of the feed is shown it again.
    assert entries[2].updated == entries[0].updated > entries[2].published
    restore("one", "It was not forged.")
    assert not any(marked for _, marked in told())


def test_the_feed_has_a_corrected_entry_at_the_top_under_its_old_identifier() -> None:
    for slug in ("one", "two", "three"):
        make_published(slug)
    before = feedparser.parse(Client().get("/feed.atom").content)
    assert [entry.link.split("/")[-2] for entry in before.entries] == ["three", "two", "one"]
    revise("one", kind="correction", note="A word was wrong.", summary="Put right.")
    withdraw("two", "The report was forged.")
    answer = Client().get("/feed.atom")
    assert answer["Content-Type"].startswith("application/atom+xml")
    after = feedparser.parse(answer.content)
    assert not after.bozo
    assert [entry.link.split("/")[-2] for entry in after.entries] == ["one", "three"]
    old = {entry.link: entry for entry in before.entries}[after.entries[0].link]
    assert after.entries[0].id == old.id
    assert after.entries[0].published == old.published
    assert after.entries[0].updated > old.updated
    assert "Put right." in after.entries[0].summary


def test_the_feed_of_corrections_names_each_notice() -> None:
    make_published("one", title='Title with <b>marks</b> & "signs"')
    revise("one", kind="correction", note="A word & more was wrong.", summary="Put right.")
    found = feedparser.parse(Client().get("/corrections/feed.atom").content)
    assert not found.bozo
    (entry,) = found.entries
    assert entry.title.startswith("Correction: Title with")
    assert "A word & more was wrong." in entry.summary
    assert entry.link.endswith("/claims/one/history/2/")


def test_a_typing_error_is_offered_only_where_it_is_one() -> None:
    claim = make_published("one")
    verdict = Verdict.objects.get(claim=claim)
    workflow.apply("revise", verdict=verdict, by=verdict.author, at=NOON)
    Verdict.objects.filter(pk=verdict.pk).update(summary=f"{verdict.summary} In 2031.")
    verdict.refresh_from_db()
    workflow.apply("submit", verdict=verdict, by=verdict.author, at=NOON)
    approve(verdict, by=make_user())
    with pytest.raises(
        workflow.Refused, match=r"Words or signs came or went \(summary\): this is no typing error"
    ):
        workflow.apply("publish", verdict=verdict, by=make_user(), at=NOON, kind="typo")
    assert Publication.objects.get(slug="one").revision.number == 1


def test_a_verdict_is_not_turned_round_by_a_typing_error() -> None:
    make_published("one")
    said = "Putin sent nine thousand soldiers and 5 million roubles. It is legal."
    revise("one", kind="clarification", note="Who sent what.", summary=said)
    turned = "Zelensky sent ninety thousand soldiers and 5 billion roubles. It is illegal."
    with pytest.raises(workflow.Refused, match="“Putin” became “Zelensky”"):
        revise("one", kind="typo", summary=turned)
    assert Publication.objects.get(slug="one").revision.number == 2


def test_who_publishes_is_told_why_it_is_no_typing_error() -> None:
    claim = make_published("one")
    verdict = Verdict.objects.get(claim=claim)
    workflow.apply("revise", verdict=verdict, by=verdict.author, at=NOON)
    Verdict.objects.filter(pk=verdict.pk).update(summary="The works report does not support a year.")
    workflow.apply("submit", verdict=verdict, by=verdict.author, at=NOON)
    approve(verdict, by=make_user())
    client = Client()
    client.force_login(make_user(is_superuser=True, is_staff=True))
    answer = client.get(reverse("admin:claims_claim_transition", args=[claim.pk, "publish"]))
    assert "typo" not in dict(answer.context["form"].fields["kind"].choices)
    assert "“date” became “year” (summary): this is no typing error." in answer.content.decode()


def test_publishing_again_after_a_withdrawal_is_in_the_history() -> None:
    claim = make_published("one")
    withdraw("one", "The report was forged.")
    verdict = Verdict.objects.get(claim=claim)
    workflow.apply("restore", verdict=verdict, by=make_user(), at=NOON)
    publish(Claim.objects.get(slug="one"), kind="restoration", note="It was not forged.")
    assert re.findall(r'<li value="(\d+)">', page("/claims/one/history/")) == ["3", "2", "1"]
    assert "From revision 1 to revision 3" in sentences(page("/claims/one/compare/"))
