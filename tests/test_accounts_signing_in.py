"""Signing in: one sentence for every refusal, a throttle in the database, and sessions that end."""

import datetime as dt
import re
import time
from typing import Any

import pytest
from axes.models import AccessAttempt, AccessLog
from django.conf import settings
from django.test import Client
from django.urls import reverse
from django.utils import timezone
from makers import make_claim, make_published, make_user
from test_admin import filled

from claims.models import Claim
from factcheck.accounts import sessions

pytestmark = pytest.mark.django_db

PASSWORD = "correct horse battery"
LOGIN = "/admin/login/"


@pytest.fixture(autouse=True)
def quick_passwords(settings: Any) -> None:
    """A hash that is slow on purpose would make up most of these tests' time."""
    settings.PASSWORD_HASHERS = ["django.contrib.auth.hashers.MD5PasswordHasher"]


def sign_in(client: Client, name: str, password: str = PASSWORD, **extra: Any) -> Any:
    return client.post(LOGIN, {"username": name, "password": password, "next": "/admin/"}, **extra)


def sentence_of(response: Any) -> str:
    assert response.status_code == 200
    return " ".join(re.findall(r'errornote">\s*(.*?)\s*</p>', response.content.decode(), re.S))


def test_every_refusal_is_the_same_sentence() -> None:
    make_user("ada", password=PASSWORD)
    make_user("gone", password=PASSWORD, is_active=False)
    make_user("reader", password=PASSWORD, is_staff=False)
    refusals = {
        sentence_of(sign_in(Client(), name, password))
        for name, password in [
            ("ada", "wrong"),
            ("nobody", "wrong"),
            ("gone", PASSWORD),
            ("reader", PASSWORD),
        ]
    }
    assert len(refusals) == 1
    assert "Please enter the correct username and password" in refusals.pop()
    # And each of them counts.
    assert AccessAttempt.objects.count() == 4


def test_signing_in_changes_the_session_key_and_out_needs_a_post() -> None:
    make_user("ada", password=PASSWORD)
    client = Client()
    client.get(LOGIN)
    session = client.session
    session["planted"] = 1
    session.save()
    client.cookies[settings.SESSION_COOKIE_NAME] = session.session_key
    assert sign_in(client, "ada").status_code == 302
    assert client.session.session_key != session.session_key
    cookie = client.cookies[settings.SESSION_COOKIE_NAME]
    assert (cookie["httponly"], cookie["samesite"], cookie["max-age"]) == (True, "Lax", "")
    assert client.get(reverse("admin:logout")).status_code == 405
    assert client.get("/admin/").status_code == 200
    client.post(reverse("admin:logout"))
    assert client.get("/admin/").status_code == 302


@pytest.mark.parametrize(
    "target", ["//evil.example", "https://evil.example/", "javascript:alert(1)", "/\\evil"]
)
def test_no_way_leads_to_another_house(target: str) -> None:
    make_user("ada", password=PASSWORD)
    client = Client()
    signed = client.post(LOGIN, {"username": "ada", "password": PASSWORD, "next": target})
    assert "evil" not in signed["Location"]
    assert "alert" not in signed["Location"]
    code = client.post(f"{reverse('account-code')}?next={target}", {"code": "1", "next": target})
    assert code["Location"] == "/admin/"
    out = client.post(f"{reverse('admin:logout')}?next={target}", {"next": target})
    assert "evil" not in out.headers.get("Location", "")


@pytest.mark.parametrize("target", ["//evil.example", "http://[", "javascript:alert(1)"])
def test_where_the_way_is_not_ours_it_leads_to_the_desk(target: str) -> None:
    make_user("ada", password=PASSWORD)
    client = Client()
    signed = client.post(LOGIN, {"username": "ada", "password": PASSWORD, "next": target})
    assert signed["Location"] == "/admin/"


@pytest.mark.parametrize(
    ("target", "way"),
    [
        ("abc", "/admin/"),
        ("claim", "/admin/"),
        ("0001:00", "/admin/"),
        ("..", "/admin/"),
        ("\0", "/admin/"),
        ("//evil.example", "/admin/"),
        ("/admin/claims/claim/?q=a", "/admin/claims/claim/?q=a"),
        ("http://testserver/about/", "http://testserver/about/"),
    ],
)
def test_the_second_step_leads_to_an_address_and_never_to_a_name(target: str, way: str) -> None:
    client = Client()
    client.force_login(make_user())
    assert client.get(reverse("account-code"), {"next": target})["Location"] == way


def test_five_wrong_passwords_lock_the_name_at_that_address() -> None:
    make_user("ada", password=PASSWORD)
    make_user("eve", password=PASSWORD)
    client = Client()
    for _ in range(4):
        assert sign_in(client, "ada", "wrong").status_code == 200
    locked = sign_in(client, "ada", "wrong")
    assert locked.status_code == 429
    assert "Wait 15 minutes, then try again." in locked.content.decode()
    assert 14 * 60 < int(locked["Retry-After"]) <= 15 * 60
    assert locked["Cache-Control"] == "no-store"
    # The right password is not looked at, nor another browser, spelling, or a forged address.
    forged = {
        "HTTP_X_FORWARDED_FOR": "198.51.100.7",
        "HTTP_USER_AGENT": "Another",
        "HTTP_X_REAL_IP": "192.0.2.5",
    }
    for name in ("ada", "ADA", " ada", "ａda"):
        assert sign_in(Client(), name, **forged).status_code == 429
    # Trying does not make the wait longer, and others are not shut out.
    assert AccessAttempt.objects.get().failures_since_start == 5
    assert sign_in(Client(), "eve").status_code == 302
    assert sign_in(Client(), "ada", REMOTE_ADDR="203.0.113.9").status_code == 302
    assert sign_in(client, "ada").status_code == 429
    # The form itself stays open, and so do public pages.
    assert client.get(LOGIN).status_code == 200
    AccessAttempt.objects.update(attempt_time=timezone.now() - dt.timedelta(minutes=15, seconds=1))
    assert sign_in(client, "ada").status_code == 302
    assert not AccessAttempt.objects.filter(username="ada").exists()


def test_one_address_may_not_try_many_names_and_an_account_of_ones_own_does_not_help() -> None:
    make_user("eve", password=PASSWORD)
    client = Client()
    for number in range(19):
        assert sign_in(client, f"name-{number}", "guess").status_code == 200
    assert sign_in(Client(), "eve").status_code == 302
    locked = sign_in(client, "name-19", "guess")
    assert locked.status_code == 429
    assert "Wait 15 minutes" in locked.content.decode()
    assert sign_in(Client(), "eve").status_code == 429
    # Once the oldest no longer counts, one more try is open.
    oldest = AccessAttempt.objects.order_by("pk").first()
    assert oldest
    AccessAttempt.objects.filter(pk=oldest.pk).update(attempt_time=timezone.now() - dt.timedelta(minutes=16))
    assert sign_in(Client(), "eve").status_code == 302


def test_no_password_is_written_down() -> None:
    make_user("ada", password=PASSWORD)
    sign_in(Client(), "ada", "my-secret-word")
    kept = AccessAttempt.objects.get()
    assert "my-secret-word" not in f"{kept.get_data} {kept.post_data}"
    sign_in(Client(), "ada")
    assert AccessLog.objects.get().username == "ada"


# Sessions -----------------------------------------------------------------------------------------


def age(client: Client, **marks: int) -> None:
    """Make the session as if it had begun, or been seen, so many seconds ago."""
    session = client.session
    for name, seconds in marks.items():
        session[{"began": sessions.BEGAN, "seen": sessions.SEEN}[name]] = int(time.time()) - seconds
    session.save()


@pytest.mark.parametrize(
    ("marks", "sentence"),
    [
        ({"seen": 2 * 3600}, "since nothing was opened or saved for 2 hours"),
        ({"began": 12 * 3600}, "after 12 hours everyone signs in again"),
    ],
)
def test_a_session_that_is_over_says_why_and_leads_back(marks: dict[str, int], sentence: str) -> None:
    make_user("ada", password=PASSWORD)
    client = Client()
    sign_in(client, "ada")
    key = client.session.session_key
    age(client, **marks)
    where = "/admin/password_change/?q=a&b=%C3%BC"
    ended = client.get(where)
    assert ended.status_code == 302
    page = client.get(ended["Location"])
    assert sentence in page.content.decode()
    again = client.post(
        ended["Location"], {"username": "ada", "password": PASSWORD, "next": page.context["next"]}
    )
    assert again["Location"] == where
    assert client.session.session_key != key
    assert client.get(where).status_code == 200


def test_signing_out_of_a_session_that_is_over_is_just_that() -> None:
    make_user("ada", password=PASSWORD)
    client = Client()
    sign_in(client, "ada")
    age(client, seen=3 * 3600)
    assert client.post(reverse("admin:logout")).status_code in (200, 302)
    assert client.get("/admin/")["Location"] == "/admin/login/?next=/admin/"


def test_a_session_is_written_at_most_once_a_minute(django_assert_num_queries: Any) -> None:
    client = Client()
    client.force_login(make_user())
    client.get("/admin/password_change/")
    began = client.session[sessions.BEGAN]
    age(client, seen=59)
    seen = client.session[sessions.SEEN]
    client.get("/admin/password_change/")
    assert client.session[sessions.SEEN] == seen
    age(client, seen=61)
    client.get("/admin/password_change/")
    assert client.session[sessions.SEEN] > seen + 1
    assert client.session[sessions.BEGAN] == began


def test_giving_the_password_again_begins_the_session_again() -> None:
    make_user("ada", password=PASSWORD)
    client = Client()
    sign_in(client, "ada")
    age(client, began=11 * 3600)
    sign_in(client, "ada")
    assert time.time() - client.session[sessions.BEGAN] < 3600


def test_public_pages_and_the_api_neither_read_nor_set_a_cookie(django_assert_num_queries: Any) -> None:
    claim = make_published()
    client = Client()
    client.force_login(make_user())
    for address in ("/", claim.get_absolute_url(), "/api/v1/claims/"):
        response = client.get(address)
        assert response.status_code == 200
        assert not response.cookies
        assert "Cookie" not in response.headers.get("Vary", "")


def test_what_was_sent_after_the_end_is_not_lost() -> None:
    user = make_user("ada", password=PASSWORD, is_superuser=True)
    client = Client()
    sign_in(client, "ada")
    claim = make_claim("one")
    address = reverse("admin:claims_claim_change", args=[claim.pk])
    data = {**filled(client, address), "title": "A title\r\nwritten <for> hours"}
    age(client, seen=3 * 3600)
    held = client.post(address, data)
    assert held.status_code == 403
    assert "not saved yet" in held.content.decode()
    kept = held.context["kept"]
    assert Claim.objects.get().title != data["title"]
    again = reverse("account-again")
    # Not signed in: the same page again, and nothing of the text for whoever sits there now.
    waiting = client.post(again, {"held": kept})
    assert waiting.status_code == 403
    assert "written" not in waiting.content.decode()
    assert waiting.context["kept"] == kept
    other = Client()
    other.force_login(make_user(is_superuser=True))
    assert "written" not in other.post(again, {"held": kept}, follow=True).content.decode()
    sign_in(client, "ada")
    page = client.post(again, {"held": kept})
    assert page.status_code == 200
    assert "csrfmiddlewaretoken" in page.content.decode()
    assert "<for>" not in page.content.decode()
    sent = dict(page.context["held"].fields)
    assert page.context["held"].path == address
    assert sent["title"] == data["title"]
    # Made up elsewhere, or cut: nothing.
    assert client.post(again, {"held": kept[:-1]})["Location"] == "/admin/"
    assert client.post(again)["Location"] == "/admin/"
    assert user.pk == page.context["held"].user


def test_a_password_is_not_held() -> None:
    client = Client()
    client.force_login(make_user("ada", password=PASSWORD))
    client.get("/admin/password_change/")
    age(client, seen=3 * 3600)
    assert client.post("/admin/password_change/", {"old_password": PASSWORD}).status_code == 302
