"""How near fact-checks are to a text in meaning, by an embedder and its vectors. Pure.

A fact-check has one vector, of its claim: its product with that of a text is 1 for the same words and about 0 for what
has nothing to do with it. A second one, of the title, cost twice as much and ranked no better on the train splits.
"""

from collections import OrderedDict
from collections.abc import Iterable, Sequence
from pathlib import Path

import numpy as np

from claims.search.semantic import vectors
from claims.search.semantic.bert import Floats
from claims.search.semantic.embedders import Broken, Embedder
from claims.search.semantic.vectors import Vectors

# Texts whose vectors are kept: whoever turns a page asks the same again.
_REMEMBERED = 256


# A fact-check as it is embedded: the entry of the record that it is of, and its claim.
Text = tuple[int, str]


class Meaning:
    """The vectors beside an index, by the embedder that made them, as new as the folder has them."""

    def __init__(self, embedder: Embedder, beside: Path) -> None:
        self.embedder = embedder
        self.folder = vectors.folder(beside, embedder)
        self._stamp: tuple[int, int] | None = None
        self._vectors: Vectors | None = None
        self._asked: OrderedDict[str, Floats] = OrderedDict()

    def vectors(self) -> Vectors:
        """Raises Broken."""
        stamp = vectors.stamp(self.folder)
        if self._vectors is None or stamp != self._stamp:
            # Said before it is read: what is written in between is read again.
            self._stamp = stamp
            self._vectors = vectors.opened(self.folder, self.embedder)
        return self._vectors

    def near(self, text: str, *, besides: Sequence[int], most: int) -> dict[int, float]:
        """How near the fact-checks of these entries are, and those of the `most` nearest; what has no vector is not
        among them.
        """
        try:
            there = self.vectors()
        except Broken:
            return {}
        asked = self._vector(text)
        return {**there.nearest(asked, most), **there.beside(asked, besides)}

    def begin(self) -> None:
        """Begin with no vectors at all. Only within `store.writing` of the folder."""
        vectors.begun(self.folder, self.embedder)

    def add(self, texts: Sequence[Text], *, sequence: int, entry_digest: str) -> None:
        """Embed fact-checks, whose entries ascend and are newer than those that are there, up to that entry of the
        record. Only within `store.writing` of the folder.
        """
        vectors.append(
            self.folder,
            self.vectors(),
            [text[0] for text in texts],
            self.embedder.embed([claim for _, claim in texts]),
            sequence=sequence,
            entry_digest=entry_digest,
        )

    def look_over(self, sequences: Iterable[int]) -> None:
        """Keep the rows of these entries and no others; none where they are damaged. Only within `store.writing`."""
        kept = self.vectors()
        if vectors.is_sound(kept):
            vectors.begun(self.folder, self.embedder, kept=kept, of=sequences)
        else:
            self.begin()

    def _vector(self, text: str) -> Floats:
        found = self._asked.pop(text, None)
        if found is None:
            found = self.embedder.embed([text])[0]
        self._asked[text] = found
        while len(self._asked) > _REMEMBERED:
            self._asked.popitem(last=False)
        return found


class InMemory(Meaning):
    """Of fact-checks that are thrown away, as `evaluate_lookup` has them."""

    def __init__(self, embedder: Embedder, texts: Sequence[Text]) -> None:
        super().__init__(embedder, Path())
        head = vectors.Head(vectors.FORM, "", self.embedder.dimensions, "", len(texts), 0, "")
        sequences = np.fromiter((text[0] for text in texts), dtype=np.int64)
        self._made = Vectors(head, self.embedder.embed([claim for _, claim in texts]), sequences)

    def vectors(self) -> Vectors:
        return self._made
