"""Partners at the desk: who may see them, how a key is made, shown once and revoked, and what is counted."""

import datetime as dt
import re

import pytest
from django.conf import LazySettings
from django.contrib.admin.models import LogEntry
from django.test import Client
from django.urls import reverse
from django.utils import timezone
from makers import make_user
from partnering import make_key, make_partner

from claims import roles
from factcheck.partners import keys
from factcheck.partners.models import Key, Partner, Site, Usage

pytestmark = pytest.mark.django_db

LIST = "/admin/partners/partner/"
SECRET = re.compile(r"fck_[A-Za-z0-9]{8}_[A-Za-z0-9]{40}")


@pytest.fixture
def desk() -> Client:
    client = Client()
    client.force_login(make_user("pia"))
    return client


def page_of(partner: Partner, *more: object) -> str:
    return "/".join([LIST.rstrip("/"), str(partner.pk), *map(str, more), ""])


def new_key(**values: object) -> dict[str, object]:
    return {"name": "the importer", "scopes": ["read", "pages"], "expires_on": "", "made": 0, **values}


def test_a_partner_is_added_with_its_sites(desk: Client) -> None:
    form = {
        "name": "Harbour News",
        "active": "on",
        "contact_name": "Robin Reed",
        "note": "",
        "contact_email": "robin@harbour.example",
        "per_minute": 100,
        "per_day": 1000,
        "sites-TOTAL_FORMS": 2,
        "sites-INITIAL_FORMS": 0,
        "sites-0-host": "https://www.Harbour.example/news",
        "sites-1-host": "sport.harbour.example",
    }
    assert desk.post(f"{LIST}add/", form).status_code == 302
    partner = Partner.objects.get()
    assert [site.host for site in partner.sites.all()] == ["harbour.example", "sport.harbour.example"]
    # Another's site, and a quota that cannot be, are refused in words.
    said = desk.post(f"{LIST}add/", {**form, "name": "Other", "per_minute": 2000}).content.decode()
    assert "This site belongs to a partner already." in said
    assert "A day’s quota is at least that of a minute." in said.replace("&#x27;", "’")
    assert (
        "Write the host alone"
        in desk.post(f"{LIST}add/", {**form, "name": "Other", "sites-0-host": "localhost"}).content.decode()
    )
    assert Site.objects.count() == 2


def test_a_key_is_shown_once_and_written_down_nowhere(desk: Client, caplog: pytest.LogCaptureFixture) -> None:
    partner = make_partner()
    address = page_of(partner, "make-key")
    assert "no key yet" in desk.get(page_of(partner, "change")).content.decode()
    assert desk.get(address).status_code == 200
    made = desk.post(address, new_key())
    (secret,) = set(SECRET.findall(made.content.decode()))
    assert "no-store" in made["Cache-Control"]
    key = keys.check(secret, at=timezone.now())
    assert (key.partner, key.scopes, key.expires_at) == (partner, "read pages", None)
    for path in (page_of(partner, "change"), address, LIST, page_of(partner, "history")):
        assert secret[13:] not in desk.get(path).content.decode()
    shown = desk.get(page_of(partner, "change")).content.decode()
    assert f"<code>{key.prefix}…</code> the importer" in shown
    assert LogEntry.objects.get().change_message == f"Made the key {key.prefix}… (the importer)."
    assert secret[13:] not in str(list(LogEntry.objects.values()) + list(Key.objects.values()))
    assert secret[13:] not in caplog.text
    # The page after a key, sent again, makes no second one.
    again = desk.post(address, new_key())
    assert "perhaps by sending it twice" in again.content.decode()
    assert Key.objects.count() == 1


@pytest.mark.parametrize(
    ("values", "said"),
    [
        ({"name": " "}, "Say what the key is for."),
        ({"scopes": []}, "Choose at least one of the things that a key can open."),
        ({"scopes": ["all"]}, "is not one of the available choices"),
        ({"expires_on": "2020-01-01"}, "last day is today or later"),
        ({"expires_on": "tomorrow"}, "Write the day as year, month and day"),
        ({"expires_on": "9999-12-31"}, "last day is today or later"),
        ({"made": "x"}, "Make the key"),
    ],
)
def test_what_a_key_cannot_be(values: dict[str, object], said: str, desk: Client) -> None:
    answer = desk.post(page_of(make_partner(), "make-key"), new_key(**values))
    assert answer.status_code == 200
    assert said in answer.content.decode().replace("&#x27;", "’")
    assert not Key.objects.exists()


def test_a_keys_last_day_belongs_to_it(desk: Client) -> None:
    day = timezone.now().date() + dt.timedelta(days=1)
    desk.post(page_of(make_partner(), "make-key"), new_key(expires_on=day.isoformat()))
    after = dt.datetime.combine(day + dt.timedelta(days=1), dt.time(), dt.UTC)
    assert Key.objects.get().expires_at == after


def test_keys_are_changed_by_having_two(desk: Client) -> None:
    partner = make_partner()
    first, second = make_key(partner), make_key(partner)
    shown = desk.get(page_of(partner, "change")).content.decode()
    assert "as many as it may have" in shown
    assert "Make a key" not in shown
    assert "has 2 live keys" in desk.post(page_of(partner, "make-key"), new_key(made=2)).content.decode()
    old = Key.objects.get(prefix=first[:12])
    address = page_of(partner, "revoke-key", old.pk)
    assert "Revoke the key" in desk.get(address).content.decode()
    assert Key.objects.filter(revoked_at=None).count() == 2
    assert desk.post(address)["Location"] == page_of(partner, "change")
    assert [key.prefix for key in partner.keys.live(at=timezone.now())] == [second[:12]]
    assert LogEntry.objects.get().change_message.startswith("Revoked the key fck_")
    desk.post(address)
    assert LogEntry.objects.count() == 1
    assert SECRET.search(desk.post(page_of(partner, "make-key"), new_key(made=2)).content.decode())


def test_a_key_is_revoked_on_the_page_of_its_own_partner(desk: Client) -> None:
    make_key(make_partner())
    key = Key.objects.get()
    assert desk.post(page_of(make_partner(), "revoke-key", key.pk)).status_code == 404
    assert desk.post(page_of(key.partner, "revoke-key", 10**30)).status_code == 404
    assert Key.objects.filter(revoked_at=None).exists()


@pytest.mark.parametrize("role", [None, roles.REPORTER, roles.EDITOR])
def test_partners_are_not_for_everybody_at_the_desk(role: str | None) -> None:
    client, partner = Client(), make_partner()
    client.force_login(make_user(role=role))
    make_key(partner)
    key = Key.objects.get()
    for path in (LIST, page_of(partner, "change"), page_of(partner, "make-key")):
        assert client.get(path).status_code == 403
    assert client.post(page_of(partner, "make-key"), new_key(made=1)).status_code == 403
    assert client.post(page_of(partner, "revoke-key", key.pk)).status_code == 403
    assert Key.objects.filter(revoked_at=None).count() == 1


def test_a_key_that_publishes_needs_what_publishing_needs(desk: Client, settings: LazySettings) -> None:
    settings.SECOND_FACTOR_FOR_PUBLISHING = True
    address = page_of(make_partner(), "make-key")
    assert "asks for a second factor" in desk.post(address, new_key()).content.decode()
    assert SECRET.search(desk.post(address, new_key(scopes=["read"])).content.decode())


def test_a_partner_is_never_deleted(desk: Client) -> None:
    partner = make_partner()
    assert desk.post(page_of(partner, "delete"), {"post": "yes"}).status_code == 403
    assert Partner.objects.exists()


def test_what_was_asked_for_is_counted_by_day_and_month(desk: Client) -> None:
    partner, today = make_partner(per_day=5000, per_minute=10), timezone.now().date()
    make_partner()
    make_key(partner)
    first = today.replace(day=1)
    for day, count in {today: 1234, first: 1000, first - dt.timedelta(days=1): 7}.items():
        Usage.objects.update_or_create(partner=partner, day=day, defaults={"requests": count})
    stored = {row.day: row.requests for row in Usage.objects.all()}
    month = sum(count for day, count in stored.items() if day >= first)
    for path in (LIST, page_of(partner, "change")):
        shown = desk.get(path).content.decode()
        assert f"{stored[today]:,} of 5,000" in shown
        assert f"{month:,}" in shown
    assert "1 of 2" in desk.get(LIST).content.decode()


def test_the_list_asks_no_more_for_more_partners(desk: Client, django_assert_max_num_queries: object) -> None:
    def queries() -> int:
        with django_assert_max_num_queries(30) as asked:  # type: ignore[operator]
            assert desk.get(LIST).status_code == 200
        return len(asked)

    make_key(make_partner(sites=["a.example"]))
    queries()
    one = queries()
    for number in range(5):
        make_key(make_partner(sites=[f"b{number}.example"]))
    assert queries() == one


def test_the_addresses_are_named() -> None:
    assert reverse("admin:partners_partner_make_key", args=[1]) == f"{LIST}1/make-key/"
