"""Forgotten passwords and demo accounts."""

import re
import threading
from typing import Any

import pytest
from django.contrib.auth.models import Group, User
from django.core import mail
from django.core.cache import cache
from django.core.management import CommandError, call_command
from django.test import Client
from makers import make_user
from test_accounts_signing_in import PASSWORD, quick_passwords, sign_in

from factcheck.accounts import passwords

__all__ = ["quick_passwords"]

pytestmark = pytest.mark.django_db

ASK = "/admin/password_reset/"
NEW = "an entirely new phrase"


@pytest.fixture(autouse=True)
def no_mail_of_late() -> None:
    cache.clear()


def ask(address: str) -> Any:
    response = Client().post(ASK, {"email": address})
    for thread in threading.enumerate():
        if thread.name == passwords.THREAD:
            thread.join()
    return response


def test_without_mail_the_page_says_whom_to_ask() -> None:
    make_user("ada", email="ada@desk.example")
    assert ASK in Client().get("/admin/login/").content.decode()
    for response in (Client().get(ASK), ask("ada@desk.example")):
        assert "ask an administrator" in response.content.decode()
        assert "<form" not in response.content.decode()
    assert mail.outbox == []


def test_the_answer_never_tells_whether_an_account_exists(settings: Any) -> None:
    settings.MAIL = True
    make_user("ada", password=PASSWORD, email="ada@desk.example")
    make_user("gone", password=PASSWORD, email="gone@desk.example", is_active=False)
    make_user("reader", password=PASSWORD, email="reader@desk.example", is_staff=False)
    answers = [ask(f"{name}@desk.example") for name in ("ada", "gone", "reader", "nobody")]
    assert len({(answer.status_code, answer["Location"], answer.content) for answer in answers}) == 1
    assert [message.to for message in mail.outbox] == [["ada@desk.example"]]
    # Whoever asks again at once fills nobody's box.
    ask("ADA@desk.example")
    assert len(mail.outbox) == 1


def test_the_link_by_mail_works_once(settings: Any) -> None:
    settings.MAIL, settings.FACTCHECK_URL = True, "https://facts.example.org"
    make_user("ada", password=PASSWORD, email="ada@desk.example")
    old = Client()
    sign_in(old, "ada")
    # The address in the mail is the house's, whatever the request says.
    ask("ada@desk.example")
    text = mail.outbox[0].body
    found = re.search(r"https://facts\.example\.org(/admin/reset/\S+)", text)
    assert found
    assert "within 24 hours" in text
    client = Client()
    place = client.get(found[1])["Location"]
    assert "ada" in client.get(place).content.decode()
    weak = client.post(place, {"new_password1": "short", "new_password2": "short"})
    assert "too short" in weak.content.decode()
    client.post(place, {"new_password1": NEW, "new_password2": NEW})
    assert old.get("/admin/").status_code == 302
    assert client.get("/admin/").status_code == 302
    assert "does not work any more" in Client().get(found[1]).content.decode()
    assert sign_in(Client(), "ada", NEW).status_code == 302


def test_a_mail_server_that_is_down_is_logged_and_not_shown(settings: Any, caplog: Any) -> None:
    settings.MAIL = True
    settings.EMAIL_BACKEND = "django.core.mail.backends.smtp.EmailBackend"
    settings.EMAIL_HOST, settings.EMAIL_PORT = "127.0.0.1", 1
    make_user("ada", password=PASSWORD, email="ada@desk.example")
    assert ask("ada@desk.example").status_code == 302
    assert "was not sent" in caplog.text


def test_changing_ones_password_ends_the_other_sessions() -> None:
    make_user("ada", password=PASSWORD)
    first, second = Client(), Client()
    sign_in(first, "ada")
    sign_in(second, "ada")
    data = {"old_password": PASSWORD, "new_password1": NEW, "new_password2": NEW}
    wrong = first.post("/admin/password_change/", {**data, "old_password": "wrong"})
    assert "This is not your password" in wrong.content.decode()
    assert first.post("/admin/password_change/", data).status_code == 302
    guesses = [first.post("/admin/password_change/", data).status_code for _ in range(5)]
    assert guesses == [200, 200, 200, 429, 429]
    assert first.get("/admin/").status_code == 200
    assert second.get("/admin/").status_code == 302


def test_a_link_from_an_administrator(capsys: Any) -> None:
    user = make_user("ada")
    assert not user.has_usable_password()
    call_command("password_link", "ada")
    said = capsys.readouterr()
    path = said.out.strip().removeprefix("http://127.0.0.1:8000")
    assert path.startswith("/admin/reset/")
    assert "works once, within 24 hours" in said.err
    client = Client()
    client.post(client.get(path)["Location"], {"new_password1": NEW, "new_password2": NEW})
    assert sign_in(Client(), "ada", NEW).status_code == 302


@pytest.mark.parametrize(
    ("values", "name", "sentence"),
    [
        ({}, "nobody", "There is no account nobody"),
        ({"is_active": False}, "ada", "may not sign in"),
        ({"is_staff": False}, "ada", "may not sign in"),
    ],
)
def test_no_link_without_an_account_that_may_sign_in(values: Any, name: str, sentence: str) -> None:
    make_user("ada", **values)
    with pytest.raises(CommandError, match=sentence):
        call_command("password_link", name)


# Demo accounts -------------------------------------------------------------------------------------


def groups() -> None:
    for name in ("Reporter", "Editor", "Publisher"):
        Group.objects.get_or_create(name=name)


def made(capsys: Any, *arguments: str) -> dict[str, str]:
    call_command("demo_users", *arguments)
    lines = capsys.readouterr().out.splitlines()
    return {line.split()[0]: line.split(maxsplit=2)[2] for line in lines if line.startswith("demo-")}


def test_demo_users_are_made_once(capsys: Any) -> None:
    groups()
    first = made(capsys)
    assert list(first) == ["demo-reporter", "demo-editor", "demo-publisher"]
    assert len(set(first.values())) == 3
    for name, password in first.items():
        assert sign_in(Client(), name, password).status_code == 302
        assert f"demo-{User.objects.get(username=name).groups.get().name.lower()}" == name
        assert not User.objects.get(username=name).is_superuser
    before = list(User.objects.order_by("pk").values_list("password", flat=True))
    assert set(made(capsys).values()) == {"is there already; nothing changed"}
    assert list(User.objects.order_by("pk").values_list("password", flat=True)) == before
    second = made(capsys, "--new-passwords")
    assert not set(second.values()) & set(first.values())
    assert sign_in(Client(), "demo-editor", second["demo-editor"]).status_code == 302
    assert User.objects.count() == 3


def test_a_production_server_gets_none(settings: Any) -> None:
    groups()
    settings.HTTPS = True
    with pytest.raises(CommandError, match="no accounts for trying out"):
        call_command("demo_users")
    assert not User.objects.exists()


def test_without_the_groups_nothing_is_half_made() -> None:
    groups()
    Group.objects.filter(name="Publisher").delete()
    with pytest.raises(CommandError, match="no group Publisher"):
        call_command("demo_users")
    assert not User.objects.exists()
