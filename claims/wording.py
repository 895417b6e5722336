"""A text in the form in which typography makes no difference: all that two texts may differ in unseen. Pure.

White space and commas stand in one way, quotation marks are straight, "the the" and "an" are "the" and "a". What is no
plain prose stays to the character: numbers, addresses, what stands in brackets, the marks of Markdown, line breaks.
"""

import re
from collections.abc import Iterable, Iterator
from typing import NamedTuple

# No other white space is any: what is invisible is a character like another here, and so is a line break.
SPACES = " \t\xa0\u2009\u202f"
_LETTER = r"[^\W\d_]"
_PIECE = re.compile(rf"""
    (?P<space>[{SPACES}\r\n]++)
    # What Markdown escapes, what stands in brackets and what hangs on to it, is one piece, whatever stands in it.
    | (?:\\\S | \[(?:\\[\s\S]|[^\[\]\\])*+\] | <(?:\\[\s\S]|[^<>\\\n])*+> | [^{SPACES}\r\n])++
    """, re.VERBOSE)  # fmt: skip
# A piece that is a word with the signs around it; two words with a comma alone between them are it, too.
_PLAIN = re.compile(rf"""[("'“‘„,*]*+{_LETTER}++(?:[-'’,]{_LETTER}++)*+[)"'”’“*,.;:!?]*+|[,;:!?]""")
_TOKEN = re.compile(rf"{_LETTER}++(?:[-'’]{_LETTER}++)*+|.")
WORD = re.compile(rf"{_LETTER}++")
_LINE = re.compile(r"[\r\n]")
# A line without anything ends a paragraph, whatever stands open in it.
_PARAGRAPHS = re.compile(rf"((?>\r\n|\r|\n)[{SPACES}]*+[\r\n][{SPACES}\r\n]*+)")
_LAST = re.compile(rf"(?:^|[{SPACES}\r\n])({_LETTER}++)\.$")
_STRAIGHT = str.maketrans("‘’‚‛“”„‟", "''''\"\"\"\"")
# Words that mean nothing more when they stand twice.
_DOUBLED = frozenset({"the", "a", "an", "of", "and"})
_ARTICLES = frozenset({"a", "an"})
_CLOSING = frozenset(";:!?")
_DOUBLE_MARKS = frozenset('"“”„‟«»「」『』《》〈〉')
_SINGLE_MARKS = frozenset("'‘’‚‛‹›")


class Token(NamedTuple):
    """A word, a sign or white space of a text.

    `kind` is "word", "sign" or "space" of what is plain prose, and "kept" for all that has to stay to the character.
    `is_quoted` says whether somebody else's words may stand here.
    """

    kind: str
    text: str
    is_quoted: bool

    def is_word(self) -> bool:
        """Whether this is a word of a script with capitals: of the others too little is known."""
        return self.kind == "word" and self.text.lower() != self.text.upper()


def changed(one: str, other: str) -> list[tuple[str, str]] | None:
    """The paragraphs that differ, as pairs; None where there are more of them or something else between them."""
    # The full stop of the whole text is the one that may be missing.
    first, second = (_PARAGRAPHS.split(_without_stop(text.rstrip(f"{SPACES}\r\n"))) for text in (one, other))
    if len(first) != len(second) or first[1::2] != second[1::2]:
        return None
    return [pair for pair in zip(first[::2], second[::2], strict=True) if pair[0] != pair[1]]


def _without_stop(text: str) -> str:
    """`text` without a full stop at its end, where a word with nothing else to it stands before it."""
    last = _LAST.search(text[-100:])
    is_cased = last is not None and last[1].lower() != last[1].upper()
    return text[:-1] if is_cased else text


class Style(NamedTuple):
    """What a text is written in."""

    is_english: bool
    is_markdown: bool


def levelled(paragraph: str, style: Style) -> list[Token]:
    """The tokens of a paragraph in the form in which what may differ does not."""
    found = _joined(_tokens(paragraph, is_markdown=style.is_markdown))
    return _without_articles(found) if style.is_english else found


def _tokens(paragraph: str, *, is_markdown: bool) -> Iterator[Token]:
    pieces = list(_PIECE.finditer(paragraph))
    plain = [_PLAIN.fullmatch(piece.group()) is not None for piece in pieces]
    quoted = _Quoted(is_markdown=is_markdown)
    for at, piece in enumerate(pieces):
        written = piece.group()
        if piece["space"] is not None:
            is_free = (
                0 < at < len(pieces) - 1 and plain[at - 1] and plain[at + 1] and not _LINE.search(written)
            )
            yield Token("space", " ", quoted.now) if is_free else Token("kept", written, quoted.now)
        elif plain[at]:
            has_begun = False
            for match in _TOKEN.finditer(written):
                token = match.group()
                kind = "word" if token[0].isalpha() else "sign"
                has_begun = has_begun or kind == "word"
                if kind == "sign":
                    quoted.mark(token, opens=not has_begun)
                # Markdown makes straight marks curly itself, and knows the title of a link by them.
                yield Token(kind, token if is_markdown else token.translate(_STRAIGHT), quoted.now)
        else:
            quoted.kept(written)
            yield Token("kept", written, quoted.now)


class _Quoted:
    """Whether one stands within quotation marks, or in a block that Markdown shows as quoted."""

    def __init__(self, *, is_markdown: bool) -> None:
        self._is_markdown = is_markdown
        self._double = self._single = 0
        self._is_block = False

    @property
    def now(self) -> bool:
        return self._is_block or self._double > 0 or self._single > 0

    def mark(self, sign: str, *, opens: bool) -> None:
        step = 1 if opens else -1
        if sign in _DOUBLE_MARKS:
            self._double = max(0, self._double + step)
        elif sign in _SINGLE_MARKS:
            self._single = max(0, self._single + step)

    def kept(self, written: str) -> None:
        # Also within a list; the rest of the paragraph belongs to it.
        self._is_block = self._is_block or (self._is_markdown and written.startswith(">"))
        within = False
        for sign in written:
            within = within or sign.isalnum()
            self.mark(sign, opens=not within)


def _joined(tokens: Iterable[Token]) -> list[Token]:
    """The tokens with a comma close to the word before it and a space behind it, and other signs close as well."""
    listed = list(tokens)
    found: list[Token] = []
    for at, token in enumerate(listed):
        after = listed[at + 1] if at + 1 < len(listed) else None
        follows_word = bool(found) and found[-1].is_word()
        spaced = len(found) > 1 and found[-1].kind == "space" and found[-2].is_word()
        if token.kind == "sign" and token.text == "," and (follows_word or spaced) and after is not None:
            beyond = listed[at + 2] if at + 2 < len(listed) else None
            if after.is_word() or (after.kind == "space" and beyond is not None and beyond.is_word()):
                if spaced:
                    found.pop()
                found.append(token)
                if after.kind != "space":
                    found.append(Token("space", " ", token.is_quoted))
                continue
        ends = after is None or after.kind == "space" or (after.kind == "kept" and after.text.isspace())
        if token.kind == "sign" and token.text in _CLOSING and spaced and ends:
            found.pop()
        found.append(token)
    return found


def _without_articles(tokens: list[Token]) -> list[Token]:
    """English tokens with "the the" as "the", and "an" as "a"; not within somebody else's words."""
    found: list[Token] = []
    for token in tokens:
        if (
            token.kind == "word"
            and token.text in _DOUBLED
            and not token.is_quoted
            and len(found) > 1
            and found[-1].kind == "space"
            and found[-2].kind == "word"
            and found[-2].text.casefold() == token.text
        ):
            found.pop()
            continue
        found.append(token)
    return [
        Token("word", "a", token.is_quoted)
        if token.kind == "word" and token.text in _ARTICLES and not token.is_quoted and _goes_on(found, at)
        else token
        for at, token in enumerate(found)
    ]


def _goes_on(tokens: list[Token], at: int) -> bool:
    """Whether a space and a word follow."""
    return at + 2 < len(tokens) and tokens[at + 1].kind == "space" and tokens[at + 2].is_word()
