"""How tests ask claims:search, as clients of the Fact Check Tools API do."""

from typing import Any

from django.test import Client

from claims.search.store import Unusable

SEARCH = "/v1alpha1/claims:search"
JSON = "application/json; charset=UTF-8"


def ask(status: int = 200, **parameters: Any) -> dict[str, Any]:
    answer = Client().get(SEARCH, parameters)
    assert answer.status_code == status, answer.content
    assert answer["Content-Type"] == JSON
    found: dict[str, Any] = answer.json()
    return found


def texts(**parameters: Any) -> list[str]:
    return [claim["text"] for claim in ask(**parameters).get("claims", [])]


def violated(**parameters: Any) -> dict[str, str]:
    error = ask(400, **parameters)["error"]
    assert (error["code"], error["status"]) == (400, "INVALID_ARGUMENT")
    (detail,) = error["details"]
    assert detail["@type"] == "type.googleapis.com/google.rpc.BadRequest"
    return {one["field"]: one["description"] for one in detail["fieldViolations"]}


def unusable() -> Any:
    raise Unusable("There is no index yet.")
