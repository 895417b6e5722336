"""The words of a text for which it was found, with their places. Pure."""

from claims.search import words


def highlights(text: str, forms: frozenset[str], *, language: str) -> list[tuple[int, int]]:
    """[start, end) in code points of the words of `text`, in `language`, whose stem is among `forms`.

    Pairs of letters of a script without spaces that overlap are one place.
    """
    found: list[tuple[int, int]] = []
    for start, end, of_place in words.placed(text):
        if not forms.intersection(words.stems(of_place, language)):
            continue
        if found and start < found[-1][1]:
            found[-1] = (found[-1][0], end)
        else:
            found.append((start, end))
    return found
