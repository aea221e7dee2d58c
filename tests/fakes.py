"""Fakes: a language model that answers what a test scripts and raises on any other prompt; a progress that shows nothing."""

import threading
from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager

from pydantic import BaseModel

from kb_pipeline.domain.base import fingerprint
from kb_pipeline.domain.calls import Answer, ModelAccount, ModelReply, ModelRequest
from kb_pipeline.domain.faqs import Usage

Scripted = BaseModel | dict[str, object]
Script = Mapping[str, Callable[[ModelRequest], Scripted]]
_USAGE = Usage(prompt_tokens=100, completion_tokens=20, cost=0.001)


class ScriptedLLM:
    """Implements ports.models.LLM. `script` maps a prompt's id to what answers it; `requests` are the paid ones, in order.

    A scripted function may raise LLMOutputError or LLMUnavailableError, as a model's adapter would.
    """

    def __init__(self, script: Script) -> None:
        self.script = dict(script)
        self.requests: list[ModelRequest] = []
        self._memo: dict[str, Scripted] = {}
        self._account = ModelAccount()
        self._lock = threading.Lock()

    @property
    def model(self) -> str:
        """See ports.models.LLM."""
        return "scripted"

    @property
    def account(self) -> ModelAccount:
        """See ports.models.LLM."""
        return self._account

    def prompts(self) -> list[str]:
        """The ids of the prompts that were paid for, in order."""
        return [request.prompt.split("@")[0] for request in self.requests]

    def asked(self, prompt: str) -> list[str]:
        """The last turns of all paid requests of that prompt, in order."""
        return [r.messages[-1].content for r in self.requests if r.prompt.startswith(f"{prompt}@")]

    def ask(self, request: ModelRequest, answer: type[Answer]) -> ModelReply[Answer]:
        """See ports.models.LLM."""
        key = fingerprint(request.model_dump(mode="json"), length=64)
        with self._lock:
            cached = key in self._memo
            if not cached:
                self._memo[key] = self._answer(request)
            paid = {"calls": self._account.calls + 1, "usage": self._account.usage + _USAGE}
            update = {"cached_calls": self._account.cached_calls + 1} if cached else paid
            self._account = self._account.model_copy(update=update)
        scripted = self._memo[key]
        value = answer.model_validate(scripted if isinstance(scripted, dict) else scripted.model_dump())
        return ModelReply[Answer](value=value, calls=(key,), usage=_USAGE, model=self.model, cached=cached)

    def _answer(self, request: ModelRequest) -> Scripted:
        prompt = request.prompt.split("@")[0]
        if prompt not in self.script:
            raise AssertionError(
                f"unexpected prompt '{prompt}', scripted are {sorted(self.script)}:\n{request.messages[-1].content}"
            )
        self.requests.append(request)
        return self.script[prompt](request)


class SilentProgress:
    """ports.progress.Progress that shows nothing."""

    @contextmanager
    def track(self, what: str, total: int) -> Iterator[Callable[[str], None]]:
        """See ports.progress.Progress."""
        yield lambda note: None
