"""The Embedder port over sentence-transformers, with a cache of vectors. Loads torch only for a text it has never seen."""

import hashlib
import importlib.metadata
import json
import threading
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from functools import cached_property, lru_cache
from pathlib import Path
from typing import Any

import numpy as np

from kb_pipeline.adapters.models.registry import embedding_model_dir
from kb_pipeline.domain.base import fingerprint
from kb_pipeline.errors import EmbedderMismatchError, ModelNotFetchedError
from kb_pipeline.ports.models import TextRole, Vectors, VectorStore

EMBEDDED = "embedded"
BATCH = 1  # one text at a time: in int8, a vector would move with the texts beside it (docs/adr/0004)
SAVE_EVERY = 256  # texts: what an interruption can cost
E5_PROMPTS = {"query": "query: ", "passage": "passage: "}  # for E5 models whose files name no prompts
PROMPT_NAMES: dict[TextRole, tuple[str, ...]] = {"query": ("query",), "passage": ("passage", "document", "corpus")}


class SentenceTransformersEmbedder:
    """Implements `ports.models.Embedder`. Thread-safe.

    `model` is `embedded`, or any sentence-transformers name or path. `threads` are CPU threads: 1 per serving worker.
    """

    def __init__(self, model: str, model_dir: Path, vectors: VectorStore, threads: int = 1) -> None:
        self.model = model
        self._model_dir = model_dir
        self._vectors = vectors
        self._threads = threads

    @cached_property
    def fingerprint(self) -> str:
        """Identity of weights, engine and pooling; torch is not loaded for it. Raises ModelNotFetchedError."""
        if self.model == EMBEDDED:
            return str(self._config["fingerprint"])
        return fingerprint(self.model, _state(self.model), importlib.metadata.version("sentence-transformers"))

    @property
    def loaded(self) -> bool:
        """Whether it has its model in memory."""
        return "_encoder" in vars(self)

    def embed(self, texts: Sequence[str], role: TextRole) -> Vectors:
        """Vectors of shape (len(texts), dimensions), float32, unit length.

        Raises ModelNotFetchedError, EmbedderMismatchError.
        """
        by_hash = {text_hash(text, role): text for text in texts}
        found = dict(self._vectors.find_vectors(self.fingerprint, role, list(by_hash)))
        missing = sorted(by_hash.keys() - found.keys(), key=lambda key: (len(by_hash[key]), key))
        for start in range(0, len(missing), SAVE_EVERY):
            keys = missing[start : start + SAVE_EVERY]
            fresh = dict(zip(keys, self._encode([by_hash[key] for key in keys], role), strict=True))
            self._vectors.save_vectors(self.fingerprint, role, fresh)
            found |= fresh
        return self._stacked(found[text_hash(text, role)] for text in texts)

    def _stacked(self, rows: Iterable[Vectors]) -> Vectors:
        vectors = list(rows)
        if len(sizes := {row.shape for row in vectors}) > 1:
            raise EmbedderMismatchError(
                f"vectors of {self.model} ({self.fingerprint}) have different sizes: {sorted(sizes)}",
                "another model wrote under this fingerprint; start with an empty KB_HOME",
            )
        return np.stack(vectors).astype(np.float32, copy=False) if vectors else np.zeros((0, 0), np.float32)

    def _encode(self, texts: Sequence[str], role: TextRole) -> Vectors:
        with self._encoder.lock:
            encoder = self._encoder.transformer
            prompt = next((encoder.prompts[name] for name in PROMPT_NAMES[role] if encoder.prompts.get(name)), "")
            vectors = encoder.encode(
                list(texts), prompt=prompt, batch_size=BATCH, normalize_embeddings=True, show_progress_bar=False
            )
        return np.asarray(vectors, dtype=np.float32)

    @cached_property
    def _config(self) -> dict[str, Any]:
        file = embedding_model_dir(self._model_dir) / "embedder.json"
        return dict(json.loads(file.read_text(encoding="utf-8")))

    @cached_property
    def _encoder(self) -> "_Encoder":
        with _LOADING:
            if self.model != EMBEDDED:
                return _named(self.model, self.fingerprint, self._threads)
            return _embedded(embedding_model_dir(self._model_dir), json.dumps(self._config), self._threads)


@dataclass(frozen=True)
class _Encoder:
    """A loaded model, one for all embedders of a process that are alike: weights are large and never change."""

    transformer: Any  # sentence-transformers has no types
    lock: threading.Lock  # one text at a time


_LOADING = threading.Lock()


@lru_cache(maxsize=2)
def _embedded(folder: Path, config: str, threads: int) -> _Encoder:
    import torch

    from kb_pipeline.adapters.models.embedder_onnx import load_onnx

    torch.set_num_threads(threads)
    return _Encoder(load_onnx(folder, json.loads(config), threads), threading.Lock())


@lru_cache(maxsize=2)
def _named(model: str, _state: str, threads: int) -> _Encoder:
    import torch

    torch.set_num_threads(threads)
    return _Encoder(_load_named(model), threading.Lock())


def text_hash(text: str, role: TextRole) -> str:
    """The cache key of a text: the SHA-256 of its role and its exact characters."""
    return hashlib.sha256(f"{role}\0{text}".encode("utf-8", "surrogatepass")).hexdigest()


def _load_named(model: str) -> Any:  # noqa: ANN401
    from sentence_transformers import SentenceTransformer

    try:
        encoder = SentenceTransformer(model, revision=None if Path(model).is_dir() else _state(model))
    except (OSError, ValueError) as error:
        raise _not_loadable(model, error) from error
    if not any(encoder.prompts.values()) and "e5" in Path(model).name.lower().split("-"):
        encoder.prompts = E5_PROMPTS
    return encoder


def _state(model: str) -> str:
    """What tells two states of a model apart: a folder's files with sizes and times, or the commit in the hub's cache."""
    folder = Path(model)
    if folder.is_dir():
        files = sorted(path for path in folder.rglob("*") if path.is_file())
        return fingerprint([[str(p.relative_to(folder)), p.stat().st_size, p.stat().st_mtime_ns] for p in files])
    from huggingface_hub import hf_hub_download, try_to_load_from_cache
    from huggingface_hub.errors import HfHubHTTPError, HTTPError

    repo = model if "/" in model else f"sentence-transformers/{model}"
    try:
        cached = try_to_load_from_cache(repo, "config.json")
        path = cached if isinstance(cached, str) else hf_hub_download(repo, "config.json")
    except (HfHubHTTPError, HTTPError, OSError, ValueError) as error:
        raise _not_loadable(model, error) from error
    return Path(path).parent.name


def _not_loadable(model: str, error: Exception) -> ModelNotFetchedError:
    reason = str(error).strip().splitlines()[0]
    return ModelNotFetchedError(
        f"cannot load the embedding model {model!r}: {reason}", "check KB_EMBEDDING_MODEL and the network"
    )
