"""The description of the API (OpenAPI 3.1): made anew it is the committed one, and it says what is true."""

import re
from typing import Any

import jsonschema
import pytest
from django.test import Client
from drf_spectacular.validation import validate_schema
from test_caching import published
from test_golden import make_golden_record
from test_http_manners import API

from factcheck.api import openapi, schema
from factcheck.api.schema import described

pytestmark = [pytest.mark.django_db, pytest.mark.usefixtures("published")]

assert published
PATHS: dict[str, Any] = described()["paths"]
# What everybody may read.
READ = {
    path: operations["get"]
    for path, operations in PATHS.items()
    if "get" in operations and {} in operations["get"]["security"]
}


def test_the_committed_description_is_the_program_s() -> None:
    assert schema.DESCRIPTION.read_text(encoding="utf-8") == openapi.text(), "Run make schema."


def test_it_is_openapi_3_1() -> None:
    assert described()["openapi"] == "3.1.0"
    validate_schema(described())


def test_it_is_served_as_it_is_committed() -> None:
    answer = Client().get("/api/v1/schema/")
    assert answer.getvalue() == schema.DESCRIPTION.read_bytes()
    assert answer["Content-Type"] == "application/json"
    assert answer["Access-Control-Allow-Origin"] == "*"
    assert Client().get("/api/v1/schema/?format=yaml").status_code == 400


def test_every_operation_has_a_name_of_its_own_and_words() -> None:
    operations = [operation for operations in PATHS.values() for operation in operations.values()]
    names = [operation["operationId"] for operation in operations]
    assert len(names) == len(set(names)) == sum(map(len, openapi.Shapes().operations.values()))
    for operation in operations:
        assert operation["summary"]
        for parameter in operation.get("parameters", ()):
            assert parameter["description"]


@pytest.mark.parametrize("path", READ)
def test_the_parameters_are_those_that_are_known(path: str) -> None:
    described_ = {one["name"] for one in READ[path].get("parameters", ()) if one["in"] == "query"}
    name = next(address for address in API.values() if _matches(path, address.partition("?")[0]))
    (error,) = Client().get(name.partition("?")[0], {"n": "x"}).json()["errors"][:1]
    known = re.search(r"Known here: (.*)\.", error["reason"])
    assert described_ == (set(known[1].split(", ")) if known else set())


def _matches(path: str, address: str) -> bool:
    return re.fullmatch(re.sub(r"\{\w+\}", "[^/]+", path), address) is not None


def closed(schema: Any) -> Any:
    """The schema of an answer to which no member was added that it does not name."""
    if isinstance(schema, list):
        return [closed(part) for part in schema]
    if not isinstance(schema, dict):
        return schema
    made = {name: closed(part) for name, part in schema.items()}
    if isinstance(schema.get("properties"), dict) and "additionalProperties" not in schema:
        made["additionalProperties"] = False
    return made


def shape_of(path: str, status: int) -> Any:
    answer = READ[path]["responses"][str(status)]
    while "$ref" in answer:
        answer = described()["components"]["responses"][answer["$ref"].rsplit("/", 1)[1]]
    (media,) = answer["content"].values()
    return closed({**media["schema"], "components": described()["components"]})


ADDRESSES = [
    (path, address) for path in READ for address in API.values() if _matches(path, address.partition("?")[0])
]


@pytest.mark.parametrize(("path", "address"), ADDRESSES)
def test_every_member_of_an_answer_is_described(path: str, address: str) -> None:
    make_golden_record()
    for asked, status in ((address, 200), (address.partition("?")[0] + "?nmae=x", 400)):
        answer = Client().get(asked)
        assert answer.status_code == status
        jsonschema.Draft202012Validator(shape_of(path, status)).validate(answer.json())


def test_what_was_taken_back_is_described() -> None:
    make_golden_record()
    for path, address in (
        ("/api/v1/claims/{slug}/", "/api/v1/claims/bridge/"),
        ("/api/v1/claims/{slug}/revisions/{number}/", "/api/v1/claims/bridge/revisions/1/"),
    ):
        answer = Client().get(address)
        assert answer.status_code == 410
        jsonschema.Draft202012Validator(shape_of(path, 410)).validate(answer.json())
