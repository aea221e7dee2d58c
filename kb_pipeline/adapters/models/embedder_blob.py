"""Reads the carrier's blob of multilingual-e5-small: its vocabulary and its 4-bit tensors. No building; see embedder_build."""

import itertools
import struct
from collections.abc import Mapping
from dataclasses import dataclass

import numpy as np
import numpy.typing as npt

from kb_pipeline.errors import ChecksumError

Floats = npt.NDArray[np.float32]

MAGIC = b"E5S1"
BLOCK = 32  # weights that share a scale
BLOCK_BYTES = 2 + BLOCK // 2  # float16 scale, then nibbles: weight j low, weight j + 16 high, both plus 8
HEADER = struct.Struct("<4sI7if2i4iQ")
TENSOR = struct.Struct("<BIQQ")


@dataclass(frozen=True)
class Shape:
    """Sizes of a BERT encoder. `hidden` and `inner` are multiples of 32."""

    hidden: int
    layers: int
    heads: int
    inner: int
    vocabulary: int
    positions: int
    epsilon: float


@dataclass(frozen=True)
class Blob:
    """The blob, opened. `tensors` holds (offset, bytes) by name."""

    data: bytes
    shape: Shape
    pieces: tuple[str, ...]
    scores: tuple[float, ...]
    tensors: Mapping[str, tuple[int, int]]

    def floats(self, name: str) -> Floats:
        """A float tensor, flat."""
        offset, size = self.tensors[name]
        return np.frombuffer(self.data, "<f4", size // 4, offset).astype(np.float32)

    def blocks(self, name: str, columns: int) -> tuple[npt.NDArray[np.uint8], Floats]:
        """A 4-bit matrix: nibbles 0..15 of shape (rows, columns), and their scales (rows, columns / 32).

        A weight is (nibble - 8) * scale.
        """
        offset, size = self.tensors[name]
        raw = np.frombuffer(self.data, np.uint8, size, offset).reshape(-1, columns // BLOCK, BLOCK_BYTES)
        scales = np.ascontiguousarray(raw[..., :2]).view("<f2")[..., 0].astype(np.float32)
        packed = raw[..., 2:]
        return np.concatenate([packed & 15, packed >> 4], axis=-1).reshape(-1, columns), scales

    def matrix(self, name: str, columns: int) -> Floats:
        """A 4-bit matrix as floats, (rows, columns); exact."""
        nibbles, scales = self.blocks(name, columns)
        return (nibbles.astype(np.float32) - 8) * np.repeat(scales, BLOCK, axis=1)


def read_blob(data: bytes) -> Blob:
    """Open a blob. Raises ChecksumError when it is none."""
    if data[:4] != MAGIC:
        raise ChecksumError(f"the embedding model's blob starts with {data[:4]!r}, not {MAGIC!r}", "run again: kb models fetch")
    _, _, hidden, layers, heads, inner, vocabulary, positions, _, epsilon, _, count, *_, text_bytes = HEADER.unpack_from(data)
    at = HEADER.size
    offsets = np.frombuffer(data, "<u4", count + 1, at).tolist()
    at += 4 * (count + 1)
    scores = np.frombuffer(data, "<f4", count, at).tolist()
    at += 4 * count
    pieces = tuple(data[at + start : at + end].decode() for start, end in itertools.pairwise(offsets))
    at += text_bytes
    at += 8 + struct.unpack_from("<I", data, at + 4)[0]  # the normalization map: the tokenizer's normalizer says the same
    shape = Shape(hidden, layers, heads, inner, vocabulary, positions, epsilon)
    return Blob(data, shape, pieces, tuple(scores), _tensors(data, at))


def _tensors(data: bytes, at: int) -> dict[str, tuple[int, int]]:
    (count,) = struct.unpack_from("<i", data, at)
    at += 4
    tensors = {}
    for _ in range(count):
        (length,) = struct.unpack_from("<H", data, at)
        name = data[at + 2 : at + 2 + length].decode()
        _, _, offset, size = TENSOR.unpack_from(data, at + 2 + length)
        tensors[name] = (offset, size)
        at += 2 + length + TENSOR.size
    return tensors
