"""Partners' keys: their form, what is kept of them, which are accepted, and what the database holds by itself."""

import datetime as dt
import re
from collections.abc import Callable
from hashlib import sha256
from typing import Any

import pytest
from django.core.exceptions import ValidationError
from django.db import IntegrityError, transaction
from django.test import RequestFactory
from hypothesis import given
from hypothesis import strategies as st
from partnering import make_key, make_partner

from factcheck.partners import credentials, keys, scopes, secrets
from factcheck.partners.keys import Reason
from factcheck.partners.models import Key, Partner, Site, Usage, host_of
from factcheck.partners.scopes import Scope

AT = dt.datetime(2026, 3, 1, 12, tzinfo=dt.UTC)
DAY = dt.timedelta(days=1)

database = pytest.mark.django_db


def test_a_key_is_known_again_by_its_beginning_and_by_nothing_else() -> None:
    secret = secrets.draw()
    assert re.fullmatch(r"fck_[A-Za-z0-9]{8}_[A-Za-z0-9]{40}", secret)
    assert secrets.is_formed(secret)
    assert secrets.prefix_of(secret) == secret[:12]
    assert secrets.digest_of(secret) == sha256(secret.encode()).hexdigest()
    assert len({secrets.draw() for _ in range(1000)}) == 1000


@given(st.text())
def test_what_is_no_key_has_not_its_form(text: str) -> None:
    assert secrets.is_formed(text) == bool(
        text.isascii() and re.fullmatch(r"fck_[A-Za-z0-9]{8}_[A-Za-z0-9]{40}", text) and "\n" not in text
    )


@pytest.mark.parametrize("spoilt", ["\n", " ", "x", "é"])
def test_a_key_ends_where_it_ends(spoilt: str) -> None:
    assert not secrets.is_formed(secrets.draw() + spoilt)


@given(st.lists(st.sampled_from(list(Scope)), min_size=1))
def test_scopes_are_written_in_one_way(wanted: list[Scope]) -> None:
    assert scopes.written(wanted) in scopes.EVERY
    assert set(scopes.written(wanted).split()) == set(wanted)


def test_an_unknown_scope_is_none() -> None:
    with pytest.raises(ValueError, match="everything"):
        scopes.written(["read", "everything"])


def revoked(partner: Partner) -> str:
    secret = make_key(partner, at=AT)
    keys.revoke(partner.keys.get(), at=AT)
    return secret


def inactive(partner: Partner) -> str:
    secret = make_key(partner, at=AT)
    Partner.objects.update(active=False)
    return secret


def one_of_two(partner: Partner) -> str:
    first = make_key(partner, at=AT)
    make_key(partner, at=AT)
    return first


def rotated(partner: Partner) -> str:
    """The second key, after the first was taken away."""
    make_key(partner, at=AT)
    second = make_key(partner, at=AT)
    keys.revoke(partner.keys.last(), at=AT)  # type: ignore[arg-type]
    return second


def altered(partner: Partner) -> str:
    secret = make_key(partner, at=AT)
    return secret[:-1] + ("a" if secret[-1] != "a" else "b")


# How the key came to be, what it is to open, and why it does not; None: it does.
STATES: list[tuple[str, Callable[[Partner], str], Scope | None, Reason | None]] = [
    ("live", lambda partner: make_key(partner, at=AT), None, None),
    ("live, its scope", lambda partner: make_key(partner, ["pages"], at=AT), Scope.PAGES, None),
    ("one of two", one_of_two, Scope.READ, None),
    ("the other of two", rotated, Scope.READ, None),
    ("not expired yet", lambda partner: make_key(partner, at=AT - DAY, expires_at=AT + DAY), None, None),
    ("another scope", lambda partner: make_key(partner, ["read"], at=AT), Scope.PAGES, Reason.SCOPE),
    ("expires now", lambda partner: make_key(partner, at=AT - DAY, expires_at=AT), None, Reason.EXPIRED),
    (
        "expired",
        lambda partner: make_key(partner, at=AT - 2 * DAY, expires_at=AT - DAY),
        None,
        Reason.EXPIRED,
    ),
    ("revoked", revoked, None, Reason.REVOKED),
    ("inactive partner", inactive, None, Reason.INACTIVE),
    ("never made", lambda _: secrets.draw(), None, Reason.UNKNOWN),
    ("one character off", altered, None, Reason.UNKNOWN),
    ("its beginning alone", lambda partner: make_key(partner, at=AT)[:12], None, Reason.MALFORMED),
    ("in capitals", lambda partner: make_key(partner, at=AT).upper(), None, Reason.MALFORMED),
    ("its digest", lambda partner: secrets.digest_of(make_key(partner, at=AT)), None, Reason.MALFORMED),
    ("empty", lambda _: "", None, Reason.MALFORMED),
    ("a NUL", lambda _: "fck_\0", None, Reason.MALFORMED),
    ("another house's", lambda _: "AIzaSyD-0123456789", None, Reason.MALFORMED),
]


@database
@pytest.mark.parametrize(
    ("made", "scope", "reason"), [row[1:] for row in STATES], ids=[row[0] for row in STATES]
)
def test_which_keys_are_accepted(
    made: Callable[[Partner], str], scope: Scope | None, reason: Reason | None
) -> None:
    partner = make_partner()
    secret = made(partner)
    if reason is None:
        assert keys.check(secret, at=AT, scope=scope).partner == partner
        return
    with pytest.raises(keys.Refused) as refused:
        keys.check(secret, at=AT, scope=scope)
    assert refused.value.reason == reason
    said = str(refused.value)
    assert said.endswith(".")
    assert not secret or len(secret) < 13 or secret[12:] not in said


@database
def test_one_check_is_one_query(django_assert_num_queries: Any) -> None:
    secret = make_key(make_partner())
    with django_assert_num_queries(1):
        assert keys.check(secret, at=AT).partner.active


@database
def test_nothing_that_is_kept_gives_the_key_away() -> None:
    secret = make_key(make_partner(), ["read", "pages"])
    kept = str(list(Key.objects.values()))
    assert secret[:12] in kept
    assert secret[13:] not in kept
    assert secret[13:] not in str(Key.objects.get())


@database
def test_two_live_keys_and_no_third() -> None:
    partner = make_partner()
    first, _ = keys.make(partner, name="one", scopes=["read"], at=AT)
    keys.make(partner, name="two", scopes=["read"], at=AT, expires_at=AT + DAY)
    with pytest.raises(keys.TooMany, match="has 2 live keys"):
        keys.make(partner, name="three", scopes=["read"], at=AT)
    assert partner.keys.count() == 2
    # What expired makes room by itself, what was revoked at once; another partner has its own two.
    keys.make(partner, name="three", scopes=["read"], at=AT + DAY)
    assert keys.revoke(first, at=AT + DAY)
    assert not keys.revoke(first, at=AT + DAY)
    keys.make(partner, name="four", scopes=["read"], at=AT + DAY)
    keys.make(make_partner(), name="one", scopes=["read"], at=AT)
    assert [key.name for key in partner.keys.live(at=AT + DAY).order_by("pk")] == ["three", "four"]


@database
def test_what_is_asked_of_a_new_key() -> None:
    partner = make_partner()
    for bad in ({"name": ""}, {"scopes": []}, {"expires_at": AT}):
        with pytest.raises(ValidationError):
            keys.make(partner, **{"name": "one", "scopes": ["read"], "at": AT, **bad})  # type: ignore[arg-type]
    assert not partner.keys.exists()


@database
def test_the_last_use_is_written_down_once_a_minute(django_assert_num_queries: Any) -> None:
    secret = make_key(make_partner(), at=AT)
    assert keys.use(keys.check(secret, at=AT), at=AT)
    stale = keys.check(secret, at=AT)
    with django_assert_num_queries(0):
        assert not keys.use(stale, at=AT + dt.timedelta(seconds=59))
    later = AT + dt.timedelta(seconds=60)
    assert keys.use(stale, at=later)
    # Two processes that read it before: the second writes nothing.
    assert not keys.use(stale, at=later)
    assert Key.objects.get().last_used_at == later


HOSTS = [
    ("news.example.org", "news.example.org"),
    ("WWW.News.Example.ORG", "news.example.org"),
    ("https://www.news.example.org/about?x=1", "news.example.org"),
    (" news.example.org. ", "news.example.org"),
    ("bücher.example", "xn--bcher-kva.example"),
    ("localhost", None),
    ("127.0.0.1", None),
    ("news.example.org:8080", None),
    ("a b.example", None),
    ("-a.example", None),
    ("a..example", None),
    ("user@news.example", None),
    ("[::1]", None),
    ("a_b.example", None),
    ("a" * 64 + ".example", None),
    ("https://", None),
]


@pytest.mark.parametrize(("text", "host"), HOSTS)
def test_the_site_that_somebody_means(text: str, host: str | None) -> None:
    if host is None:
        with pytest.raises(ValidationError, match="Write the host alone"):
            host_of(text)
    else:
        assert host_of(text) == host


@given(st.text(alphabet="aB.-:/ @ü1", max_size=20))
def test_a_site_in_its_form_stays_as_it_is(text: str) -> None:
    try:
        host = host_of(text)
    except ValidationError:
        return
    assert host_of(host) == host
    assert host_of(f"https://www.{host}/x") == host.removeprefix("www.")


def stored(**values: Any) -> Callable[[], Any]:
    def make() -> None:
        row = {"partner": make_partner(), "name": "one", "prefix": "fck_abcdefgh", "digest": "0" * 64}
        Key.objects.create(**{**row, "scopes": "read", "slot": 1, "created_at": AT, **values})

    return make


def twice(**values: Any) -> Callable[[], Any]:
    def make() -> None:
        partner = make_partner()
        for number in range(2):
            row = {"prefix": f"fck_{number:08}", "digest": str(number) * 64, "slot": number + 1, **values}
            Key.objects.create(partner=partner, name="one", scopes="read", created_at=AT, **row)

    return make


def site(host: str) -> Callable[[], Any]:
    return lambda: Site.objects.bulk_create([Site(partner=make_partner(), host=host)])


REFUSED: dict[str, Callable[[], Any]] = {
    "partner without a name": lambda: Partner.objects.create(name=""),
    "two of one name": lambda: [make_partner(name="One"), make_partner(name="One")],
    "a quota of nothing": lambda: make_partner(per_minute=0),
    "a day below a minute": lambda: make_partner(per_minute=10, per_day=9),
    "a site in capitals": site("News.example"),
    "a site with www.": site("www.news.example"),
    "a site with a path": site("news.example/a"),
    "a site with a port": site("news.example:80"),
    "no site": site("news"),
    "one site twice": lambda: [make_partner(sites=["a.example"]), make_partner(sites=["a.example"])],
    "a third slot": stored(slot=3),
    "a live key without a slot": stored(slot=None),
    "a revoked key with a slot": stored(revoked_at=AT),
    "a key without a name": stored(name=""),
    "an unknown scope": stored(scopes="all"),
    "scopes in another order": stored(scopes="pages read"),
    "no scope": stored(scopes=""),
    "expired when it was made": stored(expires_at=AT),
    "one slot twice": twice(slot=1),
    "one digest twice": twice(digest="f" * 64),
    "one prefix twice": twice(prefix="fck_abcdefgh"),
    "one day twice": lambda: [
        Usage.objects.create(partner=partner, day=AT.date(), requests=1)
        for partner in [make_partner()]
        for _ in range(2)
    ],
}


@database
@pytest.mark.parametrize("make", REFUSED.values(), ids=REFUSED)
def test_the_database_refuses(make: Callable[[], Any]) -> None:
    with pytest.raises(IntegrityError), transaction.atomic():
        make()


BEARER = "Bearer fck_x"
CARRIED: list[tuple[str, str, dict[str, Any], str | None]] = [
    ("get", "/api/v1/claims/", {"headers": {"authorization": BEARER}}, "fck_x"),
    ("get", "/api/v1/claims/", {"headers": {"authorization": "bearer  fck_x "}}, "fck_x"),
    ("get", "/api/v1/claims/", {"headers": {"authorization": "Bearer"}}, ""),
    ("get", "/api/v1/claims/", {"headers": {"authorization": "Basic eDp5"}}, None),
    ("get", "/api/v1/claims/", {}, None),
    # An address is no place for a key, but for the clients that know no other.
    ("get", "/api/v1/claims/?key=fck_x", {}, None),
    ("get", "/v1alpha1/claims:search?key=fck_x", {}, "fck_x"),
    ("get", "/v1alpha1/claims:search?key=", {}, None),
    ("get", "/v1alpha1/claims%3Asearch?key=fck_x", {}, "fck_x"),
    ("get", "/v1alpha1/pages?key=fck_y", {"headers": {"authorization": BEARER}}, "fck_x"),
    (
        "post",
        "/v1alpha1/claims:search",
        {"data": "query=a&key=fck_x", "content_type": credentials._FORM},
        "fck_x",
    ),
    ("post", "/v1alpha1/pages", {"data": '{"key": "fck_x"}', "content_type": "application/json"}, None),
]


@pytest.mark.parametrize(("method", "path", "sent", "found"), CARRIED)
def test_where_a_request_may_carry_a_key(
    method: str, path: str, sent: dict[str, Any], found: str | None
) -> None:
    assert credentials.of(getattr(RequestFactory(), method)(path, **sent)) == found
