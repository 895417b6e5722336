"""The words of appearances and evidence in the desk's forms: typed or pasted, found in the source by the server."""

from typing import Any

from django import forms
from django.contrib import admin, messages
from django.contrib.admin.widgets import AdminTextareaWidget
from django.db import models
from django.http import HttpRequest
from django.template.loader import render_to_string
from django.urls import reverse
from django.utils.html import format_html
from django.utils.safestring import SafeString

from claims import answers, quoting
from claims.admin.forms import LinesField, number
from claims.models import Appearance, Claim, Evidence, Verdict
from claims.printed import LEVELS
from sources import quotations
from sources.models import Quotation, Snapshot

MOST_OFFERED = 20
OWN_WORDS = "own:"

WORDS_HELP = (
    "Typed or pasted as the source prints them; the server finds where they stand. Our marks: [...] leaves words out, "
    "[our words] puts words in, [sic] says that it stands so; [[(words in brackets)]] are the publisher's own."
)


def place_of(value: Any) -> answers.Place | None:
    """The place that a radio button or the reading page's script sent: snapshot:start or snapshot:start:end.

    The box that takes over the text's own words sends own:snapshot:start:end.
    """
    given = str(value or "")
    numbers = [number(part) for part in given.removeprefix(OWN_WORDS).split(":")]
    match numbers:
        case [int(snapshot), int(start)]:
            return answers.Place(snapshot, start, takes_over=given.startswith(OWN_WORDS))
        case [int(snapshot), int(start), int(end)]:
            return answers.Place(snapshot, start, end, takes_over=given.startswith(OWN_WORDS))
    return None


def offers(answer: answers.Answer) -> list[dict[str, Any]]:
    """The places that an editor may choose from: each with its value and the words around it."""
    if not answer.snapshot or not isinstance(answer.outcome, quotations.Several):
        return []
    text, key = answer.snapshot.text or "", answer.snapshot.pk
    return [
        {
            "value": f"{key}:{one.start}",
            "before": one.before,
            "words": text[one.start : one.end],
            "after": one.after,
        }
        for one in answer.outcome.occurrences[:MOST_OFFERED]
    ]


def answer_context(
    answer: answers.Answer | None, *, name: str, reading_for: int | None = None
) -> dict[str, Any]:
    """What the template of an answer shows; `name` is that of the radio buttons.

    `reading_for` is the key of the claim that is quoted for where the source is read; a form with rows has none.
    """
    if answer is None:
        return {}
    outcome = answer.outcome
    near = outcome if isinstance(outcome, quotations.Near) else None
    several = len(outcome.occurrences) if isinstance(outcome, quotations.Several) else 0
    return {
        "answer": answer,
        "name": name,
        "offers": offers(answer),
        "more": max(0, several - MOST_OFFERED),
        "near": near,
        "near_value": f"{OWN_WORDS}{answer.snapshot.pk}:{near.start}:{near.end}"
        if near and answer.snapshot
        else "",
        "elsewhere": [
            (one.source, reading_address(one, **({"claim": reading_for} if reading_for else {})))
            for one in answer.elsewhere
        ],
        "reading_for": reading_for,
        "not_held": outcome.source if isinstance(outcome, answers.NotHeld) else None,
    }


def reading_address(snapshot: Snapshot, **parameters: int) -> str:
    """The reading page of a snapshot; `parameters` say what is quoted for: claim, appearance or evidence."""
    query = "&".join(f"{name}={key}" for name, key in parameters.items())
    address = reverse("admin:claims_snapshot_read", args=[snapshot.pk])
    return f"{address}?{query}" if query else address


class WordsWidget(AdminTextareaWidget):
    """The words with, below them, what the server found where it could not take them as they are."""

    answer: answers.Answer | None = None
    reading_for: int | None = None

    class Media:
        css = {"all": ["css/reading.css"]}

    def render(self, name: str, value: Any, attrs: Any = None, renderer: Any = None) -> SafeString:
        # Words of the text that the editor chose to take over, where they now have to be singled out.
        shown = self.answer.words if self.answer else value
        own = super().render(name, shown, attrs, renderer)
        context = answer_context(self.answer, name=f"{name}_place", reading_for=self.reading_for)
        below = render_to_string("admin/claims/answer.html", context) if context else ""
        return format_html('<div class="words-and-answer">{}{}</div>', own, below)


def show(form: forms.BaseForm, answer: answers.Answer) -> None:
    """Let the form show what came of looking for its words."""
    widget = form.fields["words"].widget
    if isinstance(widget, WordsWidget):
        widget.answer = answer


class QuotingForm(forms.ModelForm):
    """A row that may quote its source. What was typed stays in the form until the server could find it."""

    words = LinesField(
        label="Words, as printed", required=False, help_text=WORDS_HELP, widget=WordsWidget(attrs={"rows": 3})
    )

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.found: Quotation | None = None
        stored = self.instance.quotation
        typed = quotations.typed_form(stored.words) if stored else ""
        # A browser sends other line ends than a text may have: words that nobody touched must not look changed.
        self.initial.setdefault("words", typed.replace("\r\n", "\n").replace("\r", "\n"))

    def clean(self) -> dict[str, Any] | None:
        cleaned = super().clean() or self.cleaned_data
        words, source = cleaned.get("words", ""), cleaned.get("source")
        if source is None or "words" in self.errors:
            return cleaned
        for field, sentence in self.lacking(has_words=bool(words)):
            self.add_error(field, sentence)
        if words and not self.keeps_its_quotation:
            place = place_of(self.data.get(f"{self.add_prefix('words')}_place"))
            answer = answers.answer(source, words, place=place)
            self.found = answer.quotation
            if self.found is None:
                show(self, answer)
                self.add_error("words", answer.sentence)
        return cleaned

    @property
    def keeps_its_quotation(self) -> bool:
        """Untouched words of the same source keep their row, also where this server does not hold the text."""
        return self.instance.quotation_id is not None and not {"words", "source"} & set(self.changed_data)

    def lacking(self, *, has_words: bool) -> list[tuple[str, str]]:
        """Fields with what the database will demand of them: it knows the words only once they are stored."""
        raise NotImplementedError

    def settle(self) -> int | None:
        """Give the row the quotation that was found, or take it away; the key of the one that goes."""
        if self.keeps_its_quotation:
            return None
        return quoting.put(self.instance, self.found)


def _demand(model: type[models.Model], name: str) -> str:
    """The sentence of a model's constraint."""
    found = next(constraint for constraint in model._meta.constraints if constraint.name == name)
    return str(found.violation_error_message)


class AppearanceForm(QuotingForm):
    """Other claims name an appearance by its identifier, and published bodies do: once saved, it stays."""

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        if self.instance.pk and "slug" in self.fields:
            self.fields["slug"].widget.attrs["readonly"] = True
            self.fields["slug"].help_text = "It stays: other claims name the appearance by it."

    def clean_slug(self) -> str:
        return self.instance.slug if self.instance.pk else str(self.cleaned_data["slug"])

    def lacking(self, *, has_words: bool) -> list[tuple[str, str]]:
        if self.cleaned_data.get("mode") == Appearance.Mode.DIRECT and not has_words:
            return [("words", _demand(Appearance, "direct_appearance_has_its_words"))]
        return []


class EvidenceForm(QuotingForm):
    def lacking(self, *, has_words: bool) -> list[tuple[str, str]]:
        kind, locator = self.cleaned_data.get("kind"), self.cleaned_data.get("locator")
        demand = _demand(Evidence, "evidence_is_a_passage_or_is_located")
        if kind is None:
            return []
        if has_words != (kind == Evidence.Kind.PASSAGE):
            return [("words", demand)]
        return [("locator", demand)] if kind != Evidence.Kind.PASSAGE and not locator else []


class QuotingInline(admin.StackedInline):
    """An inline whose rows quote their sources, with the way to the page where the source is read."""

    parameter = ""

    def get_queryset(self, request: HttpRequest) -> models.QuerySet:
        held = Snapshot.objects.held().defer("text").order_by("-pk")
        return (
            super()
            .get_queryset(request)
            .select_related("source", "quotation__snapshot")
            .defer("quotation__snapshot__text")
            .prefetch_related(models.Prefetch("source__snapshots", held, to_attr="held_here"))
        )

    @admin.display(description="Words, as printed")
    def words(self, part: quoting.Part) -> str:
        """For those who may look at the row but not change it."""
        return quotations.typed_form(part.quotation.words) if part.quotation else ""

    @admin.display(description="The source's text")
    def reading(self, part: quoting.Part) -> str:
        if part.pk is None:
            return "Save the row first; then the words can be picked from the text of its source."
        # A form that could not be saved has put a source of its own into the row.
        own = part.source.snapshots.held().defer("text").order_by("-pk")
        held = part.source.held_here if hasattr(part.source, "held_here") else list(own)
        if held:
            quoted = part.quotation.snapshot if part.quotation else None
            here = quoted if quoted in held and quoted else held[0]
            address = reading_address(here, **{self.parameter: part.pk})
            return format_html('<a class="read-the-source" href="{}">Read the source</a>', address)
        taking = reverse("admin:sources_source_snapshot", args=[part.source_id])
        return format_html('The text is not held on this server. <a href="{}">Take a snapshot</a>', taking)


class QuotingAdmin(admin.ModelAdmin):
    """Saves the quotations of its inlines with them, and leaves none behind that nothing uses."""

    def save_formset(self, request: HttpRequest, form: Any, formset: Any, change: bool) -> None:
        rows = [one for one in formset.forms if isinstance(one, QuotingForm)]
        gone = [one.instance.quotation_id for one in rows if one in formset.deleted_forms]
        kept = [one for one in rows if one not in formset.deleted_forms and one.has_changed()]
        gone += [one.settle() for one in kept]
        super().save_formset(request, form, formset, change)
        quoting.discard(gone)
        for one in kept:
            if one.found:
                self.message_user(request, found_sentence(one.found), messages.SUCCESS)

    def delete_model(self, request: HttpRequest, obj: Claim | Verdict) -> None:
        keys = quoting.used_by([obj if isinstance(obj, Claim) else obj.claim])
        super().delete_model(request, obj)
        quoting.discard(keys)

    def delete_queryset(self, request: HttpRequest, queryset: models.QuerySet) -> None:
        keys = quoting.used_by([row if isinstance(row, Claim) else row.claim for row in queryset])
        super().delete_queryset(request, queryset)
        quoting.discard(keys)


def found_sentence(quotation: Quotation) -> str:
    """What to say of words that were taken: how exactly they stand in which text."""
    source = quotation.snapshot.source
    newer = source.snapshots.held().filter(pk__gt=quotation.snapshot_id).exists()
    older = " They stand in an older snapshot of the source, not in the newest." if newer else ""
    return f"Quoted from “{source}”. {LEVELS[quotation.words.level]}{older}"
