"""The pieces of a quotation in the order in which they are read."""

from sources.quotations.shape import Piece, Quotation

_CLOSING = ",.;:!?)]}’”»'\""


def shown(quotation: Quotation) -> list[Piece]:
    """Words, elisions (with the words they leave out), insertions, sics and publisher's words, in reading order."""
    elided = {elision.after: elision.exact for elision in quotation.elided}
    pieces: list[Piece] = []
    for place in range(-1, len(quotation.segments)):
        if place >= 0:
            segment = quotation.segments[place]
            touches = place > 0 and quotation.segments[place - 1].end == segment.start
            touches = touches or (place > 0 and any(one.end == segment.start for one in quotation.elided))
            glued = not pieces or (touches and segment.exact[:1] in _CLOSING)
            pieces.append(Piece("words", segment.exact, glued))
        for mark in quotation.marks:
            if mark.after == place:
                text = elided.get(place, "") if mark.kind == "elision" else mark.text
                pieces.append(Piece(mark.kind, text, not pieces))
    return pieces
