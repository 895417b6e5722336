"""Merging at the desk: from the list or from a row, side by side, and refused to the wrong role."""

from typing import Any

import pytest
from django.test import Client
from django.urls import reverse
from makers import make_claim, make_published, make_source, make_speaker, make_topic, make_user

from claims.models import Redirect, Revision, Speaker, Topic
from claims.roles import EDITOR, PUBLISHER, REPORTER
from claims.verification import verify_record
from sources.models import Source

pytestmark = pytest.mark.django_db


def signed_in(role: str | None = PUBLISHER) -> Client:
    client = Client()
    client.force_login(make_user(role=role))
    return client


def two_speakers() -> tuple[Speaker, Speaker]:
    return make_speaker(), make_speaker("a-quill", name="A. Quill", description="Mayor since 2019.")


def address(gone: Any) -> str:
    model = gone._meta
    return reverse(f"admin:{model.app_label}_{model.model_name}_merge", args=[gone.pk])


def sent(client: Client, kept: Any, gone: Any, **values: str) -> dict[str, str]:
    """What a browser sends from the page of two rows that nobody touched, but for `values`."""
    plan = client.get(address(gone), {"into": kept.pk}).context["plan"]
    chosen = {f"choice-{line.name}": "kept" for line in plan.choices}
    return {"into": str(kept.pk), "seen": plan.seen, **chosen, **values}


def test_two_rows_of_the_list_are_merged() -> None:
    kept, gone = two_speakers()
    make_published("one", speaker=gone)
    make_published("two", speaker=kept)
    client, listed = signed_in(), reverse("admin:claims_speaker_changelist")
    action = {"action": "merge_two", "_selected_action": [kept.pk, gone.pk]}
    page = client.post(listed, action, follow=True)
    text = page.content.decode()
    assert "Merge “A. Quill” into “Ada Quill”" in text
    assert "1 published fact-check shows “A. Quill”" in text
    assert "Taken over, since it is empty here." in text
    done = client.post(address(gone), sent(client, kept, gone, note="One person."), follow=True)
    assert "was merged into" in done.content.decode()
    assert "Readers are told by entry" in done.content.decode()
    assert [*verify_record()] == []
    kept.refresh_from_db()
    assert [row.name for row in kept.aliases.all()] == ["A. Quill"]


def test_one_or_three_rows_are_not_two() -> None:
    rows = [make_speaker(f"s{number}", name=f"S {number}") for number in range(3)]
    client, listed = signed_in(), reverse("admin:claims_speaker_changelist")
    for chosen in (rows[:1], rows):
        action = {"action": "merge_two", "_selected_action": [row.pk for row in chosen]}
        assert "exactly two rows" in client.post(listed, action, follow=True).content.decode()


def test_from_a_row_the_other_is_found() -> None:
    kept, gone = two_speakers()
    client = signed_in(EDITOR)
    changed = client.get(reverse("admin:claims_speaker_change", args=[gone.pk]))
    assert f'href="{address(gone)}"' in changed.content.decode()
    alike = client.get(address(gone))
    assert [row.pk for row in alike.context["found"]] == [kept.pk]
    assert client.get(address(gone), {"q": "nobody"}).context["found"].count() == 0
    assert client.get(address(gone), {"q": "a\0da"}).status_code == 200
    assert (
        "Merge “A. Quill” into “Ada Quill”" in client.get(address(gone), {"into": kept.pk}).content.decode()
    )


@pytest.mark.parametrize("make", [make_speaker, make_topic, make_source])
def test_every_kind_has_its_page(make: Any) -> None:
    kept, gone = make("one"), make("two")
    client = signed_in()
    assert client.get(address(gone)).status_code == 200
    assert client.post(address(gone), sent(client, kept, gone)).status_code == 302
    assert type(kept)._default_manager.get() == kept


def test_what_was_typed_stays_when_the_merge_is_refused() -> None:
    kept, gone = two_speakers()
    make_published("one", speaker=kept)
    client = signed_in()
    data = sent(client, kept, gone, **{"note": "", "choice-name": "gone"})
    answer = client.post(address(gone), data)
    assert "say in a public note" in answer.content.decode()
    assert '<input type="radio" name="choice-name" value="gone" checked>' in answer.content.decode()
    data["note"] = "One person."
    Speaker.objects.filter(pk=gone.pk).update(description="Changed meanwhile.")
    answer = client.post(address(gone), data)
    assert "changed while you were looking" in answer.content.decode()
    assert "One person.</textarea>" in answer.content.decode()
    assert Speaker.objects.count() == 2


@pytest.mark.parametrize("role", [None, REPORTER])
def test_the_wrong_role_is_refused(role: str | None) -> None:
    kept, gone = two_speakers()
    client = signed_in(role)
    for data in ({}, {"into": kept.pk}):
        assert client.get(address(gone), data).status_code == 403
    data = {"into": str(kept.pk), "choice-name": "kept", "note": "x"}
    assert client.post(address(gone), data).status_code == 403
    action = {"action": "merge_two", "_selected_action": [kept.pk, gone.pk]}
    client.post(reverse("admin:claims_speaker_changelist"), action)
    assert Speaker.objects.count() == 2
    assert not Redirect.objects.exists()


def test_an_editor_cannot_change_what_readers_know() -> None:
    kept, gone = two_speakers()
    make_published("one", speaker=gone)
    client = signed_in(EDITOR)
    page = client.get(address(gone), {"into": kept.pk}).content.decode()
    assert "does not have the permission to change what the public reads" in page
    assert 'value="Merge"' not in page
    entries = Revision.objects.count()
    client.post(address(gone), sent(client, kept, gone, note="One person."))
    assert (Speaker.objects.count(), Revision.objects.count()) == (2, entries)


def test_rows_that_cannot_be_merged_say_why() -> None:
    kept, gone = two_speakers()
    company = make_speaker("ltd", name="Quill Ltd", kind="organisation")
    client = signed_in()
    for into, sentence in ((company, "are not merged"), (gone, "into itself")):
        answer = client.get(address(gone), {"into": into.pk}, follow=True)
        assert sentence in answer.content.decode()
    for into in ("0", "none", str(2**70)):
        assert client.get(address(gone), {"into": into}).status_code == 404
    assert client.post(address(gone), {"into": kept.pk, "choice-name": "both"}).status_code == 200
    assert Speaker.objects.count() == 3


def test_an_old_identifier_is_refused_in_the_form() -> None:
    kept, gone = make_topic("one"), make_topic("two")
    client = signed_in()
    client.post(address(gone), sent(client, kept, gone))
    data = {"slug": "two", "name": "Again", "description": ""}
    answer = client.post(reverse("admin:claims_topic_add"), data)
    assert "was merged into “one”" in answer.content.decode()
    assert Topic.objects.count() == 1


def test_a_private_merge_of_sources_leaves_no_trace_in_public() -> None:
    kept, gone = make_source("kept", text=None), make_source("gone")
    make_claim("one", source=gone)
    client = signed_in(EDITOR)
    client.post(address(gone), sent(client, kept, gone))
    assert Source.objects.get().snapshots.count() == 1
    assert not Revision.objects.exists()
    assert Client().get("/sources/gone/").status_code == 404
