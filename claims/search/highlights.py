"""The words of a text for which it was found, with their places. Pure."""

import re

from claims.search import words

# A word with what holds its parts together: it's, well-known, U.S., 9,000.
_WORD = re.compile(r"[#@]?\w+(?:[.,'\u2019\u02bc]\w+)*")


def highlights(text: str, forms: frozenset[str], *, language: str) -> list[tuple[int, int]]:
    """[start, end) in code points of the words of `text`, in `language`, whose stem is among `forms`."""
    found = []
    for match in _WORD.finditer(text):
        stems = words.stems(words.words(match.group()), language)
        if forms.intersection(stems):
            found.append(match.span())
    return found
