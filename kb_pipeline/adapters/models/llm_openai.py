"""The LLM port over the openai client: structured output, memo, asking again after invalid output, account.

Retries of HTTP failures are the client's own; nothing here retries them again. Vendor errors are translated here.
"""

import json
import threading
import time
from collections import defaultdict
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from functools import cached_property
from typing import TYPE_CHECKING, Any, NoReturn, cast

from pydantic import ValidationError

from kb_pipeline.domain.base import fingerprint
from kb_pipeline.domain.calls import Answer, Message, ModelAccount, ModelReply, ModelRequest, StoredCall
from kb_pipeline.domain.faqs import Usage
from kb_pipeline.errors import LLMItemError, LLMOutputError, LLMUnavailableError
from kb_pipeline.ports.models import CallStore
from kb_pipeline.prompts import load_prompt

if TYPE_CHECKING:
    import openai

_SEED = 20250301
_QUOTA_CODES = frozenset({"insufficient_quota", "billing_hard_limit_reached"})


@dataclass(frozen=True)
class Price:
    """US dollars per million tokens."""

    prompt: float
    completion: float

    def of(self, usage: Usage) -> float:
        """The cost of `usage` in US dollars."""
        return (usage.prompt_tokens * self.prompt + usage.completion_tokens * self.completion) / 1e6


@dataclass(frozen=True)
class Endpoint:
    """Where the model is. `base_url` is asked at the first paid call, so that a fully cached run starts no server.

    `lengths`: the endpoint honours `maxLength` in schemas (llama.cpp does, OpenAI's strict mode refuses it).
    """

    model: str
    base_url: Callable[[], str | None]
    key: str
    lengths: bool = False
    timeout: float = 600.0
    retries: int = 4
    price: Price | None = None


class OpenAILLM:
    """ports.models.LLM over any OpenAI-compatible endpoint. Thread-safe."""

    def __init__(self, endpoint: Endpoint, calls: CallStore) -> None:
        self._endpoint = endpoint
        self._calls = calls
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
        messages, calls, problem = list(request.messages), list[StoredCall](), ""
        cached = True
        for _ in range(2):
            call, was_stored = self._call(request, tuple(messages), answer)
            calls.append(call)
            cached = cached and was_stored
            try:
                value = answer.model_validate(_loads(call.response))
            except (ValidationError, ValueError, RecursionError) as error:
                problem = _brief(error)
                messages.append(Message(role="assistant", content=call.response[:2000]))
                messages.extend(load_prompt("fix_output").render(problem=problem))
                continue
            return ModelReply[Answer](
                value=value, calls=tuple(c.fingerprint for c in calls), usage=_sum(calls), model=self.model, cached=cached
            )
        raise LLMOutputError(
            f"{request.prompt}: no valid answer from '{self.model}' asked twice ({problem})",
            "look at the stored responses, or use a stronger model (KB_LLM_MODEL)",
        )

    def _call(self, request: ModelRequest, messages: tuple[Message, ...], answer: type[Answer]) -> tuple[StoredCall, bool]:
        schema = _schema(answer, keep_lengths=self._endpoint.lengths)
        turns = [m.model_dump() for m in messages]
        key = fingerprint(self.model, _SEED, request.max_tokens, request.prompt_fingerprint, schema, turns, length=64)
        with self._lock:
            guard = self._in_hand[key]
        with guard:
            stored = self._calls.find_call(key)
            if stored is not None:
                self._record(stored, paid=False)
                return stored, True
            call = self._pay(key, request, turns, schema)
            self._calls.save_call(call)
            self._record(call, paid=True)
            return call, False

    def _pay(self, key: str, request: ModelRequest, turns: list[dict[str, Any]], schema: dict[str, Any]) -> StoredCall:
        started = time.monotonic()
        self._enter()
        try:
            completion = self._client.with_options(timeout=self._endpoint.timeout).chat.completions.create(
                model=self.model,
                messages=cast("Any", turns),
                temperature=0,
                seed=_SEED,
                max_tokens=request.max_tokens,
                response_format=cast(
                    "Any", {"type": "json_schema", "json_schema": {"name": "answer", "schema": schema, "strict": True}}
                ),
            )
        except self._vendor.OpenAIError as error:
            self._translate(error, request)
        finally:
            self._leave()
        response = completion.choices[0].message.content if completion.choices else None
        if not response:  # a refusal or a broken endpoint: not kept, so that a later run asks again
            raise LLMOutputError(f"{request.prompt}: '{self.model}' gave an empty answer", "run again, or use another model")
        used = completion.usage
        usage = Usage(prompt_tokens=used.prompt_tokens, completion_tokens=used.completion_tokens) if used else Usage()
        price = self._endpoint.price
        return StoredCall(
            fingerprint=key,
            prompt=request.prompt,
            model=self.model,
            response=response,
            usage=usage.model_copy(update={"cost": price.of(usage) if price else None}),
            seconds=time.monotonic() - started,
        )

    @cached_property
    def _vendor(self) -> Any:  # noqa: ANN401 - the module, loaded at the first paid call
        import openai

        return openai

    @cached_property
    def _client(self) -> "openai.OpenAI":
        client: openai.OpenAI = self._vendor.OpenAI(
            base_url=self._endpoint.base_url(), api_key=self._endpoint.key or "none", max_retries=self._endpoint.retries
        )
        return client

    def _translate(self, error: Exception, request: ModelRequest) -> NoReturn:
        vendor, message = self._vendor, _brief(error)
        if isinstance(error, vendor.APITimeoutError):
            message = f"no answer within {self._endpoint.timeout:.0f} s"
            raise LLMItemError(f"{request.prompt}: {message}", "raise KB_LLM_TIMEOUT") from error
        refused = (vendor.AuthenticationError, vendor.PermissionDeniedError, vendor.NotFoundError, vendor.APIConnectionError)
        if isinstance(error, refused) or getattr(error, "code", None) in _QUOTA_CODES:
            remedy = "check KB_LLM_MODEL, KB_LLM_BASE_URL, KB_LLM_API_KEY; then run again: finished work is kept"
            raise LLMUnavailableError(f"the model endpoint cannot be used: {message}", remedy) from error
        if isinstance(error, vendor.BadRequestError | vendor.UnprocessableEntityError):
            raise LLMOutputError(f"{request.prompt}: the request was refused: {message}", "lower KB_CHUNK_TOKENS") from error
        raise LLMItemError(f"{request.prompt}: {message}", "run again: finished work is kept") from error

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

    def _record(self, call: StoredCall, *, paid: bool) -> None:
        with self._lock:
            account = self._account
            changed: dict[str, object] = {"cached_calls": account.cached_calls + 1}
            if paid:
                changed = {"calls": account.calls + 1, "usage": account.usage + call.usage}
            self._account = account.model_copy(update=changed)


def _sum(calls: list[StoredCall]) -> Usage:
    total = calls[0].usage
    for call in calls[1:]:
        total = total + call.usage
    return total


def _loads(text: str) -> object:
    """Strict JSON: no NaN, no Infinity, no duplicate keys. Raises ValueError."""

    def once(pairs: list[tuple[str, object]]) -> Mapping[str, object]:
        if len({key for key, _ in pairs}) != len(pairs):
            raise ValueError("an object has a key twice")
        return dict(pairs)

    def refuse(constant: str) -> NoReturn:
        raise ValueError(f"{constant} is no JSON")

    value: object = json.loads(text, parse_constant=refuse, object_pairs_hook=once)
    return value


def _schema(answer: type[Answer], *, keep_lengths: bool) -> dict[str, Any]:
    schema = answer.model_json_schema()
    return schema if keep_lengths else _without(schema, frozenset({"maxLength", "minLength"}))


def _without(node: Any, keys: frozenset[str]) -> Any:  # noqa: ANN401 - any JSON
    if isinstance(node, dict):
        return {k: _without(v, keys) for k, v in node.items() if k not in keys}
    return [_without(v, keys) for v in node] if isinstance(node, list) else node


def _brief(error: Exception) -> str:
    return " ".join(str(error).split())[:300]
