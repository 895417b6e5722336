"""Where sentences end, for the rule on what an elision may leave out.

In doubt a sentence goes on: then an elision that drops a negation is refused, which an editor can mend by quoting
more, while the opposite error would let words through that say what nobody said.
"""

import re

from sources.quotations.negations import listed

_TERMINATORS = ".!?…"
_CLOSERS = "'\"’”»›)]}"
_END = re.compile(rf"[{re.escape(_TERMINATORS)}]+[{re.escape(_CLOSERS)}]*")
_NEXT = re.compile(r"\s+[\"'“”„‟‘’‚‛«»‹›(\[{¿¡\-\u2010-\u2015\u2022*_\s]*")
_WORD_BEFORE = re.compile(r"[^\W_]+\Z")

# After these a full stop never ends a sentence.
_ABBREVIATIONS = listed(
    """
    mr mrs ms messrs dr prof st sr jr gov hon rev pres vs inc ltd co corp vol pp ed eds cf ca approx dept est etc al
    col lt sgt capt cmdr adm maj brig jan feb apr jun jul aug sept oct nov dec tue wed thu fri
    bzw usw hrsg geb str evtl ggf inkl sog tzw ul płk ppłk św tys mln mld godz mme mlle mmes sra srta ud uds
    гг им ул тыс тис млн млрд руб коп стр др пр см ср напр обл рр вул грн
    """
)
# These are words as well: abbreviations only with a capital, or before a figure.
_PERHAPS_ABBREVIATIONS = listed("no nos art fig gen rep sen mon sat sun mar par sec ch p nr")


def sentence_ends(text: str, start: int, end: int) -> list[int]:
    """The places in [start, end] right after a sentence.

    A sentence ends with . ! ? or … and its closing quotation marks and brackets, before white space (or the end of
    the text) that no lower-case letter follows. A blank line alone ends none, and neither does the full stop of an
    abbreviation, of an initial, or of a figure of one or two digits.
    """
    first = start
    while first > 0 and text[first - 1] in _TERMINATORS + _CLOSERS:
        first -= 1
    ends = []
    for match in _END.finditer(text, first, end):
        if match.end() >= start and _ends_sentence(text, match.start(), match.end()):
            ends.append(match.end())
    return ends


def _ends_sentence(text: str, start: int, end: int) -> bool:
    gap = _NEXT.match(text, end)
    if gap is None:
        return end == len(text)
    following = text[gap.end() : gap.end() + 1]
    if following.islower():
        return False
    terminators = text[start:end].rstrip(_CLOSERS)
    return (
        terminators != "."
        or not following
        or not _is_abbreviated(text[max(0, start - 20) : start], following)
    )


def _is_abbreviated(before: str, following: str) -> bool:
    match = _WORD_BEFORE.search(before)
    if match is None:
        return False
    word = match.group()
    if len(word) == 1 or (word.isdecimal() and len(word) <= 2):
        return True
    folded = word.casefold()
    if folded in _PERHAPS_ABBREVIATIONS:
        return word[0].isupper() or following.isdecimal()
    return folded in _ABBREVIATIONS
