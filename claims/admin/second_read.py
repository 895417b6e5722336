"""The second reader's page: the text as it will be published, what it rests on, and the decision."""

from dataclasses import replace
from typing import Any

from django import forms
from django.contrib import messages
from django.contrib.admin import site as desk_site
from django.contrib.admin.widgets import AdminTextareaWidget
from django.contrib.auth.models import User
from django.core.exceptions import PermissionDenied
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import redirect
from django.template.response import TemplateResponse
from django.urls import reverse
from django.utils import timezone

from claims import documents, history, presentation, publishing, readiness, reference, secondreads, workflow
from claims.addresses import base_url
from claims.admin.forms import LinesField, editor
from claims.admin.steps import bar_of
from claims.body import methodology_reference, topic_reference
from claims.models import Claim, DeskNote, Methodology, Site

DECISIONS = ("return", "approve")


class NoteForm(forms.Form):
    """A note to colleagues; an answer is another note."""

    text = LinesField(
        label="Add a note",
        widget=AdminTextareaWidget(attrs={"rows": 3}),
        error_messages={"required": "Write the note first."},
    )


class DecisionForm(forms.Form):
    """The reader's answer, bound to the digest of the text that was on the page."""

    digest_read = forms.CharField(required=False, widget=forms.HiddenInput)
    acknowledged = forms.BooleanField(
        required=False,
        label="I have read the words with a negation that are left out, and the quotations are fair without them.",
    )
    note = LinesField(
        required=False,
        label="Note to whoever wrote it",
        help_text="Private. Needed to return it, so that it can be mended; welcome with an approval.",
        widget=AdminTextareaWidget(attrs={"rows": 4}),
    )


def second_read(request: HttpRequest, pk: int) -> HttpResponse:
    """Show a claim to its second reader, and take the answer or a note."""
    user = editor(request)
    if not user.has_perms(["claims.view_claim", "claims.view_verdict"]):
        raise PermissionDenied
    claim = secondreads.claim_to_read(pk)
    if claim is None:
        raise Http404
    verdict = getattr(claim, "verdict", None)
    if verdict is None:
        return _page(request, claim, {})
    asked = request.POST.get("do", "") if request.method == "POST" else ""
    note = NoteForm(request.POST if asked == "note" else None, prefix="colleagues")
    decision = DecisionForm(request.POST if asked in DECISIONS else None)
    refused = ""
    if asked == "note":
        if not user.has_perm("claims.add_desknote"):
            raise PermissionDenied
        if note.is_valid():
            DeskNote.objects.create(claim=claim, by=user, at=timezone.now(), text=note.cleaned_data["text"])
            messages.success(request, "Your note is kept with the claim.")
            return redirect(f"{request.path}#notes")
    elif asked in DECISIONS and decision.is_valid():
        if not user.has_perm(workflow.TRANSITIONS[asked].permission):
            raise PermissionDenied
        try:
            workflow.apply(
                asked,
                verdict=verdict,
                by=user,
                at=timezone.now(),
                note=decision.cleaned_data["note"],
                acknowledged=decision.cleaned_data["acknowledged"],
                digest_read=decision.cleaned_data["digest_read"],
            )
        except workflow.Refused as error:
            refused = str(error)
            # What was refused may be what somebody else has just changed.
            claim = secondreads.claim_to_read(pk) or claim
        else:
            messages.success(request, f"{claim}: {verdict.get_status_display().lower()}.")
            return redirect(request.path)
    elif asked not in ("", *DECISIONS):
        raise Http404
    shown = _shown(claim, by=user, base=base_url(request))
    return _page(
        request,
        claim,
        {**shown, "note_form": note, "decision": decision, "refused": refused},
        refused=refused,
    )


def _shown(claim: Claim, *, by: User, base: str) -> dict[str, Any]:
    verdict, site = claim.verdict, Site.objects.current()
    document = documents.preview(claim, site=site, base_url=base)
    round_ = secondreads.round_of(claim)
    may = {transition.name for transition in workflow.allowed(verdict, by=by)}
    reason = secondreads.why_not_approve(claim, by=by)
    methodology = reference.public("methodologies", verdict.methodology.version) or methodology_reference(
        Methodology.objects.for_documents().get(pk=verdict.methodology_id)
    )
    named = {topic.slug: topic_reference(topic) for topic in claim.topics.all()}
    named |= reference.named("topics", named)
    return {
        "verdict": verdict,
        "document": document,
        "page": presentation.claim_page(
            document,
            methodology,
            findings_changed=history.findings_changed(document["id"], document["live"]["notices"]),
        ),
        "topics": [named[slug] for slug in document["topics"]],
        "difference": secondreads.difference(claim, body=_body(document)),
        "quoted": [_with_reading(item) for item in secondreads.quoted(claim, document=document)],
        "missing": readiness.lacking(claim, site=site),
        "checks": readiness.checklist(claim) if hasattr(verdict.methodology, "scale") else [],
        "first_shown": [(row, reference.in_words(row)) for row in publishing.first_shown(claim)],
        "negations": readiness.negations_left_out(claim),
        "round": round_,
        "digest": publishing.digest_to_read(claim),
        "may_approve": "approve" in may and not reason,
        "may_return": "return" in may,
        "why_not": reason,
        "may_note": by.has_perm("claims.add_desknote"),
        "is_overdue": claim.due_on is not None and claim.due_on < timezone.localdate(),
    }


def _with_reading(item: secondreads.Quoted) -> secondreads.Quoted:
    if item.surroundings is None:
        return item
    return replace(item, read_at=reverse("admin:claims_snapshot_read", args=[item.snapshot.pk]))


def _body(document: dict[str, Any]) -> dict[str, Any]:
    return {name: part for name, part in document.items() if name not in ("revision", "live")}


def _page(request: HttpRequest, claim: Claim, shown: dict[str, Any], *, refused: str = "") -> HttpResponse:
    context = {
        **desk_site.each_context(request),
        "bar": bar_of(claim, by=editor(request), here="second-read"),
        "title": "Second read",
        "subtitle": str(claim),
        "opts": Claim._meta,
        "claim": claim,
        "is_nav_sidebar_enabled": False,
        **shown,
    }
    return TemplateResponse(
        request, "admin/claims/claim/second_read.html", context, status=409 if refused else 200
    )
