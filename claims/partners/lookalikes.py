"""Names that readers would take for one another: letters of Cyrillic and Greek that look like Latin ones. Pure.

For comparing names alone: no text is kept, shown or found so.
"""

import unicodedata
from functools import lru_cache

from sources.folding import few_marks, fold

# The letters of both scripts that look like one Latin letter, by Unicode's confusables (UTS #39, section 4); what that
# list has as a small L, since it looks like a capital I, is an I here.
_LATIN = str.maketrans(
    "АВЕЅІЈКМНОРСТУХѴҮӀԌԜаегорсухѕіјѡѵүһҽӏԁԛԝ" + "ΑΒΕΖΗΙΚΜΝΟΡΤΥΧϜϹϺαγινορσυϲϳ",
    "ABESIJKMHOPCTYXVYIGWaeropcyxsijwvyheidqw" + "ABEZHIKMNOPTYXFCMayivopoucj",
)
# A capital I, a small L and their like are one stroke in most fonts.
_STROKES = str.maketrans("IІӀӏΙ", "lllll")


def are_alike(one: str, other: str) -> bool:
    """Whether two names are one to a reader: folded, or by their looks as written, in small letters or in capitals."""
    return not _looks(one).isdisjoint(_looks(other))


# A name is compared with that of every publisher.
@lru_cache(maxsize=4096)
def _looks(name: str) -> frozenset[str]:
    if name.isascii():
        return frozenset([fold(name), fold(name.translate(_STROKES))])
    name = few_marks(name)
    ways = (name, name.lower(), name.upper(), name.translate(_STROKES))
    return frozenset([fold(name), *(fold(_latin(way)) for way in ways)])


def _latin(text: str) -> str:
    # Accents are taken off first; a compatibility form may be one of a letter that has a look-alike, or be one itself.
    apart = unicodedata.normalize("NFD", text).translate(_LATIN)
    return unicodedata.normalize("NFKD", apart).translate(_LATIN)
