"""Readers report an error and suggest a claim: a form, a limit, and a page that says what happens next.

Nothing that is sent here is shown to anybody but the editors.
"""

import datetime as dt
import math
from collections.abc import Callable
from typing import Any

from django.core import signing
from django.db import transaction
from django.http import HttpRequest, HttpResponse, HttpResponseRedirect
from django.shortcuts import get_object_or_404, render
from django.urls import reverse
from django.utils import timezone
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_http_methods, require_safe

from claims import intake
from claims.models import ErrorReport, Publication, Suggestion
from factcheck.accounts.limits import spoken
from factcheck.accounts.throttling import client_address
from factcheck.readers import tallies
from factcheck.readers.forms import LONGEST_TEXT, ReadersForm, ReportForm, SuggestionForm

# The page after a form says the day that was set when it came; nobody else can make it say another.
_DUE = signing.Signer(salt="factcheck.readers.due")

_of_form = require_http_methods(["GET", "HEAD", "POST"])


@never_cache
@_of_form
def report(request: HttpRequest, slug: str) -> HttpResponse:
    """What is wrong with one fact-check, withdrawn or not."""
    about = _about(slug)
    form = ReportForm(request.POST if request.method == "POST" else None)

    def receive(at: dt.datetime) -> ErrorReport:
        text = form.cleaned_data["text"]
        return intake.receive_report(about, text=text, reported_by=form.contact, at=at)

    context = {"about": about, "days": intake.REPORT_DAYS}
    sent = reverse("report-sent", args=[slug])
    return _answer(request, form, receive, intake.report_due, "readers/report.html", sent, context)


@never_cache
@_of_form
def suggest(request: HttpRequest) -> HttpResponse:
    """A claim that somebody would like to have checked; a lookup that found nothing brings its words along."""
    words = request.GET.get("q", "").replace("\0", "")[:LONGEST_TEXT]
    form = SuggestionForm(request.POST if request.method == "POST" else None, initial={"text": words})

    def receive(at: dt.datetime) -> Suggestion:
        given = {name: form.cleaned_data[name] for name in ("text", "where", "who")}
        return intake.receive_suggestion(**given, contact=form.contact, at=at)

    context = {"days": intake.SUGGESTION_DAYS}
    sent = reverse("suggest-sent")
    return _answer(request, form, receive, intake.suggestion_due, "readers/suggest.html", sent, context)


@never_cache
@require_safe
def report_sent(request: HttpRequest, slug: str) -> HttpResponse:
    context = {"about": _about(slug), "due": _due(request), "days": intake.REPORT_DAYS}
    return render(request, "readers/report_sent.html", context)


@never_cache
@require_safe
def suggest_sent(request: HttpRequest) -> HttpResponse:
    context = {"due": _due(request), "days": intake.SUGGESTION_DAYS}
    return render(request, "readers/suggest_sent.html", context)


def _about(slug: str) -> Publication:
    """What readers have a page of; anything else is not there."""
    found: Publication = get_object_or_404(
        Publication.objects.with_pages().for_documents().select_related("claim"), slug=slug
    )
    return found


def _answer(
    request: HttpRequest,
    form: ReadersForm,
    receive: Callable[[dt.datetime], ErrorReport | Suggestion],
    due: Callable[[dt.datetime], dt.date],
    template: str,
    sent: str,
    context: dict[str, Any],
) -> HttpResponse:
    """The form; what is wrong with what was typed into it; too many of them; or the way to the page after it."""
    context |= {"form": form, "contact_days": intake.CONTACT_DAYS}
    if request.method != "POST" or not form.is_valid():
        return render(request, template, context)
    at = timezone.now()
    try:
        with transaction.atomic():
            tallies.admit(client_address(request), at=at)
            receive(at)
            # Nobody has to remember it: what is over goes when something new comes.
            tallies.forget(at=at)
            intake.forget_contacts(at=at)
    except tallies.TooMany as error:
        wait = spoken(math.ceil(error.seconds / 60))
        context |= {"wait": wait, "most": error.most}
        answer = render(request, template, context, status=429)
        answer.headers["Retry-After"] = str(error.seconds)
        return answer
    # As for one that comes now, also where the same words came before: nobody is to learn that they did.
    return HttpResponseRedirect(f"{sent}?due={_DUE.sign(due(at).isoformat())}")


def _due(request: HttpRequest) -> dt.date | None:
    """The day that was set; None where the address does not bring it."""
    try:
        return dt.date.fromisoformat(_DUE.unsign(request.GET.get("due", "")))
    except (signing.BadSignature, ValueError):
        return None
