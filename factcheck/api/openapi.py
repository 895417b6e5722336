"""The OpenAPI 3.1 description of the API, made by drf-spectacular from the addresses and from shapes.yaml.

A development tool: `make schema` writes DESCRIPTION, which is served as it stands (factcheck.api.schema), so that a
running server needs none of this. A test makes it anew and compares.
"""

import json
from http import HTTPStatus
from pathlib import Path
from typing import Any

import yaml
from django.urls import get_resolver
from drf_spectacular.generators import EndpointEnumerator, SchemaGenerator
from drf_spectacular.openapi import AutoSchema
from drf_spectacular.settings import spectacular_settings

from factcheck.api.schema import DESCRIPTION

SHAPES = Path(__file__).with_name("shapes.yaml")
PREFIX = "/api/v1/"
JSON = "application/json"
PROBLEM = "application/problem+json"
VALIDATORS = ("ETag", "Last-Modified", "Cache-Control")
LIMITS = ("RateLimit", "RateLimit-Policy")
SAID = {
    200: "The answer.",
    201: "It was taken.",
    204: "It is gone.",
    301: "The row was merged: the address of the one that is left.",
    304: "Nothing has changed since the answer that the reader has.",
    400: "A parameter or member is unknown, repeated, empty or bad; `errors` names each.",
    401: "The key that was sent is not known here, has expired or was revoked. Without a key everybody may read.",
    403: "The key is good, but does not open this.",
    404: "There is nothing at this address, or nothing that is public now.",
    406: "The API answers in JSON only.",
    409: "It cannot be had as things stand; the answer says why.",
    410: "It was taken back, or taken out of the record; the answer says why.",
    412: "This is another one by now than If-Match or If-Unmodified-Since asks for.",
    413: "What was sent is longer than this server takes.",
    415: "Only JSON is taken.",
    422: "What was sent contradicts what was sent before; the answer says how.",
    429: "Asked too often: Retry-After says when to ask again.",
    503: "The database, or the index of the claims, cannot be asked at the moment. Try again later.",
}
OF_STATUS = {
    301: ("Location",),
    401: ("WWW-Authenticate",),
    429: ("Retry-After",),
    503: ("Retry-After",),
}
# For every address beside its own answers.
ALWAYS = (304, 400, 401, 406, 412, 429, 503)
SETTINGS = {
    "OAS_VERSION": "3.1.0",
    "TITLE": "Fact-check database",
    "VERSION": "1",
    "DESCRIPTION": (
        "Published fact-checks with both findings, their quotations to the character, and the record that says what "
        "was published when. Reading is open. An address answers GET, HEAD and OPTIONS, and 405 to what it does not "
        "take; errors are problem documents (RFC 9457). Members may be added to answers at any time; what else may "
        "change, and how long before it is announced, is the deprecation policy at /api/."
    ),
    # In the order in which a reader would want them.
    "TAGS": [
        {"name": name}
        for name in ("Fact-checks", "Finding", "The record", "Reference data", "Partners", "This API")
    ],
    "SERVERS": [{"url": "/"}],
    "SCHEMA_PATH_PREFIX": r"/api/v1/",
    "POSTPROCESSING_HOOKS": [],
    "SORT_OPERATION_PARAMETERS": False,
}


class Undescribed(Exception):
    """An address or a parameter of the API of which shapes.yaml says nothing."""


class Shapes:
    """What shapes.yaml says, with each object's required members and whole references."""

    def __init__(self) -> None:
        said = yaml.safe_load(SHAPES.read_text(encoding="utf-8"))
        self.parameters: dict[str, Any] = said["parameters"]
        self.headers: dict[str, Any] = said["headers"]
        self.operations: dict[str, list[dict[str, Any]]] = {
            path: found if isinstance(found, list) else [found] for path, found in said["operations"].items()
        }
        self.schemas: dict[str, Any] = {name: _whole(shape) for name, shape in said["schemas"].items()}
        every = [said for operations in self.operations.values() for said in operations]
        for listed in sorted({said["list"] for said in every if "list" in said}):
            self.schemas[f"{listed}List"] = _list_of(listed)

    def components(self) -> dict[str, Any]:
        return {
            "schemas": self.schemas,
            "headers": self.headers,
            "responses": {_named(status): _answer(status) for status in SAID if status >= 300},
            "securitySchemes": {
                "partnerKey": {"type": "http", "scheme": "bearer", "description": "A partner's key."}
            },
        }


def _whole(shape: Any) -> Any:
    if isinstance(shape, list):
        return [_whole(part) for part in shape]
    if not isinstance(shape, dict):
        return shape
    made = {name: _whole(part) for name, part in shape.items() if name != "optional"}
    if isinstance(shape.get("$ref"), str):
        made["$ref"] = f"#/components/schemas/{shape['$ref']}"
    if isinstance(shape.get("properties"), dict) and "required" not in shape:
        made |= {"type": "object", "required": [*(shape["properties"].keys() - shape.get("optional", ()))]}
        made["required"].sort()
    return made


def _list_of(name: str) -> dict[str, Any]:
    link = {"type": ["string", "null"], "format": "uri"}
    return {
        "type": "object",
        "properties": {
            "next": {**link, "description": "The address of the next page, null on the last."},
            "previous": {**link, "description": "The address of the page before, null on the first."},
            "results": {"type": "array", "items": {"$ref": f"#/components/schemas/{name}"}},
        },
        "required": ["next", "previous", "results"],
    }


class HouseSchema(AutoSchema):
    """One operation, from its view's parameters and from what shapes.yaml says of its address."""

    shapes: Shapes

    @property
    def said(self) -> dict[str, Any]:
        return self._of_address()[self.method.lower()]

    def _of_address(self) -> dict[str, dict[str, Any]]:
        """What is said of the address, by method."""
        try:
            found = self.shapes.operations[self.path.removeprefix(PREFIX)]
        except KeyError:
            raise Undescribed(f"Say in factcheck/api/shapes.yaml what {self.path} answers.") from None
        return {said.get("method", "get"): said for said in found}

    def is_excluded(self) -> bool:
        return not self.path.startswith(PREFIX) or self.method.lower() not in self._of_address()

    def get_operation_id(self) -> str:
        return str(self.said["id"])

    def get_summary(self) -> str:
        return str(self.said["summary"])

    def get_description(self) -> str:  # type: ignore[override]
        return str(self.said.get("description", ""))

    def get_tags(self) -> list[str]:
        return [self.said["tag"]]

    def get_auth(self) -> list[dict[str, Any]]:
        return [*([] if self.said.get("key") else [{}]), {"partnerKey": []}]

    def _get_parameters(self) -> list[dict[str, Any]]:
        in_path = [part[1:-1] for part in self.path.split("/") if part.startswith("{")]
        return [
            *(self._parameter(name, "path") for name in in_path),
            *(self._parameter(name, "query") for name in self._asked()),
        ]

    def _asked(self) -> list[str]:
        """The names that the view takes in a query: of its filters and of its pages, or those that it states."""
        if hasattr(self.view, "parameters"):
            return list(self.view.parameters)
        filters = getattr(self.view, "filterset_class", None)
        pages = getattr(self.view, "pagination_class", None)
        return [*(filters.base_filters if filters else ()), *(getattr(pages, "parameters", ()))]

    def _parameter(self, name: str, where: str) -> dict[str, Any]:
        if name not in self.shapes.parameters:
            raise Undescribed(f"Say in factcheck/api/shapes.yaml what the parameter {name} is.")
        known = self.shapes.parameters[name]
        schema = {**known["schema"], **self.said.get("parameters", {}).get(name, {})}
        made = {"name": name, "in": where, "description": known["description"], "schema": schema}
        if where == "path" or name in self.said.get("required", ()):
            made["required"] = True
        return made

    def _get_request_body(self, direction: Any = "request") -> dict[str, Any] | None:
        if "takes" not in self.said:
            return None
        return {"required": True, "content": _content(JSON, self.said["takes"])}

    def _get_response_bodies(self, direction: Any = "response") -> dict[str, Any]:
        own = self.said.get("answers") or {200: f"{self.said['list']}List"}
        statuses = {*own, *ALWAYS}
        if "{" in self.path:
            statuses.add(404)
        validated = "takes" not in self.said and not self.said.get("key")
        if not validated:
            statuses.discard(304)
        if "takes" in self.said:
            statuses |= {413, 415}
        if self.said.get("key"):
            statuses.add(403)
        statuses.update(self.said.get("also", ()))
        if self.said.get("moves"):
            statuses.add(301)
        return {
            str(status): _answer(status, own[status], validated=validated)
            if status in own
            else {"$ref": f"#/components/responses/{_named(status)}"}
            for status in sorted(statuses)
        }


def _answer(status: int, shape: Any = None, *, validated: bool = True) -> dict[str, Any]:
    headers = [*LIMITS, *OF_STATUS.get(status, ())]
    if status in (200, 304) and validated:
        headers += VALIDATORS
    made: dict[str, Any] = {
        "description": SAID[status],
        "headers": {name: {"$ref": f"#/components/headers/{name}"} for name in headers},
    }
    if shape:
        made["content"] = _content(JSON, shape)
    elif status >= 400:
        made["content"] = _content(PROBLEM, "Problem")
    return made


def _named(status: int) -> str:
    """The name of the answer that is the same everywhere, as HTTP calls the status."""
    return HTTPStatus(status).phrase.replace(" ", "")


def _content(media: str, shape: str | list[str]) -> dict[str, Any]:
    names = [shape] if isinstance(shape, str) else shape
    references: list[dict[str, Any]] = [{"$ref": f"#/components/schemas/{name}"} for name in names]
    return {media: {"schema": references[0] if len(references) == 1 else {"anyOf": references}}}


class _Enumerator(EndpointEnumerator):
    """The addresses of this version of the API."""

    def should_include_endpoint(self, path: str, callback: Any) -> bool:
        return path.startswith(PREFIX) and bool(super().should_include_endpoint(path, callback))


class _Generator(SchemaGenerator):
    endpoint_inspector_cls = _Enumerator
    shapes: Shapes

    def create_view(self, callback: Any, method: str, request: Any = None) -> Any:
        view = super().create_view(callback, method, request)
        schema = HouseSchema()
        schema.shapes = self.shapes
        view.schema = schema
        return view


def description() -> dict[str, Any]:
    """The whole description. Raises Undescribed."""
    generator = _Generator(patterns=get_resolver().url_patterns)
    generator.shapes = shapes = Shapes()
    spectacular_settings.apply_patches({**SETTINGS, "APPEND_COMPONENTS": shapes.components()})
    try:
        made: dict[str, Any] = generator.get_schema(public=True)
    finally:
        spectacular_settings.clear_patches()
    gone = {f"{PREFIX}{path}" for path in shapes.operations} - made["paths"].keys()
    if gone:
        raise Undescribed(f"shapes.yaml describes what is not there: {', '.join(sorted(gone))}.")
    return made


def text() -> str:
    """The description as it is committed."""
    return json.dumps(description(), indent=1, ensure_ascii=False) + "\n"


def write() -> None:
    DESCRIPTION.write_text(text(), encoding="utf-8")
