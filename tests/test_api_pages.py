"""The pages about the API: all that the description has, with addresses that lead somewhere."""

import re

import pytest
from django.test import Client
from makers import make_published
from visiting import page, sentences

from factcheck.api import reference
from factcheck.api.schema import described

pytestmark = pytest.mark.django_db


def test_the_reference_has_every_operation_shape_and_member() -> None:
    text = page("/api/docs/")
    words = sentences(text)
    for path, operations in described()["paths"].items():
        for method, operation in operations.items():
            assert f"{method.upper()} {path}" in words
            assert f'id="{operation["operationId"]}"' in text
    for name in described()["components"]["schemas"]:
        assert f'id="shape-{name}"' in text
    assert "live.notices[].kind" in words
    assert "401 Unauthorized" in words


def test_every_part_that_is_led_to_is_there_once() -> None:
    text = page("/api/docs/")
    ids = re.findall(r' id="([^"]+)"', text)
    assert len(ids) == len(set(ids))
    assert set(re.findall(r'href="#([^"]+)"', text)) <= set(ids)
    home = page("/api/")
    assert set(re.findall(r'href="/api/docs/#([^"]+)"', home)) <= set(ids)


def test_the_first_page_leads_to_what_there_is() -> None:
    make_published("one")
    text = page("/api/")
    for address in {*re.findall(r'href="(/(?!static/)[^"#]*)"', text)}:
        assert Client().get(address).status_code in (200, 301), address
    words = sentences(text)
    for said in ("Deprecation (RFC 9745)", "Sunset (RFC 8594)", "twelve months", "CC BY 4.0", "429"):
        assert said in words
    assert Client().get("/api").headers["Location"] == "/api/"


@pytest.mark.parametrize("path", ["/api/", "/api/docs/"])
def test_nothing_is_fetched_from_elsewhere(path: str) -> None:
    text = page(path)
    assert "<script" not in text
    assert not re.findall(r'(?:src|<link rel="stylesheet" href)="https?:', text)
    answer = Client().post(path)
    assert (answer.status_code, answer["Allow"]) == (405, "GET, HEAD")


@pytest.mark.parametrize(
    ("schema", "said"),
    [
        ({"type": "string"}, "text"),
        ({"type": ["string", "null"], "format": "uri"}, "text or null (address)"),
        ({"enum": ["a", None]}, "one of a, null"),
        ({"const": "speaker"}, "“speaker”"),
        ({"oneOf": [{"$ref": "#/components/schemas/Date"}, {"type": "null"}]}, "Date or null"),
        ({"type": "array", "items": {"$ref": "#/components/schemas/Entry"}}, "list of Entry"),
        ({"type": "object", "additionalProperties": {"type": "integer"}}, "object with values: integer"),
        ({}, "any value"),
    ],
)
def test_a_type_is_said_in_words(schema: dict[str, object], said: str) -> None:
    assert "".join(word.text for word in reference._kind(schema)) == said
