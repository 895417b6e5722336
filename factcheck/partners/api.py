"""POST /api/v1/submissions/: a partner sends a claim for checking, and is told what is known already."""

from typing import Any

from django.http import HttpResponse
from django.utils import timezone
from rest_framework.exceptions import APIException, ValidationError
from rest_framework.request import Request
from rest_framework.response import Response
from rest_framework.views import APIView

from claims import documents
from claims.addresses import base_url
from claims.legible import is_blank, is_writable, printable
from factcheck.api.filtering import refuse, unknown
from factcheck.partners import access, keys, refusing, submitting
from factcheck.partners.scopes import Scope
from sources.languages import language_problem

# Members of what is sent, and how long each may be.
LONGEST = {"claim": 5_000, "speaker": 300, "where": 2_000, "language": 35, "note": 2_000}
LONGEST_KEY = 100


class Conflict(APIException):
    status_code = 422
    default_code = "conflict"


class Submissions(APIView):
    """A claim for the desk. 201 the first time, 200 with the same answer for what was sent before."""

    def post(self, request: Request) -> HttpResponse:
        try:
            key = access.demand(request._request, Scope.SUBMIT)
        except keys.Refused as refused:
            return refusing.bad_key(refused)
        refuse(request.query_params, errors=unknown(request.query_params, known=()))
        given = request.data
        sent = read(given)
        try:
            made, is_new = submitting.submit(
                key.partner, sent, idempotency_key=_idempotency_key(request), at=timezone.now()
            )
        except submitting.OtherWords as error:
            raise Conflict(str(error)) from error
        rows = submitting.nearest_published(sent.claim)
        document = {
            "id": made.pk,
            "received_at": made.at,
            "due_on": made.suggestion.due_on,
            "nearest": [
                documents.summed_up(one) for one in documents.outlined_many(rows, base_url=base_url(request))
            ],
        }
        return Response(document, status=201 if is_new else 200, headers={"Cache-Control": "no-store"})


def read(given: Any) -> submitting.Sent:
    """What was sent, or a ValidationError that names every member that cannot be used."""
    if not isinstance(given, dict):
        raise ValidationError({"claim": 'Send a JSON object: {"claim": "…"}.'})
    errors: dict[str, str] = {
        printable(name): f"Unknown member. Known here: {', '.join(LONGEST)}."
        for name in given
        if name not in LONGEST
    }
    values: dict[str, str] = {}
    for name, longest in LONGEST.items():
        if name not in given and name != "claim":
            continue
        value = given.get(name)
        if not isinstance(value, str) or is_blank(value) or not is_writable(value):
            errors[name] = "This has to be a text that says something."
        elif len(value) > longest:
            errors[name] = f"At most {longest} characters are taken; this has {len(value)}."
        else:
            values[name] = value.replace("\r\n", "\n").strip()
    if "language" in values and (problem := language_problem(values["language"])):
        errors["language"] = problem
    if "speaker" in values:
        values["speaker"] = " ".join(values["speaker"].split())
    if errors:
        raise ValidationError(errors)
    return submitting.Sent(**values)


def _idempotency_key(request: Request) -> str:
    """What the client calls this request; empty where it has no name. With or without the quotes of the draft."""
    value = request.headers.get("Idempotency-Key", "").strip()
    text = value[1:-1] if len(value) > 1 and value[0] == value[-1] == '"' else value
    if len(text) > LONGEST_KEY or not text.isascii() or not text.isprintable() or bool(value) != bool(text):
        raise ValidationError(
            {"Idempotency-Key": f"A key has 1 to {LONGEST_KEY} printable characters of ASCII."}
        )
    return text
