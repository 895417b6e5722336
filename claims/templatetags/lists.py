"""A list whose cells know their column: on a narrow screen a row is a block, and each value has its label."""

import re
from typing import Any

from django import template
from django.contrib.admin.templatetags.admin_list import result_list
from django.contrib.admin.templatetags.base import InclusionAdminNode
from django.contrib.admin.views.main import ChangeList
from django.utils.html import conditional_escape
from django.utils.safestring import SafeString
from django.utils.text import capfirst

register = template.Library()

_CELL = re.compile(r'^<(t[dh])(?= class="(?!action-checkbox))')


def labelled(cl: ChangeList) -> dict[str, Any]:
    """What the admin's own list shows, with the head of the column in each cell that has one."""
    shown: dict[str, Any] = result_list(cl)
    heads = [capfirst(str(header["text"])) for header in shown["result_headers"]]
    nothing = conditional_escape(cl.model_admin.get_empty_value_display())
    for row in shown["results"]:
        row[: len(heads)] = [_labelled(cell, head, nothing) for cell, head in zip(row, heads, strict=False)]
    return shown


def _labelled(cell: str, head: str, nothing: str) -> SafeString:
    label = f' data-label="{conditional_escape(head)}"' if head else ""
    empty = " data-empty" if cell.endswith((f">{nothing}</td>", '"></td>')) else ""
    return SafeString(_CELL.sub(lambda found: f"<{found[1]}{label}{empty}", cell))


@register.tag(name="labelled_result_list")
def labelled_result_list(parser: template.base.Parser, token: template.base.Token) -> InclusionAdminNode:
    return InclusionAdminNode(
        parser, token, func=labelled, template_name="change_list_results.html", takes_context=False
    )
