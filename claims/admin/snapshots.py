"""Taking snapshots at the desk: a text is pasted or uploaded, and kept as it is."""

import functools
from collections.abc import Callable
from typing import Any

from django import forms
from django.contrib import admin, messages
from django.contrib.admin.widgets import AdminTextareaWidget, AdminTextInputWidget
from django.core.exceptions import PermissionDenied, RequestDataTooBig
from django.db import models
from django.http import HttpRequest, HttpResponse, QueryDict
from django.shortcuts import get_object_or_404, redirect
from django.template.response import TemplateResponse
from django.urls import path
from django.utils import timezone
from django.views.decorators.csrf import csrf_exempt, csrf_protect

from claims import reference
from claims.admin.forms import editor
from claims.admin.quoting import reading_address
from claims.contributions import contribute
from claims.printed import counted
from sources import snapshots
from sources.admin import SnapshotInline
from sources.models import Snapshot, Source

TOO_MUCH_PASTED = (
    "That is too much text for one form: save it as a file in UTF-8 and upload the file. "
    f"A snapshot has at most {snapshots.LIMIT // 1_000_000} MB."
)
# What is read of a request that is too large, so that the answer reaches the browser.
_DRAINED = 50_000_000


class AnyTextField(forms.Field):
    """Pasted text as it came; the rules of snapshots say what is wrong with it."""

    widget = AdminTextareaWidget(attrs={"rows": 14})

    def to_python(self, value: Any) -> str:
        # Browsers send CR LF for every line end of a text area, whatever was pasted.
        return str(value or "").replace("\r\n", "\n")


class SnapshotForm(forms.Form):
    text = AnyTextField(label="Text of the source", required=False)
    file = forms.FileField(
        label="or a text file",
        required=False,
        allow_empty_file=True,
        max_length=255,
        help_text=f"Plain text in UTF-8, at most {snapshots.LIMIT // 1_000_000} MB.",
    )
    how = forms.CharField(
        label="How the text was taken",
        max_length=snapshots.LONGEST_HOW,
        widget=AdminTextInputWidget,
        help_text="Readers see this. For example: copied from the web page; transcribed from the recording.",
    )

    def clean(self) -> dict[str, Any]:
        cleaned = super().clean() or self.cleaned_data
        text, file = cleaned.get("text", ""), cleaned.get("file")
        if file is not None and text.strip():
            raise forms.ValidationError("Paste the text or choose a file: of both, one.")
        if self.errors:
            return cleaned
        try:
            if file is None:
                cleaned["words"] = snapshots.pasted(text)
            elif file.size > snapshots.LIMIT:
                raise snapshots.Refused(snapshots.too_long(file.size))
            else:
                cleaned["words"] = snapshots.decoded(file.read())
            snapshots.prepared(cleaned["words"])
        except snapshots.Refused as error:
            self.add_error("text" if file is None else "file", str(error))
        return cleaned


class SnapshotReadingInline(SnapshotInline):
    """The snapshots of a source, each with the page on which it is read, and the way to take another."""

    ordering = ["-pk"]
    template = "admin/claims/snapshots_inline.html"

    class Media:
        css = {"all": ["css/reading.css"]}

    def get_queryset(self, request: HttpRequest) -> models.QuerySet:
        held = models.Q(text__isnull=False)
        rows: models.QuerySet = super().get_queryset(request).defer("text").annotate(is_held=held)
        return rows


class SnapshotTaking(admin.ModelAdmin):
    """A source's page from which snapshots are taken. They are never changed and never deleted there."""

    def get_urls(self) -> list[Any]:
        own = path(
            "<int:pk>/snapshot/",
            self.admin_site.admin_view(_with_a_bounded_body(self.take_snapshot)),
            name="sources_source_snapshot",
        )
        return [own, *super().get_urls()]

    def response_add(self, request: HttpRequest, obj: Source, post_url_continue: str | None = None) -> Any:
        if "_snapshot" in request.POST and request.user.has_perm("sources.add_snapshot"):
            messages.success(request, f"“{obj}” is saved.")
            return redirect("admin:sources_source_snapshot", obj.pk)
        return super().response_add(request, obj, post_url_continue)

    def take_snapshot(self, request: HttpRequest, pk: int) -> HttpResponse:
        if not request.user.has_perm("sources.add_snapshot"):
            raise PermissionDenied
        source = get_object_or_404(Source, pk=pk)
        too_large = getattr(request, "is_too_large", False)
        posted = request.method == "POST" and not too_large
        form = SnapshotForm(request.POST, request.FILES) if posted else SnapshotForm()
        if posted and form.is_valid():
            at, by = timezone.now(), editor(request)
            try:
                taken = snapshots.take(
                    source=source, text=form.cleaned_data["words"], how=form.cleaned_data["how"], at=at
                )
            except snapshots.Refused as error:
                form.add_error("how", str(error))
            else:
                if taken.is_new:
                    contribute(reference.subject_of(source), by=by, at=at)
                told = f"{taken.sentence} {_facts(taken.snapshot)}"
                messages.success(request, told) if taken.is_new else messages.info(request, told)
                return redirect(reading_address(taken.snapshot))
        context = {
            **self.admin_site.each_context(request),
            "title": "Take a snapshot",
            "source": source,
            "form": form,
            "too_much": TOO_MUCH_PASTED if too_large else "",
            "opts": self.opts,
        }
        return TemplateResponse(
            request, "admin/claims/take_snapshot.html", context, status=413 if too_large else None
        )


def _facts(snapshot: Snapshot) -> str:
    return f"It has {counted(snapshot.length, 'character')} and the fingerprint {snapshot.sha256}."


def _with_a_bounded_body(view: Callable[..., HttpResponse]) -> Callable[..., HttpResponse]:
    """The view, also where the body is more than Django reads: the editor is told so on the same page.

    The token against forged requests is asked for inside, since asking for it reads the body.
    """
    guarded = csrf_protect(view)

    @csrf_exempt
    @functools.wraps(view)
    def inner(request: HttpRequest, *args: Any, **kwargs: Any) -> HttpResponse:
        try:
            length = int(request.META.get("CONTENT_LENGTH") or 0)
        except ValueError:
            # As Django reads it: what is no number counts as no body.
            length = 0
        try:
            if length <= 2 * snapshots.LIMIT:
                _ = request.POST
                return guarded(request, *args, **kwargs)
        except RequestDataTooBig:
            pass
        for _ in range(0, min(length, _DRAINED), 1 << 16):
            if not request.read(1 << 16):
                break
        request.POST = QueryDict()
        request.is_too_large = True  # type: ignore[attr-defined]
        # Nothing is taken from such a request, so there is nothing to forge.
        return view(request, *args, **kwargs)

    return inner
