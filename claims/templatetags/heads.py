"""What a page's head says twice: to browsers and search engines, and to whoever shows a link to it."""

from typing import Any

from django import template
from django.template.base import NodeList, Parser, Token
from django.utils.safestring import mark_safe

register = template.Library()


class KeptNode(template.Node):
    """Renders nothing; what is inside, blocks of other templates among it, can be said again by its name."""

    def __init__(self, nodelist: NodeList, name: str) -> None:
        self.nodelist = nodelist
        self.name = name

    def render(self, context: Any) -> str:
        # Escaped where it was put in, as everything in a template is.
        context[self.name] = mark_safe(self.nodelist.render(context).strip())  # noqa: S308
        return ""


@register.tag
def kept(parser: Parser, token: Token) -> KeptNode:
    """{% kept NAME %} ... {% endkept %}"""
    _, name = token.split_contents()
    nodelist = parser.parse(("endkept",))
    parser.delete_first_token()
    return KeptNode(nodelist, name)
