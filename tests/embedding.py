"""The real embedder, which works out the vector of a text once in a process, however many stores have never seen it.

Embedding took a third of the quick tests' time, of the same texts in every new store. A vector depends on its text and role
alone (docs/adr/0004), so one that is remembered is the one that the model would give.
"""

from collections.abc import Iterator, Sequence
from contextlib import contextmanager

import numpy as np
import pytest

from kb_pipeline.adapters.models.embedder_sentence_transformers import SentenceTransformersEmbedder
from kb_pipeline.ports.models import TextRole, Vectors

_ENCODE = SentenceTransformersEmbedder._encode
_KNOWN: dict[tuple[str, str, str], Vectors] = {}


@contextmanager
def remembered_vectors() -> Iterator[None]:
    """Within, a text that was embedded before is not embedded again."""
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(SentenceTransformersEmbedder, "_encode", _encode)
        yield


@contextmanager
def forgotten_vectors() -> Iterator[None]:
    """Within, the model embeds all it is asked for: for tests of the embedder itself."""
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(SentenceTransformersEmbedder, "_encode", _ENCODE)
        yield


def _encode(self: SentenceTransformersEmbedder, texts: Sequence[str], role: TextRole) -> Vectors:
    keys = [(self.fingerprint, role, text) for text in texts]
    missing = list(dict.fromkeys(key for key in keys if key not in _KNOWN))
    if missing:
        _KNOWN.update(zip(missing, _ENCODE(self, [text for _, _, text in missing], role), strict=True))
    return np.stack([_KNOWN[key] for key in keys])
