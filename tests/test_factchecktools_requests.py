"""claims:search as it is asked over HTTP: every error, how long questions come, what may be kept."""

import json
from typing import Any

import pytest
from claimsearch import JSON, SEARCH, ask, unusable, violated
from django.test import Client
from golden import golden
from makers import make_published
from test_caching import CHANGES

from claims.search import keeping
from factcheck.factchecktools import search as searching

pytestmark = pytest.mark.django_db

# Errors -------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("parameters", "field", "said"),
    [
        ({}, "query", "or name a publisher's site"),
        ({"query": ""}, "query", "or name a publisher's site"),
        ({"query": "  ", "languageCode": "en"}, "query", "or name a publisher's site"),
        ({"reviewPublisherSiteFilter": "a b"}, "reviewPublisherSiteFilter", "Not the host"),
        ({"reviewPublisherSiteFilter": "http://["}, "reviewPublisherSiteFilter", "Not the host"),
        ({"query": "x", "languageCode": "english language"}, "languageCode", "no language tag"),
        ({"query": "x", "maxAgeDays": "-1"}, "maxAgeDays", "whole number"),
        ({"query": "x", "maxAgeDays": "1.5"}, "maxAgeDays", "whole number"),
        ({"query": "x", "maxAgeDays": "٣"}, "maxAgeDays", "whole number"),
        ({"query": "x", "pageSize": "99999999999"}, "pageSize", "whole number"),
        ({"query": "x", "pageSize": "-1"}, "pageSize", "whole number"),
        ({"query": "x", "offset": "-1"}, "offset", "whole number"),
        ({"query": "x", "offset": "1000"}, "offset", "go further with pageToken"),
        ({"query": "x", "extended": "yes"}, "extended", "true or false"),
        ({"query": "x", "alt": "proto"}, "alt", "JSON only"),
        ({"query": "x", "alt": "media"}, "alt", "JSON only"),
        ({"query": "x", "prettyPrint": "1"}, "prettyPrint", "true or false"),
        ({"query": "x", "$.xgafv": "3"}, "$.xgafv", "1 or 2"),
        ({"query": "x", "fields": "claims("}, "fields", "Name members"),
        ({"query": "x", "callback": "run"}, "callback", "JSONP"),
        ({"query": "x", "languagecode": "en"}, "languagecode", "did you mean languageCode?"),
        ({"query": "x", "utm_source": "y"}, "utm_source", "Unknown parameter"),
        ({"query": ["x", "y"]}, "query", "more than once"),
    ],
)
def test_a_question_that_is_not_understood_is_refused(
    parameters: dict[str, Any], field: str, said: str
) -> None:
    assert said in violated(**parameters)[field]


def test_all_that_is_wrong_is_said_at_once() -> None:
    assert set(violated(pageSize="x", offset="y", bad="z")) == {"query", "pageSize", "offset", "bad"}


def test_the_parameters_of_every_method_are_taken() -> None:
    make_published("one")
    plain = ask(query="bridge")
    common = {"alt": "json", "quotaUser": "me", "$.xgafv": "2", "key": "K", "access_token": "T"}
    assert ask(query="bridge", **common, prettyPrint="false", fields="") == plain
    indented = Client().get(SEARCH, {"query": "bridge", "prettyPrint": "true"}).content.decode()
    assert indented.startswith('{\n  "claims": [\n')
    assert json.loads(indented) == plain
    part = ask(query="bridge", fields="claims(text,claimReview/publisher/site)")
    assert part == {
        "claims": [
            {
                "text": plain["claims"][0]["text"],
                "claimReview": [{"publisher": {"site": "testserver"}}],
            }
        ]
    }


@pytest.mark.parametrize(
    ("method", "path", "code", "status"),
    [
        ("get", "/v1alpha1/claims:imageSearch?imageUri=https://x.example/a.png", 501, "UNIMPLEMENTED"),
        ("get", "/v1alpha1/claims:other", 404, "NOT_FOUND"),
        ("get", "/v1alpha1", 404, "NOT_FOUND"),
        ("get", "/v1alpha1/", 404, "NOT_FOUND"),
        ("get", "/v1alpha1/claims:search/", 404, "NOT_FOUND"),
        ("post", "/v1alpha1/none", 404, "NOT_FOUND"),
        ("get", "/$discovery/none", 404, "NOT_FOUND"),
        ("post", SEARCH, 405, "UNIMPLEMENTED"),
        ("put", SEARCH, 405, "UNIMPLEMENTED"),
        ("delete", SEARCH, 405, "UNIMPLEMENTED"),
        ("post", "/v1alpha1/claims:imageSearch", 405, "UNIMPLEMENTED"),
        ("post", "/$discovery/rest", 405, "UNIMPLEMENTED"),
    ],
)
def test_every_error_is_in_the_envelope(method: str, path: str, code: int, status: str) -> None:
    answer = getattr(Client(enforce_csrf_checks=True), method)(path)
    assert answer.status_code == code
    assert answer["Content-Type"] == JSON
    error = answer.json()["error"]
    assert (error["code"], error["status"]) == (code, status)
    assert error["message"].endswith(".")
    if code == 405:
        assert answer["Allow"] == Client().options(path)["Allow"] == "GET, HEAD, OPTIONS"


def test_the_description_has_the_addresses_of_this_server() -> None:
    address = "/$discovery/rest"
    answer = Client().get(address, {"version": "v1alpha1"})
    document = answer.json()
    assert document["rootUrl"] == document["baseUrl"] == "http://testserver/"
    assert Client().get("/%24discovery/rest?version=v1alpha1&key=K").json() == document
    assert Client().get(address, headers={"if_none_match": answer["ETag"]}).status_code == 304
    # It changes with the program, of which no two servers have one time.
    assert not answer.has_header("Last-Modified")
    assert answer["Access-Control-Allow-Origin"] == "*"
    other = Client().get(address, {"version": "v1"})
    assert (other.status_code, other.json()["error"]["status"]) == (404, "NOT_FOUND")
    text = json.dumps(document, indent=2, ensure_ascii=False) + "\n"
    assert text == golden("factchecktools-discovery.json", text)


def test_a_fault_of_ours_says_no_more_than_that(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(searching, "page", lambda *_, **__: 1 / 0)
    answer = Client(raise_request_exception=False).get(SEARCH, {"query": "x"})
    assert (answer.status_code, answer.json()["error"]["status"]) == (500, "INTERNAL")
    assert "division" not in answer.content.decode()


def test_a_host_that_is_not_ours() -> None:
    answer = Client(headers={"host": "evil.example.org"}).get(SEARCH, {"query": "x"})
    assert (answer.status_code, answer.json()["error"]["status"]) == (400, "INVALID_ARGUMENT")


# Requests -----------------------------------------------------------------------------------------


def test_the_colon_may_be_escaped_and_nothing_is_redirected() -> None:
    make_published("one")
    for path in (SEARCH, "/v1alpha1/claims%3Asearch", "/v1alpha1/claims%3asearch"):
        assert Client().get(f"{path}?query=bridge").json() == ask(query="bridge")
    assert Client().head(SEARCH, {"query": "bridge"}).status_code == 200


def posted(data: str, path: str = SEARCH, override: str = "GET") -> Any:
    client = Client(enforce_csrf_checks=True)
    return client.post(path, data, headers={"x-http-method-override": override}, content_type=FORM)


FORM = "application/x-www-form-urlencoded"


def test_a_question_too_long_for_an_address_comes_as_a_form() -> None:
    make_published("one")
    answer = posted("query=bridge&pageSize=1&alt=json")
    assert answer.json() == ask(query="bridge", pageSize=1)
    assert answer["Cache-Control"] == "no-store"
    assert posted("", f"{SEARCH}?query=bridge").json() == ask(query="bridge")
    twice = posted("query=bridge", f"{SEARCH}?query=bridge")
    assert "more than once" in twice.content.decode()
    other = posted("query=bridge", override="DELETE")
    assert other.status_code == 400


def test_an_answer_is_known_again_unless_it_depends_on_the_day() -> None:
    make_published("one")
    first = Client().get(SEARCH, {"query": "bridge"})
    etag = {"if_none_match": first["ETag"]}
    assert Client().get(SEARCH, {"query": "bridge"}, headers=etag).status_code == 304
    CHANGES["another claim"]()
    assert Client().get(SEARCH, {"query": "bridge"}, headers=etag).status_code == 200
    aged = Client().get(SEARCH, {"query": "bridge", "maxAgeDays": 50_000})
    assert aged["Cache-Control"] == "max-age=0, s-maxage=60"
    assert not aged.has_header("ETag")


def test_an_answer_of_an_index_that_lags_is_not_kept(monkeypatch: pytest.MonkeyPatch) -> None:
    make_published("one")
    monkeypatch.setattr(keeping, "current", unusable)
    answer = Client().get(SEARCH, {"query": "bridge"})
    assert (len(answer.json()["claims"]), answer["Cache-Control"]) == (1, "no-store")


def test_scripts_of_other_sites_may_search() -> None:
    make_published("one")
    for answer in (Client().get(SEARCH, {"query": "bridge"}), Client().get(SEARCH)):
        assert answer["Access-Control-Allow-Origin"] == "*"
