"""An OpenAI-compatible endpoint in the test's process that answers as the story's scripted model does, slowly.

Below `SPOILT` it spoils what a request's text decides: some first replies, and some of them each time.
"""

import json
import random
import threading
import time
from collections import Counter
from typing import Any

from pytest_httpserver import HTTPServer
from werkzeug import Request, Response

from kb_pipeline.domain.calls import Message, ModelRequest, Outcome
from tests.faults.faults import FAULTS, Fault
from tests.story import follow_the_new_sentence, into_thai, one_faq_a_sentence, one_sentence_into_thai

SPOILT = "/spoilt"
_BY_NAME = {fault.name: fault for fault in FAULTS}
_ONCE = [_BY_NAME[name] for name in ("429-retry-after", "fenced", "think")]  # what passes, or is mended without asking again
_FOR_EVER = [_BY_NAME[name] for name in ("broken", "length", "refusal", "duplicate-key", "nan", "413-too-large")]
_SCRIPTS = {
    "You write FAQ entries": one_faq_a_sentence,
    "A source article changed": follow_the_new_sentence,
    "You localize FAQ entries": into_thai,
    "You keep the approved FAQ entries": one_sentence_into_thai,
}


class ScriptedEndpoint:
    """Counts its usable replies, by the body of the request."""

    def __init__(self, server: HTTPServer, seconds: float) -> None:
        self.asked = Counter[str]()
        self.usage: dict[str, int] | None = {"prompt_tokens": 10, "completion_tokens": 10, "total_tokens": 20}
        self.seconds = seconds
        self.spoilt = ""  # what it says instead of an answer
        self._lock = threading.Lock()
        self._spoilt = set[str]()  # bodies that were asked where replies are spoilt
        self.url = server.url_for("/v1")
        server.expect_request("/v1/chat/completions").respond_with_handler(self._answer)
        server.expect_request(f"/v1{SPOILT}/chat/completions").respond_with_handler(self._spoil)

    def forget(self) -> None:
        """Begin to count anew; what was asked before is asked for the first time again."""
        with self._lock:
            self.asked.clear()
            self._spoilt.clear()

    def _spoil(self, http: Request) -> Response:
        """A reply with the fault of its request, if it has one."""
        body = http.get_data(as_text=True)
        with self._lock:
            is_first = body not in self._spoilt
            self._spoilt.add(body)
        fault = fault_of(json.loads(body)["messages"], is_first)
        if fault is None:
            return self._answer(http)
        if fault.outcome is Outcome.USABLE:
            self._count(http)
        wire = fault.spoil(_right(json.loads(body)))
        return Response(wire.body, wire.status, wire.headers, mimetype=wire.type)

    def _answer(self, http: Request) -> Response:
        body = http.get_json()
        self._count(http)
        time.sleep(self.seconds)
        said = {"role": "assistant", "content": self.spoilt or _right(body)}
        choice = {"index": 0, "finish_reason": "stop", "message": said}
        usage = self.usage
        whole = {"id": "1", "object": "chat.completion", "created": 1, "model": "m", "choices": [choice], "usage": usage}
        return Response(json.dumps(whole), mimetype="application/json")

    def _count(self, http: Request) -> None:
        with self._lock:
            self.asked[json.dumps(http.get_json(), sort_keys=True)] += 1


def fault_of(messages: list[dict[str, str]], is_first: bool) -> Fault | None:
    """What spoils a request: some are spoilt each time, some only the first."""
    chance = random.Random(str(messages))
    share, once, ever = chance.random(), chance.choice(_ONCE), chance.choice(_FOR_EVER)
    if share < 0.4:
        return ever
    return once if share < 0.7 and is_first else None


def _right(body: dict[str, Any]) -> str:
    """The scripted answer to a request."""
    messages = tuple(Message(role=m["role"], content=m["content"]) for m in body["messages"])
    request = ModelRequest(prompt="http@1", prompt_fingerprint="", messages=messages, max_tokens=1)
    script = next(script for opening, script in _SCRIPTS.items() if messages[0].content.startswith(opening))
    return json.dumps(script(request), ensure_ascii=False)
