"""Model calls that are collected, sent as one batch, and answered from it. What the provider is told is in `batch_openai`.

A batch is written down before it is sent, and its id stands in the provider's metadata: a killed run, at whatever moment,
finds it again, and no call is sent twice.
"""

import json
import logging
import threading
import time
import uuid
from collections.abc import Callable, Mapping
from datetime import UTC, datetime, timedelta
from typing import Any, Protocol

from kb_pipeline.adapters.models.batch_openai import BatchEndpoint, BatchState, read_line, unavailable
from kb_pipeline.adapters.models.chat_openai import Endpoint
from kb_pipeline.adapters.models.setbacks import Reply, Setback
from kb_pipeline.domain.batches import Batch
from kb_pipeline.domain.calls import Outcome
from kb_pipeline.domain.faqs import Usage
from kb_pipeline.domain.run_cap import RunCap, RunUsage
from kb_pipeline.errors import CapReachedError, InHandError, LLMUnavailableError
from kb_pipeline.ports.batches import BatchStore
from kb_pipeline.ports.models import CallStore
from kb_pipeline.ports.progress import Progress

_LOG = logging.getLogger(__name__)
_MOST_CALLS = 20_000  # in one batch: OpenAI takes 50,000 and 200 MB
_MOST_BYTES = 100_000_000
_BYTES_A_TOKEN = 3  # of a prompt, at least: English has 4, Chinese and Thai 3 to 6
_PATIENCE = 3600.0  # seconds for which a provider that works on a batch may be out of reach
_KEPT_FOR = timedelta(days=2)  # a batch has ended after one day; one that nobody knows after two is given up


class BatchedStore(BatchStore, CallStore, Protocol):
    """What batches take of the store."""


class BatchedCalls:
    """Batches of one run. Thread-safe, but for `wait`, which one thread of one run at a time may be in.

    `cap`, `spent`: what may be taken of the model, and was; `pause`: seconds between two looks at an open batch.
    """

    def __init__(
        self,
        endpoint: Endpoint,
        spent: Callable[[], RunUsage],
        *,
        store: BatchedStore,
        cap: RunCap,
        progress: Progress,
        pause: float,
    ) -> None:
        self._endpoint = endpoint
        self._provider = BatchEndpoint(endpoint)
        self._store = store
        self._cap = cap
        self._spent = spent
        self._progress = progress
        self._pause = pause
        self._lock = threading.Lock()
        self._collected = dict[str, Mapping[str, Any]]()  # bodies, by fingerprint
        self._bytes = 0
        self._refused = dict[str, str]()  # by fingerprint: why the cap leaves no room for it

    def reply(self, fingerprint: str, prompt: str, body: Mapping[str, Any]) -> Reply:
        """What a batch brought. Raises InHandError while there is none, CapReachedError, LLMLaterError, LLMOutputError."""
        call = self._store.find_batched(fingerprint)
        if call is None:
            self._collect(fingerprint, body)
        if call is None or call.line is None:
            raise InHandError("this call is in a batch", "run again with --batch")
        try:
            return read_line(call.line)
        except Setback as setback:
            self.forget(fingerprint)
            raise setback.error(prompt) from setback

    def forget(self, fingerprint: str) -> None:
        """The reply is kept elsewhere now."""
        self._store.forget_batched(fingerprint)

    def wait(self) -> bool:
        """See open batches through to their end; if there are none, send what is collected, and see that through.

        False: nothing waits for a batch. Raises LLMUnavailableError, also for a batch of which no call was answered.
        """
        opened = [batch for batch in self._store.open_batches() if batch.model == self._endpoint.model]
        for batch in opened:
            self._finish(batch)
        return bool(opened) or self._send()

    def _collect(self, fingerprint: str, body: Mapping[str, Any]) -> None:
        size = len(json.dumps(body, ensure_ascii=False).encode())
        with self._lock:
            if reason := self._refused.get(fingerprint):
                raise CapReachedError(reason, "run again to go on: a new run has a new cap, and finished calls are kept")
            if fingerprint in self._collected or len(self._collected) >= _MOST_CALLS or self._bytes + size > _MOST_BYTES:
                return
            self._collected[fingerprint] = body
            self._bytes += size

    def _send(self) -> bool:
        with self._lock:
            collected, self._collected, self._bytes = self._collected, {}, 0
        wanted = {key: body for key, body in collected.items() if not self._is_known(key)}
        allowed = self._allowed(wanted)
        if allowed:
            batch = Batch(id=uuid.uuid4().hex, model=self._endpoint.model, calls=len(allowed), created_at=datetime.now(UTC))
            self._store.add_batch(batch, allowed.keys())
            provider_id = self._provider.send(batch.id, allowed)
            self._store.batch_accepted(batch.id, provider_id)
            self._finish(batch.model_copy(update={"provider_id": provider_id}))
        return bool(collected)

    def _is_known(self, fingerprint: str) -> bool:
        """Whether another run sent it in the meantime."""
        return self._store.find_batched(fingerprint) is not None or self._store.find_call(fingerprint) is not None

    def _finish(self, batch: Batch) -> None:
        """Wait for a batch, and keep what it brings."""
        provider_id = batch.provider_id or self._provider.find(batch.id)
        if provider_id is None:  # the run was killed before the provider had it
            self._store.drop_batch(batch.id)
            return
        if batch.provider_id is None:
            self._store.batch_accepted(batch.id, provider_id)
        state = self._ended(batch, provider_id)
        lines = self._lines(batch, state) if state else None
        if state is None or lines is None:
            _LOG.warning("batch %s is given up: its provider does not have it any more", provider_id)
            self._store.drop_batch(batch.id)
            return
        if not lines:
            self._store.drop_batch(batch.id)
            self._provider.clear(state)
            raise LLMUnavailableError(
                f"batch {provider_id} brought no answer: {state.problem}",
                "see what its provider says of it; run again to send its calls anew, or without --batch",
            )
        self._store.end_batch(batch.id, lines)
        self._provider.clear(state)
        _LOG.info("batch %s has ended: %d of %d calls have an answer", provider_id, len(lines), batch.calls)

    def _ended(self, batch: Batch, provider_id: str) -> BatchState | None:
        """Its last state; None: nobody knows it, and it is so old that nobody will."""
        told, reached = 0, time.monotonic()
        name = f"batch of {batch.calls} calls (Ctrl-C loses nothing: run again with --batch)"
        with self._progress.track(name, batch.calls) as done:
            while True:
                try:
                    state, reached = self._provider.state(provider_id), time.monotonic()
                except Setback as setback:
                    if setback.outcome is not Outcome.RETRY_NOW or time.monotonic() - reached > _PATIENCE:
                        raise unavailable(setback) from setback
                    _LOG.warning("batch %s: %s; looking again", provider_id, setback.message)
                else:
                    if state is None:
                        if not _is_past(batch):
                            raise _unknown(batch, provider_id)
                        return None
                    for _ in range(told, min(state.done, batch.calls)):
                        done(f"{provider_id}: {state.status}")
                    told = max(told, min(state.done, batch.calls))
                    if state.has_ended:
                        return state
                time.sleep(self._pause)

    def _lines(self, batch: Batch, state: BatchState) -> Mapping[str, str] | None:
        """What it brought; None: that is not there any more."""
        try:
            return self._provider.lines(state)
        except LLMUnavailableError:
            if not _is_past(batch):
                raise
            return None

    def _allowed(self, wanted: Mapping[str, Mapping[str, Any]]) -> Mapping[str, Mapping[str, Any]]:
        """What the cap leaves room for, whatever the answers are; the rest is refused from now on."""
        if self._cap.is_open:
            return wanted
        taken, allowed = self._spent().usage, dict[str, Mapping[str, Any]]()
        for key, body in wanted.items():
            most = self._most(body)
            together = taken + most
            reached = self._cap.passed_by(together.prompt_tokens + together.completion_tokens, together.cost)
            if reached:
                tokens = most.prompt_tokens + most.completion_tokens
                self._refused[key] = f"{reached} leaves no room in a batch for a call that may take {tokens:,} tokens"
            else:
                taken = together
                allowed[key] = body
        return allowed

    def _most(self, body: Mapping[str, Any]) -> Usage:
        """The most that a call may take."""
        size, price = len(json.dumps(body, ensure_ascii=False).encode()), self._endpoint.price
        usage = Usage(prompt_tokens=size // _BYTES_A_TOKEN + 1, completion_tokens=body["max_tokens"])
        return usage.model_copy(update={"cost": price.of(usage) if price else None})


def _is_past(batch: Batch) -> bool:
    """Whether it has ended long ago, whatever its provider says."""
    return datetime.now(UTC) - batch.created_at > _KEPT_FOR


def _unknown(batch: Batch, provider_id: str) -> LLMUnavailableError:
    return LLMUnavailableError(
        f"batch {provider_id} is not known there, but its {batch.calls} calls are paid",
        "set KB_LLM_BASE_URL and KB_LLM_API_KEY as they were when it was sent, or run without --batch; "
        "two days after it was sent it is given up",
    )
