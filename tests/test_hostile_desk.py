"""Requests to the desk that no form of it sends: each gets a sentence or a status of its own, never a server error."""

from typing import Any

import pytest
from django.contrib import admin
from django.contrib.auth.models import User
from django.contrib.messages import get_messages
from django.db import models
from django.test import Client
from django.urls import reverse
from filling import filled
from makers import NOON, make_claim, make_published, make_source, make_topic, make_user
from test_roles import content

from claims.models import (
    Claim,
    ErrorReport,
    Event,
    Publication,
    Redirect,
    Revision,
    Speaker,
    Suggestion,
    Verdict,
)
from sources.models import Source

pytestmark = pytest.mark.django_db

NO_KEYS = ["zzz", "999999999999999999999999", "\0", "1\0", "1,2,x", "1" * 5000]
REGISTERED = sorted(admin.site._registry, key=lambda model: model._meta.label)


def boss() -> Client:
    client = Client()
    client.force_login(User.objects.create_superuser("boss"))
    return client


def page(model: type[models.Model], name: str, *arguments: Any) -> str:
    return reverse(f"admin:{model._meta.app_label}_{model._meta.model_name}_{name}", args=arguments)


def told(answer: Any) -> str:
    return " ".join(str(one) for one in get_messages(answer.wsgi_request))


def test_every_add_form_drops_a_first_value_that_no_row_can_have() -> None:
    content()
    client, tried = boss(), 0
    for model in REGISTERED:
        relations = [
            column.name
            for column in model._meta.get_fields()
            if column.is_relation and getattr(column, "concrete", False)
        ]
        for value in NO_KEYS if relations else ():
            answer = client.get(page(model, "add"), dict.fromkeys(relations, value))
            assert answer.status_code in (200, 403), (model, value)
            tried += len(relations)
    assert tried > 100


def test_a_good_first_value_is_kept() -> None:
    claim = make_claim()
    data = filled(boss(), f"{page(Verdict, 'add')}?claim={claim.pk}&summary=So.")
    assert (data["claim"], data["summary"]) == (str(claim.pk), "So.")


def test_every_change_form_shows_what_was_posted_in_place_of_a_key() -> None:
    content()
    client, tried = boss(), 0
    for model in REGISTERED:
        row = model._default_manager.order_by("pk").first()
        if row is None or not admin.site._registry[model].has_change_permission(_request(client)):
            continue
        address = page(model, "change", row.pk)
        data = filled(client, address)
        kept = ("_", "csrf", "post")
        posted = [name for name in data if not name.startswith(kept) and not name.endswith(("_FORMS", "-id"))]
        for value in NO_KEYS:
            answer = client.post(address, {**data, **dict.fromkeys(posted, value)})
            assert answer.status_code in (200, 302, 409), (model, value)
            tried += len(posted)
    assert tried > 20


def _request(client: Client) -> Any:
    return client.get("/admin/").wsgi_request


def test_topics_beyond_any_number_are_refused_in_the_form() -> None:
    claim = make_claim()
    client = boss()
    address = page(Claim, "change", claim.pk)
    data = filled(client, address)
    answer = client.post(address, {**data, "topics": [make_topic().pk, "9" * 30]})
    assert "topics" in answer.context["adminform"].form.errors


NO_FILTERS = [
    "title=%00",
    "language=%00",
    "slug=%00",
    "kind=%00",
    "origin__exact=%00",
    "%00=1",
    "q=%00",
    "due_on__year=99999",
    "due_on__year=0",
    "at__year=99999",
    "at__gte=zzz",
    "at__gte=0000-00-00",
    "pk=zzz",
    "pk=99999999999999999999999",
    "pk__in=99999999999999999999999",
    "id__in=1,%00",
    "withdrawn__exact=perhaps",
    "zzz=1",
    "author__password__startswith=a",
    "pile=zzz",
    "state=zzz",
    "owner=zzz",
    "outcome=zzz",
    "p=zzz",
    "o=zzz",
    "o=99999999999999999999",
    "e=1",
    "e=1&slug=%00",
    "_to_field=zzz",
    "_facets",
    "all=1",
]


LISTS = [
    Claim,
    Verdict,
    Event,
    Publication,
    Revision,
    Redirect,
    ErrorReport,
    Suggestion,
    Speaker,
    Source,
    User,
]


def test_every_list_and_export_answers_whatever_is_asked() -> None:
    content()
    client = boss()
    for query in NO_FILTERS:
        for model in LISTS:
            for kind in ("changelist", "export"):
                answer = client.get(f"{page(model, kind)}?{query}", follow=True)
                assert answer.status_code == (400 if query == "_to_field=zzz" else 200), (model, kind, query)
                if answer.streaming:
                    b"".join(answer.streaming_content)


@pytest.mark.parametrize(
    ("model", "query"),
    [
        (Claim, "zzz=1"),
        (Claim, "pile=zzz"),
        (Claim, "state=zzz"),
        (Claim, "due_on__year=99999"),
        (Claim, "title=%00"),
        (Claim, "e=1&title=%00"),
        (Speaker, "claims__verdict__author__password__startswith=a"),
    ],
)
@pytest.mark.parametrize("kind", ["changelist", "export"])
def test_a_filter_that_is_none_is_said_beside_the_whole_list(model: Any, query: str, kind: str) -> None:
    make_claim("one")
    answer = boss().get(f"{page(model, kind)}?{query}", follow=True)
    said = answer.content.decode()
    assert answer.redirect_chain
    assert "This list cannot be narrowed as the address asks" in said
    assert "Database error" not in said
    assert answer.context["cl"].result_count == 1


def test_a_search_after_it_is_a_search() -> None:
    make_claim("one", title="Bridge")
    make_claim("two", title="Tunnel")
    answer = boss().get(f"{page(Claim, 'changelist')}?e=1&q=tunnel")
    assert answer.context["cl"].result_count == 1
    assert not told(answer)


@pytest.mark.parametrize("chosen", ["abc", "\0", "1\0", "9" * 30])
def test_an_action_on_no_row_is_refused_in_a_sentence(chosen: str) -> None:
    content()
    client = boss()
    for model, model_admin in admin.site._registry.items():
        for action in model_admin.get_actions(_request(client)):
            data = {"action": action, "_selected_action": [chosen], "index": "0"}
            answer = client.post(page(model, "changelist"), data, follow=True)
            assert answer.status_code == 200, (model, action)
            if model is Claim:
                assert "what was chosen is no row of this list" in answer.content.decode()


def test_rows_whose_key_is_a_word_are_asked_for_by_words_only() -> None:
    Redirect.objects.create(subject="topics/old", into="topics/bridge", by=make_user(), at=NOON)
    client = boss()
    for key in ("%00", "topics_2Fold%00", "x" * 300):
        for kind in ("change", "history", "delete"):
            answer = client.get(f"/admin/claims/redirect/{key}/{kind}/")
            assert answer.status_code in (302, 403), (key, kind)


def test_a_choice_among_many_is_searched_for_words_only() -> None:
    answer = boss().get("/admin/autocomplete/?app_label=claims&model_name=claim&field_name=speaker&term=%00")
    assert answer.json()["results"] == []


@pytest.mark.parametrize("length", ["abc", "", "-1", "9" * 5000, "1e3"])
def test_a_length_that_is_no_number(length: str) -> None:
    source = make_source()
    address = reverse("admin:sources_source_snapshot", args=[source.pk])
    assert boss().post(address, {}, CONTENT_LENGTH=length).status_code in (200, 400)


@pytest.mark.parametrize("kind", ["change", "add"])
def test_no_form_of_the_desk_promises_a_public_page_that_may_not_be_there(kind: str) -> None:
    claim = make_published("one")
    address = page(Claim, kind, *([claim.pk] if kind == "change" else []))
    assert "/admin/r/" not in boss().get(address).content.decode()
