"""What an embedder is, and the one that a name calls. Pure."""

import importlib
from collections.abc import Callable, Sequence
from typing import TYPE_CHECKING, Protocol

if TYPE_CHECKING:
    import numpy as np
    from numpy.typing import NDArray

# Names for the setting, each with what makes the embedder.
KNOWN = {"minilm": "claims.search.semantic.minilm:opened"}

_PARTS = ("name", "version", "dimensions")


class Unavailable(Exception):
    """There is no such embedder here, or what it needs is missing or another; the message says which, in a sentence."""


class Broken(Exception):
    """There are no vectors, or what is there cannot be used; the message says which."""


class Embedder(Protocol):
    """Texts to vectors whose products say how near they are in meaning, from -1 to 1.

    `name` and `version` together say which vectors can be compared: another model, other weights or another way of
    making vectors is another name or version.
    """

    name: str
    version: str
    dimensions: int

    def embed(self, texts: Sequence[str]) -> "NDArray[np.float32]":
        """A row of length 1 for each text."""
        ...


def named(name: str) -> Embedder:
    """The embedder under a name of KNOWN, or made by `package.module:function`. Raises Unavailable."""
    module, _, made = KNOWN.get(name, name).partition(":")
    if not made:
        raise Unavailable(
            f"There is no embedder {name}: write {', '.join(KNOWN)}, or package.module:function for one of your own."
        )
    try:
        maker: Callable[[], Embedder] = getattr(importlib.import_module(module), made)
    except (ImportError, AttributeError, TypeError, ValueError) as error:
        needed = ": run make semantic" if name in KNOWN else ""
        raise Unavailable(f"The embedder {name} is not installed ({error}){needed}.") from error
    try:
        embedder = maker()
    except Unavailable:
        raise
    except Exception as error:
        # Whatever the setting names is called, somebody's own program or by mistake anything else.
        raise Unavailable(f"The embedder {name} cannot be made: {type(error).__name__}: {error}") from error
    if not (callable(getattr(embedder, "embed", None)) and all(hasattr(embedder, part) for part in _PARTS)):
        raise Unavailable(f"{name} makes no embedder: it needs embed(), {', '.join(_PARTS)}.")
    return embedder
