"""What a key opens. Pure."""

from collections.abc import Iterable
from enum import StrEnum
from itertools import chain, combinations


class Scope(StrEnum):
    READ = "read"
    PAGES = "pages"
    SUBMIT = "submit"
    WEBHOOKS = "webhooks"


# What a key with it may do, as the second half of a sentence.
MEANINGS = {
    Scope.READ: "read with a quota of its own",
    Scope.PAGES: "publish ClaimReview markup of its own sites",
    Scope.SUBMIT: "send claims for checking",
    Scope.WEBHOOKS: "manage its own webhooks",
}


def written(scopes: Iterable[str]) -> str:
    """The scopes as they are stored: each once, in the order above, with spaces between. An unknown one: ValueError."""
    wanted = {Scope(one) for one in scopes}
    return " ".join(one for one in Scope if one in wanted)


# Everything that can stand in the column.
EVERY = [
    written(some)
    for some in chain.from_iterable(combinations(Scope, count) for count in range(1, len(Scope) + 1))
]
