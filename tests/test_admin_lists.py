"""The lists and forms of the desk at any size: fixed counts of queries, no choice among thousands, a no in words."""

import datetime as dt
import html
import itertools
from typing import Any

import pytest
from django.contrib import admin
from django.contrib.admin.models import LogEntry
from django.contrib.auth.models import User
from django.contrib.contenttypes.models import ContentType
from django.db import connection, models
from django.test import Client
from django.test.utils import CaptureQueriesContext
from django.urls import reverse
from filling import filled
from makers import (
    NOON,
    make_claim,
    make_methodology,
    make_published,
    make_snapshot,
    make_source,
    make_speaker,
    make_topic,
    make_user,
)
from markups import make_page
from subscribing import make_subscription
from taken import make_taken
from test_admin import signed_in
from test_admin_concurrent import address

from claims import workflow
from claims.admin.base import DeskAdmin
from claims.contributions import contribute
from claims.models import (
    Claim,
    Contribution,
    ErrorReport,
    Event,
    Evidence,
    Methodology,
    Redirect,
    Reply,
    Revision,
    Speaker,
    Suggestion,
    Topic,
    Verdict,
)
from claims.partners import withdrawing
from claims.record import append
from claims.search import keeping
from factcheck.partners import submitting
from sources.models import Publisher, Source

pytestmark = pytest.mark.django_db
REGISTERED = list(admin.site._registry.items())
_more = itertools.count(1)


def grow(many: int) -> None:
    """`many` rows of each kind, each hanging on the first of its kind where it is a part."""
    claim = Claim.objects.order_by("pk").first() or make_published("first")
    verdict, speaker, author = claim.verdict, claim.speaker, claim.verdict.author
    methodology = verdict.methodology
    assert speaker
    for _ in range(many):
        n = next(_more)
        source = make_source(
            f"grown-{n}", publisher=Publisher.objects.create(slug=f"p-{n}", name=f"Paper {n}")
        )
        make_snapshot(claim.appearances.all()[0].source, text=f"Text {n}.")
        other = Claim.objects.create(
            slug=f"grown-{n}", text=f"Bridge {n}.", title=f"Bridge {n}?", owner=author
        )
        Verdict.objects.create(
            claim=other,
            methodology=methodology,
            attribution=verdict.attribution,
            rating=verdict.rating,
            author=make_user(f"author-{n}"),
        )
        claim.appearances.create(slug=f"a-{n}", source=source, mode="indirect", position=n)
        claim.relations.create(to_claim=other, kind="repeats", note="The same words.", position=n)
        claim.topics.add(make_topic(f"topic-{n}"))
        claim.desk_notes.create(by=make_user(f"noter-{n}"), at=NOON, text=f"Note {n} on the bridge")
        verdict.evidence.create(stance="context", kind="law", source=source, locator="Article 1", position=n)
        by = make_user(f"mover-{n}")
        verdict.events.create(transition="submit", from_status="draft", to_status="submitted", by=by, at=NOON)
        ErrorReport.objects.create(claim=other, text="Wrong.", reported_at=NOON, due_on=NOON.date(), owner=by)
        Suggestion.objects.create(
            text=f"The bridge {n} is sold.",
            received_at=NOON,
            due_on=NOON.date(),
            owner=by,
            outcome="taken_up",
            claim=other,
        )
        contribute(f"claims/grown-{n}", by=by, at=NOON)
        Redirect.objects.create(subject=f"topics/old-{n}", into="topics/bridge", by=by, at=NOON)
        told = make_subscription(f"https://newsroom.example/{n}")
        told.deliveries.create(
            sequence=n, state="waiting", attempts=1, first_at=NOON, last_at=NOON, told="It answered 500."
        )
        withdrawn = make_taken()
        withdrawing.withdraw(withdrawn.slug, reason=f"The bridge {n} is another.", by=author, at=NOON)
        make_page(claims=[f"Pier {n} is gone.", f"Pier {n} is sold."])
        submitting.submit(told.partner, submitting.Sent(f"The ferry {n} was sold."), at=NOON)
        speaker.aliases.create(name=f"Alias {n}")
        speaker.links.create(url=f"https://ada.example/{n}")
        make_speaker(f"speaker-{n}")
        made = make_methodology(f"v{n}")
        made.attribution_findings.create(slug=f"f-{n}", label="F", definition="F.")
        append(subject=f"claims/other-{n}", kind="reference", note="Grown.", at=NOON, body={"format": 1})


def paths(model: type[models.Model], model_admin: Any) -> dict[str, str]:
    name = f"admin:{model._meta.app_label}_{model._meta.model_name}"
    found = {
        "list": reverse(f"{name}_changelist"),
        "search": reverse(f"{name}_changelist") + "?q=bridge",
        "export": reverse(f"{name}_export"),
    }
    row = model._default_manager.order_by("pk").first()
    if row is not None:
        found["change"] = address(row)
    return found


def autocompletes() -> dict[str, str]:
    found = {}
    for model, model_admin in REGISTERED:
        parts = [model_admin, *(inline(model, admin.site) for inline in model_admin.inlines)]
        for part in parts:
            for field in part.autocomplete_fields:
                opts = part.model._meta
                query = f"app_label={opts.app_label}&model_name={opts.model_name}&field_name={field}"
                found[f"{opts.label}.{field}"] = reverse("admin:autocomplete") + f"?{query}&term=b"
    return found


def counted(client: Client, path: str) -> int:
    with CaptureQueriesContext(connection) as queries:
        response = client.get(path)
        assert response.status_code == 200, path
        if response.streaming:
            list(response)
        else:
            assert response.content
    # The session is written once a minute, whatever the page.
    passing = ("SAVEPOINT", "RELEASE SAVEPOINT")
    said = [query["sql"] for query in queries if "django_session" not in query["sql"]]
    return len([sql for sql in said if not sql.startswith(passing)])


def test_every_page_needs_the_same_queries_for_three_rows_and_for_sixty() -> None:
    grow(3)
    client = signed_in(username="counter")
    all_paths = {
        f"{model._meta.label} {name}": path
        for model, model_admin in REGISTERED
        for name, path in paths(model, model_admin).items()
    } | autocompletes()
    ContentType.objects.get_for_models(*(model for model, _ in REGISTERED))
    client.get(reverse("admin:index"))
    client.get(all_paths["claims.Claim list"])
    # The index of the lookup is brought up by whoever asks it first; that is no cost of a page.
    keeping.current()
    few = {name: counted(client, path) for name, path in all_paths.items()}
    grow(57)
    keeping.current()
    many = {name: counted(client, path) for name, path in all_paths.items()}
    assert many == few
    assert {name: count for name, count in few.items() if count > 30} == {}


def test_every_registered_model_has_a_list_fit_for_many_rows() -> None:
    for model, model_admin in REGISTERED:
        assert isinstance(model_admin, DeskAdmin), model
        assert model_admin.search_fields, model
        assert not model_admin.show_full_result_count, model
        assert model_admin.list_display != ("__str__",), model
        if model_admin.date_hierarchy:
            assert model._meta.get_field(model_admin.date_hierarchy).db_index, model


BIG = {Claim, Speaker, Source, Publisher, Topic, Event, Contribution, Verdict, Evidence, Revision}


def test_nowhere_is_a_choice_among_thousands() -> None:
    """Fields that point to big tables look up what is typed; filters do not list such rows."""
    grow(3)
    client = signed_in()
    for model, model_admin in REGISTERED:
        row = model._default_manager.first()
        for part in (model_admin, *(inline(model, admin.site) for inline in model_admin.inlines)):
            for field in part.opts.get_fields():
                points = (
                    getattr(field, "related_model", None) in BIG and field.concrete and not field.auto_created
                )
                shown = not part.fields or field.name in part.fields
                if points and shown and field.name not in part.autocomplete_fields:
                    hidden = [*part.readonly_fields, *(part.exclude or ()), getattr(part, "fk_name", None)]
                    locked = isinstance(part, admin.options.InlineModelAdmin) and field.related_model is model
                    request = client.get(reverse("admin:index")).wsgi_request
                    request.user = User.objects.filter(is_superuser=True)[0]
                    may = part.has_change_permission(request, row)
                    assert field.name in hidden or locked or not may, (model, field.name)
        for one in model_admin.list_filter:
            name = one[0] if isinstance(one, tuple) else one
            if isinstance(name, str):
                field = model._meta.get_field(name)
                assert not field.is_relation or field.related_model not in BIG | {User}, (model, name)


def test_the_list_of_claims_says_where_each_stands() -> None:
    make_published("public")
    draft = make_claim("draft", title="A draft")
    Claim.objects.create(slug="bare", text="Nobody judged this.", title="Bare")
    withdrawn = make_published("gone").verdict
    by = make_user()
    workflow.apply("withdraw", verdict=withdrawn, by=by, at=NOON, note="Wrong throughout.")
    client = signed_in()
    page = client.get(reverse("admin:claims_claim_changelist")).content.decode()
    for words in ("Published", "Being written", "No verdict yet", "Withdrawn", 'href="/claims/public/"'):
        assert words in page
    assert 'href="/claims/gone/"' not in page
    for state, slugs in {
        "none": {"bare"},
        "draft": {"draft"},
        "published": {"public"},
        "withdrawn": {"gone"},
        "": {"bare", "draft", "public", "gone"},
    }.items():
        found = client.get(reverse("admin:claims_claim_changelist"), {"state": state} if state else {})
        assert {claim.slug for claim in found.context["cl"].result_list} == slugs
    assert draft.verdict.status == "draft"


# What is deleted, and what is kept --------------------------------------------------------------------


def test_whatever_is_deleted_the_answer_is_a_page(monkeypatch: pytest.MonkeyPatch) -> None:
    """The page of deleting and the bulk action, for every row that is used, on record, or neither."""
    grow(3)
    client = signed_in()
    client.raise_request_exception = False
    for model, _ in REGISTERED:
        name = f"admin:{model._meta.app_label}_{model._meta.model_name}"
        for row in model._default_manager.order_by("pk")[:3]:
            there = model._default_manager.filter(pk=row.pk)
            answer = client.post(reverse(f"{name}_delete", args=[row.pk]), {"post": "yes"})
            assert answer.status_code in (200, 302, 403), (model, row)
            if there.exists():
                bulk = {"action": "delete_selected", "_selected_action": [row.pk], "post": "yes"}
                answer = client.post(reverse(f"{name}_changelist"), bulk)
                assert answer.status_code in (200, 302, 403), (model, row)
    assert Claim.objects.filter(slug="first").exists()
    assert Event.objects.exists()


def said(response: Any) -> str:
    return html.unescape(" ".join(str(message) for message in response.context["messages"]))


def test_what_has_a_history_or_is_on_record_stays_and_says_why() -> None:
    claim, client = make_published("one"), signed_in()
    assert claim.speaker
    unused = make_speaker("unused", name="Unused")
    for row, sentence in [
        (claim, "is on the public record or has a history"),
        (claim.verdict, "has a history, which stays"),
        (claim.speaker, "is on the public record, and what readers know stays"),
        (claim.verdict.methodology, "a methodology on the public record stays"),
        (claim.verdict.methodology.scale, "the scale of a methodology on the public record stays"),
    ]:
        name = f"admin:claims_{row._meta.model_name}"
        answer = client.post(reverse(f"{name}_delete", args=[row.pk]), {"post": "yes"}, follow=True)
        assert sentence in said(answer)
        assert type(row)._default_manager.filter(pk=row.pk).exists()  # type: ignore[attr-defined]
    for model in (Claim, Verdict, Methodology):
        page = client.get(reverse(f"admin:claims_{model._meta.model_name}_changelist")).content.decode()
        assert "delete_selected" not in page
    bulk = {"action": "delete_selected", "_selected_action": [claim.speaker.pk, unused.pk], "post": "yes"}
    answer = client.post(reverse("admin:claims_speaker_changelist"), bulk, follow=True)
    assert "“Ada Quill” is on the public record" in said(answer)
    bulk["_selected_action"] = [unused.pk]
    client.post(reverse("admin:claims_speaker_changelist"), bulk)
    assert not Speaker.objects.filter(pk=unused.pk).exists()


def test_a_row_that_is_used_from_the_last_moment_on_is_not_deleted(monkeypatch: pytest.MonkeyPatch) -> None:
    """Between the look at what hangs on a row and its deletion somebody used it."""
    source, client = make_source("used"), signed_in()
    make_claim("one", source=source)
    nothing = lambda *_: ([], {}, set(), [])  # noqa: E731
    monkeypatch.setattr(type(admin.site._registry[Source]), "get_deleted_objects", nothing)
    answer = client.post(
        reverse("admin:sources_source_delete", args=[source.pk]), {"post": "yes"}, follow=True
    )
    assert "it is used by" in said(answer)
    bulk = {"action": "delete_selected", "_selected_action": [source.pk], "post": "yes"}
    assert "it is used by" in said(client.post(reverse("admin:sources_source_changelist"), bulk, follow=True))
    assert Source.objects.filter(pk=source.pk).exists()


# Notes, reports, replies ------------------------------------------------------------------------------


def test_a_note_to_colleagues_is_signed_by_the_program_and_makes_nobody_a_contributor() -> None:
    claim, writer = make_claim("one"), make_user("ada")
    client = Client()
    client.force_login(writer)
    data = filled(client, address(claim)) | {
        "desk_notes-TOTAL_FORMS": "1",
        "desk_notes-0-text": "Ask the council.",
        "desk_notes-0-by": "999",
        "desk_notes-0-at": "1999-01-01",
    }
    assert client.post(address(claim), data).status_code == 302
    note = claim.desk_notes.get()
    assert (note.text, note.by) == ("Ask the council.", writer)
    assert note.at > NOON
    assert not Contribution.objects.exists()
    data = filled(client, address(claim)) | {"desk_notes-0-text": "Rewritten.", "desk_notes-0-DELETE": "on"}
    assert client.post(address(claim), data).status_code == 302
    assert claim.desk_notes.get().text == "Ask the council."
    assert LogEntry.objects.filter(user=writer).exists()
    found = client.get(reverse("admin:claims_desknote_changelist"), {"q": "council"})
    assert [row.pk for row in found.context["cl"].result_list] == [note.pk]


def test_a_reply_is_written_on_the_page_of_its_verdict() -> None:
    verdict, client = make_claim("one").verdict, signed_in()
    data = filled(client, address(verdict)) | {
        "reply-TOTAL_FORMS": "1",
        "reply-0-asked_of": "The mayor",
        "reply-0-by": "By letter",
        "reply-0-asked_on": "2026-02-01",
    }
    answer = client.post(address(verdict), data)
    assert answer.status_code == 302, answer.context["errors"]
    assert Reply.objects.get().asked_on == dt.date(2026, 2, 1)
