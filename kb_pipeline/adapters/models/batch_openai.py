"""The `/v1/files` and `/v1/batches` of an OpenAI-compatible endpoint. What comes from there may be anything. No store here."""

import json
import logging
import time
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any, Final, TypeVar

from kb_pipeline.adapters.models.chat_openai import MOST_BYTES, Endpoint
from kb_pipeline.adapters.models.client_openai import BoundedClient
from kb_pipeline.adapters.models.replies import storable
from kb_pipeline.adapters.models.setbacks import Reply, Setback, read_reply, refused
from kb_pipeline.domain.calls import Outcome
from kb_pipeline.errors import LLMUnavailableError

if TYPE_CHECKING:
    import openai

_LOG = logging.getLogger(__name__)
Result = TypeVar("Result")
NAME = "kb_batch"  # our id, in the provider's metadata
_MOST_FILE_BYTES = 512_000_000
_ENDED = frozenset({"completed", "failed", "expired", "cancelled"})
_LISTED = 1000  # of the newest batches of the account, among which a killed run's is looked for
_WITHOUT = "run again to go on; if the endpoint takes no batches, run without --batch"
_ENDPOINT: Final = "/v1/chat/completions"


@dataclass(frozen=True)
class BatchState:
    """How far the provider is. `files`: ids of what it answered, there when it has ended; `problem`: why it failed.

    `sent`: the id of the file that we sent.
    """

    status: str
    done: int
    sent: str
    files: tuple[str, ...]
    problem: str

    @property
    def has_ended(self) -> bool:
        """Whether it does nothing more."""
        return self.status in _ENDED


class BatchEndpoint:
    """The endpoint's batches. Raises LLMUnavailableError where trying again does not help; `state` raises Setback."""

    def __init__(self, endpoint: Endpoint) -> None:
        self._endpoint = endpoint
        self._client = BoundedClient(endpoint.base_url, endpoint.key, _MOST_FILE_BYTES)

    def send(self, id_: str, bodies: Mapping[str, Mapping[str, Any]]) -> str:
        """Send the requests, by fingerprint, as our batch `id_`; the provider's id of it. Never makes it twice."""
        lines = (
            json.dumps({"custom_id": key, "method": "POST", "url": _ENDPOINT, "body": body}, ensure_ascii=False) + "\n"
            for key, body in bodies.items()
        )
        file = (f"{id_}.jsonl", "".join(lines).encode())
        uploaded = self._tried(lambda client: client.files.create(file=file, purpose="batch").id)

        def create(client: "openai.OpenAI") -> str:
            return _found(client, id_) or _create(client, id_, uploaded)

        return self._tried(create)

    def find(self, id_: str) -> str | None:
        """The provider's id of our batch `id_`; None: it was never accepted."""
        return self._tried(lambda client: _found(client, id_))

    def state(self, provider_id: str) -> BatchState | None:
        """How far it is; None: the provider does not know it. One try. Raises Setback."""
        import openai

        with self._client.within(self._endpoint.timeout) as client:
            try:
                batch = client.batches.retrieve(provider_id)
            except openai.NotFoundError:
                return None
        counts, errors = batch.request_counts, batch.errors
        done = (counts.completed or 0) + (counts.failed or 0) if counts else 0
        told = "; ".join(storable(error.message or "")[:300] for error in (errors.data or ())[:3]) if errors else ""
        files = tuple(file for file in (batch.output_file_id, batch.error_file_id) if file)
        return BatchState(
            status=batch.status, done=done, sent=batch.input_file_id, files=files, problem=told or f"it is {batch.status}"
        )

    def lines(self, state: BatchState) -> Mapping[str, str]:
        """What was answered: a line a request, by its fingerprint; the first where there are two. Broken lines are left out."""
        found = dict[str, str]()
        for file in state.files:
            for key, line in _whole_lines(self._content(file)):
                found.setdefault(key, line)
        return found

    def clear(self, state: BatchState) -> None:
        """Delete its files there: they hold the articles' sentences. One try each; one that stays is logged, by its id only."""
        for file in (state.sent, *state.files):
            try:
                with self._client.within(self._endpoint.timeout) as client:
                    client.files.delete(file)
            except Setback as setback:
                _LOG.warning("file %s stays with the provider: %s", file, setback.message)

    def _content(self, file: str) -> bytes:
        return self._tried(lambda client: client.files.content(file).content)

    def _tried(self, call: "Callable[[openai.OpenAI], Result]") -> Result:
        for attempt in range(self._endpoint.retries + 1):
            try:
                with self._client.within(self._endpoint.timeout) as client:
                    return call(client)
            except Setback as setback:
                if setback.outcome is not Outcome.RETRY_NOW or attempt == self._endpoint.retries:
                    raise unavailable(setback) from setback
                wait = self._endpoint.backoff * 2**attempt if setback.wait is None else setback.wait
            time.sleep(min(wait, 60.0))
        raise AssertionError("the last try returns or raises")


def unavailable(setback: Setback) -> LLMUnavailableError:
    """The run stops; what the provider has stays there."""
    return LLMUnavailableError(f"the endpoint of batches cannot be used: {setback.message}", f"{setback.remedy}; {_WITHOUT}")


def read_line(line: str) -> Reply:
    """The reply that a line holds. Raises Setback; whatever befell one line, no other is judged by it."""
    if not line:
        raise Setback(Outcome.RETRY_LATER, "the batch ended without an answer to this call")
    try:
        return _read(json.loads(line))
    except Setback as setback:
        if setback.outcome is Outcome.ITEM_FAILED:
            raise
        raise Setback(Outcome.RETRY_LATER, f"in a batch: {setback.message}", setback.remedy) from setback


def _read(whole: Mapping[str, Any]) -> Reply:
    response = whole.get("response")
    if not isinstance(response, dict):
        raise refused(500, json.dumps({"error": whole.get("error")}), {})
    status, body = response.get("status_code"), json.dumps(response.get("body"))
    if isinstance(status, int) and not 200 <= status < 300:
        raise refused(status, body, {})
    return read_reply(body.encode(), {})


def _create(client: "openai.OpenAI", id_: str, file: str) -> str:
    made = client.batches.create(completion_window="24h", endpoint=_ENDPOINT, input_file_id=file, metadata={NAME: id_})
    return made.id


def _found(client: "openai.OpenAI", id_: str) -> str | None:
    for place, batch in enumerate(client.batches.list(limit=100)):
        if (batch.metadata or {}).get(NAME) == id_:
            return batch.id
        if place >= _LISTED:
            break
    return None


def _whole_lines(content: bytes) -> Iterator[tuple[str, str]]:
    for line in content.split(b"\n"):
        try:
            whole = json.loads(line[:MOST_BYTES].decode())
        except (ValueError, RecursionError):
            continue
        key = whole.get("custom_id") if isinstance(whole, dict) else None
        if isinstance(key, str):
            yield key, json.dumps({"response": whole.get("response"), "error": whole.get("error")})
