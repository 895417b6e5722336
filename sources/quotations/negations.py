"""Words that turn a statement round, by language.

Listed are negators (not, never, nobody), half-negators (hardly, without) and verbs and adjectives of denial that
reverse what depends on them (denied, refused, false). A word too many costs an editor a longer quotation; a word too
few would let an elision turn a sentence into its opposite.
"""

import re
import unicodedata
from collections.abc import Iterator

from sources.quotations.boundaries import is_hidden
from sources.quotations.typography import levelled

_WORD = re.compile(r"[^\W_]+(?:'[^\W_]+)*'?")
_APOSTROPHES = str.maketrans(dict.fromkeys("ʼ`´‘‛′＇ʹ", "'"))


def listed(words: str) -> frozenset[str]:
    """The words of a list in running text, folded in case."""
    return frozenset(words.casefold().split())


# "n'" is the elided ne of French; "n't" is looked for at the end of words in every language.
_BY_LANGUAGE = {
    language: listed(words)
    for language, words in {
        "en": """
            not cannot no non none nobody nothing nowhere neither nor never without hardly scarcely barely rarely seldom
            unless except ain't aint arent cant couldnt didnt doesnt dont hadnt hasnt havent isnt
            mustnt neednt shouldnt wasnt werent wont wouldnt
            deny denies denied denying denial refuse refuses refused refusing refusal reject rejects rejected rejecting
            decline declines declined declining fail fails failed failing failure refute refutes refuted dismiss
            dismisses dismissed lack lacks lacked lacking doubt doubts doubted
            false falsely untrue unable unlikely impossible
        """,
        "be": """
            не ня ні няма нямя ніхто ніхта нікога нікому нікім нішто нічога нічому нічым ніколі нідзе нікуды ніякі
            ніякага ніякай ніякія ніводзін ніводнага без бяз ледзь наўрад нельга немагчыма абверг абвергла абверглі
            адмовіўся адмовілася адмовіліся адмаўляе адмаўляў хлусня няпраўда
        """,
        "cs": """
            ne není nejsou nebyl nebyla nebylo nebyli nebude nebudou nikdo nikoho nikomu nic ničeho ničemu nikdy nikde
            nikam žádný žádná žádné žádného žádných ani bez nelze sotva stěží popřel popřela popřeli popírá odmítl
            odmítla odmítli odmítá
        """,
        "de": """
            nicht nichts nie niemals niemand niemanden niemandem nirgends nirgendwo kein keine keinen keinem keiner
            keines keinerlei weder ohne kaum selten außer nein bestreitet bestritt bestritten leugnet leugnete
            geleugnet verneint verneinte dementiert dementierte weigert weigerte verweigert verweigerte falsch
            unmöglich unwahrscheinlich
        """,
        "es": """
            no ni nunca jamás nada nadie ningún ninguno ninguna ningunos ningunas sin tampoco apenas salvo excepto niega
            niegan negó negaron negaba negar negado rechaza rechazó rechazaron desmiente desmintió falso falsa imposible
        """,
        "fr": """
            ne n' pas non ni jamais rien aucun aucune aucuns aucunes nul nulle sans guère sauf nie nient nié niée nier
            niait dément démenti démentir refuse refusent refusé refusait rejette rejeté faux fausse impossible
        """,
        "it": """
            non né mai niente nulla nessun nessuno nessuna nessun' senza neanche nemmeno neppure tranne nega negano
            negato negò smentisce smentito smentì rifiuta rifiutato rifiutò falso falsa impossibile
        """,
        "nl": """
            niet niets nooit niemand nergens geen noch zonder nauwelijks zelden behalve nee neen ontkent ontkende
            ontkend ontkennen weigert weigerde geweigerd onwaar onmogelijk
        """,
        "pl": """
            nie nikt nikogo nikomu nikim nic niczego niczemu niczym nigdy nigdzie żaden żadna żadne żadnego żadnej
            żadnych ani bez brak ledwie rzadko wątpi zaprzecza zaprzeczył zaprzeczyła zaprzeczyli odmówił odmówiła
            odmówili odrzucił odrzuciła odrzucili nieprawda niemożliwe
        """,
        "pt": """
            não nem nunca jamais nada ninguém nenhum nenhuma nenhuns nenhumas sem tampouco apenas exceto nega negam
            negou negaram negar negado desmente desmentiu rejeita rejeitou falso falsa impossível
        """,
        "ro": """
            nu nici niciodată nimeni nimic nicăieri niciun nicio fără neagă negat negă refuză refuzat respins fals
            imposibil
        """,
        "ru": """
            не ни нет нету никто никого никому никем ничто ничего ничему ничем никогда нигде никуда никак никакой
            никакого никакому никаким никакая никакую никаких никакие никакое ничей без безо едва вряд нельзя невозможно
            неправда ложь отрицает отрицают отрицал отрицала отрицали отрицать опроверг опровергла опровергли
            опровергает отказался отказалась отказались отказывается отверг отвергла отвергли отвергает кроме
        """,
        "sk": """
            nie nik nikto nikoho nikomu nič ničoho nikdy nikde nikam žiadny žiadna žiadne žiadneho ani bez sotva
            nemožno poprel popreli popiera odmietol odmietla odmietli odmieta
        """,
        "sv": """
            inte icke ej aldrig ingen inget inga ingenting ingenstans varken utan knappast sällan nej förnekar förnekade
            förnekat vägrar vägrade avvisar avvisade falskt omöjligt
        """,
        "uk": """
            не ні ані немає нема ніхто нікого нікому ніким ніщо нічого нічому нічим ніколи ніде нікуди ніяк ніякий
            ніякого ніякої ніяких ніякі жоден жодна жодне жодного жодної жодних без ледве навряд неможливо неправда
            брехня заперечує заперечують заперечив заперечила заперечили заперечувати спростував спростувала спростували
            спростовує відмовився відмовилася відмовилися відкинув відкинула відкинули крім
        """,
    }.items()
}
# Words of one language that are everyday words of another.
_AMBIGUOUS = listed("sin mai ni nu noch salvo")
_ANY = frozenset().union(*_BY_LANGUAGE.values()) - _AMBIGUOUS


def is_listed(language: str) -> bool:
    """Whether the negating words of a language are known here; without a language those of all lists count."""
    return not language or _tag(language) in _BY_LANGUAGE


def _tag(language: str) -> str:
    return re.split("[-_]", language, maxsplit=1)[0].casefold()


def negation(text: str, language: str = "") -> str | None:
    """The first word of `text` that negates, as the lists know it; None where none does."""
    return next(negations(text, language), None)


def negations(text: str, language: str = "") -> Iterator[str]:
    """The words of `text` that negate, as the lists know them, in order.

    `language` is a BCP 47 tag. For a language without a list, or none, the words of all lists count, but for
    those that are everyday words elsewhere.
    """
    negators = _BY_LANGUAGE.get(_tag(language), _ANY)
    seen = "".join(character for character in text.translate(_APOSTROPHES) if not is_hidden(character))
    plain = levelled(unicodedata.normalize("NFKC", seen)).casefold()
    for match in _WORD.finditer(unicodedata.normalize("NFC", plain)):
        word = match.group()
        parts = word.strip("'").split("'")
        forms = {word, word.strip("'"), parts[0] + "'", *parts}
        if not negators.isdisjoint(forms) or word.strip("'").endswith("n't"):
            yield word.strip("'")
