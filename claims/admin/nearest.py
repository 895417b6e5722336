"""The panel beside a claim that is being written: have we checked this before?"""

from typing import Any

from django.contrib import admin
from django.contrib.admin import site as desk_site
from django.core.exceptions import PermissionDenied
from django.forms import Script
from django.http import HttpRequest, HttpResponse
from django.template.response import TemplateResponse

from claims import desk
from claims.admin.forms import number
from claims.models import Claim
from claims.nearest import nearest as nearest_to


def nearest(request: HttpRequest) -> HttpResponse:
    """The claims nearest to what was typed: a piece of a page for the script, a page for everybody else.

    A form may post here all that it holds, so that nothing typed is lost: nothing is changed by it. Which claim it is
    stands in the address either way.
    """
    if not request.user.has_perm("claims.view_claim"):
        raise PermissionDenied
    given = request.POST if request.method == "POST" else request.GET
    context = _context(
        text=given.get("text", ""),
        title=given.get("title", ""),
        besides=number(request.GET.get("besides", "")),
    )
    if "piece" in request.GET:
        return TemplateResponse(request, "admin/claims/parts/nearest_list.html", context)
    context |= {
        **desk_site.each_context(request),
        "title": "Have we checked this before?",
        "opts": Claim._meta,
    }
    return TemplateResponse(request, "admin/claims/claim/nearest.html", context)


class NearestAdmin(admin.ModelAdmin):
    """Shows the nearest claims with the form of a row that says one in a sentence, saved or not."""

    class Media:
        css = {"all": ["css/nearest.css"]}
        js = [Script("js/nearest.js", defer=True)]

    def render_change_form(self, request: HttpRequest, context: Any, *args: Any, **options: Any) -> Any:
        row, form = options.get("obj"), context["adminform"].form
        typed = {name: str(form[name].value() or "") for name in ("text", "title") if name in form.fields}
        if not typed and row is not None:
            typed = {name: getattr(row, name) for name in ("text", "title") if hasattr(row, name)}
        besides = row.pk if isinstance(row, Claim) else None
        context |= _context(**{"text": "", "title": "", **typed}, besides=besides)
        return super().render_change_form(request, context, *args, **options)


def _context(*, text: str, title: str, besides: int | None) -> dict[str, Any]:
    return {
        "nearest": [
            (near, desk.state(near.claim) if near.claim else f"Taken from {near.publisher}")
            for near in nearest_to(text=text, title=title, besides=besides)
        ],
        "nearest_besides": besides,
        "nearest_asked": bool(text.strip() or title.strip()),
    }
