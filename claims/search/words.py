"""The words by which texts are found: folded, without links, and each by its stem. Pure.

The same for what is indexed and for what is asked, so that both meet. Folding (sources.folding) takes accents away and
keeps the vowel signs of Indic scripts; scripts without spaces between words are cut into pairs of letters, as is usual
for them.
"""

import re
import unicodedata
from collections.abc import Iterable, Iterator, Sequence
from functools import cache, lru_cache

import tantivy

from sources.folding import fold

# Of a text; what stands after it is not indexed and not asked.
MOST_CHARACTERS = 100_000
LONGEST_WORD = 60
# Words whose forms are kept in a process, but for one text that has more.
_KEPT = 20_000
# Characters of a text whose words are kept for a moment.
_SHORT = 2_000

# The languages with a stemmer (Snowball's, as Tantivy has them), by the tags of BCP 47.
STEMMED = {
    "ar": "arabic",
    "da": "danish",
    "de": "german",
    "el": "greek",
    "en": "english",
    "es": "spanish",
    "fi": "finnish",
    "fr": "french",
    "hu": "hungarian",
    "it": "italian",
    "nb": "norwegian",
    "nl": "dutch",
    "nn": "norwegian",
    "no": "norwegian",
    "pt": "portuguese",
    "ro": "romanian",
    "ru": "russian",
    "sv": "swedish",
    "ta": "tamil",
    "tr": "turkish",
}
# Those that are not written in Latin letters, with a letter that tells their script.
_SCRIPTS = {"ar": "\u0600-\u06ff", "el": "\u0370-\u03ff", "ru": "\u0400-\u04ff", "ta": "\u0b80-\u0bff"}
_SCRIPT = {language: re.compile(f"[{letters}]") for language, letters in _SCRIPTS.items()}
_LATIN = re.compile(r"[a-z]")
_STEMMED = re.compile(f"[a-z{''.join(_SCRIPTS.values())}]")

_LINK = re.compile(r"\b(?:https?://|www\.|t\.co/|pic\.twitter\.com/)\S+", re.IGNORECASE)
_TAG = re.compile(r"[#@](\w+)")
# Where a word begins inside of a hashtag or a handle: DefundTheCBC, COVID19.
_SEAM = re.compile(
    r"(?<=[a-z])(?=[A-Z])|(?<=[A-Z])(?=[A-Z][a-z])|(?<=[^\W\d])(?=\d)|(?<=\d)(?=[^\W\d])|_",
)
_THOUSANDS = re.compile(r"(?<=\d)[,\u00a0\u202f](?=\d\d\d(?!\d))")
_POSSESSIVE = re.compile(r"['\u2019\u02bc]s\b")
_INITIALS = re.compile(r"\b([A-Z])\.(?=[A-Z]\b)")
# What may stand within a word as it is printed.
_JOINING = ".,'\u2019\u02bc"
_ASCII_WORD = re.compile(r"[a-z0-9]+")
# Han, kana, Thai, Lao, Burmese, Khmer: written without spaces between words.
_UNSPACED = re.compile(
    "[\u0e00-\u0eff\u1000-\u109f\u1780-\u17ff\u3040-\u30ff\u3400-\u4dbf\u4e00-\u9fff\U00020000-\U0003ffff]+"
)

# Words that say nothing about which claim is meant; a reader's question is full of them.
COMMON = frozenset(
    """
    a about above after again against all am an and any are as at be because been before being below between both but
    by can could did do does doing don down during each few for from further had has have having he her here hers
    herself him himself his how i if in into is it its itself just many me more most much my myself no nor not now of
    off on once only or other our ours ourselves out over own s said same say says she should so some such t than that
    the their theirs them themselves then there these they this those through to too under until up very was we were
    what when where which while who whom why will with would you your yours yourself yourselves
    """.split()  # noqa: SIM905 - a list of quoted words is not easier to read
)


def words(text: str) -> list[str]:
    """The folded words of a text in order, without links; hashtags and handles are taken apart."""
    return list(_words(text)) if len(text) <= _SHORT else _found(text[:MOST_CHARACTERS])


@lru_cache(maxsize=64)
def _words(text: str) -> tuple[str, ...]:
    """Those of a sentence, which is looked at several times in a row."""
    return tuple(_found(text))


def _found(text: str) -> list[str]:
    if "/" in text:
        text = _LINK.sub(" ", text)
    if "#" in text or "@" in text:
        text = _TAG.sub(lambda tag: " ".join(_SEAM.split(tag[1])) + " ", text)
    text = _INITIALS.sub(r"\1", _POSSESSIVE.sub("", _THOUSANDS.sub("", text)))
    if text.isascii():
        found: list[str] = _ASCII_WORD.findall(text.lower())
    else:
        found = fold(text).split()
        if any(_UNSPACED.search(word) for word in found):
            found = [part for word in found for part in _taken_apart(word)]
    return [word[:LONGEST_WORD] for word in found]


def placed(text: str) -> Iterator[tuple[int, int, list[str]]]:
    """Where words stand in a text as it is printed: [start, end) in code points, and what `words` makes of that.

    What is written together is one place (it's, 9,000, a hashtag); of a script without spaces each pair of letters is.
    """
    for printed in _printed().finditer(_LINK.sub(lambda link: " " * len(link[0]), text)):
        start, at = printed.start(), 0
        for run in _UNSPACED.finditer(printed[0]):
            yield from _whole(printed[0], start, at, run.start())
            yield from _pairs(run[0], start + run.start())
            at = run.end()
        yield from _whole(printed[0], start, at, len(printed[0]))


def _whole(printed: str, start: int, first: int, last: int) -> Iterator[tuple[int, int, list[str]]]:
    """Of what is printed together the part from `first` to `last`, but for what holds it to the next."""
    while first < last and printed[first] in _JOINING:
        first += 1
    while first < last and printed[last - 1] in _JOINING:
        last -= 1
    part = printed[first:last]
    # Of most words nothing is left out, nor taken apart.
    found = [part.lower()[:LONGEST_WORD]] if part.isascii() and part.isalnum() else words(part)
    if found:
        yield start + first, start + last, found


def _pairs(run: str, start: int) -> Iterator[tuple[int, int, list[str]]]:
    """The pairs of letters of a run without spaces, where the letters are those that folding leaves of it."""
    letters = fold(run)
    # Of each folded letter the place of what it was: one sign may be two letters (ำ).
    places = [at for at, sign in enumerate(run) for _ in fold(f"ก{sign}")[1:]]
    if not letters or len(places) != len(letters):
        yield from _whole(run, start, 0, len(run))
        return
    if len(letters) == 1:
        yield start, start + len(run), [letters]
    for at in range(len(letters) - 1):
        if places[at] == places[at + 1] and len(letters) > 2:
            # Both are of one sign, which is no word.
            continue
        yield start + places[at], start + places[at + 1] + 1, [letters[at : at + 2]]


@cache
def _printed() -> re.Pattern[str]:
    """A word with what holds its parts together: it's, well, U.S., 9,000; the marks upon its letters are part of it."""
    every = (chr(code) for code in range(0x300, 0x20000) if not 0xD800 <= code < 0xE000)
    marks = "".join(mark for mark in every if unicodedata.category(mark)[0] == "M")
    letter = f"[\\w\u00ad\u200c\u200d{marks}]"
    return re.compile(f"[#@]?\\w{letter}*(?:[{_JOINING}]\\w{letter}*)*")


def _taken_apart(word: str) -> Iterable[str]:
    """A word of a script without spaces as pairs of letters, the rest as it is."""
    at = 0
    for run in _UNSPACED.finditer(word):
        if run.start() > at:
            yield word[at : run.start()]
        letters = run.group()
        if len(letters) == 1:
            yield letters
        else:
            yield from (letters[place : place + 2] for place in range(len(letters) - 1))
        at = run.end()
    if at < len(word):
        yield word[at:]


def stems(found: list[str], language: str) -> list[str]:
    """The stem of each word under the language, given by its tag; a word as it is where there is no stemmer."""
    analyser = _analyser(primary(language))
    if analyser is None or not found:
        return found
    made = analyser.analyze(" ".join(found))
    # One token a word: nothing in between takes words away or apart.
    return made if len(made) == len(found) else found


def forms(word: str, languages: frozenset[str]) -> frozenset[str]:
    """The stems under which a word may stand in texts of these languages (primary tags), where its script fits.

    The word itself is among them where some text is in a language without a stemmer.
    """
    known = _known(languages)
    found = known.get(word)
    if found is None:
        found = known[word] = _forms([word], languages)[word]
    return found


def learn(found: Iterable[str], languages: frozenset[str]) -> None:
    """Have the forms of many words at hand: much quicker at once than one after the other."""
    known = _known(languages)
    made = _forms([word for word in dict.fromkeys(found) if word not in known], languages)
    if len(known) + len(made) > _KEPT:
        known.clear()
    known.update(made)


def _forms(found: Sequence[str], languages: frozenset[str]) -> dict[str, frozenset[str]]:
    stemmed = [word for word in found if _STEMMED.search(word)]
    made: dict[str, set[str]] = {word: set() for word in stemmed}
    for letters, of_script in _by_script(languages):
        fitting = [word for word in stemmed if letters.search(word)]
        for language in of_script:
            for word, stem in zip(fitting, stems(fitting, language), strict=True):
                made[word].add(stem)
        for word in set(stemmed).difference(fitting):
            made[word].add(word)
    if not languages or not languages.issubset(STEMMED):
        for word in stemmed:
            made[word].add(word)
    return {word: frozenset(made.get(word, (word,))) for word in found}


def primary(language: str) -> str:
    """The language of a tag without script and region, in lower case."""
    return language.partition("-")[0].lower()


def telling(found: Iterable[str]) -> list[str]:
    """Those words, each once and in order, that are not common; all of them where there are no others."""
    once = list(dict.fromkeys(found))
    return [word for word in once if word not in COMMON] or once


@cache
def _known(languages: frozenset[str]) -> dict[str, frozenset[str]]:
    """The forms of words that were asked for lately."""
    return {}


@cache
def _by_script(languages: frozenset[str]) -> list[tuple[re.Pattern[str], list[str]]]:
    """Those of the languages that have a stemmer, by the letters that they are written in."""
    made: dict[re.Pattern[str], list[str]] = {}
    for language in sorted(languages.intersection(STEMMED)):
        made.setdefault(_SCRIPT.get(language, _LATIN), []).append(language)
    return list(made.items())


@cache
def _analyser(language: str) -> tantivy.TextAnalyzer | None:
    name = STEMMED.get(language)
    if name is None:
        return None
    builder = tantivy.TextAnalyzerBuilder(tantivy.Tokenizer.whitespace())
    return builder.filter(tantivy.Filter.stemmer(name)).build()
