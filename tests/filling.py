"""What a browser would send from a form of the admin, read off its page."""

from html.parser import HTMLParser
from typing import Any

from django.test import Client


class _Form(HTMLParser):
    """The successful controls of a page's main form, as HTML defines them."""

    def __init__(self, id: str) -> None:
        super().__init__()
        self.id, self.inside = id, False
        self.data: dict[str, list[str]] = {}
        self.select: str | None = None
        self.several = False
        self.first: str | None = None
        self.option: str | None = None
        self.area: str | None = None

    def put(self, name: str | None, value: str) -> None:
        if name:
            self.data.setdefault(name, []).append(value)

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        given = dict(attrs)
        if tag == "form":
            self.inside = given.get("id") == self.id
        if not self.inside or "disabled" in given:
            return
        name, kind = given.get("name"), given.get("type", "text")
        if tag == "input" and kind not in ("submit", "button", "file"):
            if kind not in ("checkbox", "radio") or "checked" in given:
                self.put(name, given.get("value") or ("on" if kind == "checkbox" else ""))
        elif tag == "select":
            self.select, self.several, self.first = name, "multiple" in given, None
        elif tag == "option" and self.select:
            value = given.get("value") or ""
            if self.first is None:
                self.first = value
            if "selected" in given:
                self.put(self.select, value)
        elif tag == "textarea":
            self.area, self.text = name, ""

    def handle_endtag(self, tag: str) -> None:
        if tag == "form":
            self.inside = False
        elif tag == "select" and self.select:
            if not self.several and self.select not in self.data and self.first is not None:
                self.put(self.select, self.first)
            self.select = None
        elif tag == "textarea" and self.area:
            # HTML drops one line break after the tag; Django writes one there.
            self.put(self.area, self.text.removeprefix("\n").replace("\n", "\r\n"))
            self.area = None

    def handle_data(self, data: str) -> None:
        if self.area:
            self.text += data


def filled_from(page: str, id: str) -> dict[str, Any]:
    form = _Form(id)
    form.feed(page)
    assert form.data, f"no form {id} on the page"
    return {name: values if len(values) > 1 else values[0] for name, values in form.data.items()}


def filled(client: Client, address: str) -> dict[str, Any]:
    """What a browser would send back from a form that nobody touched, inlines included."""
    response = client.get(address)
    assert response.status_code == 200, address
    return filled_from(response.content.decode(), f"{response.context['opts'].model_name}_form")
