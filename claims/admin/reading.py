"""The reading page: a snapshot as it stands, and the words that an editor picks from it for a claim."""

import re
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from django import forms
from django.contrib import admin, messages
from django.core.exceptions import PermissionDenied
from django.db.models import QuerySet
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect
from django.template.response import TemplateResponse
from django.urls import path, reverse
from django.utils import timezone
from django.utils.html import escape, format_html
from django.utils.safestring import SafeString

from claims import answers, marking, quoting
from claims.admin.forms import LinesField, editor, number
from claims.admin.quoting import WORDS_HELP, WordsWidget, found_sentence, place_of, show
from claims.models import Appearance, Claim, Evidence
from sources.models import Quotation, Snapshot

FOUND_CLAIMS = 20

# What a new row, or other words for an old one, asks of an account.
_PERMISSIONS: dict[type[quoting.Part], tuple[str, ...]] = {
    Appearance: ("claims.change_claim", "claims.add_appearance", "claims.change_appearance"),
    Evidence: ("claims.change_verdict", "claims.add_evidence", "claims.change_evidence"),
}


def may_quote(request: HttpRequest, model: type[quoting.Part]) -> bool:
    return request.user.has_perms(_PERMISSIONS[model])


@dataclass(frozen=True, slots=True)
class Purpose:
    """What words are picked for: a claim, and perhaps the appearance or evidence that is to have other words."""

    claim: Claim
    part: quoting.Part | None = None

    @property
    def query(self) -> str:
        if self.part is None:
            return f"claim={self.claim.pk}"
        return f"{self.part._meta.model_name}={self.part.pk}"


def purpose_of(given: Mapping[str, str]) -> Purpose | None:
    """What ?evidence=, ?appearance= or ?claim= names. Raises Http404 where there is no such row."""
    found: quoting.Part
    if "evidence" in given:
        found = get_object_or_404(
            Evidence.objects.select_related("verdict__claim"), pk=_key(given["evidence"])
        )
        return Purpose(found.verdict.claim, found)
    if "appearance" in given:
        found = get_object_or_404(Appearance.objects.select_related("claim"), pk=_key(given["appearance"]))
        return Purpose(found.claim, found)
    if "claim" in given:
        return Purpose(get_object_or_404(Claim, pk=_key(given["claim"])))
    return None


def _key(value: str) -> int:
    key = number(value)
    if key is None:
        raise Http404
    return key


class QuoteForm(forms.Form):
    """Words from the text, and what they are for. The place that a script sends is a hint and nothing more."""

    words = LinesField(label="Words, as printed", help_text=WORDS_HELP, widget=WordsWidget(attrs={"rows": 4}))
    place = forms.CharField(required=False, widget=forms.HiddenInput)
    use = forms.ChoiceField(label="Quote them", widget=forms.RadioSelect)
    mode = forms.ChoiceField(
        label="How the claim appears there",
        choices=[("", "Choose"), *Appearance.Mode.choices],
        required=False,
    )
    stance = forms.ChoiceField(
        label="What the words do", choices=[("", "Choose"), *Evidence.Stance.choices], required=False
    )

    def __init__(
        self,
        *args: Any,
        purpose: Purpose,
        snapshot: Snapshot,
        models: list[type[quoting.Part]],
        **kwargs: Any,
    ) -> None:
        super().__init__(*args, **kwargs)
        self.purpose, self.snapshot = purpose, snapshot
        words = self.fields["words"].widget
        if isinstance(words, WordsWidget):
            words.reading_for = purpose.claim.pk
        self.rows = {_value(part): part for part in _rows(purpose.claim, snapshot, models)}
        self.fields["use"].choices = [  # type: ignore[attr-defined]
            *([("new-appearance", "as a new appearance of the claim")] * (Appearance in models)),
            *(
                [("new-evidence", "as new evidence")]
                * (Evidence in models and hasattr(purpose.claim, "verdict"))
            ),
            *((value, _in_place_of(part)) for value, part in self.rows.items()),
        ]
        if Appearance not in models:
            del self.fields["mode"]
        if Evidence not in models or not hasattr(purpose.claim, "verdict"):
            del self.fields["stance"]
        named = [value for value, part in self.rows.items() if part == purpose.part]
        self.initial.setdefault("use", named[0] if named else self.fields["use"].choices[0][0])  # type: ignore[attr-defined]
        self.found: Quotation | None = None

    def clean(self) -> dict[str, Any]:
        cleaned = super().clean() or self.cleaned_data
        for use, field, sentence in (
            ("new-appearance", "mode", "Say how the claim appears there, for example in direct quotation."),
            ("new-evidence", "stance", "Say whether the words support or refute the claim, or give context."),
        ):
            if cleaned.get("use") == use and not cleaned.get(field) and field not in self.errors:
                self.add_error(field, sentence)
        if cleaned.get("words"):
            place = place_of(self.data.get("words_place")) or place_of(cleaned.get("place"))
            answer = answers.answer(
                self.snapshot.source, cleaned["words"], place=place, reading=self.snapshot
            )
            self.found = answer.quotation
            if self.found is None:
                self.add_error("words", answer.sentence)
            if self.errors:
                show(self, answer)
        return cleaned

    def make(self, request: HttpRequest, quotation: Quotation) -> quoting.Part:
        """The row that now quotes the words. Raises quoting.Refused."""
        claim, at, by = self.purpose.claim, timezone.now(), editor(request)
        use = self.cleaned_data["use"]
        if use == "new-appearance":
            return quoting.new_appearance(claim, quotation, mode=self.cleaned_data["mode"], by=by, at=at)
        if use == "new-evidence":
            return quoting.new_evidence(claim, quotation, stance=self.cleaned_data["stance"], by=by, at=at)
        part = self.rows[use]
        quoting.replace(part, quotation, instead_of=part.quotation_id, by=by, at=at)
        return part


def _rows(claim: Claim, snapshot: Snapshot, models: list[type[quoting.Part]]) -> list[quoting.Part]:
    """The claim's appearances and passages of this source."""
    rows: list[quoting.Part] = []
    if Appearance in models:
        rows += claim.appearances.filter(source=snapshot.source_id).select_related("quotation")
    if Evidence in models and hasattr(claim, "verdict"):
        passages = claim.verdict.evidence.filter(source=snapshot.source_id, kind=Evidence.Kind.PASSAGE)
        rows += passages.select_related("quotation")
    return rows


def _value(part: quoting.Part) -> str:
    """The radio button of a row; it names the quotation that the editor saw there."""
    return f"{part._meta.model_name}-{part.pk}-{part.quotation_id or 0}"


def _in_place_of(part: quoting.Part) -> str:
    name = f"appearance “{part.slug}”" if isinstance(part, Appearance) else f"evidence {part.position + 1}"
    if part.quotation is None:
        return f"for the {name}, which has no words yet"
    words = str(part.quotation)
    return f"in place of the words of the {name}: “{words if len(words) <= 90 else words[:88] + '…'}”"


@dataclass(frozen=True, slots=True)
class Quoted:
    """A passage that a claim quotes from this text already."""

    number: int
    quotation: Quotation
    claim: Claim
    address: str
    kind: str


def quoted_from(snapshot: Snapshot) -> list[Quoted]:
    """The passages of a snapshot that claims quote, in the order of the text."""
    found: list[Quoted] = []
    for nth, quotation in enumerate(Quotation.objects.of_text(snapshot), start=1):
        appearance, evidence = getattr(quotation, "appearance", None), getattr(quotation, "evidence", None)
        part = appearance or evidence
        if part is None:
            continue
        kind = "an appearance" if appearance else f"evidence: {part.get_stance_display().lower()}"
        found.append(Quoted(nth, quotation, quoting.claim_of(part), page_of(part), kind))
    return found


def page_of(part: quoting.Part) -> str:
    """The page of the desk on which a row is edited."""
    if isinstance(part, Appearance):
        return reverse("admin:claims_claim_change", args=[part.claim_id])
    return reverse("admin:claims_verdict_change", args=[part.verdict_id])


def marked_text(text: str, quoted: list[Quoted]) -> SafeString:
    """The text for the page, to the character: the script counts what stands in its blocks."""
    spans = {
        one.number: [(part["start"], part["end"]) for part in one.quotation.selector["segments"]]
        for one in quoted
    }
    names = {one.number: one for one in quoted}
    html: list[str] = []
    for block in marking.blocks(text, spans):
        html.append(f'<div data-start="{block.start}">')
        waiting: list[str] = []
        for run in block.runs:
            # A number stands behind the marks that close the sentence or the words, never before them.
            closing = _CLOSING.match(run.text) if waiting else None
            cut = closing.end() if closing else 0
            html += [_printed(run.text[:cut], marked=bool(run.passages)), *waiting]
            html.append(_printed(run.text[cut:], marked=bool(run.passages)))
            waiting = [_link(names[number]) for number in run.ending]
        html += [*waiting, "</div>"]
    return SafeString("".join(html))


_CLOSING = re.compile(r"[.,;:!?…]*[”’\"'»)\]]*[.,;:!?…]*")


def _printed(text: str, *, marked: bool) -> str:
    # A carriage return that is not escaped reaches the page as a line feed.
    words = escape(text).replace("\r", "&#13;")
    return f"<mark>{words}</mark>" if marked and words else words


def _link(one: Quoted) -> str:
    """The number behind a passage. It is drawn by the style sheet, so that no character is added to the text."""
    return format_html(
        '<a class="passage" id="passage-{0}" data-number="{0}" href="{1}" '
        'aria-label="Passage {0}, quoted for {2}"></a>',
        one.number,
        one.address,
        one.claim,
    )


class SnapshotReading(admin.ModelAdmin):
    """The admin of claims, with the page on which a source is read for one."""

    def get_urls(self) -> list[Any]:
        own = path(
            "snapshot/<int:pk>/read/",
            self.admin_site.admin_view(self.read_snapshot),
            name="claims_snapshot_read",
        )
        return [own, *super().get_urls()]

    def read_snapshot(self, request: HttpRequest, pk: int) -> HttpResponse:
        if not request.user.has_perms(["sources.view_snapshot", "claims.view_claim"]):
            raise PermissionDenied
        snapshot = get_object_or_404(Snapshot.objects.select_related("source"), pk=pk)
        purpose = purpose_of(request.GET)
        models = [model for model in _PERMISSIONS if may_quote(request, model)]
        form = None
        if purpose and models and snapshot.text is not None:
            form = QuoteForm(
                request.POST if request.method == "POST" else None,
                purpose=purpose,
                snapshot=snapshot,
                models=models,
            )
        if request.method == "POST":
            if not models:
                raise PermissionDenied
            if form is None:
                raise Http404
            if form.is_valid() and form.found:
                try:
                    part = form.make(request, form.found)
                except quoting.Refused as error:
                    form.add_error("use", str(error))
                else:
                    messages.success(request, found_sentence(form.found))
                    return redirect(page_of(part))
        quoted = quoted_from(snapshot)
        context = {
            **self.admin_site.each_context(request),
            "title": f"Read: {snapshot.source}",
            "snapshot": snapshot,
            "newer": snapshot.source.snapshots.held().filter(pk__gt=snapshot.pk).order_by("-pk").first(),
            "purpose": purpose,
            "elsewhere": bool(purpose and purpose.part and purpose.part.source_id != snapshot.source_id),
            "form": form,
            "may_quote": bool(models),
            "quoted": quoted,
            "text": marked_text(snapshot.text or "", quoted),
            "q": request.GET.get("q", ""),
            "claims": None if purpose else self._claims(request, snapshot),
        }
        return TemplateResponse(request, "admin/claims/reading.html", context)

    def _claims(self, request: HttpRequest, snapshot: Snapshot) -> QuerySet[Claim]:
        """Claims to quote for: those that answer a search, or else those that cite this source already."""
        words = request.GET.get("q", "").replace("\0", "").strip()
        if not words:
            return Claim.objects.citing(snapshot.source).order_by("-pk")[:FOUND_CLAIMS]
        found, _ = self.get_search_results(request, Claim.objects.order_by("-pk"), words)
        return found[:FOUND_CLAIMS]
