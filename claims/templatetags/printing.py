"""Inline pieces of a page that no stray space may follow: a template file's last line break would be one."""

from django import template
from django.utils.html import format_html, format_html_join
from django.utils.safestring import SafeString

from claims import printed
from claims.alignment import Piece
from claims.choices import language_name
from claims.printed import Day, Printed

register = template.Library()

MARKS = {
    "words": "{}",
    "insertion": '<span class="insertion">[{}]</span>',
    "publisher": '<span class="publisher-words">{}</span>',
    "sic": '[<i class="sic" lang="la">sic</i>]',
    "elision": "[…]",
}
ELISION = '<a class="elision" href="#{}-left-out-{}" aria-label="Words are left out here: show them">[…]</a>'


@register.filter
def time(day: Day | None) -> SafeString | str:
    """A date or a moment."""
    return format_html('<time datetime="{}">{}</time>', day.machine, day.text) if day else ""


@register.filter
def curly(text: str | None) -> str:
    """Our own prose, set with typographic quotation marks."""
    return printed.curly(text or "")


@register.filter
def as_written_by(text: str | None, origin: str) -> str:
    """Words of a fact-check of that origin: ours as `curly` sets them, a partner's to the character."""
    return (text or "") if origin == "partner" else printed.curly(text or "")


@register.filter
def sentence(text: str | None) -> str:
    """Our own prose, as `curly` sets it, where another sentence follows."""
    return printed.curly(printed.ended(text or ""))


@register.filter
def language(tag: str) -> str:
    """The English name of a language tag, or the tag."""
    return language_name(tag)


@register.filter
def digest(groups: list[str]) -> SafeString:
    """A digest in its groups; no space stands between them, so that a copy of it is the digest."""
    spans = format_html_join("", "<span>{}</span>", ((group,) for group in groups))
    return format_html('<code class="digest">{}</code>', spans)


@register.filter
def runs(quotation: Printed, anchor: str) -> SafeString:
    """The words and marks of a quotation; an elision leads to the words that it leaves out, below `anchor`."""
    html = SafeString("")
    for run in quotation.runs:
        html += SafeString(" " if run.space_before else "")
        if run.number:
            html += format_html(ELISION, anchor, run.number)
        else:
            html += format_html(MARKS[run.kind], run.text)
    return html


@register.filter
def pieces(cell: tuple[Piece, ...]) -> SafeString:
    """What one wording has in a part of the remark; words that no other wording has there are marked."""
    html = SafeString("")
    for number, piece in enumerate(cell):
        html += SafeString(" " if number and piece.space_before else "")
        words = format_html(MARKS.get(piece.kind, "{}"), piece.text)
        html += format_html("<mark>{}</mark>", words) if piece.alone else words
    return html
