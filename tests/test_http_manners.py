"""The manners of every public address: validators, no body for HEAD, open to scripts, refusals in one form."""

import pytest
from django.conf import settings
from django.test import Client
from makers import NOON
from partnering import make_key, make_partner
from test_caching import ADDRESSES, published

from factcheck import caching
from factcheck.audiences import AUDIENCES, Audience
from factcheck.headers import FOR_PROGRAMS

pytestmark = [pytest.mark.django_db, pytest.mark.usefixtures("published")]

assert published
# Addresses with validators of their own, and those that have none: what is asked there is no projection of the record.
OWN = {"api-changes": "/api/v1/changes/", "record-head": "/.well-known/factcheck-record"}
WITHOUT = caching.OTHERS - OWN.keys()
WALKED = ADDRESSES | OWN
PROGRAMS = {
    name: path for name, path in WALKED.items() if path.startswith("/api/v1/") or name in FOR_PROGRAMS
}
API = {name: path for name, path in WALKED.items() if path.startswith("/api/v1/")}
PROBLEM = "application/problem+json"
SEARCH = "/v1alpha1/claims:search"
SCRIPT = {"origin": "https://reader.example"}


def test_the_walk_has_every_public_address() -> None:
    public = {name for name, audience in AUDIENCES.items() if audience is Audience.PUBLIC}
    assert {*WALKED} | WITHOUT == public


@pytest.mark.parametrize("path", WALKED.values())
def test_every_answer_has_validators_and_head_has_no_body(path: str) -> None:
    answer = Client().get(path)
    assert answer.status_code == 200
    assert answer["Last-Modified"] == f"{NOON:%a, %d %b %Y %H:%M:%S} GMT"
    assert "s-maxage=" in answer["Cache-Control"]
    for sent in ({"if_none_match": answer["ETag"]}, {"if_modified_since": answer["Last-Modified"]}):
        again = Client().get(path, headers=sent)
        assert (again.status_code, again.getvalue()) == (304, b"")
        assert again["ETag"] == answer["ETag"]
    head = Client().head(path)
    assert (head.status_code, head.getvalue()) == (200, b"")
    for name in ("ETag", "Last-Modified", "Cache-Control", "Content-Type", "Vary"):
        assert head.get(name) == answer.get(name), name


@pytest.mark.parametrize("path", PROGRAMS.values())
def test_scripts_of_other_sites_read_what_is_for_programs(path: str) -> None:
    answer = Client().get(path, headers=SCRIPT)
    assert answer["Access-Control-Allow-Origin"] == "*"
    exposed = {name.strip() for name in answer["Access-Control-Expose-Headers"].split(",")}
    assert exposed >= {"ETag", "Last-Modified", "Link", "RateLimit", "RateLimit-Policy", "Retry-After"}
    preflight = Client().options(
        path,
        headers={
            **SCRIPT,
            "access-control-request-method": "GET",
            "access-control-request-headers": "authorization,if-none-match",
        },
    )
    assert preflight.status_code in (200, 204)
    assert preflight["Access-Control-Allow-Origin"] == "*"
    assert {"GET", "HEAD"} <= {*preflight["Access-Control-Allow-Methods"].split(", ")}
    assert {"Authorization", "If-None-Match", "If-Modified-Since"} <= {
        *preflight["Access-Control-Allow-Headers"].split(", ")
    }
    assert "Access-Control-Allow-Credentials" not in preflight.headers


def test_a_script_may_send_a_text_to_be_matched() -> None:
    preflight = Client().options(
        "/api/v1/match/",
        headers={
            **SCRIPT,
            "access-control-request-method": "POST",
            "access-control-request-headers": "content-type",
        },
    )
    assert "POST" in preflight["Access-Control-Allow-Methods"]
    assert "Content-Type" in preflight["Access-Control-Allow-Headers"]


@pytest.mark.parametrize("path", API.values())
def test_every_refusal_of_the_api_is_a_problem(path: str) -> None:
    plain = path.partition("?")[0]
    refusals = [
        (400, Client().get(plain, {"nmae": "x"})),
        (405, Client().post(path, {"a": 1}, content_type="application/json")),
        (405, Client().delete(path)),
        (406, Client().get(path, headers={"accept": "text/csv"})),
        (404, Client().get(f"{plain}none/none/")),
    ]
    for status, answer in refusals:
        assert (answer.status_code, answer["Content-Type"]) == (status, PROBLEM), (path, status)
        problem = answer.json()
        assert problem["status"] == status
        assert problem["detail"]
        assert not answer.has_header("ETag")
        assert answer["Access-Control-Allow-Origin"] == "*"
        if status == 405:
            assert "GET" in answer["Allow"]


@pytest.mark.parametrize(
    "sent", [{"if_match": '"other"'}, {"if_unmodified_since": "Mon, 01 Jan 2001 00:00:00 GMT"}]
)
def test_a_condition_that_does_not_hold_is_told_in_the_form_of_what_was_asked(sent: dict[str, str]) -> None:
    for path in API.values():
        answer = Client().get(path, headers=sent)
        assert (answer.status_code, answer["Content-Type"]) == (412, PROBLEM), path
        assert answer.json()["status"] == 412
    answer = Client().get(SEARCH, {"query": "bridge"}, headers=sent)
    assert (answer.status_code, answer.json()["error"]["status"]) == (412, "FAILED_PRECONDITION")
    assert Client().get("/", headers=sent).status_code == 412
    kept = Client().get(API["api-claims"])["ETag"]
    assert Client().get(API["api-claims"], headers={"if_match": kept}).status_code == 200


@pytest.mark.parametrize("cookies", ["sessionid=abc", "csrftoken=x", "__Host-csrftoken=x; messages=y"])
def test_the_apis_look_at_no_cookie(cookies: str) -> None:
    for path in (*API.values(), f"{SEARCH}?query=bridge"):
        with_cookies, without = (Client().get(path, headers=sent) for sent in ({"cookie": cookies}, {}))
        assert not with_cookies.cookies, path
        for counted in (with_cookies, without):
            del counted["RateLimit"]
        assert with_cookies.headers == without.headers, path
        assert with_cookies.getvalue() == without.getvalue(), path


def test_an_address_that_is_too_long_to_lead_on_is_not_there() -> None:
    for path, kind in (("/api/v1/claims/", PROBLEM), ("/claims/", "text/html; charset=utf-8")):
        assert Client().get(f"{path}one").status_code == 301
        answer = Client().get(f"{path}{'a' * 20_000}")
        assert (answer.status_code, answer["Content-Type"]) == (404, kind)


def test_what_is_sent_in_another_form_is_refused() -> None:
    answer = Client().post("/api/v1/match/", b"text=x", content_type="application/x-www-form-urlencoded")
    assert (answer.status_code, answer["Content-Type"]) == (415, PROBLEM)
    answer = Client().post("/api/v1/match/", b"{", content_type="application/json")
    assert (answer.status_code, answer["Content-Type"]) == (400, PROBLEM)
    answer = Client().get("/api/v1/match/")
    assert (answer.status_code, answer["Content-Type"]) == (405, PROBLEM)


def test_a_fault_of_ours_is_a_problem_too(monkeypatch: pytest.MonkeyPatch) -> None:
    def fault(*arguments: object, **options: object) -> None:
        raise RuntimeError("A secret of the program.")

    monkeypatch.setattr("claims.documents.served_many", fault)
    answer = Client(raise_request_exception=False).get("/api/v1/claims/")
    assert (answer.status_code, answer["Content-Type"]) == (500, PROBLEM)
    assert "secret" not in answer.content.decode()
    assert answer["Access-Control-Allow-Origin"] == "*"


TOO_LONG = b'{"text": "' + b"a" * settings.DATA_UPLOAD_MAX_MEMORY_SIZE + b'"}'


@pytest.mark.parametrize("path", ["/api/v1/match/", "/api/v1/submissions/", "/api/v1/webhooks/"])
def test_a_body_that_is_too_long_is_said_to_be(path: str) -> None:
    key = make_key(make_partner(), ["submit", "webhooks"])
    answer = Client().post(
        path, TOO_LONG, content_type="application/json", headers={"authorization": f"Bearer {key}"}
    )
    assert (answer.status_code, answer["Content-Type"]) == (413, PROBLEM)
    assert "2,621,440 bytes" in answer.json()["detail"]
    assert answer.has_header("RateLimit")


@pytest.mark.parametrize(
    ("body", "charset", "status"), [(b"query=" + TOO_LONG, "utf-8", 413), (b"query=a", "utf-16", 400)]
)
def test_a_form_that_cannot_be_read_counts(body: bytes, charset: str, status: int) -> None:
    def left() -> int:
        answer = Client(raise_request_exception=False).post(
            SEARCH,
            body,
            content_type=f"application/x-www-form-urlencoded; charset={charset}",
            headers={"x-http-method-override": "GET", **SCRIPT},
        )
        assert answer.status_code == status
        assert answer.json()["error"]["status"] == "INVALID_ARGUMENT"
        assert answer["Access-Control-Allow-Origin"] == "*"
        return int(answer["RateLimit"].split("r=")[1].split(";")[0])

    assert left() == left() + 1


def test_what_a_script_may_send_is_said_without_a_key() -> None:
    for path, methods in {
        "/api/v1/webhooks/": {"GET", "POST"},
        "/api/v1/webhooks/sub_0/": {"GET", "PATCH", "DELETE"},
        "/api/v1/webhooks/sub_0/secret/": {"POST"},
        "/api/v1/submissions/": {"POST"},
        SEARCH: {"GET"},
    }.items():
        answer = Client().options(path, headers={**SCRIPT, "access-control-request-method": "POST"})
        assert answer.status_code in (200, 204), path
        assert methods <= {*answer["Access-Control-Allow-Methods"].split(", ")}
        assert {"Authorization", "Idempotency-Key"} <= {*answer["Access-Control-Allow-Headers"].split(", ")}
        # It is not counted.
        assert not answer.has_header("RateLimit"), path


def test_the_home_of_the_api_leads_partners_on() -> None:
    page = Client().get("/api/").content.decode()
    assert Client().get("/$discovery/rest?version=v1alpha1").status_code == 200
    for said in (
        'href="/$discovery/rest?version=v1alpha1"',
        "/api/v1/webhooks/",
        "/api/v1/submissions/",
        "Bearer",
    ):
        assert said in page
