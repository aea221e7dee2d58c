"""One request to an OpenAI-compatible endpoint: tries, one deadline over all of them, bounds of time and size, the breaker.

The `openai` client makes the requests; its own tries are off, and replies are read by `setbacks`, since anything may come.
"""

import random
import time
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from functools import cached_property
from typing import TYPE_CHECKING, Any, cast

from kb_pipeline.adapters.models.breaker import PAUSES, STRAIGHT, Breaker
from kb_pipeline.adapters.models.first_answer import START_SECONDS, FirstAnswer
from kb_pipeline.adapters.models.replies import brief
from kb_pipeline.adapters.models.setbacks import (
    Reply,
    Setback,
    broken_off,
    no_address,
    not_reached,
    read_reply,
    refused,
    too_slow,
)
from kb_pipeline.domain.calls import Message, Outcome
from kb_pipeline.domain.faqs import Usage

if TYPE_CHECKING:
    import httpx2
    import openai

SEED = 20250301
MOST_BYTES = 4_000_000  # of a reply: a hundred times what an answer with long reasoning takes
CONNECT_SECONDS = 20.0  # that a connection may take; an answer may take much longer
_UNTIL = "kb_until"


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

    def __init__(self, endpoint: Endpoint) -> None:
        self._endpoint = endpoint
        self._breaker = Breaker(endpoint.straight, endpoint.pauses)
        self._first = FirstAnswer(endpoint.starting)

    def complete(self, prompt: str, messages: Sequence[Message], schema: dict[str, Any], max_tokens: int) -> Reply:
        """The model's reply. Raises LLMLaterError, LLMOutputError, LLMUnavailableError; `prompt` is named in them."""
        until = time.monotonic() + self._endpoint.deadline
        for attempt in range(self._endpoint.retries + 1):
            self._breaker.enter(self._first.until(until))
            try:
                return self._try(messages, schema, max_tokens, until)
            except Setback as setback:
                wait = self._endpoint.backoff * 2**attempt * random.uniform(0.75, 1.25)  # noqa: S311 - no secret
                wait = wait if setback.wait is None else setback.wait
                is_last = attempt == self._endpoint.retries or time.monotonic() + wait >= until
                if setback.outcome is not Outcome.RETRY_NOW or is_last:
                    raise setback.error(prompt) from setback
            time.sleep(wait)
        raise AssertionError("the last try returns or raises")

    def _try(self, messages: Sequence[Message], schema: dict[str, Any], max_tokens: int, until: float) -> Reply:
        """One request, and its result told to the breaker. Raises Setback."""
        try:
            reply = self._exchange(messages, schema, max_tokens, min(self._endpoint.timeout, until - time.monotonic()))
        except Setback as setback:
            judged = self._first.judge(setback, until)
            if judged.is_well:
                self._first.came()
                self._breaker.succeeded()
            else:
                self._breaker.failed(judged.message, judged.remedy)
            raise judged from setback.__cause__
        except BaseException:
            self._breaker.left()
            raise
        self._first.came()
        self._breaker.succeeded()
        return reply

    def _exchange(self, messages: Sequence[Message], schema: dict[str, Any], max_tokens: int, seconds: float) -> Reply:
        import httpx2

        vendor, seconds = self._vendor, max(seconds, 0.01)
        timeout = httpx2.Timeout(seconds, connect=min(seconds, CONNECT_SECONDS))
        try:
            response = self._client.with_options(timeout=timeout).chat.completions.with_raw_response.create(
                model=self._endpoint.model,
                messages=cast("Any", [m.model_dump() for m in messages]),
                temperature=0,
                seed=SEED,
                max_tokens=max_tokens,
                response_format=cast(
                    "Any", {"type": "json_schema", "json_schema": {"name": "answer", "schema": schema, "strict": True}}
                ),
            )
        except httpx2.InvalidURL as error:
            raise no_address(brief(error)) from error
        except vendor.APITimeoutError as error:
            if isinstance(error.__cause__, httpx2.ConnectTimeout):
                raise not_reached("it takes too long") from error
            raise too_slow(seconds) from error
        except vendor.APIStatusError as error:
            raise refused(error.status_code, error.response.text, error.response.headers) from error
        except vendor.OpenAIError as error:
            raise self._lost(error) from error
        return read_reply(response.content, response.headers)

    def _lost(self, error: BaseException) -> Setback:
        """What an error without a response means."""
        import httpx2

        cause = error.__cause__ or error
        if isinstance(cause, httpx2.UnsupportedProtocol | httpx2.InvalidURL):
            return no_address(brief(cause))
        nowhere = isinstance(cause, httpx2.ConnectError)
        return not_reached(brief(cause)) if nowhere else broken_off(brief(cause))

    @cached_property
    def _vendor(self) -> Any:  # noqa: ANN401 - the module, loaded at the first paid call
        import openai

        return openai

    @cached_property
    def _client(self) -> "openai.OpenAI":
        client: openai.OpenAI = self._vendor.OpenAI(
            base_url=self._endpoint.base_url(),
            api_key=self._endpoint.key or "none",
            max_retries=0,
            http_client=self._vendor.DefaultHttpxClient(
                headers={"Accept-Encoding": "identity"}, event_hooks={"request": [_clocked], "response": [_bounded]}
            ),
        )
        return client


def _clocked(request: "httpx2.Request") -> None:
    """Write down until when the whole response must be there: the client's own time-out is for each piece of it."""
    request.extensions[_UNTIL] = time.monotonic() + request.extensions["timeout"]["read"]


def _bounded(response: "httpx2.Response") -> None:
    """Let the body end in an error where it is too large or too slow."""
    import httpx2

    class Bounded(httpx2.SyncByteStream):
        def __init__(self, body: httpx2.SyncByteStream) -> None:
            self._body = body

        def __iter__(self) -> Iterator[bytes]:
            size = 0
            for piece in self._body:
                size += len(piece)
                if size > MOST_BYTES:
                    raise httpx2.ReadError(f"more than {MOST_BYTES:,} bytes")
                if time.monotonic() > response.request.extensions[_UNTIL]:
                    raise httpx2.ReadTimeout("it comes too slowly")
                yield piece

        def close(self) -> None:
            self._body.close()

    response.stream = Bounded(cast("httpx2.SyncByteStream", response.stream))
