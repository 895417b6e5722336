"""What has been checked in a text, or at an address: a page and an API. A text is looked at and not kept."""

import json
from typing import Any

from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.urls import reverse
from django.views.decorators.cache import never_cache
from django.views.decorators.csrf import csrf_exempt
from django.views.decorators.http import require_http_methods, require_safe
from rest_framework.exceptions import APIException, ValidationError
from rest_framework.request import Request
from rest_framework.response import Response
from rest_framework.views import APIView

from claims import checking, documents, presentation
from claims.addresses import base_url
from claims.legible import is_blank, is_writable, printable
from claims.links import link_key
from claims.search import keeping
from claims.search.store import Unusable

LATER = "The index of the claims cannot be asked at the moment. Try again later."
# Seconds.
_RETRY_AFTER = 60


class NotNow(APIException):
    status_code = 503
    default_detail = LATER
    default_code = "unavailable"
    # The form of errors says it as Retry-After.
    wait = _RETRY_AFTER


@csrf_exempt
@never_cache
@require_http_methods(["GET", "HEAD", "POST"])
def check(request: HttpRequest) -> HttpResponse:
    """A form for a text or an address, and what of it has been checked.

    A text is sent by POST, since it may be long; nothing changes by it, so that other sites may send one too. A short
    one, or the address of a page, may stand in the address of this one, as the bookmarklet has it.
    """
    given = request.POST if request.method == "POST" else request.GET
    text = given.get("text", "").replace("\0", "").replace("\r\n", "\n")
    address = given.get("url", "").replace("\0", "").strip()
    if not address and "://" in text and link_key(text):
        # Whoever pastes an address means what is there.
        text, address = "", text.strip()
    context: dict[str, Any] = {
        "text": text,
        "address": address,
        "longest": checking.LONGEST,
        "longest_printed": f"{checking.LONGEST:,}",
        "bookmarklet": _bookmarklet(request),
    }
    try:
        if address:
            found = checking.at_address(address, base_url=base_url(request))
            context["at"] = found
            context["problem"] = (
                "" if found else "This is no address of a web page: paste it as the browser shows it."
            )
            if found:
                context["reviews"] = [presentation.claim_row(document) for document in found.reviews]
                context["citing"] = [presentation.claim_row(document) for document in found.citing]
        if text.strip():
            context |= _shown(checking.check(text, base_url=base_url(request)))
    except Unusable as problem:
        keeping.complain("A text could not be checked", problem)
        context["problem"] = LATER
    response = render(request, "claims/check.html", context)
    if context.get("problem") == LATER:
        response.status_code = 503
        response["Retry-After"] = str(_RETRY_AFTER)
    return response


def _bookmarklet(request: HttpRequest) -> str:
    """A bookmark that brings the address of the page that is read here. On this page itself it does nothing."""
    here = base_url(request) + reverse("check")
    return f"javascript:location.href={json.dumps(here)}+'?url='+encodeURIComponent(location.href)"


@require_safe
def opensearch(request: HttpRequest) -> HttpResponse:
    """How a browser asks this lookup (OpenSearch 1.1 draft 6)."""
    context = {"home": base_url(request)}
    return render(
        request,
        "claims/opensearch.xml",
        context,
        content_type="application/opensearchdescription+xml; charset=utf-8",
    )


def _shown(checked: checking.Checked) -> dict[str, Any]:
    """The text with numbered marks, and the claims that they lead to in the order in which they are met."""
    numbers: dict[str, int] = {}
    reasons: dict[str, list[checking.Mark]] = {}
    parts = []
    for part in checked.parts:
        marked = []
        for mark in part.marks:
            number = numbers.setdefault(mark.id, len(numbers) + 1)
            reasons.setdefault(mark.id, []).append(mark)
            marked.append((number, mark))
        parts.append((part, marked))
    related = [mark.related for marks in reasons.values() for mark in marks]
    return {
        "parts": parts,
        "left_out": checked.left_out,
        "some_related": any(related),
        "only_related": bool(related) and all(related),
        "found": [
            (number, presentation.claim_row(checked.documents[key]), reasons[key])
            for key, number in numbers.items()
        ],
    }


class Match(APIView):
    """POST {"text"} or {"url"}: the sentences of a text with the claims that they are likely about, or what is known of
    an address. Nothing that is sent is kept, and no address is fetched.
    """

    def post(self, request: Request) -> Response:
        if request.query_params:
            raise ValidationError(
                dict.fromkeys(request.query_params, "This address takes no parameters in its query.")
            )
        given = request.data
        if not isinstance(given, dict):
            raise ValidationError({"text": 'Send a JSON object: {"text": "…"} or {"url": "…"}.'})
        unknown = given.keys() - {"text", "url"}
        if unknown:
            raise ValidationError(
                dict.fromkeys(map(printable, sorted(unknown)), "Unknown member. Known here: text, url.")
            )
        if len(given) != 1:
            raise ValidationError({"text": "Give text or url, and not both."})
        ((name, value),) = given.items()
        if not isinstance(value, str) or is_blank(value) or not is_writable(value):
            raise ValidationError({name: "This has to be a text that says something."})
        try:
            return Response(_by_text(request, value) if name == "text" else _by_address(request, value))
        except Unusable as problem:
            keeping.complain("A text could not be matched", problem)
            raise NotNow from problem


def _by_text(request: Request, text: str) -> dict[str, Any]:
    if len(text) > checking.LONGEST:
        raise ValidationError(
            {"text": f"A text has at most {checking.LONGEST} characters; this one has {len(text)}."}
        )
    checked = checking.check(text, base_url=base_url(request))
    return {
        "sentences": [
            {
                "start": part.start,
                "end": part.end,
                "with_sentence_before": part.with_before,
                "matches": [_mark(mark) for mark in part.marks],
            }
            for part in checked.parts
            if part.marks
        ],
        "claims": {key: documents.summed_up(document) for key, document in sorted(checked.documents.items())},
        "left_out": checked.left_out,
    }


def _by_address(request: Request, address: str) -> dict[str, Any]:
    found = checking.at_address(address, base_url=base_url(request))
    if found is None:
        raise ValidationError({"url": "This is no address of a web page."})
    return {
        "reviews": [document["id"] for document in found.reviews],
        "reviews_total": found.reviews_total,
        "citing": [document["id"] for document in found.citing],
        "citing_total": found.citing_total,
        "claims": {
            document["id"]: documents.summed_up(document) for document in (*found.reviews, *found.citing)
        },
    }


def _mark(mark: checking.Mark) -> dict[str, Any]:
    quoted = mark.quotation
    return {
        "claim": mark.id,
        "sure": mark.sure,
        "related": mark.related,
        "shared_words": list(mark.shared),
        "quotation": {"start": quoted.start, "end": quoted.end, "words": quoted.words, "level": quoted.level}
        if quoted
        else None,
    }
