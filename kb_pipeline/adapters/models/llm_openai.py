"""The LLM port over an OpenAI-compatible endpoint: memo, asking again after an unusable reply, account.

A reply is read before it is kept: the memo holds answers only. How the endpoint is reached and judged is in `chat_openai`.
"""

import threading
import time
from collections import defaultdict
from dataclasses import dataclass
from typing import Any, Literal

from kb_pipeline.adapters.models.batched_calls import BatchedCalls
from kb_pipeline.adapters.models.chat_openai import SEED, Chat, Endpoint, Price, request_body
from kb_pipeline.adapters.models.replies import UnusableReplyError, brief, read_reply, storable
from kb_pipeline.adapters.models.setbacks import Reply
from kb_pipeline.domain.base import Json, fingerprint
from kb_pipeline.domain.calls import Answer, Message, ModelAccount, ModelReply, ModelRequest, StoredCall, UnusableReply
from kb_pipeline.domain.faqs import Usage
from kb_pipeline.errors import LLMOutputError
from kb_pipeline.ports.models import CallStore
from kb_pipeline.prompts import load_prompt

__all__ = ["Endpoint", "OpenAILLM", "Price"]

_TURNS = 2  # the request, and once more with what was wrong
_STRONGER = "use a stronger model: KB_LLM_MODEL"
_SAY_LESS = "use a model that says less (KB_LLM_MODEL), or lower KB_CHUNK_TOKENS"
_SHOWN = 2000  # characters of an unusable reply that the model is shown again


@dataclass(frozen=True)
class _Question:
    """What is asked: the request, the form of its answer (None: a line of text), and the key of the memo."""

    request: ModelRequest
    messages: tuple[Message, ...]
    schema: dict[str, Any] | None
    model: str

    @property
    def key(self) -> str:
        request, turns = self.request, [message.model_dump() for message in self.messages]
        form: Json = self.schema if self.schema is not None else [request.form, request.draw]
        return fingerprint(self.model, SEED, request.max_tokens, request.prompt_fingerprint, form, turns, length=64)

    @property
    def body(self) -> dict[str, Any]:
        """What the endpoint is sent."""
        return request_body(self.model, self.messages, self.schema, self.request.max_tokens, self.request.draw)

    def again(self, said: str, problem: str) -> "_Question":
        """The same once more, with an unusable reply and what is wrong with it."""
        shown = (Message(role="assistant", content=storable(said[:_SHOWN])),) if said else ()
        turns = load_prompt("fix_output" if self.schema is not None else "fix_line").render(problem=problem)
        return _Question(self.request, (*self.messages, *shown, *turns), self.schema, self.model)


class OpenAILLM:
    """ports.models.LLM over any OpenAI-compatible endpoint. Thread-safe."""

    def __init__(self, endpoint: Endpoint, calls: CallStore, batches: BatchedCalls | None = None) -> None:
        """`batches`: where requests are answered from; what was wrong with a reply is asked at once. None: all at once."""
        self._endpoint = endpoint
        self._chat = Chat(endpoint, lambda: calls.has_calls(endpoint.model))
        self._calls = calls
        self._batches = batches
        self._lock = threading.Lock()
        self._in_hand: defaultdict[str, threading.Lock] = defaultdict(threading.Lock)
        self._account = ModelAccount()
        self._in_flight = 0
        self._busy_since = 0.0

    @property
    def model(self) -> str:
        """The model's name."""
        return self._endpoint.model

    @property
    def account(self) -> ModelAccount:
        """Calls, tokens, cost and time so far."""
        with self._lock:
            return self._account

    def ask(self, request: ModelRequest, answer: type[Answer]) -> ModelReply[Answer]:
        """See ports.models.LLM."""
        schema = _schema(answer, keep_lengths=self._endpoint.lengths) if request.form == "json" else None
        question = _Question(request, request.messages, schema, self.model)
        with self._lock:
            guard = self._in_hand[question.key]
        with guard:
            return self._known(question, answer) or self._paid(question, answer)

    def _known(self, question: _Question, answer: type[Answer]) -> ModelReply[Answer] | None:
        """The reply of the memo. One that is no answer (kept by earlier versions) is set aside, as if it never came."""
        stored = self._calls.find_call(question.key)
        if stored is None:
            return None
        try:
            value = read_reply(stored.response, answer, question.request.form)
        except UnusableReplyError as error:
            mended = self._known(question.again(stored.response, str(error)), answer)
            if mended is None:
                self._calls.set_aside(question.key, error.plain)
            return mended
        self._record(Usage(cost=0.0), cached=True)
        return ModelReply[Answer](value=value, calls=(stored.fingerprint,), usage=stored.usage, model=self.model, cached=True)

    def _paid(self, question: _Question, answer: type[Answer]) -> ModelReply[Answer]:
        key, plain, prompt, remedy = question.key, "", question.request.prompt, ""
        for turn in range(_TURNS):
            started = time.monotonic()
            batches = self._batches if turn == 0 else None
            reply = self._batched(question, batches) if batches else self._reply(question)
            usage = self._priced(reply.usage)
            self._record(usage)
            paid = {"fingerprint": key, "prompt": prompt, "model": self.model, "usage": usage}
            paid |= {"response": storable(reply.text), "seconds": 0.0 if batches else time.monotonic() - started}
            try:
                value = _read(reply, answer, question.request.form)
            except UnusableReplyError as error:
                plain, remedy = error.plain, _SAY_LESS if reply.is_cut else _STRONGER
                self._calls.save_unusable(UnusableReply(**paid, problem=error.plain))
                if batches:
                    batches.forget(key)
                question = question.again(reply.text, brief(error))
                continue
            self._calls.save_call(StoredCall(**paid))
            if batches:
                batches.forget(key)
            return ModelReply[Answer](value=value, calls=(key,), usage=usage, model=self.model, cached=False)
        raise LLMOutputError(f"{prompt}: no valid answer from '{self.model}' asked twice ({plain})", remedy)

    def _reply(self, question: _Question) -> Reply:
        """What the endpoint says; the time that it takes is counted."""
        self._enter()
        try:
            return self._chat.complete(question.request.prompt, question.body)
        finally:
            self._leave()

    def _batched(self, question: _Question, batches: BatchedCalls) -> Reply:
        """What a batch brought. Raises InHandError until there is one."""
        return batches.reply(question.key, question.request.prompt, question.body)

    def _priced(self, usage: Usage) -> Usage:
        price = self._endpoint.price
        return usage.model_copy(update={"cost": price.of(usage) if price else None})

    def _enter(self) -> None:
        with self._lock:
            if self._in_flight == 0:
                self._busy_since = time.monotonic()
            self._in_flight += 1

    def _leave(self) -> None:
        with self._lock:
            self._in_flight -= 1
            if self._in_flight == 0:
                busy = self._account.busy_seconds + time.monotonic() - self._busy_since
                self._account = self._account.model_copy(update={"busy_seconds": busy})

    def _record(self, usage: Usage, *, cached: bool = False) -> None:
        with self._lock:
            account = self._account
            changed: dict[str, object] = {"cached_calls": account.cached_calls + 1}
            if not cached:
                changed = {"calls": account.calls + 1, "usage": account.usage + usage}
            self._account = account.model_copy(update=changed)


def _read(reply: Reply, answer: type[Answer], form: Literal["json", "line"]) -> Answer:
    """The answer of a reply. Raises UnusableReplyError."""
    if reply.is_cut:
        raise UnusableReplyError("it was cut off before its end: say less")
    if not reply.text.strip():
        raise UnusableReplyError("it is empty")
    return read_reply(reply.text, answer, form)


def _schema(answer: type[Answer], *, keep_lengths: bool) -> dict[str, Any]:
    schema = answer.model_json_schema()
    return schema if keep_lengths else _without(schema, frozenset({"maxLength", "minLength"}))


def _without(node: Any, keys: frozenset[str]) -> Any:  # noqa: ANN401 - any JSON
    if isinstance(node, dict):
        return {k: _without(v, keys) for k, v in node.items() if k not in keys}
    return [_without(v, keys) for v in node] if isinstance(node, list) else node
