"""A no at the desk is a page of the desk; to everybody else it is the readers' page, which tells nothing."""

from typing import Any

import pytest
from django.conf import settings
from django.contrib.auth.models import User
from django.test import Client
from django.urls import reverse
from django_otp.plugins.otp_totp.models import TOTPDevice
from filling import filled
from makers import make_claim, make_speaker, make_user

from claims import roles

pytestmark = pytest.mark.django_db


def client_of(user: User, **options: Any) -> Client:
    client = Client(**options)
    client.force_login(user)
    return client


def is_desk(answer: Any) -> bool:
    page = answer.content.decode()
    return 'href="/admin/">Back to the desk</a>' in page and "Skip to the content" not in page


@pytest.mark.parametrize(
    ("role", "address", "status", "said"),
    [
        (
            None,
            "/admin/claims/claim/",
            403,
            "view claim, which the groups Reporter, Editor and Publisher have",
        ),
        (
            roles.REPORTER,
            "/admin/claims/methodology/add/",
            403,
            "add methodology, which the group Publisher has: ask whoever manages the accounts here.",
        ),
        (
            roles.REPORTER,
            "/admin/claims/speaker/import/",
            403,
            "import reference, which the groups Editor and",
        ),
        (roles.PUBLISHER, "/admin/auth/user/", 403, "Only superusers may open it"),
        (roles.PUBLISHER, "/admin/claims/revision/add/", 403, "which only superusers have"),
        (roles.EDITOR, "/admin/nothing/<b>", 404, "You asked for <code>/admin/nothing/&lt;b&gt;</code>"),
        (roles.EDITOR, "/admin/claims/claim/999/second-read/", 404, "Perhaps the address was mistyped"),
        (roles.EDITOR, "/admin/claims/claim/?_to_field=zzz", 400, "Something in the address"),
    ],
)
def test_the_staff_are_told_at_the_desk(role: str | None, address: str, status: int, said: str) -> None:
    answer = client_of(make_user(role=role)).get(address)
    assert answer.status_code == status
    assert is_desk(answer)
    assert said in answer.content.decode()
    assert "'unsafe" not in answer["Content-Security-Policy"]


def test_who_may_look_and_not_write_is_told_what_writing_needs() -> None:
    user = make_user(role=roles.REPORTER)
    claim = make_claim()
    address = reverse("admin:claims_methodology_change", args=[claim.verdict.methodology_id])
    answer = client_of(user).post(address, {"title": "x"})
    assert answer.status_code == 403
    assert "change methodology, which the group Publisher has" in answer.content.decode()


@pytest.mark.parametrize("address", ["/admin/claims/claim/{}/change/", "/admin/r/1/{}/", "/admin/{}/"])
def test_who_is_not_signed_in_learns_nothing(address: str) -> None:
    claim = make_claim()
    for path in (address.format(claim.pk), address.format(999_999)):
        answer = Client().get(path)
        assert (answer.status_code, answer["Location"]) == (302, f"/admin/login/?next={path}")
    reader = client_of(make_user(is_staff=False, role=None))
    assert reader.get(address.format(claim.pk)).status_code == 302


def test_readers_keep_their_page() -> None:
    for client in (Client(), client_of(make_user())):
        answer = client.get("/claims/nothing/")
        assert answer.status_code == 404
        assert not is_desk(answer)


FORM = reverse("admin:claims_speaker_add")


@pytest.mark.parametrize("who", ["nobody", "staff", "staff before the code"])
def test_a_form_without_its_token_says_what_to_do(who: str) -> None:
    client = Client(enforce_csrf_checks=True)
    if who != "nobody":
        user = make_user()
        client.force_login(user)
        if who != "staff":
            TOTPDevice.objects.create(user=user, name="phone", confirmed=True)
    answer = client.post("/admin/login/" if who == "nobody" else FORM, {"name": "Ada"})
    page = answer.content.decode()
    assert answer.status_code == 403
    assert "Nothing was saved" in page
    assert "back button: what you typed is still there" in page
    assert "CSRF" not in page
    assert is_desk(answer) == (who == "staff")
    if who != "staff":
        assert "Ada" not in page
        assert "Your account" not in page
    assert "'unsafe" not in answer["Content-Security-Policy"]


def test_a_speaker_with_hundreds_of_aliases_is_saved() -> None:
    speaker = make_speaker()
    client = client_of(make_user())
    address = reverse("admin:claims_speaker_change", args=[speaker.pk])
    data = filled(client, address)
    for number in range(260):
        data[f"aliases-{number}-name"] = f"Ada Quill {number}"
        data[f"aliases-{number}-language"] = "en"
        data[f"aliases-{number}-id"] = ""
        data[f"aliases-{number}-speaker"] = str(speaker.pk)
    data["aliases-TOTAL_FORMS"] = "260"
    assert client.post(address, data).status_code == 302
    assert speaker.aliases.count() == 260
    again = filled(client, address)
    assert len(again) > 1000
    assert client.post(address, again).status_code == 302


@pytest.mark.parametrize("checks", [True, False])
def test_a_form_beyond_all_measure_is_answered_in_a_sentence(checks: bool) -> None:
    data = {f"aliases-{number}-name": "" for number in range(settings.DATA_UPLOAD_MAX_NUMBER_FIELDS + 1)}
    client = client_of(make_user(), enforce_csrf_checks=checks)
    client.get(FORM)
    answer = client.post(FORM, data)
    assert answer.status_code == 400
    assert is_desk(answer)
    assert "this form has more than 10,000 fields" in answer.content.decode()
    assert Client().post("/admin/login/", data).status_code == 400
