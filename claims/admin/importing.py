"""Importing at the desk: upload a CSV file, look at what each row would do, apply it."""

import datetime as dt
from typing import Any

from django.contrib import admin
from django.core.exceptions import PermissionDenied
from django.core.files.uploadedfile import UploadedFile
from django.core.paginator import Paginator
from django.http import HttpRequest, HttpResponse, HttpResponseRedirect, StreamingHttpResponse
from django.template.response import TemplateResponse
from django.urls import path, reverse
from django.utils import timezone

from claims import importing
from claims.admin.files import csv_answer
from claims.admin.forms import editor
from claims.import_rows import KINDS
from claims.models import PendingImport
from claims.printed import counted
from claims.spreadsheet import MOST_BYTES, MOST_ROWS, Unreadable, decoded, lines

ROWS_SHOWN = 200
ORDER = {importing.WRONG: 0, importing.CHANGED: 1, importing.NEW: 2, importing.UNCHANGED: 3}
HELP: dict[str, str | dict[str, str]] = {
    "slug": "identifier; a known one is changed, a new one is made",
    "kind": {
        "speakers": "person or organisation",
        "sources": "article, debate, dataset, law, post, interview or image",
    },
    "name": "as readers know the speaker",
    "description": "a sentence for readers",
    "title": "as printed; empty where none is shown",
    "byline": "as printed; empty where none is shown",
    "link": "web address of the source",
    "note": "what a reader should notice about this source",
    "aliases": "other spellings, with | between them",
    "same_as": "web addresses of the same person or organisation elsewhere, with | between them",
    "publisher": "identifier of a publisher that is here already",
    "published_on": "YYYY-MM-DD",
    "precision": "day, week, month or year; empty means day",
    "reason": "why this date, where the source does not print it",
    "language": "for example en or pt-BR; empty means en",
    "archived_at": "address of a public archive's copy",
}


class ImportMixin(admin.ModelAdmin):
    """For the admin of a kind of rows that can be imported."""

    change_list_template = "admin/reference_change_list.html"
    import_kind = ""

    def get_urls(self) -> list[Any]:
        wrap = self.admin_site.admin_view
        name = f"{self.opts.app_label}_{self.opts.model_name}_import"
        return [
            path("import/", wrap(self.import_view), name=name),
            path("import/template.csv", wrap(self.import_template_view), name=f"{name}_template"),
            path("import/rows.csv", wrap(self.import_rows_view), name=f"{name}_rows"),
            *super().get_urls(),
        ]

    @property
    def _import_address(self) -> str:
        return reverse(f"admin:{self.opts.app_label}_{self.opts.model_name}_import")

    def changelist_view(
        self, request: HttpRequest, extra_context: dict[str, Any] | None = None
    ) -> HttpResponse:
        allowed = request.user.has_perm(importing.PERMISSION)
        context = {"import_address": self._import_address if allowed else None, **(extra_context or {})}
        answer: HttpResponse = super().changelist_view(request, context)
        return answer

    def import_template_view(self, request: HttpRequest) -> StreamingHttpResponse:
        """The header to fill in."""
        _permitted(request)
        return _file(self.import_kind, [])

    def import_rows_view(self, request: HttpRequest) -> StreamingHttpResponse:
        """What is here already, to be changed in a spreadsheet program and imported again."""
        _permitted(request)
        return _file(self.import_kind, importing.exported(self.import_kind, limit=MOST_ROWS))

    def import_view(self, request: HttpRequest) -> HttpResponse:
        """Upload, preview, apply or throw away."""
        _permitted(request)
        by = editor(request)
        pending = PendingImport.objects.filter(by=by, kind=self.import_kind).first()
        error = ""
        if request.method == "POST":
            uploaded = request.FILES.get("file")
            try:
                if isinstance(uploaded, UploadedFile):
                    self._import_take(uploaded, request)
                    return HttpResponseRedirect(self._import_address)
                if pending and "discard" in request.POST:
                    pending.delete()
                    self.message_user(request, f"{pending.name} was not imported.")
                    return HttpResponseRedirect(self._import_address)
                if pending:
                    done = importing.apply(
                        self.import_kind,
                        pending.text,
                        by=by,
                        at=timezone.now(),
                        seen=request.POST.get("seen", ""),
                        only_good="only_good" in request.POST,
                    )
                    pending.delete()
                    self.message_user(request, _done(done))
                    return HttpResponseRedirect(
                        reverse(f"admin:{self.opts.app_label}_{self.opts.model_name}_changelist")
                    )
                error = "Choose a file first."
            except Unreadable as refused:
                # The preview of an earlier file below the refusal of this one would be taken for this one's.
                PendingImport.objects.filter(by=by, kind=self.import_kind).delete()
                pending, error = None, f"{_name(uploaded)}: {refused}"
            except importing.Refused as refused:
                error = str(refused)
        return self._import_page(request, pending, error)

    def _import_take(self, file: UploadedFile, request: HttpRequest) -> None:
        """Keep the file until it is applied; raises Unreadable where it cannot be used at all."""
        text = decoded(file.read(MOST_BYTES + 1))
        importing.table(self.import_kind, text)
        now = timezone.now()
        PendingImport.objects.filter(at__lt=now - dt.timedelta(days=1)).delete()
        PendingImport.objects.update_or_create(
            by=editor(request),
            kind=self.import_kind,
            defaults={"at": now, "name": _name(file), "text": text},
        )

    def _import_page(self, request: HttpRequest, pending: PendingImport | None, error: str) -> HttpResponse:
        planned = importing.plan(self.import_kind, pending.text) if pending else None
        rows = sorted(planned.rows, key=lambda row: (ORDER[row.outcome], row.line)) if planned else []
        page = Paginator(rows, ROWS_SHOWN).get_page(request.GET.get("page"))
        columns = [(column, _help(column, self.import_kind)) for column in KINDS[self.import_kind].columns]
        return TemplateResponse(
            request,
            "admin/import.html",
            {
                **self.admin_site.each_context(request),
                "opts": self.opts,
                "title": f"Import {self.opts.verbose_name_plural} from CSV",
                "pending": pending,
                "plan": planned,
                "tally": planned.tally if planned else {},
                "page": page,
                "error": error,
                "columns": columns,
                "most_rows": f"{MOST_ROWS:,}",
                "most_megabytes": MOST_BYTES // 1_000_000,
                "template_address": f"{self._import_address}template.csv",
                "rows_address": f"{self._import_address}rows.csv",
            },
        )


def _name(file: Any) -> str:
    return (getattr(file, "name", "") or "The file")[-255:].replace("\0", "")


def _permitted(request: HttpRequest) -> None:
    if not request.user.has_perm(importing.PERMISSION):
        raise PermissionDenied


def _file(kind: str, rows: list[dict[str, str]]) -> StreamingHttpResponse:
    """A file to download that can be imported again."""
    columns = KINDS[kind].columns
    cells = ([row[name] for name in columns] for row in rows)
    return csv_answer(f"{kind}.csv", lines([columns, *cells]))


def _help(column: str, kind: str) -> str:
    said = HELP.get(column, "")
    return said if isinstance(said, str) else said[kind]


def _done(plan: importing.Plan) -> str:
    tally = plan.tally
    said = f"Imported: {tally[importing.NEW]} new, {tally[importing.CHANGED]} changed"
    if tally[importing.WRONG]:
        said += f"; {counted(tally[importing.WRONG], 'wrong row')} left out"
    return said + "."
