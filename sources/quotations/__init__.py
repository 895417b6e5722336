"""Character-exact quotations: pure functions, plain values in and out.

A quotation holds when text[start:end] is exactly its words, in Unicode form NFC and at word boundaries, in the
snapshot whose digest it names. There is no case folding, no dropped punctuation and no fuzzy acceptance. Typographic
equivalence (quotation marks, dashes, white space) is a second level with a name. Positions count code points.

    locate     what an editor typed -> Found, Several, Elsewhere, Near, Nowhere or Refused
    check_form a stored quotation by itself, where its text is not at hand -> problems
    verify     a stored quotation against its text -> problems, none where it holds
    find       every place of some words in a text
    span       the quotation of a selection
    shown      a quotation as pieces for a page
    typed_form a quotation as an editor would type it
    retyped    the typed form with the text's own words in one of its groups

Bounds: 5,000 characters and 100 marks for a quotation, 2,000 characters for an elision, 10,000 places for a group of
words. All work is at most proportional to the text's length, and comparing stops at a fixed sum (TooMany).
"""

from sources.quotations.boundaries import has_words
from sources.quotations.building import Unquotable, span
from sources.quotations.checking import verify
from sources.quotations.differences import Difference, difference
from sources.quotations.finding import Occurrence, TooMany, find
from sources.quotations.form import check_form
from sources.quotations.locating import Elsewhere, Found, Near, Nowhere, Outcome, Refused, Several, locate
from sources.quotations.shape import (
    CONTEXT,
    MAX_ELIDED,
    MAX_MARKS,
    MAX_QUOTED,
    Elision,
    Malformed,
    Mark,
    Piece,
    Problem,
    Quotation,
    Segment,
    stray_character,
    text_digest,
    text_problem,
)
from sources.quotations.showing import shown
from sources.quotations.typed import retyped, typed_form

__all__ = [
    "CONTEXT",
    "MAX_ELIDED",
    "MAX_MARKS",
    "MAX_QUOTED",
    "Difference",
    "Elision",
    "Elsewhere",
    "Found",
    "Malformed",
    "Mark",
    "Near",
    "Nowhere",
    "Occurrence",
    "Outcome",
    "Piece",
    "Problem",
    "Quotation",
    "Refused",
    "Segment",
    "Several",
    "TooMany",
    "Unquotable",
    "check_form",
    "difference",
    "find",
    "has_words",
    "locate",
    "retyped",
    "shown",
    "span",
    "stray_character",
    "text_digest",
    "text_problem",
    "typed_form",
    "verify",
]
