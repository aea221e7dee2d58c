"""Language models, embedders, and where a service says how far it is."""

from collections.abc import Callable, Sequence
from contextlib import AbstractContextManager
from typing import Generic, Literal, Protocol, TypeVar

import numpy as np
import numpy.typing as npt
from pydantic import BaseModel

from kb_pipeline.domain.base import Value
from kb_pipeline.domain.faqs import Usage

Vectors = npt.NDArray[np.float32]  # (texts, dimensions), rows of unit length
Role = Literal["query", "passage"]
Answer = TypeVar("Answer", bound=BaseModel)


class Message(Value):
    """One turn of a chat."""

    role: Literal["system", "user", "assistant"]
    content: str


class ModelRequest(Value):
    """One call of a language model. `prompt` is `id@version`, `prompt_fingerprint` covers file and schema."""

    prompt: str
    prompt_fingerprint: str
    messages: tuple[Message, ...]
    max_tokens: int


class ModelReply(BaseModel, Generic[Answer]):
    """A parsed answer, with what it took. `calls` are the fingerprints of all turns; `cached`: none of them was paid now."""

    value: Answer
    calls: tuple[str, ...]
    usage: Usage
    model: str
    cached: bool


class ModelAccount(Value):
    """What a language model took since it was opened. `busy_seconds`: wall time with at least one call in flight."""

    calls: int = 0
    cached_calls: int = 0
    usage: Usage = Usage(cost=0.0)
    busy_seconds: float = 0.0


class LLM(Protocol):
    """A language model with structured output. Thread-safe. Memoised for good: an equal request is never paid twice."""

    @property
    def model(self) -> str:
        """The model's name, for provenance."""

    @property
    def account(self) -> ModelAccount:
        """Calls, tokens, cost and time so far."""

    def ask(self, request: ModelRequest, answer: type[Answer]) -> ModelReply[Answer]:
        """The answer, validated as `answer`; invalid output gets one repair turn.

        Raises LLMItemError (this item fails, the others go on), LLMUnavailableError (the run stops).
        """


class Embedder(Protocol):
    """Texts to unit vectors. `fingerprint` changes whenever equal text may give another vector."""

    @property
    def fingerprint(self) -> str:
        """Identity of weights, engine and pooling."""

    def embed(self, texts: Sequence[str], role: Role) -> Vectors:
        """Vectors of shape (len(texts), dimensions), float32, unit length, cached by text."""


class Progress(Protocol):
    """Where a service says how far it is. Implementations draw a bar, log, or do nothing."""

    def track(self, what: str, total: int) -> AbstractContextManager[Callable[[str], None]]:
        """A context whose value is called once per finished item, with a short note on it."""
