"""An OpenAI-compatible endpoint in the test's process that answers as the story's scripted model does, slowly."""

import json
import threading
import time
from collections import Counter

from pytest_httpserver import HTTPServer
from werkzeug import Request, Response

from kb_pipeline.domain.calls import Message, ModelRequest
from tests.story import follow_the_new_sentence, into_thai, one_faq_a_sentence, one_sentence_into_thai

_SCRIPTS = {
    "You write FAQ entries": one_faq_a_sentence,
    "A source article changed": follow_the_new_sentence,
    "You localize FAQ entries": into_thai,
    "You keep the approved FAQ entries": one_sentence_into_thai,
}


class ScriptedEndpoint:
    """Counts what it is asked, by body."""

    def __init__(self, server: HTTPServer, seconds: float) -> None:
        self.asked = Counter[str]()
        self.usage: dict[str, int] | None = {"prompt_tokens": 10, "completion_tokens": 10, "total_tokens": 20}
        self.seconds = seconds
        self.spoilt = ""  # what it says instead of an answer
        self._lock = threading.Lock()
        self.url = server.url_for("/v1")
        server.expect_request("/v1/chat/completions").respond_with_handler(self._answer)

    def _answer(self, http: Request) -> Response:
        body = http.get_json()
        with self._lock:
            self.asked[json.dumps(body, sort_keys=True)] += 1
        time.sleep(self.seconds)
        messages = tuple(Message(role=m["role"], content=m["content"]) for m in body["messages"])
        request = ModelRequest(prompt="http@1", prompt_fingerprint="", messages=messages, max_tokens=1)
        script = next(script for opening, script in _SCRIPTS.items() if messages[0].content.startswith(opening))
        said = {"role": "assistant", "content": self.spoilt or json.dumps(script(request), ensure_ascii=False)}
        choice = {"index": 0, "finish_reason": "stop", "message": said}
        usage = self.usage
        whole = {"id": "1", "object": "chat.completion", "created": 1, "model": "m", "choices": [choice], "usage": usage}
        return Response(json.dumps(whole), mimetype="application/json")
