"""The second factor: set up, asked for, used once, and no way round it."""

import re
import time
from typing import Any
from urllib.parse import quote

import pytest
from django.contrib.admin.models import LogEntry
from django.contrib.auth.models import User
from django.test import Client
from django.urls import reverse
from django.utils import timezone
from django_otp.oath import TOTP
from django_otp.plugins.otp_static.models import StaticDevice, StaticToken
from django_otp.plugins.otp_totp.models import TOTPDevice
from filling import filled
from makers import make_user
from test_accounts_signing_in import PASSWORD, quick_passwords, sign_in
from test_urls import example

from factcheck.accounts import factor, passwords
from factcheck.audiences import Audience, addresses, audience_of

__all__ = ["quick_passwords"]

pytestmark = pytest.mark.django_db

CODE, SETUP, CONFIRM = (
    "/admin/account/code/",
    "/admin/account/second-factor/",
    "/admin/account/second-factor/confirm/",
)


def token(device: TOTPDevice, *, steps: int = 0) -> str:
    """What the app shows, or showed so many half minutes from now."""
    totp = TOTP(device.bin_key)
    totp.time = time.time() + 30 * steps
    return f"{totp.token():06}"


def forget_use(device: Any) -> None:
    """As if time had passed: the last code is long ago, and no wait is open."""
    type(device).objects.filter(pk=device.pk).update(
        throttling_failure_count=0, throttling_failure_timestamp=None
    )
    TOTPDevice.objects.filter(pk=device.pk).update(last_t=-1)


def wait(model: Any, *, failures: int) -> None:
    """As if the last of so many wrong codes had been typed just now."""
    model.objects.update(throttling_failure_count=failures, throttling_failure_timestamp=timezone.now())


def enrol(user: User) -> tuple[TOTPDevice, list[str]]:
    device = factor.begin(user)
    TOTPDevice.objects.filter(pk=device.pk).update(confirmed=True)
    return TOTPDevice.objects.get(pk=device.pk), factor.renew_codes(user)


def half_way(name: str = "ada") -> Client:
    client = Client()
    assert sign_in(client, name).status_code == 302
    return client


def inside(client: Client) -> bool:
    return bool(client.get("/admin/").status_code == 200)


@pytest.fixture
def ada() -> User:
    return make_user("ada", password=PASSWORD, is_superuser=True)


def test_from_setting_up_to_signing_in_with_it(ada: User) -> None:
    client = half_way()
    assert client.get(CONFIRM)["Location"] == SETUP
    assert "not your password" in client.post(SETUP, {"password": "wrong"}).content.decode()
    assert not TOTPDevice.objects.exists()
    assert client.post(SETUP, {"password": PASSWORD})["Location"] == CONFIRM
    device = TOTPDevice.objects.get()
    page = client.get(CONFIRM)
    text = page.content.decode()
    assert factor.key_of(device) in text
    assert "<svg" in text
    assert "style=" not in text
    assert "no-store" in page["Cache-Control"]
    # Until a code proves the app, the device counts for nothing.
    assert inside(half_way())
    assert "not right" in client.post(CONFIRM, {"code": "abcdef"}).content.decode()
    before = client.session.session_key
    used = token(device)
    shown = client.post(CONFIRM, {"code": used})
    codes = re.findall(r"<code>([a-z2-7-]+)</code>", shown.content.decode())
    assert len(set(codes)) == 10
    assert client.session.session_key != before
    assert inside(client)
    # Shown once: the database has no code to show.
    kept = set(StaticToken.objects.values_list("token", flat=True))
    assert not kept & {code.replace("-", "") for code in codes}
    assert codes[0] not in client.get("/admin/account/").content.decode()
    assert client.get(CONFIRM)["Location"] == SETUP
    assert LogEntry.objects.get().change_message == "Set up a second factor."
    # The code that confirmed it was used by that.
    other = half_way()
    assert not inside(other)
    assert "has been used" in other.post(CODE, {"code": used}).content.decode()
    forget_use(device)
    before = other.session.session_key
    entered = other.post(
        CODE, {"code": f" {token(device)[:3]} {token(device)[3:]} ", "next": "/admin/password_change/"}
    )
    assert entered["Location"] == "/admin/password_change/"
    assert other.session.session_key != before
    assert inside(other)


def test_no_staff_address_is_open_before_the_code(ada: User) -> None:
    device, _ = enrol(ada)
    client = half_way()
    open_before = {"account-code", "admin:logout", "account-again"}
    walked = 0
    for address in addresses():
        if audience_of(address) is not Audience.STAFF or address.name in open_before:
            continue
        path = example(address.route)
        for answer in (client.get(path), client.post(path, {"password": PASSWORD, "code": token(device)})):
            assert (path, answer.status_code) == (path, 302)
            assert answer["Location"].startswith(f"{CODE}?next="), path
        walked += 1
    assert walked > 60
    assert TOTPDevice.objects.get() == device
    # Somebody who has given no code is nobody on the other pages, too.
    assert client.get("/admin/login/").status_code == 200
    again = client.post(reverse("admin:login"), {"username": "ada", "password": PASSWORD, "next": "/admin/"})
    assert again.status_code == 302
    assert not inside(client)
    page = client.get(CODE).content.decode()
    assert "user-tools" not in page
    assert "nav-sidebar" not in page


def test_a_session_from_before_the_device_is_asked_for_the_code(ada: User) -> None:
    client = half_way()
    assert inside(client)
    enrol(ada)
    asked = client.get("/admin/password_change/?a=b")
    assert asked["Location"] == f"{CODE}?next={quote('/admin/password_change/?a=b', safe='')}"


def test_a_set_up_begun_before_cannot_be_confirmed_without_the_code(ada: User) -> None:
    """Two sessions with the password begin; one confirms; the other must not put its own device in its place."""
    thief = half_way()
    thief.post(SETUP, {"password": PASSWORD})
    theirs = TOTPDevice.objects.get()
    TOTPDevice.objects.filter(pk=theirs.pk).update(confirmed=True)
    device = TOTPDevice.objects.create(user=ada, name="Another", confirmed=False)
    ada.is_verified = lambda: False  # type: ignore[attr-defined]
    with pytest.raises(factor.Refused, match="has a second factor already"):
        factor.confirm(device, code=token(device), by=ada, at=theirs.created_at)
    assert TOTPDevice.objects.filter(confirmed=True).get() == theirs


def test_another_session_cannot_confirm_a_key_that_it_was_not_shown(ada: User) -> None:
    first, second = half_way(), half_way()
    first.post(SETUP, {"password": PASSWORD})
    assert second.get(CONFIRM)["Location"] == SETUP
    second.post(SETUP, {"password": PASSWORD})
    assert first.get(CONFIRM)["Location"] == SETUP


def test_a_code_counts_once_and_wrong_ones_make_one_wait(ada: User) -> None:
    device, codes = enrol(ada)
    shown = token(device)
    client = half_way()
    assert client.post(CODE, {"code": shown})["Location"] == "/admin/"
    replay = half_way()
    assert "has been used" in replay.post(CODE, {"code": shown}).content.decode()
    # The wait holds for the right code as well, and for every session of the account.
    assert TOTPDevice.objects.get().throttling_failure_count == 1
    wait(TOTPDevice, failures=12)
    early = half_way().post(CODE, {"code": token(device, steps=1)})
    assert early.status_code == 429
    assert "wait 35 minutes" in early.content.decode()
    # A recovery code has a count of its own; it is used up by use.
    helped = half_way()
    assert helped.post(CODE, {"code": codes[3].upper().replace("-", " ")})["Location"] == "/admin/"
    assert "9 are left" in helped.get("/admin/").content.decode()
    assert half_way().post(CODE, {"code": codes[3]}).status_code == 200
    wait(StaticDevice, failures=6)
    early = half_way().post(CODE, {"code": codes[4]})
    assert early.status_code == 429
    assert re.search(r"wait \d\d seconds", early.content.decode())
    forget_use(StaticDevice.objects.get())
    assert half_way().post(CODE, {"code": codes[4]}).status_code == 302


@pytest.mark.parametrize(
    "typed",
    ["", "٠١٢٣٤٥", "-12345", "1_2_3_", "0" * 41, "\0", "\udcff".encode("utf-8", "replace").decode(), "12345"],
)
def test_nonsense_is_no_code(ada: User, typed: str) -> None:
    enrol(ada)
    client = half_way()
    assert client.post(CODE, {"code": typed}).status_code == 200
    assert not inside(client)


def test_a_code_of_somebody_else_opens_nothing(ada: User) -> None:
    enrol(ada)
    device, codes = enrol(make_user("eve", password=PASSWORD))
    client = half_way()
    assert client.post(CODE, {"code": token(device)}).status_code == 200
    assert client.post(CODE, {"code": codes[0]}).status_code == 200
    assert not inside(client)


def verified(user: User, device: TOTPDevice) -> Client:
    forget_use(device)
    client = half_way(user.username)
    assert client.post(CODE, {"code": token(device)}).status_code == 302
    return client


def test_replacing_renewing_removing_ask_for_the_password(ada: User) -> None:
    device, codes = enrol(ada)
    client = verified(ada, device)
    renew, remove = "/admin/account/recovery-codes/", "/admin/account/second-factor/remove/"
    for address in (SETUP, renew, remove):
        assert client.get(address).status_code == 200
        assert "Type your password" in client.post(address, {}).content.decode()
        assert "not your password" in client.post(address, {"password": "x"}).content.decode()
    assert TOTPDevice.objects.get() == device
    assert factor.codes_left(ada) == 10
    client.post(renew, {"password": PASSWORD})
    assert factor.codes_left(ada) == 10
    assert half_way().post(CODE, {"code": codes[0]}).status_code == 200
    # The old device holds until the new one is confirmed; then every other session is asked again.
    other = verified(ada, device)
    client.post(SETUP, {"password": PASSWORD})
    new = TOTPDevice.objects.get(confirmed=False)
    assert inside(other)
    assert client.post(CONFIRM, {"code": token(new)}).status_code == 200
    assert TOTPDevice.objects.get() == new
    assert not inside(other)
    assert inside(client)
    assert client.post(remove, {"password": PASSWORD})["Location"] == "/admin/account/"
    assert not TOTPDevice.objects.exists()
    assert not StaticDevice.objects.exists()
    assert inside(half_way())
    assert client.get(remove)["Location"] == client.get(renew)["Location"] == "/admin/account/"


def test_guessing_the_password_inside_is_counted_like_a_sign_in(ada: User) -> None:
    client = half_way()
    answers = [client.post(SETUP, {"password": f"guess {number}"}).status_code for number in range(6)]
    assert answers == [200, 200, 200, 200, 429, 429]
    assert client.post(SETUP, {"password": PASSWORD}).status_code == 429
    assert not TOTPDevice.objects.exists()


def test_a_new_password_by_link_does_not_replace_the_code(ada: User) -> None:
    enrol(ada)
    client = Client()
    first = client.get(passwords.link(User.objects.get(pk=ada.pk)).partition("127.0.0.1:8000")[2])
    word = "an entirely new phrase"
    done = client.post(first["Location"], {"new_password1": word, "new_password2": word}, follow=True)
    assert "new password is set" in done.content.decode()
    assert client.get("/admin/")["Location"].startswith("/admin/login/")
    assert sign_in(client, "ada", word).status_code == 302
    assert not inside(client)


@pytest.mark.parametrize(("needed", "said"), [(True, "publishing needs"), (False, "does not need")])
def test_the_account_page_says_what_publishing_needs(
    ada: User, settings: Any, needed: bool, said: str
) -> None:
    settings.SECOND_FACTOR_FOR_PUBLISHING = needed
    assert said in half_way().get("/admin/account/").content.decode()


# The superuser's side ------------------------------------------------------------------------------


def test_a_superuser_takes_a_lost_phone_off_a_colleagues_account(ada: User) -> None:
    eve = make_user("eve", password=PASSWORD)
    device, _ = enrol(eve)
    open_session = verified(eve, device)
    client, address = half_way(), reverse("admin:auth_user_second_factor", args=[eve.pk])
    assert address in client.get(reverse("admin:auth_user_change", args=[eve.pk])).content.decode()
    assert client.get(address).status_code == 200
    assert TOTPDevice.objects.exists()
    done = client.post(address, follow=True)
    assert "the password alone signs them in now" in done.content.decode()
    assert not TOTPDevice.objects.exists()
    assert inside(half_way("eve"))
    assert "has no second factor" in client.post(address, follow=True).content.decode()
    assert LogEntry.objects.get().change_message == "Removed the second factor for a colleague."
    for path in (address, reverse("admin:auth_user_changelist"), reverse("admin:axes_accesslog_changelist")):
        assert open_session.get(path).status_code == 403
        assert open_session.post(path).status_code == 403
    assert (
        client.get(reverse("admin:auth_user_second_factor", args=[ada.pk]))["Location"] == "/admin/account/"
    )


def test_nobody_sees_keys_codes_or_password_hashes(ada: User) -> None:
    device, _ = enrol(make_user("eve", password=PASSWORD))
    names = {address.name for address in addresses()}
    assert not [name for name in names if "otp" in name]
    client, eve = half_way(), User.objects.get(username="eve")
    page = client.get(reverse("admin:auth_user_change", args=[eve.pk])).content.decode()
    assert device.key not in page
    assert eve.password.rpartition("$")[2] not in page


def test_the_list_of_users_says_who_has_a_second_factor(
    ada: User, django_assert_max_num_queries: Any
) -> None:
    from django.contrib.auth.models import Group

    editors, _ = Group.objects.get_or_create(name="Editor")
    for number in range(12):
        user = make_user(f"user-{number}")
        user.groups.add(editors)
    enrol(user)
    client = half_way()
    with django_assert_max_num_queries(14):
        page = client.get(reverse("admin:auth_user_changelist"))
    found = {row.username: row.has_factor for row in page.context["cl"].result_list}
    assert [name for name, there in found.items() if there] == ["user-11"]
    assert "Editor" in page.content.decode()


def test_a_superuser_makes_an_account_and_cannot_shut_out_oneself(ada: User) -> None:
    from django.contrib.auth.models import Group

    editors, _ = Group.objects.get_or_create(name="Editor")
    client = half_way()
    made = client.post(
        reverse("admin:auth_user_add"),
        {"username": "eve", "usable_password": "false", "groups": [editors.pk], "email": "eve@desk.example"},
    )
    assert made.status_code == 302
    eve = User.objects.get(username="eve")
    assert (eve.is_staff, eve.is_superuser, eve.has_usable_password()) == (True, False, False)
    assert list(eve.groups.all()) == [editors]
    address = reverse("admin:auth_user_change", args=[ada.pk])
    data = {**filled(client, address), "first_name": "Ada"}
    forged = {**data, "is_superuser": "", "is_staff": "", "is_active": ""}
    assert client.post(address, forged).status_code == 302
    ada.refresh_from_db()
    assert (ada.first_name, ada.is_superuser, ada.is_staff, ada.is_active) == ("Ada", True, True, True)
    assert client.post(reverse("admin:auth_user_delete", args=[eve.pk]), {"post": "yes"}).status_code == 403
