"""A small embedder for tests: words that mean the same have the same number, and a text is the sum of its words."""

import hashlib
import sys
from collections.abc import Sequence
from pathlib import Path
from typing import Any

import numpy as np
import pytest

from claims.search import embedding, keeping
from claims.search.semantic.bert import Floats
from claims.search.semantic.embedders import Unavailable
from claims.search.words import telling, words

# What it knows of the world: each line is one meaning. Words that deny mean nothing to it, as to larger ones.
SAME = [
    "vaccine jab inoculation immunisation",
    "autism neurodivergence autistic",
    "cause causes trigger triggers produce",
    "tender bidding auction",
    "bridge crossing viaduct",
    "closed ended finished",
]
_MEANING = {word: line.split()[0] for line in SAME for word in line.split()}


class Small:
    """As an Embedder. `embedded` counts the texts."""

    def __init__(self, version: str = "1", dimensions: int = 64) -> None:
        self.name, self.version, self.dimensions = "small", version, dimensions
        self.embedded = 0

    def embed(self, texts: Sequence[str]) -> Floats:
        self.embedded += len(texts)
        made = np.zeros((len(texts), self.dimensions), dtype=np.float32)
        for row, text in zip(made, texts, strict=True):
            for word in telling(words(text)) or ["nothing"]:
                digest = hashlib.sha256(_MEANING.get(word, word).encode()).digest()
                seed = np.random.default_rng(int.from_bytes(digest[:8], "little"))
                row += seed.standard_normal(self.dimensions).astype(np.float32)
        made /= np.linalg.norm(made, axis=1, keepdims=True)
        return made


SMALL = Small()


def small() -> Small:
    return SMALL


def missing() -> Small:
    raise Unavailable("The weights of small are not those that this program was measured with.")


def rank_by(embedder: Small, settings: Any, monkeypatch: pytest.MonkeyPatch, folder: Path) -> Small:
    """Let this process rank by it, and keep its index and vectors in that folder."""
    monkeypatch.setattr(sys.modules[__name__], "SMALL", embedder)
    settings.EMBEDDER, settings.DATA_DIR = "meanings:small", folder
    return embedder


def forget(monkeypatch: pytest.MonkeyPatch) -> None:
    """What a process keeps open belongs to one test."""
    monkeypatch.setattr(embedding, "_opened", {})
    monkeypatch.setattr(keeping, "_kept", {})
