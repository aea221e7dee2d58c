"""The cache of vectors as little-endian float32. What they mean is the embedder's business."""

from collections.abc import Mapping, Sequence

import numpy as np
import numpy.typing as npt
from sqlalchemy import select

from kb_pipeline.adapters.store_sql.engine import Part, batches, insert_or_ignore
from kb_pipeline.adapters.store_sql.schema import VectorRow

FLOAT = np.dtype("<f4")


class SqlVectors(Part):
    """`ports.models.VectorStore`."""

    def find_vectors(self, embedder: str, role: str, hashes: Sequence[str]) -> Mapping[str, npt.NDArray[np.float32]]:
        """The known ones of `hashes`; each vector of shape (dimensions,), read-only."""
        query = select(VectorRow.hash, VectorRow.vector).where(VectorRow.embedder == embedder, VectorRow.role == role)
        found: dict[str, npt.NDArray[np.float32]] = {}
        with self._db.read() as session:
            for batch in batches(list(dict.fromkeys(hashes))):
                rows = session.execute(query.where(VectorRow.hash.in_(batch)))
                found.update({key: np.frombuffer(vector, dtype=FLOAT) for key, vector in rows})
        return found

    def save_vectors(self, embedder: str, role: str, vectors: Mapping[str, npt.NDArray[np.float32]]) -> None:
        """Keep vectors; durable on return; a known hash is left as it is."""
        if not vectors:
            return
        with self._db.write() as session:
            insert_or_ignore(
                session,
                VectorRow,
                [
                    {"embedder": embedder, "role": role, "hash": key, "vector": np.asarray(vector, dtype=FLOAT).tobytes()}
                    for key, vector in vectors.items()
                ],
            )
