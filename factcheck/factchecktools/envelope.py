"""Errors in the form in which clients of Google's APIs read them. Pure.

    {"error": {"code": 400, "message": "…", "status": "INVALID_ARGUMENT", "details": [{"@type": "…", …}]}}

The names of `status` are those of google.rpc.Code, the types of details those of google/rpc/error_details.proto.
"""

from collections.abc import Iterable, Mapping
from http import HTTPStatus
from typing import Any

DOMAIN = "factchecktools"
_TYPE = "type.googleapis.com/google.rpc."

STATUSES = {
    400: "INVALID_ARGUMENT",
    401: "UNAUTHENTICATED",
    403: "PERMISSION_DENIED",
    404: "NOT_FOUND",
    # There is no name for it among google.rpc.Code; this one says that an operation is not there.
    405: "UNIMPLEMENTED",
    409: "ABORTED",
    412: "FAILED_PRECONDITION",
    413: "INVALID_ARGUMENT",
    415: "INVALID_ARGUMENT",
    429: "RESOURCE_EXHAUSTED",
    500: "INTERNAL",
    501: "UNIMPLEMENTED",
    503: "UNAVAILABLE",
}
MESSAGES = {
    400: "The request cannot be understood.",
    403: "This address is not open to you.",
    404: "Nothing is found at this address.",
    412: "This is another one by now than If-Match or If-Unmodified-Since asks for.",
    413: "What was sent is longer than this server takes.",
    500: "Something went wrong on this server. The operator's log says what.",
    503: "The database of this server cannot be asked at the moment. Try again when Retry-After says.",
}


class Refused(Exception):
    """A request that is answered with an error: its HTTP status, a sentence, and what else the envelope says."""

    def __init__(
        self,
        code: int,
        message: str,
        *,
        status: str = "",
        details: Iterable[Mapping[str, Any]] = (),
        headers: Mapping[str, str] | None = None,
    ) -> None:
        super().__init__(message)
        self.code = code
        self.headers = dict(headers or {})
        self.document = envelope(code, message, status=status, details=details)


def envelope(
    code: int, message: str = "", *, status: str = "", details: Iterable[Mapping[str, Any]] = ()
) -> dict[str, Any]:
    """The whole answer; `status` is the name of the error where it is not the usual one of the HTTP status."""
    error: dict[str, Any] = {
        "code": code,
        "message": message or MESSAGES.get(code) or HTTPStatus(code).description or HTTPStatus(code).phrase,
        "status": status or STATUSES.get(code, "UNKNOWN"),
    }
    found = [dict(detail) for detail in details]
    if found:
        error["details"] = found
    return {"error": error}


def violations(reasons: Mapping[str, str]) -> list[dict[str, Any]]:
    """The detail that names each field that cannot be used, with a sentence."""
    if not reasons:
        return []
    named = [{"field": field, "description": reason} for field, reason in reasons.items()]
    return [{"@type": f"{_TYPE}BadRequest", "fieldViolations": named}]


def info(reason: str, **metadata: str) -> list[dict[str, Any]]:
    """The detail that names the reason for programs, in capitals."""
    detail: dict[str, Any] = {"@type": f"{_TYPE}ErrorInfo", "reason": reason, "domain": DOMAIN}
    return [{**detail, "metadata": metadata} if metadata else detail]


def preconditions(kind: str, reasons: Mapping[str, str]) -> list[dict[str, Any]]:
    """The detail of what is in order and cannot be so here: for programs its `kind`, in capitals; by field, why."""
    named = [{"type": kind, "subject": field, "description": reason} for field, reason in reasons.items()]
    return [{"@type": f"{_TYPE}PreconditionFailure", "violations": named}]


def bad(reasons: Mapping[str, str]) -> Refused:
    """400 with every field that cannot be used."""
    said = " ".join(reasons.values()) if len(reasons) == 1 else "The request has fields that cannot be used."
    return Refused(400, said, details=violations(reasons))
