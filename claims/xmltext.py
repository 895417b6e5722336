"""Texts in XML: what it can hold, and how it is written. Pure."""

import re
from collections.abc import Mapping
from xml.sax.saxutils import escape

# Everything but the characters that XML can hold (XML 1.0, 2.2). A text that was pasted may have others.
_NOT_IN_XML = re.compile("[^\t\n\r\u0020-\ud7ff\ue000-\ufffd\U00010000-\U0010ffff]")


def shown(text: str) -> str:
    """The text with each character that XML cannot hold shown as one that cannot be shown."""
    return _NOT_IN_XML.sub("\ufffd", text)


def flat(root: str, values: Mapping[str, str | int]) -> str:
    """A document of one element with an element for each value; the names are ours, the values anybody's."""
    inside = "".join(f"<{name}>{escape(shown(str(value)))}</{name}>\n" for name, value in values.items())
    return f'<?xml version="1.0" encoding="utf-8" standalone="yes"?>\n<{root}>\n{inside}</{root}>\n'
