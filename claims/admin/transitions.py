"""The page on which an editor confirms a transition: it shows what the workflow says and decides nothing."""

from typing import Any

from django import forms
from django.contrib import messages
from django.contrib.admin import site as desk_site
from django.contrib.admin.widgets import AdminTextareaWidget
from django.core.exceptions import PermissionDenied
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect
from django.template.response import TemplateResponse
from django.utils import timezone
from django.utils.html import format_html, format_html_join

from claims import desk, publishing, secondreads, workflow
from claims.admin.forms import LinesField, editor
from claims.admin.steps import bar_of
from claims.body import claim_body
from claims.models import Claim, Revision, Site

# What each kind of change is for, as an editor chooses among them.
_MEANINGS: dict[str, str] = {
    Revision.Kind.CORRECTION: "Something was wrong. Readers find it on the page of corrections and in its feed.",
    Revision.Kind.VERDICT_CHANGE: (
        "The finding was right by what was known then, and is another now. Readers are told at the top of the page."
    ),
    Revision.Kind.CLARIFICATION: "Nothing was wrong, but something could be misread.",
    Revision.Kind.UPDATE: "Something is new: evidence, an answer, another place where it was said.",
    Revision.Kind.TYPO: "Letters alone. No fact is touched, and readers are not told.",
}

# What each transition asks of the editor: a note, and what it is for; whether there has to be one.
_NOTES = {
    "submit": ("Note to the second reader", "Private. What to look at twice.", False),
    "return": ("Why it goes back", "Private; whoever wrote it reads this first.", True),
    "publish": ("Public note", "Readers see it on the page of the claim.", True),
    "revise": ("Why it is taken up again", "Private.", False),
    "withdraw": ("Public reason", "Readers see it in the place of the verdict.", True),
    "restore": ("Why it is taken up again", "Private.", False),
}


class TransitionForm(forms.Form):
    """The words that go with a transition; the kind of entry where one publishes what readers know already."""

    def __init__(self, name: str, choice: publishing.Choice, data: Any = None) -> None:
        super().__init__(data)
        kinds = choice.kinds
        label, help_text, required = _NOTES[name]
        if name == "publish":
            if len(kinds) > 1:
                labels = dict(Revision.Kind.choices)
                self.fields["kind"] = forms.ChoiceField(
                    label="What kind of change is it?",
                    choices=[("", "Choose"), *((kind, labels[kind]) for kind in kinds)],
                    help_text=format_html(
                        '<dl class="meanings">{}</dl>{}',
                        format_html_join(
                            "",
                            "<div><dt>{}</dt><dd>{}</dd></div>",
                            ((labels[one], _MEANINGS[one]) for one in kinds),
                        ),
                        choice.no_typo,
                    ),
                )
            elif kinds[0] == Revision.Kind.PUBLICATION:
                required, help_text = False, "Readers see it with the entry on the record. May stay empty."
        if name == "publish" and Revision.Kind.TYPO in kinds:
            required, help_text = False, f"{help_text} Only a typing error may go without."
        self.fields["note"] = LinesField(
            label=label, help_text=help_text, required=required, widget=AdminTextareaWidget(attrs={"rows": 4})
        )


def transition(request: HttpRequest, pk: int, name: str) -> HttpResponse:
    """Confirm and apply one transition of a claim's verdict."""
    if name not in _NOTES and name != "approve":
        raise Http404
    claim = get_object_or_404(Claim.objects.for_documents().select_related("publication"), pk=pk)
    user, rule = editor(request), workflow.TRANSITIONS[name]
    verdict = getattr(claim, "verdict", None)
    if verdict is None:
        raise Http404
    if not user.has_perm(rule.permission):
        raise PermissionDenied
    if name == "approve":
        # Who approves has the text on the page.
        return redirect("admin:claims_claim_second_read", claim.pk)
    choice = publishing.choice(claim)
    posted = request.method == "POST"
    form = TransitionForm(name, choice, request.POST if posted else None)
    # Who cannot do it at all is told before anything is typed.
    refused = "" if posted else workflow.objection(name, claim=claim, by=user)
    if name == "publish" and not refused and not posted and publishing.unchanged(claim):
        refused = publishing.NOTHING_CHANGED
    if posted and form.is_valid():
        try:
            workflow.apply(
                name,
                verdict=verdict,
                by=user,
                at=timezone.now(),
                note=form.cleaned_data["note"],
                kind=form.cleaned_data.get("kind") or choice.kinds[0],
            )
        except workflow.Refused as error:
            refused = str(error)
        else:
            messages.success(request, f"{claim}: {verdict.get_status_display().lower()}.")
            return redirect("admin:claims_claim_change", claim.pk)
    restores = name == "publish" and choice.kinds == (Revision.Kind.RESTORATION,)
    context = {
        **desk_site.each_context(request),
        "title": "Publish again: a restoration" if restores else rule.label,
        "restores": restores,
        "difference": (
            secondreads.difference(claim, body=claim_body(claim, site=Site.objects.current()))
            if name == "publish"
            else None
        ),
        "reports": desk.reports_on(claim) if name in ("publish", "withdraw") else [],
        "claim": claim,
        "bar": bar_of(claim, by=user, here=name),
        "rule": rule,
        "form": form,
        "refused": refused,
        "opts": Claim._meta,
    }
    return TemplateResponse(
        request,
        "admin/claims/claim/transition.html",
        context,
        status=409 if refused and posted else 200,
    )
