"""Lists as CSV: what a role sees in a list and nothing else, safe to open in a spreadsheet, streamed."""

import csv
import io
import tracemalloc
from typing import Any

import pytest
from django.contrib import admin
from django.contrib.auth.models import Group, User
from django.test import Client
from django.urls import reverse
from makers import make_claim, make_published, make_speaker, make_user

from claims import roles
from claims.models import Claim, Speaker
from claims.spreadsheet import begins_formula, clean
from sources.models import Publisher

pytestmark = pytest.mark.django_db
REGISTERED = list(admin.site._registry.items())


def whole(model: Any) -> str:
    return reverse(f"admin:{model._meta.app_label}_{model._meta.model_name}_export")


def listing(model: Any) -> str:
    return reverse(f"admin:{model._meta.app_label}_{model._meta.model_name}_changelist")


def rows_of(response: Any) -> list[list[str]]:
    assert response.status_code == 200
    content = b"".join(response)
    assert content.startswith(b"\xef\xbb\xbf")
    assert b"\r\n" in content
    return list(csv.reader(io.StringIO(content.decode("utf-8-sig"), newline=""), strict=True))


def signed_in(role: str | None = None, **values: Any) -> Client:
    client = Client()
    client.force_login(make_user(role=role, **values))
    return client


@pytest.mark.parametrize("role", [None, roles.REPORTER, roles.EDITOR, roles.PUBLISHER, "superuser", "nobody"])
def test_every_list_is_for_whom_it_is_for(role: str | None) -> None:
    """Every registered model by every role: the link, the address and the action agree with the permission to view."""
    make_published()
    if role == "nobody":
        client = Client()
    else:
        client = signed_in(None if role == "superuser" else role, is_superuser=role == "superuser")
    user = User.objects.order_by("pk").last()
    assert user
    for model, _ in REGISTERED:
        view = f"{model._meta.app_label}.view_{model._meta.model_name}"
        only_superusers = model._meta.app_label in ("auth", "axes")
        may = role == "superuser" or (role != "nobody" and user.has_perm(view) and not only_superusers)
        expected = 200 if may else 302 if role == "nobody" else 403
        answer = client.get(whole(model))
        assert answer.status_code == expected, model
        pk = getattr(model._default_manager.first(), "pk", 0)
        action = {"action": "export_these", "_selected_action": [pk], "index": "0"}
        post = client.post(listing(model), action)
        assert post.status_code == expected, model
        if may:
            assert answer["Content-Type"].startswith("text/csv; charset=utf-8")
            assert answer["Content-Disposition"].endswith('.csv"')
            lines = rows_of(answer)
            assert len(lines) == 1 + model._default_manager.count(), model
            assert {len(line) for line in lines} == {len(lines[0])}
            if pk:
                assert len(rows_of(post)) == 2
            assert "Export" in client.get(listing(model)).content.decode()


def test_a_permission_that_is_taken_away_closes_the_export() -> None:
    make_claim()
    client = signed_in(roles.REPORTER)
    assert client.get(whole(Claim)).status_code == 200
    Group.objects.get(name=roles.REPORTER).permissions.filter(codename__endswith="_claim").delete()
    assert client.get(whole(Claim)).status_code == 403


def test_accounts_never_give_away_what_is_private() -> None:
    secret = make_user("keeper", email="keeper@desk.example", password="a long pass phrase")
    client = signed_in(is_superuser=True)
    client.get("/admin/")
    content = b"".join(client.get(whole(User))).decode()
    assert "keeper" in content
    for private in (secret.password, "keeper@desk.example", client.session.session_key, "pbkdf2", "assword"):
        assert private not in content


def test_search_and_filters_are_respected() -> None:
    make_published("one", title="On bridges")
    make_claim("two", title="On roads")
    client = signed_in(roles.REPORTER)
    assert [row[0] for row in rows_of(client.get(whole(Claim), {"q": "roads"}))[1:]] == ["two"]
    assert [row[0] for row in rows_of(client.get(whole(Claim), {"state": "published"}))[1:]] == ["one"]
    page = client.get(listing(Claim), {"q": "roads", "p": "1"}).content.decode()
    assert f'href="{whole(Claim)}?q=roads"' in page
    wrong = client.get(whole(Claim), {"nonsense": "1"})
    assert (wrong.status_code, wrong["Location"]) == (302, f"{listing(Claim)}?e=1")


def test_a_claim_s_columns() -> None:
    make_published("one", title='With "marks", commas\nand lines')
    heads, row = rows_of(signed_in(roles.REPORTER).get(whole(Claim)))
    assert heads == [
        "Identifier",
        "Title",
        "Speaker",
        "State",
        "Owner",
        "Due on",
        "Public page",
        "Claim",
        "Language",
        "Claimed on",
        "Topics",
    ]
    assert row[:4] == ["one", 'With "marks", commas\nand lines', "Ada Quill", "Published"]
    assert row[6] == 'Public page of With "marks", commas\nand lines'
    assert row[9:] == ["2026-02-02", "The bridge"]


def test_a_hostile_name_is_defused_in_every_list_that_shows_it() -> None:
    speaker = make_speaker("evil", name="=1+1")
    make_claim("evil-claim", speaker=speaker, title="@SUM(A1)", text="\t=2")
    Publisher.objects.create(slug="evil", name="＝1+1")
    client = signed_in(is_superuser=True)
    for model, _ in REGISTERED:
        for row in rows_of(client.get(whole(model))):
            for cell in row:
                assert not begins_formula(cell), (model, cell)
    assert any("'=1+1" in row for row in rows_of(client.get(whole(Speaker))))


def test_an_apostrophe_of_its_own_comes_back() -> None:
    make_speaker("odd", name="'=1")
    cells = [cell for row in rows_of(signed_in(roles.REPORTER).get(whole(Speaker))) for cell in row]
    assert "'=1" in map(clean, cells)


def test_five_thousand_rows_are_streamed(django_assert_max_num_queries: Any) -> None:
    Speaker.objects.bulk_create(
        Speaker(slug=f"s-{n}", name=f"Speaker {n}", kind="person", description="x" * 2000)
        for n in range(5000)
    )
    client = signed_in(roles.REPORTER)
    with django_assert_max_num_queries(12):
        response = client.get(whole(Speaker))
        assert response.streaming
        tracemalloc.start()
        lines = size = 0
        for part in response:
            lines += part.count(b"\r\n")
            size += len(part)
        peak = tracemalloc.get_traced_memory()[1]
        tracemalloc.stop()
    assert lines == 5001
    assert size > 10_000_000
    assert peak < size / 2
