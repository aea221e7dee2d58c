"""Language models and embedders, and what they keep: the memo of calls and the cache of vectors."""

from collections.abc import Mapping, Sequence
from typing import Literal, Protocol

import numpy as np
import numpy.typing as npt

from kb_pipeline.domain.calls import Answer, ModelAccount, ModelReply, ModelRequest, StoredCall, UnusableReply
from kb_pipeline.domain.run_cap import CallSums

Vector = npt.NDArray[np.float32]  # (dimensions,), of unit length
Vectors = npt.NDArray[np.float32]  # (texts, dimensions), rows of unit length
TextRole = Literal["query", "passage"]  # what a text is embedded as


class LLM(Protocol):
    """A language model with structured output. Thread-safe. Memoised for good: an equal request is never paid twice."""

    @property
    def model(self) -> str:
        """The model's name, for provenance."""

    @property
    def account(self) -> ModelAccount:
        """Calls, tokens, cost and time so far."""

    def ask(self, request: ModelRequest, answer: type[Answer]) -> ModelReply[Answer]:
        """The answer, validated as `answer`; after an unusable reply it is asked once more.

        Raises LLMItemError (this item fails, the others go on): LLMLaterError where the endpoint stumbled, LLMOutputError
        where there is no usable reply. Raises LLMUnavailableError (the run stops). Nothing else, whatever the endpoint says.
        """


class Embedder(Protocol):
    """Texts to unit vectors. `fingerprint` changes whenever equal text may give another vector."""

    @property
    def fingerprint(self) -> str:
        """Identity of weights, engine and pooling."""

    def embed(self, texts: Sequence[str], role: TextRole) -> Vectors:
        """Vectors of shape (len(texts), dimensions), float32, unit length, cached by text."""


class CallStore(Protocol):
    """The memo of model calls: only usable replies are in it, unusable ones are kept apart for people."""

    def find_call(self, fingerprint: str) -> StoredCall | None:
        """The stored call, None if it was never finished."""

    def has_calls(self, model: str) -> bool:
        """Whether a call that `model` answered is stored."""

    def save_call(self, call: StoredCall) -> None:
        """Keep a call with its usable reply; durable on return; a second save of the same fingerprint changes nothing."""

    def save_unusable(self, reply: UnusableReply) -> None:
        """Keep a reply that was paid and is no answer."""

    def set_aside(self, fingerprint: str, problem: str) -> None:
        """Move a stored call whose reply turns out to be no answer out of the memo."""


class CallHistory(Protocol):
    """What stored model calls took."""

    def calls_by_prompt(self, model: str) -> Mapping[str, CallSums]:
        """What the calls of `model` took, by the id of their prompt."""

    def calls_of(self, fingerprints: Sequence[str], model: str) -> CallSums:
        """What those of the named calls took that `model` answered."""


class VectorStore(Protocol):
    """The cache of vectors, by embedder fingerprint, role and text hash."""

    def find_vectors(self, embedder: str, role: str, hashes: Sequence[str]) -> Mapping[str, Vector]:
        """The known ones of `hashes`."""

    def save_vectors(self, embedder: str, role: str, vectors: Mapping[str, Vector]) -> None:
        """Keep vectors; durable on return."""
