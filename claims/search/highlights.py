"""The words of a text for which it was found, with their places. Pure."""

from itertools import islice

from claims.search import words


def highlights(text: str, forms: frozenset[str], *, language: str) -> list[tuple[int, int]]:
    """[start, end) in code points of the words of `text`, in `language`, whose stem is among `forms`.

    Pairs of letters of a script without spaces that overlap are one place.
    """
    found: list[tuple[int, int]] = []
    placed = list(words.placed(text))
    # All at once: each time costs more than the words.
    stems = iter(words.stems([word for _, _, of_place in placed for word in of_place], language))
    for start, end, of_place in placed:
        if forms.isdisjoint(list(islice(stems, len(of_place)))):
            continue
        if found and start < found[-1][1]:
            found[-1] = (found[-1][0], end)
        else:
            found.append((start, end))
    return found
