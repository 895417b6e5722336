"""BERT's encoder, read and run by numpy: from word pieces to one vector a text. Pure.

Devlin et al. 2018, and the mean over all pieces, of length 1 (Reimers and Gurevych 2019). Texts of one length run
together, so that none is padded and nothing has to be masked.
"""

import json
import math
import os
from collections import defaultdict
from collections.abc import Mapping, Sequence
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

import numpy as np
from numpy.typing import NDArray

Floats = NDArray[np.float32]

# Pieces that run together: more is hardly faster, and takes more memory, about 25 MB a thread.
TOGETHER = 1_024
# Threads that share out what is more than a few texts.
_THREADS = min(os.cpu_count() or 1, 8)
_EPSILON = 1e-12
_HEADER = 8


class Unreadable(Exception):
    """A file of weights cannot be used; the message says why."""


def tensors(path: Path) -> dict[str, Floats]:
    """The float32 tensors of a safetensors file by their names, mapped from it. Raises Unreadable.

    The form: 8 bytes little-endian, the length of a JSON header; the header, for each name dtype, shape, data_offsets;
    the data (github.com/huggingface/safetensors).
    """
    try:
        data = np.memmap(path, dtype=np.uint8, mode="r")
        length = int.from_bytes(data[:_HEADER].tobytes(), "little")
        stated = json.loads(data[_HEADER : _HEADER + length].tobytes())
        begin = _HEADER + length
        return {
            name: _tensor(data, begin, one)
            for name, one in stated.items()
            if name != "__metadata__" and one["dtype"] == "F32"
        }
    except (OSError, ValueError, KeyError, TypeError, AttributeError) as error:
        raise Unreadable(f"{path.name} is no file of weights: {error}") from error


def _tensor(data: NDArray[np.uint8], begin: int, stated: Mapping[str, Sequence[int]]) -> Floats:
    start, end = stated["data_offsets"]
    return data[begin + start : begin + end].view("<f4").reshape(stated["shape"])


class Bert:
    """An encoder by its weights, which have the names that the original has; `heads` is how many look at a text."""

    def __init__(self, weights: Mapping[str, Floats], *, heads: int) -> None:
        self.pieces = weights["embeddings.word_embeddings.weight"]
        self.places = (
            weights["embeddings.position_embeddings.weight"]
            + weights["embeddings.token_type_embeddings.weight"][0]
        )
        self.begin = _Norm(weights, "embeddings.LayerNorm")
        self.layers: list[_Layer] = []
        while f"encoder.layer.{len(self.layers)}.output.dense.weight" in weights:
            self.layers.append(_Layer(weights, f"encoder.layer.{len(self.layers)}", heads))
        self.dimensions = int(self.pieces.shape[1])
        self.longest = len(self.places)

    def embed(self, texts: Sequence[Sequence[int]]) -> Floats:
        """A row of length 1 for each text, given as at least one and at most `longest` numbers of pieces."""
        found = np.zeros((len(texts), self.dimensions), dtype=np.float32)
        by_length: defaultdict[int, list[int]] = defaultdict(list)
        for at, text in enumerate(texts):
            by_length[len(text)].append(at)
        portions = [
            places[first : first + max(1, TOGETHER // length)]
            for length, places in sorted(by_length.items())
            for first in range(0, len(places), max(1, TOGETHER // length))
        ]

        def embedded(places: list[int]) -> None:
            found[places] = self._embedded(np.array([texts[at] for at in places]))

        if len(portions) > 2 * _THREADS:
            with ThreadPoolExecutor(_THREADS) as threads:
                list(threads.map(embedded, portions))
        else:
            for places in portions:
                embedded(places)
        return found

    def _embedded(self, pieces: NDArray[np.int64]) -> Floats:
        state = self.begin(self.pieces[pieces] + self.places[: pieces.shape[1]])
        for layer in self.layers:
            state = layer(state)
        mean = state.mean(axis=1)
        length: Floats = np.linalg.norm(mean, axis=1, keepdims=True)
        return np.asarray(mean / np.maximum(length, np.float32(_EPSILON)), dtype=np.float32)


class _Norm:
    """Layer normalisation."""

    def __init__(self, weights: Mapping[str, Floats], name: str) -> None:
        self.weight, self.bias = weights[f"{name}.weight"], weights[f"{name}.bias"]

    def __call__(self, state: Floats) -> Floats:
        state = state - state.mean(axis=-1, keepdims=True)
        spread = np.einsum("...i,...i->...", state, state)[..., None] / np.float32(state.shape[-1])
        state *= 1 / np.sqrt(spread + np.float32(_EPSILON))
        state *= self.weight
        state += self.bias
        return state


class _Dense:
    """A linear map; several side by side where several names are given."""

    def __init__(self, weights: Mapping[str, Floats], *names: str) -> None:
        rows = np.concatenate([weights[f"{name}.weight"] for name in names])
        self.weight = np.ascontiguousarray(rows.T)
        self.bias = np.concatenate([weights[f"{name}.bias"] for name in names])

    def __call__(self, state: Floats) -> Floats:
        made: Floats = state @ self.weight
        made += self.bias
        return made


class _Layer:
    """Attention of all pieces to all others, then two maps with GELU in between; what came in is added to each."""

    def __init__(self, weights: Mapping[str, Floats], name: str, heads: int) -> None:
        asked = [f"{name}.attention.self.{part}" for part in ("query", "key", "value")]
        self.asked = _Dense(weights, *asked)
        self.seen = _Dense(weights, f"{name}.attention.output.dense")
        self.after_seen = _Norm(weights, f"{name}.attention.output.LayerNorm")
        self.wide = _Dense(weights, f"{name}.intermediate.dense")
        self.narrow = _Dense(weights, f"{name}.output.dense")
        self.after = _Norm(weights, f"{name}.output.LayerNorm")
        self.heads = heads

    def __call__(self, state: Floats) -> Floats:
        texts, length, width = state.shape
        flat = state.reshape(texts * length, width)
        parts = self.asked(flat).reshape(texts, length, 3, self.heads, width // self.heads)
        query, key, value = parts.transpose(2, 0, 3, 1, 4)
        weight = query @ key.swapaxes(-1, -2)
        weight *= np.float32(1 / math.sqrt(width // self.heads))
        weight -= weight.max(axis=-1, keepdims=True)
        np.exp(weight, out=weight)
        weight /= weight.sum(axis=-1, keepdims=True)
        seen = (weight @ value).transpose(0, 2, 1, 3).reshape(flat.shape)
        flat = self.after_seen(flat + self.seen(seen))
        flat = self.after(flat + self.narrow(gelu(self.wide(flat))))
        made: Floats = flat.reshape(texts, length, width)
        return made


# A rational approximation of erf on [-4, 4], by even powers of x, the highest first, as Eigen has it.
_OVER = (
    *(-2.72614225801306e-10, 2.77068142495902e-08, -2.10102402082508e-06, -5.69250639462346e-05),
    *(-7.34990630326855e-04, -2.95459980854025e-03, -1.60960333262415e-02),
)
_UNDER = (
    *(-1.45660718464996e-05, -2.13374055278905e-04, -1.68282697438203e-03, -7.37332916720468e-03),
    -1.42647390514189e-02,
)


def gelu(values: Floats) -> Floats:
    """x times the share of the normal distribution below x (Hendrycks and Gimpel 2016)."""
    x: Floats = np.clip(values * np.float32(math.sqrt(0.5)), -4, 4)
    square = x * x
    over, under = _polynomial(_OVER, square), _polynomial(_UNDER, square)
    x *= over
    x /= under
    x += 1
    x *= values
    x *= np.float32(0.5)
    return x


def _polynomial(coefficients: Sequence[float], values: Floats) -> Floats:
    made = np.full_like(values, coefficients[0])
    for coefficient in coefficients[1:]:
        made *= values
        made += np.float32(coefficient)
    return made
