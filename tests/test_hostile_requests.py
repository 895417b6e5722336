"""Requests that no well-meaning client sends: each gets its own status, never a server error."""

import pytest
from django.test import Client
from makers import make_published, make_user

pytestmark = pytest.mark.django_db

PAGES = ["/", "/claims/one/", "/api/v1/claims/", "/api/nothing/", "/admin/login/"]


@pytest.mark.parametrize("host", ["evil.example", "127.0.0.1:abc", "127.0.0.1:80@evil", "", "[::1"])
@pytest.mark.parametrize("path", PAGES)
def test_a_host_that_is_not_ours(path: str, host: str) -> None:
    make_published("one")
    answer = Client().get(path, headers={"host": host})
    assert answer.status_code == 400
    assert "evil" not in answer.content.decode()


@pytest.mark.parametrize("name", ["sessionid", "csrftoken", "messages", "anything"])
@pytest.mark.parametrize("value", ['"\\000aaaaaaaaaaaaaaaa"', "%00aaaaaaaa", "\\355\\240\\200", ""])
@pytest.mark.parametrize("path", ["/", "/admin/login/", "/api/v1/claims/"])
def test_cookies_that_were_never_ours(path: str, name: str, value: str) -> None:
    assert Client().get(path, headers={"cookie": f"{name}={value}"}).status_code == 200


# What was sent, and the type that it was sent as.
UNREADABLE = {
    "a charset of its own": (b"\xff\xfe", "application/x-www-form-urlencoded; charset=utf-16"),
    "no boundary": (b"x", "multipart/form-data"),
    "too long": (b"text=" + b"a" * 3_000_000, "application/x-www-form-urlencoded"),
    "too many fields": (b"a=b&" * 10_001, "application/x-www-form-urlencoded"),
}


@pytest.mark.parametrize("what", UNREADABLE)
@pytest.mark.parametrize(
    "path",
    [
        *("/suggest/", "/claims/one/report/", "/nothing/", "/admin/login/", "/api/v1/claims/"),
        "/v1alpha1/claims:search",
    ],
)
def test_a_form_that_cannot_be_read(path: str, what: str, caplog: pytest.LogCaptureFixture) -> None:
    """It is refused once; reading it again for the refusal would be a second mistake."""
    make_published("one")
    sent, kind = UNREADABLE[what]
    for checks in (True, False):
        client = Client(enforce_csrf_checks=checks, raise_request_exception=True)
        client.get("/suggest/")
        answer = client.generic("POST", path, sent, content_type=kind)
        assert answer.status_code in (400, 403, 404, 405, 413)
    # A line says so, and no traceback.
    assert not [one for one in caplog.records if one.exc_info or one.levelname == "ERROR"]
    if path == "/suggest/" and what.startswith("too"):
        assert [one.name.startswith("django.security.") for one in caplog.records] == [True, True]


def test_a_signed_in_editor_is_told_at_the_desk_what_cannot_be_read() -> None:
    client = Client(enforce_csrf_checks=True)
    client.force_login(make_user())
    for what, (sent, kind) in UNREADABLE.items():
        answer = client.generic("POST", "/admin/claims/speaker/add/", sent, content_type=kind)
        assert answer.status_code in (400, 403), what
        assert "Back to the desk" in answer.content.decode(), what


@pytest.mark.parametrize("method", ["POST", "PUT", "DELETE", "PATCH", "FOO"])
@pytest.mark.parametrize("path", ["/api/", "/api/v1/nothing/", "/api/v1/claims/", "/api/v1/claims/one/"])
def test_the_api_answers_in_its_own_form_whatever_the_method(path: str, method: str) -> None:
    make_published("one")
    answer = Client(enforce_csrf_checks=True).generic(method, path)
    assert answer.status_code in (404, 405)
    assert answer["Content-Type"] == "application/problem+json"


@pytest.mark.parametrize(
    "query",
    [
        "q=%00",
        "q=%ED%A0%80",
        "q=%FF",
        "q=" + "a+" * 2500,
        "before=" + "9" * 40,
        "before=-1",
        "after=%D9%A1",
        "rating=%00",
        "claimed_from=0000-00-00",
        "claimed_from=9999-12-31&published_until=9999-12-31",
        "q=a&q=b",
        "speaker=" + "x" * 3000,
    ],
)
@pytest.mark.parametrize("path", ["/", "/api/v1/claims/", "/speakers/ada-quill/", "/topics/bridge/"])
def test_queries_that_nobody_would_ask(path: str, query: str) -> None:
    make_published("one")
    assert Client().get(f"{path}?{query}").status_code in (200, 400)
