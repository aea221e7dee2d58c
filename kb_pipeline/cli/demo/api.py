"""The API as the demo's client sees it: over HTTP, with a key."""

import time

import httpx
from pydantic import BaseModel, ConfigDict

from kb_pipeline.errors import KBError

_FOLLOW_SECONDS = 10.0  # it follows within 2; a busy machine gets more before the demo calls it a failure


class DemoError(KBError):
    """A step of the demo did not do what it should."""

    code = "demo"


class Cited(BaseModel):
    """A sentence that an answer rests on."""

    article_id: str
    text: str


class Said(BaseModel):
    """The entry that answers."""

    question: str
    answer_plain: str
    citations: list[Cited]


class Reply(BaseModel):
    """What the API answers, as far as the demo shows it."""

    model_config = ConfigDict(frozen=True)

    market: str
    release: str | None
    confidence: float
    threshold: float
    abstained: bool
    reason: str | None
    answer: Said | None


class Client:
    """A chatbot in miniature."""

    def __init__(self, url: str, key: str) -> None:
        self._http = httpx.Client(base_url=url, headers={"Authorization": f"Bearer {key}"}, timeout=30.0)

    def ask(self, query: str, market: str, *, fallback: bool = False) -> Reply:
        """The one answer, or an abstention. Raises DemoError."""
        try:
            response = self._http.post("/v1/answer", json={"query": query, "market": market, "fallback": fallback})
        except httpx.HTTPError as error:
            raise DemoError(f"the API does not answer: {error}", "read its log in KB_HOME/demo/logs") from error
        if not response.is_success:
            message = f"the API answers {response.status_code}: {response.text}"
            raise DemoError(message, "read its log in KB_HOME/demo/logs")
        return Reply.model_validate_json(response.content)

    def ask_until(self, query: str, market: str, release: str) -> tuple[Reply, float]:
        """The first answer that comes from `release`, and the seconds until it came. Raises DemoError."""
        started = time.monotonic()
        while (reply := self.ask(query, market)).release != release:
            if time.monotonic() - started > _FOLLOW_SECONDS:
                message = f"the API still answers from {reply.release}, {_FOLLOW_SECONDS:.0f} s after {release} went live"
                raise DemoError(message, "read its log in KB_HOME/demo/logs")
            time.sleep(0.05)
        return reply, time.monotonic() - started

    def close(self) -> None:
        """Hang up."""
        self._http.close()
