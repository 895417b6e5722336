"""The second reader's page: what it shows is what would be published, and what is approved is what was shown."""

import datetime as dt
import re
from typing import Any

import pytest
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext
from django.urls import reverse
from makers import NOON, approve, make_claim, make_quotation, make_source, make_user, publish

from claims import documents, presentation, roles, workflow
from claims.contributions import contribute
from claims.models import Appearance, Claim, DeskNote, Event, Publication, Reply, Revision, Site, Verdict
from claims.publishing import body_digest

pytestmark = pytest.mark.django_db

TEXT = "The mayor said the bridge will open in spring. She did not name a month. It is on budget, she said."
BASE = "http://testserver"


def address(claim: Claim) -> str:
    return reverse("admin:claims_claim_second_read", args=[claim.pk])


def client_of(user: Any) -> Client:
    client = Client()
    client.force_login(user)
    return client


def submitted(slug: str = "bridge", **values: Any) -> Claim:
    claim = make_claim(slug, **values)
    workflow.apply("submit", verdict=claim.verdict, by=claim.verdict.author, at=NOON)
    return claim


def digest_on(page: str) -> str:
    (found,) = re.findall(r'name="digest_read" value="([0-9a-f]{64})"', page)
    return str(found)


def status(claim: Claim) -> str:
    return Verdict.objects.get(claim=claim).status


def fresh(claim: Claim) -> Claim:
    return Claim.objects.for_documents().get(pk=claim.pk)


def reply(claim: Claim, **values: Any) -> None:
    Reply.objects.create(
        verdict=claim.verdict,
        **{
            "asked_of": "The mayor's office",
            "asked_on": dt.date(2026, 2, 20),
            "by": "e-mail",
            "deadline": dt.date(2026, 2, 27),
            **values,
        },
    )


# The preview -------------------------------------------------------------------------------------------------------


def test_the_preview_is_what_is_served_once_it_is_published() -> None:
    claim = make_claim("bridge")
    reply(claim)
    preview = documents.preview(fresh(claim), site=Site.objects.current(), base_url=BASE)
    publish(claim)
    served = documents.served(Publication.objects.for_documents().get(), base_url=BASE)
    assert preview["revision"]["body_digest"] == served["revision"]["body_digest"]
    assert preview["revision"].keys() == served["revision"].keys()
    for document in (preview, served):
        del document["revision"], document["live"]["first_published_at"]
    assert preview == served


def test_a_preview_is_on_no_record() -> None:
    claim = publish(make_claim("bridge"))
    Claim.objects.update(title="Another title")
    document = documents.preview(fresh(claim), site=Site.objects.current(), base_url=BASE)
    assert document["revision"]["number"] == 2
    assert {document["revision"][name] for name in ("sequence", "at", "entry_digest", "previous")} == {None}
    assert document["live"]["first_published_at"] == "2026-03-01T12:00:00Z"
    page = presentation.claim_page(document, None)
    assert page.entry.at is None
    assert "Another title" not in Client().get("/claims/bridge/").content.decode()


def test_the_public_page_shows_the_right_of_reply() -> None:
    claim = make_claim("bridge")
    reply(claim, answer="We stand by it.\n\nAll of it.", answered_on=dt.date(2026, 2, 21))
    publish(claim)
    page = Client().get("/claims/bridge/").content.decode()
    for words in (
        "Right of reply",
        "The mayor’s office",
        "e-mail",
        "<p>We stand by it.</p>",
        "<p>All of it.</p>",
    ):
        assert words in page


def test_the_public_page_says_that_no_answer_came() -> None:
    claim = make_claim("bridge")
    reply(claim)
    publish(claim)
    assert "No answer by the deadline." in Client().get("/claims/bridge/").content.decode()


# The page ----------------------------------------------------------------------------------------------------------


def test_the_page_shows_the_claim_as_readers_will_have_it() -> None:
    claim = submitted()
    page = client_of(make_user()).get(address(claim)).content.decode()
    before = re.search(r'<article class="fact-check".*?</section>', page, re.S)
    publish_rest(claim)
    public = Client().get("/claims/bridge/").content.decode()
    assert before
    assert before[0] in public
    assert "Not yet on the record. It would be revision 1 of this claim." in page


def publish_rest(claim: Claim) -> None:
    reader = make_user()
    approve(claim.verdict, by=reader, at=NOON)
    workflow.apply("publish", verdict=claim.verdict, by=reader, at=NOON)


def test_the_head_says_who_and_since_when() -> None:
    author, other = make_user("lin", first_name="Lin", last_name="Marsh"), make_user("ola")
    claim = submitted(author=author, due_on=dt.date(2026, 3, 2))
    contribute(claim.subject, by=other, at=NOON)
    page = client_of(make_user()).get(address(claim)).content.decode()
    for words in (
        "Waiting for a second read",
        "1 March 2026, 12:00",
        "Lin Marsh",
        "ola",
        "2 March 2026",
        "Overdue",
    ):
        assert words in page


def test_a_first_publication_and_an_unchanged_text_say_so() -> None:
    claim = submitted()
    reader = client_of(make_user())
    assert "This is its first publication" in reader.get(address(claim)).content.decode()
    publish_rest(claim)
    assert "to the character the one that readers have" in reader.get(address(claim)).content.decode()


def test_what_is_new_is_told_word_by_word() -> None:
    claim = publish(make_claim("bridge"))
    Verdict.objects.update(summary="The works report does not support any date.")
    Claim.objects.update(title="<b>Will</b> it open?")
    page = client_of(make_user()).get(address(claim)).content.decode()
    removed = re.findall(r"<del>.*?</span>([^<]*)<", page)
    added = re.findall(r"<ins>.*?</span>([^<]*)<", page)
    assert "a" in removed
    assert "any" in added
    assert "&lt;b&gt;" in added
    assert "<b>Will" not in page


def test_a_withdrawn_text_is_what_a_restored_one_is_compared_with() -> None:
    claim = publish(make_claim("bridge"))
    publisher = make_user()
    workflow.apply("withdraw", verdict=claim.verdict, by=publisher, at=NOON, note="The report was forged.")
    workflow.apply("restore", verdict=claim.verdict, by=publisher, at=NOON)
    Verdict.objects.update(summary="The works report gives a date.")
    page = client_of(make_user()).get(address(claim)).content.decode()
    assert "Compared with the text that was withdrawn" in page
    assert page.count('class="change"') == 1


def test_quotations_stand_in_their_passages() -> None:
    source = make_source("article", text=TEXT)
    claim = submitted(source=make_source("other"))
    Appearance.objects.create(
        claim=claim,
        slug="article",
        source=source,
        mode="direct",
        language="en",
        quotation=make_quotation(source, "the bridge will open in spring. [...] It is on budget"),
    )
    page = client_of(make_user()).get(address(claim)).content.decode()
    passage = page[page.index('id="passage-wording-article"') :]
    passage = passage[: passage.index("</article>")]
    for words in (
        "The mayor said <mark",
        ">the bridge will open in spring.</mark>",
        "She did not name a month.",
        "left out, with a negation",
        "It is on budget</mark>, she said.",
        "Character for character",
    ):
        assert words in passage


def test_a_text_that_is_not_held_is_said_not_to_be() -> None:
    claim = submitted(source=make_source(held=False))
    page = client_of(make_user()).get(address(claim)).content.decode()
    assert page.count("This server does not hold the text: nothing here was checked") == 2
    assert "Character for character as in the archived text" not in page


def test_the_checklist_with_its_reasons_and_what_is_missing() -> None:
    claim = make_claim("bridge")
    Verdict.objects.update(summary="", no_reply_reason="")
    page = client_of(make_user()).get(address(claim)).content.decode()
    assert "The summary is missing" in page
    assert "<b>Explained:</b>" in page
    assert "The report is the only one." in page
    assert "<b>Open:</b> So far nobody was asked." in page


def test_a_claim_without_a_verdict_has_nothing_to_read() -> None:
    claim = Claim.objects.create(slug="bare", text="A sentence.", title="A title")
    answer = client_of(make_user()).get(address(claim))
    assert answer.status_code == 200
    assert "There is nothing to read yet" in answer.content.decode()
    assert client_of(make_user()).post(address(claim), {"do": "approve"}).status_code == 200
    assert client_of(make_user()).get("/admin/claims/claim/999999/second-read/").status_code == 404


def test_the_number_of_queries_does_not_grow_with_the_claim() -> None:
    claim = submitted()
    client = client_of(make_user())
    client.get(address(claim))
    with CaptureQueriesContext(connection) as few:
        client.get(address(claim))
    source = claim.appearances.get().source
    for number in range(6):
        more = make_source(f"more-{number}")
        Appearance.objects.create(
            claim=claim, slug=f"a-{number}", source=more, mode="direct", language="en",
            quotation=make_quotation(more, "three open defects"),
        )  # fmt: skip
        claim.verdict.evidence.create(stance="context", kind="law", source=source, locator="Article 1")
        DeskNote.objects.create(claim=claim, by=make_user(), at=NOON, text="A note.")
        contribute(claim.subject, by=make_user(), at=NOON)
    with CaptureQueriesContext(connection) as many:
        client.get(address(claim))
    assert len(many) == len(few)


# The decision ------------------------------------------------------------------------------------------------------


def test_an_approval_is_of_the_text_on_the_page() -> None:
    claim, reader = submitted(), make_user()
    client = client_of(reader)
    read = digest_on(client.get(address(claim)).content.decode())
    answer = client.post(address(claim), {"do": "approve", "digest_read": read, "note": "Well done."})
    assert (answer.status_code, answer.headers["Location"]) == (302, address(claim))
    verdict = Verdict.objects.get()
    assert (verdict.status, verdict.approver) == ("approved", reader)
    assert verdict.approved_digest == body_digest(fresh(claim))
    assert Event.objects.get(transition="approve").note == "Well done."


@pytest.mark.parametrize(
    ("read", "told"),
    [
        ("", "An approval is of one text: name the digest of what was read."),
        (None, "An approval is of one text: name the digest of what was read."),
        ("0" * 64, "The text was changed while you were reading it: read it again."),
    ],
)
def test_an_approval_of_no_text_or_another_is_refused(read: str | None, told: str) -> None:
    claim = submitted()
    data = {"do": "approve", "note": "Typed already."} | ({} if read is None else {"digest_read": read})
    answer = client_of(make_user()).post(address(claim), data)
    page = answer.content.decode()
    assert answer.status_code == 409
    assert told in page
    assert "Typed already." in page
    assert status(claim) == "submitted"


def test_a_text_that_was_changed_meanwhile_is_shown_again_and_not_approved() -> None:
    claim, client = submitted(), client_of(make_user())
    read = digest_on(client.get(address(claim)).content.decode())
    Verdict.objects.update(summary="Quite another summary.")
    page = client.post(address(claim), {"do": "approve", "digest_read": read}).content.decode()
    assert status(claim) == "submitted"
    assert "Quite another summary." in page
    assert digest_on(page) != read


def test_left_out_negations_are_acknowledged_by_name() -> None:
    claim, client = (
        submitted(source=make_source(text=f"{TEXT} There are three open defects.")),
        client_of(make_user()),
    )
    assert 'name="acknowledged"' not in client.get(address(claim)).content.decode()
    source = make_source("article", text=TEXT)
    Appearance.objects.create(
        claim=claim, slug="article", source=source, mode="direct", language="en",
        quotation=make_quotation(source, "the bridge will open in spring. [...] It is on budget"),
    )  # fmt: skip
    page = client.get(address(claim)).content.decode()
    assert "<q>She did not name a month.</q>" in page
    data = {"do": "approve", "digest_read": digest_on(page)}
    assert client.post(address(claim), data).status_code == 409
    assert client.post(address(claim), {**data, "acknowledged": "on"}).status_code == 302
    assert status(claim) == "approved"


def test_it_goes_back_with_a_note_and_not_without() -> None:
    claim, client = submitted(), client_of(make_user())
    refused = client.post(address(claim), {"do": "return", "note": "  "})
    assert "Say in a note why it goes back." in refused.content.decode()
    assert status(claim) == "submitted"
    assert client.post(address(claim), {"do": "return", "note": "The date\r\nis wrong."}).status_code == 302
    assert status(claim) == "draft"
    assert Event.objects.get(transition="return").note == "The date\nis wrong."
    assert "The date<br>is wrong." in client.get(address(claim)).content.decode()


def test_who_worked_on_it_is_told_why_they_cannot_approve_it() -> None:
    author = make_user()
    claim, client = submitted(author=author), client_of(author)
    page = client.get(address(claim)).content.decode()
    assert "its second read has to come from somebody else" in page
    assert 'value="approve"' not in page
    assert 'value="return"' in page
    answer = client.post(address(claim), {"do": "approve", "digest_read": digest_on(page)})
    assert (answer.status_code, status(claim)) == (409, "submitted")


@pytest.mark.parametrize("do", ["approve", "return"])
def test_a_reporter_reads_and_does_not_decide(do: str) -> None:
    claim, client = submitted(), client_of(make_user(role=roles.REPORTER))
    page = client.get(address(claim)).content.decode()
    assert "the permission to take this step; the groups that have it: Editor, Publisher" in page
    assert 'name="digest_read"' not in page
    assert client.post(address(claim), {"do": do, "note": "x"}).status_code == 403
    assert status(claim) == "submitted"


def test_a_draft_is_not_approved_from_here() -> None:
    claim, client = make_claim(), client_of(make_user())
    page = client.get(address(claim)).content.decode()
    assert "it has not been submitted for a second read" in page
    assert 'name="digest_read"' not in page
    assert client.post(address(claim), {"do": "approve"}).status_code == 409
    assert client.post(address(claim), {"do": "publish"}).status_code == 404
    assert not Revision.objects.exists()


def test_the_page_is_for_those_who_may_see_claims_and_verdicts() -> None:
    claim = submitted()
    for do in ({}, {"do": "note", "colleagues-text": "x"}, {"do": "approve"}):
        assert client_of(make_user(role=None)).post(address(claim), do).status_code == 403
    assert client_of(make_user(role=None)).get(address(claim)).status_code == 403
    assert not DeskNote.objects.exists()


def test_a_note_stays_with_the_claim() -> None:
    claim, reporter = submitted(), make_user(role=roles.REPORTER)
    client = client_of(reporter)
    empty = client.post(address(claim), {"do": "note", "colleagues-text": " "})
    assert "Write the note first." in empty.content.decode()
    client.post(address(claim), {"do": "note", "colleagues-text": "See the <report>.\r\nPage 3."})
    note = DeskNote.objects.get()
    assert (note.by, note.claim, note.text) == (reporter, claim, "See the <report>.\nPage 3.")
    page = client.get(address(claim)).content.decode()
    assert "See the &lt;report&gt;.<br>Page 3." in page
    publish_rest(claim)
    assert "See the" not in Client().get("/claims/bridge/").content.decode()
