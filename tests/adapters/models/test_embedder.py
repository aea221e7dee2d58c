"""The embedder, with the real embedded model, and the build of a tiny one."""

import json
import struct
from collections.abc import Iterator, Mapping, Sequence
from pathlib import Path

import numpy as np
import numpy.typing as npt
import onnxruntime
import pytest

from kb_pipeline.adapters.models.embedder_blob import HEADER, TENSOR, read_blob
from kb_pipeline.adapters.models.embedder_build import build_embedder, onnx_model
from kb_pipeline.adapters.models.embedder_sentence_transformers import SentenceTransformersEmbedder, text_hash
from kb_pipeline.adapters.models.registry import EMBEDDING_MODEL
from kb_pipeline.errors import ChecksumError, EmbedderMismatchError, ModelNotFetchedError
from kb_pipeline.settings import Settings
from tests.embedding import forgotten_vectors

Vector = npt.NDArray[np.float32]
REFUND = {"en": "How do I get a refund?", "th": "ฉันจะขอเงินคืนได้อย่างไร", "zh": "怎样申请退款？"}
VOLCANO = {"en": "Which volcano erupted last year?", "th": "ภูเขาไฟลูกไหนระเบิดเมื่อปีที่แล้ว", "zh": "去年哪座火山爆发了？"}


class Shelf:
    """Vectors in memory, with a count of what was asked for and kept."""

    def __init__(self) -> None:
        self.vectors: dict[tuple[str, str, str], Vector] = {}
        self.saved: list[int] = []

    def find_vectors(self, embedder: str, role: str, hashes: Sequence[str]) -> Mapping[str, Vector]:
        return {h: self.vectors[embedder, role, h] for h in hashes if (embedder, role, h) in self.vectors}

    def save_vectors(self, embedder: str, role: str, vectors: Mapping[str, Vector]) -> None:
        self.saved.append(len(vectors))
        self.vectors.update({(embedder, role, h): vector for h, vector in vectors.items()})


@pytest.fixture(scope="module", autouse=True)
def nothing_is_remembered() -> Iterator[None]:
    """Here the model itself is tested."""
    with forgotten_vectors():
        yield


@pytest.fixture(scope="module")
def shelf() -> Shelf:
    return Shelf()


@pytest.fixture(scope="module")
def embedder(shelf: Shelf) -> SentenceTransformersEmbedder:
    return SentenceTransformersEmbedder("embedded", Settings().model_dir, shelf)


def test_vectors_are_float32_and_of_unit_length(embedder: SentenceTransformersEmbedder) -> None:
    vectors = embedder.embed([*REFUND.values(), "", "ยาวมาก " * 2000, "very long " * 2000], "passage")
    assert (vectors.shape, vectors.dtype) == ((6, 384), np.float32)
    assert np.allclose(np.linalg.norm(vectors, axis=1), 1, atol=1e-5)


@pytest.mark.parametrize("asked", ["en", "th", "zh"])
@pytest.mark.parametrize("passage", ["en", "th", "zh"])
def test_the_same_question_is_near_in_every_language(embedder: SentenceTransformersEmbedder, asked: str, passage: str) -> None:
    (question,) = embedder.embed([REFUND[asked]], "query")
    near, far = embedder.embed([REFUND[passage], VOLCANO[passage]], "passage")
    assert question @ near > question @ far + 0.05


def test_a_known_text_is_not_computed_again(embedder: SentenceTransformersEmbedder, shelf: Shelf) -> None:
    texts = list(REFUND.values())
    first = embedder.embed(texts, "query")
    saves = len(shelf.saved)
    again = SentenceTransformersEmbedder("embedded", Settings().model_dir, shelf)
    assert np.array_equal(again.embed(texts[::-1], "query"), first[::-1])
    assert not again.loaded
    assert len(shelf.saved) == saves


def test_equal_texts_are_computed_once_and_order_is_kept(embedder: SentenceTransformersEmbedder, shelf: Shelf) -> None:
    texts = ["A parcel is late.", "พัสดุมาช้า", "A parcel is late.", "x", "พัสดุมาช้า"]
    vectors = embedder.embed(texts, "passage")
    assert shelf.saved[-1] == 3
    assert np.array_equal(vectors[0], vectors[2])
    assert np.array_equal(vectors[1], vectors[4])
    assert np.argmax(vectors @ embedder.embed(["พัสดุมาช้า"], "passage")[0]) in (1, 4)


def test_a_text_gets_the_same_vector_alone_and_beside_others(embedder: SentenceTransformersEmbedder) -> None:
    (alone,) = embedder.embed(["ส่งของกี่วัน?"], "query")
    fresh = SentenceTransformersEmbedder("embedded", Settings().model_dir, Shelf())
    together = fresh.embed(["ส่งของกี่วัน?", "How many days does shipping take, and what does it cost?"], "query")[0]
    assert (alone == together).all()  # docs/adr/0004


def test_queries_and_passages_are_different_texts() -> None:
    assert text_hash("เงินคืน", "query") != text_hash("เงินคืน", "passage")
    assert text_hash("refund", "query") != text_hash("refund ", "query")


def test_no_texts_no_vectors(embedder: SentenceTransformersEmbedder) -> None:
    assert len(embedder.embed([], "query")) == 0


def test_the_fingerprint_needs_no_model_in_memory_and_covers_the_files() -> None:
    folder = Settings().model_dir / EMBEDDING_MODEL.name
    embedder = SentenceTransformersEmbedder("embedded", Settings().model_dir, Shelf())
    config = json.loads((folder / "embedder.json").read_text())
    assert embedder.fingerprint == config["fingerprint"]
    assert not embedder.loaded
    expected = {Path(file.path).name: file.sha256 for file in EMBEDDING_MODEL.files}
    assert (config["model.onnx"], config["tokenizer.json"]) == (expected["model.onnx"], expected["tokenizer.json"])


def test_vectors_of_two_embedders_never_mix(embedder: SentenceTransformersEmbedder, shelf: Shelf, tmp_path: Path) -> None:
    embedder.embed(["refund เงินคืน"], "query")
    (tmp_path / "config.json").write_text("{}")
    other = SentenceTransformersEmbedder(str(tmp_path), Settings().model_dir, shelf)
    assert other.fingerprint != embedder.fingerprint
    assert not shelf.find_vectors(other.fingerprint, "query", [text_hash("refund เงินคืน", "query")])
    (tmp_path / "config.json").write_text("{ }")
    assert SentenceTransformersEmbedder(str(tmp_path), Settings().model_dir, shelf).fingerprint != other.fingerprint


def test_a_store_that_mixes_them_is_an_error(embedder: SentenceTransformersEmbedder) -> None:
    shelf = Shelf()
    shelf.save_vectors(embedder.fingerprint, "query", {text_hash("เก่า", "query"): np.ones(3, np.float32)})
    mixed = SentenceTransformersEmbedder("embedded", Settings().model_dir, shelf)
    with pytest.raises(EmbedderMismatchError, match=r"different sizes.*KB_HOME"):
        mixed.embed(["เก่า", "new"], "query")


def test_an_absent_model_has_a_remedy(tmp_path: Path) -> None:
    embedder = SentenceTransformersEmbedder("embedded", tmp_path, Shelf())
    with pytest.raises(ModelNotFetchedError, match="run: kb models fetch"):
        embedder.embed(["ที่ไหน"], "query")


INNER = 352  # holds the neuron that the first layer computes apart


def tiny_blob() -> bytes:
    """A blob of one layer and 32 dimensions, in the carrier's layout, with random weights."""
    random = np.random.default_rng(7)
    pieces = ["<s>", "<pad>", "</s>", "<unk>", "▁", "เงิน", "คืน", "refund", "▁refund", "<mask>"]
    text = b"".join(piece.encode() for piece in pieces)
    offsets = np.cumsum([0, *(len(piece.encode()) for piece in pieces)])
    head = HEADER.pack(b"E5S1", 1, 32, 1, 4, INNER, len(pieces), 8, 2, 1e-12, 32, len(pieces), 0, 2, 1, 3, len(text))
    head += offsets.astype("<u4").tobytes() + np.linspace(0, -9, len(pieces)).astype("<f4").tobytes() + text
    head += struct.pack("<iI", 0, 0)
    sizes = {"emb.word": (len(pieces), 32), "emb.pos": 256, "emb.type": 64, "emb.ln.w": 32, "emb.ln.b": 32}
    for name, rows, columns in (
        ("q", 32, 32),
        ("k", 32, 32),
        ("v", 32, 32),
        ("ao", 32, 32),
        ("fi", INNER, 32),
        ("fo", 32, INNER),
    ):
        sizes |= {f"l0.{name}.w": (rows, columns), f"l0.{name}.b": rows}
    sizes |= {f"l0.{name}.{part}": 32 for name in ("aln", "oln") for part in "wb"}
    data = {name: _tensor(random, size) for name, size in sizes.items()}
    at = len(head) + 4 + sum(2 + len(name) + TENSOR.size for name in data)
    directory = struct.pack("<i", len(data))
    for name, raw in data.items():
        directory += struct.pack("<H", len(name)) + name.encode() + TENSOR.pack(0, 0, at, len(raw))
        at += len(raw)
    return head + directory + b"".join(data.values())


def _tensor(random: np.random.Generator, size: int | tuple[int, int]) -> bytes:
    if isinstance(size, int):
        return random.normal(size=size).astype("<f4").tobytes()
    rows, columns = size
    scales = random.uniform(0.01, 0.05, (rows, columns // 32, 1)).astype("<f2").view(np.uint8)
    return np.concatenate([scales, random.integers(0, 256, (rows, columns // 32, 16), dtype=np.uint8)], axis=-1).tobytes()


def test_the_build_runs_and_gives_the_same_bytes_each_time(tmp_path: Path) -> None:
    from kb_pipeline.adapters.models.embedder_onnx import load_onnx

    (tmp_path / "blob").write_bytes(tiny_blob())
    for name in ("one", "two"):
        (tmp_path / name).mkdir()
        build_embedder(tmp_path / "blob", tmp_path / name)
    for file in ("model.onnx", "tokenizer.json", "embedder.json"):
        assert (tmp_path / "one" / file).read_bytes() == (tmp_path / "two" / file).read_bytes()
    encoder = load_onnx(tmp_path / "one", json.loads((tmp_path / "one" / "embedder.json").read_text()), threads=1)
    assert encoder.tokenizer.encode("refund\u200bเงินคืน").tokens == ["<s>", "▁refund", "▁", "เงิน", "คืน", "</s>"]
    vectors = encoder.encode(["refund", "เงินคืน"], normalize_embeddings=True)
    assert np.allclose(np.linalg.norm(vectors, axis=1), 1, atol=1e-5)


def test_quantized_and_float_models_nearly_agree() -> None:
    blob = read_blob(tiny_blob())
    inputs = {"input_ids": np.array([[0, 8, 4, 5, 6, 2]]), "attention_mask": np.ones((1, 6), np.int64)}
    hidden = [
        onnxruntime.InferenceSession(onnx_model(blob, quantized=quantized)).run(None, inputs)[0].ravel()
        for quantized in (True, False)
    ]
    assert hidden[0] @ hidden[1] / np.prod(np.linalg.norm(hidden, axis=1)) > 0.999


def test_a_nibble_is_unpacked_to_its_place() -> None:
    blob = read_blob(tiny_blob())
    nibbles, scales = blob.blocks("emb.word", 32)
    raw = blob.data[blob.tensors["emb.word"][0] :]
    assert nibbles[0, 0] == raw[2] & 15
    assert nibbles[0, 16] == raw[2] >> 4
    assert blob.matrix("emb.word", 32)[0, 16] == (float(nibbles[0, 16]) - 8) * scales[0, 0]


def test_what_is_no_blob_is_refused() -> None:
    with pytest.raises(ChecksumError, match="E5S1"):
        read_blob("ไม่ใช่แบบจำลอง".encode())
