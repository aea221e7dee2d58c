"""The adapter against a real HTTP server that speaks the protocol, with faults."""

import json
import threading
from concurrent.futures import ThreadPoolExecutor

import pytest
from pydantic import Field
from werkzeug import Request, Response

from kb_pipeline.adapters.models.llm_openai import Endpoint, OpenAILLM, Price
from kb_pipeline.domain.base import Value
from kb_pipeline.domain.calls import Message, ModelRequest, StoredCall
from kb_pipeline.errors import LLMItemError, LLMOutputError, LLMUnavailableError


class Said(Value):
    word: str = Field(max_length=20)


class Memo:
    def __init__(self):
        self.calls = {}

    def find_call(self, fingerprint: str) -> StoredCall | None:
        return self.calls.get(fingerprint)

    def save_call(self, call: StoredCall) -> None:
        self.calls.setdefault(call.fingerprint, call)


def request(text="Say a word.") -> ModelRequest:
    return ModelRequest(prompt="say@1", prompt_fingerprint="f", messages=(Message(role="user", content=text),), max_tokens=50)


def completion(content, finish="stop", usage=(7, 3)):
    choice = {"index": 0, "finish_reason": finish, "message": {"role": "assistant", "content": content}}
    counted = {"prompt_tokens": usage[0], "completion_tokens": usage[1], "total_tokens": sum(usage)}
    return {"id": "1", "object": "chat.completion", "created": 1, "model": "m", "choices": [choice], "usage": counted}


@pytest.fixture
def memo():
    return Memo()


def llm_at(httpserver, memo, **changes):
    known = {"model": "m", "base_url": lambda: httpserver.url_for("/v1"), "key": "k", "retries": 0, "timeout": 5.0} | changes
    return OpenAILLM(Endpoint(**known), memo)


def answering(httpserver, *contents):
    bodies = []
    left = list(contents)

    def handler(http: Request) -> Response:
        bodies.append(http.get_json())
        said = left.pop(0) if len(left) > 1 else left[0]
        return said if isinstance(said, Response) else Response(json.dumps(completion(said)), mimetype="application/json")

    httpserver.expect_request("/v1/chat/completions").respond_with_handler(handler)
    return bodies


def test_an_answer_is_parsed_counted_and_priced(httpserver, memo):
    answering(httpserver, '{"word": "สวัสดี"}')
    llm = llm_at(httpserver, memo, price=Price(prompt=1.0, completion=2.0))
    reply = llm.ask(request(), Said)
    assert reply.value.word == "สวัสดี"
    assert not reply.cached
    assert llm.account.calls == 1
    assert llm.account.usage.prompt_tokens == 7
    assert reply.usage.cost == pytest.approx(13e-6)


def test_an_equal_request_is_never_paid_twice_even_by_another_process(httpserver, memo):
    bodies = answering(httpserver, '{"word": "hello"}')
    llm_at(httpserver, memo).ask(request(), Said)
    again = llm_at(httpserver, memo)
    assert again.ask(request(), Said).cached
    assert again.account.calls == 0
    assert len(bodies) == 1


def test_equal_requests_side_by_side_are_paid_once(httpserver, memo):
    bodies = answering(httpserver, '{"word": "hello"}')
    llm = llm_at(httpserver, memo)
    with ThreadPoolExecutor(8) as pool:
        words = list(pool.map(lambda _: llm.ask(request(), Said).value.word, range(16)))
    assert words == ["hello"] * 16
    assert len(bodies) == 1


@pytest.mark.parametrize(
    "broken",
    [
        "no json",
        "{",
        '{"word": NaN}',
        '{"word": "a", "word": "b"}',
        '{"other": 1}',
        "[" * 50_000,
        '{"word": "คำ' + "ยาว" * 30 + '"}',
    ],
)
def test_invalid_output_gets_one_repair_turn(httpserver, memo, broken):
    bodies = answering(httpserver, broken, '{"word": "mended"}')
    reply = llm_at(httpserver, memo).ask(request(), Said)
    assert reply.value.word == "mended"
    assert len(reply.calls) == 2
    assert "no valid answer" in bodies[1]["messages"][-1]["content"]


def test_output_that_stays_invalid_fails_with_a_name_and_is_not_paid_again(httpserver, memo):
    bodies = answering(httpserver, "no json")
    for _ in range(2):
        with pytest.raises(LLMOutputError, match="asked twice"):
            llm_at(httpserver, memo).ask(request(), Said)
    assert len(bodies) == 2


def test_an_empty_answer_fails_and_is_not_kept(httpserver, memo):
    answering(httpserver, "", '{"word": "later"}')
    with pytest.raises(LLMOutputError, match="empty"):
        llm_at(httpserver, memo).ask(request(), Said)
    assert not memo.calls
    assert llm_at(httpserver, memo).ask(request(), Said).value.word == "later"


@pytest.mark.parametrize(
    ("status", "error", "code"),
    [(401, LLMUnavailableError, "x"), (403, LLMUnavailableError, "x"), (404, LLMUnavailableError, "x"),
     (429, LLMUnavailableError, "insufficient_quota"), (429, LLMItemError, "rate"), (400, LLMOutputError, "context_length"),
     (500, LLMItemError, "x"), (503, LLMItemError, "x")],
)  # fmt: skip
def test_failures_of_the_endpoint_have_a_name_and_a_remedy(httpserver, memo, status, error, code):
    body = json.dumps({"error": {"message": "no", "code": code, "type": "t"}})
    answering(httpserver, Response(body, status=status, mimetype="application/json"))
    with pytest.raises(error) as raised:
        llm_at(httpserver, memo).ask(request(), Said)
    assert raised.value.remedy
    assert not memo.calls


def test_nobody_listening_is_unavailable(memo):
    llm = OpenAILLM(Endpoint(model="m", base_url=lambda: "http://127.0.0.1:9/v1", key="k", retries=0, timeout=2.0), memo)
    with pytest.raises(LLMUnavailableError, match="cannot be used"):
        llm.ask(request(), Said)


def test_a_server_that_never_answers_times_out(httpserver, memo):
    stop = threading.Event()
    httpserver.expect_request("/v1/chat/completions").respond_with_handler(lambda _: stop.wait(10) or Response("late"))
    try:
        with pytest.raises(LLMItemError, match="no answer within"):
            llm_at(httpserver, memo, timeout=0.3).ask(request(), Said)
    finally:
        stop.set()


def test_lengths_are_sent_only_to_endpoints_that_honour_them(httpserver, memo):
    bodies = answering(httpserver, '{"word": "a"}')
    llm_at(httpserver, memo, lengths=True).ask(request(), Said)
    llm_at(httpserver, memo, lengths=False).ask(request(), Said)
    sent = [json.dumps(b["response_format"]) for b in bodies]
    assert "maxLength" in sent[0]
    assert "maxLength" not in sent[1]


def test_another_prompt_version_is_another_request(httpserver, memo):
    bodies = answering(httpserver, '{"word": "a"}')
    llm = llm_at(httpserver, memo)
    llm.ask(request(), Said)
    llm.ask(request().model_copy(update={"prompt_fingerprint": "g"}), Said)
    assert len(bodies) == 2
