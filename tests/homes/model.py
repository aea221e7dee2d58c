"""A language model behind an OpenAI-compatible endpoint that says what `material/texts.yaml` holds, and refuses all else.

It tells the four kinds of request apart by the name of the answer that is asked for, which never changes.
"""

import json
import re
from collections.abc import Callable
from difflib import SequenceMatcher
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from threading import Thread
from typing import Any

import yaml

TEXTS: list[dict[str, Any]] = yaml.safe_load((Path(__file__).parent / "material/texts.yaml").read_text("utf-8"))
_AMERICAN = "American English"  # what en-US's prompts call its language; the others are th-TH's
_NUMBERED = re.compile(r"^\[(\d+)\](?: \(new\))? (.+)$", re.MULTILINE)


class ScriptedModel:
    """Listens on a free port while it is entered."""

    def __init__(self) -> None:
        self._server = ThreadingHTTPServer(("127.0.0.1", 0), _Handler)
        self.url = f"http://127.0.0.1:{self._server.server_port}/v1"

    def __enter__(self) -> "ScriptedModel":
        Thread(target=self._server.serve_forever, daemon=True).start()
        return self

    def __exit__(self, *_: object) -> None:
        self._server.shutdown()
        self._server.server_close()


class _Handler(BaseHTTPRequestHandler):
    def do_POST(self) -> None:
        body = json.loads(self.rfile.read(int(self.headers["Content-Length"])))
        try:
            status, reply = 200, _completion(_answer(body))
        except LookupError as error:
            status, reply = 400, {"error": {"message": f"not in texts.yaml: {error}"}}
        payload = json.dumps(reply, ensure_ascii=False).encode()
        self.send_response(status)
        self.send_header("Content-Type", "application/json")
        self.send_header("Content-Length", str(len(payload)))
        self.end_headers()
        self.wfile.write(payload)

    def log_message(self, *_: object) -> None:
        """Say nothing on stderr."""


def _completion(answer: dict[str, Any]) -> dict[str, Any]:
    message = {"role": "assistant", "content": json.dumps(answer, ensure_ascii=False)}
    choice = {"index": 0, "finish_reason": "stop", "message": message}
    usage = {"prompt_tokens": 100, "completion_tokens": 20, "total_tokens": 120}
    return {"id": "1", "object": "chat.completion", "created": 1, "model": "scripted", "choices": [choice], "usage": usage}


def _answer(body: dict[str, Any]) -> dict[str, Any]:
    asked_for = body["response_format"]["json_schema"]["schema"]["title"]
    prompt = "\n".join(message["content"] for message in body["messages"])
    return _WRITERS[asked_for](prompt)


def _generated(prompt: str) -> dict[str, Any]:
    """One FAQ for each sentence that may be written about. The example in the prompt comes before the last source."""
    source = prompt.rsplit("<source", 1)[1]
    only = re.search(r"^Write only about (.+);", source, re.MULTILINE)
    wanted = set(re.findall(r"\d+", only[1])) if only else None
    faqs = []
    for number, sentence in _NUMBERED.findall(source):
        if wanted is None or number in wanted:
            faq = {"question": _of(sentence)["question"], "sources": [int(number)], "answer": sentence, "phrasings": []}
            faqs.append(faq)
    return {"faqs": faqs}


def _revised(prompt: str) -> dict[str, Any]:
    """The FAQ says what the first sentence shown says now."""
    number, sentence = _NUMBERED.findall(prompt)[0]
    return {"verdict": "modify", "question": _of(sentence)["question"], "sources": [int(number)], "answer": sentence}


def _localized(prompt: str) -> dict[str, Any]:
    """The market's question and answer. The answer that is shown has the market's values, so the nearest sentence is meant."""
    question = re.findall(r"^Q: (.+)$", prompt, re.MULTILINE)[-1]
    answer = re.findall(r"^A: (.+)$", prompt, re.MULTILINE)[-1]
    question, answer = _in_market(_nearest(answer, [t for t in TEXTS if t["question"] == question]), prompt)
    return {"question": question, "answer": answer, "phrasings": []}


def _localized_sentence(prompt: str) -> dict[str, Any]:
    """The one piece of an approved text that is asked for."""
    source = re.findall(r"^Source: (.+)$", prompt, re.MULTILINE)[-1]
    question, answer = _in_market(_nearest(source, TEXTS), prompt)
    return {"text": question if "one question" in prompt.rsplit("</now>", 1)[1] else answer}


def _of(sentence: str) -> dict[str, Any]:
    """The text of exactly that sentence. Raises LookupError."""
    for text in TEXTS:
        if text["sentence"] == sentence:
            return text
    raise LookupError(sentence)


def _nearest(sentence: str, texts: list[dict[str, Any]]) -> dict[str, Any]:
    """The text whose sentence is most like it. Raises LookupError when there are no texts."""
    if not texts:
        raise LookupError(sentence)
    return max(texts, key=lambda text: SequenceMatcher(None, sentence, text["sentence"]).ratio())


def _in_market(text: dict[str, Any], prompt: str) -> tuple[str, str]:
    question, answer = text["en-US" if _AMERICAN in prompt else "th-TH"]
    return question, answer


_WRITERS: dict[str, Callable[[str], dict[str, Any]]] = {
    "GeneratedFaqs": _generated,
    "RevisedFaq": _revised,
    "LocalizedFaq": _localized,
    "LocalizedSentence": _localized_sentence,
}
