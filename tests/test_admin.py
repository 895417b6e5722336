"""The admin: every page opens, what only the program writes stays read-only, and actions go through the one door."""

import re
from typing import Any

import pytest
from django.contrib import admin
from django.test import Client
from django.urls import reverse
from filling import filled
from makers import NOON, digest_of, make_claim, make_published, make_speaker, make_user

from claims.contributions import contribute
from claims.models import Claim, Contribution, Publication, Revision, Speaker, Verdict

pytestmark = pytest.mark.django_db


def signed_in(**values: Any) -> Client:
    client = Client()
    client.force_login(make_user(is_superuser=True, **values))
    return client


@pytest.mark.parametrize("model", admin.site._registry, ids=lambda model: model._meta.label)
def test_every_page_opens(model: Any) -> None:
    make_published()
    client, name = signed_in(), f"admin:{model._meta.app_label}_{model._meta.model_name}"
    assert client.get(reverse(f"{name}_changelist"), {"q": "bridge"}).status_code == 200
    assert client.get(reverse(f"{name}_add")).status_code in (200, 403)
    row = model._default_manager.first()
    if row is not None:
        assert client.get(reverse(f"{name}_change", args=[row.pk])).status_code == 200


@pytest.mark.parametrize("model", [Revision, Publication])
def test_the_record_is_read_only(model: Any) -> None:
    make_published()
    client, row = signed_in(), model.objects.first()
    before = list(model.objects.values())
    name = f"admin:{model._meta.app_label}_{model._meta.model_name}"
    assert client.post(reverse(f"{name}_add"), {"note": "x"}).status_code == 403
    assert client.post(reverse(f"{name}_change", args=[row.pk]), {"note": "x"}).status_code == 403
    assert client.post(reverse(f"{name}_delete", args=[row.pk]), {"post": "yes"}).status_code == 403
    delete = {"action": "delete_selected", "_selected_action": [row.pk], "post": "yes"}
    client.post(reverse(f"{name}_changelist"), delete)
    assert list(model.objects.values()) == before


def act(client: Client, action: str, verdict: Verdict) -> str:
    response = client.post(
        reverse("admin:claims_verdict_changelist"),
        {"action": action, "_selected_action": [verdict.pk]},
        follow=True,
    )
    verdict.refresh_from_db()
    return str(response.content.decode())


def read(client: Client, verdict: Verdict) -> str:
    """Approve on the second reader's page, to which the list's action leads."""
    list_page = reverse("admin:claims_verdict_changelist")
    chosen = client.post(list_page, {"action": "approve", "_selected_action": [verdict.pk]})
    page = reverse("admin:claims_claim_second_read", args=[verdict.claim_id])
    assert chosen.headers["Location"] == page
    digest = digest_of(verdict.claim)
    response = client.post(page, {"do": "approve", "digest_read": digest}, follow=True)
    verdict.refresh_from_db()
    return str(response.content.decode())


def test_a_claim_goes_from_draft_to_publication_by_two_people() -> None:
    author = make_user(is_superuser=True)
    first, second = Client(), signed_in()
    first.force_login(author)
    verdict = make_claim(author=author).verdict
    act(first, "submit", verdict)
    assert "worked on this text" in read(first, verdict)
    assert verdict.status == "submitted"
    read(second, verdict)
    act(second, "publish", verdict)
    assert verdict.status == "published"
    assert Publication.objects.count() == 1


def test_whoever_edits_a_claim_in_the_admin_is_a_contributor() -> None:
    editor = make_user(is_superuser=True)
    client = Client()
    client.force_login(editor)
    claim = make_claim("one")
    address = reverse("admin:claims_claim_change", args=[claim.pk])
    data = filled(client, address)
    data["title"] = "Another title"
    response = client.post(address, data)
    assert response.status_code == 302, response.context["errors"]
    assert Claim.objects.get().title == "Another title"
    assert list(Contribution.objects.values_list("subject", "user")) == [(claim.subject, editor.pk)]


def test_who_wrote_the_claim_before_its_verdict_cannot_be_the_second_reader() -> None:
    """The claim's writer and the verdict's are two people; neither may approve."""
    claim = make_claim("one")
    writer = make_user(is_superuser=True)
    contribute(claim.subject, by=writer, at=NOON)
    client = Client()
    client.force_login(writer)
    act(client, "submit", claim.verdict)
    assert "worked on this text" in read(client, claim.verdict)
    assert claim.verdict.status == "submitted"


def put_on_record(client: Client, row: Any, note: str = "She married.") -> str:
    """Ask for the page that shows what readers would get, and confirm what it showed; what is answered."""
    address = reverse(f"admin:{row._meta.label_lower.replace('.', '_')}_changelist")
    page = client.post(address, {"action": "put_on_record", "_selected_action": [row.pk]})
    (seen,) = re.findall(r'name="seen-\d+" value="(\w+)"', page.content.decode())
    data = {"action": "put_on_record", "_selected_action": [row.pk], "confirmed": "1", "note": note}
    return str(client.post(address, {**data, f"seen-{row.pk}": seen}, follow=True).content.decode())


def test_a_changed_name_is_public_by_an_entry_only() -> None:
    make_published()
    client, speaker = signed_in(), Speaker.objects.get()
    address = reverse("admin:claims_speaker_changelist")
    Speaker.objects.update(name="Ada Quill-Marsh")
    assert "Quill-Marsh" not in Client().get("/speakers/ada-quill/").content.decode()
    page = client.post(address, {"action": "put_on_record", "_selected_action": [speaker.pk]})
    assert "Ada Quill → Ada Quill-Marsh" in page.content.decode()
    assert "Say in a public note" in put_on_record(client, speaker, note=" ")
    assert Revision.objects.of("speakers/ada-quill").count() == 1
    put_on_record(client, speaker)
    assert "Quill-Marsh" in Client().get("/speakers/ada-quill/").content.decode()
    entries = Revision.objects.of("speakers/ada-quill")
    assert [(entry.number, entry.note) for entry in entries][1:] == [(2, "She married.")]
    assert "the record says so already" in put_on_record(client, speaker)
    assert entries.count() == 2
    unused = make_speaker("unused", name="Unused")
    assert "not used by a published fact-check" in put_on_record(client, unused)


def test_saving_without_a_change_changes_nothing() -> None:
    """A browser sends CR LF where the text has LF; that is no edit, and nobody becomes a contributor by it."""
    verdict = make_claim("one").verdict
    Verdict.objects.update(rationale="First.\n\nSecond.")
    before = digest_of(verdict.claim)
    client, address = signed_in(), reverse("admin:claims_verdict_change", args=[verdict.pk])
    data = filled(client, address)
    data["rationale"] = "First.\r\n\r\nSecond."
    assert client.post(address, data).status_code == 302
    assert digest_of(verdict.claim) == before
    assert not Contribution.objects.exists()


def test_an_approval_that_an_edit_made_void_can_be_sent_back() -> None:
    verdict = make_claim().verdict
    act(signed_in(), "submit", verdict)
    read(signed_in(), verdict)
    Claim.objects.update(title="Edited since")
    assert "read again" in act(signed_in(), "publish", verdict)
    client = signed_in()
    list_page = reverse("admin:claims_verdict_changelist")
    chosen = client.post(list_page, {"action": "send_back", "_selected_action": [verdict.pk]})
    page = reverse("admin:claims_claim_transition", args=[verdict.claim_id, "return"])
    assert chosen.headers["Location"] == page
    assert client.post(page, {"note": ""}).status_code == 200
    client.post(page, {"note": "Say since when."})
    verdict.refresh_from_db()
    assert verdict.status == "draft"
    assert verdict.events.get(transition="return").note == "Say since when."


@pytest.mark.parametrize("action", ["approve", "send_back"])
def test_what_takes_one_reader_s_words_is_done_for_one_claim_at_a_time(action: str) -> None:
    verdicts = [make_claim().verdict, make_claim().verdict]
    for verdict in verdicts:
        act(signed_in(), "submit", verdict)
    address = reverse("admin:claims_verdict_changelist")
    data = {"action": action, "_selected_action": [verdict.pk for verdict in verdicts]}
    assert "one claim at a time" in signed_in().post(address, data, follow=True).content.decode()
    assert set(Verdict.objects.values_list("status", flat=True)) == {"submitted"}
