"""Calls of a language model: what is asked, what comes back, what it took, and what is kept of it for good."""

from typing import Generic, Literal, TypeVar

from pydantic import BaseModel

from kb_pipeline.domain.base import Value
from kb_pipeline.domain.faqs import Usage

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


class StoredCall(Value):
    """A finished model call as it is kept for good."""

    fingerprint: str
    prompt: str
    model: str
    response: str
    usage: Usage
    seconds: float
