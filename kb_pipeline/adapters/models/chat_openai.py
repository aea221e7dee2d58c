"""One request to an OpenAI-compatible endpoint: tries, one deadline over all of them, bounds of time and size, the breaker.

The `openai` client makes the requests; its own tries are off, and replies are read by `setbacks`, since anything may come.
"""

import itertools
import random
import time
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from kb_pipeline.adapters.models.breaker import PAUSES, STRAIGHT, Breaker
from kb_pipeline.adapters.models.client_openai import BoundedClient
from kb_pipeline.adapters.models.first_answer import START_SECONDS, FirstAnswer
from kb_pipeline.adapters.models.setbacks import Reply, Setback, read_reply
from kb_pipeline.domain.calls import Message, Outcome
from kb_pipeline.domain.faqs import Usage

SEED = 20250301
_DRAWN_AT = 0.7  # temperature of what is drawn: the one that Qwen2.5's authors publish with the model
MOST_BYTES = 4_000_000  # of a reply: a hundred times what an answer with long reasoning takes


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

    `lengths`: the endpoint honours `maxLength` in schemas (llama.cpp does, OpenAI's strict mode refuses it). `timeout`:
    seconds for one try; `deadline`: for a call with all its tries. `straight`, `pauses`: see `Breaker`; `starting`: see
    `FirstAnswer`.
    """

    model: str
    base_url: Callable[[], str | None]
    key: str
    lengths: bool = False
    timeout: float = 600.0
    deadline: float = 900.0
    retries: int = 4
    backoff: float = 0.5  # seconds before the second try; twice as long before each further one
    straight: int = STRAIGHT
    pauses: Sequence[float] = PAUSES
    starting: float = START_SECONDS
    price: Price | None = None


class Chat:
    """The endpoint. Thread-safe."""

    def __init__(self, endpoint: Endpoint, is_known: Callable[[], bool]) -> None:
        """`is_known`: see `FirstAnswer`."""
        self._endpoint = endpoint
        self._client = BoundedClient(endpoint.base_url, endpoint.key, MOST_BYTES)
        self._breaker = Breaker(endpoint.straight, endpoint.pauses)
        self._first = FirstAnswer(endpoint.starting, is_known)

    def complete(self, prompt: str, body: Mapping[str, Any]) -> Reply:
        """The reply to a `request_body`. Raises LLMLaterError, LLMOutputError and LLMUnavailableError, which name `prompt`."""
        until = time.monotonic() + self._endpoint.deadline
        for attempt in itertools.count():
            self._breaker.enter(self._first.until(until))
            try:
                return self._try(body, until)
            except Setback as setback:
                wait = self._wait(setback, attempt, until)
                if setback.outcome is not Outcome.RETRY_NOW or wait is None:
                    raise setback.error(prompt) from setback
            time.sleep(wait)
        raise AssertionError("the last try returns or raises")

    def _wait(self, setback: Setback, attempt: int, until: float) -> float | None:
        """Seconds until the next try; None: this was the last. A server that starts is tried for as long as it may take."""
        wait = self._endpoint.backoff * 2**attempt * random.uniform(0.75, 1.25)  # noqa: S311 - no secret
        wait = wait if setback.wait is None else setback.wait
        now, starts_by = time.monotonic(), self._first.until(until)
        if now < starts_by < until:
            return min(wait, starts_by - now)
        return None if attempt >= self._endpoint.retries or now + wait >= until else wait

    def _try(self, body: Mapping[str, Any], until: float) -> Reply:
        """One request, and its result told to the breaker. Raises Setback."""
        try:
            reply = self._exchange(body, min(self._endpoint.timeout, until - time.monotonic()))
        except Setback as setback:
            judged = self._first.judge(setback, until)
            if judged.is_well:
                self._first.came()
                self._breaker.succeeded()
            else:
                self._breaker.failed(judged.message, setback.remedy)
            raise judged from setback.__cause__
        except BaseException:
            self._breaker.left()
            raise
        self._first.came()
        self._breaker.succeeded()
        return reply

    def _exchange(self, body: Mapping[str, Any], seconds: float) -> Reply:
        with self._client.within(seconds) as client:
            response = client.chat.completions.with_raw_response.create(**body)
        return read_reply(response.content, response.headers)


def request_body(
    model: str, messages: Sequence[Message], schema: Mapping[str, Any] | None, max_tokens: int, draw: int = 0
) -> dict[str, Any]:
    """The body of one chat completion. `schema`: of the JSON that comes back; None: it is one line of text."""
    if schema is None:
        form: dict[str, Any] = {"stop": ["\n"]}
    else:
        form = {"response_format": {"type": "json_schema", "json_schema": {"name": "answer", "schema": schema, "strict": True}}}
    return {
        "model": model,
        "messages": [message.model_dump() for message in messages],
        "temperature": _DRAWN_AT if draw else 0,
        "seed": SEED + draw,
        "max_tokens": max_tokens,
        **form,
    }
