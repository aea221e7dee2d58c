"""A cache of vectors in memory, for serving: the vectors of customers' questions are never written to the database."""

import threading
from collections import OrderedDict
from collections.abc import Mapping, Sequence

import numpy as np
import numpy.typing as npt


class InProcessVectors:
    """Implements `ports.models.VectorStore`. Thread-safe. Keeps the `capacity` vectors that were used last (1.5 kB each)."""

    def __init__(self, capacity: int = 10_000) -> None:
        self._capacity = capacity
        self._rows: OrderedDict[tuple[str, str, str], npt.NDArray[np.float32]] = OrderedDict()
        self._lock = threading.Lock()

    def find_vectors(self, embedder: str, role: str, hashes: Sequence[str]) -> Mapping[str, npt.NDArray[np.float32]]:
        """The known ones of `hashes`."""
        found: dict[str, npt.NDArray[np.float32]] = {}
        with self._lock:
            for hash_ in hashes:
                if (key := (embedder, role, hash_)) in self._rows:
                    self._rows.move_to_end(key)
                    found[hash_] = self._rows[key]
        return found

    def save_vectors(self, embedder: str, role: str, vectors: Mapping[str, npt.NDArray[np.float32]]) -> None:
        """Keep vectors; the ones that were not used for longest make room."""
        with self._lock:
            for hash_, vector in vectors.items():
                self._rows[embedder, role, hash_] = vector
                self._rows.move_to_end((embedder, role, hash_))
            while len(self._rows) > self._capacity:
                self._rows.popitem(last=False)
