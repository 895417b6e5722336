"""The typed form of a quotation: words one [...] words two [sic] [inserted] [[(the publisher's words)]]."""

from __future__ import annotations

import re
from dataclasses import dataclass

from sources.quotations.boundaries import has_words, is_word_character, strip
from sources.quotations.shape import MAX_MARKS, Quotation

_MARK = re.compile(r"\[\[(?P<publisher>.*?)\]\](?!\])|\[(?P<ours>[^\[\]]*)\]", re.DOTALL)
_ELISIONS = ("...", "…", ". . .")
_BRACKETS = {"(": ")", "[": "]"}


class Unreadable(ValueError):
    """The typed form is not well formed; the message is a sentence for the editor."""


@dataclass(frozen=True, slots=True)
class Item:
    """One piece of the typed form: `words`, or a mark of the kinds of shape.MARK_KINDS."""

    kind: str
    text: str = ""

    @property
    def stands_in_text(self) -> bool:
        return self.kind in ("words", "publisher")


Group = tuple[Item, ...]


def literally(typed: str) -> list[Group]:
    """The whole typed string as words, without marks."""
    return [(Item("words", strip(typed)),)]


def groups(typed: str) -> list[Group]:
    """What stands together in the text, in order; between two groups is an elision.

    Raises Unreadable for unbalanced, empty or misplaced marks.
    """
    items = _items(typed)
    if sum(item.kind != "words" for item in items) > MAX_MARKS:
        raise Unreadable(f"A quotation has at most {MAX_MARKS} marks: make it two quotations.")
    if not items or not any(item.kind == "words" for item in items):
        raise Unreadable("There are no words to look for: type the words as they stand in the text.")
    if "elision" in (items[0].kind, items[-1].kind):
        raise Unreadable(
            "An elision stands between quoted words: leave it out at the beginning and at the end."
        )
    if "publisher" in (items[0].kind, items[-1].kind):
        raise Unreadable(
            "The publisher's words stand between quoted words: leave them out at the beginning and end."
        )
    found: list[list[Item]] = [[]]
    for item in items:
        if item.kind == "elision":
            found.append([])
        else:
            found[-1].append(item)
    if not all(any(item.kind == "words" for item in group) for group in found):
        raise Unreadable("There are no quoted words between two elisions: one elision is enough.")
    return [tuple(group) for group in found]


def _items(typed: str) -> list[Item]:
    items: list[Item] = []
    done = 0
    for match in _MARK.finditer(typed):
        items += _words(typed[done : match.start()])
        items.append(_mark(match))
        before, after = typed[: match.start()][-1:], typed[match.end() :][:1]
        attached = [is_word_character(before), is_word_character(after)]
        # A sic may follow its word without a space; [un]true and legal[ly] would make other words.
        if all(attached) or (any(attached) and items[-1].kind == "insertion"):
            raise Unreadable(
                f"“{match.group()}” stands inside a word: marks stand between words, with a space."
            )
        done = match.end()
    return items + _words(typed[done:])


def _words(typed: str) -> list[Item]:
    if "[" in typed or "]" in typed:
        raise Unreadable(
            "A square bracket is not closed or not opened. Brackets are marks: [...], [sic], [our words]; words in "
            "brackets that stand in the text and are not the speaker's are typed as [[(is being done)]]."
        )
    words = strip(typed)
    if words and not has_words(words):
        raise Unreadable(f"There are no words in “{words}”: put the punctuation to the words beside it.")
    return [Item("words", words)] if words else []


def _mark(match: re.Match[str]) -> Item:
    if match["publisher"] is not None:
        inner = strip(match["publisher"])
        if not is_bracketed(inner):
            raise Unreadable(not_bracketed(inner))
        return Item("publisher", inner)
    inner = " ".join(strip(match["ours"]).split())
    if not inner:
        raise Unreadable("There is nothing between the square brackets.")
    if inner in _ELISIONS:
        return Item("elision")
    if inner.casefold() in ("sic", "sic!"):
        return Item("sic")
    return Item("insertion", inner)


def is_bracketed(words: str) -> bool:
    """Whether words stand in one pair of round or square brackets, as a publisher's own insertion does.

    The bracket that opens first closes last: words between two insertions are the speaker's.
    """
    if len(words) <= 2 or _BRACKETS.get(words[0]) != words[-1]:
        return False
    depth = 0
    for place, character in enumerate(words):
        depth += (character == words[0]) - (character == words[-1])
        if depth == 0:
            return place == len(words) - 1
    return False


def not_bracketed(words: str) -> str:
    """Why words cannot be marked as the publisher's, for the editor: a mark must not take words from the speaker."""
    return (
        f"“{words}” is not in brackets: only words that the text has in brackets are marked as the publisher's, "
        "with their brackets, as in [[(is being done)]]."
    )


def typed_form(quotation: Quotation) -> str:
    """A quotation as an editor would type it; `locate` reads it back, with its prefix and suffix."""
    pieces: list[str] = []
    for place in range(-1, len(quotation.segments)):
        if place >= 0:
            pieces.append(quotation.segments[place].exact)
        pieces += [_typed_mark(mark.kind, mark.text) for mark in quotation.marks if mark.after == place]
    return " ".join(pieces)


def _typed_mark(kind: str, text: str) -> str:
    return {"elision": "[...]", "sic": "[sic]", "insertion": f"[{text}]", "publisher": f"[[{text}]]"}[kind]


def retyped(typed: str, words: str, *, group: int) -> str:
    """The typed form with `words` of the text in place of what was typed for one group (Near.group).

    Marks inside that group go; the elisions around it stay. Raises Unreadable where `typed` is not well formed.
    """
    parts = [
        words if place == group else " ".join(_typed_item(item) for item in items)
        for place, items in enumerate(groups(typed))
    ]
    return " [...] ".join(parts)


def _typed_item(item: Item) -> str:
    return item.text if item.kind == "words" else _typed_mark(item.kind, item.text)
