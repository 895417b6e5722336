"""The encoder behind looking up by meaning: word pieces, BERT by numpy, and the weights that it is measured with."""

import json
import math
import shutil
import warnings
from importlib.util import find_spec
from pathlib import Path

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from claims.search.semantic import minilm
from claims.search.semantic.bert import TOGETHER, Bert, Floats, Unreadable, gelu, tensors
from claims.search.semantic.embedders import Unavailable, named
from claims.search.semantic.wordpiece import WordPieces, split

# Word pieces

VOCABULARY = [
    "[PAD]",
    "[UNK]",
    "[CLS]",
    "[SEP]",
    "the",
    "vac",
    "##cine",
    "##s",
    "un",
    "##test",
    "##ed",
    "5",
    "!",
    "新",
    "é",
]
PIECES = WordPieces(VOCABULARY)


def pieces(text: str, most: int = 20) -> list[str]:
    return [VOCABULARY[number] for number in PIECES.pieces(text, most=most)]


@pytest.mark.parametrize(
    ("text", "found"),
    [
        ("", []),
        ("the vaccines", ["the", "vac", "##cine", "##s"]),
        ("THE Vaccine!", ["the", "vac", "##cine", "!"]),
        ("untested", ["un", "##test", "##ed"]),
        # The longest piece first, and a word that cannot be put together is unknown as a whole.
        ("vaccinex", ["[UNK]"]),
        ("the5", ["[UNK]"]),
        ("5 the!5", ["5", "the", "!", "5"]),
        # Accents and control characters go, wide and narrow spaces are spaces, no width is nothing.
        ("thé\u0301\0", ["the"]),
        ("the\u00a0the\u3000the", ["the", "the", "the"]),
        ("va\u200bc\ufffdcine", ["vac", "##cine"]),
        ("新新", ["新", "新"]),
        # What tells a special piece is no syntax in a text.
        ("[SEP]", ["[UNK]", "[UNK]", "[UNK]"]),
        ("a" * 200, ["[UNK]"]),
    ],
)
def test_a_text_as_word_pieces(text: str, found: list[str]) -> None:
    assert pieces(text) == ["[CLS]", *found, "[SEP]"]


def test_what_is_too_long_is_cut_before_the_end() -> None:
    assert pieces("vaccines " * 50, most=6) == ["[CLS]", "vac", "##cine", "##s", "vac", "[SEP]"]


@pytest.mark.parametrize(
    ("text", "found"),
    [
        ("don't stop", ["don", "'", "t", "stop"]),
        ("$5.3m+", ["$", "5", ".", "3m", "+"]),
        ("“Ja” — Größe…", ["“", "ja", "”", "—", "große", "…"]),
        ("İstanbul", ["istanbul"]),
        ("日本", ["日", "本"]),
        ("a\tb\nc", ["a", "b", "c"]),
    ],
)
def test_words_and_marks(text: str, found: list[str]) -> None:
    assert split(text) == found


@settings(deadline=None)
@given(st.text(max_size=200), st.integers(min_value=2, max_value=30))
def test_any_text_has_pieces_of_the_vocabulary(text: str, most: int) -> None:
    found = PIECES.pieces(text, most=most)
    assert found[0] == PIECES.begin
    assert found[-1] == PIECES.end
    assert len(found) <= most
    assert all(0 <= number < len(VOCABULARY) for number in found)


@given(st.lists(st.sampled_from(["vac", "un", "the", "5", "!"]), max_size=8))
def test_known_words_come_back_as_they_were(known: list[str]) -> None:
    assert pieces(" ".join(known)) == ["[CLS]", *known, "[SEP]"]


# The encoder, beside one that is written out number by number

WIDTH, WIDE, LAYERS, HEADS, PLACES = 8, 12, 2, 2, 10


def tiny(seed: int = 1) -> dict[str, Floats]:
    random = np.random.default_rng(seed)

    def made(*shape: int) -> Floats:
        return random.standard_normal(shape).astype(np.float32) * np.float32(0.5)

    found = {
        "embeddings.word_embeddings.weight": made(len(VOCABULARY), WIDTH),
        "embeddings.position_embeddings.weight": made(PLACES, WIDTH),
        "embeddings.token_type_embeddings.weight": made(2, WIDTH),
    }
    norms, maps = ["embeddings.LayerNorm"], {}
    for number in range(LAYERS):
        layer = f"encoder.layer.{number}"
        norms += [f"{layer}.attention.output.LayerNorm", f"{layer}.output.LayerNorm"]
        for part in ("self.query", "self.key", "self.value", "output.dense"):
            maps[f"{layer}.attention.{part}"] = (WIDTH, WIDTH)
        maps |= {f"{layer}.intermediate.dense": (WIDE, WIDTH), f"{layer}.output.dense": (WIDTH, WIDE)}
    for name in norms:
        found |= {f"{name}.weight": 1 + made(WIDTH), f"{name}.bias": made(WIDTH)}
    for name, shape in maps.items():
        found |= {f"{name}.weight": made(*shape), f"{name}.bias": made(shape[0])}
    return found


def by_hand(weights: dict[str, Floats], text: list[int]) -> list[float]:
    """The same by sums over single numbers, as the paper has it."""
    w = {name: value.astype(float).tolist() for name, value in weights.items()}

    def dense(name: str, row: list[float]) -> list[float]:
        return [
            sum(a * b for a, b in zip(one, row, strict=True)) + bias
            for one, bias in zip(w[f"{name}.weight"], w[f"{name}.bias"], strict=True)
        ]

    def norm(name: str, row: list[float]) -> list[float]:
        mean = sum(row) / len(row)
        spread = math.sqrt(sum((one - mean) ** 2 for one in row) / len(row) + 1e-12)
        parts = zip(row, w[f"{name}.weight"], w[f"{name}.bias"], strict=True)
        return [(one - mean) / spread * weight + bias for one, weight, bias in parts]

    def added(*rows: list[float]) -> list[float]:
        return [sum(column) for column in zip(*rows, strict=True)]

    embeddings = "embeddings.{}_embeddings.weight".format
    state = [
        norm(
            "embeddings.LayerNorm",
            added(
                w[embeddings("word")][piece], w[embeddings("position")][at], w[embeddings("token_type")][0]
            ),
        )
        for at, piece in enumerate(text)
    ]
    size = WIDTH // HEADS
    for number in range(LAYERS):
        layer = f"encoder.layer.{number}"
        query, key, value = (
            [dense(f"{layer}.attention.self.{part}", row) for row in state]
            for part in ("query", "key", "value")
        )
        seen = []
        for at in range(len(text)):
            row: list[float] = []
            for head in range(HEADS):
                part = slice(head * size, (head + 1) * size)
                scores = [
                    math.exp(
                        sum(a * b for a, b in zip(query[at][part], other[part], strict=True)) / size**0.5
                    )
                    for other in key
                ]
                row += added(
                    *(
                        [score / sum(scores) * one for one in other[part]]
                        for score, other in zip(scores, value, strict=True)
                    )
                )
            seen.append(row)
        state = [
            norm(
                f"{layer}.attention.output.LayerNorm",
                added(old, dense(f"{layer}.attention.output.dense", new)),
            )
            for old, new in zip(state, seen, strict=True)
        ]
        for at, row in enumerate(state):
            wide = [
                one * (1 + math.erf(one / 2**0.5)) / 2 for one in dense(f"{layer}.intermediate.dense", row)
            ]
            state[at] = norm(f"{layer}.output.LayerNorm", added(row, dense(f"{layer}.output.dense", wide)))
    mean = [sum(column) / len(state) for column in zip(*state, strict=True)]
    length = math.sqrt(sum(one * one for one in mean))
    return [one / length for one in mean]


@pytest.mark.parametrize("text", [[2, 3], [2, 4, 5, 6, 3], [2, 1, 1, 13, 14, 8, 9, 10, 12, 3]])
def test_the_encoder_does_what_the_paper_says(text: list[int]) -> None:
    weights = tiny(len(text))
    found = Bert(weights, heads=HEADS).embed([text])[0]
    assert found == pytest.approx(by_hand(weights, text), abs=2e-5)


def test_texts_do_not_change_each_other() -> None:
    model = Bert(tiny(), heads=HEADS)
    random = np.random.default_rng(3)
    texts = [random.integers(0, len(VOCABULARY), 1 + number % PLACES).tolist() for number in range(TOGETHER)]
    together = model.embed(texts)
    assert together.shape == (len(texts), WIDTH)
    assert np.linalg.norm(together, axis=1) == pytest.approx(np.ones(len(texts)), abs=1e-5)
    for at in (0, 1, 9, 500, len(texts) - 1):
        assert together[at] == pytest.approx(model.embed([texts[at]])[0], abs=1e-5)
    assert model.embed([]).shape == (0, WIDTH)


def test_gelu_is_that_of_the_normal_distribution() -> None:
    values = np.linspace(-30, 30, 6001, dtype=np.float32)
    expected = [one * (1 + math.erf(one / 2**0.5)) / 2 for one in values.astype(float).tolist()]
    assert gelu(values) == pytest.approx(expected, abs=5e-6)


# Weights in a file


def written(path: Path, weights: dict[str, Floats], **stated: object) -> Path:
    header, data = {"__metadata__": {"format": "pt"}, **stated}, b""
    for name, value in weights.items():
        span = [len(data), len(data) + value.nbytes]
        header[name] = {"dtype": "F32", "shape": list(value.shape), "data_offsets": span}
        data += value.tobytes()
    head = json.dumps(header).encode()
    path.write_bytes(len(head).to_bytes(8, "little") + head + data)
    return path


def test_a_file_of_weights_is_read_as_it_was_written(tmp_path: Path) -> None:
    weights = tiny()
    whole = {"dtype": "I64", "shape": [0], "data_offsets": [0, 0]}
    found = tensors(written(tmp_path / "model.safetensors", weights, **{"embeddings.position_ids": whole}))
    assert found.keys() == weights.keys()
    assert all(np.array_equal(found[name], value) for name, value in weights.items())


@pytest.mark.parametrize(
    "data", [b"", b"\0" * 8, b"\xff" * 40, b"\x02\0\0\0\0\0\0\0[]", b'\x05\0\0\0\0\0\0\0{"a":']
)
def test_a_file_that_is_none_is_refused(tmp_path: Path, data: bytes) -> None:
    (tmp_path / "model.safetensors").write_bytes(data)
    with pytest.raises(Unreadable, match=r"model\.safetensors is no file of weights"):
        tensors(tmp_path / "model.safetensors")


def test_a_file_that_ends_too_early_is_refused(tmp_path: Path) -> None:
    path = written(tmp_path / "model.safetensors", tiny())
    path.write_bytes(path.read_bytes()[:-4])
    with pytest.raises(Unreadable):
        tensors(path)


def test_other_weights_are_refused_in_one_sentence(tmp_path: Path) -> None:
    written(tmp_path / "model.safetensors", tiny())
    (tmp_path / "vocab.txt").write_text("\n".join(VOCABULARY))
    with pytest.raises(
        Unavailable, match=r"are not those that this program was measured with: their SHA-256 is "
    ):
        minilm.Minilm(tmp_path)
    with pytest.raises(Unavailable, match=r"cannot be read: .* Run make semantic\."):
        minilm.Minilm(tmp_path / "nowhere")


@pytest.mark.parametrize(
    ("name", "sentence"),
    [
        ("maxilm", r"There is no embedder maxilm: write minilm, or package\.module:function"),
        ("nowhere.at_all:made", r"The embedder nowhere\.at_all:made is not installed"),
        ("json:nothing", r"The embedder json:nothing is not installed"),
    ],
)
def test_a_name_without_an_embedder_is_said(name: str, sentence: str) -> None:
    with pytest.raises(Unavailable, match=sentence):
        named(name)


def test_a_package_that_is_not_there_is_said(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(minilm, "PACKAGE", "gt_not_installed")
    with pytest.raises(Unavailable, match="is not installed: run make semantic"):
        named("minilm")


# The real weights, where they are installed


@pytest.fixture(scope="module")
def model() -> minilm.Minilm:
    if find_spec(minilm.PACKAGE) is None:
        reason = "The weights of all-MiniLM-L6-v2 are not installed (make semantic): the model itself was not tested."
        with warnings.catch_warnings():
            warnings.simplefilter("default")
            pytest.skip(reason)
    return minilm.opened()


def test_the_model_gives_the_vectors_that_its_makers_publish(model: minilm.Minilm) -> None:
    """What sentence-transformers prints for the two example sentences of the model's card."""
    found = model.embed(["This is an example sentence", "Each sentence is converted"])
    assert found[0][:5] == pytest.approx([0.0676569, 0.0634959, 0.0487131, 0.0793050, 0.0374481], abs=1e-5)
    assert found[1][:5] == pytest.approx([0.0864386, 0.1027626, 0.0053946, 0.0020444, -0.0099634], abs=1e-5)


def test_the_model_tells_what_is_near(model: minilm.Minilm) -> None:
    texts = ["A man is eating food.", "A man eats something.", "The girl is carrying a baby.", "", "e\0"]
    one, same, other, *_ = model.embed(texts)
    assert one @ same > 0.7 > 0.3 > one @ other
    # It does not see a denial, which is why nothing is called the same by it.
    yes, no = model.embed(["Vaccines cause autism.", "Vaccines do not cause autism."])
    assert yes @ no > 0.8


def test_weights_with_one_byte_changed_are_refused(model: minilm.Minilm, tmp_path: Path) -> None:
    spec = find_spec(minilm.PACKAGE)
    assert spec
    folder = Path((spec.submodule_search_locations or [""])[0]) / "model"
    for name in ("model.safetensors", "vocab.txt"):
        shutil.copy(folder / name, tmp_path / name)
    with (tmp_path / "model.safetensors").open("r+b") as file:
        file.seek(50_000_000)
        byte = file.read(1)
        file.seek(50_000_000)
        file.write(bytes([byte[0] ^ 1]))
    with pytest.raises(Unavailable, match="SHA-256"):
        minilm.Minilm(tmp_path)
