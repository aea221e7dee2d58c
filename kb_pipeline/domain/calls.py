"""Calls of a language model: what is asked, what comes back, what it took, and what is kept of it for good."""

from enum import StrEnum
from typing import Generic, Literal, TypeVar

from pydantic import BaseModel

from kb_pipeline.domain.base import Value
from kb_pipeline.domain.faqs import Usage

Answer = TypeVar("Answer", bound=BaseModel)
Asks = Literal["whole_faq", "sentence"]  # how a model is asked best: a FAQ as a whole in JSON, or one line of text a call


class Outcome(StrEnum):
    """What a request to a model's endpoint came to, and so what is done next. Each but the first two ends in an error."""

    USABLE = "usable"
    RETRY_NOW = "retry-now"  # the endpoint stumbled: the same request again, within the call's deadline
    RETRY_LATER = "retry-later"  # it kept stumbling: the item waits for the next run (LLMLaterError)
    ITEM_FAILED = "item-failed"  # this request gets no usable reply (LLMOutputError)
    ENDPOINT_UNUSABLE = "endpoint-unusable"  # no request gets one: the run stops (LLMUnavailableError)
    BUDGET_REACHED = "budget-reached"  # the run has spent what it may: it stops


class Message(Value):
    """One turn of a chat."""

    role: Literal["system", "user", "assistant"]
    content: str


class ModelRequest(Value):
    """One call of a language model. `prompt` is `id@version`, `prompt_fingerprint` covers file and schema.

    `form`: what comes back, JSON by a schema, or one line of text, which is the answer's field `text`. `draw`: 0 is the most
    likely answer; each number from 1 stands for another one, drawn at random with a seed of its own.
    """

    prompt: str
    prompt_fingerprint: str
    messages: tuple[Message, ...]
    max_tokens: int
    form: Literal["json", "line"] = "json"
    draw: int = 0


class ModelReply(BaseModel, Generic[Answer]):
    """A valid answer. `calls`: the fingerprint of its request; `usage`: what the reply took that was usable; `cached`: it was
    paid before. Replies that were not usable are in the account and in the store's totals.
    """

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
    """A model call with a usable reply, as it is kept for good."""

    fingerprint: str
    prompt: str
    model: str
    response: str
    usage: Usage
    seconds: float  # 0: it came in a batch, where no call has a time of its own


class UnusableReply(Value):
    """A reply that was paid and is not the asked answer. Kept for people who look for the reason; no run ever takes it."""

    fingerprint: str  # of the request
    prompt: str
    model: str
    response: str
    problem: str
    usage: Usage
    seconds: float
